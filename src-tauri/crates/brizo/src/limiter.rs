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

/// Counts requests of the last minute.
#[derive(Debug, Default)]
pub(crate) struct Limiter {
    seen: Mutex<HashMap<Address, Vec<Instant>>>,
}

impl Limiter {
    /// Counts a request; `false` where it is one too many.
    pub(crate) fn admit(&self, consumer: Address, now: Instant) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.retain(|_, times| {
            times.retain(|t| now.saturating_duration_since(*t) < WINDOW);
            !times.is_empty()
        });
        let all: usize = seen.values().map(Vec::len).sum();
        let own = seen.entry(consumer).or_default();
        if all >= IN_ALL || own.len() >= PER_CONSUMER {
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
        assert_eq!((0..100).filter(|_| limiter.admit(greedy, now)).count(), PER_CONSUMER);
        assert!(limiter.admit(other, now));
        assert!(limiter.admit(greedy, now + WINDOW), "a minute later it is forgotten");
    }
}
