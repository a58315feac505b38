//! When a transaction that certainly failed is signed anew: after 1, 2, 4, … at most 1,024 blocks.

use serde::{Deserialize, Serialize};

/// The attempts at one transaction. The attempt's number is part of the key under which it is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Retry {
    /// Counted from 0.
    pub attempt: u32,
    /// The attempt failed; the next one is made when this block is there.
    pub at: Option<u64>,
}

impl Retry {
    /// The present attempt failed, and this is the block in which that was seen.
    #[must_use]
    pub fn failed(self, block: u64) -> Self {
        Self { at: Some(block.saturating_add(1 << self.attempt.min(10))), ..self }
    }

    /// The next attempt, if its block is there.
    #[must_use]
    pub fn due(self, block: u64) -> Option<Self> {
        let at = self.at?;
        (block >= at).then_some(Self { attempt: self.attempt.saturating_add(1), at: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_come_further_and_further_apart_and_only_after_a_failure() {
        let first = Retry::default();
        assert_eq!(first.due(u64::MAX), None, "an attempt under way is not repeated");
        let failed = first.failed(10);
        assert_eq!(failed.due(10), None);
        let second = failed.due(11).unwrap();
        assert_eq!(second, Retry { attempt: 1, at: None });
        assert_eq!(second.failed(20).at, Some(22));
        assert_eq!(Retry { attempt: u32::MAX, at: None }.failed(u64::MAX).at, Some(u64::MAX));
    }
}
