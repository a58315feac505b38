//! `GET …/consume`: the bytes, for whom the chain allows it, of the listing's own files only.

use crate::{
    drivers::{Delivery, DriverError},
    error::Refusal,
    gateway::Gateway,
    names::{media_type, with_ending},
    range::Wanted,
    request::{Parameters, RequestError},
};
use agreement::publisher::Event;
use axum::{
    body::Body,
    extract::{RawQuery, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use futures_util::StreamExt as _;
use keeper::{AgreementOnChain, ConditionState, Keeper, KeeperError};
use protocol::{
    Address, AgreementId, Did,
    brizo_messages::{Credential, Message},
    conditions::{condition_id, value_hash_access},
    ddo::{DEFAULT_TIMEOUT_SECONDS, Ddo},
};
use runner::publisher_id;

const METHOD: &str = "consume";

pub(super) async fn consume(
    State(gateway): State<Gateway>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let p = Parameters::read(query.as_deref(), &[])?;
    let stated = p.required(&["serviceAgreementId", "serviceId"], METHOD)?;
    let id: AgreementId =
        stated.parse().map_err(|e| RequestError::Wrong { name: "serviceAgreementId", why: format!("{e}") })?;
    let consumer: Address = p.parsed(&["consumerAddress", "pubKey"], METHOD)?;
    // The released gateway takes a DID for "whoever has the owner's permission": owners fetch their own files so.
    let agreement = (!stated.starts_with("did:")).then_some(id);
    let ddo = match agreement {
        Some(agreement) => allowed(&gateway, agreement, consumer).await?,
        None => {
            // A DID is public, and so is its owner: whoever names the account has shown nothing yet.
            signed(&p, &stated, consumer)?;
            permitted(&gateway, Did(id.0), consumer).await?
        }
    };
    let list = gateway.files(&ddo).await.map_err(|e| Refusal::Failed(e.to_string()))?;
    let index = match p.optional(&["url"]) {
        // Knowing the address is the secret: it came encrypted, for this account.
        Some(url) => list
            .urls
            .iter()
            .position(|known| *known == url)
            .ok_or_else(|| Refusal::Forbidden("this address is not one of the listing's files".to_owned()))?,
        None => {
            signed(&p, &stated, consumer)?;
            p.parsed::<usize>(&["index"], METHOD)?
        }
    };
    let url =
        list.urls.get(index).ok_or_else(|| RequestError::Wrong { name: "index", why: "no such file".to_owned() })?;
    let range = headers.get(header::RANGE).and_then(|value| value.to_str().ok());
    let delivery = gateway.inner.drivers.deliver(url, list.own, range).await;
    let delivery = delivery.map_err(|error| match error {
        DriverError::Gone => Refusal::Gone,
        other => Refusal::Failed(other.to_string()),
    })?;
    let index = u64::try_from(index).unwrap_or(u64::MAX);
    let listed = ddo.metadata().files.iter().find(|file| file.index == index);
    let listed = listed.map(|file| file.content_type.clone()).unwrap_or_default();
    Ok(answer(gateway, agreement, index, &listed, delivery))
}

/// Whether the account itself asks: it signed the number that was stated.
fn signed(p: &Parameters, stated: &str, consumer: Address) -> Result<(), Refusal> {
    let text = p.required(&["signature"], METHOD)?;
    let credential: Credential = text.parse().map_err(|_| Refusal::Signature(text))?;
    let now = time::OffsetDateTime::now_utc().unix_timestamp();
    credential
        .check(&Message::Consume { agreement_id: stated.to_owned() }, consumer, now)
        .map_err(|e| Refusal::Signature(e.to_string()))
}

/// The listing as it was sold, if this agreement gives this account access now.
async fn allowed(gateway: &Gateway, agreement: AgreementId, consumer: Address) -> Result<Ddo, Refusal> {
    let keeper = &gateway.inner.keeper.agreed().await?;
    let refused = |why: &str| Refusal::Forbidden(why.to_owned());
    let on_chain = keeper.agreement(agreement).await?.ok_or_else(|| refused("there is no such agreement"))?;
    if !on_chain.actors.contains(&consumer) || !on_chain.actors.contains(&gateway.provider()) {
        return Err(refused("this account has no part in this agreement"));
    }
    if !is_granted(keeper, agreement, &on_chain, consumer).await?
        || !keeper.check_permissions(consumer, on_chain.did).await?
    {
        return Err(refused("access was not granted"));
    }
    let (ddo, index) = match gateway.sold(agreement, &on_chain).await? {
        Some(sold) => sold,
        None => {
            let version = gateway.version(on_chain.did).await?;
            let index = version.ddo.access().map_or(0, |s| s.index);
            (version.ddo, index)
        }
    };
    // What is delivered is of the listing that access was granted to, whatever is on record here.
    if ddo.did() != on_chain.did {
        return Err(refused("this agreement is about another listing"));
    }
    let seconds = ddo.service(index).and_then(|s| s.timeout).unwrap_or(DEFAULT_TIMEOUT_SECONDS);
    if seconds != 0 {
        let block = keeper.block(on_chain.created_at).await?;
        let began = block.ok_or_else(|| Refusal::Failed("the chain does not answer".to_owned()))?.timestamp;
        let now = u64::try_from(time::OffsetDateTime::now_utc().unix_timestamp()).unwrap_or(0);
        if now > began.saturating_add(seconds) {
            return Err(refused("the time to fetch it is over"));
        }
    }
    Ok(ddo)
}

/// Whether this agreement's own access condition is fulfilled for this account, and every payment that the agreement asks
/// for is in escrow. States, not events, and not the permission, which may be another agreement's.
///
/// The contract lets the DID's owner and its providers fulfil an access condition, and nobody else; the gateway is one of
/// them and fulfils what it verified in full. So what another one granted under terms of their own is theirs to give, and
/// what is asked here of the payment holds for them too. Ids alone say nothing of the contract that decides: an agreement may
/// put any condition under any id.
async fn is_granted(
    keeper: &Keeper,
    agreement: AgreementId,
    on_chain: &AgreementOnChain,
    consumer: Address,
) -> Result<bool, KeeperError> {
    let contracts = keeper.contracts();
    let access = condition_id(agreement, contracts.access_secret_store, value_hash_access(on_chain.did, consumer));
    let mut granted = false;
    for id in &on_chain.conditions {
        let condition = keeper.condition(*id).await?;
        let fulfilled = condition.state == ConditionState::Fulfilled;
        if condition.type_ref == contracts.lock_reward && !fulfilled {
            return Ok(false);
        }
        granted |= *id == access && condition.type_ref == contracts.access_secret_store && fulfilled;
    }
    Ok(granted)
}

/// The listing as it is, for its owner, its providers and whoever the owner gave permission in the registry. A purchase gives
/// none: what it gives is fetched by its agreement, as long as that lasts.
async fn permitted(gateway: &Gateway, did: Did, consumer: Address) -> Result<Ddo, Refusal> {
    let keeper = &gateway.inner.keeper.agreed().await?;
    let register = keeper.did_register(did).await?;
    let theirs = register.is_some_and(|of| of.owner == consumer || of.providers.contains(&consumer));
    if !theirs && !keeper.did_permission(consumer, did).await? {
        return Err(Refusal::Forbidden("access was not granted".to_owned()));
    }
    Ok(gateway.version(did).await?.ddo)
}

fn answer(gateway: Gateway, agreement: Option<AgreementId>, index: u64, listed: &str, delivery: Delivery) -> Response {
    let Delivery { wanted, length, content_type, name, bytes } = delivery;
    let content_type = media_type(content_type.as_deref(), listed, &name);
    let (status, size, to_the_end) = match wanted {
        Wanted::Whole => (StatusCode::OK, length, true),
        Wanted::Part { start, end } => {
            let size = end.saturating_sub(start).saturating_add(1);
            (StatusCode::PARTIAL_CONTENT, Some(size), length == Some(end.saturating_add(1)))
        }
        Wanted::Unsatisfiable => (StatusCode::RANGE_NOT_SATISFIABLE, Some(0), false),
    };
    // Counted as they leave: a connection whose length is known is not polled beyond it.
    let mut left = size;
    let watched = bytes.inspect(move |chunk| {
        let (Ok(chunk), Some(rest)) = (chunk, left.as_mut()) else { return };
        *rest = rest.saturating_sub(chunk.len() as u64);
        if *rest == 0 && to_the_end {
            left = None;
            if let Some(agreement) = agreement {
                let gateway = gateway.clone();
                tokio::spawn(async move { delivered(&gateway, agreement, index).await });
            }
        }
    });
    let mut response = Response::new(Body::from_stream(watched));
    *response.status_mut() = status;
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(name, value);
        }
    };
    set(header::CONTENT_TYPE, &content_type);
    set(header::ACCEPT_RANGES, "bytes");
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    if let Some(size) = size {
        set(header::CONTENT_LENGTH, &size.to_string());
    }
    if wanted == Wanted::Whole {
        let name = ascii(&with_ending(&name, &content_type));
        set(header::CONTENT_DISPOSITION, &format!("attachment;filename={name}"));
    }
    if let Some(range) = content_range(wanted, length) {
        set(header::CONTENT_RANGE, &range);
    }
    response
}

