//! The file that journal and outbox share: SQLite, WAL, `synchronous = FULL`, one writer thread.
//!
//! Writes are committed in the order in which they were handed over, so whoever waits for one knows that all earlier
//! ones are durable too. Writes that arrive while a commit is under way share the next one: many agreements at once cost
//! few commits. A write that nobody waits for lingers for a moment, so that it shares the commit of what follows it.

use crate::{
    inline::{Commits, Disk, Lane},
    point::{self, Point},
};
use rusqlite::{Connection, TransactionBehavior, config::DbConfig};
use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread::JoinHandle,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};
use tokio::sync::oneshot;

/// Most writes of one commit.
const BATCH: usize = 128;

/// Most statements that a connection keeps: all there are.
const KEPT: usize = 64;

/// How long a write that nobody waits for lingers for company.
pub(crate) const LINGER: Duration = Duration::from_millis(25);

/// Numbered migrations; one is never changed after a release.
const MIGRATIONS: &[&str] = &[
    // 1
    "CREATE TABLE journal (
        id TEXT PRIMARY KEY, machine TEXT NOT NULL, type TEXT NOT NULL, status TEXT NOT NULL, state TEXT NOT NULL,
        max_retries INTEGER NOT NULL, attempts INTEGER NOT NULL, ttl INTEGER NOT NULL,
        created INTEGER NOT NULL, updated INTEGER NOT NULL, content TEXT NOT NULL);
     CREATE INDEX journal_machine ON journal (machine, created);
     CREATE TABLE closed (
        id TEXT PRIMARY KEY, machine TEXT NOT NULL, type TEXT NOT NULL, status TEXT NOT NULL, state TEXT NOT NULL,
        max_retries INTEGER NOT NULL, attempts INTEGER NOT NULL, ttl INTEGER NOT NULL,
        created INTEGER NOT NULL, updated INTEGER NOT NULL, content TEXT NOT NULL);
     CREATE INDEX closed_machine ON closed (machine, created);
     CREATE TABLE history (
        seq INTEGER PRIMARY KEY, id TEXT NOT NULL, at INTEGER NOT NULL, status TEXT NOT NULL, state TEXT NOT NULL,
        note TEXT);
     CREATE INDEX history_id ON history (id, seq);
     CREATE TABLE tx (
        id INTEGER PRIMARY KEY, chain INTEGER NOT NULL, key TEXT NOT NULL, account TEXT, nonce INTEGER,
        state TEXT NOT NULL, unsigned TEXT, what TEXT NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL,
        UNIQUE (chain, key), UNIQUE (chain, account, nonce));
     CREATE INDEX tx_state ON tx (chain, state, account, nonce);
     CREATE TABLE raw (
        hash TEXT PRIMARY KEY, tx INTEGER NOT NULL REFERENCES tx (id), bytes BLOB NOT NULL, signed INTEGER NOT NULL);
     CREATE INDEX raw_tx ON raw (tx);",
];

/// Why the file does not serve.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LedgerError {
    /// SQLite said no: the disk is full, the file is damaged or locked.
    #[error("the journal cannot be used: {0}")]
    Sqlite(#[source] Arc<rusqlite::Error>),
    /// A row holds what this version cannot read.
    #[error("a row of the journal cannot be read: {0}")]
    Row(String),
    /// The file was written by a newer version.
    #[error("the journal was written by a newer version ({found}; this one knows {known})")]
    Newer {
        /// Its schema.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// The writer has ended.
    #[error("the program is ending")]
    Ending,
}

impl From<rusqlite::Error> for LedgerError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(Arc::new(error))
    }
}

impl From<serde_json::Error> for LedgerError {
    fn from(error: serde_json::Error) -> Self {
        Self::Row(error.to_string())
    }
}

impl LedgerError {
    /// Whether a row of this key exists already.
    pub(crate) fn is_conflict(&self) -> bool {
        self.code() == Some(rusqlite::ErrorCode::ConstraintViolation)
    }

    fn code(&self) -> Option<rusqlite::ErrorCode> {
        match self {
            Self::Sqlite(error) => error.sqlite_error_code(),
            Self::Row(_) | Self::Newer { .. } | Self::Ending => None,
        }
    }
}

/// The file. Cheap to clone; the writer ends with the last clone, after it wrote what was handed over.
#[derive(Clone)]
pub struct Ledger(Arc<Inner>);

enum Inner {
    /// What programs use.
    Threaded(Threaded),
    /// What a simulation uses.
    Inline(Arc<Lane>),
}

struct Threaded {
    writes: Mutex<Option<mpsc::Sender<Box<dyn Job>>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
    reader: Mutex<Connection>,
}

