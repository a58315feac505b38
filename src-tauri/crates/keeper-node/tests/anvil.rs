//! The same questions to this chain and to anvil (Foundry), answer by answer.
//!
//! `cargo xtask test` fetches anvil and says where it is (`NEUSTON_ANVIL`). Every difference that is expected is listed in
//! `DIFFERENCES` with its reason; docs/chain-differences.md is that list for people. An unlisted difference fails, and so
//! does a listed one that no longer exists.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a comparison that cannot go on ends")]

#[path = "chain/support.rs"]
#[allow(dead_code, reason = "shared with the other tests of the chain")]
mod support;

use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, TxKind, U256, keccak256};
use alloy_trie::{EMPTY_ROOT_HASH, TrieAccount, root};
use keeper_node::Chain;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use support::*;

/// Where the two differ: the question's label (`*`: any; `x*`: beginning with x), the end of the path, the reason.
const DIFFERENCES: &[(&str, &str, &str)] = &[
    ("*", "/hash", "another first block (ours names the operator and the chain's number), so other hashes of blocks"),
    ("*", "/blockHash", "another first block, so other hashes of blocks"),
    ("*", "/parentHash", "another first block, so other hashes of blocks"),
    ("*block*", "/mixHash", "ours is the hash of the parent's hash, anvil's is random"),
    ("*block*", "/size", "ours counts the empty list of withdrawals, as geth does"),
    ("*block*", "/stateRoot", "anvil keeps an empty account for the miner, which EIP-161 forbids; tested below"),
    ("*", "/blockTimestamp", "an addition of anvil; geth has it in logs since 1.16"),
    ("*receipt*", "/blobGasPrice", "geth has it for blob transactions only"),
    ("tip", "/result", "nothing has to be paid here; anvil proposes 1 gwei"),
    ("call revert", "/error/message", "anvil reads any bytes as text, geth only Error(string) and Panic(uint256)"),
    ("estimate revert", "/error/message", "anvil reads any bytes as text, geth only Error(string) and Panic(uint256)"),
    ("call panic*", "/error/message", "geth has the words alone, anvil some of its own, and the code"),
    ("pending logs", "/error/code", "geth refuses them, anvil finds none"),
    ("pending logs", "/error/message", "geth refuses them, anvil finds none"),
    ("pending logs", "/result", "geth refuses them, anvil finds none"),
    ("call invalid", "/error/code", "geth's code"),
    ("call invalid", "/error/message", "geth's words"),
    ("call undefined opcode", "/error/code", "geth's code"),
    ("call undefined opcode", "/error/message", "neither has geth's words, which name the opcode"),
    ("call burn", "/error/code", "geth's code"),
    ("call burn", "/error/message", "geth's words"),
    ("*in the future", "/error/code", "geth's code"),
    ("*in the future", "/error/message", "geth's words"),
    ("call without funds", "/error/code", "geth's code"),
    ("call without funds", "/error/message", "geth's words"),
    ("estimate clear", "/result", "both are within 1.5 % above the least that suffices; geth stops there too"),
    ("no method", "/error/message", "geth's words"),
    ("short address", "/error/message", "our words; the code is the same"),
    ("odd hex", "/error/message", "our words; the code is the same"),
    ("used nonce", "/error/code", "geth's code"),
    ("used nonce", "/error/message", "geth's words"),
    ("other chain", "/error/code", "anvil takes a transaction for another chain and never mines it; geth refuses"),
    ("other chain", "/error/message", "anvil takes a transaction for another chain and never mines it; geth refuses"),
    ("other chain", "/result", "anvil takes a transaction for another chain and never mines it; geth refuses"),
    ("too much gas", "/error/message", "geth's words"),
    ("too little gas", "/error/message", "geth's words"),
    ("no funds", "/error/code", "geth's code"),
    ("no funds", "/error/message", "geth's words"),
    ("not a transaction", "/error/code", "geth's code"),
    ("not a transaction", "/error/message", "geth's words"),
    ("waiting twice", "/error/code", "geth's code"),
    ("waiting twice", "/error/message", "geth's words"),
    ("precompile*", "/error/code", "geth's code"),
    ("precompile*", "/error/message", "neither has geth's words, which name the fault in the input"),
];

