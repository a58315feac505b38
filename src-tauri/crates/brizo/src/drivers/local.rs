//! Files on this computer. A listing knows 128 random bits; only the gateway's own table knows the path.

use super::{
    Delivery, DriverError, Hashed,
    pace::{Pace, hashed},
};
use crate::{
    range::{Wanted, wanted},
    store::{SharedFile, Store, StoreError},
};
use futures_util::{StreamExt as _, TryStreamExt as _};
use protocol::{Address, NetworkFile, Sentence, sentence};
use std::io::SeekFrom;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio_util::io::ReaderStream;

/// The driver of files on this computer.
#[derive(Debug, Clone)]
pub(crate) struct Local {
    prefix: String,
    store: Store,
}

impl Local {
    pub(crate) fn new(provider: &Address, store: Store) -> Self {
        Self { prefix: format!("http://{}/files/", NetworkFile::gateway_host(provider)), store }
    }

    /// The address of a shared file.
    pub(crate) fn address(&self, id: &str) -> String {
        format!("{}{id}", self.prefix)
    }

    /// The number in an address, where it is one of ours.
    fn id(&self, url: &str) -> Option<String> {
        let id = url.strip_prefix(&self.prefix)?;
        (id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit())).then(|| id.to_owned())
    }

    /// Whether an address is one of ours.
    pub(crate) fn knows(&self, url: &str) -> bool {
        self.id(url).is_some()
    }

    async fn find(&self, url: &str) -> Result<SharedFile, DriverError> {
        let id = self.id(url).ok_or(DriverError::Unsupported)?;
        self.store.shared(id).await?.ok_or(DriverError::Gone)
    }

    /// What is wrong with a file by its look, in words.
    pub(crate) async fn trouble(&self, url: &str) -> Result<Option<Sentence>, StoreError> {
        let Some(id) = self.id(url) else { return Ok(None) };
        let Some(file) = self.store.shared(id).await? else { return Ok(None) };
        Ok(match tokio::fs::metadata(&file.path).await {
            Err(_) => Some(sentence!("{path} is not there any more.", path = file.path.as_path())),
            Ok(found) if found.len() != file.bytes => {
                Some(sentence!("{path} has changed since it was listed.", path = file.path.as_path()))
            }
            Ok(_) => None,
        })
    }

    /// Hashes the file as it is now, and no more of it than shows that it is longer than `length`.
    pub(super) async fn hash(&self, url: &str, length: Option<u64>, pace: Pace) -> Result<Hashed, DriverError> {
        let file = self.find(url).await?;
        let reader = pace.within(0, open(&file)).await??;
        let stream = ReaderStream::with_capacity(reader, 1 << 18).map_err(DriverError::from);
        hashed(stream, length.unwrap_or(u64::MAX), pace).await
    }

    /// Delivers the file or a part of it.
    pub(crate) async fn deliver(&self, url: &str, range: Option<&str>) -> Result<Delivery, DriverError> {
        let file = self.find(url).await?;
        let mut reader = open(&file).await?;
        let length = reader.metadata().await?.len();
        let wanted = wanted(range, length);
        let take = match wanted {
            Wanted::Whole => length,
            Wanted::Part { start, end } => {
                reader.seek(SeekFrom::Start(start)).await?;
                end - start + 1
            }
            Wanted::Unsatisfiable => 0,
        };
        let bytes = ReaderStream::with_capacity(reader.take(take), 1 << 18).boxed();
        Ok(Delivery { wanted, length: Some(length), content_type: Some(file.content_type), name: file.name, bytes })
    }
}

async fn open(file: &SharedFile) -> Result<tokio::fs::File, DriverError> {
    match tokio::fs::File::open(&file.path).await {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Err(DriverError::Gone),
        other => Ok(other?),
    }
}
