//! What holds of every agreement of another shape.

use super::{
    samples::{CONSUMER, CREATED_AT, ESCROW, created, two_of_three},
    *,
};
use crate::ConditionState::{self, Aborted, Fulfilled, Unfulfilled, Uninitialized};
use proptest::prelude::*;
use protocol::{Address, Did, TemplateId, conditions::ConditionTerms, shape::Shape};

fn next(shape: &Shape, facts: &ShapeFacts) -> Vec<Next> {
    outlook(shape, facts).into_iter().map(|standing| standing.next).collect()
}

fn after(names: &[&str]) -> Next {
    Next::After { conditions: names.iter().map(|name| (*name).to_owned()).collect() }
}

#[test]
fn a_threshold_is_carried_out_in_its_order() {
    let shape = two_of_three(40);
    let mut facts = created(&shape);
    let too_few = |fulfilled| Next::TooFew { fulfilled, needed: 2 };
    assert_eq!(
        next(&shape, &facts),
        [Next::Open, Next::Open, Next::Open, Next::Open, too_few(0), after(&["payment", "enough"])]
    );
    facts.conditions[1].state = Fulfilled;
    facts.conditions[3].state = Fulfilled;
    assert_eq!(next(&shape, &facts)[4], after(&["payment"]), "nobody gives before it is paid");
    facts.conditions[0].state = Fulfilled;
    assert_eq!(next(&shape, &facts)[4..], [Next::Open, after(&["enough"])]);
    facts.conditions[4].state = Fulfilled;
    assert_eq!(next(&shape, &facts)[4..], [Next::Fulfilled, Next::Open]);
}

#[test]
fn what_can_no_longer_be_enough_is_aborted_and_pays_back() {
    let shape = two_of_three(40);
    let mut facts = created(&shape);
    facts.conditions[0].state = Fulfilled;
    facts.block = CREATED_AT + 29;
    assert!(outlook(&shape, &facts)[1..4].iter().all(|one| one.next == Next::Open && !one.can_abort));
    facts.block += 1;
    assert!(outlook(&shape, &facts)[1..4].iter().all(|one| one.next == Next::TimeOver && one.can_abort));
    facts.conditions[1].state = Aborted;
    facts.block = CREATED_AT;
    assert_eq!(next(&shape, &facts)[4], Next::TooFew { fulfilled: 0, needed: 2 }, "two are left, which is enough");
    facts.block = CREATED_AT + 30;
    facts.conditions[2].state = Aborted;
    let lost = Next::Never { conditions: vec!["one".to_owned(), "two".to_owned()] };
    assert_eq!(next(&shape, &facts)[4], lost);
    facts.block = CREATED_AT + 40;
    assert!(outlook(&shape, &facts)[4].can_abort);
    facts.conditions[4].state = Aborted;
    assert_eq!(next(&shape, &facts)[5], Next::Open, "the escrow pays back");
}

#[test]
fn a_payment_is_meant_for_whoever_it_would_come_back_to_and_for_nobody_where_that_is_two() {
    let payer = |senders: &[Address]| {
        let mut shape = two_of_three(40);
        let escrow = shape.conditions.pop().unwrap();
        for sender in senders {
            let mut escrow = escrow.clone();
            let ConditionTerms::EscrowReward { sender: back_to, .. } = &mut escrow.terms else { panic!() };
            *back_to = *sender;
            shape.conditions.push(escrow);
        }
        outlook(&shape, &created(&shape)).remove(0).by
    };
    let (one, other) = (Address([1; 20]), Address([2; 20]));
    let is = |account| By::Payer { account };
    assert_eq!(payer(&[one]), is(Some(one)));
    assert_eq!(payer(&[one, one]), is(Some(one)));
    assert_eq!(payer(&[one, other]), is(None));
    assert_eq!(payer(&[]), is(None));
}

