//! A nonce that another computer of the same account took, and whose transaction was lost. What is signed here behind it
//! would wait for ever. So it is filled with a transaction that does nothing: whichever of the two is mined, the queue goes
//! on. It lies in the file like every other, under a key of its own.

use super::{
    Key, Outbox, OutboxError,
    rows::{self, NewTx},
    sign_with,
};
use crate::{Point, chain::ChainError, ledger::LedgerError};
use protocol::{Address, Vodka, tx::Call};
use std::{sync::PoisonError, time::Duration};
use tokio::time::Instant;

/// So long no node has a transaction for a nonce before it counts as lost. Another computer sends its own again sooner, and
/// pays more for what is stuck.
pub(super) const LOST: Duration = Duration::from_secs(300);

/// What is next of an account is not ours: since when.
#[derive(Clone, Copy)]
pub(super) struct Gap {
    nonce: u64,
    since: Instant,
}

impl Outbox {
    /// Fills the nonce that is an account's next, where nothing of ours has it and what had it is lost. Ours come behind.
    pub(super) async fn fill_gap(&self, account: Address, nonce: u64) -> Result<(), LedgerError> {
        if self.is_ours(account, nonce).await? {
            self.0.gaps.lock().unwrap_or_else(PoisonError::into_inner).remove(&account);
            return Ok(());
        }
        let lost = {
            let mut gaps = self.0.gaps.lock().unwrap_or_else(PoisonError::into_inner);
            let gap = gaps.entry(account).or_insert_with(|| Gap { nonce, since: Instant::now() });
            if gap.nonce != nonce {
                *gap = Gap { nonce, since: Instant::now() };
            }
            gap.since.elapsed() >= LOST
        };
        if lost && let Err(error) = self.fill(account, nonce).await {
            tracing::warn!(%account, nonce, %error, "a transaction of this account is lost, and its place is not filled yet");
        }
        Ok(())
    }

    async fn fill(&self, account: Address, nonce: u64) -> Result<(), OutboxError> {
        let signer = self.0.signers.lock().unwrap_or_else(PoisonError::into_inner).get(&account).cloned();
        let Some(signer) = signer else { return Ok(()) };
        let queue = self.queue(account);
        let _turn = queue.lock().await;
        let chain = &self.0.chain;
        // A node that has it knows better, and time has passed.
        if chain.next_nonce(account).await? != nonce || self.is_ours(account, nonce).await? {
            return Ok(());
        }
        chain.confirm_chain().await?;
        let what = format!("nothing, in the place of a transaction of {account} that was lost");
        let call = Call { to: account, data: Vec::new(), value: Vodka::ZERO, what };
        let unsigned = chain.prepare(account, &call, nonce, None).await?;
        if unsigned.chain_id != chain.chain_id() {
            return Err(ChainError::WrongChain { expected: chain.chain_id(), found: unsigned.chain_id }.into());
        }
        let signed = sign_with(&*signer, &unsigned)?;
        tracing::warn!(%account, nonce, hash = %signed.hash, "a transaction of this account is lost; its place is filled");
        let key = Key::other(format!("gap:{}:{nonce}", account.hex()));
        let row = NewTx { key: key.clone(), what: call.what, unsigned, most_per_gas: None, signed };
        let (id, at) = (chain.chain_id(), self.0.ledger.now());
        self.0.ledger.write(Point::OtherSigned, move |c| rows::insert(c, id, account, &[row], at)).await?;
        if let Some(row) = self.row(&key).await? {
            self.send(&row).await;
        }
        Ok(())
    }

    async fn is_ours(&self, account: Address, nonce: u64) -> Result<bool, LedgerError> {
        let chain = self.0.chain.chain_id();
        self.0.ledger.read(move |c| rows::has_nonce(c, chain, account, nonce)).await
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::tests::{Bench, nonce_of},
        *,
    };
    use protocol::Signer as _;
    use std::sync::atomic::Ordering;

    const MOMENT: Duration = Duration::from_secs(1);

    /// So many are sent elsewhere, and a node has them; what is signed here comes behind them. Then the node loses them.
    async fn behind_others(bench: &Bench, others: u64) -> Outbox {
        bench.chain.is_used_elsewhere(bench.signer.address(), others);
        let outbox = bench.open();
        outbox.submit(bench.batch(&["lock"])).await.unwrap();
        assert_eq!(nonces(bench), [others]);
        bench.chain.is_used_elsewhere(bench.signer.address(), 0);
        looks_after(&outbox, Duration::ZERO).await;
        outbox
    }

