//! What the buyer's machine wants done, done. All of it may happen twice: transactions go through the outbox under a
//! key, the rest reads or asks.

use super::Purchases;
use crate::{
    core::Core,
    describe,
    store::{OwnedRow, PurchaseRecord},
    watchtowers::Handed,
};
use agreement::buyer::{Act, Effect, Event, State};
use async_trait::async_trait;
use clients::{
    ClientError,
    brizo::{BrizoClient, Initialized},
};
use keeper::gas;
use protocol::{
    Sentence, Signer,
    conditions::AccessTerms,
    ddo::{DEFAULT_TIMEOUT_SECONDS, Ddo},
    sentence,
};
use runner::{Batch, Hold, Item, Perform, Point, WeakDriver, items, read_facts, tx_events};
use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

/// How often gateway and key servers are asked whether they are there.
const LIVENESS_TRIES: u32 = 4;

pub(super) struct Buying {
    core: Core,
    /// The driver that it performs for, to tell of changes.
    driver: OnceLock<WeakDriver<State>>,
}

impl Buying {
    pub(super) fn new(core: Core) -> Self {
        Self { core, driver: OnceLock::new() }
    }

    pub(super) fn follow(&self, driver: WeakDriver<State>) {
        // Set once, when the agent is opened.
        let _ = self.driver.set(driver);
    }

    /// The buyer's account as it is now; its lock is looked at when something is signed.
    fn buyer(&self, terms: &AccessTerms) -> Result<Arc<dyn Signer>, Hold> {
        self.core.wallet.signer(terms.consumer).map_err(|e| Hold::said(&e))
    }

    /// Who takes the money back: this computer's own key, and the buyer's account where that key cannot pay for it.
    async fn payer(&self, terms: &AccessTerms, gas: u64) -> Result<Arc<dyn Signer>, Hold> {
        match self.core.account_pays(terms.consumer, gas).await.map_err(Hold::later)? {
            // Asked again from time to time: somebody may fill up that key meanwhile.
            true if self.core.wallet.is_locked() => {
                Err(Hold::said("this computer's key cannot pay the network fee, and the account that could is locked"))
            }
            true => self.buyer(terms),
            false => Ok(self.core.service.clone()),
        }
    }

    async fn liveness(&self, terms: &AccessTerms, gateway: &str) -> Event {
        let Some(client) = BrizoClient::of_service(self.core.foreign.clone(), gateway) else {
            return Event::NotAlive { reason: "the listing names no gateway".into() };
        };
        let mut reason = Sentence::default();
        for attempt in 0..LIVENESS_TRIES {
            tokio::time::sleep(pause_before(attempt)).await;
            if let Err(error) = client.check_alive(terms.provider).await {
                reason = sentence!("the publisher's computer does not answer ({why})", why = Sentence::from(&error));
                continue;
            }
            match &self.core.key_servers {
                None => return Event::Alive,
                Some(servers) => match servers.check_alive(terms.did).await {
                    Ok(()) => return Event::Alive,
                    Err(error) => {
                        reason = sentence!("too few key servers answer ({why})", why = Sentence::from(&error))
                    }
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
            Err(error) => return Ok(vec![Event::Refused { reason: (&error).into() }]),
        };
        let Some(gateway) = BrizoClient::of_service(self.core.foreign.clone(), &order.gateway) else {
            return Ok(vec![Event::NoInitialize]);
        };
        let asked = gateway.initialize(terms.did, terms.agreement, order.service, &signature, terms.consumer).await;
        answered(asked)
    }

    async fn run(
        &self,
        signer: Arc<dyn Signer>,
        items: Vec<Item>,
        not_after: Option<u64>,
        point: Point,
        act: Act,
    ) -> Result<Vec<Event>, Hold> {
        self.run_within(Batch { signer, items, not_after, point }, None, act).await
    }

    /// The buyer's own transactions, paying for them no more than was confirmed.
    async fn run_as_confirmed(&self, terms: &AccessTerms, batch: Batch, act: Act) -> Result<Vec<Event>, Hold> {
        let record = self.core.store.purchase(terms.agreement).await.map_err(Hold::later)?;
        self.run_within(batch, most_per_gas(record.as_ref()), act).await
    }

    async fn run_within(&self, batch: Batch, most_per_gas: Option<u128>, act: Act) -> Result<Vec<Event>, Hold> {
        let outcome = self.core.outbox.run_within(batch, most_per_gas).await;
        let block = *self.core.keeper.blocks().borrow();
        tx_events(
            outcome,
            || Event::TxDone { act },
            |reason| Event::TxFailed { act, reason, block },
            |_| Event::TooLate,
        )
    }

    /// Hands it over to the network's watch-towers, where there is something that can be taken back.
    fn hand_over(&self, terms: &AccessTerms) {
        if can_come_back(terms) {
            self.core.hand_over(&Handed::Purchase(Box::new(terms.clone())));
        }
    }

    /// File list and keys, into the library: from here on the purchase survives the loss of catalogue and listing.
    async fn fetch_keys(&self, state: &State) -> Result<Vec<Event>, Hold> {
        let terms = &state.order().terms;
        let core = &self.core;
        if core.wallet.is_locked() {
            return Err(Hold::Unlock { account: terms.consumer });
        }
        let record = core.store.purchase(terms.agreement).await.map_err(|e| not_kept(&e))?;
        let record = record.ok_or_else(|| Hold::said("the listing as it was confirmed is missing"))?;
        let ddo = Ddo::parse(&record.document).map_err(|e| Hold::said(&e))?;
        let urls = core.decrypt(&ddo, terms.consumer).await.map_err(|e| Hold::said(e.message))?;
        let service = ddo.service(state.order().service);
        let seconds = service.and_then(|s| s.timeout).unwrap_or(DEFAULT_TIMEOUT_SECONDS);
        let bought = record.past.and_then(|past| past.opened).unwrap_or_else(crate::clock::now_ms);
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
                fetch_until: fetch_until(bought, seconds).map(crate::clock::text_of_ms),
                document: record.document,
            })
            .await
            .map_err(|e| not_kept(&e))?;
        Ok(vec![Event::KeysFetched])
    }
}

