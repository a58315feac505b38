//! Accounts that sign, a contract that does as told, and a chain to ask.

use alloy_consensus::{SignableTransaction, TxEip1559, TxEip2930, TxEnvelope, TxLegacy};
use alloy_eips::eip2718::Encodable2718;
use alloy_primitives::{Address, B256, Bytes, TxKind, U256, hex, keccak256};
use keeper_node::{Chain, Clock, Genesis, Mining};
use protocol::SecretKey;
use serde_json::{Value, json};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

pub(crate) const CHAIN_ID: u64 = 8996;

/// A contract that does what the first word of its input says:
/// 1 store(slot, value), 2 log(topic, topic, data), 3 revert(bytes…), 4 load(slot), 5 block number, 6 block time,
/// 7 block hash(number), 8 burn all gas, 9 store each of [start, start+count) in itself, 10 so many logs, else INVALID.
const TOOL: &str = "60f980600b6000396000f360003580600114610054578060021461005d5780600314610071578060041461007f578060051461008c578060061461009657806007146100a057806008146100ad57806009146100b25780600a146100de57fe5b60403560203555005b6020606060003760403560203560206000a2005b602036038060206000376000fd5b6020355460005260206000f35b4360005260206000f35b4260005260206000f35b6020354060005260206000f35b6100ad565b6040356020355b80805560010190600190039080600001506100cf565b9080156100dc57906100b9565b005b6020355b80156100dc5760018060206000a2600190036100e256";

/// The code that creates the contract.
pub(crate) fn tool() -> Bytes {
    hex::decode(TOOL).unwrap().into()
}

/// Input of the contract: words one after the other.
pub(crate) fn words(words: &[u64]) -> Bytes {
    words.iter().flat_map(|word| U256::from(*word).to_be_bytes::<32>()).collect::<Vec<_>>().into()
}

/// A private key of a test.
pub(crate) struct Account(SecretKey);

impl Account {
    pub(crate) fn new(seed: &str) -> Self {
        Self(SecretKey::from_bytes(&keccak256(seed).0).unwrap())
    }

    pub(crate) fn address(&self) -> Address {
        Address::from(self.0.address().unwrap().0)
    }

    /// r, s and v (27 or 28).
    pub(crate) fn sign_digest(&self, digest: B256) -> [u8; 65] {
        self.0.sign_digest(&digest.0).unwrap().to_ethereum()
    }

    fn sign<T: SignableTransaction<alloy_primitives::Signature>>(&self, tx: T) -> (Bytes, B256)
    where
        TxEnvelope: From<alloy_consensus::Signed<T>>,
    {
        let signature = self.sign_digest(tx.signature_hash());
        let signature = alloy_primitives::Signature::from_raw(&signature).unwrap();
        let envelope = TxEnvelope::from(tx.into_signed(signature));
        (envelope.encoded_2718().into(), *envelope.tx_hash())
    }

    /// A legacy transaction without a price.
    pub(crate) fn legacy(&self, nonce: u64, to: TxKind, input: Bytes) -> (Bytes, B256) {
        self.legacy_with(|tx| {
            tx.nonce = nonce;
            tx.to = to;
            tx.input = input;
        })
    }

    pub(crate) fn legacy_with(&self, change: impl FnOnce(&mut TxLegacy)) -> (Bytes, B256) {
        let mut tx = TxLegacy { chain_id: Some(CHAIN_ID), gas_limit: 3_000_000, ..TxLegacy::default() };
        change(&mut tx);
        self.sign(tx)
    }

    pub(crate) fn access_list(&self, change: impl FnOnce(&mut TxEip2930)) -> (Bytes, B256) {
        let mut tx = TxEip2930 { chain_id: CHAIN_ID, gas_limit: 3_000_000, ..TxEip2930::default() };
        change(&mut tx);
        self.sign(tx)
    }

    pub(crate) fn dynamic(&self, change: impl FnOnce(&mut TxEip1559)) -> (Bytes, B256) {
        let mut tx = TxEip1559 { chain_id: CHAIN_ID, gas_limit: 3_000_000, ..TxEip1559::default() };
        change(&mut tx);
        self.sign(tx)
    }
}

/// A clock that a test sets.
#[derive(Clone, Default)]
pub(crate) struct SetClock(pub(crate) Arc<AtomicU64>);

impl Clock for SetClock {
    fn now(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// The account with ether at the start.
pub(crate) fn rich() -> Account {
    Account::new("rich")
}

/// So much ether from the rich account to somebody.
pub(crate) fn pay(nonce: u64, ether: u128) -> (Bytes, B256) {
    rich().legacy_with(|tx| {
        tx.nonce = nonce;
        tx.value = U256::from(ether * 10u128.pow(18));
        tx.to = TxKind::Call(Address::with_last_byte(99));
    })
}

/// A chain with one rich account, `evm_mine`, and a clock that stands at 1,700,000,000.
pub(crate) fn genesis() -> Genesis {
    let mut genesis = Genesis::new(CHAIN_ID, protocol::Address(Account::new("operator").address().0.0));
    genesis.alloc = vec![(protocol::Address(rich().address().0.0), 10u128.pow(21))];
    genesis.mining = Mining {
        evm_mine: true,
        clock: Arc::new(SetClock(Arc::new(AtomicU64::new(1_700_000_000)))),
        ..Mining::default()
    };
    genesis
}

pub(crate) fn chain() -> Chain {
    Chain::in_memory(genesis()).unwrap()
}

/// The whole answer.
pub(crate) fn ask(chain: &Chain, method: &str, params: Value) -> Value {
    chain.request_blocking(json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}))
}

/// The result.
#[track_caller]
pub(crate) fn get(chain: &Chain, method: &str, params: Value) -> Value {
    let mut answer = ask(chain, method, params);
    assert!(answer.get("error").is_none(), "{method}: {answer}");
    answer["result"].take()
}

/// The error's code and message.
#[track_caller]
pub(crate) fn fail(chain: &Chain, method: &str, params: Value) -> (i64, String) {
    let answer = ask(chain, method, params);
    let error = &answer["error"];
    (
        error["code"].as_i64().unwrap_or_else(|| panic!("{method}: {answer}")),
        error["message"].as_str().unwrap().to_owned(),
    )
}

#[track_caller]
pub(crate) fn number(value: &Value) -> u64 {
    u64::from_str_radix(value.as_str().unwrap().strip_prefix("0x").unwrap(), 16).unwrap()
}

/// Sends and returns the receipt.
#[track_caller]
pub(crate) fn send(chain: &Chain, (raw, hash): (Bytes, B256)) -> Value {
    assert_eq!(get(chain, "eth_sendRawTransaction", json!([raw.to_string()])), json!(hash.to_string()));
    get(chain, "eth_getTransactionReceipt", json!([hash.to_string()]))
}

/// Creates the contract; its address.
#[track_caller]
pub(crate) fn deploy(chain: &Chain, account: &Account, nonce: u64) -> Address {
    let receipt = send(chain, account.legacy(nonce, TxKind::Create, tool()));
    assert_eq!(receipt["status"], "0x1", "{receipt}");
    receipt["contractAddress"].as_str().unwrap().parse().unwrap()
}

/// The contract's answer to a call.
#[track_caller]
pub(crate) fn call(chain: &Chain, to: Address, input: &[u64], block: Value) -> U256 {
    let params = json!([{"to": to.to_string(), "data": words(input).to_string()}, block]);
    get(chain, "eth_call", params).as_str().unwrap().parse().unwrap()
}
