//! What its owner confirmed to pay per gas is a limit: nothing above it is signed, and nothing is replaced by what pays more.

use super::{
    tests::{Bench, blocks, ends, prices},
    *,
};
use crate::fake_chain::Taking;

fn lock() -> Key {
    Key::other("lock")
}

#[tokio::test]
async fn nothing_is_signed_as_long_as_the_network_asks_for_more_than_its_owner_confirmed() {
    let bench = Bench::new(1);
    bench.chain.ask_for(81);
    let outbox = bench.open();
    let error = ends(outbox.run_within(bench.batch(&["approve", "lock"]), Some(80))).await.unwrap_err();
    assert!(matches!(error, OutboxError::Unreachable(ChainError::TooDear(_))), "{error}");
    assert!(!error.is_certain(), "it passes");
    assert_eq!(bench.signed(), 0);
    assert!(bench.chain.seen().is_empty());
    assert!(!outbox.is_signed(&lock()).await.unwrap(), "no nonce is taken");
    bench.chain.ask_for(80);
    assert_eq!(ends(outbox.run_within(bench.batch(&["approve", "lock"]), Some(80))).await.unwrap().len(), 2);
    assert_eq!(prices(&bench), [80]);
}

#[tokio::test]
async fn what_is_stuck_is_not_replaced_where_that_takes_more_than_its_owner_confirmed() {
    let bench = Bench::new(1);
    bench.chain.take(Taking::Only);
    bench.chain.ask_for(80);
    let outbox = bench.open();
    outbox.submit_within(bench.batch(&["lock"]), Some(89)).await.unwrap();
    bench.chain.ask_for(85);
    outbox.resume().await.unwrap();
    blocks(&bench, &outbox, 4 * STUCK).await;
    assert_eq!(prices(&bench), [80], "nodes take 90 and no less");
    bench.chain.ask_for(80);
    bench.chain.mine();
    assert!(ends(outbox.settle(&lock())).await.unwrap().success);
}

#[tokio::test]
async fn a_replacement_pays_what_its_owner_confirmed_at_most_also_after_a_start() {
    let bench = Bench::new(1);
    bench.chain.take(Taking::Only);
    bench.chain.ask_for(80);
    let outbox = bench.open();
    outbox.submit_within(bench.batch(&["lock"]), Some(95)).await.unwrap();
    drop(outbox);
    // Who asks again for what is signed does not change what was confirmed.
    let outbox = bench.open();
    outbox.submit(bench.batch(&["lock"])).await.unwrap();
    bench.chain.ask_for(500);
    outbox.resume().await.unwrap();
    blocks(&bench, &outbox, STUCK).await;
    assert_eq!(prices(&bench), [80, 95]);
    blocks(&bench, &outbox, 4 * STUCK).await;
    assert_eq!(prices(&bench), [80, 95], "the limit is the replacement's too");
    bench.chain.ask_for(95);
    bench.chain.mine();
    assert!(ends(outbox.settle(&lock())).await.unwrap().success);
}

#[tokio::test]
async fn nobody_replaces_a_transaction_by_one_above_what_its_owner_confirmed() {
    let bench = Bench::new(1);
    bench.chain.take(Taking::Only);
    let outbox = bench.open();
    let first = outbox.submit_within(bench.batch(&["lock"]), Some(80)).await.unwrap()[0];
    let replace = async |gas_price| outbox.replace(&lock(), &*bench.signer, Fee::Legacy { gas_price }).await;
    let error = replace(81).await.unwrap_err();
    assert!(matches!(error, OutboxError::Unreachable(ChainError::TooDear(_))), "{error}");
    assert_eq!((bench.signed(), bench.chain.seen().len()), (1, 1));
    assert_eq!(outbox.hash(&lock()).await.unwrap(), Some(first));
    let second = replace(80).await.unwrap();
    assert_eq!(outbox.hash(&lock()).await.unwrap(), Some(second));
    assert_eq!(prices(&bench), [1, 80]);
}
