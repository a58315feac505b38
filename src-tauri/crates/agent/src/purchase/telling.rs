//! What is told of a purchase as it goes, and whom it still concerns.

use crate::store::Happening;
use agreement::{
    ConditionState, Facts, Machine as _,
    buyer::{Event, State},
};
use api::{ActivityKind, ApiError, Code, PurchaseState, PurchaseView};
use protocol::{AgreementId, conditions::AccessTerms};
use runner::{Hold, Journaled as _, Step, Trouble};

/// What a state means for people; `None` where it is only on the way to another one.
pub(super) fn kind_of(state: &State) -> Option<ActivityKind> {
    match state {
        State::Confirmed { .. } => Some(ActivityKind::Agreed),
        State::Locked { .. } => Some(ActivityKind::SetAside),
        State::Granted { .. } => Some(ActivityKind::Opened),
        State::Completed { .. } => Some(ActivityKind::Bought),
        State::Refunded { .. } => Some(ActivityKind::MoneyBack),
        State::Abandoned { .. } => Some(ActivityKind::Abandoned),
        State::Requested { .. }
        | State::SelfCreating { .. }
        | State::Locking { .. }
        | State::Refundable { .. }
        | State::Aborting { .. }
        | State::Refunding { .. } => None,
    }
}

/// A happening of a purchase; one that costs nothing moves no amount.
pub(super) fn happening(kind: ActivityKind, view: &PurchaseView) -> Happening {
    Happening {
        kind,
        name: view.name.clone(),
        did: Some(view.did),
        agreement: Some(view.agreement),
        amount: (!view.price.is_zero()).then_some(view.price),
        tx: None,
    }
}

/// Whether an account looks different with this state: money was set aside, or it has ended.
pub(super) fn changes_the_account(state: &State) -> bool {
    state.is_final() || matches!(state, State::Locked { .. })
}

/// Whether it has ended with access and keys, and the publisher is not known to be paid.
fn is_payment_open(state: &State) -> bool {
    matches!(state, State::Completed { released: false, .. }) && !state.order().terms.price.is_zero()
}

/// The terms under which the publisher's payment is awaited, where it is.
pub(super) fn awaited(state: &State) -> Option<AccessTerms> {
    is_payment_open(state).then(|| state.order().terms.clone())
}

/// What a purchase is told of these facts, where the publisher took the payment.
pub(super) fn payment_seen(facts: Facts) -> Option<Event> {
    (facts.escrow.state == ConditionState::Fulfilled).then(|| Event::Facts(Box::new(facts)))
}

/// Whether something is still to come of a purchase; one that was never begun is not there.
pub(super) fn is_under_way(state: Option<&State>) -> bool {
    state.is_some_and(|state| !state.is_final())
}

/// Whether a purchase is among those that are meant: one, or all.
pub(super) fn is_meant(wanted: Option<AgreementId>, agreement: AgreementId) -> bool {
    wanted.is_none_or(|wanted| wanted == agreement)
}

/// Whether it waits for the account to be unlocked.
pub(super) fn waits_for_unlock(trouble: &[Trouble]) -> bool {
    trouble.iter().any(|trouble| matches!(trouble.hold, Hold::Unlock { .. }))
}

/// The steps so far, with the state of now: one that is just being written is not in the journal yet, and nobody may ask
/// again. `now` is milliseconds since 1970.
pub(super) fn up_to_now(mut history: Vec<Step>, state: &State, now: i64) -> Vec<Step> {
    if history.iter().all(|step| step.state != state.name()) {
        history.push(Step { at: now, status: state.status(), state: state.name().to_owned(), note: None });
    }
    history
}

