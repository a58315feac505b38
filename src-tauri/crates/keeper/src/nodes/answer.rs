//! Whether an answer can be one at all, and what of it two honest nodes must have in common.

use crate::{logs::WireLog, rpc::RpcFault};
use ethers::types::U256;
use protocol::Hash32;
use serde::Deserialize as _;
use serde_json::Value;
use std::ops::RangeInclusive;

type Checked<T = ()> = Result<T, String>;

fn digits(value: &Value) -> Checked<&str> {
    let text = value.as_str().ok_or("no text where a number or bytes should be")?;
    text.strip_prefix("0x").ok_or_else(|| "a number or bytes without 0x".to_owned())
}

/// A QUANTITY: hexadecimal, never negative, at most 256 bits.
pub(super) fn quantity(value: &Value) -> Checked<U256> {
    let digits = digits(value)?;
    let is_number = (1..=64).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    is_number.then(|| U256::from_str_radix(digits, 16).ok()).flatten().ok_or_else(|| "no number".to_owned())
}

/// A number of blocks, times or places: at most 63 bits, as no chain counts further.
pub(super) fn count(value: &Value) -> Checked<u64> {
    let number = quantity(value)?;
    if number.bits() < 64 { Ok(number.as_u64()) } else { Err("a number larger than any chain's".to_owned()) }
}

fn data(value: &Value) -> Checked<Vec<u8>> {
    ethers::utils::hex::decode(digits(value)?).map_err(|_| "no bytes".to_owned())
}

fn hash(value: &Value) -> Checked<Hash32> {
    let bytes = data(value)?;
    bytes.try_into().map(Hash32).map_err(|_| "no hash".to_owned())
}

fn same(value: &Value, expected: Option<&Value>, what: &str) -> Checked {
    let expected = expected.and_then(Value::as_str).unwrap_or_default();
    if value.as_str().is_some_and(|found| found.eq_ignore_ascii_case(expected)) {
        Ok(())
    } else {
        Err(format!("{what} of another than was asked for"))
    }
}

fn field<'a>(of: &'a Value, name: &str) -> Checked<&'a Value> {
    of.get(name).ok_or_else(|| format!("nothing under {name}"))
}

fn block(asked: Option<&Value>, by_hash: bool, block: &Value) -> Checked {
    if block.is_null() {
        return Ok(());
    }
    let number = count(field(block, "number")?)?;
    hash(field(block, "hash")?)?;
    hash(field(block, "parentHash")?)?;
    count(field(block, "timestamp")?)?;
    if by_hash {
        return same(field(block, "hash")?, asked, "a block");
    }
    match asked.map(count) {
        Some(Ok(asked)) if asked != number => Err(format!("block {number} where block {asked} was asked for")),
        _ => Ok(()),
    }
}

fn log(log: &Value) -> Checked {
    let address = data(field(log, "address")?)?;
    let topics = field(log, "topics")?.as_array().ok_or("a log without topics")?;
    topics.iter().try_for_each(|topic| hash(topic).map(drop))?;
    data(field(log, "data")?)?;
    if address.len() != 20 || topics.len() > 4 {
        return Err("a log that no contract can write".to_owned());
    }
    count(field(log, "logIndex")?).map(drop)
}

fn receipt(asked: Option<&Value>, receipt: &Value) -> Checked {
    if receipt.is_null() || field(receipt, "blockNumber")?.is_null() {
        return Ok(());
    }
    same(field(receipt, "transactionHash")?, asked, "a receipt")?;
    let block = hash(field(receipt, "blockHash")?)?;
    let number = count(field(receipt, "blockNumber")?)?;
    if count(field(receipt, "status")?)? > 1 {
        return Err("a receipt that is neither of success nor of failure".to_owned());
    }
    for one in field(receipt, "logs")?.as_array().ok_or("a receipt without logs")? {
        log(one)?;
        same(field(one, "transactionHash")?, asked, "a log")?;
        if hash(field(one, "blockHash")?)? != block || count(field(one, "blockNumber")?)? != number {
            return Err("a receipt with logs of another block".to_owned());
        }
    }
    Ok(())
}

