//! Accounts, blocks, transactions and receipts.

use super::{
    error::RpcError,
    forms,
    params::{self, BlockId, Params},
};
use crate::{
    chain::Chain,
    store::{self, LogFilter, MinedTransaction, Most, StateAt, StoredBlock},
};
use alloy_primitives::{B256, keccak256};
use revm::DatabaseRef;
use rusqlite::Connection;
use serde_json::{Value, json};
use std::sync::PoisonError;

type ReadBlockId = fn(&Value) -> Result<BlockId, String>;

/// The number of a block that exists; `pending` is the newest.
pub(super) fn resolve(chain: &Chain, conn: &Connection, id: BlockId) -> Result<Option<u64>, RpcError> {
    let newest = chain.shared.newest();
    Ok(match id {
        BlockId::Latest | BlockId::Pending => Some(newest),
        BlockId::Number(number) => Some(number).filter(|number| *number <= newest),
        BlockId::Hash(hash) => store::number_of(conn, hash)?.filter(|number| *number <= newest),
    })
}

/// Like [`resolve`], where an unknown block is an error.
pub(super) fn resolve_known(chain: &Chain, conn: &Connection, id: BlockId) -> Result<u64, RpcError> {
    resolve(chain, conn, id)?.ok_or_else(|| RpcError::server("header not found"))
}

