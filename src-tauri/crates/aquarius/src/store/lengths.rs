//! How many words each listing has. A word weighs less in a long listing, and ranking looks at the lengths of all that
//! were found, so they stand side by side, two bytes each; none is what is not in the index.

use crate::CatalogueError;
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use std::collections::BTreeMap;

/// Listings in a row of the table: what fits into a page.
const ROW: u32 = 2_000;

/// Sets the lengths of these listings.
pub(super) fn write(step: &Transaction<'_>, lengths: &BTreeMap<u32, u16>) -> Result<(), CatalogueError> {
    let mut left = lengths.iter().peekable();
    while let Some((listing, _)) = left.peek() {
        let row = **listing / ROW;
        let kept: Option<Vec<u8>> = step
            .prepare_cached("SELECT words FROM length WHERE part = ?1")?
            .query_row([row], |row| row.get(0))
            .optional()?;
        let mut words = kept.unwrap_or_default();
        words.resize(ROW as usize * 2, 0);
        while let Some((listing, length)) = left.next_if(|(listing, _)| **listing / ROW == row) {
            let place = (listing % ROW) as usize * 2;
            if let Some(two) = words.get_mut(place..place + 2) {
                two.copy_from_slice(&length.to_le_bytes());
            }
        }
        step.prepare_cached("INSERT OR REPLACE INTO length (part, words) VALUES (?1, ?2)")?
            .execute(params![row, words])?;
    }
    Ok(())
}

/// The lengths of all listings.
pub(super) struct Lengths {
    by_listing: Vec<u16>,
    /// Listings that are in the index.
    pub(super) listings: u64,
    words: u64,
}

impl Lengths {
    pub(super) fn read(connection: &Connection) -> Result<Self, CatalogueError> {
        let mut query = connection.prepare_cached("SELECT part, words FROM length ORDER BY part")?;
        let mut rows = query.query([])?;
        let mut by_listing: Vec<u16> = Vec::new();
        while let Some(row) = rows.next()? {
            let begin = row.get::<_, u32>(0)?.saturating_mul(ROW) as usize;
            by_listing.resize(begin.max(by_listing.len()), 0);
            let words = row.get_ref(1)?.as_blob().unwrap_or_default();
            by_listing.extend(words.as_chunks::<2>().0.iter().map(|two| u16::from_le_bytes(*two)));
        }
        let listings = by_listing.iter().filter(|length| **length > 0).count() as u64;
        let words = by_listing.iter().map(|length| u64::from(*length)).sum();
        Ok(Self { by_listing, listings, words })
    }

    #[inline]
    pub(super) fn of(&self, listing: u32) -> u16 {
        self.by_listing.get(listing as usize).copied().unwrap_or_default()
    }

    /// Of a listing on average.
    pub(super) fn average(&self) -> f64 {
        self.words as f64 / self.listings.max(1) as f64
    }
}
