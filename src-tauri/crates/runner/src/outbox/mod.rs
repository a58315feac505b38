//! The outbox: every transaction is on disk, signed and with its nonce, before anybody sees it.
//!
//! * A **key** names a purpose, like `(agreement, "lock")`. Under one key one nonce is used, ever. Asked again, also after a
//!   crash, the outbox sends the same bytes again; [`Outbox::replace`] signs anew with the *same* nonce, so that at most
//!   one of them is ever mined.
//! * One **queue per account**: nonces are given out one after the other, and a [`Batch`] of several calls gets
//!   consecutive ones in one commit. Approval and payment are such a batch: nothing of that account comes between.
//! * **Nothing is believed but receipts.** "Already known" and "nonce too low" are no results. A receipt is asked for every
//!   variant of a transaction, and again each time somebody wants to know, since a chain can go back.
//! * **A failure is certain**: reverted in a block that counts, or its nonce was used by a transaction that is not ours, or
//!   it succeeded without the event that shows its effect ([`Item::told_by`]). Until then the outbox goes on trying.
//!
//! * **Which chain this is** is asked again before every signature.
//! * **What gets stuck is replaced.** A transaction that stays out although blocks come and it is its account's next is
//!   signed anew with the same nonce and an eighth more fee, up to what the network file allows.
//!
//! * **What another computer lost holds nothing up**: a nonce of the account that nobody uses any more is filled.
//!
//! [`Outbox::tend`] runs beside the flows: it sends again what is not mined, so that a transaction that nobody waits for
//! any more never blocks its account's queue.

#[cfg(test)]
mod behind;
#[cfg(test)]
mod edges;
mod error;
mod gap;
mod key;
#[cfg(test)]
mod limit;
mod replacing;
mod rows;
mod sending;

use crate::{
    Point,
    chain::{BroadcastError, Chain, ChainError, Look},
    ledger::{Ledger, LedgerError},
};
pub use error::OutboxError;
pub use key::Key;
use protocol::{
    Address, SignError, Signer, TxHash, Vodka,
    tx::{Call, Fee, Receipt, SignedTx, UnsignedTx},
};
use rows::{NewTx, TxRow, TxState};
use sending::SEND_AGAIN;
use std::{
    collections::{HashMap, HashSet},
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// The first wait for a receipt; it doubles up to [`LONGEST_WAIT`]. A new block ends it early.
const FIRST_WAIT: Duration = Duration::from_millis(3);
const LONGEST_WAIT: Duration = Duration::from_secs(2);
/// How long no node has a transaction whose nonce is used before another one is believed to have taken its place.
const MISSING: Duration = Duration::from_secs(30);

/// A transaction that stays out for as many blocks is replaced by one that pays more.
const STUCK: u64 = 5;

/// One transaction to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its purpose.
    pub key: Key,
    /// What it calls.
    pub call: Call,
    /// Gas at most, where the chain cannot estimate it yet because it depends on the item before it.
    pub gas: Option<u64>,
    /// The contract whose event shows that it took effect, where success alone does not.
    pub told_by: Option<Address>,
}

impl Item {
    /// A call whose gas is asked of the chain, and whose success is its effect.
    pub const fn new(key: Key, call: Call) -> Self {
        Self { key, call, gas: None, told_by: None }
    }
}

/// Transactions of one account that follow each other without anything between.
#[derive(Clone)]
pub struct Batch {
    /// Who signs. Only asked where something is not signed yet.
    pub signer: Arc<dyn Signer>,
    /// In this order.
    pub items: Vec<Item>,
    /// The last block in which what is not signed yet may be signed.
    pub not_after: Option<u64>,
    /// The point of the commit.
    pub point: Point,
}

/// A transaction that is signed and not known to be mined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// Its purpose.
    pub key: String,
    /// What it does, in the protocol's words.
    pub what: String,
    /// Who sent it.
    pub account: Address,
    /// Its nonce.
    pub nonce: u64,
    /// The variant signed last.
    pub hash: TxHash,
    /// Milliseconds since 1970.
    pub signed: i64,
    /// Why the chain did not take it when it was sent last.
    pub trouble: Option<BroadcastError>,
}

