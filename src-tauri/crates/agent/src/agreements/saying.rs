//! What goes wrong with agreements, for people.

use agreement::shape::{Next, Peril, ShapeFlaw};
use api::{ApiError, Code, Sentence};
use keeper::TemplateState;
use protocol::{Did, Vodka, shape::Fault};
use std::fmt::Display;

/// Agreements of other shapes are made and carried out at a terminal, which speaks English: the window only shows them.
pub(super) fn told(code: Code, message: impl Display, next: impl Display) -> ApiError {
    ApiError::new(code, Sentence::verbatim(message), Sentence::verbatim(next))
}

/// A document that cannot be used.
pub(super) fn fault(fault: &Fault) -> ApiError {
    let place = if fault.path.is_empty() { String::new() } else { format!(" at {}", fault.path) };
    told(
        Code::Invalid,
        format!("The document cannot be used{place}: {}.", fault.why),
        "Change it there. docs/agreements.md says what belongs into it. Nothing was sent.",
    )
    .at(fault.path.clone())
}

pub(super) fn only_sales() -> ApiError {
    told(
        Code::Refused,
        "This network keeps agreements in the form of v0.1, in which there are sales only.",
        "Make agreements of other shapes on a network of v0.2.",
    )
}

pub(super) fn no_template() -> ApiError {
    told(
        Code::NotFound,
        "The network has no such template.",
        "See what there is with: neuston template list. Propose one with: neuston template propose",
    )
    .at("template")
}

/// Whether agreements of a template in this state can be put on record.
pub(super) fn usable(state: TemplateState) -> Result<(), ApiError> {
    let (what, next) = match state {
        TemplateState::Approved => return Ok(()),
        TemplateState::Proposed => (
            "This template is proposed, and not approved yet.",
            "The network's operator approves it with: neuston template approve",
        ),
        TemplateState::Revoked => {
            ("This template was revoked: there are no new agreements of it.", "Use another template.")
        }
    };
    Err(told(Code::Refused, what, next).at("template"))
}

pub(super) fn no_listing(did: Did) -> ApiError {
    told(
        Code::NotFound,
        format!("The listing {did} is not on record on this network."),
        "Look at its number, or publish it first. Nothing was sent.",
    )
    .at("did")
}

/// What is on record is something else: nothing is done.
pub(super) fn flaw(flaw: &ShapeFlaw) -> ApiError {
    match flaw {
        ShapeFlaw::Missing => told(
            Code::NotFound,
            "This agreement is not on record.",
            "Put it on record with: neuston agreement new FILE. Nothing was paid.",
        ),
        flaw => told(
            Code::Changed,
            format!("What is on record is not what the document says: {flaw}."),
            "Do nothing in this agreement; talk to the others. Nothing was paid.",
        ),
    }
}

/// The number is taken by something else.
pub(super) fn taken(flaw: &ShapeFlaw) -> ApiError {
    told(
        Code::Changed,
        format!("This number is on record already, and not for what the document says: {flaw}."),
        "Give the document another “salt”: that makes another number. Nothing was paid.",
    )
    .at("salt")
}

pub(super) fn not_yet() -> ApiError {
    told(
        Code::Unreachable,
        "The agreement was sent, and the network does not show it yet.",
        "It goes on by itself; see how it stands with: neuston resume. Nothing is sent twice.",
    )
}

pub(super) fn no_document() -> ApiError {
    told(
        Code::NotFound,
        "The document of this agreement is not here, and without it nobody knows what its steps ask for.",
        "Take it from whoever wrote it, and keep it with: neuston agreement join FILE",
    )
}

