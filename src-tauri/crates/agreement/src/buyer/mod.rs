//! The buyer's side: from the one confirmation to access with the keys in hand, or to the money back.
//!
//! ```text
//! Confirmed → Requested (→ SelfCreating) → Locking → Locked → Granted → Completed
//!     └───────────┴─────────────┴───────────→ Abandoned  │
//!                    no money has moved                  └→ Refundable → Aborting (→ Refunding) → Refunded
//! ```
//! Free listings go the same way with an amount of 0.
//!
//! Approval and payment are one effect, [`Effect::ApproveAndLock`]: two transactions of consecutive nonces, signed and
//! kept in one commit. That makes them one serial section of the account, also across a crash.

mod decide;

use crate::{Decision, Facts, Flaw, Machine, Order, Retry, VerifiedAgreement};
use protocol::Sentence;
use serde::{Deserialize, Serialize};

/// Where a purchase stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum State {
    /// Confirmed by the buyer and on disk. Gateway and key servers are asked whether they are there.
    Confirmed {
        /// What was confirmed.
        order: Order,
    },
    /// The gateway is asked to create the agreement.
    Requested {
        /// What was confirmed.
        order: Order,
        /// What the gateway said when it refused; the chain has the last word.
        refused: Option<Sentence>,
    },
    /// The gateway creates none: the buyer's own transaction does.
    SelfCreating {
        /// What was confirmed.
        order: Order,
        /// Why the transaction certainly failed; the chain has the last word.
        failed: Option<Sentence>,
    },
    /// The agreement is on the chain as confirmed; approval and payment are on their way.
    Locking {
        /// The agreement.
        verified: VerifiedAgreement,
        /// Why the payment certainly failed; the chain has the last word.
        failed: Option<Sentence>,
    },
    /// The money is in escrow; the publisher has to grant access.
    Locked {
        /// The agreement.
        verified: VerifiedAgreement,
        /// The block in which that was seen.
        locked_at: u64,
    },
    /// Access is granted; keys and file list are fetched.
    Granted {
        /// The agreement.
        verified: VerifiedAgreement,
        /// The block in which that was seen.
        granted_at: u64,
    },
    /// Access is granted and keys and file list are in hand. Final.
    Completed {
        /// The agreement.
        verified: VerifiedAgreement,
        /// The block in which the grant was seen.
        granted_at: u64,
        /// Whether the escrow was seen to have paid the publisher.
        released: bool,
    },
    /// By the clock of blocks the time for granting is over; the chain is asked before anything is done.
    Refundable {
        /// The agreement.
        verified: VerifiedAgreement,
        /// The first block in which the access condition can be aborted.
        block: u64,
    },
    /// The access condition is being aborted, and the money paid back in the same block.
    Aborting {
        /// The agreement.
        verified: VerifiedAgreement,
        /// The attempts.
        retry: Retry,
    },
    /// Access is aborted and the money is not back: the escrow is told to pay it.
    Refunding {
        /// The agreement.
        verified: VerifiedAgreement,
        /// The attempts.
        retry: Retry,
    },
    /// The money is back. Final.
    Refunded {
        /// The agreement.
        verified: VerifiedAgreement,
        /// The block in which that was seen.
        at: u64,
    },
    /// Ended before any money moved. Final.
    Abandoned {
        /// What was confirmed.
        order: Order,
        /// Why.
        reason: Reason,
    },
}

/// Why a purchase ended before any money moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Reason {
    /// Gateway or key servers are not there.
    Unavailable {
        /// What was missing.
        reason: Sentence,
    },
    /// The gateway refused.
    Refused {
        /// What it said.
        reason: Sentence,
    },
    /// Nobody created the agreement in time.
    NeverCreated,
    /// The buyer's own transaction could not create it.
    CreateFailed {
        /// Why.
        reason: Sentence,
    },
    /// The agreement on the chain is not the one that was confirmed.
    Mismatch {
        /// The difference.
        flaw: Flaw,
    },
    /// Too few blocks were left before the payment was signed.
    TooLate,
    /// The payment could not be made: too little money, for example.
    LockFailed {
        /// Why.
        reason: Sentence,
    },
    /// The buyer took it back.
    Cancelled,
}

/// Which transaction an event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// createAgreement by the buyer.
    Create,
    /// approve and LockReward.fulfill.
    Pay,
    /// abortByTimeOut of the access condition, and EscrowReward.fulfill behind it.
    Abort,
    /// EscrowReward.fulfill.
    Refund,
}

/// What happens to a purchase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Loaded from disk, or unlocked, or asked to go on: emit the state's effects again.
    Resume,
    /// A new block.
    Head {
        /// Its number.
        block: u64,
    },
    /// A reading of the chain.
    Facts(Box<Facts>),
    /// Gateway and at least t+1 key servers answered with their signatures.
    Alive,
    /// They did not, and no more patience is left.
    NotAlive {
        /// What was missing.
        reason: Sentence,
    },
    /// The gateway took the signed agreement.
    Accepted,
    /// The gateway has no such call: the buyer creates the agreement.
    NoInitialize,
    /// The gateway refused for good.
    Refused {
        /// What it said.
        reason: Sentence,
    },
    /// A transaction was mined and did not revert.
    TxDone {
        /// Which.
        act: Act,
    },
    /// What was wanted of a transaction did not come about and will not by it: it was not signed, it reverted, it did nothing,
    /// or its nonce was taken. Of [`Act::Abort`], the abort may have taken effect, and the refund behind it not.
    TxFailed {
        /// Which.
        act: Act,
        /// Why.
        reason: Sentence,
        /// The newest block.
        block: u64,
    },
    /// Creation or payment was not signed before its last block, and never will be.
    TooLate,
    /// The payment was not signed, and never will be.
    Withdrawn,
    /// File list and keys are on disk.
    KeysFetched,
    /// The buyer wants to stop. Heard before money moves only.
    Cancel,
}

