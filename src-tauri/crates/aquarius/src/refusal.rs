//! Answers to what is not done, with the codes and texts of the released software where it has them.

use crate::{CatalogueError, ownership::OwnershipError};
use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use protocol::{Did, metadata::Fault, query::QueryError};
use serde_json::json;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("{0}")]
    Bad(String),
    #[error("the document has faults")]
    Faults(Vec<Fault>),
    #[error("{0} asset DID is not in OceanDB")]
    NotFound(Did),
    #[error("{0}")]
    NotAllowed(String),
    #[error("Some error: {0}")]
    Failed(String),
    #[error("{0}")]
    Query(#[from] QueryError),
    #[error("the catalogue's data cannot be read")]
    Store(#[from] CatalogueError),
    #[error("the chain does not answer, so nobody knows who owns this listing; try again later")]
    Chain(#[from] OwnershipError),
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::Faults(faults) => {
                let faults: Vec<_> = faults.iter().map(|f| json!({ "path": f.path, "message": f.message })).collect();
                return (StatusCode::BAD_REQUEST, Json(faults)).into_response();
            }
            Self::Bad(_) | Self::Query(_) => StatusCode::BAD_REQUEST,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::NotAllowed(_) => StatusCode::UNAUTHORIZED,
            Self::Failed(_) | Self::Store(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Chain(_) => StatusCode::SERVICE_UNAVAILABLE,
        };
        if status.is_server_error() {
            tracing::warn!(error = ?self, "the catalogue could not answer");
        }
        (status, self.to_string()).into_response()
    }
}
