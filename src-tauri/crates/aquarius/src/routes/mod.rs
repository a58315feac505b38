//! The HTTP interface, below `/api/v1/aquarius`.

mod change;
mod read;
mod register;
mod released;

use crate::{Catalogue, document::MAX_DOCUMENT};
use axum::{
    Json, Router,
    extract::DefaultBodyLimit,
    http::{HeaderName, HeaderValue, Method, header::CONTENT_TYPE},
    routing::{get, post},
};
use protocol::search::{SIGNATURE_HEADER, TIME_HEADER};
use serde_json::{Value, json};
use tower_http::cors::{AllowOrigin, CorsLayer};

/// The routes of a catalogue. Pages of these origins may ask, of any where `*` is among them.
pub fn router(catalogue: Catalogue, origins: &[String]) -> Router {
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
    let base = if catalogue.takes_changes_of_1_1 { base.merge(released::routes()) } else { base };
    Router::new()
        .nest("/api/v1/aquarius", base)
        .route("/api/v1/aquarius/", get(root))
        .layer(DefaultBodyLimit::max(MAX_DOCUMENT + 4096))
        .layer(open_to_browsers(origins))
        .with_state(catalogue)
}

/// The released software lets pages of any origin ask: nothing here acts by a cookie. Whoever looks at a page may be where
/// the catalogue can be asked and the page's maker cannot, so that is for the operator to say.
fn open_to_browsers(origins: &[String]) -> CorsLayer {
    let origins = match origins.iter().any(|origin| origin == "*") {
        true => AllowOrigin::any(),
        false => AllowOrigin::list(origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok())),
    };
    CorsLayer::new()
        .allow_origin(origins)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .allow_headers([CONTENT_TYPE, HeaderName::from_static(SIGNATURE_HEADER), HeaderName::from_static(TIME_HEADER)])
}

async fn root() -> Json<Value> {
    Json(json!({ "software": "Aquarius", "version": env!("CARGO_PKG_VERSION"), "plugin": "sqlite" }))
}

/// Seconds since 1970.
fn now() -> i64 {
    time::OffsetDateTime::now_utc().unix_timestamp()
}
