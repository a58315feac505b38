//! What may happen next: which condition can be fulfilled, by whom, what the others wait for, which can be aborted.

use super::ShapeFacts;
use crate::{ConditionFact, ConditionState};
use protocol::{
    Address, ConditionId, Did, Hash32,
    conditions::ConditionTerms,
    shape::{Shape, ShapeCondition},
};
use serde::{Deserialize, Serialize};

/// Who can fulfil a condition, and what it takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "who")]
pub enum By {
    /// Anyone.
    Anyone,
    /// Anyone who pays; it is meant to be this account, to which the money would come back. `None` where no escrow says.
    Payer {
        /// Who.
        account: Option<Address>,
    },
    /// The listing's owner, or a computer that may serve it.
    Publisher {
        /// The listing.
        did: Did,
    },
    /// Anyone who shows this account's signature of these 32 bytes.
    Signature {
        /// Who signs.
        signer: Address,
        /// What.
        message: Hash32,
    },
    /// Anyone who shows what this is the Keccak-256 of.
    Preimage {
        /// The hash.
        hash: Hash32,
    },
    /// An account in whose list this is.
    Listed {
        /// The contract of lists.
        list: Address,
        /// What.
        item: Hash32,
    },
}

impl By {
    fn of(shape: &Shape, place: usize, condition: &ShapeCondition) -> Self {
        match &condition.terms {
            ConditionTerms::LockReward { .. } => {
                let senders = shape.escrows_of(place).into_iter().filter_map(|place| {
                    match shape.conditions.get(place).map(|escrow| &escrow.terms) {
                        Some(ConditionTerms::EscrowReward { sender, .. }) => Some(*sender),
                        _ => None,
                    }
                });
                Self::Payer {
                    account: senders
                        .reduce(|one, other| if one == other { one } else { Address::ZERO })
                        .filter(|a| !a.is_zero()),
                }
            }
            ConditionTerms::AccessSecretStore { did, .. } | ConditionTerms::ComputeExecution { did, .. } => {
                Self::Publisher { did: *did }
            }
            ConditionTerms::Sign { message, signer } => Self::Signature { signer: *signer, message: *message },
            ConditionTerms::HashLock { hash } => Self::Preimage { hash: *hash },
            ConditionTerms::Whitelisting { list, item } => Self::Listed { list: *list, item: *item },
            ConditionTerms::EscrowReward { .. } | ConditionTerms::Threshold { .. } => Self::Anyone,
        }
    }
}

/// What may happen next with one condition. Blocks are those in which a transaction would take effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "next")]
pub enum Next {
    /// It is not on the chain.
    Missing,
    /// It is fulfilled.
    Fulfilled,
    /// It is aborted.
    Aborted,
    /// It can be fulfilled.
    Open,
    /// Not before this block.
    NotBefore {
        /// Its number.
        block: u64,
    },
    /// Conditions come before it that are not fulfilled yet.
    After {
        /// Their names.
        conditions: Vec<String>,
    },
    /// More of its inputs are to be fulfilled.
    TooFew {
        /// Fulfilled.
        fulfilled: u64,
        /// Needed.
        needed: u64,
    },
    /// What comes before it will never be fulfilled, and so neither will it.
    Never {
        /// The conditions that were aborted.
        conditions: Vec<String>,
    },
    /// Its time is over: it can only be aborted.
    TimeOver,
}

/// How it stands with one condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// What may happen next.
    pub next: Next,
    /// Who could fulfil it, and with what.
    pub by: By,
    /// The last block in which it can be fulfilled; `None` where there is no limit, or it is decided.
    pub until: Option<u64>,
    /// Whether anyone can abort it now.
    pub can_abort: bool,
}

/// How it stands with every condition, in the places of the shape. Total: for every reading there is an answer.
///
/// A transaction takes effect in a later block than the one that was read, at the earliest in the next: that block is what
/// time-outs are compared with (PROTOCOL 2.1). Waiting times are compared with the block that was read: a node that is asked
/// what a fulfilment needs answers for that one.
pub fn outlook(shape: &Shape, facts: &ShapeFacts) -> Vec<Standing> {
    let missing = ConditionFact::default();
    let fact = |place: usize| facts.conditions.get(place).unwrap_or(&missing);
    let block = facts.block.saturating_add(1);
    let standing = |(place, condition): (usize, &ShapeCondition)| {
        let own = fact(place);
        let open = own.state == ConditionState::Unfulfilled;
        let settles = matches!(condition.terms, ConditionTerms::EscrowReward { .. });
        let last = (own.time_out != 0).then(|| own.created_at.saturating_add(own.time_out));
        let over = last.is_some_and(|last| block > last);
        let first = own.created_at.saturating_add(own.time_lock);
        let next = match own.state {
            ConditionState::Uninitialized => Next::Missing,
            ConditionState::Fulfilled => Next::Fulfilled,
            ConditionState::Aborted => Next::Aborted,
            // An escrow ends by paying out, whatever the clock says.
            ConditionState::Unfulfilled if over && !settles => Next::TimeOver,
            ConditionState::Unfulfilled if facts.block < first => match dependencies(shape, condition, &fact) {
                never @ Next::Never { .. } => never,
                _ => Next::NotBefore { block: first },
            },
            ConditionState::Unfulfilled => dependencies(shape, condition, &fact),
        };
        Standing {
            next,
            by: By::of(shape, place, condition),
            until: last.filter(|_| open && !settles),
            can_abort: open && over && !settles,
        }
    };
    shape.conditions.iter().enumerate().map(standing).collect()
}

fn dependencies<'a>(shape: &Shape, condition: &ShapeCondition, fact: &impl Fn(usize) -> &'a ConditionFact) -> Next {
    let state = |place: usize| fact(place).state;
    let of = |id: &ConditionId| shape.place_of(*id).map_or(ConditionState::Uninitialized, state);
    let name = |place: usize| shape.conditions.get(place).map(|found| found.name.clone()).unwrap_or_default();
    let mut before: Vec<usize> = condition.after.clone();
    match &condition.terms {
        ConditionTerms::EscrowReward { lock, release, .. } => {
            before.extend(shape.place_of(*lock));
            // Decided either way: it pays the receiver or the sender.
            if !matches!(of(release), ConditionState::Fulfilled | ConditionState::Aborted) {
                before.extend(shape.place_of(*release));
            }
        }
        ConditionTerms::Threshold { inputs, threshold } => {
            let count = |wanted: &[ConditionState]| {
                let found = inputs.iter().filter(|id| wanted.contains(&of(id))).count();
                u64::try_from(found).unwrap_or(u64::MAX)
            };
            let fulfilled = count(&[ConditionState::Fulfilled]);
            if count(&[ConditionState::Fulfilled, ConditionState::Unfulfilled]) < *threshold {
                let lost = inputs.iter().filter(|id| of(id) == ConditionState::Aborted);
                return Next::Never { conditions: lost.filter_map(|id| shape.place_of(*id)).map(name).collect() };
            }
            if fulfilled < *threshold {
                return Next::TooFew { fulfilled, needed: *threshold };
            }
        }
        _ => {}
    }
    before.sort_unstable();
    before.dedup();
    let lost: Vec<String> =
        before.iter().filter(|place| state(**place) == ConditionState::Aborted).map(|place| name(*place)).collect();
    if !lost.is_empty() {
        return Next::Never { conditions: lost };
    }
    let open: Vec<String> =
        before.iter().filter(|place| state(**place) != ConditionState::Fulfilled).map(|place| name(*place)).collect();
    if open.is_empty() { Next::Open } else { Next::After { conditions: open } }
}
