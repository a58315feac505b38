//! Everything of the accounts again, from their keys and the chain alone: purchases with their agreements, keys and receipts,
//! and listings. Files are fetched again when they are asked for.

use crate::{
    agent::Agent,
    chain_events::index,
    clock,
    core::chain,
    describe, errors,
    purchase::TakenUp,
    store::{ListingRecord, OwnedRow},
};
use api::{ApiError, Code, Event, OwnedAsset, Password, RebuildView, sentence};
use indexer::{Grant, Indexer, Listing};
use keeper::ConditionState;
use protocol::{Address, conditions, ddo::Ddo};
use std::{sync::PoisonError, time::Duration};
use zeroize::Zeroizing;

/// A purchase that is taken up again has so long to come to its end before the next is looked at together with it; it goes
/// on by itself.
const TO_THE_END: Duration = Duration::from_secs(60);

/// What could not be done now.
#[derive(Default)]
struct Left {
    count: u32,
    why: Option<ApiError>,
}

impl Left {
    fn add(&mut self, error: ApiError) {
        tracing::warn!(%error, "something could not be brought back");
        self.count = self.count.saturating_add(1);
        self.why = Some(error);
    }
}

/// Tells that nothing is being rebuilt any more, however it ended.
struct UnderWay<'a>(&'a Agent);

impl UnderWay<'_> {
    fn tell(&self, view: RebuildView) {
        let rebuild = &self.0.core.rebuild;
        *rebuild.write().unwrap_or_else(PoisonError::into_inner) = Some(view);
        self.0.core.moved.notify_one();
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        *self.0.core.rebuild.write().unwrap_or_else(PoisonError::into_inner) = None;
        self.0.core.moved.notify_one();
    }
}

/// What was found, each with the account it belongs to.
fn whose<T>(account: Address, found: Vec<T>) -> impl Iterator<Item = (Address, T)> {
    found.into_iter().map(move |one| (account, one))
}

