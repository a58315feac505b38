//! The catalogue's file: schema, writing and reading of documents.

mod changes;
mod facets;
mod find;
mod search;
mod terms;

pub(crate) use changes::first_time;
pub(crate) use find::find;
pub(crate) use search::search;

use crate::CatalogueError;
use protocol::{Address, Did, Vodka, date::parse_date_tolerant, ddo::Ddo, json::Node};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, params};
use std::{path::Path, time::Duration};

const MIGRATIONS: &[&str] = &[
    // 1
    "CREATE TABLE listing (
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
        prefix = '1 2 3', tokenize = 'unicode61 remove_diacritics 2');",
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
        terms::forget(step, id)?;
        step.prepare_cached("DELETE FROM text WHERE rowid = ?1")?.execute([id])?;
    }
    let m = ddo.metadata();
    let price = m.price.map(Vodka::to_be_bytes);
    let date = |text: Option<&str>| text.and_then(parse_date_tolerant);
    step.prepare_cached(
        "INSERT INTO listing (id, did, document, listed, name, author, owner, license, kind, update_frequency, price,
            free, rating, created, date_created, date_published)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
         ON CONFLICT (did) DO UPDATE SET document = excluded.document, listed = excluded.listed, name = excluded.name,
            author = excluded.author, owner = excluded.owner, license = excluded.license, kind = excluded.kind,
            update_frequency = excluded.update_frequency, price = excluded.price, free = excluded.free,
            rating = excluded.rating, created = excluded.created, date_created = excluded.date_created,
            date_published = excluded.date_published",
    )?
    .execute(params![
        known,
        did,
        ddo.raw(),
        m.is_listed,
        m.name.to_lowercase(),
        m.author.to_lowercase(),
        ddo.owner().map(|a: Address| a.hex()).unwrap_or_default(),
        folded(&m.license),
        folded(&m.kind),
        folded(m.update_frequency.as_deref().unwrap_or_default()),
        price,
        m.price.is_some_and(Vodka::is_zero),
        m.rating,
        date(ddo.created()),
        date(Some(&m.date_created)),
        date(m.date_published.as_deref()),
    ])?;
    let id = known.unwrap_or_else(|| step.last_insert_rowid());
    terms::keep(step, id, ddo)?;
    if !m.is_listed {
        // What is not listed is not found, so it is not in the index.
        return Ok(());
    }
    let everything = everything(ddo);
    step.prepare_cached(
        "INSERT INTO text (rowid, name, description, author, tags, everything) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![id, m.name, m.description, m.author, m.tags.join(" "), everything])?;
    Ok(())
}

/// What `GET …/query?text=` finds: all texts of the metadata, and the number.
fn everything(ddo: &Ddo) -> String {
    let services = ddo.internal().get("service").map(Node::elements).unwrap_or_default();
    let metadata = services.iter().find(|service| service.text_of("type") == Some("metadata"));
    let attributes = metadata.and_then(|service| service.get("attributes"));
    let mut text = ddo.did().to_string();
    let mut open: Vec<&Node> =
        ["main", "additionalInformation"].iter().filter_map(|key| attributes?.get(key)).collect();
    while let Some(node) = open.pop() {
        match node {
            Node::Text(found) => {
                text.push(' ');
                text.push_str(found);
            }
            Node::List(elements) => open.extend(elements),
            Node::Object(members) => open.extend(members.iter().map(|(_, value)| value)),
            Node::Null | Node::Bool(_) | Node::Number(_) => {}
        }
    }
    text
}
