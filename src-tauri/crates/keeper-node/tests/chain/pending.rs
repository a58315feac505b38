//! The tag `pending`: the block to come with what waits in it, or a refusal; never the newest block under another name.

use crate::support::*;
use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use keeper_node::Chain;
use serde_json::{Value, json};

/// A chain that makes blocks only when told to.
fn slow() -> Chain {
    let mut slow = genesis();
    slow.mining.block_time_ms = 3_600_000;
    Chain::in_memory(slow).unwrap()
}

/// Sends without waiting for a block; the hash.
#[track_caller]
fn wait(chain: &Chain, (raw, hash): (Bytes, B256)) -> String {
    assert_eq!(get(chain, "eth_sendRawTransaction", json!([raw.to_string()])), json!(hash.to_string()));
    hash.to_string()
}

/// A chain with the contract in a block, an empty block over it, and two transactions that wait: one stores 42 in slot 7
/// and one pays 9 wei to a friend for 3 wei a gas. With the contract and the hashes.
fn waiting() -> (Chain, Address, Address, [String; 2]) {
    let chain = slow();
    let (account, friend) = (Account::new("patient"), Account::new("friend").address());
    let tool = account.address().create(0);
    wait(&chain, account.legacy(0, TxKind::Create, crate::support::tool()));
    get(&chain, "evm_mine", json!([]));
    get(&chain, "evm_mine", json!([]));
    let stores = wait(&chain, account.legacy(1, TxKind::Call(tool), words(&[1, 7, 42])));
    let pays = rich().legacy_with(|tx| {
        tx.to = TxKind::Call(friend);
        tx.value = U256::from(9);
        tx.gas_price = 3;
    });
    let pays = wait(&chain, pays);
    (chain, tool, friend, [stores, pays])
}

#[test]
fn what_waits_is_counted_and_found_by_its_place() {
    let (chain, _, _, hashes) = waiting();
    let count = |tag: &str| get(&chain, "eth_getBlockTransactionCountByNumber", json!([tag]));
    assert_eq!((count("pending"), count("latest"), count("0x1")), (json!("0x2"), json!("0x0"), json!("0x1")));
    let at = |tag: &str, place: &str| get(&chain, "eth_getTransactionByBlockNumberAndIndex", json!([tag, place]));
    for (place, hash) in ["0x0", "0x1"].into_iter().zip(&hashes) {
        let found = at("pending", place);
        assert_eq!((&found["hash"], &found["blockHash"]), (&json!(hash), &Value::Null), "{found}");
        assert_eq!(found, get(&chain, "eth_getTransactionByHash", json!([hash])));
    }
    assert_eq!((at("pending", "0x2"), at("latest", "0x0")), (Value::Null, Value::Null));
    assert_eq!(get(&chain, "eth_getUncleCountByBlockNumber", json!(["pending"])), "0x0");
    let block = get(&chain, "eth_getBlockByNumber", json!(["pending", true]));
    assert_eq!((&block["number"], &block["transactions"][1]["hash"]), (&json!("0x3"), &json!(hashes[1])));
    for unknown in ["hash", "nonce", "miner", "logsBloom", "size"] {
        assert_eq!(block[unknown], Value::Null, "{unknown} is that of no other block");
    }
    for root in ["stateRoot", "transactionsRoot", "receiptsRoot"] {
        assert_eq!(block[root], B256::ZERO.to_string(), "{root} is that of no other block");
    }
}

#[test]
fn the_state_of_the_block_to_come_is_that_after_what_waits() {
    let (chain, tool, friend, [_, pays]) = waiting();
    let balance = |tag: &str| get(&chain, "eth_getBalance", json!([friend.to_string(), tag]));
    let slot = |tag: &str| get(&chain, "eth_getStorageAt", json!([tool.to_string(), "0x7", tag]));
    let load = |tag: &str| call(&chain, tool, &[4, 7], json!(tag));
    let filled = json!(format!("{:#066x}", 42));
    assert_eq!((balance("pending"), balance("latest")), (json!("0x9"), json!("0x0")));
    assert_eq!((slot("pending"), slot("latest")), (filled.clone(), json!(format!("{:#066x}", 0))));
    assert_eq!((load("pending"), load("latest")), (U256::from(42), U256::ZERO));
    // Without a tag it is the newest block, as ethers.js and web3.js ask.
    assert_eq!(get(&chain, "eth_getBalance", json!([friend.to_string()])), "0x0");
    // What the friend can pay then it cannot pay now.
    let pay = json!({"from": friend.to_string(), "to": tool.to_string(), "value": "0x9", "data": words(&[1, 8, 1]).to_string()});
    assert!(number(&get(&chain, "eth_estimateGas", json!([pay, "pending"]))) > 21_000);
    assert_eq!(fail(&chain, "eth_estimateGas", json!([pay, "latest"])).0, -32000);

    // The contract of a creation that waits.
    let other = Account::new("builder");
    wait(&chain, other.legacy(0, TxKind::Create, crate::support::tool()));
    let code = |tag: &str| get(&chain, "eth_getCode", json!([other.address().create(0).to_string(), tag]));
    let here = get(&chain, "eth_getCode", json!([tool.to_string(), "latest"]));
    assert_eq!((code("pending"), code("latest")), (here, json!("0x")));

    // And the block that is made is what was foretold.
    let foretold = get(&chain, "eth_getBlockByNumber", json!(["pending", false]));
    let history = get(&chain, "eth_feeHistory", json!(["0x2", "pending", [100]]));
    get(&chain, "evm_mine", json!([]));
    let made = get(&chain, "eth_getBlockByNumber", json!(["latest", false]));
    for field in ["number", "parentHash", "mixHash", "gasUsed", "transactions"] {
        assert_eq!(foretold[field], made[field], "{field}");
    }
    assert_eq!((balance("latest"), slot("latest"), load("latest")), (json!("0x9"), filled, U256::from(42)));
    assert_eq!(get(&chain, "eth_feeHistory", json!(["0x2", "latest", [100]])), history);
    assert_eq!((&history["oldestBlock"], &history["reward"]), (&json!("0x2"), &json!([["0x0"], ["0x3"]])));
    assert_eq!(get(&chain, "eth_getTransactionReceipt", json!([pays]))["status"], "0x1");
}

#[test]
fn what_cannot_be_paid_after_what_waits_before_it_is_not_in_the_block_to_come() {
    let chain = slow();
    wait(&chain, pay(0, 700));
    wait(&chain, pay(1, 600));
    assert_eq!(get(&chain, "eth_getBlockTransactionCountByNumber", json!(["pending"])), "0x1");
    get(&chain, "evm_mine", json!([]));
    assert_eq!(get(&chain, "eth_getBlockTransactionCountByNumber", json!(["latest"])), "0x1");
}

#[test]
fn logs_and_receipts_of_the_block_to_come_are_refused_in_the_words_of_geth() {
    let (chain, ..) = waiting();
    let refused = (-32000, "pending logs are not supported".to_owned());
    for method in ["eth_getLogs", "eth_newFilter"] {
        for filter in [
            json!({"fromBlock": "pending"}),
            json!({"toBlock": "pending"}),
            json!({"fromBlock": "0x1", "toBlock": "pending"}),
            json!({"fromBlock": "pending", "toBlock": "pending"}),
        ] {
            assert_eq!(fail(&chain, method, json!([filter])), refused, "{method} {filter}");
        }
    }
    let receipts = fail(&chain, "eth_getBlockReceipts", json!(["pending"]));
    assert_eq!(receipts, (-32000, "pending receipts is not available".to_owned()));
}
