//! When blocks come, and what is in them.

use crate::support::*;
use alloy_primitives::TxKind;
use keeper_node::Chain;
use serde_json::{Value, json};
use std::{thread, time::Duration};

fn wait_for(chain: &Chain, block: u64) -> u64 {
    let mut head = chain.head();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let reached = tokio::time::timeout(Duration::from_secs(30), head.wait_for(|head| head.number >= block));
        reached.await.expect("the block comes").unwrap().number
    })
}

#[test]
fn transactions_that_arrive_together_share_a_block() {
    let mut together = genesis();
    together.mining.gather = Duration::from_secs(1);
    let chain = Chain::in_memory(together).unwrap();
    let signed = (0..8).map(|n| {
        let account = Account::new(&format!("sender {n}"));
        account.legacy(0, TxKind::Call(account.address()), words(&[]))
    });
    let signed: Vec<_> = signed.collect();
    let blocks: Vec<Value> = thread::scope(|scope| {
        let send = |tx| send(&chain, tx)["blockNumber"].clone();
        let senders: Vec<_> = signed.into_iter().map(|tx| scope.spawn(move || send(tx))).collect();
        senders.into_iter().map(|sender| sender.join().unwrap()).collect()
    });
    assert!(blocks.iter().all(|block| *block == "0x1"), "{blocks:?}");
}

#[test]
fn the_same_transaction_twice_at_once_is_taken_once() {
    let mut together = genesis();
    together.mining.gather = Duration::from_secs(1);
    let chain = Chain::in_memory(together).unwrap();
    let account = Account::new("double");
    let (raw, hash) = account.legacy(0, TxKind::Call(account.address()), words(&[]));
    let mut answers: Vec<String> = thread::scope(|scope| {
        let send = || ask(&chain, "eth_sendRawTransaction", json!([raw.to_string()]));
        let both = [scope.spawn(send), scope.spawn(send)];
        let told =
            |answer: Value| answer.get("result").unwrap_or(&answer["error"]["message"]).as_str().unwrap().to_owned();
        both.map(|one| told(one.join().unwrap())).into()
    });
    answers.sort();
    assert_eq!(answers, [hash.to_string(), "already known".to_owned()]);
}

#[test]
fn later_nonces_wait_for_earlier_ones() {
    let chain = chain();
    let account = Account::new("hasty");
    let tx = |nonce| account.legacy(nonce, TxKind::Call(account.address()), words(&[nonce]));
    for nonce in [3, 1, 2] {
        assert_eq!(send(&chain, tx(nonce)), Value::Null, "no receipt yet");
    }
    let count = |tag: &str| get(&chain, "eth_getTransactionCount", json!([account.address().to_string(), tag]));
    assert_eq!((count("latest"), count("pending")), (json!("0x0"), json!("0x0")));
    assert_eq!(number(&get(&chain, "eth_blockNumber", json!([]))), 0);
    assert_eq!(send(&chain, tx(0))["transactionIndex"], "0x0");
    for nonce in 1..=3 {
        let receipt = get(&chain, "eth_getTransactionReceipt", json!([tx(nonce).1.to_string()]));
        assert_eq!(receipt["transactionIndex"], json!(format!("{nonce:#x}")));
        assert_eq!(receipt["blockNumber"], "0x1");
    }
    assert_eq!(count("latest"), json!("0x4"));
}

#[test]
fn what_waits_is_taken_up_again_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chain.sqlite");
    let account = Account::new("sleeper");
    let tx = |nonce| account.legacy(nonce, TxKind::Call(account.address()), words(&[]));
    let mut slow = genesis();
    slow.mining.block_time_ms = 3_600_000;
    let chain = Chain::open(&path, slow).unwrap();
    assert_eq!(send(&chain, tx(0)), Value::Null);
    assert_eq!(send(&chain, tx(2)), Value::Null);
    drop(chain);
    // The same chain, now mining at once.
    let chain = Chain::open(&path, genesis()).unwrap();
    wait_for(&chain, 1);
    assert_eq!(get(&chain, "eth_getTransactionReceipt", json!([tx(0).1.to_string()]))["status"], "0x1");
    assert_eq!(fail(&chain, "eth_sendRawTransaction", json!([tx(2).0.to_string()])).1, "already known");
    send(&chain, tx(1));
    assert_eq!(get(&chain, "eth_getTransactionReceipt", json!([tx(2).1.to_string()]))["status"], "0x1");
}

