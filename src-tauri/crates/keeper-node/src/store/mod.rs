//! The SQLite file of a chain: one connection that writes, some that read.

mod blocks;
mod header;
mod logs;
mod pool_table;
mod schema;
mod state;
mod trie_table;

pub(crate) use blocks::{
    MinedTransaction, StoredBlock, block_by_number, hash_of, head, location_of, mined, mined_in, number_of, write_block,
};
pub(crate) use logs::{LogFilter, LogRow, MAX_LOGS, Most, find_logs, logs_of, write_logs};
pub(crate) use pool_table::{forget_waiting, keep_waiting, set_tick_target, tick_target, waiting};
pub(crate) use state::{AccountRow, StateAt, StateError, account_at, write_account, write_code, write_slot};
#[cfg(feature = "sandbox")]
pub(crate) use state::{addresses, written_slots};
pub(crate) use trie_table::{StoredNodes, write_nodes};

use crate::error::ChainError;
use rusqlite::{Connection, OpenFlags};
use std::{
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Read connections kept open between requests; more are opened when needed.
const IDLE_READERS: usize = 4;

/// Everything durable about a chain.
///
/// State rows carry the number of the block that wrote them and never change afterwards. A reader that keeps to one
/// block number therefore sees one consistent state, whatever the writer does meanwhile.
pub(crate) struct Store {
    writer: Mutex<Connection>,
    readers: Option<Readers>,
}

struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Store {
    /// Opens or creates the file.
    pub(crate) fn open(path: &Path) -> Result<Self, ChainError> {
        let conn = Connection::open(path)?;
        conn.busy_timeout(Duration::from_secs(10))?;
        conn.pragma_update(None, "journal_mode", "WAL")?;
        conn.pragma_update(None, "synchronous", "FULL")?;
        conn.pragma_update(None, "wal_autocheckpoint", 2000)?;
        prepare(&conn)?;
        schema::migrate(&conn)?;
        let readers = Readers { path: path.to_owned(), idle: Mutex::default() };
        Ok(Self { writer: Mutex::new(conn), readers: Some(readers) })
    }

    /// A store that lives as long as the process.
    pub(crate) fn in_memory() -> Result<Self, ChainError> {
        let conn = Connection::open_in_memory()?;
        prepare(&conn)?;
        schema::migrate(&conn)?;
        Ok(Self { writer: Mutex::new(conn), readers: None })
    }

    /// The connection that writes.
    pub(crate) fn writer(&self) -> MutexGuard<'_, Connection> {
        // A panic within a transaction rolled it back: the connection itself is sound.
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs something on a connection that reads.
    pub(crate) fn read<T, E: From<rusqlite::Error>>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let Some(readers) = &self.readers else {
            return work(&self.writer());
        };
        let conn = match lock(&readers.idle).pop() {
            Some(conn) => conn,
            None => readers.connect()?,
        };
        let result = work(&conn);
        let mut idle = lock(&readers.idle);
        if idle.len() < IDLE_READERS {
            idle.push(conn);
        }
        result
    }
}

impl Readers {
    fn connect(&self) -> Result<Connection, rusqlite::Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(&self.path, flags)?;
        conn.busy_timeout(Duration::from_secs(10))?;
        prepare(&conn)?;
        Ok(conn)
    }
}

fn prepare(conn: &Connection) -> Result<(), rusqlite::Error> {
    conn.set_prepared_statement_cache_capacity(64);
    conn.pragma_update(None, "cache_size", -8000)
}

fn lock(idle: &Mutex<Vec<Connection>>) -> MutexGuard<'_, Vec<Connection>> {
    idle.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A column of a fixed number of bytes.
fn fixed<const N: usize>(row: &rusqlite::Row<'_>, column: usize) -> Result<[u8; N], rusqlite::Error> {
    let bytes = row.get_ref(column)?.as_blob()?;
    bytes
        .try_into()
        .map_err(|_| rusqlite::types::FromSqlError::InvalidBlobSize { expected_size: N, blob_size: bytes.len() }.into())
}

/// A column of an unsigned number in big-endian bytes without leading zeros.
fn word(row: &rusqlite::Row<'_>, column: usize) -> Result<alloy_primitives::U256, rusqlite::Error> {
    let bytes = row.get_ref(column)?.as_blob()?;
    alloy_primitives::U256::try_from_be_slice(bytes).ok_or_else(|| {
        rusqlite::types::FromSqlError::InvalidBlobSize { expected_size: 32, blob_size: bytes.len() }.into()
    })
}

/// SQLite's integers are signed; block numbers, gas and nonces stay far below 2^63.
fn int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn uint(row: &rusqlite::Row<'_>, column: usize) -> Result<u64, rusqlite::Error> {
    let number: i64 = row.get(column)?;
    u64::try_from(number).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_commit_is_flushed_to_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("chain.sqlite")).unwrap();
        let conn = store.writer();
        let mode: String = conn.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
        let synchronous: i64 = conn.query_row("PRAGMA synchronous", [], |row| row.get(0)).unwrap();
        assert_eq!((mode.as_str(), synchronous), ("wal", 2), "WAL and FULL");
    }

    #[test]
    fn what_reads_cannot_write() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("chain.sqlite")).unwrap();
        let written = store.read(|conn| conn.execute("DELETE FROM blocks", []));
        assert!(written.is_err());
    }
}