impl Drop for Threaded {
    fn drop(&mut self) {
        *self.writes.lock().unwrap_or_else(PoisonError::into_inner) = None;
        if let Some(writer) = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take()
            && writer.join().is_err()
        {
            tracing::error!("the journal's writer panicked");
        }
    }
}

impl std::fmt::Debug for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ledger")
    }
}

/// A write that was handed over and may be waited for.
#[must_use = "an error is told only to whoever waits"]
pub struct Handed<T>(oneshot::Receiver<Result<T, LedgerError>>);

impl<T> Handed<T> {
    /// Waits until it is durable.
    pub async fn durable(self) -> Result<T, LedgerError> {
        self.0.await.map_err(|_| LedgerError::Ending)?
    }
}

pub(crate) trait Job: Send {
    fn point(&self) -> Point;
    fn is_urgent(&self) -> bool;
    fn run(&mut self, connection: &Connection) -> bool;
    fn end(self: Box<Self>, committed: Result<(), LedgerError>);
}

struct Write<T, F> {
    point: Point,
    urgent: bool,
    work: Option<F>,
    result: Option<Result<T, LedgerError>>,
    tell: oneshot::Sender<Result<T, LedgerError>>,
}

impl<T: Send, F: FnOnce(&Connection) -> Result<T, LedgerError> + Send> Job for Write<T, F> {
    fn point(&self) -> Point {
        self.point
    }

    fn is_urgent(&self) -> bool {
        self.urgent
    }

    fn run(&mut self, connection: &Connection) -> bool {
        self.result = self.work.take().map(|work| work(connection));
        matches!(self.result, Some(Ok(_)))
    }

    fn end(self: Box<Self>, committed: Result<(), LedgerError>) {
        let result = match (committed, self.result) {
            (Err(e), _) => Err(e),
            (Ok(()), Some(result)) => result,
            (Ok(()), None) => Err(LedgerError::Ending),
        };
        // Nobody may be waiting: that is how a write is handed over without waiting.
        drop(self.tell.send(result));
    }
}

impl Ledger {
    /// Opens or makes the file.
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
        let mut connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.busy_timeout(Duration::from_secs(5))?;
        plan_once(&connection)?;
        migrate(&mut connection)?;
        let reader = Connection::open_with_flags(
            path,
            rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY | rusqlite::OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?;
        reader.busy_timeout(Duration::from_secs(5))?;
        plan_once(&reader)?;
        let (writes, jobs) = mpsc::channel();
        let writer = std::thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || write_all(&mut connection, &jobs))
            .map_err(|_| LedgerError::Ending)?;
        Ok(Self(Arc::new(Inner::Threaded(Threaded {
            writes: Mutex::new(Some(writes)),
            writer: Mutex::new(Some(writer)),
            reader: Mutex::new(reader),
        }))))
    }

    /// Over a disk in memory, without a thread: for deterministic simulation. Needs tokio's runtime.
    pub fn inline(disk: &Disk, commits: Arc<dyn Commits>) -> Self {
        Self(Arc::new(Inner::Inline(Arc::new(Lane::new(disk.clone(), commits)))))
    }

    /// Milliseconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        match &*self.0 {
            Inner::Threaded(_) => now(),
            Inner::Inline(lane) => lane.commits.now(),
        }
    }

    /// Hands a write over that nobody is in a hurry for. It is durable when [`Handed::durable`] says so, soon, and never
    /// after anything that was handed over later.
    pub(crate) fn hand<T: Send + 'static>(
        &self,
        point: Point,
        work: impl FnOnce(&Connection) -> Result<T, LedgerError> + Send + 'static,
    ) -> Handed<T> {
        self.push(point, false, work)
    }

    fn push<T: Send + 'static>(
        &self,
        point: Point,
        urgent: bool,
        work: impl FnOnce(&Connection) -> Result<T, LedgerError> + Send + 'static,
    ) -> Handed<T> {
        let (tell, hear) = oneshot::channel();
        let job = Box::new(Write { point, urgent, work: Some(work), result: None, tell });
        match &*self.0 {
            Inner::Threaded(threaded) => {
                if let Some(writes) = &*threaded.writes.lock().unwrap_or_else(PoisonError::into_inner) {
                    // A writer that is gone drops the job, and `durable` says so.
                    drop(writes.send(job));
                }
            }
            Inner::Inline(lane) => {
                if lane.push(job) {
                    drop(tokio::spawn(Lane::linger(Arc::downgrade(lane))));
                }
            }
        }
        Handed(hear)
    }

    /// Writes and waits until it is durable.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        point: Point,
        work: impl FnOnce(&Connection) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        self.push(point, true, work).durable().await
    }

    /// Reads what is committed.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        if let Inner::Inline(lane) = &*self.0 {
            if !lane.commits.is_alive() {
                return std::future::pending().await;
            }
            return work(&lane.disk.lock());
        }
        let inner = self.0.clone();
        let read = tokio::task::spawn_blocking(move || match &*inner {
            Inner::Threaded(threaded) => work(&threaded.reader.lock().unwrap_or_else(PoisonError::into_inner)),
            Inner::Inline(lane) => work(&lane.disk.lock()),
        });
        read.await.map_err(|_| LedgerError::Ending)?
    }
}

