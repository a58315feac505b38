//! The gateway pays for creating agreements, so nobody may have it create them without end.

use protocol::Address;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

const WINDOW: Duration = Duration::from_secs(60);
const PER_CONSUMER: usize = 60;
const IN_ALL: usize = 1200;
/// Of those, as many as can be had without showing anything: keys cost nothing, and whoever makes many of them must not
/// use up what others pay for.
const FOR_NOTHING: usize = IN_ALL / 2;

/// What somebody who asks has shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    /// A signature.
    Nothing,
    /// That his account has what he wants to buy for.
    ThePrice,
}

/// Counts requests of the last minute.
#[derive(Debug, Default)]
pub(crate) struct Limiter {
    seen: Mutex<HashMap<Address, Vec<Instant>>>,
}

impl Limiter {
    /// Counts a request; `false` where it is one too many.
    pub(crate) fn admit(&self, consumer: Address, shown: Shown, now: Instant) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.retain(|_, times| {
            times.retain(|t| now.saturating_duration_since(*t) < WINDOW);
            !times.is_empty()
        });
        let all: usize = seen.values().map(Vec::len).sum();
        let own = seen.entry(consumer).or_default();
        let most = match shown {
            Shown::Nothing => FOR_NOTHING,
            Shown::ThePrice => IN_ALL,
        };
        if all >= most || own.len() >= PER_CONSUMER {
            return false;
        }
        own.push(now);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_consumer_cannot_use_up_the_gateway() {
        let limiter = Limiter::default();
        let now = Instant::now();
        let (greedy, other) = (Address([1; 20]), Address([2; 20]));
        assert_eq!((0..100).filter(|_| limiter.admit(greedy, Shown::ThePrice, now)).count(), PER_CONSUMER);
        assert!(limiter.admit(other, Shown::Nothing, now));
        assert!(limiter.admit(greedy, Shown::ThePrice, now + WINDOW), "a minute later it is forgotten");
    }

    #[test]
    fn any_number_of_keys_without_money_leave_room_for_whoever_can_pay() {
        let limiter = Limiter::default();
        let now = Instant::now();
        let admitted = |shown| {
            let keys = (1..=100).flat_map(|key| std::iter::repeat_n(Address([key; 20]), PER_CONSUMER));
            keys.filter(|key| limiter.admit(*key, shown, now)).count()
        };
        assert_eq!(admitted(Shown::Nothing), FOR_NOTHING);
        assert_eq!(admitted(Shown::Nothing), 0);
        assert!(limiter.admit(Address([200; 20]), Shown::ThePrice, now));
        assert!(!limiter.admit(Address([201; 20]), Shown::Nothing, now));
        assert_eq!(admitted(Shown::ThePrice), IN_ALL - FOR_NOTHING - 1, "and they have an end too");
    }
}
