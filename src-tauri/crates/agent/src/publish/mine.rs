//! One's own listings: state, sales, changes, unlisting.

use super::{
    Publications,
    flow::{gateway_away, no_gateway},
};
use crate::{
    clock, errors,
    own_gateway::{SaleNews, SaleStage},
    policy::Action,
    store::{Happening, ListingRecord},
};
use api::{ActivityKind, ApiError, Code, ListingState, MyListing, Sentence, sentence};
use protocol::{Did, Vodka, ddo::Ddo};

pub(super) fn missing() -> ApiError {
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

    pub(super) async fn my_listing(&self, row: ListingRecord, sales: &[SaleNews]) -> Result<MyListing, ApiError> {
        let trouble = match &self.core.gateway {
            Some(gateway) => gateway.file_trouble(row.did).await.map_err(gateway_away)?,
            None => None,
        };
        let mut listing = MyListing {
            did: row.did,
            name: row.changes.last().map_or(row.name, |change| change.name.clone()),
            price: row.changes.last().map_or(row.price, |change| change.price),
            state: match (&trouble, row.listed) {
                (_, false) => ListingState::Unlisted,
                (Some(_), true) => ListingState::FileTrouble,
                (None, true) => ListingState::Listed,
            },
            trouble: trouble.or_else(|| row.trouble.map(|trouble| trouble.message)),
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
        self.core.policy.allows(&Action::Change { did })?;
        let _turn = self.turns.soon(did).await?;
        let mut row = self.settle_changes(did).await?;
        let owner = Ddo::parse(&row.document).ok().and_then(|ddo| ddo.owner()).or_else(|| self.core.account());
        let signer = self.core.signer_of(owner.ok_or_else(errors::no_account)?)?;
        for catalogue in self.core.catalogues.iter() {
            let unlisted = catalogue.unlist(did, row.checksum, signer.as_ref(), clock::now_seconds()).await;
            // One that never had it, or has it no more, has nothing to take out.
            let unlisted = unlisted.or_else(|e| if e.is_missing() { Ok(()) } else { Err(e) });
            unlisted.map_err(|e| {
                ApiError::new(
                    Code::Unreachable,
                    sentence!("The catalogue did not take it out: {why}.", why = Sentence::from(&e)),
                    "Try again when it answers.",
                )
            })?;
        }
        if !row.changes.is_empty() {
            let gateway = self.core.gateway.as_ref().ok_or_else(no_gateway)?;
            gateway.adopt(&row.document, row.checksum).await.map_err(gateway_away)?;
            row.changes.clear();
        }
        row.trouble = None;
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
