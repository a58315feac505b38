//! A real node that takes blocks back.

#[path = "../../examples/catch_up/node.rs"]
#[allow(dead_code, reason = "shared with the benchmark")]
mod node;

use crate::{chain::contracts, reorgs::quick};
use indexer::{Filter, Indexer, Position};
use keeper::Keeper;
use protocol::NetworkFile;
use serde_json::json;
use std::path::PathBuf;

const START: Position = Position { block: 0, index: 0 };

fn program() -> PathBuf {
    // Says where it is; without it there is nothing to test.
    std::env::var_os("NEUSTON_ANVIL").unwrap().into()
}

async fn keeper(node: &node::Anvil) -> Keeper {
    let text = format!("name = \"anvil\"\nchain_id = {}\nrpc = [\"unix:/x\"]", node::CHAIN_ID);
    let mut network = NetworkFile::from_toml(&text).unwrap();
    network.contracts = contracts().to_map();
    Keeper::connect(node.rpc.clone(), &network).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_anvil_takes_back_is_taken_back() {
    let program = program();
    let folder = tempfile::tempdir().unwrap();
    let node = node::Anvil::start(&program, 6, 3).await;
    let keeper = keeper(&node).await;
    let index = Indexer::open(&folder.path().join("index.db"), keeper.clone(), quick()).await.unwrap();
    let snapshot = node.ask("evm_snapshot", json!([])).await;
    for _ in 0..4 {
        node.transfers(5).await;
    }
    index.caught_up().await.unwrap();
    let before = index.history(Filter::default(), START, 1_000).await.unwrap();
    assert_eq!(before.len(), 6 * 3 + 4 * 5);

    assert_eq!(node.ask("evm_revert", json!([snapshot])).await, true);
    for _ in 0..5 {
        node.transfers(2).await;
    }
    // The new chain is one block longer: there is no doubt which one it is.
    index.caught_up().await.unwrap();
    let after = index.history(Filter::default(), START, 1_000).await.unwrap();
    assert_eq!(after.len(), 6 * 3 + 5 * 2);
    assert_eq!(after[..18], before[..18]);
    let anew = Indexer::open(&folder.path().join("anew.db"), keeper, quick()).await.unwrap();
    anew.caught_up().await.unwrap();
    assert_eq!(anew.history(Filter::default(), START, 1_000).await.unwrap(), after);
}
