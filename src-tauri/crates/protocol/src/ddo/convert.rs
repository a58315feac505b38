//! Between the forms v0.1 and v0.2 (PROTOCOL 1.2, 1.3). Unknown members stay where they are.

use super::Version;
use crate::json::Node;

/// What v0.1 keeps in `metadata.base` and v0.2 in `attributes.additionalInformation`.
const ADDITIONAL: [&str; 7] =
    ["categories", "tags", "description", "copyrightHolder", "workExample", "links", "inLanguage"];

/// What v0.2 keeps in `attributes.main` of a sold service and v0.1 beside its type.
const SOLD: [&str; 9] =
    ["name", "creator", "price", "timeout", "datePublished", "salt", "timelocks", "timeouts", "privacy"];

pub(super) fn version_of(document: &Node) -> Version {
    let services = document.get("service").map(Node::elements).unwrap_or_default();
    if services.iter().any(is_v01) { Version::V01 } else { Version::V02 }
}

fn is_v01(service: &Node) -> bool {
    service.get("serviceDefinitionId").is_some() || service.get("metadata").is_some()
}

/// The document in the form v0.2; `None` where it has that form already.
pub(super) fn to_v02(document: &Node) -> Option<Node> {
    let services = document.get("service").map(Node::elements).unwrap_or_default();
    let differs = |service: &Node| is_v01(service) || service.get("index").is_none();
    services.iter().any(differs).then(|| {
        convert(
            document,
            |service, place| {
                if differs(service) { service_to_v02(service, place) } else { service.clone() }
            },
        )
    })
}

pub(super) fn to_v01(document: &Node) -> Node {
    convert(document, |service, place| if is_v01(service) { service.clone() } else { service_to_v01(service, place) })
}

fn convert(document: &Node, each: impl Fn(&Node, u64) -> Node) -> Node {
    let services = document.get("service").map(Node::elements).unwrap_or_default();
    let services = (0..).zip(services).map(|(place, service)| each(service, place)).collect();
    let mut document = document.clone();
    document.set("service", Node::List(services));
    document
}

fn empty() -> Node {
    Node::Object(Vec::new())
}

fn service_to_v02(service: &Node, place: u64) -> Node {
    let mut out = empty();
    let has_attributes = service.get("attributes").is_some_and(Node::is_object);
    let mut attributes = service.get("attributes").filter(|_| has_attributes).cloned().unwrap_or_else(empty);
    let mut main = attributes.remove("main").unwrap_or_else(empty);
    let mut additional = attributes.remove("additionalInformation");
    let is_metadata = service.text_of("type").is_some_and(|kind| kind.eq_ignore_ascii_case("metadata"));
    let index = ["index", "serviceDefinitionId"].iter().find_map(|key| service.get(key)?.as_u64());
    out.append("index", Node::number(index.unwrap_or(place)));
    for (key, value) in service.members() {
        match key.as_str() {
            "index" => {}
            "attributes" if has_attributes => {}
            "type" => out.append("type", value.as_text().map_or(value.clone(), |kind| Node::text(kind.to_lowercase()))),
            "serviceDefinitionId" if value.as_u64().is_some() => {}
            "metadata" if value.is_object() && !has_attributes => {
                additional = Some(metadata_to_v02(value, &mut main, &mut attributes));
            }
            "serviceAgreementTemplate" => attributes.set(key.as_str(), value.clone()),
            "description" if !is_metadata => {
                additional.get_or_insert_with(empty).set("description", value.clone());
            }
            sold if !is_metadata && SOLD.contains(&sold) => main.set(sold, value.clone()),
            other => out.append(other, value.clone()),
        }
    }
    let mut all = Node::object([("main", main)]);
    for (key, value) in attributes.members() {
        all.append(key.as_str(), value.clone());
    }
    if let Some(additional) = additional {
        all.append("additionalInformation", additional);
    }
    out.append("attributes", all);
    out
}

/// Spreads `metadata` over main and the attributes; gives back the additional information.
fn metadata_to_v02(metadata: &Node, main: &mut Node, attributes: &mut Node) -> Node {
    let mut additional = metadata.get("additionalInformation").cloned().unwrap_or_else(empty);
    for (key, value) in metadata.get("base").map(Node::members).unwrap_or_default() {
        match key.as_str() {
            "encryptedFiles" => attributes.set("encryptedFiles", value.clone()),
            moved if ADDITIONAL.contains(&moved) && additional.get(moved).is_none() => {
                additional.append(moved, value.clone());
            }
            other => main.append(other, value.clone()),
        }
    }
    for (key, value) in metadata.members() {
        if !["base", "additionalInformation", "main", "encryptedFiles"].contains(&key.as_str()) {
            attributes.append(key.as_str(), value.clone());
        }
    }
    additional
}

fn service_to_v01(service: &Node, place: u64) -> Node {
    let kind = service.text_of("type").unwrap_or_default();
    let is_metadata = kind.eq_ignore_ascii_case("metadata");
    let mut attributes = service.get("attributes").cloned().unwrap_or_else(empty);
    let mut out = empty();
    for (key, value) in service.members() {
        match key.as_str() {
            "attributes" | "index" => {}
            "type" => out.append("type", Node::text(capitalised(kind))),
            other => out.append(other, value.clone()),
        }
    }
    let index = service.get("index").and_then(Node::as_u64).unwrap_or(place);
    if out.get("serviceDefinitionId").is_none() {
        out.set("serviceDefinitionId", Node::text(index.to_string()));
    }
    let mut main = attributes.remove("main").unwrap_or_else(empty);
    if is_metadata {
        out.set("metadata", metadata_to_v01(main, attributes));
        return out;
    }
    for sold in SOLD {
        if let Some(value) = main.remove(sold) {
            out.set(sold, value);
        }
    }
    if let Some(template) = attributes.remove("serviceAgreementTemplate") {
        out.set("serviceAgreementTemplate", template);
    }
    if let Some(mut additional) = attributes.remove("additionalInformation") {
        if let Some(description) = additional.remove("description") {
            out.set("description", description);
        }
        if !additional.members().is_empty() {
            attributes.set("additionalInformation", additional);
        }
    }
    // What v0.1 has no place for is kept as it is.
    if !main.members().is_empty() {
        attributes.set("main", main);
    }
    if !attributes.members().is_empty() {
        out.set("attributes", attributes);
    }
    out
}

fn metadata_to_v01(mut base: Node, mut attributes: Node) -> Node {
    let mut additional = attributes.remove("additionalInformation").unwrap_or_else(empty);
    for key in ADDITIONAL {
        if base.get(key).is_none()
            && let Some(value) = additional.remove(key)
        {
            base.set(key, value);
        }
    }
    if let Some(files) = attributes.remove("encryptedFiles") {
        base.set("encryptedFiles", files);
    }
    let mut metadata = Node::object([("base", base)]);
    for (key, value) in attributes.members().iter().filter(|(key, _)| key != "base") {
        metadata.append(key.as_str(), value.clone());
    }
    metadata.append("additionalInformation", additional);
    metadata
}

fn capitalised(kind: &str) -> String {
    if kind.eq_ignore_ascii_case("fitchaincompute") {
        return "FitchainCompute".to_owned();
    }
    let mut chars = kind.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