/// What one look at a transaction finds.
enum Outlook {
    /// How it ended.
    Ended(Result<Receipt, OutboxError>),
    /// It may be mined in any block: its account's next, at this head.
    Next(u64),
    /// Blocks have to come that make it count, or let another in its place count.
    Waits,
    /// Others of its account come first: so many are mined.
    Behind(u64),
}

#[derive(Default)]
struct Sent {
    at: Option<Instant>,
    trouble: Option<BroadcastError>,
}

/// The outbox of one chain. Cheap to clone.
#[derive(Clone)]
pub struct Outbox(Arc<Inner>);

struct Inner {
    ledger: Ledger,
    chain: Arc<dyn Chain>,
    queues: Mutex<HashMap<Address, Arc<tokio::sync::Mutex<()>>>>,
    sent: Mutex<HashMap<i64, Sent>>,
    /// How these ended is known, and on its way to the disk.
    noted: Mutex<HashSet<i64>>,
    /// Since which block and when a transaction is missing although its nonce is used.
    missing: Mutex<HashMap<i64, (u64, Instant)>>,
    /// Since which block the newest variant of a transaction could have been mined.
    waiting: Mutex<HashMap<i64, (TxHash, u64)>>,
    /// Accounts whose next nonce is not ours.
    gaps: Mutex<HashMap<Address, gap::Gap>>,
    /// Who signed last for an account: a replacement needs them. A locked account does not sign here either.
    signers: Mutex<HashMap<Address, Arc<dyn Signer>>>,
}

impl fmt::Debug for Outbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Outbox(chain {})", self.0.chain.chain_id())
    }
}

impl Outbox {
    /// The outbox of a file and a chain.
    pub fn new(ledger: &Ledger, chain: Arc<dyn Chain>) -> Self {
        Self(Arc::new(Inner {
            ledger: ledger.clone(),
            chain,
            queues: Mutex::default(),
            sent: Mutex::default(),
            noted: Mutex::default(),
            missing: Mutex::default(),
            waiting: Mutex::default(),
            gaps: Mutex::default(),
            signers: Mutex::default(),
        }))
    }

    /// Signs what is not signed yet, keeps it, sends all of it, and waits until all of it counts.
    /// The receipts come in the order of the items.
    ///
    /// May be dropped at any time: what was signed is sent nevertheless.
    pub async fn run(&self, batch: Batch) -> Result<Vec<Receipt>, OutboxError> {
        self.run_within(batch, None).await
    }

    /// As [`Outbox::run`], paying no more than so many wei per gas: as long as the network asks for more, nothing is signed,
    /// and a replacement stays within it too.
    pub async fn run_within(&self, batch: Batch, most_per_gas: Option<u128>) -> Result<Vec<Receipt>, OutboxError> {
        let expected: Vec<_> = batch.items.iter().map(|item| (item.key.clone(), item.told_by)).collect();
        self.submit_within(batch, most_per_gas).await?;
        let (mut receipts, mut failed) = (Vec::new(), None);
        for (key, told_by) in &expected {
            match self.settle(key).await.and_then(|receipt| effective(receipt, *told_by)) {
                Ok(receipt) => receipts.push(receipt),
                // The others are mined nevertheless: it is told when nothing more can happen under these keys.
                Err(error) if error.is_certain() => {
                    failed.get_or_insert(error);
                }
                Err(error) => return Err(error),
            }
        }
        failed.map_or(Ok(receipts), Err)
    }

    /// Signs what is not signed yet, keeps it, and sends all of it. Gives the hashes in the order of the items.
    pub async fn submit(&self, batch: Batch) -> Result<Vec<TxHash>, OutboxError> {
        self.submit_within(batch, None).await
    }

    async fn submit_within(&self, batch: Batch, most_per_gas: Option<u128>) -> Result<Vec<TxHash>, OutboxError> {
        let outbox = self.clone();
        // On a task of its own: from the commit on the transactions must be sent, whoever stops waiting.
        let work = tokio::spawn(async move { outbox.sign_and_send(batch, most_per_gas).await });
        work.await.map_err(|_| LedgerError::Ending)?
    }

