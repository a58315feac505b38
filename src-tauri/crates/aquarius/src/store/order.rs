//! The listings of one page, in an order that the file has an index of.

use super::{index::numbered, set::Set};
use crate::CatalogueError;
use protocol::search::SearchOrder;
use rusqlite::Connection;

/// How many listings of an index are read in the time in which one listing is looked up by its number and sorted.
const LOOKED_UP: usize = 10;

fn clause(order: SearchOrder) -> &'static str {
    match order {
        // Without words nothing fits better than something else.
        SearchOrder::Best | SearchOrder::Newest => "date_published DESC, did",
        SearchOrder::PriceUp => "price, did",
        SearchOrder::PriceDown => "price DESC, did",
        SearchOrder::Name => "name, did",
    }
}

pub(super) fn by_index(order: SearchOrder) -> String {
    format!("SELECT id FROM listing WHERE listed = 1 ORDER BY {}", clause(order))
}

/// Of all listed listings.
pub(super) fn of_all(
    connection: &Connection,
    order: SearchOrder,
    skip: u64,
    size: u32,
) -> Result<Vec<u32>, CatalogueError> {
    let skip = i64::try_from(skip).unwrap_or(i64::MAX);
    let mut query = connection.prepare_cached(&format!("{} LIMIT ?1 OFFSET ?2", by_index(order)))?;
    let rows = query.query_map([i64::from(size), skip], |row| row.get(0))?;
    rows.map(|id| numbered(id?)).collect()
}

/// Of the found ones, which are listed. Of many, the index is read until the page is full; of few, each is looked up.
/// So it is where the index was read in vain for as long as that takes: those found may all stand at its end.
pub(super) fn of(
    connection: &Connection,
    found: &[u32],
    set: &Set,
    order: SearchOrder,
    skip: u64,
    size: u32,
) -> Result<Vec<u32>, CatalogueError> {
    let skip = usize::try_from(skip).unwrap_or(usize::MAX);
    let end = skip.saturating_add(size as usize).min(found.len());
    let most = end.saturating_sub(skip);
    if most == 0 {
        return Ok(Vec::new());
    }
    let mut query = connection.prepare_cached(&by_index(order))?;
    let mut rows = query.query([])?;
    let mut page = Vec::with_capacity(most);
    let mut met = 0;
    for _ in 0..found.len().saturating_mul(LOOKED_UP) {
        let Some(row) = rows.next()? else { return Ok(page) };
        let listing = numbered(row.get(0)?)?;
        if set.has(listing) {
            met += 1;
            if met > skip {
                page.push(listing);
            }
            if met == end {
                return Ok(page);
            }
        }
    }
    looked_up(connection, found, order, skip, most)
}

pub(super) fn looked_up(
    connection: &Connection,
    found: &[u32],
    order: SearchOrder,
    skip: usize,
    most: usize,
) -> Result<Vec<u32>, CatalogueError> {
    let sql = format!(
        "SELECT l.id FROM json_each(?1) CROSS JOIN listing l ON l.id = json_each.value ORDER BY {} LIMIT ?2 OFFSET ?3",
        clause(order)
    );
    let numbers: Vec<String> = found.iter().map(u32::to_string).collect();
    let [most, skip] = [most, skip].map(|number| i64::try_from(number).unwrap_or(i64::MAX));
    let mut query = connection.prepare_cached(&sql)?;
    let rows = query
        .query_map(rusqlite::params![format!("[{}]", numbers.join(",")), most, skip], |row| row.get::<_, i64>(0))?;
    rows.map(|id| numbered(id?)).collect()
}
