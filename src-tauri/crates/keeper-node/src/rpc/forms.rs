//! How blocks, transactions, receipts and logs look in JSON.

use crate::{
    store::{LogRow, MinedTransaction, StoredBlock},
    transaction::Transaction,
};
use alloy_consensus::{Transaction as _, TxEnvelope};
use alloy_eips::eip2718::Decodable2718;
use alloy_primitives::{Address, B256, Bloom, Log, U256, hex, ruint::UintTryFrom};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

/// A number as `0x…` without leading zeros.
pub(crate) fn quantity<T>(number: T) -> Value
where
    U256: UintTryFrom<T>,
{
    Value::String(format!("{:#x}", U256::from(number)))
}

/// Bytes as `0x…`.
pub(crate) fn data(bytes: impl AsRef<[u8]>) -> Value {
    Value::String(hex::encode_prefixed(bytes))
}

/// A block. `transactions` are hashes or whole transactions.
pub(crate) fn block(block: &StoredBlock, transactions: Vec<Value>) -> Value {
    let mut form = header(block);
    form.insert("size".to_owned(), quantity(block.size));
    form.insert("totalDifficulty".to_owned(), quantity(0u64));
    form.insert("uncles".to_owned(), json!([]));
    form.insert("withdrawals".to_owned(), json!([]));
    form.insert("transactions".to_owned(), Value::Array(transactions));
    Value::Object(form)
}

