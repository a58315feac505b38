//! How long a file may take to be read before it is sold. Whoever is read holds up others: a server that sends a byte from
//! time to time must not do so without end.

use super::{DriverError, Hashed};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use sha2::{Digest, Sha256};
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// The time of one reading: longer, the more of the file has come.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    began: Instant,
    patience: Duration,
    bytes_per_second: u64,
}

impl Pace {
    /// For what strangers list: a minute, and as long as 256 KiB a second take. Begins now.
    pub(super) fn of_strangers() -> Self {
        Self { began: Instant::now(), patience: Duration::from_secs(60), bytes_per_second: 256 << 10 }
    }

    /// For what this home's own publisher lists, whom nobody can make wait but himself: ten minutes, and as long as 32 KiB a
    /// second take. Begins now.
    pub(super) fn own() -> Self {
        Self { began: Instant::now(), patience: Duration::from_secs(600), bytes_per_second: 32 << 10 }
    }

    /// What is left of it when so much has come.
    fn left(&self, bytes: u64) -> Duration {
        let allowed = self.patience.saturating_add(Duration::from_secs(bytes / self.bytes_per_second));
        allowed.saturating_sub(self.began.elapsed())
    }

    /// What comes, as long as it comes in time.
    pub(super) async fn within<T>(&self, bytes: u64, next: impl Future<Output = T>) -> Result<T, DriverError> {
        timeout(self.left(bytes), next).await.map_err(|_| DriverError::Slow)
    }
}

/// Hashes what comes, to its end or until it is more than `most`.
///
/// # Errors
/// [`DriverError::Slow`], and those of the stream.
pub(super) async fn hashed(
    mut stream: impl Stream<Item = Result<Bytes, DriverError>> + Unpin,
    most: u64,
    pace: Pace,
) -> Result<Hashed, DriverError> {
    let (mut hash, mut bytes) = (Sha256::new(), 0_u64);
    while let Some(chunk) = pace.within(bytes, stream.next()).await? {
        let chunk = chunk?;
        hash.update(&chunk);
        bytes = bytes.saturating_add(chunk.len() as u64);
        if bytes > most {
            break;
        }
    }
    Ok(Hashed { sha256: hex::encode(hash.finalize()), bytes })
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;
    use tokio::time::sleep;

    /// A server that sends a piece of so many bytes after each pause, without end or so often.
    fn sends(bytes: usize, pause: Duration, pieces: usize) -> impl Stream<Item = Result<Bytes, DriverError>> + Unpin {
        let piece = Bytes::from(vec![7; bytes]);
        Box::pin(stream::iter(0..pieces).then(move |_| {
            let piece = piece.clone();
            async move {
                sleep(pause).await;
                Ok(piece)
            }
        }))
    }

    #[tokio::test(start_paused = true)]
    async fn a_byte_from_time_to_time_is_given_up_after_a_minute() {
        let began = Instant::now();
        let drips = sends(1, Duration::from_secs(19), usize::MAX);
        assert!(matches!(hashed(drips, u64::MAX, Pace::of_strangers()).await, Err(DriverError::Slow)));
        assert_eq!(began.elapsed().as_secs(), 60);
        let began = Instant::now();
        let drips = sends(1, Duration::from_secs(19), usize::MAX);
        assert!(matches!(hashed(drips, u64::MAX, Pace::own()).await, Err(DriverError::Slow)));
        assert_eq!(began.elapsed().as_secs(), 600);
    }

    #[tokio::test(start_paused = true)]
    async fn a_long_file_that_keeps_coming_is_read_to_its_end() {
        let (second, pieces) = (Duration::from_secs(1), 240);
        let comes = sends(256 << 10, second, pieces);
        let found = hashed(comes, u64::MAX, Pace::of_strangers()).await.unwrap();
        assert_eq!(found.bytes, (256 << 10) * pieces as u64);
        let began = Instant::now();
        let comes = sends(128 << 10, second, pieces);
        assert!(matches!(hashed(comes, u64::MAX, Pace::of_strangers()).await, Err(DriverError::Slow)));
        let seconds = began.elapsed().as_secs();
        assert!((118..=121).contains(&seconds), "half as fast, and the minute is used up: {seconds}");
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_is_read_than_shows_that_it_is_another_file() {
        let began = Instant::now();
        let comes = sends(1 << 20, Duration::from_secs(1), usize::MAX);
        assert_eq!(hashed(comes, 5 << 20, Pace::of_strangers()).await.unwrap().bytes, 6 << 20);
        assert_eq!(began.elapsed().as_secs(), 6);
    }
}
