//! One run: a market out of a seed, a stretch of bad luck, then rest, then the account.

use crate::{
    buyer::{Buyer, Wish},
    chain::{self, Chain, contracts::Listed},
    chance::Chance,
    disks,
    gateway::{self, Gateway, Gateways, Manner},
    life::Key,
    mischief::{self, Mischief},
    node::Weather,
    oracles::{self, Deal, Late, Punctual},
    world::{Fault, Listing, Settings, World, short},
};
use agreement::{Machine as _, publisher};
use protocol::{Address, AgreementId, Did, Signer as _, Vodka, conditions::AccessTerms, hash::keccak256};
use runner::{Commits as _, LedgerError};
use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::Ordering},
};
use tokio::time::Duration;

/// Blocks of rest in which everything has to end, beyond the last deadline that is open when it begins.
const REST: u64 = 150;

/// Blocks after which everybody who came back is at work.
const SETTLED: u64 = 8;

/// What became of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Its number.
    pub seed: u64,
    /// Everything that happened, a line each.
    pub record: String,
    /// How late money came back of purchases whose deadline passed while everybody was there.
    pub late: Vec<Late>,
    /// Promises that were broken.
    pub broken: Vec<String>,
    /// Blocks that were mined.
    pub blocks: u64,
    /// Purchases by the name of their last state.
    pub purchases: BTreeMap<&'static str, u64>,
    /// Sales by the name of their last state.
    pub sales: BTreeMap<&'static str, u64>,
}

/// Runs a seed.
///
/// # Errors
/// Only those of SQLite and of making a runtime: a broken promise is in the report.
pub fn run(seed: u64, fault: Option<Fault>) -> Result<Report, LedgerError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let runtime = runtime.map_err(|error| LedgerError::Row(error.to_string()))?;
    let report = runtime.block_on(Run::go(seed, fault));
    drop(runtime);
    disks::clear()?;
    report
}

fn account(kind: u8, number: u64) -> Address {
    let mut bytes = [kind; 20];
    for (to, from) in bytes.iter_mut().skip(2).zip(number.to_le_bytes()) {
        *to = from;
    }
    Address(bytes)
}

struct Run {
    world: Arc<World>,
    chance: Chance,
    gateways: Arc<Gateways>,
    buyers: Vec<Buyer>,
    mischief: Mischief,
    /// All terms under which money can move.
    all: Vec<Deal>,
    cheats: Vec<(u64, AccessTerms)>,
    supply: Vodka,
    punctual: Punctual,
    /// Forks come in so many of a thousand blocks.
    forking: u64,
    /// Troubles come in so many of a thousand blocks, for each party.
    trouble: u64,
    /// Of processes that start, so many of a thousand end at a step by chance.
    crashing: u64,
    /// When a gateway that crashed is started again.
    gateways_off: BTreeMap<Address, u64>,
}

impl Run {
    async fn go(seed: u64, fault: Option<Fault>) -> Result<Report, LedgerError> {
        let mut run = Self::made(seed, fault)?;
        let storm = run.chance.between(40, 90);
        run.start();
        while run.head() < storm {
            run.block(true).await;
        }
        run.rest().await;
        oracles::at_rest(&run.world, &run.buyers, &run.gateways, &run.all);
        let (record, broken) = run.world.record();
        let (mut purchases, mut sales) = (BTreeMap::new(), BTreeMap::new());
        run.world.market(|market| {
            for state in market.purchases.values() {
                *purchases.entry(state.name()).or_default() += 1;
            }
            for state in market.sales.values() {
                *sales.entry(state.name()).or_default() += 1;
            }
        });
        let late = std::mem::take(&mut run.punctual.late);
        let report = Report { seed, record, late, broken, blocks: run.head(), purchases, sales };
        run.end();
        Ok(report)
    }

