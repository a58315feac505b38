//! The HTTP interface, below `/api/v1/brizo` (PROTOCOL 5).

mod consume;
mod initialize;
mod publish;

use crate::gateway::Gateway;
use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Query, State},
    http::{HeaderValue, StatusCode, header},
    middleware::map_response,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use clients::brizo::{Alive, alive_text};
use protocol::Signer;
use serde::Deserialize;
use serde_json::{Value, json};

/// A request's body, at most: 2 MiB.
const MAX_BODY: usize = 2 << 20;

/// The routes of a gateway.
pub fn router(gateway: Gateway) -> Router {
    let services = Router::new()
        .route("/publish", post(publish::publish))
        .route("/encrypt", post(publish::encrypt))
        .route("/access/initialize", post(initialize::initialize))
        .route("/consume", get(consume::consume))
        .route("/access/consume", get(consume::consume));
    Router::new()
        .route("/api/v1/brizo", get(root))
        .route("/api/v1/brizo/alive", get(alive))
        .nest("/api/v1/brizo/services", services)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(map_response(open_to_browsers))
        .with_state(gateway)
}

/// As the released gateway: pages of any origin may ask, since nothing here acts by a cookie.
async fn open_to_browsers(mut response: Response) -> Response {
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

async fn root(State(gateway): State<Gateway>) -> Json<Value> {
    let contracts: serde_json::Map<String, Value> =
        gateway.inner.keeper.contracts().named().into_iter().map(|(name, at)| (name.to_owned(), json!(at))).collect();
    let node = gateway.inner.network.rpc.iter().find(|rpc| rpc.starts_with("http"));
    Json(json!({
        "software": "Brizo",
        "keeper-url": node,
        "version": env!("CARGO_PKG_VERSION"),
        "network": gateway.inner.network.name,
        "keeper-version": "v0.13.2",
        "contracts": contracts,
        "provider-address": gateway.provider(),
    }))
}

#[derive(Deserialize)]
struct Asked {
    nonce: String,
}

/// A signed sign of life: nobody can give it but this gateway, and nobody can have kept it.
async fn alive(State(gateway): State<Gateway>, Query(Asked { nonce }): Query<Asked>) -> Response {
    if nonce.len() > 128 || !nonce.bytes().all(|b| b.is_ascii_hexdigit()) {
        return (StatusCode::BAD_REQUEST, "the nonce is up to 128 hex digits").into_response();
    }
    match gateway.inner.key.sign_personal(alive_text(&nonce).as_bytes()) {
        Ok(signature) => Json(Alive { provider_address: gateway.provider(), nonce, signature }).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}
