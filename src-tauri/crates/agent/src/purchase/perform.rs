//! What the buyer's machine wants done, done. All of it may happen twice: transactions go through the outbox under a
//! key, the rest reads or asks.

use super::Purchases;
use crate::{core::Core, describe, store::OwnedRow};
use agreement::{
    AgreementFact, ConditionFact, ConditionState, Facts,
    buyer::{Act, Effect, Event, State},
};
use async_trait::async_trait;
use clients::brizo::{BrizoClient, Initialized};
use futures_util::future::try_join_all;
use keeper::{ConditionOnChain, KeeperError};
use protocol::{
    Signer,
    conditions::{AccessTerms, ConditionKind},
    ddo::{DEFAULT_TIMEOUT_SECONDS, Ddo},
    tx::Call,
};
use runner::{Batch, Hold, Item, Key, Perform, Point, tx_events};
use std::sync::{Arc, OnceLock};

/// How often gateway and key servers are asked whether they are there.
const LIVENESS_TRIES: u32 = 4;

pub(super) struct Buying {
    core: Core,
    /// Whom to tell of changes.
    purchases: OnceLock<Purchases>,
}

impl Buying {
    pub(super) fn new(core: Core) -> Self {
        Self { core, purchases: OnceLock::new() }
    }

    pub(super) fn follow(&self, purchases: Purchases) {
        // Set once, when the agent is opened.
        let _ = self.purchases.set(purchases);
    }

    /// The buyer's account as it is now; its lock is looked at when something is signed.
    fn buyer(&self, terms: &AccessTerms) -> Result<Arc<dyn Signer>, Hold> {
        self.core.wallet.signer(terms.consumer).map_err(Hold::later)
    }

    fn service(&self) -> Arc<dyn Signer> {
        self.core.service.clone()
    }

    async fn facts(&self, terms: &AccessTerms) -> Result<Facts, KeeperError> {
        let keeper = &self.core.keeper;
        let ids = terms.ids();
        let block = keeper.block_number().await?;
        let conditions = ConditionKind::ALL.map(|kind| keeper.condition(ids.get(kind)));
        let (agreement, conditions) = tokio::try_join!(keeper.agreement(terms.agreement), try_join_all(conditions))?;
        let [lock, access, escrow] = <[ConditionOnChain; 3]>::try_from(conditions)
            .map_err(|_| KeeperError::Answer("three conditions were asked for".to_owned()))?
            .map(fact);
        let agreement = agreement.map(|a| AgreementFact {
            did: a.did,
            template: a.template,
            conditions: a.conditions,
            actors: a.actors,
        });
        Ok(Facts { block, agreement, lock, access, escrow })
    }

    async fn liveness(&self, terms: &AccessTerms, gateway: &str) -> Event {
        let Some(client) = BrizoClient::of_service(self.core.foreign.clone(), gateway) else {
            return Event::NotAlive { reason: "the listing names no gateway".to_owned() };
        };
        let mut reason = String::new();
        for attempt in 0..LIVENESS_TRIES {
            if attempt > 0 {
                tokio::time::sleep(std::time::Duration::from_millis(100 << attempt)).await;
            }
            if let Err(error) = client.check_alive(terms.provider).await {
                reason = format!("the publisher's computer does not answer ({error})");
                continue;
            }
            match &self.core.key_servers {
                None => return Event::Alive,
                Some(servers) => match servers.check_alive(terms.did).await {
                    Ok(()) => return Event::Alive,
                    Err(error) => reason = format!("too few key servers answer ({error})"),
                },
            }
        }
        Event::NotAlive { reason }
    }

    async fn post(&self, state: &State) -> Result<Vec<Event>, Hold> {
        let order = state.order();
        let terms = &order.terms;
        let signature = match self.buyer(terms)?.sign_personal(&terms.hash()) {
            Ok(signature) => signature,
            Err(protocol::SignError::Locked) => return Err(Hold::Unlock { account: terms.consumer }),
            Err(error) => return Ok(vec![Event::Refused { reason: error.to_string() }]),
        };
        let Some(gateway) = BrizoClient::of_service(self.core.foreign.clone(), &order.gateway) else {
            return Ok(vec![Event::NoInitialize]);
        };
        let asked = gateway.initialize(terms.did, terms.agreement, order.service, &signature, terms.consumer).await;
        match asked {
            Ok(Initialized::Created) => Ok(vec![Event::Accepted]),
            Ok(Initialized::Unknown) => Ok(vec![Event::NoInitialize]),
            Ok(Initialized::Refused { may_pass: true, message }) => Err(Hold::later(message)),
            Ok(Initialized::Refused { message, .. }) => Ok(vec![Event::Refused { reason: message }]),
            Err(error) => Err(Hold::later(error)),
        }
    }

    async fn run(
        &self,
        signer: Arc<dyn Signer>,
        items: Vec<Item>,
        not_after: Option<u64>,
        point: Point,
        act: Act,
    ) -> Result<Vec<Event>, Hold> {
        let outcome = self.core.outbox.run(Batch { signer, items, not_after, point }).await;
        let block = *self.core.keeper.blocks().borrow();
        tx_events(
            outcome,
            || Event::TxDone { act },
            |reason| Event::TxFailed { act, reason, block },
            |_| Event::TooLate,
        )
    }