    async fn sign_and_send(&self, batch: Batch, most_per_gas: Option<u128>) -> Result<Vec<TxHash>, OutboxError> {
        let account = batch.signer.address();
        let remembered = Arc::clone(&batch.signer);
        self.0.signers.lock().unwrap_or_else(PoisonError::into_inner).insert(account, remembered);
        let queue = self.queue(account);
        let _turn = queue.lock().await;
        let mut known = Vec::new();
        for item in &batch.items {
            known.push(self.row(&item.key).await?);
        }
        if known.iter().flatten().any(|row| row.state == TxState::Forbidden) {
            return Err(OutboxError::Forbidden);
        }
        if known.iter().any(Option::is_none) {
            let missing: Vec<&Item> =
                batch.items.iter().zip(&known).filter(|(_, row)| row.is_none()).map(|(item, _)| item).collect();
            let signed = self.sign(&batch, account, &missing, most_per_gas).await?;
            let (chain, at) = (self.0.chain.chain_id(), self.0.ledger.now());
            let kept = self.0.ledger.write(batch.point, move |c| rows::insert(c, chain, account, &signed, at)).await;
            match kept {
                // The key was forbidden in this very moment.
                Err(error) if error.is_conflict() => return Err(OutboxError::Forbidden),
                kept => kept?,
            }
            self.send_earlier(account, &batch.items).await?;
        }
        let mut hashes = Vec::new();
        for item in &batch.items {
            let row = self.row(&item.key).await?.ok_or(OutboxError::Unknown)?;
            let last = row.variants.last().ok_or(OutboxError::Unknown)?;
            hashes.push(last.hash);
            if row.state == TxState::Signed {
                self.send(&row).await;
            }
        }
        Ok(hashes)
    }

    async fn sign(
        &self,
        batch: &Batch,
        account: Address,
        items: &[&Item],
        most_per_gas: Option<u128>,
    ) -> Result<Vec<NewTx>, OutboxError> {
        let chain = &self.0.chain;
        chain.confirm_chain().await?;
        if let Some(last) = batch.not_after {
            let block = chain.head().await?;
            if block > last {
                return Err(OutboxError::TooLate { block });
            }
        }
        let used = self.0.ledger.read({
            let chain = chain.chain_id();
            move |c| rows::highest_nonce(c, chain, account)
        });
        let (used, next) = tokio::join!(used, chain.next_nonce(account));
        let first = next?.max(used?.map_or(0, |nonce| nonce.saturating_add(1)));
        let mut unsigned: Vec<UnsignedTx> = Vec::new();
        for (item, nonce) in items.iter().zip(first..) {
            let next = match (item.gas, unsigned.last()) {
                // What depends on the item before it cannot be estimated; it takes its fee.
                (Some(gas), Some(before)) => UnsignedTx {
                    nonce,
                    gas,
                    to: Some(item.call.to),
                    data: item.call.data.clone(),
                    value: item.call.value,
                    ..before.clone()
                },
                (gas, _) => chain.prepare(account, &item.call, nonce, gas).await?,
            };
            if next.chain_id != chain.chain_id() {
                let (expected, found) = (chain.chain_id(), next.chain_id);
                return Err(ChainError::WrongChain { expected, found }.into());
            }
            replacing::within(next.fee, most_per_gas)?;
            unsigned.push(next);
        }
        // One that the account cannot pay for would hold up all that it sends after it.
        let cost = unsigned.iter().fold(Vodka::ZERO, |sum, tx| Vodka(sum.0.saturating_add(tx.cost().0)));
        if unsigned.len() > 1 && !cost.is_zero() && !chain.can_pay(account, cost).await? {
            return Err(OutboxError::WouldFail(ChainError::Funds));
        }
        let mut signed: Vec<NewTx> = Vec::new();
        for (item, unsigned) in items.iter().zip(unsigned) {
            let tx = sign_with(&*batch.signer, &unsigned)?;
            let (key, what) = (item.key.clone(), item.call.what.clone());
            signed.push(NewTx { key, what, unsigned, most_per_gas, signed: tx });
        }
        Ok(signed)
    }

