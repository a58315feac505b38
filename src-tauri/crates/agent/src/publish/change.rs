//! Changes of a listing: signed and on disk first, then on the chain, then in the catalogues. What a death, a lock or a
//! catalogue that is away interrupts goes on by itself: a chain that says one thing and a catalogue that says another would
//! keep buyers away.

use super::{
    Job, Publications, Waits, check,
    flow::{Halt, gateway_away, no_gateway, not_written},
    mine::missing,
};
use crate::{
    clock,
    core::{chain, outbox},
    describe, errors,
    policy::Action,
    store::{ListingChange, ListingRecord},
};
use api::{ApiError, Code, ListingChanges, MyListing, Sentence, sentence};
use protocol::{
    Did, Signer,
    ddo::{Ddo, ListingDraft},
};
use runner::{Batch, Item, Key, Point};
use std::sync::Arc;

impl Publications {
    /// Changes what a listing says. The number stays; the chain gets the new checksum with the full list of providers.
    ///
    /// # Errors
    /// Where nothing was changed, or where it goes on by itself and says so.
    pub(crate) async fn edit(&self, did: Did, changes: ListingChanges) -> Result<MyListing, ApiError> {
        self.keep_change(did, changes).await?;
        match self.change(did).await {
            Ok(()) => {}
            Err(Halt::Ends(error)) => return Err(error),
            Err(Halt::Waits(error)) => {
                self.spawn(Job::Change(did));
                return Err(error);
            }
        }
        let row = self.core.store.listing(did).await.map_err(errors::store)?.ok_or_else(missing)?;
        let sales = match &self.core.gateway {
            Some(gateway) => gateway.sales().await.map_err(gateway_away)?,
            None => Vec::new(),
        };
        self.my_listing(row, &sales).await
    }

    /// Signs a change and keeps it. One made while another is under way is made to what that one says, and takes its place.
    async fn keep_change(&self, did: Did, changes: ListingChanges) -> Result<(), ApiError> {
        let _turn = self.changing.lock().await;
        let row = self.core.store.listing(did).await.map_err(errors::store)?.ok_or_else(missing)?;
        self.core.policy.allows(&Action::Change { did })?;
        self.core.gateway.as_ref().ok_or_else(no_gateway)?;
        let latest = row.change.as_ref().map_or(row.document.as_slice(), |change| change.document.as_bytes());
        let before = Ddo::parse(latest).map_err(|e| errors::internal(e.to_string()))?;
        let mut draft = ListingDraft::of(&before).map_err(|e| errors::internal(e.to_string()))?;
        let signer = self.core.signer_of(draft.owner)?;
        if let Some(name) = changes.name {
            draft.name = check::name(&name)?;
        }
        if let Some(description) = changes.description {
            draft.description = check::description(description)?;
        }
        if let Some(price) = changes.price {
            draft.price = check::price(&price)?;
        }
        if let Some(categories) = changes.categories {
            draft.categories = check::words("categories", categories)?;
        }
        if let Some(tags) = changes.tags {
            draft.tags = check::words("tags", tags)?;
        }
        draft.updated = clock::now_document();
        let encrypted = before.metadata().encrypted_files_bytes().unwrap_or_default();
        let built = draft.build(&encrypted).map_err(|e| not_written(&e))?.sign(signer.as_ref());
        let built = built.map_err(|e| errors::internal(e.to_string()))?;
        let document = String::from_utf8(built.bytes).map_err(|e| errors::internal(e.to_string()))?;
        let price = describe::price(&Ddo::parse(document.as_bytes()).map_err(|e| errors::internal(e.to_string()))?);
        let change = ListingChange { name: draft.name, price, checksum: built.checksum, document };
        let row = ListingRecord { change: Some(change), ..row };
        self.core.store.commit_listing(row, Point::ChangeKept).await.map_err(errors::store)
    }

