//! What an agent remembers: one SQLite file, one writer. Schema and migrations are here and nowhere else.
//! Money is not here: journal and outbox are `runner`'s.

mod activity;
mod agreements;
mod downloads;
mod drafts;
mod library;
mod listings;
mod publications;
mod purchases;
mod schema;

pub(crate) use activity::Happening;
pub(crate) use agreements::{AgreementMoney, AgreementRecord};
pub(crate) use downloads::DownloadRow;
pub(crate) use library::{OwnedRow, SavedRow};
pub(crate) use listings::{ListingChange, ListingRecord};
pub(crate) use purchases::{Past, PurchaseRecord};

use runner::Point;
use rusqlite::{Connection, OptionalExtension as _};
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

/// Why the store did not answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite said no.
    #[error("the data file cannot be used: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A row holds something this version cannot read.
    #[error("a row of the data file cannot be read: {0}")]
    Row(#[from] serde_json::Error),
    /// The file was written by a newer version.
    #[error("the data file {path} was written by a newer version ({found}, this one knows {known})")]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// The work was cut off by the end of the process.
    #[error("the program is ending")]
    Ending,
}

/// The store. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    connection: Arc<Mutex<Connection>>,
}

impl Store {
    /// Opens or makes the file.
    ///
    /// # Errors
    /// Those of the disk, and [`StoreError::Newer`].
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        let mut connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        // The library and the steps of a publication are on disk before the journal says that they are.
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        schema::migrate(&mut connection, path)?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)) })
    }

    /// What was set under this name.
    pub(crate) async fn setting(&self, name: &'static str) -> Result<Option<String>, StoreError> {
        self.run(move |c| {
            let mut query = c.prepare("SELECT content FROM setting WHERE name = ?1")?;
            Ok(query.query_row([name], |row| row.get(0)).optional()?)
        })
        .await
    }

    /// Sets something, or takes it away.
    pub(crate) async fn set_setting(&self, name: &'static str, content: Option<String>) -> Result<(), StoreError> {
        self.run(move |c| {
            match content {
                Some(content) => {
                    let sql = "INSERT INTO setting (name, content) VALUES (?1, ?2) \
                               ON CONFLICT (name) DO UPDATE SET content = excluded.content";
                    c.execute(sql, [name, &content])?
                }
                None => c.execute("DELETE FROM setting WHERE name = ?1", [name])?,
            };
            Ok(())
        })
        .await
    }

    /// A commit at its named point.
    async fn commit<T: Send + 'static>(
        &self,
        point: Point,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.run(move |c| runner::at(point, || work(c))).await
    }

    /// Runs a piece of work away from the asynchronous threads.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let connection = self.connection.clone();
        tokio::task::spawn_blocking(move || work(&mut connection.lock().unwrap_or_else(PoisonError::into_inner)))
            .await
            .map_err(|_| StoreError::Ending)?
    }
}
