//! Values that listings have in common, like tags, and how many listed listings have each.

use super::{
    entries::{Damaged, read_number, write_number},
    folded,
};
use crate::CatalogueError;
use protocol::ddo::Ddo;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

/// The term that every listing has: its count is that of all.
pub(crate) const ALL: &str = "all";
/// The term of listings that cost nothing.
pub(crate) const FREE: &str = "free";

/// The kinds of values that are counted among what was found, and how many of each are told.
pub(super) const KINDS: [(&str, usize); 3] = [("category", 30), ("license", 20), ("tag", 20)];

/// Values of one kind that are kept of a listing.
const VALUES: usize = 64;
/// Characters of a value that are kept.
const CHARACTERS: usize = 1_000;

/// Takes a listing's terms away.
pub(super) fn forget(step: &Transaction<'_>, listing: i64) -> Result<(), CatalogueError> {
    step.prepare_cached(
        "UPDATE term SET listings = listings - 1 WHERE id IN (SELECT term FROM word WHERE listing = ?1)
            AND EXISTS (SELECT 1 FROM listing WHERE id = ?1 AND listed = 1)",
    )?
    .execute([listing])?;
    step.prepare_cached("DELETE FROM word WHERE listing = ?1")?.execute([listing])?;
    Ok(())
}

/// Keeps a listing's terms; they are counted where it is listed.
pub(super) fn keep(step: &Transaction<'_>, listing: i64, ddo: &Ddo) -> Result<(), CatalogueError> {
    let m = ddo.metadata();
    let lists: [(&str, Vec<&str>); 7] = [
        (ALL, vec![""]),
        (FREE, if m.price.is_some_and(|price| price.is_zero()) { vec![""] } else { Vec::new() }),
        ("category", m.categories.iter().map(String::as_str).collect()),
        ("tag", m.tags.iter().map(String::as_str).collect()),
        ("license", vec![m.license.as_str()]),
        ("service", ddo.services().iter().map(|s| s.kind.name()).collect()),
        ("sample", m.links.iter().map(|l| l.kind.as_str()).collect()),
    ];
    for (field, values) in lists {
        for value in values.into_iter().take(VALUES) {
            let shown: String = value.trim().chars().take(CHARACTERS).collect();
            let term = term(step, field, &shown)?;
            let new = step
                .prepare_cached("INSERT OR IGNORE INTO word (listing, term) VALUES (?1, ?2)")?
                .execute([listing, term])?;
            if new == 1 && m.is_listed {
                step.prepare_cached("UPDATE term SET listings = listings + 1 WHERE id = ?1")?.execute([term])?;
            }
        }
    }
    Ok(())
}

fn term(step: &Transaction<'_>, field: &str, shown: &str) -> Result<i64, CatalogueError> {
    let value = folded(shown);
    let known = step
        .prepare_cached("SELECT id FROM term WHERE field = ?1 AND value = ?2")?
        .query_row([field, value.as_str()], |row| row.get(0))
        .optional()?;
    if let Some(id) = known {
        return Ok(id);
    }
    step.prepare_cached("INSERT INTO term (field, value, shown) VALUES (?1, ?2, ?3)")?
        .execute(params![field, value, shown])?;
    Ok(step.last_insert_rowid())
}

/// The terms of a listing that searches are narrowed by and that are counted among what they find.
#[derive(Default)]
pub(super) struct Held {
    /// As [`KINDS`].
    kinds: [Vec<i64>; 3],
    free: Option<i64>,
}

impl Held {
    /// Of a listing whose terms are kept.
    pub(super) fn of(connection: &Connection, listing: i64) -> Result<Self, CatalogueError> {
        let mut held = Self::default();
        let mut query = connection
            .prepare_cached("SELECT t.field, t.id FROM word w JOIN term t ON t.id = w.term WHERE w.listing = ?1")?;
        let mut rows = query.query([listing])?;
        while let Some(row) = rows.next()? {
            let field = row.get_ref(0)?.as_str().unwrap_or_default();
            let kind = held.kinds.iter_mut().zip(KINDS).find(|(_, (kind, _))| *kind == field);
            if let Some((terms, _)) = kind {
                terms.push(row.get(1)?);
            } else if field == FREE {
                held.free = Some(row.get(1)?);
            }
        }
        Ok(held)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = i64> + '_ {
        self.kinds.iter().flatten().chain(&self.free).copied()
    }

    /// As bytes: how many of each kind and which, then whether it is free.
    pub(super) fn packed(&self) -> Result<Vec<u8>, CatalogueError> {
        let mut bytes = Vec::new();
        for terms in &self.kinds {
            write_number(&mut bytes, u32::try_from(terms.len()).map_err(|_| CatalogueError::Full)?);
            for term in terms {
                write_number(&mut bytes, u32::try_from(*term).map_err(|_| CatalogueError::Full)?);
            }
        }
        write_number(&mut bytes, u32::from(self.free.is_some()));
        Ok(bytes)
    }

    /// Shows each kind's place in [`KINDS`] with each term; whether it is free.
    pub(super) fn read(mut bytes: &[u8], mut each: impl FnMut(usize, u32)) -> Result<bool, Damaged> {
        for kind in 0..KINDS.len() {
            for _ in 0..read_number(&mut bytes)? {
                each(kind, read_number(&mut bytes)?);
            }
        }
        Ok(read_number(&mut bytes)? == 1)
    }
}
