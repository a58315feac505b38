//! Search as the window asks for it.

use super::{WEIGHTS, facets, folded};
use crate::CatalogueError;
use protocol::{
    query::tokens,
    search::{SearchAnswer, SearchOrder, SearchRequest},
};
use rusqlite::{Connection, ToSql};
use serde_json::value::RawValue;
use std::time::Instant;

/// Listings that are ranked by how well they fit. Of a word that more of them have, the newest are ranked: a person
/// who types it narrows it down, and nobody waits.
const RANKED: u32 = 2_000;

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
            "EXISTS (SELECT 1 FROM word x WHERE x.listing = l.id AND x.field = '{field}' AND x.value IN ({}))",
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

pub(crate) fn search(connection: &Connection, request: &SearchRequest) -> Result<SearchAnswer, CatalogueError> {
    let began = Instant::now();
    let size = request.size.clamp(1, 100);
    let page = request.page.max(1);
    let words = matching(&request.text);
    let mut sql = Sql { conditions: vec!["l.listed = 1".to_owned()], values: Vec::new() };
    let ranked = words.is_some() && request.sort == SearchOrder::Best;
    let mut from = "listing l".to_owned();
    if let Some(words) = words {
        let place = sql.with(words);
        if ranked {
            from = format!(
                "(SELECT rowid AS hit, bm25(text, {WEIGHTS}) AS fit FROM text WHERE text MATCH {place}
                  ORDER BY rowid DESC LIMIT {RANKED}) JOIN listing l ON l.id = hit"
            );
        } else {
            sql.conditions.push(format!("l.id IN (SELECT rowid FROM text WHERE text MATCH {place})"));
        }
    }
    sql.one_of("category", &request.categories);
    sql.one_of("license", &request.licenses);
    sql.one_of("tag", &request.tags);
    if let Some(price) = request.price_min {
        let place = sql.with(price.to_be_bytes().to_vec());
        sql.conditions.push(format!("l.price >= {place}"));
    }
    if let Some(price) = request.price_max {
        let place = sql.with(price.to_be_bytes().to_vec());
        sql.conditions.push(format!("l.price <= {place}"));
    }
    if request.free {
        sql.conditions.push("l.free = 1".to_owned());
    }
    if let Some(owner) = request.publisher {
        let place = sql.with(owner.hex());
        sql.conditions.push(format!("l.owner = {place}"));
    }
    let order = match request.sort {
        SearchOrder::Best if ranked => "fit, l.id DESC",
        SearchOrder::Best | SearchOrder::Newest => "l.date_published DESC, l.did",
        SearchOrder::PriceUp => "l.price, l.did",
        SearchOrder::PriceDown => "l.price DESC, l.did",
        SearchOrder::Name => "l.name COLLATE NOCASE, l.did",
    };
    let condition = sql.conditions.join(" AND ");
    let parameters: Vec<&dyn ToSql> = sql.values.iter().map(AsRef::as_ref).collect();
    let parameters = parameters.as_slice();
    let skip = u64::from(page - 1) * u64::from(size);

    let rows = format!("SELECT l.document FROM {from} WHERE {condition} ORDER BY {order} LIMIT {size} OFFSET {skip}");
    let mut query = connection.prepare_cached(&rows)?;
    let documents = query.query_map(parameters, |row| row.get::<_, Vec<u8>>(0))?.collect::<Result<Vec<_>, _>>()?;
    let results = documents.into_iter().map(raw).collect::<Result<Vec<_>, _>>()?;

    let counted = format!("SELECT COUNT(*), COALESCE(SUM(l.free), 0) FROM {from} WHERE {condition}");
    let (total, free) = connection
        .prepare_cached(&counted)?
        .query_row(parameters, |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))?;
    // Facets count within what the words found; `hit` and `l.id` name the same listing.
    let within = format!("l.id IN (SELECT l.id FROM {from} WHERE {condition})");
    Ok(SearchAnswer {
        results,
        page,
        size,
        total: u64::try_from(total).unwrap_or(0),
        free: u64::try_from(free).unwrap_or(0),
        categories: facets::count(connection, "category", &within, parameters, 30)?,
        licenses: facets::count(connection, "license", &within, parameters, 20)?,
        tags: facets::count(connection, "tag", &within, parameters, 20)?,
        took_us: u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX),
    })
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
