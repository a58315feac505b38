use super::*;
use crate::fake_chain::{FakeChain, FakeSigner, Taking};
use protocol::Vodka;
use std::sync::atomic::Ordering;

pub(super) struct Bench {
    folder: tempfile::TempDir,
    pub(super) chain: Arc<FakeChain>,
    pub(super) signer: Arc<FakeSigner>,
}

impl Bench {
    pub(super) fn new(confirmations: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder, chain: FakeChain::new(confirmations), signer: FakeSigner::new(1) }
    }
    /// Opens the file anew, as after a start.
    pub(super) fn open(&self) -> Outbox {
        Outbox::new(&Ledger::open(&self.folder.path().join("runner.db")).unwrap(), self.chain.clone())
    }
    pub(super) fn batch(&self, keys: &[&str]) -> Batch {
        let items = keys.iter().map(|key| item(key)).collect();
        Batch { signer: self.signer.clone(), items, not_after: None, point: Point::OtherSigned }
    }
    pub(super) fn signed(&self) -> u32 {
        self.signer.signed.load(Ordering::SeqCst)
    }
}

pub(super) fn item(key: &str) -> Item {
    let call = Call { to: Address([9; 20]), data: key.as_bytes().to_vec(), value: Vodka::ZERO, what: key.to_owned() };
    Item { key: Key::other(key), call, gas: Some(50_000), told_by: None }
}

pub(super) fn nonce_of(raw: &[u8]) -> u64 {
    u64::from_be_bytes(raw[20..28].try_into().unwrap())
}

/// Waits for it, but not for ever: longer than it takes on any computer.
pub(super) async fn ends<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), work).await.expect("it ends")
}

pub(super) async fn pending<T>(work: impl Future<Output = T>) -> bool {
    tokio::time::timeout(Duration::from_millis(60), work).await.is_err()
}

#[tokio::test]
async fn a_batch_has_consecutive_nonces_and_a_key_signs_once() {
    let bench = Bench::new(1);
    let outbox = bench.open();
    let receipts = ends(outbox.run(bench.batch(&["approve", "lock"]))).await.unwrap();
    assert_eq!(receipts.len(), 2);
    assert!(outbox.pending().await.unwrap().is_empty(), "what has ended is not pending, also before that is on disk");
    let nonces: Vec<u64> = bench.chain.seen().iter().map(|raw| nonce_of(raw)).collect();
    assert_eq!(nonces, [0, 1]);
    assert_eq!(ends(outbox.run(bench.batch(&["approve", "lock"]))).await.unwrap(), receipts);
    assert_eq!(bench.signed(), 2, "asked again, nothing is signed again");
    drop(outbox);
    assert!(bench.open().pending().await.unwrap().is_empty(), "how it ended is noted");
}

#[tokio::test]
async fn what_has_ended_is_not_pending_even_where_nothing_else_is() {
    let bench = Bench::new(1);
    let outbox = bench.open();
    ends(outbox.run(bench.batch(&["lock"]))).await.unwrap();
    assert!(outbox.pending().await.unwrap().is_empty());
}

#[tokio::test]
async fn after_a_crash_before_the_broadcast_the_same_bytes_are_sent_without_the_signer() {
    let bench = Bench::new(1);
    bench.chain.take(Taking::Lost);
    let outbox = bench.open();
    outbox.submit(bench.batch(&["approve", "lock"])).await.unwrap();
    let lost = bench.chain.seen();
    let waiting = outbox.pending().await.unwrap();
    assert!(matches!(waiting[0].trouble, Some(BroadcastError::Unreachable(_))));
    drop(outbox);

    bench.chain.take(Taking::AndMines);
    bench.signer.locked.store(true, Ordering::SeqCst);
    let outbox = bench.open();
    outbox.resume().await.unwrap();
    assert_eq!(bench.chain.seen()[lost.len()..], lost, "the same bytes in the same order");
    ends(outbox.run(bench.batch(&["approve", "lock"]))).await.unwrap();
    assert_eq!(bench.signed(), 2);
}

