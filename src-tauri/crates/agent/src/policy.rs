//! What may be signed. Asked before every signature; says yes to everything until somebody writes a policy.

use api::ApiError;
use protocol::{Address, AgreementId, Did, Hash32, TemplateId, Vodka, shape::Kind};

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
    /// An agreement of another shape, to be put on record.
    Agree {
        /// Which.
        agreement: AgreementId,
        /// About what.
        did: Did,
    },
    /// A payment in an agreement of another shape.
    Pay {
        /// In which.
        agreement: AgreementId,
        /// How much.
        amount: Vodka,
    },
    /// A step of an agreement of another shape in which nothing is paid.
    Step {
        /// In which.
        agreement: AgreementId,
        /// Of which kind.
        kind: Kind,
        /// Whether it is given up.
        abort: bool,
    },
    /// 32 bytes that a condition asks for.
    Sign {
        /// In which agreement.
        agreement: AgreementId,
        /// What.
        message: Hash32,
    },
    /// A change of a template.
    Template {
        /// Which.
        template: TemplateId,
    },
    /// A change of the roles of templates.
    Role {
        /// Which.
        name: String,
    },
    /// A change of one's list.
    List {
        /// What.
        item: Hash32,
        /// Whether it comes in.
        listed: bool,
    },
}

/// Whether it may be signed.
///
/// # Errors
/// With [`api::Code::Refused`] and the rule's own words.
pub(crate) fn allows(action: &Action) -> Result<(), ApiError> {
    tracing::debug!(?action, "policy");
    Ok(())
}