#[test]
fn a_waiting_time_is_waited_for() {
    let mut shape = two_of_three(40);
    shape.conditions[1].time_lock = 5;
    let mut facts = created(&shape);
    assert_eq!(next(&shape, &facts)[1], Next::NotBefore { block: CREATED_AT + 5 });
    facts.block = CREATED_AT + 4;
    assert_eq!(next(&shape, &facts)[1], Next::NotBefore { block: CREATED_AT + 5 });
    facts.block = CREATED_AT + 5;
    assert_eq!(next(&shape, &facts)[1], Next::Open);
    // What can never be does not wait.
    facts.block = CREATED_AT;
    facts.conditions[5].time_lock = 5;
    assert_eq!(next(&shape, &facts)[5], Next::NotBefore { block: CREATED_AT + 5 });
    facts.conditions[0].state = Aborted;
    assert_eq!(next(&shape, &facts)[5], Next::Never { conditions: vec!["payment".to_owned()] });
}

#[test]
fn what_is_paid_and_not_paid_out_is_known_and_whom_it_would_not_come_back_to() {
    let shape = two_of_three(40);
    let paid = |shape: &Shape, states: &[(usize, ConditionState)]| {
        let mut facts = created(shape);
        for (place, state) in states {
            facts.conditions[*place].state = *state;
        }
        VerifiedShape::check(shape, &facts).unwrap().is_paid()
    };
    assert!(!paid(&shape, &[]));
    assert!(paid(&shape, &[(0, Fulfilled)]));
    assert!(!paid(&shape, &[(0, Fulfilled), (5, Fulfilled)]), "it is paid out");
    assert!(!paid(&shape, &[(1, Fulfilled)]), "another step was done");
    let mut without = shape.clone();
    without.conditions.pop();
    assert!(!paid(&without, &[(0, Fulfilled)]), "nothing holds it");
    let verified = VerifiedShape::check(&shape, &created(&shape)).unwrap();
    assert_eq!(verified.created_at(), CREATED_AT);
    assert_eq!(verified.perils(0, ESCROW, CONSUMER), []);
    let another = Peril::ToAnother { payment: "payment".to_owned(), to: CONSUMER };
    assert_eq!(verified.perils(0, ESCROW, Address([9; 20])), [another]);
}

#[test]
fn any_single_difference_is_a_flaw_of_a_shape() {
    let shape = two_of_three(40);
    assert!(VerifiedShape::check(&shape, &created(&shape)).is_ok());
    let flaw = |change: fn(&mut ShapeFacts)| {
        let mut facts = created(&shape);
        change(&mut facts);
        VerifiedShape::check(&shape, &facts).unwrap_err()
    };
    let name = || "enough".to_owned();
    assert_eq!(flaw(|f| f.agreement = None), ShapeFlaw::Missing);
    assert_eq!(flaw(|f| f.agreement.as_mut().unwrap().did = Did([9; 32])), ShapeFlaw::Did);
    assert_eq!(flaw(|f| f.agreement.as_mut().unwrap().template = TemplateId([9; 32]).into()), ShapeFlaw::Template);
    assert_eq!(flaw(|f| f.agreement.as_mut().unwrap().actors.reverse()), ShapeFlaw::Actors);
    assert_eq!(flaw(|f| f.agreement.as_mut().unwrap().actors.truncate(1)), ShapeFlaw::Actors);
    assert_eq!(flaw(|f| f.agreement.as_mut().unwrap().conditions.swap(1, 2)), ShapeFlaw::Conditions);
    assert_eq!(flaw(|f| f.agreement.as_mut().unwrap().conditions.truncate(5)), ShapeFlaw::Conditions);
    assert_eq!(flaw(|f| f.conditions[4].state = Uninitialized), ShapeFlaw::Conditions);
    assert_eq!(flaw(|f| f.conditions[4].type_ref = ESCROW), ShapeFlaw::TypeRef(name()));
    let lock = ShapeFlaw::TimeLock { name: name(), expected: 0, found: 1 };
    assert_eq!(flaw(|f| f.conditions[4].time_lock = 1), lock);
    let out = ShapeFlaw::TimeOut { name: name(), expected: 40, found: 0 };
    assert_eq!(flaw(|f| f.conditions[4].time_out = 0), out);
    assert_eq!(flaw(|f| f.conditions[4].created_at += 1), ShapeFlaw::Apart);
}

