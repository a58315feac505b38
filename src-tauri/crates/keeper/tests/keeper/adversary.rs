//! Adversaries who call any function with any argument, other people's ids included, while honest people trade.
//! Whatever they do: what is locked is held, leaves once, to whom it belongs, and always can.

mod loot;
mod open;
mod thief;

use self::{
    loot::{Dice, Loot},
    thief::Own,
};
use crate::{
    support::{Account, World, addr, any_agreement, any_release, word},
    theft::released,
};
use ethers::{
    abi::{Abi, Function, ParamType, StateMutability, Token},
    types::U256,
};
use keeper::{ConditionState, Contracts, KeeperEvent};
use protocol::{
    Address, AgreementId, Checksum, ConditionId, Did, TemplateId, Vodka,
    conditions::{AccessTerms, ConditionKind, condition_id, value_hash_escrow},
    hash::keccak256,
    templates::{ACCESS, COMPUTE, TemplateRef, contract_template_id},
    tx::{Call, Receipt},
};
use std::{collections::HashMap, sync::Mutex};

/// Runs of each campaign, and steps in each.
const SIZE: (u64, u64) = (256, 64);
/// The same where `NEUSTON_LONG` is set.
const LONG: (u64, u64) = (50_000, 500);
/// Runs on one chain. A new one begins after them, so that no campaign slows down under its own past.
const RUNS_ON_A_CHAIN: u64 = 512;
/// Blocks in which access must be granted.
const WINDOW: u64 = 20;

/// Runs and steps.
fn size() -> (u64, u64) {
    if std::env::var_os("NEUSTON_LONG").is_some() { LONG } else { SIZE }
}

/// The seeds of each chain.
fn chains(runs: u64) -> impl Iterator<Item = std::ops::RangeInclusive<u64>> {
    (0..runs.div_ceil(RUNS_ON_A_CHAIN))
        .map(move |chain| chain * RUNS_ON_A_CHAIN + 1..=((chain + 1) * RUNS_ON_A_CHAIN).min(runs))
}

/// What the events say about the escrow.
#[derive(Default)]
struct Ledger {
    /// Agreement -> what is locked under it, and whether it was paid out.
    locks: HashMap<AgreementId, (u128, bool)>,
    locked: u128,
    paid: u128,
    received: u128,
    sent: u128,
}

struct Campaign<'a> {
    world: &'a World,
    contracts: Contracts,
    template: TemplateId,
    /// All that thieves create agreements of: the released ones, and some that an owner approved without a thought.
    templates: Vec<TemplateId>,
    functions: Vec<(Address, Function)>,
    thieves: [Account; 2],
    /// Steps of a run.
    depth: u64,
    ledger: Ledger,
    /// The conditions that came into being in this run, with their contracts.
    conditions: Vec<(ConditionId, Address)>,
    deeds: usize,
    refunds: usize,
    sales: usize,
    aborts: usize,
}

/// How honest people trade.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Access,
    V01,
    Compute,
}

impl Way {
    /// Only the escrow of the network is in the other templates.
    fn of(seed: u64, c: &Contracts, network: &Contracts) -> Self {
        match (seed / 2) % 4 {
            1 if c.escrow_reward == network.escrow_reward => Self::V01,
            2 if c.escrow_reward == network.escrow_reward => Self::Compute,
            _ => Self::Access,
        }
    }
}

/// The next thing honest people do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Honest {
    Create,
    Pay,
    Grant,
    Settle,
    Nothing,
}

fn whole(amount: Vodka) -> u128 {
    u128::try_from(amount.0).unwrap()
}

fn functions(contracts: &Contracts) -> Vec<(Address, Function)> {
    let mut all = Vec::new();
    for (name, at) in contracts.named() {
        let path = format!("{}/../../../contracts/artifacts/{name}.json", env!("CARGO_MANIFEST_DIR"));
        let artifact: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let abi: Abi = serde_json::from_value(artifact["abi"].clone()).unwrap();
        let changing = |function: &&Function| function.state_mutability == StateMutability::NonPayable;
        all.extend(abi.functions().filter(changing).map(|function| (at, function.clone())));
    }
    all
}

