//! A document on its way in: what must be there, what must not, and what the catalogue sets itself.

use crate::refusal::Refusal;
use protocol::{
    date::{format_date, parse_date},
    ddo::Ddo,
    json::Node,
    validation::REQUIRED_MEMBERS,
};

/// A document, at most: 4 MiB.
pub(crate) const MAX_DOCUMENT: usize = 4 << 20;

/// Reads and checks a document for `register` or `update`. Dates are refused where they are not of the form, never
/// re-written: a checksum may cover them.
pub(crate) fn admit(bytes: &[u8], method: &'static str) -> Result<Ddo, Refusal> {
    let bad = |why: String| Refusal::Bad(why);
    let unreadable = |e: &dyn std::fmt::Display| bad(format!("the document cannot be read: {e}"));
    let node = Node::parse_within(bytes, MAX_DOCUMENT).map_err(|e| unreadable(&e))?;
    for key in REQUIRED_MEMBERS {
        if node.get(key).is_none() {
            return Err(bad(format!("\"{key}\" is required in the call to {method}")));
        }
    }
    let ddo = Ddo::parse_within(bytes, MAX_DOCUMENT).map_err(|e| unreadable(&e))?;
    let metadata = ddo.metadata();
    if metadata.files.iter().any(|file| file.url.is_some()) {
        return Err(bad(format!("{method} request failed: url is not allowed in files ")));
    }
    for (name, date) in [
        ("created", Some(ddo.created().unwrap_or_default())),
        ("dateCreated", Some(metadata.date_created.as_str()).filter(|date| !date.is_empty())),
        ("datePublished", metadata.date_published.as_deref()),
    ] {
        if date.is_some_and(|text| parse_date(text).is_none()) {
            return Err(bad(format!("{method} request failed: {name} is not of the form 2019-02-08T08:13:49Z")));
        }
    }
    Ok(ddo)
}

/// The document as it is kept: with the curation of the version before (`None`: that of a new listing), listed, and
/// with a date of publication where it has none. One that it has stays, since checksums of other software cover it.
pub(crate) fn kept(ddo: &Ddo, before: Option<&Ddo>, now: i64) -> Result<Ddo, Refusal> {
    let today = format_date(now).unwrap_or_default();
    let published = ddo.metadata().date_published.clone().unwrap_or(today);
    let curation = before.and_then(Ddo::curation).cloned().map(|mut curation| {
        curation.set("isListed", Node::Bool(true));
        curation
    });
    Ddo::parse_within(&ddo.registered(&published, curation), MAX_DOCUMENT + 4096)
        .map_err(|e| Refusal::Bad(format!("the document cannot be kept: {e}")))
}
