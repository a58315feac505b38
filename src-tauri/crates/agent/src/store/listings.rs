//! One's own listings.

use super::{Store, StoreError};
use api::ApiError;
use protocol::{Checksum, Did, Vodka};
use runner::Point;
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

/// A change of a listing that is under way: what it will say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ListingChange {
    /// What it will be called.
    pub name: String,
    /// Its price then.
    pub price: Vodka,
    /// The checksum that is registered then.
    pub checksum: Checksum,
    /// The signed document.
    pub document: String,
}

/// One's own listing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ListingRecord {
    /// Its number.
    pub did: Did,
    /// What it is called.
    pub name: String,
    /// Its price.
    pub price: Vodka,
    /// When it was published, RFC 3339.
    pub published: String,
    /// Whether search finds it.
    pub listed: bool,
    /// The registered checksum.
    pub checksum: Checksum,
    /// Changes that are under way, signed, the newest last; until one is in the catalogue the rest is what was listed before.
    #[serde(default)]
    pub changes: Vec<ListingChange>,
    /// What keeps the newest change from the catalogue, or kept it.
    #[serde(default)]
    pub trouble: Option<ApiError>,
    /// The document.
    #[serde(skip)]
    pub document: Vec<u8>,
}

impl Store {
    /// Keeps a listing.
    pub(crate) async fn save_listing(&self, row: ListingRecord) -> Result<(), StoreError> {
        self.run(move |c| put(c, &row)).await
    }

    /// Keeps a listing where a step of its change becomes durable.
    pub(crate) async fn commit_listing(&self, row: ListingRecord, point: Point) -> Result<(), StoreError> {
        self.commit(point, move |c| put(c, &row)).await
    }

    /// One's own listings, newest first.
    pub(crate) async fn listings(&self) -> Result<Vec<ListingRecord>, StoreError> {
        self.run(|c| {
            let mut query = c.prepare("SELECT content, document FROM listing ORDER BY published DESC")?;
            let rows = query
                .query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, Vec<u8>>(1)?)))?
                .collect::<Result<Vec<_>, _>>()?;
            rows.into_iter()
                .map(|(content, document)| Ok(ListingRecord { document, ..serde_json::from_str(&content)? }))
                .collect()
        })
        .await
    }

    /// One of one's own listings.
    pub(crate) async fn listing(&self, did: Did) -> Result<Option<ListingRecord>, StoreError> {
        Ok(self.listings().await?.into_iter().find(|row| row.did == did))
    }
}

fn put(connection: &Connection, row: &ListingRecord) -> Result<(), StoreError> {
    connection.execute(
        "INSERT OR REPLACE INTO listing (did, published, content, document) VALUES (?1, ?2, ?3, ?4)",
        params![row.did.hex(), row.published, serde_json::to_string(row)?, row.document],
    )?;
    Ok(())
}
