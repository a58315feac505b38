//! What narrows a search, but for its words: the listed listings that meet all of it.

use super::{
    folded,
    index::numbered,
    lists::{self, List},
    set::Set,
    terms::FREE,
};
use crate::CatalogueError;
use protocol::search::SearchRequest;
use rusqlite::{Connection, OptionalExtension, ToSql};

/// Values of one field that are looked at.
const VALUES: usize = 64;

/// The listings that meet every filter; `None` where there is no filter.
pub(super) fn met(connection: &Connection, request: &SearchRequest) -> Result<Option<Set>, CatalogueError> {
    let mut met = None;
    let fields = [("category", &request.categories), ("license", &request.licenses), ("tag", &request.tags)];
    for (field, values) in fields {
        if !values.is_empty() {
            narrow(&mut met, with_one_of(connection, field, values)?);
        }
    }
    if request.free {
        narrow(&mut met, with_one_of(connection, FREE, &[String::new()])?);
    }
    if request.price_min.is_some() || request.price_max.is_some() {
        let least = request.price_min.unwrap_or_default().to_be_bytes();
        let most = request.price_max.map_or([u8::MAX; 32], |price| price.to_be_bytes());
        let sql = "SELECT id FROM listing WHERE listed = 1 AND price BETWEEN ?1 AND ?2";
        narrow(&mut met, read(connection, sql, &[&least.as_slice(), &most.as_slice()])?);
    }
    if let Some(owner) = request.publisher {
        let sql = "SELECT id FROM listing WHERE owner = ?1 AND listed = 1";
        narrow(&mut met, read(connection, sql, &[&owner.hex()])?);
    }
    Ok(met)
}

fn narrow(met: &mut Option<Set>, by: Set) {
    match met {
        Some(met) => met.meet(&by),
        None => *met = Some(by),
    }
}

fn with_one_of(connection: &Connection, field: &str, values: &[String]) -> Result<Set, CatalogueError> {
    let mut set = Set::default();
    let mut query = connection.prepare_cached("SELECT id FROM term WHERE field = ?1 AND value = ?2")?;
    for value in values.iter().take(VALUES) {
        let term: Option<i64> = query.query_row([field, &folded(value)], |row| row.get(0)).optional()?;
        if let Some(term) = term {
            lists::read(connection, List::of_term(term)?, |entry| set.insert(entry.listing))?;
        }
    }
    Ok(set)
}

fn read(connection: &Connection, sql: &str, values: &[&dyn ToSql]) -> Result<Set, CatalogueError> {
    let mut query = connection.prepare_cached(sql)?;
    let mut rows = query.query(values)?;
    let mut set = Set::default();
    while let Some(row) = rows.next()? {
        set.insert(numbered(row.get(0)?)?);
    }
    Ok(set)
}
