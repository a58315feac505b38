//! `POST …/access/initialize`: the buyer signed an agreement, the gateway puts it on record (OEP-11, seed 003).

use crate::{
    duties::{GRACE, GRANT_MARGIN},
    error::Refusal,
    gateway::Gateway,
    limiter::Shown,
    listing::is_of,
    request::Parameters,
};
use agreement::publisher::{Sale, State as SaleState};
use axum::{
    body::Bytes,
    extract::{RawQuery, State},
    http::StatusCode,
};
use keeper::{Keeper, gas};
use protocol::{Address, AgreementId, Did, Signature, brizo_messages::Message};
use runner::{DriveError, publisher_id};
use std::time::{Duration, Instant};

const METHOD: &str = "access/initialize";
const CREATED: &str = "Service agreement successfully created";
/// How long the chain may take; afterwards the buyer looks at the chain itself.
const PATIENCE: Duration = Duration::from_secs(45);

/// Gas of a whole sale: nothing is begun that could not be ended.
const SALE: u64 = gas::CREATE + gas::GRANT + gas::RELEASE;

pub(super) async fn initialize(
    State(gateway): State<Gateway>,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Result<(StatusCode, &'static str), Refusal> {
    let p = Parameters::read(query.as_deref(), &body)?;
    let did: Did = p.parsed(&["did"], METHOD)?;
    let agreement: AgreementId = p.parsed(&["serviceAgreementId"], METHOD)?;
    let index: u64 = p.parsed(&["serviceDefinitionId", "serviceIndex", "index"], METHOD)?;
    let consumer: Address = p.parsed(&["consumerAddress"], METHOD)?;
    let signature = p.required(&["signature"], METHOD)?;
    let version = gateway.version(did).await?;
    let service = version.ddo.service(index).or_else(|| version.ddo.access());
    let service = service.ok_or_else(|| Refusal::NotCreated("the listing has no such service".to_owned()))?;
    let terms = gateway.terms(&version, service, agreement, consumer)?;
    // These very terms: an auth token, which any gateway has seen, begins no sale.
    let signed: Signature = signature.parse().map_err(|_| Refusal::Signature(signature.clone()))?;
    if !(Message::Initialize { hash: terms.hash() }).is_signed_by(&signed, consumer) {
        return Err(Refusal::Signature(signature));
    }
    // Before the chain is asked about it, however often it comes again; a sale is counted when it begins.
    if !gateway.inner.requests.admit(consumer, Shown::Nothing, Instant::now()) {
        return Err(Refusal::TooMany);
    }
    if consumer == gateway.provider() {
        return Err(Refusal::NotCreated("a gateway does not sell to itself".to_owned()));
    }
    let keeper = gateway.inner.keeper.agreed().await?;
    // Anybody may have put an agreement of his own under this id.
    let on_chain = keeper.agreement(agreement).await?;
    if on_chain.as_ref().is_some_and(|found| !is_of(&terms, found)) {
        return Err(in_use());
    }
    match known(&gateway, agreement).await? {
        // The same buyer asks again after a broken connection; anybody else's agreement of this id is not served.
        Some(known) if known.sale().terms == terms => {}
        Some(_) => return Err(in_use()),
        None => {
            let sale = Sale {
                terms,
                service: service.index,
                version: version.checksum.hex(),
                grant_margin: GRANT_MARGIN,
                grace: GRACE,
            };
            begin(&gateway, &keeper, sale, on_chain.is_some()).await?;
        }
    }
    gateway.spawn(agreement);
    match tokio::time::timeout(PATIENCE, created(&gateway, agreement)).await {
        Ok(done) => done.map(|()| (StatusCode::CREATED, CREATED)),
        Err(_) => Err(Refusal::Failed("the chain takes long; look at it before asking again".to_owned())),
    }
}

fn in_use() -> Refusal {
    Refusal::NotCreated("this agreement id is in use".to_owned())
}

fn failed(error: impl std::fmt::Display) -> Refusal {
    Refusal::Failed(error.to_string())
}

async fn known(gateway: &Gateway, agreement: AgreementId) -> Result<Option<SaleState>, Refusal> {
    gateway.inner.driver.load(&publisher_id(agreement)).await.map_err(failed)
}

/// Puts a sale on disk, if the gateway can carry it out to its end and has not begun too many. From its record on it is known
/// what was sold.
async fn begin(gateway: &Gateway, keeper: &Keeper, sale: Sale, on_chain: bool) -> Result<(), Refusal> {
    if !keeper.template_approved(sale.terms.template).await? {
        return Err(Refusal::NotCreated("the listing's template is not approved on this network".to_owned()));
    }
    if !gateway.inner.keeper.can_pay(gateway.provider(), SALE).await? {
        tracing::warn!(provider = %gateway.provider(), "no sale begins: the gateway's key cannot pay the network's fees");
        return Err(Refusal::Failed("the publisher's computer cannot pay the network's fees now".to_owned()));
    }
    // Counted only now, and signed by its buyer: nobody uses up another one's share.
    let (consumer, price) = (sale.terms.consumer, sale.terms.price);
    let has_it = !price.is_zero() && keeper.balance_of(consumer).await? >= price;
    let shown = if has_it { Shown::ThePrice } else { Shown::Nothing };
    if !gateway.inner.limiter.admit(consumer, shown, Instant::now()) {
        return Err(Refusal::TooMany);
    }
    let (agreement, terms) = (sale.terms.agreement, sale.terms.clone());
    let state = if on_chain { SaleState::seen(sale) } else { SaleState::requested(sale) };
    match gateway.inner.driver.begin(&state).await {
        Ok(_) => Ok(()),
        // Asked twice in one moment.
        Err(DriveError::Exists(_)) => match known(gateway, agreement).await? {
            Some(known) if known.sale().terms == terms => Ok(()),
            _ => Err(in_use()),
        },
        Err(error) => Err(failed(error)),
    }
}

/// Waits until the agreement is on the chain, or certainly will not be.
async fn created(gateway: &Gateway, agreement: AgreementId) -> Result<(), Refusal> {
    let id = publisher_id(agreement);
    let mut watch = loop {
        if let Some(watch) = gateway.inner.driver.watch(&id) {
            break Some(watch);
        }
        match gateway.inner.driver.load(&id).await.map_err(|e| Refusal::Failed(e.to_string()))? {
            Some(state) if matches!(outcome(&state), Some(Ok(()))) => return Ok(()),
            Some(state) => match outcome(&state) {
                Some(done) => return done,
                // Its driving is just beginning.
                None => tokio::task::yield_now().await,
            },
            None => break None,
        }
    };
    let Some(watch) = watch.as_mut() else { return Err(Refusal::Failed("the sale was lost".to_owned())) };
    loop {
        if let Some(done) = outcome(&watch.borrow_and_update().state) {
            return done;
        }
        if watch.changed().await.is_err() {
            let state = gateway.inner.driver.load(&id).await.map_err(|e| Refusal::Failed(e.to_string()))?;
            return state.as_ref().and_then(outcome).unwrap_or_else(|| Err(Refusal::Failed("it is ending".to_owned())));
        }
    }
}

fn outcome(state: &SaleState) -> Option<Result<(), Refusal>> {
    match state {
        SaleState::Requested { .. } | SaleState::Seen { .. } | SaleState::Creating { .. } => None,
        SaleState::Created { .. }
        | SaleState::Rehashing { .. }
        | SaleState::Granting { .. }
        | SaleState::Granted { .. }
        | SaleState::Releasing { .. }
        | SaleState::Released { .. } => Some(Ok(())),
        SaleState::Refused { reason, .. } => Some(Err(Refusal::NotCreated(format!("it is not served: {reason:?}")))),
        SaleState::Expired { .. } => Some(Err(Refusal::NotCreated("its time is over".to_owned()))),
    }
}
