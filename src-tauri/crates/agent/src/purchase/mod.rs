//! Buying: the quote, the one confirmation, and the machine that goes on by itself.

mod confirm;
mod fee;
mod perform;
mod quote;
mod recover;
#[cfg(test)]
pub(crate) mod samples;
mod set_aside;
mod telling;
mod view;

pub(crate) use recover::TakenUp;
pub(crate) use set_aside::SetAside;

use crate::{
    clock,
    core::{Core, chain},
    errors,
    policy::Action,
    store::PurchaseRecord,
    trust,
};
use agreement::buyer;
use api::{ApiError, PurchaseView};
use perform::Buying;
use protocol::{Address, AgreementId, Did, conditions::AccessTerms};
use runner::{DriveError, Driver, buyer_id};
use std::{sync::Arc, time::Duration};

/// Of so many purchases that ended last it is looked whether their publishers were paid.
const AWAITED: u32 = 50;

/// A question about one purchase waits so long for the chain's newest word.
const LOOK_WITHIN: Duration = Duration::from_secs(1);

/// How often somebody who has something to tell looks whether a purchase is driven yet.
const TRIES: u32 = 1000;

/// The purchases of an agent. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Purchases {
    core: Core,
    driver: Driver<buyer::State>,
}

fn drive(error: DriveError) -> ApiError {
    errors::data_file(&error).unwrap_or_else(|| errors::internal(error))
}

impl Purchases {
    /// Over the agent's journal; goes on with everything that is open.
    pub(crate) async fn open(core: Core) -> Result<Self, ApiError> {
        let performer = Arc::new(Buying::new(core.clone()));
        let driver = Driver::new(core.journal.clone(), performer.clone(), core.keeper.blocks());
        let this = Self { core, driver };
        performer.follow(this.driver.downgrade());
        this.resume_all().await?;
        this.await_payments().await?;
        Ok(this)
    }

    async fn resume_all(&self) -> Result<(), ApiError> {
        for state in self.driver.open().await.map_err(drive)? {
            self.core.set_aside.take(&state);
            self.spawn(buyer_id(state.order().terms.agreement));
        }
        Ok(())
    }

    fn spawn(&self, id: String) {
        // One that runs already says so and is left alone.
        drop(self.driver.spawn(id, self.core.cancel.clone()));
    }

    /// Goes on looking whether the publishers of the newest purchases have been paid.
    async fn await_payments(&self) -> Result<(), ApiError> {
        let machine = <buyer::State as runner::Journaled>::MACHINE;
        let ended = self.core.journal.closed(machine, 0, AWAITED).await.map_err(|e| drive(e.into()))?;
        for row in ended {
            if let Some(state) = self.driver.load(&row.entry.id).await.map_err(drive)? {
                self.await_payment(&state);
            }
        }
        Ok(())
    }

    /// Access and keys are here; what is left to tell is when the publisher took the payment.
    fn await_payment(&self, state: &buyer::State) {
        let Some(terms) = telling::awaited(state) else { return };
        let this = self.clone();
        tokio::spawn(async move {
            let mut heads = this.core.keeper.blocks();
            loop {
                heads.mark_unchanged();
                if this.note_payment(&terms).await {
                    return;
                }
                tokio::select! {
                    () = this.core.cancel.cancelled() => return,
                    changed = heads.changed() => if changed.is_err() { return },
                }
            }
        });
    }

    /// Looks whether the publisher took the payment, and keeps that.
    async fn note_payment(&self, terms: &AccessTerms) -> bool {
        // A chain that does not answer now is asked again later.
        let Ok(facts) = runner::read_facts(&self.core.keeper, terms).await else { return false };
        let Some(event) = telling::payment_seen(facts) else { return false };
        match self.driver.note(&buyer_id(terms.agreement), event).await {
            Ok(_) => true,
            Err(error) => {
                tracing::warn!(%error, "a payment could not be noted");
                false
            }
        }
    }

