//! Search as the window asks for it. Whatever is asked, everything that meets it is ranked and counted.

use super::{
    facets::{self, Facets},
    filters,
    fit::{Matches, Wanted},
    lengths::Lengths,
    order,
    set::Set,
    words::words,
};
use crate::CatalogueError;
use protocol::search::{SearchAnswer, SearchOrder, SearchRequest};
use rusqlite::Connection;
use serde_json::value::RawValue;
use std::time::Instant;

/// Words that are looked at.
const WORDS: usize = 12;

/// The words that are looked for. Nothing in the text is an operator.
fn wanted(connection: &Connection, text: &str) -> Result<Wanted, CatalogueError> {
    let mut words = words(connection, text)?;
    words.truncate(WORDS);
    Ok(Wanted { words, open: text.chars().last().is_some_and(char::is_alphanumeric) })
}

pub(crate) fn search(connection: &Connection, request: &SearchRequest) -> Result<SearchAnswer, CatalogueError> {
    let began = Instant::now();
    let size = request.size.clamp(1, 100);
    let page = request.page.max(1);
    let wanted = wanted(connection, &request.text)?;
    // Lists, counts and documents are those of one moment.
    let moment = connection.unchecked_transaction()?;
    let (facets, listings) = found(&moment, request, &wanted, u64::from(page - 1) * u64::from(size), size)?;
    let mut document = moment.prepare_cached("SELECT document FROM listing WHERE id = ?1")?;
    let results = listings.iter().map(|id| raw(document.query_row([id], |row| row.get(0))?));
    let results = results.collect::<Result<Vec<_>, CatalogueError>>()?;
    let [categories, licenses, tags] = facets.kinds;
    Ok(SearchAnswer {
        results,
        page,
        size,
        total: facets.total,
        free: facets.free,
        categories,
        licenses,
        tags,
        took_us: u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX),
    })
}

/// Counts of all that was found, and the listings of the page.
fn found(
    connection: &Connection,
    request: &SearchRequest,
    wanted: &Wanted,
    skip: u64,
    size: u32,
) -> Result<(Facets, Vec<u32>), CatalogueError> {
    let met = filters::met(connection, request)?;
    if wanted.words.is_empty() {
        let Some(set) = met else {
            return Ok((facets::of_all(connection)?, order::of_all(connection, request.sort, skip, size)?));
        };
        let listings = set.listings();
        let facets = facets::of(connection, &listings, &set)?;
        return Ok((facets, order::of(connection, &listings, &set, request.sort, skip, size)?));
    }
    let mut matches = Matches::of(connection, wanted)?;
    if let Some(met) = met {
        matches.keep(|listing| met.has(listing));
    }
    let set: Set = matches.listings.iter().copied().collect();
    let facets = facets::of(connection, &matches.listings, &set)?;
    if request.sort != SearchOrder::Best {
        return Ok((facets, order::of(connection, &matches.listings, &set, request.sort, skip, size)?));
    }
    let skip = usize::try_from(skip).unwrap_or(usize::MAX);
    let end = skip.saturating_add(size as usize).min(matches.listings.len());
    let listings = if end > skip { matches.best(&Lengths::read(connection)?, end) } else { Vec::new() };
    Ok((facets, listings.into_iter().skip(skip).collect()))
}

pub(super) fn raw(document: Vec<u8>) -> Result<Box<RawValue>, CatalogueError> {
    let text = String::from_utf8(document).map_err(|e| CatalogueError::Document(e.to_string()))?;
    RawValue::from_string(text).map_err(|e| CatalogueError::Document(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::{Wanted, wanted};
    use crate::store::words::prepare;
    use rusqlite::Connection;

    #[test]
    fn words_are_never_operators() {
        let connection = Connection::open_in_memory().unwrap();
        prepare(&connection).unwrap();
        let asked = |text: &str, words: &[&str], open: bool| {
            let words = words.iter().map(|word| (*word).to_owned()).collect();
            assert_eq!(wanted(&connection, text).unwrap(), Wanted { words, open }, "{text}");
        };
        asked("river OR \"level\" NEAR(x", &["river", "or", "level", "near", "x"], true);
        asked("riv*", &["riv"], false);
        asked("Elbé ", &["elbe"], false);
        asked("  *\" ", &[], false);
        asked("a b c d e f g h i j k l m n", &["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"], true);
    }
}
