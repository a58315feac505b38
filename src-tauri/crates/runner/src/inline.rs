//! A ledger without a thread: every write happens on the calling thread, at an instant that is decided by whoever calls.
//!
//! For deterministic simulation. The rules are those of the threaded ledger: writes are committed in the order in which
//! they were handed over, one that nobody waits for lingers until the next one or for a moment of tokio's clock, reads see
//! what is committed. [`Commits`] stands at every commit and can end the process there: before it nothing is kept, after it
//! nobody hears of it, and in both cases this ledger never answers again. The [`Disk`] survives.

use crate::{
    ledger::{Job, LINGER, LedgerError, commit, empty, migrate, plan_once},
    point::Point,
};
use rusqlite::Connection;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A file in memory. Cheap to clone; all clones are the same file.
#[derive(Clone)]
pub struct Disk(Arc<Mutex<Connection>>);

impl std::fmt::Debug for Disk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Disk")
    }
}

impl Disk {
    /// An empty one with the schema of a ledger.
    ///
    /// # Errors
    /// SQLite's.
    pub fn in_memory() -> Result<Self, LedgerError> {
        let mut connection = Connection::open_in_memory()?;
        plan_once(&connection)?;
        migrate(&mut connection)?;
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    /// As new: everything on it is gone.
    ///
    /// # Errors
    /// SQLite's.
    pub fn wipe(&self) -> Result<(), LedgerError> {
        empty(&self.lock())
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Stands at every commit, and is the clock.
pub trait Commits: Send + Sync + 'static {
    /// Right before or after a commit; false ends the process here.
    fn pass(&self, point: Point, after: bool) -> bool;
    /// Whether the process still runs.
    fn is_alive(&self) -> bool;
    /// Milliseconds since 1970.
    fn now(&self) -> i64;
}

/// The writer's place in a ledger without a thread.
pub(crate) struct Lane {
    pub(crate) disk: Disk,
    pub(crate) commits: Arc<dyn Commits>,
    /// Handed over and not yet committed.
    waiting: Mutex<Vec<Box<dyn Job>>>,
    /// Handed over to a process that has ended: kept, so that nobody ever hears of them.
    lost: Mutex<Vec<Box<dyn Job>>>,
}

impl Lane {
    pub(crate) fn new(disk: Disk, commits: Arc<dyn Commits>) -> Self {
        Self { disk, commits, waiting: Mutex::default(), lost: Mutex::default() }
    }

    /// Takes a write; whether it has to be flushed later by [`Lane::linger`].
    pub(crate) fn push(&self, job: Box<dyn Job>) -> bool {
        let urgent = job.is_urgent();
        let first = {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            waiting.push(job);
            waiting.len() == 1
        };
        if urgent {
            self.flush();
        }
        !urgent && first
    }

    /// Flushes after the time that a write waits for company.
    pub(crate) async fn linger(lane: std::sync::Weak<Self>) {
        tokio::time::sleep(LINGER).await;
        if let Some(lane) = lane.upgrade() {
            lane.flush();
        }
    }

    fn flush(&self) {
        let mut batch = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        if batch.is_empty() {
            return;
        }
        let passes = |batch: &[Box<dyn Job>], after| {
            self.commits.is_alive() && batch.iter().all(|job| self.commits.pass(job.point(), after))
        };
        if !passes(&batch, false) {
            self.lose(batch);
            return;
        }
        let committed = commit(&mut self.disk.lock(), &mut batch);
        if !passes(&batch, true) {
            self.lose(batch);
            return;
        }
        for job in batch {
            job.end(committed.clone());
        }
    }

    fn lose(&self, batch: Vec<Box<dyn Job>>) {
        self.lost.lock().unwrap_or_else(PoisonError::into_inner).extend(batch);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Entry, Journal, Kind, Ledger, Status};
    use std::{
        sync::atomic::{AtomicBool, Ordering},
        time::Duration,
    };
    use tokio::time::{Instant, sleep, timeout};

    /// Longer than any write lingers.
    const LONG: Duration = Duration::from_secs(9);

    /// Ends the process at one side of one point.
    struct Ends {
        at: Option<(Point, bool)>,
        alive: AtomicBool,
    }

    impl Ends {
        fn at(at: Option<(Point, bool)>) -> Arc<Self> {
            Arc::new(Self { at, alive: AtomicBool::new(true) })
        }
    }

    impl Commits for Ends {
        fn pass(&self, point: Point, after: bool) -> bool {
            if self.at == Some((point, after)) {
                self.alive.store(false, Ordering::SeqCst);
            }
            self.is_alive()
        }
        fn is_alive(&self) -> bool {
            self.alive.load(Ordering::SeqCst)
        }
        fn now(&self) -> i64 {
            7
        }
    }

    fn entry(id: &str) -> Entry {
        Entry {
            id: id.to_owned(),
            machine: "buyer".to_owned(),
            kind: Kind::Contract,
            status: Status::Cached,
            state: "x".to_owned(),
            content: "{}".to_owned(),
            max_retries: 0,
            ttl: 0,
        }
    }

    /// What is written is committed, however long one has to wait for it.
    async fn committed<T>(write: impl Future<Output = Result<T, LedgerError>>) -> T {
        timeout(LONG, write).await.expect("it is committed").unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn a_process_that_ends_at_a_commit_never_answers_and_its_disk_has_what_was_committed() {
        for (after, kept) in [(false, 0), (true, 1)] {
            let disk = Disk::in_memory().unwrap();
            let journal = Journal::new(&Ledger::inline(&disk, Ends::at(Some((Point::OtherSigned, after)))));
            let put = journal.put(entry("a"), Point::OtherSigned);
            assert!(timeout(LONG, put).await.is_err());
            let read = journal.open("buyer");
            assert!(timeout(LONG, read).await.is_err());
            let again = Journal::new(&Ledger::inline(&disk, Ends::at(None)));
            let rows = again.open("buyer").await.unwrap();
            assert_eq!(rows.len(), kept);
            assert!(rows.iter().all(|row| row.created == 7), "the clock is the one that was given");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_somebody_waits_for_does_not_linger() {
        let disk = Disk::in_memory().unwrap();
        let journal = Journal::new(&Ledger::inline(&disk, Ends::at(None)));
        let before = Instant::now();
        committed(journal.put(entry("a"), Point::OtherSigned)).await;
        assert_eq!(before.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_that_nobody_waits_for_lingers_its_own_time_whatever_was_written_before_it() {
        let disk = Disk::in_memory().unwrap();
        let journal = Journal::new(&Ledger::inline(&disk, Ends::at(None)));
        committed(journal.put(entry("a"), Point::OtherSigned)).await;
        sleep(LINGER / 5).await;
        drop(journal.hand(entry("b"), Point::OtherSigned));
        sleep(LINGER * 9 / 10).await;
        assert!(journal.get("b").await.unwrap().is_none(), "it has waited for less than its time");
        sleep(LINGER / 5).await;
        assert!(journal.get("b").await.unwrap().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn writes_that_nobody_waits_for_share_the_time_of_the_first_one() {
        let disk = Disk::in_memory().unwrap();
        let journal = Journal::new(&Ledger::inline(&disk, Ends::at(None)));
        drop(journal.hand(entry("a"), Point::OtherSigned));
        sleep(LINGER * 3 / 5).await;
        drop(journal.hand(entry("b"), Point::OtherSigned));
        sleep(LINGER * 3 / 5).await;
        for id in ["a", "b"] {
            assert!(journal.get(id).await.unwrap().is_some(), "{id}");
        }
        // Had the second one a time of its own, it would soon be over, and this one would not linger.
        drop(journal.hand(entry("c"), Point::OtherSigned));
        sleep(LINGER * 3 / 5).await;
        assert!(journal.get("c").await.unwrap().is_none(), "it has waited for less than its time");
    }

    #[tokio::test(start_paused = true)]
    async fn what_nobody_waits_for_lingers_and_is_lost_with_the_process_or_committed_with_the_next() {
        let disk = Disk::in_memory().unwrap();
        let journal = Journal::new(&Ledger::inline(&disk, Ends::at(None)));
        drop(journal.hand(entry("a"), Point::OtherSigned));
        assert!(journal.get("a").await.unwrap().is_none(), "not committed yet");
        committed(journal.put(entry("b"), Point::OtherSigned)).await;
        assert!(journal.get("a").await.unwrap().is_some());
        committed(journal.hand(entry("c"), Point::OtherSigned).durable()).await;
        assert!(journal.get("c").await.unwrap().is_some(), "committed after a moment");
        drop(journal.hand(entry("d"), Point::OtherSigned));
        drop(journal);
        let again = Journal::new(&Ledger::inline(&disk, Ends::at(None)));
        sleep(LINGER * 2).await;
        assert!(again.get("d").await.unwrap().is_none(), "lost");
    }

    #[tokio::test(start_paused = true)]
    async fn a_disk_that_is_wiped_is_as_new() {
        let disk = Disk::in_memory().unwrap();
        let journal = Journal::new(&Ledger::inline(&disk, Ends::at(None)));
        committed(journal.put(entry("a"), Point::OtherSigned)).await;
        disk.wipe().unwrap();
        assert!(journal.get("a").await.unwrap().is_none());
        committed(journal.put(entry("a"), Point::OtherSigned)).await;
        assert!(journal.get("a").await.unwrap().is_some());
    }
}
