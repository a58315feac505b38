//! What changes the chain.

use super::{
    error::RpcError,
    forms,
    params::{self, Params},
};
use crate::{chain::Chain, transaction::Transaction};
use serde_json::{Value, json};

/// Blocks ahead that ticking can be asked for, about eleven days of seconds: a slip of the pen does not tick for ever.
const MAX_TICKS: u64 = 1_000_000;

/// `eth_sendRawTransaction`: answers when the transaction is on disk, in its block where it can be.
pub(super) fn raw(chain: &Chain, params: &Params) -> Result<Value, RpcError> {
    params.at_most(1)?;
    let raw = params.need(0, params::data)?;
    let tx = Transaction::decode(&raw, chain.chain_id())?;
    Ok(forms::data(chain.submit(tx)?))
}

/// `neuston_tickUntil(block)`: a block each tick until the chain has this one; answers the block that is ticked to.
pub(super) fn tick_until(chain: &Chain, params: &Params) -> Result<Value, RpcError> {
    params.at_most(1)?;
    let until = params.need(0, params::number)?;
    if until > chain.shared.newest().saturating_add(MAX_TICKS) {
        return Err(RpcError::params(format!("invalid argument 0: at most {MAX_TICKS} blocks ahead")));
    }
    chain.tick_until(until).map(forms::quantity).map_err(RpcError::internal)
}

/// `evm_mine`, where it is switched on.
pub(super) fn mine(chain: &Chain) -> Result<Value, RpcError> {
    chain.mine().map_err(RpcError::internal)?;
    Ok(json!("0x0"))
}
