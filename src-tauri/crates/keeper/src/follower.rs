//! Follows the contracts' events from a block on, and notices when the chain changes its mind.
//!
//! Near the head every block is held against the one before by its parent's hash, every log against its block's hash,
//! and every block's bloom against the logs that came: a node that answers from two forks, or leaves logs out, is asked
//! again, never believed. Far below the head, where the chain no longer changes, ranges are read whole, and the hash
//! of a range's end must be the same before and after. There two nodes must tell the same logs; where only one can be
//! asked, the blooms of some blocks, chosen by chance, are held against what it told.

use crate::{
    Keeper, KeeperError, KeeperEvent, LogFilter, Seconded, bloom::Bloom, header::Header, rpc::RpcFault, width::Width,
};
use futures_util::future::try_join_all;
use protocol::{Address, Hash32, tx::Log};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    hash::{BuildHasher as _, RandomState},
    time::Duration,
};
use tokio::{sync::watch, time};

/// Reorganisations down to this many blocks are followed unless another depth is asked for.
pub const DEPTH: u64 = 128;
/// Beside every block of the depth, so many ends of older ranges are remembered.
const ANCHORS: usize = 16;
/// Blocks of an old range whose blooms are held against the logs, where only one node tells them.
const LOOKED_AT: u64 = 16;
/// Where blocks are full, fewer of them: so many logs are read a second time, or those of one block.
const LOOKED_AT_LOGS: usize = 1_000;
/// Headers, or whole blocks, that are asked for at the same time.
const AT_ONCE: usize = 16;
/// A chain that changes while it is read is read again at once, so often.
const ATTEMPTS: u32 = 3;
/// A node that is behind the head it told is asked again after this long.
const BEHIND: Duration = Duration::from_millis(200);
/// A head may be replaced by another of the same number, which nobody tells: it is looked at again after this long, on
/// this machine and elsewhere.
const SAME_HEAD: Duration = Duration::from_millis(500);
const SAME_HEAD_ELSEWHERE: Duration = Duration::from_secs(10);

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
    /// Everything seen from this block on is void: the chain has other blocks there now. Comes before `events`. 0 where
    /// the change is deeper than what is remembered: everything is read again.
    pub rolled_back_to: Option<u64>,
    /// Events of the blocks up to `block`, oldest first.
    pub events: Vec<Seen>,
    /// Blocks that were looked at and are remembered, oldest first: number and hash.
    pub blocks: Vec<(u64, Hash32)>,
    /// Keep this, together with what the events changed: from here a new follower goes on.
    pub cursor: Cursor,
    /// The newest block that the node has told of.
    pub newest: u64,
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
    depth: u64,
    /// Where everything remembered is void, everything is: else a change is taken as one of the depth.
    strict: bool,
    /// Void from here on, and nobody was told yet.
    void: Option<u64>,
    width: Width,
}

impl Follower {
    /// Goes on after this cursor. Only its block is known: a change of the chain below it is taken as one of [`DEPTH`].
    pub fn new(keeper: Keeper, cursor: Cursor) -> Self {
        let known = cursor.hash.map(|hash| (cursor.block, hash)).into_iter().collect();
        let mut follower = Self::remembering(keeper, known, DEPTH);
        follower.strict = false;
        if cursor.hash.is_none() {
            follower.next = cursor.block;
        }
        follower
    }

    /// Goes on after the last of these blocks, which are in order, number and hash. A change of the chain that is deeper
    /// than all of them makes it begin anew. `depth` is how far below the head blocks are held against each other.
    pub fn remembering(keeper: Keeper, known: Vec<(u64, Hash32)>, depth: u64) -> Self {
        let blocks = keeper.blocks();
        let next = known.last().map_or(0, |(number, _)| number.saturating_add(1));
        Self { keeper, blocks, seen: known.into(), next, depth, strict: true, void: None, width: Width::new() }
    }

    /// Waits for new blocks and reads them. May be dropped at any time: nothing is lost.
    ///
    /// # Errors
    /// [`KeeperError`] where the node cannot be asked, or what it says does not fit together; call again later.
    pub async fn next(&mut self) -> Result<Batch, KeeperError> {
        let mut attempts = 0;
        loop {
            let newest = *self.blocks.borrow_and_update();
            self.roll_back().await?;
            if newest >= self.next || self.void.is_some() {
                match self.read(newest).await {
                    Ok(Some(batch)) => return Ok(batch),
                    Ok(None) => {}
                    Err(KeeperError::Inconsistent(_)) if attempts < ATTEMPTS => {
                        attempts += 1;
                        continue;
                    }
                    Err(error) => return Err(error),
                }
            }
            let pause = match (newest >= self.next, self.keeper.rpc().is_local()) {
                (true, _) => BEHIND,
                (false, true) => SAME_HEAD,
                (false, false) => SAME_HEAD_ELSEWHERE,
            };
            tokio::select! {
                changed = self.blocks.changed() => if changed.is_err() {
                    // The watch ends with its task only; a new one takes over.
                    self.blocks = self.keeper.blocks();
                },
                () = time::sleep(pause) => {}
            }
        }
    }