    fn made(seed: u64, fault: Option<Fault>) -> Result<Self, LedgerError> {
        let mut chance = Chance::new(seed).part(1);
        let deepest_fork = if chance.permille(400) { chance.between(1, 8) } else { 0 };
        let settings = Settings {
            block_time: Duration::from_millis(*chance.pick(&[500, 1000, 2000]).unwrap_or(&1000)),
            confirmations: deepest_fork.saturating_add(1),
            deepest_fork,
            tells_waiting: chance.permille(500),
            estimates_next: chance.permille(500),
        };
        let listings: Vec<Listing> = (0..chance.between(1, 2))
            .map(|number| Listing {
                did: Did(keccak256([&b"listing"[..], &number.to_be_bytes()].concat())),
                owner: account(0x30, number),
                provider: account(0x40, number),
                time_out: chance.between(20, 60),
            })
            .collect();
        let buyers = chance.between(1, 2);
        let rich = |chance: &mut Chance| if chance.permille(950) { 1000 } else { 5 };
        let money: Vec<(Address, Vodka)> =
            (0..buyers).map(|number| (account(0x10, number), Vodka::from_ocean(rich(&mut chance)))).collect();
        let listed = listings.iter().map(|l| (l.did, Listed { owner: l.owner, providers: vec![l.provider] }));
        let state = mischief::first_state(listed, money.iter().copied());
        let chain = Chain::new(chain::contracts(), state);
        let supply = chain.supply();
        let world = Arc::new(World::new(settings, fault, chain, Chance::new(seed).part(2)));
        world.market(|market| market.listings = listings.iter().map(|l| (l.did, *l)).collect());
        let mut gateways = Gateways::default();
        for listing in &listings {
            let manner = match chance.below(20) {
                0 => Manner::Refusing,
                1 => Manner::Changes { at: chance.below(60) },
                2 => Manner::Silent,
                3..=5 => Manner::Old,
                _ => Manner::Honest,
            };
            gateways.0.insert(listing.provider, Gateway::new(&world, Key::of(listing.provider, &world), manner)?);
        }
        let gateways = Arc::new(gateways);
        let (mut all, mut people) = (Vec::new(), Vec::new());
        for (number, (who, money)) in (0..).zip(money) {
            let mut wishes = Vec::new();
            for count in 0..chance.between(1, 2) {
                if let Some(terms) = wish(&world, &mut chance, &listings, who, count) {
                    all.push(Deal::from(terms.clone()));
                    wishes.push(Wish { at: chance.between(2, 40), terms, create_within: chance.between(30, 120) });
                }
            }
            wishes.sort_by_key(|wish| u64::MAX - wish.at);
            people.push(Buyer::new(&world, &gateways, (who, account(0x20, number)), money, wishes)?);
        }
        let mut cheats = Vec::new();
        if chance.permille(300)
            && let Some(mut terms) = wish(&world, &mut chance, &listings, mischief::CHEAT, 0)
        {
            terms.consumer = mischief::CHEAT;
            all.push(Deal::from(terms.clone()));
            cheats.push((chance.between(3, 60), terms));
        }
        let mut sometimes =
            |permille, least, most| if chance.permille(permille) { chance.between(least, most) } else { 0 };
        world.set_weather(Weather {
            latency: sometimes(800, 1, 900),
            slow: sometimes(800, 20, 400),
            failing: sometimes(600, 5, 250),
            behind: sometimes(400, 5, 300),
            losing: sometimes(500, 10, 500),
            delaying: sometimes(500, 10, 500),
        });
        let mischief = Mischief::new(sometimes(300, 100, 900), sometimes(400, 50, 500));
        let (forking, trouble) = (sometimes(1000, 20, 120), sometimes(800, 2, 40));
        let crashing = sometimes(700, 100, 900);
        world.note(format_args!("seed {seed}: {settings:?}"));
        world.note(format_args!("{:?}", world.weather()));
        Ok(Self {
            world,
            chance,
            gateways,
            buyers: people,
            mischief,
            all,
            cheats,
            supply,
            punctual: Punctual::default(),
            forking: if deepest_fork > 0 { forking } else { 0 },
            trouble,
            crashing,
            gateways_off: BTreeMap::new(),
        })
    }

    fn head(&self) -> u64 {
        self.world.chain(|chain| chain.head())
    }

    /// At which step a life that begins now ends; 0 is never.
    fn last_step(&mut self) -> u64 {
        if self.chance.permille(self.crashing) { self.chance.between(1, 300) } else { 0 }
    }

    fn start(&mut self) {
        for number in 0..self.buyers.len() {
            let last_step = self.last_step();
            if let Some(buyer) = self.buyers.get_mut(number) {
                buyer.start(last_step);
            }
        }
        let gateways = self.gateways.clone();
        for gateway in gateways.0.values() {
            gateway.start(self.last_step());
        }
    }

