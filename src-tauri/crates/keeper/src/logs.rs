//! Asking for logs, always of named contracts.

use crate::{Keeper, KeeperError, rpc::RpcFault};
use ethers::types::U256;
use protocol::{Address, Hash32, TxHash, tx::Log};
use serde::{
    Deserialize, Deserializer,
    de::{Error, Visitor},
};
use serde_json::{Value, json};
use std::fmt;

/// As many topics a log has at most.
const MOST_TOPICS: usize = 4;

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
        let mut found = placed(self.rpc().logs(filter.wire(from, to)).await?);
        found.retain(|log| filter.admits(log, from, to));
        Ok(found)
    }

    /// As [`Keeper::logs_within`], of two nodes where there are two.
    pub(crate) async fn seconded_logs_within(
        &self,
        filter: &LogFilter,
        from: u64,
        to: u64,
    ) -> Result<Seconded, RpcFault> {
        let mut found = self.rpc().seconded_logs(filter.wire(from, to)).await?;
        found.logs.retain(|log| filter.admits(log, from, to));
        Ok(found)
    }

    /// Every log of one block, of whatever contract.
    pub(crate) async fn logs_of_block(&self, block: Hash32) -> Result<Vec<Log>, RpcFault> {
        let mut found = placed(self.rpc().logs(json!([{ "blockHash": block }])).await?);
        found.retain(|log| log.block_hash == block);
        Ok(found)
    }
}

/// A log as nodes write it. Read without ethers, whose way through its own types costs more than all the rest.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WireLog {
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

    /// Whether a contract can write it, and it is in one of these blocks or in none.
    ///
    /// # Errors
    /// Why not, in words.
    pub(crate) fn check(&self, blocks: &std::ops::RangeInclusive<u64>) -> Result<(), &'static str> {
        if self.topics.len() > MOST_TOPICS {
            return Err("a log that no contract can write");
        }
        let Some(block) = self.block_number else { return Ok(()) };
        if self.block_hash.is_none() || self.transaction_hash.is_none() || self.log_index.is_none() {
            return Err("a log of no block, transaction or place");
        }
        if blocks.contains(&block) { Ok(()) } else { Err("a log of a block that was not asked for") }
    }
}

/// A number as JSON-RPC writes it: `0x` and hex digits.
fn quantity<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    deserializer.deserialize_option(Quantity)
}

/// Reads a number, or null, where it stands.
struct Quantity;

impl<'de> Visitor<'de> for Quantity {
    type Value = Option<u64>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number as 0x and hex digits")
    }

    fn visit_none<E: Error>(self) -> Result<Option<u64>, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<u64>, D::Error> {
        deserializer.deserialize_str(self)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Option<u64>, E> {
        let digits = text.strip_prefix("0x").ok_or_else(|| E::custom("a number begins with 0x"))?;
        // A sign is no digit, though the parser would take it.
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(E::custom("a number has hex digits only"));
        }
        // No chain counts further than 63 bits.
        match u64::from_str_radix(digits, 16).map_err(E::custom)? {
            number if i64::try_from(number).is_ok() => Ok(Some(number)),
            _ => Err(E::custom("a number larger than any chain's")),
        }
    }
}

/// Logs that a node told, and whether another told the same.
#[derive(Debug)]
pub struct Seconded {
    /// Those that are in a block, oldest first, each once.
    pub logs: Vec<Log>,
    /// Whether two nodes told them.
    pub seconded: bool,
}

/// Those that are in a block, oldest first, each once.
pub(crate) fn placed(logs: Vec<WireLog>) -> Vec<Log> {
    let mut logs: Vec<Log> = logs.into_iter().filter_map(WireLog::placed).collect();
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
        for wrong in ["0x", "0x-1", "-0x1", "16", "0x+1", "0x8000000000000000", "0x1ffffffffffffffff"] {
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
