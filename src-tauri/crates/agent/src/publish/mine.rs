//! One's own listings: state, sales, changes, unlisting.

use super::{
    Publications, check,
    flow::{gateway_away, no_gateway, not_written},
};
use crate::{
    clock,
    core::{chain, outbox},
    describe, errors,
    own_gateway::{SaleNews, SaleStage},
    policy::Action,
    store::{Happening, ListingRecord},
};
use api::{ActivityKind, ApiError, Code, ListingChanges, ListingState, MyListing, Sentence, sentence};
use protocol::{
    Did, Vodka,
    ddo::{Ddo, ListingDraft},
};
use runner::{Batch, Item, Key, Point};

fn missing() -> ApiError {
    errors::not_found("This listing of yours is not here.", "See what you listed under My listings.")
}

impl Publications {
    pub(crate) async fn mine(&self) -> Result<Vec<MyListing>, ApiError> {
        let sales = match &self.core.gateway {
            Some(gateway) => gateway.sales().await.map_err(gateway_away)?,
            None => Vec::new(),
        };
        let mut listings = Vec::new();
        for row in self.core.store.listings().await.map_err(errors::store)? {
            listings.push(self.my_listing(row, &sales).await?);
        }
        Ok(listings)
    }

    async fn my_listing(&self, row: ListingRecord, sales: &[SaleNews]) -> Result<MyListing, ApiError> {
        let trouble = match &self.core.gateway {
            Some(gateway) => gateway.file_trouble(row.did).await.map_err(gateway_away)?,
            None => None,
        };
        let mut listing = MyListing {
            did: row.did,
            name: row.name,
            price: row.price,
            state: match (&trouble, row.listed) {
                (_, false) => ListingState::Unlisted,
                (Some(_), true) => ListingState::FileTrouble,
                (None, true) => ListingState::Listed,
            },
            trouble,
            published: row.published,
            sales: 0,
            open: 0,
            earned: Vodka::ZERO,
            months: vec![0; 12],
        };
        for sale in sales.iter().filter(|s| s.did == listing.did) {
            match sale.stage {
                SaleStage::Begun | SaleStage::SetAside => listing.open += 1,
                SaleStage::Ended => {}
                SaleStage::Opened | SaleStage::Paid => {
                    listing.sales += 1;
                    if sale.stage == SaleStage::Paid {
                        listing.earned = listing.earned.checked_add(sale.price).unwrap_or(listing.earned);
                    }
                    let heard = self.core.store.sale_heard(sale.agreement, clock::now_text()).await;
                    let heard = heard.map_err(errors::store)?;
                    if let Some(month) = months_ago(&heard).and_then(|m| 11_usize.checked_sub(m))
                        && let Some(count) = listing.months.get_mut(month)
                    {
                        *count += 1;
                    }
                }
            }
        }
        Ok(listing)
    }

    /// News of a sale, told once.
    pub(crate) async fn sale(&self, news: &SaleNews) -> Result<(), ApiError> {
        let kind = match news.stage {
            SaleStage::Opened => ActivityKind::Sold,
            SaleStage::Paid => ActivityKind::Paid,
            SaleStage::Begun | SaleStage::SetAside | SaleStage::Ended => return Ok(()),
        };
        let name = self.core.store.listing(news.did).await.map_err(errors::store)?.map(|l| l.name).unwrap_or_default();
        self.core.store.sale_heard(news.agreement, clock::now_text()).await.map_err(errors::store)?;
        let happening = Happening {
            kind,
            name,
            did: Some(news.did),
            agreement: Some(news.agreement),
            amount: (!news.price.is_zero()).then_some(news.price),
            tx: None,
        };
        let once = format!("sale:{}:{kind:?}", news.agreement);
        self.core.store.tell(happening, once, clock::now_text()).await.map_err(errors::store)?;
        Ok(())
    }

