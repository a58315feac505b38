//! The listing that a publication makes: what its publisher wrote, what was seen of its files, and what the network adds.

use super::flow::Publication;
use api::{ColumnView, FilePreview};
use protocol::{
    Address,
    ddo::{Endpoints, ListingDraft},
    json::Node,
    metadata::FileInfo,
    templates::TemplateRef,
};
use std::collections::BTreeMap;

/// Blocks to open a purchase before the money goes back, where nothing else is said: about half an hour.
const DELIVER_WITHIN: u64 = 1800;
/// Fewer blocks leave a gateway no time to see the payment and to grant.
const SHORTEST: u64 = 8;

/// What a listing has from its network and its publisher's home.
pub(super) struct Place {
    pub(super) owner: Address,
    pub(super) endpoints: Endpoints,
    pub(super) escrow_contract: Address,
    /// What sales are agreed from on the network.
    pub(super) template: TemplateRef,
    /// Milliseconds from block to block.
    pub(super) pace: u64,
}

/// The listing that a publication makes.
pub(super) fn listing(p: &Publication, files: &[FileInfo], columns: &[ColumnView], place: Place) -> ListingDraft {
    let Place { owner, endpoints, escrow_contract, template, pace } = place;
    let mut more = BTreeMap::new();
    if !columns.is_empty() {
        more.insert("columns".to_owned(), Node::List(columns.iter().map(column).collect()));
    }
    ListingDraft {
        did: None,
        name: p.draft.name.trim().to_owned(),
        kind: "dataset".to_owned(),
        author: p.draft.author.trim().to_owned(),
        license: p.checked.license.clone(),
        price: p.checked.price,
        date_created: p.checked.created.clone().unwrap_or_else(|| p.created.clone()),
        // Where they are is for the gateway alone.
        files: files.iter().map(|f| FileInfo { url: None, ..f.clone() }).collect(),
        description: p.draft.description.clone(),
        tags: p.draft.tags.clone(),
        categories: p.draft.categories.clone(),
        copyright_holder: None,
        in_language: None,
        work_example: None,
        update_frequency: None,
        links: Vec::new(),
        more,
        owner,
        endpoints,
        template,
        escrow_contract,
        time_locks: [0; 3],
        time_outs: [0, deliver_within(p.draft.deliver_within_seconds, pace), 0],
        access_timeout: p.draft.access_seconds,
        salt: p.salt,
        created: p.created.clone(),
        updated: p.created.clone(),
    }
}

/// Blocks in which a purchase has to be opened, for so many seconds at a pace of milliseconds from block to block.
fn deliver_within(seconds: u64, pace: u64) -> u64 {
    match seconds {
        0 => DELIVER_WITHIN,
        seconds => seconds.saturating_mul(1000).checked_div(pace).unwrap_or(DELIVER_WITHIN).max(SHORTEST),
    }
}

/// A file as it is listed: what was seen of it, and where the gateway finds it.
pub(super) fn listed(number: u64, look: FilePreview, url: String) -> FileInfo {
    FileInfo {
        index: number,
        content_type: look.content_type,
        content_length: look.bytes,
        checksum: look.sha256,
        checksum_type: Some("SHA-256".to_owned()),
        name: Some(look.name),
        encoding: None,
        compression: None,
        url: Some(url),
    }
}

fn column(view: &ColumnView) -> Node {
    let mut node = Node::object([
        ("name", Node::text(&view.name)),
        ("meaning", Node::text(&view.meaning)),
        ("unit", Node::text(&view.unit)),
    ]);
    if !view.profile.is_empty() {
        node.set("profile", Node::List(view.profile.iter().map(|bar| Node::number(u64::from(*bar))).collect()));
    }
    if let Some(filled) = view.filled_permille {
        node.set("filledPermille", Node::number(u64::from(filled)));
    }
    node
}

