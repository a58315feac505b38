//! The holder's socket: `POST /call` asks, `POST /events` follows. Only the owner's own processes can reach it.

use crate::{
    door::{Asked, Followed},
    home::Home,
};
use api::{ApiError, Reply};
use axum::{
    Json, Router,
    body::Body,
    extract::{DefaultBodyLimit, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::post,
};
use futures_util::{StreamExt as _, stream};
use std::time::Duration;
use tokio_stream::wrappers::IntervalStream;

const MAX_BODY: usize = 32 << 20;
const BEAT: Duration = Duration::from_secs(15);

pub(crate) fn router(home: Home) -> Router {
    Router::new()
        .route("/call", post(call))
        .route("/events", post(events))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(home)
}

async fn call(State(home): State<Home>, Json(asked): Json<Asked>) -> Json<Result<Reply, ApiError>> {
    Json(home.call(asked.network.as_deref(), asked.account.as_deref(), asked.request).await)
}

/// One JSON document a line, and an empty line now and then to say that this side is still there, until the home ends.
async fn events(State(home): State<Home>, Json(followed): Json<Followed>) -> Response {
    let events = match home.events(followed.network.as_deref()) {
        Ok(events) => events,
        Err(error) => return (StatusCode::BAD_REQUEST, Json(error)).into_response(),
    };
    let events = stream::unfold(events, |mut events| async move {
        let event = events.next().await?;
        Some((event, events))
    });
    let events = events.filter_map(|event| async move {
        let line = serde_json::to_string(&event).ok()?;
        Some(format!("{line}\n"))
    });
    let beats = IntervalStream::new(tokio::time::interval(BEAT)).map(|_| "\n".to_owned());
    let lines = stream::select(events, beats).take_until(home.ends());
    let lines = lines.map(Ok::<_, std::convert::Infallible>);
    Response::new(Body::from_stream(lines))
}