    /// File list and keys, into the library: from here on the purchase survives the loss of catalogue and listing.
    async fn fetch_keys(&self, state: &State) -> Result<Vec<Event>, Hold> {
        let terms = &state.order().terms;
        let core = &self.core;
        if core.wallet.is_locked() {
            return Err(Hold::Unlock { account: terms.consumer });
        }
        let record = core.store.purchase(terms.agreement).await.map_err(Hold::later)?;
        let record = record.ok_or_else(|| Hold::later("the listing as it was confirmed is missing"))?;
        let ddo = Ddo::parse(&record.document).map_err(Hold::later)?;
        let urls = core.decrypt(&ddo, terms.consumer).await.map_err(|e| Hold::later(e.message))?;
        let service = ddo.service(state.order().service);
        let seconds = service.and_then(|s| s.timeout).unwrap_or(DEFAULT_TIMEOUT_SECONDS);
        let bought = crate::clock::now_ms();
        let until = i64::try_from(seconds).ok().and_then(|s| s.checked_mul(1000)).and_then(|ms| bought.checked_add(ms));
        core.store
            .own(OwnedRow {
                agreement: terms.agreement,
                did: terms.did,
                name: record.name,
                author: record.publisher,
                license: describe::row(&ddo, describe::Mine::default()).license,
                price: terms.price,
                bought: crate::clock::text_of_ms(bought),
                consumer: terms.consumer,
                consume_endpoint: service.map(|s| s.endpoint.clone()).unwrap_or_default(),
                files: describe::files(&ddo),
                urls,
                fetch_until: (seconds != 0).then(|| until.map(crate::clock::text_of_ms)).flatten(),
                document: record.document,
            })
            .await
            .map_err(Hold::later)?;
        Ok(vec![Event::KeysFetched])
    }
}

fn item(key: Key, call: Call, gas: Option<u64>) -> Item {
    Item { key, call, gas }
}

fn fact(found: ConditionOnChain) -> ConditionFact {
    ConditionFact {
        type_ref: found.type_ref,
        state: match found.state {
            keeper::ConditionState::Uninitialized => ConditionState::Uninitialized,
            keeper::ConditionState::Unfulfilled => ConditionState::Unfulfilled,
            keeper::ConditionState::Fulfilled => ConditionState::Fulfilled,
            keeper::ConditionState::Aborted => ConditionState::Aborted,
        },
        time_lock: found.time_lock,
        time_out: found.time_out,
        created_at: found.created_at,
    }
}

#[async_trait]
impl Perform<State> for Buying {
    async fn perform(&self, state: &State, effect: &Effect) -> Result<Vec<Event>, Hold> {
        let terms = &state.order().terms;
        let contracts = self.core.keeper.contracts();
        let key = |purpose: &str| Key::of(terms.agreement, purpose);
        match effect {
            Effect::CheckLiveness => Ok(vec![self.liveness(terms, &state.order().gateway).await]),
            Effect::PostAgreement => self.post(state).await,
            Effect::CreateAgreement => {
                let items = vec![item(key("create"), contracts.create_agreement(terms), None)];
                self.run(self.buyer(terms)?, items, None, Point::CreateSigned, Act::Create).await
            }
            Effect::ReadFacts => {
                let facts = self.facts(terms).await.map_err(Hold::later)?;
                Ok(vec![Event::Facts(Box::new(facts))])
            }
            Effect::TickUntil { block } => {
                self.core.keeper.tick_until(*block).await.map_err(Hold::later)?;
                Ok(Vec::new())
            }
            Effect::ApproveAndLock { not_after } => {
                let items = vec![
                    item(
                        key("approve"),
                        contracts.approve(contracts.lock_reward, terms.price),
                        Some(keeper::gas::APPROVE),
                    ),
                    item(key("lock"), contracts.lock_reward(terms), Some(keeper::gas::LOCK)),
                ];
                self.run(self.buyer(terms)?, items, *not_after, Point::PaymentSigned, Act::Pay).await
            }
            Effect::WithdrawPayment => {
                let keys = [key("approve"), key("lock")];
                let forbidden = self.core.outbox.forbid(&keys, Point::PaymentForbidden).await.map_err(Hold::later)?;
                Ok(if forbidden { vec![Event::Withdrawn] } else { Vec::new() })
            }
            Effect::FetchKeys => self.fetch_keys(state).await,
            Effect::AbortByTimeout { attempt } => {
                let call = contracts.abort_by_timeout(ConditionKind::AccessSecretStore, terms.ids().access);
                let items = vec![item(Key::attempt(terms.agreement, "abort", *attempt), call, None)];
                self.run(self.service(), items, None, Point::AbortSigned, Act::Abort).await
            }
            Effect::Refund { attempt } => {
                let call = contracts.release_reward(terms);
                let items = vec![item(Key::attempt(terms.agreement, "refund", *attempt), call, None)];
                self.run(self.service(), items, None, Point::RefundSigned, Act::Refund).await
            }
        }
    }

    fn changed(&self, _before: Option<&State>, now: &State) {
        if let Some(purchases) = self.purchases.get().cloned() {
            let now = now.clone();
            tokio::spawn(async move { purchases.told(&now).await });
        }
    }
}
