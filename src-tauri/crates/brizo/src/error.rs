//! What a gateway answers when it does not do what it was asked, in the texts and codes of the released software.

use crate::{request::RequestError, store::StoreError};
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use protocol::Sentence;

/// Why the gateway did not start.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// Its data file cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Its journal cannot be used.
    #[error(transparent)]
    Journal(#[from] runner::LedgerError),
    /// Its sales cannot be gone on with.
    #[error(transparent)]
    Drive(#[from] runner::DriveError),
    /// What it signed cannot be sent.
    #[error(transparent)]
    Outbox(#[from] runner::OutboxError),
    /// The network file names an address that is none.
    #[error(transparent)]
    Endpoint(#[from] transport::EndpointError),
    /// The chain cannot be read.
    #[error(transparent)]
    Keeper(#[from] keeper::KeeperError),
    /// The file cannot be shared.
    #[error("the file cannot be shared: {0}")]
    Share(#[from] std::io::Error),
    /// The key servers did not do it.
    #[error("the key servers do not answer as they should: {0}")]
    SecretStore(#[from] clients::secret_store::SecretStoreError),
    /// The document is not a listing this gateway can serve.
    #[error("this listing cannot be served: {0}")]
    Listing(Sentence),
}

impl GatewayError {
    /// Whether the key servers have a key for this listing's number already, and it is not to be had again.
    pub fn is_number_used(&self) -> bool {
        use clients::secret_store::Verdict;
        matches!(self, Self::SecretStore(error) if error.verdict() == Some(Verdict::AlreadyGenerated))
    }
}

/// Why a request was not answered with what it asked for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    /// A parameter is missing or wrong.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The signature is not the consumer's.
    #[error("Invalid signature {0}")]
    Signature(String),
    /// The consumer may not have it.
    #[error("{0}")]
    Forbidden(String),
    /// The listing is not on the chain, or not this gateway's.
    #[error("{0}")]
    Unknown(String),
    /// The chain is ahead of what this gateway can get of the listing: it may come.
    #[error("{0}")]
    Behind(String),
    /// The agreement cannot be created.
    #[error("{0}")]
    NotCreated(String),
    /// Too many requests.
    #[error("too many agreements in a short time; try again in a minute")]
    TooMany,
    /// A file is not there any more.
    #[error("the file is not there any more")]
    Gone,
    /// Another party failed.
    #[error("{0}")]
    Failed(String),
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::Request(_) => StatusCode::BAD_REQUEST,
            Self::Signature(_) | Self::Forbidden(_) | Self::NotCreated(_) => StatusCode::UNAUTHORIZED,
            Self::Unknown(_) | Self::Behind(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Gone => StatusCode::NOT_FOUND,
            Self::Failed(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        (status, self.to_string()).into_response()
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the gateway's store failed");
        Self::Failed("the gateway's store does not answer".to_owned())
    }
}

impl From<keeper::KeeperError> for Refusal {
    fn from(error: keeper::KeeperError) -> Self {
        tracing::warn!(%error, "the chain could not be read");
        Self::Failed("the chain does not answer".to_owned())
    }
}
