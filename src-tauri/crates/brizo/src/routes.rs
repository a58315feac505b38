//! The HTTP interface, below `/api/v1/brizo` (PROTOCOL 5).

mod consume;
mod initialize;
mod publish;

use crate::gateway::Gateway;
use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Query, Request, State},
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use clients::brizo::{Alive, alive_text};
use protocol::Signer;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// A request's body, at most: 2 MiB.
const MAX_BODY: usize = 2 << 20;

/// The routes of a gateway. Pages of these origins may ask, of any where `*` is among them.
pub fn router(gateway: Gateway, origins: &[String]) -> Router {
    let origins: Arc<[String]> = origins.into();
    let services = Router::new()
        .route("/publish", post(publish::publish))
        .route("/encrypt", post(publish::encrypt))
        .route("/access/initialize", post(initialize::initialize))
        .route("/consume", get(consume::consume))
        .route("/access/consume", get(consume::consume));
    Router::new()
        .route("/api/v1/brizo", get(root))
        .route("/api/v1/brizo/", get(root))
        .route("/api/v1/brizo/alive", get(alive))
        .nest("/api/v1/brizo/services", services)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn_with_state(origins, open_to_browsers))
        .with_state(gateway)
}

/// The released gateway lets pages of any origin ask: nothing here acts by a cookie. Whoever looks at a page may be where the
/// gateway can be asked and the page's maker cannot, so that is for the operator to say. Released clients send a content type
/// with everything, for which a browser asks beforehand.
async fn open_to_browsers(State(origins): State<Arc<[String]>>, request: Request, next: Next) -> Response {
    let any = origins.iter().any(|origin| origin == "*");
    let asking = request.headers().get(header::ORIGIN);
    let allowed = match any {
        true => Some(HeaderValue::from_static("*")),
        false => asking.filter(|asking| origins.iter().any(|origin| origin.as_bytes() == asking.as_bytes())).cloned(),
    };
    let asks_beforehand = allowed.is_some()
        && request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = if asks_beforehand { StatusCode::NO_CONTENT.into_response() } else { next.run(request).await };
    let headers = response.headers_mut();
    if !any {
        headers.append(header::VARY, HeaderValue::from_static("origin"));
    }
    let Some(allowed) = allowed else { return response };
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
    let mut say = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    if asks_beforehand {
        say(header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, OPTIONS");
        say(header::ACCESS_CONTROL_ALLOW_HEADERS, "content-type, range");
        say(header::ACCESS_CONTROL_MAX_AGE, "86400");
    } else {
        say(header::ACCESS_CONTROL_EXPOSE_HEADERS, "Content-Disposition, Content-Range, Accept-Ranges");
    }
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
