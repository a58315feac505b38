//! Reading listings: from whichever catalogue has one, held against the chain.

use crate::{
    core::{Core, chain},
    describe::{self, Mine},
    errors, licenses, markdown,
};
use api::{ApiError, Code, IntegrityView, ListingDepth, ListingView, Sentence, sentence};
use clients::brizo::BrizoClient;
use keeper::DidRegister;
use protocol::{
    Did,
    checksum::{Integrity, verify},
    ddo::Ddo,
};

/// A document of a stranger, at most: 4 MiB.
pub(crate) const MAX_DOCUMENT: usize = 4 << 20;

/// A listing as it was found, and what the chain says of it.
pub(crate) struct Found {
    pub(crate) ddo: Ddo,
    pub(crate) register: Option<DidRegister>,
    pub(crate) integrity: Option<Integrity>,
}

impl Core {
    /// Finds a listing in any catalogue and holds it against the chain.
    pub(crate) async fn find(&self, did: Did) -> Result<Found, ApiError> {
        let mut failed = None;
        let mut document = None;
        for catalogue in self.catalogues.iter() {
            match catalogue.ddo(did).await {
                Ok(Some(bytes)) => {
                    document = Some(bytes);
                    break;
                }
                Ok(None) => {}
                Err(error) => failed = Some(error),
            }
        }
        let Some(document) = document else {
            return Err(match failed {
                Some(error) => {
                    tracing::warn!(%error, "no catalogue answers");
                    away()
                }
                None => errors::not_found("This listing is not here.", "Check its number, or search for its name."),
            });
        };
        let ddo = Ddo::parse_within(&document, MAX_DOCUMENT).map_err(|error| {
            ApiError::new(
                Code::Corrupt,
                sentence!("The catalogue's copy of this listing cannot be read: {why}.", why = Sentence::from(&error)),
                "Tell whoever runs the catalogue.",
            )
        })?;
        if ddo.did() != did {
            return Err(ApiError::new(
                Code::Corrupt,
                "The catalogue answered with another listing.",
                "Tell whoever runs the catalogue. Nothing was paid.",
            ));
        }
        let register = self.keeper.did_register(did).await.map_err(chain)?;
        let integrity = register.as_ref().map(|r| verify(&ddo, r.checksum, did));
        Ok(Found { ddo, register, integrity })
    }

    pub(crate) async fn listing(&self, did: Did) -> Result<ListingView, ApiError> {
        let found = self.find(did).await?;
        let owned = self.store.owned_of(did).await.map_err(errors::store)?.is_some();
        let account = self.account();
        let owner = found.register.as_ref().map(|r| r.owner).or_else(|| found.ddo.owner());
        let mine = Mine { own: account.is_some() && owner == account, owned };
        let online = self.online(&found).await;
        Ok(self.view(&found, mine, online))
    }

    fn view(&self, found: &Found, mine: Mine, publisher_online: Option<bool>) -> ListingView {
        let Found { ddo, register, .. } = found;
        let metadata = ddo.metadata();
        let (license_sentence, license_url) =
            licenses::sentence(&describe::plain(&metadata.license, 120), &describe::plain(&metadata.author, 200));
        let access = ddo.access();
        let files = describe::files(ddo);
        ListingView {
            row: describe::row(ddo, mine),
            description: markdown::blocks(&metadata.description),
            columns: describe::columns(ddo),
            license_sentence,
            license_url,
            created: metadata.date_created.clone(),
            links: describe::links(ddo),
            terms: access.map(|s| describe::terms(s, self.block_ms())).unwrap_or(api::TermsView {
                opens_within_blocks: 0,
                opens_within_seconds: 0,
                access_seconds: 0,
            }),
            services: describe::services(ddo, self.block_ms()),
            changed: ddo.updated().map(str::to_owned),
            integrity: integrity(found, files.iter().all(|f| f.sha256.is_some())),
            publisher_online,
            listed: metadata.is_listed,
            depth: ListingDepth {
                owner: register.as_ref().map(|r| r.owner),
                providers: register.as_ref().map(|r| r.providers.clone()).unwrap_or_default(),
                checksum: register.as_ref().map(|r| r.checksum),
                block: register.as_ref().map_or(0, |r| r.updated_at),
                template: access.and_then(|s| s.template).map(|template| template.to_string()).unwrap_or_default(),
                gateway: access.map(|s| s.endpoint.clone()).unwrap_or_default(),
                document: String::from_utf8_lossy(ddo.raw()).into_owned(),
            },
            files,
        }
    }

    /// Whether the publisher's computer answers; not asked where it is one's own.
    async fn online(&self, found: &Found) -> Option<bool> {
        let provider = *found.register.as_ref()?.providers.first()?;
        let gateway = BrizoClient::of_service(self.foreign.clone(), &found.ddo.access()?.endpoint)?;
        Some(gateway.check_alive(provider).await.is_ok())
    }
}

fn integrity(found: &Found, hashed: bool) -> IntegrityView {
    let Some(integrity) = &found.integrity else { return IntegrityView::Unproven };
    match integrity.matched {
        Some(rule) if integrity.is_intact() && hashed => IntegrityView::Verified { rule: rule.name().to_owned() },
        Some(rule) if integrity.is_intact() => IntegrityView::ListingOnly { rule: rule.name().to_owned() },
        // A listing of our own form that does not give the registered checksum was changed by somebody.
        _ if found.ddo.is_own_form() => IntegrityView::Broken,
        _ => IntegrityView::Unproven,
    }
}

pub(crate) fn no_catalogue() -> ApiError {
    ApiError::new(
        Code::Unreachable,
        "This network names no catalogue.",
        "Ask whoever runs the network for its file, or use another network.",
    )
}

pub(crate) fn away() -> ApiError {
    ApiError::new(
        Code::Unreachable,
        "The catalogue does not answer.",
        "Check the connection and try again. Your library works without it.",
    )
}
