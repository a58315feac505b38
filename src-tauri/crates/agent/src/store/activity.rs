//! What happened. Each happening has a name of its own, so that a resumed flow tells it once.

use super::{Store, StoreError};
use api::{ActivityItem, ActivityKind};
use protocol::{AgreementId, Did, TxHash, Vodka};
use rusqlite::params;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Happening {
    /// What.
    pub kind: ActivityKind,
    /// The listing's name.
    pub name: String,
    /// The listing.
    pub did: Option<Did>,
    /// The purchase.
    pub agreement: Option<AgreementId>,
    /// The amount that moved.
    pub amount: Option<Vodka>,
    /// The transaction.
    pub tx: Option<TxHash>,
}

impl Store {
    /// Tells something once: the same `once` a second time is nothing new. Returns whether it was new.
    pub(crate) async fn tell(&self, happening: Happening, once: String, at: String) -> Result<bool, StoreError> {
        let Happening { kind, name, did, agreement, amount, tx } = happening;
        let item = ActivityItem { at, kind, name, did, agreement, amount, tx };
        self.run(move |c| {
            let new = c.execute(
                "INSERT OR IGNORE INTO happening (at, once, content) VALUES (?1, ?2, ?3)",
                params![item.at, once, serde_json::to_string(&item)?],
            )?;
            Ok(new == 1)
        })
        .await
    }

    /// What happened, newest first.
    pub(crate) async fn activity(&self) -> Result<Vec<ActivityItem>, StoreError> {
        self.run(|c| {
            let mut query = c.prepare("SELECT content FROM happening ORDER BY id DESC LIMIT 1000")?;
            let rows = query.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
            rows.iter().map(|text| Ok(serde_json::from_str(text)?)).collect()
        })
        .await
    }
}
