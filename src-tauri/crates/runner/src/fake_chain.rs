//! A chain in memory with faults, and a signer whose transactions it understands. For tests.

use crate::chain::{BroadcastError, Chain, ChainError};
use async_trait::async_trait;
use protocol::{
    Address, Hash32, SignError, Signature, Signer, TxHash, Vodka,
    hash::keccak256,
    tx::{Call, Fee, Log, Receipt, SignedTx, UnsignedTx},
};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
};
use tokio::sync::watch;

/// Who tells of a call whose data end with that word.
pub(crate) const TELLS: Address = Address([9; 20]);

/// Signs into `account || nonce || gas price || data`; a gas price of its own makes other bytes.
pub(crate) struct FakeSigner {
    pub(crate) account: Address,
    pub(crate) locked: AtomicBool,
    pub(crate) signed: AtomicU32,
}

impl FakeSigner {
    pub(crate) fn new(byte: u8) -> Arc<Self> {
        Arc::new(Self { account: Address([byte; 20]), locked: AtomicBool::new(false), signed: AtomicU32::new(0) })
    }
}

impl Signer for FakeSigner {
    fn address(&self) -> Address {
        self.account
    }
    fn sign_digest(&self, _: &[u8; 32]) -> Result<Signature, SignError> {
        Err(SignError::Refused("not here".to_owned()))
    }
    fn sign_tx(&self, tx: &UnsignedTx) -> Result<SignedTx, SignError> {
        if self.locked.load(Ordering::SeqCst) {
            return Err(SignError::Locked);
        }
        self.signed.fetch_add(1, Ordering::SeqCst);
        let Fee::Legacy { gas_price } = tx.fee else { return Err(SignError::Refused("legacy only".to_owned())) };
        let raw = [&self.account.0[..], &tx.nonce.to_be_bytes(), &gas_price.to_be_bytes(), &tx.data].concat();
        let hash = TxHash(keccak256(&raw));
        Ok(SignedTx { raw, hash, nonce: tx.nonce })
    }
}

/// What a broadcast does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taking {
    /// Takes it and mines it.
    AndMines,
    /// Takes it; mined by [`FakeChain::mine`].
    Only,
    /// Does not answer, and does not take it.
    Lost,
    /// Says that it has it, and has not.
    Lies,
    /// Says that it pays too little, and does not take it.
    TooCheap,
}

#[derive(Default)]
struct State {
    block: u64,
    pool: BTreeMap<(Address, u64), Vec<u8>>,
    mined: HashMap<Address, u64>,
    receipts: HashMap<TxHash, Receipt>,
    seen: Vec<Vec<u8>>,
    /// What a transaction must pay to be mined.
    price: u128,
    /// Which chain the node says it is.
    chain: Option<u64>,
    /// So many transactions of an account that somebody sent elsewhere does the node have.
    elsewhere: HashMap<Address, u64>,
    /// What accounts have, where it is not enough for everything.
    wei: Option<Vodka>,
}

/// What happens elsewhere while something is being done here.
type Meanwhile = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

pub(crate) struct FakeChain {
    state: Mutex<State>,
    meanwhile: Mutex<Option<Meanwhile>>,
    taking: Mutex<Taking>,
    pub(crate) confirmations: u64,
    heads: watch::Sender<u64>,
}

impl FakeChain {
    pub(crate) fn new(confirmations: u64) -> Arc<Self> {
        let taking = Mutex::new(Taking::AndMines);
        let (state, meanwhile) = (Mutex::default(), Mutex::default());
        Arc::new(Self { state, meanwhile, taking, confirmations, heads: watch::Sender::new(0) })
    }

    pub(crate) fn take(&self, taking: Taking) {
        *self.taking.lock().unwrap() = taking;
    }

    /// Every broadcast that arrived, in order.
    pub(crate) fn seen(&self) -> Vec<Vec<u8>> {
        self.state.lock().unwrap().seen.clone()
    }

    /// A block with everything that is due.
    pub(crate) fn mine(&self) {
        self.mine_only(usize::MAX);
    }

    /// A block with no more than so many transactions.
    pub(crate) fn mine_only(&self, most: usize) {
        let block = {
            let mut state = self.state.lock().unwrap();
            state.block += 1;
            let block = state.block;
            for _ in 0..most {
                let next = {
                    let state = &*state;
                    let pays = |k: &(Address, u64)| {
                        let raw = &state.pool[k];
                        raw[28..44].try_into().map(u128::from_be_bytes).is_ok_and(|price| price >= state.price)
                    };
                    let due = |k: &&(Address, u64)| state.mined.get(&k.0).copied().unwrap_or(0) == k.1 && pays(k);
                    state.pool.keys().find(due).map(|k| (*k, state.pool[k].clone()))
                };
                let Some((key, raw)) = next else { break };
                state.pool.remove(&key);
                *state.mined.entry(key.0).or_default() += 1;
                let tx = TxHash(keccak256(&raw));
                let success = !raw.ends_with(b"revert");
                let (block_hash, index) = (Hash32::default(), 0);
                let log = Log { address: TELLS, topics: vec![], data: vec![], block, block_hash, tx, index };
                let logs = if raw.ends_with(b"tells") { vec![log] } else { vec![] };
                let receipt = Receipt { tx, block, block_hash, success, gas_used: 1, created: None, logs };
                state.receipts.insert(tx, receipt);
            }
            block
        };
        self.heads.send_replace(block);
    }

