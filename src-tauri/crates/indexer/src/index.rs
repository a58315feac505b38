//! The task that keeps the index: reads ahead while it writes, and says how far it is.

use crate::{Bookmark, Entry, Filter, IndexError, Page, Position, Subscription, store::Store};
use keeper::{Batch, DEPTH, Follower, Keeper, KeeperError, RpcFault};
use std::{
    path::Path,
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

/// After an error, at first and at most.
const PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// However long a node wants to be left alone.
const LONGEST_WISH: Duration = Duration::from_secs(300);
/// Beside every block of the depth, so many older ones are remembered.
const ANCHORS: u64 = 16;
/// Events that are read ahead of what is being written, at most, but for those of one more range: some 20 MB.
const MOST_WAITING: usize = 40_000;
/// Blocks without events are forgotten once in so many.
const TIDY: u64 = 4_096;

/// How an index follows.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// How long it waits after an error, at first; each pause doubles the one before, up to half a minute.
    pub pause: Duration,
    /// Blocks below the head that are held against each other one by one. A deeper change makes the index begin anew.
    pub depth: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { depth: DEPTH, pause: PAUSE }
    }
}

/// How far an index has come.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Progress {
    /// The first block that was read since the program started.
    pub from: u64,
    /// The last block that is in the index; `None` before the first.
    pub at: Option<u64>,
    /// The newest block that the chain's node has told of.
    pub to: u64,
    /// Events since the program started.
    pub events: u64,
    /// Of these a second, over the time that was spent catching up.
    pub per_second: u64,
    /// Times the chain had other blocks than before.
    pub rolled_back: u64,
    /// Whether a change was deeper than what is remembered, so that everything is being read again.
    pub anew: bool,
    /// Why it does not go on, where it does not.
    pub trouble: Option<String>,
}

impl Progress {
    /// Whether everything is in the index that the node has told of.
    pub fn is_caught_up(&self) -> bool {
        self.at.is_some_and(|at| at >= self.to)
    }
}

/// An index of the contracts' events. Cheap to clone; it is followed until the last clone is dropped.
#[derive(Clone, Debug)]
pub struct Indexer(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    keeper: Keeper,
    progress: watch::Receiver<Progress>,
    _following: DropGuard,
}

