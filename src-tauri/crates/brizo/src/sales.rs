//! What a publisher's machine wants done, done. All transactions are the service key's and go through the outbox.

use crate::{
    GatewayError,
    drivers::{DriverError, Hashed},
    gateway::Gateway,
};
use agreement::publisher::{Act, Effect, Event, Sale, State};
use async_trait::async_trait;
use protocol::{Address, AgreementId, Did, Sentence, Vodka, ddo::Ddo, metadata::FileInfo, sentence};
use runner::{Batch, Hold, Item, Journal, Journaled as _, Perform, Point, items, read_facts, tx_events};
use std::sync::{OnceLock, Weak};

/// How far a sale is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaleStage {
    /// A buyer asked for it.
    Begun,
    /// The buyer's money is set aside.
    SetAside,
    /// Access was granted.
    Opened,
    /// The owner was paid.
    Paid,
    /// It ended without a sale.
    Ended,
}

/// News of a sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaleNews {
    /// The agreement.
    pub agreement: AgreementId,
    /// The listing.
    pub did: Did,
    /// The buyer.
    pub consumer: Address,
    /// The price.
    pub price: Vodka,
    /// How far it is.
    pub stage: SaleStage,
}

impl SaleNews {
    fn of(state: &State) -> Self {
        let terms = &state.sale().terms;
        let stage = match state {
            State::Requested { .. } | State::Seen { .. } | State::Creating { .. } | State::Created { .. } => {
                SaleStage::Begun
            }
            State::Rehashing { .. } | State::Granting { .. } => SaleStage::SetAside,
            State::Granted { .. } | State::Releasing { .. } => SaleStage::Opened,
            State::Released { .. } => SaleStage::Paid,
            State::Refused { .. } | State::Expired { .. } => SaleStage::Ended,
        };
        Self { agreement: terms.agreement, did: terms.did, consumer: terms.consumer, price: terms.price, stage }
    }
}

/// All sales of a journal, open and closed.
pub(crate) async fn all(journal: &Journal) -> Result<Vec<SaleNews>, GatewayError> {
    let mut rows = journal.open(State::MACHINE).await?;
    let count = journal.closed_count(State::MACHINE).await?;
    rows.extend(journal.closed(State::MACHINE, 0, u32::try_from(count).unwrap_or(u32::MAX)).await?);
    rows.iter()
        .map(|row| {
            let state: State =
                serde_json::from_str(&row.entry.content).map_err(|e| GatewayError::Listing(Sentence::verbatim(e)))?;
            Ok(SaleNews::of(&state))
        })
        .collect()
}

/// Performs for the gateway that holds the driver.
#[derive(Default)]
pub(crate) struct Selling {
    gateway: OnceLock<Weak<crate::gateway::Inner>>,
}

impl Selling {
    pub(crate) fn serve(&self, gateway: &Gateway) {
        // Set once, when the gateway is opened.
        let _ = self.gateway.set(std::sync::Arc::downgrade(&gateway.inner));
    }

    fn gateway(&self) -> Option<Gateway> {
        Some(Gateway { inner: self.gateway.get()?.upgrade()? })
    }
}

impl Gateway {
    async fn send(&self, items: Vec<Item>, not_after: Option<u64>, point: Point, act: Act) -> Result<Vec<Event>, Hold> {
        let batch = Batch { signer: self.inner.key.clone(), items, not_after, point };
        let outcome = self.inner.outbox.run(batch).await;
        let block = *self.inner.keeper.blocks().borrow();
        tx_events(
            outcome,
            || Event::TxDone { act },
            |reason| Event::TxFailed { act, reason, block },
            |block| Event::TooLate { block },
        )
    }

    /// Whether a grant of this sale was ever signed. One under the same number may be of another's, whose agreement the chain
    /// has taken back: nothing was compared for this one then.
    async fn granted_before(&self, state: &State) -> Result<bool, Hold> {
        let terms = &state.sale().terms;
        let grant = self.inner.keeper.contracts().grant_access(terms);
        self.inner.outbox.is_signed_as(&items::grant_key(terms), &grant).await.map_err(Hold::later)
    }

    /// Compares every file that would be delivered with what was sold; sales of one version that ask at once share that.
    async fn rehash(&self, state: &State) -> Result<Vec<Event>, Hold> {
        let sale = state.sale();
        let version = (sale.terms.did, sale.version.clone());
        let found = self.inner.readings.shared(version, Box::pin(self.compare(sale))).await?;
        Ok(vec![found])
    }

