//! What was confirmed, and the proof that the chain says the same.

use crate::{AgreementFact, ConditionFact, ConditionState, Facts};
use protocol::conditions::{AccessTerms, ConditionKind};
use serde::{Deserialize, Serialize};

/// What the buyer confirmed, once and in full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The terms of the agreement.
    pub terms: AccessTerms,
    /// The index of the service in the listing.
    pub service: u64,
    /// The gateway's address on the network, as the listing names it.
    pub gateway: String,
    /// The block in which it was confirmed.
    pub confirmed_at: u64,
    /// Blocks after which nobody waits any longer for the agreement to be created.
    pub create_within: u64,
    /// Blocks that must be left for granting access when the money is locked.
    pub grant_margin: u64,
}

impl Order {
    /// The last block in which the agreement may appear.
    pub fn create_by(&self) -> u64 {
        self.confirmed_at.saturating_add(self.create_within)
    }
}

/// How the chain differs from what was confirmed. Any of these means: no money moves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Flaw {
    /// No such agreement.
    #[error("the agreement is not on the chain")]
    Missing,
    /// It is about another listing.
    #[error("the agreement is about another listing")]
    Did,
    /// It uses another template.
    #[error("the agreement uses another template")]
    Template,
    /// Not exactly the provider and the buyer.
    #[error("the agreement is between other parties")]
    Actors,
    /// Its conditions are not the three of the terms.
    #[error("the agreement has other conditions")]
    Conditions,
    /// A condition belongs to another contract.
    #[error("{condition} belongs to another contract")]
    TypeRef {
        /// Which.
        condition: ConditionKind,
    },
    /// A condition waits for another number of blocks.
    #[error("{condition} starts {found} blocks after creation instead of {expected}")]
    TimeLock {
        /// Which.
        condition: ConditionKind,
        /// Agreed.
        expected: u64,
        /// On the chain.
        found: u64,
    },
    /// A condition ends after another number of blocks.
    #[error("{condition} ends {found} blocks after creation instead of {expected}")]
    TimeOut {
        /// Which.
        condition: ConditionKind,
        /// Agreed.
        expected: u64,
        /// On the chain.
        found: u64,
    },
    /// A payment condition could be aborted, and the money would be stuck.
    #[error("{condition} could time out, and the money would be stuck")]
    CanTimeOut {
        /// Which.
        condition: ConditionKind,
    },
    /// A condition is not waiting any more.
    #[error("{condition} is not open")]
    State {
        /// Which.
        condition: ConditionKind,
    },
    /// Too few blocks are left for granting access.
    #[error("only {left} of {needed} blocks are left")]
    TooLate {
        /// Left.
        left: u64,
        /// Needed.
        needed: u64,
    },
}

/// An agreement that is on the chain exactly as it was confirmed. Only [`VerifiedAgreement::check`] makes one, and only
/// what that made is read back from the journal: whoever holds one may lock money on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifiedAgreement {
    order: Order,
    created_at: u64,
}

impl VerifiedAgreement {
    /// Compares what was confirmed with a reading of the chain: listing, template, parties in either order, and for each
    /// condition contract, waiting time, time limit and state; conditions in the order of v0.2 or v0.1; and enough
    /// blocks left. Nothing of this may be taken from ids: time limits and parties are in none of them.
    pub fn check(order: &Order, facts: &Facts) -> Result<Self, Flaw> {
        let terms = &order.terms;
        let agreement = facts.agreement.as_ref().ok_or(Flaw::Missing)?;
        #[cfg(feature = "planted")]
        if crate::planted::is(crate::planted::Bug::UnverifiedAgreement) {
            return Ok(Self { order: order.clone(), created_at: facts.access.created_at });
        }
        check_parties(terms, agreement)?;
        for kind in ConditionKind::ALL {
            check_condition(terms, kind, facts.condition(kind))?;
        }
        let verified = Self { order: order.clone(), created_at: facts.access.created_at };
        if let Some(deadline) = verified.deadline() {
            let left = deadline.saturating_sub(facts.block);
            if left < order.grant_margin {
                return Err(Flaw::TooLate { left, needed: order.grant_margin });
            }
        }
        Ok(verified)
    }

