//! What a purchase was of, for people: the machine itself is in the journal.

use super::{Store, StoreError};
use protocol::{AgreementId, Did, Vodka};
use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

/// What happened before this home knew of a purchase: milliseconds since 1970 as the chain's blocks tell them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Past {
    /// The agreement was put on record.
    pub agreed: i64,
    /// The money was set aside.
    pub set_aside: i64,
    /// It was opened.
    pub opened: Option<i64>,
}

/// What was bought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PurchaseRecord {
    /// The agreement.
    pub agreement: AgreementId,
    /// The listing.
    pub did: Did,
    /// Its name.
    pub name: String,
    /// Who is paid.
    pub publisher: String,
    /// The price.
    pub price: Vodka,
    /// When it was confirmed, RFC 3339.
    pub started: String,
    /// What happened before it was taken up again from the chain, where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub past: Option<Past>,
    /// wei per gas that were confirmed at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_per_gas: Option<Vodka>,
    /// The document as it was confirmed.
    #[serde(skip)]
    pub document: Vec<u8>,
}

impl Store {
    /// Keeps what a purchase is of. Written before the purchase itself: alone it means nothing.
    pub(crate) async fn save_purchase(&self, row: PurchaseRecord) -> Result<(), StoreError> {
        self.run(move |c| {
            c.execute(
                "INSERT OR REPLACE INTO purchase (agreement, did, started, content, document) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![row.agreement.hex(), row.did.hex(), row.started, serde_json::to_string(&row)?, row.document],
            )?;
            Ok(())
        })
        .await
    }

    /// What a purchase is of.
    pub(crate) async fn purchase(&self, agreement: AgreementId) -> Result<Option<PurchaseRecord>, StoreError> {
        self.run(move |c| {
            let row = c
                .query_row("SELECT content, document FROM purchase WHERE agreement = ?1", [agreement.hex()], |row| {
                    Ok((row.get::<_, String>(0)?, row.get::<_, Vec<u8>>(1)?))
                })
                .optional()?;
            row.map(|(content, document)| Ok(PurchaseRecord { document, ..serde_json::from_str(&content)? }))
                .transpose()
        })
        .await
    }

    /// All purchases, newest first.
    pub(crate) async fn purchases(&self) -> Result<Vec<AgreementId>, StoreError> {
        self.run(|c| {
            let mut query =
                c.prepare("SELECT agreement FROM purchase ORDER BY started DESC, rowid DESC LIMIT 10000")?;
            let rows = query.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
            Ok(rows.iter().filter_map(|text| text.parse().ok()).collect())
        })
        .await
    }

    /// The purchases of one listing, newest first.
    pub(crate) async fn purchases_of(&self, did: Did) -> Result<Vec<AgreementId>, StoreError> {
        self.run(move |c| {
            let mut query = c.prepare("SELECT agreement FROM purchase WHERE did = ?1 ORDER BY started DESC")?;
            let rows = query.query_map([did.hex()], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
            Ok(rows.iter().filter_map(|text| text.parse().ok()).collect())
        })
        .await
    }

    /// When a sale was first heard of, RFC 3339; remembered at the first question.
    pub(crate) async fn sale_heard(&self, agreement: AgreementId, now: String) -> Result<String, StoreError> {
        self.run(move |c| {
            c.execute("INSERT OR IGNORE INTO sale (agreement, at) VALUES (?1, ?2)", params![agreement.hex(), now])?;
            Ok(c.query_row("SELECT at FROM sale WHERE agreement = ?1", [agreement.hex()], |row| row.get(0))?)
        })
        .await
    }
}
