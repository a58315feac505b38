//! Whole sales on the embedded chain: the buyer's and the publisher's machine, each driven over a file of its own, with
//! nothing between them but the chain and a gateway's one call.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod world;

use agreement::{Machine, buyer, publisher};
use protocol::Vodka;
use runner::{Journaled, OutboxError, buyer_id, publisher_id};
use tokio_util::sync::CancellationToken;
use world::{PRICE, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_sale_ends_with_the_keys_here_and_the_money_there() {
    let world = World::new().await;
    let order = world.order(1, 40);
    let sells = world.publisher_side();
    let buys = world.buyer_side();
    let id = buys.begin(&buyer::State::new(order.clone())).await.unwrap();
    let bought = buys.run_until(&id, |_| false, CancellationToken::new()).await.unwrap();
    assert_eq!(bought.name(), "completed");
    let sale = publisher_id(order.terms.agreement);
    world.until(|| async { sells.driver.load(&sale).await.unwrap().is_some_and(|s| s.may_fetch()) }).await;
    assert!(sells.driver.tell(&sale, publisher::Event::Delivered));
    world.until(|| async { sells.driver.load(&sale).await.unwrap().is_some_and(|s| s.is_final()) }).await;
    assert_eq!(sells.driver.load(&sale).await.unwrap().unwrap().name(), "released");
    assert_eq!(world.balance(world.publisher.address).await, Vodka::from_ocean(PRICE));
    assert!(world.keeper.check_permissions(world.consumer.address, order.terms.did).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seller_who_does_nothing_gets_nothing_and_the_money_comes_back() {
    let world = World::new().await;
    let order = world.order(2, 12);
    let before = world.balance(world.consumer.address).await;
    let sells = world.publisher_side();
    let buys = world.buyer_side();
    sells.stop_before_granting();
    let id = buys.begin(&buyer::State::new(order)).await.unwrap();
    let locked = buys.run_until(&id, |s| s.name() == "locked", CancellationToken::new()).await.unwrap();
    let deadline = locked.deadline().unwrap();
    assert!(world.balance(world.consumer.address).await < before, "the money is in escrow");
    drop(buys);
    world.mine_until(deadline + 1);
    // A new process, the wallet locked: the service key takes the money back.
    let buys = world.locked_buyer_side();
    let state = buys.run_until(&id, |_| false, CancellationToken::new()).await.unwrap();
    assert_eq!(state.name(), "refunded");
    assert_eq!(world.balance(world.consumer.address).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_was_mined_before_its_abort_did_nothing_and_is_sent_anew() {
    let world = World::new().await;
    let order = world.order(4, 12);
    let before = world.balance(world.consumer.address).await;
    let sells = world.publisher_side();
    sells.stop_before_granting();
    let buys = world.buyer_side();
    let id = buys.begin(&buyer::State::new(order.clone())).await.unwrap();
    let locked = buys.run_until(&id, |s| s.name() == "locked", CancellationToken::new()).await.unwrap();
    drop(buys);
    let early = world.refunds_too_early(&order).await;
    assert!(matches!(early, OutboxError::WithoutEffect(_)), "{early}");
    world.mine_until(locked.deadline().unwrap() + 1);
    let buys = world.buyer_side();
    let run = buys.spawn(id, CancellationToken::new());
    world
        .until(|| async {
            world.mine_until(*world.keeper.blocks().borrow() + 1);
            run.is_finished()
        })
        .await;
    assert_eq!(run.await.unwrap().unwrap().name(), "refunded");
    assert_eq!(world.balance(world.consumer.address).await, before, "once");
}

#[tokio::test(flavor = "multi_thread")]
async fn stopped_in_any_state_and_opened_anew_a_sale_goes_on_and_is_paid_once() {
    let world = World::new().await;
    let sells = world.publisher_side();
    let before = world.balance(world.consumer.address).await;
    let stops = ["confirmed", "requested", "locking", "granted"];
    for (seed, stop) in (3_u8..).zip(stops) {
        let order = world.order(seed, 400);
        let buys = world.buyer_side();
        let id = buys.begin(&buyer::State::new(order)).await.unwrap();
        buys.run_until(&id, |s| s.name() == stop, CancellationToken::new()).await.unwrap();
        drop(buys);
        let buys = world.buyer_side();
        let state = buys.run_until(&id, |_| false, CancellationToken::new()).await.unwrap();
        assert_eq!(state.name(), "completed", "{stop}");
    }
    let paid = u64::try_from(stops.len()).unwrap() * PRICE;
    assert_eq!(before.checked_sub(world.balance(world.consumer.address).await), Some(Vodka::from_ocean(paid)));
    drop(sells);
}

#[tokio::test(flavor = "multi_thread")]
async fn free_listings_go_the_same_way() {
    let world = World::new().await;
    let mut order = world.order(9, 40);
    order.terms.price = Vodka::ZERO;
    let _sells = world.publisher_side();
    let buys = world.buyer_side();
    let state = buyer::State::new(order);
    assert_eq!(state.id(), buyer_id(state.order().terms.agreement));
    let id = buys.begin(&state).await.unwrap();
    let state = buys.run_until(&id, |_| false, CancellationToken::new()).await.unwrap();
    assert_eq!(state.name(), "completed");
}
