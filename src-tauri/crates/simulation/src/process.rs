//! A program that runs: ledger, outbox and drivers over a disk that outlives it.

use crate::{
    life::{Heads, Life},
    node::Node,
    world::World,
};
use runner::{Disk, DriveError, Driver, Journal, Journaled, Ledger, Outbox, Perform};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::{task::JoinHandle, time::Duration};
use tokio_util::sync::CancellationToken;

/// How long somebody waits before he starts a program again that could not reach the network.
const TRY_AGAIN: Duration = Duration::from_secs(3);

/// One life of a program that drives machines of one kind.
pub(crate) struct Process<M: Journaled> {
    /// Its life.
    pub(crate) life: Arc<Life>,
    /// What it hears of blocks.
    pub(crate) heads: Arc<Heads>,
    /// Its transactions.
    pub(crate) outbox: Outbox,
    journal: Journal,
    perform: Arc<dyn Perform<M>>,
    /// One driver for each machine: each then hears blocks on a channel of its own, in an order that no chance decides.
    drivers: Mutex<BTreeMap<String, Driver<M>>>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
    cancel: CancellationToken,
}

impl<M: Journaled> Process<M> {
    /// Starts it on a disk; it ends at its `last_step`, where that is not 0. `known` are the machines that
    /// the world knows of; `perform` makes what performs their effects.
    pub(crate) fn start(
        world: &Arc<World>,
        disk: &Disk,
        last_step: u64,
        known: Vec<String>,
        perform: impl FnOnce(Node, Outbox) -> Arc<dyn Perform<M>>,
    ) -> Arc<Self> {
        let life = Life::new(world.began, last_step);
        let heads = Heads::at(world.chain(|chain| chain.head()));
        let node = Node { world: world.clone(), life: life.clone(), heads: heads.clone() };
        let ledger = Ledger::inline(disk, life.clone());
        let outbox = Outbox::new(&ledger, Arc::new(node.clone()));
        let process = Arc::new(Self {
            life,
            heads,
            journal: Journal::new(&ledger),
            perform: perform(node, outbox.clone()),
            outbox,
            drivers: Mutex::default(),
            tasks: Mutex::default(),
            cancel: CancellationToken::new(),
        });
        let started = process.clone();
        process.task(async move {
            while started.outbox.resume().await.is_err() {
                tokio::time::sleep(TRY_AGAIN).await;
            }
            let (outbox, cancel) = (started.outbox.clone(), started.cancel.clone());
            started.task(async move { outbox.tend(cancel).await });
            started.remember(&known).await;
            for state in started.driver("").open().await.unwrap_or_default() {
                started.drive(state.id());
            }
        });
        process
    }

    /// Machines whose last step the world has not heard of, since the process ended right after it. Of those that are
    /// driven again already it hears more than is on disk.
    async fn remember(&self, known: &[String]) {
        for id in known.iter().filter(|id| self.driver(id).watch(id).is_none()) {
            if let Ok(Some(state)) = self.driver("").load(id).await {
                self.perform.changed(Some(&state), &state);
            }
        }
    }

    fn task(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).push(tokio::spawn(work));
    }

    fn driver(&self, id: &str) -> Driver<M> {
        let mut drivers = self.drivers.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Driver::new(self.journal.clone(), self.perform.clone(), self.heads.listen());
        drivers.entry(id.to_owned()).or_insert_with(new).clone()
    }

    /// Drives a machine that is in the journal.
    fn drive(&self, id: String) {
        let (driver, cancel) = (self.driver(&id), self.cancel.clone());
        // How it ended is in the journal; one that runs already is left alone.
        self.task(async move { drop(driver.spawn(id, cancel).await) });
    }

    /// A new machine: durable when this returns. False where its id is known.
    ///
    /// # Errors
    /// The journal's.
    pub(crate) async fn begin(&self, state: &M) -> Result<bool, DriveError> {
        let id = state.id();
        let new = match self.driver(&id).begin(state).await {
            Ok(_) => true,
            Err(DriveError::Exists(_)) => false,
            Err(error) => return Err(error),
        };
        self.drive(id);
        Ok(new)
    }

    /// Begins a machine without waiting for it.
    pub(crate) fn begin_later(self: &Arc<Self>, state: M) {
        let process = self.clone();
        self.task(async move { drop(process.begin(&state).await) });
    }

    /// Tells a machine something.
    pub(crate) fn tell(&self, id: &str, event: M::Event) -> bool {
        self.driver(id).tell(id, event)
    }

    /// To be called after an unlock.
    pub(crate) fn wake(&self) {
        for driver in self.drivers.lock().unwrap_or_else(PoisonError::into_inner).values() {
            driver.wake();
        }
    }

    /// A power cut.
    pub(crate) fn end(&self) {
        self.life.end();
        self.heads.close();
        self.cancel.cancel();
        for task in self.tasks.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            task.abort();
        }
        self.drivers.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
