//! Every pair of a buyer's state and event.

use super::{Act, Effect, Event, Reason, State};
use crate::{ConditionState, Decision, Facts, Order, Retry, VerifiedAgreement};
use protocol::Sentence;

type Decided = Decision<State, Effect>;

const FINAL: &str = "nothing happens any more";
const NOT_ASKED: &str = "this was not asked for in this state";
const MONEY_MOVES: &str = "money may be under way; only a grant or a refund ends this";

/// Decides one pair.
pub(crate) fn decide(state: State, event: Event) -> Decided {
    match state {
        State::Confirmed { order } => confirmed(order, event),
        State::Requested { order, refused } => requested(order, refused, event),
        State::SelfCreating { order, failed } => self_creating(order, failed, event),
        State::Locking { verified, failed } => locking(verified, failed, event),
        State::Locked { verified, locked_at } => locked(verified, locked_at, event),
        State::Granted { verified, granted_at } => granted(verified, granted_at, event),
        State::Completed { verified, granted_at, released } => completed(verified, granted_at, released, event),
        State::Refundable { verified, block } => refundable(verified, block, event),
        State::Aborting { verified, retry } => aborting(verified, retry, event),
        State::Refunding { verified, retry } => refunding(verified, retry, event),
        state @ (State::Refunded { .. } | State::Abandoned { .. }) => match event {
            Event::Resume
            | Event::Head { .. }
            | Event::Facts(_)
            | Event::Alive
            | Event::NotAlive { .. }
            | Event::Accepted
            | Event::NoInitialize
            | Event::Refused { .. }
            | Event::TxDone { .. }
            | Event::TxFailed { .. }
            | Event::TooLate
            | Event::Withdrawn
            | Event::KeysFetched
            | Event::Cancel => Decided::ignore(state, FINAL),
        },
    }
}

fn abandon(order: Order, reason: Reason) -> Decided {
    Decided::go(State::Abandoned { order, reason }, [])
}

fn confirmed(order: Order, event: Event) -> Decided {
    match event {
        Event::Resume => Decided::go(State::Confirmed { order }, [Effect::CheckLiveness]),
        Event::Alive => {
            let tick = Effect::TickUntil { block: order.create_by().saturating_add(1) };
            Decided::go(State::Requested { order, refused: None }, [Effect::PostAgreement, tick])
        }
        Event::NotAlive { reason } => abandon(order, Reason::Unavailable { reason }),
        Event::Head { block } if block > order.create_by() => abandon(order, Reason::NeverCreated),
        Event::Cancel => abandon(order, Reason::Cancelled),
        Event::Head { .. } => Decided::ignore(State::Confirmed { order }, "the time for creating is not over"),
        Event::Facts(_)
        | Event::Accepted
        | Event::NoInitialize
        | Event::Refused { .. }
        | Event::TxDone { .. }
        | Event::TxFailed { .. }
        | Event::TooLate
        | Event::Withdrawn
        | Event::KeysFetched => Decided::ignore(State::Confirmed { order }, NOT_ASKED),
    }
}

/// The agreement is on the chain: it is what was confirmed, or no money moves.
fn verify(order: Order, facts: &Facts) -> Decided {
    match VerifiedAgreement::check(&order, facts) {
        Ok(verified) => lock(verified),
        Err(flaw) => abandon(order, Reason::Mismatch { flaw }),
    }
}

fn lock(verified: VerifiedAgreement) -> Decided {
    let pay = Effect::ApproveAndLock { not_after: verified.lock_by() };
    Decided::go(State::Locking { verified, failed: None }, [pay])
}

fn requested(order: Order, refused: Option<Sentence>, event: Event) -> Decided {
    match event {
        Event::Resume => {
            let tick = Effect::TickUntil { block: order.create_by().saturating_add(1) };
            Decided::go(State::Requested { order, refused }, [Effect::PostAgreement, Effect::ReadFacts, tick])
        }
        Event::Accepted | Event::Head { .. } => Decided::go(State::Requested { order, refused }, [Effect::ReadFacts]),
        Event::NoInitialize => {
            let create = create(&order);
            Decided::go(State::SelfCreating { order, failed: None }, [create, Effect::ReadFacts])
        }
        Event::Refused { reason } => {
            Decided::go(State::Requested { order, refused: Some(reason) }, [Effect::ReadFacts])
        }
        Event::Facts(facts) if facts.agreement.is_some() => verify(order, &facts),
        Event::Facts(facts) => match refused {
            Some(reason) => abandon(order, Reason::Refused { reason }),
            None if facts.block > order.create_by() => abandon(order, Reason::NeverCreated),
            None => Decided::ignore(State::Requested { order, refused }, "not created yet"),
        },
        Event::Cancel => abandon(order, Reason::Cancelled),
        Event::Alive
        | Event::NotAlive { .. }
        | Event::TxDone { .. }
        | Event::TxFailed { .. }
        | Event::TooLate
        | Event::Withdrawn
        | Event::KeysFetched => Decided::ignore(State::Requested { order, refused }, NOT_ASKED),
    }
}

