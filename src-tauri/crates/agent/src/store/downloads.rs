//! Downloads under way and done.

use super::{Store, StoreError};
use api::{ApiError, DownloadState, Verdict};
use protocol::AgreementId;
use runner::Point;
use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

/// A download as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DownloadRow {
    /// Its number.
    pub id: u64,
    /// The purchase.
    pub agreement: AgreementId,
    /// The listing's name.
    pub name: String,
    /// Which file.
    pub index: u64,
    /// The file's name.
    pub file: String,
    /// Where it will be.
    pub path: String,
    /// Where it stands.
    pub state: DownloadState,
    /// Bytes on the disk.
    pub done: u64,
    /// Bytes in all, where known.
    pub total: Option<u64>,
    /// SHA-256 that was sold, hex.
    pub expected: Option<String>,
    /// SHA-256 of what came, hex.
    pub sha256: Option<String>,
    /// What is known about the bytes.
    pub verdict: Verdict,
    /// What is wrong.
    pub trouble: Option<ApiError>,
}

impl Store {
    /// Keeps a download; one with the number 0 is new and gets its number here.
    pub(crate) async fn save_download(&self, mut row: DownloadRow) -> Result<DownloadRow, StoreError> {
        self.commit(Point::DownloadKept, move |c| {
            if row.id == 0 {
                c.execute("INSERT INTO download (content) VALUES ('{}')", [])?;
                row.id = u64::try_from(c.last_insert_rowid()).unwrap_or(0);
            }
            c.execute(
                "UPDATE download SET content = ?2 WHERE id = ?1",
                params![i64::try_from(row.id).unwrap_or(-1), serde_json::to_string(&row)?],
            )?;
            Ok(row)
        })
        .await
    }

    /// One download.
    pub(crate) async fn download(&self, id: u64) -> Result<Option<DownloadRow>, StoreError> {
        self.run(move |c| {
            let id = i64::try_from(id).unwrap_or(-1);
            let text: Option<String> =
                c.query_row("SELECT content FROM download WHERE id = ?1", [id], |row| row.get(0)).optional()?;
            Ok(text.map(|t| serde_json::from_str(&t)).transpose()?)
        })
        .await
    }

    /// All downloads, newest first.
    pub(crate) async fn downloads(&self) -> Result<Vec<DownloadRow>, StoreError> {
        self.run(|c| {
            let mut query =
                c.prepare("SELECT content FROM download WHERE content <> '{}' ORDER BY id DESC LIMIT 500")?;
            let rows = query.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
            rows.iter().map(|text| Ok(serde_json::from_str(text)?)).collect()
        })
        .await
    }

    /// All downloads that may go on.
    pub(crate) async fn open_downloads(&self) -> Result<Vec<DownloadRow>, StoreError> {
        self.run(|c| {
            let mut query = c.prepare(
                "SELECT content FROM download WHERE content <> '{}' \
                 AND json_extract(content, '$.state') NOT IN ('done', 'cancelled')",
            )?;
            let rows = query.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
            rows.iter().map(|text| Ok(serde_json::from_str(text)?)).collect()
        })
        .await
    }
}
