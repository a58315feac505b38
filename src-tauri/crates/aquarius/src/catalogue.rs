//! The catalogue: one writer, several readers, none of them on an asynchronous thread.

use crate::{
    ownership::Ownership,
    store::{reader, writer},
};
use rusqlite::Connection;
use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::Semaphore;

/// Why the catalogue's data cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// SQLite said no.
    #[error("the catalogue's data file cannot be used: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The file was written by a newer version.
    #[error("the catalogue's data file was written by a newer version")]
    Newer,
    /// A document cannot be read.
    #[error("a document cannot be read: {0}")]
    Document(String),
    /// There are more listings, words or terms than it can number.
    #[error("the catalogue is full")]
    Full,
    /// The process is ending.
    #[error("the program is ending")]
    Ending,
}

const READERS: usize = 4;

/// The catalogue. Cheap to clone.
#[derive(Clone)]
pub struct Catalogue {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    free: Semaphore,
    pub(crate) ownership: Arc<dyn Ownership>,
}

impl Catalogue {
    /// Opens or makes the file.
    ///
    /// # Errors
    /// [`CatalogueError`].
    pub fn open(path: &Path, ownership: Arc<dyn Ownership>) -> Result<Self, CatalogueError> {
        let writer = writer(path)?;
        let readers = (0..READERS).map(|_| reader(path)).collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            inner: Arc::new(Inner {
                writer: Mutex::new(writer),
                readers: Mutex::new(readers),
                free: Semaphore::new(READERS),
                ownership,
            }),
        })
    }

    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, CatalogueError> + Send + 'static,
    ) -> Result<T, CatalogueError> {
        let inner = self.inner.clone();
        tokio::task::spawn_blocking(move || work(&mut inner.writer.lock().unwrap_or_else(PoisonError::into_inner)))
            .await
            .map_err(|_| CatalogueError::Ending)?
    }

    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, CatalogueError> + Send + 'static,
    ) -> Result<T, CatalogueError> {
        let _place = self.inner.free.acquire().await.map_err(|_| CatalogueError::Ending)?;
        let inner = self.inner.clone();
        tokio::task::spawn_blocking(move || {
            let taken = inner.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let Some(connection) = taken else { return Err(CatalogueError::Ending) };
            let done = work(&connection);
            inner.readers.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            done
        })
        .await
        .map_err(|_| CatalogueError::Ending)?
    }
}