/// What is signed now comes into a later block: one that nobody waits for any more is not begun.
fn create(order: &Order) -> Effect {
    Effect::CreateAgreement { not_after: order.create_by().saturating_sub(1) }
}

fn self_creating(order: Order, failed: Option<Sentence>, event: Event) -> Decided {
    match event {
        Event::Resume => {
            let create = create(&order);
            Decided::go(State::SelfCreating { order, failed }, [create, Effect::ReadFacts])
        }
        Event::TxDone { act: Act::Create } | Event::Head { .. } => {
            Decided::go(State::SelfCreating { order, failed }, [Effect::ReadFacts])
        }
        Event::TxFailed { act: Act::Create, reason, .. } => {
            Decided::go(State::SelfCreating { order, failed: Some(reason) }, [Effect::ReadFacts])
        }
        Event::Facts(facts) if facts.agreement.is_some() => verify(order, &facts),
        Event::Facts(facts) => match failed {
            Some(reason) => abandon(order, Reason::CreateFailed { reason }),
            None if facts.block > order.create_by() => abandon(order, Reason::NeverCreated),
            None => Decided::ignore(State::SelfCreating { order, failed }, "not created yet"),
        },
        Event::TooLate => abandon(order, Reason::NeverCreated),
        Event::Cancel => abandon(order, Reason::Cancelled),
        Event::Alive
        | Event::NotAlive { .. }
        | Event::Accepted
        | Event::NoInitialize
        | Event::Refused { .. }
        | Event::TxDone { .. }
        | Event::TxFailed { .. }
        | Event::Withdrawn
        | Event::KeysFetched => Decided::ignore(State::SelfCreating { order, failed }, NOT_ASKED),
    }
}

fn locking(verified: VerifiedAgreement, failed: Option<Sentence>, event: Event) -> Decided {
    match event {
        Event::Resume => {
            let pay = Effect::ApproveAndLock { not_after: verified.lock_by() };
            Decided::go(State::Locking { verified, failed }, [pay, Effect::ReadFacts])
        }
        Event::TxDone { act: Act::Pay } | Event::Head { .. } => {
            Decided::go(State::Locking { verified, failed }, [Effect::ReadFacts])
        }
        Event::TxFailed { act: Act::Pay, reason, .. } => {
            Decided::go(State::Locking { verified, failed: Some(reason) }, [Effect::ReadFacts])
        }
        Event::Facts(facts) if facts.lock.state == ConditionState::Fulfilled => {
            let block = facts.block;
            paid(verified, block, &facts)
        }
        Event::Facts(_) => match failed {
            Some(reason) => abandon(verified.order().clone(), Reason::LockFailed { reason }),
            None => Decided::ignore(State::Locking { verified, failed }, "not locked yet"),
        },
        Event::TooLate => abandon(verified.order().clone(), Reason::TooLate),
        Event::Withdrawn => abandon(verified.order().clone(), Reason::Cancelled),
        Event::Cancel => Decided::go(State::Locking { verified, failed }, [Effect::WithdrawPayment]),
        Event::Alive
        | Event::NotAlive { .. }
        | Event::Accepted
        | Event::NoInitialize
        | Event::Refused { .. }
        | Event::TxDone { .. }
        | Event::TxFailed { .. }
        | Event::KeysFetched => Decided::ignore(State::Locking { verified, failed }, NOT_ASKED),
    }
}

/// The money was in escrow at some time; the facts say where it is now.
pub(super) fn paid(verified: VerifiedAgreement, locked_at: u64, facts: &Facts) -> Decided {
    if facts.lock.state != ConditionState::Fulfilled {
        // The chain went back behind the payment: the same bytes are sent again.
        return lock(verified);
    }
    #[cfg(feature = "planted")]
    if crate::planted::forgets_to_abort(facts) {
        return Decided::go(State::Locked { verified, locked_at }, []);
    }
    match (facts.access.state, facts.escrow.state) {
        (ConditionState::Fulfilled, _) => {
            Decided::go(State::Granted { verified, granted_at: facts.block }, [Effect::FetchKeys])
        }
        (ConditionState::Aborted, ConditionState::Fulfilled) => {
            Decided::go(State::Refunded { verified, at: facts.block }, [])
        }
        (ConditionState::Aborted, _) => {
            let refund = Effect::Refund { attempt: 0 };
            Decided::go(State::Refunding { verified, retry: Retry::default() }, [refund])
        }
        (ConditionState::Uninitialized | ConditionState::Unfulfilled, _) => match verified.deadline() {
            // Whatever is signed now comes into a later block: with the deadline's own block read, no grant can come before.
            Some(deadline) if facts.block >= deadline => {
                let abort = Effect::AbortAndRefund { attempt: 0 };
                Decided::go(State::Aborting { verified, retry: Retry::default() }, [abort])
            }
            deadline => {
                let tick = deadline.map(|d| Effect::TickUntil { block: d.saturating_add(1) });
                Decided::go(State::Locked { verified, locked_at }, Vec::from_iter(tick))
            }
        },
    }
}

