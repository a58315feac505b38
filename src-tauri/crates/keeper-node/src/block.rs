//! Making a block: running its transactions, writing what they changed, and sealing the header.

use crate::{
    clock::Clock,
    error::ChainError,
    evm::{self, Mode, RunError},
    genesis::{GAS_LIMIT, Genesis},
    store::{self, AccountRow, MinedTransaction, StateAt, StateError, StoredBlock, StoredNodes},
    transaction::{Refusal, Transaction},
    trie::Trie,
};
use alloy_consensus::{
    EMPTY_OMMER_ROOT_HASH, Eip658Value, Header, Receipt, ReceiptEnvelope, ReceiptWithBloom, Transaction as _,
    TxEnvelope, TxType, constants::EMPTY_WITHDRAWALS, proofs,
};
use alloy_eips::eip2718::Encodable2718;
use alloy_primitives::{Address, B256, Bloom, Bytes, KECCAK256_EMPTY, Log, U256, keccak256};
use alloy_trie::{EMPTY_ROOT_HASH, TrieAccount};
use revm::{DatabaseCommit, DatabaseRef, context::result::ExecutionResult, database::CacheDB, state::EvmState};
use rusqlite::Connection;
use std::collections::BTreeMap;

/// A block that was made, for those who listen.
#[derive(Debug)]
pub(crate) struct NewBlock {
    pub(crate) block: StoredBlock,
    pub(crate) transactions: Vec<MinedTransaction>,
    /// With the position of the transaction.
    pub(crate) logs: Vec<(u64, Log)>,
}

/// What became of the transactions offered to a block.
pub(crate) struct Made {
    pub(crate) new: NewBlock,
    /// Not valid in this state, and never again.
    pub(crate) dropped: Vec<(Transaction, Refusal)>,
    /// Valid, but the block was full.
    pub(crate) left: Vec<Transaction>,
}

/// What a block does to an account.
#[derive(Debug, Default)]
struct AccountChange {
    gone: bool,
    balance: U256,
    nonce: u64,
    code: B256,
    slots: BTreeMap<U256, U256>,
}

#[derive(Default)]
struct Changes {
    accounts: BTreeMap<Address, AccountChange>,
    codes: BTreeMap<B256, Bytes>,
}

impl Changes {
    fn note(&mut self, state: &EvmState) {
        for (address, account) in state {
            if !account.is_touched() {
                continue;
            }
            let change = self.accounts.entry(*address).or_default();
            // An account ends only in the transaction that created it (EIP-6780), so it has no older storage.
            change.gone = account.is_selfdestructed() || account.is_empty();
            if change.gone {
                change.slots.clear();
                continue;
            }
            change.balance = account.info.balance;
            change.nonce = account.info.nonce;
            change.code = account.info.code_hash;
            change.slots.extend(account.changed_storage_slots().map(|(slot, value)| (*slot, value.present_value)));
            if account.is_created()
                && let Some(code) = &account.info.code
                && !code.is_empty()
            {
                self.codes.insert(account.info.code_hash, code.original_bytes());
            }
        }
    }
}

/// Transactions that were run one after the other. Nothing of it is written.
pub(crate) struct Run<'c> {
    /// The state after them.
    pub(crate) state: CacheDB<StateAt<'c>>,
    /// Those that can be in the block, with what came of each.
    pub(crate) taken: Vec<(Transaction, ExecutionResult)>,
    pub(crate) gas_used: u64,
    dropped: Vec<(Transaction, Refusal)>,
    left: Vec<Transaction>,
    changes: Changes,
}

/// The header of the block after `parent`, before anything is in it.
pub(crate) fn next_header(genesis: &Genesis, clock: &dyn Clock, parent: &StoredBlock) -> Header {
    Header {
        parent_hash: parent.hash,
        number: parent.header.number + 1,
        timestamp: clock.now().max(parent.header.timestamp + 1),
        // Anyone can compute it beforehand: good enough for contracts that mix it in, never for lots.
        mix_hash: keccak256(parent.hash),
        ..empty_header(genesis)
    }
}

