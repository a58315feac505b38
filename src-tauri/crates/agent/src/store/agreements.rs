//! Agreements of other shapes whose documents are kept here, and the names of templates: the chain has only hashes of both.

use super::{Store, StoreError};
use protocol::{Address, AgreementId, TemplateId, Vodka, shape::Shape, templates::template_id};
use runner::Point;
use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

/// An agreement whose document is here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AgreementRecord {
    /// What it is.
    pub shape: Shape,
    /// The document.
    pub document: String,
    /// When it was kept, RFC 3339.
    pub kept: String,
    /// The account that puts it on record, as long as it is not known to be there.
    #[serde(skip)]
    pub creator: Option<Address>,
    /// How it stood with the money of this home's accounts at the last look.
    #[serde(skip)]
    pub money: AgreementMoney,
}

/// The money of this home's accounts in an agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AgreementMoney {
    /// So much of each account is set aside.
    SetAside(Vec<(Address, Vodka)>),
    /// Every condition is decided: nothing can change any more.
    Ended,
}

impl Default for AgreementMoney {
    fn default() -> Self {
        Self::SetAside(Vec::new())
    }
}

impl Store {
    /// Keeps an agreement, before anything about it is signed. What was here under its number was never on record, or is the
    /// same.
    pub(crate) async fn keep_agreement(&self, record: AgreementRecord) -> Result<(), StoreError> {
        self.commit(Point::AgreementKept, move |c| {
            c.execute(
                "INSERT INTO agreement (agreement, kept, creator, content) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (agreement) DO UPDATE SET creator = excluded.creator, content = excluded.content",
                params![
                    record.shape.agreement.hex(),
                    record.kept,
                    record.creator.map(|creator| creator.hex()),
                    serde_json::to_string(&record)?
                ],
            )?;
            Ok(())
        })
        .await
    }

    /// It is on record, or will not be: nobody puts it there any more.
    pub(crate) async fn agreement_ended(&self, agreement: AgreementId) -> Result<(), StoreError> {
        self.run(move |c| {
            c.execute("UPDATE agreement SET creator = NULL WHERE agreement = ?1", [agreement.hex()])?;
            Ok(())
        })
        .await
    }

    /// How it stands with the money of this home's accounts.
    pub(crate) async fn agreement_money(
        &self,
        agreement: AgreementId,
        money: AgreementMoney,
    ) -> Result<(), StoreError> {
        self.run(move |c| {
            let money = serde_json::to_string(&money)?;
            c.execute("UPDATE agreement SET money = ?2 WHERE agreement = ?1", params![agreement.hex(), money])?;
            Ok(())
        })
        .await
    }

    /// One agreement.
    pub(crate) async fn agreement(&self, agreement: AgreementId) -> Result<Option<AgreementRecord>, StoreError> {
        self.run(move |c| {
            let row = c
                .query_row(
                    "SELECT content, creator, money FROM agreement WHERE agreement = ?1",
                    [agreement.hex()],
                    columns,
                )
                .optional()?;
            row.map(record).transpose()
        })
        .await
    }

    /// All of them, newest first.
    pub(crate) async fn agreements(&self) -> Result<Vec<AgreementRecord>, StoreError> {
        self.run(|c| {
            let mut query =
                c.prepare("SELECT content, creator, money FROM agreement ORDER BY kept DESC, rowid DESC LIMIT 1000")?;
            let rows = query.query_map([], columns)?.collect::<Result<Vec<_>, _>>()?;
            rows.into_iter().map(record).collect()
        })
        .await
    }

    /// Those whose creation was begun and is not known to have ended.
    pub(crate) async fn agreements_begun(&self) -> Result<Vec<AgreementRecord>, StoreError> {
        self.run(|c| {
            let mut query = c.prepare_cached(
                "SELECT content, creator, money FROM agreement WHERE creator IS NOT NULL ORDER BY rowid",
            )?;
            let rows = query.query_map([], columns)?.collect::<Result<Vec<_>, _>>()?;
            rows.into_iter().map(record).collect()
        })
        .await
    }

    /// Remembers what a template is called.
    pub(crate) async fn name_template(&self, name: String) -> Result<(), StoreError> {
        self.run(move |c| {
            let id = template_id(&name).hex();
            c.execute("INSERT OR IGNORE INTO template (id, name) VALUES (?1, ?2)", params![id, name])?;
            Ok(())
        })
        .await
    }

    /// What a template is called, where that is known.
    pub(crate) async fn template_name(&self, template: TemplateId) -> Result<Option<String>, StoreError> {
        self.run(move |c| {
            let name = c.query_row("SELECT name FROM template WHERE id = ?1", [template.hex()], |row| row.get(0));
            Ok(name.optional()?)
        })
        .await
    }
}

type Columns = (String, Option<String>, Option<String>);

fn columns(row: &rusqlite::Row<'_>) -> rusqlite::Result<Columns> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
}

fn record((content, creator, money): Columns) -> Result<AgreementRecord, StoreError> {
    let creator = creator.and_then(|text| text.parse().ok());
    let money = money.map(|text| serde_json::from_str(&text)).transpose()?.unwrap_or_default();
    Ok(AgreementRecord { creator, money, ..serde_json::from_str(&content)? })
}
