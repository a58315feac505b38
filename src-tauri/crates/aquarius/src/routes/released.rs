//! Changes by the rule of Aquarius 1.1 (PROTOCOL 6), for its clients. A catalogue takes them only where it is told to
//! ([`Catalogue::taking_changes_of_1_1`]).
//!
//! The owner signs the document's `updated` and nothing else. Until the document changes, whoever sees the signature can
//! send any other change with it, also for another document of this owner that says the same. What is ours stays: the
//! owner is whom the chain names, a listing of our form stays what its checksum on the chain says, and a removal takes
//! it out of search only.

use super::{change::not_allowed, now, read::did};
use crate::{Catalogue, Registered, document::MAX_DOCUMENT, refusal::Refusal, store};
use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    routing::put,
};
use protocol::{
    Address, Did, Signature, Vodka,
    brizo_messages::Message,
    checksum::verify,
    date::{format_date, parse_date},
    ddo::{Ddo, Version},
    json::Node,
    validation::validate_document,
};

/// A document as it is kept, at most.
const MAX_KEPT: usize = MAX_DOCUMENT + 4096;

pub(super) fn routes() -> Router<Catalogue> {
    Router::new()
        .route("/assets/ddo/metadata/{did}", put(metadata))
        .route("/assets/ddo/owner/update/{did}", put(owner))
        .route("/assets/ddo/computePrivacy/update/{did}", put(compute_privacy))
}

async fn metadata(
    State(catalogue): State<Catalogue>,
    Path(text): Path<String>,
    body: Bytes,
) -> Result<&'static str, Refusal> {
    let change = Change::read(did(&text)?, &body, "metadataupdate", &[])?;
    change.carry_out(&catalogue, set_metadata).await?;
    Ok("Metadata successfully updated")
}

async fn owner(
    State(catalogue): State<Catalogue>,
    Path(text): Path<String>,
    body: Bytes,
) -> Result<&'static str, Refusal> {
    let mut change = Change::read(did(&text)?, &body, "transferownership", &["newOwner"])?;
    let heir: Option<Address> = change.asked.text_of("newOwner").and_then(|text| text.parse().ok());
    let heir = heir.ok_or_else(|| bad("New owner is not a valid address"))?;
    change.heir = Some(heir);
    change.carry_out(&catalogue, move |_, document| set_owner(document, heir)).await?;
    Ok("Asset successfully transferred")
}

async fn compute_privacy(
    State(catalogue): State<Catalogue>,
    Path(text): Path<String>,
    body: Bytes,
) -> Result<&'static str, Refusal> {
    let needs = ["serviceIndex", "allowRawAlgorithm", "allowNetworkAccess", "trustedAlgorithms"];
    let change = Change::read(did(&text)?, &body, "update_compute_privacy", &needs)?;
    change.carry_out(&catalogue, set_privacy).await?;
    Ok("computePrivacy successfully updated")
}

/// Takes a listing out of search.
pub(super) async fn unlist(catalogue: &Catalogue, did: Did, body: &[u8]) -> Result<(), Refusal> {
    Change::read(did, body, "retire", &[])?.carry_out(catalogue, |_, document| hide(document)).await
}

fn bad(why: &str) -> Refusal {
    Refusal::Bad(why.to_owned())
}

/// A change that somebody asks for.
struct Change {
    did: Did,
    asked: Node,
    signature: Signature,
    /// What is signed: the document's `updated`, as the client knows it.
    updated: String,
    /// To whom the listing is handed over.
    heir: Option<Address>,
}

impl Change {
    fn read(did: Did, body: &[u8], call: &str, needs: &[&str]) -> Result<Self, Refusal> {
        let asked = Node::parse_within(body, MAX_DOCUMENT).map_err(|e| Refusal::Bad(e.to_string()))?;
        for name in ["signature", "updated"].iter().chain(needs) {
            if asked.get(name).is_none() {
                return Err(Refusal::Bad(format!("\"{name}\" is required in the call to {call}")));
            }
        }
        let signature: Option<Signature> = asked.text_of("signature").and_then(|text| text.parse().ok());
        let signature = signature.ok_or_else(not_allowed)?;
        let updated = asked.text_of("updated").ok_or_else(not_allowed)?.to_owned();
        Ok(Self { did, asked, signature, updated, heir: None })
    }

