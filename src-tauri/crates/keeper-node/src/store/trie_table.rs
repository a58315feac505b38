//! The nodes of the newest state tree.

use crate::trie::{NodeChanges, Nodes};
use rusqlite::{Connection, OptionalExtension, params};

/// The nodes of one tree: of the accounts (owner empty), or of a contract's storage (hash of its address).
pub(crate) struct StoredNodes<'c> {
    pub(crate) conn: &'c Connection,
    pub(crate) owner: Vec<u8>,
}

impl Nodes for StoredNodes<'_> {
    type Error = rusqlite::Error;

    fn node(&self, path: &[u8]) -> Result<Option<Vec<u8>>, rusqlite::Error> {
        let mut query = self.conn.prepare_cached("SELECT node FROM nodes WHERE owner = ?1 AND path = ?2")?;
        query.query_row(params![self.owner, path], |row| row.get(0)).optional()
    }
}

/// Applies what a block changed of a tree.
pub(crate) fn write_nodes(conn: &Connection, owner: &[u8], changes: &NodeChanges) -> Result<(), rusqlite::Error> {
    let mut delete = conn.prepare_cached("DELETE FROM nodes WHERE owner = ?1 AND path = ?2")?;
    for path in &changes.removed {
        delete.execute(params![owner, path])?;
    }
    let mut insert = conn.prepare_cached("INSERT OR REPLACE INTO nodes VALUES (?1, ?2, ?3)")?;
    for (path, node) in &changes.written {
        insert.execute(params![owner, path, node])?;
    }
    Ok(())
}
