//! Where the bytes of a file come from. The kind of address chooses the driver.

mod local;
mod web;

use crate::{range::Wanted, store::StoreError};
use bytes::Bytes;
use futures_util::stream::BoxStream;

pub(crate) use local::Local;
pub(crate) use web::Web;

/// A file being delivered: never more of it in memory than one chunk.
pub(crate) struct Delivery {
    /// Which part of it.
    pub(crate) wanted: Wanted,
    /// Bytes of the whole file, where known.
    pub(crate) length: Option<u64>,
    /// The media type.
    pub(crate) content_type: String,
    /// The name it is saved under.
    pub(crate) name: String,
    /// The bytes.
    pub(crate) bytes: BoxStream<'static, Result<Bytes, std::io::Error>>,
}

/// What a file is, hashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hashed {
    /// SHA-256 in hex.
    pub(crate) sha256: String,
    /// Bytes.
    pub(crate) bytes: u64,
}

/// Why a file cannot be delivered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DriverError {
    /// No driver knows this kind of address.
    #[error("addresses of this kind cannot be served")]
    Unsupported,
    /// The file is gone.
    #[error("the file is not there any more")]
    Gone,
    /// The file system said no.
    #[error("the file cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// The other server said no.
    #[error("the file's server does not deliver it: {0}")]
    Web(String),
    /// Our own store said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}