    /// Waits until a transaction counts, and sends it again as long as it is not mined.
    pub async fn settle(&self, key: &Key) -> Result<Receipt, OutboxError> {
        let chain = &self.0.chain;
        let mut heads = chain.heads();
        let mut wait = FIRST_WAIT;
        loop {
            heads.mark_unchanged();
            let row = self.row(key).await?.ok_or(OutboxError::Unknown)?;
            if row.state == TxState::Forbidden {
                return Err(OutboxError::Forbidden);
            }
            match self.look(&row).await {
                Ok(Outlook::Ended(Ok(receipt))) => {
                    self.note(&row, TxState::Mined);
                    return Ok(receipt);
                }
                Ok(Outlook::Ended(Err(failure))) => {
                    let state = match failure {
                        OutboxError::Displaced { .. } => TxState::Displaced,
                        _ => TxState::Reverted,
                    };
                    self.note(&row, state);
                    return Err(failure);
                }
                Ok(Outlook::Next(head)) => self.hasten(&row, head).await,
                Ok(Outlook::Behind(mined)) => self.send_behind(&row, mined).await?,
                Ok(Outlook::Waits) if self.is_due(row.id) => self.send(&row).await,
                Ok(Outlook::Waits) => {}
                // The chain is away for a while: what is on its way may be mined meanwhile.
                Err(error) => tracing::debug!(%key, %error, "cannot look for a receipt"),
            }
            tokio::select! {
                biased;
                () = tokio::time::sleep(wait) => wait = (wait * 2).min(LONGEST_WAIT),
                changed = heads.changed() => if changed.is_err() {
                    return Err(ChainError::Unreachable("the chain is no longer followed".into()).into());
                },
            }
        }
    }

    /// One look: how it ended, if it did.
    async fn look(&self, row: &TxRow) -> Result<Outlook, ChainError> {
        let chain = &self.0.chain;
        let variants: Vec<TxHash> = row.variants.iter().map(|variant| variant.hash).collect();
        let Look { head, mined, receipt } = chain.look(row.account, &variants).await?;
        if let Some(receipt) = receipt {
            self.0.missing.lock().unwrap_or_else(PoisonError::into_inner).remove(&row.id);
            let depth = head.saturating_sub(receipt.block).saturating_add(1);
            if depth < chain.confirmations() {
                return Ok(Outlook::Waits);
            }
            let ended = if receipt.success { Ok(receipt) } else { Err(OutboxError::Reverted(Box::new(receipt))) };
            return Ok(Outlook::Ended(ended));
        }
        let mut missing = self.0.missing.lock().unwrap_or_else(PoisonError::into_inner);
        if mined <= row.nonce {
            missing.remove(&row.id);
            return Ok(if mined == row.nonce { Outlook::Next(head) } else { Outlook::Behind(mined) });
        }
        // The nonce is used, and it seems that not by us. That counts when it would have counted for us, and when no node
        // has had the receipt for a while: behind one address may be several, and the one that was asked may be behind.
        let (since, at) = *missing.entry(row.id).or_insert_with(|| (head, Instant::now()));
        let deep = head.saturating_sub(since).saturating_add(1) >= chain.confirmations();
        let displaced = || Outlook::Ended(Err(OutboxError::Displaced { nonce: row.nonce }));
        Ok(if deep && at.elapsed() >= MISSING { displaced() } else { Outlook::Waits })
    }

    /// Sends what could be mined again from time to time, and replaces it where it is stuck.
    async fn hasten(&self, row: &TxRow, head: u64) {
        if self.is_due(row.id) {
            self.send(row).await;
        }
        let Some(last) = row.variants.last().map(|variant| variant.hash) else { return };
        let since = {
            let mut waiting = self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            let known = waiting.entry(row.id).or_insert((last, head));
            // A new variant has its own time; and a chain that went back begins anew.
            if known.0 != last || known.1 > head {
                *known = (last, head);
            }
            known.1
        };
        // What the chain did not take is not stuck: more would be paid for nothing.
        if head.saturating_sub(since) >= STUCK
            && self.was_taken(row.id)
            && let Err(error) = self.pay_more(row, last).await
        {
            tracing::warn!(key = %row.key, %error, "a transaction that is stuck was not replaced; it is tried again");
        }
    }

