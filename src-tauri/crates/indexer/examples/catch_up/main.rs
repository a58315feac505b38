//! How fast the contracts' events become queryable: `cargo run --release -p indexer --example catch_up`.
//!
//! Prints lines of JSON: events a second until everything can be asked for, the processor's time for one, and what a
//! question costs then. First from JSON text that is there already, so that no node is measured; then from the embedded
//! chain, as a desktop asks it, whose own work is in the processor's time. With `--anvil PROGRAM` the same for logs of
//! another node, whose work is not, and with `--ethers FOLDER`, where npm's package `ethers` is installed, side by side
//! with a script of ethers.js that reads and decodes the same logs into memory.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a measurement that cannot go on ends")]

mod embedded;
mod node;
mod prepared;
mod sales;

use indexer::{Filter, Indexer, Options, Position};
use keeper::Keeper;
use protocol::{Address, NetworkFile};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    path::PathBuf,
    time::{Duration, Instant},
};

const EVENTS: u64 = 240_000;
/// Of the embedded chain, whose every block goes to the disk first.
const EMBEDDED: u64 = 480_000;
/// Of a real node.
const BLOCKS: u64 = 240;
const PER_BLOCK: u64 = 500;
/// Nothing that is measured may take longer: a number that does not come is said, and the rest goes on.
const LONGEST: Duration = Duration::from_secs(60);

/// Where contracts are that log nothing here.
fn nowhere(number: u8) -> Address {
    Address([number; 20])
}

/// A network file with the contracts at these places, and nothing at the others.
fn network(chain_id: u64, contracts: &BTreeMap<u8, Address>) -> NetworkFile {
    let mut file =
        NetworkFile::from_toml(&format!("name = \"bench\"\nchain_id = {chain_id}\nrpc = [\"unix:/x\"]")).unwrap();
    let names = [
        "OceanToken",
        "DIDRegistry",
        "TemplateStoreManager",
        "AgreementStoreManager",
        "ConditionStoreManager",
        "LockRewardCondition",
        "AccessSecretStoreCondition",
        "EscrowReward",
    ];
    let at = |place: u8| contracts.get(&place).copied().unwrap_or_else(|| nowhere(place));
    file.contracts = names.map(str::to_owned).into_iter().zip((1..).map(at)).collect();
    file
}

/// Until everything is in the index: events, and events a second.
async fn catch_up(keeper: Keeper, asked: Address) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let (start, used) = (Instant::now(), processor());
    let index = Indexer::open(&folder.path().join("index.db"), keeper, Options::default()).await.unwrap();
    let reached = tokio::time::timeout(LONGEST, index.caught_up()).await;
    if let Err(_) | Ok(Err(_)) = reached {
        return json!({ "not_within_s": LONGEST.as_secs(), "progress": format!("{:?}", *index.progress().borrow()) });
    }
    let (spent, used) = (start.elapsed(), used.zip(processor()).map(|(before, after)| after - before));
    let events = index.progress().borrow().events;
    let start = Instant::now();
    let found = index.history(Filter::of(asked), Position { block: 0, index: 0 }, 1_000).await.unwrap().len();
    json!({
        "events": events, "events_per_second": (events as f64 / spent.as_secs_f64()) as u64,
        "processor_us_per_event": used.map(|used| (used * 1e7 / events as f64).round() / 10.0),
        "history_us": start.elapsed().as_micros() as u64, "history_found": found,
    })
}

fn option(name: &str) -> Option<PathBuf> {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    arguments.nth(1).map(PathBuf::from)
}

/// Seconds that this process has kept the processor busy; only Linux is asked.
fn processor() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    // proc(5): of the process itself and of the system for it, in hundredths.
    let ticks = |place: usize| fields.get(place)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) / 100.0)
}

#[tokio::main]
async fn main() {
    let prepared = prepared::Prepared::new(EVENTS);
    let asked = sales::person(0);
    let places = BTreeMap::new();
    let keeper = Keeper::connect(prepared, &network(1337, &places)).await.unwrap();
    println!("{}", json!({ "catch_up_from_text": catch_up(keeper, asked).await }));
    let folder = tempfile::tempdir().unwrap();
    let chain = embedded::Embedded::new(folder.path(), EMBEDDED).await;
    let file = network(embedded::CHAIN_ID, &BTreeMap::from([(sales::TOKEN, chain.token)]));
    let keeper = Keeper::connect(chain.nodes.clone(), &file).await.unwrap();
    println!("{}", json!({ "catch_up_from_the_embedded_chain": catch_up(keeper, chain.sender).await }));
    drop(chain);
    let Some(anvil) = option("--anvil") else { return };
    let node = node::Anvil::start(&anvil, BLOCKS, PER_BLOCK).await;
    let token = BTreeMap::from([(sales::TOKEN, node::TOKEN)]);
    let keeper = Keeper::connect(node.rpc.clone(), &network(node::CHAIN_ID, &token)).await.unwrap();
    println!("{}", json!({ "catch_up_from_anvil": catch_up(keeper, node.sender).await }));
    match option("--ethers") {
        Some(folder) => println!("{}", json!({ "ethers_js_from_anvil": node.ethers_js(&folder, LONGEST).await })),
        None => println!("{}", json!({ "ethers_js_from_anvil": "not measured: no Node.js with ethers" })),
    }
}
