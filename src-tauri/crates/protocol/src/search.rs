//! Search as the window asks for it: an extension of the catalogue's interface (`POST …/assets/search`). Catalogues
//! that do not have it are asked in the query language of [`crate::query`].

use crate::{Address, Vodka};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// In what order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SearchOrder {
    /// What fits the words best; without words, the newest.
    #[default]
    Best,
    /// The newest first.
    Newest,
    /// The cheapest first.
    PriceUp,
    /// The dearest first.
    PriceDown,
    /// By name.
    Name,
}

/// What is looked for; every part narrows the result, empty ones do not.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct SearchRequest {
    /// Words, all of them; the last one also matches as a beginning.
    pub text: String,
    /// Any of these.
    pub categories: Vec<String>,
    /// Any of these.
    pub licenses: Vec<String>,
    /// Any of these.
    pub tags: Vec<String>,
    /// From this price on, in vodka.
    pub price_min: Option<Vodka>,
    /// Up to this price, in vodka.
    pub price_max: Option<Vodka>,
    /// Only what costs nothing.
    pub free: bool,
    /// Only of this owner.
    pub publisher: Option<Address>,
    /// In what order.
    pub sort: SearchOrder,
    /// From 1.
    pub page: u32,
    /// Rows on a page, 1 to 100.
    pub size: u32,
}

/// A value and how many listings have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facet {
    /// The value.
    pub value: String,
    /// How many.
    pub count: u64,
}

/// What was found. Documents are as the catalogue keeps them, byte for byte.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SearchAnswer {
    /// The listings of this page.
    pub results: Vec<Box<RawValue>>,
    /// From 1.
    pub page: u32,
    /// Rows on a page.
    pub size: u32,
    /// Rows on all pages.
    pub total: u64,
    /// How many by category, the commonest 30. All that was found is counted, here and in the others.
    pub categories: Vec<Facet>,
    /// How many by licence, the commonest 20.
    pub licenses: Vec<Facet>,
    /// How many by tag, the commonest 20.
    pub tags: Vec<Facet>,
    /// How many cost nothing.
    pub free: u64,
    /// Microseconds the catalogue took.
    pub took_us: u64,
}

/// How long an owner's signature over a change ([`crate::brizo_messages::Message::CatalogueChange`]) is good for, in
/// seconds. The header [`SIGNATURE_HEADER`] carries it, [`TIME_HEADER`] its time in seconds since 1970.
pub const CHANGE_WINDOW_SECONDS: i64 = 300;

/// Carries the owner's signature over a change.
pub const SIGNATURE_HEADER: &str = "x-neuston-signature";

/// Carries the time that the owner signed.
pub const TIME_HEADER: &str = "x-neuston-time";