impl<'a> Campaign<'a> {
    fn new(world: &'a World, escrow: Address, template: TemplateId, depth: u64) -> Self {
        let contracts = Contracts { escrow_reward: escrow, ..world.contracts };
        let thieves = [Account::new(66), Account::new(67)];
        world.fund(&world.consumer, 1000);
        for thief in &thieves {
            world.fund(thief, 500);
            world.send(thief, &contracts.approve(contracts.lock_reward, Vodka::from_ocean(400))).unwrap();
        }
        let (lock, escrow) = (contracts.lock_reward, contracts.escrow_reward);
        let [hash_lock, threshold, whitelisting] =
            [contracts.hash_lock, contracts.threshold, contracts.whitelisting].map(Option::unwrap);
        let compute = contracts.compute_execution.unwrap();
        let mut templates = vec![template, COMPUTE, contract_template_id(contracts.access_template.unwrap())];
        for (name, conditions) in [
            ("no lock", [compute, hash_lock, escrow]),
            ("hash lock", [lock, hash_lock, escrow]),
            ("threshold", [lock, threshold, escrow]),
            ("whitelist", [lock, whitelisting, escrow]),
        ] {
            templates.push(world.approve_template(name, &conditions));
        }
        Self {
            world,
            functions: functions(&contracts),
            contracts,
            template,
            templates,
            thieves,
            depth,
            ledger: Ledger::default(),
            conditions: Vec::new(),
            deeds: 0,
            refunds: 0,
            sales: 0,
            aborts: 0,
        }
    }

    /// Writes a transaction's events into the ledger. An error is a promise broken.
    fn write(&mut self, receipt: &Receipt) -> Result<(), String> {
        let escrow = self.contracts.escrow_reward;
        for log in &receipt.logs {
            match self.contracts.event(log).unwrap() {
                Some(KeeperEvent::Transfer { to, amount, .. }) if to == escrow => self.ledger.received += whole(amount),
                Some(KeeperEvent::Transfer { from, amount, .. }) if from == escrow => self.ledger.sent += whole(amount),
                Some(KeeperEvent::PaymentLocked { agreement, reward_address, amount, .. })
                    if reward_address == escrow =>
                {
                    self.ledger.locked += whole(amount);
                    if self.ledger.locks.insert(agreement, (whole(amount), false)).is_some() {
                        return Err(format!("{agreement} was locked twice"));
                    }
                }
                Some(KeeperEvent::EscrowPaid { agreement, amount, .. }) => {
                    self.ledger.paid += whole(amount);
                    match self.ledger.locks.get_mut(&agreement) {
                        Some((locked, paid)) if *locked == whole(amount) && !*paid => *paid = true,
                        Some((locked, paid)) => {
                            return Err(format!("{agreement}: {locked} locked, {amount:?} paid, before: {paid}"));
                        }
                        None => return Err(format!("{agreement} was paid without a lock")),
                    }
                }
                Some(KeeperEvent::ConditionCreated { condition, type_ref, .. }) => {
                    self.conditions.push((condition, type_ref));
                }
                _ => {}
            }
        }
        let ledger = &self.ledger;
        if ledger.sent != ledger.paid || ledger.received < ledger.locked {
            return Err(format!("sent {}, paid {}", ledger.sent, ledger.paid));
        }
        Ok(())
    }

    fn deed(&mut self, thief: usize, call: &Call) -> Result<(), String> {
        let receipt = self.world.try_send(&self.thieves[thief], call);
        self.deeds += usize::from(receipt.success);
        self.write(&receipt).map_err(|broken| format!("{broken} by {}", call.what))
    }

