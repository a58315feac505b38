//! Which listings have a word or a term: one list each, in pieces that fit into a page of the file.
//!
//! A list is read from its beginning to its end without asking for anything else, which is why a word that every
//! listing has can be ranked and counted while somebody types.

use super::entries::{self, Damaged, Entry};
use crate::CatalogueError;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

/// Bytes of a piece, at most: three or four of them share a page.
const PIECE: usize = 1_000;

/// The number of a list. Words and terms have numbers of their own, so one is even and the other odd.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct List(u32);

impl List {
    /// The listings with a word of the vocabulary; it has weights.
    pub(super) fn of_word(id: i64) -> Result<Self, CatalogueError> {
        id.checked_mul(2).and_then(Self::numbered).ok_or(CatalogueError::Full)
    }

    /// The listings with a term.
    pub(super) fn of_term(id: i64) -> Result<Self, CatalogueError> {
        id.checked_mul(2).and_then(|number| Self::numbered(number.checked_add(1)?)).ok_or(CatalogueError::Full)
    }

    fn numbered(number: i64) -> Option<Self> {
        u32::try_from(number).ok().filter(|number| *number < 1 << 31).map(Self)
    }

    pub(super) fn of_number(number: u32) -> Self {
        Self(number)
    }

    pub(super) fn number(self) -> u32 {
        self.0
    }

    fn weighted(self) -> bool {
        self.0.is_multiple_of(2)
    }

    /// Where a piece stands that begins at a listing.
    fn place(self, listing: u32) -> i64 {
        i64::from(self.0) << 32 | i64::from(listing)
    }
}

/// The listing at which the piece at a place begins.
fn beginning(place: i64) -> u32 {
    (place & i64::from(u32::MAX)) as u32
}

impl From<Damaged> for CatalogueError {
    fn from(_: Damaged) -> Self {
        Self::Document("a list of the index is damaged".to_owned())
    }
}

/// Shows every entry of a list, in the order of the listings.
#[inline]
pub(super) fn read(connection: &Connection, list: List, mut each: impl FnMut(Entry)) -> Result<(), CatalogueError> {
    let mut query =
        connection.prepare_cached("SELECT place, entries FROM piece WHERE place BETWEEN ?1 AND ?2 ORDER BY place")?;
    let mut rows = query.query([list.place(0), list.place(u32::MAX)])?;
    let weighted = list.weighted();
    while let Some(row) = rows.next()? {
        let bytes = row.get_ref(1)?.as_blob().map_err(|_| Damaged)?;
        let begin = beginning(row.get(0)?);
        if weighted {
            entries::read(begin, bytes, true, &mut each)?;
        } else {
            entries::read(begin, bytes, false, &mut each)?;
        }
    }
    Ok(())
}

/// The piece that a listing belongs into.
fn piece(step: &Transaction<'_>, list: List, listing: u32) -> Result<Option<(i64, Vec<Entry>)>, CatalogueError> {
    let mut query = step
        .prepare_cached("SELECT place, entries FROM piece WHERE place BETWEEN ?1 AND ?2 ORDER BY place DESC LIMIT 1")?;
    let mut rows = query.query([list.place(0), list.place(listing)])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let place = row.get(0)?;
    let mut found = Vec::new();
    let bytes = row.get_ref(1)?.as_blob().map_err(|_| Damaged)?;
    entries::read(beginning(place), bytes, list.weighted(), |entry| found.push(entry))?;
    Ok(Some((place, found)))
}

