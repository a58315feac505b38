//! A chain in this process, ready as the JSON text that a node would send: sales, each of twelve events.

use async_trait::async_trait;
use keeper::{Rpc, RpcFault};
use protocol::{Address, Hash32, event_topics::topic, hash::keccak256};
use serde_json::{Value, json};
use std::sync::Arc;

/// Sales in one block.
const SALES: u64 = 4;
const PER_SALE: u64 = 12;

/// One of a thousand people.
pub(crate) fn person(number: u64) -> Address {
    let hash = keccak256((number % 1_000).to_be_bytes());
    let mut address = [0; 20];
    address.copy_from_slice(&hash[..20]);
    Address(address)
}

fn word(account: Address) -> [u8; 32] {
    let mut word = [0; 32];
    word[12..].copy_from_slice(&account.0);
    word
}

fn number_word(number: u64) -> [u8; 32] {
    let mut word = [0; 32];
    word[24..].copy_from_slice(&number.to_be_bytes());
    word
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Blocks from 1 on: of each the logs as text.
#[derive(Clone)]
pub(crate) struct Prepared(Arc<Vec<String>>);

impl Prepared {
    /// At least so many events.
    pub(crate) fn new(events: u64) -> Self {
        let blocks = events.div_ceil(SALES * PER_SALE);
        Self(Arc::new((1..=blocks).map(block).collect()))
    }

    fn newest(&self) -> u64 {
        self.0.len() as u64
    }

    fn header(&self, number: u64) -> Value {
        if number > self.newest() {
            return Value::Null;
        }
        let parent = if number == 0 { Hash32([0; 32]) } else { hash(number - 1) };
        // A bloom of ones says nothing.
        let bloom = format!("0x{}", "ff".repeat(256));
        json!({"number": format!("{number:#x}"), "hash": hash(number), "parentHash": parent, "timestamp": "0x1", "logsBloom": bloom})
    }
}

fn hash(number: u64) -> Hash32 {
    let mut hash = keccak256(number.to_be_bytes());
    // The number is read back from it.
    hash[24..].copy_from_slice(&number.to_be_bytes());
    Hash32(hash)
}

fn block(number: u64) -> String {
    let mut logs = Vec::new();
    for sale in 0..SALES {
        let mark = number * SALES + sale;
        let id = |part: u64| keccak256([number_word(mark), number_word(part)].concat());
        let (agreement, did) = (id(0), keccak256(number_word(mark % 500)));
        let (buyer, seller) = (word(person(mark)), word(person(mark / 3)));
        let contract = |place: u8| word(Address([place; 20]));
        let mut log = |place: u8, event: Hash32, indexed: &[[u8; 32]], data: &[[u8; 32]]| {
            let topics: Vec<String> =
                std::iter::once(&event.0).chain(indexed).map(|t| format!("\"0x{}\"", hex(t))).collect();
            logs.push(format!(
                r#"{{"address":"0x{}","topics":[{}],"data":"0x{}","blockNumber":"{number:#x}","blockHash":"{}","transactionHash":"0x{}","transactionIndex":"0x0","logIndex":"{:#x}","removed":false}}"#,
                hex(&[place; 20]),
                topics.join(","),
                hex(&data.concat()),
                hash(number).hex(),
                hex(&id(9)),
                logs.len(),
            ));
        };
        log(4, topic::AGREEMENT_CREATED, &[agreement, did, seller], &[number_word(number)]);
        log(4, topic::AGREEMENT_ACTOR_ADDED, &[agreement, seller], &[[7; 32]]);
        log(4, topic::AGREEMENT_ACTOR_ADDED, &[agreement, buyer], &[[7; 32]]);
        for (part, place) in [(1, 6), (2, 7), (3, 8)] {
            log(5, topic::CONDITION_CREATED, &[id(part), contract(place), contract(4)], &[]);
        }
        log(1, topic::TRANSFER, &[buyer, contract(8)], &[number_word(mark)]);
        for (part, place) in [(1, 6), (2, 7), (3, 8)] {
            log(5, topic::CONDITION_UPDATED, &[id(part), contract(place), number_word(2)], &[contract(place)]);
        }
        log(7, topic::ACCESS_FULFILLED, &[agreement, did, buyer], &[id(2)]);
        log(1, topic::TRANSFER, &[contract(8), seller], &[number_word(mark)]);
    }
    logs.join(",")
}

fn number(value: &Value) -> u64 {
    u64::from_str_radix(value.as_str().unwrap().trim_start_matches("0x"), 16).unwrap()
}

#[async_trait]
impl Rpc for Prepared {
    async fn request(&self, method: &str, params: Value) -> Result<Value, RpcFault> {
        Ok(match method {
            "eth_chainId" => json!("0x539"),
            "eth_blockNumber" => json!(format!("{:#x}", self.newest())),
            "eth_getBlockByNumber" => self.header(number(&params[0])),
            "eth_getBlockByHash" => {
                let hash = params[0].as_str().unwrap();
                self.header(u64::from_str_radix(&hash[hash.len() - 16..], 16).unwrap())
            }
            "eth_getLogs" => {
                let (from, to) = (number(&params[0]["fromBlock"]), number(&params[0]["toBlock"]).min(self.newest()));
                let texts: Vec<&str> =
                    (from.max(1)..=to).map(|number| self.0[usize::try_from(number).unwrap() - 1].as_str()).collect();
                serde_json::from_str(&format!("[{}]", texts.join(","))).unwrap()
            }
            other => panic!("{other} was not expected"),
        })
    }

    fn is_local(&self) -> bool {
        true
    }
}
