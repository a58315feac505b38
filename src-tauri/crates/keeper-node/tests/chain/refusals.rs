//! Errors, with the codes and texts that clients know from geth.

use crate::support::*;
use alloy_consensus::TxLegacy;
use alloy_primitives::{Address, B256, Bytes, TxKind, U256, hex};
use serde_json::{Value, json};

fn refuse(chain: &keeper_node::Chain, (raw, _): (Bytes, B256)) -> String {
    let (code, message) = fail(chain, "eth_sendRawTransaction", json!([raw.to_string()]));
    assert_eq!(code, -32000, "{message}");
    message
}

#[test]
fn transactions_that_cannot_be_taken() {
    let chain = chain();
    let (account, rich) = (Account::new("refused"), rich());
    let own = TxKind::Call(account.address());
    send(&chain, account.legacy(0, own, words(&[])));
    let waiting = account.legacy(5, own, words(&[]));
    send(&chain, waiting.clone());
    let with = |change: fn(&mut TxLegacy)| {
        account.legacy_with(|tx| {
            tx.nonce = 1;
            tx.to = TxKind::Call(Address::with_last_byte(7));
            change(tx);
        })
    };
    let balance = 10u128.pow(21);
    let cases: Vec<((Bytes, B256), String)> = vec![
        (account.legacy(0, own, words(&[1])), "nonce too low: next nonce 1, tx nonce 0".to_owned()),
        (waiting, "already known".to_owned()),
        (account.legacy(5, own, words(&[2])), "replacement transaction underpriced".to_owned()),
        (with(|tx| tx.chain_id = Some(1)), "invalid sender: invalid chain id for signer: have 1 want 8996".to_owned()),
        (with(|tx| tx.chain_id = None), "only replay-protected (EIP-155) transactions allowed over RPC".to_owned()),
        (with(|tx| tx.gas_limit = 30_000_001), "exceeds block gas limit".to_owned()),
        (with(|tx| tx.gas_limit = 20_999), "intrinsic gas too low: gas 20999, minimum needed 21000".to_owned()),
        (with(|tx| tx.nonce = u64::MAX), "nonce has max value".to_owned()),
        (
            with(|tx| tx.value = U256::from(5)),
            "insufficient funds for gas * price + value: balance 0, tx cost 5, overshot 5".to_owned(),
        ),
        (
            rich.legacy_with(|tx| {
                tx.gas_price = 10u128.pow(18);
                tx.gas_limit = 21_000;
                tx.to = own;
            }),
            format!(
                "insufficient funds for gas * price + value: balance {balance}, tx cost {}, overshot {}",
                21_000 * 10u128.pow(18),
                20_000 * 10u128.pow(18)
            ),
        ),
        (
            rich.dynamic(|tx| {
                tx.max_priority_fee_per_gas = 2;
                tx.max_fee_per_gas = 1;
            }),
            "max priority fee per gas higher than max fee per gas: maxPriorityFeePerGas: 2, maxFeePerGas: 1".to_owned(),
        ),
        (
            account.legacy(1, TxKind::Create, vec![0; 49_153].into()),
            "max initcode size exceeded: code size 49153, limit 49152".to_owned(),
        ),
        (
            account.legacy(1, own, vec![0; 140_000].into()),
            "oversized data: transaction size 140105, limit 131072".to_owned(),
        ),
        ((hex!("03c0").into(), B256::ZERO), "transaction type not supported".to_owned()),
    ];
    for (tx, message) in cases {
        assert_eq!(refuse(&chain, tx), message);
    }
    // Whatever else is no transaction.
    for raw in ["0x", "0x02", "0xc0", "0xf8", "0x02c0"] {
        assert_eq!(fail(&chain, "eth_sendRawTransaction", json!([raw])).0, -32000, "{raw}");
    }
    let mut longer = account.legacy(1, own, words(&[])).0.to_vec();
    longer.push(0);
    assert_eq!(refuse(&chain, (longer.into(), B256::ZERO)), "rlp: input contains more than one value");
    assert_eq!(number(&get(&chain, "eth_blockNumber", json!([]))), 1, "none of it made a block");
}

