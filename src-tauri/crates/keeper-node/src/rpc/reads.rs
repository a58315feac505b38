//! Accounts, blocks, transactions and receipts.

use super::{
    error::RpcError,
    forms,
    params::{self, BlockId, Params},
    pending::{self, Pending, State},
};
use crate::{
    chain::Chain,
    store::{self, LogFilter, MinedTransaction, Most},
};
use alloy_primitives::{B256, keccak256};
use revm::DatabaseRef;
use rusqlite::Connection;
use serde_json::{Value, json};
use std::sync::PoisonError;

type ReadBlockId = fn(&Value) -> Result<BlockId, String>;

/// The number of a block that exists. The block to come has none yet: whoever can tell of it looks for it before.
pub(super) fn resolve(chain: &Chain, conn: &Connection, id: BlockId) -> Result<Option<u64>, RpcError> {
    let newest = chain.shared.newest();
    Ok(match id {
        BlockId::Latest => Some(newest),
        BlockId::Pending => return Err(RpcError::server("pending block is not available")),
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
    read: impl FnOnce(&State<'_>) -> Result<T, RpcError>,
) -> Result<T, RpcError> {
    chain.shared.store.read(|conn| read(&pending::state(chain, conn, id.unwrap_or(BlockId::Latest))?))
}

pub(super) fn sha3(params: &Params) -> Result<Value, RpcError> {
    Ok(forms::data(keccak256(params.need(0, params::data)?)))
}

pub(super) fn balance(chain: &Chain, params: &Params) -> Result<Value, RpcError> {
    params.at_most(2)?;
    let address = params.need(0, params::address)?;
    state(chain, params.may(1, params::block_id)?, |state| {
        Ok(forms::quantity(state.basic_ref(address)?.unwrap_or_default().balance))
    })
}

pub(super) fn code(chain: &Chain, params: &Params) -> Result<Value, RpcError> {
    params.at_most(2)?;
    let address = params.need(0, params::address)?;
    state(chain, params.may(1, params::block_id)?, |state| match state.basic_ref(address)? {
        Some(account) => Ok(forms::data(state.code_by_hash_ref(account.code_hash)?.original_bytes())),
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
    let mined = |state: &State<'_>| Ok(state.basic_ref(address)?.unwrap_or_default().nonce);
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
        if id == BlockId::Pending {
            let pending = Pending::run(chain, conn)?;
            return Ok(pending.transaction(position).map_or(Value::Null, forms::waiting_transaction));
        }
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
    if id == BlockId::Pending {
        return Err(RpcError::server("pending receipts is not available"));
    }
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
        if id == BlockId::Pending {
            return Ok(Pending::run(chain, conn)?.form(whole));
        }
        let Some(number) = resolve(chain, conn, id)? else { return Ok(Value::Null) };
        let Some(block) = store::block_by_number(conn, number)? else { return Ok(Value::Null) };
        let transactions = store::mined_in(conn, number)?.into_iter().map(|tx| match whole {
            true => sound(forms::mined_transaction(&tx, block.hash)),
            false => Ok(forms::data(tx.hash)),
        });
        Ok(forms::block(&block, transactions.collect::<Result<_, _>>()?))
    })
}

pub(super) fn block_size(chain: &Chain, params: &Params, read: ReadBlockId) -> Result<Value, RpcError> {
    params.at_most(1)?;
    let id = params.need(0, read)?;
    chain.shared.store.read(|conn| {
        if id == BlockId::Pending {
            return Ok(forms::quantity(Pending::run(chain, conn)?.transactions.len()));
        }
        let Some(number) = resolve(chain, conn, id)? else { return Ok(Value::Null) };
        Ok(forms::quantity(store::mined_in(conn, number)?.len()))
    })
}

pub(super) fn uncle_count(chain: &Chain, params: &Params, read: ReadBlockId) -> Result<Value, RpcError> {
    params.at_most(1)?;
    let id = params.need(0, read)?;
    // No block has any, nor will the block to come.
    if id == BlockId::Pending {
        return Ok(json!("0x0"));
    }
    chain.shared.store.read(|conn| Ok(resolve(chain, conn, id)?.map_or(Value::Null, |_| json!("0x0"))))
}
