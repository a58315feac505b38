//! A chain in memory: blocks, a pool of transactions that wait, and forks that take blocks back.

pub mod calls;
pub mod contracts;

use crate::chance::Chance;
use calls::{Asked, Calls};
use contracts::{State, Told};
use keeper::Contracts;
use protocol::{
    Address, Hash32, TxHash, Vodka,
    hash::keccak256,
    templates::{ACCESS, TemplateRef},
    tx::{Log, Receipt, SignedTx, UnsignedTx},
};
use std::{collections::BTreeMap, sync::Arc};

/// A contract that is none of the market's and says what it is told to say.
pub const MIMIC: Address = Address([0x66; 20]);

/// Where the contracts of every simulated market are.
pub const fn contracts() -> Contracts {
    Contracts {
        ocean_token: Address([0xc1; 20]),
        dispenser: None,
        did_registry: Address([0xc2; 20]),
        template_store: Address([0xc3; 20]),
        agreement_store: Address([0xc4; 20]),
        condition_store: Address([0xc5; 20]),
        lock_reward: Address([0xc6; 20]),
        access_secret_store: Address([0xc7; 20]),
        escrow_reward: Address([0xc8; 20]),
        compute_execution: None,
        sign: None,
        hash_lock: None,
        threshold: None,
        whitelisting: None,
        hash_lists: None,
        access_template: None,
        compute_template: None,
        governance: None,
        sale_template: TemplateRef::Id(ACCESS),
    }
}

/// A transaction as it travels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tx {
    /// Of its bytes.
    pub hash: TxHash,
    /// The sender.
    pub from: Address,
    /// The sender's count.
    pub nonce: u64,
    /// The contract.
    pub to: Address,
    /// Selector and arguments.
    pub data: Vec<u8>,
}

const HEAD: usize = 20 + 8 + 20;

impl Tx {
    /// The signed bytes of a transaction. The signature is left out: nobody here can write what he must not, and a curve
    /// would cost more than all the rest.
    pub fn sign(unsigned: &UnsignedTx) -> SignedTx {
        let to = unsigned.to.unwrap_or(Address::ZERO);
        let raw = [&unsigned.from.0[..], &unsigned.nonce.to_be_bytes(), &to.0, &unsigned.data].concat();
        SignedTx { hash: TxHash(keccak256(&raw)), raw, nonce: unsigned.nonce }
    }

    /// Reads it back; `None` where bytes are missing.
    pub fn read(signed: &SignedTx) -> Option<Self> {
        let (head, data) = signed.raw.split_at_checked(HEAD)?;
        let from = Address(head.get(..20)?.try_into().ok()?);
        let to = Address(head.get(28..)?.try_into().ok()?);
        Some(Self { hash: signed.hash, from, nonce: signed.nonce, to, data: data.to_vec() })
    }
}

/// A transaction in a block.
#[derive(Debug, Clone)]
pub struct Included {
    /// The transaction.
    pub tx: Arc<Tx>,
    /// False where it reverted.
    pub success: bool,
    /// Its events.
    pub told: Vec<Told>,
}

/// A block and the world after it.
#[derive(Debug, Clone)]
pub struct Block {
    /// Its hash.
    pub hash: Hash32,
    /// In their order.
    pub included: Vec<Included>,
    /// What the contracts keep.
    pub state: Arc<State>,
    /// How many transactions of each account are mined.
    pub nonces: Arc<BTreeMap<Address, u64>>,
}

/// What becomes of a transaction that is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// It waits now.
    Taken,
    /// It waits already.
    Known,
    /// Another of this nonce waits.
    Underpriced,
    /// Its nonce is used.
    NonceTooLow,
}

#[derive(Debug, Clone)]
struct Waiting {
    tx: Arc<Tx>,
    /// The first block that can have it.
    from_block: u64,
    /// Before all others.
    first: bool,
}

/// How a transaction ended.
#[derive(Debug, Clone, Copy)]
struct Ended {
    block: u64,
    success: bool,
    /// The contract, where it told something.
    told_by: Option<Address>,
}

/// The chain.
#[derive(Debug)]
pub struct Chain {
    contracts: Contracts,
    calls: Calls,
    blocks: Vec<Block>,
    pool: BTreeMap<(Address, u64), Waiting>,
    receipts: BTreeMap<TxHash, Ended>,
    forks: u64,
}