    /// One block: what happens on the chain, then everybody hears of it and does what he does until the next one.
    async fn block(&mut self, storm: bool) {
        let block = self.head();
        if storm {
            self.mischief.front_run(&self.world, &mut self.chance);
            self.mischief.help(&self.world, &mut self.chance, &self.all);
            while let Some((_, terms)) = self.cheats.pop_if(|(at, _)| *at <= block) {
                self.mischief.cheat(&self.world, &terms);
            }
        }
        let depth = if storm && self.chance.permille(self.forking) {
            self.chance.between(1, self.world.settings.deepest_fork)
        } else {
            0
        };
        if depth > 0 {
            self.world.note(format_args!("a fork takes back {depth} blocks"));
            let lose = if self.chance.permille(500) { 400 } else { 0 };
            self.world.chain(|chain| chain.take_back(depth, &mut self.chance, lose));
            self.mischief.forget_gaps(&self.world);
            self.mischief.front_run(&self.world, &mut self.chance);
        }
        for _ in 0..=depth {
            let permille = if storm { 800 } else { 1000 };
            self.world.chain(|chain| chain.mine(&mut self.chance, permille));
        }
        self.told();
        oracles::conservation(&self.world, self.supply, &self.all);
        let block = self.head();
        if storm {
            self.misfortune(block);
        }
        for buyer in &mut self.buyers {
            buyer.suffer(block);
            buyer.hear(block);
            buyer.shop(block);
        }
        for (provider, gateway) in &self.gateways.0 {
            let off = self.gateways_off.get(provider).is_some_and(|until| block < *until);
            if let Some(process) = gateway.process().filter(|process| process.life.is_alive() && !off) {
                process.heads.tell(block);
                gateway.follow(block);
            }
        }
        self.deliver();
        tokio::time::sleep(self.world.settings.block_time).await;
        self.collect(block, storm);
    }

    /// The newest block, into the record.
    fn told(&self) {
        let lines: Vec<String> = self.world.chain(|chain| {
            let included = chain.block(chain.head()).map(|block| block.included.clone()).unwrap_or_default();
            let line = |one: &chain::Included| {
                let what = chain.asked(&one.tx).map_or("?", |asked| asked.name());
                let how = if one.success { "is mined" } else { "reverts" };
                format!("{what} of {} {how}, nonce {}", short(&one.tx.from.0), one.tx.nonce)
            };
            included.iter().map(line).collect()
        });
        for line in lines {
            self.world.note(line);
        }
    }

    /// Lids, networks, wallets, key servers and disks.
    fn misfortune(&mut self, block: u64) {
        let (chance, trouble) = (&mut self.chance, self.trouble);
        for buyer in &mut self.buyers {
            if chance.permille(trouble) {
                let until = |chance: &mut Chance, most| block.saturating_add(chance.between(1, most));
                match chance.below(3) {
                    0 => buyer.troubles.asleep = until(chance, 120),
                    1 => buyer.troubles.cut_off = until(chance, 60),
                    _ => buyer.troubles.locked = until(chance, 80),
                }
                self.world.note(format_args!("buyer {}: {:?}", short(&buyer.key.address().0), buyer.troubles));
            }
        }
        if chance.permille(trouble) {
            let up = chance.below(6);
            self.world.market(|market| market.key_servers = up);
        }
        for gateway in self.gateways.0.values() {
            if chance.permille(trouble) {
                let Some(process) = gateway.process() else { continue };
                match chance.below(5) {
                    0 => process.life.cut_off.store(true, Ordering::SeqCst),
                    1 => process.life.sleep(true),
                    2 => gateway.disk_is_slow.store(true, Ordering::SeqCst),
                    _ => {
                        process.life.cut_off.store(false, Ordering::SeqCst);
                        process.life.sleep(false);
                        gateway.disk_is_slow.store(false, Ordering::SeqCst);
                    }
                }
            }
            // Some never come back.
            if chance.permille(trouble / 8) {
                self.world.note(format_args!("gateway {} is gone for ever", short(&gateway.key.address().0)));
                gateway.stop();
                self.gateways_off.insert(gateway.key.address(), u64::MAX);
            }
        }
    }

    /// Some of those who have the keys fetch the data at once.
    fn deliver(&mut self) {
        let sales = self.world.market(|market| {
            let ready = market.sales.iter().filter(|(agreement, state)| {
                state.may_fetch() && market.keys.contains(agreement) && !market.delivered.contains(agreement)
            });
            ready.map(|(agreement, state)| (*agreement, state.sale().terms.provider)).collect::<Vec<_>>()
        });
        for (agreement, provider) in sales {
            if self.chance.permille(300)
                && let Some(gateway) = self.gateways.0.get(&provider)
            {
                gateway.deliver(agreement);
            }
        }
    }

