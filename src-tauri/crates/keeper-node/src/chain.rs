//! The handle of a running chain.

use crate::{
    block::{self, NewBlock},
    error::ChainError,
    genesis::Genesis,
    pool::Pool,
    producer::{Order, Producer, Submission, SubmitError},
    rpc::{self, Filters},
    store::{self, Store, StoredBlock, StoredNodes},
    transaction::{Refusal, Transaction},
    trie::Nodes,
};
use alloy_primitives::{B256, keccak256};
use alloy_trie::EMPTY_ROOT_HASH;
use protocol::Hash32;
use rusqlite::Connection;
use serde_json::Value;
use std::{
    path::Path,
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        mpsc::{self, Sender},
    },
    thread::JoinHandle,
};
use tokio::sync::{broadcast, watch};

/// Blocks checked against their parents when a chain is opened.
const CHECKED_BLOCKS: u64 = 16;
/// Events kept for a listener that is slow.
const EVENTS: usize = 1024;

/// The newest block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Its number.
    pub number: u64,
    /// Its hash.
    pub hash: Hash32,
}

impl Head {
    pub(crate) fn of(block: &StoredBlock) -> Self {
        Self { number: block.header.number, hash: Hash32(block.hash.0) }
    }
}

/// What listeners hear.
#[derive(Debug, Clone)]
pub(crate) enum Event {
    /// A block was made and is on disk.
    Block(Arc<NewBlock>),
    /// A transaction was taken and is on disk.
    Pending(B256),
}

/// What the producer and those who read share.
pub(crate) struct Shared {
    pub(crate) store: Store,
    pub(crate) genesis: Genesis,
    pub(crate) pool: RwLock<Pool>,
    pub(crate) head: watch::Sender<Head>,
    pub(crate) events: broadcast::Sender<Event>,
    pub(crate) filters: Filters,
}

impl Shared {
    pub(crate) fn tell(&self, event: Event) {
        // An error says that nobody listens.
        let _listeners = self.events.send(event).unwrap_or(0);
    }

    /// The number of the newest block.
    pub(crate) fn newest(&self) -> u64 {
        self.head.borrow().number
    }
}

/// A running chain. Clones are handles of the same chain; it ends when the last one is dropped, or by [`Chain::close`].
#[derive(Clone)]
pub struct Chain {
    pub(crate) shared: Arc<Shared>,
    running: Arc<Running>,
}

struct Running {
    orders: Mutex<Option<Sender<Order>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Running {
    fn end(&self) {
        if let Some(orders) = self.orders.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // An error says that it has ended already.
            let _ended = orders.send(Order::Close).is_err();
        }
        if let Some(thread) = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take()
            && thread.join().is_err()
        {
            tracing::error!("the producer of blocks ended by a panic");
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

impl std::fmt::Debug for Chain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Chain")
            .field("chain_id", &self.shared.genesis.chain_id)
            .field("head", &*self.shared.head.borrow())
            .finish_non_exhaustive()
    }
}

impl Chain {
    /// Opens the chain in this file, or starts it there.
    ///
    /// Checks the newest blocks, the state tree's root and that the chain is the one asked for. Blocks the caller for
    /// some milliseconds.
    ///
    /// # Errors
    /// The file cannot be used, is damaged, or holds another chain.
    pub fn open(path: &Path, genesis: Genesis) -> Result<Self, ChainError> {
        Self::start(Store::open(path)?, genesis)
    }

    /// A chain that is forgotten when its last handle is dropped.
    ///
    /// # Errors
    /// There is no memory for it.
    pub fn in_memory(genesis: Genesis) -> Result<Self, ChainError> {
        Self::start(Store::in_memory()?, genesis)
    }

    fn start(store: Store, genesis: Genesis) -> Result<Self, ChainError> {
        let head = {
            let conn = store.writer();
            let head = found(&conn, &genesis)?;
            check(&conn, &head)?;
            head
        };
        let shared = Arc::new(Shared {
            store,
            genesis,
            pool: RwLock::default(),
            head: watch::Sender::new(Head::of(&head)),
            events: broadcast::Sender::new(EVENTS),
            filters: Filters::default(),
        });
        let (sender, orders) = mpsc::channel();
        let producer = Producer::resume(Arc::clone(&shared), orders, head)?;
        let thread = std::thread::Builder::new().name("keeper-node".to_owned()).spawn(move || producer.run())?;
        let running = Running { orders: Mutex::new(Some(sender)), thread: Mutex::new(Some(thread)) };
        Ok(Self { shared, running: Arc::new(running) })
    }

