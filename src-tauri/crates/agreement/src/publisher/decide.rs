//! Every pair of a publisher's state and event.

use super::{Accepted, Act, Effect, Event, Refusal, Sale, State};
use crate::{ConditionState, Decision, Facts, Retry};
use protocol::Sentence;

type Decided = Decision<State, Effect>;

const FINAL: &str = "nothing happens any more";
const NOT_ASKED: &str = "this was not asked for in this state";
const NOT_GRANTED: &str = "nothing can be delivered before the grant";

/// Decides one pair.
pub(crate) fn decide(state: State, event: Event) -> Decided {
    match state {
        State::Requested { sale } => requested(sale, event),
        State::Seen { sale } => seen(sale, event),
        State::Creating { sale, failed } => creating(sale, failed, event),
        State::Created { sale, accepted } => created(sale, accepted, event),
        State::Rehashing { sale, accepted } => rehashing(sale, accepted, event),
        State::Granting { sale, accepted, retry } => granting(sale, accepted, retry, event),
        State::Granted { sale, accepted, granted_at } => granted(sale, accepted, granted_at, event),
        State::Releasing { sale, accepted, delivered, retry } => releasing(sale, accepted, delivered, retry, event),
        state @ (State::Released { .. } | State::Refused { .. } | State::Expired { .. }) => match event {
            Event::Resume
            | Event::Head { .. }
            | Event::Facts(_)
            | Event::TxDone { .. }
            | Event::TxFailed { .. }
            | Event::TooLate { .. }
            | Event::Intact
            | Event::Changed { .. }
            | Event::Delivered => Decided::ignore(state, FINAL),
        },
    }
}

fn refuse(sale: Sale, reason: Refusal) -> Decided {
    Decided::go(State::Refused { sale, reason }, [])
}

fn requested(sale: Sale, event: Event) -> Decided {
    match event {
        Event::Resume => {
            Decided::go(State::Creating { sale, failed: None }, [Effect::CreateAgreement, Effect::ReadFacts])
        }
        Event::Head { .. }
        | Event::Facts(_)
        | Event::TxDone { .. }
        | Event::TxFailed { .. }
        | Event::TooLate { .. }
        | Event::Intact
        | Event::Changed { .. }
        | Event::Delivered => Decided::ignore(State::Requested { sale }, NOT_ASKED),
    }
}

fn seen(sale: Sale, event: Event) -> Decided {
    match event {
        Event::Resume | Event::Head { .. } => Decided::go(State::Seen { sale }, [Effect::ReadFacts]),
        Event::Facts(facts) if facts.agreement.is_some() => accept(sale, &facts),
        Event::Facts(_) => Decided::ignore(State::Seen { sale }, "not on the chain (any more)"),
        Event::TxDone { .. }
        | Event::TxFailed { .. }
        | Event::TooLate { .. }
        | Event::Intact
        | Event::Changed { .. }
        | Event::Delivered => Decided::ignore(State::Seen { sale }, NOT_ASKED),
    }
}

fn creating(sale: Sale, failed: Option<Sentence>, event: Event) -> Decided {
    match event {
        Event::Resume => Decided::go(State::Creating { sale, failed }, [Effect::CreateAgreement, Effect::ReadFacts]),
        Event::Head { .. } | Event::TxDone { act: Act::Create } => {
            Decided::go(State::Creating { sale, failed }, [Effect::ReadFacts])
        }
        Event::TxFailed { act: Act::Create, reason, .. } => {
            Decided::go(State::Creating { sale, failed: Some(reason) }, [Effect::ReadFacts])
        }
        Event::Facts(facts) if facts.agreement.is_some() => accept(sale, &facts),
        Event::Facts(_) => match failed {
            Some(reason) => refuse(sale, Refusal::CreateFailed { reason }),
            None => Decided::ignore(State::Creating { sale, failed }, "not created yet"),
        },
        Event::TxDone { .. }
        | Event::TxFailed { .. }
        | Event::TooLate { .. }
        | Event::Intact
        | Event::Changed { .. }
        | Event::Delivered => Decided::ignore(State::Creating { sale, failed }, NOT_ASKED),
    }
}

/// It is on the chain: it fits the listing, or it is refused.
fn accept(sale: Sale, facts: &Facts) -> Decided {
    match sale.check(facts) {
        Ok(accepted) => stand(sale, accepted, facts),
        Err(flaw) => refuse(sale, Refusal::Mismatch { flaw }),
    }
}

