//! The proof that the chain has the agreement that was confirmed.

use super::{Peril, ShapeFacts, perils::perils_of};
use crate::{ConditionState, verified::deadline};
use protocol::{Address, conditions::ConditionTerms, shape::Shape, templates::TemplateRef};

/// How the chain differs from what was confirmed. Any of these means: no money moves.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShapeFlaw {
    /// No such agreement.
    #[error("the agreement is not on record")]
    Missing,
    /// It is about another listing.
    #[error("the agreement on record is about another listing")]
    Did,
    /// It uses another template.
    #[error("the agreement on record uses another template")]
    Template,
    /// Other accounts, or in other roles.
    #[error("the agreement on record is between others, or in other roles")]
    Actors,
    /// Other conditions, or in other places.
    #[error("the agreement on record has other conditions")]
    Conditions,
    /// A condition belongs to another contract.
    #[error("“{0}” belongs to another contract on record")]
    TypeRef(String),
    /// A condition waits for another number of blocks.
    #[error("“{name}” starts {found} blocks after the beginning on record instead of {expected}")]
    TimeLock {
        /// Which.
        name: String,
        /// Agreed.
        expected: u64,
        /// On the chain.
        found: u64,
    },
    /// A condition ends after another number of blocks.
    #[error("“{name}” ends {found} blocks after the beginning on record instead of {expected}")]
    TimeOut {
        /// Which.
        name: String,
        /// Agreed.
        expected: u64,
        /// On the chain.
        found: u64,
    },
    /// The conditions are not all of one block: not what one transaction made.
    #[error("the agreement on record was not made at once")]
    Apart,
}

/// An agreement that is on the chain exactly as it was confirmed. Only [`VerifiedShape::check`] makes one: whoever holds
/// one may pay for a condition of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedShape {
    shape: Shape,
    created_at: u64,
    states: Vec<ConditionState>,
}

impl VerifiedShape {
    /// Compares what was confirmed with a reading of the chain: listing, template, actors in their roles, conditions in
    /// their places, and for each the contract, waiting time and time-out. Where the conditions stand does not matter.
    ///
    /// # Errors
    /// The first difference.
    pub fn check(shape: &Shape, facts: &ShapeFacts) -> Result<Self, ShapeFlaw> {
        let agreement = facts.agreement.as_ref().ok_or(ShapeFlaw::Missing)?;
        if agreement.did != shape.did {
            return Err(ShapeFlaw::Did);
        }
        if agreement.template != TemplateRef::Id(shape.template) {
            return Err(ShapeFlaw::Template);
        }
        if !agreement.actors.iter().eq(shape.actors.iter().map(|actor| &actor.account)) {
            return Err(ShapeFlaw::Actors);
        }
        if !agreement.conditions.iter().eq(shape.conditions.iter().map(|condition| &condition.id))
            || facts.conditions.len() != shape.conditions.len()
        {
            return Err(ShapeFlaw::Conditions);
        }
        for (agreed, found) in shape.conditions.iter().zip(&facts.conditions) {
            let name = agreed.name.clone();
            if found.state == ConditionState::Uninitialized {
                return Err(ShapeFlaw::Conditions);
            }
            if found.type_ref != agreed.contract {
                return Err(ShapeFlaw::TypeRef(name));
            }
            if found.time_lock != agreed.time_lock {
                return Err(ShapeFlaw::TimeLock { name, expected: agreed.time_lock, found: found.time_lock });
            }
            if found.time_out != agreed.time_out {
                return Err(ShapeFlaw::TimeOut { name, expected: agreed.time_out, found: found.time_out });
            }
        }
        let created_at = facts.conditions.first().map(|found| found.created_at).unwrap_or_default();
        if facts.conditions.iter().any(|found| found.created_at != created_at) {
            return Err(ShapeFlaw::Apart);
        }
        let states = facts.conditions.iter().map(|found| found.state).collect();
        Ok(Self { shape: shape.clone(), created_at, states })
    }

    /// What was confirmed.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The block in which it was created.
    pub fn created_at(&self) -> u64 {
        self.created_at
    }

    /// Whether something was paid in it and is not paid out yet.
    pub fn is_paid(&self) -> bool {
        let state = |place: usize| self.states.get(place).copied().unwrap_or_default();
        (0..self.states.len()).any(|lock| {
            let escrows = self.shape.escrows_of(lock);
            state(lock) == ConditionState::Fulfilled
                && !escrows.is_empty()
                && escrows.into_iter().all(|escrow| state(escrow) == ConditionState::Unfulfilled)
        })
    }

    /// The first block in which every condition that has a time-out can be aborted: until then somebody waits for blocks.
    pub fn last_time_out(&self) -> Option<u64> {
        let outs = self.shape.conditions.iter().zip(&self.states);
        let open =
            outs.filter(|(_, state)| **state == ConditionState::Unfulfilled).map(|(condition, _)| condition.time_out);
        deadline(self.created_at, open.max()?).map(|last| last.saturating_add(1))
    }

    /// The ways in which this account's payment for a condition would not come back.
    pub fn perils(&self, place: usize, escrow: Address, payer: Address) -> Vec<Peril> {
        perils_of(&self.shape, place, escrow, Some(payer))
    }

    /// The last block in which a payment for a condition may be signed: a quarter of the time is left for what releases it.
    /// `None` where there is no limit.
    pub fn pay_by(&self, place: usize) -> Option<u64> {
        let releases = self.shape.escrows_of(place).into_iter().filter_map(|place| {
            let ConditionTerms::EscrowReward { release, .. } = &self.shape.conditions.get(place)?.terms else {
                return None;
            };
            let out = self.shape.conditions.get(self.shape.place_of(*release)?)?.time_out;
            deadline(self.created_at, out).map(|last| last.saturating_sub(out / 4))
        });
        releases.min()
    }
}