#[test]
fn a_block_time_makes_blocks_with_and_without_transactions() {
    let mut steady = genesis();
    steady.mining.block_time_ms = 20;
    let chain = Chain::in_memory(steady).unwrap();
    let reached = wait_for(&chain, 3);
    let account = Account::new("commuter");
    assert_eq!(send(&chain, account.legacy(0, TxKind::Call(account.address()), words(&[])))["status"], {
        // Acknowledged when on disk, mined with the next block.
        Value::Null
    });
    wait_for(&chain, reached + 5);
    let count = get(&chain, "eth_getTransactionCount", json!([account.address().to_string(), "latest"]));
    assert_eq!(count, "0x1");
}

#[test]
fn ticking_goes_on_until_the_block_asked_for_even_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chain.sqlite");
    let mut still = genesis();
    still.mining.tick = Duration::from_secs(3600);
    let chain = Chain::open(&path, still).unwrap();
    assert_eq!(get(&chain, "neuston_tickUntil", json!(["0x6"])), "0x6");
    assert_eq!(get(&chain, "neuston_tickUntil", json!([4])), "0x6", "the farthest block counts");
    drop(chain);
    let mut quick = genesis();
    quick.mining.tick = Duration::from_millis(5);
    let chain = Chain::open(&path, quick).unwrap();
    assert_eq!(wait_for(&chain, 6), 6);
    // And then it rests: the next block is the one of a transaction.
    let account = Account::new("waker");
    let receipt = send(&chain, account.legacy(0, TxKind::Call(account.address()), words(&[])));
    assert_eq!(receipt["blockNumber"], "0x7");
    assert_eq!(fail(&chain, "neuston_tickUntil", json!(["0xffffffff"])).0, -32602);
}

#[test]
fn a_block_holds_no_more_gas_than_its_limit() {
    let mut together = genesis();
    together.mining.gather = Duration::from_millis(300);
    let chain = Chain::in_memory(together).unwrap();
    let limit = 30_000_000;
    thread::scope(|scope| {
        for n in 0..3 {
            let chain = &chain;
            scope.spawn(move || {
                let account = Account::new(&format!("big {n}"));
                let tx = account.legacy_with(|tx| {
                    tx.gas_limit = limit / 2 + 1;
                    tx.to = TxKind::Create;
                    // JUMPDEST PUSH1 0 JUMP: burns what it is given.
                    tx.input = alloy_primitives::hex!("5b600056").into();
                });
                assert_eq!(send(chain, tx)["status"], "0x0");
            });
        }
    });
    assert_eq!(number(&get(&chain, "eth_blockNumber", json!([]))), 3);
}

#[test]
fn mining_at_will_is_for_tests_only() {
    let mut real = genesis();
    real.mining.evm_mine = false;
    let chain = Chain::in_memory(real).unwrap();
    assert_eq!(fail(&chain, "evm_mine", json!([])).0, -32601);
}

#[test]
fn time_follows_the_clock_and_never_stands_still() {
    let clock = SetClock::default();
    let mut timed = genesis();
    timed.mining.clock = std::sync::Arc::new(clock.clone());
    let chain = Chain::in_memory(timed).unwrap();
    let time = |chain: &Chain| {
        get(chain, "evm_mine", json!([]));
        number(&get(chain, "eth_getBlockByNumber", json!(["latest", false]))["timestamp"])
    };
    let set = |seconds| clock.0.store(seconds, std::sync::atomic::Ordering::SeqCst);
    set(5000);
    assert_eq!(time(&chain), 5000);
    assert_eq!(time(&chain), 5001);
    set(100);
    assert_eq!(time(&chain), 5002, "a clock set back does not turn time around");
    set(9000);
    assert_eq!(time(&chain), 9000);
}