impl Chain {
    /// A chain whose block 0 has this state.
    pub fn new(contracts: Contracts, state: State) -> Self {
        let block = Block {
            hash: Hash32([0; 32]),
            included: Vec::new(),
            state: Arc::new(state),
            nonces: Arc::new(BTreeMap::new()),
        };
        Self {
            calls: Calls::of(&contracts),
            contracts,
            blocks: vec![block],
            pool: BTreeMap::new(),
            receipts: BTreeMap::new(),
            forks: 0,
        }
    }

    /// Where the contracts are.
    pub const fn contracts(&self) -> &Contracts {
        &self.contracts
    }

    /// What a transaction asks; `None` for no call of these contracts.
    pub fn asked(&self, tx: &Tx) -> Option<Asked> {
        self.calls.read(tx.to, &tx.data)
    }

    /// The newest block's number.
    pub fn head(&self) -> u64 {
        u64::try_from(self.blocks.len()).unwrap_or(u64::MAX).saturating_sub(1)
    }

    /// A block, where there is one of this number; a node that is asked for a later one gives the newest.
    pub fn block(&self, number: u64) -> Option<&Block> {
        let place = usize::try_from(number).ok()?;
        self.blocks.get(place).or_else(|| self.blocks.last())
    }

    /// What the contracts keep after a block.
    pub fn state(&self, number: u64) -> Arc<State> {
        self.block(number).map(|block| block.state.clone()).unwrap_or_default()
    }

    /// What the contracts keep now.
    pub fn now(&self) -> Arc<State> {
        self.state(self.head())
    }

    /// How many transactions of an account are mined up to a block.
    pub fn mined(&self, account: Address, number: u64) -> u64 {
        self.block(number).and_then(|block| block.nonces.get(&account).copied()).unwrap_or(0)
    }

    /// The same with those that wait without a gap.
    pub fn next_nonce(&self, account: Address) -> u64 {
        let mined = self.mined(account, self.head());
        (mined..).find(|nonce| !self.pool.contains_key(&(account, *nonce))).unwrap_or(mined)
    }

    /// How a transaction ended, as far as a node that knows the chain up to this block can say.
    pub fn receipt(&self, hash: TxHash, up_to: u64) -> Option<Receipt> {
        let Ended { block, success, told_by } = self.receipts.get(&hash).copied().filter(|one| one.block <= up_to)?;
        let block_hash = self.block(block).map(|found| found.hash).unwrap_or_default();
        let log =
            |address| Log { address, topics: Vec::new(), data: Vec::new(), block, block_hash, tx: hash, index: 0 };
        let logs = told_by.map(log).into_iter().collect();
        Some(Receipt { tx: hash, block, block_hash, success, gas_used: 1, created: None, logs })
    }

    /// Everything that is mined, oldest first.
    pub fn included(&self) -> impl Iterator<Item = (u64, &Included)> {
        (0..).zip(&self.blocks).flat_map(|(number, block)| block.included.iter().map(move |one| (number, one)))
    }

    /// What the blocks after this one tell.
    pub fn told_after(&self, number: u64) -> impl Iterator<Item = &Told> {
        let skip = usize::try_from(number).unwrap_or(usize::MAX).saturating_add(1);
        self.blocks.iter().skip(skip).flat_map(|block| block.included.iter().flat_map(|one| &one.told))
    }

    /// What waits, in no order that counts.
    pub fn waiting(&self) -> impl Iterator<Item = &Arc<Tx>> {
        self.pool.values().map(|waiting| &waiting.tx)
    }

    /// Whether a call would revert in the next block (or in a repetition of the newest).
    ///
    /// # Errors
    /// The contract's own words.
    pub fn would(&self, from: Address, to: Address, data: &[u8], block: u64) -> Result<(), contracts::Revert> {
        let mut state = (*self.now()).clone();
        state.call(&self.contracts, &self.calls, block, from, (to, data)).map(drop)
    }

