//! The publisher's side: from a request, or an agreement seen on the chain, to the grant and the payment.
//!
//! ```text
//! Requested → Creating ┐
//!                Seen ─┴→ Created → Rehashing → Granting → Granted → Releasing → Released
//!   └──────────┴──────────────┴─────────┴──────────┴→ Refused | Expired: no grant, so the buyer gets the money back
//! ```
//! Access is granted only after the payment is seen in escrow on the chain, only if what will be delivered is still what
//! was sold, and never after the agreed time.

mod decide;

use crate::{Decision, Facts, Flaw, Machine, Retry, verified};
use protocol::{
    Sentence,
    conditions::{AccessTerms, ConditionKind},
};
use serde::{Deserialize, Serialize};

/// What a gateway knows of a sale from its own copy of the listing. The terms carry the *listed* waiting times and time
/// limits; what the chain says may be longer or without limit (see [`Sale::check`]).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sale {
    /// The terms as listed, with the agreement's id, its buyer and its provider.
    pub terms: AccessTerms,
    /// The index of the service in the listing.
    pub service: u64,
    /// Which version of the listing is sold: its checksum in hex, by which the gateway keeps documents.
    pub version: String,
    /// Blocks that must be left before the deadline when the grant is signed.
    pub grant_margin: u64,
    /// Blocks after the grant after which the payment is taken even without a delivery.
    pub grace: u64,
}

impl Sale {
    /// Compares the listing's terms with the chain. Time limits may be 0 or longer than listed, since released clients
    /// send 0; parties may come in either order. Returns the block of creation and the limit that holds.
    pub fn check(&self, facts: &Facts) -> Result<Accepted, Flaw> {
        let agreement = facts.agreement.as_ref().ok_or(Flaw::Missing)?;
        verified::check_parties(&self.terms, agreement)?;
        for condition in ConditionKind::ALL {
            let (fact, place) = (facts.condition(condition), condition.index());
            if fact.type_ref != self.terms.contract(condition) {
                return Err(Flaw::TypeRef { condition });
            }
            let (expected, found) = (self.terms.time_locks[place], fact.time_lock);
            if found != 0 && found != expected {
                return Err(Flaw::TimeLock { condition, expected, found });
            }
            let (expected, found) = (self.terms.time_outs[place], fact.time_out);
            if found != 0 && found < expected {
                return Err(Flaw::TimeOut { condition, expected, found });
            }
            // An escrow that anyone can abort pays nobody.
            if condition == ConditionKind::EscrowReward && found != 0 {
                return Err(Flaw::CanTimeOut { condition });
            }
        }
        let deadline = verified::deadline(facts.access.created_at, facts.access.time_out);
        Ok(Accepted { created_at: facts.access.created_at, deadline })
    }
}

/// An agreement on the chain that fits the listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// The block of creation.
    pub created_at: u64,
    /// The last block in which access can be granted; `None` where there is no limit.
    pub deadline: Option<u64>,
}

impl Accepted {
    /// Whether the time is over in this block.
    pub fn is_over(&self, block: u64) -> bool {
        #[cfg(feature = "planted")]
        if crate::planted::is(crate::planted::Bug::LateGrant) {
            return false;
        }
        self.deadline.is_some_and(|deadline| block > deadline)
    }

    /// The last block in which a grant may be signed.
    pub fn grant_by(&self, margin: u64) -> Option<u64> {
        #[cfg(feature = "planted")]
        if crate::planted::is(crate::planted::Bug::LateGrant) {
            return None;
        }
        self.deadline.map(|deadline| deadline.saturating_sub(margin))
    }
}

/// Where a sale stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum State {
    /// A buyer posted a signed agreement; it is checked and on disk.
    Requested {
        /// The sale.
        sale: Sale,
    },
    /// An agreement was seen on the chain; nothing of it is believed yet.
    Seen {
        /// The sale.
        sale: Sale,
    },
    /// The gateway's transaction creates it.
    Creating {
        /// The sale.
        sale: Sale,
        /// Why the transaction certainly failed; the chain has the last word.
        failed: Option<Sentence>,
    },
    /// It is on the chain and fits the listing; the payment is awaited.
    Created {
        /// The sale.
        sale: Sale,
        /// As on the chain.
        accepted: Accepted,
    },
    /// The payment is in escrow; what will be delivered is compared with what was sold.
    Rehashing {
        /// The sale.
        sale: Sale,
        /// As on the chain.
        accepted: Accepted,
    },
    /// It is the same; access is being granted.
    Granting {
        /// The sale.
        sale: Sale,
        /// As on the chain.
        accepted: Accepted,
        /// The attempts.
        retry: Retry,
    },
    /// Access is granted; the first full delivery, or the grace period, is awaited.
    Granted {
        /// The sale.
        sale: Sale,
        /// As on the chain.
        accepted: Accepted,
        /// The block in which the grant was seen.
        granted_at: u64,
    },
    /// Delivered, or the grace period is over: the payment is taken.
    Releasing {
        /// The sale.
        sale: Sale,
        /// As on the chain.
        accepted: Accepted,
        /// Whether a delivery was complete.
        delivered: bool,
        /// The attempts.
        retry: Retry,
    },
    /// The payment is with the owner. Final.
    Released {
        /// The sale.
        sale: Sale,
        /// The block in which that was seen.
        at: u64,
    },
    /// Not served, on purpose. Final.
    Refused {
        /// The sale.
        sale: Sale,
        /// Why.
        reason: Refusal,
    },
    /// The time is over. Final.
    Expired {
        /// The sale.
        sale: Sale,
        /// The block in which that was seen.
        at: u64,
    },
}

