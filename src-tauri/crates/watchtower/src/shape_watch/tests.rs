//! What the tower does by what it reads: examples, and laws of any sequence of events.

use super::*;
use proptest::prelude::*;
use protocol::{Address, AgreementId, Did, TemplateId, Vodka};

const ABORT: TakeBack = TakeBack::Abort { place: 1 };
const PAY_OUT: TakeBack = TakeBack::PayOut { place: 2 };

fn shape() -> Shape {
    Shape {
        agreement: AgreementId([1; 32]),
        title: String::new(),
        did: Did([2; 32]),
        template: TemplateId([3; 32]),
        actors: Vec::new(),
        conditions: Vec::new(),
        order: Vec::new(),
    }
}

fn money(steps: &[TakeBack], next: Option<u64>) -> OwnMoney {
    OwnMoney { set_aside: vec![(Address([4; 20]), Vodka::from_ocean(5))], steps: steps.to_vec(), next }
}

fn read(block: u64, steps: &[TakeBack], next: Option<u64>) -> ShapeEvent {
    ShapeEvent::Money { block, money: money(steps, next) }
}

fn take(what: TakeBack, attempt: u32) -> ShapeEffect {
    ShapeEffect::Take { what, attempt }
}

fn begun(block: u64, steps: &[TakeBack], next: Option<u64>) -> ShapeWatch {
    ShapeWatch::begin(shape(), block, money(steps, next))
}

#[test]
fn a_payment_is_waited_for_taken_back_step_by_step_and_then_left_alone() {
    let waiting = begun(10, &[], Some(40));
    assert_eq!((waiting.name(), waiting.next(), waiting.is_final()), ("waiting", Some(40), false));
    let (waiting, effects) = waiting.step(ShapeWatch::resume());
    assert_eq!(effects, [ShapeEffect::ReadMoney, ShapeEffect::TickUntil { block: 40 }]);
    assert_eq!(waiting.clone().step(ShapeWatch::head(39)), (waiting.clone(), vec![]), "nothing is read before");
    let (waiting, effects) = waiting.step(ShapeWatch::head(40));
    assert_eq!(effects, [ShapeEffect::ReadMoney]);
    let (taking, effects) = waiting.step(read(40, &[ABORT], None));
    assert_eq!((taking.name(), taking.next(), effects), ("taking_back", None, vec![take(ABORT, 0)]));
    let (taking, effects) = taking.step(ShapeEvent::Done);
    assert_eq!(effects, [ShapeEffect::ReadMoney]);
    let (taking, effects) = taking.step(read(41, &[PAY_OUT], None));
    assert_eq!(effects, [take(PAY_OUT, 0)]);
    let ended = taking.step(ShapeEvent::Money { block: 42, money: OwnMoney::default() }).0;
    assert_eq!(ended, ShapeWatch::Ended { shape: Box::new(shape()), at: 42 });
    assert!(ended.is_final() && ended.next().is_none());
    assert_eq!(ended.clone().step(read(50, &[ABORT], None)), (ended, vec![]));
}

#[test]
fn what_failed_is_tried_anew_later_and_keeps_nothing_else_from_being_taken() {
    let both = || read(51, &[ABORT, PAY_OUT], None);
    let (taking, effects) = begun(50, &[], Some(51)).step(both());
    assert_eq!(effects, [take(ABORT, 0), take(PAY_OUT, 0)]);
    let (taking, effects) = taking.step(ShapeEvent::Failed { what: ABORT, block: 60 });
    assert_eq!(effects, [ShapeEffect::ReadMoney, ShapeEffect::TickUntil { block: 61 }]);
    let (taking, effects) = taking.step(both());
    assert_eq!(effects, [], "neither is begun a second time");
    assert_eq!(taking.clone().step(ShapeWatch::head(60)).1, [ShapeEffect::ReadMoney]);
    let resumed = taking.clone().step(ShapeWatch::resume()).1;
    assert_eq!(resumed, [ShapeEffect::ReadMoney, ShapeEffect::TickUntil { block: 61 }, take(PAY_OUT, 0)]);
    let (taking, effects) = taking.step(ShapeWatch::head(61));
    assert_eq!(effects, [ShapeEffect::ReadMoney, take(ABORT, 1)]);
    assert_eq!(taking.step(ShapeWatch::resume()).1, [ShapeEffect::ReadMoney, take(ABORT, 1), take(PAY_OUT, 0)]);
}

