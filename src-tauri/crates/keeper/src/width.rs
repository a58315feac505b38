//! How many blocks to ask for at once: more while it goes well, fewer where a node finds it too many.

use std::time::Duration;

/// At the beginning.
const FIRST: u64 = 1_000;
/// However well it goes.
const MOST: u64 = 50_000;
/// So many logs are enough for one answer: nodes give 10,000 at most, many of them, and the next range may have more.
const ENOUGH: u64 = 8_000;
/// After so many answers a width that was refused once is tried again.
const FORGIVEN: u32 = 64;
/// The first pause after a refusal, and the longest; each doubles the one before.
const PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// The width of the next range, and how long to pause before it is asked for.
#[derive(Debug)]
pub(crate) struct Width {
    blocks: u64,
    ceiling: u64,
    answers: u32,
    refusals: u32,
}

impl Width {
    pub(crate) const fn new() -> Self {
        Self { blocks: FIRST, ceiling: MOST, answers: 0, refusals: 0 }
    }

    /// Blocks in the next range, at least 1.
    pub(crate) const fn blocks(&self) -> u64 {
        self.blocks
    }

    /// So many blocks were answered with so many logs.
    pub(crate) fn answered(&mut self, blocks: u64, logs: usize) {
        self.refusals = 0;
        self.answers = self.answers.saturating_add(1);
        if self.answers >= FORGIVEN {
            (self.answers, self.ceiling) = (0, self.ceiling.saturating_mul(2).min(MOST));
        }
        let logs = u64::try_from(logs).unwrap_or(u64::MAX).max(1);
        // As many blocks as had enough logs at this rate, but no more than twice as many at once.
        let fitting = blocks.max(1).saturating_mul(ENOUGH) / logs;
        self.blocks = fitting.min(self.blocks.max(blocks).saturating_mul(2)).clamp(1, self.ceiling);
    }

    /// So many blocks were refused. How long to wait: a refusal may also mean that questions came too fast.
    pub(crate) fn refused(&mut self, blocks: u64) -> Duration {
        self.answers = 0;
        self.ceiling = (blocks / 2).max(1);
        self.blocks = self.ceiling;
        let pause = PAUSE.saturating_mul(1 << self.refusals.min(8)).min(LONGEST_PAUSE);
        self.refusals = self.refusals.saturating_add(1);
        pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_grows_while_it_goes_well_and_shrinks_where_there_is_much() {
        let mut width = Width::new();
        width.answered(FIRST, 0);
        assert_eq!(width.blocks(), 2 * FIRST);
        width.answered(2 * FIRST, 50_000);
        assert_eq!(width.blocks(), 2 * FIRST * 8 / 50, "as many as had 8,000 logs");
        (0..20).for_each(|_| width.answered(width.blocks(), 0));
        assert_eq!(width.blocks(), MOST);
    }

    #[test]
    fn a_refused_width_is_not_tried_again_soon_and_pauses_grow() {
        let mut width = Width::new();
        assert_eq!((width.refused(1_000), width.blocks()), (PAUSE, 500));
        assert_eq!((width.refused(500), width.blocks()), (PAUSE * 2, 250));
        width.answered(250, 0);
        assert_eq!(width.blocks(), 250, "the node has said what is too many");
        (0..FORGIVEN).for_each(|_| width.answered(width.blocks(), 0));
        assert_eq!(width.blocks(), 500, "limits change");
        (0..100).for_each(|_| assert!(width.refused(1) <= LONGEST_PAUSE));
        assert_eq!(width.blocks(), 1);
    }
}
