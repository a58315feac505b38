//! Payments that come back by themselves: what can be done about the money of one's own accounts once nobody can earn it any
//! more, and when to look again.

use super::{Next, ShapeFacts, VerifiedShape, next::outlook};
use crate::ConditionState;
use protocol::{
    Address, Vodka,
    conditions::ConditionTerms,
    shape::{Shape, ShapeCondition},
};
use serde::{Deserialize, Serialize};

/// A step that brings a payment nearer to whoever paid it. Anyone may take it, and the money can go nowhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "step")]
pub enum TakeBack {
    /// What would have released it is aborted: its time is over.
    Abort {
        /// Its place.
        place: usize,
    },
    /// The escrow pays it back.
    PayOut {
        /// Its place.
        place: usize,
    },
}

/// How the money of some accounts stands in an agreement.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OwnMoney {
    /// What is set aside, by account.
    pub set_aside: Vec<(Address, Vodka)>,
    /// What can be done now to bring it back, one for each escrow that something can be done about.
    pub steps: Vec<TakeBack>,
    /// The block with which more can be done; `None` where no block alone changes anything.
    pub next: Option<u64>,
}

impl VerifiedShape {
    /// Whom the escrows would pay back.
    pub fn payers(&self) -> Vec<Address> {
        let shape = self.shape();
        let paid_back = |escrow| paid_back_by(shape, escrow).map(|(sender, ..)| sender);
        shape.conditions.iter().filter_map(paid_back).collect()
    }

    /// The places of the escrows that pay these accounts back as soon as the condition at this place is aborted: they can be
    /// told to in the same block.
    pub fn paid_back_behind(&self, facts: &ShapeFacts, own: &[Address], aborted: usize) -> Vec<usize> {
        let mut then = facts.clone();
        let Some(fact) = then.conditions.get_mut(aborted) else { return Vec::new() };
        fact.state = ConditionState::Aborted;
        let shape = self.shape();
        let waits_for_it = |step| match step {
            TakeBack::PayOut { place } => {
                let (.., release) = paid_back_by(shape, shape.conditions.get(place)?)?;
                (release == aborted).then_some(place)
            }
            TakeBack::Abort { .. } => None,
        };
        self.own_money(&then, own).steps.into_iter().filter_map(waits_for_it).collect()
    }

    /// How the money of these accounts stands. Total: every reading has an answer.
    pub fn own_money(&self, facts: &ShapeFacts, own: &[Address]) -> OwnMoney {
        let shape = self.shape();
        let now = outlook(shape, facts);
        let state = |place: usize| facts.conditions.get(place).map(|fact| fact.state).unwrap_or_default();
        let mut money = OwnMoney::default();
        for (place, escrow) in shape.conditions.iter().enumerate() {
            let Some((sender, amount, lock, release)) = paid_back_by(shape, escrow) else { continue };
            let open = state(place) == ConditionState::Unfulfilled && state(lock) == ConditionState::Fulfilled;
            if !own.contains(&sender) || amount.is_zero() || !open {
                continue;
            }
            money.set_aside.push((sender, amount));
            let (Some(here), Some(released)) = (now.get(place), now.get(release)) else { continue };
            if state(release) == ConditionState::Aborted {
                if here.next == Next::Open {
                    money.steps.push(TakeBack::PayOut { place });
                }
            } else if released.can_abort {
                let abort = TakeBack::Abort { place: release };
                if !money.steps.contains(&abort) {
                    money.steps.push(abort);
                }
            } else if let Some(until) = released.until {
                money.next = Some(money.next.map_or(until, |next| next.min(until)));
            }
        }
        money
    }
}

/// Whom an escrow pays back, how much, and the places of the payment and of what releases it.
fn paid_back_by(shape: &Shape, escrow: &ShapeCondition) -> Option<(Address, Vodka, usize, usize)> {
    let ConditionTerms::EscrowReward { sender, amount, lock, release, .. } = &escrow.terms else { return None };
    Some((*sender, *amount, shape.place_of(*lock)?, shape.place_of(*release)?))
}

#[cfg(test)]
mod tests {
    use super::{
        super::samples::{CONSUMER, CREATED_AT, created, two_of_three},
        *,
    };
    use ConditionState::{Aborted, Fulfilled, Unfulfilled};
    use proptest::prelude::*;

    fn money(facts: &ShapeFacts, own: &[Address]) -> OwnMoney {
        let shape = two_of_three(40);
        VerifiedShape::check(&shape, facts).unwrap().own_money(facts, own)
    }

