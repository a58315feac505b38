//! New documents, and trying them out.
//!
//! Registering takes no signature: squid-js sends none, and neither does our publisher. What protects a listing that
//! this catalogue does not have yet:
//!
//! - The chain must name an owner, and the document must name nobody else as its owner or as who signed it.
//! - Its checksum must be the one on the chain: what is sold, the main of every service with prices, files' checksums and
//!   time windows. Other software's checksums are not always recognised; there the owner's signature in the proof must be.
//! - What the catalogue sets itself (curation) is not taken from the document.
//!
//! It does *not* protect what no checksum covers: description, tags, categories and links, the encrypted list of files
//! and the services' endpoints. Whoever sees a listing elsewhere can be the first to register it here with other ones.
//! Price, parties, time windows and what a file must hash to are not among them. The owner's next change, which he signs
//! whole, replaces the document; registering never does, whether the one that is here is listed or not.

use super::now;
use crate::{
    Catalogue, CatalogueError,
    document::{MAX_DOCUMENT, admit, kept},
    refusal::Refusal,
    store,
};
use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use protocol::{
    checksum::verify,
    ddo::Ddo,
    json::Node,
    metadata::validate_local,
    search::{SearchAnswer, SearchRequest},
    validation::validate_document,
};
use serde_json::{Value, json};

pub(super) async fn register(State(catalogue): State<Catalogue>, body: Bytes) -> Result<Response, Refusal> {
    let ddo = checked(&catalogue, &body, "register").await?;
    let ddo = kept(&ddo, None, now())?;
    let stored = catalogue
        .write(move |c| {
            let step = c.transaction()?;
            if store::get(&step, ddo.did())?.is_some() {
                return Ok(None);
            }
            store::put(&step, &ddo)?;
            step.commit()?;
            Ok(Some(ddo))
        })
        .await?;
    let ddo = stored.ok_or_else(|| Refusal::Failed("a document with this id is registered already".to_owned()))?;
    Ok((StatusCode::CREATED, [(CONTENT_TYPE, "application/json")], ddo.raw().to_vec()).into_response())
}

/// Reads a document and holds it against the chain: only what its owner registered gets in.
pub(super) async fn checked(catalogue: &Catalogue, body: &[u8], method: &'static str) -> Result<Ddo, Refusal> {
    let ddo = admit(body, method)?;
    // As it will be kept: the date of publication may be the catalogue's.
    let faults = validate_document(&kept(&ddo, None, now())?);
    if !faults.is_empty() {
        return Err(Refusal::Faults(faults));
    }
    let registered = catalogue.inner.ownership.registered(ddo.did()).await?;
    let Some(registered) = registered else {
        return Err(Refusal::NotAllowed("this listing is not registered on the chain".to_owned()));
    };
    let others = |who: protocol::Address| who != registered.owner;
    if ddo.owner().is_none_or(others) || ddo.proof().and_then(|proof| proof.creator).is_some_and(others) {
        return Err(Refusal::NotAllowed("the document does not name the owner that the chain names".to_owned()));
    }
    // Whoever is first could otherwise put a document of his own under another's number. What other software
    // registered is not always recognised; then the owner's signature must be there.
    let intact = verify(&ddo, registered.checksum, ddo.did()).is_intact();
    let signed = method == "register" && !ddo.is_own_form() && ddo.proof_form(registered.owner).is_some();
    if !intact && !signed {
        return Err(Refusal::NotAllowed(
            "the document is not the one that its owner registered on the chain".to_owned(),
        ));
    }
    Ok(ddo)
}

pub(super) async fn validate(body: Bytes) -> Result<Json<Value>, Refusal> {
    let node = Node::parse_within(&body, MAX_DOCUMENT).map_err(|e| Refusal::Bad(e.to_string()))?;
    let faults = validate_local(&node);
    if faults.is_empty() {
        return Ok(Json(json!(true)));
    }
    Ok(Json(faults.iter().map(|f| json!({ "path": f.path, "message": f.message })).collect()))
}

impl Catalogue {
    /// Searches without HTTP, as `POST …/assets/search` does.
    ///
    /// # Errors
    /// [`CatalogueError`].
    pub async fn search(&self, request: SearchRequest) -> Result<SearchAnswer, CatalogueError> {
        self.read(move |c| store::search(c, &request)).await
    }

    /// Puts many documents in at once, without asking the chain. For filling a catalogue that is being measured.
    ///
    /// # Errors
    /// [`CatalogueError`]; then nothing was put in.
    pub async fn bulk_insert(&self, documents: Vec<Vec<u8>>) -> Result<(), CatalogueError> {
        self.write(move |c| {
            let step = c.transaction()?;
            store::put_all(&step, &documents)?;
            Ok(step.commit()?)
        })
        .await
    }
}