    /// Once, while the next transaction is prepared and before it is signed.
    pub(crate) fn meanwhile(&self, work: impl Future<Output = ()> + Send + 'static) {
        *self.meanwhile.lock().unwrap() = Some(Box::pin(work));
    }

    /// The newest block is an older one now; nothing that was sent is mined any more.
    pub(crate) fn go_back(&self, to: u64) {
        self.state.lock().unwrap().block = to;
        self.heads.send_replace(to);
    }

    /// So many transactions of an account are mined.
    pub(crate) fn has_mined(&self, account: Address, count: u64) {
        self.state.lock().unwrap().mined.insert(account, count);
    }

    /// Somebody sends so many from this account elsewhere; the node has these, and mines none of them.
    pub(crate) fn is_used_elsewhere(&self, account: Address, count: u64) {
        self.state.lock().unwrap().elsewhere.insert(account, count);
    }

    /// From now on less is not mined.
    pub(crate) fn ask_for(&self, price: u128) {
        self.state.lock().unwrap().price = price;
    }

    /// Accounts have so much from now on.
    pub(crate) fn leave(&self, wei: Vodka) {
        self.state.lock().unwrap().wei = Some(wei);
    }

    /// The node is of another chain from now on.
    pub(crate) fn become_chain(&self, id: u64) {
        self.state.lock().unwrap().chain = Some(id);
    }

    /// Somebody else uses the account's next nonce.
    pub(crate) fn displace(&self, account: Address) {
        *self.state.lock().unwrap().mined.entry(account).or_default() += 1;
        self.mine();
    }

    /// The chain forgets everything since it began, and what was in it is lost.
    pub(crate) fn forget(&self) {
        let mut state = self.state.lock().unwrap();
        state.mined.clear();
        state.receipts.clear();
        state.pool.clear();
    }
}

#[async_trait]
impl Chain for FakeChain {
    fn chain_id(&self) -> u64 {
        7
    }
    fn confirmations(&self) -> u64 {
        self.confirmations
    }
    fn heads(&self) -> watch::Receiver<u64> {
        self.heads.subscribe()
    }
    async fn head(&self) -> Result<u64, ChainError> {
        Ok(self.state.lock().unwrap().block)
    }
    async fn next_nonce(&self, account: Address) -> Result<u64, ChainError> {
        let mined = self.mined_nonce(account).await?;
        Ok(mined + self.state.lock().unwrap().elsewhere.get(&account).copied().unwrap_or(0))
    }
    async fn mined_nonce(&self, account: Address) -> Result<u64, ChainError> {
        Ok(self.state.lock().unwrap().mined.get(&account).copied().unwrap_or(0))
    }
    async fn prepare(
        &self,
        from: Address,
        call: &Call,
        nonce: u64,
        gas: Option<u64>,
    ) -> Result<UnsignedTx, ChainError> {
        let work = self.meanwhile.lock().unwrap().take();
        if let Some(work) = work {
            work.await;
        }
        if call.data.ends_with(b"impossible") {
            return Err(ChainError::WouldRevert("impossible".to_owned()));
        }
        Ok(UnsignedTx {
            chain_id: 7,
            from,
            nonce,
            to: Some(call.to),
            value: Vodka::ZERO,
            data: call.data.clone(),
            gas: gas.unwrap_or(21_000),
            fee: Fee::Legacy { gas_price: self.state.lock().unwrap().price.max(1) },
        })
    }
    async fn broadcast(&self, tx: &SignedTx) -> Result<(), BroadcastError> {
        let taking = *self.taking.lock().unwrap();
        let mut account = Address::ZERO;
        account.0.copy_from_slice(&tx.raw[..20]);
        {
            let mut state = self.state.lock().unwrap();
            state.seen.push(tx.raw.clone());
            match taking {
                Taking::Lost => return Err(BroadcastError::Unreachable("lost".to_owned())),
                Taking::Lies => return Err(BroadcastError::Known),
                Taking::TooCheap => return Err(BroadcastError::Underpriced),
                Taking::AndMines | Taking::Only => {}
            }
            if state.mined.get(&account).copied().unwrap_or(0) > tx.nonce {
                return Err(BroadcastError::NonceTooLow);
            }
            state.pool.insert((account, tx.nonce), tx.raw.clone());
        }
        if taking == Taking::AndMines {
            self.mine();
        }
        Ok(())
    }
    async fn confirm_chain(&self) -> Result<(), ChainError> {
        match self.state.lock().unwrap().chain {
            Some(found) => Err(ChainError::WrongChain { expected: 7, found }),
            None => Ok(()),
        }
    }
    async fn can_pay(&self, _: Address, wei: Vodka) -> Result<bool, ChainError> {
        Ok(self.state.lock().unwrap().wei.is_none_or(|has| has >= wei))
    }
    fn most_per_gas(&self) -> u128 {
        1_000
    }
    async fn receipt(&self, tx: TxHash) -> Result<Option<Receipt>, ChainError> {
        Ok(self.state.lock().unwrap().receipts.get(&tx).cloned())
    }
}