/// How long gateway and key servers are given to come back, before they are asked for the first time, the second, and so on.
fn pause_before(attempt: u32) -> Duration {
    let first = Duration::from_millis(200);
    attempt.checked_sub(1).map_or(Duration::ZERO, |doubled| first.saturating_mul(1 << doubled.min(5)))
}

/// What the machine is told of the gateway's answer, or why it is asked again.
fn answered(asked: Result<Initialized, ClientError>) -> Result<Vec<Event>, Hold> {
    match asked {
        Ok(Initialized::Created) => Ok(vec![Event::Accepted]),
        Ok(Initialized::Unknown) => Ok(vec![Event::NoInitialize]),
        Ok(Initialized::Refused { may_pass: true, message }) => Err(Hold::later(message)),
        Ok(Initialized::Refused { message, .. }) => Ok(vec![Event::Refused { reason: Sentence::verbatim(message) }]),
        Err(error) => Err(Hold::said(&error)),
    }
}

/// wei per gas that were confirmed at most; nothing is known of a purchase that was taken up from the chain.
fn most_per_gas(record: Option<&PurchaseRecord>) -> Option<u128> {
    record.and_then(|record| record.most_per_gas).and_then(|most| u128::try_from(most.0).ok())
}

/// Whether there is something that a watch-tower could take back: not where nothing is paid, or where its time never ends.
fn can_come_back(terms: &AccessTerms) -> bool {
    !terms.price.is_zero() && terms.time_outs[1] != 0
}

/// Until when files can be fetched that were bought then and are given out for so many seconds; 0 is without end. All in
/// milliseconds since 1970.
fn fetch_until(bought: i64, seconds: u64) -> Option<i64> {
    let lasts = i64::try_from(seconds).ok().filter(|seconds| *seconds != 0)?;
    bought.checked_add(lasts.checked_mul(1000)?)
}

/// The disk did not take it, or did not give it.
fn not_kept(error: &crate::store::StoreError) -> Hold {
    Hold::said(sentence!("the data file cannot be used ({why})", why = error.to_string()))
}

