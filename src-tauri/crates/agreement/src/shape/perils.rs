//! Ways in which a payment would not come back: said in words before anything is paid.

use protocol::{Address, conditions::ConditionTerms, shape::Shape};
use serde::{Deserialize, Serialize};

/// A way in which what is paid for a condition does not come back to who paid it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case", tag = "peril")]
pub enum Peril {
    /// It goes to an account at once and is not set aside.
    #[error("“{payment}” is not set aside: it goes to {to} at once and does not come back")]
    PaidAtOnce {
        /// The condition.
        payment: String,
        /// To whom.
        to: Address,
    },
    /// Nothing in this agreement ever pays it out.
    #[error("no step of this agreement ever pays “{payment}” out: it would stay set aside for ever")]
    NoEscrow {
        /// The condition.
        payment: String,
    },
    /// What releases it has no time-out.
    #[error("“{release}” has no time-out: if it is never done, “{payment}” stays set aside for ever")]
    NoTimeOut {
        /// The condition.
        payment: String,
        /// What releases it.
        release: String,
    },
    /// It would come back to somebody else.
    #[error("“{payment}” would not come back to you but to {to}")]
    ToAnother {
        /// The condition.
        payment: String,
        /// To whom.
        to: Address,
    },
}

/// The perils of the payments of an agreement, where this account pays them; `None` asks for those that do not depend on who
/// pays. `escrow` is the network's EscrowReward.
pub fn perils(shape: &Shape, escrow: Address, payer: Option<Address>) -> Vec<Peril> {
    let mut found = Vec::new();
    for place in 0..shape.conditions.len() {
        found.extend(perils_of(shape, place, escrow, payer));
    }
    found
}

/// The perils of one payment; none where the condition is none.
pub(super) fn perils_of(shape: &Shape, place: usize, escrow: Address, payer: Option<Address>) -> Vec<Peril> {
    let Some(condition) = shape.conditions.get(place) else { return Vec::new() };
    let ConditionTerms::LockReward { reward_address, amount } = &condition.terms else { return Vec::new() };
    // Nothing that is paid can be lost.
    if amount.is_zero() {
        return Vec::new();
    }
    let payment = condition.name.clone();
    if *reward_address != escrow {
        return vec![Peril::PaidAtOnce { payment, to: *reward_address }];
    }
    let escrows = shape.escrows_of(place);
    if escrows.is_empty() {
        return vec![Peril::NoEscrow { payment }];
    }
    let mut found = Vec::new();
    for escrow in escrows.into_iter().filter_map(|place| shape.conditions.get(place)) {
        let ConditionTerms::EscrowReward { sender, release, .. } = &escrow.terms else { continue };
        if let Some(to) = payer.and_then(|payer| (payer != *sender).then_some(*sender)) {
            found.push(Peril::ToAnother { payment: payment.clone(), to });
        }
        match shape.place_of(*release).and_then(|place| shape.conditions.get(place)) {
            Some(release) if release.time_out != 0 => {}
            Some(release) => {
                found.push(Peril::NoTimeOut { payment: payment.clone(), release: release.name.clone() });
            }
            None => found.push(Peril::NoEscrow { payment: payment.clone() }),
        }
    }
    found
}
