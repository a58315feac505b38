//! The process is killed at a random moment, again and again. What it acknowledged must be there.

use crate::support::*;
use alloy_primitives::TxKind;
use keeper_node::Chain;
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
    thread,
};

/// Tells the child which database to write to.
const DATABASE: &str = "KEEPER_NODE_POWER_CUT";
const SENDERS: u64 = 3;
const CUTS: u64 = 12;

fn sender(n: u64) -> Account {
    Account::new(&format!("sender {n}"))
}

fn next_nonce(chain: &Chain, account: &Account) -> u64 {
    number(&get(chain, "eth_getTransactionCount", json!([account.address().to_string(), "pending"])))
}

/// Not a test of its own: this is the process that is killed. Without a database to write to there is nothing to do.
#[test]
fn child() {
    let Ok(path) = std::env::var(DATABASE) else { return };
    let chain = Chain::open(Path::new(&path), genesis()).unwrap();
    thread::scope(|scope| {
        for n in 0..SENDERS {
            let chain = &chain;
            scope.spawn(move || {
                let account = sender(n);
                let mut nonce = next_nonce(chain, &account);
                loop {
                    // Every third time the later one is acknowledged first, so that it has to wait on disk.
                    let order = if nonce.is_multiple_of(3) { [nonce + 1, nonce] } else { [nonce, nonce + 1] };
                    for nonce in order {
                        let (raw, hash) = account.legacy(nonce, TxKind::Create, tool());
                        get(chain, "eth_sendRawTransaction", json!([raw.to_string()]));
                        let mut out = std::io::stdout().lock();
                        writeln!(out, "ack {hash}").unwrap();
                        out.flush().unwrap();
                    }
                    nonce += 2;
                }
            });
        }
    });
}

#[test]
fn nothing_acknowledged_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chain.sqlite");
    let mut acknowledged: Vec<String> = Vec::new();
    let mut random = 88_172_645_463_325_252_u64;
    for cut in 0..CUTS {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "power_cut::child", "--nocapture"])
            .env(DATABASE, &path)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut left = random % 40;
        for line in lines {
            let line = line.unwrap();
            if let Some((_, hash)) = line.split_once("ack ") {
                acknowledged.push(hash.to_owned());
                if left == 0 {
                    // SIGKILL while the other senders, and the next block, are under way. What is read hereafter
                    // was acknowledged before.
                    child.kill().unwrap();
                }
                left = left.saturating_sub(1);
            }
        }
        child.wait().unwrap();

        let chain = Chain::open(&path, genesis()).expect("the file is sound");
        for hash in &acknowledged {
            let tx = get(&chain, "eth_getTransactionByHash", json!([hash]));
            assert_ne!(tx, Value::Null, "cut {cut}: {hash} was acknowledged");
        }
        // Everything goes on: each sender can send, which also mines what waited for it.
        for n in 0..SENDERS {
            let account = sender(n);
            let receipt = send(&chain, account.legacy(next_nonce(&chain, &account), TxKind::Create, tool()));
            assert_eq!(receipt["status"], "0x1");
        }
        for hash in &acknowledged {
            let receipt = get(&chain, "eth_getTransactionReceipt", json!([hash]));
            assert_eq!(receipt["status"], "0x1", "cut {cut}: {hash} {receipt}");
        }
    }
    assert!(acknowledged.len() as u64 > CUTS);
}