    fn paid() -> ShapeFacts {
        let mut facts = created(&two_of_three(40));
        facts.conditions[0].state = Fulfilled;
        facts
    }

    #[test]
    fn nothing_is_done_about_what_is_not_paid_or_is_somebody_elses() {
        assert_eq!(money(&created(&two_of_three(40)), &[CONSUMER]), OwnMoney::default());
        let mut late = paid();
        late.block = CREATED_AT + 100;
        assert_eq!(money(&late, &[Address([9; 20])]), OwnMoney::default());
    }

    #[test]
    fn a_payment_comes_back_step_by_step_once_its_time_is_over() {
        let mut facts = paid();
        let waiting = money(&facts, &[CONSUMER]);
        assert_eq!(waiting.set_aside, [(CONSUMER, Vodka::from_ocean(4))]);
        assert_eq!((waiting.steps, waiting.next), (vec![], Some(CREATED_AT + 40)));
        facts.block = CREATED_AT + 39;
        assert_eq!(money(&facts, &[CONSUMER]).steps, []);
        facts.block = CREATED_AT + 40;
        let over = money(&facts, &[CONSUMER]);
        assert_eq!((over.steps, over.next), (vec![TakeBack::Abort { place: 4 }], None));
        facts.conditions[4].state = Aborted;
        assert_eq!(money(&facts, &[CONSUMER]).steps, [TakeBack::PayOut { place: 5 }]);
        facts.conditions[5].state = Fulfilled;
        assert_eq!(money(&facts, &[CONSUMER]), OwnMoney::default());
    }

    #[test]
    fn who_looks_for_all_sees_every_payment() {
        let shape = two_of_three(40);
        let facts = paid();
        let verified = VerifiedShape::check(&shape, &facts).unwrap();
        let all = verified.own_money(&facts, &verified.payers());
        assert_eq!(all, money(&facts, &[CONSUMER]));
        assert_ne!(all, OwnMoney::default());
    }

    #[test]
    fn a_payment_is_paid_back_right_behind_the_abort_of_what_would_have_released_it() {
        let facts = paid();
        let behind = |facts: &ShapeFacts, own: &[Address], place| {
            VerifiedShape::check(&two_of_three(40), facts).unwrap().paid_back_behind(facts, own, place)
        };
        assert_eq!(behind(&facts, &[CONSUMER], 4), [5]);
        assert_eq!(behind(&facts, &[Address([9; 20])], 4), [0; 0], "somebody else's");
        assert_eq!(behind(&facts, &[CONSUMER], 3), [0; 0], "it releases nothing");
        assert_eq!(behind(&facts, &[CONSUMER], 9), [0; 0], "a place that is none");
        let unpaid = created(&two_of_three(40));
        assert_eq!(behind(&unpaid, &[CONSUMER], 4), [0; 0], "nothing is in escrow");
    }

    #[test]
    fn what_was_earned_stays_with_who_earned_it() {
        let mut facts = paid();
        facts.block = CREATED_AT + 100;
        facts.conditions[4].state = Fulfilled;
        let earned = money(&facts, &[CONSUMER]);
        assert_eq!((earned.steps, earned.next), (vec![], None));
        assert_eq!(earned.set_aside.len(), 1, "until it is paid out");
    }

    proptest! {
        /// Whatever the chain says: a step is one that the outlook allows, and none takes what somebody can still earn.
        #[test]
        fn a_step_is_allowed_and_takes_nothing_that_can_be_earned(
            states in prop::collection::vec(prop::sample::select(vec![Unfulfilled, Fulfilled, Aborted]), 6),
            block in CREATED_AT..CREATED_AT + 60,
            time_out in 0_u64..50,
        ) {
            let shape = two_of_three(time_out);
            let mut facts = created(&shape);
            facts.block = block;
            for (fact, state) in facts.conditions.iter_mut().zip(states) {
                fact.state = state;
            }
            let own = VerifiedShape::check(&shape, &facts).unwrap().own_money(&facts, &[CONSUMER]);
            let now = outlook(&shape, &facts);
            for step in own.steps {
                match step {
                    TakeBack::Abort { place } => prop_assert!(now[place].can_abort && place == 4),
                    TakeBack::PayOut { place } => {
                        prop_assert!(now[place].next == Next::Open && place == 5);
                        prop_assert_eq!(facts.conditions[4].state, Aborted);
                    }
                }
            }
            prop_assert!(own.next.is_none_or(|next| next > block));
        }
    }
}
