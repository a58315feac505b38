//! A step of an agreement in words.

use api::{ConditionView, StepBy as By, StepNext as Next, StepState as State};

/// Where it stands.
pub(super) fn next(view: &ConditionView) -> String {
    match (&view.next, view.state) {
        (Some(Next::Open), _) => "can be done now".to_owned(),
        (Some(Next::NotBefore { block }), _) => format!("can be done from block {block} on"),
        (Some(Next::After { conditions }), _) => format!("comes after {}", conditions.join(" and ")),
        (Some(Next::TooFew { fulfilled, needed }), _) => format!("{fulfilled} of {needed} needed are done"),
        (Some(Next::Never { conditions }), _) => {
            format!("can never be done, since {} was given up", conditions.join(" and "))
        }
        (Some(Next::TimeOver), _) => "its time is over".to_owned(),
        (Some(Next::Missing), _) | (None, State::Uninitialized) => "not on record".to_owned(),
        (Some(Next::Fulfilled), _) | (None, State::Fulfilled) => "done".to_owned(),
        (Some(Next::Aborted), _) | (None, State::Aborted) => "given up".to_owned(),
        (None, State::Unfulfilled) => "open".to_owned(),
    }
}

/// Who can do it, where it can be done.
pub(super) fn by(view: &ConditionView) -> String {
    if view.next != Some(Next::Open) {
        return String::new();
    }
    let you = if view.own { " (you)" } else { "" };
    match &view.by {
        Some(By::Anyone) => " by anyone".to_owned(),
        Some(By::Payer { account: Some(account) }) => format!(" by {account}{you}"),
        Some(By::Payer { account: None }) => " by whoever pays".to_owned(),
        Some(By::Publisher { .. }) => format!(" by the publisher{you}"),
        Some(By::Signature { signer, .. }) => format!(" with a signature of {signer}{you}"),
        Some(By::Preimage { .. }) => " with what the hash is of".to_owned(),
        Some(By::Listed { .. }) => " by an account in whose list it is".to_owned(),
        None => String::new(),
    }
}
