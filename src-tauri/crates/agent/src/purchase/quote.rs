//! What a purchase would be: the terms as the chain and the listing say them, and what stands in the way.

use super::fee::NetworkFee;
use crate::{
    core::{Core, chain},
    describe, errors,
    market::Found,
    policy::Action,
};
use agreement::Order;
use api::{ApiError, Code, Quote, Risk, RiskView, Sentence, sentence};
use keeper::{Contracts, DidRegister};
use protocol::{Address, AgreementId, Checksum, Did, Vodka, conditions::AccessTerms, ddo::Service};

/// Blocks after which nobody waits any longer for the agreement to appear.
const CREATE_WITHIN: u64 = 120;
/// Blocks that must be left for granting access when the money is set aside, where the agreed time is long enough.
const GRANT_MARGIN: u64 = 20;

/// What could be bought.
pub(crate) struct Offer {
    pub(crate) name: String,
    pub(crate) publisher: String,
    pub(crate) service: u64,
    pub(crate) gateway: String,
    pub(crate) version: Checksum,
    pub(crate) document: Vec<u8>,
    pub(crate) price: Vodka,
    pub(crate) balance: Vodka,
    pub(crate) refund_after_blocks: u64,
    /// What the network takes for the buyer's transactions.
    pub(crate) fee: NetworkFee,
    /// What has to be accepted.
    pub(crate) risks: Vec<Risk>,
    /// The terms, with a fresh agreement number; `None` where there is an obstacle.
    pub(crate) terms: Option<AccessTerms>,
    /// Why it cannot be bought.
    pub(crate) obstacle: Option<ApiError>,
}

/// What the buyer confirms, as the machine keeps it.
pub(super) fn order(terms: AccessTerms, service: u64, gateway: String, block: u64) -> Order {
    let [_, grant, _] = terms.time_outs;
    // A short agreed time leaves a short margin: a quarter of it.
    let grant_margin = if grant == 0 { 0 } else { GRANT_MARGIN.min(grant / 4) };
    Order { terms, service, gateway, confirmed_at: block, create_within: CREATE_WITHIN, grant_margin }
}

impl Core {
    pub(crate) async fn quote(&self, did: Did, service: Option<u64>) -> Result<Quote, ApiError> {
        let offer = self.offer(did, service).await?;
        let open = self.not_accepted(&offer.risks, &[]).await?;
        let forbidden = self.policy.allows(&Action::Buy { did, price: offer.price, risks: offer.risks.clone() }).err();
        Ok(quoted(did, offer, &open, forbidden, self.block_ms()))
    }

    /// Reads listing and chain and says what could be bought.
    pub(crate) async fn offer(&self, did: Did, service: Option<u64>) -> Result<Offer, ApiError> {
        let found = self.find(did).await?;
        let wanted = match service {
            Some(index) => found.ddo.service(index),
            None => found.ddo.access(),
        };
        let Some(service) = wanted else {
            return Err(errors::not_found("A service that can be bought is not here.", "Look at the listing again."));
        };
        let balance = match self.account() {
            Some(_) => self.balance().await?,
            None => Vodka::ZERO,
        };
        let metadata = found.ddo.metadata();
        let mut offer = Offer {
            name: describe::plain(&metadata.name, 200),
            publisher: describe::plain(&metadata.author, 200),
            service: service.index,
            gateway: service.endpoint.clone(),
            version: found.register.as_ref().map(|r| r.checksum).unwrap_or_default(),
            document: found.ddo.raw().to_vec(),
            price: describe::price(&found.ddo),
            balance,
            refund_after_blocks: service.windows().map(|w| w.outs[1]).unwrap_or(0),
            fee: NetworkFee::NONE,
            risks: Vec::new(),
            terms: None,
            obstacle: None,
        };
        match self.terms(&found, service).await {
            Ok(terms) => {
                let (fee, risks) = tokio::join!(self.network_fee(&terms), self.risks(&terms));
                (offer.fee, offer.risks) = (fee?, risks?);
                offer.terms = Some(terms);
            }
            Err(obstacle) => offer.obstacle = Some(obstacle),
        }
        Ok(offer)
    }

