//! What JSON-RPC answers, method by method.

use crate::support::*;
use alloy_primitives::{B256, TxKind, U256};
use keeper_node::Chain;
use serde_json::{Value, json};

#[test]
fn the_chain_introduces_itself() {
    let chain = chain();
    let cases = [
        ("net_version", json!("8996")),
        ("net_listening", json!(true)),
        ("net_peerCount", json!("0x0")),
        ("eth_chainId", json!("0x2324")),
        ("eth_syncing", json!(false)),
        ("eth_accounts", json!([])),
        ("eth_blockNumber", json!("0x0")),
        ("eth_gasPrice", json!("0x0")),
        ("eth_maxPriorityFeePerGas", json!("0x0")),
    ];
    for (method, expected) in cases {
        assert_eq!(get(&chain, method, json!([])), expected, "{method}");
    }
    assert!(get(&chain, "web3_clientVersion", json!([])).as_str().unwrap().starts_with("Neuston/v"));
    let hash = get(&chain, "web3_sha3", json!(["0x"]));
    assert_eq!(hash, "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
}

#[test]
fn a_batch_is_answered_in_order_without_its_notifications() {
    let chain = chain();
    let answers = chain.request_blocking(json!([
        {"jsonrpc": "2.0", "id": "a", "method": "eth_chainId"},
        {"jsonrpc": "2.0", "method": "eth_blockNumber"},
        {"jsonrpc": "2.0", "id": 2, "method": "nothing"},
        7,
    ]));
    assert_eq!(answers.as_array().unwrap().len(), 3);
    assert_eq!(answers[0], json!({"jsonrpc": "2.0", "id": "a", "result": "0x2324"}));
    assert_eq!((&answers[1]["id"], &answers[1]["error"]["code"]), (&json!(2), &json!(-32601)));
    assert_eq!((&answers[2]["id"], &answers[2]["error"]["code"]), (&Value::Null, &json!(-32600)));
    let many = vec![json!({"id": 1, "method": "eth_chainId"}); 1001];
    assert_eq!(chain.request_blocking(Value::Array(many))["error"]["code"], -32600);
}

#[test]
fn transactions_of_all_three_kinds_are_told_as_they_were_signed() {
    let chain = chain();
    let rich = rich();
    let to = TxKind::Call(Account::new("friend").address());
    let legacy = rich.legacy_with(|tx| {
        tx.to = to;
        tx.gas_price = 5;
        tx.value = U256::from(1);
    });
    let listed = rich.access_list(|tx| {
        tx.nonce = 1;
        tx.to = to;
        tx.gas_price = 6;
    });
    let dynamic = rich.dynamic(|tx| {
        tx.nonce = 2;
        tx.to = to;
        tx.max_fee_per_gas = 9;
        tx.max_priority_fee_per_gas = 7;
        tx.input = words(&[1]);
    });
    let kinds = [(legacy, "0x0", "0x5"), (listed, "0x1", "0x6"), (dynamic, "0x2", "0x7")];
    for (nonce, (signed, kind, price)) in kinds.into_iter().enumerate() {
        let receipt = send(&chain, signed.clone());
        let hash = signed.1.to_string();
        let block = json!(format!("{:#x}", nonce + 1));
        let tx = get(&chain, "eth_getTransactionByHash", json!([hash]));
        for (field, expected) in [
            ("hash", json!(hash)),
            ("type", json!(kind)),
            ("gasPrice", json!(price)),
            ("nonce", json!(format!("{nonce:#x}"))),
            ("from", json!(rich.address().to_string().to_lowercase())),
            ("to", json!(to.to().unwrap().to_string().to_lowercase())),
            ("gas", json!("0x2dc6c0")),
            ("chainId", json!("0x2324")),
            ("blockNumber", block.clone()),
            ("transactionIndex", json!("0x0")),
        ] {
            assert_eq!(tx[field], expected, "{field}");
        }
        let v = number(&tx["v"]);
        assert!(if kind == "0x0" { v == 35 + 2 * CHAIN_ID || v == 36 + 2 * CHAIN_ID } else { v < 2 }, "{v}");
        assert_eq!(receipt["effectiveGasPrice"], price);
        assert_eq!(receipt["type"], kind);
        // Every way to the same transaction.
        let by_number = get(&chain, "eth_getTransactionByBlockNumberAndIndex", json!([block, "0x0"]));
        let by_hash = get(&chain, "eth_getTransactionByBlockHashAndIndex", json!([tx["blockHash"], "0x0"]));
        let whole = get(&chain, "eth_getBlockByHash", json!([tx["blockHash"], true]));
        assert_eq!((&by_number, &by_hash, &whole["transactions"][0]), (&tx, &tx, &tx));
        assert_eq!(get(&chain, "eth_getBlockByNumber", json!([block, false]))["transactions"], json!([hash]));
        assert_eq!(get(&chain, "eth_getBlockTransactionCountByNumber", json!([block])), "0x1");
        assert_eq!(get(&chain, "eth_getBlockTransactionCountByHash", json!([tx["blockHash"]])), "0x1");
        assert_eq!(get(&chain, "eth_getBlockReceipts", json!([tx["blockHash"]])), json!([receipt]));
        assert_eq!(get(&chain, "eth_getRawTransactionByHash", json!([hash])), json!(signed.0.to_string()));
    }
    // The tips went to the operator.
    let operator = Account::new("operator").address().to_string();
    let earned = number(&get(&chain, "eth_getBalance", json!([operator, "latest"])));
    let gas =
        |block: u64| number(&get(&chain, "eth_getBlockByNumber", json!([format!("{block:#x}"), false]))["gasUsed"]);
    assert_eq!(earned, gas(1) * 5 + gas(2) * 6 + gas(3) * 7);
    let history = get(&chain, "eth_feeHistory", json!(["0x2", "latest", [0, 50, 100]]));
    assert_eq!(history["oldestBlock"], "0x2");
    assert_eq!(history["baseFeePerGas"], json!(["0x0", "0x0", "0x0"]));
    assert_eq!(history["reward"], json!([["0x6", "0x6", "0x6"], ["0x7", "0x7", "0x7"]]));
}

/// A chain with logs: blocks 2 to 5 have one each, of topics (5, n), n from 0; block 6 has three of topics (1, 1).
fn talkative() -> (Chain, String, String) {
    let chain = chain();
    let account = Account::new("talker");
    let first = deploy(&chain, &account, 0);
    let log = |nonce, to, n| account.legacy(nonce, TxKind::Call(to), words(&[2, 5, n, 100 + n]));
    send(&chain, log(1, first, 0));
    send(&chain, log(2, first, 1));
    let second = {
        let other = Account::new("other talker");
        let address = other.address().create(0);
        let (raw, _) = other.legacy(0, TxKind::Create, tool());
        // In the same chain, before block 4 is wanted: the contract of the other account is block 4 itself.
        get(&chain, "eth_sendRawTransaction", json!([raw.to_string()]));
        address
    };
    send(&chain, log(3, second, 2));
    send(&chain, account.legacy(4, TxKind::Call(second), words(&[10, 3])));
    (chain, first.to_string(), second.to_string())
}

#[test]
fn logs_are_found_by_address_topics_and_range() {
    let (chain, first, second) = talkative();
    let topic = |n: u64| B256::from(U256::from(n)).to_string();
    let all = json!({"fromBlock": "earliest", "toBlock": "latest"});
    let with = |more: Value| {
        let mut filter = all.clone();
        filter.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        filter
    };
    let block = |n: u64| get(&chain, "eth_getBlockByNumber", json!([format!("{n:#x}"), false]))["hash"].clone();
    // (filter, the blocks of what is found)
    let cases = [
        (all.clone(), vec![2, 3, 5, 6, 6, 6]),
        (json!({}), vec![6, 6, 6]),
        (json!({"fromBlock": "0x3", "toBlock": "0x5"}), vec![3, 5]),
        (json!({"fromBlock": "0x3"}), vec![3, 5, 6, 6, 6]),
        (json!({"fromBlock": "0x7", "toBlock": "0x99"}), vec![]),
        (json!({"fromBlock": "0x7"}), vec![]),
        (json!({"blockHash": block(3)}), vec![3]),
        (json!({"blockHash": block(1)}), vec![]),
        (with(json!({"address": first})), vec![2, 3]),
        (with(json!({"address": [first, second]})), vec![2, 3, 5, 6, 6, 6]),
        (with(json!({"address": []})), vec![2, 3, 5, 6, 6, 6]),
        (with(json!({"topics": []})), vec![2, 3, 5, 6, 6, 6]),
        (with(json!({"topics": [topic(5)]})), vec![2, 3, 5]),
        (with(json!({"topics": [topic(5), topic(1)]})), vec![3]),
        (with(json!({"topics": [null, topic(1)]})), vec![3, 6, 6, 6]),
        (with(json!({"topics": [[topic(5), topic(1)], [topic(0), topic(1)]]})), vec![2, 3, 6, 6, 6]),
        (with(json!({"topics": [[topic(5), null]]})), vec![2, 3, 5, 6, 6, 6]),
        (with(json!({"topics": [null, null]})), vec![2, 3, 5, 6, 6, 6]),
        (with(json!({"topics": [null, null, null]})), vec![]),
        (with(json!({"topics": [topic(1)], "address": first})), vec![]),
    ];
    for (filter, expected) in cases {
        let logs = get(&chain, "eth_getLogs", json!([filter]));
        let found: Vec<u64> = logs.as_array().unwrap().iter().map(|log| number(&log["blockNumber"])).collect();
        assert_eq!(found, expected, "{filter}");
        // A filter that is installed finds the same.
        if filter.get("blockHash").is_none() {
            let id = get(&chain, "eth_newFilter", json!([filter]));
            assert_eq!(get(&chain, "eth_getFilterLogs", json!([id])), logs, "{filter}");
        }
    }
    let logs = get(&chain, "eth_getLogs", json!([{"fromBlock": "0x6"}]));
    let positions: Vec<u64> = logs.as_array().unwrap().iter().map(|log| number(&log["logIndex"])).collect();
    assert_eq!(positions, [0, 1, 2]);
    let one = &get(&chain, "eth_getLogs", json!([{"fromBlock": "0x3", "toBlock": "0x3"}]))[0];
    assert_eq!(one["data"], json!(words(&[101]).to_string()));
    assert_eq!(one["address"], json!(first.to_lowercase()));
    assert_eq!(one["blockHash"], block(3));
    let receipt = get(&chain, "eth_getTransactionReceipt", json!([one["transactionHash"]]));
    assert_eq!(receipt["logs"], json!([one]));
}

#[test]
fn too_many_logs_are_an_error_and_never_cut() {
    let chain = chain();
    let account = Account::new("flood");
    let to = TxKind::Call(deploy(&chain, &account, 0));
    let flood = |nonce, count| {
        let receipt = account.legacy_with(|tx| {
            tx.nonce = nonce;
            tx.to = to;
            tx.gas_limit = 30_000_000;
            tx.input = words(&[10, count]);
        });
        assert_eq!(send(&chain, receipt)["status"], "0x1");
    };
    for nonce in 1..=5 {
        flood(nonce, 2000);
    }
    let count = |filter: Value| get(&chain, "eth_getLogs", json!([filter])).as_array().unwrap().len();
    assert_eq!(count(json!({"fromBlock": "0x0"})), 10_000);
    let filter = get(&chain, "eth_newFilter", json!([{}]));
    flood(6, 1);
    let (code, message) = fail(&chain, "eth_getLogs", json!([{"fromBlock": "0x0"}]));
    assert_eq!(code, -32005);
    assert!(message.contains("more than 10000 results"), "{message}");
    assert_eq!(count(json!({"fromBlock": "0x3"})), 8001);
    // A filter that is asked too late is told in parts of whole blocks.
    for nonce in 7..=11 {
        flood(nonce, 2000);
    }
    let parts = || get(&chain, "eth_getFilterChanges", json!([filter])).as_array().unwrap().len();
    assert_eq!([parts(), parts(), parts()], [8001, 2000, 0]);
}

#[test]
fn filters_tell_each_change_once() {
    let chain = chain();
    let account = Account::new("watched");
    let to = TxKind::Call(deploy(&chain, &account, 0));
    let topic = B256::from(U256::from(5)).to_string();
    let logs = get(&chain, "eth_newFilter", json!([{"topics": [topic]}]));
    let blocks = get(&chain, "eth_newBlockFilter", json!([]));
    let pending = get(&chain, "eth_newPendingTransactionFilter", json!([]));
    let changes = |id: &Value| get(&chain, "eth_getFilterChanges", json!([id]));
    assert_eq!((changes(&logs), changes(&blocks), changes(&pending)), (json!([]), json!([]), json!([])));
    let receipt = send(&chain, account.legacy(1, to, words(&[2, 5, 1, 9])));
    let other = send(&chain, account.legacy(2, to, words(&[2, 6, 1, 9])));
    assert_eq!(changes(&logs), receipt["logs"]);
    assert_eq!(changes(&blocks), json!([receipt["blockHash"], other["blockHash"]]));
    assert_eq!(changes(&pending), json!([receipt["transactionHash"], other["transactionHash"]]));
    assert_eq!((changes(&logs), changes(&blocks), changes(&pending)), (json!([]), json!([]), json!([])));
    assert_eq!(get(&chain, "eth_uninstallFilter", json!([logs])), true);
    assert_eq!(get(&chain, "eth_uninstallFilter", json!([logs])), false);
    assert_eq!(fail(&chain, "eth_getFilterChanges", json!([logs])), (-32000, "filter not found".to_owned()));
    assert_eq!(fail(&chain, "eth_getFilterLogs", json!([blocks])).0, -32000);
}

#[test]
fn an_estimate_suffices_and_one_sixtieth_less_does_not() {
    let chain = chain();
    let account = Account::new("thrifty");
    let tool = deploy(&chain, &account, 0);
    send(&chain, account.legacy(1, TxKind::Call(tool), words(&[1, 3, 9])));
    let from = account.address().to_string();
    let (to, friend) = (tool.to_string(), Account::new("friend").address().to_string());
    let cases = [
        (json!({"from": from, "to": friend}), TxKind::Call(friend.parse().unwrap()), words(&[])),
        (json!({"from": from, "data": tool_text()}), TxKind::Create, crate::support::tool()),
        (
            json!({"from": from, "to": to, "input": words(&[9, 100, 20]).to_string()}),
            TxKind::Call(tool),
            words(&[9, 100, 20]),
        ),
        // Gives gas back at the end.
        (json!({"from": from, "to": to, "data": words(&[1, 3, 0]).to_string()}), TxKind::Call(tool), words(&[1, 3, 0])),
    ];
    assert_eq!(get(&chain, "eth_estimateGas", json!([cases[0].0])), "0x5208");
    for (nonce, (call, to, input)) in (2..).zip(cases) {
        let estimate = number(&get(&chain, "eth_estimateGas", json!([call])));
        let attempt = |nonce, gas| {
            account.legacy_with(|tx| {
                tx.nonce = nonce;
                tx.to = to;
                tx.input = input.clone();
                tx.gas_limit = gas;
            })
        };
        let less = estimate - estimate / 60;
        let call = json!({"from": from, "to": call["to"], "data": call.get("data").or(call.get("input")), "gas": format!("{less:#x}")});
        assert_ne!(ask(&chain, "eth_call", json!([call])).get("error"), None, "{call}");
        assert_eq!(send(&chain, attempt(nonce, estimate))["status"], "0x1");
    }
}

fn tool_text() -> String {
    tool().to_string()
}