#[test]
fn a_chain_that_went_back_is_waited_for_again() {
    let taking = begun(50, &[ABORT], None);
    let (waiting, effects) = taking.step(read(49, &[], Some(50)));
    assert_eq!((waiting.name(), waiting.next()), ("waiting", Some(50)));
    assert_eq!(effects, [ShapeEffect::TickUntil { block: 50 }]);
    assert_eq!(waiting.clone().step(ShapeEvent::Failed { what: ABORT, block: 50 }), (waiting, vec![]), "it is over");
}

#[test]
fn where_no_block_alone_changes_anything_it_is_looked_at_now_and_then() {
    let waiting = begun(50, &[], None);
    assert_eq!(waiting.clone().step(ShapeWatch::resume()).1, [ShapeEffect::ReadMoney]);
    assert_eq!(waiting.clone().step(ShapeWatch::head(50 + FAR - 1)).1, []);
    assert_eq!(waiting.step(ShapeWatch::head(50 + FAR)).1, [ShapeEffect::ReadMoney]);
    // One that waits for its block still, as far as blocks count, is not read twice in one block.
    let counts = begun(50, &[], Some(50));
    assert_eq!(counts.clone().step(ShapeWatch::head(50)).1, []);
    assert_eq!(counts.step(ShapeWatch::head(51)).1, [ShapeEffect::ReadMoney]);
}

#[test]
fn it_has_a_name_of_its_own_in_the_journal_and_waits_for_no_disk() {
    let watch = begun(50, &[ABORT], None);
    assert_eq!(watch.id(), format!("watch-shape:0x{}", "01".repeat(32)));
    assert!(watch.is_derived());
    let kept = serde_json::to_string(&watch).unwrap();
    assert_eq!(serde_json::from_str::<ShapeWatch>(&kept).unwrap(), watch);
    assert!(ShapeWatch::is_reading(&ShapeEffect::ReadMoney) && !ShapeWatch::is_reading(&take(ABORT, 0)));
}

fn any_event() -> impl Strategy<Value = ShapeEvent> {
    let step = prop::sample::select(vec![ABORT, PAY_OUT, TakeBack::PayOut { place: 5 }]);
    let steps = prop::sample::subsequence(vec![ABORT, PAY_OUT, TakeBack::PayOut { place: 5 }], 0..=3);
    prop_oneof![
        1 => Just(ShapeEvent::Resume),
        4 => (0_u64..200).prop_map(|block| ShapeEvent::Head { block }),
        4 => (0_u64..200, steps, prop::option::of(0_u64..200)).prop_map(|(block, steps, next)| read(block, &steps, next)),
        1 => (0_u64..200).prop_map(|block| ShapeEvent::Money { block, money: OwnMoney::default() }),
        1 => Just(ShapeEvent::Done),
        2 => (step, 0_u64..200).prop_map(|(what, block)| ShapeEvent::Failed { what, block }),
    ]
}

proptest! {
    /// Only what the last reading allowed is taken, no attempt at it comes twice unless asked for by a start, and it ends
    /// where nothing is in escrow and nowhere else.
    #[test]
    fn any_sequence_of_events_keeps_the_laws(events in prop::collection::vec(any_event(), 1..60)) {
        let mut watch = begun(0, &[], Some(20));
        let mut allowed: Vec<TakeBack> = Vec::new();
        let mut tried: Vec<(TakeBack, u32)> = Vec::new();
        for event in events {
            if watch.is_final() {
                prop_assert_eq!(watch.clone().step(event), (watch.clone(), vec![]));
                continue;
            }
            if let ShapeEvent::Money { money, .. } = &event {
                allowed.clone_from(&money.steps);
                tried.retain(|(what, _)| allowed.contains(what));
            }
            let is_empty = matches!(&event, ShapeEvent::Money { money, .. } if money.set_aside.is_empty());
            let (next, effects) = watch.step(event.clone());
            prop_assert_eq!(next.is_final(), is_empty);
            for effect in effects {
                if let ShapeEffect::Take { what, attempt } = effect {
                    prop_assert!(allowed.contains(&what));
                    prop_assert!(event == ShapeEvent::Resume || !tried.contains(&(what, attempt)));
                    tried.push((what, attempt));
                }
            }
            if let ShapeWatch::TakingBack { steps, .. } = &next {
                prop_assert!(!steps.is_empty());
            }
            watch = next;
        }
    }
}