/// What a purchase wants done. All of it may be done twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "effect")]
pub enum Effect {
    /// Ask gateway and key servers for signed answers. Tell `Alive` or `NotAlive`.
    CheckLiveness,
    /// Sign the agreement and post it to the gateway. Tell `Accepted`, `NoInitialize` or `Refused`.
    PostAgreement,
    /// createAgreement from the buyer's account. Tell `TxDone`, `TxFailed` or `TooLate`.
    CreateAgreement {
        /// The last block in which it may be signed, where it is not yet.
        not_after: u64,
    },
    /// Read the chain. Tell `Facts`.
    ReadFacts,
    /// Let the chain make blocks up to this one. Tells nothing; heads come by themselves.
    TickUntil {
        /// Up to here.
        block: u64,
    },
    /// approve and LockReward.fulfill as one batch of the outbox. Tell `TxDone`, `TxFailed` or `TooLate`.
    ApproveAndLock {
        /// The last block in which a batch that is not signed yet may be signed.
        not_after: Option<u64>,
    },
    /// Forbid the payment's keys in the outbox. Tell `Withdrawn`, or nothing where it is signed already.
    WithdrawPayment,
    /// Fetch file list and keys and keep them. Tell `KeysFetched`.
    FetchKeys,
    /// abortByTimeOut of the access condition and EscrowReward.fulfill right behind it, as one batch of the outbox,
    /// from the service key or whoever can pay for it: the money is back in the block of the abort. Tell `TxDone` or `TxFailed`.
    AbortAndRefund {
        /// Part of the key under which it is signed.
        attempt: u32,
    },
    /// EscrowReward.fulfill, which pays back, from the same: where somebody else aborted, or the abort's own did
    /// nothing. Tell `TxDone` or `TxFailed`.
    Refund {
        /// Part of the key under which it is signed.
        attempt: u32,
    },
}

impl State {
    /// A purchase just confirmed.
    pub fn new(order: Order) -> Self {
        Self::Confirmed { order }
    }

    /// A purchase taken up again from the chain, after its journal was lost: where it stands, and what to do.
    /// The order's terms are those of the chain. A flaw means that it is not paid, or not this agreement.
    pub fn recovered(order: Order, facts: &Facts) -> Result<(Self, Vec<Effect>), Flaw> {
        let verified = VerifiedAgreement::recover(&order, facts)?;
        let Decision { state, effects, .. } = decide::paid(verified, facts.block, facts);
        Ok((state, effects))
    }

    /// What was confirmed.
    pub fn order(&self) -> &Order {
        match self {
            Self::Confirmed { order }
            | Self::Requested { order, .. }
            | Self::SelfCreating { order, .. }
            | Self::Abandoned { order, .. } => order,
            Self::Locking { verified, .. }
            | Self::Locked { verified, .. }
            | Self::Granted { verified, .. }
            | Self::Completed { verified, .. }
            | Self::Refundable { verified, .. }
            | Self::Aborting { verified, .. }
            | Self::Refunding { verified, .. }
            | Self::Refunded { verified, .. } => verified.order(),
        }
    }

    /// The agreement as it is on the chain, once it is verified.
    pub fn verified(&self) -> Option<&VerifiedAgreement> {
        match self {
            Self::Confirmed { .. } | Self::Requested { .. } | Self::SelfCreating { .. } | Self::Abandoned { .. } => {
                None
            }
            Self::Locking { verified, .. }
            | Self::Locked { verified, .. }
            | Self::Granted { verified, .. }
            | Self::Completed { verified, .. }
            | Self::Refundable { verified, .. }
            | Self::Aborting { verified, .. }
            | Self::Refunding { verified, .. }
            | Self::Refunded { verified, .. } => Some(verified),
        }
    }

    /// The last block in which access can be granted, once that is known.
    pub fn deadline(&self) -> Option<u64> {
        self.verified().and_then(VerifiedAgreement::deadline)
    }
}

impl Machine for State {
    type Event = Event;
    type Effect = Effect;

    fn step(self, event: Event) -> (Self, Vec<Effect>) {
        let Decision { state, effects, .. } = decide::decide(self, event);
        (state, effects)
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Confirmed { .. } => "confirmed",
            Self::Requested { .. } => "requested",
            Self::SelfCreating { .. } => "self_creating",
            Self::Locking { .. } => "locking",
            Self::Locked { .. } => "locked",
            Self::Granted { .. } => "granted",
            Self::Completed { .. } => "completed",
            Self::Refundable { .. } => "refundable",
            Self::Aborting { .. } => "aborting",
            Self::Refunding { .. } => "refunding",
            Self::Refunded { .. } => "refunded",
            Self::Abandoned { .. } => "abandoned",
        }
    }

    fn is_final(&self) -> bool {
        matches!(self, Self::Completed { .. } | Self::Refunded { .. } | Self::Abandoned { .. })
    }

    fn resume() -> Event {
        Event::Resume
    }

    fn head(block: u64) -> Event {
        Event::Head { block }
    }

    fn is_reading(effect: &Effect) -> bool {
        matches!(effect, Effect::ReadFacts)
    }
}

pub(crate) use decide::decide;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod limits;