/// Where an accepted agreement stands by the facts alone; nothing granted before this machine knew it is granted again.
fn stand(sale: Sale, accepted: Accepted, facts: &Facts) -> Decided {
    use ConditionState::{Aborted, Fulfilled, Unfulfilled, Uninitialized};
    match (facts.access.state, facts.escrow.state) {
        (Fulfilled, Fulfilled) => Decided::go(State::Released { sale, at: facts.block }, []),
        (Fulfilled, _) => {
            let granted_at = facts.block;
            let tick = Effect::TickUntil { block: granted_at.saturating_add(sale.grace) };
            Decided::go(State::Granted { sale, accepted, granted_at }, [tick])
        }
        (Aborted, _) => Decided::go(State::Expired { sale, at: facts.block }, []),
        (Uninitialized | Unfulfilled, _) if accepted.is_over(facts.block) => {
            Decided::go(State::Expired { sale, at: facts.block }, [])
        }
        (Uninitialized | Unfulfilled, _) => match facts.lock.state {
            Fulfilled => Decided::go(State::Rehashing { sale, accepted }, [Effect::Rehash]),
            Uninitialized | Unfulfilled | Aborted => Decided::go(State::Created { sale, accepted }, []),
        },
    }
}

fn created(sale: Sale, accepted: Accepted, event: Event) -> Decided {
    match event {
        Event::Resume | Event::Head { .. } => Decided::go(State::Created { sale, accepted }, [Effect::ReadFacts]),
        Event::Facts(facts) if facts.agreement.is_none() => {
            Decided::ignore(State::Created { sale, accepted }, "the chain went back; it will be created again")
        }
        // Everything is compared again: after the chain went back another agreement may have this id.
        Event::Facts(facts) => match accept(sale, &facts) {
            Decision { state: state @ State::Created { .. }, .. } => Decided::ignore(state, "not paid yet"),
            moved => moved,
        },
        Event::Delivered => Decided::ignore(State::Created { sale, accepted }, NOT_GRANTED),
        Event::TxDone { .. }
        | Event::TxFailed { .. }
        | Event::TooLate { .. }
        | Event::Intact
        | Event::Changed { .. } => Decided::ignore(State::Created { sale, accepted }, NOT_ASKED),
    }
}

fn rehashing(sale: Sale, accepted: Accepted, event: Event) -> Decided {
    match event {
        Event::Resume => Decided::go(State::Rehashing { sale, accepted }, [Effect::Rehash]),
        // It may have been granted before the chain went back behind the payment: only the chain says that it is over.
        Event::Head { block } if accepted.is_over(block) => {
            Decided::go(State::Rehashing { sale, accepted }, [Effect::ReadFacts])
        }
        Event::Facts(facts) => match stand(sale, accepted, &facts) {
            Decision { state: state @ State::Rehashing { .. }, .. } => Decided::ignore(state, "not over yet"),
            moved => moved,
        },
        Event::Intact => {
            let grant = Effect::GrantAccess { attempt: 0, not_after: accepted.grant_by(sale.grant_margin) };
            Decided::go(State::Granting { sale, accepted, retry: Retry::default() }, [grant])
        }
        Event::Changed { reason } => refuse(sale, Refusal::Changed { reason }),
        Event::Head { .. } => Decided::ignore(State::Rehashing { sale, accepted }, "the time is not over"),
        Event::Delivered => Decided::ignore(State::Rehashing { sale, accepted }, NOT_GRANTED),
        Event::TxDone { .. } | Event::TxFailed { .. } | Event::TooLate { .. } => {
            Decided::ignore(State::Rehashing { sale, accepted }, NOT_ASKED)
        }
    }
}

