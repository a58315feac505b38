//! What a gateway remembers: which local file a number stands for, every version of a listing it served,
//! the decrypted file list of each, and who already got what. One SQLite file, one writer.

use protocol::{AgreementId, Checksum, Did, Hash32};
use rusqlite::{Connection, OptionalExtension, params};
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

/// Why the store did not answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite said no.
    #[error("the gateway's data file cannot be used: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A row cannot be read.
    #[error("a row of the gateway's data file cannot be read: {0}")]
    Row(#[from] serde_json::Error),
    /// The file was written by a newer version.
    #[error("the gateway's data file was written by a newer version")]
    Newer,
    /// The process is ending.
    #[error("the program is ending")]
    Ending,
}

const MIGRATIONS: &[&str] = &[
    // 1
    "CREATE TABLE shared (id TEXT PRIMARY KEY, path TEXT NOT NULL, sha256 TEXT NOT NULL, bytes INTEGER NOT NULL,
        name TEXT NOT NULL, content_type TEXT NOT NULL);
     CREATE INDEX shared_path ON shared (path);
     CREATE TABLE version (did TEXT NOT NULL, checksum TEXT NOT NULL, number INTEGER NOT NULL, document BLOB NOT NULL,
        PRIMARY KEY (did, checksum));
     CREATE TABLE file_list (did TEXT PRIMARY KEY, content TEXT NOT NULL);
     CREATE TABLE pinned (agreement TEXT PRIMARY KEY, did TEXT NOT NULL, checksum TEXT NOT NULL, service INTEGER NOT NULL);
     CREATE TABLE followed (id INTEGER PRIMARY KEY CHECK (id = 1), block INTEGER NOT NULL, hash TEXT NOT NULL);
     CREATE TABLE delivered (agreement TEXT NOT NULL, file INTEGER NOT NULL, PRIMARY KEY (agreement, file));",
    // 2
    "ALTER TABLE file_list ADD COLUMN own INTEGER NOT NULL DEFAULT 0;
     CREATE TABLE waiting (agreement TEXT PRIMARY KEY);",
    // 3: the record of a sale says which version was sold
    "DROP TABLE pinned;",
    // 4: what the chain does not have yet is waited for, and what nothing can be said of keeps nobody waiting
    "ALTER TABLE waiting ADD COLUMN block INTEGER NOT NULL DEFAULT 0;
     ALTER TABLE waiting ADD COLUMN looks INTEGER NOT NULL DEFAULT 0;
     UPDATE waiting SET block = (SELECT COALESCE(MAX(block), 0) FROM followed);",
];

/// An agreement that was seen on the chain and not yet decided on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Waiting {
    /// Which.
    pub(crate) agreement: AgreementId,
    /// The block that told of it.
    pub(crate) block: u64,
}

/// A file on this computer that listings may point to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SharedFile {
    /// 128 random bits in hex; all that a listing knows of it.
    pub(crate) id: String,
    /// Where it is.
    pub(crate) path: PathBuf,
    /// SHA-256 in hex when it was shared.
    pub(crate) sha256: String,
    /// Bytes when it was shared.
    pub(crate) bytes: u64,
    /// The name it is delivered under.
    pub(crate) name: String,
    /// Its media type.
    pub(crate) content_type: String,
}

/// The decrypted file list of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileList {
    /// Where the files are, in the listing's order.
    pub(crate) urls: Vec<String>,
    /// Whether this home's own publisher wrote it. A stranger's may not lead into the local network.
    pub(crate) own: bool,
}

/// The gateway's store. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    connection: Arc<Mutex<Connection>>,
}