    /// What was sent, each once, in the order of nonces.
    fn nonces(bench: &Bench) -> Vec<u64> {
        let sent: std::collections::BTreeSet<_> = bench.chain.seen().iter().map(|raw| nonce_of(raw)).collect();
        sent.into_iter().collect()
    }

    /// Looks once more after this time. The clock stands still but for this: nothing here waits for it.
    async fn looks_after(outbox: &Outbox, time: Duration) {
        tokio::time::advance(time).await;
        outbox.resume().await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn the_place_of_what_another_computer_lost_is_filled_with_nothing() {
        let bench = Bench::new(1);
        let outbox = behind_others(&bench, 1).await;
        looks_after(&outbox, LOST - MOMENT).await;
        assert_eq!(nonces(&bench), [1], "it may still be sent again");
        looks_after(&outbox, MOMENT).await;
        assert_eq!(nonces(&bench), [0, 1]);
        let nothing = bench.chain.seen().into_iter().find(|raw| nonce_of(raw) == 0).unwrap();
        // Account, nonce and price, and no data.
        assert_eq!(nothing.len(), 44);
        assert!(outbox.settle(&Key::other("lock")).await.unwrap().success);
        let filler = Key::other(format!("gap:{}:0", bench.signer.address().hex()));
        assert!(outbox.settle(&filler).await.unwrap().success, "it goes on like any other");
        assert_eq!(bench.signed(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_node_has_is_not_lost() {
        let bench = Bench::new(1);
        let outbox = behind_others(&bench, 1).await;
        bench.chain.is_used_elsewhere(bench.signer.address(), 1);
        looks_after(&outbox, 5 * LOST).await;
        assert_eq!(nonces(&bench), [1]);
        // It is mined at last, and what is ours after it.
        bench.chain.displace(bench.signer.address());
        assert!(outbox.settle(&Key::other("lock")).await.unwrap().success);
        assert_eq!(bench.signed(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn each_place_has_its_own_time() {
        let bench = Bench::new(1);
        let outbox = behind_others(&bench, 2).await;
        tokio::time::advance(LOST - MOMENT).await;
        bench.chain.has_mined(bench.signer.address(), 1);
        looks_after(&outbox, MOMENT).await;
        looks_after(&outbox, LOST - MOMENT).await;
        assert_eq!(nonces(&bench), [2], "the next one has only just come");
        looks_after(&outbox, MOMENT).await;
        assert_eq!(nonces(&bench), [1, 2]);
        assert!(outbox.settle(&Key::other("lock")).await.unwrap().success);
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_filled_while_nobody_can_sign() {
        let bench = Bench::new(1);
        drop(behind_others(&bench, 1).await);
        // After a start nobody has signed yet; then the account is locked.
        let outbox = bench.open();
        looks_after(&outbox, Duration::ZERO).await;
        looks_after(&outbox, LOST).await;
        bench.signer.locked.store(true, Ordering::SeqCst);
        outbox.submit(bench.batch(&["lock"])).await.unwrap();
        looks_after(&outbox, LOST).await;
        assert_eq!(nonces(&bench), [1]);
        bench.signer.locked.store(false, Ordering::SeqCst);
        looks_after(&outbox, Duration::ZERO).await;
        assert_eq!(nonces(&bench), [0, 1]);
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_signed_for_another_chain() {
        let bench = Bench::new(1);
        let outbox = behind_others(&bench, 1).await;
        bench.chain.become_chain(8);
        looks_after(&outbox, 2 * LOST).await;
        assert_eq!((nonces(&bench), bench.signed()), (vec![1], 1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_place_of_our_own_is_never_filled() {
        let bench = Bench::new(1);
        bench.chain.take(crate::fake_chain::Taking::Lost);
        let outbox = bench.open();
        outbox.submit(bench.batch(&["approve", "lock"])).await.unwrap();
        looks_after(&outbox, LOST).await;
        looks_after(&outbox, LOST).await;
        assert_eq!((nonces(&bench), bench.signed()), (vec![0, 1], 2));
    }
}
