//! A chain's node that says what a test tells it to say, and remembers what it was asked. For tests.

use async_trait::async_trait;
use keeper::{Keeper, Rpc, RpcFault};
use protocol::{Address, AgreementId, ConditionId, Hash32, NetworkFile, TxHash, hash::keccak256};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
};

pub(crate) const CHAIN: u64 = 1337;
/// Blocks after which a transaction counts here.
pub(crate) const CONFIRMATIONS: u64 = 3;

/// A refusal: JSON-RPC's code and the node's words.
pub(crate) type Refusal = (i64, &'static str);

/// A condition as the chain has it: contract, state, time lock, time out, block of its creation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FakeCondition {
    pub(crate) contract: Address,
    pub(crate) state: u64,
    pub(crate) time_lock: u64,
    pub(crate) time_out: u64,
    pub(crate) created_at: u64,
}

/// An agreement as the chain has it.
#[derive(Debug, Clone)]
pub(crate) struct FakeAgreement {
    pub(crate) did: [u8; 32],
    pub(crate) template: [u8; 32],
    pub(crate) conditions: Vec<ConditionId>,
    pub(crate) actors: Vec<Address>,
}

/// What the node says.
pub(crate) struct Says {
    pub(crate) chain: u64,
    pub(crate) block: u64,
    /// Transactions of every account that are in blocks, and with those that are on their way.
    pub(crate) nonces: (u64, u64),
    pub(crate) ether: u64,
    /// wei per gas; what it would be without a base fee.
    pub(crate) price: u64,
    pub(crate) base_fee: u64,
    pub(crate) gas: Result<u64, Refusal>,
    /// Of a transaction that is sent.
    pub(crate) taken: Result<TxHash, Refusal>,
    /// Transactions that are mined, and in which block.
    pub(crate) mined: Vec<(TxHash, u64)>,
    pub(crate) agreements: BTreeMap<AgreementId, FakeAgreement>,
    pub(crate) conditions: BTreeMap<ConditionId, FakeCondition>,
    pub(crate) asked: Vec<(String, Value)>,
}

#[derive(Clone)]
pub(crate) struct FakeNode(Arc<Mutex<Says>>);

impl FakeNode {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(Says {
            chain: CHAIN,
            block: 100,
            nonces: (0, 0),
            ether: 0,
            price: 0,
            base_fee: 0,
            gas: Ok(0),
            taken: Ok(TxHash([0; 32])),
            mined: vec![],
            agreements: BTreeMap::new(),
            conditions: BTreeMap::new(),
            asked: vec![],
        })))
    }

    pub(crate) fn says(&self) -> MutexGuard<'_, Says> {
        self.0.lock().unwrap()
    }

    /// A keeper over this node alone.
    pub(crate) async fn keeper(&self) -> Keeper {
        let text = format!(
            "name = \"test\"\nchain_id = {CHAIN}\nrpc = [\"http://x\"]\nconfirmations = {CONFIRMATIONS}\n[fees]\nmax_gwei = 7\n"
        );
        let mut file = NetworkFile::from_toml(&text).unwrap();
        file.contracts = contracts();
        Keeper::connect(self.clone(), &file).await.unwrap()
    }

    /// How often a method was asked for.
    pub(crate) fn times(&self, method: &str) -> usize {
        self.says().asked.iter().filter(|(asked, _)| asked == method).count()
    }
}

/// The contracts of the network by their names.
pub(crate) fn contracts() -> BTreeMap<String, Address> {
    let names = [
        "OceanToken",
        "DIDRegistry",
        "ConditionStoreManager",
        "TemplateStoreManager",
        "AgreementStoreManager",
        "LockRewardCondition",
        "AccessSecretStoreCondition",
        "EscrowReward",
        "HashLockCondition",
    ];
    (1..).zip(names).map(|(byte, name)| (name.to_owned(), Address([byte; 20]))).collect()
}

/// The hash of a block of this number.
pub(crate) fn block_hash(number: u64) -> Hash32 {
    Hash32(keccak256(number.to_be_bytes()))
}

fn quantity(number: u64) -> Value {
    json!(format!("{number:#x}"))
}

fn number_of(quantity: &Value) -> u64 {
    u64::from_str_radix(quantity.as_str().unwrap().trim_start_matches("0x"), 16).unwrap()
}

type Word = [u8; 32];

fn number(number: u64) -> Word {
    let mut word = [0; 32];
    word[24..].copy_from_slice(&number.to_be_bytes());
    word
}

