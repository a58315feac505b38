//! What was promised and is still to be done: transactions that wait, and the block to tick to.

use super::{int, uint};
use alloy_primitives::B256;
use rusqlite::{Connection, OptionalExtension, params};

/// Keeps a transaction that was acknowledged.
pub(crate) fn keep_waiting(conn: &Connection, hash: B256, raw: &[u8]) -> Result<(), rusqlite::Error> {
    let mut insert = conn.prepare_cached("INSERT OR IGNORE INTO waiting (hash, raw) VALUES (?1, ?2)")?;
    insert.execute(params![hash.as_slice(), raw])?;
    Ok(())
}

/// Forgets one that is in a block, or was replaced or dropped.
pub(crate) fn forget_waiting(conn: &Connection, hash: B256) -> Result<(), rusqlite::Error> {
    conn.prepare_cached("DELETE FROM waiting WHERE hash = ?1")?.execute(params![hash.as_slice()])?;
    Ok(())
}

/// All that wait, by arrival.
pub(crate) fn waiting(conn: &Connection) -> Result<Vec<Vec<u8>>, rusqlite::Error> {
    conn.prepare("SELECT raw FROM waiting ORDER BY arrival")?.query_map([], |row| row.get(0))?.collect()
}

/// The block that empty blocks are made for.
pub(crate) fn tick_target(conn: &Connection) -> Result<u64, rusqlite::Error> {
    let target = conn.query_row("SELECT until FROM ticking WHERE id = 0", [], |row| uint(row, 0)).optional()?;
    Ok(target.unwrap_or(0))
}

/// Sets the block that empty blocks are made for.
pub(crate) fn set_tick_target(conn: &Connection, until: u64) -> Result<(), rusqlite::Error> {
    conn.execute("INSERT OR REPLACE INTO ticking VALUES (0, ?1)", params![int(until)])?;
    Ok(())
}