    pub(crate) async fn unlist(&self, did: Did) -> Result<Vec<MyListing>, ApiError> {
        let mut row = self.core.store.listing(did).await.map_err(errors::store)?.ok_or_else(missing)?;
        self.core.policy.allows(&Action::Change { did })?;
        let signer = self.core.signer()?;
        for catalogue in self.core.catalogues.iter() {
            catalogue.unlist(did, row.checksum, signer.as_ref(), clock::now_seconds()).await.map_err(|e| {
                ApiError::new(
                    Code::Unreachable,
                    sentence!("The catalogue did not take it out: {why}.", why = Sentence::from(&e)),
                    "Try again when it answers.",
                )
            })?;
        }
        row.listed = false;
        let happening = Happening {
            kind: ActivityKind::Unlisted,
            name: row.name.clone(),
            did: Some(did),
            agreement: None,
            amount: None,
            tx: None,
        };
        self.core.store.save_listing(row).await.map_err(errors::store)?;
        let once = format!("unlisted:{did}:{}", clock::now_ms());
        self.core.store.tell(happening, once, clock::now_text()).await.map_err(errors::store)?;
        self.core.tell(api::Event::Catalogue);
        self.mine().await
    }

    /// Changes what a listing says. The number stays; the chain gets the new checksum with the full list of providers.
    pub(crate) async fn edit(&self, did: Did, changes: ListingChanges) -> Result<MyListing, ApiError> {
        let row = self.core.store.listing(did).await.map_err(errors::store)?.ok_or_else(missing)?;
        self.core.policy.allows(&Action::Change { did })?;
        let signer = self.core.signer()?;
        let gateway = self.core.gateway.as_ref().ok_or_else(no_gateway)?;
        let before = Ddo::parse(&row.document).map_err(|e| errors::internal(e.to_string()))?;
        let mut draft = ListingDraft::of(&before).map_err(|e| errors::internal(e.to_string()))?;
        if let Some(name) = changes.name {
            draft.name = check::name(&name)?;
        }
        if let Some(description) = changes.description {
            draft.description = description;
        }
        if let Some(price) = changes.price {
            draft.price = check::price(&price)?;
        }
        draft.categories = changes.categories.unwrap_or(draft.categories);
        draft.tags = changes.tags.unwrap_or(draft.tags);
        draft.updated = clock::now_document();
        let encrypted = before.metadata().encrypted_files_bytes().unwrap_or_default();
        let built = draft.build(&encrypted).map_err(|e| not_written(&e))?.sign(signer.as_ref());
        let built = built.map_err(|e| errors::internal(e.to_string()))?;
        gateway.adopt(&built.bytes, built.checksum).await.map_err(gateway_away)?;
        let register = self.core.keeper.did_register(did).await.map_err(chain)?.ok_or_else(missing)?;
        if register.checksum != built.checksum {
            let place = self.core.keeper.did_url(did).await.map_err(chain)?.unwrap_or_default();
            let contracts = self.core.keeper.contracts();
            let call = contracts.register_attribute(did, built.checksum, &register.providers, &place);
            let key = Key::other(format!("register:{did}:{}", built.checksum));
            let items = vec![Item::new(key, call)];
            let batch = Batch { signer: signer.clone(), items, not_after: None, point: Point::RegisterSigned };
            self.core.outbox.run(batch).await.map_err(outbox)?;
        }
        for catalogue in self.core.catalogues.iter() {
            let changed = catalogue.update(did, &built.bytes, built.checksum, signer.as_ref(), clock::now_seconds());
            changed.await.map_err(|e| {
                ApiError::new(
                    Code::Unreachable,
                    sentence!("The catalogue did not take the change: {why}.", why = Sentence::from(&e)),
                    "Make the change again when it answers; it is on record already.",
                )
            })?;
        }
        let ddo = Ddo::parse(&built.bytes).map_err(|e| errors::internal(e.to_string()))?;
        let row = ListingRecord {
            name: draft.name,
            price: describe::price(&ddo),
            checksum: built.checksum,
            document: built.bytes,
            ..row
        };
        self.core.store.save_listing(row.clone()).await.map_err(errors::store)?;
        self.core.tell(api::Event::Catalogue);
        let sales = gateway.sales().await.map_err(gateway_away)?;
        self.my_listing(row, &sales).await
    }
}

/// Whole months between a time and now, at most 11.
fn months_ago(text: &str) -> Option<usize> {
    let count = |text: &str| {
        let mut parts = text.split('-');
        let year: i64 = parts.next()?.parse().ok()?;
        let month: i64 = parts.next()?.parse().ok()?;
        Some(year * 12 + month)
    };
    let ago = count(&clock::now_text())? - count(text)?;
    usize::try_from(ago).ok().filter(|ago| *ago < 12)
}