/// What the publisher wrote about a column, with what the file says about its values.
pub(super) fn merge(columns: &mut Vec<ColumnView>, found: Vec<ColumnView>) {
    for seen in found {
        match columns.iter_mut().find(|c| c.name == seen.name) {
            Some(column) => {
                column.profile = seen.profile;
                column.filled_permille = seen.filled_permille;
            }
            None => columns.push(seen),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::check::{self, tests::draft};
    use api::{Draft, FileSource};
    use protocol::{SecretKey, Signer as _, Vodka, ddo::Ddo, templates::ACCESS};
    use wallet::ServiceKey;

    fn place(pace: u64) -> Place {
        let endpoints = Endpoints::logical(&Address([4; 20]), "http://127.0.0.1:5000", "http://127.0.0.1:12001");
        let template = TemplateRef::Id(ACCESS);
        Place { owner: Address([6; 20]), endpoints, escrow_contract: Address([10; 20]), template, pace }
    }

    fn made(draft: &Draft, files: &[FileInfo], columns: &[ColumnView]) -> ListingDraft {
        let publication = Publication::begin(draft.clone(), check::check(draft).unwrap(), Address([6; 20]));
        let listing = listing(&publication, files, columns, place(1_000));
        assert_eq!((listing.salt, &listing.created), (publication.salt, &publication.created));
        listing
    }

    fn seen(name: &str) -> FilePreview {
        FilePreview {
            source: FileSource::Local { path: "/x.csv".to_owned() },
            name: name.to_owned(),
            content_type: "text/csv".to_owned(),
            format: "CSV".to_owned(),
            bytes: Some(5),
            sha256: Some("ab".repeat(32)),
            rows: None,
            columns: Vec::new(),
            warning: None,
        }
    }

    fn column_of(name: &str, meaning: &str, filled: Option<u16>) -> ColumnView {
        ColumnView {
            name: name.to_owned(),
            meaning: meaning.to_owned(),
            unit: "mm".to_owned(),
            profile: filled.map(|_| vec![1, 100]).unwrap_or_default(),
            filled_permille: filled,
        }
    }

    #[test]
    fn the_time_to_deliver_is_at_the_network_s_pace_and_never_too_short() {
        assert_eq!(deliver_within(0, 5_000), DELIVER_WITHIN, "nothing else is said");
        assert_eq!([1_000, 5_000, 250].map(|pace| deliver_within(600, pace)), [600, 120, 2_400]);
        assert_eq!([1, 40, 44, 45].map(|seconds| deliver_within(seconds, 5_000)), [SHORTEST, SHORTEST, SHORTEST, 9]);
        assert_eq!(deliver_within(u64::MAX, 1_000), u64::MAX / 1_000);
        assert_eq!(deliver_within(600, 0), DELIVER_WITHIN, "no pace is known");
    }

    #[test]
    fn a_file_is_listed_as_it_was_seen_and_its_place_is_for_the_gateway_alone() {
        let file = listed(3, seen("x.csv"), "http://gateway/files/1".to_owned());
        let expected = FileInfo {
            index: 3,
            content_type: "text/csv".to_owned(),
            content_length: Some(5),
            checksum: Some("ab".repeat(32)),
            checksum_type: Some("SHA-256".to_owned()),
            name: Some("x.csv".to_owned()),
            url: Some("http://gateway/files/1".to_owned()),
            ..FileInfo::default()
        };
        assert_eq!(file, expected);
        assert_eq!(file.sha256(), Some([0xab; 32]), "what a download is verified against");
        assert_eq!(made(&draft(), &[file], &[]).files, [FileInfo { url: None, ..expected }]);
    }

    #[test]
    fn a_listing_says_what_its_publisher_wrote() {
        let written = Draft {
            name: " Levels ".to_owned(),
            author: " A lab ".to_owned(),
            description: "Levels of water.".to_owned(),
            tags: vec!["rain".to_owned()],
            categories: vec!["Weather".to_owned()],
            deliver_within_seconds: 600,
            access_seconds: 86_400,
            created: "2024-05-31T00:00:00Z".to_owned(),
            ..draft()
        };
        let listing = made(&written, &[], &[]);
        assert_eq!((listing.name.as_str(), listing.author.as_str()), ("Levels", "A lab"));
        assert_eq!((listing.license.as_str(), listing.price), ("CC0-1.0", Vodka::parse_ocean("12.5").unwrap()));
        assert_eq!((listing.tags, listing.categories), (written.tags, written.categories));
        assert_eq!((listing.description, listing.date_created), (written.description, written.created));
        assert_eq!((listing.time_locks, listing.time_outs, listing.access_timeout), ([0; 3], [0, 600, 0], 86_400));
        assert_eq!((listing.owner, listing.escrow_contract), (Address([6; 20]), Address([10; 20])));
        assert_eq!((listing.template, listing.endpoints), (ACCESS.into(), place(1).endpoints));
        let undated = made(&draft(), &[], &[]);
        assert_eq!((undated.date_created, undated.time_outs[1]), (undated.created, DELIVER_WITHIN));
    }

    #[test]
    fn columns_are_listed_with_what_is_known_of_them_and_read_back_alike() {
        let columns = [column_of("day", "the day", None), column_of("level", "", Some(990))];
        let file = listed(0, seen("x.csv"), "http://gateway/files/1".to_owned());
        let owner = ServiceKey::from_key(SecretKey::from_bytes(&[6; 32]).unwrap()).unwrap();
        let listing = ListingDraft { owner: owner.address(), ..made(&draft(), &[file], &columns) };
        let built = listing.build(&[1]).unwrap().sign(&owner).unwrap();
        let ddo = Ddo::parse(&built.bytes).unwrap();
        assert_eq!(crate::describe::columns(&ddo), columns);
        assert!(made(&draft(), &[], &[]).more.is_empty());
        assert!(column(&columns[0]).get("profile").is_none() && column(&columns[0]).get("filledPermille").is_none());
    }

    #[test]
    fn what_the_publisher_wrote_of_a_column_stays_and_what_the_file_says_is_added() {
        let mut columns = vec![column_of("day", "the day", None), column_of("gone", "of an older file", None)];
        merge(&mut columns, vec![column_of("level", "", Some(990)), column_of("day", "", Some(1_000))]);
        let day = ColumnView { meaning: "the day".to_owned(), ..column_of("day", "", Some(1_000)) };
        let expected = [day, column_of("gone", "of an older file", None), column_of("level", "", Some(990))];
        assert_eq!(columns, expected);
    }
}
