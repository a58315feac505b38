//! The tower's calls: `POST /api/v1/watchtower/agreements` with the terms as JSON, `POST …/shapes` with the document of an
//! agreement of another shape, and `GET …/agreements/ID` for either.

use crate::{NotWatched, Tower};
use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use protocol::{AgreementId, conditions::AccessTerms, shape::Shape};

/// Terms are some hundred bytes.
const MAX_BODY: usize = 16 << 10;
/// A condition is some hundred bytes.
const MAX_SHAPE: usize = 64 << 10;

impl Tower {
    /// The tower's routes.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/api/v1/watchtower/agreements", post(watch))
            .route("/api/v1/watchtower/agreements/{id}", get(look))
            .layer(DefaultBodyLimit::max(MAX_BODY))
            .route("/api/v1/watchtower/shapes", post(watch_shape).layer(DefaultBodyLimit::max(MAX_SHAPE)))
            .with_state(self.clone())
    }
}

async fn watch(State(tower): State<Tower>, Json(terms): Json<AccessTerms>) -> Response {
    match tower.watch(terms).await {
        Ok(watched) => Json(watched).into_response(),
        Err(error) => (status(&error), error.to_string()).into_response(),
    }
}

async fn watch_shape(State(tower): State<Tower>, Json(shape): Json<Shape>) -> Response {
    match tower.watch_shape(shape).await {
        Ok(watched) => Json(watched).into_response(),
        Err(error) => (status(&error), error.to_string()).into_response(),
    }
}

async fn look(State(tower): State<Tower>, Path(id): Path<String>) -> Response {
    let Ok(id) = id.parse::<AgreementId>() else {
        return (StatusCode::BAD_REQUEST, "an agreement's id is 64 hex digits").into_response();
    };
    match tower.look(id).await {
        Ok(Some(watched)) => Json(watched).into_response(),
        Ok(None) => (StatusCode::NOT_FOUND, "this agreement is not watched").into_response(),
        Err(error) => (status(&error), error.to_string()).into_response(),
    }
}

const fn status(error: &NotWatched) -> StatusCode {
    match error {
        NotWatched::Foreign | NotWatched::NothingToTakeBack | NotWatched::Flaw(_) | NotWatched::ShapeFlaw(_) => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        NotWatched::NotSeen => StatusCode::SERVICE_UNAVAILABLE,
        NotWatched::Taken => StatusCode::CONFLICT,
        NotWatched::Full => StatusCode::TOO_MANY_REQUESTS,
        NotWatched::Chain(_) => StatusCode::BAD_GATEWAY,
        NotWatched::Journal(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
