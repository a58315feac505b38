//! An answer: its head is here, its body is read as far as the reader allows.

use crate::{Limits, TransportError};
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _};
use serde::de::DeserializeOwned;
use std::time::Duration;

/// An answer.
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    pub(crate) inner: reqwest::Response,
    pub(crate) target: String,
    pub(crate) limits: Limits,
}

impl Response {
    /// Whether the status is 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// A header's value, where it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.inner.headers().get(name)?.to_str().ok()
    }

    /// The body, at most `max` bytes and never more than the client's limit.
    ///
    /// # Errors
    /// [`TransportError::TooLarge`], and whatever breaks on the way.
    pub async fn bytes(self, max: usize) -> Result<Bytes, TransportError> {
        let (target, after) = (self.target.clone(), self.limits.total);
        let max = max.min(self.limits.body);
        if self.inner.content_length().is_some_and(|length| length > max as u64) {
            return Err(TransportError::TooLarge { max });
        }
        let read = async {
            let mut whole = BytesMut::new();
            let mut stream = std::pin::pin!(self.into_stream());
            while let Some(chunk) = stream.next().await {
                let chunk = chunk?;
                if whole.len() + chunk.len() > max {
                    return Err(TransportError::TooLarge { max });
                }
                whole.extend_from_slice(&chunk);
            }
            Ok(whole.freeze())
        };
        within(after, &target, read).await
    }

    /// The body as text; bytes that are no UTF-8 are replaced.
    ///
    /// # Errors
    /// Those of [`Response::bytes`].
    pub async fn text(self, max: usize) -> Result<String, TransportError> {
        Ok(String::from_utf8_lossy(&self.bytes(max).await?).into_owned())
    }

    /// The body as JSON of a type.
    ///
    /// # Errors
    /// Those of [`Response::bytes`], and [`TransportError::Form`].
    pub async fn json<T: DeserializeOwned>(self, max: usize) -> Result<T, TransportError> {
        let bytes = self.bytes(max).await?;
        serde_json::from_slice(&bytes).map_err(|error| TransportError::Form(error.to_string()))
    }

    /// The body piece by piece, however long; only silence is limited.
    pub fn into_stream(self) -> impl Stream<Item = Result<Bytes, TransportError>> + Send + 'static {
        let Self { inner, target, limits, .. } = self;
        inner.bytes_stream().map(move |chunk| chunk.map_err(|e| TransportError::of_reqwest(e, &target, limits.idle)))
    }
}

/// Gives up after a time.
pub(crate) async fn within<T>(
    after: Duration,
    target: &str,
    work: impl Future<Output = Result<T, TransportError>>,
) -> Result<T, TransportError> {
    match tokio::time::timeout(after, work).await {
        Ok(done) => done,
        Err(_) => Err(TransportError::Timeout { target: target.to_owned(), after }),
    }
}