/// Statements are planned once and kept, whatever is bound to them: planning costs more than these small queries do.
pub(crate) fn plan_once(connection: &Connection) -> Result<(), LedgerError> {
    connection.set_prepared_statement_cache_capacity(KEPT);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

pub(crate) fn migrate(connection: &mut Connection) -> Result<(), LedgerError> {
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    if found > known {
        return Err(LedgerError::Newer { found, known });
    }
    for (version, migration) in (1_i64..).zip(MIGRATIONS) {
        if version > found {
            let step = connection.transaction()?;
            step.execute_batch(migration)?;
            step.pragma_update(None, "user_version", version)?;
            step.commit()?;
        }
    }
    Ok(())
}

/// Takes all rows out, and keeps the tables.
pub(crate) fn empty(connection: &Connection) -> Result<(), LedgerError> {
    for table in ["history", "closed", "journal", "raw", "tx"] {
        connection.prepare_cached(&format!("DELETE FROM {table}"))?.execute([])?;
    }
    Ok(())
}

fn write_all(connection: &mut Connection, jobs: &mpsc::Receiver<Box<dyn Job>>) {
    while let Ok(first) = jobs.recv() {
        let mut batch = gather(first, jobs, LINGER);
        let committed = commit(connection, &mut batch);
        if let Err(error) = &committed {
            tracing::error!(%error, "the journal could not be written");
        }
        for job in batch {
            job.end(committed.clone());
        }
    }
}

/// The writes of one commit: all that are there, and while nobody waits for any of them those that come within `linger`.
fn gather(first: Box<dyn Job>, jobs: &mpsc::Receiver<Box<dyn Job>>, linger: Duration) -> Vec<Box<dyn Job>> {
    let until = Instant::now() + linger;
    let mut urgent = first.is_urgent();
    let mut batch = vec![first];
    while !urgent
        && batch.len() < BATCH
        && let Ok(next) = jobs.recv_timeout(until.saturating_duration_since(Instant::now()))
    {
        urgent = next.is_urgent();
        batch.push(next);
    }
    while batch.len() < BATCH
        && let Ok(next) = jobs.try_recv()
    {
        batch.push(next);
    }
    batch
}

pub(crate) fn commit(connection: &mut Connection, batch: &mut [Box<dyn Job>]) -> Result<(), LedgerError> {
    let mut transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for job in batch.iter_mut() {
        // A write that fails undoes itself and not its neighbours.
        let savepoint = transaction.savepoint()?;
        if job.run(&savepoint) {
            savepoint.commit()?;
        }
    }
    for job in batch.iter() {
        point::before(job.point());
    }
    transaction.commit()?;
    for job in batch.iter() {
        point::after(job.point());
    }
    Ok(())
}

/// Milliseconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_write_that_fails_leaves_its_neighbours_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runner.db");
        let ledger = Ledger::open(&path).unwrap();
        let insert = |key: &'static str| {
            move |c: &Connection| {
                c.execute(
                    "INSERT INTO tx (chain, key, state, what, created, updated) VALUES (1, ?1, 'x', '', 0, 0)",
                    [key],
                )?;
                Ok(())
            }
        };
        let writes = [ledger.hand(Point::OtherSigned, insert("a")), ledger.hand(Point::OtherSigned, insert("a"))];
        let third = ledger.hand(Point::OtherSigned, insert("b"));
        let [first, second] = writes;
        first.durable().await.unwrap();
        assert!(second.durable().await.unwrap_err().is_conflict());
        third.durable().await.unwrap();
        drop(ledger);
        let count: i64 = Ledger::open(&path)
            .unwrap()
            .read(|c| Ok(c.query_row("SELECT count(*) FROM tx", [], |r| r.get(0))?))
            .await
            .unwrap();
        assert_eq!(count, 2);
    }

    #[tokio::test]
    async fn what_was_handed_over_is_there_after_reopening_even_if_nobody_waited() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runner.db");
        let ledger = Ledger::open(&path).unwrap();
        drop(ledger.hand(Point::OtherSigned, |c| {
            c.execute("INSERT INTO tx (chain, key, state, what, created, updated) VALUES (1, 'k', 'x', '', 0, 0)", [])?;
            Ok(())
        }));
        drop(ledger);
        let again = Ledger::open(&path).unwrap();
        let key: String = again.read(|c| Ok(c.query_row("SELECT key FROM tx", [], |r| r.get(0))?)).await.unwrap();
        assert_eq!(key, "k");
    }

    #[test]
    fn whoever_drops_the_last_clone_waits_until_what_was_handed_over_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(&folder.path().join("runner.db")).unwrap();
        let ((tell_begun, begun), (release, released)) = (mpsc::channel(), mpsc::channel());
        drop(ledger.hand(Point::OtherSigned, move |_| {
            tell_begun.send(()).unwrap();
            released.recv().unwrap();
            Ok(())
        }));
        begun.recv().unwrap();
        let (tell_dropped, dropped) = mpsc::channel();
        let dropping = std::thread::spawn(move || {
            drop(ledger);
            tell_dropped.send(()).unwrap();
        });
        assert!(dropped.recv_timeout(Duration::from_millis(60)).is_err(), "it is still being written");
        release.send(()).unwrap();
        dropped.recv().unwrap();
        dropping.join().unwrap();
    }

    #[tokio::test]
    async fn of_a_write_that_fails_half_way_nothing_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(&folder.path().join("runner.db")).unwrap();
        let half = ledger.write(Point::OtherSigned, |c| {
            c.execute("INSERT INTO tx (chain, key, state, what, created, updated) VALUES (1, 'k', 'x', '', 0, 0)", [])?;
            Err::<(), _>(LedgerError::Row("the second half".to_owned()))
        });
        assert!(matches!(half.await, Err(LedgerError::Row(_))));
        let count = |c: &Connection| Ok(c.query_row("SELECT count(*) FROM tx", [], |r| r.get::<_, i64>(0))?);
        assert_eq!(ledger.read(count).await.unwrap(), 0);
    }

    #[test]
    fn the_ledger_s_clock_is_the_system_s() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(&folder.path().join("runner.db")).unwrap();
        let told = UNIX_EPOCH + Duration::from_millis(u64::try_from(ledger.now()).unwrap());
        let system = SystemTime::now();
        let apart = system.duration_since(told).unwrap_or_else(|ahead| ahead.duration());
        assert!(apart < Duration::from_secs(3600), "{told:?} and {system:?}");
    }

    /// A write of a test; `asked` is told when it is looked at whether somebody waits for it.
    struct Plain {
        urgent: bool,
        asked: Option<mpsc::Sender<()>>,
    }

    impl Job for Plain {
        fn point(&self) -> Point {
            Point::OtherSigned
        }
        fn is_urgent(&self) -> bool {
            if let Some(asked) = &self.asked {
                asked.send(()).unwrap();
            }
            self.urgent
        }
        fn run(&mut self, _: &Connection) -> bool {
            true
        }
        fn end(self: Box<Self>, _: Result<(), LedgerError>) {}
    }

    fn plain(urgent: bool) -> Box<dyn Job> {
        Box::new(Plain { urgent, asked: None })
    }

    /// Longer than any test: only what ends the waiting ends it.
    const LONG: Duration = Duration::from_secs(24 * 3600);

    #[test]
    fn a_write_that_nobody_waits_for_lingers_until_one_comes_that_somebody_waits_for() {
        let (writes, jobs) = mpsc::channel();
        let (asked, hear) = mpsc::channel();
        let first = Box::new(Plain { urgent: false, asked: Some(asked) });
        let others = std::thread::spawn(move || {
            // Gathering has begun, and nothing else is there.
            hear.recv().unwrap();
            writes.send(plain(false)).unwrap();
            writes.send(plain(true)).unwrap();
            writes
        });
        assert_eq!(gather(first, &jobs, LONG).len(), 3);
        drop(others.join().unwrap());
    }

    #[test]
    fn a_commit_takes_what_is_there_up_to_its_limit() {
        for urgent in [true, false] {
            let (writes, jobs) = mpsc::channel();
            for _ in 0..BATCH + 50 {
                writes.send(plain(false)).unwrap();
            }
            assert_eq!(gather(plain(urgent), &jobs, LONG).len(), BATCH, "urgent: {urgent}");
            let rest = gather(plain(true), &jobs, LONG).len();
            assert_eq!(rest, 1 + 51, "all that is left, without waiting for more");
        }
    }

    #[test]
    fn a_newer_file_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runner.db");
        drop(Ledger::open(&path).unwrap());
        Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
        assert!(matches!(Ledger::open(&path), Err(LedgerError::Newer { found: 99, .. })));
    }
}
