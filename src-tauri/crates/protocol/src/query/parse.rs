//! Reading the query language from JSON and from the parameters of a URL.

use super::{DEFAULT_PAGE_SIZE, DateRange, MAX_PAGE_SIZE, MAX_VALUES, Page, PriceRange, Query, Search, SortBy};
use crate::{
    Vodka,
    date::{format_date, parse_date, parse_date_tolerant},
    json::{JsonError, Node},
};

/// Bytes a query may have.
const MAX_QUERY_BYTES: usize = 64 << 10;
/// Characters a value may have.
const MAX_VALUE_CHARS: usize = 1_000;

/// Why a query cannot be answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// No JSON, too large, or nested too deep.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// A part that has to be an object is none.
    #[error("{0} is no object")]
    NotAnObject(&'static str),
    /// A key that is not in the language; the words are those of Aquarius.
    #[error("The key {0} is not supported by OceanDB.")]
    UnknownKey(String),
    /// A value of the wrong kind.
    #[error("the values of {key} are {expected}")]
    Value {
        /// The key.
        key: String,
        /// What they should be, for people.
        expected: &'static str,
    },
    /// Too many values, or too long ones.
    #[error("{0} has too many or too long values")]
    TooMuch(String),
    /// A page before the first, or a size of nothing.
    #[error("pages are counted from 1 and have from 1 to {MAX_PAGE_SIZE} results")]
    Page,
}

impl Search {
    /// Reads the body of `POST …/query`: `{"query":{…},"sort":{…},"offset":100,"page":1}`. `now` (seconds since 1970)
    /// is what `today` and `lastWeek` are counted from.
    pub fn parse(body: &[u8], now: i64) -> Result<Self, QueryError> {
        let body = Node::parse_within(body, MAX_QUERY_BYTES)?;
        if !body.is_object() {
            return Err(QueryError::NotAnObject("the query"));
        }
        let query = match body.get("query") {
            None | Some(Node::Null) => Query::default(),
            Some(query) => Query::from_node(query, now)?,
        };
        let sort = match body.get("sort") {
            None | Some(Node::Null) => Vec::new(),
            Some(sort) => sort_of(sort)?,
        };
        Ok(Self { query, sort, page: Page::of(body.get("page"), body.get("offset"))? })
    }

    /// Reads the parameters of `GET …/query?text=…&sort={…}&offset=…&page=…`.
    pub fn of_parameters(
        text: Option<&str>,
        sort: Option<&str>,
        offset: Option<&str>,
        page: Option<&str>,
    ) -> Result<Self, QueryError> {
        let text = text.map(str::trim).filter(|text| !text.is_empty() && *text != "*");
        let sort = match sort.filter(|sort| !sort.is_empty()) {
            Some(sort) => sort_of(&Node::parse_within(sort.as_bytes(), MAX_QUERY_BYTES)?)?,
            None => Vec::new(),
        };
        let number = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(Node::text);
        let anywhere = text.map(|text| bounded("text", text)).transpose()?;
        Ok(Self {
            query: Query { anywhere: anywhere.into_iter().collect(), ..Query::default() },
            sort,
            page: Page::of(number(page).as_ref(), number(offset).as_ref())?,
        })
    }
}

impl Page {
    fn of(page: Option<&Node>, offset: Option<&Node>) -> Result<Self, QueryError> {
        let number = |node: Option<&Node>, default| match node {
            None | Some(Node::Null) => Ok(default),
            Some(node) => node.as_u64().filter(|n| *n > 0).ok_or(QueryError::Page),
        };
        // Some clients ask for very large pages to get everything; they get the largest there is.
        let size = number(offset, DEFAULT_PAGE_SIZE)?.min(MAX_PAGE_SIZE);
        Ok(Self { number: number(page, 1)?, size })
    }
}

impl Query {
    /// Reads the query's object.
    pub fn from_node(node: &Node, now: i64) -> Result<Self, QueryError> {
        if !node.is_object() {
            return Err(QueryError::NotAnObject("query"));
        }
        let mut query = Self::default();
        for (key, value) in node.members() {
            let texts = || texts_of(key, value);
            match key.as_str() {
                "text" => query.text = texts()?,
                "anywhere" => query.anywhere = texts()?,
                "license" => query.license = texts()?,
                "categories" => query.categories = texts()?,
                "tags" => query.tags = texts()?,
                "metadata_type" => query.metadata_type = texts()?,
                "service_type" | "type" => query.service_type.extend(texts()?),
                "updateFrequency" => query.update_frequency = texts()?,
                "sample" => query.sample = texts()?,
                "publisher" => {
                    let wrong = QueryError::Value { key: key.clone(), expected: "addresses" };
                    let addresses = texts()?.iter().map(|text| text.parse()).collect::<Result<_, _>>();
                    query.publisher = addresses.map_err(|_| wrong)?;
                }
                "price" => query.price = price_range(key, value)?,
                "created" => query.created = date_range(key, value, now)?,
                "dateCreated" => query.date_created = date_range(key, value, now)?,
                "datePublished" => query.date_published = date_range(key, value, now)?,
                _ => return Err(QueryError::UnknownKey(key.clone())),
            }
        }
        Ok(query)
    }
}