fn granting(sale: Sale, accepted: Accepted, retry: Retry, event: Event) -> Decided {
    let not_after = accepted.grant_by(sale.grant_margin);
    let grant = |retry: Retry| Effect::GrantAccess { attempt: retry.attempt, not_after };
    let stays = |sale, retry| State::Granting { sale, accepted, retry };
    match event {
        Event::Resume => match retry.at {
            None => Decided::go(stays(sale, retry), [grant(retry), Effect::ReadFacts]),
            Some(block) => Decided::go(stays(sale, retry), [Effect::ReadFacts, Effect::TickUntil { block }]),
        },
        Event::TxDone { act: Act::Grant } => Decided::go(stays(sale, retry), [Effect::ReadFacts]),
        Event::TxFailed { act: Act::Grant, block, .. } => {
            let retry = retry.failed(block);
            let tick = retry.at.map(|block| Effect::TickUntil { block });
            let effects: Vec<Effect> = [Effect::ReadFacts].into_iter().chain(tick).collect();
            Decided::go(stays(sale, retry), effects)
        }
        Event::TooLate { block } => Decided::go(State::Expired { sale, at: block }, []),
        Event::Head { block } => match retry.due(block) {
            Some(next) if !accepted.is_over(block) => Decided::go(stays(sale, next), [grant(next)]),
            Some(_) | None => Decided::go(stays(sale, retry), [Effect::ReadFacts]),
        },
        Event::Facts(facts) => match stand(sale, accepted, &facts) {
            Decision { state: State::Rehashing { sale, .. }, .. } => {
                Decided::ignore(stays(sale, retry), "not granted yet")
            }
            // The chain went back behind the payment: it comes again, or the time ends.
            moved => moved,
        },
        Event::Delivered => Decided::ignore(stays(sale, retry), NOT_GRANTED),
        Event::TxDone { .. } | Event::TxFailed { .. } | Event::Intact | Event::Changed { .. } => {
            Decided::ignore(stays(sale, retry), NOT_ASKED)
        }
    }
}

fn release(sale: Sale, accepted: Accepted, delivered: bool) -> Decided {
    let release = Effect::ReleaseReward { attempt: 0 };
    Decided::go(State::Releasing { sale, accepted, delivered, retry: Retry::default() }, [release])
}

fn granted(sale: Sale, accepted: Accepted, granted_at: u64, event: Event) -> Decided {
    let grace_ends = granted_at.saturating_add(sale.grace);
    let stays = |sale| State::Granted { sale, accepted, granted_at };
    match event {
        Event::Resume => Decided::go(stays(sale), [Effect::ReadFacts, Effect::TickUntil { block: grace_ends }]),
        Event::Delivered => release(sale, accepted, true),
        Event::Head { block } if block >= grace_ends => release(sale, accepted, false),
        Event::Head { .. } => Decided::ignore(stays(sale), "the grace period is not over"),
        Event::Facts(facts) => match stand(sale, accepted, &facts) {
            Decision { state: State::Granted { sale, .. }, .. } => {
                Decided::ignore(stays(sale), "neither delivered nor paid yet")
            }
            moved => moved,
        },
        Event::TxDone { .. }
        | Event::TxFailed { .. }
        | Event::TooLate { .. }
        | Event::Intact
        | Event::Changed { .. } => Decided::ignore(stays(sale), NOT_ASKED),
    }
}

fn releasing(sale: Sale, accepted: Accepted, delivered: bool, retry: Retry, event: Event) -> Decided {
    let release = |retry: Retry| Effect::ReleaseReward { attempt: retry.attempt };
    let stays = |sale, retry| State::Releasing { sale, accepted, delivered, retry };
    match event {
        Event::Resume => match retry.at {
            None => Decided::go(stays(sale, retry), [release(retry), Effect::ReadFacts]),
            Some(block) => Decided::go(stays(sale, retry), [Effect::ReadFacts, Effect::TickUntil { block }]),
        },
        Event::TxDone { act: Act::Release } => Decided::go(stays(sale, retry), [Effect::ReadFacts]),
        Event::TxFailed { act: Act::Release, block, .. } => {
            let retry = retry.failed(block);
            let tick = retry.at.map(|block| Effect::TickUntil { block });
            let effects: Vec<Effect> = [Effect::ReadFacts].into_iter().chain(tick).collect();
            Decided::go(stays(sale, retry), effects)
        }
        Event::Head { block } => match retry.due(block) {
            Some(next) => Decided::go(stays(sale, next), [release(next)]),
            None => Decided::go(stays(sale, retry), [Effect::ReadFacts]),
        },
        Event::Facts(facts) => match stand(sale, accepted, &facts) {
            Decision { state: State::Granted { sale, .. }, .. } => Decided::ignore(stays(sale, retry), "not paid yet"),
            moved => moved,
        },
        Event::Delivered => {
            let state = State::Releasing { sale, accepted, delivered: true, retry };
            if delivered { Decided::ignore(state, "known already") } else { Decided::go(state, []) }
        }
        Event::TxDone { .. }
        | Event::TxFailed { .. }
        | Event::TooLate { .. }
        | Event::Intact
        | Event::Changed { .. } => Decided::ignore(stays(sale, retry), NOT_ASKED),
    }
}
