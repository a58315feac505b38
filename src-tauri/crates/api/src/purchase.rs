//! Buying: what it costs, how it goes, how it ended.

use protocol::{AgreementId, Checksum, Did, TxHash, Vodka};
use serde::{Deserialize, Serialize};

/// What buying would cost and do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// Which listing.
    pub did: Did,
    /// Its name.
    pub name: String,
    /// Who is paid.
    pub publisher: String,
    /// Which of its services.
    pub service: u64,
    /// The price.
    pub price: Vodka,
    /// The network fee at most, in ether's smallest unit (wei); 0 on networks that take none. What it costs to approve and
    /// to pay, and to record the agreement, which the publisher's computer usually does.
    pub fee_wei: Vodka,
    /// What leaves the account at most.
    pub at_most: Vodka,
    /// The balance now.
    pub balance: Vodka,
    /// The balance afterwards; `None` where it does not cover the price.
    pub afterwards: Option<Vodka>,
    /// What is missing, where something is.
    pub missing: Option<Vodka>,
    /// Blocks after which the money comes back; 0 is never.
    pub refund_after_blocks: u64,
    /// The same in seconds at the network's present pace.
    pub refund_after_seconds: u64,
    /// What has to be accepted first, because "data or money back" does not hold: each is said before anything is paid.
    #[serde(default)]
    pub risks: Vec<RiskView>,
    /// The version this quote is for.
    pub version: Checksum,
    /// Why it cannot be bought now, where it cannot; the button is off then.
    pub obstacle: Option<crate::ApiError>,
}

/// Why money that is set aside may not come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Risk {
    /// The publisher set no time in which to open it: nobody can ever take the money back.
    NoTimeLimit,
    /// The network's contracts are not ours: a payment that is set aside can be taken by a stranger.
    ForeignContracts,
}

/// A risk of a purchase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RiskView {
    /// Which.
    pub risk: Risk,
    /// Whether somebody here has accepted it before: only [`Risk::ForeignContracts`] is accepted once for a network.
    pub accepted: bool,
}

/// Whose the contracts of the network in use are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractsTrust {
    /// Whether those that hold and move money are ours, byte for byte.
    pub ours: bool,
    /// Since when priced purchases are accepted all the same, RFC 3339.
    pub consented: Option<String>,
}

/// Where a purchase stands. Names are stable; scripts rely on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PurchaseState {
    /// Confirmed and on disk; the publisher is asked.
    Confirmed,
    /// The agreement is on record and is exactly what was confirmed.
    Created,
    /// The money is being set aside.
    Locking,
    /// The money is set aside; the publisher has to open it.
    Locked,
    /// The publisher opened it; keys are being fetched.
    Granted,
    /// Access and keys are in hand.
    Completed,
    /// The time is over; the money can be taken back.
    Refundable,
    /// The money is on its way back.
    Refunding,
    /// The money is back.
    Refunded,
    /// Ended before any money moved.
    Abandoned,
}

impl PurchaseState {
    /// The name scripts see.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Created => "created",
            Self::Locking => "locking",
            Self::Locked => "locked",
            Self::Granted => "granted",
            Self::Completed => "completed",
            Self::Refundable => "refundable",
            Self::Refunding => "refunding",
            Self::Refunded => "refunded",
            Self::Abandoned => "abandoned",
        }
    }

    /// Whether nothing more will happen.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Refunded | Self::Abandoned)
    }

    /// Whether `next` can be a later view of the same purchase, or the same one. A reply may come after the event that
    /// told of what followed it; whoever listens to both asks this before going back.
    pub const fn leads_to(self, next: Self) -> bool {
        if self.is_final() { self as u8 == next as u8 } else { self.step() <= next.step() }
    }

    const fn step(self) -> u8 {
        match self {
            Self::Confirmed => 0,
            Self::Created => 1,
            Self::Locking => 2,
            Self::Locked => 3,
            Self::Granted | Self::Refundable => 4,
            Self::Refunding => 5,
            Self::Completed | Self::Refunded | Self::Abandoned => 6,
        }
    }
}