/// The blocks that a filter asks for.
fn asked_for(filter: Option<&Value>) -> RangeInclusive<u64> {
    let bound = |name: &str| filter.and_then(|filter| filter.get(name)).and_then(|value| count(value).ok());
    bound("fromBlock").unwrap_or(0)..=bound("toBlock").unwrap_or(u64::MAX)
}

/// Whether these can be the logs that `eth_getLogs` was asked for.
///
/// # Errors
/// Why not, in words.
pub(super) fn check_logs(params: &Value, logs: &[WireLog]) -> Checked {
    let blocks = asked_for(params.get(0));
    Ok(logs.iter().try_for_each(|log| log.check(&blocks))?)
}

fn logs(params: &Value, logs: &Value) -> Checked {
    check_logs(params, &Vec::deserialize(logs).map_err(|error| error.to_string())?)
}

/// Whether this can be an answer to that.
///
/// # Errors
/// Why not, in words.
pub(super) fn check(method: &str, params: &Value, answer: &Value) -> Checked {
    let first = params.get(0);
    match method {
        "eth_blockNumber" => count(answer).map(drop),
        "eth_chainId" | "eth_gasPrice" | "eth_maxPriorityFeePerGas" | "eth_getBalance" => quantity(answer).map(drop),
        "eth_estimateGas" | "eth_getTransactionCount" => count(answer).map(drop),
        "eth_call" | "eth_getCode" => data(answer).map(drop),
        "eth_getStorageAt" => hash(answer).map(drop),
        "eth_getBlockByNumber" => block(first, false, answer),
        "eth_getBlockByHash" => block(first, true, answer),
        "eth_getTransactionReceipt" => receipt(first, answer),
        "eth_getLogs" => logs(params, answer),
        "eth_sendRawTransaction" => {
            let sent = first.map(data).transpose()?.unwrap_or_default();
            if hash(answer)? == Hash32(protocol::hash::keccak256(&sent)) {
                Ok(())
            } else {
                Err("another transaction than was sent".to_owned())
            }
        }
        _ => Ok(()),
    }
}

/// Some fields of an answer, in lower case: nodes write addresses in both cases and add fields of their own.
fn pick(of: &Value, names: &[&str]) -> String {
    let one = |name: &&str| match of.get(name) {
        Some(Value::String(text)) => text.to_ascii_lowercase(),
        Some(other) => other.to_string().to_ascii_lowercase(),
        None => String::new(),
    };
    names.iter().map(one).collect::<Vec<_>>().join(" ")
}

fn of_logs(logs: Option<&Value>) -> String {
    let names = ["blockHash", "logIndex", "transactionHash", "address", "topics", "data"];
    let mut all: Vec<String> =
        logs.and_then(Value::as_array).into_iter().flatten().map(|log| pick(log, &names)).collect();
    all.sort();
    all.join("\n")
}

/// What two honest nodes say alike. `newest` is the block at which they are asked: a receipt of a later one is none yet.
pub(super) fn essence(method: &str, answer: &Value, newest: u64) -> String {
    match method {
        "eth_getTransactionReceipt" if is_later(answer, newest) => "null".to_owned(),
        "eth_getTransactionReceipt" if !answer.is_null() => {
            let place = pick(answer, &["transactionHash", "blockHash", "blockNumber", "status"]);
            format!("{place}\n{}", of_logs(answer.get("logs")))
        }
        "eth_getBlockByNumber" | "eth_getBlockByHash" if !answer.is_null() => {
            pick(answer, &["number", "hash", "baseFeePerGas"])
        }
        "eth_getLogs" => of_logs(Some(answer)),
        "eth_getBalance" | "eth_getTransactionCount" => {
            quantity(answer).map_or_else(|_| answer.to_string(), |number| number.to_string())
        }
        _ => match answer {
            Value::String(text) => text.to_ascii_lowercase(),
            other => other.to_string(),
        },
    }
}

