//! Thefts that work on the contract as it was released, and that ours refuses.

use crate::{
    attacks::{access_as_lock, foreign_escrow_id, two_escrows, victim_pays},
    support::{Account, PRICE, World, addr, any_agreement, any_release, function},
};
use protocol::{
    Address, AgreementId, ConditionId, TemplateId, Vodka,
    conditions::{condition_id, value_hash_escrow, value_hash_lock},
    templates::ACCESS,
};

const AS_RELEASED: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../contracts/test/artifacts/EscrowRewardAsReleased.json"));

/// The escrow as it was released, beside ours, with a template of its own.
pub(crate) fn released(world: &World) -> (Address, TemplateId) {
    let escrow = world.create(AS_RELEASED);
    let contracts = &world.contracts;
    let initialize = function(
        escrow,
        "initialize(address,address,address)",
        &[addr(world.owner.address), addr(contracts.condition_store), addr(contracts.ocean_token)],
    );
    world.send(&world.owner, &initialize).unwrap();
    let conditions = [contracts.lock_reward, contracts.access_secret_store, escrow];
    (escrow, world.approve_template("as released", &conditions))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_escrow_id_takes_the_payment_from_the_released_contract() {
    let world = World::new().await;
    let (escrow, template) = released(&world);
    foreign_escrow_id(&world, escrow, template).unwrap();
    assert_eq!(world.balance(world.thief.address), Vodka::from_ocean(PRICE));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_escrow_id_takes_nothing_from_ours() {
    let world = World::new().await;
    let refused = foreign_escrow_id(&world, world.contracts.escrow_reward, ACCESS).unwrap_err();
    assert_eq!(refused, "Condition is not part of the agreement");
    assert_eq!(world.balance(world.contracts.escrow_reward), Vodka::from_ocean(PRICE));
    assert!(world.balance(world.thief.address).is_zero());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_access_that_passes_for_a_payment_takes_it_from_the_released_contract() {
    let world = World::new().await;
    let (escrow, template) = released(&world);
    access_as_lock(&world, escrow, template).unwrap();
    assert_eq!(world.balance(world.thief.address), Vodka::from_ocean(PRICE));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_access_does_not_pass_for_a_payment_at_ours() {
    let world = World::new().await;
    let refused = access_as_lock(&world, world.contracts.escrow_reward, ACCESS).unwrap_err();
    assert_eq!(refused, "LockCondition ID does not match");
    assert_eq!(world.balance(world.contracts.escrow_reward), Vodka::from_ocean(PRICE));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_cannot_be_its_own_release() {
    let world = World::new().await;
    let (escrow, store) = (world.contracts.escrow_reward, world.contracts.agreement_store);
    let did = world.list(1);
    let agreement = AgreementId([5; 32]);
    let price = Vodka::from_ocean(PRICE);
    let lock = condition_id(agreement, world.contracts.lock_reward, value_hash_lock(escrow, price));
    let consumer: &Account = &world.consumer;
    let value = value_hash_escrow(price, consumer.address, consumer.address, lock, lock);
    let ids = [lock, ConditionId([3; 32]), condition_id(agreement, escrow, value)];
    let actors = [world.provider.address, consumer.address];
    world.send(consumer, &any_agreement(store, agreement, did, ACCESS, &ids, &actors)).unwrap();
    world.fund(consumer, PRICE);
    world.pay(&world.terms(agreement.0, did, [0; 3]));
    let refused = world.send(consumer, &any_release(escrow, agreement, price, consumer.address, lock, lock));
    assert_eq!(refused.unwrap_err(), "Invalid release condition");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_lock_is_paid_out_once_even_by_two_escrows() {
    let world = World::new().await;
    victim_pays(&world, world.contracts.escrow_reward, ACCESS);
    assert_eq!(two_escrows(&world, world.contracts.escrow_reward).unwrap_err(), "Invalid state transition");
    assert_eq!(world.balance(world.contracts.escrow_reward), Vodka::from_ocean(PRICE), "the victim's");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_lock_is_paid_out_twice_by_the_released_contract() {
    let world = World::new().await;
    let (escrow, template) = released(&world);
    victim_pays(&world, escrow, template);
    two_escrows(&world, escrow).unwrap();
    assert!(world.balance(escrow).is_zero(), "the victim's is gone");
}
