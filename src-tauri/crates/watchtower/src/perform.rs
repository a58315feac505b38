//! What a watched purchase wants done, done: reading, waiting, and the two transactions that anyone may send.

use crate::Watch;
use agreement::buyer::{Act, Effect, Event};
use async_trait::async_trait;
use keeper::Keeper;
use protocol::Signer;
use runner::{Batch, Hold, Item, Outbox, Perform, Point, items, read_facts, tx_events};
use std::sync::Arc;

pub(crate) struct Watching {
    pub(crate) keeper: Keeper,
    pub(crate) outbox: Outbox,
    pub(crate) key: Arc<dyn Signer>,
}

impl Watching {
    async fn send(&self, items: Vec<Item>, point: Point, act: Act) -> Result<Vec<Event>, Hold> {
        let batch = Batch { signer: self.key.clone(), items, not_after: None, point };
        let outcome = self.outbox.run(batch).await;
        let block = *self.keeper.blocks().borrow();
        tx_events(
            outcome,
            || Event::TxDone { act },
            |reason| Event::TxFailed { act, reason, block },
            |_| Event::TooLate,
        )
    }
}

#[async_trait]
impl Perform<Watch> for Watching {
    async fn perform(&self, watch: &Watch, effect: &Effect) -> Result<Vec<Event>, Hold> {
        let terms = &watch.0.order().terms;
        let contracts = self.keeper.contracts();
        match effect {
            Effect::ReadFacts => {
                let facts = read_facts(&self.keeper, terms).await.map_err(Hold::later)?;
                Ok(vec![Event::Facts(Box::new(facts))])
            }
            Effect::TickUntil { block } => {
                self.keeper.tick_until(*block).await.map_err(Hold::later)?;
                Ok(Vec::new())
            }
            Effect::AbortAndRefund { attempt } => {
                self.send(items::take_back(contracts, terms, *attempt), Point::AbortSigned, Act::Abort).await
            }
            Effect::Refund { attempt } => {
                self.send(items::refund(contracts, terms, *attempt), Point::RefundSigned, Act::Refund).await
            }
            // It was opened: the keys are the buyer's, and there is nothing left to watch.
            Effect::FetchKeys => Ok(vec![Event::KeysFetched]),
            // Only before a payment; a watch begins after it.
            Effect::CheckLiveness
            | Effect::PostAgreement
            | Effect::CreateAgreement { .. }
            | Effect::ApproveAndLock { .. }
            | Effect::WithdrawPayment => Ok(Vec::new()),
        }
    }
}
