//! What one owns: the listing as it was bought, its decrypted list of files, and where files were saved.

use super::{Store, StoreError};
use api::{FileView, Verdict};
use protocol::{Address, AgreementId, Did, Vodka};
use runner::Point;
use rusqlite::{OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

/// Something one owns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct OwnedRow {
    /// The purchase.
    pub agreement: AgreementId,
    /// The listing.
    pub did: Did,
    /// Its name.
    pub name: String,
    /// Who made it.
    pub author: String,
    /// The licence's name.
    pub license: String,
    /// What was paid.
    pub price: Vodka,
    /// When, RFC 3339.
    pub bought: String,
    /// The account that bought it.
    pub consumer: Address,
    /// Where files are fetched.
    pub consume_endpoint: String,
    /// The files as sold.
    pub files: Vec<FileView>,
    /// The decrypted addresses, by file index.
    pub urls: Vec<String>,
    /// Until when files can be fetched, RFC 3339.
    pub fetch_until: Option<String>,
    /// The document as bought.
    #[serde(skip)]
    pub document: Vec<u8>,
}

/// A file on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SavedRow {
    /// Which file.
    pub index: u64,
    /// Where it is.
    pub path: String,
    /// What was known about it when it was saved.
    pub verdict: Verdict,
}

fn read(row: &Row<'_>) -> rusqlite::Result<(String, Vec<u8>)> {
    Ok((row.get(0)?, row.get(1)?))
}

fn owned((content, document): (String, Vec<u8>)) -> Result<OwnedRow, StoreError> {
    Ok(OwnedRow { document, ..serde_json::from_str(&content)? })
}

impl Store {
    /// Puts something into the library; a second time replaces it.
    pub(crate) async fn own(&self, row: OwnedRow) -> Result<(), StoreError> {
        self.commit(Point::LibraryKept, move |c| {
            c.execute(
                "INSERT OR REPLACE INTO owned (agreement, did, bought, content, document) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![row.agreement.hex(), row.did.hex(), row.bought, serde_json::to_string(&row)?, row.document],
            )?;
            Ok(())
        })
        .await
    }

    /// Everything one owns, newest first.
    pub(crate) async fn owned(&self) -> Result<Vec<OwnedRow>, StoreError> {
        self.run(|c| {
            let mut query = c.prepare("SELECT content, document FROM owned ORDER BY bought DESC")?;
            let rows = query.query_map([], read)?.collect::<Result<Vec<_>, _>>()?;
            rows.into_iter().map(owned).collect()
        })
        .await
    }

    /// One purchase.
    pub(crate) async fn owned_by(&self, agreement: AgreementId) -> Result<Option<OwnedRow>, StoreError> {
        self.run(move |c| {
            let row = c
                .query_row("SELECT content, document FROM owned WHERE agreement = ?1", [agreement.hex()], read)
                .optional()?;
            row.map(owned).transpose()
        })
        .await
    }

    /// The newest purchase of a listing.
    pub(crate) async fn owned_of(&self, did: Did) -> Result<Option<OwnedRow>, StoreError> {
        self.run(move |c| {
            let row = c
                .query_row(
                    "SELECT content, document FROM owned WHERE did = ?1 ORDER BY bought DESC LIMIT 1",
                    [did.hex()],
                    read,
                )
                .optional()?;
            row.map(owned).transpose()
        })
        .await
    }

    /// The numbers of everything one owns.
    pub(crate) async fn owned_dids(&self) -> Result<std::collections::HashSet<Did>, StoreError> {
        self.run(|c| {
            let mut query = c.prepare("SELECT DISTINCT did FROM owned")?;
            let rows = query.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
            Ok(rows.iter().filter_map(|text| text.parse().ok()).collect())
        })
        .await
    }

    /// Remembers where a file was saved.
    pub(crate) async fn save_file(
        &self,
        agreement: AgreementId,
        row: SavedRow,
        sha256: String,
    ) -> Result<(), StoreError> {
        self.run(move |c| {
            c.execute(
                "INSERT OR REPLACE INTO saved (agreement, file, path, verdict, sha256) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![
                    agreement.hex(),
                    i64::try_from(row.index).unwrap_or(i64::MAX),
                    row.path,
                    serde_json::to_string(&row.verdict)?,
                    sha256
                ],
            )?;
            Ok(())
        })
        .await
    }

    /// Where the files of a purchase were saved.
    pub(crate) async fn saved_files(&self, agreement: AgreementId) -> Result<Vec<SavedRow>, StoreError> {
        self.run(move |c| {
            let mut query = c.prepare("SELECT file, path, verdict FROM saved WHERE agreement = ?1")?;
            let rows = query
                .query_map([agreement.hex()], |row| {
                    Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
                })?
                .collect::<Result<Vec<_>, _>>()?;
            rows.into_iter()
                .map(|(index, path, verdict)| {
                    let index = u64::try_from(index).unwrap_or(0);
                    Ok(SavedRow { index, path, verdict: serde_json::from_str(&verdict)? })
                })
                .collect()
        })
        .await
    }
}
