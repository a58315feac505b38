//! What gas costs here: nothing has to be paid, yet what people did pay is told.

use super::{
    error::RpcError,
    forms,
    params::{self, BlockId, Params},
    pending::Pending,
    reads,
};
use crate::{chain::Chain, store};
use alloy_consensus::TxEnvelope;
use alloy_eips::eip2718::Decodable2718;
use rusqlite::Connection;
use serde_json::{Value, json};

/// Blocks in one answer at most, as geth has it.
const MAX_BLOCKS: u64 = 1024;
/// Percentiles in one question at most.
const MAX_PERCENTILES: usize = 100;

fn percentiles(value: &Value) -> Result<Vec<f64>, String> {
    let list = value.as_array().ok_or("expected a list")?;
    let list: Vec<f64> = list.iter().map(|p| p.as_f64().ok_or("expected numbers")).collect::<Result<_, _>>()?;
    let rising = list.windows(2).all(|pair| matches!(pair, [low, high] if low <= high));
    if list.len() > MAX_PERCENTILES || !rising || list.iter().any(|p| !(0.0..=100.0).contains(p)) {
        return Err("percentiles rise from 0 to 100".to_owned());
    }
    Ok(list)
}

/// `eth_feeHistory`.
pub(super) fn history(chain: &Chain, params: &Params) -> Result<Value, RpcError> {
    params.at_most(3)?;
    let count = params.need(0, params::number)?.clamp(1, MAX_BLOCKS);
    let newest = params.need(1, params::block_number)?;
    let percentiles = params.may(2, percentiles)?.unwrap_or_default();
    chain.shared.store.read(|conn| {
        let pending = if newest == BlockId::Pending { Some(Pending::run(chain, conn)?) } else { None };
        let newest = match &pending {
            Some(pending) => pending.header.number,
            None => {
                reads::resolve(chain, conn, newest)?.ok_or_else(|| RpcError::server("request beyond head block"))?
            }
        };
        let oldest = (newest + 1).saturating_sub(count);
        let (mut ratios, mut rewards) = (Vec::new(), Vec::new());
        for number in oldest..=newest {
            let (header, paid) = match &pending {
                Some(pending) if number == newest => {
                    let of = pending.transactions.iter();
                    let paid = of.map(|(tx, result)| (forms::gas_price(&tx.envelope), result.tx_gas_used()));
                    (pending.header.clone(), paid.collect())
                }
                _ => {
                    let Some(block) = store::block_by_number(conn, number)? else { continue };
                    (block.header, if percentiles.is_empty() { Vec::new() } else { paid(conn, number)? })
                }
            };
            ratios.push(json!(header.gas_used as f64 / header.gas_limit as f64));
            if !percentiles.is_empty() {
                rewards.push(tips(paid, header.gas_used, &percentiles));
            }
        }
        let free = vec![forms::quantity(0u64); ratios.len() + 1];
        let mut answer = json!({
            "oldestBlock": forms::quantity(oldest),
            "baseFeePerGas": free,
            "gasUsedRatio": ratios,
            // There are no blobs; their least price is 1.
            "baseFeePerBlobGas": vec![forms::quantity(1u64); ratios.len() + 1],
            "blobGasUsedRatio": vec![0.0; ratios.len()],
        });
        if let (false, Some(answer)) = (percentiles.is_empty(), answer.as_object_mut()) {
            answer.insert("reward".to_owned(), Value::Array(rewards));
        }
        Ok(answer)
    })
}

/// What the transactions of a block paid per gas, and how much gas each used.
fn paid(conn: &Connection, number: u64) -> Result<Vec<(u128, u64)>, RpcError> {
    let mut paid = Vec::new();
    for tx in store::mined_in(conn, number)? {
        let envelope = TxEnvelope::decode_2718(&mut tx.raw.as_slice())
            .map_err(|_| RpcError::internal("a stored transaction cannot be read"))?;
        paid.push((forms::gas_price(&envelope), tx.gas_used));
    }
    Ok(paid)
}

/// What was paid per gas at these percentiles of a block's gas.
fn tips(mut paid: Vec<(u128, u64)>, gas_used: u64, percentiles: &[f64]) -> Value {
    paid.sort_unstable();
    let at = |percentile: &f64| {
        let threshold = (gas_used as f64 * percentile / 100.0) as u64;
        let mut sum = 0;
        let reached = paid.iter().find(|(_, gas)| {
            sum += gas;
            sum >= threshold
        });
        forms::quantity(reached.or(paid.last()).map_or(0, |(price, _)| *price))
    };
    Value::Array(percentiles.iter().map(at).collect())
}
