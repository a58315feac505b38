//! What can be wrong with a document.

use super::Kind;
use crate::{AmountError, ParseIdError, Vodka, json::JsonError};

/// What is wrong, and where: `conditions/2/terms/release`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{why}", if .path.is_empty() { String::new() } else { format!("{path}: ") })]
pub struct Fault {
    /// The place; empty for the whole document.
    pub path: String,
    /// What.
    pub why: Why,
}

/// What is wrong with a place of a document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// No JSON, or too large.
    #[error("{0}")]
    Json(JsonError),
    /// It is not there.
    #[error("this is missing")]
    Missing,
    /// Nothing of this name belongs there.
    #[error("nothing of this name belongs here")]
    Unknown,
    /// Another type of value.
    #[error("this is to be {0}")]
    Type(&'static str),
    /// More or longer than is read.
    #[error("at most {0} are read")]
    TooMany(usize),
    /// A name that cannot be typed.
    #[error("a name has 1 to 64 letters, digits, hyphens and underscores")]
    Name,
    /// No id.
    #[error("{0}")]
    Id(#[from] ParseIdError),
    /// No amount.
    #[error("{0}")]
    Amount(#[from] AmountError),
    /// No such kind of condition.
    #[error(
        "there is no condition “{0}”; there are lockReward, accessSecretStore, computeExecution, escrowReward, sign, hashLock, threshold and whitelisting"
    )]
    Kind(String),
    /// Two places that exclude each other, or neither.
    #[error("either “{0}” or “{1}” is needed, and not both")]
    Either(&'static str, &'static str),
    /// The name stands there twice.
    #[error("the name “{0}” is there twice")]
    Twice(String),
    /// No condition has this name.
    #[error("no condition is called “{0}”")]
    NoCondition(String),
    /// A condition of another kind is needed.
    #[error("“{name}” is {found}, and {wanted} is needed here")]
    WrongKind {
        /// Which was named.
        name: String,
        /// What it is.
        found: Kind,
        /// What is needed.
        wanted: &'static str,
    },
    /// They wait for each other.
    #[error("these wait for each other: {0}")]
    Circle(String),
    /// Neither an address nor somebody who takes part.
    #[error("“{0}” is neither an address nor one of the actors")]
    NoActor(String),
    /// One account in two roles.
    #[error("“{0}” and “{1}” are the same account; each actor is another one")]
    SameActor(String, String),
    /// The address that nobody has.
    #[error("nobody has this address")]
    Nobody,
    /// The template knows no such role.
    #[error("the template has no such actor")]
    ExtraActor,
    /// The template's role is not filled.
    #[error("the template needs an actor of the type {0}, which is not here")]
    MissingActor(String),
    /// More or fewer conditions of a kind than the template has.
    #[error("the template has {wanted} of the kind {kind}, the document {found}")]
    Count {
        /// The kind.
        kind: Kind,
        /// In the template.
        wanted: usize,
        /// In the document.
        found: usize,
    },
    /// The template has a condition whose contract the network file does not name.
    #[error("the template has a condition of the contract {0}, which the network file does not name")]
    ForeignCondition(String),
    /// The network has no such condition.
    #[error("this network has no {0}")]
    NoContract(&'static str),
    /// A threshold that cannot be.
    #[error("a threshold is a number of 2 or more inputs, from 1 to all of them")]
    Threshold,
    /// An input that is named twice would count twice.
    #[error("“{0}” is an input twice, and would count twice")]
    InputTwice(String),
    /// It could be fulfilled only when its time is over.
    #[error("the waiting time of {lock} blocks is not shorter than the time-out of {out}")]
    Times {
        /// Blocks.
        lock: u64,
        /// Blocks.
        out: u64,
    },
    /// A time-out under which a payment could be stuck.
    #[error("{0} has no time-out of its own: a payment could be stuck for ever")]
    CanTimeOut(Kind),
    /// The escrow pays another amount than was set aside: it never could.
    #[error("this is not the amount that is set aside, {}", .0.to_ocean())]
    OtherAmount(Vodka),
    /// The escrow pays everybody but itself.
    #[error("this is the escrow itself, which it cannot pay")]
    EscrowItself,
    /// The same terms twice have the same id.
    #[error("“{0}” and “{1}” ask for the same: they would be one condition")]
    Same(String, String),
}

impl Fault {
    pub(super) fn at(path: impl Into<String>, why: impl Into<Why>) -> Self {
        Self { path: path.into(), why: why.into() }
    }
}
