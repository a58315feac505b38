//! Between the protocol's types and ethers', by bytes.

use ethers::types as e;
use protocol::{Address, Hash32, TxHash, Vodka, tx};

pub(crate) fn h160(address: Address) -> e::H160 {
    e::H160(address.0)
}

pub(crate) fn address(h: e::H160) -> Address {
    Address(h.0)
}

pub(crate) fn u256(amount: Vodka) -> e::U256 {
    e::U256::from_big_endian(&amount.to_be_bytes())
}

pub(crate) fn vodka(number: e::U256) -> Vodka {
    let mut bytes = [0; 32];
    number.to_big_endian(&mut bytes);
    Vodka::from_be_bytes(bytes)
}

/// Block numbers and times: what does not fit is as large as can be. No chain counts that far.
pub(crate) fn saturated(number: e::U256) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

pub(crate) fn saturated_u128(number: e::U256) -> u128 {
    u128::try_from(number).unwrap_or(u128::MAX)
}

/// A log that is in a block; `None` for a pending one, and for one that the node takes back.
pub(crate) fn log(log: e::Log) -> Option<tx::Log> {
    if log.removed == Some(true) {
        return None;
    }
    Some(tx::Log {
        address: address(log.address),
        topics: log.topics.into_iter().map(|topic| Hash32(topic.0)).collect(),
        data: log.data.to_vec(),
        block: log.block_number?.as_u64(),
        block_hash: Hash32(log.block_hash?.0),
        tx: TxHash(log.transaction_hash?.0),
        index: saturated(log.log_index?),
    })
}

/// A receipt of a transaction in a block; `None` for a pending one.
pub(crate) fn receipt(receipt: e::TransactionReceipt) -> Option<tx::Receipt> {
    Some(tx::Receipt {
        tx: TxHash(receipt.transaction_hash.0),
        block: receipt.block_number?.as_u64(),
        block_hash: Hash32(receipt.block_hash?.0),
        success: receipt.status.is_some_and(|status| status.as_u64() == 1),
        gas_used: receipt.gas_used.map_or(0, saturated),
        created: receipt.contract_address.map(address),
        logs: receipt.logs.into_iter().filter_map(log).collect(),
    })
}