    /// For a request that names its account.
    pub(crate) fn acting_for(&self, account: Address) -> Self {
        Self { core: self.core.acting_for(account), driver: self.driver.clone() }
    }

    /// Performs what waited for an unlocked account or for the network.
    pub(crate) fn wake(&self) {
        self.driver.wake();
    }

    /// The one confirmation. On disk when this returns; it goes on by itself.
    pub(crate) async fn buy(&self, call: api::Buy) -> Result<PurchaseView, ApiError> {
        let api::Buy { did, service, max_price, version, accepted } = call;
        let _turn = self.core.confirming.lock().await;
        if let Some(open) = self.open_of(did).await? {
            // A second click, or a second command after a crash: the same purchase goes on.
            self.spawn(buyer_id(open));
            return self.view(open).await;
        }
        let offer = self.core.offer(did, service).await?;
        let terms = confirm::confirmed(&offer, max_price, version)?;
        if let Some(risk) = self.core.not_accepted(&offer.risks, &accepted).await?.first() {
            return Err(trust::refused(*risk));
        }
        self.core.policy.allows(&Action::Buy { did, price: terms.price, risks: offer.risks })?;
        self.core.signer()?;
        let agreement = terms.agreement;
        let keeper = self.core.keeper.agreed().await.map_err(chain)?;
        let block = keeper.block_number().await.map_err(chain)?;
        let order = quote::order(terms, offer.service, offer.gateway, block);
        let record = PurchaseRecord {
            agreement,
            did,
            name: offer.name,
            publisher: offer.publisher,
            price: order.terms.price,
            started: clock::now_text(),
            past: None,
            most_per_gas: Some(offer.fee.per_gas),
            document: offer.document,
        };
        self.core.store.save_purchase(record).await.map_err(errors::store)?;
        let id = self.driver.begin(&buyer::State::new(order)).await.map_err(drive)?;
        self.spawn(id);
        self.view(agreement).await
    }

    /// The account's purchase of a listing that is under way, if there is one.
    async fn open_of(&self, did: Did) -> Result<Option<AgreementId>, ApiError> {
        let account = self.core.account();
        for agreement in self.core.store.purchases_of(did).await.map_err(errors::store)? {
            let state = self.driver.load(&buyer_id(agreement)).await.map_err(drive)?;
            let own = state.as_ref().is_some_and(|state| Some(state.order().terms.consumer) == account);
            if own && telling::is_under_way(state.as_ref()) {
                return Ok(Some(agreement));
            }
        }
        Ok(None)
    }

    /// One purchase, as it is on the chain now.
    pub(crate) async fn fresh_view(&self, agreement: AgreementId) -> Result<PurchaseView, ApiError> {
        self.look(agreement, true).await
    }

    /// One purchase, as it is known here.
    pub(crate) async fn view(&self, agreement: AgreementId) -> Result<PurchaseView, ApiError> {
        self.look(agreement, false).await
    }

    async fn look(&self, agreement: AgreementId, fresh: bool) -> Result<PurchaseView, ApiError> {
        let id = buyer_id(agreement);
        let missing = || errors::not_found("This purchase is not here.", "See your purchases under Activity.");
        let record = self.core.store.purchase(agreement).await.map_err(errors::store)?.ok_or_else(missing)?;
        let (state, trouble, block) = match self.driver.watch(&id) {
            Some(watch) => {
                let now = watch.borrow();
                (now.state.clone(), now.trouble.clone(), now.block)
            }
            None => {
                let mut state = self.driver.load(&id).await.map_err(drive)?.ok_or_else(missing)?;
                // Whoever asks for this one now is told how it is now.
                if let Some(terms) = fresh.then(|| telling::awaited(&state)).flatten()
                    && tokio::time::timeout(LOOK_WITHIN, self.note_payment(&terms)).await.unwrap_or(false)
                {
                    state = self.driver.load(&id).await.map_err(drive)?.ok_or_else(missing)?;
                }
                (state, Vec::new(), *self.core.keeper.blocks().borrow())
            }
        };
        let history = self.core.journal.history(&id).await.map_err(|e| drive(e.into()))?;
        let history = telling::up_to_now(history, &state, clock::now_ms());
        Ok(view::view(&self.core, &record, &state, &history, &trouble, block).await)
    }