/// Puts entries into a list. They are in order, and none of them is in the list.
pub(super) fn add(step: &Transaction<'_>, list: List, mut new: &[Entry]) -> Result<(), CatalogueError> {
    while let Some(first) = new.first() {
        let found = piece(step, list, first.listing)?;
        let (place, mut together) = found.unwrap_or_else(|| (list.place(first.listing), Vec::new()));
        let next: Option<i64> = step
            .prepare_cached("SELECT place FROM piece WHERE place > ?1 AND place <= ?2 ORDER BY place LIMIT 1")?
            .query_row([list.place(first.listing), list.place(u32::MAX)], |row| row.get(0))
            .optional()?;
        let here = next.map_or(new.len(), |next| new.partition_point(|entry| list.place(entry.listing) < next));
        let (these, later) = new.split_at(here);
        let behind = together.last().is_none_or(|last| last.listing < first.listing);
        together.extend(these);
        if !behind {
            together.sort_unstable();
        }
        store(step, list, place, &together)?;
        new = later;
    }
    Ok(())
}

/// Writes the entries of the piece at a place, and further pieces where one cannot hold them.
fn store(step: &Transaction<'_>, list: List, place: i64, entries: &[Entry]) -> Result<(), CatalogueError> {
    let mut put = step.prepare_cached("INSERT OR REPLACE INTO piece (place, entries) VALUES (?1, ?2)")?;
    let mut place = place;
    let mut left = entries;
    while !left.is_empty() {
        let (bytes, rest) = entries::write(beginning(place), left, list.weighted(), PIECE);
        put.execute(params![place, bytes])?;
        left = rest;
        place = left.first().map_or(place, |entry| list.place(entry.listing));
    }
    Ok(())
}

/// Takes a listing out of a list.
pub(super) fn remove(step: &Transaction<'_>, list: List, listing: u32) -> Result<(), CatalogueError> {
    let Some((place, mut entries)) = piece(step, list, listing)? else { return Ok(()) };
    entries.retain(|entry| entry.listing != listing);
    if entries.is_empty() {
        step.prepare_cached("DELETE FROM piece WHERE place = ?1")?.execute([place])?;
    }
    store(step, list, place, &entries)
}

#[cfg(test)]
mod tests {
    use super::{Entry, List, add, read, remove};
    use rusqlite::Connection;
    use std::collections::BTreeMap;

    #[test]
    fn lists_hold_what_was_put_in_in_any_order_and_nothing_that_was_taken_out() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE piece (place INTEGER PRIMARY KEY, entries BLOB NOT NULL)").unwrap();
        let lists = [List::of_word(1).unwrap(), List::of_term(1).unwrap(), List::of_word(2).unwrap()];
        let mut expected: BTreeMap<List, BTreeMap<u32, u32>> = lists.iter().map(|l| (*l, BTreeMap::new())).collect();
        let mut state = 1_u64;
        let mut below = |end: u32| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            u32::try_from(state >> 33).unwrap() % end
        };
        let step = connection.transaction().unwrap();
        for round in 0..300 {
            let list = lists[below(3) as usize];
            let have = expected.get_mut(&list).unwrap();
            if round % 3 == 2 {
                for _ in 0..below(200) {
                    let listing = below(6_000);
                    have.remove(&listing);
                    remove(&step, list, listing).unwrap();
                }
            } else {
                let mut new = BTreeMap::new();
                for _ in 0..below(400) {
                    let listing = below(6_000);
                    if !have.contains_key(&listing) {
                        new.insert(listing, if list.weighted() { below(500) } else { 0 });
                    }
                }
                let entries: Vec<Entry> = new.iter().map(|(&listing, &weight)| Entry { listing, weight }).collect();
                add(&step, list, &entries).unwrap();
                have.extend(new);
            }
            for (list, have) in &expected {
                let mut found = Vec::new();
                read(&step, *list, |entry| found.push((entry.listing, entry.weight))).unwrap();
                assert_eq!(found, have.iter().map(|(l, w)| (*l, *w)).collect::<Vec<_>>(), "round {round}");
            }
        }
        let longest: i64 = step.query_row("SELECT MAX(LENGTH(entries)) FROM piece", [], |row| row.get(0)).unwrap();
        assert!(longest <= 1_000 && expected.values().all(|have| have.len() > 1_000));
    }
}