    /// Takes a transaction for a block from this one on.
    pub fn send(&mut self, tx: Tx, from_block: u64, first: bool) -> Sent {
        if self.receipts.contains_key(&tx.hash) || tx.nonce < self.mined(tx.from, self.head()) {
            return Sent::NonceTooLow;
        }
        let key = (tx.from, tx.nonce);
        match self.pool.get(&key) {
            Some(waiting) if waiting.tx.hash == tx.hash => Sent::Known,
            Some(_) => Sent::Underpriced,
            None => {
                self.pool.insert(key, Waiting { tx: Arc::new(tx), from_block, first });
                Sent::Taken
            }
        }
    }

    /// One more block: of what waits and may, each with some chance, in an order by chance that keeps nonces.
    pub fn mine(&mut self, chance: &mut Chance, permille: u64) {
        let number = self.head().saturating_add(1);
        let mut accounts: Vec<(bool, u64, Address)> = Vec::new();
        for ((account, _), waiting) in &self.pool {
            match accounts.last_mut() {
                Some((first, _, last)) if last == account => *first |= waiting.first,
                _ => accounts.push((waiting.first, chance.number(), *account)),
            }
        }
        accounts.sort_by_key(|(first, order, account)| (!first, *order, *account));
        let mut state = (*self.now()).clone();
        let mut nonces = self.blocks.last().map(|block| (*block.nonces).clone()).unwrap_or_default();
        let mut included = Vec::new();
        for (_, _, account) in accounts {
            loop {
                let nonce = nonces.get(&account).copied().unwrap_or(0);
                let key = (account, nonce);
                let may = self
                    .pool
                    .get(&key)
                    .is_some_and(|w| w.from_block <= number && (w.first || chance.permille(permille)));
                let Some(waiting) = may.then(|| self.pool.remove(&key)).flatten() else { break };
                nonces.insert(account, nonce.saturating_add(1));
                let (success, told) = self.execute(&mut state, number, &waiting.tx);
                let told_by = (!told.is_empty()).then_some(waiting.tx.to);
                self.receipts.insert(waiting.tx.hash, Ended { block: number, success, told_by });
                included.push(Included { tx: waiting.tx, success, told });
            }
        }
        // What can never be mined any more is dropped, as nodes do.
        self.pool.retain(|(account, nonce), _| *nonce >= nonces.get(account).copied().unwrap_or(0));
        let hash = Hash32(keccak256([number.to_be_bytes(), self.forks.to_be_bytes()].concat()));
        let (state, nonces) = match (included.is_empty(), self.blocks.last()) {
            (true, Some(last)) => (last.state.clone(), last.nonces.clone()),
            _ => (Arc::new(state), Arc::new(nonces)),
        };
        self.blocks.push(Block { hash, included, state, nonces });
    }

    fn execute(&self, state: &mut State, number: u64, tx: &Tx) -> (bool, Vec<Told>) {
        if tx.to == MIMIC {
            let said = <[u8; 32]>::try_from(tx.data.as_slice()).ok();
            let told = said.map(|id| Told::Paid { by: MIMIC, agreement: protocol::AgreementId(id) });
            return (true, told.into_iter().collect());
        }
        match state.call(&self.contracts, &self.calls, number, tx.from, (tx.to, &tx.data)) {
            Ok(told) => (true, told),
            Err(_) => (false, Vec::new()),
        }
    }

    /// The last blocks are not true any more. What was in them is lost, comes later, or comes again in another order. One
    /// more block than there were has to be mined before anybody looks.
    pub fn take_back(&mut self, depth: u64, chance: &mut Chance, lose: u64) {
        let depth = depth.min(self.head());
        self.forks = self.forks.saturating_add(1);
        for _ in 0..depth {
            let Some(block) = self.blocks.pop() else { break };
            for one in block.included {
                self.receipts.remove(&one.tx.hash);
                if chance.permille(lose) {
                    continue;
                }
                let from_block = self.head().saturating_add(chance.below(depth.saturating_add(3)));
                let key = (one.tx.from, one.tx.nonce);
                self.pool.insert(key, Waiting { tx: one.tx, from_block, first: false });
            }
        }
    }

    /// All tokens there are.
    pub fn supply(&self) -> Vodka {
        let now = self.now();
        now.balances.values().fold(Vodka::ZERO, |sum, more| sum.checked_add(*more).unwrap_or(sum))
    }
}