/// Which part it is; nothing where it is the whole, or where there is nothing to be said.
fn content_range(wanted: Wanted, length: Option<u64>) -> Option<String> {
    match (wanted, length) {
        (Wanted::Whole, _) => None,
        (Wanted::Part { start, end }, Some(length)) => Some(format!("bytes {start}-{end}/{length}")),
        (Wanted::Part { start, end }, None) => Some(format!("bytes {start}-{end}/*")),
        // Without a length there is no form for it.
        (Wanted::Unsatisfiable, length) => length.map(|length| format!("bytes */{length}")),
    }
}

/// A header takes visible ASCII; the listing carries the name as it is.
fn ascii(name: &str) -> String {
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | ';' | '\\' | ',');
    name.chars().map(|c| if plain(c) { c } else { '_' }).collect()
}

/// The buyer has a file completely: the machine may take the payment.
async fn delivered(gateway: &Gateway, agreement: AgreementId, index: u64) {
    if let Err(error) = gateway.inner.store.delivered(agreement, index).await {
        tracing::warn!(%error, "a delivery could not be noted");
    }
    // A sale that is not driven any more is paid already.
    gateway.inner.driver.tell(&publisher_id(agreement), Event::Delivered);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_says_which_it_is_in_a_form_that_exists() {
        let part = Wanted::Part { start: 3, end: 4 };
        for (wanted, length, expected) in [
            (part, Some(10), Some("bytes 3-4/10")),
            (part, None, Some("bytes 3-4/*")),
            (Wanted::Unsatisfiable, Some(10), Some("bytes */10")),
            (Wanted::Unsatisfiable, None, None),
            (Wanted::Whole, Some(10), None),
        ] {
            assert_eq!(content_range(wanted, length).as_deref(), expected);
        }
    }
}
