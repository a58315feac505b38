//! The document behind a DID (OEP-7): what a listing is on the wire. Read from its original bytes, which are kept,
//! in the forms v0.1 and v0.2; understood in the form v0.2.

pub mod build;
mod convert;
pub mod files;
mod price;
mod proof;
mod registration;
mod service;
mod unsigned;

pub use crate::templates::TemplateRef;
pub use build::{DraftError, Endpoints, ListingDraft};
pub use price::PriceError;
pub use proof::{Proof, ProofForm};
pub use service::{DEFAULT_TIMEOUT_SECONDS, Service, ServiceKind, TimeWindows, WindowsError};
pub use unsigned::{Built, Unsigned};

use crate::{
    Address, Did,
    json::{JsonError, MAX_BYTES, Node},
    metadata::Metadata,
};

/// The generation of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Version {
    /// OEP-7 v0.1, OEP-8 v0.3, OEP-11 v0.1: `serviceDefinitionId`, `metadata.base`, capitalised types.
    V01,
    /// OEP-7 v0.2, OEP-8 v0.4, OEP-11 v0.2: `index`, `attributes.main`, lower-case types.
    V02,
}

/// Why bytes are no listing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DdoError {
    /// No JSON, too large, or nested too deep.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// JSON, but no object.
    #[error("a listing is a JSON object")]
    NotAnObject,
    /// No `id`, or one that is no DID.
    #[error("the listing's id is no did:op:… with 64 hex digits")]
    Id,
    /// No list of services.
    #[error("the listing has no list of services")]
    NoServices,
}

/// A listing's document.
#[derive(Debug, Clone, PartialEq)]
pub struct Ddo {
    raw: Vec<u8>,
    original: Node,
    /// The form v0.2, where the document has another.
    imported: Option<Node>,
    version: Version,
    did: Did,
    services: Vec<Service>,
    metadata: Metadata,
}

impl Ddo {
    /// Reads a document of at most 4 MiB.
    pub fn parse(bytes: &[u8]) -> Result<Self, DdoError> {
        Self::parse_within(bytes, MAX_BYTES)
    }

    /// Reads a document of at most `max` bytes. Tolerant: only `id` and `service` must be there.
    pub fn parse_within(bytes: &[u8], max: usize) -> Result<Self, DdoError> {
        let original = Node::parse_within(bytes, max)?;
        if !original.is_object() {
            return Err(DdoError::NotAnObject);
        }
        let did = original
            .text_of("id")
            .filter(|id| id.starts_with("did:op:"))
            .and_then(|id| id.parse().ok())
            .ok_or(DdoError::Id)?;
        if !original.get("service").is_some_and(Node::is_list) {
            return Err(DdoError::NoServices);
        }
        let version = convert::version_of(&original);
        let imported = convert::to_v02(&original);
        let services: Vec<Service> = (0..)
            .zip(imported.as_ref().unwrap_or(&original).get("service").map(Node::elements).unwrap_or_default())
            .map(|(place, node)| Service::from_node(node, place))
            .collect();
        let metadata = services
            .iter()
            .find(|service| service.kind == ServiceKind::Metadata)
            .map(|service| Metadata::from_attributes(&service.attributes))
            .unwrap_or_else(|| Metadata::from_attributes(&Node::Null));
        Ok(Self { raw: bytes.to_vec(), original, imported, version, did, services, metadata })
    }

    /// The bytes it was read from.
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// The document as it was written.
    pub fn original(&self) -> &Node {
        &self.original
    }

    /// The document in the form v0.2.
    pub fn internal(&self) -> &Node {
        self.imported.as_ref().unwrap_or(&self.original)
    }

    /// The form it was written in.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The document in a form: its own bytes where it has that form already, converted otherwise.
    pub fn export(&self, version: Version) -> Vec<u8> {
        if version == self.version {
            return self.raw.clone();
        }
        match version {
            Version::V01 => convert::to_v01(&self.original).to_json().into_bytes(),
            Version::V02 => self.internal().to_json().into_bytes(),
        }
    }

    /// Its id.
    pub fn did(&self) -> Did {
        self.did
    }

    /// When it was made, as it says.
    pub fn created(&self) -> Option<&str> {
        self.original.text_of("created")
    }

    /// When it was changed, as it says.
    pub fn updated(&self) -> Option<&str> {
        self.original.text_of("updated")
    }

    /// The owner by the document: that of the first key, else who made the proof. The chain has the last word.
    pub fn owner(&self) -> Option<Address> {
        let key = self.original.get("publicKey").and_then(|keys| keys.elements().first());
        let of_key = key.and_then(|key| key.text_of("owner").or_else(|| key.text_of("controller")));
        of_key.and_then(|owner| owner.parse().ok()).or_else(|| self.proof().and_then(|proof| proof.creator))
    }

    /// What it says about itself.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// All services in the document's order.
    pub fn services(&self) -> &[Service] {
        &self.services
    }

    /// The service of this index.
    pub fn service(&self, index: u64) -> Option<&Service> {
        self.services.iter().find(|service| service.index == index)
    }

    /// The services of a kind.
    pub fn services_of(&self, kind: &ServiceKind) -> impl Iterator<Item = &Service> {
        self.services.iter().filter(move |service| service.kind == *kind)
    }

    /// The first service that sells access.
    pub fn access(&self) -> Option<&Service> {
        self.services.iter().find(|service| service.kind == ServiceKind::Access)
    }

    /// The service that keeps the keys.
    pub fn authorization(&self) -> Option<&Service> {
        self.services.iter().find(|service| service.kind == ServiceKind::Authorization)
    }

    /// The proof, if there is one.
    pub fn proof(&self) -> Option<Proof> {
        self.original.get("proof").filter(|proof| proof.is_object()).map(Proof::from_node)
    }
}

#[cfg(test)]
mod tests;
