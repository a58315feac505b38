//! Everything a key server answers over HTTP.

use crate::{
    KeyServer, alive,
    message::{Letter, Reply, Signed},
    parity,
    peers::{LARGEST, LETTERS},
};
use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Query, Request, State},
    http::{StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};

/// The interface of one node: Parity's for clients, and `/peer/v1/…` for the other nodes and for signs of life.
pub fn router(server: KeyServer) -> Router {
    Router::new()
        .route("/shadow/{id}/{signature}/{threshold}", post(parity::generate))
        .route("/shadow/{id}/{signature}/{common_point}/{encrypted_point}", post(parity::store))
        .route("/shadow/{id}/{signature}", get(parity::retrieve_shadow))
        .route("/{id}/{signature}/{threshold}", post(parity::generate_both))
        .route("/{id}/{signature}", get(parity::retrieve))
        .route(LETTERS, post(letter))
        .route("/peer/v1/alive", get(sign_of_life))
        .layer(DefaultBodyLimit::max(LARGEST))
        .layer(middleware::from_fn(refuse_browsers))
        .with_state(server)
}

/// Requests of web pages are answered as Parity answers them: there is nothing here.
async fn refuse_browsers(request: Request, next: Next) -> Response {
    if request.headers().contains_key(header::ORIGIN) {
        return StatusCode::NOT_FOUND.into_response();
    }
    next.run(request).await
}

async fn letter(
    State(server): State<KeyServer>,
    Json(letter): Json<Signed<Letter>>,
) -> Result<Json<Signed<Reply>>, StatusCode> {
    server.receive(letter).await.map(Json).map_err(|_| StatusCode::FORBIDDEN)
}

async fn sign_of_life(State(server): State<KeyServer>, Query(asked): Query<alive::Asked>) -> Response {
    match server.alive(asked).await {
        Ok(alive) => Json(alive).into_response(),
        Err(error) => parity::refused(&error),
    }
}
