//! A document on its way in: what must be there, what must not, and what the catalogue sets itself.

use crate::refusal::Refusal;
use protocol::{
    date::{format_date, parse_date},
    ddo::Ddo,
    json::Node,
};

/// A document, at most: 4 MiB.
pub(crate) const MAX_DOCUMENT: usize = 4 << 20;

const REQUIRED: [&str; 7] = ["@context", "created", "id", "publicKey", "authentication", "proof", "service"];

/// Reads and checks a document for `register` or `update`, and sets curation and, where it is missing, the date of
/// publication. Dates are refused where they are not of the form, never re-written: a checksum may cover them.
pub(crate) fn admit(bytes: &[u8], method: &'static str, now: i64) -> Result<Ddo, Refusal> {
    let bad = |why: String| Refusal::Bad(why);
    let mut node =
        Node::parse_within(bytes, MAX_DOCUMENT).map_err(|e| bad(format!("the document cannot be read: {e}")))?;
    for key in REQUIRED {
        if node.get(key).is_none() {
            return Err(bad(format!("\"{key}\" is required in the call to {method}")));
        }
    }
    if !node.text_of("created").is_some_and(|text| parse_date(text).is_some()) {
        return Err(bad(format!("{method} request failed: created is not of the form 2019-02-08T08:13:49Z")));
    }
    set_own_fields(&mut node, now);
    let ddo = Ddo::parse_within(node.to_json().as_bytes(), MAX_DOCUMENT)
        .map_err(|e| bad(format!("the document cannot be read: {e}")))?;
    let metadata = ddo.metadata();
    if metadata.files.iter().any(|file| file.url.is_some()) {
        return Err(bad(format!("{method} request failed: url is not allowed in files ")));
    }
    for (name, date) in
        [("dateCreated", Some(metadata.date_created.as_str())), ("datePublished", metadata.date_published.as_deref())]
    {
        if date.is_some_and(|text| !text.is_empty() && parse_date(text).is_none()) {
            return Err(bad(format!("{method} request failed: {name} is not of the form 2019-02-08T08:13:49Z")));
        }
    }
    Ok(ddo)
}

/// `curation`, and `datePublished` where it is missing; all else stays as it came.
fn set_own_fields(node: &mut Node, now: i64) {
    let published = format_date(now).unwrap_or_default();
    let Some(Node::List(services)) = node.get_mut("service") else { return };
    for service in services {
        let kind = service.text_of("type").unwrap_or_default().to_owned();
        let (holder, main) = match kind.as_str() {
            "metadata" => ("attributes", "main"),
            "Metadata" => ("metadata", "base"),
            _ => continue,
        };
        let Some(content) = service.get_mut(holder) else { continue };
        let curation = [("rating", Node::Number("0.0".to_owned())), ("numVotes", Node::number(0))];
        let mut curation = Node::object(curation);
        curation.set("isListed", Node::Bool(true));
        content.set("curation", curation);
        if let Some(main) = content.get_mut(main)
            && main.get("datePublished").is_none()
        {
            main.set("datePublished", Node::text(published.clone()));
        }
    }
}
