//! Building own listings, in the form v0.2. The DID is the checksum of the first version, so it is known before the
//! files are encrypted; the steps are: draft, DID, encrypt under it, build, sign, register, publish.

use super::{Ddo, Unsigned, Version};
use crate::{
    Address, Checksum, Did, NetworkFile, Vodka,
    checksum::{published_main, published_sums, service_checksum, services_checksum},
    json::Node,
    metadata::{FileInfo, Link},
    template::{AccessParameters, access_template},
    templates::TemplateRef,
    validation::{Fault, validate_document},
};
use std::collections::BTreeMap;

const METADATA: u64 = 0;
const AUTHORIZATION: u64 = 1;
const ACCESS: u64 = 2;

/// Where a listing's services are. They are no part of any checksum.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Endpoints {
    /// The listing in the catalogue; `{did}` stands for its DID.
    pub metadata: String,
    /// Where files are fetched: `…/api/v1/brizo/services/consume`.
    pub consume: String,
    /// Where an agreement is started: `…/api/v1/brizo/services/access/initialize`.
    pub initialize: Option<String>,
    /// The key servers.
    pub secret_store: String,
}

impl Endpoints {
    /// The endpoints of a gateway by its logical name, which a network file resolves and DNS never does.
    pub fn logical(provider: &Address, catalogue: &str, secret_store: &str) -> Self {
        let gateway = format!("http://{}/api/v1/brizo/services", NetworkFile::gateway_host(provider));
        Self {
            metadata: format!("{}/api/v1/aquarius/assets/ddo/{{did}}", catalogue.trim_end_matches('/')),
            consume: format!("{gateway}/consume"),
            initialize: Some(format!("{gateway}/access/initialize")),
            secret_store: secret_store.to_owned(),
        }
    }
}

/// Everything a publisher decides about a listing, and what the network adds.
#[derive(Debug, Clone, PartialEq)]
pub struct ListingDraft {
    /// The DID of an existing listing that is edited; `None` for a new one.
    pub did: Option<Did>,
    /// The title.
    pub name: String,
    /// `dataset`, or another type of OEP-8.
    pub kind: String,
    /// Who made the data.
    pub author: String,
    /// Under which terms they may be used.
    pub license: String,
    /// What access costs.
    pub price: Vodka,
    /// When the data were made: `2019-02-08T08:13:49Z`.
    pub date_created: String,
    /// The files. Their `url` is never written.
    pub files: Vec<FileInfo>,
    /// Markdown.
    pub description: String,
    /// Free words.
    pub tags: Vec<String>,
    /// Words of the market's list.
    pub categories: Vec<String>,
    /// Who holds the rights.
    pub copyright_holder: Option<String>,
    /// BCP 47.
    pub in_language: Option<String>,
    /// An example of the data.
    pub work_example: Option<String>,
    /// How often the data change.
    pub update_frequency: Option<String>,
    /// Links.
    pub links: Vec<Link>,
    /// Anything else for the additional information.
    pub more: BTreeMap<String, Node>,
    /// Who is paid and signs.
    pub owner: Address,
    /// Where the services are.
    pub endpoints: Endpoints,
    /// The template on the chain.
    pub template: TemplateRef,
    /// EscrowReward's address.
    pub escrow_contract: Address,
    /// Blocks before which lock, access, escrow cannot be fulfilled.
    pub time_locks: [u64; 3],
    /// Blocks after which lock, access, escrow can be aborted; that of access is never 0 (PROTOCOL 12 D7).
    pub time_outs: [u64; 3],
    /// Seconds that access lasts; 0 is without end.
    pub access_timeout: u64,
    /// Random; makes the DID unique. An edit keeps it.
    pub salt: [u8; 16],
    /// When the listing was first published: `2019-02-08T08:13:49Z`.
    pub created: String,
    /// When this version was made; equals `created` for the first.
    pub updated: String,
}

/// Why a draft became no listing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DraftError {
    /// Something is missing or wrong; each with its place.
    #[error("the listing is not complete: {}", first(.0))]
    Faults(Vec<Fault>),
    /// The result could not be read back, for instance because it is too large.
    #[error("the listing cannot be written: {0}")]
    Document(#[from] super::DdoError),
    /// The listing to be edited is not one of ours.
    #[error("only listings of the form v0.2 that this app published can be edited")]
    Foreign,
}

fn first(faults: &[Fault]) -> String {
    faults.first().map(|fault| format!("{} {}", fault.path, fault.message)).unwrap_or_default()
}

impl ListingDraft {
    /// The DID: of the listing that is edited, else the checksum of this draft.
    pub fn did(&self) -> Did {
        self.did.unwrap_or(Did(self.checksum().0))
    }