#[test]
fn a_better_offer_replaces_a_transaction_that_waits() {
    let chain = chain();
    let rich = rich();
    let bid = |nonce: u64, price: u128, to: u8| {
        rich.legacy_with(|tx| {
            tx.nonce = nonce;
            tx.gas_price = price;
            tx.gas_limit = 21_000;
            tx.to = TxKind::Call(Address::with_last_byte(to));
        })
    };
    send(&chain, bid(1, 100, 50));
    assert_eq!(refuse(&chain, bid(1, 109, 51)), "replacement transaction underpriced");
    send(&chain, bid(1, 110, 52));
    send(&chain, bid(0, 0, 53));
    let gone = get(&chain, "eth_getTransactionByHash", json!([bid(1, 100, 50).1.to_string()]));
    assert_eq!(gone, Value::Null);
    let mined = get(&chain, "eth_getTransactionReceipt", json!([bid(1, 110, 52).1.to_string()]));
    assert_eq!(mined["status"], "0x1");
}

#[test]
fn a_sender_that_cannot_pay_any_more_loses_what_waited() {
    let chain = chain();
    send(&chain, pay(1, 600));
    send(&chain, pay(0, 700));
    let lost = get(&chain, "eth_getTransactionByHash", json!([pay(1, 600).1.to_string()]));
    assert_eq!(lost, Value::Null);
    assert!(refuse(&chain, pay(1, 600)).starts_with("insufficient funds for gas * price + value"));
}

#[test]
fn reverts_say_why() {
    let chain = chain();
    let account = Account::new("reverted");
    let tool = deploy(&chain, &account, 0);
    let revert = |output: &[u8]| {
        let input = [words(&[3]).as_ref(), output].concat();
        let params = json!([{"from": account.address().to_string(), "to": tool.to_string(), "input": hex::encode_prefixed(&input)}]);
        for method in ["eth_call", "eth_estimateGas"] {
            let error = ask(&chain, method, params.clone())["error"].take();
            assert_eq!((&error["code"], &error["data"]), (&json!(3), &json!(hex::encode_prefixed(output))), "{method}");
        }
        ask(&chain, "eth_call", params)["error"]["message"].as_str().unwrap().to_owned()
    };
    let mut text = hex!("08c379a0").to_vec();
    text.extend_from_slice(&words(&[32, 17]));
    text.extend_from_slice(b"Invalid DID owner");
    text.extend_from_slice(&[0; 15]);
    assert_eq!(revert(&text), "execution reverted: Invalid DID owner");
    let panic = |code: u64| [hex!("4e487b71").as_slice(), &words(&[code])].concat();
    for (code, words) in [
        (0x00, "generic panic"),
        (0x01, "assert(false)"),
        (0x11, "arithmetic underflow or overflow"),
        (0x12, "division or modulo by zero"),
        (0x21, "enum overflow"),
        (0x22, "invalid encoded storage byte array accessed"),
        (0x31, "out-of-bounds array access; popping on an empty array"),
        (0x32, "out-of-bounds access of an array or bytesN"),
        (0x41, "out of memory"),
        (0x51, "uninitialized function"),
        (0x99, "unknown panic code: 0x99"),
    ] {
        assert_eq!(revert(&panic(code)), format!("execution reverted: {words}"));
    }
    assert_eq!(revert(&[]), "execution reverted");
    assert_eq!(revert(&hex!("deadbeef")), "execution reverted", "an error of its own is in the data");
    assert_eq!(revert(&hex!("08c379a0ffffffff")), "execution reverted", "a reason that lies is no reason");
    let lie = [hex!("08c379a0").as_slice(), &[0xff; 32], &[0xff; 32]].concat();
    assert_eq!(revert(&lie), "execution reverted");
}

#[test]
fn calls_that_end_badly() {
    let chain = chain();
    let account = Account::new("unlucky");
    let tool = deploy(&chain, &account, 0);
    let call = |input: &[u64], gas: Value, value: &str| {
        let params = json!([{"from": account.address().to_string(), "to": tool.to_string(), "data": words(input).to_string(), "gas": gas, "value": value}]);
        fail(&chain, "eth_call", params)
    };
    assert_eq!(call(&[8], json!("0xffff"), "0x0"), (-32000, "out of gas".to_owned()));
    assert_eq!(call(&[99], Value::Null, "0x0"), (-32000, "invalid opcode: INVALID".to_owned()));
    // No opcode: geth would say which.
    let (code, message) = fail(&chain, "eth_call", json!([{"data": "0x0c"}]));
    assert_eq!((code, message.as_str()), (-32000, "invalid opcode"));
    let funds = format!(
        "err: insufficient funds for gas * price + value: address {} have 0 want 1 (supplied gas 50000000)",
        account.address()
    );
    assert_eq!(call(&[5], Value::Null, "0x1"), (-32000, funds));
    let low = "err: intrinsic gas too low: have 100, want 21140 (supplied gas 100)".to_owned();
    assert_eq!(call(&[5], json!("0x64"), "0x0"), (-32000, low));
    let burn = json!([{"to": tool.to_string(), "data": words(&[8]).to_string(), "gas": "0x186a0"}]);
    let (code, message) = fail(&chain, "eth_estimateGas", burn);
    assert_eq!((code, message.as_str()), (-32000, "gas required exceeds allowance (100000)"));
}