/// Runs what is offered to a block with this header, as far as there is room in it.
pub(crate) fn run<'c>(
    base: StateAt<'c>,
    chain_id: u64,
    header: &Header,
    offered: Vec<Transaction>,
) -> Result<Run<'c>, ChainError> {
    let surroundings = evm::surroundings(header);
    let mut run = Run {
        state: CacheDB::new(base),
        taken: Vec::new(),
        gas_used: 0,
        dropped: Vec::new(),
        left: Vec::new(),
        changes: Changes::default(),
    };
    let mut full: Vec<Address> = Vec::new();
    for tx in offered {
        if full.contains(&tx.sender) || run.gas_used + tx.envelope.gas_limit() > header.gas_limit {
            // Later ones of this sender need this one first.
            full.push(tx.sender);
            run.left.push(tx);
            continue;
        }
        match evm::run(&mut run.state, chain_id, surroundings.clone(), tx.env(), Mode::Transaction) {
            Ok(outcome) => {
                run.changes.note(&outcome.state);
                run.state.commit(outcome.state);
                run.gas_used += outcome.result.tx_gas_used();
                run.taken.push((tx, outcome.result));
            }
            Err(RunError::Refused(refusal)) => run.dropped.push((tx, refusal)),
            Err(RunError::State(error)) => return Err(state_error(error)),
            Err(RunError::Machine(text)) => return Err(ChainError::Machine(text)),
        }
    }
    Ok(run)
}

/// Makes and writes the block after `parent` within the caller's database transaction.
pub(crate) fn make(
    conn: &Connection,
    genesis: &Genesis,
    clock: &dyn Clock,
    parent: &StoredBlock,
    offered: Vec<Transaction>,
) -> Result<Made, ChainError> {
    let mut header = next_header(genesis, clock, parent);
    let base = StateAt { conn, block: parent.header.number };
    let Run { taken, gas_used, dropped, left, changes, .. } = run(base, genesis.chain_id, &header, offered)?;
    header.gas_used = gas_used;
    let (taken, results) = taken.into_iter().unzip();
    let new = seal(conn, base, header, taken, results, changes)?;
    Ok(Made { new, dropped, left })
}

/// Makes and writes the first block, or compares it with the one that is there.
pub(crate) fn genesis_block(conn: &Connection, genesis: &Genesis) -> Result<StoredBlock, ChainError> {
    let mut changes = Changes::default();
    for (address, wei) in &genesis.alloc {
        let change = AccountChange { balance: U256::from(*wei), code: KECCAK256_EMPTY, ..AccountChange::default() };
        changes.accounts.insert(Address::from(address.0), change);
    }
    let header = Header {
        // The chain's number is part of the first hash: chains with different numbers never look alike.
        mix_hash: keccak256(genesis.chain_id.to_be_bytes()),
        ..empty_header(genesis)
    };
    Ok(seal(conn, StateAt { conn, block: 0 }, header, Vec::new(), Vec::new(), changes)?.block)
}

fn empty_header(genesis: &Genesis) -> Header {
    Header {
        ommers_hash: EMPTY_OMMER_ROOT_HASH,
        beneficiary: Address::from(genesis.operator.0),
        gas_limit: GAS_LIMIT,
        base_fee_per_gas: Some(0),
        withdrawals_root: Some(EMPTY_WITHDRAWALS),
        blob_gas_used: Some(0),
        excess_blob_gas: Some(0),
        parent_beacon_block_root: Some(B256::ZERO),
        ..Header::default()
    }
}

fn seal(
    conn: &Connection,
    base: StateAt<'_>,
    mut header: Header,
    taken: Vec<Transaction>,
    results: Vec<ExecutionResult>,
    changes: Changes,
) -> Result<NewBlock, ChainError> {
    header.state_root = write_state(conn, base, header.number, changes)?;
    let mut logs: Vec<(u64, Log)> = Vec::new();
    let mut receipts = Vec::with_capacity(taken.len());
    let mut rows = Vec::with_capacity(taken.len());
    let mut cumulative = 0;
    for (position, (tx, result)) in taken.iter().zip(results).enumerate() {
        let (success, gas_used) = (result.is_success(), result.tx_gas_used());
        cumulative += gas_used;
        let own = if success { result.into_logs() } else { Vec::new() };
        receipts.push(receipt(tx.envelope.tx_type(), success, cumulative, own.clone()));
        logs.extend(own.into_iter().map(|log| (position as u64, log)));
        rows.push(MinedTransaction {
            hash: tx.hash,
            block: header.number,
            position: position as u64,
            sender: tx.sender,
            raw: tx.raw.clone(),
            success,
            gas_used,
            cumulative,
            created: tx.created(),
        });
    }
    let envelopes: Vec<&TxEnvelope> = taken.iter().map(|tx| &tx.envelope).collect();
    header.transactions_root = proofs::ordered_trie_root_with_encoder(&envelopes, |tx, out| tx.encode_2718(out));
    header.receipts_root = proofs::calculate_receipt_root(&receipts);
    header.logs_bloom = receipts.iter().fold(Bloom::ZERO, |bloom, receipt| bloom | *receipt.logs_bloom());
    let hash = header.hash_slow();
    let body = alloy_consensus::BlockBody {
        transactions: taken.into_iter().map(|tx| tx.envelope).collect::<Vec<_>>(),
        ommers: Vec::new(),
        withdrawals: Some(Default::default()),
    };
    let size = alloy_rlp::Encodable::length(&alloy_consensus::Block { header: header.clone(), body }) as u64;
    let block = StoredBlock { header, hash, size };
    store::write_block(conn, &block, &rows)?;
    store::write_logs(conn, block.header.number, logs.iter().map(|(tx, log)| (*tx, log)))?;
    Ok(NewBlock { block, transactions: rows, logs })
}

