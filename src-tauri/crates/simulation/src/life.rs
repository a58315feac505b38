//! A process as the world sees it: it runs, sleeps, is cut off, and ends at any step.

use crate::{chain::Tx, world::World};
use protocol::{
    Address, SignError, Signature, Signer,
    tx::{SignedTx, UnsignedTx},
};
use runner::{Commits, Point};
use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, AtomicU64, Ordering},
};
use tokio::{
    sync::{Notify, watch},
    time::Instant,
};

/// One life of a process, from a start to its end. Every call to the world and every commit is a step; it can end at any.
pub(crate) struct Life {
    began: Instant,
    steps: AtomicU64,
    last_step: AtomicU64,
    alive: AtomicBool,
    asleep: AtomicBool,
    woken: Notify,
    /// The network is away.
    pub(crate) cut_off: AtomicBool,
}

impl Life {
    /// A life that ends at its `last_step`, counted from 1; 0 is never.
    pub(crate) fn new(began: Instant, last_step: u64) -> Arc<Self> {
        Arc::new(Self {
            began,
            steps: AtomicU64::new(0),
            last_step: AtomicU64::new(last_step),
            alive: AtomicBool::new(true),
            asleep: AtomicBool::new(false),
            woken: Notify::new(),
            cut_off: AtomicBool::new(false),
        })
    }

    /// One step; false where it was the last.
    pub(crate) fn step(&self) -> bool {
        let step = self.steps.fetch_add(1, Ordering::SeqCst).saturating_add(1);
        if step == self.last_step.load(Ordering::SeqCst) {
            self.end();
        }
        self.is_alive()
    }

    /// Nothing that it does from now on has any effect.
    pub(crate) fn end(&self) {
        self.alive.store(false, Ordering::SeqCst);
    }

    /// No end by chance any more.
    pub(crate) fn spare(&self) {
        self.last_step.store(0, Ordering::SeqCst);
    }

    /// A closed lid, or an open one.
    pub(crate) fn sleep(&self, asleep: bool) {
        self.asleep.store(asleep, Ordering::SeqCst);
        if !asleep {
            self.woken.notify_waiters();
        }
    }

    /// Whether it sleeps.
    pub(crate) fn is_asleep(&self) -> bool {
        self.asleep.load(Ordering::SeqCst)
    }

    /// Goes on when it is awake, and never when it has ended.
    pub(crate) async fn awake(&self) {
        loop {
            if !self.is_alive() {
                return std::future::pending().await;
            }
            // Everything is on one thread: nobody wakes it between these two.
            if !self.is_asleep() {
                return;
            }
            self.woken.notified().await;
        }
    }
}

impl Commits for Life {
    fn pass(&self, _point: Point, _after: bool) -> bool {
        self.step()
    }
    fn is_alive(&self) -> bool {
        self.alive.load(Ordering::SeqCst)
    }
    fn now(&self) -> i64 {
        i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX)
    }
}

/// New blocks, told to each listener in the order in which they came: a channel of tokio with many receivers wakes them by
/// chance that no seed decides.
#[derive(Default)]
pub(crate) struct Heads {
    block: AtomicU64,
    told: Mutex<Vec<watch::Sender<u64>>>,
}

impl Heads {
    /// One that begins at this block.
    pub(crate) fn at(block: u64) -> Arc<Self> {
        Arc::new(Self { block: AtomicU64::new(block), told: Mutex::default() })
    }

    /// A listener of its own.
    pub(crate) fn listen(&self) -> watch::Receiver<u64> {
        let (tell, hear) = watch::channel(self.block.load(Ordering::SeqCst));
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.retain(|one| !one.is_closed());
        told.push(tell);
        hear
    }

    /// The newest block that was told.
    pub(crate) fn block(&self) -> u64 {
        self.block.load(Ordering::SeqCst)
    }

    /// Tells a block.
    pub(crate) fn tell(&self, block: u64) {
        self.block.store(block, Ordering::SeqCst);
        for one in self.told.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            one.send_replace(block);
        }
    }

    /// Nobody hears anything any more.
    pub(crate) fn close(&self) {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// An account's key.
pub(crate) struct Key {
    address: Address,
    locked: AtomicBool,
    /// Looks at everything that is signed.
    world: Arc<World>,
}

impl Key {
    /// The key of an account, unlocked.
    pub(crate) fn of(address: Address, world: &Arc<World>) -> Arc<Self> {
        Arc::new(Self { address, locked: AtomicBool::new(false), world: world.clone() })
    }

    /// Locks or unlocks it.
    pub(crate) fn lock(&self, locked: bool) {
        self.locked.store(locked, Ordering::SeqCst);
    }

    /// Whether it is locked.
    pub(crate) fn is_locked(&self) -> bool {
        self.locked.load(Ordering::SeqCst)
    }
}

impl Signer for Key {
    fn address(&self) -> Address {
        self.address
    }
    fn sign_digest(&self, _: &[u8; 32]) -> Result<Signature, SignError> {
        Err(SignError::Refused("nothing but transactions is signed here".to_owned()))
    }
    fn sign_tx(&self, tx: &UnsignedTx) -> Result<SignedTx, SignError> {
        if self.is_locked() {
            return Err(SignError::Locked);
        }
        let signed = Tx::sign(tx);
        if let Some(tx) = Tx::read(&signed) {
            crate::oracles::signing(&self.world, &tx);
        }
        Ok(signed)
    }
}
