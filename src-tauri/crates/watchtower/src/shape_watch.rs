//! The machine of a watched agreement of another shape.

use agreement::{
    Machine, Retry,
    shape::{OwnMoney, TakeBack},
};
use protocol::shape::Shape;
use runner::{Journaled, Point, Status};
use serde::{Deserialize, Serialize};

/// Where no block alone changes anything, it is looked at again after so many.
const FAR: u64 = 100;

/// A step towards the payer, and the attempts at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Which.
    pub what: TakeBack,
    /// Its attempts.
    pub retry: Retry,
}

/// Payments in an agreement of somebody else's, until none of them is in escrow any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum ShapeWatch {
    /// What is in escrow can still be earned.
    Waiting {
        /// The agreement.
        shape: Box<Shape>,
        /// The block of the last reading.
        seen: u64,
        /// The block with which something of it can be taken back, where that is known.
        next: Option<u64>,
    },
    /// Something is on its way back.
    TakingBack {
        /// The agreement.
        shape: Box<Shape>,
        /// At least one.
        steps: Vec<Step>,
    },
    /// Nothing of it is in escrow.
    Ended {
        /// The agreement.
        shape: Box<Shape>,
        /// The block in which that was seen.
        at: u64,
    },
}

/// What happens to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ShapeEvent {
    /// Loaded from disk.
    Resume,
    /// A new block.
    Head {
        /// Its number.
        block: u64,
    },
    /// How the payments stand.
    Money {
        /// The block that was read.
        block: u64,
        /// Of all who paid.
        money: OwnMoney,
    },
    /// A step's transaction is in a block.
    Done,
    /// A step certainly did not come about in full by its transactions.
    Failed {
        /// Which.
        what: TakeBack,
        /// The block in which that was seen.
        block: u64,
    },
}

/// What it wants done. All of it may be done twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShapeEffect {
    /// Read the chain. Tell `Money`.
    ReadMoney,
    /// Let the chain make blocks up to this one. Tells nothing.
    TickUntil {
        /// Up to here.
        block: u64,
    },
    /// Send it. Tell `Done` or `Failed`.
    Take {
        /// Which.
        what: TakeBack,
        /// Part of the key under which it is signed.
        attempt: u32,
    },
}

impl Step {
    const fn first(what: TakeBack) -> Self {
        Self { what, retry: Retry { attempt: 0, at: None } }
    }

    const fn take(&self) -> ShapeEffect {
        ShapeEffect::Take { what: self.what, attempt: self.retry.attempt }
    }
}

impl ShapeWatch {
    /// Begins with a reading.
    pub(crate) fn begin(shape: Shape, block: u64, money: OwnMoney) -> Self {
        stand(Box::new(shape), &[], block, money).0
    }

    /// The agreement.
    pub fn shape(&self) -> &Shape {
        match self {
            Self::Waiting { shape, .. } | Self::TakingBack { shape, .. } | Self::Ended { shape, .. } => shape,
        }
    }

    /// The block with which something can be taken back, where that is known and not over.
    pub fn next(&self) -> Option<u64> {
        match self {
            Self::Waiting { next, .. } => *next,
            Self::TakingBack { .. } | Self::Ended { .. } => None,
        }
    }
}

/// Where it stands by one reading, and what to do that was not under way before.
fn stand(shape: Box<Shape>, before: &[Step], block: u64, money: OwnMoney) -> (ShapeWatch, Vec<ShapeEffect>) {
    if money.set_aside.is_empty() {
        return (ShapeWatch::Ended { shape, at: block }, Vec::new());
    }
    if money.steps.is_empty() {
        let tick = money.next.map(|block| ShapeEffect::TickUntil { block });
        return (ShapeWatch::Waiting { shape, seen: block, next: money.next }, Vec::from_iter(tick));
    }
    let known = |what: &TakeBack| before.iter().find(|step| step.what == *what).copied();
    let new = money.steps.iter().filter(|what| known(what).is_none());
    let effects = new.map(|what| Step::first(*what).take()).collect();
    let steps = money.steps.iter().map(|what| known(what).unwrap_or(Step::first(*what))).collect();
    (ShapeWatch::TakingBack { shape, steps }, effects)
}