#[async_trait]
impl Perform<State> for Buying {
    async fn perform(&self, state: &State, effect: &Effect) -> Result<Vec<Event>, Hold> {
        let terms = &state.order().terms;
        let contracts = self.core.keeper.contracts();
        match effect {
            Effect::CheckLiveness => Ok(vec![self.liveness(terms, &state.order().gateway).await]),
            Effect::PostAgreement => self.post(state).await,
            Effect::CreateAgreement { not_after } => {
                let (signer, items) = (self.buyer(terms)?, items::creation(contracts, terms));
                let batch = Batch { signer, items, not_after: Some(*not_after), point: Point::CreateSigned };
                self.run_as_confirmed(terms, batch, Act::Create).await
            }
            Effect::ReadFacts => {
                let facts = read_facts(&self.core.keeper, terms).await.map_err(|e| Hold::said(&e))?;
                Ok(vec![Event::Facts(Box::new(facts))])
            }
            Effect::TickUntil { block } => {
                // Entering and resuming this state both come by here.
                if matches!(state, State::Locked { .. }) {
                    self.hand_over(terms);
                }
                self.core.keeper.tick_until(*block).await.map_err(|e| Hold::said(&e))?;
                Ok(Vec::new())
            }
            Effect::ApproveAndLock { not_after } => {
                let (signer, items) = (self.buyer(terms)?, items::payment(contracts, terms));
                let batch = Batch { signer, items, not_after: *not_after, point: Point::PaymentSigned };
                self.run_as_confirmed(terms, batch, Act::Pay).await
            }
            Effect::WithdrawPayment => {
                let keys = items::payment_keys(terms);
                let forbidden =
                    self.core.outbox.forbid(&keys, Point::PaymentForbidden).await.map_err(|e| Hold::said(&e))?;
                Ok(if forbidden { vec![Event::Withdrawn] } else { Vec::new() })
            }
            Effect::FetchKeys => self.fetch_keys(state).await,
            Effect::AbortAndRefund { attempt } => {
                let items = items::take_back(contracts, terms, *attempt);
                let gas = gas::ABORT.saturating_add(gas::RELEASE);
                self.run(self.payer(terms, gas).await?, items, None, Point::AbortSigned, Act::Abort).await
            }
            Effect::Refund { attempt } => {
                let items = items::refund(contracts, terms, *attempt);
                self.run(self.payer(terms, gas::RELEASE).await?, items, None, Point::RefundSigned, Act::Refund).await
            }
        }
    }

    fn changed(&self, _before: Option<&State>, now: &State) {
        if let Some(driver) = self.driver.get().and_then(WeakDriver::upgrade) {
            let (purchases, now) = (Purchases { core: self.core.clone(), driver }, now.clone());
            tokio::spawn(async move { purchases.told(&now).await });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::purchase::samples;
    use protocol::Vodka;

    #[test]
    fn what_the_gateway_answers_is_told_and_what_may_pass_is_asked_again() {
        let refused = |may_pass| Ok(Initialized::Refused { message: "no".to_owned(), may_pass });
        assert_eq!(answered(Ok(Initialized::Created)).unwrap(), [Event::Accepted]);
        assert_eq!(answered(Ok(Initialized::Unknown)).unwrap(), [Event::NoInitialize]);
        assert_eq!(answered(refused(false)).unwrap(), [Event::Refused { reason: Sentence::verbatim("no") }]);
        assert!(matches!(answered(refused(true)), Err(Hold::Later { why }) if why.text() == "no"));
        assert!(matches!(answered(Err(ClientError::Impostor)), Err(Hold::Later { .. })), "the chain has the last word");
    }

    #[test]
    fn a_purchase_pays_no_more_for_gas_than_was_confirmed() {
        let confirmed = |most| PurchaseRecord { most_per_gas: most, ..samples::record(7) };
        assert_eq!(most_per_gas(Some(&confirmed(Some(Vodka::from_units(60_u64))))), Some(60));
        assert_eq!(most_per_gas(Some(&confirmed(Some(Vodka::ZERO)))), Some(0));
        assert_eq!(most_per_gas(Some(&confirmed(None))), None);
        assert_eq!(most_per_gas(None), None);
    }

    #[test]
    fn a_watch_tower_is_for_what_is_paid_and_can_come_back() {
        let mut endless = samples::terms(7);
        endless.time_outs[1] = 0;
        assert!(can_come_back(&samples::terms(7)));
        for never in [samples::terms(0), AccessTerms { price: Vodka::ZERO, ..endless.clone() }, endless] {
            assert!(!can_come_back(&never));
        }
    }

    #[test]
    fn files_can_be_fetched_for_as_long_as_was_agreed_from_the_day_they_were_bought() {
        assert_eq!(fetch_until(5, 3), Some(3_005));
        assert_eq!(fetch_until(5, 0), None, "without end");
        assert_eq!((fetch_until(5, u64::MAX), fetch_until(5, u64::MAX / 2)), (None, None));
        assert_eq!(fetch_until(i64::MAX, 1), None);
    }

    #[test]
    fn who_does_not_answer_is_given_longer_each_time() {
        let pauses = [0, 1, 2, 3].map(|attempt| pause_before(attempt).as_millis());
        assert_eq!(pauses, [0, 200, 400, 800]);
        assert_eq!(pause_before(u32::MAX), pause_before(6));
    }
}
