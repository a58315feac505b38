//! Changes, which only the owner makes: signed over method, listing, checksum, document and time, good for five minutes,
//! once.

use super::{now, read::did, register::checked, released};
use crate::{Catalogue, document::kept, refusal::Refusal, store};
use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use protocol::{
    Did, Signature,
    brizo_messages::Message,
    ddo::Ddo,
    json::Node,
    search::{CHANGE_WINDOW_SECONDS, SIGNATURE_HEADER, TIME_HEADER},
};

const NOT_ALLOWED: &str = "Not allowed to update this DID";

/// As the released software spells it.
const DELETED: &str = "Succesfully deleted";

pub(super) fn not_allowed() -> Refusal {
    Refusal::NotAllowed(NOT_ALLOWED.to_owned())
}

fn unreadable(error: &protocol::ddo::DdoError) -> Refusal {
    Refusal::Failed(error.to_string())
}

/// Replaces a listing's document, or registers it; lists it again where it was unlisted.
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
    let change = allowed(&catalogue, &headers, "PUT", did, &body).await?;
    let now = now();
    let (status, document) = catalogue
        .write(move |c| {
            let step = c.transaction()?;
            if !store::first_time(&step, &change, now)? {
                return Ok(Err(not_allowed()));
            }
            let before = store::get(&step, did)?;
            let status = if before.is_some() { StatusCode::OK } else { StatusCode::CREATED };
            let before = before.and_then(|before| Ddo::parse(&before.document).ok());
            let ddo = match kept(&ddo, before.as_ref(), now) {
                Ok(ddo) => ddo,
                Err(refusal) => return Ok(Err(refusal)),
            };
            store::put(&step, &ddo)?;
            step.commit()?;
            Ok(Ok((status, ddo.raw().to_vec())))
        })
        .await??;
    Ok((status, [(CONTENT_TYPE, "application/json")], document).into_response())
}

pub(super) async fn unlist(
    State(catalogue): State<Catalogue>,
    Path(text): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<&'static str, Refusal> {
    let did = did(&text)?;
    catalogue.read(move |c| store::get(c, did)).await?.ok_or(Refusal::NotFound(did))?;
    if catalogue.takes_changes_of_1_1 && !body.is_empty() && !headers.contains_key(SIGNATURE_HEADER) {
        released::unlist(&catalogue, did, &body).await?;
        return Ok(DELETED);
    }
    let change = allowed(&catalogue, &headers, "DELETE", did, &body).await?;
    let now = now();
    catalogue
        .write(move |c| {
            let step = c.transaction()?;
            if !store::first_time(&step, &change, now)? {
                return Ok(Err(not_allowed()));
            }
            let Some(before) = store::get(&step, did)? else { return Ok(Err(Refusal::NotFound(did))) };
            let hidden = Ddo::parse(&before.document)
                .and_then(|before| Ddo::parse(&before.with_curation("isListed", Node::Bool(false))));
            let hidden = match hidden {
                Ok(hidden) => hidden,
                Err(error) => return Ok(Err(unreadable(&error))),
            };
            store::put(&step, &hidden)?;
            step.commit()?;
            Ok(Ok(()))
        })
        .await??;
    Ok(DELETED)
}

/// Whether the owner signed this change in time; what was signed, as text. It covers every byte that was sent, so nobody
/// on the way can put in another description or another list of files; and the checksum on the chain, which is the
/// document's or it is not let in.
async fn allowed(
    catalogue: &Catalogue,
    headers: &HeaderMap,
    method: &str,
    did: Did,
    body: &[u8],
) -> Result<String, Refusal> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let signature: Signature = text(SIGNATURE_HEADER).and_then(|t| t.parse().ok()).ok_or_else(not_allowed)?;
    let at: i64 = text(TIME_HEADER).and_then(|t| t.parse().ok()).ok_or_else(not_allowed)?;
    if now().abs_diff(at) > CHANGE_WINDOW_SECONDS.unsigned_abs() {
        return Err(not_allowed());
    }
    let registered = catalogue.inner.ownership.registered(did).await?.ok_or_else(not_allowed)?;
    let change = Message::catalogue_change(method, did, registered.checksum, body, at);
    if !change.is_signed_by(&signature, registered.owner) {
        return Err(not_allowed());
    }
    Ok(String::from_utf8_lossy(&change.to_bytes()).into_owned())
}
