//! Asking for logs, always of named contracts.

use crate::{
    Keeper, KeeperError,
    rpc::{RpcFault, ask},
};
use ethers::types::U256;
use protocol::{Address, Hash32, TxHash, tx::Log};
use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::{Value, json};

/// Which logs. Contracts must be named: different contracts share topics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFilter {
    contracts: Vec<Address>,
    topics: [Vec<Hash32>; 4],
    from: u64,
    to: Option<u64>,
}

impl LogFilter {
    /// One event of one contract, from the first block to the newest.
    pub fn of(contract: Address, event: Hash32) -> Self {
        Self { topics: [vec![event], vec![], vec![], vec![]], ..Self::all_of(vec![contract]) }
    }

    /// Every event of these contracts.
    pub fn all_of(contracts: Vec<Address>) -> Self {
        Self { contracts, topics: Default::default(), from: 0, to: None }
    }

    /// With this value in an indexed argument, 1 to 3. Several values of one place: any of them.
    #[must_use]
    pub fn with_topic(mut self, place: usize, value: [u8; 32]) -> Self {
        if let Some(values) = self.topics.get_mut(place) {
            values.push(Hash32(value));
        }
        self
    }

    /// With this account in an indexed argument.
    #[must_use]
    pub fn with_address(self, place: usize, account: Address) -> Self {
        self.with_topic(place, padded(account))
    }

    /// In these blocks, both included.
    #[must_use]
    pub fn between(mut self, from: u64, to: u64) -> Self {
        (self.from, self.to) = (from, Some(to));
        self
    }

    /// From this block on.
    #[must_use]
    pub fn since(mut self, from: u64) -> Self {
        self.from = from;
        self
    }

    /// Whether this is one of those that were asked for. What a node says is not that until it was looked at.
    fn admits(&self, log: &Log, from: u64, to: u64) -> bool {
        let topics = self.topics.iter().enumerate();
        let fits = |(place, values): (usize, &Vec<Hash32>)| {
            values.is_empty() || log.topics.get(place).is_some_and(|topic| values.contains(topic))
        };
        self.contracts.contains(&log.address) && (from..=to).contains(&log.block) && topics.into_iter().all(fits)
    }

    fn wire(&self, from: u64, to: u64) -> Value {
        let used = self.topics.iter().rposition(|values| !values.is_empty()).map_or(0, |last| last + 1);
        let topics: Vec<Value> = self
            .topics
            .iter()
            .take(used)
            .map(|values| match values.as_slice() {
                [] => Value::Null,
                [one] => json!(one),
                several => json!(several),
            })
            .collect();
        let contracts: Vec<String> = self.contracts.iter().map(Address::hex).collect();
        json!([{ "address": contracts, "topics": topics, "fromBlock": U256::from(from), "toBlock": U256::from(to) }])
    }
}

/// An account as a topic.
pub(crate) fn padded(account: Address) -> [u8; 32] {
    let mut topic = [0; 32];
    topic[12..].copy_from_slice(&account.0);
    topic
}

impl Keeper {
    /// The logs of a filter, oldest first. A range that the node finds too large is asked for in halves.
    ///
    /// # Errors
    /// [`KeeperError::Rpc`] where even one block is refused.
    pub async fn logs(&self, filter: &LogFilter) -> Result<Vec<Log>, KeeperError> {
        if filter.contracts.is_empty() {
            return Ok(Vec::new());
        }
        let to = match filter.to {
            Some(to) => to,
            None => self.block_number().await?,
        };
        let mut logs = Vec::new();
        let mut ranges = vec![(filter.from, to)];
        while let Some((from, to)) = ranges.pop() {
            if from > to {
                continue;
            }
            match self.logs_within(filter, from, to).await {
                Ok(found) => logs.extend(found),
                Err(RpcFault::Refused { .. } | RpcFault::TooLarge) if from < to => {
                    let middle = from + (to - from) / 2;
                    // The earlier half is asked for first.
                    ranges.extend([(middle + 1, to), (from, middle)]);
                }
                Err(fault) => return Err(fault.into()),
            }
        }
        Ok(logs)
    }

