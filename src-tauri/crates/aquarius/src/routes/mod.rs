//! The HTTP interface, below `/api/v1/aquarius`.

mod change;
mod read;
mod register;

use crate::{Catalogue, document::MAX_DOCUMENT};
use axum::{
    Json, Router,
    extract::DefaultBodyLimit,
    routing::{get, post},
};
use serde_json::{Value, json};

/// The routes of a catalogue.
pub fn router(catalogue: Catalogue) -> Router {
    let base = Router::new()
        .route("/", get(root))
        .route("/health", get(read::health))
        .route("/assets", get(read::ids))
        .route("/assets/ddo", get(read::all).post(register::register))
        .route("/assets/ddo/query", get(read::query_parameters).post(read::query))
        .route("/assets/ddo/validate", post(register::validate))
        .route("/assets/ddo/{did}", get(read::ddo).put(change::update).delete(change::unlist))
        .route("/assets/metadata/{did}", get(read::metadata))
        .route("/assets/search", post(read::search));
    Router::new()
        .nest("/api/v1/aquarius", base)
        .route("/api/v1/aquarius/", get(root))
        .layer(DefaultBodyLimit::max(MAX_DOCUMENT + 4096))
        .with_state(catalogue)
}

async fn root() -> Json<Value> {
    Json(json!({ "software": "Aquarius", "version": env!("CARGO_PKG_VERSION"), "plugin": "sqlite" }))
}

/// Seconds since 1970.
fn now() -> i64 {
    time::OffsetDateTime::now_utc().unix_timestamp()
}
