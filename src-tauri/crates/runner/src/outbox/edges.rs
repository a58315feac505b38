//! Both sides of the outbox's decisions: the last block and the next one, what is sent again and what is not, what is
//! certain and what is not.

use super::sending::JUST_SENT;
use super::{
    tests::{Bench, blocks, ends, item, nonce_of, pending, prices},
    *,
};
use crate::fake_chain::Taking;

/// How often these bytes arrived.
fn sent(bench: &Bench, data: &[u8]) -> usize {
    bench.chain.seen().iter().filter(|raw| raw[44..] == *data).count()
}

#[tokio::test]
async fn the_last_block_for_signing_is_in_time_and_the_next_one_is_not() {
    let bench = Bench::new(1);
    let outbox = bench.open();
    for _ in 0..5 {
        bench.chain.mine();
    }
    let until = |last, key| Batch { not_after: Some(last), ..bench.batch(&[key]) };
    assert!(matches!(ends(outbox.run(until(4, "late"))).await, Err(OutboxError::TooLate { block: 5 })));
    assert_eq!(ends(outbox.run(until(5, "last"))).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_later_item_of_a_batch_has_its_own_target_value_gas_and_data_and_the_fee_of_the_first() {
    let bench = Bench::new(1);
    bench.chain.ask_for(70);
    let outbox = bench.open();
    let later = Item {
        call: Call {
            to: Address([8; 20]),
            data: b"lock".to_vec(),
            value: protocol::Vodka::from_ocean(3),
            what: "lock".to_owned(),
        },
        gas: Some(90_000),
        ..item("lock")
    };
    let batch = Batch { items: vec![item("approve"), later], ..bench.batch(&[]) };
    outbox.submit(batch).await.unwrap();
    let unsigned = outbox.row(&Key::other("lock")).await.unwrap().unwrap().unsigned.unwrap();
    let fee = Fee::Legacy { gas_price: 70 };
    assert_eq!((unsigned.to, unsigned.gas, unsigned.fee), (Some(Address([8; 20])), 90_000, fee));
    assert_eq!((unsigned.nonce, unsigned.data.as_slice()), (1, b"lock".as_slice()));
    assert_eq!(unsigned.value, protocol::Vodka::from_ocean(3));
}

#[tokio::test(start_paused = true)]
async fn nonces_go_on_where_the_file_ends_although_the_chain_has_seen_nothing() {
    let bench = Bench::new(1);
    bench.chain.take(Taking::Lost);
    let outbox = bench.open();
    for key in ["first", "second", "third"] {
        outbox.submit(bench.batch(&[key])).await.unwrap();
    }
    let nonces: Vec<u64> = bench.chain.seen().iter().map(|raw| nonce_of(raw)).collect();
    assert_eq!(nonces, [0, 1, 2]);
}

#[tokio::test]
async fn what_is_taken_back_while_it_is_being_signed_is_not_sent() {
    let bench = Bench::new(1);
    let outbox = bench.open();
    let meanwhile = outbox.clone();
    bench.chain.meanwhile(async move {
        assert!(meanwhile.forbid(&[Key::other("lock")], Point::PaymentForbidden).await.unwrap());
    });
    let error = ends(outbox.run(bench.batch(&["approve", "lock"]))).await.unwrap_err();
    assert!(matches!(error, OutboxError::Forbidden), "{error}");
    assert!(bench.chain.seen().is_empty(), "nor is what was signed with it");
    assert!(!outbox.is_signed(&Key::other("lock")).await.unwrap());
    assert!(!outbox.is_signed(&Key::other("approve")).await.unwrap());
}

#[tokio::test]
async fn a_file_that_fails_says_nothing_about_the_transaction() {
    let bench = Bench::new(1);
    // No file has a place for such a nonce.
    bench.chain.has_mined(bench.signer.account, u64::MAX - 1);
    let error = ends(bench.open().run(bench.batch(&["lock"]))).await.unwrap_err();
    assert!(matches!(error, OutboxError::Ledger(LedgerError::Row(_))) && !error.is_certain(), "{error}");
    assert!(bench.chain.seen().is_empty());
}

#[tokio::test]
async fn only_what_is_signed_and_not_forbidden_is_signed() {
    let bench = Bench::new(1);
    let outbox = bench.open();
    let (signed, forbidden) = (Key::other("signed"), Key::other("forbidden"));
    ends(outbox.run(bench.batch(&["signed"]))).await.unwrap();
    assert!(outbox.forbid(std::slice::from_ref(&forbidden), Point::PaymentForbidden).await.unwrap());
    assert!(outbox.is_signed(&signed).await.unwrap());
    assert!(!outbox.is_signed(&forbidden).await.unwrap());
    let (this, another) = (item("signed").call, item("another").call);
    assert!(outbox.is_signed_as(&signed, &this).await.unwrap());
    assert!(!outbox.is_signed_as(&signed, &another).await.unwrap(), "under the same key");
    assert!(!outbox.is_signed_as(&forbidden, &this).await.unwrap());
    assert!(matches!(ends(outbox.settle(&forbidden)).await, Err(OutboxError::Forbidden)));
}

#[tokio::test(start_paused = true)]
async fn what_comes_before_is_sent_again_with_what_is_signed_behind_it() {
    let bench = Bench::new(1);
    bench.chain.take(Taking::Lost);
    let outbox = bench.open();
    outbox.submit(bench.batch(&["first"])).await.unwrap();
    outbox.submit(bench.batch(&["second"])).await.unwrap();
    assert_eq!(sent(&bench, b"first"), 1, "it is on its way");
    tokio::time::advance(JUST_SENT).await;
    bench.chain.take(Taking::Only);
    outbox.submit(bench.batch(&["third"])).await.unwrap();
    bench.chain.mine();
    assert_eq!(outbox.0.chain.mined_nonce(bench.signer.account).await.unwrap(), 3, "none waits for another");
    outbox.submit(bench.batch(&["third"])).await.unwrap();
    assert_eq!((sent(&bench, b"first"), sent(&bench, b"second")), (2, 2), "nothing new is signed");
}

#[tokio::test]
async fn what_succeeds_without_the_event_of_its_effect_has_failed_and_others_need_none() {
    let bench = Bench::new(1);
    let outbox = bench.open();
    let told_by = |who, key| Item { told_by: Some(who), ..item(key) };
    let run = |item| outbox.run(Batch { items: vec![item], ..bench.batch(&[]) });
    let contract = crate::fake_chain::TELLS;
    assert!(ends(run(told_by(contract, "it tells"))).await.unwrap()[0].success);
    for silent in [told_by(contract, "nothing"), told_by(Address([7; 20]), "somebody else tells")] {
        let error = ends(run(silent)).await.unwrap_err();
        assert!(matches!(&error, OutboxError::WithoutEffect(receipt) if receipt.success), "{error}");
        assert!(error.is_certain());
    }
}

#[tokio::test]
async fn a_failure_is_told_when_all_of_its_batch_has_ended() {
    let bench = Bench::new(2);
    let outbox = bench.open();
    bench.chain.take(Taking::Only);
    outbox.submit(bench.batch(&["revert", "lock"])).await.unwrap();
    bench.chain.mine_only(1);
    bench.chain.mine_only(0);
    let run = outbox.run(bench.batch(&["revert", "lock"]));
    tokio::pin!(run);
    assert!(pending(&mut run).await, "the second may still be mined");
    bench.chain.mine();
    bench.chain.mine();
    let error = ends(run).await.unwrap_err();
    assert!(matches!(error, OutboxError::Reverted(_)), "{error}");
    assert!(ends(outbox.settle(&Key::other("lock"))).await.unwrap().success);
}

#[tokio::test]
async fn a_batch_that_the_account_cannot_pay_for_as_a_whole_is_not_signed_and_takes_no_nonce() {
    let bench = Bench::new(1);
    let outbox = bench.open();
    bench.chain.ask_for(10);
    // 50,000 gas each.
    bench.chain.leave(Vodka::from_units(999_999_u64));
    let error = ends(outbox.run(bench.batch(&["abort", "refund"]))).await.unwrap_err();
    assert!(matches!(error, OutboxError::WouldFail(ChainError::Funds)) && error.is_certain(), "{error}");
    assert_eq!(bench.signed(), 0);
    bench.chain.leave(Vodka::from_units(1_000_000_u64));
    assert_eq!(ends(outbox.run(bench.batch(&["abort", "refund"]))).await.unwrap().len(), 2);
    let nonces: Vec<u64> = bench.chain.seen().iter().map(|raw| nonce_of(raw)).collect();
    assert_eq!(nonces, [0, 1]);
}

#[tokio::test(start_paused = true)]
async fn what_had_ended_and_was_taken_back_by_a_fork_is_sent_again_for_what_comes_behind_it() {
    let bench = Bench::new(1);
    let outbox = bench.open();
    outbox.run(bench.batch(&["first", "second"])).await.unwrap();
    // Noted, and looked at by nobody any more.
    drop(outbox);
    let outbox = bench.open();
    bench.chain.forget();
    bench.chain.take(Taking::Only);
    outbox.submit(bench.batch(&["third"])).await.unwrap();
    bench.chain.mine();
    assert_eq!(outbox.0.chain.mined_nonce(bench.signer.account).await.unwrap(), 0, "two are missing");
    outbox.resume().await.unwrap();
    bench.chain.mine();
    assert_eq!(outbox.0.chain.mined_nonce(bench.signer.account).await.unwrap(), 3);
    assert_eq!(bench.signed(), 3, "the same bytes");
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_another_is_sent_again_after_a_while_and_not_all_the_time() {
    let bench = Bench::new(1);
    bench.chain.take(Taking::Lost);
    let outbox = bench.open();
    outbox.submit(bench.batch(&["first", "second"])).await.unwrap();
    let second = Key::other("second");
    let patient = |time| tokio::time::timeout(time, outbox.settle(&second));
    assert!(patient(SEND_AGAIN - Duration::from_secs(1)).await.is_err());
    outbox.resume().await.unwrap();
    assert_eq!((sent(&bench, b"first"), sent(&bench, b"second")), (1, 1));
    assert!(patient(Duration::from_secs(4)).await.is_err());
    assert_eq!((sent(&bench, b"first"), sent(&bench, b"second")), (1, 2), "only what is asked about");
    outbox.resume().await.unwrap();
    assert_eq!((sent(&bench, b"first"), sent(&bench, b"second")), (2, 2), "a look at all of them sends what is due");
    tokio::time::advance(SEND_AGAIN).await;
    outbox.resume().await.unwrap();
    assert_eq!((sent(&bench, b"first"), sent(&bench, b"second")), (3, 3));
}

#[tokio::test(start_paused = true)]
async fn what_nobody_waits_for_is_tended_until_that_is_stopped() {
    let bench = Bench::new(1);
    bench.chain.take(Taking::Lost);
    let outbox = bench.open();
    outbox.submit(bench.batch(&["lock"])).await.unwrap();
    bench.chain.take(Taking::AndMines);
    let (stop, mut heads) = (CancellationToken::new(), bench.chain.heads());
    let tending = tokio::spawn({
        let (outbox, stop) = (outbox.clone(), stop.clone());
        async move { outbox.tend(stop).await }
    });
    let mined = heads.wait_for(|block| *block == 1);
    tokio::time::timeout(SEND_AGAIN * 3, mined).await.expect("it is sent again").unwrap();
    assert_eq!(sent(&bench, b"lock"), 2);
    stop.cancel();
    tending.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn how_a_transaction_ended_is_kept() {
    let bench = Bench::new(1);
    let outbox = bench.open();
    outbox.run(bench.batch(&["done"])).await.unwrap();
    outbox.run(bench.batch(&["revert"])).await.unwrap_err();
    bench.chain.take(Taking::Lost);
    outbox.submit(bench.batch(&["displaced"])).await.unwrap();
    bench.chain.displace(bench.signer.account);
    outbox.settle(&Key::other("displaced")).await.unwrap_err();
    drop(outbox);
    let outbox = bench.open();
    for (key, state) in [("done", TxState::Mined), ("revert", TxState::Reverted), ("displaced", TxState::Displaced)] {
        assert_eq!(outbox.row(&Key::other(key)).await.unwrap().unwrap().state, state, "{key}");
    }
    assert_eq!(bench.signed(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_nonce_that_others_used_is_lost_when_that_counts_and_no_earlier() {
    let bench = Bench::new(3);
    bench.chain.take(Taking::Lost);
    let outbox = bench.open();
    outbox.submit(bench.batch(&["lock"])).await.unwrap();
    bench.chain.displace(bench.signer.account);
    let key = Key::other("lock");
    let settle = || tokio::time::timeout(2 * MISSING, outbox.settle(&key));
    assert!(settle().await.is_err(), "one of three blocks");
    bench.chain.mine();
    assert!(settle().await.is_err(), "two of three blocks");
    bench.chain.mine();
    assert!(matches!(settle().await, Ok(Err(OutboxError::Displaced { nonce: 0 }))));
}

#[tokio::test]
async fn a_replacement_has_its_own_time_until_it_is_stuck() {
    let bench = Bench::new(1);
    bench.chain.take(Taking::Only);
    bench.chain.ask_for(80);
    let outbox = bench.open();
    outbox.submit(bench.batch(&["lock"])).await.unwrap();
    bench.chain.ask_for(85);
    outbox.resume().await.unwrap();
    blocks(&bench, &outbox, STUCK).await;
    assert_eq!(prices(&bench), [80, 90]);
    // Prices rise before it is mined.
    bench.chain.ask_for(100);
    blocks(&bench, &outbox, STUCK).await;
    assert_eq!(prices(&bench), [80, 90]);
    blocks(&bench, &outbox, 1).await;
    assert_eq!(prices(&bench), [80, 90, 102]);
}

#[tokio::test]
async fn on_a_chain_that_went_back_the_time_until_something_is_stuck_begins_anew() {
    let bench = Bench::new(1);
    for _ in 0..10 {
        bench.chain.mine();
    }
    bench.chain.take(Taking::Only);
    bench.chain.ask_for(80);
    let outbox = bench.open();
    outbox.submit(bench.batch(&["lock"])).await.unwrap();
    bench.chain.ask_for(85);
    outbox.resume().await.unwrap();
    bench.chain.go_back(2);
    outbox.resume().await.unwrap();
    blocks(&bench, &outbox, STUCK - 1).await;
    assert_eq!(prices(&bench), [80]);
    blocks(&bench, &outbox, 1).await;
    assert_eq!(prices(&bench), [80, 90]);
}

#[tokio::test]
async fn what_the_chain_did_not_take_is_not_stuck_unless_it_pays_too_little() {
    for (taking, expected) in [(Taking::Lost, vec![80]), (Taking::TooCheap, vec![80, 90])] {
        let bench = Bench::new(1);
        bench.chain.take(taking);
        bench.chain.ask_for(80);
        let outbox = bench.open();
        outbox.submit(bench.batch(&["lock"])).await.unwrap();
        outbox.resume().await.unwrap();
        blocks(&bench, &outbox, STUCK).await;
        assert_eq!(prices(&bench), expected, "{taking:?}");
    }
}
