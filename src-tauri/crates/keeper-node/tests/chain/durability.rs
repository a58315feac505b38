//! What was acknowledged is there after the power is cut.

use crate::support::*;
use alloy_primitives::{TxKind, U256};
use keeper_node::{Chain, ChainError};
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