fn account(address: Address) -> Word {
    let mut word = [0; 32];
    word[12..].copy_from_slice(&address.0);
    word
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn output(words: &[Word]) -> Value {
    json!(format!("0x{}", hex(&words.concat())))
}

/// A list as it lies behind its head, which says where it begins.
fn list(words: impl ExactSizeIterator<Item = Word>) -> Vec<Word> {
    let length = u64::try_from(words.len()).unwrap();
    std::iter::once(number(length)).chain(words).collect()
}

impl Says {
    fn answer(&self, method: &str, params: &Value) -> Result<Value, RpcFault> {
        let refused = |(code, message): Refusal| RpcFault::Refused { code, message: message.to_owned(), data: None };
        match method {
            "eth_chainId" => Ok(quantity(self.chain)),
            "eth_blockNumber" => Ok(quantity(self.block)),
            "eth_gasPrice" => Ok(quantity(self.price)),
            "eth_maxPriorityFeePerGas" => Ok(quantity(0)),
            "eth_getBalance" => Ok(quantity(self.ether)),
            "eth_getTransactionCount" if params[1] == "pending" => Ok(quantity(self.nonces.1)),
            "eth_getTransactionCount" => Ok(quantity(self.nonces.0)),
            "eth_estimateGas" => self.gas.map(quantity).map_err(refused),
            "eth_sendRawTransaction" => self.taken.map(|hash| json!(hash.hex())).map_err(refused),
            "eth_getBlockByNumber" => {
                let found = if params[0] == "latest" { self.block } else { number_of(&params[0]) };
                Ok(json!({
                    "number": quantity(found), "hash": block_hash(found), "parentHash": block_hash(found - 1),
                    "timestamp": quantity(found), "baseFeePerGas": quantity(self.base_fee),
                }))
            }
            "eth_getTransactionReceipt" => {
                let mined = self.mined.iter().find(|(tx, _)| params[0] == tx.hex().as_str());
                Ok(mined.map_or(Value::Null, |(tx, block)| receipt(*tx, *block)))
            }
            "eth_call" => self.state(params),
            _ => Err(refused((-32601, "there is no such method"))),
        }
    }

    /// What the contracts know, as of the newest block that counts and of no other.
    fn state(&self, params: &Value) -> Result<Value, RpcFault> {
        assert_eq!(params[1], quantity(self.block + 1 - CONFIRMATIONS), "the block as of which is asked");
        let data = params[0]["data"].as_str().or_else(|| params[0]["input"].as_str()).unwrap();
        let about = |function: &str| {
            let id = data.strip_prefix(&format!("0x{}", hex(&keccak256(function)[..4])))?;
            Some(id.parse::<Hash32>().unwrap().0)
        };
        if let Some(id) = about("getCondition(bytes32)") {
            let words = self.conditions.get(&ConditionId(id)).map_or([[0; 32]; 7], |found| {
                let (state, lock, out) = (number(found.state), number(found.time_lock), number(found.time_out));
                let (by, at) = (account(Address([0xdd; 20])), number(found.created_at + 1));
                [account(found.contract), state, lock, out, number(found.created_at), by, at]
            });
            return Ok(output(&words));
        }
        if let Some(id) = about("getAgreement(bytes32)") {
            let found = self.agreements.get(&AgreementId(id));
            let conditions = found.map(|found| found.conditions.clone()).unwrap_or_default();
            let (did, template) = found.map_or(([0; 32], [0; 32]), |found| (found.did, found.template));
            let created = number(found.map_or(0, |_| 5));
            let (owner, by) = (account(Address([0xee; 20])), account(Address([0xdd; 20])));
            let head = vec![did, owner, template, number(6 * 32), by, created];
            return Ok(output(&[head, list(conditions.iter().map(|id| id.0))].concat()));
        }
        let id = about("getAgreementActors(bytes32)").unwrap();
        let actors = self.agreements.get(&AgreementId(id)).map(|found| found.actors.clone()).unwrap_or_default();
        Ok(output(&[vec![number(32)], list(actors.into_iter().map(account))].concat()))
    }
}

fn receipt(tx: TxHash, block: u64) -> Value {
    json!({
        "transactionHash": tx.hex(), "transactionIndex": "0x0", "blockHash": block_hash(block),
        "blockNumber": quantity(block), "from": Address([1; 20]), "to": Address([2; 20]), "contractAddress": null,
        "cumulativeGasUsed": "0x5208", "gasUsed": "0x5208", "status": "0x1", "logs": [],
        "logsBloom": format!("0x{}", "0".repeat(512)),
    })
}

#[async_trait]
impl Rpc for FakeNode {
    async fn request(&self, method: &str, params: Value) -> Result<Value, RpcFault> {
        let mut says = self.says();
        says.asked.push((method.to_owned(), params.clone()));
        says.answer(method, &params)
    }
}
