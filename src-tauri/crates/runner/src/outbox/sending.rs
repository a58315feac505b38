//! What is sent, and when it is sent again.

use super::{
    Item, Outbox, Sent,
    rows::{self, TxRow},
};
use crate::{chain::BroadcastError, ledger::LedgerError};
use protocol::Address;
use std::{sync::PoisonError, time::Duration};
use tokio::time::Instant;

/// A transaction that is not mined is sent again after this time.
pub(super) const SEND_AGAIN: Duration = Duration::from_secs(10);
/// One that is not mined is sent again with what is signed behind it, unless it was sent within this time.
pub(super) const JUST_SENT: Duration = Duration::from_secs(2);
/// With what is signed behind them so many are sent again, the first that can be mined.
const EARLIEST: u32 = 8;

impl Outbox {
    pub(super) async fn send(&self, row: &TxRow) {
        let Some(variant) = row.variants.last() else { return };
        let trouble = match self.0.chain.broadcast(variant).await {
            Ok(()) | Err(BroadcastError::Known | BroadcastError::NonceTooLow) => None,
            Err(error) => {
                tracing::warn!(key = %row.key, hash = %variant.hash, %error, "a transaction was not taken; it is sent again");
                Some(error)
            }
        };
        let sent = Sent { at: Some(Instant::now()), trouble };
        self.0.sent.lock().unwrap_or_else(PoisonError::into_inner).insert(row.id, sent);
    }

    /// Sends again what has to be mined before these: the node may have lost it, and then they would wait for it.
    pub(super) async fn send_earlier(&self, account: Address, items: &[Item]) -> Result<(), LedgerError> {
        let of_these = |row: &TxRow| items.iter().any(|item| item.key == row.key);
        let chain = self.0.chain.chain_id();
        let earliest = self.0.ledger.read(move |c| rows::earliest(c, chain, account, EARLIEST)).await?;
        for row in earliest {
            if !of_these(&row) && self.was_sent_before(row.id, JUST_SENT) {
                self.send(&row).await;
            }
        }
        Ok(())
    }

    /// Sends one again that others of its account come before, of which so many are mined. What had
    /// ended in between was taken back by a fork, and is sent again, too.
    pub(super) async fn send_behind(&self, row: &TxRow, mined: u64) -> Result<(), LedgerError> {
        let (chain, account, nonce) = (self.0.chain.chain_id(), row.account, row.nonce);
        let ended = self.0.ledger.read(move |c| rows::ended_between(c, chain, account, mined..nonce)).await?;
        for row in ended.iter().chain([row]) {
            if self.is_due(row.id) {
                self.send(row).await;
            }
        }
        self.fill_gap(account, mined).await
    }

    pub(super) fn was_taken(&self, id: i64) -> bool {
        let sent = self.0.sent.lock().unwrap_or_else(PoisonError::into_inner);
        sent.get(&id).is_some_and(|s| matches!(s.trouble, None | Some(BroadcastError::Underpriced)))
    }

    pub(super) fn is_due(&self, id: i64) -> bool {
        self.was_sent_before(id, SEND_AGAIN)
    }

    /// Whether it was not sent within this time.
    pub(super) fn was_sent_before(&self, id: i64, time: Duration) -> bool {
        let sent = self.0.sent.lock().unwrap_or_else(PoisonError::into_inner);
        sent.get(&id).and_then(|s| s.at).is_none_or(|at| at.elapsed() >= time)
    }
}