fn waiting(shape: Box<Shape>, seen: u64, next: Option<u64>, event: ShapeEvent) -> (ShapeWatch, Vec<ShapeEffect>) {
    let again = next.unwrap_or(seen.saturating_add(FAR)).max(seen.saturating_add(1));
    let effects = match event {
        ShapeEvent::Money { block, money } => return stand(shape, &[], block, money),
        ShapeEvent::Resume => {
            let tick = next.map(|block| ShapeEffect::TickUntil { block });
            [ShapeEffect::ReadMoney].into_iter().chain(tick).collect()
        }
        ShapeEvent::Head { block } if block >= again => vec![ShapeEffect::ReadMoney],
        ShapeEvent::Head { .. } | ShapeEvent::Done | ShapeEvent::Failed { .. } => Vec::new(),
    };
    (ShapeWatch::Waiting { shape, seen, next }, effects)
}

fn taking_back(shape: Box<Shape>, mut steps: Vec<Step>, event: ShapeEvent) -> (ShapeWatch, Vec<ShapeEffect>) {
    let mut effects = vec![ShapeEffect::ReadMoney];
    match event {
        ShapeEvent::Money { block, money } => return stand(shape, &steps, block, money),
        ShapeEvent::Resume => effects.extend(steps.iter().map(|step| match step.retry.at {
            None => step.take(),
            Some(block) => ShapeEffect::TickUntil { block },
        })),
        ShapeEvent::Head { block } => {
            for step in &mut steps {
                if let Some(retry) = step.retry.due(block) {
                    step.retry = retry;
                    effects.push(step.take());
                }
            }
        }
        ShapeEvent::Done => {}
        ShapeEvent::Failed { what, block } => {
            for step in steps.iter_mut().filter(|step| step.what == what) {
                step.retry = step.retry.failed(block);
                effects.extend(step.retry.at.map(|block| ShapeEffect::TickUntil { block }));
            }
        }
    }
    (ShapeWatch::TakingBack { shape, steps }, effects)
}

impl Machine for ShapeWatch {
    type Event = ShapeEvent;
    type Effect = ShapeEffect;

    fn step(self, event: ShapeEvent) -> (Self, Vec<ShapeEffect>) {
        match self {
            Self::Waiting { shape, seen, next } => waiting(shape, seen, next, event),
            Self::TakingBack { shape, steps } => taking_back(shape, steps, event),
            ended @ Self::Ended { .. } => (ended, Vec::new()),
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Waiting { .. } => "waiting",
            Self::TakingBack { .. } => "taking_back",
            Self::Ended { .. } => "ended",
        }
    }

    fn is_final(&self) -> bool {
        matches!(self, Self::Ended { .. })
    }

    fn resume() -> ShapeEvent {
        ShapeEvent::Resume
    }

    fn head(block: u64) -> ShapeEvent {
        ShapeEvent::Head { block }
    }

    fn is_reading(effect: &ShapeEffect) -> bool {
        *effect == ShapeEffect::ReadMoney
    }
}

impl Journaled for ShapeWatch {
    const MACHINE: &'static str = "watch_shape";

    fn id(&self) -> String {
        shape_watch_id(self.shape().agreement)
    }

    fn point(&self) -> Point {
        Point::WatchKept
    }

    fn status(&self) -> Status {
        Status::StoredVm
    }

    fn is_derived(&self) -> bool {
        // From the document and the chain all of it is found again; what was signed is in the outbox.
        true
    }
}

/// The journal's id of a watched agreement of another shape.
pub(crate) fn shape_watch_id(agreement: protocol::AgreementId) -> String {
    format!("watch-shape:{}", agreement.hex())
}

#[cfg(test)]
mod tests;