/// A header, as `newHeads` tells it.
pub(crate) fn header(block: &StoredBlock) -> Map<String, Value> {
    let header = &block.header;
    let form = [
        ("number", quantity(header.number)),
        ("hash", data(block.hash)),
        ("parentHash", data(header.parent_hash)),
        ("nonce", data(header.nonce)),
        ("mixHash", data(header.mix_hash)),
        ("sha3Uncles", data(header.ommers_hash)),
        ("logsBloom", data(header.logs_bloom)),
        ("transactionsRoot", data(header.transactions_root)),
        ("stateRoot", data(header.state_root)),
        ("receiptsRoot", data(header.receipts_root)),
        ("miner", data(header.beneficiary)),
        ("difficulty", quantity(header.difficulty)),
        ("extraData", data(&header.extra_data)),
        ("gasLimit", quantity(header.gas_limit)),
        ("gasUsed", quantity(header.gas_used)),
        ("timestamp", quantity(header.timestamp)),
        ("baseFeePerGas", quantity(header.base_fee_per_gas.unwrap_or(0))),
        ("withdrawalsRoot", data(header.withdrawals_root.unwrap_or_default())),
        ("blobGasUsed", quantity(header.blob_gas_used.unwrap_or(0))),
        ("excessBlobGas", quantity(header.excess_blob_gas.unwrap_or(0))),
        ("parentBeaconBlockRoot", data(header.parent_beacon_block_root.unwrap_or_default())),
    ];
    form.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A transaction in a block; `None` where its bytes are damaged.
pub(crate) fn mined_transaction(tx: &MinedTransaction, block_hash: B256) -> Option<Value> {
    let envelope = TxEnvelope::decode_2718(&mut tx.raw.as_slice()).ok()?;
    let place = Some((tx.block, block_hash, tx.position));
    Some(transaction(&envelope, tx.sender, place))
}

/// A transaction that waits.
pub(crate) fn waiting_transaction(tx: &Transaction) -> Value {
    transaction(&tx.envelope, tx.sender, None)
}

fn transaction(tx: &TxEnvelope, sender: Address, place: Option<(u64, B256, u64)>) -> Value {
    let signature = tx.signature();
    let parity = u64::from(signature.v());
    let v = match tx.chain_id() {
        Some(chain_id) if tx.is_legacy() => u128::from(chain_id) * 2 + 35 + u128::from(parity),
        _ if tx.is_legacy() => u128::from(27 + parity),
        _ => u128::from(parity),
    };
    let mut form = json!({
        "blockHash": place.map(|(_, hash, _)| data(hash)),
        "blockNumber": place.map(|(number, _, _)| quantity(number)),
        "transactionIndex": place.map(|(_, _, position)| quantity(position)),
        "from": data(sender),
        "to": tx.to().map(data),
        "gas": quantity(tx.gas_limit()),
        "gasPrice": quantity(gas_price(tx)),
        "hash": data(tx.tx_hash()),
        "input": data(tx.input()),
        "nonce": quantity(tx.nonce()),
        "value": quantity(tx.value()),
        "type": quantity(tx.tx_type() as u8),
        "v": quantity(v),
        "r": quantity(signature.r()),
        "s": quantity(signature.s()),
    });
    if let Some(form) = form.as_object_mut() {
        if let Some(chain_id) = tx.chain_id() {
            form.insert("chainId".to_owned(), quantity(chain_id));
        }
        if let Some(list) = tx.access_list() {
            let entries = list.iter().map(|item| {
                json!({"address": data(item.address), "storageKeys": item.storage_keys.iter().map(data).collect::<Vec<_>>()})
            });
            form.insert("accessList".to_owned(), Value::Array(entries.collect()));
            form.insert("yParity".to_owned(), quantity(parity));
        }
        if let Some(tip) = tx.max_priority_fee_per_gas() {
            form.insert("maxFeePerGas".to_owned(), quantity(tx.max_fee_per_gas()));
            form.insert("maxPriorityFeePerGas".to_owned(), quantity(tip));
        }
    }
    form
}

/// What was paid for gas: the base fee is always 0.
pub(crate) fn gas_price(tx: &TxEnvelope) -> u128 {
    tx.effective_gas_price(Some(0))
}

/// A receipt; `None` where the transaction's bytes are damaged.
pub(crate) fn receipt(tx: &MinedTransaction, block_hash: B256, logs: &[LogRow]) -> Option<Value> {
    let envelope = TxEnvelope::decode_2718(&mut tx.raw.as_slice()).ok()?;
    let bloom = logs.iter().fold(Bloom::ZERO, |mut bloom, row| {
        bloom.accrue_log(&row.log);
        bloom
    });
    Some(json!({
        "transactionHash": data(tx.hash),
        "transactionIndex": quantity(tx.position),
        "blockHash": data(block_hash),
        "blockNumber": quantity(tx.block),
        "from": data(tx.sender),
        "to": envelope.to().map(data),
        "cumulativeGasUsed": quantity(tx.cumulative),
        "gasUsed": quantity(tx.gas_used),
        "effectiveGasPrice": quantity(gas_price(&envelope)),
        "contractAddress": tx.created.map(data),
        "logs": logs.iter().map(log_row).collect::<Vec<_>>(),
        "logsBloom": data(bloom),
        "status": quantity(u64::from(tx.success)),
        "type": quantity(envelope.tx_type() as u8),
    }))
}

/// A log as found.
pub(crate) fn log_row(row: &LogRow) -> Value {
    log(&row.log, (row.block, row.block_hash), (row.tx, row.tx_hash), row.position)
}

/// Logs as found, as JSON text.
pub(crate) fn log_rows(rows: &[LogRow]) -> Result<String, serde_json::Error> {
    serde_json::to_string(&rows.iter().map(LogForm::of_row).collect::<Vec<_>>())
}

/// A log of a block and transaction (number or position, hash) at a position within the block.
pub(crate) fn log(log: &Log, block: (u64, B256), tx: (u64, B256), position: u64) -> Value {
    serde_json::to_value(LogForm::of(log, (block.0, &block.1), (tx.0, &tx.1), position)).unwrap_or_default()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogForm<'a> {
    address: Hex<'a>,
    topics: Vec<Hex<'a>>,
    data: Hex<'a>,
    block_number: Number,
    block_hash: Hex<'a>,
    transaction_index: Number,
    transaction_hash: Hex<'a>,
    log_index: Number,
    removed: bool,
}

impl<'a> LogForm<'a> {
    fn of_row(row: &'a LogRow) -> Self {
        Self::of(&row.log, (row.block, &row.block_hash), (row.tx, &row.tx_hash), row.position)
    }

    fn of(log: &'a Log, block: (u64, &'a B256), tx: (u64, &'a B256), position: u64) -> Self {
        Self {
            address: Hex(log.address.as_slice()),
            topics: log.topics().iter().map(|topic| Hex(topic.as_slice())).collect(),
            data: Hex(&log.data.data),
            block_number: Number(block.0),
            block_hash: Hex(block.1.as_slice()),
            transaction_index: Number(tx.0),
            transaction_hash: Hex(tx.1.as_slice()),
            log_index: Number(position),
            removed: false,
        }
    }
}

/// Bytes, written as [`data`] writes them.
struct Hex<'a>(&'a [u8]);

impl Serialize for Hex<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match <&[u8; 32]>::try_from(self.0) {
            Ok(word) => serializer.serialize_str(hex::Buffer::<32, true>::new().format(word)),
            Err(_) => serializer.serialize_str(&hex::encode_prefixed(self.0)),
        }
    }
}

/// A number, written as [`quantity`] writes it.
struct Number(u64);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:#x}", self.0))
    }
}
