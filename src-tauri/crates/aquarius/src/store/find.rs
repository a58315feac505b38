//! The query language of Aquarius (PROTOCOL 6), translated to SQL. [`protocol::query::Query::matches`] says what it
//! means; a test compares the two.

use super::{WEIGHTS, folded, search::raw};
use crate::CatalogueError;
use protocol::query::{DateRange, Direction, Search, SortKey, tokens};
use rusqlite::{Connection, ToSql};
use serde_json::value::RawValue;

/// What a query found.
pub(crate) struct Found {
    pub(crate) documents: Vec<Box<RawValue>>,
    pub(crate) total: u64,
}

struct Sql {
    conditions: Vec<String>,
    values: Vec<Box<dyn ToSql>>,
}

impl Sql {
    fn with(&mut self, value: impl ToSql + 'static) -> String {
        self.values.push(Box::new(value));
        format!("?{}", self.values.len())
    }

    fn places(&mut self, values: &[String]) -> String {
        values.iter().map(|value| self.with(folded(value))).collect::<Vec<_>>().join(", ")
    }

    fn column(&mut self, column: &str, values: &[String]) {
        if !values.is_empty() {
            let places = self.places(values);
            self.conditions.push(format!("l.{column} IN ({places})"));
        }
    }

    fn words(&mut self, field: &str, values: &[String]) {
        if !values.is_empty() {
            let places = self.places(values);
            self.conditions.push(format!(
                "l.id IN (SELECT w.listing FROM term t JOIN word w ON w.term = t.id
                  WHERE t.field = '{field}' AND t.value IN ({places}))"
            ));
        }
    }

    fn dates(&mut self, column: &str, range: Option<DateRange>) {
        let Some(range) = range else { return };
        self.conditions.push(format!("l.{column} IS NOT NULL"));
        for (end, comparison) in [(range.from, ">="), (range.to, "<=")] {
            if let Some(end) = end {
                let place = self.with(end);
                self.conditions.push(format!("l.{column} {comparison} {place}"));
            }
        }
    }
}

/// Any word of any of the texts, in these columns of the index; quoted, so that nothing is an operator.
fn any_word(columns: &str, texts: &[String]) -> Option<String> {
    let words: Vec<String> = texts.iter().flat_map(|text| tokens(text)).map(|w| format!("\"{w}\"")).collect();
    (!words.is_empty()).then(|| format!("({columns}({}))", words.join(" OR ")))
}

pub(crate) fn find(connection: &Connection, search: &Search) -> Result<Found, CatalogueError> {
    let query = &search.query;
    let mut sql = Sql { conditions: vec!["l.listed = 1".to_owned()], values: Vec::new() };
    sql.column("license", &query.license);
    sql.column("kind", &query.metadata_type);
    sql.column("update_frequency", &query.update_frequency);
    sql.words("category", &query.categories);
    sql.words("tag", &query.tags);
    sql.words("service", &query.service_type);
    sql.words("sample", &query.sample);
    let owners: Vec<String> = query.publisher.iter().map(protocol::Address::hex).collect();
    sql.column("owner", &owners);
    if let Some(range) = query.price {
        for (end, comparison) in [(range.from, ">="), (range.to, "<=")] {
            let place = sql.with(end.to_be_bytes().to_vec());
            sql.conditions.push(format!("l.price {comparison} {place}"));
        }
    }
    sql.dates("created", query.created);
    sql.dates("date_created", query.date_created);
    sql.dates("date_published", query.date_published);

    let mut order: Vec<String> = Vec::new();
    for step in &search.sort {
        let column = match step.key {
            SortKey::Created => "l.created",
            SortKey::DateCreated => "l.date_created",
            SortKey::DatePublished => "l.date_published",
            SortKey::Price => "l.price",
            SortKey::Rating => "l.rating",
            SortKey::Name => "l.name",
            SortKey::Author => "l.author",
            SortKey::License => "l.license",
            SortKey::Id => "l.did",
        };
        let direction = if step.direction == Direction::Ascending { "" } else { " DESC" };
        order.push(format!("{column}{direction}"));
    }
    let mut from = "listing l";
    let words = [any_word("{name description} : ", &query.text), any_word("", &query.anywhere)];
    let words: Vec<String> = words.into_iter().flatten().collect();
    if !words.is_empty() {
        from = "text CROSS JOIN listing l ON l.id = text.rowid";
        let place = sql.with(words.join(" AND "));
        sql.conditions.push(format!("text MATCH {place}"));
        if order.is_empty() {
            order.push(format!("bm25(text, {WEIGHTS})"));
        }
    }
    order.push("l.did".to_owned());
    let condition = sql.conditions.join(" AND ");
    let parameters: Vec<&dyn ToSql> = sql.values.iter().map(AsRef::as_ref).collect();
    let counted = format!("SELECT COUNT(*) FROM {from} WHERE {condition}");
    let total: i64 = connection.prepare_cached(&counted)?.query_row(parameters.as_slice(), |row| row.get(0))?;
    let total = u64::try_from(total).unwrap_or(0);
    let skipped = search.page.skipped();
    // Nothing is sorted for a page behind the last one, whose number may be larger than any that SQLite reads.
    if skipped >= total {
        return Ok(Found { documents: Vec::new(), total });
    }
    let rows = format!(
        "SELECT l.document FROM {from} WHERE {condition} ORDER BY {} LIMIT {} OFFSET {}",
        order.join(", "),
        search.page.size,
        skipped
    );
    let mut query = connection.prepare_cached(&rows)?;
    let documents =
        query.query_map(parameters.as_slice(), |row| row.get::<_, Vec<u8>>(0))?.collect::<Result<Vec<_>, _>>()?;
    let documents = documents.into_iter().map(raw).collect::<Result<Vec<_>, _>>()?;
    Ok(Found { documents, total })
}
