//! The listing that is sold: this gateway's own copy, held against the chain. A dead or hostile catalogue changes
//! nothing about a listing that was served once.

use crate::{
    error::Refusal,
    gateway::{Gateway, MAX_DOCUMENT},
};
use protocol::{
    Address, AgreementId, Checksum, Did,
    checksum::verify,
    conditions::AccessTerms,
    ddo::{Ddo, Service},
};

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
        Err(Refusal::Unknown(format!("no catalogue has {did} as it is on the chain")))
    }

    /// The version that an agreement was made for.
    pub(crate) async fn pinned(&self, agreement: AgreementId) -> Result<Option<(Ddo, u64)>, Refusal> {
        let Some((did, checksum, service)) = self.inner.store.pinned(agreement).await? else { return Ok(None) };
        let Some(document) = self.inner.store.version(did, Some(checksum)).await? else { return Ok(None) };
        Ok(Some((parse(&document)?, service)))
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

pub(crate) fn parse(document: &[u8]) -> Result<Ddo, Refusal> {
    Ddo::parse_within(document, MAX_DOCUMENT).map_err(|e| Refusal::Failed(format!("the listing cannot be read: {e}")))
}