    fn is_signed_by(&self, who: Address) -> bool {
        Message::CatalogueUpdated { updated: self.updated.clone() }.is_signed_by(&self.signature, who)
    }

    async fn carry_out(
        self,
        catalogue: &Catalogue,
        edit: impl FnOnce(&Node, &mut Node) -> Result<(), Refusal> + Send + 'static,
    ) -> Result<(), Refusal> {
        let did = self.did;
        catalogue.read(move |c| store::get(c, did)).await?.ok_or(Refusal::NotFound(did))?;
        let registered = catalogue.inner.ownership.registered(did).await?.ok_or_else(not_allowed)?;
        catalogue
            .write(move |c| {
                let step = c.transaction()?;
                let Some(before) = store::get(&step, did)? else { return Ok(Err(Refusal::NotFound(did))) };
                let after = match self.changed(&before.document, registered, edit) {
                    Ok(after) => after,
                    Err(refusal) => return Ok(Err(refusal)),
                };
                store::put(&step, &after)?;
                step.commit()?;
                Ok(Ok(()))
            })
            .await?
    }

    /// The document as it will be, if this is a change that its owner signed for the document as it is.
    fn changed(
        &self,
        document: &[u8],
        registered: Registered,
        edit: impl FnOnce(&Node, &mut Node) -> Result<(), Refusal>,
    ) -> Result<Ddo, Refusal> {
        let before = Ddo::parse_within(document, MAX_KEPT).map_err(|e| Refusal::Failed(e.to_string()))?;
        // The chain may know the new owner already; then whom the document still names says so.
        let handed_over =
            self.heir == Some(registered.owner) && before.owner().is_some_and(|who| self.is_signed_by(who));
        let allowed = handed_over || self.is_signed_by(registered.owner);
        if !allowed || before.updated() != Some(self.updated.as_str()) {
            return Err(not_allowed());
        }
        if before.version() != Version::V02 {
            return Err(bad("a document of the form v0.1 is not changed like this"));
        }
        let mut document = before.original().clone();
        edit(&self.asked, &mut document)?;
        document.set("updated", Node::text(later(&self.updated, now())));
        let after = Ddo::parse_within(document.to_json().as_bytes(), MAX_KEPT)
            .map_err(|e| Refusal::Bad(format!("the document cannot be kept: {e}")))?;
        let faults = validate_document(&after);
        if !faults.is_empty() {
            return Err(Refusal::Faults(faults));
        }
        if before.is_own_form() && !verify(&after, registered.checksum, self.did).is_intact() {
            return Err(Refusal::NotAllowed(
                "the document is not the one that its owner registered on the chain".to_owned(),
            ));
        }
        Ok(after)
    }
}

/// When a document changed, as it will say: never what it says now, or what was signed would be good once more.
fn later(before: &str, now: i64) -> String {
    let next = parse_date(before).map_or(now, |at| now.max(at.saturating_add(1)));
    format_date(next).or_else(|| format_date(now)).unwrap_or_default()
}

/// The attributes of the metadata service.
fn attributes(document: &mut Node) -> Result<&mut Node, Refusal> {
    let none = || bad("the document has no metadata");
    let Some(Node::List(services)) = document.get_mut("service") else { return Err(none()) };
    let service = services.iter_mut().find(|service| is(service, "metadata"));
    service.and_then(|service| service.get_mut("attributes")).ok_or_else(none)
}

fn is(service: &Node, kind: &str) -> bool {
    service.text_of("type").is_some_and(|text| text.eq_ignore_ascii_case(kind))
}

/// The service of an index.
fn service(document: &mut Node, index: u64) -> Option<&mut Node> {
    let Some(Node::List(services)) = document.get_mut("service") else { return None };
    let stated = |service: &Node| service.get("index").and_then(Node::as_u64);
    let mut numbered = (0_u64..).zip(services.iter_mut());
    numbered.find(|(place, service)| stated(service).unwrap_or(*place) == index).map(|(_, service)| service)
}

fn main_of(service: &mut Node) -> Option<&mut Node> {
    service.get_mut("attributes")?.get_mut("main").filter(|main| main.is_object())
}

