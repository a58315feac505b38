//! A receipt's proofs, made from what a node says and checked without one.

use crate::support::World;
use keeper::Keeper;
use protocol::{TxHash, event_topics::topic, proof::ProofError};

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_is_proven_to_be_in_its_block() {
    let world = World::new().await;
    let keeper: &Keeper = &world.keeper;
    let did = world.list(7);
    let terms = world.terms([9; 32], did, [0, 1800, 0]);
    let created = world.send(&world.provider, &world.contracts.create_agreement(&terms)).unwrap();
    let proof = keeper.inclusion(created.tx).await.unwrap().unwrap();
    let proven = proof.check().unwrap();
    assert_eq!((proven.tx, proven.header.number, proven.header.hash), (created.tx, created.block, created.block_hash));
    assert!(proven.success);
    assert!(proven.logs.iter().any(|log| log.topics.first() == Some(&topic::AGREEMENT_CREATED)
        && log.address == world.contracts.agreement_store
        && log.topics.get(1).is_some_and(|id| id.0 == terms.agreement.0)));

    let mut other_block = proof.clone();
    other_block.block_hash.0[0] ^= 1;
    assert_eq!(other_block.check(), Err(ProofError::BlockHash));
    let mut other_header = proof.clone();
    *other_header.header.last_mut().unwrap() ^= 1;
    assert_eq!(other_header.check(), Err(ProofError::BlockHash));
    let mut other_place = proof.clone();
    other_place.index += 1;
    assert!(other_place.check().is_err());
    let mut other_receipt = proof.clone();
    other_receipt.receipt.clone_from(&proof.transaction);
    assert_eq!(other_receipt.check(), Err(ProofError::Path));
    assert_eq!(keeper.inclusion(TxHash([1; 32])).await.unwrap(), None);
}
