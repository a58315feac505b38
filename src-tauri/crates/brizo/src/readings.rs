//! Files are read whole before a sale is opened, to compare them with what was sold. That takes long; what many buyers do at
//! once must not have the same file read as many times, and strangers' links must not hold up the own publisher's sales, nor
//! one stranger's those of the others.

use agreement::publisher::Event;
use protocol::{Address, Did};
use runner::Hold;
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

/// Files of the own publisher that are read at the same time, at most.
const OWN: usize = 4;
/// Files of strangers that are read at the same time, at most.
const STRANGERS: usize = 8;
/// Of those, as many as one and the same owner has listed: whose files come slowly waits for himself.
const OF_ONE: usize = 2;

/// A listing, and the checksum of the version that was sold.
pub(crate) type Version = (Did, String);
/// What a reading found.
pub(crate) type Found = Result<Event, Hold>;

/// The readings that are under way.
pub(crate) struct Readings {
    versions: Mutex<HashMap<Version, Waiting>>,
    own: Semaphore,
    strangers: Semaphore,
    /// Of those strangers whose files are read or wait.
    owners: Mutex<HashMap<Address, Arc<Semaphore>>>,
}

impl Default for Readings {
    fn default() -> Self {
        Self {
            versions: Mutex::default(),
            own: Semaphore::new(OWN),
            strangers: Semaphore::new(STRANGERS),
            owners: Mutex::default(),
        }
    }
}

/// A queue, and how many are in it.
#[derive(Default)]
struct Waiting {
    places: usize,
    queue: Arc<Queue>,
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
        let Some(waiting) = versions.get_mut(&self.version) else { return };
        waiting.places = waiting.places.saturating_sub(1);
        if waiting.places == 0 {
            versions.remove(&self.version);
        }
    }
}

/// Leave to read a file, as long as it is kept.
pub(crate) struct Turn<'a> {
    _of_owner: Option<OwnedSemaphorePermit>,
    _of_all: Option<SemaphorePermit<'a>>,
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

    /// Waits until a file of a listing may be read, whoever's it is: everybody in turn.
    pub(crate) async fn turn(&self, own: bool, owner: Address) -> Turn<'_> {
        // Nobody closes them.
        let of_owner = if own { None } else { self.of_owner(owner).acquire_owned().await.ok() };
        let turns = if own { &self.own } else { &self.strangers };
        Turn { _of_owner: of_owner, _of_all: turns.acquire().await.ok() }
    }

    fn of_owner(&self, owner: Address) -> Arc<Semaphore> {
        let mut owners = self.owners.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever reads or waits holds his; new ones are made under the lock alone.
        owners.retain(|_, turns| Arc::strong_count(turns) > 1);
        Arc::clone(owners.entry(owner).or_insert_with(|| Arc::new(Semaphore::new(OF_ONE))))
    }

    fn place(&self, version: Version) -> Place<'_> {
        let mut versions = self.versions.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = versions.entry(version.clone()).or_default();
        waiting.places = waiting.places.saturating_add(1);
        Place { readings: self, version, queue: Arc::clone(&waiting.queue) }
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
    async fn who_leaves_last_takes_the_queue_along_also_where_two_leave_at_once() {
        let readings = Readings::default();
        let (first, second) = (readings.place(version(1)), readings.place(version(1)));
        // Each lets go of its place before it lets go of the queue.
        let kept = [Arc::clone(&first.queue), Arc::clone(&second.queue)];
        drop(first);
        assert_eq!(readings.versions.lock().unwrap().len(), 1, "the other one is still there");
        drop(second);
        assert!(readings.versions.lock().unwrap().is_empty());
        drop(kept);
    }

    #[tokio::test]
    async fn only_so_many_files_are_read_at_once_and_strangers_take_no_turn_of_the_own_publisher_s() {
        let readings = Readings::default();
        let owners = |number: usize| Address([u8::try_from(number).unwrap(); 20]);
        let mut turns = Vec::new();
        for number in 0..STRANGERS {
            turns.push(readings.turn(false, owners(number)).await);
        }
        let next = owners(STRANGERS);
        assert!(readings.turn(false, next).now_or_never().is_none());
        assert!(readings.turn(true, next).now_or_never().is_some());
        turns.pop();
        assert!(readings.turn(false, next).now_or_never().is_some());
    }

    #[tokio::test]
    async fn one_stranger_s_files_do_not_keep_the_others_from_being_read() {
        let readings = Readings::default();
        let (greedy, other) = (Address([1; 20]), Address([2; 20]));
        let mut turns = Vec::new();
        for _ in 0..OF_ONE {
            turns.push(readings.turn(false, greedy).await);
        }
        let mut waits = Box::pin(readings.turn(false, greedy));
        assert!(waits.as_mut().now_or_never().is_none());
        assert!(readings.turn(false, other).now_or_never().is_some());
        for _ in 0..OF_ONE {
            turns.push(readings.turn(true, greedy).await);
        }
        assert!(readings.turn(true, greedy).now_or_never().is_some(), "the own publisher waits for himself alone");
        turns.remove(0);
        assert!(waits.as_mut().now_or_never().is_some());
        drop((turns, waits));
        drop(readings.turn(false, other).await);
        assert_eq!(readings.owners.lock().unwrap().len(), 1, "who has nothing read is forgotten");
    }
}
