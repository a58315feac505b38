//! Publishing: drafts, looking into files, progress, one's own listings.

use crate::ColumnView;
use protocol::{Did, Sentence, Vodka};
use serde::{Deserialize, Serialize};

/// Where a file comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FileSource {
    /// A file on this computer; it stays here.
    Local {
        /// Where it is.
        path: String,
    },
    /// An address on the web; buyers never see it.
    Link {
        /// http or https.
        url: String,
    },
}

/// What a look into a file found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FilePreview {
    /// What was looked into.
    pub source: FileSource,
    /// Its name.
    pub name: String,
    /// Its media type.
    pub content_type: String,
    /// Its kind for people: "CSV".
    pub format: String,
    /// Bytes, where known.
    pub bytes: Option<u64>,
    /// SHA-256 in hex, where it could be computed.
    pub sha256: Option<String>,
    /// Rows, where it is a table.
    pub rows: Option<u64>,
    /// Its columns, where it is a table.
    pub columns: Vec<ColumnView>,
    /// What a person should know before listing it: "This link answers with a web page, not with data."
    pub warning: Option<Sentence>,
}

/// A listing being written.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Draft {
    /// Its number; 0 before it is kept.
    pub id: u64,
    /// What it is called.
    pub name: String,
    /// Who made it.
    pub author: String,
    /// What it is, in Markdown.
    pub description: String,
    /// The licence: an SPDX id or a name of one's own.
    pub license: String,
    /// The price in OCEAN as typed: "12.5"; "0" is free.
    pub price: String,
    /// Its files.
    pub files: Vec<FileSource>,
    /// Its columns.
    pub columns: Vec<ColumnView>,
    /// Its categories.
    pub categories: Vec<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// When the data was made, `YYYY-MM-DDTHH:MM:SSZ`; "" is now.
    pub created: String,
    /// Seconds to open a purchase before the money goes back; 0 is the network's default.
    pub deliver_within_seconds: u64,
    /// Seconds a buyer may fetch it; 0 is for ever.
    pub access_seconds: u64,
    /// When it was last kept, RFC 3339.
    pub saved: String,
}

/// Where a publication stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PublishStep {
    /// Files are read and hashed.
    Reading,
    /// The list of files is encrypted with the key servers.
    Encrypting,
    /// The listing is registered on the chain.
    Registering,
    /// The listing goes to the catalogue.
    Listing,
    /// Done: it can be found.
    Listed,
    /// It cannot go on; `trouble` says why. Nothing is lost.
    Failed,
}

/// A publication under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicationView {
    /// Its number.
    pub id: u64,
    /// What it is called.
    pub name: String,
    /// The draft it is made of, to which one goes back when it fails; 0 where none was kept.
    #[serde(default)]
    pub draft: u64,
    /// The listing, once its number is known.
    pub did: Option<Did>,
    /// Where it stands.
    pub step: PublishStep,
    /// Bytes read so far, while reading.
    pub done: u64,
    /// Bytes in all, while reading.
    pub total: u64,
    /// Milliseconds since it began.
    pub elapsed_ms: u64,
    /// What is wrong, where something is.
    pub trouble: Option<crate::ApiError>,
}

/// How one's listing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListingState {
    /// It can be found and bought.
    Listed,
    /// It is being published.
    Publishing,
    /// It is out of search.
    Unlisted,
    /// A file is gone or changed: purchases are refunded until it is back.
    FileTrouble,
}

/// One's own listing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MyListing {
    /// Its number.
    pub did: Did,
    /// What it is called.
    pub name: String,
    /// Its price.
    pub price: Vodka,
    /// How it is.
    pub state: ListingState,
    /// What is wrong with a file, where something is.
    pub trouble: Option<Sentence>,
    /// When it was published, RFC 3339.
    pub published: String,
    /// Sales in all.
    pub sales: u64,
    /// Purchases under way.
    pub open: u64,
    /// What was earned.
    pub earned: Vodka,
    /// Sales in each of the last 12 months, the present one last.
    pub months: Vec<u32>,
}

/// What changes in a listing; what is `None` stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ListingChanges {
    /// A new name.
    pub name: Option<String>,
    /// A new description, in Markdown.
    pub description: Option<String>,
    /// A new price in OCEAN, as typed.
    pub price: Option<String>,
    /// New categories.
    pub categories: Option<Vec<String>>,
    /// New tags.
    pub tags: Option<Vec<String>>,
}
