//! How many of the found listings have which category, licence and tag.

use super::terms::{ALL, FREE};
use crate::CatalogueError;
use protocol::search::Facet;
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::HashMap;

/// How many values of each kind are told.
const KINDS: [(&str, usize); 3] = [("category", 30), ("license", 20), ("tag", 20)];

/// Names that are read to find the commonest.
const NAMES: usize = 2_000;

/// Counts among listings.
#[derive(Default)]
pub(crate) struct Facets {
    pub(crate) total: u64,
    pub(crate) free: u64,
    pub(crate) categories: Vec<Facet>,
    pub(crate) licenses: Vec<Facet>,
    pub(crate) tags: Vec<Facet>,
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

impl Facets {
    fn add(&mut self, field: &str, facets: Vec<Facet>) {
        match field {
            "category" => self.categories = facets,
            "license" => self.licenses = facets,
            _ => self.tags = facets,
        }
    }
}

/// Of all listed listings: these counts are kept with the terms.
pub(crate) fn of_all(connection: &Connection) -> Result<Facets, CatalogueError> {
    let mut sum = connection.prepare_cached("SELECT COALESCE(SUM(listings), 0) FROM term WHERE field = ?1")?;
    let total = unsigned(sum.query_row([ALL], |row| row.get(0))?);
    let free = unsigned(sum.query_row([FREE], |row| row.get(0))?);
    let mut facets = Facets { total, free, ..Facets::default() };
    let mut commonest = connection.prepare_cached(
        "SELECT shown, listings FROM term WHERE field = ?1 AND listings > 0 AND value <> ''
         ORDER BY listings DESC, value LIMIT ?2",
    )?;
    for (field, most) in KINDS {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let rows = commonest
            .query_map(params![field, most], |row| Ok(Facet { value: row.get(0)?, count: unsigned(row.get(1)?) }))?;
        facets.add(field, rows.collect::<Result<Vec<_>, _>>()?);
    }
    Ok(facets)
}

/// Of these listings.
pub(crate) fn of(connection: &Connection, listings: &[i64]) -> Result<Facets, CatalogueError> {
    let mut counts: HashMap<i64, u64> = HashMap::new();
    let mut terms = connection.prepare_cached("SELECT term FROM word WHERE listing = ?1")?;
    for listing in listings {
        let mut rows = terms.query([listing])?;
        while let Some(row) = rows.next()? {
            *counts.entry(row.get(0)?).or_default() += 1;
        }
    }
    let mut facets = Facets { total: listings.len() as u64, ..Facets::default() };
    let free: Option<i64> = connection
        .prepare_cached("SELECT id FROM term WHERE field = ?1")?
        .query_row([FREE], |row| row.get(0))
        .optional()?;
    facets.free = free.and_then(|term| counts.remove(&term)).unwrap_or(0);
    let mut counts: Vec<(i64, u64)> = counts.into_iter().collect();
    counts.sort_unstable_by_key(|(term, count)| (std::cmp::Reverse(*count), *term));
    let mut lists: HashMap<&str, Vec<(u64, String, String)>> = HashMap::new();
    let mut named = connection.prepare_cached("SELECT field, value, shown FROM term WHERE id = ?1")?;
    // Names are read until every list is full: a word may bring thousands of tags that are used once. What is as
    // common as the last one of a list is read too, so that ties are in the order of their names.
    for (term, count) in counts {
        let full = KINDS.iter().all(|(field, most)| {
            lists.get(field).is_some_and(|l| l.len() >= *most && l.last().is_some_and(|last| last.0 > count))
        });
        if full || (lists.values().map(Vec::len).sum::<usize>() > NAMES) {
            break;
        }
        let (field, value, shown) =
            named.query_row([term], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get(2)?)))?;
        if let Some((field, _)) = KINDS.iter().find(|(kind, _)| *kind == field && !value.is_empty()) {
            lists.entry(field).or_default().push((count, value, shown));
        }
    }
    for (field, most) in KINDS {
        let mut list = lists.remove(field).unwrap_or_default();
        list.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        facets.add(field, list.into_iter().take(most).map(|(count, _, value)| Facet { value, count }).collect());
    }
    Ok(facets)
}