    /// The newest block, now and as it changes. A block is seen here only after it is on disk.
    pub fn head(&self) -> watch::Receiver<Head> {
        self.shared.head.subscribe()
    }

    /// The chain's number.
    pub fn chain_id(&self) -> u64 {
        self.shared.genesis.chain_id
    }

    /// Answers a JSON-RPC request or a batch of them with JSON text, or with `None` where no answer is wanted. Needs a
    /// tokio runtime; the work is done off its threads.
    pub(crate) async fn answer(&self, request: Value) -> Option<String> {
        let chain = self.clone();
        let answer = tokio::task::spawn_blocking(move || rpc::answer(&chain, request)).await;
        answer.unwrap_or_else(|_| Some(rpc::crashed()))
    }

    /// Answers a JSON-RPC request or a batch of them; null where no answer is wanted. Needs a tokio runtime; the work is
    /// done off its threads.
    pub async fn request(&self, request: Value) -> Value {
        read(self.answer(request).await)
    }

    /// Answers a JSON-RPC request or a batch of them on this thread; null where no answer is wanted.
    pub fn request_blocking(&self, request: Value) -> Value {
        read(rpc::answer(self, request))
    }

    /// Ends the chain: what was begun is finished and on disk. Later requests that write are refused.
    pub async fn close(self) {
        if tokio::task::spawn_blocking(move || self.running.end()).await.is_err() {
            tracing::error!("the chain could not be closed in order");
        }
    }

    fn order(&self, order: Order) -> Result<(), ChainError> {
        let orders = self.running.orders.lock().unwrap_or_else(PoisonError::into_inner);
        orders.as_ref().ok_or(ChainError::Closed)?.send(order).map_err(|_| ChainError::Closed)
    }

    /// Takes a transaction; returns when it is on disk.
    pub(crate) fn submit(&self, tx: Transaction) -> Result<B256, SubmitError> {
        let (reply, answer) = mpsc::sync_channel(1);
        self.order(Order::Submit(Box::new(Submission { tx, reply }))).map_err(|_| Refusal::Closed)?;
        answer.recv().map_err(|_| Refusal::Closed)?
    }

    /// Makes blocks until this number; returns the number that is being made for.
    pub(crate) fn tick_until(&self, until: u64) -> Result<u64, String> {
        let (reply, answer) = mpsc::sync_channel(1);
        self.order(Order::TickUntil(until, reply)).map_err(|error| error.to_string())?;
        answer.recv().map_err(|_| ChainError::Closed.to_string())?
    }

    /// Makes a block now.
    pub(crate) fn mine(&self) -> Result<(), String> {
        let (reply, answer) = mpsc::sync_channel(1);
        self.order(Order::Mine(reply)).map_err(|error| error.to_string())?;
        answer.recv().map_err(|_| ChainError::Closed.to_string())?
    }
}

fn read(answer: Option<String>) -> Value {
    answer.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

/// The newest block of the chain asked for; its first is written where there is none.
fn found(conn: &Connection, genesis: &Genesis) -> Result<StoredBlock, ChainError> {
    if let Some(head) = store::head(conn)? {
        // What the first block would be, computed in a memory of its own.
        let fresh = Store::in_memory()?;
        let expected = block::genesis_block(&fresh.writer(), genesis)?.hash;
        let stored = store::hash_of(conn, 0)?.unwrap_or_default();
        if stored != expected {
            return Err(ChainError::OtherGenesis { found: Hash32(stored.0), expected: Hash32(expected.0) });
        }
        return Ok(head);
    }
    let tx = conn.unchecked_transaction()?;
    let first = block::genesis_block(&tx, genesis)?;
    tx.commit()?;
    Ok(first)
}

/// Whether the newest blocks follow each other and the state tree is that of the newest.
fn check(conn: &Connection, head: &StoredBlock) -> Result<(), ChainError> {
    let damaged = |what: String| Err(ChainError::Damaged(what));
    let mut parent = head.hash;
    let lowest = head.header.number.saturating_sub(CHECKED_BLOCKS);
    for number in (lowest..=head.header.number).rev() {
        let Some(block) = store::block_by_number(conn, number)? else {
            return damaged(format!("block {number} is missing"));
        };
        if block.hash != parent || block.header.hash_slow() != parent || block.header.number != number {
            return damaged(format!("block {number} is not what its hash says"));
        }
        parent = block.header.parent_hash;
    }
    if head.header.state_root != EMPTY_ROOT_HASH {
        let root = StoredNodes { conn, owner: Vec::new() }.node(&[])?;
        if root.is_none_or(|root| keccak256(root) != head.header.state_root) {
            return damaged("the state is not that of the newest block".to_owned());
        }
    }
    Ok(())
}