/// Why a sale is not served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Refusal {
    /// The agreement on the chain does not fit the listing.
    Mismatch {
        /// The difference.
        flaw: Flaw,
    },
    /// What would be delivered is not what was sold.
    Changed {
        /// Which file, and how.
        reason: Sentence,
    },
    /// The gateway's transaction could not create it.
    CreateFailed {
        /// Why.
        reason: Sentence,
    },
}

/// Which transaction an event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// createAgreement by the provider.
    Create,
    /// AccessSecretStore.fulfill.
    Grant,
    /// EscrowReward.fulfill.
    Release,
}

/// What happens to a sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Loaded from disk, or asked to go on: emit the state's effects again.
    Resume,
    /// A new block.
    Head {
        /// Its number.
        block: u64,
    },
    /// A reading of the chain.
    Facts(Box<Facts>),
    /// A transaction was mined and did not revert.
    TxDone {
        /// Which.
        act: Act,
    },
    /// A transaction can never take effect.
    TxFailed {
        /// Which.
        act: Act,
        /// Why.
        reason: Sentence,
        /// The newest block.
        block: u64,
    },
    /// The grant was not signed before its last block, and never will be.
    TooLate {
        /// The newest block.
        block: u64,
    },
    /// What will be delivered is what was sold.
    Intact,
    /// It is not.
    Changed {
        /// Which file, and how.
        reason: Sentence,
    },
    /// The buyer has received one file completely.
    Delivered,
}

/// What a sale wants done. All of it may be done twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "effect")]
pub enum Effect {
    /// createAgreement from the provider's account. Tell `TxDone` or `TxFailed`.
    CreateAgreement,
    /// Read the chain. Tell `Facts`.
    ReadFacts,
    /// Let the chain make blocks up to this one. Tells nothing; heads come by themselves.
    TickUntil {
        /// Up to here.
        block: u64,
    },
    /// Hash what will be delivered; where a grant is signed already, it was found intact before. Tell `Intact` or `Changed`.
    Rehash,
    /// AccessSecretStore.fulfill. Tell `TxDone`, `TxFailed` or `TooLate`.
    GrantAccess {
        /// Part of the key under which it is signed.
        attempt: u32,
        /// The last block in which it may be signed.
        not_after: Option<u64>,
    },
    /// EscrowReward.fulfill. Tell `TxDone` or `TxFailed`.
    ReleaseReward {
        /// Part of the key under which it is signed.
        attempt: u32,
    },
}

impl State {
    /// A sale that a buyer posted.
    pub fn requested(sale: Sale) -> Self {
        Self::Requested { sale }
    }

    /// A sale that was seen on the chain.
    pub fn seen(sale: Sale) -> Self {
        Self::Seen { sale }
    }

    /// The sale.
    pub fn sale(&self) -> &Sale {
        match self {
            Self::Requested { sale }
            | Self::Seen { sale }
            | Self::Creating { sale, .. }
            | Self::Created { sale, .. }
            | Self::Rehashing { sale, .. }
            | Self::Granting { sale, .. }
            | Self::Granted { sale, .. }
            | Self::Releasing { sale, .. }
            | Self::Released { sale, .. }
            | Self::Refused { sale, .. }
            | Self::Expired { sale, .. } => sale,
        }
    }

    /// Whether the buyer may fetch: access was granted on the chain.
    pub fn may_fetch(&self) -> bool {
        matches!(self, Self::Granted { .. } | Self::Releasing { .. } | Self::Released { .. })
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
            Self::Requested { .. } => "requested",
            Self::Seen { .. } => "seen",
            Self::Creating { .. } => "creating",
            Self::Created { .. } => "created",
            Self::Rehashing { .. } => "rehashing",
            Self::Granting { .. } => "granting",
            Self::Granted { .. } => "granted",
            Self::Releasing { .. } => "releasing",
            Self::Released { .. } => "released",
            Self::Refused { .. } => "refused",
            Self::Expired { .. } => "expired",
        }
    }

    fn is_final(&self) -> bool {
        matches!(self, Self::Released { .. } | Self::Refused { .. } | Self::Expired { .. })
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
