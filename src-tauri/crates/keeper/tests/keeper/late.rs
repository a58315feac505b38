//! After its timeout nothing is granted and nothing is paid; before it nothing is aborted.

use crate::support::{PRICE, World, any_agreement, function, word};
use keeper::KeeperEvent;
use protocol::{
    AgreementId, Vodka,
    conditions::{AccessTerms, ConditionKind},
};

/// Abort of the access, then the refund.
fn refund(world: &World, terms: &AccessTerms) -> Vec<KeeperEvent> {
    let abort = world.contracts.abort_by_timeout(ConditionKind::AccessSecretStore, terms.ids().access);
    world.send(&world.other, &abort).unwrap();
    let receipt = world.send(&world.other, &world.contracts.release_reward(terms)).unwrap();
    world.events(&receipt)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_after_its_timeout_is_refused_and_the_money_comes_back() {
    let world = World::new().await;
    let did = world.list(1);
    let terms = world.terms([1; 32], did, [0, 6, 0]);
    world.fund(&world.consumer, PRICE);
    world.create_agreement(&terms);
    let created = world.block();
    world.pay(&terms);
    let abort = world.contracts.abort_by_timeout(ConditionKind::AccessSecretStore, terms.ids().access);
    // The next transaction is in the last block of the window.
    world.mine(created + 5 - world.block());
    assert_eq!(world.send(&world.other, &abort).unwrap_err(), "Condition needs to be timed out");
    assert_eq!(world.block(), created + 6);
    let late = world.send(&world.provider, &world.contracts.grant_access(&terms));
    assert_eq!(late.unwrap_err(), "Condition is timed out");
    assert!(!world.may_read(world.consumer.address, did), "nobody reads what was not granted");
    assert_eq!(world.states(&terms), [2, 1, 1]);

    let events = refund(&world, &terms);
    assert!(events.iter().any(|event| matches!(
        event,
        KeeperEvent::EscrowPaid { receiver, amount, .. } if *receiver == world.consumer.address && *amount == terms.price
    )));
    assert_eq!(world.states(&terms), [2, 3, 2]);
    assert_eq!(world.balance(world.consumer.address), terms.price);
    // The abort is final.
    assert_eq!(
        world.send(&world.provider, &world.contracts.grant_access(&terms)).unwrap_err(),
        "Condition is timed out"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_in_the_last_block_of_its_window_counts() {
    let world = World::new().await;
    let terms = world.terms([1; 32], world.list(1), [0, 6, 0]);
    world.fund(&world.consumer, PRICE);
    world.create_agreement(&terms);
    let created = world.block();
    world.pay(&terms);
    world.mine(created + 5 - world.block());
    let receipt = world.send(&world.provider, &world.contracts.grant_access(&terms)).unwrap();
    assert_eq!(receipt.block, created + 6);
    assert_eq!(world.states(&terms), [2, 2, 1]);
    world.mine(3);
    let abort = world.contracts.abort_by_timeout(ConditionKind::AccessSecretStore, terms.ids().access);
    assert_eq!(world.send(&world.other, &abort).unwrap_err(), "Invalid state transition");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_after_its_timeout_moves_nothing() {
    let world = World::new().await;
    let terms = world.terms([2; 32], world.list(1), [2, 50, 0]);
    world.fund(&world.consumer, PRICE);
    world.create_agreement(&terms);
    world.send(&world.consumer, &world.contracts.approve(terms.lock_contract, terms.price)).unwrap();
    world.mine(3);
    let late = world.send(&world.consumer, &world.contracts.lock_reward(&terms));
    assert_eq!(late.unwrap_err(), "Condition is timed out");
    assert_eq!(world.balance(world.consumer.address), terms.price);
    assert_eq!(world.states(&terms), [1, 1, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_is_part_of_another_agreement_moves_nothing() {
    let world = World::new().await;
    let did = world.list(1);
    let terms = world.terms([3; 32], did, [0, 50, 0]);
    let squatted = any_agreement(
        world.contracts.agreement_store,
        AgreementId([4; 32]),
        did,
        terms.template.id(),
        &terms.ids().v02(),
        &[world.thief.address, world.other.address],
    );
    world.send(&world.thief, &squatted).unwrap();
    let create = world.contracts.create_agreement(&terms);
    assert_eq!(world.send(&world.consumer, &create).unwrap_err(), "Id already exists");
    world.fund(&world.consumer, PRICE);
    world.send(&world.consumer, &world.contracts.approve(terms.lock_contract, terms.price)).unwrap();
    let paid = world.send(&world.consumer, &world.contracts.lock_reward(&terms));
    assert_eq!(paid.unwrap_err(), "Condition is not part of the agreement");
    assert_eq!(world.balance(world.consumer.address), terms.price);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_escrow_with_a_timeout_of_its_own_still_pays() {
    let world = World::new().await;
    let terms = world.terms([5; 32], world.list(1), [0, 3, 3]);
    world.fund(&world.consumer, PRICE);
    world.create_agreement(&terms);
    world.pay(&terms);
    world.mine(4);
    let abort = function(terms.escrow_contract, "abortByTimeOut(bytes32)", &[word(terms.ids().escrow.0)]);
    assert_eq!(world.send(&world.thief, &abort).unwrap_err(), "Escrow is settled by fulfill");
    refund(&world, &terms);
    assert_eq!(world.states(&terms), [2, 3, 3]);
    assert_eq!(world.balance(world.consumer.address), Vodka::from_ocean(PRICE));
}
