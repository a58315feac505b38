//! Which listings have all the words of a search, and how well each fits: BM25 as FTS5 counts it, over all of them.

use super::{
    entries::Entry,
    index::{self, SHORT},
    lengths::Lengths,
    lists::{self, List},
};
use crate::CatalogueError;
use rusqlite::Connection;
use std::{cmp::Ordering, collections::BinaryHeap};

/// The words of a search.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    /// All of these.
    pub(super) words: Vec<String>,
    /// The last one also as a beginning: it is still being typed.
    pub(super) open: bool,
}

/// Listings that have all words of a search.
pub(super) struct Matches {
    pub(super) listings: Vec<u32>,
    /// For each word how much each of these listings is about it, in halves, and how many of all listings have it.
    words: Vec<(Vec<u32>, u64)>,
}

/// The lists that together are those of a word.
fn lists_of(connection: &Connection, word: &str, open: bool) -> Result<Vec<List>, CatalogueError> {
    if !open || word.chars().count() <= SHORT {
        let name = if open { index::beginning(word) } else { word.to_owned() };
        return index::id_of(connection, &name)?.map(List::of_word).into_iter().collect();
    }
    let mut query = connection.prepare_cached("SELECT id FROM vocabulary WHERE word >= ?1 AND word < ?2")?;
    let ids = query.query_map([word, &format!("{word}\u{10ffff}")], |row| row.get(0))?;
    // In the order in which they stand in the file.
    let mut lists = ids.map(|id| List::of_word(id?)).collect::<Result<Vec<_>, CatalogueError>>()?;
    lists.sort_unstable();
    Ok(lists)
}

/// The listings with a word, in order.
fn listings_with(connection: &Connection, lists: &[List]) -> Result<Vec<Entry>, CatalogueError> {
    let mut found = Vec::new();
    if let [list] = lists {
        lists::read(connection, *list, |entry| found.push(entry))?;
        return Ok(found);
    }
    // Which words they have does not matter, but the sum does; no weight is 0.
    let mut weights: Vec<u32> = Vec::new();
    for list in lists {
        lists::read(connection, *list, |Entry { listing, weight }| {
            let place = listing as usize;
            if place >= weights.len() {
                weights.resize((place + 1).max(weights.len() * 2), 0);
            }
            if let Some(sum) = weights.get_mut(place) {
                *sum = sum.saturating_add(weight);
            }
        })?;
    }
    let all = (0_u32..).zip(weights);
    found.extend(all.filter(|(_, weight)| *weight > 0).map(|(listing, weight)| Entry { listing, weight }));
    Ok(found)
}

impl Matches {
    pub(super) fn of(connection: &Connection, wanted: &Wanted) -> Result<Self, CatalogueError> {
        let mut matches: Option<Self> = None;
        for (number, word) in wanted.words.iter().enumerate() {
            let open = wanted.open && number + 1 == wanted.words.len();
            let found = listings_with(connection, &lists_of(connection, word, open)?)?;
            let having = found.len() as u64;
            match &mut matches {
                None => {
                    let (listings, weights) = found.into_iter().map(|entry| (entry.listing, entry.weight)).unzip();
                    matches = Some(Self { listings, words: vec![(weights, having)] });
                }
                Some(matches) => {
                    let mut others = found.iter().peekable();
                    let mut weights = Vec::new();
                    matches.keep(|listing| {
                        while others.next_if(|other| other.listing < listing).is_some() {}
                        let same = others.next_if(|other| other.listing == listing);
                        weights.extend(same.map(|other| other.weight));
                        same.is_some()
                    });
                    matches.words.push((weights, having));
                }
            }
            if matches.as_ref().is_some_and(|matches| matches.listings.is_empty()) {
                break;
            }
        }
        Ok(matches.unwrap_or(Self { listings: Vec::new(), words: Vec::new() }))
    }

    /// Keeps the listings for which it is so; asks in order.
    pub(super) fn keep(&mut self, mut so: impl FnMut(u32) -> bool) {
        let kept: Vec<bool> = self.listings.iter().map(|listing| so(*listing)).collect();
        let retain = |numbers: &mut Vec<u32>| {
            let mut kept = kept.iter();
            numbers.retain(|_| kept.next().copied().unwrap_or_default());
        };
        retain(&mut self.listings);
        self.words.iter_mut().for_each(|(weights, _)| retain(weights));
    }

    /// The `most` listings that fit best, the best first; of those that fit alike, the one that came last.
    pub(super) fn best(&self, lengths: &Lengths, most: usize) -> Vec<u32> {
        const SATURATION: f64 = 1.2;
        const OF_LENGTH: f64 = 0.75;
        let all = lengths.listings as f64;
        let rarity = |having: u64| {
            let having = having as f64;
            let rarity = ((all - having + 0.5) / (having + 0.5)).ln();
            // A word that more than half of all have would count against a listing.
            if rarity > 0.0 { rarity } else { 1e-6 }
        };
        let words: Vec<(f64, &[u32])> =
            self.words.iter().map(|(weights, having)| (rarity(*having), weights.as_slice())).collect();
        let average = lengths.average();
        let mut best: BinaryHeap<Ranked> = BinaryHeap::with_capacity(most.min(self.listings.len()) + 1);
        for (number, &listing) in self.listings.iter().enumerate() {
            let length = f64::from(lengths.of(listing));
            let damping = SATURATION * (1.0 - OF_LENGTH + OF_LENGTH * length / average);
            let mut fit = 0.0;
            for (rarity, weights) in &words {
                let weight = f64::from(weights.get(number).copied().unwrap_or_default()) / 2.0;
                fit += rarity * (weight * (SATURATION + 1.0) / (weight + damping));
            }
            let ranked = Ranked { fit, listing };
            if best.len() < most {
                best.push(ranked);
            } else if let Some(mut last) = best.peek_mut()
                && ranked < *last
            {
                *last = ranked;
            }
        }
        best.into_sorted_vec().into_iter().map(|ranked| ranked.listing).collect()
    }
}

/// A listing in the order of its fit: the best is the least.
struct Ranked {
    fit: f64,
    listing: u32,
}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> Ordering {
        other.fit.total_cmp(&self.fit).then_with(|| other.listing.cmp(&self.listing))
    }
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Ranked {}
