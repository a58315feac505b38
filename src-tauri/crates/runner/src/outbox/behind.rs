//! What is asked comes from nodes that are not equally far, of a chain that goes back between two questions, and that has
//! no limit of its own to what is paid.

use super::{tests::ends, *};
use crate::fake_chain::{FakeChain, FakeSigner, Taking};
use async_trait::async_trait;
use protocol::Vodka;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use tokio::sync::watch;

/// Several nodes behind one address.
struct Nodes {
    chain: Arc<FakeChain>,
    /// So many answers about receipts come from one that has none yet.
    behind: AtomicU32,
    /// After the next answer about a receipt the chain goes back, and others build on.
    goes_back: AtomicBool,
}

#[async_trait]
impl Chain for Nodes {
    fn chain_id(&self) -> u64 {
        self.chain.chain_id()
    }
    fn confirmations(&self) -> u64 {
        self.chain.confirmations()
    }
    fn heads(&self) -> watch::Receiver<u64> {
        self.chain.heads()
    }
    async fn head(&self) -> Result<u64, ChainError> {
        self.chain.head().await
    }
    async fn next_nonce(&self, account: Address) -> Result<u64, ChainError> {
        self.chain.next_nonce(account).await
    }
    async fn mined_nonce(&self, account: Address) -> Result<u64, ChainError> {
        self.chain.mined_nonce(account).await
    }
    async fn prepare(
        &self,
        from: Address,
        call: &Call,
        nonce: u64,
        gas: Option<u64>,
    ) -> Result<UnsignedTx, ChainError> {
        self.chain.prepare(from, call, nonce, gas).await
    }
    async fn broadcast(&self, tx: &SignedTx) -> Result<(), BroadcastError> {
        self.chain.broadcast(tx).await
    }
    async fn can_pay(&self, account: Address, wei: Vodka) -> Result<bool, ChainError> {
        self.chain.can_pay(account, wei).await
    }
    async fn receipt(&self, tx: TxHash) -> Result<Option<Receipt>, ChainError> {
        if self.behind.load(Ordering::SeqCst) > 0 {
            self.behind.fetch_sub(1, Ordering::SeqCst);
            return Ok(None);
        }
        let receipt = self.chain.receipt(tx).await?;
        if receipt.is_some() && self.goes_back.swap(false, Ordering::SeqCst) {
            self.chain.forget();
            for _ in 0..3 {
                self.chain.mine();
            }
        }
        Ok(receipt)
    }
}

fn nodes(confirmations: u64) -> Arc<Nodes> {
    let chain = FakeChain::new(confirmations);
    Arc::new(Nodes { chain, behind: AtomicU32::new(0), goes_back: AtomicBool::new(false) })
}

fn batch(signer: &Arc<FakeSigner>) -> Batch {
    let call = Call { to: Address([9; 20]), data: b"lock".to_vec(), value: Vodka::ZERO, what: "lock".to_owned() };
    let items = vec![Item { key: Key::other("lock"), call, gas: Some(50_000), told_by: None }];
    Batch { signer: signer.clone(), items, not_after: None, point: Point::OtherSigned }
}

#[tokio::test(start_paused = true)]
async fn a_node_that_has_no_receipt_yet_does_not_say_that_another_transaction_took_the_place() {
    let folder = tempfile::tempdir().unwrap();
    let nodes = nodes(1);
    nodes.behind.store(3, Ordering::SeqCst);
    let outbox = Outbox::new(&Ledger::open(&folder.path().join("runner.db")).unwrap(), nodes.clone());
    let receipts = outbox.run(batch(&FakeSigner::new(1))).await.unwrap();
    assert!(receipts[0].success);
}

#[tokio::test(start_paused = true)]
async fn a_receipt_that_is_taken_back_does_not_count_by_the_blocks_that_came_after() {
    let folder = tempfile::tempdir().unwrap();
    let nodes = nodes(3);
    nodes.goes_back.store(true, Ordering::SeqCst);
    let outbox = Outbox::new(&Ledger::open(&folder.path().join("runner.db")).unwrap(), nodes.clone());
    outbox.submit(batch(&FakeSigner::new(1))).await.unwrap();
    nodes.chain.take(Taking::Only);
    let key = Key::other("lock");
    let settled = outbox.settle(&key);
    assert!(tokio::time::timeout(Duration::from_secs(5), settled).await.is_err(), "it is in no block any more");
}

#[tokio::test]
async fn a_chain_without_a_limit_of_its_own_leaves_it_to_what_its_owner_confirmed() {
    let folder = tempfile::tempdir().unwrap();
    let nodes = nodes(1);
    nodes.chain.take(Taking::Only);
    // More than a network file allows.
    nodes.chain.ask_for(80_000);
    let outbox = Outbox::new(&Ledger::open(&folder.path().join("runner.db")).unwrap(), nodes.clone());
    ends(outbox.run_within(batch(&FakeSigner::new(1)), Some(79_999))).await.unwrap_err();
    let first = outbox.submit(batch(&FakeSigner::new(1))).await.unwrap()[0];
    nodes.chain.ask_for(85_000);
    outbox.resume().await.unwrap();
    for _ in 0..STUCK {
        nodes.chain.mine();
        outbox.resume().await.unwrap();
    }
    assert_ne!(outbox.hash(&Key::other("lock")).await.unwrap(), Some(first), "it is replaced");
    nodes.chain.mine();
    assert!(ends(outbox.settle(&Key::other("lock"))).await.unwrap().success);
}