    /// For a purchase that is taken up again after its journal was lost: the same comparison, but paid already. Where
    /// access or escrow stand does not matter, and how many blocks are left neither.
    pub(crate) fn recover(order: &Order, facts: &Facts) -> Result<Self, Flaw> {
        let agreement = facts.agreement.as_ref().ok_or(Flaw::Missing)?;
        check_parties(&order.terms, agreement)?;
        for kind in ConditionKind::ALL {
            check_times(&order.terms, kind, facts.condition(kind))?;
        }
        if facts.lock.state != ConditionState::Fulfilled {
            return Err(Flaw::State { condition: ConditionKind::LockReward });
        }
        Ok(Self { order: order.clone(), created_at: facts.access.created_at })
    }

    /// What was confirmed.
    pub fn order(&self) -> &Order {
        &self.order
    }

    /// The terms.
    pub fn terms(&self) -> &AccessTerms {
        &self.order.terms
    }

    /// The block in which the agreement was created.
    pub fn created_at(&self) -> u64 {
        self.created_at
    }

    /// The last block in which access can be granted; `None` where there is no limit, and so no refund.
    pub fn deadline(&self) -> Option<u64> {
        deadline(self.created_at, self.order.terms.time_outs[1])
    }

    /// The last block in which locking still leaves the margin; a payment that is not signed by then never is.
    pub fn lock_by(&self) -> Option<u64> {
        self.deadline().map(|deadline| deadline.saturating_sub(self.order.grant_margin))
    }
}

/// The last block before a time limit is over (PROTOCOL 2.1); `None` for 0, which is never.
pub(crate) fn deadline(created_at: u64, time_out: u64) -> Option<u64> {
    (time_out != 0).then(|| created_at.saturating_add(time_out))
}

pub(crate) fn check_parties(terms: &AccessTerms, agreement: &AgreementFact) -> Result<(), Flaw> {
    if agreement.did != terms.did {
        return Err(Flaw::Did);
    }
    if agreement.template != terms.template {
        return Err(Flaw::Template);
    }
    let parties = [terms.provider, terms.consumer];
    let either = agreement.actors == parties || agreement.actors.iter().rev().eq(parties.iter());
    if !either {
        return Err(Flaw::Actors);
    }
    #[cfg(feature = "planted")]
    if crate::planted::is(crate::planted::Bug::ForeignEscrow) {
        return Ok(());
    }
    let ids = terms.ids();
    if agreement.conditions != ids.v02() && agreement.conditions != ids.v01() {
        return Err(Flaw::Conditions);
    }
    Ok(())
}

fn check_times(terms: &AccessTerms, condition: ConditionKind, fact: &ConditionFact) -> Result<(), Flaw> {
    if fact.type_ref != terms.contract(condition) {
        return Err(Flaw::TypeRef { condition });
    }
    let (expected, found) = (terms.time_locks[condition.index()], fact.time_lock);
    if expected != found {
        return Err(Flaw::TimeLock { condition, expected, found });
    }
    let (expected, found) = (terms.time_outs[condition.index()], fact.time_out);
    if expected != found {
        return Err(Flaw::TimeOut { condition, expected, found });
    }
    Ok(())
}

