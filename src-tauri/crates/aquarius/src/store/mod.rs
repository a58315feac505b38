//! The catalogue's file: schema, writing and reading of documents.

mod facets;
mod find;
mod search;

pub(crate) use find::find;
pub(crate) use search::search;

use crate::CatalogueError;
use protocol::{Address, Did, Vodka, date::parse_date_tolerant, ddo::Ddo};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, params};
use std::{path::Path, time::Duration};

const MIGRATIONS: &[&str] = &[
    // 1
    "CREATE TABLE listing (
        id INTEGER PRIMARY KEY, did TEXT NOT NULL UNIQUE, document BLOB NOT NULL, listed INTEGER NOT NULL,
        name TEXT NOT NULL, author TEXT NOT NULL, owner TEXT NOT NULL, license TEXT NOT NULL, kind TEXT NOT NULL,
        update_frequency TEXT NOT NULL, price BLOB NOT NULL, free INTEGER NOT NULL, rating REAL NOT NULL,
        created INTEGER, date_created INTEGER, date_published INTEGER);
     CREATE INDEX listing_published ON listing (listed, date_published, did);
     CREATE INDEX listing_price ON listing (listed, price);
     CREATE INDEX listing_name ON listing (listed, name COLLATE NOCASE);
     CREATE TABLE word (listing INTEGER NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL, shown TEXT NOT NULL);
     CREATE INDEX word_value ON word (field, value, listing);
     CREATE INDEX word_listing ON word (listing, field, shown);
     CREATE VIRTUAL TABLE text USING fts5 (
        name, description, author, tags, everything, content = '', contentless_delete = 1, columnsize = 1,
        prefix = '2 3', tokenize = 'unicode61 remove_diacritics 2');",
];

/// The words of one column may not push out those of another: what a person reads first counts most.
pub(crate) const WEIGHTS: &str = "10.0, 3.0, 4.0, 6.0, 0.5";

fn settings(connection: &Connection) -> Result<(), CatalogueError> {
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "cache_size", -32_768)?;
    connection.pragma_update(None, "mmap_size", 256_i64 << 20)?;
    Ok(())
}

pub(crate) fn writer(path: &Path) -> Result<Connection, CatalogueError> {
    let mut connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    settings(&connection)?;
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let done = usize::try_from(found).unwrap_or(0);
    if done > MIGRATIONS.len() {
        return Err(CatalogueError::Newer);
    }
    for (number, migration) in MIGRATIONS.iter().enumerate().skip(done) {
        let step = connection.transaction()?;
        step.execute_batch(migration)?;
        step.pragma_update(None, "user_version", i64::try_from(number + 1).unwrap_or(i64::MAX))?;
        step.commit()?;
    }
    Ok(connection)
}

pub(crate) fn reader(path: &Path) -> Result<Connection, CatalogueError> {
    let connection =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    settings(&connection)?;
    Ok(connection)
}

/// A document as it is kept.
pub(crate) struct Kept {
    pub(crate) document: Vec<u8>,
}

/// Values are compared without upper and lower case and without space around them.
pub(crate) fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}

pub(crate) fn get(connection: &Connection, did: Did) -> Result<Option<Kept>, CatalogueError> {
    let mut query = connection.prepare_cached("SELECT document FROM listing WHERE did = ?1")?;
    Ok(query.query_row([did.hex()], |row| Ok(Kept { document: row.get(0)? })).optional()?)
}

pub(crate) fn dids(connection: &Connection) -> Result<Vec<Did>, CatalogueError> {
    let mut query = connection.prepare_cached("SELECT did FROM listing WHERE listed = 1 ORDER BY did")?;
    let rows = query.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    Ok(rows.iter().filter_map(|text| text.parse().ok()).collect())
}

/// Puts a document in the place of the one with its number, if there is one.
pub(crate) fn put(step: &Transaction<'_>, ddo: &Ddo) -> Result<(), CatalogueError> {
    let did = ddo.did().hex();
    let known: Option<i64> =
        step.prepare_cached("SELECT id FROM listing WHERE did = ?1")?.query_row([&did], |row| row.get(0)).optional()?;
    if let Some(id) = known {
        step.prepare_cached("DELETE FROM word WHERE listing = ?1")?.execute([id])?;
        step.prepare_cached("DELETE FROM text WHERE rowid = ?1")?.execute([id])?;
    }
    let m = ddo.metadata();
    let price = m.price.unwrap_or(Vodka::ZERO);
    let date = |text: Option<&str>| text.and_then(parse_date_tolerant);
    step.prepare_cached(
        "INSERT INTO listing (id, did, document, listed, name, author, owner, license, kind, update_frequency, price,
            free, rating, created, date_created, date_published)
         VALUES (?1, ?2, ?3, 1, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
         ON CONFLICT (did) DO UPDATE SET document = excluded.document, listed = 1, name = excluded.name,
            author = excluded.author, owner = excluded.owner, license = excluded.license, kind = excluded.kind,
            update_frequency = excluded.update_frequency, price = excluded.price, free = excluded.free,
            rating = excluded.rating, created = excluded.created, date_created = excluded.date_created,
            date_published = excluded.date_published",
    )?
    .execute(params![
        known,
        did,
        ddo.raw(),
        m.name,
        m.author,
        ddo.owner().map(|a: Address| a.hex()).unwrap_or_default(),
        folded(&m.license),
        folded(&m.kind),
        folded(m.update_frequency.as_deref().unwrap_or_default()),
        price.to_be_bytes(),
        price.is_zero(),
        m.rating,
        date(ddo.created()),
        date(Some(&m.date_created)),
        date(m.date_published.as_deref()),
    ])?;
    let id = known.unwrap_or_else(|| step.last_insert_rowid());
    let mut word = step.prepare_cached("INSERT INTO word (listing, field, value, shown) VALUES (?1, ?2, ?3, ?4)")?;
    let mut words = |field: &str, values: &mut dyn Iterator<Item = &str>| -> Result<(), CatalogueError> {
        for value in values.take(64) {
            let shown: String = value.trim().chars().take(100).collect();
            word.execute(params![id, field, folded(&shown), shown])?;
        }
        Ok(())
    };
    words("category", &mut m.categories.iter().map(String::as_str))?;
    words("tag", &mut m.tags.iter().map(String::as_str))?;
    words("license", &mut std::iter::once(m.license.as_str()))?;
    words("service", &mut ddo.services().iter().map(|s| s.kind.name()))?;
    words("sample", &mut m.links.iter().map(|l| l.kind.as_str()))?;
    let everything = everything(ddo);
    step.prepare_cached(
        "INSERT INTO text (rowid, name, description, author, tags, everything) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![id, m.name, m.description, m.author, m.tags.join(" "), everything])?;
    Ok(())
}

/// What is searched by `GET …/query?text=` beyond name, description, author and tags.
fn everything(ddo: &Ddo) -> String {
    let m = ddo.metadata();
    let mut text = [m.license.as_str(), m.kind.as_str(), &m.categories.join(" "), &ddo.did().bare_hex()].join(" ");
    if let Some(columns) = m.additional.get("columns") {
        for column in columns.elements().iter().take(200) {
            for key in ["name", "meaning", "unit"] {
                text.push(' ');
                text.push_str(column.text_of(key).unwrap_or_default());
            }
        }
    }
    text
}

/// Hides a listing from search; `false` where there is none.
pub(crate) fn hide(step: &Transaction<'_>, did: Did) -> Result<bool, CatalogueError> {
    Ok(step.execute("UPDATE listing SET listed = 0 WHERE did = ?1", [did.hex()])? == 1)
}
