//! The schema, grown by numbered migrations. A migration is never changed after release.

use super::StoreError;
use rusqlite::Connection;
use std::path::Path;

const MIGRATIONS: &[&str] = &[
    // 1
    "CREATE TABLE draft (id INTEGER PRIMARY KEY, content TEXT NOT NULL, saved TEXT NOT NULL);
     CREATE TABLE owned (
        agreement TEXT PRIMARY KEY, did TEXT NOT NULL, bought TEXT NOT NULL, content TEXT NOT NULL, document BLOB NOT NULL);
     CREATE INDEX owned_did ON owned (did);
     CREATE TABLE saved (
        agreement TEXT NOT NULL, file INTEGER NOT NULL, path TEXT NOT NULL, verdict TEXT NOT NULL, sha256 TEXT NOT NULL,
        PRIMARY KEY (agreement, file));
     CREATE TABLE download (id INTEGER PRIMARY KEY, content TEXT NOT NULL);
     CREATE TABLE happening (
        id INTEGER PRIMARY KEY, at TEXT NOT NULL, once TEXT NOT NULL UNIQUE, content TEXT NOT NULL);
     CREATE TABLE listing (did TEXT PRIMARY KEY, published TEXT NOT NULL, content TEXT NOT NULL, document BLOB NOT NULL);
     CREATE TABLE sale (agreement TEXT PRIMARY KEY, at TEXT NOT NULL);
     CREATE TABLE purchase (agreement TEXT PRIMARY KEY, did TEXT NOT NULL, started TEXT NOT NULL, content TEXT NOT NULL,
        document BLOB NOT NULL);
     CREATE TABLE publication (id INTEGER PRIMARY KEY, content TEXT NOT NULL);
     CREATE TABLE setting (name TEXT PRIMARY KEY, content TEXT NOT NULL);",
    // 2
    "CREATE TABLE agreement (agreement TEXT PRIMARY KEY, kept TEXT NOT NULL, creator TEXT, content TEXT NOT NULL);
     CREATE TABLE template (id TEXT PRIMARY KEY, name TEXT NOT NULL);",
    // 3
    "ALTER TABLE agreement ADD COLUMN money TEXT;",
    // 4: the number of a draft that is gone is nobody's again; publications lead back to theirs.
    "ALTER TABLE draft RENAME TO draft_before;
     CREATE TABLE draft (id INTEGER PRIMARY KEY AUTOINCREMENT, content TEXT NOT NULL, saved TEXT NOT NULL);
     INSERT INTO draft SELECT id, content, saved FROM draft_before;
     DROP TABLE draft_before;",
];

/// Brings the file to this version's schema.
pub(super) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    if found > known {
        return Err(StoreError::Newer { path: path.to_owned(), found, known });
    }
    let done = usize::try_from(found).unwrap_or(0);
    for (number, migration) in MIGRATIONS.iter().enumerate().skip(done) {
        let step = connection.transaction()?;
        step.execute_batch(migration)?;
        step.pragma_update(None, "user_version", i64::try_from(number + 1).unwrap_or(i64::MAX))?;
        step.commit()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    #[test]
    fn a_file_of_a_newer_version_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("agent.db");
        drop(Store::open(&path).unwrap());
        drop(Store::open(&path).expect("opening again changes nothing"));
        Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
        assert!(matches!(Store::open(&path), Err(StoreError::Newer { found: 99, .. })));
    }
}
