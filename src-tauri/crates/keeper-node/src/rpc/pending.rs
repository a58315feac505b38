//! The block to come: what waits is run on a copy of the newest state, and nothing of that is kept.

use super::{error::RpcError, forms, params::BlockId, reads};
use crate::{
    block,
    chain::Chain,
    store::{self, StateAt, StoredBlock},
    transaction::Transaction,
};
use alloy_consensus::Header;
use alloy_primitives::B256;
use revm::{context::result::ExecutionResult, database::CacheDB};
use rusqlite::Connection;
use serde_json::Value;
use std::{collections::HashMap, sync::PoisonError};

/// A state that can be asked: of a block, with nothing over it, or of the block to come.
pub(super) type State<'c> = CacheDB<StateAt<'c>>;

/// The state that an id names.
pub(super) fn state<'c>(chain: &Chain, conn: &'c Connection, id: BlockId) -> Result<State<'c>, RpcError> {
    if id == BlockId::Pending {
        return Ok(Pending::run(chain, conn)?.state);
    }
    let block = reads::resolve_known(chain, conn, id)?;
    Ok(CacheDB::new(StateAt { conn, block }))
}

/// The block that would be made now.
pub(super) struct Pending<'c> {
    /// Its roots are zero: only the finished block has them.
    pub(super) header: Header,
    /// With what comes of each.
    pub(super) transactions: Vec<(Transaction, ExecutionResult)>,
    /// After it.
    pub(super) state: State<'c>,
}

impl<'c> Pending<'c> {
    /// Runs what can go into the next block.
    pub(super) fn run(chain: &Chain, conn: &'c Connection) -> Result<Self, RpcError> {
        let (parent, ready) = ready(chain, conn)?;
        let genesis = &chain.shared.genesis;
        let mut header = block::next_header(genesis, genesis.mining.clock.as_ref(), &parent);
        let base = StateAt { conn, block: parent.header.number };
        let run = block::run(base, genesis.chain_id, &header, ready)?;
        header.gas_used = run.gas_used;
        // Many clients take no null for them, and those of no block at all would be false ones.
        (header.state_root, header.transactions_root, header.receipts_root) = (B256::ZERO, B256::ZERO, B256::ZERO);
        Ok(Self { header, transactions: run.taken, state: run.state })
    }

    /// The transaction at a position.
    pub(super) fn transaction(&self, position: u64) -> Option<&Transaction> {
        self.transactions.get(usize::try_from(position).ok()?).map(|(tx, _)| tx)
    }

    /// As clients read it. What only the finished block tells is null.
    pub(super) fn form(&self, whole: bool) -> Value {
        let transactions = self.transactions.iter().map(|(tx, _)| match whole {
            true => forms::waiting_transaction(tx),
            false => forms::data(tx.hash),
        });
        let block = StoredBlock { header: self.header.clone(), hash: B256::ZERO, size: 0 };
        let mut form = forms::block(&block, transactions.collect());
        if let Some(form) = form.as_object_mut() {
            for unknown in ["hash", "nonce", "miner", "logsBloom", "size"] {
                form.insert(unknown.to_owned(), Value::Null);
            }
        }
        form
    }
}

/// What can go into the next block, and the block before it.
fn ready(chain: &Chain, conn: &Connection) -> Result<(StoredBlock, Vec<Transaction>), RpcError> {
    loop {
        let newest = chain.shared.newest();
        let pool = chain.shared.pool.read().unwrap_or_else(PoisonError::into_inner);
        let mut next = HashMap::new();
        for sender in pool.senders() {
            next.insert(sender, store::account_at(conn, sender, newest)?.map_or(0, |row| row.nonce));
        }
        let ready = pool.ready(&next);
        drop(pool);
        // Transactions leave the pool after their block is announced: without a new block, state and pool fit together.
        if chain.shared.newest() == newest {
            let parent = store::block_by_number(conn, newest)?.ok_or_else(|| RpcError::server("header not found"))?;
            return Ok((parent, ready));
        }
    }
}
