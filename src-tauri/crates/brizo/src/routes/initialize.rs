//! `POST …/access/initialize`: the buyer signed an agreement, the gateway puts it on record (OEP-11, seed 003).

use crate::{
    duties::{GRACE, GRANT_MARGIN},
    error::Refusal,
    gateway::Gateway,
    limiter::Shown,
    request::Parameters,
};
use agreement::publisher::{Sale, State as SaleState};
use axum::{
    body::Bytes,
    extract::{RawQuery, State},
    http::StatusCode,
};
use keeper::gas;
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
    // Counted only now, so that nobody uses up another one's share.
    let price = terms.price;
    let has_it = !price.is_zero() && gateway.inner.keeper.balance_of(consumer).await? >= price;
    let shown = if has_it { Shown::ThePrice } else { Shown::Nothing };
    if !gateway.inner.limiter.admit(consumer, shown, Instant::now()) {
        return Err(Refusal::TooMany);
    }
    if !gateway.inner.keeper.agreed().await?.template_approved(terms.template).await? {
        return Err(Refusal::NotCreated("the listing's template is not approved on this network".to_owned()));
    }
    if !gateway.inner.keeper.can_pay(gateway.provider(), SALE).await? {
        tracing::warn!(provider = %gateway.provider(), "no sale begins: the gateway's key cannot pay the network's fees");
        return Err(Refusal::Failed("the publisher's computer cannot pay the network's fees now".to_owned()));
    }
    if consumer == gateway.provider() {
        return Err(Refusal::NotCreated("a gateway does not sell to itself".to_owned()));
    }
    gateway.inner.store.pin(agreement, did, version.checksum, service.index).await?;
    let sale = Sale {
        terms,
        service: service.index,
        version: version.checksum.hex(),
        grant_margin: GRANT_MARGIN,
        grace: GRACE,
    };
    let failed = |e: DriveError| Refusal::Failed(e.to_string());
    match gateway.inner.driver.begin(&SaleState::requested(sale.clone())).await {
        Ok(_) => {}
        // The same buyer asks again after a broken connection; anybody else's agreement of this id is not served.
        Err(DriveError::Exists(id)) => match gateway.inner.driver.load(&id).await.map_err(failed)? {
            Some(known) if known.sale().terms == sale.terms => {}
            _ => return Err(Refusal::NotCreated("this agreement id is in use".to_owned())),
        },
        Err(error) => return Err(failed(error)),
    }
    gateway.spawn(agreement);
    match tokio::time::timeout(PATIENCE, created(&gateway, agreement)).await {
        Ok(done) => done.map(|()| (StatusCode::CREATED, CREATED)),
        Err(_) => Err(Refusal::Failed("the chain takes long; look at it before asking again".to_owned())),
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