    /// The terms of an agreement about this service, all of them from the chain or covered by what is on the chain.
    async fn terms(&self, found: &Found, service: &Service) -> Result<AccessTerms, ApiError> {
        let consumer = self.account().ok_or_else(errors::no_account)?;
        let keeper = self.keeper.agreed().await.map_err(chain)?;
        let register = keeper.did_register(found.ddo.did()).await.map_err(chain)?;
        let owned = self.store.owned_of(found.ddo.did()).await.map_err(errors::store)?.map(|owned| owned.name);
        let approved = match service.template {
            Some(template) => keeper.template_approved(template).await.map_err(chain)?,
            None => false,
        };
        let known = Known { consumer, register, owned, approved };
        agreeable(found, service, &known, self.keeper.contracts(), fresh_number())
    }
}

/// The number of a new agreement: nobody can know it before, and no two are the same.
fn fresh_number() -> AgreementId {
    AgreementId(rand::random())
}

/// What two nodes and this home say of a listing, right before it is bought.
struct Known {
    /// Who buys.
    consumer: Address,
    /// Its record on the chain.
    register: Option<DidRegister>,
    /// What it is called in the library, where it is there.
    owned: Option<String>,
    /// Whether its template is approved.
    approved: bool,
}

/// The terms to agree on, or what stands in the way.
fn agreeable(
    found: &Found,
    service: &Service,
    known: &Known,
    contracts: &Contracts,
    agreement: AgreementId,
) -> Result<AccessTerms, ApiError> {
    if known.register != found.register {
        // A node alone could name another owner: what is shown is what two of them say.
        return Err(broken("The record of this listing is another one than a moment ago."));
    }
    let Some(register) = &known.register else {
        return Err(broken("This listing is not on record on this network."));
    };
    if register.owner == known.consumer {
        return Err(ApiError::new(Code::Own, "This is your own listing.", "You have the data already."));
    }
    if let Some(name) = &known.owned {
        return Err(ApiError::new(
            Code::AlreadyOwned,
            sentence!("“{name}” is in your library already.", name),
            "Download it from there; it costs nothing again.",
        ));
    }
    if found.ddo.is_own_form() && !found.integrity.as_ref().is_some_and(|i| i.is_intact()) {
        return Err(broken("The catalogue's copy of this listing is not the one its owner put on record."));
    }
    let unclear = |why: Sentence| broken(sentence!("It is not clear what would be agreed: {why}.", why));
    let price = found.ddo.price_of(service).map_err(|e| unclear((&e).into()))?;
    let windows = service.windows().map_err(|e| unclear((&e).into()))?;
    let Some(template) = service.template else {
        return Err(broken("This listing names no form of agreement."));
    };
    if !known.approved {
        return Err(broken("This listing uses a form of agreement that this network has not approved."));
    }
    let provider = register.providers.first().copied().unwrap_or(register.owner);
    if provider == known.consumer {
        return Err(ApiError::new(Code::Own, "Your own computer delivers this.", "You have the data already."));
    }
    Ok(AccessTerms {
        agreement,
        did: found.ddo.did(),
        template,
        provider,
        consumer: known.consumer,
        owner: register.owner,
        price,
        time_locks: windows.locks,
        time_outs: windows.outs,
        escrow_contract: contracts.escrow_reward,
        lock_contract: contracts.lock_reward,
        access_contract: contracts.access_secret_store,
    })
}

/// What is shown of an offer: `open` are the risks that nobody accepted yet, `forbidden` is what the rules say, `pace` is
/// milliseconds from block to block.
fn quoted(did: Did, offer: Offer, open: &[Risk], forbidden: Option<ApiError>, pace: u64) -> Quote {
    let missing = offer.price.checked_sub(offer.balance).filter(|m| !m.is_zero());
    let short = missing.map(|_| crate::account::insufficient(offer.price, offer.balance));
    Quote {
        did,
        name: offer.name,
        publisher: offer.publisher,
        service: offer.service,
        price: offer.price,
        fee_wei: offer.fee.at_most(),
        at_most: offer.price,
        balance: offer.balance,
        afterwards: offer.balance.checked_sub(offer.price),
        missing,
        refund_after_blocks: offer.refund_after_blocks,
        refund_after_seconds: offer.refund_after_blocks.saturating_mul(pace) / 1000,
        risks: offer.risks.iter().map(|risk| RiskView { risk: *risk, accepted: !open.contains(risk) }).collect(),
        version: offer.version,
        obstacle: offer.obstacle.or(forbidden).or(short).or(offer.fee.missing()),
    }
}

fn broken(what: impl Into<Sentence>) -> ApiError {
    ApiError::new(Code::Refused, what, "Do not buy it; tell the publisher. Nothing was paid.")
}

#[cfg(test)]
mod tests;
