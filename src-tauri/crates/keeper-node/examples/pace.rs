//! How fast the embedded chain is on this machine: `cargo run --release -p keeper-node --example pace`.
//!
//! Prints one line of JSON: microseconds per block in memory and on disk, of which the gathering time is left out, with a
//! state of some thousand slots; and logs found per second.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a measurement that cannot go on ends")]

#[path = "../tests/chain/support.rs"]
#[allow(dead_code, reason = "shared with the tests")]
mod support;

use alloy_primitives::TxKind;
use keeper_node::Chain;
use serde_json::json;
use std::time::{Duration, Instant};
use support::*;

const BLOCKS: u64 = 200;

fn pace(chain: &Chain) -> u128 {
    let account = Account::new("pace");
    let to = TxKind::Call(deploy(chain, &account, 0));
    for nonce in 1..=4 {
        let fill = account.legacy_with(|tx| {
            tx.nonce = nonce;
            tx.to = to;
            tx.gas_limit = 30_000_000;
            tx.input = words(&[9, 1 + (nonce - 1) * 1000, 1000]);
        });
        assert_eq!(send(chain, fill)["status"], "0x1");
    }
    let signed: Vec<_> =
        (0..BLOCKS).map(|n| account.legacy(5 + n, to, words(&[9, 5000 + 10 * n, 10])).0.to_string()).collect();
    let start = Instant::now();
    for raw in signed {
        get(chain, "eth_sendRawTransaction", json!([raw]));
    }
    start.elapsed().as_micros() / u128::from(BLOCKS)
}

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let mut eager = genesis();
    eager.mining.gather = Duration::ZERO;
    let memory = Chain::in_memory(eager.clone()).unwrap();
    let in_memory = pace(&memory);
    let disk = Chain::open(&folder.path().join("chain.sqlite"), eager).unwrap();
    let on_disk = pace(&disk);

    let account = Account::new("logs");
    let to = TxKind::Call(deploy(&disk, &account, 0));
    for nonce in 1..=50 {
        let many = account.legacy_with(|tx| {
            tx.nonce = nonce;
            tx.to = to;
            tx.gas_limit = 3_000_000;
            tx.input = words(&[10, 1000]);
        });
        assert_eq!(send(&disk, many)["status"], "0x1");
    }
    let newest = number(&get(&disk, "eth_blockNumber", json!([])));
    let start = Instant::now();
    let mut found = 0;
    for from in (newest - 49..=newest).step_by(5) {
        let range = json!([{"fromBlock": format!("{from:#x}"), "toBlock": format!("{:#x}", from + 4), "address": to.to().unwrap().to_string()}]);
        found += get(&disk, "eth_getLogs", range).as_array().unwrap().len();
    }
    let logs_per_second = found as f64 / start.elapsed().as_secs_f64();
    println!(
        "{}",
        json!({"block_in_memory_us": in_memory as u64, "block_on_disk_us": on_disk as u64, "logs_per_second": logs_per_second as u64})
    );
}