    /// One attempt at a change that goes on by itself; what it waits for, where it has not ended.
    pub(super) async fn go_on_changing(&self, did: Did) -> Option<Waits> {
        match self.change(did).await {
            Ok(()) => None,
            Err(Halt::Waits(error)) => {
                tracing::warn!(%error, %did, "the change of a listing waits");
                Some(Waits::of(&error))
            }
            Err(Halt::Ends(error)) => {
                tracing::warn!(%error, %did, "the change of a listing was given up");
                None
            }
        }
    }

    /// Carries out the change of a listing that is kept, if there is one. One that cannot come about is forgotten, as long as
    /// the chain does not say it.
    pub(super) async fn change(&self, did: Did) -> Result<(), Halt> {
        let _turn = self.changing.lock().await;
        let Some(row) = self.core.store.listing(did).await.map_err(errors::store)? else { return Ok(()) };
        let Some(change) = row.change.clone() else { return Ok(()) };
        let ddo = Ddo::parse(change.document.as_bytes()).map_err(|e| errors::internal(e.to_string()))?;
        let owner = ddo.owner().or_else(|| self.core.account()).ok_or_else(errors::no_account)?;
        let signer = self.core.signer_of(owner)?;
        if let Err(halt) = self.register_change(did, &change, signer.clone()).await {
            if matches!(halt, Halt::Ends(_)) {
                let gateway = self.core.gateway.as_ref().ok_or_else(no_gateway)?;
                gateway.adopt(&row.document, row.checksum).await.map_err(gateway_away)?;
                self.core.store.save_listing(ListingRecord { change: None, ..row }).await.map_err(errors::store)?;
            }
            return Err(halt);
        }
        self.list_change(did, &change, signer.as_ref()).await?;
        let ListingChange { name, price, checksum, document } = change;
        let row = ListingRecord { name, price, checksum, document: document.into_bytes(), change: None, ..row };
        self.core.store.commit_listing(row, Point::ChangeListed).await.map_err(errors::store)?;
        self.core.tell(api::Event::Catalogue);
        Ok(())
    }

    /// The new checksum is on the chain, and the gateway serves the new version.
    async fn register_change(&self, did: Did, change: &ListingChange, signer: Arc<dyn Signer>) -> Result<(), Halt> {
        let gateway = self.core.gateway.as_ref().ok_or_else(no_gateway)?;
        gateway.adopt(change.document.as_bytes(), change.checksum).await.map_err(gateway_away)?;
        let register = self.core.keeper.did_register(did).await.map_err(chain)?.ok_or_else(missing)?;
        if register.checksum == change.checksum {
            return Ok(());
        }
        let place = self.core.keeper.did_url(did).await.map_err(chain)?.unwrap_or_default();
        let contracts = self.core.keeper.contracts();
        let call = contracts.register_attribute(did, change.checksum, &register.providers, &place);
        let key = Key::other(format!("register:{did}:{}", change.checksum));
        let batch = Batch { signer, items: vec![Item::new(key, call)], not_after: None, point: Point::RegisterSigned };
        self.core.outbox.run(batch).await.map_err(outbox)?;
        Ok(())
    }

    /// Every catalogue that has the listing says the change. The chain says it already, so one that is away or refuses is
    /// asked again until it does.
    async fn list_change(&self, did: Did, change: &ListingChange, owner: &dyn Signer) -> Result<(), Halt> {
        for catalogue in self.core.catalogues.iter() {
            let changed =
                catalogue.update(did, change.document.as_bytes(), change.checksum, owner, clock::now_seconds());
            let changed = changed.await.or_else(|e| if e.is_missing() { Ok(()) } else { Err(e) });
            changed.map_err(|e| {
                Halt::Waits(ApiError::new(
                    Code::Unreachable,
                    sentence!("The catalogue did not take the change: {why}.", why = Sentence::from(&e)),
                    "It is tried again by itself; the change is on record already.",
                ))
            })?;
        }
        Ok(())
    }
}
