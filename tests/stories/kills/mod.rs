//! Kill points: which there are, and one scenario for each.

pub(crate) mod abandoning;
pub(crate) mod agreeing;
pub(crate) mod buying;
pub(crate) mod changing;
pub(crate) mod downloading;
pub(crate) mod pairs;
pub(crate) mod pairs_alone;
pub(crate) mod publishing;
pub(crate) mod refunding;
pub(crate) mod self_creating;
pub(crate) mod selling;
pub(crate) mod sending;
pub(crate) mod watching;

use crate::person::Told;
use runner::Point;
use std::fmt;

/// One death: right before or right after a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kill {
    pub(crate) point: Point,
    pub(crate) after: bool,
}

impl Kill {
    /// Both deaths at each of these points.
    pub(crate) fn at(points: &[Point]) -> Vec<Self> {
        points.iter().flat_map(|point| [false, true].map(|after| Self { point: *point, after })).collect()
    }

    /// The order at the first such commit of a process.
    pub(crate) fn order(self) -> String {
        self.nth(1)
    }

    /// The order at a later one.
    pub(crate) fn nth(self, nth: u32) -> String {
        format!("{self}:{nth}")
    }

    /// A word that no other death has.
    pub(crate) fn word(self) -> String {
        self.to_string().replace([':', '_'], "")
    }

    /// Whether nothing at all was on disk when this death came, if `first` is the first commit of what was done.
    pub(crate) fn is_before(self, first: Point) -> bool {
        !self.after && self.point == first
    }
}

impl fmt::Display for Kill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", if self.after { "after" } else { "before" }, self.point.name())
    }
}

impl Told {
    /// The process ended itself at the point: one that was not reached fails the story.
    #[track_caller]
    pub(crate) fn died(&self, kill: impl fmt::Display) {
        assert!(self.aborted, "the process comes to {kill}: {self:?}");
    }
}