    /// Processes that ended are cleared away, and started again when it is time.
    fn collect(&mut self, block: u64, storm: bool) {
        for number in 0..self.buyers.len() {
            let last_step = if storm { self.last_step() } else { 0 };
            let off = if storm { self.chance.between(0, 25) } else { 0 };
            let Some(buyer) = self.buyers.get_mut(number) else { continue };
            if !buyer.is_on() {
                if buyer.process.is_some() {
                    buyer.stop();
                    buyer.troubles.off = block.saturating_add(off);
                } else if block >= buyer.troubles.off {
                    buyer.start(last_step);
                }
            }
        }
        let gateways = self.gateways.clone();
        for (provider, gateway) in &gateways.0 {
            let last_step = if storm { self.last_step() } else { 0 };
            let off = if storm { self.chance.between(0, 25) } else { 0 };
            match gateway.process() {
                Some(process) if !process.life.is_alive() => {
                    self.world.note(format_args!("gateway {} stops", short(&provider.0)));
                    gateway.stop();
                    self.gateways_off.insert(*provider, block.saturating_add(off));
                }
                None if self.gateways_off.get(provider).is_none_or(|until| block >= *until) => {
                    self.world.note(format_args!("gateway {} starts", short(&provider.0)));
                    gateway.start(last_step);
                }
                _ => {}
            }
        }
    }

    /// Everybody is back and nothing fails: every machine has to end, each within a bounded number of blocks.
    async fn rest(&mut self) {
        self.world.note("everybody is back and the network is healthy");
        self.world.set_weather(Weather::default());
        self.world.market(|market| market.key_servers = 5);
        for buyer in &mut self.buyers {
            buyer.troubles = crate::buyer::Troubles::default();
            buyer.wishes.clear();
            if let Some(process) = &buyer.process {
                process.life.spare();
            }
        }
        for gateway in self.gateways.0.values() {
            gateway.disk_is_slow.store(false, Ordering::SeqCst);
            if let Some(process) = gateway.process() {
                process.life.spare();
                process.life.cut_off.store(false, Ordering::SeqCst);
                process.life.sleep(false);
            }
        }
        for off in self.gateways_off.values_mut().filter(|off| **off != u64::MAX) {
            *off = 0;
        }
        let begin = self.head();
        let longest = self.all.iter().map(|deal| deal.terms.time_outs[1]).max().unwrap_or(0);
        let last = begin.saturating_add(120).saturating_add(longest).saturating_add(REST);
        // Receipts are noted when they count, and what a last transaction does may begin something at its publisher's.
        let calm = self.world.settings.confirmations.saturating_add(3);
        let mut quiet = 0_u64;
        while self.head() < last && quiet <= calm {
            self.block(false).await;
            self.punctual.look(&self.world, &self.buyers, &self.all, begin.saturating_add(SETTLED));
            // New machines may still be on their way to the journal in the first blocks.
            let is_quiet = self.head() > begin.saturating_add(SETTLED) && self.is_quiet();
            quiet = if is_quiet { quiet.saturating_add(1) } else { 0 };
        }
    }

    fn is_quiet(&self) -> bool {
        let gone = |state: &publisher::State| {
            self.gateways.0.get(&state.sale().terms.provider).is_none_or(|gateway| gateway.process().is_none())
        };
        let (purchases, sales) = self.world.market(|market| (market.purchases.clone(), market.sales.clone()));
        let at_rest = |sale: &publisher::State| sale.is_final() || gone(sale) || oracles::is_patient(&self.world, sale);
        purchases.values().all(|state| state.is_final()) && sales.values().all(at_rest)
    }

    fn end(&mut self) {
        for buyer in &mut self.buyers {
            buyer.stop();
        }
        for gateway in self.gateways.0.values() {
            gateway.stop();
        }
    }
}

/// What somebody wants: mostly what is listed, sometimes what only the catalogue says.
fn wish(world: &World, chance: &mut Chance, listings: &[Listing], who: Address, count: u64) -> Option<AccessTerms> {
    let listing = chance.pick(listings)?;
    let agreement = AgreementId(keccak256(chance.number().to_be_bytes()));
    // Each price once, so that no two approvals look alike; some are free.
    let whole = 1_000_000_000_000_000_000_u64;
    let free = chance.permille(50);
    let parts = chance.between(1, 9).saturating_mul(whole).saturating_add(count);
    let price = if free { Vodka::ZERO } else { parts.to_string().parse().ok()? };
    world.market(|market| market.prices.insert(agreement, price));
    let mut terms = gateway::terms(world, listing, agreement, who, price);
    if chance.permille(30) {
        // The catalogue lies, or has changed since: the gateway never offered this.
        terms.price = whole.saturating_mul(10).saturating_add(count).to_string().parse().ok()?;
    }
    Some(terms)
}
