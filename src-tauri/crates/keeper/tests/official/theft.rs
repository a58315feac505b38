//! The thefts on the released bytecode itself. That ours refuses the same is in tests/keeper/theft.rs.

use crate::{
    attacks::{access_as_lock, foreign_escrow_id, two_escrows, victim_pays},
    released::{self, Release},
    support::PRICE,
};
use protocol::{Vodka, templates::ACCESS};

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_escrow_id_takes_the_payment_from_the_released_bytecode() {
    let world = released::world(Release::V0_13).await;
    let escrow = world.contracts.escrow_reward;
    foreign_escrow_id(&world, escrow, ACCESS).unwrap();
    assert_eq!(world.balance(world.thief.address), Vodka::from_ocean(PRICE));
    assert!(world.balance(escrow).is_zero(), "the victim's is gone");
    let check = world.keeper.check().await.unwrap();
    assert!(check.faults.is_empty(), "it works: {check:?}");
    assert!(!check.safe_for_payments, "and is not safe");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_access_passes_for_a_payment_at_the_released_bytecode() {
    let world = released::world(Release::V0_13).await;
    access_as_lock(&world, world.contracts.escrow_reward, ACCESS).unwrap();
    assert_eq!(world.balance(world.thief.address), Vodka::from_ocean(PRICE));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_lock_is_paid_out_twice_by_the_released_bytecode() {
    let world = released::world(Release::V0_13).await;
    let escrow = world.contracts.escrow_reward;
    victim_pays(&world, escrow, ACCESS);
    two_escrows(&world, escrow).unwrap();
    assert!(world.balance(escrow).is_zero(), "the victim's is gone");
}
