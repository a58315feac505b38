//! The state of every block can be asked for, by every way of naming a block.

use crate::support::*;
use alloy_primitives::{Address, B256, TxKind, U256, hex};
use serde_json::{Value, json};

#[test]
fn every_tag_names_its_block() {
    let chain = chain();
    let account = Account::new("historian");
    let tool = deploy(&chain, &account, 0);
    for value in [10, 20, 30] {
        send(&chain, account.legacy(value / 10, TxKind::Call(tool), words(&[1, 1, value])));
    }
    let block = |tag: Value| get(&chain, "eth_getBlockByNumber", json!([tag, false]));
    let hash = |number: &str| block(json!(number))["hash"].clone();
    let loaded = |tag: Value| call(&chain, tool, &[4, 1], tag);
    let by_hash = |tag: &str| json!({"blockHash": hash(tag), "requireCanonical": true});
    // (tag, what is stored there)
    for (tag, stored) in [
        (json!("0x1"), 0),
        (json!("0x2"), 10),
        (json!("0x3"), 20),
        (json!("0x4"), 30),
        (json!("latest"), 30),
        (json!("pending"), 30),
        (json!("safe"), 30),
        (json!("finalized"), 30),
        (json!({"blockNumber": "0x2"}), 10),
        (by_hash("0x3"), 20),
        (hash("0x2"), 10),
    ] {
        assert_eq!(loaded(tag.clone()), U256::from(stored), "{tag}");
        let slot = get(&chain, "eth_getStorageAt", json!([tool.to_string(), "0x1", tag]));
        assert_eq!(slot, json!(format!("{stored:#066x}")), "{tag}");
    }
    let code = |tag: &str| get(&chain, "eth_getCode", json!([tool.to_string(), tag]));
    assert_eq!(code("earliest"), "0x");
    assert_ne!(code("0x1"), "0x");
    let count = |tag: &str| get(&chain, "eth_getTransactionCount", json!([account.address().to_string(), tag]));
    assert_eq!((count("0x0"), count("0x2"), count("latest")), (json!("0x0"), json!("0x2"), json!("0x4")));
    // The machine sees the number and time of the block that is asked about.
    assert_eq!(call(&chain, tool, &[5], json!("0x2")), U256::from(2));
    assert_eq!(call(&chain, tool, &[5], json!("pending")), U256::from(5));
    assert_eq!(call(&chain, tool, &[6], json!("0x3")), U256::from(number(&block(json!("0x3"))["timestamp"])));
    let seen = call(&chain, tool, &[7, 2], json!("latest"));
    assert_eq!(json!(format!("{seen:#066x}")), hash("0x2"));
}

#[test]
fn a_block_that_is_not_there_is_an_error_for_state_and_null_for_blocks() {
    let chain = chain();
    let who = rich().address().to_string();
    let nowhere = format!("0x{}", "ab".repeat(32));
    for tag in [json!("0x1"), json!("0xffffffffffff"), json!(nowhere), json!({"blockHash": nowhere})] {
        assert_eq!(fail(&chain, "eth_getBalance", json!([who, tag])), (-32000, "header not found".to_owned()));
        assert_eq!(fail(&chain, "eth_call", json!([{"to": who}, tag])).0, -32000);
    }
    assert_eq!(get(&chain, "eth_getBlockByNumber", json!(["0x1", false])), Value::Null);
    assert_eq!(get(&chain, "eth_getBlockByHash", json!([nowhere, true])), Value::Null);
    assert_eq!(get(&chain, "eth_getBlockReceipts", json!(["0x1"])), Value::Null);
    assert_eq!(get(&chain, "eth_getTransactionByBlockNumberAndIndex", json!(["0x0", "0x0"])), Value::Null);
    assert_eq!(get(&chain, "eth_getTransactionReceipt", json!([nowhere])), Value::Null);
    assert_eq!(get(&chain, "eth_getTransactionByHash", json!([nowhere])), Value::Null);
}

#[test]
fn the_pending_block_shows_what_waits() {
    let mut slow = genesis();
    slow.mining.block_time_ms = 3_600_000;
    let chain = keeper_node::Chain::in_memory(slow).unwrap();
    let account = Account::new("patient");
    let (raw, hash) = account.legacy(0, TxKind::Call(account.address()), words(&[]));
    assert_eq!(get(&chain, "eth_sendRawTransaction", json!([raw.to_string()])), json!(hash.to_string()));
    let pending = get(&chain, "eth_getBlockByNumber", json!(["pending", false]));
    assert_eq!((&pending["number"], &pending["hash"]), (&json!("0x1"), &Value::Null));
    assert_eq!(pending["transactions"], json!([hash.to_string()]));
    let tx = get(&chain, "eth_getTransactionByHash", json!([hash.to_string()]));
    assert_eq!(tx["blockNumber"], Value::Null);
    let count = |tag: &str| get(&chain, "eth_getTransactionCount", json!([account.address().to_string(), tag]));
    assert_eq!((count("latest"), count("pending")), (json!("0x0"), json!("0x1")));
    get(&chain, "evm_mine", json!([]));
    assert_eq!(count("latest"), json!("0x1"));
    assert_eq!(get(&chain, "eth_getTransactionReceipt", json!([hash.to_string()]))["status"], "0x1");
}

#[test]
fn contracts_can_recover_who_signed() {
    let chain = chain();
    let account = Account::new("signatory");
    let digest = B256::repeat_byte(0x5e);
    let signature = account.sign_digest(digest);
    // hash, v, r, s as 32 bytes each, to the contract at 1.
    let (rs, v) = signature.split_at(64);
    let input = [digest.as_slice(), &[0; 31], v, rs].concat();
    let params = json!([{"to": Address::with_last_byte(1).to_string(), "data": hex::encode_prefixed(input)}]);
    let found: B256 = get(&chain, "eth_call", params).as_str().unwrap().parse().unwrap();
    assert_eq!(Address::from_word(found), account.address());
}
