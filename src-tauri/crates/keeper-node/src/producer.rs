//! The one thread that writes: takes transactions in, makes blocks, and answers once all of it is on disk.

use crate::{
    block::{self, NewBlock},
    chain::{Event, Head, Shared},
    error::ChainError,
    store::{self, StateAt, StoredBlock},
    transaction::{Refusal, Transaction},
};
use alloy_consensus::Transaction as _;
use alloy_primitives::B256;
use rusqlite::Connection;
use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, SyncSender},
    },
    time::{Duration, Instant},
};

/// Why a transaction was not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SubmitError {
    /// It is not valid here.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It could not be kept.
    #[error("{0}")]
    Failed(String),
}

/// What the producer is asked to do. Answers are sent after everything is on disk.
pub(crate) enum Order {
    /// Take a transaction.
    Submit(Box<Submission>),
    /// Make empty blocks until this number.
    TickUntil(u64, SyncSender<Result<u64, String>>),
    /// Make a block now.
    Mine(SyncSender<Result<(), String>>),
    /// End.
    Close,
}

/// A transaction, and who waits for an answer.
pub(crate) struct Submission {
    pub(crate) tx: Transaction,
    pub(crate) reply: SyncSender<Result<B256, SubmitError>>,
}

/// Which block is wanted besides those that transactions cause.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Nothing,
    /// What is ready, though it be nothing.
    Block,
}

/// What one database transaction brought.
#[derive(Default)]
struct Done {
    blocks: Vec<NewBlock>,
    taken: Vec<B256>,
    refused: HashMap<B256, Refusal>,
}

/// The state of the thread.
pub(crate) struct Producer {
    shared: Arc<Shared>,
    orders: Receiver<Order>,
    head: StoredBlock,
    until: u64,
    /// The next block of the interval, or the next tick.
    next: Instant,
}

impl Producer {
    /// A producer that goes on where the last one ended: what waits on disk is taken up again.
    pub(crate) fn resume(shared: Arc<Shared>, orders: Receiver<Order>, head: StoredBlock) -> Result<Self, ChainError> {
        let until = store::tick_target(&shared.store.writer())?;
        let mut producer = Self { shared, orders, head, until, next: Instant::now() };
        producer.next = Instant::now() + producer.pace();
        producer.reload()?;
        Ok(producer)
    }

    fn automatic(&self) -> bool {
        self.shared.genesis.mining.block_time_ms == 0
    }

    fn pace(&self) -> Duration {
        match self.shared.genesis.mining.block_time_ms {
            0 => self.shared.genesis.mining.tick,
            milliseconds => Duration::from_millis(milliseconds),
        }
    }

    fn ticking(&self) -> bool {
        !self.automatic() || self.head.header.number < self.until
    }

    /// Works until told to end, or until nobody is left to ask.
    pub(crate) fn run(mut self) {
        if let Err(error) = self.work(Vec::new(), Wanted::Nothing) {
            tracing::error!(%error, "transactions that waited could not be mined");
        }
        loop {
            let order = if self.ticking() {
                match self.orders.recv_timeout(self.next.saturating_duration_since(Instant::now())) {
                    Ok(order) => Some(order),
                    Err(RecvTimeoutError::Timeout) => None,
                    Err(RecvTimeoutError::Disconnected) => break,
                }
            } else {
                match self.orders.recv() {
                    Ok(order) => Some(order),
                    Err(_) => break,
                }
            };
            if !order.is_none_or(|order| self.obey(order)) {
                break;
            }
            if self.ticking() && Instant::now() >= self.next {
                self.next = (self.next + self.pace()).max(Instant::now());
                if let Err(error) = self.work(Vec::new(), Wanted::Block) {
                    tracing::error!(%error, "no block could be made");
                    self.next = Instant::now() + Duration::from_secs(1);
                }
            }
        }
        if let Err(error) = self.shared.store.writer().execute_batch("PRAGMA wal_checkpoint(TRUNCATE)") {
            tracing::warn!(%error, "the chain's log could not be folded into its file");
        }
    }