    /// What adversaries have to work with in this run: everything public, and what they compute from it.
    fn loot(&self, terms: &AccessTerms, seed: u64) -> (Loot, Own) {
        let own = Own::new(&self.contracts, terms, self.thieves[0].address, seed);
        let ids = terms.ids();
        let mut words = vec![terms.agreement.0, terms.did.0, self.template.0, ACCESS.0, own.agreement.0, own.did.0];
        words.extend(ids.v02().map(|id| id.0));
        words.extend(own.conditions.map(|id| id.0));
        for thief in &self.thieves {
            for (lock, release) in [(ids.lock, ids.lock), (ids.lock, ids.access), (ids.access, ids.lock)] {
                let hash = value_hash_escrow(terms.price, thief.address, thief.address, lock, release);
                words.push(condition_id(terms.agreement, terms.escrow_contract, hash).0);
            }
        }
        words.push(keccak256(seed.to_be_bytes()));
        words.extend(self.templates.iter().map(|template| template.0));
        let mut people = self.contracts.all();
        people.extend([Address::ZERO, terms.provider, terms.consumer, terms.owner, own.grantee]);
        people.extend(self.thieves.iter().map(|thief| thief.address));
        let price = U256::from_big_endian(&terms.price.to_be_bytes());
        let numbers = vec![U256::zero(), U256::one(), U256::from(WINDOW), price, price * 2, U256::MAX];
        (Loot { words, people, numbers }, own)
    }

    /// One thing adversaries do.
    fn attack(&mut self, terms: &AccessTerms, loot: &Loot, own: &Own, dice: &mut Dice) -> Result<(), String> {
        let c = self.contracts;
        let thief = dice.below(2);
        let mine = self.thieves[thief].address;
        let id = |dice: &mut Dice| ConditionId(*dice.pick(&loot.words));
        let agreement = if dice.one_in(2) { terms.agreement } else { own.agreement };
        let call = match dice.below(17) {
            0 => {
                let ids = [id(dice), id(dice), id(dice)];
                let target = AgreementId(*dice.pick(&loot.words));
                let actors = [mine, *dice.pick(&loot.people)];
                any_agreement(c.agreement_store, target, terms.did, *dice.pick(&self.templates), &ids, &actors)
            }
            1 => any_release(c.escrow_reward, agreement, terms.price, mine, id(dice), id(dice)),
            2 => {
                let ids = terms.ids();
                any_release(c.escrow_reward, terms.agreement, terms.price, mine, ids.lock, *dice.pick(&ids.v02()))
            }
            3 => c.release_reward(terms),
            4 => c.abort_by_timeout(*dice.pick(&ConditionKind::ALL), id(dice)),
            5 => c.grant_access(terms),
            6 => {
                // The other agreement of the theft: the victim's escrow id, computed for oneself.
                let lock = terms.ids().lock;
                let hash = value_hash_escrow(terms.price, mine, mine, lock, lock);
                let escrow = condition_id(terms.agreement, c.escrow_reward, hash);
                let ids = [id(dice), id(dice), escrow];
                let target = AgreementId(keccak256([&loot.words[0][..], &mine.0].concat()));
                any_agreement(c.agreement_store, target, terms.did, self.template, &ids, &[mine, terms.provider])
            }
            7..=9 => own.step(&c, self.template, mine, dice),
            10 | 11 => own.step_without_a_lock(&c, self.templates[3], mine, dice),
            12 => {
                // The victim's agreement, or one's own with the victim's conditions, from the template of v0.1.
                let mut taken = AccessTerms { consumer: *dice.pick(&[mine, terms.consumer]), ..terms.clone() };
                taken.agreement = if dice.one_in(2) { AgreementId(*dice.pick(&loot.words)) } else { agreement };
                taken.template = TemplateRef::Contract(c.access_template.unwrap());
                c.create_agreement(&taken)
            }
            _ => {
                let (to, function) = dice.pick(&self.functions).clone();
                let tokens: Vec<Token> = function.inputs.iter().map(|input| loot.token(&input.kind, dice)).collect();
                let data = function.encode_input(&tokens).unwrap();
                Call { to, data, value: Vodka::ZERO, what: function.signature() }
            }
        };
        self.deed(thief, &call)
    }

