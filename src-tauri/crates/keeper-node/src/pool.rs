//! Transactions that wait for a block: one queue per sender, by nonce.

use crate::transaction::{Refusal, Transaction};
use alloy_consensus::Transaction as _;
use alloy_primitives::{Address, B256};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap, HashMap},
};

/// Transactions that wait at most, of all senders and of one.
const MAX_WAITING: usize = 4096;
const MAX_PER_SENDER: usize = 256;

/// A transaction with its place in the order of arrival.
#[derive(Debug, Clone)]
pub(crate) struct Waiting {
    pub(crate) tx: Transaction,
    pub(crate) arrival: u64,
}

/// All that wait.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    queues: HashMap<Address, BTreeMap<u64, Waiting>>,
    nonces: HashMap<B256, (Address, u64)>,
    arrivals: u64,
}

impl Pool {
    /// Takes a transaction whose sender has the next nonce `next`; says which one it replaced.
    pub(crate) fn add(&mut self, tx: Transaction, next: u64) -> Result<Option<Transaction>, Refusal> {
        let nonce = tx.envelope.nonce();
        if self.nonces.contains_key(&tx.hash) {
            return Err(Refusal::AlreadyKnown);
        }
        if nonce < next {
            return Err(Refusal::NonceTooLow { next, nonce });
        }
        let queue = self.queues.get(&tx.sender);
        let old = queue.and_then(|queue| queue.get(&nonce));
        match old {
            Some(old) if !outbids(&tx, &old.tx) => return Err(Refusal::Underpriced),
            None if self.nonces.len() >= MAX_WAITING || queue.is_some_and(|queue| queue.len() >= MAX_PER_SENDER) => {
                return Err(Refusal::PoolFull);
            }
            _ => {}
        }
        self.arrivals += 1;
        self.nonces.insert(tx.hash, (tx.sender, nonce));
        let waiting = Waiting { arrival: self.arrivals, tx };
        let replaced = self.queues.entry(waiting.tx.sender).or_default().insert(nonce, waiting);
        if let Some(old) = &replaced {
            self.nonces.remove(&old.tx.hash);
        }
        Ok(replaced.map(|old| old.tx))
    }

    /// Removes one.
    pub(crate) fn remove(&mut self, hash: B256) {
        if let Some((sender, nonce)) = self.nonces.remove(&hash)
            && let Some(queue) = self.queues.get_mut(&sender)
        {
            queue.remove(&nonce);
            if queue.is_empty() {
                self.queues.remove(&sender);
            }
        }
    }

    /// One of those that wait.
    pub(crate) fn get(&self, hash: B256) -> Option<&Waiting> {
        let (sender, nonce) = self.nonces.get(&hash)?;
        self.queues.get(sender)?.get(nonce)
    }

    /// The senders that wait.
    pub(crate) fn senders(&self) -> Vec<Address> {
        self.queues.keys().copied().collect()
    }

    /// The nonce after those of a sender that can go into the next block.
    pub(crate) fn pending_nonce(&self, sender: Address, mut next: u64) -> u64 {
        let Some(queue) = self.queues.get(&sender) else { return next };
        while queue.contains_key(&next) {
            next += 1;
        }
        next
    }

    /// All that can go into the next block, given each sender's next nonce: by nonce per sender, else by arrival.
    pub(crate) fn ready(&self, next: &HashMap<Address, u64>) -> Vec<Transaction> {
        let mut heap: BinaryHeap<Reverse<(u64, Address, u64)>> = BinaryHeap::new();
        for (sender, nonce) in next {
            if let Some(waiting) = self.queues.get(sender).and_then(|queue| queue.get(nonce)) {
                heap.push(Reverse((waiting.arrival, *sender, *nonce)));
            }
        }
        let mut ready = Vec::new();
        while let Some(Reverse((_, sender, nonce))) = heap.pop() {
            let Some(queue) = self.queues.get(&sender) else { continue };
            if let Some(waiting) = queue.get(&nonce) {
                ready.push(waiting.tx.clone());
            }
            if let Some(after) = queue.get(&(nonce + 1)) {
                heap.push(Reverse((after.arrival, sender, nonce + 1)));
            }
        }
        ready
    }
}

/// A replacement must offer a tenth more, and more at all, in both prices, as geth has it.
fn outbids(new: &Transaction, old: &Transaction) -> bool {
    let tip =
        |tx: &Transaction| tx.envelope.max_priority_fee_per_gas().unwrap_or_else(|| tx.envelope.max_fee_per_gas());
    let more = |new: u128, old: u128| new > old && new >= old.saturating_add(old / 10);
    more(new.envelope.max_fee_per_gas(), old.envelope.max_fee_per_gas()) && more(tip(new), tip(old))
}
