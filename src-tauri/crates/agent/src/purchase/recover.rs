//! A purchase of this account that this home does not know, taken up again from what the chain knows of it. What the terms
//! were is proven by the conditions' ids, which are hashes of them. Only what was paid is taken up: nothing here ever pays.

use super::{Purchases, drive, quote};
use crate::{
    chain_events::index,
    clock,
    core::chain,
    describe, errors,
    market::Found,
    store::{Happening, Past, PurchaseRecord},
};
use agreement::{ConditionState, Facts, buyer};
use api::{ActivityKind, ApiError, Code};
use indexer::{Agreement, Entry, Filter, Indexer, Position, Topic};
use keeper::{AgreementOnChain, ConditionOnChain, Contracts};
use protocol::{
    Address, AgreementId, Vodka,
    conditions::{AccessTerms, ConditionKind},
    ddo::{Ddo, Service, ServiceKind, TemplateRef},
};
use runner::{DriveError, buyer_id};
use tokio::task::JoinHandle;

/// An agreement has no more events than this that matter here.
const EVENTS: u32 = 100;

/// What became of an agreement that was to be taken up.
pub(crate) enum TakenUp {
    /// It goes on; this ends when it has ended.
    Begun(JoinHandle<Result<buyer::State, DriveError>>),
    /// It is here already.
    Here,
    /// This account has not paid for it, or it is of a form that this program does not make.
    NotOurs,
}

impl Purchases {
    /// Whether this home knows a purchase.
    pub(crate) async fn is_known(&self, agreement: AgreementId) -> Result<bool, ApiError> {
        Ok(self.driver.load(&buyer_id(agreement)).await.map_err(drive)?.is_some())
    }

    /// Takes up a purchase of an account that holds the keys for it.
    pub(crate) async fn take_up(
        &self,
        indexer: &Indexer,
        seen: &Agreement,
        consumer: Address,
    ) -> Result<TakenUp, ApiError> {
        if self.is_known(seen.id).await? {
            return Ok(TakenUp::Here);
        }
        let start = Position { block: 0, index: 0 };
        let events = indexer.history(Filter::about(seen.id.0), start, EVENTS).await.map_err(index)?;
        let Some(paid) = newest(&events, Topic::PaymentLocked) else { return Ok(TakenUp::NotOurs) };
        let keeper = &self.core.keeper;
        let Some(on_chain) = keeper.agreement(seen.id).await.map_err(chain)? else { return Ok(TakenUp::NotOurs) };
        let owners = indexer.owners_of(seen.did).await.map_err(index)?;
        let price = paid.amount.unwrap_or(Vodka::ZERO);
        let Some(terms) = self.terms_of(seen.id, &on_chain, consumer, price, &owners).await? else {
            return Ok(TakenUp::NotOurs);
        };
        let facts = runner::read_facts(keeper, &terms).await.map_err(chain)?;
        settled(paid.position.block, facts.block, keeper.confirmations())?;
        let found = unless_needed(self.core.find(terms.did).await, &facts)?;
        let access = found.as_ref().and_then(|found| agreed_service(&found.ddo, terms.template));
        let gateway = access.map(|service| service.endpoint.clone()).unwrap_or_default();
        let service = access.map_or(0, |service| service.index);
        let order = quote::order(terms, service, gateway, seen.block);
        if let Err(flaw) = buyer::State::recovered(order.clone(), &facts) {
            tracing::info!(%flaw, agreement = %seen.id, "an agreement is not taken up");
            return Ok(TakenUp::NotOurs);
        }
        // It begins where the money was set aside; where it stands now the machine reads from the chain itself.
        let begin = buyer::State::recovered(order, &when_paid(&facts));
        let (state, _) = begin.map_err(|flaw| errors::internal(flaw.to_string()))?;
        let past = Past {
            agreed: self.core.block_time(seen.block).await?,
            set_aside: self.core.block_time(paid.position.block).await?,
            opened: match granted_in(&events, &facts) {
                Some(block) => Some(self.core.block_time(block).await?),
                None => None,
            },
        };
        let record = record(&state.order().terms, found.as_ref(), past);
        self.tell_past(&record).await?;
        self.core.store.save_purchase(record).await.map_err(errors::store)?;
        match self.driver.begin(&state).await {
            Ok(id) => Ok(TakenUp::Begun(self.driver.spawn(id, self.core.cancel.clone()))),
            Err(DriveError::Exists(_)) => Ok(TakenUp::Here),
            Err(error) => Err(drive(error)),
        }
    }

    /// The terms whose ids are the agreement's; `None` where none of the people it may be between give them.
    async fn terms_of(
        &self,
        agreement: AgreementId,
        on_chain: &AgreementOnChain,
        consumer: Address,
        price: Vodka,
        owners: &[Address],
    ) -> Result<Option<AccessTerms>, ApiError> {
        let mut conditions = Vec::new();
        for id in &on_chain.conditions {
            conditions.push(self.core.keeper.condition(*id).await.map_err(chain)?);
        }
        Ok(proven(agreement, on_chain, &conditions, consumer, price, owners, self.core.keeper.contracts()))
    }