    /// What a careful buyer checks before paying.
    async fn verified(&self, terms: &AccessTerms) -> bool {
        let keeper = &self.world.keeper;
        let Some(found) = keeper.agreement(terms.agreement).await.unwrap() else { return false };
        let mut good = found.did == terms.did
            && found.template == terms.template
            && found.conditions == terms.on_chain().ids
            && found.actors.contains(&terms.provider)
            && found.actors.contains(&terms.consumer);
        for kind in ConditionKind::ALL {
            let condition = keeper.condition(terms.ids().get(kind)).await.unwrap();
            good &= condition.type_ref == terms.contract(kind)
                && condition.time_lock == 0
                && condition.time_out == terms.time_outs[kind.index()]
                && condition.state == ConditionState::Unfulfilled;
        }
        good
    }

    async fn honest(&mut self, next: Honest, terms: &AccessTerms, grants: bool) -> Result<Honest, String> {
        let (world, c) = (self.world, self.contracts);
        Ok(match next {
            Honest::Create => {
                // It may fail: somebody may have taken an id. The buyer looks at the chain either way.
                let receipt = world.try_send(&world.consumer, &c.create_agreement(terms));
                self.write(&receipt)?;
                if self.verified(terms).await { Honest::Pay } else { Honest::Nothing }
            }
            Honest::Pay => {
                let approve = world.try_send(&world.consumer, &c.approve(c.lock_reward, terms.price));
                let receipt = world.try_send(&world.consumer, &c.lock_reward(terms));
                assert!(approve.success, "nobody can keep a buyer from approving");
                self.write(&receipt)?;
                // Somebody else may have paid it: for the buyer, with money of their own.
                match receipt.success || world.state(terms.ids().lock) == 2 {
                    true if grants => Honest::Grant,
                    true => Honest::Settle,
                    false => return Err("a verified agreement could not be paid".to_owned()),
                }
            }
            Honest::Grant => {
                // Too late is refused; then it is a refund.
                let receipt = world.try_send(&world.provider, &c.grant_access(terms));
                self.write(&receipt)?;
                Honest::Settle
            }
            Honest::Settle | Honest::Nothing => next,
        })
    }

    /// After everything: what was paid ends with the owner or the buyer.
    fn settle(&mut self, terms: &AccessTerms, way: Way, before: (Vodka, Vodka)) -> Result<(), String> {
        let (world, c) = (self.world, self.contracts);
        let ids = terms.ids();
        if world.state(ids.access) == 1 {
            world.mine(WINDOW + 1);
            let abort = c.abort_by_timeout(ConditionKind::AccessSecretStore, ids.access);
            let receipt = world.try_send(&world.other, &Call { to: terms.access_contract, ..abort });
            if !receipt.success {
                return Err("an abort after the timeout was refused".to_owned());
            }
        }
        let receipt = world.try_send(&world.other, &c.release_reward(terms));
        self.write(&receipt)?;
        if self.ledger.locks.get(&terms.agreement) != Some(&(whole(terms.price), true)) {
            return Err("the payment did not leave the escrow".to_owned());
        }
        let (consumer, owner) = (world.balance(terms.consumer), world.balance(terms.owner));
        let granted = world.state(ids.access) == 2;
        self.sales += usize::from(granted);
        self.refunds += usize::from(!granted);
        let price = whole(terms.price);
        // Adversaries may give tokens away, to these two as well: never less than what is due.
        let (due_consumer, due_owner) = if granted { (0, price) } else { (price, 0) };
        if whole(consumer) < whole(before.0) - price + due_consumer || whole(owner) < whole(before.1) + due_owner {
            return Err(format!("granted {granted}, but the money went elsewhere"));
        }
        let has = match way {
            Way::Access | Way::V01 => world.may_read(terms.consumer, terms.did),
            Way::Compute => {
                let arguments = [word(terms.did.0), addr(terms.consumer)];
                let asked = "wasComputeTriggered(bytes32,address)";
                world.view(terms.access_contract, asked, &arguments, ParamType::Bool) == Token::Bool(true)
            }
        };
        if granted != has {
            return Err("access or computation without a grant, or a grant without it".to_owned());
        }
        Ok(())
    }

