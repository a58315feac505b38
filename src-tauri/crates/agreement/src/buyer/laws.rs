//! Laws of the buyer's machine: under any sequence of events, and in a small world with a chain, crashes, a gateway and
//! a seller of any character.

use super::{Act, Effect, Event, State};
use crate::{AgreementFact, ConditionState, Facts, Machine, table::samples};
use ConditionState::{Aborted, Fulfilled, Unfulfilled};
use proptest::prelude::*;
use protocol::Sentence;

proptest! {
    #[test]
    fn any_sequence_of_events_keeps_the_laws(choices in prop::collection::vec(0_usize..1_000, 1..60)) {
        let events = samples::buyer_events();
        let mut state = State::new(samples::order());
        let mut latest: Option<Facts> = None;
        for choice in choices {
            let (_, event) = &events[choice % events.len()];
            if let Event::Facts(facts) = event {
                latest = Some((**facts).clone());
            }
            let before = state.clone();
            let (next, effects) = state.step(event.clone());
            for effect in &effects {
                match effect {
                    Effect::ApproveAndLock { not_after } => {
                        prop_assert!(matches!(next, State::Locking { .. }), "locks on a verified agreement only");
                        prop_assert_eq!(*not_after, Some(samples::CREATED_AT + 90));
                        prop_assert!(
                            !matches!(before, State::Locking { .. }) || *event == Event::Resume,
                            "never two payments but by resuming the one"
                        );
                    }
                    Effect::AbortAndRefund { .. } | Effect::Refund { .. } => {
                        let granted = latest.as_ref().is_some_and(|f| f.access.state == Fulfilled);
                        let known = matches!(before, State::Granted { .. } | State::Completed { .. });
                        prop_assert!(!(granted && known), "no refund after a grant that the chain still shows");
                    }
                    _ => {}
                }
            }
            if matches!(next, State::Refunded { .. }) && !matches!(before, State::Refunded { .. }) {
                let facts = latest.as_ref().unwrap();
                prop_assert_eq!((facts.access.state, facts.escrow.state), (Aborted, Fulfilled));
            }
            if before.is_final() {
                prop_assert!(effects.is_empty() && next.name() == before.name(), "final is final");
            }
            if before.verified().is_some() && matches!(next, State::Abandoned { .. }) {
                prop_assert!(
                    matches!(before, State::Locking { .. } | State::Abandoned { .. }),
                    "nothing is abandoned once money was seen in escrow"
                );
            }
            if let Event::Facts(_) = event {
                let (again, _) = next.clone().step(event.clone());
                let settled = again.clone().step(event.clone()).0;
                prop_assert_eq!(settled, again, "the same reading soon changes nothing");
            }
            state = next;
        }
    }

    #[test]
    fn money_ends_as_access_or_as_money_in_any_world(world in worlds(), choices in prop::collection::vec(any::<u8>(), 0..80)) {
        let mut play = Play::new(world);
        for choice in choices {
            play.turn(choice);
        }
        for _ in 0..4_000 {
            if play.state.is_final() {
                break;
            }
            play.fair_turn();
            prop_assert!(play.under_way.len() < 300, "what it wants done piles up");
        }
        let world = &play.world;
        prop_assert!(world.payments <= 1, "paid {} times", world.payments);
        match &play.state {
            State::Completed { .. } => prop_assert_eq!(world.access, Fulfilled),
            State::Refunded { .. } => {
                prop_assert_eq!((world.access, world.escrow, world.paid_publisher), (Aborted, Fulfilled, false));
            }
            State::Abandoned { .. } => {
                prop_assert!(world.lock != Fulfilled && (!world.signed || world.dead), "no money may follow: {:?}", world);
            }
            other => prop_assert!(false, "ends nowhere: {other:?} in {world:?}"),
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Gateway {
    Creates,
    CreatesOtherwise,
    HasNoInitialize,
    Refuses,
    AcceptsAndSleeps,
}

#[derive(Debug, Clone)]
struct World {
    gateway: Gateway,
    seller_grants: bool,
    can_pay: bool,
    /// What is signed behind the abort takes effect.
    refund_is_mined: bool,
    block: u64,
    created: Option<u64>,
    time_out: u64,
    lock: ConditionState,
    access: ConditionState,
    escrow: ConditionState,
    signed: bool,
    dead: bool,
    forbidden: bool,
    payments: u32,
    paid_publisher: bool,
}

fn worlds() -> impl Strategy<Value = World> {
    let gateway = prop_oneof![
        4 => Just(Gateway::Creates),
        1 => Just(Gateway::CreatesOtherwise),
        2 => Just(Gateway::HasNoInitialize),
        1 => Just(Gateway::Refuses),
        1 => Just(Gateway::AcceptsAndSleeps),
    ];
    (gateway, any::<bool>(), prop::bool::weighted(0.9), any::<bool>()).prop_map(
        |(gateway, seller_grants, can_pay, refund_is_mined)| World {
            gateway,
            seller_grants,
            can_pay,
            refund_is_mined,
            block: 990,
            created: None,
            time_out: samples::TIME_OUT,
            lock: ConditionState::Uninitialized,
            access: ConditionState::Uninitialized,
            escrow: ConditionState::Uninitialized,
            signed: false,
            dead: false,
            forbidden: false,
            payments: 0,
            paid_publisher: false,
        },
    )
}

impl World {
    fn create(&mut self, time_out: u64) -> bool {
        if self.created.is_some() {
            return false;
        }
        self.block += 1;
        self.created = Some(self.block);
        self.time_out = time_out;
        (self.lock, self.access, self.escrow) = (Unfulfilled, Unfulfilled, Unfulfilled);
        true
    }

    fn is_over(&self) -> bool {
        self.created.is_some_and(|at| self.block > at + self.time_out)
    }

    fn mine(&mut self) {
        self.block += 1;
        if self.signed && !self.dead && self.lock != Fulfilled {
            if self.can_pay && self.lock == Unfulfilled {
                self.lock = Fulfilled;
                self.payments += 1;
            } else {
                self.dead = true;
            }
        }
        if self.seller_grants && self.lock == Fulfilled && self.access == Unfulfilled && !self.is_over() {
            self.access = Fulfilled;
        }
    }

    fn facts(&self) -> Facts {
        let mut facts = samples::facts(self.block, [self.lock, self.access, self.escrow]);
        let Some(created) = self.created else {
            return Facts { block: self.block, ..Facts::default() };
        };
        for condition in [&mut facts.lock, &mut facts.access, &mut facts.escrow] {
            condition.created_at = created;
        }
        facts.access.time_out = self.time_out;
        facts
    }

    /// Performs an effect; `None` where it is still under way.
    fn perform(&mut self, effect: Effect) -> Option<Vec<Event>> {
        let done = |act| Some(vec![Event::TxDone { act }]);
        let block = self.block;
        let failed = |act| Some(vec![Event::TxFailed { act, reason: Sentence::default(), block }]);
        match effect {
            Effect::CheckLiveness => Some(vec![Event::Alive]),
            Effect::PostAgreement => Some(vec![match self.gateway {
                Gateway::Creates => {
                    self.create(samples::TIME_OUT);
                    Event::Accepted
                }
                Gateway::CreatesOtherwise => {
                    self.create(3);
                    Event::Accepted
                }
                Gateway::HasNoInitialize => Event::NoInitialize,
                Gateway::Refuses => Event::Refused { reason: Sentence::default() },
                Gateway::AcceptsAndSleeps => Event::Accepted,
            }]),
            Effect::CreateAgreement { not_after } if self.block > not_after && self.created.is_none() => {
                Some(vec![Event::TooLate])
            }
            Effect::CreateAgreement { .. } => {
                if self.create(samples::TIME_OUT) {
                    done(Act::Create)
                } else {
                    failed(Act::Create)
                }
            }
            Effect::ReadFacts => Some(vec![Event::Facts(Box::new(self.facts()))]),
            Effect::TickUntil { .. } => Some(vec![]),
            Effect::ApproveAndLock { not_after } => {
                if !self.signed {
                    if self.forbidden {
                        return failed(Act::Pay);
                    }
                    if not_after.is_some_and(|last| self.block > last) {
                        return Some(vec![Event::TooLate]);
                    }
                    self.signed = true;
                }
                match (self.lock, self.dead) {
                    (Fulfilled, _) => done(Act::Pay),
                    (_, true) => failed(Act::Pay),
                    _ => None,
                }
            }
            Effect::WithdrawPayment if self.signed => Some(vec![]),
            Effect::WithdrawPayment => {
                self.forbidden = true;
                Some(vec![Event::Withdrawn])
            }
            Effect::FetchKeys => (self.access == Fulfilled).then(|| vec![Event::KeysFetched]),
            Effect::AbortAndRefund { .. } => {
                // It is in the next block.
                if self.access == Unfulfilled && self.created.is_some_and(|at| self.block >= at + self.time_out) {
                    self.access = Aborted;
                    if self.refund_is_mined {
                        self.escrow = Fulfilled;
                        return done(Act::Abort);
                    }
                }
                failed(Act::Abort)
            }
            Effect::Refund { .. } => {
                if self.lock == Fulfilled && self.escrow == Unfulfilled && self.access != Unfulfilled {
                    self.escrow = Fulfilled;
                    self.paid_publisher = self.access == Fulfilled;
                    return done(Act::Refund);
                }
                failed(Act::Refund)
            }
        }
    }
}

struct Play {
    world: World,
    state: State,
    under_way: Vec<Effect>,
    told: Vec<Event>,
}

impl Play {
    fn new(world: World) -> Self {
        let state = State::new(samples::order());
        Self { world, state, under_way: vec![], told: vec![Event::Resume] }
    }

    fn hear(&mut self, event: Event) {
        let (state, effects) = self.state.clone().step(event);
        self.state = state;
        self.under_way.extend(effects);
    }

    fn turn(&mut self, choice: u8) {
        let pick = usize::from(choice / 8);
        match choice % 8 {
            0..=2 if !self.under_way.is_empty() => {
                let effect = self.under_way.remove(pick % self.under_way.len());
                match self.world.perform(effect) {
                    Some(events) => self.told.extend(events),
                    None => self.under_way.push(effect),
                }
            }
            3 | 4 if !self.told.is_empty() => {
                let event = self.told.remove(pick % self.told.len());
                self.hear(event);
            }
            5 => {
                self.world.mine();
                self.told.push(Event::Head { block: self.world.block });
            }
            6 => {
                self.under_way.clear();
                self.told = vec![Event::Resume];
            }
            7 if pick == 0 => self.told.push(Event::Cancel),
            _ => {}
        }
    }

    fn fair_turn(&mut self) {
        for event in std::mem::take(&mut self.told) {
            self.hear(event);
        }
        for effect in std::mem::take(&mut self.under_way) {
            match self.world.perform(effect) {
                Some(events) => self.told.extend(events),
                None => self.under_way.push(effect),
            }
        }
        self.world.mine();
        self.told.push(Event::Head { block: self.world.block });
    }
}

#[test]
fn the_usual_way_ends_with_the_keys() {
    let facts = |states| Event::Facts(Box::new(samples::facts(samples::CREATED_AT + 1, states)));
    let mut state = State::new(samples::order());
    let mut names = vec![state.name()];
    for event in [
        Event::Alive,
        Event::Accepted,
        facts([Unfulfilled; 3]),
        facts([Fulfilled, Unfulfilled, Unfulfilled]),
        facts([Fulfilled, Fulfilled, Unfulfilled]),
        Event::KeysFetched,
    ] {
        state = state.step(event).0;
        names.push(state.name());
    }
    assert_eq!(names, ["confirmed", "requested", "requested", "locking", "locked", "granted", "completed"]);
}

#[test]
fn a_state_survives_the_journal() {
    for (_, state) in samples::buyer_states() {
        let json = serde_json::to_string(&state).unwrap();
        assert_eq!(serde_json::from_str::<State>(&json).unwrap(), state);
    }
}

#[test]
fn an_agreement_that_vanished_from_the_chain_moves_no_money() {
    let (mut world, facts) =
        (State::new(samples::order()), Facts { agreement: None::<AgreementFact>, ..samples::created() });
    for event in [Event::Alive, Event::Facts(Box::new(samples::created())), Event::Facts(Box::new(facts))] {
        world = world.step(event).0;
    }
    let failed = Event::TxFailed { act: Act::Pay, reason: Sentence::default(), block: 1 };
    let gone = Event::Facts(Box::default());
    let ended = world.step(failed).0.step(gone).0;
    assert!(matches!(ended, State::Abandoned { .. }), "{ended:?}");
}

#[test]
fn a_purchase_is_taken_up_again_from_the_chain_alone() {
    let recovered = |states| State::recovered(samples::order(), &samples::facts(samples::CREATED_AT + 5, states));
    let (state, effects) = recovered([Fulfilled, Fulfilled, Unfulfilled]).unwrap();
    assert_eq!((state.name(), effects), ("granted", vec![Effect::FetchKeys]));
    assert_eq!(recovered([Fulfilled, Unfulfilled, Unfulfilled]).unwrap().0.name(), "locked");
    assert_eq!(recovered([Fulfilled, Aborted, Unfulfilled]).unwrap().0.name(), "refunding");
    assert!(recovered([Unfulfilled; 3]).is_err(), "unpaid: nothing to take up");
}