/// Title, description, links and prices, whichever are there.
fn set_metadata(asked: &Node, document: &mut Node) -> Result<(), Refusal> {
    let attributes = attributes(document)?;
    if let (Some(title), Some(main)) = (asked.text_of("title"), attributes.get_mut("main")) {
        main.set("name", Node::text(title));
    }
    if attributes.get("additionalInformation").is_none() {
        attributes.set("additionalInformation", Node::Object(Vec::new()));
    }
    if let Some(more) = attributes.get_mut("additionalInformation") {
        if let Some(description) = asked.text_of("description") {
            more.set("description", Node::text(description));
        }
        let whole = |link: &&Node| ["name", "url", "type"].iter().all(|part| link.text_of(part).is_some());
        let links: Vec<Node> =
            asked.get("links").map(Node::elements).unwrap_or_default().iter().filter(whole).cloned().collect();
        if !links.is_empty() {
            more.set("links", Node::List(links));
        }
    }
    for price in asked.get("servicePrices").map(Node::elements).unwrap_or_default() {
        let index = price.get("serviceIndex").and_then(Node::as_u64);
        let amount = price.text_of("price").filter(|text| text.parse::<Vodka>().is_ok());
        let (Some(index), Some(amount)) = (index, amount) else {
            return Err(bad("servicePrices have a serviceIndex and a price, which is a text of digits"));
        };
        let main = service(document, index).and_then(main_of);
        main.ok_or_else(|| Refusal::Bad(format!("there is no service {index}")))?.set("price", Node::text(amount));
    }
    Ok(())
}

fn set_owner(document: &mut Node, heir: Address) -> Result<(), Refusal> {
    let key = match document.get_mut("publicKey") {
        Some(Node::List(keys)) => keys.first_mut(),
        _ => None,
    };
    let key = key.filter(|key| key.is_object()).ok_or_else(|| bad("the document names no owner"))?;
    if key.text_of("owner").and_then(|text| text.parse::<Address>().ok()) == Some(heir) {
        return Err(bad("New owner must be different than owner"));
    }
    key.set("owner", Node::text(heir.to_string()));
    Ok(())
}

/// What algorithms a service lets run.
fn set_privacy(asked: &Node, document: &mut Node) -> Result<(), Refusal> {
    let mut privacy = Node::Object(Vec::new());
    for name in ["allowRawAlgorithm", "allowNetworkAccess"] {
        let allowed = asked.get(name).and_then(Node::as_bool);
        let allowed = allowed.ok_or_else(|| Refusal::Bad(format!("{name} is not boolean")))?;
        privacy.set(name, Node::Bool(allowed));
    }
    let trusted = asked.get("trustedAlgorithms").filter(|trusted| trusted.is_list());
    privacy.set("trustedAlgorithms", trusted.ok_or_else(|| bad("trustedAlgorithms is not list"))?.clone());
    let index = asked.get("serviceIndex").and_then(Node::as_u64).ok_or_else(|| bad("serviceIndex is not int"))?;
    let main = service(document, index).filter(|service| is(service, "compute")).and_then(main_of);
    main.ok_or_else(|| bad("Not a compute service"))?.set("privacy", privacy);
    Ok(())
}

fn hide(document: &mut Node) -> Result<(), Refusal> {
    let attributes = attributes(document)?;
    let none = || Node::object([("rating", Node::Number("0.0".to_owned())), ("numVotes", Node::number(0))]);
    let mut curation = attributes.get("curation").cloned().unwrap_or_else(none);
    curation.set("isListed", Node::Bool(false));
    attributes.set("curation", curation);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::later;

    #[test]
    fn what_was_signed_for_one_version_is_not_what_the_next_one_says() {
        let now = 1_577_836_800;
        assert_eq!(later("2019-01-01T00:00:00Z", now), "2020-01-01T00:00:00Z");
        assert_eq!(later("2020-01-01T00:00:00Z", now), "2020-01-01T00:00:01Z", "twice in a second");
        assert_eq!(later("2031-01-01T00:00:00Z", now), "2031-01-01T00:00:01Z", "a clock that was ahead");
        assert_eq!(later("9999-12-31T23:59:59Z", now), "2020-01-01T00:00:00Z", "the last second there is");
        assert_eq!(later("yesterday", now), "2020-01-01T00:00:00Z");
    }
}
