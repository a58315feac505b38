//! The blocks on both sides of every limit: the last one that is in time, and the first one that is not.

use super::{Effect, Event, State};
use crate::{ConditionState, Facts, Flaw, Machine, VerifiedAgreement, table::samples};
use ConditionState::{Fulfilled, Unfulfilled};

/// The last block in which the agreement may appear.
const CREATE_BY: u64 = 1_050;
/// The last block in which access can be granted.
const DEADLINE: u64 = samples::CREATED_AT + samples::TIME_OUT;

fn locked() -> State {
    let verified = VerifiedAgreement::check(&samples::order(), &samples::created()).unwrap();
    State::Locked { verified, locked_at: samples::CREATED_AT + 5 }
}

fn paid(block: u64) -> Event {
    Event::Facts(Box::new(samples::facts(block, [Fulfilled, Unfulfilled, Unfulfilled])))
}

#[test]
fn an_agreement_may_appear_up_to_its_last_block_and_in_no_later_one() {
    assert_eq!(samples::order().create_by(), CREATE_BY);
    let nothing = |block| Event::Facts(Box::new(Facts { block, ..Facts::default() }));
    let confirmed = || State::new(samples::order());
    let requested = || State::Requested { order: samples::order(), refused: None };
    let creating = || State::SelfCreating { order: samples::order(), failed: None };
    let after = |state: State, event| state.step(event).0.name();
    assert_eq!(after(confirmed(), Event::Head { block: CREATE_BY }), "confirmed");
    assert_eq!(after(confirmed(), Event::Head { block: CREATE_BY + 1 }), "abandoned");
    assert_eq!(after(requested(), nothing(CREATE_BY)), "requested");
    assert_eq!(after(requested(), nothing(CREATE_BY + 1)), "abandoned");
    assert_eq!(after(creating(), nothing(CREATE_BY)), "self_creating");
    assert_eq!(after(creating(), nothing(CREATE_BY + 1)), "abandoned");
    // What is signed in the block before comes into the last one; later nobody would wait for it.
    let create = Effect::CreateAgreement { not_after: CREATE_BY - 1 };
    assert_eq!(creating().step(Event::Resume).1, [create, Effect::ReadFacts]);
    assert_eq!(requested().step(Event::NoInitialize).1, [create, Effect::ReadFacts]);
    assert_eq!(after(creating(), Event::TooLate), "abandoned");
}

#[test]
fn the_deadline_s_own_block_is_the_publisher_s_and_once_it_is_read_the_next_one_is_the_buyer_s() {
    assert_eq!(locked().step(paid(DEADLINE - 1)).0, locked());
    let (state, effects) = locked().step(paid(DEADLINE));
    assert_eq!((state.name(), effects), ("aborting", vec![Effect::AbortAndRefund { attempt: 0 }]));
    assert_eq!(locked().step(Event::Head { block: DEADLINE - 1 }).0, locked());
    let refundable = State::Refundable { block: DEADLINE + 1, verified: locked().verified().unwrap().clone() };
    assert_eq!(locked().step(Event::Head { block: DEADLINE }).0, refundable);
}

#[test]
fn as_many_blocks_as_the_margin_are_enough_to_pay_and_one_less_is_not() {
    let margin = samples::order().grant_margin;
    let check = |left| VerifiedAgreement::check(&samples::order(), &samples::facts(DEADLINE - left, [Unfulfilled; 3]));
    assert_eq!(check(margin).map(|verified| verified.lock_by()), Ok(Some(DEADLINE - margin)));
    assert_eq!(check(margin - 1), Err(Flaw::TooLate { left: margin - 1, needed: margin }));
}

#[test]
fn a_purchase_knows_its_deadline_as_soon_as_its_agreement_is_verified() {
    assert_eq!(locked().deadline(), Some(DEADLINE));
    assert_eq!(locked().verified().map(VerifiedAgreement::created_at), Some(samples::CREATED_AT));
    assert_eq!(State::new(samples::order()).deadline(), None);
}

#[test]
fn nothing_more_happens_to_what_was_completed_refunded_or_abandoned_and_to_nothing_else() {
    for (_, state) in samples::buyer_states() {
        assert_eq!(state.is_final(), ["completed", "refunded", "abandoned"].contains(&state.name()), "{state:?}");
    }
}

#[test]
fn only_a_reading_of_the_chain_is_worth_repeating_while_it_is_under_way() {
    assert!(State::is_reading(&Effect::ReadFacts));
    for other in [Effect::PostAgreement, Effect::ApproveAndLock { not_after: None }, Effect::Refund { attempt: 0 }] {
        assert!(!State::is_reading(&other), "{other:?}");
    }
}
