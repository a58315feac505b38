//! JSON-RPC over HTTP POST and WebSocket.

use super::{socket, unreadable};
use crate::chain::Chain;
use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State, WebSocketUpgrade, ws::rejection::WebSocketUpgradeRejection},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::Value;

/// Bytes of a request at most.
pub(super) const MAX_BODY: usize = 4 * 1024 * 1024;

/// The chain at `/`: POST for requests and batches, GET to upgrade to a WebSocket, which also has subscriptions.
pub fn router(chain: Chain) -> Router {
    Router::new().route("/", get(upgrade).post(post)).layer(DefaultBodyLimit::max(MAX_BODY)).with_state(chain)
}

async fn post(State(chain): State<Chain>, body: Bytes) -> Response {
    let answer = match serde_json::from_slice::<Value>(&body) {
        Ok(request) => chain.answer(request).await,
        Err(_) => Some(unreadable()),
    };
    match answer {
        Some(text) => ([(header::CONTENT_TYPE, "application/json")], text).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    }
}

async fn upgrade(State(chain): State<Chain>, socket: Result<WebSocketUpgrade, WebSocketUpgradeRejection>) -> Response {
    match socket {
        Ok(socket) => socket
            .max_message_size(MAX_BODY)
            .max_frame_size(MAX_BODY)
            .on_upgrade(move |socket| socket::serve(chain, socket)),
        // Whoever only looks whether somebody is there.
        Err(_) => ([(header::ALLOW, "POST")], StatusCode::METHOD_NOT_ALLOWED).into_response(),
    }
}