    /// What the chain must say about this version: the checksum over the services.
    pub fn checksum(&self) -> Checksum {
        let mains = [(METADATA, self.metadata_main()), (AUTHORIZATION, empty()), (ACCESS, self.access_main())];
        services_checksum(mains.map(|(index, main)| (index, service_checksum(&published_main(&main)))))
    }

    /// Builds the document, all but its signature. `encrypted_files` is what the key servers made of the list of files.
    pub fn build(&self, encrypted_files: &[u8]) -> Result<Unsigned, DraftError> {
        let did = self.did();
        let did_text = Node::text(did.to_string());
        let key = Node::object([
            ("id", did_text.clone()),
            ("type", Node::text("EthereumECDSAKey")),
            ("owner", Node::text(self.owner.to_string())),
        ]);
        let authentication =
            Node::object([("type", Node::text("RsaSignatureAuthentication2018")), ("publicKey", did_text.clone())]);
        let services =
            vec![self.metadata_service(did, encrypted_files), self.authorization_service(), self.access_service(did)];
        let document = Node::object([
            ("@context", Node::text("https://w3id.org/did/v1")),
            ("id", did_text),
            ("created", Node::text(&self.created)),
            ("updated", Node::text(&self.updated)),
            ("publicKey", Node::List(vec![key])),
            ("authentication", Node::List(vec![authentication])),
            ("service", Node::List(services)),
            ("proof", empty()),
        ]);
        let ddo = Ddo::parse(document.to_json().as_bytes())?;
        let mut faults = validate_document(&ddo);
        faults.extend(self.own_faults());
        if !faults.is_empty() {
            return Err(DraftError::Faults(faults));
        }
        let sums = published_sums(&ddo);
        Ok(Unsigned {
            did,
            checksum: self.checksum(),
            owner: self.owner,
            created: self.updated.clone(),
            sums,
            document,
        })
    }

    /// The draft of an own listing, to be edited. Its price, files and texts can change; DID, salt and owner stay.
    pub fn of(ddo: &Ddo) -> Result<Self, DraftError> {
        let access = ddo.access().filter(|_| ddo.version() == Version::V02).ok_or(DraftError::Foreign)?;
        let agreement = access.agreement.as_ref().ok_or(DraftError::Foreign)?;
        let lock = agreement.condition(crate::conditions::ConditionKind::LockReward);
        let escrow = lock.and_then(|lock| lock.value("_rewardAddress")).and_then(|text| text.parse().ok());
        let metadata = ddo.metadata();
        let known = ["description", "tags", "categories", "links", "copyrightHolder", "inLanguage", "workExample"];
        let more = metadata.additional.members().iter();
        let more = more.filter(|(key, _)| !known.contains(&key.as_str()) && key != "updateFrequency");
        let endpoint = |service: Option<&super::Service>| service.map(|s| s.endpoint.clone()).unwrap_or_default();
        Ok(Self {
            did: Some(ddo.did()),
            name: metadata.name.clone(),
            kind: metadata.kind.clone(),
            author: metadata.author.clone(),
            license: metadata.license.clone(),
            price: metadata.price.ok_or(DraftError::Foreign)?,
            date_created: metadata.date_created.clone(),
            files: metadata.files.clone(),
            description: metadata.description.clone(),
            tags: metadata.tags.clone(),
            categories: metadata.categories.clone(),
            copyright_holder: metadata.copyright_holder.clone(),
            in_language: metadata.in_language.clone(),
            work_example: metadata.work_example.clone(),
            update_frequency: metadata.update_frequency.clone(),
            links: metadata.links.clone(),
            more: more.cloned().collect(),
            owner: ddo.owner().ok_or(DraftError::Foreign)?,
            endpoints: Endpoints {
                metadata: endpoint(ddo.service(METADATA)),
                consume: access.endpoint.clone(),
                initialize: access.initialize.clone(),
                secret_store: endpoint(ddo.authorization()),
            },
            template: access.template.ok_or(DraftError::Foreign)?,
            escrow_contract: escrow.ok_or(DraftError::Foreign)?,
            time_locks: agreement.time_locks(),
            time_outs: agreement.time_outs(),
            access_timeout: access.timeout.ok_or(DraftError::Foreign)?,
            salt: access.salt().ok_or(DraftError::Foreign)?,
            created: ddo.created().ok_or(DraftError::Foreign)?.to_owned(),
            updated: ddo.updated().or(ddo.created()).ok_or(DraftError::Foreign)?.to_owned(),
        })
    }

