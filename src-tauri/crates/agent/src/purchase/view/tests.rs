use super::*;
use crate::purchase::samples::{DEADLINE, record, state, states};
use protocol::Address;
use runner::Status;

fn step(state: &str, at: i64) -> runner::Step {
    runner::Step { at, status: Status::Cached, state: state.to_owned(), note: None }
}

/// Began at 1,000 ms, a step every 100 ms.
fn history(states: &[&str]) -> Vec<runner::Step> {
    (0_i64..).zip(states).map(|(n, state)| step(state, 1_000 + 100 * n)).collect()
}

fn trouble(hold: Hold) -> Trouble {
    Trouble { effect: String::new(), hold }
}

/// A purchase in this state as people see it.
pub(in crate::purchase) fn plain(state: &State, price: u64) -> PurchaseView {
    let view = seen(state, price, &[]);
    // The hours are those of now.
    PurchaseView { opens_by: None, back_by: None, ..view }
}

fn seen(state: &State, price: u64, history: &[runner::Step]) -> PurchaseView {
    let sent = Sent { create: Some(TxHash([1; 32])), lock: Some(TxHash([2; 32])) };
    shown(1_000, &record(price), state, history, &[], DEADLINE - 10, sent)
}

/// Kind, progress and milliseconds since the beginning of each step.
fn plan(view: &PurchaseView) -> Vec<(StepKind, StepProgress, Option<u64>)> {
    view.steps.iter().map(|step| (step.kind, step.progress, step.after_ms)).collect()
}

#[test]
fn the_money_is_where_the_state_says_and_a_free_listing_moves_none() {
    use Money::{Back, None, SetAside, WithPublisher, WithYou};
    let money_of = |price| states(price).iter().map(money).collect::<Vec<_>>();
    let before = [WithYou; 4];
    let after = [SetAside, SetAside, SetAside, WithPublisher, SetAside, SetAside, SetAside, Back, WithYou];
    assert_eq!(money_of(7), [before.as_slice(), after.as_slice()].concat());
    assert_eq!(money_of(0), [None; 13]);
}

#[test]
fn each_state_names_who_acts_next_and_a_locked_account_comes_first() {
    use WaitingFor::{KeyServers, Network, Nobody, Publisher, Unlock, Us};
    let waiting: Vec<_> = states(7).iter().map(|state| waiting_for(state, &[])).collect();
    let expected = [
        Publisher, Publisher, Network, Network, Publisher, KeyServers, Nobody, Nobody, Us, Network, Network, Nobody,
        Nobody,
    ];
    assert_eq!(waiting, expected);
    let locked = trouble(Hold::Unlock { account: Address([5; 20]) });
    let away = trouble(Hold::later("the network is away"));
    assert_eq!(waiting_for(&state("locking", 7), &[away.clone(), locked]), Unlock);
    assert_eq!(waiting_for(&state("locking", 7), &[away]), Network);
}

#[test]
fn what_holds_a_purchase_up_is_told_with_the_next_step() {
    let locking = state("locking", 7);
    assert_eq!(trouble_of(&locking, &[]), None);
    assert_eq!(trouble_of(&locking, &[trouble(Hold::NextBlock)]), None, "a block comes by itself");
    let away = trouble_of(&locking, &[trouble(Hold::NextBlock), trouble(Hold::later("no answer"))]).unwrap();
    assert_eq!((away.code, away.message.text()), (Code::Unreachable, "It does not go on just now: no answer."));
    let locked = trouble_of(&locking, &[trouble(Hold::Unlock { account: Address([5; 20]) })]).unwrap();
    assert_eq!(locked.code, Code::Locked);
    let abandoned = trouble_of(&state("abandoned", 7), &[]).unwrap();
    assert!(abandoned.message.contains("You took it back"), "{abandoned:?}");
}

#[test]
fn a_purchase_says_when_it_ends_by_itself_as_long_as_it_has_not_ended() {
    let locked = seen(&state("locked", 7), 7, &history(&["confirmed", "requested", "locking", "locked"]));
    assert_eq!(locked.opens_by_block, Some(DEADLINE));
    assert!(locked.opens_by.is_some() && locked.back_by.is_some() && locked.opens_by < locked.back_by);
    assert!(locked.may_close && locked.ended.is_none());
    let free = seen(&state("locked", 0), 0, &history(&["confirmed", "locked"]));
    assert!(free.opens_by.is_some() && free.back_by.is_none(), "nothing comes back");
    let done = seen(&state("completed", 7), 7, &history(&["confirmed", "completed"]));
    assert_eq!((done.opens_by, done.back_by, done.opens_by_block), (None, None, Some(DEADLINE)));
    assert!(done.may_close);
    assert_eq!(done.ended.as_deref(), Some(clock::text_of_ms(1_100).as_str()));
    let begun = seen(&state("requested", 7), 7, &history(&["confirmed", "requested"]));
    assert_eq!((begun.opens_by_block, begun.opens_by), (None, None));
    assert!(!begun.may_close && begun.ended.is_none());
    assert!(!seen(&state("granted", 7), 7, &[]).may_close);
}

