//! What a listing puts into the lists, and taking it out again.

use super::{
    entries::{self, Entry},
    lengths,
    lists::{self, List},
    terms::Held,
    words::words,
};
use crate::CatalogueError;
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use std::collections::{BTreeMap, HashMap};

/// What one word of each text weighs, in halves: [`super::WEIGHTS`], whole numbers being smaller.
const HALVES: [u32; 5] = [20, 6, 8, 12, 1];

/// Beginnings of words of this many letters have lists of their own: so many words begin with them that theirs could
/// not be put together while somebody types.
pub(super) const SHORT: usize = 3;

/// Words whose numbers are remembered while many listings are put in.
const REMEMBERED: usize = 200_000;

/// The name of the list of a short beginning. No word has such a sign.
pub(super) fn beginning(letters: &str) -> String {
    format!("{letters}*")
}

/// A listing's number as the lists have it.
pub(super) fn numbered(listing: i64) -> Result<u32, CatalogueError> {
    u32::try_from(listing).map_err(|_| CatalogueError::Full)
}

/// Listings on their way into the lists. Those of many listings are written together, since each list is then written
/// once.
#[derive(Default)]
pub(super) struct Coming {
    lists: BTreeMap<List, Vec<Entry>>,
    lengths: BTreeMap<u32, u16>,
    vocabulary: HashMap<String, List>,
}

impl Coming {
    /// Notes a listing that is listed and not in the lists; its texts as the columns of the full-text index.
    pub(super) fn note(
        &mut self,
        step: &Transaction<'_>,
        listing: i64,
        texts: &[&str; 5],
        held: &Held,
    ) -> Result<(), CatalogueError> {
        let number = numbered(listing)?;
        let mut weights: HashMap<String, u32> = HashMap::new();
        let mut length = 0_usize;
        for (text, weight) in texts.iter().zip(HALVES) {
            let words = words(step, text)?;
            length += words.len();
            for word in words {
                let sum = weights.entry(word).or_default();
                *sum = sum.saturating_add(weight);
            }
        }
        let mut beginnings: HashMap<String, u32> = HashMap::new();
        for (word, weight) in &weights {
            let ends = word.char_indices().map(|(at, letter)| at + letter.len_utf8()).take(SHORT);
            for letters in ends.filter_map(|end| word.get(..end)) {
                let sum = beginnings.entry(beginning(letters)).or_default();
                *sum = sum.saturating_add(*weight);
            }
        }
        let mut in_lists: Vec<List> = Vec::with_capacity(weights.len() + beginnings.len() + 8);
        for (word, weight) in weights.into_iter().chain(beginnings) {
            let list = self.list(step, word)?;
            self.lists.entry(list).or_default().push(Entry { listing: number, weight });
            in_lists.push(list);
        }
        for term in held.all() {
            let list = List::of_term(term)?;
            self.lists.entry(list).or_default().push(Entry { listing: number, weight: 0 });
            in_lists.push(list);
        }
        self.lengths.insert(number, u16::try_from(length).unwrap_or(u16::MAX));
        in_lists.sort_unstable();
        let mut packed = Vec::new();
        let mut before = 0;
        for list in in_lists {
            entries::write_number(&mut packed, list.number() - before);
            before = list.number();
        }
        step.prepare_cached("INSERT INTO indexed (listing, held, lists) VALUES (?1, ?2, ?3)")?.execute(params![
            listing,
            held.packed()?,
            packed
        ])?;
        Ok(())
    }

    fn list(&mut self, step: &Transaction<'_>, word: String) -> Result<List, CatalogueError> {
        if let Some(list) = self.vocabulary.get(&word) {
            return Ok(*list);
        }
        let id = match id_of(step, &word)? {
            Some(id) => id,
            None => {
                step.prepare_cached("INSERT INTO vocabulary (word) VALUES (?1)")?.execute([&word])?;
                step.last_insert_rowid()
            }
        };
        let list = List::of_word(id)?;
        self.vocabulary.insert(word, list);
        Ok(list)
    }

    /// Writes what was noted.
    pub(super) fn write(&mut self, step: &Transaction<'_>) -> Result<(), CatalogueError> {
        for (list, mut entries) in std::mem::take(&mut self.lists) {
            entries.sort_unstable();
            lists::add(step, list, &entries)?;
        }
        if self.vocabulary.len() > REMEMBERED {
            self.vocabulary.clear();
        }
        lengths::write(step, &std::mem::take(&mut self.lengths))
    }
}

/// The number of a word, or of a beginning's name, in the vocabulary.
pub(super) fn id_of(connection: &Connection, word: &str) -> Result<Option<i64>, CatalogueError> {
    let mut query = connection.prepare_cached("SELECT id FROM vocabulary WHERE word = ?1")?;
    Ok(query.query_row([word], |row| row.get(0)).optional()?)
}

/// Takes a listing out of every list that it is in, if it is in any.
pub(super) fn forget(step: &Transaction<'_>, listing: i64) -> Result<(), CatalogueError> {
    let packed: Option<Vec<u8>> = step
        .prepare_cached("SELECT lists FROM indexed WHERE listing = ?1")?
        .query_row([listing], |row| row.get(0))
        .optional()?;
    let Some(packed) = packed else { return Ok(()) };
    let listing_number = numbered(listing)?;
    let mut left = packed.as_slice();
    let mut number = 0_u32;
    while !left.is_empty() {
        number = number.checked_add(entries::read_number(&mut left)?).ok_or(entries::Damaged)?;
        lists::remove(step, List::of_number(number), listing_number)?;
    }
    lengths::write(step, &BTreeMap::from([(listing_number, 0)]))?;
    step.prepare_cached("DELETE FROM indexed WHERE listing = ?1")?.execute([listing])?;
    Ok(())
}