    /// Does what is asked, and what is asked shortly after it. False: the end.
    fn obey(&mut self, order: Order) -> bool {
        let mut submissions = Vec::new();
        let mut order = Some(order);
        let gather = if self.automatic() { self.shared.genesis.mining.gather } else { Duration::ZERO };
        let close_by = Instant::now() + gather;
        while let Some(Order::Submit(submission)) = order {
            submissions.push(*submission);
            order = self.orders.recv_timeout(close_by.saturating_duration_since(Instant::now())).ok();
        }
        self.submit(submissions);
        match order {
            None | Some(Order::Submit(_)) => true,
            Some(Order::Close) => false,
            Some(Order::TickUntil(until, reply)) => {
                answer(&reply, self.tick_until(until).map_err(|error| error.to_string()));
                true
            }
            Some(Order::Mine(reply)) => {
                answer(&reply, self.work(Vec::new(), Wanted::Block).map(drop).map_err(|error| error.to_string()));
                true
            }
        }
    }

    fn tick_until(&mut self, until: u64) -> Result<u64, ChainError> {
        if until > self.until {
            store::set_tick_target(&self.shared.store.writer(), until)?;
            if self.automatic() && !self.ticking() {
                self.next = Instant::now() + self.pace();
            }
            self.until = until;
        }
        Ok(self.until)
    }

    fn submit(&mut self, submissions: Vec<Submission>) {
        if submissions.is_empty() {
            return;
        }
        let (transactions, replies): (Vec<_>, Vec<_>) =
            submissions.into_iter().map(|submission| (submission.tx, submission.reply)).unzip();
        let hashes: Vec<B256> = transactions.iter().map(|tx| tx.hash).collect();
        match self.work(transactions, Wanted::Nothing) {
            Ok(mut done) => {
                for (hash, reply) in hashes.into_iter().zip(replies) {
                    // The same transaction may be in one batch twice: the second hears that it is known.
                    let refusal = if let Some(place) = done.taken.iter().position(|taken| *taken == hash) {
                        done.taken.swap_remove(place);
                        done.refused.get(&hash).cloned().filter(|refusal| *refusal != Refusal::AlreadyKnown)
                    } else {
                        done.refused.get(&hash).cloned().or(Some(Refusal::AlreadyKnown))
                    };
                    answer(&reply, refusal.map_or(Ok(hash), |refusal| Err(refusal.into())));
                }
            }
            Err(error) => {
                let text = error.to_string();
                replies.iter().for_each(|reply| answer(reply, Err(SubmitError::Failed(text.clone()))));
            }
        }
    }

    /// Takes transactions, makes the blocks that are due, commits, and tells everybody.
    fn work(&mut self, transactions: Vec<Transaction>, wanted: Wanted) -> Result<Done, ChainError> {
        let shared = Arc::clone(&self.shared);
        let before = self.head.clone();
        let done = {
            let conn = shared.store.writer();
            self.work_in(&conn, transactions, wanted)
        };
        match done {
            Ok(mut done) => {
                for hash in &done.taken {
                    shared.tell(Event::Pending(*hash));
                }
                // The head first: who hears of a block can read it.
                if self.head.hash != before.hash {
                    shared.head.send_replace(Head::of(&self.head));
                }
                // Only now do they leave the pool: whoever looks for a transaction finds it there or in a block.
                let mut pool = shared.pool.write().unwrap_or_else(PoisonError::into_inner);
                done.blocks.iter().flat_map(|new| &new.transactions).for_each(|tx| pool.remove(tx.hash));
                drop(pool);
                for new in done.blocks.drain(..) {
                    shared.tell(Event::Block(Arc::new(new)));
                }
                Ok(done)
            }
            Err(error) => {
                // Nothing of this was committed: forget it also in memory.
                self.head = before;
                self.reload()?;
                Err(error)
            }
        }
    }