#[test]
fn a_purchase_in_words_is_the_one_that_was_confirmed() {
    for (state, name) in states(7).iter().zip([
        "confirmed",
        "confirmed",
        "confirmed",
        "locking",
        "locked",
        "granted",
        "completed",
        "completed",
        "refundable",
        "refunding",
        "refunding",
        "refunded",
        "abandoned",
    ]) {
        assert_eq!(state_of(state).name(), name);
        let view = seen(state, 7, &[]);
        let record = record(7);
        assert_eq!((view.agreement, view.did, view.price), (record.agreement, record.did, record.price));
        assert_eq!((view.name, view.publisher, view.started), (record.name, record.publisher, record.started));
    }
}

#[test]
fn steps_are_done_in_order_and_the_first_that_is_not_is_under_way() {
    use StepKind::{Agreed, Keys, OnRecord, Opened, SetAside};
    use StepProgress::{Done, Later, Now};
    let view = seen(&state("locked", 7), 7, &history(&["confirmed", "requested", "locking", "locked"]));
    let expected = [
        (Agreed, Done, Some(0)),
        (OnRecord, Done, Some(200)),
        (SetAside, Done, Some(300)),
        (Opened, Now, None),
        (Keys, Later, None),
    ];
    assert_eq!(plan(&view), expected);
    let hashes: Vec<_> = view.steps.iter().map(|step| step.tx).collect();
    assert_eq!(hashes, [None, Some(TxHash([1; 32])), Some(TxHash([2; 32])), None, None]);
    let free = seen(&state("locked", 0), 0, &history(&["confirmed", "locked"]));
    assert_eq!(plan(&free).iter().map(|step| step.0).collect::<Vec<_>>(), [Agreed, OnRecord, Opened, Keys]);
}

#[test]
fn a_purchase_that_ended_without_money_skips_what_it_did_not_come_to() {
    use StepProgress::{Done, Skipped};
    let view = seen(&state("abandoned", 7), 7, &history(&["confirmed", "requested", "abandoned"]));
    let progress: Vec<_> = plan(&view).into_iter().map(|step| step.1).collect();
    assert_eq!(progress, [Done, Skipped, Skipped, Skipped, Skipped]);
}

#[test]
fn a_refund_has_steps_of_its_own() {
    use StepKind::{Agreed, MoneyBack, OnRecord, SetAside, TimeOver};
    use StepProgress::{Done, Now};
    let going = history(&["confirmed", "locking", "locked", "refundable", "aborting"]);
    let view = seen(&state("aborting", 7), 7, &going);
    let expected = [
        (Agreed, Done, Some(0)),
        (OnRecord, Done, Some(100)),
        (SetAside, Done, Some(200)),
        (TimeOver, Done, Some(300)),
        (MoneyBack, Now, None),
    ];
    assert_eq!(plan(&view), expected);
    let back = seen(&state("refunded", 7), 7, &history(&["confirmed", "locking", "locked", "refunded"]));
    assert_eq!(plan(&back).last(), Some(&(MoneyBack, Done, Some(300))));
}

#[test]
fn that_the_publisher_was_paid_is_a_step_where_something_was_paid() {
    use StepKind::{Keys, Paid};
    use StepProgress::{Done, Now};
    let [open, paid] = [6, 7].map(|place| states(7)[place].clone());
    let path = ["confirmed", "locking", "granted", "completed"];
    let view = seen(&open, 7, &history(&path));
    assert_eq!(plan(&view)[4..], [(Keys, Done, Some(300)), (Paid, Now, None)]);
    let view = seen(&paid, 7, &history(&[path.as_slice(), &["completed"]].concat()));
    assert_eq!(plan(&view)[4..], [(Keys, Done, Some(300)), (Paid, Done, Some(400))]);
    let free = seen(&states(0)[6], 0, &history(&path));
    assert_eq!(plan(&free).last(), Some(&(Keys, Done, Some(300))));
}

#[test]
fn what_the_chain_tells_of_a_purchase_taken_up_again_comes_before_the_journal() {
    let past = Past { agreed: 100, set_aside: 250, opened: Some(400) };
    assert_eq!(before(past, StepKind::Agreed), Some(100));
    assert_eq!(before(past, StepKind::OnRecord), Some(100));
    assert_eq!(before(past, StepKind::SetAside), Some(250));
    assert_eq!(before(past, StepKind::Opened), Some(400));
    for kind in [StepKind::Keys, StepKind::Paid, StepKind::TimeOver, StepKind::MoneyBack] {
        assert_eq!(before(past, kind), None);
    }
    let record = PurchaseRecord { past: Some(past), ..record(7) };
    let path = history(&["locked", "granted", "completed"]);
    let view = shown(1_000, &record, &state("completed", 7), &path, &[], 1, Sent::default());
    let after: Vec<_> = view.steps.iter().map(|step| step.after_ms).collect();
    assert_eq!(after, [Some(0), Some(0), Some(150), Some(300), Some(1_100), None]);
}

#[test]
fn every_way_to_end_without_paying_says_that_nothing_was_taken() {
    for reason in [
        Reason::NeverCreated,
        Reason::TooLate,
        Reason::Cancelled,
        Reason::Unavailable { reason: "x".into() },
        Reason::Refused { reason: "x".into() },
        Reason::CreateFailed { reason: "x".into() },
        Reason::LockFailed { reason: "x".into() },
    ] {
        let told = abandoned(&reason);
        assert!(told.message.contains("No money was taken"), "{told:?}");
        assert!(!told.next.is_empty());
    }
}
