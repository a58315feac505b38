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
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinError,
};

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
    /// A fault of ours stopped the work.
    #[error("the catalogue broke off its work")]
    Fault,
}

impl From<JoinError> for CatalogueError {
    fn from(error: JoinError) -> Self {
        if error.is_panic() { Self::Fault } else { Self::Ending }
    }
}

const READERS: usize = 4;

/// The catalogue. Cheap to clone.
#[derive(Clone)]
pub struct Catalogue {
    pub(crate) inner: Arc<Inner>,
    pub(crate) takes_changes_of_1_1: bool,
}

pub(crate) struct Inner {
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    free: Arc<Semaphore>,
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
                free: Arc::new(Semaphore::new(READERS)),
                ownership,
            }),
            takes_changes_of_1_1: false,
        })
    }

    /// The same, where `taken` also for clients of Aquarius 1.1 who change listings: their owners' signatures can be used
    /// again by whoever sees them. Without this, changes are signed whole and good once.
    #[must_use]
    pub fn taking_changes_of_1_1(self, taken: bool) -> Self {
        Self { takes_changes_of_1_1: taken, ..self }
    }

    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, CatalogueError> + Send + 'static,
    ) -> Result<T, CatalogueError> {
        let inner = self.inner.clone();
        tokio::task::spawn_blocking(move || work(&mut inner.writer.lock().unwrap_or_else(PoisonError::into_inner)))
            .await?
    }

    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, CatalogueError> + Send + 'static,
    ) -> Result<T, CatalogueError> {
        let place = self.inner.free.clone().acquire_owned().await.map_err(|_| CatalogueError::Ending)?;
        let loan = Loan::of(self.inner.clone(), place);
        tokio::task::spawn_blocking(move || work(loan.connection()?)).await?
    }
}

/// A reader on loan. It goes where the work goes, which nobody can call back: whoever asked may be gone, and the work may
/// panic. When it is over the reader returns, and only then is its place free, so that who has a place has a reader.
struct Loan {
    inner: Arc<Inner>,
    connection: Option<Connection>,
    _place: OwnedSemaphorePermit,
}

impl Loan {
    fn of(inner: Arc<Inner>, place: OwnedSemaphorePermit) -> Self {
        let connection = inner.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        Self { inner, connection, _place: place }
    }

    fn connection(&self) -> Result<&Connection, CatalogueError> {
        self.connection.as_ref().ok_or(CatalogueError::Ending)
    }
}

impl Drop for Loan {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.inner.readers.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{Catalogue, CatalogueError, READERS};
    use crate::{Ownership, OwnershipError, Registered};
    use protocol::Did;
    use std::sync::{Arc, mpsc};
    use tokio::sync::mpsc::unbounded_channel;

    struct Nobody;

    #[async_trait::async_trait]
    impl Ownership for Nobody {
        async fn registered(&self, _: Did) -> Result<Option<Registered>, OwnershipError> {
            Ok(None)
        }
    }

    /// An empty one in a folder of its own.
    pub(crate) fn opened() -> (tempfile::TempDir, Catalogue) {
        let folder = tempfile::tempdir().unwrap();
        let catalogue = Catalogue::open(&folder.path().join("c.sqlite"), Arc::new(Nobody)).unwrap();
        (folder, catalogue)
    }

    async fn is_read(catalogue: &Catalogue) -> bool {
        let listings =
            catalogue.read(|c| Ok(c.query_row("SELECT COUNT(*) FROM listing", [], |row| row.get::<_, i64>(0))?));
        matches!(listings.await, Ok(0_i64))
    }

    #[tokio::test]
    async fn reads_that_were_given_up_leave_every_place_its_reader() {
        let (_folder, catalogue) = opened();
        let (begins, mut begun) = unbounded_channel();
        let mut holds = Vec::new();
        for _ in 0..READERS {
            let (hold, held) = mpsc::channel::<()>();
            let (catalogue, begins) = (catalogue.clone(), begins.clone());
            let read = tokio::spawn(async move {
                let work = move || {
                    begins.send(()).unwrap();
                    // Goes on until the test lets go of the other end.
                    let _let_go = held.recv();
                };
                catalogue
                    .read(move |_| {
                        work();
                        Ok(())
                    })
                    .await
            });
            begun.recv().await.unwrap();
            read.abort();
            assert!(read.await.unwrap_err().is_cancelled());
            holds.push(hold);
        }
        assert_eq!(catalogue.inner.free.available_permits(), 0, "their work goes on, so their readers are in use");
        for _ in 0..100 {
            let catalogue = catalogue.clone();
            let waiting = tokio::spawn(async move { is_read(&catalogue).await });
            tokio::task::yield_now().await;
            waiting.abort();
        }
        drop(holds);
        for _ in 0..3 * READERS {
            assert!(is_read(&catalogue).await);
        }
    }

    #[tokio::test]
    async fn a_read_that_panics_costs_no_reader() {
        let (_folder, catalogue) = opened();
        for _ in 0..2 * READERS {
            let broken = catalogue.read(|_| -> Result<(), CatalogueError> { panic!("as a fault of ours would") }).await;
            assert!(matches!(broken, Err(CatalogueError::Fault)));
        }
        assert!(is_read(&catalogue).await);
    }
}