    /// The logs of these blocks in one request: those that were asked for, oldest first, each once.
    pub(crate) async fn logs_within(&self, filter: &LogFilter, from: u64, to: u64) -> Result<Vec<Log>, RpcFault> {
        let found: Vec<WireLog> = ask(self.rpc(), "eth_getLogs", filter.wire(from, to)).await?;
        let found = found.into_iter().filter_map(WireLog::placed).filter(|log| filter.admits(log, from, to));
        Ok(in_order(found.collect()))
    }

    /// Every log of one block, of whatever contract.
    pub(crate) async fn logs_of_block(&self, block: Hash32) -> Result<Vec<Log>, RpcFault> {
        let found: Vec<WireLog> = ask(self.rpc(), "eth_getLogs", json!([{ "blockHash": block }])).await?;
        let found = found.into_iter().filter_map(WireLog::placed).filter(|log| log.block_hash == block);
        Ok(in_order(found.collect()))
    }
}

/// A log as nodes write it. Read without ethers, whose way through its own types costs more than all the rest.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireLog {
    address: Address,
    topics: Vec<Hash32>,
    #[serde(with = "protocol::tx::hex_bytes")]
    data: Vec<u8>,
    #[serde(default, deserialize_with = "quantity")]
    block_number: Option<u64>,
    #[serde(default)]
    block_hash: Option<Hash32>,
    #[serde(default)]
    transaction_hash: Option<TxHash>,
    #[serde(default, deserialize_with = "quantity")]
    log_index: Option<u64>,
    #[serde(default)]
    removed: Option<bool>,
}

impl WireLog {
    /// A log that is in a block; `None` for a pending one, and for one that the node takes back.
    fn placed(self) -> Option<Log> {
        if self.removed == Some(true) {
            return None;
        }
        Some(Log {
            address: self.address,
            topics: self.topics,
            data: self.data,
            block: self.block_number?,
            block_hash: self.block_hash?,
            tx: self.transaction_hash?,
            index: self.log_index?,
        })
    }
}

/// A number as JSON-RPC writes it: `0x` and hex digits.
fn quantity<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    let digits = text.strip_prefix("0x").ok_or_else(|| D::Error::custom("a number begins with 0x"))?;
    // A sign is no digit, though the parser would take it.
    if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Err(D::Error::custom("a number has hex digits only"));
    }
    u64::from_str_radix(digits, 16).map(Some).map_err(D::Error::custom)
}

fn in_order(mut logs: Vec<Log>) -> Vec<Log> {
    logs.sort_by_key(|log| (log.block, log.index));
    logs.dedup_by_key(|log| (log.block, log.block_hash, log.index));
    logs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_read_as_nodes_write_it_or_not_at_all() {
        let written = json!({
            "address": "0x0101010101010101010101010101010101010101", "topics": [Hash32([2; 32])], "data": "0x0a0b",
            "blockNumber": "0x10", "blockHash": Hash32([3; 32]), "transactionHash": Hash32([4; 32]), "logIndex": "0x0",
            "transactionIndex": "0x0", "removed": false,
        });
        let read = |change: Value| {
            let mut log = written.clone();
            for (name, value) in change.as_object().unwrap() {
                log[name] = value.clone();
            }
            serde_json::from_value::<WireLog>(log).map(WireLog::placed)
        };
        let log = read(json!({})).unwrap().unwrap();
        assert_eq!((log.block, log.index, log.data), (16, 0, vec![10, 11]));
        assert_eq!(read(json!({"removed": true})).unwrap(), None);
        assert_eq!(read(json!({"blockNumber": null})).unwrap(), None, "a pending one");
        for wrong in ["0x", "0x-1", "-0x1", "16", "0x+1", "0x1ffffffffffffffff"] {
            assert!(read(json!({"blockNumber": wrong})).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_filter_is_written_as_nodes_read_it() {
        let filter = LogFilter::of(Address([1; 20]), Hash32([2; 32])).with_address(2, Address([3; 20])).between(16, 17);
        let wire = filter.wire(16, 17);
        assert_eq!(wire[0]["fromBlock"], "0x10");
        assert_eq!(wire[0]["address"], json!(["0x0101010101010101010101010101010101010101"]));
        assert_eq!(wire[0]["topics"][1], Value::Null);
        let account = format!("0x{}{}", "00".repeat(12), "03".repeat(20));
        assert_eq!(wire[0]["topics"], json!([Hash32([2; 32]), null, account]));
    }
}
