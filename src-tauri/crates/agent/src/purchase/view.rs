//! A purchase as people see it: what happened, who acts next, where the money is, when it ends by itself.

use crate::{
    clock,
    core::Core,
    store::{Past, PurchaseRecord},
};
use agreement::{
    Machine as _,
    buyer::{Reason, State},
};
use api::{
    ApiError, Code, Money, PurchaseState, PurchaseView, Sentence, Step, StepKind, StepProgress, WaitingFor, sentence,
};
use protocol::TxHash;
use runner::{Hold, Key, Trouble};

/// The name scripts see.
pub(crate) fn state_of(state: &State) -> PurchaseState {
    match state {
        State::Confirmed { .. } | State::Requested { .. } | State::SelfCreating { .. } => PurchaseState::Confirmed,
        State::Locking { .. } => PurchaseState::Locking,
        State::Locked { .. } => PurchaseState::Locked,
        State::Granted { .. } => PurchaseState::Granted,
        State::Completed { .. } => PurchaseState::Completed,
        State::Refundable { .. } => PurchaseState::Refundable,
        State::Aborting { .. } | State::Refunding { .. } => PurchaseState::Refunding,
        State::Refunded { .. } => PurchaseState::Refunded,
        State::Abandoned { .. } => PurchaseState::Abandoned,
    }
}

/// The transactions of a purchase that people see.
#[derive(Debug, Clone, Copy, Default)]
struct Sent {
    create: Option<TxHash>,
    lock: Option<TxHash>,
}

pub(super) async fn view(
    core: &Core,
    record: &PurchaseRecord,
    state: &State,
    history: &[runner::Step],
    trouble: &[Trouble],
    block: u64,
) -> PurchaseView {
    let sent = async |purpose| core.outbox.hash(&Key::of(record.agreement, purpose)).await.ok().flatten();
    let sent = Sent { create: sent("create").await, lock: sent("lock").await };
    shown(core.block_ms(), record, state, history, trouble, block, sent)
}

/// `pace` is milliseconds from block to block.
fn shown(
    pace: u64,
    record: &PurchaseRecord,
    state: &State,
    history: &[runner::Step],
    trouble: &[Trouble],
    block: u64,
    sent: Sent,
) -> PurchaseView {
    let when = |names: &[&str]| history.iter().find(|s| names.contains(&s.state.as_str())).map(|s| s.at);
    let deadline = state.deadline();
    let terms = &state.order().terms;
    let now = state_of(state);
    PurchaseView {
        agreement: record.agreement,
        did: record.did,
        name: record.name.clone(),
        publisher: record.publisher.clone(),
        price: record.price,
        state: now,
        steps: steps(state, record, history, when, sent),
        waiting_for: waiting_for(state, trouble),
        money: money(state),
        started: record.started.clone(),
        ended: now.is_final().then(|| when(&[now.name()]).map(clock::text_of_ms)).flatten(),
        opens_by_block: state.verified().map(|_| deadline.unwrap_or(0)),
        opens_by: deadline.filter(|_| !now.is_final()).map(|last| people_time(pace, block, last)),
        back_by: deadline
            .filter(|_| !now.is_final() && !terms.price.is_zero())
            .map(|last| people_time(pace, block, last.saturating_add(2))),
        block,
        may_close: matches!(now, PurchaseState::Locked) || now.is_final(),
        trouble: trouble_of(state, trouble),
    }
}

/// A block in people's time, at the network's pace. A clock for people: only blocks decide.
fn people_time(pace: u64, block: u64, target: u64) -> String {
    let left = i64::try_from(target.saturating_sub(block).saturating_mul(pace)).unwrap_or(i64::MAX);
    clock::text_of_ms(clock::now_ms().saturating_add(left))
}

fn waiting_for(state: &State, trouble: &[Trouble]) -> WaitingFor {
    if trouble.iter().any(|t| matches!(t.hold, Hold::Unlock { .. })) {
        return WaitingFor::Unlock;
    }
    match state {
        State::Confirmed { .. } | State::Requested { .. } | State::Locked { .. } => WaitingFor::Publisher,
        State::SelfCreating { .. } | State::Locking { .. } | State::Aborting { .. } | State::Refunding { .. } => {
            WaitingFor::Network
        }
        State::Granted { .. } => WaitingFor::KeyServers,
        State::Refundable { .. } => WaitingFor::Us,
        State::Completed { .. } | State::Refunded { .. } | State::Abandoned { .. } => WaitingFor::Nobody,
    }
}

pub(super) fn money(state: &State) -> Money {
    if state.order().terms.price.is_zero() {
        return Money::None;
    }
    match state {
        State::Confirmed { .. }
        | State::Requested { .. }
        | State::SelfCreating { .. }
        | State::Locking { .. }
        | State::Abandoned { .. } => Money::WithYou,
        State::Locked { .. }
        | State::Granted { .. }
        | State::Refundable { .. }
        | State::Aborting { .. }
        | State::Refunding { .. }
        | State::Completed { released: false, .. } => Money::SetAside,
        State::Completed { released: true, .. } => Money::WithPublisher,
        State::Refunded { .. } => Money::Back,
    }
}