    /// Replaces a transaction by one that pays more, where it pays anything and may pay more.
    async fn pay_more(&self, row: &TxRow, last: TxHash) -> Result<(), OutboxError> {
        let chain = &self.0.chain;
        let signer = self.0.signers.lock().unwrap_or_else(PoisonError::into_inner).get(&row.account).cloned();
        let (Some(unsigned), Some(signer)) = (&row.unsigned, signer) else { return Ok(()) };
        let Some(to) = unsigned.to.filter(|_| !replacing::is_free(unsigned.fee)) else { return Ok(()) };
        let call = Call { to, data: unsigned.data.clone(), value: unsigned.value, what: row.what.clone() };
        let now = chain.prepare(row.account, &call, row.nonce, Some(unsigned.gas)).await?.fee;
        let most = row.most_per_gas.unwrap_or(u128::MAX).min(chain.most_per_gas());
        match replacing::raised(unsigned.fee, now, most) {
            Some(fee) => self.replace_variant(&row.key, &*signer, fee, Some(last)).await.map(drop),
            None => Err(replacing::too_dear(most).into()),
        }
    }

    /// Notes how it ended. Not waited for: if it is lost, the chain is asked again.
    fn note(&self, row: &TxRow, state: TxState) {
        if row.state != state {
            let (id, at) = (row.id, self.0.ledger.now());
            self.0.noted.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
            drop(self.0.ledger.hand(Point::TxSettled, move |c| rows::set_state(c, id, state, at)));
        }
    }

    /// Signs a transaction anew with another fee and the same nonce, and sends it. A fee above what its owner confirmed is
    /// refused.
    pub async fn replace(&self, key: &Key, signer: &dyn Signer, fee: Fee) -> Result<TxHash, OutboxError> {
        self.replace_variant(key, signer, fee, None).await
    }

    /// As [`Outbox::replace`]; where `seen` is no longer the last variant, somebody else replaced it, and nothing is done.
    async fn replace_variant(
        &self,
        key: &Key,
        signer: &dyn Signer,
        fee: Fee,
        seen: Option<TxHash>,
    ) -> Result<TxHash, OutboxError> {
        let row = self.row(key).await?.ok_or(OutboxError::Unknown)?;
        let queue = self.queue(row.account);
        let _turn = queue.lock().await;
        let row = self.row(key).await?.ok_or(OutboxError::Unknown)?;
        if row.state == TxState::Forbidden {
            return Err(OutboxError::Forbidden);
        }
        let last = row.variants.last().map(|variant| variant.hash);
        if let (Some(seen), Some(last)) = (seen, last)
            && seen != last
        {
            return Ok(last);
        }
        replacing::within(fee, row.most_per_gas)?;
        self.0.chain.confirm_chain().await?;
        let unsigned = UnsignedTx { fee, ..row.unsigned.clone().ok_or(OutboxError::Unknown)? };
        let signed = sign_with(signer, &unsigned)?;
        let (id, hash, kept, at, most) = (row.id, signed.hash, signed.clone(), self.0.ledger.now(), row.most_per_gas);
        self.0.ledger.write(Point::TxReplaced, move |c| rows::add_variant(c, id, &kept, &unsigned, most, at)).await?;
        let row = TxRow { variants: vec![signed], ..row };
        self.send(&row).await;
        Ok(hash)
    }

    /// Forbids keys: nothing is ever signed under them. False, and nothing changed, where one is signed already.
    pub async fn forbid(&self, keys: &[Key], point: Point) -> Result<bool, OutboxError> {
        let (chain, keys, at) = (self.0.chain.chain_id(), keys.to_vec(), self.0.ledger.now());
        Ok(self.0.ledger.write(point, move |c| rows::forbid(c, chain, &keys, at)).await?)
    }

    /// Whether something is signed under a key.
    pub async fn is_signed(&self, key: &Key) -> Result<bool, OutboxError> {
        Ok(self.row(key).await?.is_some_and(|row| row.state != TxState::Forbidden))
    }

    /// Whether this very call is signed under a key. Where the chain went back, the same number may be another agreement's.
    pub async fn is_signed_as(&self, key: &Key, call: &Call) -> Result<bool, OutboxError> {
        let signed = self.row(key).await?.and_then(|row| row.unsigned);
        Ok(signed.is_some_and(|tx| tx.to == Some(call.to) && tx.data == call.data))
    }