fn receipt(kind: TxType, success: bool, cumulative_gas_used: u64, logs: Vec<Log>) -> ReceiptEnvelope {
    let receipt = Receipt { status: Eip658Value::Eip658(success), cumulative_gas_used, logs };
    let with_bloom = ReceiptWithBloom::from(receipt);
    match kind {
        TxType::Legacy => ReceiptEnvelope::Legacy(with_bloom),
        TxType::Eip2930 => ReceiptEnvelope::Eip2930(with_bloom),
        TxType::Eip1559 => ReceiptEnvelope::Eip1559(with_bloom),
        TxType::Eip4844 => ReceiptEnvelope::Eip4844(with_bloom),
        TxType::Eip7702 => ReceiptEnvelope::Eip7702(with_bloom),
    }
}

/// Writes what changed, in rows and in the tree, and says the new root.
fn write_state(conn: &Connection, base: StateAt<'_>, number: u64, changes: Changes) -> Result<B256, ChainError> {
    for (hash, code) in &changes.codes {
        store::write_code(conn, *hash, code)?;
    }
    let accounts = StoredNodes { conn, owner: Vec::new() };
    let root = store::block_by_number(conn, base.block)?.map_or(EMPTY_ROOT_HASH, |block| block.header.state_root);
    let mut tree = Trie::at(&accounts, root);
    for (address, change) in changes.accounts {
        let old = base.account(address)?;
        let key = keccak256(address);
        if change.gone {
            if old.is_some() {
                store::write_account(conn, number, address, None)?;
                tree.set(key, None).map_err(tree_error)?;
            }
            continue;
        }
        let mut row = AccountRow {
            nonce: change.nonce,
            balance: change.balance,
            code: change.code,
            storage: old.map_or(EMPTY_ROOT_HASH, |old| old.storage),
        };
        if !change.slots.is_empty() {
            row.storage = write_storage(conn, base, number, address, row.storage, change.slots)?;
        }
        if old == Some(row) {
            continue;
        }
        store::write_account(conn, number, address, Some(&row))?;
        let leaf = TrieAccount::new(row.nonce, row.balance, row.storage, row.code);
        tree.set(key, Some(alloy_rlp::encode(leaf))).map_err(tree_error)?;
    }
    let (root, nodes) = tree.finish();
    store::write_nodes(conn, &accounts.owner, &nodes)?;
    Ok(root)
}

fn write_storage(
    conn: &Connection,
    base: StateAt<'_>,
    number: u64,
    address: Address,
    root: B256,
    slots: BTreeMap<U256, U256>,
) -> Result<B256, ChainError> {
    let nodes = StoredNodes { conn, owner: keccak256(address).to_vec() };
    let mut tree = Trie::at(&nodes, root);
    for (slot, value) in slots {
        if base.storage_ref(address, slot).map_err(state_error)? == value {
            continue;
        }
        store::write_slot(conn, number, address, slot, value)?;
        let leaf = (!value.is_zero()).then(|| alloy_rlp::encode(value));
        tree.set(keccak256(slot.to_be_bytes::<32>()), leaf).map_err(tree_error)?;
    }
    let (root, changes) = tree.finish();
    store::write_nodes(conn, &nodes.owner, &changes)?;
    Ok(root)
}

fn tree_error(error: crate::trie::TrieError<rusqlite::Error>) -> ChainError {
    state_error(error.into())
}

fn state_error(error: StateError) -> ChainError {
    match error {
        StateError::Database(error) => ChainError::Database(error),
        damage => ChainError::Damaged(damage.to_string()),
    }
}