    /// What was agreed, and what the listing was called.
    pub(crate) async fn agreed(&self, agreement: AgreementId) -> Result<(AccessTerms, String), ApiError> {
        let missing = || errors::not_found("This purchase is not here.", "See your purchases under Activity.");
        let record = self.core.store.purchase(agreement).await.map_err(errors::store)?.ok_or_else(missing)?;
        let state = self.driver.load(&buyer_id(agreement)).await.map_err(drive)?.ok_or_else(missing)?;
        Ok((state.order().terms.clone(), record.name))
    }

    /// All purchases, newest first.
    pub(crate) async fn list(&self) -> Result<Vec<PurchaseView>, ApiError> {
        let mut views = Vec::new();
        for agreement in self.core.store.purchases().await.map_err(errors::store)? {
            views.extend(telling::if_begun(self.view(agreement).await)?);
        }
        Ok(views)
    }

    /// Goes on with what is open; returns what still is.
    pub(crate) async fn resume(&self, agreement: Option<AgreementId>) -> Result<Vec<PurchaseView>, ApiError> {
        if let Some(wanted) = agreement {
            // One that is not there is not simply done.
            self.view(wanted).await?;
        }
        self.resume_all().await?;
        self.wake();
        let mut open = Vec::new();
        for state in self.driver.open().await.map_err(drive)? {
            let id = state.order().terms.agreement;
            if telling::is_meant(agreement, id) {
                open.push(self.view(id).await?);
            }
        }
        Ok(open)
    }

    /// How many are open.
    pub(crate) async fn open_count(&self) -> Result<(u32, u32), ApiError> {
        let open = self.driver.open().await.map_err(drive)?;
        let waits = |state: &&buyer::State| {
            let watch = self.driver.watch(&buyer_id(state.order().terms.agreement));
            watch.is_some_and(|watch| telling::waits_for_unlock(&watch.borrow().trouble))
        };
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Ok((count(open.len()), count(open.iter().filter(waits).count())))
    }

    /// Asks for the money back: before it was set aside the purchase ends at once, afterwards when its time is over.
    pub(crate) async fn refund(&self, agreement: AgreementId) -> Result<PurchaseView, ApiError> {
        telling::may_come_back(self.view(agreement).await?.state)?;
        let id = buyer_id(agreement);
        self.spawn(id.clone());
        for _ in 0..TRIES {
            if self.driver.tell(&id, buyer::Event::Cancel) {
                break;
            }
            // Its driving is just beginning, or it has ended.
            if !telling::is_under_way(self.driver.load(&id).await.map_err(drive)?.as_ref()) {
                break;
            }
        }
        self.wake();
        self.view(agreement).await
    }

    /// Tells what a change of state means for people, once.
    async fn told(&self, state: &buyer::State) {
        let agreement = state.order().terms.agreement;
        self.core.set_aside.take(state);
        self.await_payment(state);
        let Ok(view) = self.view(agreement).await else { return };
        if let Some(kind) = telling::kind_of(state) {
            let happening = telling::happening(kind, &view);
            let once = format!("{}:{kind:?}", buyer_id(agreement));
            if let Err(error) = self.core.store.tell(happening, once, clock::now_text()).await {
                tracing::warn!(%error, "an activity could not be kept");
            }
        }
        self.core.tell(api::Event::Purchase(Box::new(view)));
        if telling::changes_the_account(state) {
            self.core.tell_account().await;
        }
    }
}
