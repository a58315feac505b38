//! How many of the found listings have which category, licence and tag.

use super::{
    lists::{self, List},
    set::Set,
    terms::{ALL, FREE, Held, KINDS},
};
use crate::CatalogueError;
use protocol::search::Facet;
use rusqlite::{Connection, OptionalExtension};
use std::{cmp::Reverse, collections::HashMap};

/// So many listings are asked one by one what they have. Of more, each value is asked which listings have it, the
/// commonest values first.
const FEW: usize = 3_000;

/// Counts among listings.
#[derive(Default)]
pub(crate) struct Facets {
    pub(crate) total: u64,
    pub(crate) free: u64,
    /// As [`KINDS`].
    pub(crate) kinds: [Vec<Facet>; 3],
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// The values that are told: the commonest first, and what is equally common by name.
struct Commonest {
    most: usize,
    /// Count, value, and the value as it is shown.
    best: Vec<(Reverse<u64>, String, String)>,
}

impl Commonest {
    fn of(most: usize) -> Self {
        Self { most, best: Vec::new() }
    }

    /// Whether a value that this many have could be told.
    fn may_take(&self, count: u64) -> bool {
        count > 0 && (self.best.len() < self.most || self.best.last().is_some_and(|last| last.0.0 <= count))
    }

    fn take(&mut self, count: u64, value: String, shown: String) {
        let new = (Reverse(count), value, shown);
        let place = self.best.partition_point(|better| *better < new);
        self.best.insert(place, new);
        self.best.truncate(self.most);
    }

    fn told(self) -> Vec<Facet> {
        self.best.into_iter().map(|(Reverse(count), _, value)| Facet { value, count }).collect()
    }
}

/// Of all listed listings: these counts are kept with the terms.
pub(super) fn of_all(connection: &Connection) -> Result<Facets, CatalogueError> {
    let mut sum = connection.prepare_cached("SELECT COALESCE(SUM(listings), 0) FROM term WHERE field = ?1")?;
    let total = unsigned(sum.query_row([ALL], |row| row.get(0))?);
    let free = unsigned(sum.query_row([FREE], |row| row.get(0))?);
    let mut facets = Facets { total, free, ..Facets::default() };
    for (kind, (field, most)) in facets.kinds.iter_mut().zip(KINDS) {
        let mut commonest = connection.prepare_cached(COMMONEST)?;
        let mut rows = commonest.query([field])?;
        while let Some(row) = rows.next()?.filter(|_| kind.len() < most) {
            kind.push(Facet { value: row.get(2)?, count: unsigned(row.get(3)?) });
        }
    }
    Ok(facets)
}

const COMMONEST: &str = "SELECT id, value, shown, listings FROM term
    WHERE field = ?1 AND listings > 0 AND value <> '' ORDER BY listings DESC, value";

/// Of these listings, which the set holds too.
pub(super) fn of(connection: &Connection, listings: &[u32], set: &Set) -> Result<Facets, CatalogueError> {
    let mut facets = if listings.len() <= FEW { of_few(connection, listings)? } else { of_many(connection, set)? };
    facets.total = listings.len() as u64;
    Ok(facets)
}

/// A value that all listings together have less often than the last one that is told cannot be told.
pub(super) fn of_many(connection: &Connection, set: &Set) -> Result<Facets, CatalogueError> {
    let having = |term: i64| {
        let mut count = 0;
        lists::read(connection, List::of_term(term)?, |entry| count += u64::from(set.has(entry.listing)))?;
        Ok::<u64, CatalogueError>(count)
    };
    let mut facets = Facets::default();
    for (kind, (field, most)) in facets.kinds.iter_mut().zip(KINDS) {
        let mut commonest = Commonest::of(most);
        let mut query = connection.prepare_cached(COMMONEST)?;
        let mut rows = query.query([field])?;
        while let Some(row) = rows.next()? {
            if !commonest.may_take(unsigned(row.get(3)?)) {
                break;
            }
            let count = having(row.get(0)?)?;
            if commonest.may_take(count) {
                commonest.take(count, row.get(1)?, row.get(2)?);
            }
        }
        *kind = commonest.told();
    }
    let free: Option<i64> = connection
        .prepare_cached("SELECT id FROM term WHERE field = ?1")?
        .query_row([FREE], |row| row.get(0))
        .optional()?;
    facets.free = free.map_or(Ok(0), having)?;
    Ok(facets)
}

pub(super) fn of_few(connection: &Connection, listings: &[u32]) -> Result<Facets, CatalogueError> {
    let mut counts: [HashMap<u32, u64>; 3] = Default::default();
    let mut facets = Facets::default();
    let mut query = connection.prepare_cached("SELECT held FROM indexed WHERE listing = ?1")?;
    for listing in listings {
        let mut rows = query.query([listing])?;
        if let Some(row) = rows.next()? {
            facets.free += u64::from(Held::read(row.get_ref(0)?.as_blob().unwrap_or_default(), |kind, term| {
                if let Some(counts) = counts.get_mut(kind) {
                    *counts.entry(term).or_default() += 1;
                }
            })?);
        }
    }
    let mut named = connection.prepare_cached("SELECT value, shown FROM term WHERE id = ?1")?;
    for ((kind, counts), (_, most)) in facets.kinds.iter_mut().zip(counts).zip(KINDS) {
        let mut counts: Vec<(u32, u64)> = counts.into_iter().collect();
        counts.sort_unstable_by_key(|(_, count)| Reverse(*count));
        let mut commonest = Commonest::of(most);
        for (term, count) in counts {
            if !commonest.may_take(count) {
                break;
            }
            let (value, shown): (String, String) = named.query_row([term], |row| Ok((row.get(0)?, row.get(1)?)))?;
            if !value.is_empty() {
                commonest.take(count, value, shown);
            }
        }
        *kind = commonest.told();
    }
    Ok(facets)
}