    async fn compare(&self, sale: &Sale) -> Result<Event, Hold> {
        let checksum = sale.version.parse().map_err(Hold::later)?;
        let kept = self.inner.store.version(sale.terms.did, Some(checksum)).await.map_err(Hold::later)?;
        let Some(document) = kept else {
            return Ok(Event::Changed { reason: "the listing as it was sold is missing".into() });
        };
        let ddo = Ddo::parse(&document).map_err(Hold::later)?;
        let list = self.files(&ddo).await.map_err(Hold::later)?;
        for file in &ddo.metadata().files {
            let place = usize::try_from(file.index).ok().and_then(|i| list.urls.get(i));
            let Some(url) = place else {
                return Ok(Event::Changed { reason: sentence!("file {number} has no place", number = file.index) });
            };
            // What was sold without a hash cannot be compared.
            let Some(sold) = file.sha256() else { continue };
            // For each file anew: what comes slowly, or is much, lets others in between.
            let _turn = self.inner.readings.turn(list.own, sale.terms.owner).await;
            let found = self.inner.drivers.hash(url, list.own, file.content_length).await;
            if let Some(changed) = compared(file, sold, found)? {
                return Ok(changed);
            }
        }
        Ok(Event::Intact)
    }
}

/// What is wrong with a file that would be delivered, held against the hash and the length that were sold; `None` where
/// nothing is.
///
/// # Errors
/// A hold, where that passes, or the time ends. That a file is not there passes, too: a drive is connected again, a server
/// finds it again. The buyer gets his money back when the time is over, and without a limit of time the file when it is back.
fn compared(file: &FileInfo, sold: [u8; 32], found: Result<Hashed, DriverError>) -> Result<Option<Event>, Hold> {
    let number = file.index;
    match found {
        Ok(found) => {
            let same_length = file.content_length.is_none_or(|length| length == found.bytes);
            if found.sha256 == hex::encode(sold) && same_length {
                return Ok(None);
            }
            Ok(Some(Event::Changed { reason: sentence!("file {number} is not what was sold", number) }))
        }
        Err(
            error @ (DriverError::Gone
            | DriverError::Web(_)
            | DriverError::Io(_)
            | DriverError::Store(_)
            | DriverError::Slow),
        ) => Err(Hold::later(error)),
        Err(error @ (DriverError::Unsupported | DriverError::TooLarge)) => {
            let reason = sentence!("file {number} cannot be read ({why})", number, why = error.to_string());
            Ok(Some(Event::Changed { reason }))
        }
    }
}

#[async_trait]
impl Perform<State> for Selling {
    async fn perform(&self, state: &State, effect: &Effect) -> Result<Vec<Event>, Hold> {
        let gateway = self.gateway().ok_or_else(|| Hold::later("the gateway is ending"))?;
        let terms = &state.sale().terms;
        let contracts = gateway.inner.keeper.contracts();
        match effect {
            Effect::CreateAgreement => {
                let items = items::gateway_creation(contracts, terms);
                gateway.send(items, None, Point::CreateSigned, Act::Create).await
            }
            Effect::ReadFacts => {
                let facts = read_facts(&gateway.inner.keeper, terms).await.map_err(Hold::later)?;
                Ok(vec![Event::Facts(Box::new(facts))])
            }
            Effect::TickUntil { block } => {
                gateway.inner.keeper.tick_until(*block).await.map_err(Hold::later)?;
                // Entering and resuming this state both come by here: a delivery may have been complete before the
                // machine knew of the grant, or before a crash.
                let granted = matches!(state, State::Granted { .. });
                if granted && gateway.inner.store.was_delivered(terms.agreement).await.map_err(Hold::later)? {
                    return Ok(vec![Event::Delivered]);
                }
                Ok(Vec::new())
            }
            // The chain went back behind the payment, and it came again.
            Effect::Rehash if gateway.granted_before(state).await? => Ok(vec![Event::Intact]),
            Effect::Rehash => gateway.rehash(state).await,
            Effect::GrantAccess { attempt, not_after } => {
                let items = items::grant(contracts, terms, *attempt);
                gateway.send(items, *not_after, Point::GrantSigned, Act::Grant).await
            }
            Effect::ReleaseReward { attempt } => {
                let items = items::release(contracts, terms, *attempt);
                gateway.send(items, None, Point::ReleaseSigned, Act::Release).await
            }
        }
    }

    fn changed(&self, _before: Option<&State>, now: &State) {
        if let Some(gateway) = self.gateway() {
            // Nobody may be listening.
            let _ = gateway.inner.news.send(SaleNews::of(now));
        }
    }
}

#[cfg(test)]
mod tests;