fn locked(verified: VerifiedAgreement, locked_at: u64, event: Event) -> Decided {
    match event {
        Event::Resume => {
            let tick = verified.deadline().map(|d| Effect::TickUntil { block: d.saturating_add(1) });
            let effects: Vec<Effect> = [Effect::ReadFacts].into_iter().chain(tick).collect();
            Decided::go(State::Locked { verified, locked_at }, effects)
        }
        Event::Head { block } => match verified.deadline() {
            Some(deadline) if block >= deadline => {
                let block = deadline.saturating_add(1);
                Decided::go(State::Refundable { verified, block }, [Effect::ReadFacts])
            }
            _ => Decided::go(State::Locked { verified, locked_at }, [Effect::ReadFacts]),
        },
        Event::Facts(facts) => match paid(verified, locked_at, &facts) {
            Decision { state: state @ State::Locked { .. }, .. } => Decided::ignore(state, "not granted yet"),
            moved => moved,
        },
        Event::Cancel => Decided::ignore(State::Locked { verified, locked_at }, MONEY_MOVES),
        Event::Alive
        | Event::NotAlive { .. }
        | Event::Accepted
        | Event::NoInitialize
        | Event::Refused { .. }
        | Event::TxDone { .. }
        | Event::TxFailed { .. }
        | Event::TooLate
        | Event::Withdrawn
        | Event::KeysFetched => Decided::ignore(State::Locked { verified, locked_at }, NOT_ASKED),
    }
}

fn granted(verified: VerifiedAgreement, granted_at: u64, event: Event) -> Decided {
    let stays = |verified| State::Granted { verified, granted_at };
    match event {
        Event::Resume => Decided::go(stays(verified), [Effect::FetchKeys, Effect::ReadFacts]),
        Event::Head { .. } => Decided::go(stays(verified), [Effect::ReadFacts]),
        Event::KeysFetched => Decided::go(State::Completed { verified, granted_at, released: false }, []),
        Event::Facts(facts) => match facts.access.state {
            ConditionState::Fulfilled => Decided::ignore(stays(verified), "granted is known"),
            // The chain went back behind the grant.
            ConditionState::Uninitialized | ConditionState::Unfulfilled | ConditionState::Aborted => {
                paid(verified, facts.block, &facts)
            }
        },
        Event::Cancel => Decided::ignore(stays(verified), MONEY_MOVES),
        Event::Alive
        | Event::NotAlive { .. }
        | Event::Accepted
        | Event::NoInitialize
        | Event::Refused { .. }
        | Event::TxDone { .. }
        | Event::TxFailed { .. }
        | Event::TooLate
        | Event::Withdrawn => Decided::ignore(stays(verified), NOT_ASKED),
    }
}

fn completed(verified: VerifiedAgreement, granted_at: u64, released: bool, event: Event) -> Decided {
    match event {
        Event::Facts(facts) if !released && facts.escrow.state == ConditionState::Fulfilled => {
            Decided::go(State::Completed { verified, granted_at, released: true }, [])
        }
        Event::Resume
        | Event::Head { .. }
        | Event::Facts(_)
        | Event::Alive
        | Event::NotAlive { .. }
        | Event::Accepted
        | Event::NoInitialize
        | Event::Refused { .. }
        | Event::TxDone { .. }
        | Event::TxFailed { .. }
        | Event::TooLate
        | Event::Withdrawn
        | Event::KeysFetched
        | Event::Cancel => Decided::ignore(State::Completed { verified, granted_at, released }, FINAL),
    }
}

fn refundable(verified: VerifiedAgreement, block: u64, event: Event) -> Decided {
    match event {
        Event::Resume | Event::Head { .. } => Decided::go(State::Refundable { verified, block }, [Effect::ReadFacts]),
        Event::Facts(facts) => match paid(verified, facts.block, &facts) {
            // On a chain that may take blocks back, what counts is older than the newest block.
            Decision { state: State::Locked { verified, .. }, .. } => {
                Decided::ignore(State::Refundable { verified, block }, "it does not count yet that the time is over")
            }
            moved => moved,
        },
        Event::Cancel => Decided::ignore(State::Refundable { verified, block }, MONEY_MOVES),
        Event::Alive
        | Event::NotAlive { .. }
        | Event::Accepted
        | Event::NoInitialize
        | Event::Refused { .. }
        | Event::TxDone { .. }
        | Event::TxFailed { .. }
        | Event::TooLate
        | Event::Withdrawn
        | Event::KeysFetched => Decided::ignore(State::Refundable { verified, block }, NOT_ASKED),
    }
}

