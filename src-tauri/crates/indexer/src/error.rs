//! What can go wrong with an index.

use keeper::KeeperError;
use std::path::PathBuf;

/// Why the index did not answer.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// SQLite said no.
    #[error("the index of events cannot be used: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A row holds something this version cannot read.
    #[error("a row of the index cannot be read: {0}")]
    Row(&'static str),
    /// The file was written by a newer version.
    #[error("the index {path} was written by a newer version ({found}, this one knows {known})")]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// The chain could not be asked, or its node's answers do not fit together.
    #[error(transparent)]
    Keeper(#[from] KeeperError),
    /// The index is not followed any more.
    #[error("the program is ending")]
    Ending,
}
