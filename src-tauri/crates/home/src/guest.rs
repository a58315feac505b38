//! The thin client of the process that holds the home.

use crate::{
    Folder,
    door::{Asked, Followed},
    errors,
    news::Heard,
};
use api::{ApiError, Event, Reply};
use futures_util::StreamExt as _;
use tokio::sync::broadcast;
use transport::{Endpoint, Http, Limits, Request, Resolver, TransportError};

/// Asks the holder. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Guest {
    http: Http,
    at: Endpoint,
}

const MAX_REPLY: usize = 64 << 20;

impl Guest {
    /// Joins the holder, if it answers.
    pub(crate) async fn join(folder: &Folder) -> Result<Option<Self>, ApiError> {
        let socket = folder.socket("home").map_err(errors::disk)?;
        if tokio::net::UnixStream::connect(&socket).await.is_err() {
            return Ok(None);
        }
        let at = Endpoint::Unix { socket, base: String::new() };
        Ok(Some(Self { http: Http::new(Resolver::none(), Limits::trusted()), at }))
    }

    /// What the holder answers.
    ///
    /// # Errors
    /// Where there is no answer: [`TransportError::Connect`] where nobody was asked.
    pub(crate) async fn call(&self, asked: &Asked) -> Result<Result<Reply, ApiError>, TransportError> {
        let request = Request::post(self.at.join("/call")).json(asked);
        self.http.send(request).await?.json(MAX_REPLY).await
    }

    /// What happens from now on, until the holder ends; or what it says where it does not know the network.
    ///
    /// # Errors
    /// Where the holder does not answer.
    pub(crate) async fn events(&self, followed: &Followed) -> Result<Result<Heard, ApiError>, TransportError> {
        let request = Request::post(self.at.join("/events")).json(followed);
        let response = self.http.send(request).await?;
        if !response.is_success() {
            return Ok(Err(response.json::<ApiError>(MAX_REPLY).await?));
        }
        let (to, from) = broadcast::channel(256);
        tokio::spawn(async move {
            let mut bytes = std::pin::pin!(response.into_stream());
            let mut line: Vec<u8> = Vec::new();
            while let Some(Ok(chunk)) = bytes.next().await {
                for byte in chunk {
                    if byte != b'\n' {
                        line.push(byte);
                        continue;
                    }
                    // An empty line only says that the holder is still there.
                    if line.is_empty() {
                        continue;
                    }
                    match serde_json::from_slice::<Event>(&line) {
                        Ok(event) => {
                            if to.send(event).is_err() {
                                // Nobody listens any more: the stream is closed with this task.
                                return;
                            }
                        }
                        Err(error) => tracing::warn!(%error, "an event cannot be read"),
                    }
                    line.clear();
                }
            }
        });
        Ok(Ok(Heard::told(from)))
    }
}
