//! Listings being written.

use super::{Store, StoreError};
use api::Draft;
use rusqlite::params;

impl Store {
    /// Keeps a draft; a new one gets its number here.
    pub(crate) async fn save_draft(&self, mut draft: Draft, now: String) -> Result<Draft, StoreError> {
        self.run(move |c| {
            draft.saved = now;
            let known = i64::try_from(draft.id).unwrap_or(0);
            let id = if known > 0 { Some(known) } else { None };
            c.execute(
                "INSERT INTO draft (id, content, saved) VALUES (?1, ?2, ?3)
                 ON CONFLICT (id) DO UPDATE SET content = excluded.content, saved = excluded.saved",
                params![id, serde_json::to_string(&draft)?, draft.saved],
            )?;
            draft.id = u64::try_from(id.unwrap_or_else(|| c.last_insert_rowid())).unwrap_or(0);
            Ok(draft)
        })
        .await
    }

    /// The drafts, newest first.
    pub(crate) async fn drafts(&self) -> Result<Vec<Draft>, StoreError> {
        self.run(|c| {
            let mut query = c.prepare("SELECT id, content FROM draft ORDER BY saved DESC, id DESC")?;
            let rows = query.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?;
            let mut drafts = Vec::new();
            for row in rows {
                let (id, content) = row?;
                let mut draft: Draft = serde_json::from_str(&content)?;
                draft.id = u64::try_from(id).unwrap_or(0);
                drafts.push(draft);
            }
            Ok(drafts)
        })
        .await
    }

    /// Throws a draft away.
    pub(crate) async fn drop_draft(&self, id: u64) -> Result<(), StoreError> {
        self.run(move |c| {
            c.execute("DELETE FROM draft WHERE id = ?1", params![i64::try_from(id).unwrap_or(-1)])?;
            Ok(())
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_draft_keeps_its_number() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("a.db")).unwrap();
        let first = store.save_draft(Draft { name: "A".into(), ..Draft::default() }, "1".into()).await.unwrap();
        let again = store.save_draft(Draft { name: "B".into(), ..first.clone() }, "2".into()).await.unwrap();
        assert_eq!(first.id, again.id);
        assert_eq!(store.drafts().await.unwrap(), vec![again]);
        store.drop_draft(first.id).await.unwrap();
        assert!(store.drafts().await.unwrap().is_empty());
    }
}