/// A purchase as people see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PurchaseView {
    /// Its number.
    pub agreement: AgreementId,
    /// Which listing.
    pub did: Did,
    /// Its name.
    pub name: String,
    /// Who is paid.
    pub publisher: String,
    /// The price.
    pub price: Vodka,
    /// Where it stands.
    pub state: PurchaseState,
    /// What happened so far and what comes, in order.
    pub steps: Vec<Step>,
    /// Who acts next.
    pub waiting_for: WaitingFor,
    /// Where the money is.
    pub money: Money,
    /// When it was confirmed, RFC 3339.
    pub started: String,
    /// When it ended, RFC 3339.
    pub ended: Option<String>,
    /// The last block in which the publisher may open it; `None` before the agreement is on record, 0 for no limit.
    pub opens_by_block: Option<u64>,
    /// That block in people's time, RFC 3339, at the network's present pace.
    pub opens_by: Option<String>,
    /// When the money is back at the latest, RFC 3339, at the network's present pace.
    pub back_by: Option<String>,
    /// The newest block.
    pub block: u64,
    /// Whether one may close the window now without delaying anything.
    pub may_close: bool,
    /// What is wrong, where something is; the purchase goes on by itself unless `state` is final.
    pub trouble: Option<crate::ApiError>,
}

/// A step of a purchase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Which.
    pub kind: StepKind,
    /// How far.
    pub progress: StepProgress,
    /// When it was done, RFC 3339.
    pub at: Option<String>,
    /// Milliseconds since the purchase was confirmed.
    pub after_ms: Option<u64>,
    /// The transaction, below the surface.
    pub tx: Option<TxHash>,
    /// The block, below the surface.
    pub block: Option<u64>,
}

/// The steps of a purchase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// You agreed to the terms.
    Agreed,
    /// The agreement is on record.
    OnRecord,
    /// The money is set aside.
    SetAside,
    /// The publisher opened it.
    Opened,
    /// The keys are in hand.
    Keys,
    /// The publisher was paid.
    Paid,
    /// The time is over.
    TimeOver,
    /// The money is back.
    MoneyBack,
}

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepProgress {
    /// Done.
    Done,
    /// Under way.
    Now,
    /// To come.
    Later,
    /// Will not happen.
    Skipped,
}

/// Who acts next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitingFor {
    /// Nobody.
    Nobody,
    /// This computer.
    Us,
    /// The account is locked; its owner.
    Unlock,
    /// The publisher's computer.
    Publisher,
    /// The key servers.
    KeyServers,
    /// The network.
    Network,
    /// The end of the agreed time.
    Time,
}

/// Where the money is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Money {
    /// It costs nothing.
    None,
    /// With the buyer; nothing was taken.
    WithYou,
    /// Set aside; nobody has it.
    SetAside,
    /// With the publisher.
    WithPublisher,
    /// Back with the buyer.
    Back,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivityItem {
    /// When, RFC 3339.
    pub at: String,
    /// What.
    pub kind: ActivityKind,
    /// The listing's name, where there is one.
    pub name: String,
    /// The listing.
    pub did: Option<Did>,
    /// The purchase.
    pub agreement: Option<AgreementId>,
    /// The amount that moved.
    pub amount: Option<Vodka>,
    /// The transaction, below the surface.
    pub tx: Option<TxHash>,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActivityKind {
    /// You agreed to the terms.
    Agreed,
    /// Money was set aside.
    SetAside,
    /// The publisher opened it.
    Opened,
    /// You have access and keys.
    Bought,
    /// A file was saved.
    Downloaded,
    /// The money is back.
    MoneyBack,
    /// The purchase ended before any money moved.
    Abandoned,
    /// You published a listing.
    Published,
    /// You took a listing out of search.
    Unlisted,
    /// Somebody bought from you.
    Sold,
    /// You were paid.
    Paid,
    /// Test tokens arrived.
    TestTokens,
    /// Tokens were sent.
    Sent,
    /// An agreement of another shape was put on record.
    Recorded,
    /// A step of an agreement was done; `name` is the step's.
    StepDone,
    /// A step of an agreement was given up after its time; `name` is the step's.
    StepAborted,
}

#[cfg(test)]
mod tests {
    use super::PurchaseState::{Abandoned, Completed, Confirmed, Granted, Locked, Refundable, Refunded};

    #[test]
    fn a_late_reply_never_goes_back() {
        assert!(Confirmed.leads_to(Locked) && Locked.leads_to(Locked) && Refundable.leads_to(Granted));
        assert!(!Locked.leads_to(Confirmed));
        for end in [Completed, Refunded, Abandoned] {
            assert!(end.leads_to(end) && !end.leads_to(Confirmed) && Granted.leads_to(end));
        }
        assert!(!Completed.leads_to(Refunded));
    }
}
