//! Encryption on behalf of publishers: `POST …/publish` of the released software and `…/encrypt` of the v0.1 text.

use crate::{
    GatewayError,
    error::Refusal,
    gateway::Gateway,
    limiter::Shown,
    request::{Parameters, RequestError},
};
use axum::{
    body::Bytes,
    extract::{RawQuery, State},
    http::StatusCode,
};
use protocol::{
    Address, Did,
    brizo_messages::{Credential, Message},
};

/// Signed by the publisher over the document id.
pub(super) async fn publish(
    State(gateway): State<Gateway>,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Result<(StatusCode, String), Refusal> {
    let p = Parameters::read(query.as_deref(), &body)?;
    let document_id = p.required(&["documentId"], "publish")?;
    let publisher: Address = p.parsed(&["publisherAddress"], "publish")?;
    let credential = p.required(&["signature", "signedDocumentId"], "publish")?;
    let credential: Credential = credential.parse().map_err(|_| Refusal::Signature(credential))?;
    let now = time::OffsetDateTime::now_utc().unix_timestamp();
    credential
        .check(&Message::Publish { document_id: document_id.clone() }, publisher, now)
        .map_err(|e| Refusal::Signature(e.to_string()))?;
    encrypted(&gateway, &document_id, Some(publisher), &p, "publish").await
}

/// Unsigned in the v0.1 text: only for listings that nobody registered yet.
pub(super) async fn encrypt(
    State(gateway): State<Gateway>,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Result<(StatusCode, String), Refusal> {
    let p = Parameters::read(query.as_deref(), &body)?;
    let id = p.required(&["id", "documentId"], "encrypt")?;
    encrypted(&gateway, &id, None, &p, "encrypt").await
}

async fn encrypted(
    gateway: &Gateway,
    id: &str,
    publisher: Option<Address>,
    p: &Parameters,
    method: &'static str,
) -> Result<(StatusCode, String), Refusal> {
    let did: Did = id.parse().map_err(|e| RequestError::Wrong { name: "documentId", why: format!("{e}") })?;
    let asking = publisher.unwrap_or(Address::ZERO);
    if !gateway.inner.limiter.admit(asking, Shown::Nothing, std::time::Instant::now()) {
        return Err(Refusal::TooMany);
    }
    // Whose files a registered listing sells is its owner's to say.
    if let Some(register) = gateway.inner.keeper.did_register(did).await?
        && Some(register.owner) != publisher
    {
        return Err(Refusal::Forbidden(format!("{did} belongs to another account")));
    }
    let document = p.document("document", method)?;
    let text = serde_json::to_vec(&document).map_err(|e| Refusal::Failed(e.to_string()))?;
    let encrypted = gateway.encrypt_for_stranger(did, &text).await.map_err(|error| match error {
        GatewayError::Listing(why) => Refusal::Forbidden(why.to_string()),
        other => Refusal::Failed(other.to_string()),
    })?;
    Ok((StatusCode::CREATED, format!("0x{}", hex::encode(encrypted))))
}
