//! A tower among real parts: a chain with the contracts on it, a buyer who paid and is gone, and HTTP.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod shapes;
mod world;

use agreement::Flaw;
use protocol::{AgreementId, Vodka};
use serde_json::json;
use transport::Request;
use watchtower::{NotWatched, Watched};
use world::{PRICE, World};

/// Blocks that no test lives to see.
const LONG: u64 = 1_000_000;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_paid_and_never_opened_comes_back_to_the_buyer() {
    let world = World::new().await;
    let terms = world.agreement(1, 12).await;
    world.pay(&terms).await;
    let before = world.balance(world.buyer.address).await;
    let (tower, _key) = world.tower().await;
    let watched = tower.watch(terms.clone()).await.unwrap();
    let deadline = world.created_at(&terms).await + 12;
    assert_eq!(watched, Watched { state: "locked".to_owned(), deadline: Some(deadline) });
    world.until(async || tower.look(terms.agreement).await.unwrap().unwrap().state == "refunded").await;
    assert!(world.block().await > deadline, "never before the time to open it is over");
    let back = world.balance(world.buyer.address).await.checked_sub(before);
    assert_eq!(back, Some(Vodka::from_ocean(PRICE)));
    // Handed over again, it is over.
    assert_eq!(tower.watch(terms).await.unwrap().state, "refunded");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tower_that_is_closed_does_nothing_and_goes_on_when_it_is_opened_again() {
    let world = World::new().await;
    let terms = world.agreement(1, 30).await;
    world.pay(&terms).await;
    let (tower, key) = world.tower().await;
    tower.watch(terms.clone()).await.unwrap();
    tower.close();
    drop(tower);
    // Whoever watches holds the key.
    world.until(async || std::sync::Arc::strong_count(&key) == 1).await;
    let deadline = world.created_at(&terms).await + 30;
    world.mine_until(deadline + 1).await;
    assert!(world.is_open(&terms).await, "nobody aborts it");
    let (tower, _key) = world.tower().await;
    assert_eq!(tower.look(terms.agreement).await.unwrap().unwrap().deadline, Some(deadline));
    world.until(async || tower.look(terms.agreement).await.unwrap().unwrap().state == "refunded").await;
    assert!(!world.is_open(&terms).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_opened_in_time_is_watched_no_longer() {
    let world = World::new().await;
    let terms = world.agreement(1, LONG).await;
    world.pay(&terms).await;
    let (tower, _key) = world.tower().await;
    assert_eq!(tower.watch(terms.clone()).await.unwrap().state, "locked");
    world.grant(&terms).await;
    world.until(async || tower.look(terms.agreement).await.unwrap().unwrap().state == "completed").await;
    // One that was opened before it was handed over is not even begun.
    let opened = world.agreement(2, LONG).await;
    world.pay(&opened).await;
    world.grant(&opened).await;
    assert_eq!(tower.watch(opened.clone()).await.unwrap().state, "granted");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_ended_already_is_told_and_not_begun() {
    let world = World::new().await;
    let terms = world.agreement(1, 8).await;
    world.pay(&terms).await;
    world.take_back(&terms).await;
    let (tower, _key) = world.tower().await;
    assert_eq!(tower.watch(terms.clone()).await.unwrap().state, "refunded");
    assert_eq!(tower.look(terms.agreement).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_the_chain_says_is_watched_and_only_where_there_is_something_to_take_back() {
    let world = World::new().await;
    let (tower, _key) = world.tower().await;
    let terms = world.agreement(1, LONG).await;
    let refused = tower.watch(terms.clone()).await.unwrap_err();
    assert!(matches!(&refused, NotWatched::NotSeen), "{refused}");
    world.pay(&terms).await;

    let mut foreign = terms.clone();
    foreign.escrow_contract = foreign.lock_contract;
    assert!(matches!(tower.watch(foreign).await, Err(NotWatched::Foreign)));
    let mut free = terms.clone();
    free.price = Vodka::ZERO;
    assert!(matches!(tower.watch(free).await, Err(NotWatched::NothingToTakeBack)));
    let mut endless = terms.clone();
    endless.time_outs[1] = 0;
    assert!(matches!(tower.watch(endless).await, Err(NotWatched::NothingToTakeBack)));
    let mut dearer = terms.clone();
    dearer.price = Vodka::from_ocean(PRICE + 1);
    assert!(matches!(tower.watch(dearer.clone()).await, Err(NotWatched::Flaw(Flaw::Conditions))));
    let mut missing = terms.clone();
    missing.agreement = AgreementId([9; 32]);
    assert!(matches!(tower.watch(missing).await, Err(NotWatched::NotSeen)));
    assert_eq!(tower.look(terms.agreement).await.unwrap(), None, "none of these is watched");

    let first = tower.watch(terms.clone()).await.unwrap();
    assert_eq!(tower.watch(terms.clone()).await.unwrap(), first, "handing it over again changes nothing");
    assert!(matches!(tower.watch(dearer).await, Err(NotWatched::Taken)), "one id, one agreement");
    assert_eq!(tower.look(terms.agreement).await.unwrap(), Some(first));
}

#[tokio::test(flavor = "multi_thread")]
async fn agreements_are_handed_over_and_looked_at_by_http() {
    let world = World::new().await;
    let (tower, _key) = world.tower().await;
    let door = world.serve(tower.router()).await;
    let base = door.endpoint().join("/api/v1/watchtower/agreements");
    let post = async |body: serde_json::Value| world.http.send(Request::post(base.clone()).json(&body)).await.unwrap();
    let look = async |id: &str| world.http.send(Request::get(format!("{base}/{id}"))).await.unwrap();

    let terms = world.agreement(1, LONG).await;
    assert_eq!(post(json!(terms)).await.status, 503, "it is not paid as far as is known here");
    assert_eq!(look(&terms.agreement.hex()).await.status, 404);
    assert_eq!(look("one").await.status, 400);
    world.pay(&terms).await;
    let answer = post(json!(terms)).await;
    assert_eq!(answer.status, 200);
    let told: Watched = serde_json::from_str(&answer.text(1 << 10).await.unwrap()).unwrap();
    assert_eq!(told.state, "locked");
    let answer = look(&terms.agreement.hex()).await;
    assert_eq!(answer.status, 200);
    let again: Watched = serde_json::from_str(&answer.text(1 << 10).await.unwrap()).unwrap();
    assert_eq!(again, told);
    let mut others = terms.clone();
    others.owner = terms.consumer;
    assert_eq!(post(json!(others)).await.status, 409);
    let mut foreign = terms;
    foreign.agreement = AgreementId([2; 32]);
    foreign.access_contract = foreign.lock_contract;
    assert_eq!(post(json!(foreign)).await.status, 422);
    assert_eq!(post(json!({"agreement": "x".repeat(32 << 10)})).await.status, 413, "terms are some hundred bytes");
}
