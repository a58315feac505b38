//! Publications under way: the journal of publishing, one row each, rewritten at every step.

use super::{Store, StoreError};
use runner::Point;
use rusqlite::{OptionalExtension, params};
use serde::{Serialize, de::DeserializeOwned};

impl Store {
    /// A new publication's number.
    pub(crate) async fn begin_publication<T: Serialize>(&self, content: &T) -> Result<u64, StoreError> {
        let text = serde_json::to_string(content)?;
        self.commit(Point::PublishDrafted, move |c| {
            c.execute("INSERT INTO publication (content) VALUES (?1)", [text])?;
            Ok(u64::try_from(c.last_insert_rowid()).unwrap_or(0))
        })
        .await
    }

    /// Keeps how a publication stands.
    pub(crate) async fn save_publication<T: Serialize>(
        &self,
        id: u64,
        content: &T,
        point: Point,
    ) -> Result<(), StoreError> {
        let text = serde_json::to_string(content)?;
        self.commit(point, move |c| {
            c.execute("UPDATE publication SET content = ?2 WHERE id = ?1", params![number(id), text])?;
            Ok(())
        })
        .await
    }

    /// How a publication stands.
    pub(crate) async fn publication<T: DeserializeOwned + Send + 'static>(
        &self,
        id: u64,
    ) -> Result<Option<T>, StoreError> {
        self.run(move |c| {
            let text: Option<String> = c
                .query_row("SELECT content FROM publication WHERE id = ?1", [number(id)], |row| row.get(0))
                .optional()?;
            Ok(text.map(|t| serde_json::from_str(&t)).transpose()?)
        })
        .await
    }

    /// All publications, oldest first.
    pub(crate) async fn publications<T: DeserializeOwned + Send + 'static>(&self) -> Result<Vec<(u64, T)>, StoreError> {
        self.run(|c| {
            let mut query = c.prepare("SELECT id, content FROM publication ORDER BY id")?;
            let rows = query
                .query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?
                .collect::<Result<Vec<_>, _>>()?;
            rows.into_iter()
                .map(|(id, text)| Ok((u64::try_from(id).unwrap_or(0), serde_json::from_str(&text)?)))
                .collect()
        })
        .await
    }
}

fn number(id: u64) -> i64 {
    i64::try_from(id).unwrap_or(-1)
}