    /// What we ask of own listings beyond OEP-8.
    fn own_faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut fault = |path: &str, message: &str| {
            faults.push(Fault { path: path.to_owned(), message: message.to_owned() });
        };
        if self.files.is_empty() {
            fault("main/files", "is empty: there is nothing to sell");
        }
        let [_, access, _] = self.time_outs;
        if access == 0 {
            fault("access/timeouts", "gives the buyer no way to get the money back if access is never granted");
        }
        // The contracts refuse a lock that ends after its timeout ("Invalid time margin").
        if self.time_locks.iter().zip(self.time_outs).any(|(lock, out)| out > 0 && *lock >= out) {
            fault("access/timelocks", "leaves no time between the earliest and the latest block");
        }
        faults
    }

    fn metadata_main(&self) -> Node {
        Node::object([
            ("type", Node::text(&self.kind)),
            ("name", Node::text(&self.name)),
            ("dateCreated", Node::text(&self.date_created)),
            ("datePublished", Node::text(&self.created)),
            ("author", Node::text(&self.author)),
            ("license", Node::text(&self.license)),
            ("price", Node::text(self.price.to_string())),
            ("files", Node::List(self.files.iter().map(FileInfo::to_node).collect())),
        ])
    }

    /// The main of the access service. The time windows stand here too, so that the checksum on the chain covers them.
    fn access_main(&self) -> Node {
        let blocks = |blocks: [u64; 3]| Node::List(blocks.map(Node::number).to_vec());
        Node::object([
            ("name", Node::text("dataAssetAccessServiceAgreement")),
            ("creator", Node::text(self.owner.to_string())),
            ("datePublished", Node::text(&self.created)),
            ("price", Node::text(self.price.to_string())),
            ("timeout", Node::number(self.access_timeout)),
            ("timelocks", blocks(self.time_locks)),
            ("timeouts", blocks(self.time_outs)),
            ("salt", Node::text(format!("0x{}", hex::encode(self.salt)))),
        ])
    }

    fn metadata_service(&self, did: Did, encrypted_files: &[u8]) -> Node {
        let mut additional = Node::object([
            ("description", Node::text(&self.description)),
            ("tags", Node::texts(&self.tags)),
            ("categories", Node::texts(&self.categories)),
        ]);
        for (key, value) in [
            ("copyrightHolder", &self.copyright_holder),
            ("inLanguage", &self.in_language),
            ("workExample", &self.work_example),
            ("updateFrequency", &self.update_frequency),
        ] {
            if let Some(value) = value {
                additional.set(key, Node::text(value));
            }
        }
        if !self.links.is_empty() {
            additional.set("links", Node::List(self.links.iter().map(Link::to_node).collect()));
        }
        for (key, value) in &self.more {
            additional.set(key.as_str(), value.clone());
        }
        let curation = Node::object([
            ("rating", Node::Number("0.0".to_owned())),
            ("numVotes", Node::number(0)),
            ("isListed", Node::Bool(true)),
        ]);
        let attributes = Node::object([
            ("main", self.metadata_main()),
            ("encryptedFiles", Node::text(format!("0x{}", hex::encode(encrypted_files)))),
            ("curation", curation),
            ("additionalInformation", additional),
        ]);
        Node::object([
            ("type", Node::text("metadata")),
            ("index", Node::number(METADATA)),
            ("serviceEndpoint", Node::text(self.endpoints.metadata.replace("{did}", &did.to_string()))),
            ("attributes", attributes),
        ])
    }

    fn authorization_service(&self) -> Node {
        Node::object([
            ("type", Node::text("authorization")),
            ("index", Node::number(AUTHORIZATION)),
            ("service", Node::text("SecretStore")),
            ("serviceEndpoint", Node::text(&self.endpoints.secret_store)),
            ("attributes", Node::object([("main", empty())])),
        ])
    }

    fn access_service(&self, did: Did) -> Node {
        let template = access_template(&AccessParameters {
            did,
            template: self.template,
            price: self.price,
            escrow_contract: self.escrow_contract,
            owner: self.owner,
            time_locks: self.time_locks,
            time_outs: self.time_outs,
        });
        let attributes = Node::object([
            ("main", self.access_main()),
            ("serviceAgreementTemplate", template),
            ("additionalInformation", Node::object([("description", Node::text(""))])),
        ]);
        let mut service = Node::object([
            ("type", Node::text("access")),
            ("index", Node::number(ACCESS)),
            ("templateId", Node::text(self.template.to_string())),
            ("serviceEndpoint", Node::text(&self.endpoints.consume)),
        ]);
        if let Some(initialize) = &self.endpoints.initialize {
            service.set("purchaseEndpoint", Node::text(initialize));
        }
        service.set("attributes", attributes);
        service
    }
}

fn empty() -> Node {
    Node::Object(Vec::new())
}