fn check_condition(terms: &AccessTerms, condition: ConditionKind, fact: &ConditionFact) -> Result<(), Flaw> {
    #[cfg(feature = "planted")]
    if crate::planted::overlooks(condition) {
        return Ok(());
    }
    check_times(terms, condition, fact)?;
    // A lock after its limit is kept by the escrow for ever, and an aborted escrow pays nobody (PROTOCOL 2.3, 2.4).
    if condition != ConditionKind::AccessSecretStore && fact.time_out != 0 {
        return Err(Flaw::CanTimeOut { condition });
    }
    if fact.state != ConditionState::Unfulfilled {
        return Err(Flaw::State { condition });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::samples;
    use protocol::{Address, Did, TemplateId};

    fn flaw(change: impl FnOnce(&mut Facts)) -> Flaw {
        let mut facts = samples::created();
        change(&mut facts);
        VerifiedAgreement::check(&samples::order(), &facts).unwrap_err()
    }

    fn agreement(facts: &mut Facts) -> &mut AgreementFact {
        facts.agreement.as_mut().unwrap()
    }

    #[test]
    fn an_agreement_as_confirmed_is_verified_in_both_orders() {
        let order = samples::order();
        let verified = VerifiedAgreement::check(&order, &samples::created()).unwrap();
        assert_eq!(verified.deadline(), Some(samples::CREATED_AT + 100));
        assert_eq!(verified.lock_by(), Some(samples::CREATED_AT + 90));
        let mut swapped = samples::created();
        agreement(&mut swapped).actors.reverse();
        agreement(&mut swapped).conditions = order.terms.ids().v01().to_vec();
        assert_eq!(VerifiedAgreement::check(&order, &swapped).unwrap(), verified);
    }

    #[test]
    fn a_verified_agreement_tells_what_was_confirmed_and_when_it_was_created() {
        let verified = VerifiedAgreement::check(&samples::order(), &samples::created()).unwrap();
        assert_eq!((verified.order(), verified.terms()), (&samples::order(), &samples::terms()));
        assert_eq!(verified.created_at(), samples::CREATED_AT);
    }

    #[test]
    fn any_single_difference_is_a_flaw() {
        let condition = ConditionKind::AccessSecretStore;
        assert_eq!(flaw(|f| f.agreement = None), Flaw::Missing);
        assert_eq!(flaw(|f| agreement(f).did = Did([9; 32])), Flaw::Did);
        assert_eq!(flaw(|f| agreement(f).template = TemplateId([9; 32]).into()), Flaw::Template);
        assert_eq!(flaw(|f| agreement(f).actors[0] = Address([9; 20])), Flaw::Actors);
        assert_eq!(flaw(|f| agreement(f).actors.push(Address([9; 20]))), Flaw::Actors);
        assert_eq!(flaw(|f| agreement(f).conditions.swap(1, 2)), Flaw::Conditions);
        assert_eq!(flaw(|f| f.access.type_ref = Address([9; 20])), Flaw::TypeRef { condition });
        assert_eq!(flaw(|f| f.access.time_lock = 1), Flaw::TimeLock { condition, expected: 0, found: 1 });
        assert_eq!(flaw(|f| f.access.time_out = 0), Flaw::TimeOut { condition, expected: 100, found: 0 });
        assert_eq!(flaw(|f| f.access.state = ConditionState::Aborted), Flaw::State { condition });
        let lock = ConditionKind::LockReward;
        assert_eq!(flaw(|f| f.lock.state = ConditionState::Fulfilled), Flaw::State { condition: lock });
        assert_eq!(
            flaw(|f| f.escrow.time_out = 5),
            Flaw::TimeOut { condition: ConditionKind::EscrowReward, expected: 0, found: 5 }
        );
        assert_eq!(flaw(|f| f.block = samples::CREATED_AT + 91), Flaw::TooLate { left: 9, needed: 10 });
    }

    #[test]
    fn terms_under_which_money_could_be_stuck_are_refused_even_if_agreed() {
        for (index, condition) in [(0, ConditionKind::LockReward), (2, ConditionKind::EscrowReward)] {
            let (mut order, mut facts) = (samples::order(), samples::created());
            order.terms.time_outs[index] = 50;
            match index {
                0 => facts.lock.time_out = 50,
                _ => facts.escrow.time_out = 50,
            }
            assert_eq!(VerifiedAgreement::check(&order, &facts), Err(Flaw::CanTimeOut { condition }));
        }
    }

    #[test]
    fn without_a_limit_there_is_no_deadline_and_no_hurry() {
        let (mut order, mut facts) = (samples::order(), samples::created());
        order.terms.time_outs[1] = 0;
        facts.access.time_out = 0;
        facts.block = u64::MAX;
        assert_eq!(VerifiedAgreement::check(&order, &facts).unwrap().deadline(), None);
    }
}