impl Store {
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        let mut connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        let done = usize::try_from(found).unwrap_or(0);
        if done > MIGRATIONS.len() {
            return Err(StoreError::Newer);
        }
        for (number, migration) in MIGRATIONS.iter().enumerate().skip(done) {
            let step = connection.transaction()?;
            step.execute_batch(migration)?;
            step.pragma_update(None, "user_version", i64::try_from(number + 1).unwrap_or(i64::MAX))?;
            step.commit()?;
        }
        Ok(Self { connection: Arc::new(Mutex::new(connection)) })
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let connection = self.connection.clone();
        tokio::task::spawn_blocking(move || work(&mut connection.lock().unwrap_or_else(PoisonError::into_inner)))
            .await
            .map_err(|_| StoreError::Ending)?
    }

    pub(crate) async fn share(&self, file: SharedFile) -> Result<(), StoreError> {
        self.run(move |c| {
            c.execute(
                "INSERT INTO shared (id, path, sha256, bytes, name, content_type) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![
                    file.id,
                    file.path.to_string_lossy(),
                    file.sha256,
                    i64::try_from(file.bytes).unwrap_or(i64::MAX),
                    file.name,
                    file.content_type
                ],
            )?;
            Ok(())
        })
        .await
    }

    pub(crate) async fn shared(&self, id: String) -> Result<Option<SharedFile>, StoreError> {
        self.run(move |c| {
            Ok(c.query_row(
                "SELECT id, path, sha256, bytes, name, content_type FROM shared WHERE id = ?1",
                [id],
                |row| {
                    Ok(SharedFile {
                        id: row.get(0)?,
                        path: PathBuf::from(row.get::<_, String>(1)?),
                        sha256: row.get(2)?,
                        bytes: u64::try_from(row.get::<_, i64>(3)?).unwrap_or(0),
                        name: row.get(4)?,
                        content_type: row.get(5)?,
                    })
                },
            )
            .optional()?)
        })
        .await
    }

    /// Keeps a version of a listing; the newest one kept is the present one.
    pub(crate) async fn keep_version(&self, did: Did, checksum: Checksum, document: Vec<u8>) -> Result<(), StoreError> {
        self.run(move |c| {
            c.execute(
                "INSERT INTO version (did, checksum, number, document)
                 VALUES (?1, ?2, (SELECT COALESCE(MAX(number), 0) + 1 FROM version WHERE did = ?1), ?3)
                 ON CONFLICT (did, checksum) DO UPDATE SET number = excluded.number",
                params![did.hex(), checksum.hex(), document],
            )?;
            Ok(())
        })
        .await
    }

    /// The version with this checksum, or the newest.
    pub(crate) async fn version(&self, did: Did, checksum: Option<Checksum>) -> Result<Option<Vec<u8>>, StoreError> {
        self.run(move |c| {
            let found = match checksum {
                Some(checksum) => c.query_row(
                    "SELECT document FROM version WHERE did = ?1 AND checksum = ?2",
                    [did.hex(), checksum.hex()],
                    |row| row.get(0),
                ),
                None => c.query_row(
                    "SELECT document FROM version WHERE did = ?1 ORDER BY number DESC LIMIT 1",
                    [did.hex()],
                    |row| row.get(0),
                ),
            };
            Ok(found.optional()?)
        })
        .await
    }

    /// Keeps the decrypted file list of a listing. A stranger's never takes the place of an own one.
    pub(crate) async fn keep_files(&self, did: Did, list: FileList) -> Result<(), StoreError> {
        self.run(move |c| {
            c.execute(
                "INSERT INTO file_list (did, content, own) VALUES (?1, ?2, ?3)
                 ON CONFLICT (did) DO UPDATE SET content = excluded.content, own = excluded.own
                 WHERE excluded.own >= file_list.own",
                params![did.hex(), serde_json::to_string(&list.urls)?, list.own],
            )?;
            Ok(())
        })
        .await
    }

    /// The decrypted file list of a listing.
    pub(crate) async fn files(&self, did: Did) -> Result<Option<FileList>, StoreError> {
        self.run(move |c| {
            let row: Option<(String, bool)> = c
                .query_row("SELECT content, own FROM file_list WHERE did = ?1", [did.hex()], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })
                .optional()?;
            row.map(|(text, own)| Ok(FileList { urls: serde_json::from_str(&text)?, own })).transpose()
        })
        .await
    }

    /// How far the chain was followed.
    pub(crate) async fn cursor(&self) -> Result<Option<(u64, Hash32)>, StoreError> {
        self.run(move |c| {
            let row = c
                .query_row("SELECT block, hash FROM followed", [], |row| {
                    Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
                })
                .optional()?;
            Ok(row.and_then(|(block, hash)| Some((u64::try_from(block).ok()?, hash.parse().ok()?))))
        })
        .await
    }

    /// Notes how far the chain was followed, and in the same step which agreements were seen on the way.
    pub(crate) async fn set_cursor(
        &self,
        block: u64,
        hash: Option<Hash32>,
        seen: Vec<Waiting>,
    ) -> Result<(), StoreError> {
        self.run(move |c| {
            let step = c.transaction()?;
            for Waiting { agreement, block } in seen {
                // Where the chain went back, it is in another block now.
                step.execute(
                    "INSERT INTO waiting (agreement, block) VALUES (?1, ?2)
                     ON CONFLICT (agreement) DO UPDATE SET block = excluded.block",
                    params![agreement.hex(), i64::try_from(block).unwrap_or(i64::MAX)],
                )?;
            }
            if let Some(hash) = hash {
                step.execute(
                    "INSERT OR REPLACE INTO followed (id, block, hash) VALUES (1, ?1, ?2)",
                    params![i64::try_from(block).unwrap_or(i64::MAX), hash.hex()],
                )?;
            }
            step.commit()?;
            Ok(())
        })
        .await
    }

    /// Agreements that were seen on the chain and not yet decided on: all that are new, and of those that were looked at so
    /// many at most, beginning with the ones that were looked at least often.
    pub(crate) async fn waiting(&self, old: u32) -> Result<Vec<Waiting>, StoreError> {
        self.run(move |c| {
            let mut query = c.prepare(
                "SELECT agreement, block FROM waiting WHERE looks = 0 OR rowid IN
                 (SELECT rowid FROM waiting WHERE looks > 0 ORDER BY looks, rowid LIMIT ?1) ORDER BY looks, rowid",
            )?;
            let rows = query.query_map([old], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))?;
            let rows = rows.collect::<Result<Vec<_>, _>>()?;
            let read = |(agreement, block): &(String, i64)| {
                Some(Waiting { agreement: agreement.parse().ok()?, block: u64::try_from(*block).unwrap_or(0) })
            };
            Ok(rows.iter().filter_map(read).collect())
        })
        .await
    }

    /// Whether any is.
    pub(crate) async fn is_anything_waiting(&self) -> Result<bool, StoreError> {
        self.run(|c| Ok(c.query_row("SELECT EXISTS (SELECT 1 FROM waiting)", [], |row| row.get(0))?)).await
    }

    /// Notes that an agreement was looked at and not decided on.
    pub(crate) async fn looked(&self, agreement: AgreementId) -> Result<(), StoreError> {
        self.run(move |c| {
            c.execute("UPDATE waiting SET looks = looks + 1 WHERE agreement = ?1", [agreement.hex()])?;
            Ok(())
        })
        .await
    }

    /// Notes that it was decided on an agreement.
    pub(crate) async fn decided(&self, agreement: AgreementId) -> Result<(), StoreError> {
        self.run(move |c| {
            c.execute("DELETE FROM waiting WHERE agreement = ?1", [agreement.hex()])?;
            Ok(())
        })
        .await
    }

    /// Whether any file of an agreement was delivered to its end.
    pub(crate) async fn was_delivered(&self, agreement: AgreementId) -> Result<bool, StoreError> {
        self.run(move |c| {
            let found: i64 = c.query_row(
                "SELECT EXISTS (SELECT 1 FROM delivered WHERE agreement = ?1)",
                [agreement.hex()],
                |row| row.get(0),
            )?;
            Ok(found != 0)
        })
        .await
    }

    /// Remembers that a file was delivered to its end; returns how many files of the agreement were.
    pub(crate) async fn delivered(&self, agreement: AgreementId, file: u64) -> Result<u64, StoreError> {
        self.run(move |c| {
            c.execute(
                "INSERT OR IGNORE INTO delivered (agreement, file) VALUES (?1, ?2)",
                params![agreement.hex(), i64::try_from(file).unwrap_or(i64::MAX)],
            )?;
            let count: i64 =
                c.query_row("SELECT COUNT(*) FROM delivered WHERE agreement = ?1", [agreement.hex()], |row| {
                    row.get(0)
                })?;
            Ok(u64::try_from(count).unwrap_or(0))
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_version_that_was_served_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("gateway.db")).unwrap();
        let (did, one, two) = (Did([1; 32]), Checksum([1; 32]), Checksum([2; 32]));
        store.keep_version(did, one, b"one".to_vec()).await.unwrap();
        store.keep_version(did, two, b"two".to_vec()).await.unwrap();
        assert_eq!(store.version(did, None).await.unwrap().unwrap(), b"two");
        assert_eq!(store.version(did, Some(one)).await.unwrap().unwrap(), b"one");
    }

    #[tokio::test]
    async fn a_stranger_s_list_never_takes_the_place_of_an_own_one() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("gateway.db")).unwrap();
        let (did, list) = (Did([1; 32]), |url: &str, own| FileList { urls: vec![url.to_owned()], own });
        store.keep_files(did, list("stranger", false)).await.unwrap();
        store.keep_files(did, list("mine", true)).await.unwrap();
        store.keep_files(did, list("stranger", false)).await.unwrap();
        assert_eq!(store.files(did).await.unwrap(), Some(list("mine", true)));
        store.keep_files(did, list("mine, edited", true)).await.unwrap();
        assert_eq!(store.files(did).await.unwrap(), Some(list("mine, edited", true)));
    }

    #[tokio::test]
    async fn what_was_seen_waits_until_it_is_decided_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("gateway.db");
        let (one, two, hash) = (AgreementId([1; 32]), AgreementId([2; 32]), Hash32([7; 32]));
        let seen = |agreement, block| Waiting { agreement, block };
        {
            let store = Store::open(&path).unwrap();
            store.set_cursor(5, Some(hash), vec![seen(one, 4), seen(two, 4)]).await.unwrap();
            store.decided(one).await.unwrap();
            store.set_cursor(5, Some(hash), vec![seen(two, 5)]).await.unwrap();
        }
        let store = Store::open(&path).unwrap();
        assert_eq!(store.waiting(9).await.unwrap(), vec![seen(two, 5)], "once, and where it is now");
        assert_eq!(store.cursor().await.unwrap(), Some((5, hash)));
        assert!(!store.was_delivered(one).await.unwrap());
        store.delivered(one, 0).await.unwrap();
        assert!(store.was_delivered(one).await.unwrap());
    }

    #[tokio::test]
    async fn what_is_new_waits_for_nothing_old_and_of_that_what_was_looked_at_least_often_comes_first() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("gateway.db")).unwrap();
        let seen = |number| Waiting { agreement: AgreementId([number; 32]), block: 5 };
        let waiting = async |old| store.waiting(old).await.unwrap();
        assert!(!store.is_anything_waiting().await.unwrap());
        store.set_cursor(5, None, vec![seen(3), seen(1), seen(4)]).await.unwrap();
        assert_eq!(waiting(0).await, [seen(3), seen(1), seen(4)], "in the order in which they came");
        for looked in [3, 1, 1, 4] {
            store.looked(seen(looked).agreement).await.unwrap();
        }
        assert_eq!(waiting(0).await, []);
        assert!(store.is_anything_waiting().await.unwrap());
        store.set_cursor(6, None, vec![seen(2)]).await.unwrap();
        assert_eq!(waiting(2).await, [seen(2), seen(3), seen(4)]);
        assert_eq!(waiting(9).await, [seen(2), seen(3), seen(4), seen(1)]);
    }

    #[tokio::test]
    async fn what_waited_before_has_the_block_that_was_looked_at_last() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("gateway.db");
        let agreement = AgreementId([1; 32]);
        {
            let before = Connection::open(&path).unwrap();
            before.execute_batch(&MIGRATIONS[..3].concat()).unwrap();
            before.pragma_update(None, "user_version", 3).unwrap();
            before.execute("INSERT INTO waiting (agreement) VALUES (?1)", [agreement.hex()]).unwrap();
            before.execute("INSERT INTO followed (id, block, hash) VALUES (1, 70, '')", []).unwrap();
        }
        let store = Store::open(&path).unwrap();
        assert_eq!(store.waiting(9).await.unwrap(), [Waiting { agreement, block: 70 }]);
    }

    #[tokio::test]
    async fn a_file_that_was_delivered_twice_counts_once() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("gateway.db")).unwrap();
        let agreement = AgreementId([9; 32]);
        assert_eq!(store.delivered(agreement, 0).await.unwrap(), 1);
        assert_eq!(store.delivered(agreement, 0).await.unwrap(), 1);
        assert_eq!(store.delivered(agreement, 1).await.unwrap(), 2);
    }
}
