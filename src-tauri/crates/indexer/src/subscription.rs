//! A subscription reads the file whenever it has grown: it misses nothing however slow its reader is, and nothing works
//! for it once it is dropped.

use crate::{
    Entry, Filter, IndexError, Position, Progress,
    query::page,
    store::{Store, unsigned},
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

/// How far somebody has read. Keep it, and read on later: nothing is missed and nothing that became void is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bookmark {
    /// Where to read on.
    pub next: Position,
    /// Roll-backs up to this one are known; `None` before the first reading.
    pub epoch: Option<i64>,
}

impl Bookmark {
    /// Before everything from this block on.
    pub const fn at(block: u64) -> Self {
        Self { next: Position { block, index: 0 }, epoch: None }
    }
}

/// What was read on from a bookmark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Everything read from this block on is void: the chain has other blocks there now. Comes before the entries.
    pub void: Option<u64>,
    /// The entries, in the order of the chain.
    pub entries: Vec<Entry>,
    /// From here on next time.
    pub bookmark: Bookmark,
}

impl Store {
    /// One moment of the file: what is void and what is there instead belong together.
    pub(crate) async fn read_on(&self, filter: Filter, bookmark: Bookmark, most: u32) -> Result<Page, IndexError> {
        self.read(move |step| {
            let epoch: i64 = step.query_row("SELECT coalesce(max(epoch), 0) FROM rollback", [], |row| row.get(0))?;
            let void: Option<i64> = match bookmark.epoch {
                Some(known) if known < epoch => {
                    step.query_row("SELECT min(block) FROM rollback WHERE epoch > ?1", [known], |row| row.get(0))?
                }
                _ => None,
            };
            let void = void.map(unsigned).filter(|void| *void <= bookmark.next.block);
            let from = void.map_or(bookmark.next, |block| bookmark.next.min(Position { block, index: 0 }));
            let entries = page(step, &filter, from, most)?;
            let next = entries.last().map_or(from, |last| {
                let Position { block, index } = last.position;
                Position { block, index: index.saturating_add(1) }
            });
            Ok(Page { void, entries, bookmark: Bookmark { next, epoch: Some(epoch) } })
        })
        .await
    }
}

/// The events of a filter, as they come.
#[derive(Debug)]
pub struct Subscription {
    store: Store,
    progress: watch::Receiver<Progress>,
    filter: Filter,
    since: u64,
    bookmark: Bookmark,
    ready: VecDeque<Notice>,
}

impl Subscription {
    pub(crate) fn new(store: Store, progress: watch::Receiver<Progress>, filter: Filter, since: u64) -> Self {
        Self { store, progress, filter, since, bookmark: Bookmark::at(since), ready: VecDeque::new() }
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
            let page = self.store.read_on(self.filter.clone(), self.bookmark, PAGE).await?;
            let nothing = page.void.is_none() && page.entries.is_empty();
            self.bookmark = page.bookmark;
            self.ready.extend(page.void.map(|void| Notice::RolledBack { to: void.max(self.since) }));
            let asked = page.entries.into_iter().filter(|entry| entry.position.block >= self.since);
            self.ready.extend(asked.map(|entry| Notice::Event(Box::new(entry))));
            if nothing {
                self.progress.changed().await.map_err(|_| IndexError::Ending)?;
            }
        }
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
