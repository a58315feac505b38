//! How fast the contracts' events become queryable: `cargo run --release -p indexer --example catch_up`.
//!
//! Prints one line of JSON: events a second from a chain in this process, which answers with JSON text as a node does, until
//! everything can be asked for; and what a question costs then. With `--anvil PROGRAM` the same for logs of a real node,
//! and with `--ethers FOLDER`, where npm's package `ethers` is installed, side by side with a script of ethers.js that
//! reads and decodes the same logs into memory.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a measurement that cannot go on ends")]

mod node;
mod prepared;

use indexer::{Filter, Indexer, Options, Position};
use keeper::Keeper;
use protocol::{Address, NetworkFile};
use serde_json::{Value, json};
use std::{path::PathBuf, time::Instant};

const EVENTS: u64 = 240_000;
/// Of a real node.
const BLOCKS: u64 = 400;
const PER_BLOCK: u64 = 500;

/// Where contracts are that log nothing here.
fn nowhere(number: u8) -> Address {
    Address([number; 20])
}

fn network(chain_id: u64, token: Address) -> NetworkFile {
    let mut file =
        NetworkFile::from_toml(&format!("name = \"bench\"\nchain_id = {chain_id}\nrpc = [\"unix:/x\"]")).unwrap();
    let names = [
        "DIDRegistry",
        "TemplateStoreManager",
        "AgreementStoreManager",
        "ConditionStoreManager",
        "LockRewardCondition",
        "AccessSecretStoreCondition",
        "EscrowReward",
    ];
    file.contracts = names.map(str::to_owned).into_iter().zip((2..).map(nowhere)).collect();
    file.contracts.insert("OceanToken".to_owned(), token);
    file
}

/// Until everything is in the index: events, and events a second.
async fn catch_up(keeper: Keeper, asked: Address) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let start = Instant::now();
    let index = Indexer::open(&folder.path().join("index.db"), keeper, Options::default()).await.unwrap();
    index.caught_up().await.unwrap();
    let spent = start.elapsed();
    let events = index.progress().borrow().events;
    let start = Instant::now();
    let found = index.history(Filter::of(asked), Position { block: 0, index: 0 }, 1_000).await.unwrap().len();
    json!({
        "events": events, "events_per_second": (events as f64 / spent.as_secs_f64()) as u64,
        "history_us": start.elapsed().as_micros() as u64, "history_found": found,
    })
}

fn option(name: &str) -> Option<PathBuf> {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    arguments.nth(1).map(PathBuf::from)
}

#[tokio::main]
async fn main() {
    let prepared = prepared::Prepared::new(EVENTS);
    let asked = prepared::person(0);
    let keeper = Keeper::connect(prepared, &network(1337, nowhere(1))).await.unwrap();
    println!("{}", json!({ "catch_up_in_process": catch_up(keeper, asked).await }));
    let Some(anvil) = option("--anvil") else { return };
    let node = node::Anvil::start(&anvil, BLOCKS, PER_BLOCK).await;
    let keeper = Keeper::connect(node.rpc.clone(), &network(node::CHAIN_ID, node::TOKEN)).await.unwrap();
    println!("{}", json!({ "catch_up_from_anvil": catch_up(keeper, node.sender).await }));
    match option("--ethers") {
        Some(folder) => println!("{}", json!({ "ethers_js_from_anvil": node.ethers_js(&folder) })),
        None => println!("{}", json!({ "ethers_js_from_anvil": "not measured: no Node.js with ethers" })),
    }
}