fn names(pattern: &str, label: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(""), _) => true,
        (Some(middle), Some(_)) => label.contains(middle.trim_end_matches('*')),
        (Some(end), None) => label.ends_with(end),
        (None, Some(start)) => label.starts_with(start),
        (None, None) => label == pattern,
    }
}

fn anvil() -> PathBuf {
    let found = std::env::var_os("NEUSTON_ANVIL");
    found.expect("NEUSTON_ANVIL is not set: `cargo xtask test` fetches anvil and sets it").into()
}

struct Anvil {
    child: Child,
    url: String,
    client: reqwest::Client,
    runtime: tokio::runtime::Runtime,
}

impl Drop for Anvil {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Anvil {
    fn start(program: PathBuf) -> Self {
        let mut child = Command::new(program)
            .args(["--port", "0", "--chain-id", "8996", "--hardfork", "cancun", "--accounts", "0"])
            .args(["--base-fee", "0", "--gas-price", "0", "--disable-min-priority-fee", "--timestamp", "1699999999"])
            .args(["--disable-default-create2-deployer"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines
            .find_map(|line| line.unwrap().strip_prefix("Listening on ").map(str::to_owned))
            .expect("anvil says where it listens");
        // Read on, or anvil blocks when the pipe is full.
        std::thread::spawn(move || lines.for_each(drop));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { child, url: format!("http://{address}"), client: reqwest::Client::new(), runtime }
    }

    fn ask(&self, method: &str, params: &Value) -> Value {
        let request = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        self.runtime.block_on(async {
            let answer = self.client.post(&self.url).json(&request).send().await.unwrap();
            answer.json().await.unwrap()
        })
    }
}

impl Anvil {
    /// Anvil answers before it mines: asks until the transaction is in a block.
    fn wait_for(&self, hash: B256) {
        let deadline = Instant::now() + Duration::from_secs(30);
        while self.ask("eth_getTransactionReceipt", &json!([hash.to_string()]))["result"].is_null() {
            assert!(Instant::now() < deadline, "anvil mines {hash}");
        }
    }
}

/// All leaves of a JSON value by their path, lists by position.
fn leaves(path: &str, value: &Value, found: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            fields.iter().for_each(|(name, value)| leaves(&format!("{path}/{name}"), value, found));
        }
        Value::Array(values) if !values.is_empty() => {
            values.iter().enumerate().for_each(|(n, value)| leaves(&format!("{path}/{n}"), value, found));
        }
        leaf => {
            found.insert(path.to_owned(), leaf.clone());
        }
    }
}

/// A path without list positions: `/logs/0/data` is `/logs/data`.
fn general(path: &str) -> String {
    path.split('/').filter(|part| part.parse::<usize>().is_err()).collect::<Vec<_>>().join("/")
}

#[derive(Default)]
struct Comparison {
    asked: usize,
    used: BTreeSet<usize>,
    unlisted: Vec<String>,
}

impl Comparison {
    fn compare(&mut self, label: &str, ours: &Value, theirs: &Value) {
        self.asked += 1;
        let (mut left, mut right) = (BTreeMap::new(), BTreeMap::new());
        leaves("", ours, &mut left);
        leaves("", theirs, &mut right);
        let paths: BTreeSet<&String> = left.keys().chain(right.keys()).collect();
        for path in paths {
            let (one, other) = (left.get(path), right.get(path));
            if one == other {
                continue;
            }
            let general = general(path);
            let listed = DIFFERENCES.iter().position(|(of, at, _)| names(of, label) && general.ends_with(at));
            match listed {
                Some(place) => {
                    self.used.insert(place);
                }
                None => self.unlisted.push(format!("{label} {path}: ours {one:?}, anvil {other:?}")),
            }
        }
    }
}

#[test]
fn anvil_answers_the_same() {
    let theirs = Anvil::start(anvil());
    let ours = {
        let mut plain = genesis();
        plain.alloc.clear();
        Chain::in_memory(plain).unwrap()
    };
    let operator = Account::new("operator").address();
    theirs.ask("anvil_setCoinbase", &json!([operator.to_string()]));
    theirs.ask("anvil_setBlockTimestampInterval", &json!([1]));
    let mut comparison = Comparison::default();
    let mut both = |label: &str, method: &str, params: Value| {
        let (one, other) = (ask(&ours, method, params.clone()), theirs.ask(method, &params));
        comparison.compare(label, &one, &other);
        (one["result"].clone(), other["result"].clone())
    };

    let (account, other) = (Account::new("compared"), Account::new("another"));
    let who = account.address().to_string();
    for (label, method, params) in [
        ("chain id", "eth_chainId", json!([])),
        ("network", "net_version", json!([])),
        ("listening", "net_listening", json!([])),
        ("syncing", "eth_syncing", json!([])),
        ("accounts", "eth_accounts", json!([])),
        ("height", "eth_blockNumber", json!([])),
        ("gas price", "eth_gasPrice", json!([])),
        ("tip", "eth_maxPriorityFeePerGas", json!([])),
        ("sha3", "web3_sha3", json!(["0x68656c6c6f"])),
        ("balance of nobody", "eth_getBalance", json!([who, "latest"])),
        ("nonce of nobody", "eth_getTransactionCount", json!([who, "latest"])),
        ("code of nobody", "eth_getCode", json!([who, "latest"])),
        ("storage of nobody", "eth_getStorageAt", json!([who, "0x0", "latest"])),
    ] {
        both(label, method, params);
    }

    // The same transactions on both sides.
    let tool = account.address().create(0);
    let to = TxKind::Call(tool);
    let transactions = vec![
        ("deploy", account.legacy(0, TxKind::Create, support::tool())),
        ("store", account.legacy(1, to, words(&[1, 7, 42]))),
        ("log", account.legacy(2, to, words(&[2, 5, 6, 99]))),
        ("revert", account.legacy(3, to, words(&[3, 1]))),
        ("halt", account.legacy(4, to, words(&[77]))),
        ("many slots", account.legacy(5, to, words(&[9, 100, 20]))),
        ("clear", account.legacy(6, to, words(&[1, 7, 0]))),
        ("many logs", account.legacy(7, to, words(&[10, 4]))),
        (
            "access list",
            account.access_list(|tx| {
                tx.nonce = 8;
                tx.to = to;
                tx.input = words(&[1, 8, 1]);
            }),
        ),
        (
            "dynamic",
            account.dynamic(|tx| {
                tx.nonce = 9;
                tx.to = to;
                tx.input = words(&[2, 1, 2, 3]);
            }),
        ),
        ("failing creation", other.legacy(0, TxKind::Create, Bytes::from_static(&[0xfe]))),
        ("plain", account.legacy(10, TxKind::Call(other.address()), words(&[]))),
    ];
    for (label, (raw, hash)) in &transactions {
        both(&format!("send {label}"), "eth_sendRawTransaction", json!([raw.to_string()]));
        theirs.wait_for(*hash);
        both(&format!("receipt of {label}"), "eth_getTransactionReceipt", json!([hash.to_string()]));
        both(&format!("transaction {label}"), "eth_getTransactionByHash", json!([hash.to_string()]));
    }
    for (label, tag) in [("block 1", "0x1"), ("block 3", "0x3"), ("block 8", "0x8"), ("latest block", "latest")] {
        both(label, "eth_getBlockByNumber", json!([tag, false]));
        both(&format!("whole {label}"), "eth_getBlockByNumber", json!([tag, true]));
        both(&format!("receipts of {label}"), "eth_getBlockReceipts", json!([tag]));
        both(&format!("count of {label}"), "eth_getBlockTransactionCountByNumber", json!([tag]));
        both(&format!("first of {label}"), "eth_getTransactionByBlockNumberAndIndex", json!([tag, "0x0"]));
    }
    both("future block", "eth_getBlockByNumber", json!(["0x7777", false]));
    both("unknown transaction", "eth_getTransactionByHash", json!([B256::repeat_byte(9).to_string()]));
    both("unknown receipt", "eth_getTransactionReceipt", json!([B256::repeat_byte(9).to_string()]));

    let topic = |n: u64| B256::from(U256::from(n)).to_string();
    for (label, filter) in [
        ("all logs", json!({"fromBlock": "0x0"})),
        ("logs by address", json!({"fromBlock": "0x0", "address": tool.to_string()})),
        ("logs of nobody", json!({"fromBlock": "0x0", "address": who})),
        ("logs by topic", json!({"fromBlock": "0x0", "topics": [topic(5)]})),
        ("logs by second topic", json!({"fromBlock": "0x0", "topics": [null, topic(6)]})),
        ("logs by choice", json!({"fromBlock": "0x0", "topics": [[topic(5), topic(1)]]})),
        ("pending logs", json!({"fromBlock": "pending"})),
        ("logs of a range", json!({"fromBlock": "0x2", "toBlock": "0x5"})),
    ] {
        both(label, "eth_getLogs", json!([filter]));
    }

    let call = |input: &[u64]| json!({"from": who, "to": tool.to_string(), "data": words(input).to_string()});
    let text = "08c379a00000000000000000000000000000000000000000000000000000000000000020000000000000000000000000000000000000000000000000000000000000000548656c6c6f000000000000000000000000000000000000000000000000000000";
    let reason = format!("{}{text}", words(&[3]));
    let panic = |code: u64| format!("{}4e487b71{}", words(&[3]), words(&[code]).to_string().trim_start_matches("0x"));
    for (label, method, params) in [
        ("call load", "eth_call", json!([call(&[4, 107]), "latest"])),
        ("call load then", "eth_call", json!([call(&[4, 7]), "0x3"])),
        ("call number", "eth_call", json!([call(&[5]), "latest"])),
        ("call time", "eth_call", json!([call(&[6]), "latest"])),
        ("call nobody", "eth_call", json!([{"to": who}, "latest"])),
        ("call revert", "eth_call", json!([call(&[3, 1]), "latest"])),
        ("call revert with reason", "eth_call", json!([{"to": tool.to_string(), "data": reason}, "latest"])),
        ("call revert with nothing", "eth_call", json!([call(&[3]), "latest"])),
        ("call panic of arithmetic", "eth_call", json!([{"to": tool.to_string(), "data": panic(0x11)}, "latest"])),
        ("call panic of an assertion", "eth_call", json!([{"to": tool.to_string(), "data": panic(0x01)}, "latest"])),
        ("call undefined opcode", "eth_call", json!([{"data": "0x0c"}, "latest"])),
        ("call invalid", "eth_call", json!([call(&[55]), "latest"])),
        (
            "call burn",
            "eth_call",
            json!([{"to": tool.to_string(), "data": words(&[8]).to_string(), "gas": "0x186a0"}, "latest"]),
        ),
        ("call in the future", "eth_call", json!([call(&[5]), "0x7777"])),
        ("call without funds", "eth_call", json!([{"from": who, "to": tool.to_string(), "value": "0x1"}, "latest"])),
        ("estimate transfer", "eth_estimateGas", json!([{"from": who, "to": other.address().to_string()}])),
        ("estimate store", "eth_estimateGas", json!([call(&[1, 55, 1])])),
        ("estimate clear", "eth_estimateGas", json!([call(&[1, 107, 0])])),
        ("estimate deploy", "eth_estimateGas", json!([{"from": who, "data": support::tool().to_string()}])),
        ("estimate revert", "eth_estimateGas", json!([call(&[3, 1])])),
        ("storage", "eth_getStorageAt", json!([tool.to_string(), "0x64", "latest"])),
        ("storage then", "eth_getStorageAt", json!([tool.to_string(), "0x7", "0x2"])),
        ("storage by word", "eth_getStorageAt", json!([tool.to_string(), topic(100), "latest"])),
        ("code", "eth_getCode", json!([tool.to_string(), "latest"])),
        ("code before", "eth_getCode", json!([tool.to_string(), "0x0"])),
        ("nonce", "eth_getTransactionCount", json!([who, "latest"])),
        ("nonce then", "eth_getTransactionCount", json!([who, "0x4"])),
        ("pending nonce", "eth_getTransactionCount", json!([who, "pending"])),
        ("contract's nonce", "eth_getTransactionCount", json!([tool.to_string(), "latest"])),
        ("balance in the future", "eth_getBalance", json!([who, "0x7777"])),
        ("fee history", "eth_feeHistory", json!(["0x3", "latest", [25, 75]])),
        ("no method", "eth_nothing", json!([])),
        ("short address", "eth_getBalance", json!(["0x12", "latest"])),
        ("odd hex", "eth_sendRawTransaction", json!(["0xabc"])),
        ("unknown filter", "eth_getFilterChanges", json!(["0x7777"])),
        ("remove unknown filter", "eth_uninstallFilter", json!(["0x7777"])),
    ] {
        both(label, method, params);
    }
    // The contracts that are part of the machine, with input that is good, empty or nonsense.
    for place in 1..=10 {
        for (kind, input) in
            [("empty", String::from("0x")), ("word", topic(7)), ("long", words(&[1, 27, 3, 4, 5, 6]).to_string())]
        {
            let call = json!([{"to": Address::with_last_byte(place).to_string(), "data": input}, "latest"]);
            both(&format!("precompile {place} {kind}"), "eth_call", call);
        }
    }
    let refused = |nonce, change: fn(&mut alloy_consensus::TxLegacy)| {
        account.legacy_with(|tx| {
            tx.nonce = nonce;
            tx.to = TxKind::Call(Address::with_last_byte(50));
            change(tx);
        })
    };
    for (label, (raw, _)) in [
        ("used nonce", refused(0, |_| {})),
        ("other chain", refused(11, |tx| tx.chain_id = Some(1))),
        ("too much gas", refused(11, |tx| tx.gas_limit = 30_000_001)),
        ("too little gas", refused(11, |tx| tx.gas_limit = 20_000)),
        ("no funds", refused(11, |tx| tx.value = U256::from(1))),
    ] {
        both(label, "eth_sendRawTransaction", json!([raw.to_string()]));
    }
    both("not a transaction", "eth_sendRawTransaction", json!(["0x1234"]));
    both("waiting", "eth_sendRawTransaction", json!([refused(12, |_| {}).0.to_string()]));
    both("waiting twice", "eth_sendRawTransaction", json!([refused(12, |_| {}).0.to_string()]));
    both("nonce with a gap", "eth_getTransactionCount", json!([who, "pending"]));
    both("fill the gap", "eth_sendRawTransaction", json!([refused(11, |_| {}).0.to_string()]));
    theirs.wait_for(refused(12, |_| {}).1);
    both("nonce without a gap", "eth_getTransactionCount", json!([who, "latest"]));

    // The one difference in the state of block 1 is the empty account of the miner.
    let (one, two) = both("first block's state", "eth_getBlockByNumber", json!(["0x1", false]));
    let code = get(&ours, "eth_getCode", json!([tool.to_string(), "0x1"]));
    let code = keccak256(code.as_str().unwrap().parse::<Bytes>().unwrap());
    let made = |hash| TrieAccount::new(1, U256::ZERO, EMPTY_ROOT_HASH, hash);
    let mut state = vec![(account.address(), made(KECCAK256_EMPTY)), (tool, made(code))];
    assert_eq!(one["stateRoot"], json!(root::state_root_unhashed(state.clone()).to_string()));
    state.push((operator, TrieAccount::default()));
    assert_eq!(two["stateRoot"], json!(root::state_root_unhashed(state).to_string()));

    let told = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../docs/chain-differences.md"));
    for (label, path, reason) in DIFFERENCES {
        let line = format!("| `{label}` | `{path}` | {reason} |");
        assert!(told.contains(&line), "docs/chain-differences.md lacks {line}");
    }
    for line in &comparison.unlisted {
        println!("{line}");
    }
    assert!(comparison.unlisted.is_empty(), "{} differences are not listed", comparison.unlisted.len());
    let unused: Vec<_> = DIFFERENCES.iter().enumerate().filter(|(n, _)| !comparison.used.contains(n)).collect();
    assert!(unused.is_empty(), "no longer different: {unused:?}");
    assert!(comparison.asked >= 60, "{} questions", comparison.asked);
}
