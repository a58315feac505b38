//! A listing's document as people see it. Everything in it is hostile: lengths are cut, names made safe,
//! Markdown parsed into blocks.

use crate::{
    inspect::{kind_of, safe_name},
    licenses, markdown,
};
use api::{ColumnView, FileView, LinkView, ListingRow, ServiceView, TermsView};
use protocol::{
    Vodka,
    ddo::{Ddo, Service, ServiceKind},
    json::Node,
    metadata::FileInfo,
};

const MAX_NAME: usize = 200;
const MAX_TAGS: usize = 30;
const MAX_COLUMNS: usize = 200;
const MAX_FILES: usize = 1000;
const MAX_SERVICES: usize = 20;

/// Whose it is, from the viewer's side.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Mine {
    /// It is one's own listing.
    pub own: bool,
    /// It is in one's library.
    pub owned: bool,
}

/// One line of words: no control characters, no more than `max` characters.
pub(crate) fn plain(text: &str, max: usize) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let clean = clean.trim();
    if clean.chars().count() <= max { clean.to_owned() } else { clean.chars().take(max).chain(['…']).collect() }
}

/// The listing as one row.
pub(crate) fn row(ddo: &Ddo, mine: Mine) -> ListingRow {
    let metadata = ddo.metadata();
    let mut formats: Vec<String> = Vec::new();
    for file in files(ddo) {
        if !formats.contains(&file.format) {
            formats.push(file.format);
        }
    }
    let lengths: Option<Vec<u64>> = metadata.files.iter().map(|f| f.content_length).collect();
    ListingRow {
        did: ddo.did(),
        name: plain(&metadata.name, MAX_NAME),
        summary: markdown::summary(&metadata.description, 240),
        author: plain(&metadata.author, MAX_NAME),
        license: licenses::find(&metadata.license).map_or_else(|| plain(&metadata.license, 60), |l| l.name.to_owned()),
        price: price(ddo),
        formats,
        bytes: lengths.filter(|l| !l.is_empty()).map(|l| l.iter().fold(0, |a: u64, b| a.saturating_add(*b))),
        categories: metadata.categories.iter().take(MAX_TAGS).map(|t| plain(t, 60)).collect(),
        tags: metadata.tags.iter().take(MAX_TAGS).map(|t| plain(t, 60)).collect(),
        published: metadata.date_published.clone().or_else(|| ddo.created().map(str::to_owned)).unwrap_or_default(),
        own: mine.own,
        owned: mine.owned,
    }
}

/// The price people see: that of the access service, else of the description.
pub(crate) fn price(ddo: &Ddo) -> Vodka {
    let agreed = ddo.access().and_then(|service| ddo.price_of(service).ok());
    agreed.or(ddo.metadata().price).unwrap_or(Vodka::ZERO)
}

/// The files.
pub(crate) fn files(ddo: &Ddo) -> Vec<FileView> {
    ddo.metadata().files.iter().take(MAX_FILES).map(file).collect()
}

fn file(info: &FileInfo) -> FileView {
    let ending = match info.content_type.split(';').next().unwrap_or_default().trim() {
        "text/csv" => ".csv",
        "application/json" => ".json",
        "text/plain" => ".txt",
        "application/zip" => ".zip",
        "application/pdf" => ".pdf",
        _ => "",
    };
    let name = match info.name.as_deref().map(safe_name) {
        Some(name) if name != "file" => name,
        _ => format!("file-{}{ending}", info.index),
    };
    FileView {
        index: info.index,
        format: kind_of(&name).format.to_owned(),
        content_type: plain(&info.content_type, 100),
        bytes: info.content_length,
        sha256: info.sha256().map(hex::encode),
        name,
    }
}

/// The columns, where the publisher described them.
pub(crate) fn columns(ddo: &Ddo) -> Vec<ColumnView> {
    let Some(columns) = ddo.metadata().additional.get("columns") else { return Vec::new() };
    columns
        .elements()
        .iter()
        .take(MAX_COLUMNS)
        .map(|node| ColumnView {
            name: plain(node.text_of("name").unwrap_or_default(), 80),
            meaning: plain(node.text_of("meaning").unwrap_or_default(), 300),
            unit: plain(node.text_of("unit").unwrap_or_default(), 40),
            profile: bars(node),
            filled_permille: node
                .get("filledPermille")
                .and_then(Node::as_u64)
                .map(|n| u16::try_from(n.min(1000)).unwrap_or(1000)),
        })
        .filter(|column| !column.name.is_empty())
        .collect()
}

fn bars(node: &Node) -> Vec<u8> {
    let Some(list) = node.get("profile") else { return Vec::new() };
    let bar = |n: &Node| n.as_u64().map(|v| u8::try_from(v.min(100)).unwrap_or(100));
    list.elements().iter().take(12).filter_map(bar).collect()
}

/// Links that a person can open.
pub(crate) fn links(ddo: &Ddo) -> Vec<LinkView> {
    let links = ddo.metadata().links.iter().take(50);
    links
        .filter_map(|link| Some(LinkView { name: plain(&link.name, 120), url: markdown::safe_url(&link.url)? }))
        .collect()
}

/// The rule about time, at a pace of `block_ms` milliseconds a block (0: blocks come with transactions, then one a
/// second while somebody waits).
pub(crate) fn terms(service: &Service, block_ms: u64) -> TermsView {
    let blocks = service.windows().map(|w| w.outs[1]).unwrap_or(0);
    let pace = if block_ms == 0 { 1000 } else { block_ms };
    TermsView {
        opens_within_blocks: blocks,
        opens_within_seconds: blocks.saturating_mul(pace) / 1000,
        access_seconds: service.timeout.unwrap_or(protocol::ddo::DEFAULT_TIMEOUT_SECONDS),
    }
}

/// The services that can be bought, each with its rule about time at a pace of `block_ms` milliseconds a block. Of two with
/// one number only the first can be named.
pub(crate) fn services(ddo: &Ddo, block_ms: u64) -> Vec<ServiceView> {
    ddo.services_of(&ServiceKind::Access)
        .filter(|service| ddo.service(service.index).is_some_and(|named| std::ptr::eq(named, *service)))
        .take(MAX_SERVICES)
        .map(|service| ServiceView { index: service.index, terms: terms(service, block_ms) })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn words_of_a_stranger_are_cut_and_cleaned() {
        assert_eq!(plain(" a\nb\u{7} ", 10), "a b");
        assert_eq!(plain("abcdef", 3), "abc…");
    }
}