/// What is shown of a purchase that is in the list: nothing, where its record was written before it was begun, and then the
/// power went.
pub(super) fn if_begun(view: Result<PurchaseView, ApiError>) -> Result<Option<PurchaseView>, ApiError> {
    match view {
        Ok(view) => Ok(Some(view)),
        Err(error) if error.code == Code::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether a purchase can be asked back at all.
pub(super) fn may_come_back(state: PurchaseState) -> Result<(), ApiError> {
    if state != PurchaseState::Completed {
        return Ok(());
    }
    Err(ApiError::new(
        Code::Refused,
        "The publisher opened this for you, so the agreement is fulfilled.",
        "Talk to the publisher if something is wrong with it.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::purchase::{samples, view};
    use protocol::{Address, Did, Vodka};

    #[test]
    fn each_state_that_means_something_for_people_is_told_under_its_own_name() {
        use ActivityKind::{Abandoned, Agreed, Bought, MoneyBack, Opened, SetAside};
        let told: Vec<_> = samples::states(7).iter().map(kind_of).collect();
        let before = [Some(Agreed), None, None, None, Some(SetAside), Some(Opened), Some(Bought), Some(Bought)];
        let after = [None, None, None, Some(MoneyBack), Some(Abandoned)];
        assert_eq!(told, [before.as_slice(), after.as_slice()].concat());
    }

    #[test]
    fn the_account_is_shown_anew_when_money_is_set_aside_and_when_it_has_ended() {
        let changes: Vec<String> = samples::states(7)
            .iter()
            .filter(|state| changes_the_account(state))
            .map(|state| state.name().to_owned())
            .collect();
        assert_eq!(changes, ["locked", "completed", "completed", "refunded", "abandoned"]);
    }

    #[test]
    fn that_the_publisher_is_paid_is_awaited_where_something_was_paid_and_nobody_knows_yet() {
        let open = |price| samples::states(price).iter().filter(|state| is_payment_open(state)).count();
        assert_eq!((open(7), open(0)), (1, 0));
        assert!(is_payment_open(&samples::state("completed", 7)));
        assert_eq!(awaited(&samples::state("completed", 7)), Some(samples::terms(7)));
        assert_eq!(awaited(&samples::state("granted", 7)), None);
    }

    #[test]
    fn the_publisher_is_paid_once_the_escrow_has_paid_out() {
        let escrow = |state| {
            let mut facts = Facts::default();
            facts.escrow.state = state;
            facts
        };
        for open in [ConditionState::Uninitialized, ConditionState::Unfulfilled, ConditionState::Aborted] {
            assert_eq!(payment_seen(escrow(open)), None);
        }
        let paid = escrow(ConditionState::Fulfilled);
        assert_eq!(payment_seen(paid.clone()), Some(Event::Facts(Box::new(paid))));
    }

    #[test]
    fn a_purchase_is_under_way_from_its_beginning_to_its_end() {
        let over: Vec<String> = samples::states(7)
            .iter()
            .filter(|state| !is_under_way(Some(state)))
            .map(|state| state.name().to_owned())
            .collect();
        assert_eq!(over, ["completed", "completed", "refunded", "abandoned"]);
        assert!(!is_under_way(None));
    }

    #[test]
    fn one_is_meant_or_all_are() {
        let [one, other] = [1, 2].map(|number| AgreementId([number; 32]));
        assert!(is_meant(None, one) && is_meant(Some(one), one) && !is_meant(Some(one), other));
    }

    #[test]
    fn only_a_locked_account_is_waited_for_with_an_unlock() {
        let trouble = |hold| Trouble { effect: String::new(), hold };
        let others = || vec![trouble(Hold::NextBlock), trouble(Hold::later("away"))];
        let locked = trouble(Hold::Unlock { account: Address([5; 20]) });
        assert!(!waits_for_unlock(&[]) && !waits_for_unlock(&others()));
        assert!(waits_for_unlock(&[others(), vec![locked]].concat()));
    }

    #[test]
    fn the_state_of_now_is_a_step_also_before_it_is_written_and_none_is_there_twice() {
        let step = |state: &str, at| Step { at, status: runner::Status::Cached, state: state.to_owned(), note: None };
        let state = samples::state("locked", 7);
        let states = |history| -> Vec<(String, i64)> {
            up_to_now(history, &state, 9).into_iter().map(|step| (step.state, step.at)).collect()
        };
        assert_eq!(states(vec![step("locking", 1)]), [("locking".to_owned(), 1), ("locked".to_owned(), 9)]);
        let written = vec![step("locking", 1), step("locked", 2)];
        assert_eq!(states(written), [("locking".to_owned(), 1), ("locked".to_owned(), 2)]);
        assert_eq!(states(Vec::new()), [("locked".to_owned(), 9)]);
    }

    fn shown(price: u64) -> PurchaseView {
        view::tests::plain(&samples::state("locked", price), price)
    }

    #[test]
    fn a_happening_says_what_moved_and_nothing_moves_of_what_is_free() {
        let told = happening(ActivityKind::SetAside, &shown(7));
        assert_eq!((told.kind, told.name.as_str(), told.tx), (ActivityKind::SetAside, "Levels", None));
        assert_eq!((told.did, told.agreement), (Some(Did([2; 32])), Some(AgreementId([1; 32]))));
        assert_eq!(told.amount, Some(Vodka::from_ocean(7)));
        assert_eq!(happening(ActivityKind::Opened, &shown(0)).amount, None);
    }

    #[test]
    fn a_purchase_that_was_never_begun_is_left_out_and_any_other_trouble_is_told() {
        let error = |code| Err(ApiError::new(code, "no", "wait"));
        assert_eq!(if_begun(Ok(shown(7))).unwrap(), Some(shown(7)));
        assert_eq!(if_begun(error(Code::NotFound)).unwrap(), None);
        assert_eq!(if_begun(error(Code::Disk)).unwrap_err().code, Code::Disk);
    }

    #[test]
    fn only_what_is_opened_and_in_hand_cannot_be_asked_back() {
        for state in samples::states(7) {
            let (seen, completed) = (view::state_of(&state), matches!(state, State::Completed { .. }));
            assert_eq!(may_come_back(seen).is_err(), completed, "{seen:?}");
        }
        assert_eq!(may_come_back(PurchaseState::Completed).unwrap_err().code, Code::Refused);
    }
}
