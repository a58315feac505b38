//! Changes, which only the owner makes: signed over method, listing, checksum and time, good for five minutes, once.

use super::{now, read::did, register::checked};
use crate::{Catalogue, refusal::Refusal, store};
use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use protocol::{
    Checksum, Did, Signature,
    search::{CHANGE_WINDOW_SECONDS, change_text},
};
use std::sync::PoisonError;

const NOT_ALLOWED: &str = "Not allowed to update this DID";

pub(super) async fn update(
    State(catalogue): State<Catalogue>,
    Path(text): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let did = did(&text)?;
    let ddo = checked(&catalogue, &body, "update").await?;
    if ddo.did() != did {
        return Err(Refusal::Bad("the document is about another DID than the address".to_owned()));
    }
    let checksum = registered(&catalogue, did).await?;
    allow(&catalogue, &headers, "PUT", did, checksum).await?;
    let ddo = catalogue
        .write(move |c| {
            let step = c.transaction()?;
            store::put(&step, &ddo)?;
            step.commit()?;
            Ok(ddo)
        })
        .await?;
    Ok(([(CONTENT_TYPE, "application/json")], ddo.raw().to_vec()).into_response())
}

pub(super) async fn unlist(
    State(catalogue): State<Catalogue>,
    Path(text): Path<String>,
    headers: HeaderMap,
) -> Result<&'static str, Refusal> {
    let did = did(&text)?;
    catalogue.read(move |c| store::get(c, did)).await?.ok_or(Refusal::NotFound(did))?;
    let checksum = registered(&catalogue, did).await?;
    allow(&catalogue, &headers, "DELETE", did, checksum).await?;
    catalogue
        .write(move |c| {
            let step = c.transaction()?;
            store::hide(&step, did)?;
            Ok(step.commit()?)
        })
        .await?;
    // As the released software spells it.
    Ok("Succesfully deleted")
}

async fn registered(catalogue: &Catalogue, did: Did) -> Result<Checksum, Refusal> {
    let registered = catalogue.inner.ownership.registered(did).await?;
    registered.map(|r| r.checksum).ok_or_else(|| Refusal::NotAllowed(NOT_ALLOWED.to_owned()))
}

async fn allow(
    catalogue: &Catalogue,
    headers: &HeaderMap,
    method: &str,
    did: Did,
    checksum: Checksum,
) -> Result<(), Refusal> {
    let refused = || Refusal::NotAllowed(NOT_ALLOWED.to_owned());
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let signature: Signature = text("x-neuston-signature").and_then(|t| t.parse().ok()).ok_or_else(refused)?;
    let seconds: i64 = text("x-neuston-time").and_then(|t| t.parse().ok()).ok_or_else(refused)?;
    let now = now();
    if now.abs_diff(seconds) > CHANGE_WINDOW_SECONDS.unsigned_abs() {
        return Err(refused());
    }
    let message = change_text(method, did, checksum, seconds);
    let signer = signature.recover_personal(message.as_bytes()).map_err(|_| refused())?;
    let owner = catalogue.inner.ownership.registered(did).await?.map(|r| r.owner);
    if owner != Some(signer) {
        return Err(refused());
    }
    let mut changes = catalogue.inner.changes.lock().unwrap_or_else(PoisonError::into_inner);
    changes.retain(|_, at| now.saturating_sub(*at) <= 2 * CHANGE_WINDOW_SECONDS);
    // The message, not the signature, is what may not come twice: a signature has a second form.
    match changes.insert(message, seconds) {
        None => Ok(()),
        Some(_) => Err(refused()),
    }
}
