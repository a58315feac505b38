//! Search as the window asks for it.

use super::{WEIGHTS, facets, folded};
use crate::CatalogueError;
use protocol::{
    query::tokens,
    search::{SearchAnswer, SearchOrder, SearchRequest},
};
use rusqlite::{Connection, ToSql};
use serde_json::value::RawValue;
use std::{collections::HashMap, time::Instant};

/// Listings that are ranked by how well they fit, and among which categories, licences and tags are counted. Of a
/// search that more of them meet, it is the newest: a person who types it narrows it down, and nobody waits.
const RANKED: usize = 2_000;

struct Sql {
    conditions: Vec<String>,
    values: Vec<Box<dyn ToSql>>,
}

impl Sql {
    fn with(&mut self, value: impl ToSql + 'static) -> String {
        self.values.push(Box::new(value));
        format!("?{}", self.values.len())
    }

    fn one_of(&mut self, field: &str, values: &[String]) {
        if values.is_empty() {
            return;
        }
        let places: Vec<String> = values.iter().take(64).map(|v| self.with(folded(v))).collect();
        self.conditions.push(format!(
            "l.id IN (SELECT w.listing FROM term t JOIN word w ON w.term = t.id
                      WHERE t.field = '{field}' AND t.value IN ({}))",
            places.join(", ")
        ));
    }
}

/// Words as FTS5 wants them: all of them, the last one as a beginning. Quoted, so that nothing is an operator.
fn matching(text: &str) -> Option<String> {
    let open = text.chars().last().is_some_and(char::is_alphanumeric);
    let words: Vec<String> = tokens(text).take(12).collect();
    let (last, first) = words.split_last()?;
    let mut parts: Vec<String> = first.iter().map(|w| format!("\"{w}\"")).collect();
    parts.push(if open { format!("\"{last}\"*") } else { format!("\"{last}\"") });
    Some(parts.join(" "))
}

/// What narrows a search, but for its words.
fn filters(request: &SearchRequest) -> Sql {
    let mut sql = Sql { conditions: Vec::new(), values: Vec::new() };
    sql.one_of("category", &request.categories);
    sql.one_of("license", &request.licenses);
    sql.one_of("tag", &request.tags);
    for (price, comparison) in [(request.price_min, ">="), (request.price_max, "<=")] {
        if let Some(price) = price {
            let place = sql.with(price.to_be_bytes().to_vec());
            sql.conditions.push(format!("l.price {comparison} {place}"));
        }
    }
    if request.free {
        sql.conditions.push("l.free = 1".to_owned());
    }
    if let Some(owner) = request.publisher {
        let place = sql.with(owner.hex());
        sql.conditions.push(format!("l.owner = {place}"));
    }
    sql
}

/// A listing that was found, and how well it fits: the less, the better.
struct Hit {
    listing: i64,
    fit: f64,
}

/// The newest listings that fit, [`RANKED`] of them, the newest first.
fn hits(
    connection: &Connection,
    from: &str,
    condition: &str,
    order: &str,
    values: &[&dyn ToSql],
) -> Result<Vec<Hit>, CatalogueError> {
    let sql = format!("SELECT l.id FROM {from} WHERE {condition} ORDER BY {order} LIMIT {RANKED}");
    let mut query = connection.prepare_cached(&sql)?;
    let rows = query.query_map(values, |row| Ok(Hit { listing: row.get(0)?, fit: 0.0 }))?;
    Ok(rows.collect::<Result<Vec<_>, _>>()?)
}

