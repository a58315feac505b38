//! Finding and reading listings.

use crate::Block;
use protocol::{Address, Checksum, Did, Sentence, Vodka};
use serde::{Deserialize, Serialize};

/// What to look for. All parts narrow the result; empty ones do not.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SearchQuery {
    /// Words; the last one also matches as a beginning.
    pub text: String,
    /// Any of these categories.
    pub categories: Vec<String>,
    /// Any of these licences.
    pub licenses: Vec<String>,
    /// Any of these tags.
    pub tags: Vec<String>,
    /// From this price on.
    pub price_min: Option<Vodka>,
    /// Up to this price.
    pub price_max: Option<Vodka>,
    /// Only what costs nothing.
    pub free: bool,
    /// Only of this publisher.
    pub publisher: Option<Address>,
    /// In what order.
    pub sort: Sort,
    /// From 1.
    pub page: u32,
    /// Rows on a page; 0 is 20, at most 100.
    pub size: u32,
}

/// In what order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
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

/// One page of what was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SearchPage {
    /// The rows.
    pub results: Vec<ListingRow>,
    /// From 1.
    pub page: u32,
    /// Rows on a page.
    pub size: u32,
    /// Rows on all pages.
    pub total: u64,
    /// How many listings there are by category.
    pub categories: Vec<FacetCount>,
    /// By licence.
    pub licenses: Vec<FacetCount>,
    /// By tag, the commonest 20.
    pub tags: Vec<FacetCount>,
    /// How many of the total cost nothing.
    pub free: u64,
    /// Microseconds the catalogue took.
    pub took_us: u64,
}

/// A value and how many listings have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FacetCount {
    /// The value.
    pub value: String,
    /// How many.
    pub count: u64,
}

/// A listing as one row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ListingRow {
    /// Its number.
    pub did: Did,
    /// What it is called.
    pub name: String,
    /// One sentence, plain text.
    pub summary: String,
    /// Who made it.
    pub author: String,
    /// The licence's name.
    pub license: String,
    /// Its price.
    pub price: Vodka,
    /// Kinds of its files: "CSV".
    pub formats: Vec<String>,
    /// Bytes of all its files, where all are known.
    pub bytes: Option<u64>,
    /// Its categories.
    pub categories: Vec<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// When it was published, RFC 3339.
    pub published: String,
    /// Whether it is one's own.
    pub own: bool,
    /// Whether it is in one's library.
    pub owned: bool,
}

/// A listing, whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ListingView {
    /// The row.
    pub row: ListingRow,
    /// The description.
    pub description: Vec<Block>,
    /// Its files.
    pub files: Vec<FileView>,
    /// Its columns, where the publisher described them.
    pub columns: Vec<ColumnView>,
    /// The licence in one sentence.
    pub license_sentence: Sentence,
    /// The licence's full text, where it has a known address.
    pub license_url: Option<String>,
    /// When the data was made, RFC 3339.
    pub created: String,
    /// Further links.
    pub links: Vec<LinkView>,
    /// What it takes to open it.
    pub terms: TermsView,
    /// The services that can be bought, the one that is bought without a choice first. They cost the same.
    #[serde(default)]
    pub services: Vec<ServiceView>,
    /// When the listing was changed last, as it says, RFC 3339.
    #[serde(default)]
    pub changed: Option<String>,
    /// Whether contents and listing are what was registered.
    pub integrity: IntegrityView,
    /// Whether the publisher's computer answers; `None` while asking.
    pub publisher_online: Option<bool>,
    /// Whether it can be found by search.
    pub listed: bool,
    /// Below the surface.
    pub depth: ListingDepth,
}

/// A file of a listing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileView {
    /// From 0.
    pub index: u64,
    /// Its name, safe to show and to save under.
    pub name: String,
    /// Its media type.
    pub content_type: String,
    /// Its kind for people: "CSV".
    pub format: String,
    /// Bytes, where known.
    pub bytes: Option<u64>,
    /// SHA-256 in hex, where the publisher committed to it; without it nothing can be verified.
    pub sha256: Option<String>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnView {
    /// Its name.
    pub name: String,
    /// What it means.
    pub meaning: String,
    /// Its unit, "" where it has none.
    pub unit: String,
    /// How its values spread: up to 12 bars, 0 to 100; empty where unknown.
    pub profile: Vec<u8>,
    /// How many of 1000 rows have a value; `None` where unknown.
    pub filled_permille: Option<u16>,
}

/// A link to somewhere else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkView {
    /// Its name.
    pub name: String,
    /// Where to; http or https.
    pub url: String,
}

/// The agreement's rule about time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermsView {
    /// Blocks after which the money can be taken back; 0 is never.
    pub opens_within_blocks: u64,
    /// The same in seconds at the network's present pace; 0 is never.
    pub opens_within_seconds: u64,
    /// Seconds one may fetch it after buying; 0 is for ever.
    pub access_seconds: u64,
}

/// A service of a listing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceView {
    /// Its number within the listing.
    pub index: u64,
    /// What it takes to open it.
    pub terms: TermsView,
}

/// What was checked, and what came out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "integrity", rename_all = "snake_case")]
pub enum IntegrityView {
    /// The listing is the registered one, and every file has a hash.
    Verified {
        /// By which rule.
        rule: String,
    },
    /// The listing is the registered one, but a file has no hash.
    ListingOnly {
        /// By which rule.
        rule: String,
    },
    /// No known rule gives the registered checksum.
    Unproven,
    /// The listing is not the registered one.
    Broken,
}

/// The ids behind a listing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListingDepth {
    /// Who owns it.
    pub owner: Option<Address>,
    /// Who provides it.
    pub providers: Vec<Address>,
    /// The registered checksum.
    pub checksum: Option<Checksum>,
    /// The block it was registered or changed in.
    pub block: u64,
    /// The contract template.
    pub template: String,
    /// The gateway's address.
    pub gateway: String,
    /// The whole document, as stored.
    pub document: String,
}