fn sort_of(sort: &Node) -> Result<Vec<SortBy>, QueryError> {
    if !sort.is_object() {
        return Err(QueryError::NotAnObject("sort"));
    }
    if sort.members().len() > MAX_VALUES {
        return Err(QueryError::TooMuch("sort".to_owned()));
    }
    Ok(sort.members().iter().filter_map(|(path, direction)| SortBy::from_member(path, direction)).collect())
}

/// One value may stand without a list around it.
fn values<'a>(key: &str, value: &'a Node) -> Result<&'a [Node], QueryError> {
    let values = match value {
        Node::List(values) => values.as_slice(),
        one => std::slice::from_ref(one),
    };
    if values.len() > MAX_VALUES { Err(QueryError::TooMuch(key.to_owned())) } else { Ok(values) }
}

fn texts_of(key: &str, value: &Node) -> Result<Vec<String>, QueryError> {
    let wrong = || QueryError::Value { key: key.to_owned(), expected: "texts" };
    let mut texts = Vec::new();
    for value in values(key, value)? {
        let text = value.as_text().ok_or_else(wrong)?.trim();
        if !text.is_empty() {
            texts.push(bounded(key, text)?);
        }
    }
    Ok(texts)
}

fn bounded(key: &str, text: &str) -> Result<String, QueryError> {
    if text.chars().count() > MAX_VALUE_CHARS {
        return Err(QueryError::TooMuch(key.to_owned()));
    }
    Ok(text.to_owned())
}

/// One value is that price, two are from and to.
fn price_range(key: &str, value: &Node) -> Result<Option<PriceRange>, QueryError> {
    let wrong = || QueryError::Value { key: key.to_owned(), expected: "one or two whole numbers of vodka" };
    let price = |node: &Node| -> Result<Vodka, QueryError> {
        match node {
            Node::Text(text) | Node::Number(text) => text.trim().parse().map_err(|_| wrong()),
            _ => Err(wrong()),
        }
    };
    Ok(match values(key, value)? {
        [] => None,
        [only] => Some(PriceRange { from: price(only)?, to: price(only)? }),
        [from, to] => Some(PriceRange { from: price(from)?, to: price(to)? }),
        _ => return Err(wrong()),
    })
}

/// Two dates are from and to; older drivers wrote words instead.
fn date_range(key: &str, value: &Node, now: i64) -> Result<Option<DateRange>, QueryError> {
    let wrong = || QueryError::Value {
        key: key.to_owned(),
        expected: "one or two dates like 2019-02-08T08:13:49Z, or today, lastWeek, lastMonth, lastYear",
    };
    let texts = texts_of(key, value)?;
    let spans: Vec<i64> = texts.iter().filter_map(|text| days_of(text)).collect();
    if !spans.is_empty() {
        // Alternatives: the longest one contains the others.
        let longest = spans.iter().max().copied().filter(|_| spans.len() == texts.len()).ok_or_else(wrong)?;
        return Ok(Some(DateRange { from: Some(now.saturating_sub(longest * 86_400)), to: None }));
    }
    let date = |text: &String| parse_date_tolerant(text).ok_or_else(wrong);
    Ok(match texts.as_slice() {
        [] => None,
        [from] => Some(DateRange { from: Some(date(from)?), to: None }),
        [from, to] => {
            // A day alone includes all of it.
            let rest = if to.len() == 10 { 86_399 } else { 0 };
            Some(DateRange { from: Some(date(from)?), to: Some(date(to)? + rest) })
        }
        _ => return Err(wrong()),
    })
}

fn days_of(word: &str) -> Option<i64> {
    match word {
        "today" => Some(1),
        "lastWeek" => Some(7),
        "lastMonth" => Some(30),
        "lastYear" => Some(365),
        _ => None,
    }
}

/// A date as documents write it, at the nearest end of what can be written.
pub(super) fn clamped_date(seconds: Option<i64>) -> String {
    const FIRST: &str = "0000-01-01T00:00:00Z";
    const LAST: &str = "9999-12-31T23:59:59Z";
    let seconds = seconds.unwrap_or_default();
    let nearest = if Some(seconds) < parse_date(FIRST) { FIRST } else { LAST };
    format_date(seconds).unwrap_or_else(|| nearest.to_owned())
}
