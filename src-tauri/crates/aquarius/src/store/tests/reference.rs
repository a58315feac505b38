//! What a search finds, slowly: every document is read for every question, and only words are left to FTS5.

use crate::store::{WEIGHTS, everything, folded, terms::KINDS};
use protocol::{
    Vodka,
    date::parse_date_tolerant,
    ddo::Ddo,
    search::{Facet, SearchOrder, SearchRequest},
};
use rusqlite::{Connection, params};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, HashMap},
};

/// Listings by their numbers in the catalogue, and a full-text index of those that are listed.
pub(super) struct Reference {
    listed: BTreeMap<i64, Ddo>,
    texts: Connection,
}

/// What is expected of an answer.
#[derive(Debug)]
pub(super) struct Expected {
    /// All that was found, in order; how well each fits where that is the order.
    pub(super) found: Vec<(i64, Option<f64>)>,
    pub(super) free: u64,
    pub(super) kinds: [Vec<Facet>; 3],
}

fn values(ddo: &Ddo, kind: &str) -> BTreeSet<String> {
    let m = ddo.metadata();
    match kind {
        "category" => m.categories.iter().map(|value| folded(value)).collect(),
        "license" => BTreeSet::from([folded(&m.license)]),
        _ => m.tags.iter().map(|value| folded(value)).collect(),
    }
}

impl Reference {
    pub(super) fn of(catalogue: &Connection) -> Self {
        let texts = Connection::open_in_memory().unwrap();
        texts
            .execute_batch(
                "CREATE VIRTUAL TABLE text USING fts5 (name, description, author, tags, everything,
                    tokenize = 'unicode61 remove_diacritics 2')",
            )
            .unwrap();
        let mut query = catalogue.prepare("SELECT id, document FROM listing").unwrap();
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        let listed: BTreeMap<i64, Ddo> = rows
            .map(|row: rusqlite::Result<(i64, Vec<u8>)>| row.unwrap())
            .map(|(id, document)| (id, Ddo::parse(&document).unwrap()))
            .filter(|(_, ddo)| ddo.metadata().is_listed)
            .collect();
        for (id, ddo) in &listed {
            let m = ddo.metadata();
            let row = params![id, m.name, m.description, m.author, m.tags.join(" "), everything(ddo)];
            texts
                .execute(
                    "INSERT INTO text (rowid, name, description, author, tags, everything)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                    row,
                )
                .unwrap();
        }
        Self { listed, texts }
    }

    /// How well each listing fits that has all the words; the less, the better.
    fn fits(&self, words: &[&str], open: bool) -> HashMap<i64, f64> {
        let mut quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
        if open {
            quoted.last_mut().unwrap().push('*');
        }
        let sql = format!("SELECT rowid, bm25(text, {WEIGHTS}) FROM text WHERE text MATCH ?1");
        let mut query = self.texts.prepare(&sql).unwrap();
        let rows = query.query_map([quoted.join(" ")], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    }

    /// Of a request whose text is these words.
    pub(super) fn search(&self, request: &SearchRequest, words: &[&str], open: bool) -> Expected {
        let fits = (!words.is_empty()).then(|| self.fits(words, open));
        let meets = |ddo: &Ddo| {
            let m = ddo.metadata();
            let one_of = |kind: &str, wanted: &[String]| {
                let has = values(ddo, kind);
                wanted.is_empty() || wanted.iter().any(|value| has.contains(&folded(value)))
            };
            one_of("category", &request.categories)
                && one_of("license", &request.licenses)
                && one_of("tag", &request.tags)
                && request.price_min.is_none_or(|least| m.price.is_some_and(|price| price >= least))
                && request.price_max.is_none_or(|most| m.price.is_some_and(|price| price <= most))
                && (!request.free || m.price.is_some_and(Vodka::is_zero))
                && request.publisher.is_none_or(|owner| ddo.owner() == Some(owner))
        };
        let mut found: Vec<(i64, &Ddo)> = self.listed.iter().map(|(id, ddo)| (*id, ddo)).collect();
        found.retain(|(id, ddo)| meets(ddo) && fits.as_ref().is_none_or(|fits| fits.contains_key(id)));
        let fit = |id: &i64| fits.as_ref().filter(|_| request.sort == SearchOrder::Best).map(|fits| fits[id]);
        let did = |ddo: &Ddo| ddo.did().hex();
        match request.sort {
            SearchOrder::Best if fits.is_some() => {
                found.sort_by(|(a, _), (b, _)| fit(a).unwrap().total_cmp(&fit(b).unwrap()).then(b.cmp(a)));
            }
            SearchOrder::Best | SearchOrder::Newest => found.sort_by_key(|(_, ddo)| {
                (Reverse(ddo.metadata().date_published.as_deref().and_then(parse_date_tolerant)), did(ddo))
            }),
            SearchOrder::PriceUp => found.sort_by_key(|(_, ddo)| (ddo.metadata().price, did(ddo))),
            SearchOrder::PriceDown => found.sort_by_key(|(_, ddo)| (Reverse(ddo.metadata().price), did(ddo))),
            SearchOrder::Name => found.sort_by_key(|(_, ddo)| (ddo.metadata().name.to_lowercase(), did(ddo))),
        }
        let kinds = KINDS.map(|(kind, most)| {
            let mut counts: BTreeMap<String, u64> = BTreeMap::new();
            for value in found.iter().flat_map(|(_, ddo)| values(ddo, kind)).filter(|value| !value.is_empty()) {
                *counts.entry(value).or_default() += 1;
            }
            let mut facets: Vec<Facet> = counts.into_iter().map(|(value, count)| Facet { value, count }).collect();
            facets.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
            facets.truncate(most);
            facets
        });
        let free = found.iter().filter(|(_, ddo)| ddo.metadata().price.is_some_and(Vodka::is_zero)).count() as u64;
        Expected { found: found.iter().map(|(id, _)| (*id, fit(id))).collect(), free, kinds }
    }
}
