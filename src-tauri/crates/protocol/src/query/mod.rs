//! What a catalogue is asked: the query language of Aquarius (PROTOCOL 6) as types, and what it means.
//!
//! Values within a key are alternatives, different keys must all hold. [`Query::matches`] is the reference; a
//! catalogue with an index must answer alike.

mod matching;
mod order;
mod parse;

pub use matching::tokens;
pub use order::{Direction, SortBy, SortKey};
pub use parse::QueryError;

use crate::{Address, Vodka, json::Node};

/// Values per key at most.
pub const MAX_VALUES: usize = 64;
/// Results per page at most.
pub const MAX_PAGE_SIZE: u64 = 1_000;
/// Results per page where nothing is said.
pub const DEFAULT_PAGE_SIZE: u64 = 100;

/// Conditions on listings. The default matches every listing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// Words in name or description.
    pub text: Vec<String>,
    /// Words anywhere in the metadata: the search of `GET …/query?text=`.
    pub anywhere: Vec<String>,
    /// Licenses.
    pub license: Vec<String>,
    /// Categories.
    pub categories: Vec<String>,
    /// Tags.
    pub tags: Vec<String>,
    /// Types of the metadata: `dataset`.
    pub metadata_type: Vec<String>,
    /// Types of services: `access`.
    pub service_type: Vec<String>,
    /// How often the data change.
    pub update_frequency: Vec<String>,
    /// Types of links: `sample`.
    pub sample: Vec<String>,
    /// Owners; ours, not of Aquarius.
    pub publisher: Vec<Address>,
    /// The price in vodka, both ends included.
    pub price: Option<PriceRange>,
    /// When the document was made.
    pub created: Option<DateRange>,
    /// When the data were made.
    pub date_created: Option<DateRange>,
    /// When the listing was published.
    pub date_published: Option<DateRange>,
}

/// Prices from and to, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PriceRange {
    /// At least.
    pub from: Vodka,
    /// At most.
    pub to: Vodka,
}

impl PriceRange {
    /// The largest price there is.
    pub const MAX: Vodka = Vodka(ruint::aliases::U256::MAX);

    /// What costs nothing.
    pub const FREE: Self = Self { from: Vodka::ZERO, to: Vodka::ZERO };
}

/// Points in time from and to in seconds since 1970, both included; an absent end is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DateRange {
    /// Not before.
    pub from: Option<i64>,
    /// Not after.
    pub to: Option<i64>,
}

impl DateRange {
    /// Whether a point in time lies within.
    pub fn contains(&self, seconds: i64) -> bool {
        self.from.is_none_or(|from| from <= seconds) && self.to.is_none_or(|to| seconds <= to)
    }
}

/// A page of results. Aquarius calls the page's size `offset`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// From 1.
    pub number: u64,
    /// Results per page.
    pub size: u64,
}

impl Default for Page {
    fn default() -> Self {
        Self { number: 1, size: DEFAULT_PAGE_SIZE }
    }
}

impl Page {
    /// How many results are on the pages before.
    pub fn skipped(&self) -> u64 {
        self.number.saturating_sub(1).saturating_mul(self.size)
    }

    /// How many pages that many results fill.
    pub fn pages(&self, results: u64) -> u64 {
        results.div_ceil(self.size.max(1))
    }
}

/// A query with its order and page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Search {
    /// What is looked for.
    pub query: Query,
    /// In which order; empty is the best match first, and the id where nothing is searched for.
    pub sort: Vec<SortBy>,
    /// Which page.
    pub page: Page,
}

impl Search {
    /// The body of `POST …/query` for any Aquarius. [`Query::publisher`] and [`Query::anywhere`], which Aquarius does
    /// not know there, are left out unless they are asked for.
    pub fn to_body(&self, with_own_keys: bool) -> String {
        let sort = self.sort.iter().map(|by| {
            let direction = if by.direction == Direction::Ascending { "1" } else { "-1" };
            (by.key.path(), Node::Number(direction.to_owned()))
        });
        let mut body = Node::object([("query", self.query.to_node(with_own_keys))]);
        if !self.sort.is_empty() {
            body.set("sort", Node::object(sort));
        }
        body.set("offset", Node::number(self.page.size));
        body.set("page", Node::number(self.page.number));
        body.to_json()
    }
}

impl Query {
    /// Whether it matches every listing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn to_node(&self, with_own_keys: bool) -> Node {
        let mut node = Node::Object(Vec::new());
        for (key, values) in [
            ("text", &self.text),
            ("license", &self.license),
            ("categories", &self.categories),
            ("tags", &self.tags),
            ("metadata_type", &self.metadata_type),
            ("service_type", &self.service_type),
            ("updateFrequency", &self.update_frequency),
            ("sample", &self.sample),
        ] {
            if !values.is_empty() {
                node.set(key, Node::texts(values));
            }
        }
        if let Some(price) = self.price {
            node.set("price", Node::texts([price.from.to_string(), price.to.to_string()]));
        }
        for (key, range) in
            [("created", self.created), ("dateCreated", self.date_created), ("datePublished", self.date_published)]
        {
            if let Some(range) = range {
                let open = [i64::MIN, i64::MAX].map(|end| parse::clamped_date(Some(end)));
                let from = range.from.map_or(open[0].clone(), |from| parse::clamped_date(Some(from)));
                let to = range.to.map_or(open[1].clone(), |to| parse::clamped_date(Some(to)));
                node.set(key, Node::texts([from, to]));
            }
        }
        if with_own_keys {
            if !self.anywhere.is_empty() {
                node.set("anywhere", Node::texts(&self.anywhere));
            }
            if !self.publisher.is_empty() {
                node.set("publisher", Node::texts(self.publisher.iter().map(Address::to_string)));
            }
        }
        node
    }
}

#[cfg(test)]
mod tests;
