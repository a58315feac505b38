//! A chain in memory that can be forked at will: blocks with hashes, parents and blooms, logs of the keeper contracts.

use keeper::{Contracts, Keeper};
use protocol::{Address, Hash32, NetworkFile, event_topics::topic, hash::keccak256};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// Where the contracts of the test are: by the names of keeper-contracts 0.13.2, account `[n; 20]`.
pub(crate) const NAMES: [&str; 9] = [
    "OceanToken",
    "DIDRegistry",
    "TemplateStoreManager",
    "AgreementStoreManager",
    "ConditionStoreManager",
    "LockRewardCondition",
    "AccessSecretStoreCondition",
    "EscrowReward",
    "EscrowAccessSecretStoreTemplate",
];

/// Where the last of them is.
pub(crate) const TEMPLATE: u8 = 9;

pub(crate) fn at(seed: u8) -> Address {
    Address([seed; 20])
}

/// A bystander's contract, whose logs are in the blocks as well.
pub(crate) const STRANGER: u8 = 99;

/// One of eight people.
pub(crate) fn person(number: u64) -> Address {
    Address([200 + u8::try_from(number % 8).unwrap(); 20])
}

/// A log as it was written, before it is in a block.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    pub(crate) contract: Address,
    pub(crate) topics: Vec<[u8; 32]>,
    pub(crate) data: Vec<u8>,
}

pub(crate) fn word(account: Address) -> [u8; 32] {
    let mut word = [0; 32];
    word[12..].copy_from_slice(&account.0);
    word
}

pub(crate) fn number_word(number: u64) -> [u8; 32] {
    let mut word = [0; 32];
    word[24..].copy_from_slice(&number.to_be_bytes());
    word
}

fn written(contract: u8, event: Hash32, indexed: &[[u8; 32]], data: &[[u8; 32]]) -> Written {
    let topics = std::iter::once(event.0).chain(indexed.iter().copied()).collect();
    Written { contract: at(contract), topics, data: data.concat() }
}

/// What happened in a block: an event of a kind that the mark chooses, about things that the mark numbers.
pub(crate) fn happening(mark: u64) -> Written {
    let id = keccak256(number_word(mark % 64));
    let (one, two) = (word(person(mark / 3)), word(person(mark / 7)));
    match mark % 8 {
        0 => written(4, topic::AGREEMENT_CREATED, &[id, keccak256(id), one], &[number_word(mark)]),
        1 => written(4, topic::AGREEMENT_ACTOR_ADDED, &[id, one], &[[7; 32]]),
        2 => written(5, topic::CONDITION_CREATED, &[id, word(at(6)), one], &[]),
        3 => written(5, topic::CONDITION_UPDATED, &[id, word(at(6)), number_word(2)], &[one]),
        4 => written(2, topic::DID_OWNERSHIP_TRANSFERRED, &[], &[id, one, two]),
        5 => written(7, topic::ACCESS_FULFILLED, &[id, keccak256(id), one], &[id]),
        6 => written(1, topic::TRANSFER, &[one, two], &[number_word(mark)]),
        _ => written(STRANGER, topic::TRANSFER, &[one, two], &[number_word(mark)]),
    }
}