    /// The hash of the variant signed last under a key.
    pub async fn hash(&self, key: &Key) -> Result<Option<TxHash>, OutboxError> {
        Ok(self.row(key).await?.and_then(|row| row.variants.last().map(|v| v.hash)))
    }

    /// What is signed and not known to be mined, oldest first.
    pub async fn pending(&self) -> Result<Vec<Pending>, OutboxError> {
        let rows = self.unsettled().await?;
        let mut noted = self.0.noted.lock().unwrap_or_else(PoisonError::into_inner);
        noted.retain(|id| rows.iter().any(|row| row.id == *id));
        let sent = self.0.sent.lock().unwrap_or_else(PoisonError::into_inner);
        let pending = rows.into_iter().filter(|row| !noted.contains(&row.id)).filter_map(|row| {
            Some(Pending {
                key: row.key.0.clone(),
                what: row.what.clone(),
                account: row.account,
                nonce: row.nonce,
                hash: row.variants.last()?.hash,
                signed: row.created,
                trouble: sent.get(&row.id).and_then(|s| s.trouble.clone()),
            })
        });
        Ok(pending.collect())
    }

    /// Sends everything again that is signed and not mined, in the order of nonces, and notes what is. To be called
    /// once after a start, before anything new is signed.
    pub async fn resume(&self) -> Result<(), OutboxError> {
        for row in self.unsettled().await? {
            match self.look(&row).await {
                Ok(Outlook::Ended(Ok(_))) => self.note(&row, TxState::Mined),
                Ok(Outlook::Ended(Err(OutboxError::Displaced { .. }))) => self.note(&row, TxState::Displaced),
                Ok(Outlook::Ended(Err(_))) => self.note(&row, TxState::Reverted),
                Ok(Outlook::Next(head)) => self.hasten(&row, head).await,
                Ok(Outlook::Behind(mined)) => self.send_behind(&row, mined).await?,
                Ok(Outlook::Waits) if self.is_due(row.id) => self.send(&row).await,
                Ok(Outlook::Waits) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Goes on with [`Outbox::resume`] at new blocks and from time to time, until it is cancelled.
    pub async fn tend(&self, cancel: CancellationToken) {
        let mut heads = self.0.chain.heads();
        loop {
            if let Err(error) = self.resume().await {
                tracing::debug!(%error, "cannot tend the outbox");
            }
            let pause = async {
                // Blocks may come thick and fast; one look per second is enough for what nobody waits for.
                tokio::time::sleep(Duration::from_secs(1)).await;
                tokio::select! {
                    biased;
                    () = tokio::time::sleep(SEND_AGAIN) => true,
                    changed = heads.changed() => changed.is_ok(),
                }
            };
            tokio::select! {
                biased;
                () = cancel.cancelled() => return,
                goes_on = pause => if !goes_on { return },
            }
        }
    }

    fn queue(&self, account: Address) -> Arc<tokio::sync::Mutex<()>> {
        self.0.queues.lock().unwrap_or_else(PoisonError::into_inner).entry(account).or_default().clone()
    }

    async fn row(&self, key: &Key) -> Result<Option<TxRow>, LedgerError> {
        let (chain, key) = (self.0.chain.chain_id(), key.clone());
        self.0.ledger.read(move |c| rows::by_key(c, chain, &key)).await
    }

    async fn unsettled(&self) -> Result<Vec<TxRow>, LedgerError> {
        let chain = self.0.chain.chain_id();
        self.0.ledger.read(move |c| rows::unsettled(c, chain)).await
    }
}

/// A transaction that succeeded without the event that shows its effect did nothing.
fn effective(receipt: Receipt, told_by: Option<Address>) -> Result<Receipt, OutboxError> {
    match told_by {
        Some(contract) if !receipt.logs.iter().any(|log| log.address == contract) => {
            Err(OutboxError::WithoutEffect(Box::new(receipt)))
        }
        _ => Ok(receipt),
    }
}

fn sign_with(signer: &dyn Signer, tx: &UnsignedTx) -> Result<SignedTx, OutboxError> {
    signer.sign_tx(tx).map_err(|error| match error {
        SignError::Locked => OutboxError::Locked(tx.from),
        other => OutboxError::Sign(other),
    })
}

#[cfg(test)]
mod tests;