    fn work_in(
        &mut self,
        conn: &Connection,
        transactions: Vec<Transaction>,
        wanted: Wanted,
    ) -> Result<Done, ChainError> {
        let db = conn.unchecked_transaction()?;
        let mut done = Done::default();
        for tx in transactions {
            let hash = tx.hash;
            match self.admit(&db, tx) {
                Ok(()) => done.taken.push(hash),
                Err(AdmitError::Refused(refusal)) => {
                    done.refused.insert(hash, refusal);
                }
                Err(AdmitError::Chain(error)) => return Err(error),
            }
        }
        let mut mined = HashSet::new();
        let mut due = wanted == Wanted::Block;
        loop {
            let ready = if due || self.automatic() { self.ready(&db)? } else { Vec::new() };
            if ready.is_empty() && !due {
                break;
            }
            due = false;
            let genesis = &self.shared.genesis;
            let made = block::make(&db, genesis, genesis.mining.clock.as_ref(), &self.head, ready)?;
            for tx in &made.new.transactions {
                store::forget_waiting(&db, tx.hash)?;
                mined.insert(tx.hash);
            }
            let mut pool = self.shared.pool.write().unwrap_or_else(PoisonError::into_inner);
            for (tx, refusal) in made.dropped {
                pool.remove(tx.hash);
                store::forget_waiting(&db, tx.hash)?;
                done.refused.insert(tx.hash, refusal);
            }
            drop(pool);
            tracing::debug!(number = made.new.block.header.number, left = made.left.len(), "made a block");
            self.head = made.new.block.clone();
            done.blocks.push(made.new);
            if !self.automatic() {
                break;
            }
        }
        {
            let pool = self.shared.pool.read().unwrap_or_else(PoisonError::into_inner);
            for hash in done.taken.iter().filter(|hash| !mined.contains(*hash)) {
                if let Some(waiting) = pool.get(*hash) {
                    store::keep_waiting(&db, *hash, &waiting.tx.raw)?;
                }
            }
        }
        db.commit()?;
        Ok(done)
    }

    fn admit(&self, conn: &Connection, tx: Transaction) -> Result<(), AdmitError> {
        let state = StateAt { conn, block: self.head.header.number };
        let account = state.account(tx.sender).map_err(ChainError::from)?;
        let (next, balance) = account.map_or_else(Default::default, |row| (row.nonce, row.balance));
        if tx.envelope.nonce() >= next {
            let cost = tx.cost();
            if cost > balance {
                return Err(Refusal::Funds { balance, cost, overshot: cost - balance }.into());
            }
        }
        let mut pool = self.shared.pool.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(replaced) = pool.add(tx, next)? {
            store::forget_waiting(conn, replaced.hash).map_err(ChainError::from)?;
        }
        Ok(())
    }

    fn ready(&self, conn: &Connection) -> Result<Vec<Transaction>, ChainError> {
        let state = StateAt { conn, block: self.head.header.number };
        let pool = self.shared.pool.read().unwrap_or_else(PoisonError::into_inner);
        let mut next = HashMap::new();
        for sender in pool.senders() {
            next.insert(sender, state.account(sender)?.map_or(0, |row| row.nonce));
        }
        Ok(pool.ready(&next))
    }

    /// Fills the pool from the disk.
    fn reload(&self) -> Result<(), ChainError> {
        let conn = self.shared.store.writer();
        *self.shared.pool.write().unwrap_or_else(PoisonError::into_inner) = Default::default();
        for raw in store::waiting(&conn)? {
            let tx = Transaction::decode(&raw, self.shared.genesis.chain_id)
                .map_err(|error| ChainError::Damaged(format!("a transaction that waits: {error}")))?;
            let hash = tx.hash;
            match self.admit(&conn, tx) {
                Ok(()) => {}
                Err(AdmitError::Refused(refusal)) => {
                    tracing::warn!(%hash, %refusal, "a transaction that waited is valid no more");
                    store::forget_waiting(&conn, hash)?;
                }
                Err(AdmitError::Chain(error)) => return Err(error),
            }
        }
        Ok(())
    }
}

enum AdmitError {
    Refused(Refusal),
    Chain(ChainError),
}

impl From<Refusal> for AdmitError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<ChainError> for AdmitError {
    fn from(error: ChainError) -> Self {
        Self::Chain(error)
    }
}

fn answer<T>(reply: &SyncSender<T>, value: T) {
    // Each reply channel has room for its one answer; an error means that nobody waits any more.
    if reply.try_send(value).is_err() {
        tracing::debug!("an answer found nobody waiting");
    }
}