    /// What happened before, told as of then.
    async fn tell_past(&self, record: &PurchaseRecord) -> Result<(), ApiError> {
        for (happening, at) in past_happenings(record) {
            let once = format!("{}:{:?}", buyer_id(record.agreement), happening.kind);
            self.core.store.tell(happening, once, clock::text_of_ms(at)).await.map_err(errors::store)?;
        }
        Ok(())
    }
}

/// The last event of this kind; they come in the chain's order.
fn newest(events: &[Entry], topic: Topic) -> Option<&Entry> {
    events.iter().rev().find(|entry| entry.topic == topic)
}

/// A payment counts once as many blocks as the network asks for, its own among them, are there.
fn settled(paid: u64, newest: u64, confirmations: u64) -> Result<(), ApiError> {
    if newest.saturating_sub(paid).saturating_add(1) >= confirmations {
        return Ok(());
    }
    Err(ApiError::new(
        Code::Changed,
        "A payment is in a block that is too new to build on.",
        "Try again in a few minutes.",
    ))
}

/// The block in which it was opened, where it still is.
fn granted_in(events: &[Entry], facts: &Facts) -> Option<u64> {
    let granted = newest(events, Topic::AccessGranted).filter(|_| facts.access.state == ConditionState::Fulfilled);
    granted.map(|entry| entry.position.block)
}

/// The service that was bought, or the one that is sold now where none is of this template.
fn agreed_service(ddo: &Ddo, template: TemplateRef) -> Option<&Service> {
    let agreed = |service: &&Service| service.template == Some(template);
    ddo.services_of(&ServiceKind::Access).find(agreed).or_else(|| ddo.access())
}

/// The listing as the catalogue has it now, needed where keys are to be fetched. Money that has to come back does not wait
/// for a catalogue.
fn unless_needed(found: Result<Found, ApiError>, facts: &Facts) -> Result<Option<Found>, ApiError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if facts.access.state == ConditionState::Fulfilled => Err(error),
        Err(error) => {
            tracing::info!(%error, "a purchase is taken up without its listing");
            Ok(None)
        }
    }
}

/// The terms whose ids are the agreement's; `None` where none of the people it may be between give them.
fn proven(
    agreement: AgreementId,
    on_chain: &AgreementOnChain,
    conditions: &[ConditionOnChain],
    consumer: Address,
    price: Vodka,
    owners: &[Address],
    contracts: &Contracts,
) -> Option<AccessTerms> {
    let (mut locks, mut outs) = ([0; 3], [0; 3]);
    for condition in conditions {
        let place = ConditionKind::ALL.iter().position(|kind| contracts.of(*kind) == condition.type_ref)?;
        (*locks.get_mut(place)?, *outs.get_mut(place)?) = (condition.time_lock, condition.time_out);
    }
    let others = on_chain.actors.iter().filter(|actor| **actor != consumer);
    let provider = others.chain(&on_chain.actors).next().copied()?;
    let terms = |owner| AccessTerms {
        agreement,
        did: on_chain.did,
        template: on_chain.template,
        provider,
        consumer,
        owner,
        price,
        time_locks: locks,
        time_outs: outs,
        escrow_contract: contracts.escrow_reward,
        lock_contract: contracts.lock_reward,
        access_contract: contracts.access_secret_store,
    };
    let fits = |terms: &AccessTerms| {
        let ids = terms.ids();
        [ids.lock, ids.access, ids.escrow].iter().all(|id| on_chain.conditions.contains(id))
    };
    // The owner of now need not be the one of then.
    std::iter::once(on_chain.did_owner).chain(owners.iter().copied()).map(terms).find(fits)
}

/// What happened before a purchase was taken up, and when, in milliseconds since 1970.
fn past_happenings(record: &PurchaseRecord) -> Vec<(Happening, i64)> {
    let Some(past) = record.past else { return Vec::new() };
    let times = [
        (ActivityKind::Agreed, Some(past.agreed)),
        (ActivityKind::SetAside, Some(past.set_aside)),
        (ActivityKind::Opened, past.opened),
        (ActivityKind::Bought, past.opened),
    ];
    let happening = |(kind, at): (ActivityKind, Option<i64>)| {
        let happening = Happening {
            kind,
            name: record.name.clone(),
            did: Some(record.did),
            agreement: Some(record.agreement),
            amount: (!record.price.is_zero()).then_some(record.price),
            tx: None,
        };
        Some((happening, at?))
    };
    times.into_iter().filter_map(happening).collect()
}

fn record(terms: &AccessTerms, found: Option<&Found>, past: Past) -> PurchaseRecord {
    let row = found.map(|found| describe::row(&found.ddo, describe::Mine::default()));
    let (name, publisher) = match row {
        Some(row) => (row.name, row.author),
        None => (terms.did.to_string(), terms.owner.to_string()),
    };
    PurchaseRecord {
        agreement: terms.agreement,
        did: terms.did,
        name,
        publisher,
        price: terms.price,
        started: clock::text_of_ms(past.agreed),
        past: Some(past),
        most_per_gas: None,
        document: found.map(|found| found.ddo.raw().to_vec()).unwrap_or_default(),
    }
}

/// The facts as they were when the money was set aside: nothing was decided after it.
fn when_paid(facts: &Facts) -> Facts {
    let mut then = facts.clone();
    then.block = facts.lock.created_at;
    then.access.state = ConditionState::Unfulfilled;
    then.escrow.state = ConditionState::Unfulfilled;
    then
}

#[cfg(test)]
mod tests;
