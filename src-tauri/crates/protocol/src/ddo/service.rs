//! One service of a listing: where it is, what it costs, under which agreement (OEP-11).

use crate::{Address, Vodka, json::Node, metadata::price_of, template::AgreementTemplate, templates::TemplateRef};
use std::fmt;

/// What a service is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ServiceKind {
    /// What the listing says about itself.
    Metadata,
    /// Data against payment.
    Access,
    /// A computation against payment.
    Compute,
    /// The keys.
    Authorization,
    /// Where the data came from (OEP-13).
    Provenance,
    /// Anything else, in lower case.
    Other(String),
}

impl ServiceKind {
    /// Reads a type in any case.
    pub fn from_name(name: &str) -> Self {
        match name.to_lowercase().as_str() {
            "metadata" => Self::Metadata,
            "access" => Self::Access,
            "compute" => Self::Compute,
            "authorization" => Self::Authorization,
            "provenance" => Self::Provenance,
            other => Self::Other(other.to_owned()),
        }
    }

    /// The name in v0.2.
    pub fn name(&self) -> &str {
        match self {
            Self::Metadata => "metadata",
            Self::Access => "access",
            Self::Compute => "compute",
            Self::Authorization => "authorization",
            Self::Provenance => "provenance",
            Self::Other(name) => name,
        }
    }
}

impl fmt::Display for ServiceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// In which blocks the conditions of an agreement can be fulfilled and aborted, in the order lock, access, escrow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TimeWindows {
    /// Blocks after creation before which nothing can be fulfilled; 0 is at once.
    pub locks: [u64; 3],
    /// Blocks after creation after which it can be aborted; 0 is never.
    pub outs: [u64; 3],
}

/// Why a service has no usable time windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WindowsError {
    /// The service has no agreement template with the three conditions of an access agreement.
    #[error("the listing does not describe an agreement with payment, access and escrow")]
    NoAgreement,
    /// The part that the checksum covers states other windows than the template.
    #[error("the listing states its time limits in two places, and they differ")]
    Differ,
}

/// One service of a listing in the internal form.
#[derive(Debug, Clone, PartialEq)]
pub struct Service {
    /// What it is for.
    pub kind: ServiceKind,
    /// Its number within the listing.
    pub index: u64,
    /// Where it is: for access the consume address, without any query.
    pub endpoint: String,
    /// Where an agreement is started over HTTP, if there.
    pub initialize: Option<String>,
    /// The template on the chain.
    pub template: Option<TemplateRef>,
    /// For instance `dataAssetAccessServiceAgreement`.
    pub name: Option<String>,
    /// Who offers it.
    pub creator: Option<Address>,
    /// What it costs by `attributes.main`; v0.1 has no price there.
    pub price: Option<Vodka>,
    /// Seconds an agreement lasts; 0 is without end; `None` where the listing does not say.
    pub timeout: Option<u64>,
    /// The agreement's conditions.
    pub agreement: Option<AgreementTemplate>,
    /// For authorization: `SecretStore`.
    pub provider: Option<String>,
    /// All attributes as they were written.
    pub attributes: Node,
}

/// Seconds an agreement lasts where the listing does not say: the default of the released gateway.
pub const DEFAULT_TIMEOUT_SECONDS: u64 = 86_400;

impl Service {
    pub(super) fn from_node(node: &Node, place: u64) -> Self {
        let kind = ServiceKind::from_name(node.text_of("type").unwrap_or_default());
        let empty = Node::Object(Vec::new());
        // The example of OEP-11 v0.2 for a service alone writes `main` without `attributes` around it.
        let attributes = node.get("attributes").unwrap_or(&empty);
        let main = attributes.get("main").or_else(|| node.get("main")).unwrap_or(&empty);
        let agreement = attributes.get("serviceAgreementTemplate").or_else(|| node.get("serviceAgreementTemplate"));
        let (endpoint, initialize) = endpoints(node, &kind);
        Self {
            index: node.get("index").and_then(Node::as_u64).unwrap_or(place),
            endpoint,
            initialize,
            template: node.text_of("templateId").and_then(|text| text.parse().ok()),
            name: main.text_of("name").map(str::to_owned),
            creator: main.text_of("creator").and_then(|text| text.parse().ok()),
            price: main.get("price").and_then(price_of),
            timeout: main.get("timeout").and_then(Node::as_u64),
            agreement: agreement.filter(|node| node.is_object()).map(AgreementTemplate::from_node),
            provider: node.text_of("service").map(str::to_owned),
            attributes: attributes.clone(),
            kind,
        }
    }

    /// `attributes.main`: what the checksum covers.
    pub fn main(&self) -> Option<&Node> {
        self.attributes.get("main")
    }

    /// The random bytes that make the DID of an own listing unique.
    pub fn salt(&self) -> Option<[u8; 16]> {
        let text = self.main()?.text_of("salt")?;
        let mut salt = [0; 16];
        hex::decode_to_slice(text.strip_prefix("0x").unwrap_or(text), &mut salt).ok()?;
        Some(salt)
    }

    /// The time windows of the agreement. Own listings state them also in `attributes.main`, which the checksum on
    /// the chain covers; then both must agree.
    pub fn windows(&self) -> Result<TimeWindows, WindowsError> {
        let agreement = self.agreement.as_ref().filter(|a| a.is_access()).ok_or(WindowsError::NoAgreement)?;
        let windows = TimeWindows { locks: agreement.time_locks(), outs: agreement.time_outs() };
        for (key, stated) in [("timelocks", windows.locks), ("timeouts", windows.outs)] {
            if let Some(covered) = self.main().and_then(|main| main.get(key)) {
                let covered: Vec<Option<u64>> = covered.elements().iter().map(Node::as_u64).collect();
                if covered != stated.map(Some) {
                    return Err(WindowsError::Differ);
                }
            }
        }
        Ok(windows)
    }
}

/// Where the service is and where it is started. The text of OEP-11 v0.1 and the software of its time named these
/// differently (PROTOCOL 1.2); placeholders in a query are cut off.
fn endpoints(node: &Node, kind: &ServiceKind) -> (String, Option<String>) {
    let text = |key| node.text_of(key).filter(|text| !text.is_empty());
    let without_query = |text: &str| text.split_once('?').map_or(text, |(path, _)| path).to_owned();
    let service = text("serviceEndpoint");
    if !matches!(kind, ServiceKind::Access | ServiceKind::Compute) {
        return (service.unwrap_or_default().to_owned(), None);
    }
    let consume = text("consumeEndpoint");
    let initialize = text("purchaseEndpoint").or(if consume.is_some() { service } else { None });
    (consume.or(service).map(without_query).unwrap_or_default(), initialize.map(without_query))
}