fn aborting(verified: VerifiedAgreement, retry: Retry, event: Event) -> Decided {
    let stays = |verified, retry| State::Aborting { verified, retry };
    let abort = |retry: Retry| Effect::AbortAndRefund { attempt: retry.attempt };
    match event {
        Event::Resume => match retry.at {
            None => Decided::go(stays(verified, retry), [abort(retry), Effect::ReadFacts]),
            Some(block) => Decided::go(stays(verified, retry), [Effect::ReadFacts, Effect::TickUntil { block }]),
        },
        Event::TxDone { act: Act::Abort } => Decided::go(stays(verified, retry), [Effect::ReadFacts]),
        Event::TxFailed { act: Act::Abort, block, .. } => {
            let retry = retry.failed(block);
            let tick = retry.at.map(|block| Effect::TickUntil { block });
            let effects: Vec<Effect> = [Effect::ReadFacts].into_iter().chain(tick).collect();
            Decided::go(stays(verified, retry), effects)
        }
        Event::Head { block } => match retry.due(block) {
            Some(next) => Decided::go(stays(verified, next), [abort(next)]),
            None => Decided::go(stays(verified, retry), [Effect::ReadFacts]),
        },
        Event::Facts(facts) => match paid(verified, facts.block, &facts) {
            Decision { state: State::Aborting { verified, .. } | State::Locked { verified, .. }, .. } => {
                Decided::ignore(stays(verified, retry), "not aborted yet")
            }
            // The refund that was signed behind the abort may still be on its way: how it ends is heard first.
            Decision { state: State::Refunding { verified, .. }, .. } => {
                let attempt = retry.attempt;
                let refunding = State::Refunding { verified, retry: Retry { attempt, at: None } };
                Decided::go(refunding, [Effect::Refund { attempt }])
            }
            moved => moved,
        },
        Event::Cancel => Decided::ignore(stays(verified, retry), MONEY_MOVES),
        Event::Alive
        | Event::NotAlive { .. }
        | Event::Accepted
        | Event::NoInitialize
        | Event::Refused { .. }
        | Event::TxDone { .. }
        | Event::TxFailed { .. }
        | Event::TooLate
        | Event::Withdrawn
        | Event::KeysFetched => Decided::ignore(stays(verified, retry), NOT_ASKED),
    }
}

fn refunding(verified: VerifiedAgreement, retry: Retry, event: Event) -> Decided {
    let stays = |verified, retry| State::Refunding { verified, retry };
    let refund = |retry: Retry| Effect::Refund { attempt: retry.attempt };
    match event {
        Event::Resume => match retry.at {
            None => Decided::go(stays(verified, retry), [refund(retry), Effect::ReadFacts]),
            Some(block) => Decided::go(stays(verified, retry), [Effect::ReadFacts, Effect::TickUntil { block }]),
        },
        Event::TxDone { act: Act::Refund } => Decided::go(stays(verified, retry), [Effect::ReadFacts]),
        Event::TxFailed { act: Act::Refund, block, .. } => {
            let retry = retry.failed(block);
            let tick = retry.at.map(|block| Effect::TickUntil { block });
            let effects: Vec<Effect> = [Effect::ReadFacts].into_iter().chain(tick).collect();
            Decided::go(stays(verified, retry), effects)
        }
        Event::Head { block } => match retry.due(block) {
            Some(next) => Decided::go(stays(verified, next), [refund(next)]),
            None => Decided::go(stays(verified, retry), [Effect::ReadFacts]),
        },
        Event::Facts(facts) => match paid(verified, facts.block, &facts) {
            Decision { state: State::Refunding { verified, .. }, .. } => {
                Decided::ignore(stays(verified, retry), "not paid back yet")
            }
            moved => moved,
        },
        Event::Cancel => Decided::ignore(stays(verified, retry), MONEY_MOVES),
        Event::Alive
        | Event::NotAlive { .. }
        | Event::Accepted
        | Event::NoInitialize
        | Event::Refused { .. }
        | Event::TxDone { .. }
        | Event::TxFailed { .. }
        | Event::TooLate
        | Event::Withdrawn
        | Event::KeysFetched => Decided::ignore(stays(verified, retry), NOT_ASKED),
    }
}
