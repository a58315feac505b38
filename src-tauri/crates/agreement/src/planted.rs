//! Bugs on purpose, in the decisions themselves, for the simulation to find. Only the feature `planted` compiles them, which
//! tests alone ask for, and even there each has to be planted first.

use crate::{ConditionState, Facts};
use protocol::conditions::ConditionKind;
use std::cell::Cell;

/// A decision that could be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// The gateway grants after the agreed time.
    LateGrant,
    /// The buyer takes the agreement's id for the agreement.
    UnverifiedAgreement,
    /// The buyer does not look at which condition pays out.
    ForeignEscrow,
    /// The buyer waits for the grant for ever.
    MissingAbort,
}

thread_local! {
    static PLANTED: Cell<Option<Bug>> = const { Cell::new(None) };
}

/// Plants a bug for the machines of this thread, or takes it out.
pub fn plant(bug: Option<Bug>) {
    PLANTED.set(bug);
}

pub(crate) fn is(bug: Bug) -> bool {
    PLANTED.get() == Some(bug)
}

/// Whether the buyer goes on waiting for a grant that is not there.
pub(crate) fn forgets_to_abort(facts: &Facts) -> bool {
    is(Bug::MissingAbort) && facts.access.state == ConditionState::Unfulfilled
}

/// Whether the buyer does not look at this condition.
pub(crate) fn overlooks(condition: ConditionKind) -> bool {
    condition == ConditionKind::EscrowReward && is(Bug::ForeignEscrow)
}
