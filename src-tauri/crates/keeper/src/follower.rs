//! Follows the contracts' events from a block on, and notices when the chain changes its mind.

use crate::{BlockRef, Keeper, KeeperError, KeeperEvent, LogFilter};
use protocol::{Hash32, tx::Log};
use std::collections::VecDeque;
use tokio::sync::watch;

/// Blocks in one batch at most while catching up.
const RANGE: u64 = 5_000;
/// Blocks whose hashes are remembered: a reorganisation deeper than this is taken as one of this depth.
const MEMORY: usize = 128;

/// A logged event and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The event.
    pub event: KeeperEvent,
    /// The log it was read from.
    pub log: Log,
}

/// What happened since the last batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Everything seen from this block on is void: the chain has other blocks there now. Comes before `events`.
    pub rolled_back_to: Option<u64>,
    /// Events of the blocks up to `block`, oldest first.
    pub events: Vec<Seen>,
    /// Keep this, together with what the events changed: from here a new follower goes on.
    pub cursor: Cursor,
}

/// How far a follower has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// The last block that was looked at.
    pub block: u64,
    /// Its hash; `None` before the first block.
    pub hash: Option<Hash32>,
}

impl Cursor {
    /// Before everything.
    pub const START: Self = Self { block: 0, hash: None };
}

/// Reads events in order, block after block.
#[derive(Debug)]
pub struct Follower {
    keeper: Keeper,
    blocks: watch::Receiver<u64>,
    seen: VecDeque<(u64, Hash32)>,
    next: u64,
}

impl Follower {
    /// Goes on after this cursor.
    pub fn new(keeper: Keeper, cursor: Cursor) -> Self {
        let blocks = keeper.blocks();
        let seen = cursor.hash.map(|hash| (cursor.block, hash)).into_iter().collect();
        let next = cursor.hash.map_or(cursor.block, |_| cursor.block.saturating_add(1));
        Self { keeper, blocks, seen, next }
    }

    /// Waits for new blocks and reads them. May be dropped while it waits: nothing is lost.
    ///
    /// # Errors
    /// [`KeeperError`] where the node cannot be asked; call again later.
    pub async fn next(&mut self) -> Result<Batch, KeeperError> {
        loop {
            let newest = *self.blocks.borrow_and_update();
            let rolled_back_to = self.roll_back().await?;
            if newest >= self.next || rolled_back_to.is_some() {
                return self.read(newest, rolled_back_to).await;
            }
            if self.blocks.changed().await.is_err() {
                // The watch ends with its task only; a new one takes over.
                self.blocks = self.keeper.blocks();
            }
        }
    }

    /// Forgets blocks that are no longer in the chain; where from.
    async fn roll_back(&mut self) -> Result<Option<u64>, KeeperError> {
        let mut from = None;
        while let Some((number, hash)) = self.seen.back().copied() {
            match self.keeper.block(number).await? {
                Some(block) if block.hash == hash => break,
                _ => {
                    self.seen.pop_back();
                    from = Some(self.seen.back().map_or(number, |(known, _)| known + 1).min(number));
                }
            }
        }
        if let Some(from) = from {
            self.next = from;
        }
        Ok(from)
    }

    async fn read(&mut self, newest: u64, rolled_back_to: Option<u64>) -> Result<Batch, KeeperError> {
        let to = newest.min(self.next.saturating_add(RANGE - 1));
        // The hash first: if the chain changes after it, the next call finds out.
        let Some(end) = self.keeper.block(to).await? else {
            let cursor = self.cursor();
            return Ok(Batch { rolled_back_to, events: Vec::new(), cursor });
        };
        let mut events = Vec::new();
        if to >= self.next {
            let contracts = *self.keeper.contracts();
            let filter = LogFilter::all_of(contracts.all()).between(self.next, to);
            for log in self.keeper.logs(&filter).await? {
                if let Some(event) = contracts.event(&log)? {
                    events.push(Seen { event, log });
                }
            }
            self.remember(end);
        }
        Ok(Batch { rolled_back_to, events, cursor: self.cursor() })
    }

    fn remember(&mut self, block: BlockRef) {
        self.next = block.number.saturating_add(1);
        self.seen.push_back((block.number, block.hash));
        if self.seen.len() > MEMORY {
            self.seen.pop_front();
        }
    }

    fn cursor(&self) -> Cursor {
        match self.seen.back() {
            Some((block, hash)) => Cursor { block: *block, hash: Some(*hash) },
            None => Cursor { block: self.next, hash: None },
        }
    }
}
