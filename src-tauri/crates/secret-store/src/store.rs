//! One node's database: its promises, its shares (sealed to its own identity), the document keys.

use crate::{
    error::OpenError,
    identity::Identity,
    message::{Accepted, Ballot, Signed, Unsigned},
};
use protocol::{Address, Did};
use rand::rngs::OsRng;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use std::{
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use threshold::{KeyShare, NodeNumber, Point, StoredKey, ThresholdError, ecies};

/// Why the database, or what is in it, cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite failed.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// A row is not what this node wrote.
    #[error("the node's database is damaged: {0}")]
    Damaged(&'static str),
    /// The arithmetic failed.
    #[error(transparent)]
    Threshold(#[from] ThresholdError),
    /// The work was given up, as the process ends.
    #[error("the node is shutting down")]
    Ending,
}

impl From<Unsigned> for StoreError {
    fn from(_: Unsigned) -> Self {
        Self::Damaged("a signed statement")
    }
}

const MIGRATIONS: &[&str] = &["
    CREATE TABLE promises (
        id BLOB PRIMARY KEY, round INTEGER NOT NULL, master BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    -- certificate is null until all nodes are known to have accepted.
    CREATE TABLE server_keys (
        id BLOB PRIMARY KEY, share BLOB NOT NULL, accepted TEXT NOT NULL, certificate TEXT
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE document_keys (
        id BLOB PRIMARY KEY, common_point BLOB NOT NULL, encrypted_point BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
"];

/// Of a database with all migrations.
const VERSION: i64 = MIGRATIONS.len() as i64;

/// A server key as this node knows it.
#[derive(Debug)]
pub(crate) struct ServerKey {
    /// This node's own signed word for it.
    pub(crate) said: Signed<Accepted>,
    /// What that says.
    pub(crate) about: Accepted,
    /// Every node's word; `None` while this node has not heard that all accepted.
    pub(crate) certificate: Option<Vec<Signed<Accepted>>>,
    share: Vec<u8>,
}

impl ServerKey {
    pub(crate) fn author(&self) -> Address {
        self.about.author
    }
}

/// What came of a promise.
#[derive(Debug)]
pub(crate) enum Promised {
    /// The key is in force already.
    InForce(Vec<Signed<Accepted>>),
    /// A later attempt has the promise.
    Preempted(Ballot),
    /// Promised; what was accepted before.
    Now(Option<Signed<Accepted>>),
}

/// What came of keeping a document key.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    Now,
    /// The same was kept before.
    Before,
    /// Another is kept.
    Other,
}

pub(crate) struct Store {
    db: Mutex<Connection>,
    identity: Arc<Identity>,
}

impl Store {
    pub(crate) fn open(path: &Path, identity: Arc<Identity>) -> Result<Self, OpenError> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(OpenError::Folder)?;
        }
        let mut db = Connection::open(path)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).map_err(OpenError::Folder)?;
        }
        db.pragma_update(None, "journal_mode", "WAL")?;
        db.pragma_update(None, "synchronous", "FULL")?;
        let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let version: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        let done = usize::try_from(version).map_err(|_| OpenError::Version(version))?;
        for migration in MIGRATIONS.get(done..).ok_or(OpenError::Version(version))? {
            transaction.execute_batch(migration)?;
        }
        transaction.pragma_update(None, "user_version", VERSION)?;
        transaction.commit()?;
        Ok(Self { db: Mutex::new(db), identity })
    }

    fn db(&self) -> MutexGuard<'_, Connection> {
        // A panic elsewhere rolled its transaction back; the connection itself stays good.
        self.db.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The highest round promised for this key.
    pub(crate) fn round(&self, id: Did) -> Result<u32, StoreError> {
        Ok(promised(&self.db(), id)?.map_or(0, |ballot| ballot.round))
    }

    /// Promises to take part in no attempt before this one.
    pub(crate) fn promise(&self, id: Did, ballot: Ballot) -> Result<Promised, StoreError> {
        let mut db = self.db();
        let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let key = server_key(&transaction, id)?;
        if let Some(certificate) = key.as_ref().and_then(|key| key.certificate.clone()) {
            return Ok(Promised::InForce(certificate));
        }
        if let Some(earlier) = promised(&transaction, id)?.filter(|earlier| *earlier >= ballot) {
            return Ok(Promised::Preempted(earlier));
        }
        transaction.execute(
            "INSERT INTO promises (id, round, master) VALUES (?1, ?2, ?3)
             ON CONFLICT (id) DO UPDATE SET round = excluded.round, master = excluded.master",
            params![id.0, ballot.round, ballot.master.as_bytes()],
        )?;
        transaction.commit()?;
        Ok(Promised::Now(key.map(|key| key.said)))
    }

    /// Keeps a share, unless a later attempt has the promise or a key is in force: then `Some` of that round.
    pub(crate) fn accept(
        &self,
        id: Did,
        ballot: Ballot,
        key: &KeyShare,
        said: &Signed<Accepted>,
    ) -> Result<Option<u32>, StoreError> {
        let share = ecies::seal(&self.identity.public(), &*key.share().to_bytes(), &mut OsRng)?;
        let said = serde_json::to_string(said).map_err(|_| StoreError::Damaged("a signed statement"))?;
        let mut db = self.db();
        let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let promise = promised(&transaction, id)?;
        if promise != Some(ballot) {
            return Ok(Some(promise.map_or(0, |promise| promise.round)));
        }
        let changed = transaction.execute(
            "INSERT INTO server_keys (id, share, accepted) VALUES (?1, ?2, ?3)
             ON CONFLICT (id) DO UPDATE SET share = excluded.share, accepted = excluded.accepted
             WHERE certificate IS NULL",
            params![id.0, share, said],
        )?;
        transaction.commit()?;
        Ok(if changed == 1 { None } else { Some(ballot.round) })
    }

    /// Puts the accepted key in force. The caller has checked the certificate against [`ServerKey::about`].
    pub(crate) fn complete(&self, id: Did, certificate: &[Signed<Accepted>]) -> Result<(), StoreError> {
        let text = serde_json::to_string(certificate).map_err(|_| StoreError::Damaged("a certificate"))?;
        self.db().execute(
            "UPDATE server_keys SET certificate = ?2 WHERE id = ?1 AND certificate IS NULL",
            params![id.0, text],
        )?;
        Ok(())
    }

    pub(crate) fn server_key(&self, id: Did) -> Result<Option<ServerKey>, StoreError> {
        server_key(&self.db(), id)
    }

    /// This node's share of a key.
    pub(crate) fn share(&self, key: &ServerKey, own: &NodeNumber) -> Result<KeyShare, StoreError> {
        let share = self.identity.open_secret(&key.share)?;
        KeyShare::restore(own, share, key.about.commitments.clone())
            .map_err(|_| StoreError::Damaged("a share that does not fit its key"))
    }

    pub(crate) fn document_key(&self, id: Did) -> Result<Option<StoredKey>, StoreError> {
        document_key(&self.db(), id)
    }

    pub(crate) fn keep(&self, id: Did, key: &StoredKey) -> Result<Kept, StoreError> {
        let mut db = self.db();
        let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if let Some(before) = document_key(&transaction, id)? {
            return Ok(if before == *key { Kept::Before } else { Kept::Other });
        }
        transaction.execute(
            "INSERT INTO document_keys (id, common_point, encrypted_point) VALUES (?1, ?2, ?3)",
            params![id.0, key.common_point.as_bytes(), key.encrypted_point.as_bytes()],
        )?;
        transaction.commit()?;
        Ok(Kept::Now)
    }
}

fn promised(db: &Connection, id: Did) -> Result<Option<Ballot>, StoreError> {
    let row = db
        .query_row("SELECT round, master FROM promises WHERE id = ?1", [id.0], |row| {
            Ok((row.get::<_, u32>(0)?, row.get::<_, Vec<u8>>(1)?))
        })
        .optional()?;
    row.map(|(round, master)| Ok(Ballot { round, master: Point::from_slice(&master)? })).transpose()
}

fn server_key(db: &Connection, id: Did) -> Result<Option<ServerKey>, StoreError> {
    let row = db
        .query_row("SELECT share, accepted, certificate FROM server_keys WHERE id = ?1", [id.0], |row| {
            Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, String>(1)?, row.get::<_, Option<String>>(2)?))
        })
        .optional()?;
    let Some((share, accepted, certificate)) = row else { return Ok(None) };
    let said: Signed<Accepted> =
        serde_json::from_str(&accepted).map_err(|_| StoreError::Damaged("a signed statement"))?;
    let (_, about) = said.open()?;
    if about.id != id {
        return Err(StoreError::Damaged("a key under another id"));
    }
    let certificate = certificate
        .map(|text| serde_json::from_str(&text).map_err(|_| StoreError::Damaged("a certificate")))
        .transpose()?;
    Ok(Some(ServerKey { said, about, certificate, share }))
}

fn document_key(db: &Connection, id: Did) -> Result<Option<StoredKey>, StoreError> {
    let row = db
        .query_row("SELECT common_point, encrypted_point FROM document_keys WHERE id = ?1", [id.0], |row| {
            Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Vec<u8>>(1)?))
        })
        .optional()?;
    row.map(|(common, encrypted)| {
        Ok(StoredKey { common_point: Point::from_slice(&common)?, encrypted_point: Point::from_slice(&encrypted)? })
    })
    .transpose()
}
