//! A subscription reads the file whenever it has grown: it misses nothing however slow its reader is, and nothing works
//! for it once it is dropped.

use crate::{
    Entry, Filter, IndexError, Position, Progress,
    query::page,
    store::{Store, signed, unsigned},
};
use futures_util::{Stream, stream};
use std::collections::VecDeque;
use tokio::sync::watch;

/// Entries read at once.
const PAGE: u32 = 256;

/// What a subscriber is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// Everything told from this block on is void: the chain has other blocks there now.
    RolledBack {
        /// The first void block.
        to: u64,
    },
    /// An event.
    Event(Box<Entry>),
}

/// The events of a filter, as they come.
#[derive(Debug)]
pub struct Subscription {
    store: Store,
    progress: watch::Receiver<Progress>,
    filter: Filter,
    since: u64,
    /// Where to read on.
    next: Position,
    /// Roll-backs up to this one were told; `None` before the first reading.
    epoch: Option<i64>,
    ready: VecDeque<Notice>,
}

struct Reading {
    epoch: i64,
    void: Option<u64>,
    entries: Vec<Entry>,
}

impl Subscription {
    pub(crate) fn new(store: Store, progress: watch::Receiver<Progress>, filter: Filter, since: u64) -> Self {
        let next = Position { block: since, index: 0 };
        Self { store, progress, filter, since, next, epoch: None, ready: VecDeque::new() }
    }

    /// Waits for the next notice. May be dropped at any time: nothing is lost.
    ///
    /// # Errors
    /// Those of the file; [`IndexError::Ending`] when the index is not followed any more.
    pub async fn next(&mut self) -> Result<Notice, IndexError> {
        loop {
            if let Some(notice) = self.ready.pop_front() {
                return Ok(notice);
            }
            // Marked before the reading: what is written during it wakes this again.
            self.progress.mark_unchanged();
            if !self.read().await? {
                self.progress.changed().await.map_err(|_| IndexError::Ending)?;
            }
        }
    }

    /// Whether there was something new.
    async fn read(&mut self) -> Result<bool, IndexError> {
        let (filter, known, mut from) = (self.filter.clone(), self.epoch, self.next);
        // One moment of the file: what is void and what is there instead belong together.
        let reading = self.store.read(move |step| {
            let epoch: i64 = step.query_row("SELECT coalesce(max(epoch), 0) FROM rollback", [], |row| row.get(0))?;
            let void: Option<i64> = match known {
                Some(known) if known < epoch => {
                    step.query_row("SELECT min(block) FROM rollback WHERE epoch > ?1", [known], |row| row.get(0))?
                }
                _ => None,
            };
            let void = void.map(unsigned).filter(|void| signed(*void) <= signed(from.block));
            if let Some(block) = void {
                from = from.min(Position { block, index: 0 });
            }
            Ok(Reading { epoch, void, entries: page(step, &filter, from, PAGE)? })
        });
        let Reading { epoch, void, entries } = reading.await?;
        self.epoch = Some(epoch);
        if let Some(to) = void {
            let to = to.max(self.since);
            self.next = self.next.min(Position { block: to, index: 0 });
            self.ready.push_back(Notice::RolledBack { to });
        }
        for entry in entries.into_iter().filter(|entry| entry.position.block >= self.since) {
            let Position { block, index } = entry.position;
            self.next = Position { block, index: index.saturating_add(1) };
            self.ready.push_back(Notice::Event(Box::new(entry)));
        }
        Ok(!self.ready.is_empty())
    }

    /// The same as a stream. It ends with the first error.
    pub fn into_stream(self) -> impl Stream<Item = Result<Notice, IndexError>> {
        stream::unfold(Some(self), |this| async {
            let mut this = this?;
            match this.next().await {
                Ok(notice) => Some((Ok(notice), Some(this))),
                Err(IndexError::Ending) => None,
                Err(error) => Some((Err(error), None)),
            }
        })
    }
}