/// Why a step cannot be done now.
pub(super) fn not_open(name: &str, next: &Next) -> ApiError {
    let list = |names: &[String]| names.iter().map(|name| format!("“{name}”")).collect::<Vec<_>>().join(" and ");
    let are = |names: &[String]| if names.len() == 1 { "is" } else { "are" };
    let (what, then) = match next {
        Next::Missing => (format!("“{name}” is not on record."), "Nothing was done."),
        Next::Fulfilled | Next::Open => (format!("“{name}” is done."), "There is nothing to do."),
        Next::Aborted => (format!("“{name}” was given up: its time was over."), "It cannot be done any more."),
        Next::NotBefore { block } => (
            format!("“{name}” has to wait: it can be done from block {block} on."),
            "Try again then. Nothing was done.",
        ),
        Next::After { conditions } => (
            format!("“{name}” comes after {}, which {} not done yet.", list(conditions), are(conditions)),
            "Do what comes first, then this. Nothing was done.",
        ),
        Next::TooFew { fulfilled, needed } => (
            format!("“{name}” needs {needed} of its steps done, and {fulfilled} are."),
            "Do more of them first. Nothing was done.",
        ),
        Next::Never { conditions } => (
            format!(
                "“{name}” can never be done: {} {} given up.",
                list(conditions),
                if conditions.len() == 1 { "was" } else { "were" }
            ),
            "Give it up when its time is over, with: neuston agreement abort",
        ),
        Next::TimeOver => (
            format!("The time for “{name}” is over."),
            "Give it up with: neuston agreement abort. What was set aside for it can go back then.",
        ),
    };
    told(Code::Refused, what, then).at("condition")
}

/// Why a step cannot be given up now.
pub(super) fn not_over(name: &str, until: Option<u64>, block: u64) -> ApiError {
    let (what, then) = match until {
        Some(until) => (
            format!("The time for “{name}” is not over: it ends with block {until}, and this is block {block}."),
            "Try again then; blocks come by themselves. Nothing was done.",
        ),
        None => (format!("“{name}” cannot be given up: it has no time-out."), "Nothing was done."),
    };
    told(Code::Refused, what, then).at("condition")
}

/// 32 bytes of which nobody knows what they mean.
pub(super) fn unreadable(name: &str) -> ApiError {
    told(
        Code::Refused,
        format!(
            "“{name}” asks for a signature of 32 bytes, and nobody can tell what they are: they could be a payment."
        ),
        "Ask for a document with the “text” that is to be signed. A signature made elsewhere is shown with --signature.",
    )
}

/// A payment that might not come back, before anything is paid.
pub(super) fn perils(perils: &[Peril]) -> ApiError {
    let words: Vec<String> = perils.iter().map(|peril| format!("{peril}.")).collect();
    told(
        Code::Refused,
        format!("Money back is not certain here: {} Nothing was paid.", words.join(" ")),
        "To pay all the same, add --without-refund.",
    )
    .at("without_refund")
}

/// A payment that would come too late for what it is for.
pub(super) fn too_late(name: &str, last: u64) -> ApiError {
    told(
        Code::Refused,
        format!("Too little time is left to pay “{name}”: that had to be done by block {last}. Nothing was paid."),
        "Make a new agreement, with another “salt” in its document.",
    )
}

/// A balance that does not cover a payment.
pub(super) fn short(needed: Vodka, balance: Vodka) -> ApiError {
    let missing = needed.checked_sub(balance).unwrap_or(Vodka::ZERO);
    told(
        Code::InsufficientBalance,
        format!(
            "This step sets {} aside and your account holds {}: {} are missing. Nothing was paid.",
            needed.to_people(),
            balance.to_people(),
            missing.to_people()
        ),
        "Get tokens, then do it again.",
    )
}

pub(super) fn not_publisher() -> ApiError {
    told(
        Code::Refused,
        "Only the owner of the listing, or a computer that may serve it, can do this step.",
        "Use that account with --account, or wait for the publisher. Nothing was done.",
    )
}

pub(super) fn not_listed() -> ApiError {
    told(Code::Refused, "This is not in your list.", "Put it there with: neuston list add. Nothing was done.")
}

pub(super) fn no_evidence(what: &str, next: &str) -> ApiError {
    told(Code::Invalid, what, next).at("shown")
}

pub(super) fn no_effect(name: &str) -> ApiError {
    told(
        Code::Refused,
        format!("“{name}” was sent, and it did not take effect."),
        "See how it stands with: neuston agreement show",
    )
}
