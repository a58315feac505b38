//! Many read while one writes: nobody waits for ever, nobody sees half a block.

use crate::support::*;
use alloy_primitives::{TxKind, U256};
use keeper_node::Chain;
use serde_json::{Value, json};
use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

const BLOCKS: u64 = 60;

#[test]
fn readers_see_whole_blocks_while_a_writer_writes() {
    let folder = tempfile::tempdir().unwrap();
    for chain in [Chain::open(&folder.path().join("chain.sqlite"), genesis()).unwrap(), chain()] {
        let account = Account::new("scribe");
        let tool = deploy(&chain, &account, 0);
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            let readers: Vec<_> = (0..3)
                .map(|_| {
                    scope.spawn(|| {
                        let (mut seen, mut rounds) = (U256::ZERO, 0);
                        while !done.load(Ordering::SeqCst) {
                            let value = call(&chain, tool, &[4, 1], json!("latest"));
                            assert!(value >= seen, "{value} after {seen}");
                            seen = value;
                            // The newest block has its transaction, the receipt of it, and the root of its state.
                            let block = get(&chain, "eth_getBlockByNumber", json!(["latest", true]));
                            let tx = &block["transactions"][0];
                            let receipt = get(&chain, "eth_getTransactionReceipt", json!([tx["hash"]]));
                            assert_eq!(receipt["blockHash"], block["hash"]);
                            let nonce = json!([account.address().to_string(), block["number"]]);
                            assert_eq!(get(&chain, "eth_getTransactionCount", nonce), block["number"]);
                            rounds += 1;
                        }
                        rounds
                    })
                })
                .collect();
            for nonce in 1..=BLOCKS {
                send(&chain, account.legacy(nonce, TxKind::Call(tool), words(&[1, 1, nonce])));
            }
            done.store(true, Ordering::SeqCst);
            for reader in readers {
                assert!(reader.join().unwrap() > 0);
            }
        });
        assert_eq!(call(&chain, tool, &[4, 1], json!("latest")), U256::from(BLOCKS));
    }
}

#[test]
fn a_transaction_is_never_out_of_sight_between_waiting_and_its_block() {
    let chain = chain();
    let account = Account::new("followed");
    let tx = |nonce| account.legacy(nonce, TxKind::Call(account.address()), words(&[]));
    for round in 0..20 {
        let nonce = 2 * round;
        send(&chain, tx(nonce + 1));
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            let follower = scope.spawn(|| {
                let hash = tx(nonce + 1).1.to_string();
                while !done.load(Ordering::SeqCst) {
                    assert_ne!(get(&chain, "eth_getTransactionByHash", json!([hash])), Value::Null);
                    let count = json!([account.address().to_string(), "pending"]);
                    let count = number(&get(&chain, "eth_getTransactionCount", count));
                    assert!(count == nonce || count == nonce + 2, "both or none: {count}");
                }
            });
            send(&chain, tx(nonce));
            done.store(true, Ordering::SeqCst);
            follower.join().unwrap();
        });
    }
}
