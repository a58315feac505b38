//! Refusing messages that were sent before: to this process, or to an earlier run of it.
//!
//! A message names the receiver's *epoch*, a number drawn at random when the receiver starts and again after every
//! [`LETTERS`] messages, and a number of its own. Messages of another epoch are answered with the current one, and
//! within an epoch every number counts once; so the memory needed is bounded, and no clock is.

use protocol::Hash32;
use rand::{RngCore, rngs::OsRng};
use std::collections::HashSet;

/// Messages of one epoch.
const LETTERS: usize = 1 << 15;

/// What a message was found to be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Fresh,
    /// It was here before.
    Replayed,
    /// It is of another epoch than this one.
    Stale(Hash32),
}

#[derive(Debug)]
pub(crate) struct Freshness {
    current: Epoch,
    previous: Epoch,
}

#[derive(Debug)]
struct Epoch {
    name: Hash32,
    seen: HashSet<Hash32>,
}

impl Epoch {
    fn new() -> Self {
        Self { name: random(), seen: HashSet::new() }
    }
}

/// Thirty-two bytes nobody can guess.
pub(crate) fn random() -> Hash32 {
    let mut bytes = [0; 32];
    OsRng.fill_bytes(&mut bytes);
    Hash32(bytes)
}

impl Freshness {
    pub(crate) fn new() -> Self {
        Self { current: Epoch::new(), previous: Epoch::new() }
    }

    pub(crate) fn check(&mut self, epoch: Hash32, letter: Hash32) -> Found {
        let of = if epoch == self.current.name {
            &mut self.current
        } else if epoch == self.previous.name && self.previous.seen.len() < 2 * LETTERS {
            &mut self.previous
        } else {
            return Found::Stale(self.current.name);
        };
        if !of.seen.insert(letter) {
            return Found::Replayed;
        }
        if self.current.seen.len() >= LETTERS {
            self.previous = std::mem::replace(&mut self.current, Epoch::new());
        }
        Found::Fresh
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_counts_once_and_memory_is_bounded() {
        let mut freshness = Freshness::new();
        let Found::Stale(mut epoch) = freshness.check(Hash32::default(), random()) else { panic!("no such epoch") };
        let (first_epoch, first) = (epoch, random());
        assert_eq!(freshness.check(epoch, first), Found::Fresh);
        assert_eq!(freshness.check(epoch, first), Found::Replayed);
        for _ in 0..3 * LETTERS {
            match freshness.check(epoch, random()) {
                Found::Fresh => {}
                Found::Stale(now) => epoch = now,
                Found::Replayed => panic!("a number nobody used"),
            }
            assert!(freshness.current.seen.len() <= LETTERS && freshness.previous.seen.len() <= 2 * LETTERS);
        }
        assert!(matches!(freshness.check(first_epoch, first), Found::Stale(_)), "still not accepted again");
        let mut restarted = Freshness::new();
        assert!(matches!(restarted.check(epoch, random()), Found::Stale(_)), "nor by the next run");
    }
}
