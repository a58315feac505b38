//! What all processes of a run share: chain, network, market place and the run's record.

use crate::{
    chain::{Chain, Tx},
    chance::Chance,
    node::Weather,
};
use agreement::{buyer, publisher};
use protocol::{Address, AgreementId, Did, TxHash, Vodka};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    sync::{Mutex, MutexGuard, PoisonError},
};
use tokio::time::{Duration, Instant};

/// What stays the same during a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Settings {
    /// From block to block.
    pub(crate) block_time: Duration,
    /// Blocks after which a transaction counts.
    pub(crate) confirmations: u64,
    /// The deepest fork; fewer than the confirmations.
    pub(crate) deepest_fork: u64,
    /// Whether nodes count waiting transactions in an account's next nonce.
    pub(crate) tells_waiting: bool,
    /// Whether nodes try a call in the next block rather than in the newest.
    pub(crate) estimates_next: bool,
}

/// Something that a program could do wrong; see `tests/planted.rs`. All but these two are in the machines themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Transactions get new names after a crash: what was sent is sent once more.
    DoubleSend,
    /// The gateway believes an event instead of the state.
    TrustedEvent,
}

/// What a listing says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Listing {
    /// Its id.
    pub(crate) did: Did,
    /// Its owner, who is paid.
    pub(crate) owner: Address,
    /// Its gateway.
    pub(crate) provider: Address,
    /// Blocks for granting.
    pub(crate) time_out: u64,
}

/// The places where people meet outside the chain.
#[derive(Debug, Default)]
pub(crate) struct Market {
    /// By id.
    pub(crate) listings: BTreeMap<Did, Listing>,
    /// What each purchase costs: the catalogue's word, by agreement, as its gateway has it.
    pub(crate) prices: BTreeMap<AgreementId, Vodka>,
    /// Purchases whose keys the buyer has on disk.
    pub(crate) keys: BTreeSet<AgreementId>,
    /// Sales that were delivered once in full, on the gateway's disk.
    pub(crate) delivered: BTreeSet<AgreementId>,
    /// The buyers' machines as they are known to the journal.
    pub(crate) purchases: BTreeMap<AgreementId, buyer::State>,
    /// The gateways' machines.
    pub(crate) sales: BTreeMap<AgreementId, publisher::State>,
    /// Key servers that answer, of five.
    pub(crate) key_servers: u64,
}

/// Key servers that must answer.
pub(crate) const ENOUGH_KEY_SERVERS: u64 = 3;

#[derive(Debug, Default)]
struct Record {
    text: String,
    broken: Vec<String>,
    sent: BTreeMap<(Address, u64), TxHash>,
}

/// The world of one run.
#[derive(Debug)]
pub(crate) struct World {
    /// What stays the same.
    pub(crate) settings: Settings,
    /// What is wrong on purpose.
    pub(crate) fault: Option<Fault>,
    /// When it began.
    pub(crate) began: Instant,
    chain: Mutex<Chain>,
    chance: Mutex<Chance>,
    weather: Mutex<Weather>,
    market: Mutex<Market>,
    record: Mutex<Record>,
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

impl World {
    /// A world around a chain, in good weather.
    pub(crate) fn new(settings: Settings, fault: Option<Fault>, chain: Chain, chance: Chance) -> Self {
        Self {
            settings,
            fault,
            began: Instant::now(),
            chain: Mutex::new(chain),
            chance: Mutex::new(chance),
            weather: Mutex::default(),
            market: Mutex::new(Market { key_servers: 5, ..Market::default() }),
            record: Mutex::default(),
        }
    }

    /// Something with the chain.
    pub(crate) fn chain<T>(&self, with: impl FnOnce(&mut Chain) -> T) -> T {
        with(&mut lock(&self.chain))
    }

    /// Something by chance.
    pub(crate) fn draw<T>(&self, with: impl FnOnce(&mut Chance) -> T) -> T {
        with(&mut lock(&self.chance))
    }

    /// Something on the market place.
    pub(crate) fn market<T>(&self, with: impl FnOnce(&mut Market) -> T) -> T {
        with(&mut lock(&self.market))
    }

    /// How bad the network is now.
    pub(crate) fn weather(&self) -> Weather {
        *lock(&self.weather)
    }

    /// Changes it.
    pub(crate) fn set_weather(&self, weather: Weather) {
        *lock(&self.weather) = weather;
    }

    /// One line of the record.
    pub(crate) fn note(&self, line: impl std::fmt::Display) {
        let (at, head) = (self.began.elapsed().as_millis(), self.chain(|chain| chain.head()));
        // Writing to a String does not fail.
        let _ = writeln!(lock(&self.record).text, "{at:>9} ms  block {head:>4}  {line}");
    }

    /// A promise is broken.
    pub(crate) fn broken(&self, what: String) {
        // Said once: what stays broken is broken in each block.
        if !lock(&self.record).broken.contains(&what) {
            self.note(format_args!("BROKEN: {what}"));
            lock(&self.record).broken.push(what);
        }
    }

    /// The record and what is broken.
    pub(crate) fn record(&self) -> (String, Vec<String>) {
        let record = lock(&self.record);
        (record.text.clone(), record.broken.clone())
    }

    /// A transaction came to a node: under one nonce there is one transaction, ever.
    pub(crate) fn saw_broadcast(&self, tx: &Tx) {
        let before = lock(&self.record).sent.insert((tx.from, tx.nonce), tx.hash);
        let asked = self.chain(|chain| chain.asked(tx));
        let what = asked.as_ref().map_or("?", crate::chain::calls::Asked::name);
        if before.is_none() {
            self.note(format_args!("{} sends {what}, nonce {}", short(&tx.from.0), tx.nonce));
        }
        if before.is_some_and(|hash| hash != tx.hash) {
            self.broken(format!("{} signed two transactions of nonce {}", short(&tx.from.0), tx.nonce));
        }
    }
}

/// The beginning of an id.
pub(crate) fn short(id: &[u8]) -> String {
    id.iter().take(3).map(|byte| format!("{byte:02x}")).collect()
}