fn trouble_of(state: &State, trouble: &[Trouble]) -> Option<ApiError> {
    if let State::Abandoned { reason, .. } = state {
        return Some(abandoned(reason));
    }
    trouble.iter().find_map(|t| match &t.hold {
        Hold::Later { why } => Some(ApiError::new(
            Code::Unreachable,
            sentence!("It does not go on just now: {why}.", why = why.clone()),
            "It is tried again by itself. You may close the window.",
        )),
        Hold::Unlock { .. } => Some(ApiError::new(
            Code::Locked,
            "Your account is locked, and this needs it.",
            "Unlock it; the purchase goes on at once.",
        )),
        Hold::NextBlock => None,
    })
}

fn abandoned(reason: &Reason) -> ApiError {
    let (code, what) = match reason.clone() {
        Reason::Unavailable { reason } => {
            (Code::Unreachable, sentence!("It was not begun: {reason}. No money was taken.", reason))
        }
        Reason::Refused { reason } => {
            (Code::Refused, sentence!("The publisher's computer refused: {reason}. No money was taken.", reason))
        }
        Reason::NeverCreated => (
            Code::NotOpened,
            sentence!("The publisher's computer did not put the agreement on record in time. No money was taken."),
        ),
        Reason::CreateFailed { reason } => (
            Code::Refused,
            sentence!("The agreement could not be put on record: {reason}. No money was taken.", reason),
        ),
        Reason::Mismatch { flaw } => {
            let flaw = Sentence::from(&flaw);
            (
                Code::Changed,
                sentence!("The agreement on record is not what you confirmed: {flaw}. No money was taken.", flaw),
            )
        }
        Reason::TooLate => (Code::NotOpened, sentence!("Too little of the agreed time was left. No money was taken.")),
        Reason::LockFailed { reason } => {
            (Code::Refused, sentence!("Your money could not be set aside: {reason}. No money was taken.", reason))
        }
        Reason::Cancelled => (Code::Refused, sentence!("You took it back. No money was taken.")),
    };
    ApiError::new(code, what, "Try again later, or tell the publisher.")
}

/// When a step was taken that the chain tells of.
fn before(past: Past, kind: StepKind) -> Option<i64> {
    match kind {
        StepKind::Agreed | StepKind::OnRecord => Some(past.agreed),
        StepKind::SetAside => Some(past.set_aside),
        StepKind::Opened => past.opened,
        _ => None,
    }
}

fn steps(
    state: &State,
    record: &PurchaseRecord,
    history: &[runner::Step],
    when: impl Fn(&[&str]) -> Option<i64>,
    sent: Sent,
) -> Vec<Step> {
    let began = record.past.map(|past| past.agreed).or_else(|| history.first().map(|s| s.at)).unwrap_or(0);
    let later_than_locking = ["locked", "granted", "completed", "refundable", "aborting", "refunding", "refunded"];
    let on_record: Vec<&str> = std::iter::once("locking").chain(later_than_locking).collect();
    let refunded = matches!(
        state,
        State::Refundable { .. } | State::Aborting { .. } | State::Refunding { .. } | State::Refunded { .. }
    );
    let free = state.order().terms.price.is_zero();
    let mut plan: Vec<(StepKind, Vec<&str>, Option<TxHash>)> =
        vec![(StepKind::Agreed, vec!["confirmed"], None), (StepKind::OnRecord, on_record, sent.create)];
    if !free {
        plan.push((StepKind::SetAside, later_than_locking.to_vec(), sent.lock));
    }
    if refunded {
        plan.push((StepKind::TimeOver, vec!["refundable", "aborting", "refunding", "refunded"], None));
        plan.push((StepKind::MoneyBack, vec!["refunded"], None));
    } else {
        plan.push((StepKind::Opened, vec!["granted", "completed"], None));
        plan.push((StepKind::Keys, vec!["completed"], None));
    }
    let mut steps: Vec<Step> = Vec::new();
    for (kind, names, tx) in plan {
        // What happened before this home knew of it is in no journal.
        let at = record.past.and_then(|past| before(past, kind)).or_else(|| when(&names));
        let before_done = steps.last().is_none_or(|s| s.progress == StepProgress::Done);
        let progress = match (at, before_done, state) {
            (Some(_), ..) => StepProgress::Done,
            (None, _, State::Abandoned { .. }) => StepProgress::Skipped,
            (None, true, _) if !state.is_final() => StepProgress::Now,
            _ => StepProgress::Later,
        };
        steps.push(Step {
            kind,
            progress,
            at: at.map(clock::text_of_ms),
            after_ms: at.and_then(|at| u64::try_from(at - began).ok()),
            tx,
            block: None,
        });
    }
    if matches!(state, State::Completed { .. }) && !free {
        let released = matches!(state, State::Completed { released: true, .. });
        // The journal's last line is the one that tells of the payment.
        let at = history.last().filter(|_| released).map(|step| step.at);
        steps.push(Step {
            kind: StepKind::Paid,
            progress: if released { StepProgress::Done } else { StepProgress::Now },
            at: at.map(clock::text_of_ms),
            after_ms: at.and_then(|at| u64::try_from(at - began).ok()),
            tx: None,
            block: None,
        });
    }
    steps
}

#[cfg(test)]
pub(super) mod tests;
