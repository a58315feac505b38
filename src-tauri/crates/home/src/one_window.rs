//! One window on a home: whoever starts a second one is shown the first.

use crate::{Folder, errors};
use api::ApiError;
use axum::{Router, extract::State, http::StatusCode, routing::post};
use std::{fs::File, path::Path, time::Duration};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use transport::{Endpoint, Http, Limits, Listen, Request, Resolver, Served, serve};

/// How often a window that is just starting or ending is asked.
const TRIES: u32 = 20;
const BETWEEN: Duration = Duration::from_millis(100);
/// A window that shows itself says so at once.
const ANSWERS_WITHIN: Duration = Duration::from_secs(1);

/// What a window that starts finds.
pub enum Turn {
    /// It is the only one. Others ask it to show itself.
    First(OnlyWindow),
    /// There is one, and it shows itself.
    Shown,
    /// There is one, and it does not answer: better two windows than none.
    Silent,
}

/// The place of the only window, held until this is dropped.
pub struct OnlyWindow {
    asked: mpsc::Receiver<()>,
    cancel: CancellationToken,
    _served: Served,
    _lock: File,
}

impl OnlyWindow {
    /// Waits until somebody starts another window; `None` when that cannot happen any more.
    pub async fn asked(&mut self) -> Option<()> {
        self.asked.recv().await
    }
}

impl Drop for OnlyWindow {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}

/// Takes the place of the only window on a home, or asks the window that has it to show itself.
///
/// # Errors
/// What the disk says.
pub async fn take_window(dir: Option<&Path>) -> Result<Turn, ApiError> {
    let folder = Folder::open(dir).map_err(errors::folder)?;
    let socket = folder.socket("window").map_err(errors::disk)?;
    for _ in 0..TRIES {
        if let Some(lock) = folder.lock_file("window.lock").map_err(errors::disk)? {
            let (ask, asked) = mpsc::channel(1);
            let router = Router::new().route("/show", post(show)).with_state(ask);
            let cancel = CancellationToken::new();
            let served =
                serve(&Listen::Unix(socket), router, cancel.clone()).await.map_err(|e| errors::transport(&e))?;
            return Ok(Turn::First(OnlyWindow { asked, cancel, _served: served, _lock: lock }));
        }
        let at = Endpoint::Unix { socket: socket.clone(), base: String::new() };
        let http = Http::new(Resolver::none(), Limits::trusted());
        let answer = tokio::time::timeout(ANSWERS_WITHIN, http.send(Request::post(at.join("/show")))).await;
        if matches!(answer, Ok(Ok(response)) if response.status == StatusCode::NO_CONTENT.as_u16()) {
            return Ok(Turn::Shown);
        }
        tokio::time::sleep(BETWEEN).await;
    }
    Ok(Turn::Silent)
}

async fn show(State(ask): State<mpsc::Sender<()>>) -> StatusCode {
    match ask.try_send(()) {
        // One question is enough for any number of askers.
        Ok(()) | Err(mpsc::error::TrySendError::Full(())) => StatusCode::NO_CONTENT,
        Err(mpsc::error::TrySendError::Closed(())) => StatusCode::GONE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_second_window_shows_the_first_one() {
        let place = tempfile::tempdir().unwrap();
        let Turn::First(mut first) = take_window(Some(place.path())).await.unwrap() else { panic!("the first") };
        assert!(matches!(take_window(Some(place.path())).await.unwrap(), Turn::Shown));
        assert_eq!(first.asked().await, Some(()));
        drop(first);
        assert!(matches!(take_window(Some(place.path())).await.unwrap(), Turn::First(_)), "its place is free again");
    }
}