#[tokio::test]
async fn already_known_is_not_done() {
    let bench = Bench::new(1);
    bench.chain.take(Taking::Lies);
    let outbox = bench.open();
    outbox.submit(bench.batch(&["lock"])).await.unwrap();
    assert!(pending(outbox.settle(&Key::other("lock"))).await, "a claim is no receipt");
    bench.chain.take(Taking::Only);
    drop(outbox);
    let outbox = bench.open();
    outbox.resume().await.unwrap();
    let run = outbox.run(bench.batch(&["lock"]));
    tokio::pin!(run);
    assert!(pending(&mut run).await, "taken is not mined");
    bench.chain.mine();
    assert!(ends(run).await.unwrap()[0].success);
    assert_eq!(bench.signed(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_revert_and_a_taken_nonce_are_certain_and_told_apart() {
    let bench = Bench::new(1);
    let outbox = bench.open();
    let error = outbox.run(bench.batch(&["revert"])).await.unwrap_err();
    assert!(matches!(&error, OutboxError::Reverted(receipt) if receipt.block == 1) && error.is_certain());
    bench.chain.take(Taking::Lost);
    outbox.submit(bench.batch(&["lock"])).await.unwrap();
    bench.chain.displace(bench.signer.account);
    let error = outbox.settle(&Key::other("lock")).await.unwrap_err();
    assert!(matches!(error, OutboxError::Displaced { nonce: 1 }) && error.is_certain());
    bench.chain.take(Taking::AndMines);
    assert_eq!(outbox.run(bench.batch(&["next"])).await.unwrap().len(), 1, "the queue goes on");
    assert_eq!(nonce_of(bench.chain.seen().last().unwrap()), 2);
}

#[tokio::test]
async fn what_cannot_succeed_is_not_signed_and_takes_no_nonce() {
    let bench = Bench::new(1);
    let outbox = bench.open();
    let error = ends(outbox.run(bench.batch(&["impossible"]))).await.unwrap_err();
    assert!(matches!(error, OutboxError::WouldFail(ChainError::WouldRevert(_))) && error.is_certain());
    assert!(!outbox.is_signed(&Key::other("impossible")).await.unwrap());
    ends(outbox.run(bench.batch(&["lock"]))).await.unwrap();
    assert_eq!(nonce_of(&bench.chain.seen()[0]), 0);
}

#[tokio::test]
async fn a_replacement_has_the_same_nonce_and_either_may_be_mined() {
    let bench = Bench::new(1);
    bench.chain.take(Taking::Only);
    let outbox = bench.open();
    let first = outbox.submit(bench.batch(&["lock"])).await.unwrap()[0];
    let key = Key::other("lock");
    let second = outbox.replace(&key, &*bench.signer, Fee::Legacy { gas_price: 9 }).await.unwrap();
    assert_ne!(first, second);
    let nonces: Vec<u64> = bench.chain.seen().iter().map(|raw| nonce_of(raw)).collect();
    assert_eq!(nonces, [0, 0]);
    bench.chain.mine();
    assert_eq!(ends(outbox.settle(&key)).await.unwrap().tx, second);
    assert_eq!(outbox.hash(&key).await.unwrap(), Some(second));
}

#[tokio::test]
async fn a_forbidden_key_is_never_signed_and_a_signed_one_not_forbidden() {
    let bench = Bench::new(1);
    let outbox = bench.open();
    let keys = [Key::other("approve"), Key::other("lock")];
    assert!(outbox.forbid(&keys, Point::PaymentForbidden).await.unwrap());
    let error = ends(outbox.run(bench.batch(&["approve", "lock"]))).await.unwrap_err();
    assert!(matches!(error, OutboxError::Forbidden));
    assert_eq!(bench.signed(), 0);
    ends(outbox.run(bench.batch(&["other"]))).await.unwrap();
    assert!(!outbox.forbid(&[Key::other("other")], Point::PaymentForbidden).await.unwrap());
}

#[tokio::test]
async fn too_late_and_locked_sign_nothing() {
    let bench = Bench::new(1);
    let outbox = bench.open();
    for _ in 0..5 {
        bench.chain.mine();
    }
    let late = Batch { not_after: Some(4), ..bench.batch(&["lock"]) };
    assert!(matches!(ends(outbox.run(late.clone())).await, Err(OutboxError::TooLate { block: 5 })));
    bench.signer.locked.store(true, Ordering::SeqCst);
    let error = ends(outbox.run(bench.batch(&["lock"]))).await.unwrap_err();
    assert!(matches!(error, OutboxError::Locked(_)) && !error.is_certain());
    bench.signer.locked.store(false, Ordering::SeqCst);
    ends(outbox.run(bench.batch(&["lock"]))).await.unwrap();
    assert_eq!(ends(outbox.run(late)).await.unwrap().len(), 1, "what is signed is not late");
}

#[tokio::test]
async fn many_at_once_share_one_queue_without_gaps_or_doubles() {
    let bench = Bench::new(1);
    let outbox = bench.open();
    let names: Vec<[String; 2]> = (0..12).map(|n| [format!("approve {n}"), format!("lock {n}")]).collect();
    let runs = names.iter().map(|[a, b]| outbox.run(bench.batch(&[a, b])));
    for result in ends(futures_util::future::join_all(runs)).await {
        assert_eq!(result.unwrap().len(), 2);
    }
    let mut seen = bench.chain.seen();
    seen.sort_by_key(|raw| nonce_of(raw));
    seen.dedup();
    let nonces: Vec<u64> = seen.iter().map(|raw| nonce_of(raw)).collect();
    assert_eq!(nonces, (0..24).collect::<Vec<u64>>());
    for pair in seen.chunks(2) {
        let [approve, lock] = pair else { panic!("an odd number") };
        let text = |raw: &[u8]| String::from_utf8(raw[44..].to_vec()).unwrap();
        assert_eq!(text(approve).replace("approve", "lock"), text(lock), "nothing comes between a pair");
    }
}

#[tokio::test]
async fn a_chain_that_went_back_gets_the_same_bytes_again() {
    let bench = Bench::new(1);
    let outbox = bench.open();
    ends(outbox.run(bench.batch(&["lock"]))).await.unwrap();
    bench.chain.forget();
    drop(outbox);
    let outbox = bench.open();
    assert!(ends(outbox.settle(&Key::other("lock"))).await.unwrap().success);
    let seen = bench.chain.seen();
    assert_eq!((seen.len(), &seen[0]), (2, &seen[1]));
    assert_eq!(bench.signed(), 1);
}

#[tokio::test]
async fn a_receipt_counts_when_it_is_deep_enough() {
    let bench = Bench::new(3);
    let outbox = bench.open();
    outbox.submit(bench.batch(&["lock"])).await.unwrap();
    let key = Key::other("lock");
    let settled = outbox.settle(&key);
    tokio::pin!(settled);
    assert!(pending(&mut settled).await, "its own block");
    bench.chain.mine();
    assert!(pending(&mut settled).await, "two of three blocks");
    bench.chain.mine();
    assert!(ends(settled).await.unwrap().success);
}

#[tokio::test]
async fn what_is_signed_is_sent_even_if_nobody_waits() {
    let bench = Bench::new(1);
    let outbox = bench.open();
    {
        let run = outbox.run(bench.batch(&["lock"]));
        tokio::pin!(run);
        let first = futures_util::poll!(&mut run);
        assert!(first.is_pending());
    }
    assert!(ends(outbox.run(bench.batch(&["next"]))).await.is_ok(), "the queue is not blocked");
    assert_eq!(bench.chain.seen().len(), 2);
}

/// Lets blocks come and looks at each, as [`Outbox::tend`] does.
pub(super) async fn blocks(bench: &Bench, outbox: &Outbox, count: u64) {
    for _ in 0..count {
        bench.chain.mine();
        outbox.resume().await.unwrap();
    }
}

pub(super) fn prices(bench: &Bench) -> Vec<u128> {
    let mut prices: Vec<u128> =
        bench.chain.seen().iter().map(|raw| u128::from_be_bytes(raw[28..44].try_into().unwrap())).collect();
    prices.dedup();
    prices
}

#[tokio::test]
async fn what_is_stuck_is_replaced_at_its_nonce_by_what_pays_more() {
    let bench = Bench::new(1);
    bench.chain.take(Taking::Only);
    bench.chain.ask_for(80);
    let outbox = bench.open();
    outbox.submit(bench.batch(&["lock", "next"])).await.unwrap();
    bench.chain.ask_for(85);
    outbox.resume().await.unwrap();
    blocks(&bench, &outbox, STUCK - 1).await;
    assert_eq!(prices(&bench), [80], "it is not stuck yet");
    blocks(&bench, &outbox, 2).await;
    assert_eq!(prices(&bench), [80, 90], "an eighth more, once");
    assert!(ends(outbox.settle(&Key::other("lock"))).await.unwrap().success);
    let nonces: Vec<u64> = bench.chain.seen().iter().map(|raw| nonce_of(raw)).collect();
    assert_eq!(nonces.iter().max(), Some(&1), "no other nonce is used");
    bench.chain.ask_for(0);
    bench.chain.mine();
    assert!(ends(outbox.settle(&Key::other("next"))).await.unwrap().success);
}

#[tokio::test]
async fn what_nobody_mines_is_not_replaced_and_no_replacement_exceeds_what_is_allowed() {
    let bench = Bench::new(1);
    bench.chain.take(Taking::Only);
    bench.chain.ask_for(900);
    let outbox = bench.open();
    outbox.submit(bench.batch(&["lock"])).await.unwrap();
    bench.chain.ask_for(5_000);
    for _ in 0..20 {
        outbox.resume().await.unwrap();
    }
    assert_eq!(prices(&bench), [900], "no block came");
    blocks(&bench, &outbox, 4 * STUCK).await;
    assert_eq!(prices(&bench), [900], "1,012 would be too much");
    bench.chain.ask_for(900);
    bench.chain.mine();
    assert!(ends(outbox.settle(&Key::other("lock"))).await.unwrap().success);
}

#[tokio::test]
async fn a_locked_account_is_asked_again_before_its_transaction_is_replaced() {
    let bench = Bench::new(1);
    bench.chain.take(Taking::Only);
    bench.chain.ask_for(80);
    let outbox = bench.open();
    outbox.submit(bench.batch(&["lock"])).await.unwrap();
    bench.chain.ask_for(85);
    bench.signer.locked.store(true, Ordering::SeqCst);
    blocks(&bench, &outbox, 2 * STUCK).await;
    assert_eq!(prices(&bench), [80]);
    bench.signer.locked.store(false, Ordering::SeqCst);
    blocks(&bench, &outbox, 2).await;
    assert_eq!(prices(&bench), [80, 90]);
}

#[tokio::test]
async fn nothing_is_signed_for_another_chain() {
    let bench = Bench::new(1);
    let outbox = bench.open();
    bench.chain.become_chain(5);
    let error = ends(outbox.run(bench.batch(&["lock"]))).await.unwrap_err();
    let wrong = ChainError::WrongChain { expected: 7, found: 5 };
    assert!(matches!(&error, OutboxError::Unreachable(found) if *found == wrong) && !error.is_certain());
    assert_eq!(bench.signed(), 0);
    assert!(!outbox.is_signed(&Key::other("lock")).await.unwrap(), "no nonce is taken");
}
