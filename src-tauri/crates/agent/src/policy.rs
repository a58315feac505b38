//! What may be signed. Asked before every signature; says yes to everything until somebody writes a policy.

use api::ApiError;
use protocol::{Address, Did, Vodka};

/// What is about to be signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    /// A purchase.
    Buy {
        /// Of what.
        did: Did,
        /// For how much.
        price: Vodka,
    },
    /// A listing.
    Publish {
        /// For how much.
        price: Vodka,
    },
    /// A change of a listing.
    Change {
        /// Which.
        did: Did,
    },
    /// A transfer.
    Send {
        /// To whom.
        to: Address,
        /// How much.
        amount: Vodka,
    },
    /// A request for test tokens.
    TestTokens,
}

/// Whether it may be signed.
///
/// # Errors
/// With [`api::Code::Refused`] and the rule's own words.
pub(crate) fn allows(action: &Action) -> Result<(), ApiError> {
    tracing::debug!(?action, "policy");
    Ok(())
}