/// Says how well each fits. Of words that few have, by how rare they are and where they stand. To weigh a word that
/// very many have, the index reads all of these; then only the title counts, and after it what is newer.
fn rank(connection: &Connection, hits: &mut [Hit], words: &str, all_match: bool) -> Result<(), CatalogueError> {
    let Some(oldest) = hits.iter().map(|hit| hit.listing).min() else { return Ok(()) };
    let few = all_match && hits.len() < RANKED;
    let (fit, words) = if few {
        (format!("bm25(text, {WEIGHTS})"), words.to_owned())
    } else {
        ("-1.0".to_owned(), format!("{{name}} : ({words})"))
    };
    let most = 2 * RANKED;
    let sql =
        format!("SELECT rowid, {fit} FROM text WHERE text MATCH ?1 AND rowid >= ?2 ORDER BY rowid DESC LIMIT {most}");
    let mut query = connection.prepare_cached(&sql)?;
    let rows = query.query_map(rusqlite::params![words, oldest], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let fits: HashMap<i64, f64> = rows.collect::<Result<_, _>>()?;
    for hit in hits {
        hit.fit = fits.get(&hit.listing).copied().unwrap_or_default();
    }
    Ok(())
}

pub(crate) fn search(connection: &Connection, request: &SearchRequest) -> Result<SearchAnswer, CatalogueError> {
    let began = Instant::now();
    let size = request.size.clamp(1, 100);
    let page = request.page.max(1);
    let skip = u64::from(page - 1) * u64::from(size);
    let words = matching(&request.text);
    let ranked = words.is_some() && request.sort == SearchOrder::Best;
    let mut sql = filters(request);
    let everything = sql.conditions.is_empty();
    sql.conditions.push("l.listed = 1".to_owned());
    let mut from = "listing l".to_owned();
    let mut newest = "l.date_published DESC, l.did";
    let by_words = words.is_some();
    let words_alone = words.clone();
    if let Some(words) = words {
        let place = sql.with(words);
        // CROSS: the words lead, since the index gives them newest first without sorting.
        from = "text CROSS JOIN listing l ON l.id = text.rowid".to_owned();
        sql.conditions.push(format!("text MATCH {place}"));
        newest = "text.rowid DESC";
    }
    let condition = sql.conditions.join(" AND ");
    let values: Vec<&dyn ToSql> = sql.values.iter().map(AsRef::as_ref).collect();
    let values = values.as_slice();

    let whole = everything && !by_words;
    let mut hits = if whole { Vec::new() } else { hits(connection, &from, &condition, newest, values)? };
    if ranked {
        rank(connection, &mut hits, words_alone.as_deref().unwrap_or_default(), everything)?;
    }
    let mut facets = if whole {
        facets::of_all(connection)?
    } else {
        facets::of(connection, &hits.iter().map(|hit| hit.listing).collect::<Vec<_>>())?
    };
    let counted = facets.total;
    if !whole && hits.len() == RANKED {
        facets.total = count(connection, by_words && everything, &from, &condition, values)?;
    }
    let results = if ranked && (facets.total == counted || skip + u64::from(size) <= RANKED as u64) {
        hits.sort_by(|a, b| a.fit.total_cmp(&b.fit).then_with(|| b.listing.cmp(&a.listing)));
        let skip = usize::try_from(skip).unwrap_or(usize::MAX);
        let mut document = connection.prepare_cached("SELECT document FROM listing WHERE id = ?1")?;
        let page = hits.iter().skip(skip).take(size as usize);
        page.map(|hit| Ok(document.query_row([hit.listing], |row| row.get::<_, Vec<u8>>(0))?))
            .collect::<Result<Vec<_>, CatalogueError>>()?
    } else {
        let order = match request.sort {
            // Behind what is ranked, the newest first.
            SearchOrder::Best | SearchOrder::Newest => newest,
            SearchOrder::PriceUp => "l.price, l.did",
            SearchOrder::PriceDown => "l.price DESC, l.did",
            SearchOrder::Name => "l.name, l.did",
        };
        let rows =
            format!("SELECT l.document FROM {from} WHERE {condition} ORDER BY {order} LIMIT {size} OFFSET {skip}");
        let mut query = connection.prepare_cached(&rows)?;
        query.query_map(values, |row| row.get::<_, Vec<u8>>(0))?.collect::<Result<Vec<_>, _>>()?
    };
    Ok(SearchAnswer {
        results: results.into_iter().map(raw).collect::<Result<Vec<_>, _>>()?,
        page,
        size,
        total: facets.total,
        free: facets.free,
        categories: facets.categories,
        licenses: facets.licenses,
        tags: facets.tags,
        took_us: u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX),
    })
}

/// How many fit. Words alone are counted in their index; what is unlisted is not in it.
fn count(
    connection: &Connection,
    words_alone: bool,
    from: &str,
    condition: &str,
    values: &[&dyn ToSql],
) -> Result<u64, CatalogueError> {
    let sql = if words_alone {
        "SELECT COUNT(*) FROM text WHERE text MATCH ?1".to_owned()
    } else {
        format!("SELECT COUNT(*) FROM {from} WHERE {condition}")
    };
    let total: i64 = connection.prepare_cached(&sql)?.query_row(values, |row| row.get(0))?;
    Ok(u64::try_from(total).unwrap_or(0))
}

pub(super) fn raw(document: Vec<u8>) -> Result<Box<RawValue>, CatalogueError> {
    let text = String::from_utf8(document).map_err(|e| CatalogueError::Document(e.to_string()))?;
    RawValue::from_string(text).map_err(|e| CatalogueError::Document(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::matching;

    #[test]
    fn words_are_never_operators() {
        assert_eq!(
            matching("river OR \"level\" NEAR(x"),
            Some("\"river\" \"or\" \"level\" \"near\" \"x\"*".to_owned())
        );
        assert_eq!(matching("elbe "), Some("\"elbe\"".to_owned()));
        assert_eq!(matching("  *\" "), None);
    }
}
