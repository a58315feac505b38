//! A buyer: a computer with a wallet, and what its owner means to buy.

use crate::{buying::Buying, disks, gateway::Gateways, life::Key, process::Process, world::World};
use agreement::{Order, buyer::State};
use protocol::{Address, Signer as _, Vodka, conditions::AccessTerms};
use runner::{Commits as _, Disk, LedgerError};
use std::sync::{Arc, atomic::Ordering};

/// A purchase that will be confirmed.
#[derive(Debug, Clone)]
pub(crate) struct Wish {
    /// The first block in which the buyer confirms.
    pub(crate) at: u64,
    /// As the buyer saw it.
    pub(crate) terms: AccessTerms,
    /// Blocks for creating it.
    pub(crate) create_within: u64,
}

/// What keeps a computer from working, until a block.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Troubles {
    /// Its lid is closed.
    pub(crate) asleep: u64,
    /// It has no network.
    pub(crate) cut_off: u64,
    /// Its wallet is locked.
    pub(crate) locked: u64,
    /// It is off.
    pub(crate) off: u64,
}

/// A buyer and his computer.
pub(crate) struct Buyer {
    world: Arc<World>,
    gateways: Arc<Gateways>,
    /// His account.
    pub(crate) key: Arc<Key>,
    service: Arc<Key>,
    disk: Disk,
    /// The program, where it runs.
    pub(crate) process: Option<Arc<Process<State>>>,
    /// What he will buy, soonest last.
    pub(crate) wishes: Vec<Wish>,
    /// What he began with.
    pub(crate) money: Vodka,
    /// What keeps him from working.
    pub(crate) troubles: Troubles,
    starts: u64,
}

impl Buyer {
    /// One whose computer is off.
    ///
    /// # Errors
    /// SQLite's.
    pub(crate) fn new(
        world: &Arc<World>,
        gateways: &Arc<Gateways>,
        (account, service): (Address, Address),
        money: Vodka,
        wishes: Vec<Wish>,
    ) -> Result<Self, LedgerError> {
        Ok(Self {
            world: world.clone(),
            gateways: gateways.clone(),
            key: Key::of(account, world),
            service: Key::of(service, world),
            disk: disks::fresh()?,
            process: None,
            wishes,
            money,
            troubles: Troubles::default(),
            starts: 0,
        })
    }

    /// Whether the program runs.
    pub(crate) fn is_on(&self) -> bool {
        self.process.as_ref().is_some_and(|process| process.life.is_alive())
    }

    /// Starts the program; it ends at its `last_step`, where that is not 0.
    pub(crate) fn start(&mut self, last_step: u64) {
        let (key, service, gateways) = (self.key.clone(), self.service.clone(), self.gateways.clone());
        let starts = self.starts;
        self.starts = starts.saturating_add(1);
        self.world.note(format_args!("buyer {} starts", crate::world::short(&self.key.address().0)));
        let account = self.key.address();
        let known = self.world.market(|market| {
            let own = market.purchases.values().filter(|state| state.order().terms.consumer == account);
            own.map(runner::Journaled::id).collect()
        });
        self.process = Some(Process::start(&self.world, &self.disk, last_step, known, |node, outbox| {
            Arc::new(Buying { node, outbox, key, service, gateways, starts })
        }));
    }

    /// Ends it.
    pub(crate) fn stop(&mut self) {
        if let Some(process) = self.process.take() {
            self.world.note(format_args!("buyer {} stops", crate::world::short(&self.key.address().0)));
            process.end();
        }
    }

    /// Makes the troubles of this block true.
    pub(crate) fn suffer(&mut self, block: u64) {
        let locked = block < self.troubles.locked;
        let unlocked = self.key.is_locked() && !locked;
        self.key.lock(locked);
        let Some(process) = &self.process else { return };
        process.life.cut_off.store(block < self.troubles.cut_off, Ordering::SeqCst);
        let asleep = block < self.troubles.asleep;
        if asleep != process.life.is_asleep() {
            process.life.sleep(asleep);
        }
        if unlocked {
            process.wake();
        }
    }

    /// Tells the program of a block, as far as it can hear.
    pub(crate) fn hear(&self, block: u64) {
        if let Some(process) = self.process.as_ref().filter(|p| p.life.is_alive() && !p.life.is_asleep())
            && !process.life.cut_off.load(Ordering::SeqCst)
        {
            process.heads.tell(block);
        }
    }

    /// Confirms what is due.
    pub(crate) fn shop(&mut self, block: u64) {
        let ready = self.is_on()
            && !self.key.is_locked()
            && block >= self.troubles.asleep.max(self.troubles.cut_off)
            && self.wishes.last().is_some_and(|wish| wish.at <= block);
        if !ready {
            return;
        }
        let (Some(wish), Some(process)) = (self.wishes.pop(), &self.process) else { return };
        let [_, grant, _] = wish.terms.time_outs;
        let order = Order {
            terms: wish.terms,
            service: 1,
            gateway: "http://gateway".to_owned(),
            confirmed_at: block,
            create_within: wish.create_within,
            grant_margin: if grant == 0 { 0 } else { 20.min(grant / 4) },
        };
        process.begin_later(State::new(order));
    }
}
