//! What was acknowledged is there after the power is cut.

use crate::support::*;
use alloy_primitives::{TxKind, U256};
use keeper_node::{Chain, ChainError};
use rusqlite::Connection;
use serde_json::json;

#[test]
fn a_block_survives_without_a_farewell() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chain.sqlite");
    let account = Account::new("nobody");
    let chain = Chain::open(&path, genesis()).unwrap();
    let contract = deploy(&chain, &account, 0);
    let receipt = send(&chain, account.legacy(1, TxKind::Call(contract), words(&[1, 7, 42])));
    assert_eq!(receipt["status"], "0x1");
    let head = get(&chain, "eth_getBlockByNumber", json!(["latest", true]));
    assert_eq!(number(&head["number"]), 2);
    drop(chain);

    let chain = Chain::open(&path, genesis()).unwrap();
    assert_eq!(get(&chain, "eth_getBlockByNumber", json!(["latest", true])), head);
    assert_eq!(call(&chain, contract, &[4, 7], json!("latest")), U256::from(42));
    // And it goes on from there.
    let receipt = send(&chain, account.legacy(2, TxKind::Call(contract), words(&[1, 7, 0])));
    assert_eq!(receipt["blockNumber"], "0x3");
    assert_eq!(call(&chain, contract, &[4, 7], json!("0x2")), U256::from(42));
    assert_eq!(call(&chain, contract, &[4, 7], json!("latest")), U256::ZERO);
}

#[test]
fn another_chain_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chain.sqlite");
    drop(Chain::open(&path, genesis()).unwrap());
    let mut other = genesis();
    other.chain_id += 1;
    assert!(matches!(Chain::open(&path, other), Err(ChainError::OtherGenesis { .. })));
}

#[test]
fn damage_is_noticed_when_the_chain_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let account = Account::new("vandal");
    for (n, damage) in [
        "UPDATE blocks SET header = (SELECT header FROM blocks WHERE number = 1) WHERE number = 2",
        "UPDATE blocks SET hash = randomblob(32) WHERE number = 3",
        "DELETE FROM blocks WHERE number = 2",
        "DELETE FROM nodes WHERE owner = x'' AND path = x''",
        "UPDATE nodes SET node = randomblob(80) WHERE owner = x'' AND path = x''",
    ]
    .into_iter()
    .enumerate()
    {
        let path = folder.path().join(format!("{n}.sqlite"));
        let chain = Chain::open(&path, genesis()).unwrap();
        for nonce in 0..3 {
            send(&chain, account.legacy(nonce, TxKind::Create, tool()));
        }
        drop(chain);
        assert_eq!(Connection::open(&path).unwrap().execute(damage, []).unwrap(), 1, "{damage}");
        let opened = Chain::open(&path, genesis());
        assert!(matches!(opened, Err(ChainError::Damaged(_))), "{damage}: {opened:?}");
    }
}

#[test]
fn a_file_of_a_newer_version_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chain.sqlite");
    drop(Chain::open(&path, genesis()).unwrap());
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    assert!(matches!(Chain::open(&path, genesis()), Err(ChainError::TooNew { found: 99, .. })));
}

#[test]
fn a_block_that_cannot_be_written_is_as_if_it_had_never_been() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chain.sqlite");
    let chain = Chain::open(&path, genesis()).unwrap();
    let account = Account::new("unlucky");
    let tx = |nonce| account.legacy(nonce, TxKind::Create, tool());
    send(&chain, tx(0));
    send(&chain, tx(2));
    let other = Connection::open(&path).unwrap();
    other
        .execute_batch("CREATE TRIGGER full BEFORE INSERT ON blocks BEGIN SELECT RAISE(ABORT, 'disk full'); END")
        .unwrap();
    let refused = fail(&chain, "eth_sendRawTransaction", json!([tx(1).0.to_string()]));
    assert_eq!(refused.0, -32603, "{refused:?}");
    assert_eq!(get(&chain, "eth_blockNumber", json!([])), "0x1");
    assert_eq!(get(&chain, "eth_getTransactionByHash", json!([tx(1).1.to_string()])), json!(null));
    assert_ne!(get(&chain, "eth_getTransactionByHash", json!([tx(2).1.to_string()])), json!(null), "this one waits");
    other.execute_batch("DROP TRIGGER full").unwrap();
    assert_eq!(send(&chain, tx(1))["blockNumber"], "0x2");
    assert_eq!(get(&chain, "eth_getTransactionReceipt", json!([tx(2).1.to_string()]))["blockNumber"], "0x2");
}