/// Whether a receipt is of no block, or of one after this.
pub(super) fn is_later(receipt: &Value, newest: u64) -> bool {
    receipt.get("blockNumber").is_none_or(|number| count(number).is_ok_and(|block| block > newest) || number.is_null())
}

/// The output, where a refusal is a contract's revert: an answer like any other, not a node's trouble.
pub(super) fn revert(fault: &RpcFault) -> Option<String> {
    let RpcFault::Refused { code, message, data } = fault else { return None };
    // geth's code, Parity's, and what older nodes write under the code of any refusal.
    let reverted = matches!(code, 3 | -32015) || message.starts_with("execution reverted");
    let output = data.as_ref().and_then(|data| data.as_str().or_else(|| data.get("data")?.as_str()));
    reverted.then(|| format!("reverted {}", output.unwrap_or_default()).to_ascii_lowercase())
}

/// A long answer in few letters.
pub(super) fn short(said: &str) -> String {
    let line = said.replace('\n', " ");
    let cut: String = line.chars().take(64).collect();
    match cut.len() < line.len() {
        true => format!("{cut}…"),
        false if cut.is_empty() => "nothing".to_owned(),
        false => cut,
    }
}

/// What a request is about, for people.
pub(super) fn about(method: &str, params: &Value) -> String {
    let first = || params.get(0).and_then(Value::as_str).unwrap_or_default();
    match method {
        "eth_blockNumber" => "the newest block".to_owned(),
        "eth_getTransactionReceipt" => format!("the transaction {}", first()),
        "eth_getTransactionCount" => format!("how many transactions {} made", first()),
        "eth_getBalance" => format!("the ether of {}", first()),
        "eth_getCode" => format!("the code of {}", first()),
        "eth_getBlockByNumber" | "eth_getBlockByHash" => format!("the block {}", first()),
        "eth_getLogs" => "events".to_owned(),
        "eth_call" => "the state of a contract".to_owned(),
        "eth_estimateGas" => "whether a transaction would succeed".to_owned(),
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_are_not_negative_not_too_large_and_hexadecimal() {
        assert_eq!(quantity(&json!("0x10")), Ok(16.into()));
        for wrong in [json!("-0x1"), json!("0x-1"), json!("0x"), json!("16"), json!(16), json!(null), json!("0xg")] {
            assert!(quantity(&wrong).is_err(), "{wrong}");
        }
        assert!(quantity(&json!(format!("0x{}", "f".repeat(65)))).is_err());
        assert_eq!(count(&json!("0x7fffffffffffffff")), Ok(u64::MAX / 2));
        assert!(count(&json!("0x8000000000000000")).is_err());
    }

    #[test]
    fn a_block_is_the_one_that_was_asked_for() {
        let hash = format!("0x{}", "1".repeat(64));
        let block = json!({"number": "0x5", "hash": hash, "parentHash": hash, "timestamp": "0x1"});
        assert_eq!(check("eth_getBlockByNumber", &json!(["0x5", false]), &block), Ok(()));
        assert_eq!(check("eth_getBlockByNumber", &json!(["latest", false]), &block), Ok(()));
        assert!(check("eth_getBlockByNumber", &json!(["0x6", false]), &block).is_err());
        assert!(check("eth_getBlockByHash", &json!([format!("0x{}", "2".repeat(64))]), &block).is_err());
    }

    #[test]
    fn what_nodes_write_differently_is_the_same() {
        let one =
            json!({"transactionHash": "0xAB", "blockHash": "0x1", "blockNumber": "0x2", "status": "0x1", "logs": []});
        let mut other = json!({"transactionHash": "0xab", "blockHash": "0x1", "blockNumber": "0x2", "status": "0x1"});
        other["effectiveGasPrice"] = json!("0x7");
        let of = |value: &Value| essence("eth_getTransactionReceipt", value, 9);
        assert_eq!(of(&one), of(&other));
        other["status"] = json!("0x0");
        assert_ne!(of(&one), of(&other));
        assert_eq!(essence("eth_getTransactionReceipt", &one, 1), "null", "it is of a later block");
    }
}