fn state<T>(
    chain: &Chain,
    id: Option<BlockId>,
    read: impl FnOnce(StateAt<'_>) -> Result<T, RpcError>,
) -> Result<T, RpcError> {
    chain.shared.store.read(|conn| {
        let block = resolve_known(chain, conn, id.unwrap_or(BlockId::Latest))?;
        read(StateAt { conn, block })
    })
}

pub(super) fn sha3(params: &Params) -> Result<Value, RpcError> {
    Ok(forms::data(keccak256(params.need(0, params::data)?)))
}

pub(super) fn balance(chain: &Chain, params: &Params) -> Result<Value, RpcError> {
    params.at_most(2)?;
    let address = params.need(0, params::address)?;
    state(chain, params.may(1, params::block_id)?, |state| {
        Ok(forms::quantity(state.account(address)?.map_or_else(Default::default, |row| row.balance)))
    })
}

pub(super) fn code(chain: &Chain, params: &Params) -> Result<Value, RpcError> {
    params.at_most(2)?;
    let address = params.need(0, params::address)?;
    state(chain, params.may(1, params::block_id)?, |state| match state.account(address)? {
        Some(row) => Ok(forms::data(state.code(row.code)?)),
        None => Ok(json!("0x")),
    })
}

pub(super) fn storage(chain: &Chain, params: &Params) -> Result<Value, RpcError> {
    params.at_most(3)?;
    let (address, slot) = (params.need(0, params::address)?, params.need(1, params::slot)?);
    state(chain, params.may(2, params::block_id)?, |state| {
        Ok(forms::data(state.storage_ref(address, slot)?.to_be_bytes::<32>()))
    })
}

pub(super) fn nonce(chain: &Chain, params: &Params) -> Result<Value, RpcError> {
    params.at_most(2)?;
    let address = params.need(0, params::address)?;
    let id = params.may(1, params::block_id)?;
    let mined = |state: StateAt<'_>| Ok(state.account(address)?.map_or(0, |row| row.nonce));
    if id != Some(BlockId::Pending) {
        return state(chain, id, mined).map(forms::quantity);
    }
    loop {
        let newest = chain.shared.newest();
        let next = state(chain, Some(BlockId::Number(newest)), mined)?;
        let nonce = chain.shared.pool.read().unwrap_or_else(PoisonError::into_inner).pending_nonce(address, next);
        // Transactions leave the pool after their block is announced: without a new block, both counts fit together.
        if chain.shared.newest() == newest {
            return Ok(forms::quantity(nonce));
        }
    }
}

/// A transaction in a block, with the block's hash.
fn find(chain: &Chain, conn: &Connection, hash: B256) -> Result<Option<(MinedTransaction, B256)>, RpcError> {
    let Some((block, position)) = store::location_of(conn, hash)?.filter(|(block, _)| *block <= chain.shared.newest())
    else {
        return Ok(None);
    };
    Ok(store::mined(conn, block, position)?.zip(store::hash_of(conn, block)?))
}

fn sound(form: Option<Value>) -> Result<Value, RpcError> {
    form.ok_or_else(|| RpcError::internal("a stored transaction cannot be read"))
}

pub(super) fn transaction_by_hash(chain: &Chain, params: &Params) -> Result<Value, RpcError> {
    params.at_most(1)?;
    let hash = params.need(0, params::hash)?;
    // The pool first: a transaction that leaves it meanwhile is then found in its block.
    let pool = chain.shared.pool.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(waiting) = pool.get(hash) {
        return Ok(forms::waiting_transaction(&waiting.tx));
    }
    drop(pool);
    chain.shared.store.read(|conn| match find(chain, conn, hash)? {
        Some((tx, block_hash)) => sound(forms::mined_transaction(&tx, block_hash)),
        None => Ok(Value::Null),
    })
}

pub(super) fn raw_transaction(chain: &Chain, params: &Params) -> Result<Value, RpcError> {
    params.at_most(1)?;
    let hash = params.need(0, params::hash)?;
    let pool = chain.shared.pool.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(waiting) = pool.get(hash) {
        return Ok(forms::data(&waiting.tx.raw));
    }
    drop(pool);
    chain.shared.store.read(|conn| Ok(find(chain, conn, hash)?.map_or(json!("0x"), |(tx, _)| forms::data(tx.raw))))
}

pub(super) fn transaction_in_block(chain: &Chain, params: &Params, read: ReadBlockId) -> Result<Value, RpcError> {
    params.at_most(2)?;
    let (id, position) = (params.need(0, read)?, params.need(1, params::number)?);
    chain.shared.store.read(|conn| {
        let Some(block) = resolve(chain, conn, id)? else { return Ok(Value::Null) };
        match store::mined(conn, block, position)?.zip(store::hash_of(conn, block)?) {
            Some((tx, block_hash)) => sound(forms::mined_transaction(&tx, block_hash)),
            None => Ok(Value::Null),
        }
    })
}

pub(super) fn receipt(chain: &Chain, params: &Params) -> Result<Value, RpcError> {
    params.at_most(1)?;
    let hash = params.need(0, params::hash)?;
    chain.shared.store.read(|conn| {
        let Some((tx, block_hash)) = find(chain, conn, hash)? else { return Ok(Value::Null) };
        sound(forms::receipt(&tx, block_hash, &store::logs_of(conn, tx.block, tx.position)?))
    })
}

pub(super) fn block_receipts(chain: &Chain, params: &Params) -> Result<Value, RpcError> {
    params.at_most(1)?;
    let id = params.need(0, params::block_id)?;
    chain.shared.store.read(|conn| {
        let Some(number) = resolve(chain, conn, id)? else { return Ok(Value::Null) };
        let hash = store::hash_of(conn, number)?.unwrap_or_default();
        let logs = store::find_logs(conn, number, number, &LogFilter::default(), Most::Any(usize::MAX))?;
        let receipts = store::mined_in(conn, number)?.into_iter().map(|tx| {
            let own: Vec<_> = logs.iter().filter(|row| row.tx == tx.position).cloned().collect();
            sound(forms::receipt(&tx, hash, &own))
        });
        receipts.collect::<Result<Vec<_>, _>>().map(Value::Array)
    })
}

pub(super) fn block(chain: &Chain, params: &Params, read: ReadBlockId) -> Result<Value, RpcError> {
    params.at_most(2)?;
    let id = params.need(0, read)?;
    let whole = params.may(1, params::boolean)?.unwrap_or(false);
    chain.shared.store.read(|conn| {
        let Some(number) = resolve(chain, conn, id)? else { return Ok(Value::Null) };
        let Some(block) = store::block_by_number(conn, number)? else { return Ok(Value::Null) };
        if id == BlockId::Pending {
            return pending_block(chain, conn, &block, whole);
        }
        let transactions = store::mined_in(conn, number)?.into_iter().map(|tx| match whole {
            true => sound(forms::mined_transaction(&tx, block.hash)),
            false => Ok(forms::data(tx.hash)),
        });
        Ok(forms::block(&block, transactions.collect::<Result<_, _>>()?))
    })
}

/// The header of the block to come, as far as it is known.
pub(super) fn pending_header(chain: &Chain, head: &StoredBlock) -> alloy_consensus::Header {
    alloy_consensus::Header {
        parent_hash: head.hash,
        number: head.header.number + 1,
        timestamp: chain.shared.genesis.mining.clock.now().max(head.header.timestamp + 1),
        gas_used: 0,
        mix_hash: keccak256(head.hash),
        ..head.header.clone()
    }
}

/// The block to come: what waits is in it, and what only execution tells (hash, nonce, miner, bloom) is null.
fn pending_block(chain: &Chain, conn: &Connection, head: &StoredBlock, whole: bool) -> Result<Value, RpcError> {
    let pool = chain.shared.pool.read().unwrap_or_else(PoisonError::into_inner);
    let mut next = std::collections::HashMap::new();
    for sender in pool.senders() {
        next.insert(sender, store::account_at(conn, sender, head.header.number)?.map_or(0, |row| row.nonce));
    }
    let ready = pool.ready(&next);
    let transactions =
        ready.iter().map(|tx| if whole { forms::waiting_transaction(tx) } else { forms::data(tx.hash) }).collect();
    let block = StoredBlock { header: pending_header(chain, head), hash: B256::ZERO, size: head.size };
    let mut form = forms::block(&block, transactions);
    if let Some(form) = form.as_object_mut() {
        for unknown in ["hash", "nonce", "miner", "logsBloom"] {
            form.insert(unknown.to_owned(), Value::Null);
        }
    }
    Ok(form)
}

pub(super) fn block_size(chain: &Chain, params: &Params, read: ReadBlockId) -> Result<Value, RpcError> {
    params.at_most(1)?;
    let id = params.need(0, read)?;
    chain.shared.store.read(|conn| {
        let Some(number) = resolve(chain, conn, id)? else { return Ok(Value::Null) };
        Ok(forms::quantity(store::mined_in(conn, number)?.len()))
    })
}

pub(super) fn uncle_count(chain: &Chain, params: &Params, read: ReadBlockId) -> Result<Value, RpcError> {
    params.at_most(1)?;
    let id = params.need(0, read)?;
    chain.shared.store.read(|conn| Ok(resolve(chain, conn, id)?.map_or(Value::Null, |_| json!("0x0"))))
}
