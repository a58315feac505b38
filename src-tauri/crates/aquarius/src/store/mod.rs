//! The catalogue's file: schema, writing and reading of documents.

mod changes;
mod entries;
mod facets;
mod filters;
mod find;
mod fit;
mod index;
mod lengths;
mod lists;
mod order;
mod schema;
mod search;
mod set;
mod terms;
mod words;

#[cfg(test)]
mod tests;

pub(crate) use changes::first_time;
pub(crate) use find::find;
pub(crate) use search::search;

use crate::CatalogueError;
use index::Coming;
use protocol::{Address, Did, Vodka, date::parse_date_tolerant, ddo::Ddo, json::Node};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, params};
use std::{path::Path, time::Duration};
use terms::Held;

/// What a word weighs in each column of the full-text index: what a person reads first counts most.
pub(crate) const WEIGHTS: &str = "10.0, 3.0, 4.0, 6.0, 0.5";

/// Statements that stay prepared: more than putting a listing in takes.
const STATEMENTS: usize = 64;

fn settings(connection: &Connection) -> Result<(), CatalogueError> {
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "cache_size", -32_768)?;
    connection.pragma_update(None, "mmap_size", 256_i64 << 20)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    words::prepare(connection)
}

pub(crate) fn writer(path: &Path) -> Result<Connection, CatalogueError> {
    let mut connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    settings(&connection)?;
    schema::migrate(&mut connection)?;
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

/// Some of the listed documents, in the order of their rows.
pub(crate) struct Part {
    pub(crate) documents: Vec<(Did, Vec<u8>)>,
    /// The row after which it goes on; `None` where nothing is left.
    pub(crate) next: Option<i64>,
}

/// The listed documents behind a row (0 is before the first one), until they have `most` bytes together.
pub(crate) fn part(connection: &Connection, after: i64, most: usize) -> Result<Part, CatalogueError> {
    // The plus keeps the rows in their order: an index of what is listed would have them sorted for every part anew.
    let mut query =
        connection.prepare_cached("SELECT id, did, document FROM listing WHERE id > ?1 AND +listed = 1 ORDER BY id")?;
    let mut rows = query.query([after])?;
    let mut part = Part { documents: Vec::new(), next: None };
    let mut bytes = 0;
    while let Some(row) = rows.next()? {
        let document: Vec<u8> = row.get(2)?;
        bytes += document.len();
        if let Ok(did) = row.get::<_, String>(1)?.parse::<Did>() {
            part.documents.push((did, document));
        }
        if bytes >= most {
            part.next = Some(row.get(0)?);
            break;
        }
    }
    Ok(part)
}

/// Puts a document in the place of the one with its number, if there is one.
pub(crate) fn put(step: &Transaction<'_>, ddo: &Ddo) -> Result<(), CatalogueError> {
    let mut coming = Coming::default();
    keep(step, ddo, &mut coming)?;
    coming.write(step)
}

/// Puts many documents in, which is quicker than one after the other.
pub(crate) fn put_all(step: &Transaction<'_>, documents: &[Vec<u8>]) -> Result<(), CatalogueError> {
    let mut coming = Coming::default();
    for document in documents {
        let ddo = Ddo::parse(document).map_err(|e| CatalogueError::Document(e.to_string()))?;
        keep(step, &ddo, &mut coming)?;
    }
    coming.write(step)
}

fn keep(step: &Transaction<'_>, ddo: &Ddo, coming: &mut Coming) -> Result<(), CatalogueError> {
    let known: Option<i64> = step
        .prepare_cached("SELECT id FROM listing WHERE did = ?1")?
        .query_row([ddo.did().hex()], |row| row.get(0))
        .optional()?;
    if let Some(id) = known {
        // It may be among those that are coming.
        coming.write(step)?;
        index::forget(step, id)?;
        terms::forget(step, id)?;
        step.prepare_cached("DELETE FROM text WHERE rowid = ?1")?.execute([id])?;
    }
    let id = keep_row(step, known, ddo)?;
    // What is not listed is not found, so it is not in the index.
    if ddo.metadata().is_listed { keep_texts(step, id, ddo, coming) } else { Ok(()) }
}

/// Puts a listing's row and terms in; the row's number.
fn keep_row(step: &Transaction<'_>, known: Option<i64>, ddo: &Ddo) -> Result<i64, CatalogueError> {
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
        ddo.did().hex(),
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
    Ok(id)
}

/// Puts a listing's texts into the full-text index and into the lists. Its terms are kept already.
fn keep_texts(step: &Transaction<'_>, id: i64, ddo: &Ddo, coming: &mut Coming) -> Result<(), CatalogueError> {
    let m = ddo.metadata();
    let tags = m.tags.join(" ");
    let everything = everything(ddo);
    let texts = [m.name.as_str(), m.description.as_str(), m.author.as_str(), tags.as_str(), everything.as_str()];
    step.prepare_cached(
        "INSERT INTO text (rowid, name, description, author, tags, everything) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![id, texts[0], texts[1], texts[2], texts[3], texts[4]])?;
    coming.note(step, id, &texts, &Held::of(step, id)?)
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