    /// Forgets blocks that are no longer in the chain.
    async fn roll_back(&mut self) -> Result<(), KeeperError> {
        while let Some((number, hash)) = self.seen.back().copied() {
            if self.keeper.block(number).await?.is_some_and(|block| block.hash == hash) {
                return Ok(());
            }
            self.seen.pop_back();
            let from = match self.seen.back() {
                Some((known, _)) => known.saturating_add(1),
                None if self.strict => 0,
                None => number.saturating_sub(self.depth),
            };
            let from = from.min(number);
            self.next = from;
            self.void = Some(self.void.map_or(from, |void| void.min(from)));
        }
        Ok(())
    }

    /// The next range; `None` where the node does not have its end yet.
    async fn read(&mut self, newest: u64) -> Result<Option<Batch>, KeeperError> {
        let near = newest.saturating_sub(self.depth);
        let far = self.next < near;
        let last = if far { near.saturating_sub(1) } else { newest };
        let to = last.min(self.next.saturating_add(self.width.blocks() - 1));
        let mut read = Vec::new();
        let mut logs = Vec::new();
        if to >= self.next {
            let Some(end) = self.keeper.header(to).await? else {
                return Ok(self.void.is_some().then(|| self.batch(newest, Vec::new(), Vec::new())));
            };
            let filter = LogFilter::all_of(self.keeper.contracts().all());
            let asked = to - self.next + 1;
            let headers = if far { vec![end] } else { self.linked(end).await? };
            let told = match far {
                true => self.keeper.seconded_logs_within(&filter, self.next, to).await,
                // Every block is held against its bloom.
                false => {
                    self.keeper.logs_within(&filter, self.next, to).await.map(|logs| Seconded { logs, seconded: true })
                }
            };
            let seconded;
            (logs, seconded) = match told {
                Ok(told) => (told.logs, told.seconded),
                Err(fault @ (RpcFault::Refused { .. } | RpcFault::TooLarge)) => {
                    let pause = self.width.refused(asked);
                    // On this machine nobody is asked too often.
                    if asked == 1 || !self.keeper.rpc().is_local() {
                        time::sleep(pause).await;
                    }
                    // One block less than which nothing can be asked for: whoever follows decides how long to wait.
                    return if asked > 1 {
                        Ok(Some(self.batch(newest, Vec::new(), Vec::new())))
                    } else {
                        Err(fault.into())
                    };
                }
                Err(fault) => return Err(fault.into()),
            };
            if far {
                check_far(end, &logs)?;
                if !seconded {
                    self.check_some(to, &logs).await?;
                }
            } else {
                self.check_near(&headers, &mut logs).await?;
            }
            // The chain of the logs is the chain of the headers, if it was the same one before and after.
            if self.keeper.block(to).await?.is_none_or(|now| now.hash != end.block.hash) {
                return Err(KeeperError::Inconsistent(format!("block {to} was replaced while it was read")));
            }
            self.width.answered(asked, logs.len());
            read = headers.iter().map(|header| (header.block.number, header.block.hash)).collect();
        }
        let mut events = Vec::with_capacity(logs.len());
        for log in logs {
            if let Some(event) = self.keeper.contracts().event(&log)? {
                events.push(Seen { event, log });
            }
        }
        // From here on nothing waits: what is remembered is what is told.
        Ok(Some(self.batch(newest, read, events)))
    }

    fn batch(&mut self, newest: u64, blocks: Vec<(u64, Hash32)>, events: Vec<Seen>) -> Batch {
        if let Some((last, _)) = blocks.last() {
            self.next = last.saturating_add(1);
        }
        self.seen.extend(&blocks);
        let most = usize::try_from(self.depth).unwrap_or(usize::MAX).saturating_add(ANCHORS);
        while self.seen.len() > most {
            self.seen.pop_front();
        }
        Batch { rolled_back_to: self.void.take(), events, blocks, cursor: self.cursor(), newest }
    }

    /// The headers from the next block to this one, each the parent of the one after, the first a child of the last
    /// block that was seen.
    async fn linked(&self, end: Header) -> Result<Vec<Header>, KeeperError> {
        let mut headers = self.at_once(end).await?;
        let mut first = headers.last().copied().unwrap_or(end);
        while first.block.number > self.next {
            let parent = self.parent(first).await?;
            let Some(parent) = parent else {
                let broken = format!("block {} has no parent", first.block.number);
                return Err(KeeperError::Inconsistent(broken));
            };
            headers.push(parent);
            first = parent;
        }
        if let Some((number, hash)) = self.seen.back()
            && number.checked_add(1) == Some(first.block.number)
            && *hash != first.block.parent
        {
            let broken = format!("block {} is not the child of the one before", first.block.number);
            return Err(KeeperError::Inconsistent(broken));
        }
        headers.reverse();
        Ok(headers)
    }

