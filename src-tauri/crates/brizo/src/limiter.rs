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
/// Requests that are signed and for which the chain is read, whatever comes of them; asking again is allowed. Those of all
/// together have no limit: keys cost nothing, and whoever made many of them would keep everybody else out.
const REQUESTS_PER_CONSUMER: usize = 120;

/// What somebody who asks has shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    /// A signature.
    Nothing,
    /// That his account has what he wants to buy for.
    ThePrice,
}

/// Counts what was asked for in the last minute.
#[derive(Debug)]
pub(crate) struct Limiter {
    per_consumer: usize,
    in_all: usize,
    for_nothing: usize,
    seen: Mutex<HashMap<Address, Vec<Instant>>>,
}

impl Limiter {
    /// Of what the gateway pays for.
    pub(crate) fn of_sales() -> Self {
        Self { per_consumer: PER_CONSUMER, in_all: IN_ALL, for_nothing: FOR_NOTHING, seen: Mutex::default() }
    }

    /// Of what it only looks at.
    pub(crate) fn of_requests() -> Self {
        let unlimited = usize::MAX;
        Self { per_consumer: REQUESTS_PER_CONSUMER, in_all: unlimited, for_nothing: unlimited, seen: Mutex::default() }
    }

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
            Shown::Nothing => self.for_nothing,
            Shown::ThePrice => self.in_all,
        };
        if all >= most || own.len() >= self.per_consumer {
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
        let limiter = Limiter::of_sales();
        let now = Instant::now();
        let (greedy, other) = (Address([1; 20]), Address([2; 20]));
        assert_eq!((0..100).filter(|_| limiter.admit(greedy, Shown::ThePrice, now)).count(), PER_CONSUMER);
        assert!(limiter.admit(other, Shown::Nothing, now));
        assert!(limiter.admit(greedy, Shown::ThePrice, now + WINDOW), "a minute later it is forgotten");
    }

    #[test]
    fn one_who_only_asks_cannot_use_up_the_gateway_either() {
        let limiter = Limiter::of_requests();
        let now = Instant::now();
        let (greedy, other) = (Address([1; 20]), Address([2; 20]));
        assert_eq!((0..200).filter(|_| limiter.admit(greedy, Shown::Nothing, now)).count(), REQUESTS_PER_CONSUMER);
        assert!(limiter.admit(other, Shown::Nothing, now));
    }

    #[test]
    fn any_number_of_keys_without_money_leave_room_for_whoever_can_pay() {
        let limiter = Limiter::of_sales();
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
