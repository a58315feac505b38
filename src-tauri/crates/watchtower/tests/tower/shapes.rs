//! Agreements of other shapes: payments of a payer who is gone.

use crate::world::{PRICE, World};
use agreement::shape::ShapeFlaw;
use protocol::{Address, AgreementId, Hash32, Vodka, conditions::ConditionTerms};
use serde_json::json;
use transport::Request;
use watchtower::{NotWatched, Watched};

/// Blocks that no test lives to see.
const LONG: u64 = 1_000_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_that_nobody_earned_in_time_comes_back_to_who_paid_it() {
    let world = World::new().await;
    let shape = world.shape(1, 12).await;
    world.pay_in(&shape).await;
    let before = world.balance(world.buyer.address).await;
    let (tower, _key) = world.tower().await;
    let watched = tower.watch_shape(shape.clone()).await.unwrap();
    let over = world.created_in(&shape).await + 12;
    assert_eq!(watched, Watched { state: "waiting".to_owned(), deadline: Some(over) });
    world.until(async || tower.look(shape.agreement).await.unwrap().unwrap().state == "ended").await;
    assert!(world.block().await > over, "never before its time is over");
    let back = world.balance(world.buyer.address).await.checked_sub(before);
    assert_eq!(back, Some(Vodka::from_ocean(PRICE)));
    assert_eq!(tower.watch_shape(shape).await.unwrap().state, "ended", "handed over again, it is over");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tower_that_was_closed_goes_on_with_payments_and_finds_one_half_way_back() {
    let world = World::new().await;
    let shape = world.shape(1, 30).await;
    world.pay_in(&shape).await;
    let (tower, key) = world.tower().await;
    tower.watch_shape(shape.clone()).await.unwrap();
    tower.close();
    drop(tower);
    // Whoever watches holds the key.
    world.until(async || std::sync::Arc::strong_count(&key) == 1).await;
    world.mine_until(world.created_in(&shape).await + 31).await;
    let before = world.balance(world.buyer.address).await;
    world.abort_in(&shape).await;
    let (tower, _key) = world.tower().await;
    world.until(async || tower.look(shape.agreement).await.unwrap().unwrap().state == "ended").await;
    let back = world.balance(world.buyer.address).await.checked_sub(before);
    assert_eq!(back, Some(Vodka::from_ocean(PRICE)));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_on_record_and_paid_is_watched_and_only_in_this_networks_contracts() {
    let world = World::new().await;
    let (tower, _key) = world.tower().await;
    let shape = world.shape(1, LONG).await;
    assert!(matches!(tower.watch_shape(shape.clone()).await, Err(NotWatched::NotSeen)), "it is not paid");
    world.pay_in(&shape).await;

    let mut missing = shape.clone();
    missing.agreement = AgreementId([9; 32]);
    let foreign = tower.watch_shape(missing.clone()).await;
    assert!(matches!(foreign, Err(NotWatched::Foreign)), "its ids are another agreement's: {foreign:?}");
    for condition in &mut missing.conditions {
        condition.id = condition.terms.id(missing.agreement, condition.contract);
    }
    let refused = tower.watch_shape(missing).await;
    assert!(matches!(refused, Err(NotWatched::NotSeen)), "{refused:?}");
    let mut elsewhere = shape.clone();
    elsewhere.conditions[0].contract = Address([7; 20]);
    elsewhere.conditions[0].id = elsewhere.conditions[0].terms.id(shape.agreement, Address([7; 20]));
    assert!(matches!(tower.watch_shape(elsewhere).await, Err(NotWatched::Foreign)));
    let mut otherwise = shape.clone();
    otherwise.conditions[1].terms = ConditionTerms::HashLock { hash: Hash32([9; 32]) };
    assert!(matches!(tower.watch_shape(otherwise).await, Err(NotWatched::Foreign)), "terms that its id is not of");
    let mut longer = shape.clone();
    longer.conditions[1].time_out += 1;
    let refused = tower.watch_shape(longer.clone()).await;
    assert!(matches!(&refused, Err(NotWatched::ShapeFlaw(ShapeFlaw::TimeOut { .. }))), "{refused:?}");
    assert_eq!(tower.look(shape.agreement).await.unwrap(), None, "none of these is watched");

    let first = tower.watch_shape(shape.clone()).await.unwrap();
    assert_eq!(tower.watch_shape(shape.clone()).await.unwrap(), first, "handing it over again changes nothing");
    assert!(matches!(tower.watch_shape(longer).await, Err(NotWatched::Taken)), "one id, one agreement");
}

#[tokio::test(flavor = "multi_thread")]
async fn payments_without_a_limit_or_earned_already_are_no_task_of_a_tower() {
    let world = World::new().await;
    let (tower, _key) = world.tower().await;
    let endless = world.shape(1, 0).await;
    world.pay_in(&endless).await;
    assert!(matches!(tower.watch_shape(endless).await, Err(NotWatched::NothingToTakeBack)));
    let earned = world.shape(2, LONG).await;
    world.pay_in(&earned).await;
    assert_eq!(tower.watch_shape(earned.clone()).await.unwrap().state, "waiting");
    world.earn_in(&earned).await;
    let paid_out = world.shape(3, LONG).await;
    world.pay_in(&paid_out).await;
    world.earn_in(&paid_out).await;
    assert!(matches!(tower.watch_shape(paid_out).await, Err(NotWatched::NotSeen)));
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_are_handed_over_by_http() {
    let world = World::new().await;
    let (tower, _key) = world.tower().await;
    let door = world.serve(tower.router()).await;
    let base = door.endpoint().join("/api/v1/watchtower");
    let post = async |body: serde_json::Value| {
        world.http.send(Request::post(format!("{base}/shapes")).json(&body)).await.unwrap()
    };
    let shape = world.shape(1, LONG).await;
    assert_eq!(post(json!(shape)).await.status, 503, "it is not paid as far as is known here");
    world.pay_in(&shape).await;
    let answer = post(json!(shape)).await;
    assert_eq!(answer.status, 200);
    let told: Watched = serde_json::from_str(&answer.text(1 << 10).await.unwrap()).unwrap();
    assert_eq!(told.state, "waiting");
    let answer = world.http.send(Request::get(format!("{base}/agreements/{}", shape.agreement.hex()))).await.unwrap();
    assert_eq!(answer.status, 200);
    let again: Watched = serde_json::from_str(&answer.text(1 << 10).await.unwrap()).unwrap();
    assert_eq!(again, told);
    assert_eq!(post(json!({"title": "x".repeat(128 << 10)})).await.status, 413);
    assert_eq!(post(json!({"title": 1})).await.status, 422, "no document");
}
