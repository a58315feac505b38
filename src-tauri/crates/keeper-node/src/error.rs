//! What can go wrong with a chain as a whole. Errors of single requests are JSON-RPC errors.

use protocol::Hash32;

/// Why a chain cannot be opened or go on.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// The database failed.
    #[error("the chain's database failed: {0}")]
    Database(#[from] rusqlite::Error),
    /// A file could not be read or written.
    #[error("a file of the chain failed: {0}")]
    File(#[from] std::io::Error),
    /// What is stored does not fit together.
    #[error("the chain's database is damaged: {0}")]
    Damaged(String),
    /// The database holds another chain than was asked for.
    #[error("the database holds a chain with genesis {found}, not {expected}")]
    OtherGenesis {
        /// The hash of the genesis block stored.
        found: Hash32,
        /// The hash of the genesis block asked for.
        expected: Hash32,
    },
    /// The database was written by a newer version of this software.
    #[error("the chain's database has form {found}, this version reads up to {known}")]
    TooNew {
        /// The form found.
        found: i64,
        /// The newest form known.
        known: i64,
    },
    /// The producer of blocks has ended.
    #[error("the chain is closed")]
    Closed,
    /// The virtual machine could not go on.
    #[error("the virtual machine failed: {0}")]
    Machine(String),
}