    async fn run(&mut self, seed: u64) -> Result<(), String> {
        let world = self.world;
        let mut dice = Dice::new(seed);
        let did = Did(keccak256([&seed.to_be_bytes()[..], b"did"].concat()));
        let register = world.contracts.register_attribute(did, Checksum([0; 32]), &[world.provider.address], "");
        world.send(&world.publisher, &register).unwrap();
        let mut terms = world.terms(keccak256([&seed.to_be_bytes()[..], b"agreement"].concat()), did, [0, WINDOW, 0]);
        terms.price = Vodka::from_ocean(1 + seed % 3);
        (terms.escrow_contract, terms.template) = (self.contracts.escrow_reward, self.template.into());
        let way = Way::of(seed, &self.contracts, &world.contracts);
        match way {
            Way::Access => {}
            Way::V01 => terms.template = TemplateRef::Contract(self.contracts.access_template.unwrap()),
            Way::Compute => {
                (terms.template, terms.access_contract) = (COMPUTE.into(), self.contracts.compute_execution.unwrap());
            }
        }
        let (mut loot, own) = self.loot(&terms, seed);
        self.leaves_unpaid(&terms, &mut loot)?;
        let before = (world.balance(terms.consumer), world.balance(terms.owner));
        let grants = seed.is_multiple_of(2);
        let mut next = Honest::Create;
        for step in 0..self.depth {
            if step % 4 == 3 && dice.one_in(2) {
                next = self.honest(next, &terms, grants).await?;
            } else {
                self.attack(&terms, &loot, &own, &mut dice)?;
            }
        }
        if self.ledger.locks.contains_key(&terms.agreement) {
            self.settle(&terms, way, before)?;
        }
        self.ends_what_is_open().await?;
        for thief in &self.thieves {
            if world.may_read(thief.address, did) {
                return Err("a thief may read".to_owned());
            }
        }
        let ledger = &self.ledger;
        let held = whole(world.balance(self.contracts.escrow_reward));
        if held != ledger.received - ledger.sent || held < ledger.locked - ledger.paid {
            return Err(format!("{held} held, {} locked, {} paid", ledger.locked, ledger.paid));
        }
        Ok(())
    }
}

/// What the campaigns of one kind did.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    deeds: usize,
    sales: usize,
    refunds: usize,
    aborts: usize,
    locked: u128,
    paid: u128,
}

impl Tally {
    fn of(campaign: &Campaign<'_>) -> Self {
        let Campaign { deeds, sales, refunds, aborts, ledger, .. } = campaign;
        let (locked, paid) = (ledger.locked, ledger.paid);
        Self { deeds: *deeds, sales: *sales, refunds: *refunds, aborts: *aborts, locked, paid }
    }

    fn add(&mut self, more: &Self) {
        self.deeds += more.deeds;
        self.sales += more.sales;
        self.refunds += more.refunds;
        self.aborts += more.aborts;
        self.locked += more.locked;
        self.paid += more.paid;
    }
}

/// Runs all chains, as many at once as there are cores; each is a world of its own.
fn on_all_chains<F: Future<Output = Tally>>(
    runs: u64,
    chain: impl Fn(std::ops::RangeInclusive<u64>) -> F + Sync,
) -> Tally {
    let (waiting, tally) = (Mutex::new(chains(runs)), Mutex::new(Tally::default()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, std::num::NonZero::get) {
            scope.spawn(|| {
                let runtime =
                    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
                loop {
                    let Some(seeds) = waiting.lock().unwrap().next() else { return };
                    let done = runtime.block_on(chain(seeds));
                    tally.lock().unwrap().add(&done);
                }
            });
        }
    });
    tally.into_inner().unwrap()
}

async fn run_all(campaign: &mut Campaign<'_>, seeds: std::ops::RangeInclusive<u64>) {
    for seed in seeds {
        if let Err(broken) = campaign.run(seed).await {
            panic!("seed {seed}: {broken}");
        }
    }
}