#[test]
fn a_payment_that_cannot_come_back_is_named() {
    assert!(perils(&two_of_three(40), ESCROW, Some(CONSUMER)).is_empty());
    let (payment, release) = ("payment".to_owned(), "enough".to_owned());
    assert_eq!(perils(&two_of_three(0), ESCROW, None), [Peril::NoTimeOut { payment: payment.clone(), release }]);
    let other = Address([8; 20]);
    let to_another = Peril::ToAnother { payment: payment.clone(), to: CONSUMER };
    assert_eq!(perils(&two_of_three(40), ESCROW, Some(other)), [to_another]);
    let at_once = Peril::PaidAtOnce { payment: payment.clone(), to: ESCROW };
    assert_eq!(perils(&two_of_three(40), other, None), [at_once]);
    let mut alone = two_of_three(40);
    alone.conditions.truncate(5);
    assert_eq!(perils(&alone, ESCROW, Some(CONSUMER)), [Peril::NoEscrow { payment }]);
    for condition in &mut alone.conditions {
        if let ConditionTerms::LockReward { amount, .. } = &mut condition.terms {
            *amount = protocol::Vodka::ZERO;
        }
    }
    assert!(perils(&alone, ESCROW, Some(CONSUMER)).is_empty(), "nothing cannot be lost");
}

#[test]
fn a_payment_leaves_time_for_what_releases_it() {
    let shape = two_of_three(40);
    let verified = VerifiedShape::check(&shape, &created(&shape)).unwrap();
    assert_eq!(verified.pay_by(0), Some(CREATED_AT + 30));
    assert_eq!(verified.last_time_out(), Some(CREATED_AT + 41));
    let without = two_of_three(0);
    assert_eq!(VerifiedShape::check(&without, &created(&without)).unwrap().pay_by(0), None);
}

proptest! {
    #[test]
    fn what_may_happen_next_fits_what_the_contracts_take(
        states in prop::collection::vec(prop::sample::select(vec![Uninitialized, Unfulfilled, Fulfilled, Aborted]), 0..7),
        // Anywhere, and often where the hash locks' time ends.
        block in prop_oneof![CREATED_AT..CREATED_AT + 60, CREATED_AT + 28..CREATED_AT + 32],
        locks in prop::collection::vec(0_u64..20, 6),
        time_out in 0_u64..50,
    ) {
        let shape = two_of_three(time_out);
        let mut facts = created(&shape);
        facts.block = block;
        for (place, fact) in facts.conditions.iter_mut().enumerate() {
            fact.state = states.get(place).copied().unwrap_or(Uninitialized);
            fact.time_lock = locks[place];
        }
        facts.conditions.truncate(states.len());
        let told = outlook(&shape, &facts);
        prop_assert_eq!(told.len(), shape.conditions.len());
        for (place, standing) in told.iter().enumerate() {
            let Some(fact) = facts.conditions.get(place) else {
                prop_assert_eq!(&standing.next, &Next::Missing);
                continue;
            };
            let takes_effect = block + 1;
            let over = fact.time_out != 0 && takes_effect > fact.created_at + fact.time_out;
            let escrow = place == 5;
            if standing.next == Next::Open {
                prop_assert_eq!(fact.state, Unfulfilled);
                prop_assert!(block >= fact.created_at + fact.time_lock);
                prop_assert!(!over || escrow);
                for before in &shape.conditions[place].after {
                    prop_assert_eq!(facts.conditions[*before].state, Fulfilled);
                }
                if escrow {
                    prop_assert_eq!(facts.conditions[0].state, Fulfilled);
                    prop_assert!(matches!(facts.conditions[4].state, Fulfilled | Aborted));
                }
            }
            prop_assert_eq!(standing.can_abort, fact.state == Unfulfilled && over && !escrow);
            prop_assert!(!standing.can_abort || standing.next == Next::TimeOver);
            prop_assert_eq!(fact.state == Fulfilled, standing.next == Next::Fulfilled);
        }
    }
}
