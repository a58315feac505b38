//! What a catalogue changes in a document that it takes in (PROTOCOL 6): the date of publishing and the curation.
//! Neither is covered by the checksum of an own listing.

use super::Ddo;
use crate::json::Node;

impl Ddo {
    /// The document as a catalogue stores it: the metadata service first, `datePublished` as given, and the curation
    /// as given or that of a new listing. `published` has the form `2019-02-08T08:13:49Z`.
    pub fn registered(&self, published: &str, curation: Option<Node>) -> Vec<u8> {
        let mut document = self.original().clone();
        if let Some(Node::List(services)) = document.get_mut("service") {
            // Stable: all other services keep their order.
            services.sort_by_key(|service| !is_metadata(service));
        }
        change(&mut document, |metadata| {
            for key in ["main", "base"] {
                if let Some(main) = metadata.get_mut(key) {
                    main.set("datePublished", Node::text(published));
                }
            }
            metadata.set("curation", curation.clone().unwrap_or_else(new_curation));
        });
        document.to_json().into_bytes()
    }

    /// The curation as it is written: rating, votes, whether it is listed.
    pub fn curation(&self) -> Option<&Node> {
        let services = self.internal().get("service").map(Node::elements).unwrap_or_default();
        services.iter().find(|service| is_metadata(service))?.at(&["attributes", "curation"])
    }

    /// The document with one part of its curation changed: `isListed`, `rating`, `numVotes`.
    pub fn with_curation(&self, key: &str, value: Node) -> Vec<u8> {
        let mut document = self.original().clone();
        change(&mut document, |metadata| {
            let mut curation = metadata.remove("curation").unwrap_or_else(new_curation);
            curation.set(key, value.clone());
            metadata.set("curation", curation);
        });
        document.to_json().into_bytes()
    }
}

fn is_metadata(service: &Node) -> bool {
    service.text_of("type").is_some_and(|kind| kind.eq_ignore_ascii_case("metadata"))
}

fn new_curation() -> Node {
    Node::object([
        ("rating", Node::Number("0.0".to_owned())),
        ("numVotes", Node::number(0)),
        ("isListed", Node::Bool(true)),
    ])
}

/// Changes the `attributes` (v0.2) or the `metadata` (v0.1) of the first metadata service.
fn change(document: &mut Node, what: impl Fn(&mut Node)) {
    let Some(Node::List(services)) = document.get_mut("service") else { return };
    let Some(service) = services.iter_mut().find(|service| is_metadata(service)) else { return };
    for key in ["attributes", "metadata"] {
        if let Some(metadata) = service.get_mut(key) {
            return what(metadata);
        }
    }
}