#[test]
fn nobody_takes_what_is_not_theirs() {
    let (runs, depth) = size();
    let tally = on_all_chains(runs, |seeds| async move {
        let world = World::new().await.in_a_sandbox().await;
        let mut campaign = Campaign::new(&world, world.contracts.escrow_reward, ACCESS, depth);
        run_all(&mut campaign, seeds).await;
        Tally::of(&campaign)
    });
    println!("{runs} runs of {depth} steps: {tally:?}");
    // Not for want of trying.
    assert!(tally.deeds > 200, "{tally:?}");
    assert!(tally.sales > 4 && tally.refunds > 8, "{tally:?}");
    // Each run leaves two conditions behind that nobody but adversaries touches.
    assert!(tally.aborts > usize::try_from(runs / 2).unwrap(), "{tally:?}");
}

/// The same behind proxies, and with everything that the governance and the proxies can be asked.
#[test]
fn nobody_takes_what_is_not_theirs_behind_proxies() {
    let (runs, depth) = size();
    let tally = on_all_chains(runs / 4, |seeds| async move {
        let world = World::governed().await.in_a_sandbox().await;
        let mut campaign = Campaign::new(&world, world.contracts.escrow_reward, ACCESS, depth);
        campaign.functions.extend(proxies(&world).await);
        let before = world.keeper.operators().await.unwrap();
        run_all(&mut campaign, seeds).await;
        let after = world.keeper.operators().await.unwrap();
        assert_eq!((after.owners, after.required, after.proposals), (before.owners, before.required, before.proposals));
        assert!(world.keeper.check().await.unwrap().safe_for_payments, "and every proxy runs what it ran");
        Tally::of(&campaign)
    });
    assert!(tally.sales > 0 && tally.refunds > 0, "{tally:?}");
}

/// What is shown in the sandbox holds on the chain: the same campaign goes the same way in both.
#[tokio::test(flavor = "multi_thread")]
async fn a_sandbox_is_the_chain() {
    let (_, depth) = SIZE;
    let mut tallies = Vec::new();
    for sandbox in [false, true] {
        let world = World::new().await;
        let world = if sandbox { world.in_a_sandbox().await } else { world };
        let mut campaign = Campaign::new(&world, world.contracts.escrow_reward, ACCESS, depth);
        let begun = world.block();
        run_all(&mut campaign, 1..=32).await;
        let blocks = world.block() - begun;
        let balances = [&world.consumer, &world.publisher, &campaign.thieves[0], &campaign.thieves[1]];
        tallies.push((Tally::of(&campaign), blocks, balances.map(|account| world.balance(account.address))));
    }
    assert_eq!(tallies[0], tallies[1]);
    assert!(tallies[0].0.deeds > 20, "{tallies:?}");
}

/// What proxies and their admins can be asked, by those who may.
async fn proxies(world: &World) -> Vec<(Address, Function)> {
    let parse = |text| ethers::abi::AbiParser::default().parse_function(text).unwrap();
    let mut all = Vec::new();
    for at in world.contracts.all() {
        if let Some(proxy) = world.keeper.proxy(at).await.unwrap() {
            all.push((at, parse("upgradeToAndCall(address,bytes)")));
            all.push((proxy.admin, parse("upgradeAndCall(address,address,bytes)")));
            all.push((proxy.admin, parse("transferOwnership(address)")));
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_adversaries_find_the_holes_of_the_released_escrow() {
    let (_, depth) = size();
    let world = World::new().await;
    let (escrow, template) = released(&world);
    let mut campaign = Campaign::new(&world, escrow, template, depth);
    for seed in 1..=RUNS_ON_A_CHAIN {
        if let Err(broken) = campaign.run(seed).await {
            eprintln!("seed {seed}: {broken}");
            return;
        }
    }
    panic!("{RUNS_ON_A_CHAIN} runs found nothing: the adversaries are too weak to prove anything");
}
