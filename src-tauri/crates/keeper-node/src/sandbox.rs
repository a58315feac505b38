//! A copy of a chain's state on which calls are made without signatures, blocks' hashes and a disk: for very many of them.
//!
//! Each call is in a block of its own, as on a chain that mines at once. Only tests have it (feature `sandbox`); one of them
//! compares it with the chain.

use crate::{
    chain::Chain,
    error::ChainError,
    evm::{self, Mode, RunError},
    genesis::GAS_LIMIT,
    store::{self, StateAt, StateError},
};
use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use protocol::{
    Hash32, TxHash,
    tx::{Call, Log, Receipt},
};
use revm::{
    DatabaseRef,
    bytecode::Bytecode,
    context::{
        BlockEnv, TxEnv,
        result::{ExecutionResult, Output},
    },
    database_interface::WrapDatabaseRef,
    state::{AccountInfo, EvmState},
};
use rusqlite::Connection;
use std::collections::HashMap;

/// Why a sandbox cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The chain cannot be read.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// A call could not even be begun.
    #[error("{0}")]
    Run(String),
}

impl From<RunError> for SandboxError {
    fn from(error: RunError) -> Self {
        Self::Run(error.to_string())
    }
}

/// The copy. Clones are copies of their own.
#[derive(Debug, Clone)]
pub struct Sandbox {
    chain_id: u64,
    /// Around the newest call.
    block: BlockEnv,
    state: State,
}

#[derive(Debug, Clone, Default)]
struct State {
    accounts: HashMap<Address, AccountInfo>,
    slots: HashMap<(Address, U256), U256>,
}

impl DatabaseRef for State {
    type Error = StateError;

    fn basic_ref(&self, address: Address) -> Result<Option<AccountInfo>, StateError> {
        Ok(self.accounts.get(&address).cloned())
    }

    fn code_by_hash_ref(&self, hash: B256) -> Result<Bytecode, StateError> {
        // Accounts come with their code.
        Err(StateError::Code(hash))
    }

    fn storage_ref(&self, address: Address, slot: U256) -> Result<U256, StateError> {
        Ok(self.slots.get(&(address, slot)).copied().unwrap_or_default())
    }

    fn block_hash_ref(&self, _: u64) -> Result<B256, StateError> {
        Ok(B256::ZERO)
    }
}

impl State {
    fn of(conn: &Connection, block: u64) -> Result<Self, ChainError> {
        let at = StateAt { conn, block };
        let mut state = Self::default();
        let failed = |error: StateError| ChainError::Damaged(error.to_string());
        for address in store::addresses(conn)? {
            if let Some(info) = at.basic_ref(address).map_err(failed)? {
                let code = at.code_by_hash_ref(info.code_hash).map_err(failed)?;
                state.accounts.insert(address, AccountInfo { code: Some(code), ..info });
            }
        }
        for (address, slot) in store::written_slots(conn)? {
            let value = at.storage_ref(address, slot).map_err(failed)?;
            state.slots.insert((address, slot), value);
        }
        Ok(state)
    }

    fn change(&mut self, changes: EvmState) {
        for (address, account) in changes.into_iter().filter(|(_, account)| account.is_touched()) {
            if account.is_selfdestructed() {
                self.accounts.remove(&address);
                self.slots.retain(|(of, _), _| *of != address);
                continue;
            }
            for (slot, value) in account.storage.into_iter().filter(|(_, value)| value.is_changed()) {
                self.slots.insert((address, slot), value.present_value);
            }
            // Code that did not change comes back as it was read.
            self.accounts.insert(address, account.info);
        }
    }
}

impl Sandbox {
    /// Copies what a chain's newest block has.
    ///
    /// # Errors
    /// The chain's file cannot be read.
    pub fn of(chain: &Chain) -> Result<Self, SandboxError> {
        let newest = chain.shared.newest();
        let read = |conn: &Connection| -> Result<_, ChainError> {
            let header = store::block_by_number(conn, newest)?;
            let header = header.ok_or_else(|| ChainError::Damaged(format!("block {newest} is missing")))?.header;
            Ok((evm::surroundings(&header), State::of(conn, newest)?))
        };
        let (block, state) = chain.shared.store.read(read)?;
        Ok(Self { chain_id: chain.chain_id(), block, state })
    }

    /// The number of the newest block.
    pub fn block(&self) -> u64 {
        self.block.number.saturating_to()
    }

    /// Makes empty blocks.
    pub fn mine(&mut self, blocks: u64) {
        self.block.number = self.block.number.saturating_add(U256::from(blocks));
        self.block.timestamp = self.block.timestamp.saturating_add(U256::from(blocks));
    }

    /// Makes a block with this call; `gas` is its limit.
    ///
    /// # Errors
    /// The call is no valid transaction.
    pub fn call(&mut self, from: protocol::Address, call: &Call, gas: u64) -> Result<Receipt, SandboxError> {
        self.mine(1);
        let tx = self.transaction(from, call.to, &call.data, gas);
        let done = evm::run(WrapDatabaseRef(&self.state), self.chain_id, self.block.clone(), tx, Mode::Question)?;
        self.state.change(done.state);
        let result = done.result;
        let (block, block_hash, tx) = (self.block(), Hash32::default(), TxHash::default());
        let logs = (0..).zip(result.logs()).map(|(index, log)| Log {
            address: protocol::Address(log.address.into_array()),
            topics: log.topics().iter().map(|topic| Hash32(topic.0)).collect(),
            data: log.data.data.to_vec(),
            block,
            block_hash,
            tx,
            index,
        });
        let logs = logs.collect();
        let (success, gas_used) = (result.is_success(), result.tx_gas_used());
        Ok(Receipt { tx, block, block_hash, success, gas_used, created: None, logs })
    }

    /// What a function answers that changes nothing; `None` where it reverts.
    ///
    /// # Errors
    /// As [`Sandbox::call`].
    pub fn view(&self, to: protocol::Address, data: &[u8]) -> Result<Option<Vec<u8>>, SandboxError> {
        let tx = self.transaction(protocol::Address::ZERO, to, data, GAS_LIMIT);
        let done = evm::run(WrapDatabaseRef(&self.state), self.chain_id, self.block.clone(), tx, Mode::Question)?;
        Ok(match done.result {
            ExecutionResult::Success { output: Output::Call(data), .. } => Some(data.to_vec()),
            _ => None,
        })
    }

    /// A contract's code; empty where there is none.
    pub fn code(&self, at: protocol::Address) -> Vec<u8> {
        let account = self.state.accounts.get(&Address::from(at.0));
        account.and_then(|account| account.code.as_ref()).map(|code| code.original_bytes().to_vec()).unwrap_or_default()
    }

    /// A storage slot.
    pub fn slot(&self, at: protocol::Address, slot: Hash32) -> Hash32 {
        let value = self.state.slots.get(&(Address::from(at.0), U256::from_be_bytes(slot.0))).copied();
        Hash32(value.unwrap_or_default().to_be_bytes())
    }

    fn transaction(&self, from: protocol::Address, to: protocol::Address, data: &[u8], gas: u64) -> TxEnv {
        TxEnv {
            caller: Address::from(from.0),
            gas_limit: gas,
            kind: TxKind::Call(Address::from(to.0)),
            data: Bytes::copy_from_slice(data),
            chain_id: Some(self.chain_id),
            ..TxEnv::default()
        }
    }
}
