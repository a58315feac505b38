//! ethers.js 6 and web3.js 1, which others write their programs with, and a node of ours.

use crate::{chains::fetched, network::Network};
use serde_json::{Value, json};
use std::process::Command;

/// All that `clients.mjs` does with a client.
fn seen_by_clients(network: &Network) -> Value {
    let http = network.running.ready["rpc"].as_str().unwrap();
    let socket = http.replacen("http:", "ws:", 1);
    let contracts = json!(network.contracts()).to_string();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/stories/chains/clients.mjs");
    let artifacts = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../contracts/artifacts");
    let mut works = Command::new("node");
    works.args([script, http, socket.as_str(), contracts.as_str(), artifacts]).arg(fetched("NEUSTON_WITNESSES"));
    let said = works.output().unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    serde_json::from_slice(&said.stdout).unwrap()
}

#[test]
fn ethers_js_and_web3_js_work_with_our_node() {
    let seen = seen_by_clients(&Network::starts(0));
    let (dynamic, both) = (json!(["dynamic"]), json!(["legacy", "dynamic"]));
    for client in ["ethers", "web3"] {
        let seen = &seen[client];
        for (what, expected) in [
            ("chain", json!(8996)),
            ("height", json!(true)),
            ("balance", json!("0")),
            ("code", json!(true)),
            ("price", json!("0")),
            ("name", json!("OceanToken")),
            ("enough", json!(true)),
            // What became of it, its kind, how many logs it has; and for the latter whether it is read back as it was sent.
            ("legacy", json!([1, 0, 1])),
            ("dynamic", json!([1, 2, 1, true])),
            ("held", json!("4999999999999999993")),
            ("created", json!(true)),
            ("nonces", json!([3, 3])),
            ("block", json!(true)),
            ("toCome", json!(1)),
            ("event", json!(["7"])),
            // A head, a transaction that waits, and a log.
            ("heard", json!([true, true, true])),
        ] {
            assert_eq!(seen[what], expected, "{client}: {what}");
        }
        for (filter, expected) in [
            ("all", &both),
            ("range", &dynamic),
            ("addresses", &both),
            ("topic", &both),
            ("choice", &both),
            ("sender", &dynamic),
            ("nothing", &json!([])),
        ] {
            assert_eq!(seen["logs"][filter], *expected, "{client}: logs by {filter}");
        }
        // Error(string), an error of the contract's own, Panic(uint256), and the first again where gas is estimated.
        let selectors = ["0x08c379a0", "0xe450d38c", "0x4e487b71", "0x08c379a0"];
        for (data, selector) in seen["data"].as_array().unwrap().iter().zip(selectors) {
            assert!(data.as_str().unwrap().starts_with(selector), "{client}: {data}");
        }
    }
    let of_ethers = json!({"text": "Caller is not a minter", "own": "ERC20InsufficientBalance", "panic": "Panic"});
    assert_eq!(seen["ethers"]["refused"], of_ethers);
    let reverted = "Returned error: execution reverted";
    let of_web3 = json!({
        "text": format!("{reverted}: Caller is not a minter"),
        "own": reverted,
        "panic": format!("{reverted}: arithmetic underflow or overflow"),
    });
    assert_eq!(seen["web3"]["refused"], of_web3);
}
