//! Many measurements of one thing, told in one line.

use std::{fmt, time::Duration};

/// What was measured, sorted.
pub(crate) struct Spread(Vec<Duration>);

impl Spread {
    pub(crate) fn of(mut all: Vec<Duration>) -> Self {
        all.sort_unstable();
        Self(all)
    }

    /// The duration that this share of all (in thousandths) does not exceed: the nearest rank.
    fn at(&self, permille: usize) -> Duration {
        let rank = (self.0.len() * permille).div_ceil(1000).max(1);
        self.0.get(rank - 1).copied().unwrap_or_default()
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |duration: Duration| duration.as_secs_f64() * 1000.0;
        write!(
            f,
            "min {:.1}  p50 {:.1}  p90 {:.1}  p99 {:.1}  max {:.1} ms  (n = {})",
            ms(self.at(0)),
            ms(self.at(500)),
            ms(self.at(900)),
            ms(self.at(990)),
            ms(self.at(1000)),
            self.0.len()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_the_nearest() {
        let spread = Spread::of((1..=100).rev().map(Duration::from_millis).collect());
        let ranks = [0, 500, 990, 1000].map(|p| spread.at(p).as_millis());
        assert_eq!(ranks, [1, 50, 99, 100]);
        assert_eq!(Spread::of(Vec::new()).at(500), Duration::ZERO);
    }
}