impl Indexer {
    /// Opens or makes the file and begins to follow. What the file holds of other contracts or another chain is dropped.
    /// Needs a tokio runtime.
    ///
    /// # Errors
    /// Those of the disk, and [`IndexError::Newer`].
    pub async fn open(path: &Path, keeper: Keeper, options: Options) -> Result<Self, IndexError> {
        let chain = serde_json::json!({ "chain": keeper.chain_id(), "contracts": keeper.contracts().to_map() });
        let (path, chain) = (path.to_owned(), chain.to_string());
        let opened = tokio::task::spawn_blocking(move || Store::open(&path, &chain)).await;
        let store = opened.map_err(|_| IndexError::Ending)??;
        let cancel = CancellationToken::new();
        let (tell, progress) = watch::channel(Progress::default());
        let task = Task { store: store.clone(), keeper: keeper.clone(), options, tell, begun: None, tidied: 0 };
        let until = cancel.clone();
        tokio::spawn(async move { until.run_until_cancelled(task.run()).await });
        Ok(Self(Arc::new(Inner { store, keeper, progress, _following: cancel.drop_guard() })))
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    /// How far it has come, as it changes.
    pub fn progress(&self) -> watch::Receiver<Progress> {
        self.0.progress.clone()
    }

    /// Waits until everything is in the index that the chain has now.
    ///
    /// # Errors
    /// [`IndexError::Keeper`] where the node cannot be asked. While it is only slow, or its answers do not fit together, this
    /// waits: limit it.
    pub async fn caught_up(&self) -> Result<(), IndexError> {
        let newest = self.0.keeper.block_number().await?;
        self.0.keeper.nudge();
        let mut progress = self.progress();
        let reached = progress.wait_for(|progress| progress.at.is_some_and(|at| at >= newest)).await;
        reached.map(drop).map_err(|_| IndexError::Ending)
    }

    /// Events in the order of the chain, from a position on, at most so many.
    ///
    /// # Errors
    /// Those of the file.
    pub async fn history(&self, filter: Filter, from: Position, most: u32) -> Result<Vec<Entry>, IndexError> {
        self.store().history(filter, from, most).await
    }

    /// Reads on from a bookmark, at most so many entries.
    ///
    /// # Errors
    /// Those of the file.
    pub async fn read_on(&self, filter: Filter, bookmark: Bookmark, most: u32) -> Result<Page, IndexError> {
        self.store().read_on(filter, bookmark, most).await
    }

    /// The events of a filter from a block on, those that are there and those to come. Dropping it unsubscribes.
    pub fn subscribe(&self, filter: Filter, since: u64) -> Subscription {
        Subscription::new(self.store().clone(), self.progress(), filter, since)
    }
}

struct Task {
    store: Store,
    keeper: Keeper,
    options: Options,
    tell: watch::Sender<Progress>,
    begun: Option<Instant>,
    /// Up to here blocks without events were forgotten.
    tidied: u64,
}

impl Task {
    async fn run(mut self) {
        let mut pause = self.options.pause;
        loop {
            let before = self.tell.borrow().at;
            let Err(error) = self.follow().await;
            tracing::warn!(%error, "the index does not go on");
            self.tell.send_modify(|progress| progress.trouble = Some(error.to_string()));
            if self.tell.borrow().at != before {
                pause = self.options.pause;
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Goes on from what is in the file. Whatever goes wrong, the file is whole.
    async fn follow(&mut self) -> Result<std::convert::Infallible, IndexError> {
        let known = self.store.known(self.options.depth.saturating_add(ANCHORS)).await?;
        let first = known.last().map_or(0, |(number, _)| number.saturating_add(1));
        let at = known.last().map(|(number, _)| *number);
        self.tell.send_modify(|progress| {
            if progress.at.is_none() {
                progress.from = first;
            }
            progress.at = at;
        });
        let store = self.store.clone();
        let follower = Follower::remembering(self.keeper.clone(), known, self.options.depth);
        let (tell, pause) = (self.tell.clone(), self.options.pause);
        let read = |follower| patiently(follower, tell.clone(), pause);
        let mut reading = pin!(read(follower));
        let (follower, batch) = reading.as_mut().await;
        reading.set(read(follower));
        let mut batches = vec![batch];
        loop {
            self.begun.get_or_insert_with(Instant::now);
            let told: Vec<Told> = batches.iter().map(Told::of).collect();
            // While these are written the next are being read, as many as are there by then: of what takes long, much is
            // written at once.
            let mut writing = pin!(store.apply(batches));
            let (mut written, mut next, mut waiting) = (false, Vec::new(), 0);
            while !written || next.is_empty() {
                tokio::select! {
                    biased;
                    done = &mut writing, if !written => {
                        self.tell(&told, done?).await?;
                        written = true;
                    }
                    (follower, batch) = &mut reading, if waiting < MOST_WAITING => {
                        waiting += batch.events.len();
                        next.push(batch);
                        reading.set(read(follower));
                    }
                }
            }
            batches = next;
        }
    }

    async fn tell(&mut self, told: &[Told], events: u64) -> Result<(), IndexError> {
        let spent = self.begun.map(|begun| begun.elapsed()).unwrap_or_default();
        self.tell.send_modify(|progress| {
            progress.events = progress.events.saturating_add(events);
            if !progress.is_caught_up() || progress.per_second == 0 {
                let micros = u64::try_from(spent.as_micros()).unwrap_or(u64::MAX).max(1);
                progress.per_second = progress.events.saturating_mul(1_000_000) / micros;
            }
            for Told { at, to, rolled_back_to } in told.iter().copied() {
                if let Some(block) = rolled_back_to {
                    progress.rolled_back = progress.rolled_back.saturating_add(1);
                    progress.anew = block == 0;
                }
                (progress.at, progress.to, progress.trouble) = (at, to, None);
                if progress.is_caught_up() {
                    progress.anew = false;
                }
            }
        });
        let kept = self.options.depth.saturating_add(ANCHORS);
        let at = told.last().and_then(|told| told.at);
        let old = at.unwrap_or(0).saturating_sub(kept);
        if old >= self.tidied.saturating_add(TIDY) {
            self.store.forget_between(self.tidied, old).await?;
            self.tidied = old;
        }
        Ok(())
    }
}

/// Reads the next batch, however often it takes. What a follower has found out before an error it still knows after it.
async fn patiently(mut follower: Follower, tell: watch::Sender<Progress>, mut pause: Duration) -> (Follower, Batch) {
    loop {
        match follower.next().await {
            Ok(batch) => return (follower, batch),
            Err(error) => {
                tracing::debug!(%error, "the chain cannot be read now");
                tell.send_modify(|progress| progress.trouble = Some(error.to_string()));
                // A node that says how long it wants to be left alone is left alone so long.
                let wanted = match error {
                    KeeperError::Rpc(RpcFault::Busy { after }) => after.unwrap_or_default().min(LONGEST_WISH),
                    _ => Duration::ZERO,
                };
                tokio::time::sleep(pause.max(wanted)).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
}

/// What is told of a batch once it is written.
#[derive(Clone, Copy)]
struct Told {
    at: Option<u64>,
    to: u64,
    rolled_back_to: Option<u64>,
}

impl Told {
    fn of(batch: &Batch) -> Self {
        let at = batch.cursor.hash.map(|_| batch.cursor.block);
        Self { at, to: batch.newest, rolled_back_to: batch.rolled_back_to }
    }
}