#[test]
fn requests_that_are_none() {
    let chain = chain();
    let who = rich().address().to_string();
    let cases = [
        ("eth_bogus", json!([]), -32601),
        ("debug_traceTransaction", json!([]), -32601),
        ("eth_subscribe", json!(["newHeads"]), -32601),
        ("eth_getBalance", json!([]), -32602),
        ("eth_getBalance", json!(["0x12", "latest"]), -32602),
        ("eth_getBalance", json!([who, "yesterday"]), -32602),
        ("eth_getBalance", json!([who, {}]), -32602),
        ("eth_getBalance", json!([who, {"blockHash": format!("{:#066x}", 1), "blockNumber": "0x1"}]), -32602),
        ("eth_getBalance", json!({"address": who}), -32602),
        ("eth_getBalance", json!([who, "latest", 1]), -32602),
        ("eth_getBlockByNumber", json!(["0x", true]), -32602),
        ("eth_getBlockByNumber", json!(["0x1_0", true]), -32602),
        ("eth_getStorageAt", json!([who, "0x_1", "latest"]), -32602),
        ("eth_call", json!([{"to": who, "data": "0x0xab"}]), -32602),
        ("eth_getTransactionByHash", json!([format!("0x0x{}", "ab".repeat(32))]), -32602),
        ("eth_getBlockByNumber", json!(["latest", "yes"]), -32602),
        ("eth_getTransactionByHash", json!(["0x1234"]), -32602),
        ("eth_sendRawTransaction", json!(["f8"]), -32602),
        ("eth_sendRawTransaction", json!(["0xf8f"]), -32602),
        ("eth_call", json!(["latest"]), -32602),
        ("eth_call", json!([{"to": who, "data": "0x1"}]), -32602),
        ("eth_call", json!([{"to": who, "data": "0x01", "input": "0x02"}]), -32602),
        ("eth_call", json!([{"to": who, "gasPrice": "0x1", "maxFeePerGas": "0x1"}]), -32602),
        ("eth_call", json!([{"to": who}, "latest", {who.as_str(): {"balance": "0x1"}}]), -32602),
        ("eth_getLogs", json!([{"topics": [[], [], [], [], []]}]), -32602),
        ("eth_getLogs", json!([{"fromBlock": "0x5", "toBlock": "0x1"}]), -32602),
        ("eth_getLogs", json!([{"blockHash": format!("{:#066x}", 1), "toBlock": "0x1"}]), -32602),
        ("eth_getLogs", json!([{"blockHash": format!("{:#066x}", 1)}]), -32000),
        ("eth_getFilterChanges", json!(["0x77"]), -32000),
        ("eth_feeHistory", json!(["0x1", "0x5", []]), -32000),
        ("eth_feeHistory", json!(["0x1", "latest", [50, 20]]), -32602),
        ("neuston_tickUntil", json!([]), -32602),
    ];
    for (method, params, code) in cases {
        let (found, message) = fail(&chain, method, params.clone());
        assert_eq!(found, code, "{method} {params}: {message}");
    }
    for request in [json!(1), json!("x"), json!({}), json!({"id": 1}), json!({"id": {}, "method": "x"}), json!([])] {
        assert_eq!(chain.request_blocking(request.clone())["error"]["code"], -32600, "{request}");
    }
}

#[test]
fn a_creation_that_fails_names_where_its_contract_would_be() {
    let chain = chain();
    let account = Account::new("builder");
    let receipt = send(&chain, account.legacy(0, TxKind::Create, hex!("fe").into()));
    let place = json!(account.address().create(0).to_string().to_lowercase());
    assert_eq!((&receipt["status"], &receipt["contractAddress"]), (&json!("0x0"), &place));
    assert_eq!(get(&chain, "eth_getCode", json!([place, "latest"])), "0x");
}