#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) number: u64,
    pub(crate) hash: Hash32,
    header: Value,
    logs: Vec<Value>,
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold("0x".to_owned(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

impl Block {
    fn new(number: u64, hash: Hash32, parent: Hash32, logs: &[Written]) -> Self {
        let mut bloom = [0_u8; 256];
        let mut add = |entry: &[u8]| {
            let hash = keccak256(entry);
            for at in [0, 2, 4] {
                let bit = usize::from(u16::from_be_bytes([hash[at], hash[at + 1]])) % 2048;
                bloom[255 - bit / 8] |= 1 << (bit % 8);
            }
        };
        for log in logs {
            add(&log.contract.0);
            log.topics.iter().for_each(|topic| add(topic));
        }
        let header = json!({
            "number": format!("{number:#x}"), "hash": hash, "parentHash": parent, "timestamp": "0x5",
            "logsBloom": hex(&bloom),
        });
        let wire = |(index, log): (usize, &Written)| {
            json!({
                "address": log.contract, "topics": log.topics.iter().map(|topic| Hash32(*topic)).collect::<Vec<_>>(),
                "data": hex(&log.data), "blockNumber": format!("{number:#x}"), "blockHash": hash,
                "transactionHash": Hash32(keccak256([hash.0, number_word(index as u64)].concat())),
                "transactionIndex": "0x0", "logIndex": format!("{index:#x}"), "removed": false,
            })
        };
        Self { number, hash, header, logs: logs.iter().enumerate().map(wire).collect() }
    }

    pub(crate) fn header(&self) -> &Value {
        &self.header
    }
}

/// All blocks that ever were, and which of them are the chain now.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    all: HashMap<Hash32, Arc<Block>>,
    now: Vec<Hash32>,
    marks: u64,
}

impl Chain {
    /// Only a first block.
    pub(crate) fn new() -> Self {
        let mut chain = Self { all: HashMap::new(), now: Vec::new(), marks: 0 };
        chain.mine(Vec::new());
        chain
    }

    pub(crate) fn mine(&mut self, logs: Vec<Written>) {
        let number = self.now.len() as u64;
        let parent = self.now.last().copied().unwrap_or(Hash32([0; 32]));
        self.marks += 1;
        let content: Vec<u8> = logs
            .iter()
            .flat_map(|log| log.topics.iter().flatten().chain(&log.data).copied().collect::<Vec<_>>())
            .collect();
        let hash = Hash32(keccak256([parent.0, number_word(self.marks), keccak256(content)].concat()));
        self.all.insert(hash, Arc::new(Block::new(number, hash, parent, &logs)));
        self.now.push(hash);
    }

    /// Takes the last blocks out of the chain, and returns them in order. The first block stays.
    pub(crate) fn fork(&mut self, depth: u64) -> Vec<Hash32> {
        let from = self.now.len().saturating_sub(usize::try_from(depth).unwrap()).max(1);
        self.now.split_off(from)
    }

    /// Makes earlier blocks the chain again.
    pub(crate) fn back_to(&mut self, blocks: &[Hash32]) {
        let first = self.all[&blocks[0]].number;
        self.now.truncate(usize::try_from(first).unwrap());
        self.now.extend(blocks);
    }

    /// Whether the first of these blocks is the child of one of the chain.
    pub(crate) fn can_go_to(&self, blocks: &[Hash32]) -> bool {
        let first = &self.all[&blocks[0]];
        let parent = first.number.checked_sub(1).and_then(|number| self.block(number));
        parent.is_some_and(|parent| first.header["parentHash"] == json!(parent.hash))
    }

    pub(crate) fn newest(&self) -> u64 {
        self.now.len() as u64 - 1
    }

    pub(crate) fn block(&self, number: u64) -> Option<&Block> {
        self.now.get(usize::try_from(number).ok()?).map(|hash| self.all[hash].as_ref())
    }

    pub(crate) fn of(&self, hash: Hash32) -> Option<&Block> {
        self.all.get(&hash).map(Arc::as_ref)
    }

    /// The logs of `eth_getLogs`, as a node without faults answers.
    pub(crate) fn logs(&self, query: &Value) -> Vec<Value> {
        let blocks: Vec<&Block> = match query.get("blockHash") {
            Some(hash) => {
                let hash: Hash32 = serde_json::from_value(hash.clone()).unwrap();
                self.of(hash).into_iter().collect()
            }
            None => {
                let (from, to) = (number(&query["fromBlock"]), number(&query["toBlock"]));
                (from..=to.min(self.newest())).filter_map(|number| self.block(number)).collect()
            }
        };
        let wanted: Option<Vec<Address>> =
            query.get("address").map(|contracts| serde_json::from_value(contracts.clone()).unwrap());
        let logs = blocks.into_iter().flat_map(|block| &block.logs);
        let fits = |log: &&Value| {
            let contract: Address = serde_json::from_value(log["address"].clone()).unwrap();
            wanted.as_ref().is_none_or(|wanted| wanted.contains(&contract))
        };
        logs.filter(fits).cloned().collect()
    }

    /// What an honest node says.
    pub(crate) fn answer(&self, method: &str, params: &Value) -> Value {
        match method {
            "eth_chainId" => json!("0x539"),
            "eth_blockNumber" => json!(format!("{:#x}", self.newest())),
            "eth_getBlockByNumber" => self.block(number(&params[0])).map_or(Value::Null, |block| block.header.clone()),
            "eth_getBlockByHash" => {
                let hash: Hash32 = serde_json::from_value(params[0].clone()).unwrap();
                self.of(hash).map_or(Value::Null, |block| block.header.clone())
            }
            "eth_getLogs" => Value::Array(self.logs(&params[0])),
            other => panic!("{other} was not expected"),
        }
    }
}

pub(crate) fn number(value: &Value) -> u64 {
    u64::from_str_radix(value.as_str().unwrap().trim_start_matches("0x"), 16).unwrap()
}

pub(crate) fn contracts() -> Contracts {
    let places: BTreeMap<String, Address> = NAMES.map(str::to_owned).into_iter().zip((1..).map(at)).collect();
    Contracts::from_map(&places).unwrap()
}

pub(crate) async fn keeper(rpc: impl keeper::Rpc + Clone + 'static) -> Keeper {
    let mut network = NetworkFile::from_toml("name = \"test\"\nchain_id = 1337\nrpc = [\"unix:/nowhere\"]").unwrap();
    network.contracts = contracts().to_map();
    // Nodes that do not answer now and then do so from the first question on.
    loop {
        match Keeper::connect(rpc.clone(), &network).await {
            Ok(keeper) => return keeper,
            Err(keeper::KeeperError::Rpc(keeper::RpcFault::Unreachable(_))) => {}
            Err(error) => panic!("{error}"),
        }
    }
}
