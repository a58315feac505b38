//! How a request to a key server can end badly, and how Parity's interface says it.

use crate::{ConfigError, store::StoreError};
use axum::http::StatusCode;
use threshold::{Point, ThresholdError};

/// Why a key server could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The database cannot be used.
    #[error("the node's database cannot be used: {0}")]
    Store(#[from] rusqlite::Error),
    /// The database is of a later version of this program.
    #[error("the node's database is of version {0}, which this program does not know")]
    Version(i64),
    /// The database's folder cannot be made.
    #[error("the node's folder cannot be made")]
    Folder(#[source] std::io::Error),
    /// The identity is no usable key.
    #[error("the node's key cannot be used: {0}")]
    Identity(#[from] ThresholdError),
}

/// Why a request was not fulfilled.
#[derive(Debug, thiserror::Error)]
pub enum KeyServerError {
    /// The request is not of the form it should have.
    #[error("Bad request: {0}")]
    BadRequest(&'static str),
    /// The group has too few nodes for this threshold.
    #[error("Not enough nodes for passed threshold")]
    Threshold,
    /// Another author, or the same with another threshold, has a key under this id.
    #[error("Server key with this ID is already generated")]
    AlreadyGenerated,
    /// Another document key is stored under this id.
    #[error("Document key with this ID is already stored")]
    AlreadyStored,
    /// There is no server key with this id.
    #[error("Server key with this ID is not found")]
    NoServerKey,
    /// There is no document key with this id.
    #[error("Document key with this ID is not found")]
    NoDocumentKey,
    /// The requester has no permission, or is not the author.
    #[error("Access denied")]
    AccessDenied,
    /// Too few nodes agreed, and some did not answer.
    #[error("Consensus unreachable")]
    ConsensusUnreachable {
        /// Nodes that could not be reached or could not ask the chain.
        missing: Vec<Point>,
    },
    /// Something needs all nodes, and these did not answer.
    #[error("Node disconnected: {}", names(missing))]
    Disconnected {
        /// The nodes.
        missing: Vec<Point>,
    },
    /// A node used a share that is not its own, so that too few honest ones were left.
    #[error("Node {node} contributed with a wrong share")]
    WrongShare {
        /// The node.
        node: Point,
    },
    /// A node dealt shares that do not fit its commitments, or said other things to others.
    #[error("Node {node} broke the rules of key generation")]
    Cheating {
        /// The node.
        node: Point,
    },
    /// Several nodes try to generate this key at once.
    #[error("Another session for this key is running")]
    Busy,
    /// This node cannot do its part.
    #[error("Internal error")]
    Internal(#[from] StoreError),
}

fn names(nodes: &[Point]) -> String {
    nodes.iter().map(Point::hex).collect::<Vec<_>>().join(", ")
}

impl KeyServerError {
    /// Parity's status for it (PROTOCOL 7.1).
    pub fn status(&self) -> StatusCode {
        match self {
            Self::AccessDenied | Self::ConsensusUnreachable { .. } => StatusCode::FORBIDDEN,
            Self::NoServerKey | Self::NoDocumentKey => StatusCode::NOT_FOUND,
            Self::BadRequest(_) | Self::Threshold | Self::AlreadyGenerated | Self::AlreadyStored => {
                StatusCode::BAD_REQUEST
            }
            Self::Disconnected { .. }
            | Self::WrongShare { .. }
            | Self::Cheating { .. }
            | Self::Busy
            | Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// A stable word for programs, as statuses say too little. Sent in the header `neuston-code`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadRequest(_) => "bad_request",
            Self::Threshold => "threshold",
            Self::AlreadyGenerated => "already_generated",
            Self::AlreadyStored => "already_stored",
            Self::NoServerKey => "no_server_key",
            Self::NoDocumentKey => "no_document_key",
            Self::AccessDenied => "access_denied",
            Self::ConsensusUnreachable { .. } => "consensus_unreachable",
            Self::Disconnected { .. } => "disconnected",
            Self::WrongShare { .. } => "wrong_share",
            Self::Cheating { .. } => "cheating",
            Self::Busy => "busy",
            Self::Internal(_) => "internal",
        }
    }

    /// The nodes that are to blame or missing. Sent in the header `neuston-nodes`.
    pub fn nodes(&self) -> &[Point] {
        match self {
            Self::ConsensusUnreachable { missing } | Self::Disconnected { missing } => missing,
            Self::WrongShare { node } | Self::Cheating { node } => std::slice::from_ref(node),
            _ => &[],
        }
    }
}

impl From<ThresholdError> for KeyServerError {
    fn from(error: ThresholdError) -> Self {
        match error {
            ThresholdError::Threshold => Self::Threshold,
            other => Self::Internal(other.into()),
        }
    }
}
