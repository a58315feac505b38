//! The listing that is sold: this gateway's own copy, held against the chain. A dead or hostile catalogue changes
//! nothing about a listing that was served once.

use crate::{
    error::Refusal,
    gateway::{Gateway, MAX_DOCUMENT},
};
use agreement::publisher::State;
use keeper::AgreementOnChain;
use protocol::{
    Address, AgreementId, Checksum, Did,
    checksum::verify,
    conditions::AccessTerms,
    ddo::{Ddo, Service},
};
use runner::{DriveError, publisher_id};

/// A version of a listing.
pub(crate) struct Version {
    pub(crate) ddo: Ddo,
    pub(crate) checksum: Checksum,
    pub(crate) owner: Address,
}

impl Gateway {
    /// The present version by the chain's word.
    pub(crate) async fn version(&self, did: Did) -> Result<Version, Refusal> {
        let register = self.inner.keeper.did_register(did).await?;
        let register = register.ok_or_else(|| Refusal::Unknown(format!("{did} is not registered on the chain")))?;
        if !register.providers.contains(&self.provider()) && register.owner != self.provider() {
            return Err(Refusal::Unknown(format!("{did} is not served by this gateway")));
        }
        let kept = self.inner.store.version(did, Some(register.checksum)).await?;
        let document = match kept {
            Some(document) => document,
            None => self.fetch(did, register.checksum).await?,
        };
        let ddo = parse(&document)?;
        Ok(Version { ddo, checksum: register.checksum, owner: register.owner })
    }

    /// A listing that was never served here: from a catalogue, if it is what the chain says.
    async fn fetch(&self, did: Did, checksum: Checksum) -> Result<Vec<u8>, Refusal> {
        let mut silent = false;
        for catalogue in &self.inner.catalogues {
            let document = match catalogue.ddo(did).await {
                Ok(Some(document)) => document,
                Ok(None) => continue,
                Err(error) => {
                    tracing::warn!(%error, catalogue = %catalogue.base(), "a catalogue does not answer");
                    silent = true;
                    continue;
                }
            };
            // One catalogue's rubbish does not hide what the next one has.
            let intact = |ddo: Ddo| verify(&ddo, checksum, did).is_intact();
            if parse(&document).is_ok_and(intact) {
                self.inner.store.keep_version(did, checksum, document.clone()).await?;
                return Ok(document);
            }
        }
        if silent {
            return Err(Refusal::Failed("the catalogue does not answer".to_owned()));
        }
        // An edit is on the chain first.
        Err(Refusal::Behind(format!("no catalogue has {did} as it is on the chain")))
    }

    /// The listing and the service that an agreement on the chain was made for, by the record of its sale, which is on
    /// disk before the gateway does anything for it. A record of other terms, which anybody may have asked for under an id
    /// that is not his, says nothing.
    pub(crate) async fn sold(
        &self,
        agreement: AgreementId,
        on_chain: &AgreementOnChain,
    ) -> Result<Option<(Ddo, u64)>, Refusal> {
        let failed = |e: DriveError| Refusal::Failed(e.to_string());
        let known = self.inner.driver.load(&publisher_id(agreement)).await.map_err(failed)?;
        let Some(sale) = known.as_ref().map(State::sale).filter(|sale| is_of(&sale.terms, on_chain)) else {
            return Ok(None);
        };
        let Ok(checksum) = sale.version.parse::<Checksum>() else { return Ok(None) };
        let Some(document) = self.inner.store.version(sale.terms.did, Some(checksum)).await? else { return Ok(None) };
        Ok(Some((parse(&document)?, sale.service)))
    }

    /// The terms of an agreement about a service, as this gateway lists it.
    pub(crate) fn terms(
        &self,
        version: &Version,
        service: &Service,
        agreement: AgreementId,
        consumer: Address,
    ) -> Result<AccessTerms, Refusal> {
        let wrong = |why: String| Refusal::NotCreated(why);
        let price = version.ddo.price_of(service).map_err(|e| wrong(e.to_string()))?;
        let windows = service.windows().map_err(|e| wrong(e.to_string()))?;
        let template = service.template.ok_or_else(|| wrong("the listing names no template".to_owned()))?;
        let contracts = self.inner.keeper.contracts();
        Ok(AccessTerms {
            agreement,
            did: version.ddo.did(),
            template,
            provider: self.provider(),
            consumer,
            owner: version.owner,
            price,
            time_locks: windows.locks,
            time_outs: windows.outs,
            escrow_contract: contracts.escrow_reward,
            lock_contract: contracts.lock_reward,
            access_contract: contracts.access_secret_store,
        })
    }
}

/// Whether the agreement on the chain is the one of these terms: listing, template, both parties and the three conditions, in
/// either order. The ids of the conditions hold price, buyer, owner and contracts; their times are compared elsewhere.
pub(crate) fn is_of(terms: &AccessTerms, on_chain: &AgreementOnChain) -> bool {
    let parties = [terms.provider, terms.consumer];
    let between_them = on_chain.actors == parties || on_chain.actors.iter().rev().eq(parties.iter());
    let ids = terms.ids();
    let conditions = on_chain.conditions == ids.v02() || on_chain.conditions == ids.v01();
    on_chain.did == terms.did && on_chain.template == terms.template && between_them && conditions
}

pub(crate) fn parse(document: &[u8]) -> Result<Ddo, Refusal> {
    Ddo::parse_within(document, MAX_DOCUMENT).map_err(|e| Refusal::Failed(format!("the listing cannot be read: {e}")))
}