impl Agent {
    /// Rebuilds beside everything else: whoever brings an account along finds what it owns.
    pub(crate) fn rebuild_beside(&self, password: Password) {
        let this = self.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = this.core.cancel.cancelled() => {}
                done = this.rebuild_library(Some(password)) => if let Err(error) = done {
                    tracing::warn!(%error, "not everything could be rebuilt");
                }
            }
        });
    }

    /// Rebuilds purchases and listings of every account that is here; what is here already stays as it is. With the
    /// password, accounts of the recovery words that were used elsewhere come in first.
    pub(crate) async fn rebuild_library(&self, password: Option<Password>) -> Result<Vec<OwnedAsset>, ApiError> {
        self.core.signer()?;
        let _turn = self.index.turn.lock().await;
        let under_way = UnderWay(self);
        let indexer = self.indexer().await?;
        self.read_blocks(indexer, &under_way).await?;
        if let Some(password) = password {
            self.find_further_accounts(indexer, Zeroizing::new(password.0)).await?;
        }

        let (mut agreements, mut grants, mut listings) = (Vec::new(), Vec::new(), Vec::new());
        for account in self.core.wallet.accounts().into_iter().map(|account| account.address) {
            agreements.extend(whose(account, indexer.agreements_of(account).await.map_err(index)?));
            grants.extend(whose(account, indexer.grants_of(account).await.map_err(index)?));
            listings.extend(whose(account, indexer.listings_of(account).await.map_err(index)?));
        }
        let of = u32::try_from(agreements.len().saturating_add(listings.len())).unwrap_or(u32::MAX);
        let mut done = 0_u32;
        let mut step = || {
            let newest = indexer.progress().borrow().to;
            under_way.tell(RebuildView { at: newest, to: newest, done, of });
            done = done.saturating_add(1);
        };
        let mut left = Left::default();
        let mut begun = Vec::new();
        for (account, agreement) in &agreements {
            step();
            match self.purchases.take_up(indexer, agreement, *account).await {
                Ok(TakenUp::Begun(driven)) => begun.push(driven),
                Ok(TakenUp::Here | TakenUp::NotOurs) => {}
                Err(error) => left.add(error),
            }
        }
        for (account, listing) in &listings {
            step();
            if let Err(error) = self.list_again(listing, *account).await {
                left.add(error);
            }
        }
        // Keys are being fetched and money is on its way back; what takes longer goes on by itself.
        let all = futures_util::future::join_all(begun);
        if tokio::time::timeout(TO_THE_END, all).await.is_err() {
            tracing::info!("some purchases that were taken up again are not at their end yet");
        }
        for (account, grant) in &grants {
            if let Err(error) = self.own_again(grant, *account).await {
                left.add(error);
            }
        }
        self.core.tell(Event::Sales);
        self.core.tell_account().await;
        match left.why {
            None => self.library().await,
            Some(why) => Err(ApiError::new(
                why.code,
                sentence!(
                    "{count} could not be brought back now: {why} Everything else is here.",
                    count = left.count,
                    why = why.message
                ),
                "Try again when the catalogue and the key servers answer: neuston library --rebuild",
            )),
        }
    }

    /// Waits until the index has the newest block, and tells how far it is.
    async fn read_blocks(&self, indexer: &Indexer, under_way: &UnderWay<'_>) -> Result<(), ApiError> {
        let mut progress = indexer.progress();
        let caught_up = indexer.caught_up();
        tokio::pin!(caught_up);
        loop {
            let now = progress.borrow_and_update().clone();
            under_way.tell(RebuildView { at: now.at.unwrap_or(0), to: now.to, done: 0, of: 0 });
            if let Some(trouble) = now.trouble {
                tracing::info!(%trouble, "the chain is being read");
            }
            tokio::select! {
                reached = &mut caught_up => return reached.map_err(index),
                changed = progress.changed() => changed.map_err(|_| index(indexer::IndexError::Ending))?,
            }
        }
    }

    /// A listing that this account owns, among its own again.
    async fn list_again(&self, listing: &Listing, account: Address) -> Result<(), ApiError> {
        if self.core.store.listing(listing.did).await.map_err(errors::store)?.is_some() {
            return Ok(());
        }
        let found = self.core.find(listing.did).await?;
        let Some(register) = found.register.filter(|register| register.owner == account) else { return Ok(()) };
        let row = describe::row(&found.ddo, describe::Mine { own: true, owned: false });
        let record = ListingRecord {
            did: listing.did,
            name: row.name,
            price: row.price,
            published: clock::text_of_ms(self.core.block_time(listing.block).await?),
            listed: found.ddo.metadata().is_listed,
            checksum: register.checksum,
            document: found.ddo.raw().to_vec(),
            changes: Vec::new(),
            trouble: None,
        };
        self.core.store.save_listing(record).await.map_err(errors::store)
    }

    /// An access that was granted by an agreement of another form: what it opens is in the library again.
    async fn own_again(&self, grant: &Grant, consumer: Address) -> Result<(), ApiError> {
        if self.core.store.owned_by(grant.agreement).await.map_err(errors::store)?.is_some()
            || self.purchases.is_known(grant.agreement).await?
        {
            return Ok(());
        }
        // Released contracts say that they granted after the time was over, too: the state decides.
        let contract = self.core.keeper.contracts().access_secret_store;
        let value = conditions::value_hash_access(grant.did, consumer);
        let id = conditions::condition_id(grant.agreement, contract, value);
        if self.core.keeper.condition(id).await.map_err(chain)?.state != ConditionState::Fulfilled {
            return Ok(());
        }
        let found = self.core.find(grant.did).await?;
        let urls = self.core.decrypt(&found.ddo, consumer).await?;
        let bought = self.core.block_time(grant.block).await?;
        self.core.store.own(owned(&found.ddo, grant, consumer, bought, urls)).await.map_err(errors::store)
    }
}

fn owned(ddo: &Ddo, grant: &Grant, consumer: Address, bought: i64, urls: Vec<String>) -> OwnedRow {
    let row = describe::row(ddo, describe::Mine::default());
    OwnedRow {
        agreement: grant.agreement,
        did: grant.did,
        name: row.name,
        author: row.author,
        license: row.license,
        price: row.price,
        bought: clock::text_of_ms(bought),
        consumer,
        consume_endpoint: ddo.access().map(|s| s.endpoint.clone()).unwrap_or_default(),
        files: describe::files(ddo),
        urls,
        fetch_until: None,
        document: ddo.raw().to_vec(),
    }
}

impl crate::core::Core {
    /// When a block was made, milliseconds since 1970.
    pub(crate) async fn block_time(&self, number: u64) -> Result<i64, ApiError> {
        let block = self.keeper.block(number).await.map_err(chain)?.ok_or_else(|| {
            let next = "Try again in a minute.";
            ApiError::new(Code::Changed, "The chain has just changed its newest blocks.", next)
        })?;
        Ok(i64::try_from(block.timestamp).unwrap_or(i64::MAX).saturating_mul(1000))
    }
}
