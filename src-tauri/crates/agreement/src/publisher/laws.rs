//! Laws of the publisher's machine under any sequence of events.

use super::{Accepted, Effect, Event, State};
use crate::{ConditionState, Facts, Flaw, Machine, table::samples};
use ConditionState::{Fulfilled, Unfulfilled};
use proptest::prelude::*;
use protocol::conditions::ConditionKind;

proptest! {
    #[test]
    fn any_sequence_of_events_keeps_the_laws(seen in any::<bool>(), choices in prop::collection::vec(0_usize..1_000, 1..60)) {
        let events = samples::publisher_events();
        let mut state = if seen { State::seen(samples::sale()) } else { State::requested(samples::sale()) };
        let mut ever_paid = false;
        let mut intact = false;
        let mut ever_granted = false;
        for choice in choices {
            let (_, event) = &events[choice % events.len()];
            if let Event::Facts(facts) = event {
                ever_paid |= facts.lock.state == Fulfilled;
                ever_granted |= facts.access.state == Fulfilled;
            }
            intact |= *event == Event::Intact;
            let before = state.clone();
            let (next, effects) = state.step(event.clone());
            for effect in &effects {
                match effect {
                    Effect::GrantAccess { not_after, .. } => {
                        prop_assert!(ever_paid && intact, "granted without payment or comparison");
                        prop_assert_eq!(*not_after, Some(samples::CREATED_AT + 90), "a grant has its last block");
                        if let Event::Head { block } = event {
                            prop_assert!(*block <= samples::CREATED_AT + samples::TIME_OUT, "never late");
                        }
                    }
                    Effect::ReleaseReward { .. } => prop_assert!(ever_granted, "paid without a grant"),
                    _ => {}
                }
            }
            if next.may_fetch() {
                prop_assert!(ever_granted, "served without a grant on the chain");
            }
            if before.is_final() {
                prop_assert!(effects.is_empty() && next == before, "final is final");
            }
            state = next;
        }
    }
}

fn facts(states: [ConditionState; 3]) -> Event {
    Event::Facts(Box::new(samples::facts(samples::CREATED_AT + 1, states)))
}

#[test]
fn the_usual_way_ends_with_the_payment() {
    let mut state = State::requested(samples::sale());
    let mut names = vec![state.name()];
    for event in [
        Event::Resume,
        facts([Unfulfilled; 3]),
        facts([Fulfilled, Unfulfilled, Unfulfilled]),
        Event::Intact,
        facts([Fulfilled, Fulfilled, Unfulfilled]),
        Event::Delivered,
        facts([Fulfilled; 3]),
    ] {
        state = state.step(event).0;
        names.push(state.name());
    }
    let expected = ["requested", "creating", "created", "rehashing", "granting", "granted", "releasing", "released"];
    assert_eq!(names, expected);
}

#[test]
fn changed_files_are_not_granted() {
    let state = State::seen(samples::sale()).step(facts([Fulfilled, Unfulfilled, Unfulfilled])).0;
    let (state, effects) = state.step(Event::Changed { reason: "file 0".into() });
    assert!(matches!(state, State::Refused { .. }) && effects.is_empty());
}

/// A grant is signed, the chain goes back behind the payment, the grant is mined all the same, and the payment comes again.
#[test]
fn only_the_chain_says_that_a_sale_which_may_have_been_granted_is_over() {
    let over = samples::CREATED_AT + samples::TIME_OUT + 1;
    let late = |states| Event::Facts(Box::new(samples::facts(over, states)));
    let paid = || facts([Fulfilled, Unfulfilled, Unfulfilled]);
    let granting = State::seen(samples::sale()).step(paid()).0.step(Event::Intact).0;
    let again = granting.step(facts([Unfulfilled; 3])).0.step(paid()).0;
    assert_eq!(again.name(), "rehashing");
    let (again, effects) = again.step(Event::Head { block: over });
    assert_eq!((again.name(), effects), ("rehashing", vec![Effect::ReadFacts]));
    assert_eq!(again.clone().step(paid()).0, again, "it is not over as far as blocks count");
    assert_eq!(again.clone().step(late([Fulfilled, Fulfilled, Unfulfilled])).0.name(), "granted");
    assert_eq!(again.step(late([Fulfilled, Unfulfilled, Unfulfilled])).0.name(), "expired");
}

#[test]
fn limits_of_released_clients_are_accepted_and_shorter_ones_are_not() {
    let check = |time_out| {
        let mut facts = samples::created();
        facts.access.time_out = time_out;
        samples::sale().check(&facts)
    };
    assert_eq!(check(0).unwrap().deadline, None, "squid-js sends 0");
    assert_eq!(check(500).unwrap().deadline, Some(samples::CREATED_AT + 500));
    let condition = ConditionKind::AccessSecretStore;
    assert_eq!(check(99), Err(Flaw::TimeOut { condition, expected: 100, found: 99 }));
    let mut facts: Facts = samples::created();
    facts.escrow.time_out = 7;
    assert_eq!(samples::sale().check(&facts), Err(Flaw::CanTimeOut { condition: ConditionKind::EscrowReward }));
}

#[test]
fn a_waiting_time_is_the_listed_one_or_none() {
    let check = |found| {
        let (mut sale, mut facts) = (samples::sale(), samples::created());
        sale.terms.time_locks = [0, 5, 0];
        facts.access.time_lock = found;
        sale.check(&facts).map(|accepted| accepted.created_at)
    };
    assert_eq!((check(0), check(5)), (Ok(samples::CREATED_AT), Ok(samples::CREATED_AT)));
    let condition = ConditionKind::AccessSecretStore;
    for found in [1, 4, 6] {
        assert_eq!(check(found), Err(Flaw::TimeLock { condition, expected: 5, found }));
    }
}

#[test]
fn the_deadline_s_own_block_is_not_over_and_without_a_limit_none_is() {
    let limited = samples::sale().check(&samples::created()).unwrap();
    let deadline = samples::CREATED_AT + samples::TIME_OUT;
    assert_eq!((limited.is_over(deadline), limited.is_over(deadline + 1)), (false, true));
    assert_eq!(limited.grant_by(10), Some(deadline - 10));
    let unlimited = Accepted { deadline: None, ..limited };
    assert!(!unlimited.is_over(u64::MAX));
    assert_eq!(unlimited.grant_by(10), None);
}

#[test]
fn whoever_was_granted_may_fetch_and_nobody_else() {
    for (_, state) in samples::publisher_states() {
        let granted = ["granted", "releasing", "released"].contains(&state.name());
        assert_eq!(state.may_fetch(), granted, "{state:?}");
        assert_eq!(state.is_final(), ["released", "refused", "expired"].contains(&state.name()), "{state:?}");
    }
}

#[test]
fn only_a_reading_of_the_chain_is_worth_repeating_while_it_is_under_way() {
    assert!(State::is_reading(&Effect::ReadFacts));
    for other in [Effect::Rehash, Effect::ReleaseReward { attempt: 0 }] {
        assert!(!State::is_reading(&other), "{other:?}");
    }
}

#[test]
fn a_state_survives_the_journal() {
    for (_, state) in samples::publisher_states() {
        let json = serde_json::to_string(&state).unwrap();
        assert_eq!(serde_json::from_str::<State>(&json).unwrap(), state);
    }
}
