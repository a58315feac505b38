//! Files are read whole before a sale is opened, to compare them with what was sold. That takes long; what many buyers do at
//! once must not have the same file read as many times, and strangers' links must not hold up the own publisher's sales.

use agreement::publisher::Event;
use protocol::Did;
use runner::Hold;
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::{Semaphore, SemaphorePermit};

/// Listings of the own publisher that are read at the same time, at most.
const OWN: usize = 4;
/// Listings of strangers that are read at the same time, at most.
const STRANGERS: usize = 8;

/// A listing, and the checksum of the version that was sold.
pub(crate) type Version = (Did, String);
/// What a reading found.
pub(crate) type Found = Result<Event, Hold>;

/// The readings that are under way.
pub(crate) struct Readings {
    versions: Mutex<HashMap<Version, Arc<Queue>>>,
    own: Semaphore,
    strangers: Semaphore,
}

impl Default for Readings {
    fn default() -> Self {
        Self { versions: Mutex::default(), own: Semaphore::new(OWN), strangers: Semaphore::new(STRANGERS) }
    }
}

/// Those who want one version read.
#[derive(Default)]
struct Queue {
    /// How many have asked.
    asked: AtomicU64,
    /// Whoever holds it reads; the last reading, and how many had asked when it began.
    last: tokio::sync::Mutex<Option<(u64, Found)>>,
}

/// A place in a queue. The last one to leave takes the queue along.
struct Place<'a> {
    readings: &'a Readings,
    version: Version,
    queue: Arc<Queue>,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut versions = self.readings.versions.lock().unwrap_or_else(PoisonError::into_inner);
        // The map's and this one; new ones are made under the lock alone.
        if Arc::strong_count(&self.queue) == 2 {
            versions.remove(&self.version);
        }
    }
}

impl Readings {
    /// What a reading finds that began after this was called: `read`, or that of somebody else who wants the same.
    pub(crate) async fn shared(&self, version: Version, read: impl Future<Output = Found> + Send) -> Found {
        let place = self.place(version);
        let number = place.queue.asked.fetch_add(1, Ordering::SeqCst);
        let mut last = place.queue.last.lock().await;
        if let Some((asked, found)) = &*last
            && number < *asked
        {
            return found.clone();
        }
        let asked = place.queue.asked.load(Ordering::SeqCst);
        let found = read.await;
        *last = Some((asked, found.clone()));
        found
    }

    /// Waits until this listing may be read, as long as what is given is kept.
    pub(crate) async fn turn(&self, own: bool) -> Option<SemaphorePermit<'_>> {
        let turns = if own { &self.own } else { &self.strangers };
        // Nobody closes them.
        turns.acquire().await.ok()
    }

    fn place(&self, version: Version) -> Place<'_> {
        let mut versions = self.versions.lock().unwrap_or_else(PoisonError::into_inner);
        let queue = Arc::clone(versions.entry(version.clone()).or_default());
        Place { readings: self, version, queue }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::{FutureExt as _, future::join4};
    use std::sync::atomic::AtomicUsize;
    use tokio::sync::oneshot;

    fn version(number: u8) -> Version {
        (Did([number; 32]), "0x00".to_owned())
    }

    fn changed() -> Found {
        Ok(Event::Changed { reason: "file 0".into() })
    }

    #[tokio::test]
    async fn who_asks_while_a_file_is_read_shares_the_next_reading_and_never_one_that_had_begun() {
        let (readings, count) = (Readings::default(), AtomicUsize::new(0));
        let (goes_on, waits) = oneshot::channel();
        let first = readings.shared(version(1), async {
            count.fetch_add(1, Ordering::SeqCst);
            waits.await.unwrap();
            changed()
        });
        let later = || {
            readings.shared(version(1), async {
                count.fetch_add(1, Ordering::SeqCst);
                Ok(Event::Intact)
            })
        };
        // Each is asked in this order.
        let (first, second, third, _) = join4(first, later(), later(), async { goes_on.send(()).unwrap() }).await;
        assert_eq!((first, second, third), (changed(), Ok(Event::Intact), Ok(Event::Intact)));
        assert_eq!(count.load(Ordering::SeqCst), 2);
        assert!(readings.versions.lock().unwrap().is_empty(), "nobody waits any more");
    }

    #[tokio::test]
    async fn a_reading_that_is_given_up_keeps_nobody_waiting_and_another_version_is_another_reading() {
        let readings = Readings::default();
        let mut given_up = Box::pin(readings.shared(version(1), std::future::pending()));
        assert_eq!(given_up.as_mut().now_or_never(), None);
        assert_eq!(readings.shared(version(2), async { changed() }).await, changed());
        drop(given_up);
        assert_eq!(readings.shared(version(1), async { Ok(Event::Intact) }).await, Ok(Event::Intact));
        assert!(readings.versions.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn only_so_many_files_are_read_at_once_and_strangers_take_no_turn_of_the_own_publisher_s() {
        let readings = Readings::default();
        let mut turns = Vec::new();
        for _ in 0..STRANGERS {
            turns.push(readings.turn(false).await);
        }
        assert!(readings.turn(false).now_or_never().is_none());
        assert!(readings.turn(true).now_or_never().is_some());
        turns.pop();
        assert!(readings.turn(false).now_or_never().is_some());
    }
}
