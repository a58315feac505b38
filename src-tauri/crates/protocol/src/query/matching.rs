//! Whether a listing is what a query asks for.

use super::Query;
use crate::{date::parse_date_tolerant, ddo::Ddo, json::Node, metadata::Metadata};
use std::collections::HashSet;

/// The words of a text in lower case: runs of letters and digits.
pub fn tokens(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase)
}

impl Query {
    /// Whether the listing meets every condition. Whether it is listed at all is another question:
    /// [`Metadata::is_listed`].
    ///
    /// Texts match where one of their words is a word of the field, as Aquarius matches; everything else where it is
    /// equal but for upper and lower case.
    pub fn matches(&self, ddo: &Ddo) -> bool {
        let metadata = ddo.metadata();
        let equal = |wanted: &[String], found: &[&str]| {
            let same = |a: &str, b: &str| a.trim().to_lowercase() == b.trim().to_lowercase();
            wanted.is_empty() || wanted.iter().any(|wanted| found.iter().any(|found| same(wanted, found)))
        };
        let one_of =
            |wanted: &[String], words: &[String]| equal(wanted, &words.iter().map(String::as_str).collect::<Vec<_>>());
        has_word(&self.text, || words_of([metadata.name.as_str(), &metadata.description]))
            && has_word(&self.anywhere, || words_anywhere(ddo))
            && equal(&self.license, &[&metadata.license])
            && one_of(&self.categories, &metadata.categories)
            && one_of(&self.tags, &metadata.tags)
            && equal(&self.metadata_type, &[&metadata.kind])
            && equal(&self.service_type, &ddo.services().iter().map(|s| s.kind.name()).collect::<Vec<_>>())
            && equal(&self.update_frequency, &[metadata.update_frequency.as_deref().unwrap_or_default()])
            && equal(&self.sample, &metadata.links.iter().map(|link| link.kind.as_str()).collect::<Vec<_>>())
            && (self.publisher.is_empty() || ddo.owner().is_some_and(|owner| self.publisher.contains(&owner)))
            && self.price_fits(metadata)
            && self.dates_fit(ddo)
    }

    fn price_fits(&self, metadata: &Metadata) -> bool {
        self.price.is_none_or(|range| metadata.price.is_some_and(|price| range.from <= price && price <= range.to))
    }

    fn dates_fit(&self, ddo: &Ddo) -> bool {
        let metadata = ddo.metadata();
        let dates = [
            (self.created, ddo.created()),
            (self.date_created, Some(metadata.date_created.as_str())),
            (self.date_published, metadata.date_published.as_deref()),
        ];
        dates.into_iter().all(|(range, date)| {
            range.is_none_or(|range| date.and_then(parse_date_tolerant).is_some_and(|date| range.contains(date)))
        })
    }
}

/// Whether a word of a wanted text is there. Texts without any word ask for nothing.
fn has_word(wanted: &[String], words: impl Fn() -> HashSet<String>) -> bool {
    let mut wanted = wanted.iter().flat_map(|text| tokens(text)).peekable();
    if wanted.peek().is_none() {
        return true;
    }
    let words = words();
    wanted.any(|word| words.contains(&word))
}

fn words_of<'a>(texts: impl IntoIterator<Item = &'a str>) -> HashSet<String> {
    texts.into_iter().flat_map(tokens).collect()
}

/// The words of all texts of the metadata service, and the DID.
fn words_anywhere(ddo: &Ddo) -> HashSet<String> {
    let mut words = words_of([ddo.did().bare_hex().as_str(), &ddo.did().to_string()]);
    let services = ddo.internal().get("service").map(Node::elements).unwrap_or_default();
    let metadata = services.iter().find(|service| service.text_of("type") == Some("metadata"));
    let attributes = metadata.and_then(|service| service.get("attributes"));
    let mut open: Vec<&Node> =
        ["main", "additionalInformation"].iter().filter_map(|key| attributes?.get(key)).collect();
    while let Some(node) = open.pop() {
        match node {
            Node::Text(text) => words.extend(tokens(text)),
            Node::List(elements) => open.extend(elements),
            Node::Object(members) => open.extend(members.iter().map(|(_, value)| value)),
            _ => {}
        }
    }
    words
}
