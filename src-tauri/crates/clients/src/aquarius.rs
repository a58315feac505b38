//! The client of a catalogue (PROTOCOL 6).

use crate::ClientError;
use protocol::{
    Checksum, Did, Signer,
    brizo_messages::Message,
    search::{SIGNATURE_HEADER, SearchAnswer, SearchRequest, TIME_HEADER},
};
use serde::Deserialize;
use serde_json::value::RawValue;
use transport::{Endpoint, Http, Request};

/// A document that a catalogue hands out, at most: 4 MiB.
const MAX_DOCUMENT: usize = 4 << 20;
const MAX_PAGE: usize = 32 << 20;

/// A catalogue. Cheap to clone.
#[derive(Clone, Debug)]
pub struct AquariusClient {
    http: Http,
    base: Endpoint,
}

/// A page of the query language's answers.
#[derive(Debug, Deserialize)]
pub struct Page {
    /// The documents.
    pub results: Vec<Box<RawValue>>,
    /// From 1.
    pub page: u64,
    /// How many pages.
    pub total_pages: u64,
    /// How many results.
    pub total_results: u64,
}

impl AquariusClient {
    /// A client of the catalogue whose interface begins at `base`: `http://…/api/v1/aquarius`.
    ///
    /// # Errors
    /// Where `base` is no address.
    pub fn new(http: Http, base: &str) -> Result<Self, transport::EndpointError> {
        Ok(Self { http, base: base.parse()? })
    }

    /// Where it is.
    pub fn base(&self) -> &Endpoint {
        &self.base
    }

    /// Whether it answers.
    ///
    /// # Errors
    /// [`ClientError`] where it does not.
    pub async fn health(&self) -> Result<(), ClientError> {
        let response = self.http.send(Request::get(self.base.join("/health"))).await?;
        if response.is_success() { Ok(()) } else { Err(ClientError::refused(response).await) }
    }

    /// A listing's document; `None` where the catalogue has none.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn ddo(&self, did: Did) -> Result<Option<Vec<u8>>, ClientError> {
        let response = self.http.send(Request::get(self.base.join(&format!("/assets/ddo/{did}")))).await?;
        match response.status {
            200 => Ok(Some(response.bytes(MAX_DOCUMENT).await?.to_vec())),
            404 => Ok(None),
            _ => Err(ClientError::refused(response).await),
        }
    }

    /// Registers a new listing.
    ///
    /// # Errors
    /// [`ClientError`]; a listing that is there already is refused.
    pub async fn register(&self, document: &[u8]) -> Result<(), ClientError> {
        let request = Request::post(self.base.join("/assets/ddo"))
            .header("content-type", "application/json")
            .body(document.to_vec());
        let response = self.http.send(request).await?;
        if response.is_success() { Ok(()) } else { Err(ClientError::refused(response).await) }
    }

    /// Replaces a listing's document, signed by its owner, all of it; `checksum` is the new document's and is registered
    /// on the chain already. `now` is seconds since 1970.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn update(
        &self,
        did: Did,
        document: &[u8],
        checksum: Checksum,
        owner: &dyn Signer,
        now: i64,
    ) -> Result<(), ClientError> {
        let request = Request::put(self.base.join(&format!("/assets/ddo/{did}")))
            .header("content-type", "application/json")
            .body(document.to_vec());
        self.signed(request, Message::catalogue_change("PUT", did, checksum, document, now), owner, now).await
    }

    /// Takes a listing out of search, signed by its owner; `checksum` is the registered one.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn unlist(&self, did: Did, checksum: Checksum, owner: &dyn Signer, now: i64) -> Result<(), ClientError> {
        let request = Request::delete(self.base.join(&format!("/assets/ddo/{did}")));
        self.signed(request, Message::catalogue_change("DELETE", did, checksum, &[], now), owner, now).await
    }

    async fn signed(&self, request: Request, change: Message, owner: &dyn Signer, now: i64) -> Result<(), ClientError> {
        let signature = change.sign(owner)?;
        let request = request.header(SIGNATURE_HEADER, &signature.to_string()).header(TIME_HEADER, &now.to_string());
        let response = self.http.send(request).await?;
        if response.is_success() { Ok(()) } else { Err(ClientError::refused(response).await) }
    }

    /// The query language.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn query(&self, body: String) -> Result<Page, ClientError> {
        let request =
            Request::post(self.base.join("/assets/ddo/query")).header("content-type", "application/json").body(body);
        let response = self.http.send(request).await?;
        if response.is_success() {
            Ok(response.json(MAX_PAGE).await?)
        } else {
            Err(ClientError::refused(response).await)
        }
    }

    /// Search with facets; `None` where the catalogue does not have it.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn search(&self, search: &SearchRequest) -> Result<Option<SearchAnswer>, ClientError> {
        let response = self.http.send(Request::post(self.base.join("/assets/search")).json(search)).await?;
        match response.status {
            200 => Ok(Some(response.json(MAX_PAGE).await?)),
            404 | 405 => Ok(None),
            _ => Err(ClientError::refused(response).await),
        }
    }
}
