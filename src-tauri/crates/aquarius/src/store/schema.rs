//! The tables of the catalogue's file, and how a file of an earlier version becomes one of this.

use super::{index::Coming, keep_texts};
use crate::CatalogueError;
use protocol::ddo::Ddo;
use rusqlite::{Connection, Transaction, params};

type Step = fn(&Transaction<'_>) -> Result<(), CatalogueError>;

/// Each in a transaction of its own, together with the number of what is done.
const MIGRATIONS: &[Step] = &[
    |step| Ok(step.execute_batch(FIRST)?),
    |step| {
        step.execute_batch(LISTS)?;
        fill_lists(step)
    },
];

const FIRST: &str = "
    CREATE TABLE listing (
        id INTEGER PRIMARY KEY, did TEXT NOT NULL UNIQUE, document BLOB NOT NULL, listed INTEGER NOT NULL,
        name TEXT NOT NULL, author TEXT NOT NULL, owner TEXT NOT NULL, license TEXT NOT NULL, kind TEXT NOT NULL,
        update_frequency TEXT NOT NULL, price BLOB, free INTEGER NOT NULL, rating REAL NOT NULL,
        created INTEGER, date_created INTEGER, date_published INTEGER);
    CREATE INDEX listing_newest ON listing (listed, date_published DESC, did);
    CREATE INDEX listing_price ON listing (listed, price, did);
    CREATE INDEX listing_name ON listing (listed, name, did);
    CREATE INDEX listing_owner ON listing (owner, listed);
    CREATE TABLE term (
        id INTEGER PRIMARY KEY, field TEXT NOT NULL, value TEXT NOT NULL, shown TEXT NOT NULL,
        listings INTEGER NOT NULL DEFAULT 0, UNIQUE (field, value));
    CREATE INDEX term_commonest ON term (field, listings DESC, value);
    CREATE TABLE word (listing INTEGER NOT NULL, term INTEGER NOT NULL, PRIMARY KEY (listing, term)) WITHOUT ROWID;
    CREATE INDEX word_term ON word (term, listing);
    CREATE TABLE change (message TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
    CREATE VIRTUAL TABLE text USING fts5 (
        name, description, author, tags, everything, content = '', contentless_delete = 1, columnsize = 1,
        prefix = '1 2 3', tokenize = 'unicode61 remove_diacritics 2');";

/// Search as one types reads lists of its own. Beginnings of words are theirs now, so the full-text index, which the
/// query language of Aquarius uses, does without.
const LISTS: &str = "
    CREATE TABLE vocabulary (id INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE);
    CREATE TABLE piece (place INTEGER PRIMARY KEY, entries BLOB NOT NULL);
    CREATE TABLE length (part INTEGER PRIMARY KEY, words BLOB NOT NULL);
    CREATE TABLE indexed (listing INTEGER PRIMARY KEY, held BLOB NOT NULL, lists BLOB NOT NULL);
    CREATE INDEX listing_dearest ON listing (listed, price DESC, did);
    DROP TABLE text;
    CREATE VIRTUAL TABLE text USING fts5 (
        name, description, author, tags, everything, content = '', contentless_delete = 1, columnsize = 1,
        tokenize = 'unicode61 remove_diacritics 2');";

/// Documents that are read before what they put into the lists is written.
const TOGETHER: i64 = 10_000;

fn fill_lists(step: &Transaction<'_>) -> Result<(), CatalogueError> {
    let mut coming = Coming::default();
    let mut last = 0_i64;
    loop {
        let mut query = step.prepare_cached(
            "SELECT id, document FROM listing WHERE id > ?1 AND id <= ?1 + ?2 AND listed = 1 ORDER BY id",
        )?;
        let mut rows = query.query(params![last, TOGETHER])?;
        while let Some(row) = rows.next()? {
            let document: Vec<u8> = row.get(1)?;
            let ddo = Ddo::parse_within(&document, usize::MAX)
                .map_err(|error| CatalogueError::Document(error.to_string()))?;
            keep_texts(step, row.get(0)?, &ddo, &mut coming)?;
        }
        coming.write(step)?;
        last += TOGETHER;
        let end: Option<i64> = step.query_row("SELECT MAX(id) FROM listing", [], |row| row.get(0))?;
        if end.is_none_or(|end| end <= last) {
            return Ok(());
        }
    }
}

/// Brings a file to this version.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), CatalogueError> {
    migrate_to(connection, MIGRATIONS.len())
}

pub(super) fn migrate_to(connection: &mut Connection, version: usize) -> Result<(), CatalogueError> {
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let done = usize::try_from(found).unwrap_or(0);
    if done > MIGRATIONS.len() {
        return Err(CatalogueError::Newer);
    }
    for (number, migration) in MIGRATIONS.iter().enumerate().take(version).skip(done) {
        let step = connection.transaction()?;
        migration(&step)?;
        step.pragma_update(None, "user_version", i64::try_from(number + 1).unwrap_or(i64::MAX))?;
        step.commit()?;
    }
    Ok(())
}