    /// The headers down from this one as their numbers lead to them, several asked for at once: as many as follow each other.
    /// Where the chain changes meanwhile those that follow are fewer, and the rest is found by hashes.
    async fn at_once(&self, end: Header) -> Result<Vec<Header>, KeeperError> {
        let numbers: Vec<u64> = (self.next..end.block.number).rev().collect();
        let mut headers = vec![end];
        for some in numbers.chunks(AT_ONCE) {
            let found = try_join_all(some.iter().map(|number| self.keeper.header(*number))).await?;
            for header in found {
                match (headers.last(), header) {
                    (Some(child), Some(header)) if header.block.hash == child.block.parent => headers.push(header),
                    _ => return Ok(headers),
                }
            }
        }
        Ok(headers)
    }

    /// A block's parent. Where several nodes answer as one, one of them may not have it yet: it is asked for again.
    async fn parent(&self, child: Header) -> Result<Option<Header>, KeeperError> {
        for _ in 0..ATTEMPTS {
            let found = self.keeper.header_of(child.block.parent).await?;
            if let Some(parent) = found {
                let follows = parent.block.number.checked_add(1) == Some(child.block.number);
                return Ok(follows.then_some(parent));
            }
        }
        Ok(None)
    }

    /// Each log is of its block, and no block's bloom speaks of a contract without logs. Such a block is asked for whole.
    async fn check_near(&self, headers: &[Header], logs: &mut Vec<Log>) -> Result<(), KeeperError> {
        let mut of_block: BTreeMap<u64, Vec<Log>> = BTreeMap::new();
        for log in logs.drain(..) {
            of_block.entry(log.block).or_default().push(log);
        }
        for some in headers.chunks(AT_ONCE) {
            let of_block = &mut of_block;
            let told = some.iter().map(|header| (header, of_block.remove(&header.block.number).unwrap_or_default()));
            let told: Vec<_> = told.map(|(header, found)| self.whole(header, found)).collect();
            for whole in try_join_all(told).await? {
                logs.extend(whole);
            }
        }
        // Those of blocks without a header are of no block that was asked for.
        Ok(())
    }

    /// The logs of the contracts in a block, of which these were told.
    async fn whole(&self, Header { block, bloom }: &Header, found: Vec<Log>) -> Result<Vec<Log>, KeeperError> {
        if found.iter().any(|log| log.block_hash != block.hash) {
            return Err(KeeperError::Inconsistent(format!("logs of another block {}", block.number)));
        }
        let contracts = self.keeper.contracts().all();
        let silent =
            |contract: &Address| bloom.may_hold(*contract) && !found.iter().any(|log| log.address == *contract);
        if !bloom.says_something() || !contracts.iter().any(silent) {
            return Ok(found);
        }
        let all = self.keeper.logs_of_block(block.hash).await?;
        if !bloom.is_within(&Bloom::of(&all)) {
            return Err(left_out(block.number));
        }
        Ok(all.into_iter().filter(|log| contracts.contains(&log.address)).collect())
    }

    /// Some blocks up to this one, chosen by chance, have no more logs than were told: who leaves out many is found out.
    async fn check_some(&self, to: u64, logs: &[Log]) -> Result<(), KeeperError> {
        let (from, chance) = (self.next, RandomState::new());
        let blocks = to.saturating_sub(from).saturating_add(1);
        let place = |number: u64| logs.partition_point(|log| log.block < number);
        let told = |number: u64| logs.get(place(number)..place(number.saturating_add(1))).unwrap_or_default();
        let (mut some, mut again) = (BTreeSet::new(), 0_usize);
        for one in 0..LOOKED_AT {
            let number = from.saturating_add(chance.hash_one(one) % blocks);
            again = again.saturating_add(told(number).len());
            if some.is_empty() || again <= LOOKED_AT_LOGS {
                some.insert(number);
            }
        }
        let looked = some.into_iter().map(|number| async move {
            let Some(header) = self.keeper.header(number).await? else {
                return Err(KeeperError::Inconsistent(format!("block {number} is not there")));
            };
            let found = told(number);
            let whole = self.whole(&header, found.to_vec()).await?;
            if whole.len() == found.len() { Ok(()) } else { Err(left_out(number)) }
        });
        try_join_all(looked).await.map(drop)
    }

    fn cursor(&self) -> Cursor {
        match self.seen.back() {
            Some((block, hash)) => Cursor { block: *block, hash: Some(*hash) },
            None => Cursor { block: self.next, hash: None },
        }
    }
}

fn left_out(block: u64) -> KeeperError {
    KeeperError::Inconsistent(format!("logs of block {block} are left out"))
}

/// Logs of the range's end are of that very block, and all logs of one block of the same.
fn check_far(end: Header, logs: &[Log]) -> Result<(), KeeperError> {
    let mut last = (end.block.number, end.block.hash);
    for log in logs.iter().rev() {
        if log.block == last.0 && log.block_hash != last.1 {
            return Err(KeeperError::Inconsistent(format!("logs of two blocks {}", log.block)));
        }
        last = (log.block, log.block_hash);
    }
    Ok(())
}
