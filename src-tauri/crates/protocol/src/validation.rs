//! Validation of metadata by OEP-8 (PROTOCOL 1.6), before publishing ("local", with the files' places) and as stored
//! ("remote", without them). Every fault says where it is and what to do. Unknown members are no fault.

use crate::{Vodka, date::parse_date, ddo::Ddo, json::Node};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// Faults reported at most; a hostile document could have any number.
pub const MAX_FAULTS: usize = 100;

/// One thing that is wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Where: `main/files/0/url`. Empty for the document as a whole.
    pub path: String,
    /// What, in words a person understands.
    pub message: String,
}

/// The place where metadata are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Local,
    Remote,
}

/// Validates metadata before publishing: `{"main":…,"additionalInformation":…}`, or `{"base":…}` of v0.1.
pub fn validate_local(metadata: &Node) -> Vec<Fault> {
    validate(metadata, Place::Local)
}

/// Validates metadata as a catalogue stores them: the `attributes` of a metadata service, or the `metadata` of v0.1.
pub fn validate_remote(metadata: &Node) -> Vec<Fault> {
    validate(metadata, Place::Remote)
}

/// Validates a whole document as a catalogue takes it: its outer members, its dates, its services and its metadata.
pub fn validate_document(ddo: &Ddo) -> Vec<Fault> {
    let mut check = Check::default();
    let root = ddo.original();
    for key in REQUIRED_MEMBERS {
        if root.get(key).is_none() {
            check.fault(key, "is missing");
        }
    }
    for key in ["created", "updated"] {
        if let Some(date) = root.get(key) {
            check.date(key, date);
        }
    }
    let services = root.get("service").map(Node::elements).unwrap_or_default();
    let mut indices = HashSet::new();
    for service in ddo.services() {
        if !indices.insert(service.index) {
            check.fault("service", format!("two services have the index {}", service.index));
        }
    }
    let is_metadata = |service: &&Node| service.text_of("type").is_some_and(|t| t.eq_ignore_ascii_case("metadata"));
    match services.iter().find(is_metadata) {
        Some(service) => match service.get("attributes").or_else(|| service.get("metadata")) {
            Some(metadata) => check.metadata(metadata, Place::Remote),
            None => check.fault("service", "the metadata service has no attributes"),
        },
        None => check.fault("service", "there is no metadata service"),
    }
    check.faults
}

/// What a catalogue requires of every document, in the order in which Aquarius looks for it.
pub const REQUIRED_MEMBERS: [&str; 7] =
    ["@context", "created", "id", "publicKey", "authentication", "proof", "service"];

fn validate(metadata: &Node, place: Place) -> Vec<Fault> {
    let mut check = Check::default();
    check.metadata(metadata, place);
    check.faults
}

#[derive(Default)]
struct Check {
    faults: Vec<Fault>,
}

impl Check {
    fn fault(&mut self, path: impl Into<String>, message: impl Into<String>) {
        if self.faults.len() < MAX_FAULTS {
            self.faults.push(Fault { path: path.into(), message: message.into() });
        }
    }

    fn metadata(&mut self, metadata: &Node, place: Place) {
        let (key, main) = match (metadata.get("main"), metadata.get("base")) {
            (Some(main), _) => ("main", main),
            (None, Some(base)) => ("base", base),
            (None, None) => return self.fault("main", "is missing: it holds name, author, license, price and files"),
        };
        if !main.is_object() {
            return self.fault(key, "is no object");
        }
        let v02 = key == "main";
        self.main(key, main, v02, place);
        let more = metadata.get("additionalInformation");
        match more {
            Some(more) if !more.is_object() => self.fault("additionalInformation", "is no object"),
            Some(more) => self.additional("additionalInformation", more),
            None => {}
        }
        if !v02 {
            self.additional(key, main);
        }
        let (path, encrypted) = match metadata.get("encryptedFiles") {
            Some(files) => ("encryptedFiles".to_owned(), Some(files)),
            None => (format!("{key}/encryptedFiles"), main.get("encryptedFiles")),
        };
        if let Some(files) = encrypted {
            let digits = files.as_text().map(|text| text.strip_prefix("0x").unwrap_or(text));
            let is_hex =
                |d: &str| !d.is_empty() && d.len().is_multiple_of(2) && d.bytes().all(|b| b.is_ascii_hexdigit());
            if !digits.is_some_and(is_hex) {
                self.fault(path, "is not written as 0x and hex digits");
            }
        }
        if let Some(curation) = metadata.get("curation").filter(|_| place == Place::Remote) {
            self.curation(curation);
        }
    }

    fn main(&mut self, at: &str, main: &Node, v02: bool, place: Place) {
        let filled: &[&str] = if v02 { &["name", "author", "license", "type"] } else { &["name", "author", "license"] };
        for key in filled {
            match main.get(key) {
                None => self.fault(format!("{at}/{key}"), "is missing"),
                Some(Node::Text(text)) if text.trim().is_empty() => self.fault(format!("{at}/{key}"), "is empty"),
                Some(Node::Text(_)) => {}
                Some(_) => self.fault(format!("{at}/{key}"), "is no text"),
            }
        }
        match main.get("dateCreated") {
            Some(date) => self.date(&format!("{at}/dateCreated"), date),
            None => self.fault(format!("{at}/dateCreated"), "is missing"),
        }
        match main.get("datePublished") {
            Some(date) => self.date(&format!("{at}/datePublished"), date),
            None if place == Place::Remote && v02 => self.fault(format!("{at}/datePublished"), "is missing"),
            None => {}
        }
        self.price(&format!("{at}/price"), main.get("price"));
        match main.get("files") {
            Some(Node::List(files)) => {
                if files.is_empty() && place == Place::Local {
                    self.fault(format!("{at}/files"), "is empty: there is nothing to sell");
                }
                self.files(&format!("{at}/files"), files, v02, place);
            }
            Some(_) => self.fault(format!("{at}/files"), "is no list"),
            None if place == Place::Local => self.fault(format!("{at}/files"), "is missing"),
            None => {}
        }
        if v02 && main.text_of("type") == Some("algorithm") {
            self.algorithm(&format!("{at}/algorithm"), main.get("algorithm"));
        }
    }

    fn price(&mut self, path: &str, price: Option<&Node>) {
        match price {
            None => self.fault(path, "is missing; 0 is free"),
            Some(Node::Text(text)) => match text.parse::<Vodka>() {
                Ok(_) => {}
                Err(_) if text.bytes().all(|b| b.is_ascii_digit()) && !text.is_empty() => {
                    self.fault(path, "is larger than anything a network can hold");
                }
                Err(_) => self.fault(path, "is no whole number of vodka, the smallest unit: 1 OCEAN is 1 and 18 zeros"),
            },
            Some(_) => self.fault(path, "is not written as a text of digits"),
        }
    }

    fn files(&mut self, at: &str, files: &[Node], v02: bool, place: Place) {
        let mut indices = HashSet::new();
        for (number, file) in files.iter().enumerate() {
            let at = format!("{at}/{number}");
            if !file.is_object() {
                self.fault(at, "is no object");
                continue;
            }
            let index = file.get("index");
            match index.map(|index| (index.as_u64(), index)) {
                Some((Some(number), Node::Number(_))) if indices.insert(number) => {}
                Some((Some(number), Node::Number(_))) => {
                    self.fault(format!("{at}/index"), format!("another file has the number {number} already"));
                }
                Some(_) => self.fault(format!("{at}/index"), "is no whole number from 0"),
                None if v02 => self.fault(format!("{at}/index"), "is missing"),
                None => {}
            }
            match file.get("contentType") {
                Some(Node::Text(text)) if !text.trim().is_empty() => {}
                Some(_) => self.fault(format!("{at}/contentType"), "is no text like text/csv"),
                None => self.fault(format!("{at}/contentType"), "is missing"),
            }
            self.file_url(&format!("{at}/url"), file.get("url"), place);
            match file.get("contentLength") {
                Some(Node::Text(text)) if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) => {}
                None => {}
                Some(_) => self.fault(format!("{at}/contentLength"), "is not written as a text of digits"),
            }
            for key in ["name", "checksum", "checksumType", "encoding", "compression", "resourceId"] {
                self.optional_text(&at, file, key);
            }
        }
    }

    fn file_url(&mut self, path: &str, url: Option<&Node>, place: Place) {
        match (url, place) {
            (None, Place::Remote) => {}
            (Some(_), Place::Remote) => self.fault(path, "url is not allowed in files: the place is encrypted"),
            (None, Place::Local) => self.fault(path, "is missing: where is the file?"),
            (Some(url), Place::Local) => {
                let schemes = ["http://", "https://", "ipfs://", "s3://"];
                let known = |text: &str| {
                    schemes.iter().any(|scheme| {
                        let (head, rest) = text.split_at_checked(scheme.len()).unwrap_or_default();
                        head.eq_ignore_ascii_case(scheme) && !rest.is_empty()
                    })
                };
                if !url.as_text().is_some_and(known) {
                    self.fault(path, "is no address that starts with http://, https://, ipfs:// or s3://");
                }
            }
        }
    }

    fn additional(&mut self, at: &str, more: &Node) {
        for key in ["description", "copyrightHolder", "workExample", "inLanguage"] {
            self.optional_text(at, more, key);
        }
        for key in ["tags", "categories"] {
            match more.get(key) {
                None => {}
                Some(Node::List(words)) => {
                    for (number, _) in words.iter().enumerate().filter(|(_, word)| word.as_text().is_none()) {
                        self.fault(format!("{at}/{key}/{number}"), "is no text");
                    }
                }
                Some(_) => self.fault(format!("{at}/{key}"), "is no list"),
            }
        }
        match more.get("links") {
            None => {}
            Some(Node::List(links)) => {
                for (number, link) in links.iter().enumerate() {
                    let at = format!("{at}/links/{number}");
                    if link.text_of("url").is_none_or(str::is_empty) {
                        self.fault(format!("{at}/url"), "is missing: where does the link lead?");
                    }
                    for key in ["name", "type"] {
                        self.optional_text(&at, link, key);
                    }
                }
            }
            Some(_) => self.fault(format!("{at}/links"), "is no list"),
        }
    }

    fn algorithm(&mut self, at: &str, algorithm: Option<&Node>) {
        let Some(algorithm) = algorithm.filter(|node| node.is_object()) else {
            return self.fault(at, "is missing: an algorithm says how it is run");
        };
        for key in ["entrypoint", "image", "tag"] {
            if algorithm.at(&["container", key]).and_then(Node::as_text).is_none_or(str::is_empty) {
                self.fault(format!("{at}/container/{key}"), "is missing");
            }
        }
    }

    fn curation(&mut self, curation: &Node) {
        match curation.get("rating").map(Node::as_f64) {
            Some(Some(rating)) if rating >= 0.0 => {}
            Some(_) => self.fault("curation/rating", "is no number from 0"),
            None => self.fault("curation/rating", "is missing"),
        }
        match curation.get("numVotes") {
            Some(votes) if votes.as_u64().is_some() => {}
            Some(_) => self.fault("curation/numVotes", "is no whole number from 0"),
            None => self.fault("curation/numVotes", "is missing"),
        }
        if curation.get("isListed").is_some_and(|listed| listed.as_bool().is_none()) {
            self.fault("curation/isListed", "is neither true nor false");
        }
    }

    fn optional_text(&mut self, at: &str, node: &Node, key: &str) {
        if node.get(key).is_some_and(|value| value.as_text().is_none()) {
            self.fault(format!("{at}/{key}"), "is no text");
        }
    }

    fn date(&mut self, path: &str, date: &Node) {
        if date.as_text().and_then(parse_date).is_none() {
            self.fault(path, "is no date of the form 2019-02-08T08:13:49Z");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GOOD: &str = r#"{"main":{"type":"dataset","name":"Rain","author":"A","license":"CC0","price":"10",
        "dateCreated":"2019-02-08T08:13:49Z","files":[{"index":0,"contentType":"text/csv","contentLength":"12",
        "url":"https://example.com/rain.csv"}]},"additionalInformation":{"description":"d","tags":["rain"],"links":[{"name":"s","type":"sample","url":"https://example.com"}]}}"#;

    fn paths(faults: &[Fault]) -> Vec<&str> {
        faults.iter().map(|fault| fault.path.as_str()).collect()
    }

    fn local(text: &str) -> Vec<Fault> {
        validate_local(&Node::parse(text.as_bytes()).unwrap())
    }

    #[test]
    fn good_metadata_have_no_fault() {
        assert_eq!(local(GOOD), []);
        let remote = GOOD
            .replace(",\n        \"url\":\"https://example.com/rain.csv\"", "")
            .replace("\"price\"", "\"datePublished\":\"2019-02-08T08:13:49Z\",\"price\"");
        assert_eq!(validate_remote(&Node::parse(remote.as_bytes()).unwrap()), []);
    }

    #[test]
    fn each_fault_names_its_place() {
        for (good, bad, path) in [
            ("\"name\":\"Rain\",", "", "main/name"),
            ("\"Rain\"", "\" \"", "main/name"),
            ("\"CC0\"", "7", "main/license"),
            ("\"type\":\"dataset\",", "", "main/type"),
            ("\"10\"", "\"1.5\"", "main/price"),
            ("\"10\"", "10", "main/price"),
            ("\"10\"", "\"-1\"", "main/price"),
            ("08:13:49Z", "08:13:49.000Z", "main/dateCreated"),
            ("\"index\":0,", "", "main/files/0/index"),
            ("\"index\":0,", "\"index\":\"0\",", "main/files/0/index"),
            ("https://example.com/rain.csv", "file:///etc/passwd", "main/files/0/url"),
            ("\"text/csv\"", "null", "main/files/0/contentType"),
            ("\"12\"", "12", "main/files/0/contentLength"),
            ("[\"rain\"]", "\"rain\"", "additionalInformation/tags"),
            ("\"url\":\"https://example.com\"", "\"url\":\"\"", "additionalInformation/links/0/url"),
            ("\"dataset\"", "\"algorithm\"", "main/algorithm"),
        ] {
            assert!(GOOD.contains(good), "{good}");
            assert_eq!(paths(&local(&GOOD.replacen(good, bad, 1))), [path], "{bad}");
        }
        assert_eq!(paths(&local("{}")), ["main"]);
        let huge = GOOD.replace("\"10\"", &format!("\"{}\"", "9".repeat(90)));
        assert_eq!(local(&huge)[0].message, "is larger than anything a network can hold");
    }

    #[test]
    fn places_of_files_are_no_part_of_what_is_stored() {
        let faults = validate_remote(&Node::parse(GOOD.as_bytes()).unwrap());
        assert_eq!(paths(&faults), ["main/datePublished", "main/files/0/url"]);
    }

    #[test]
    fn v01_metadata_are_validated_where_they_are() {
        let text = GOOD.replace("\"main\"", "\"base\"").replace("\"type\":\"dataset\",", "");
        assert_eq!(local(&text), [], "v0.1 needs no type");
        assert_eq!(paths(&local(&text.replace("\"10\"", "\"ten\""))), ["base/price"]);
    }

    #[test]
    fn a_document_needs_its_outer_members() {
        let text = format!(r#"{{"id":"did:op:{}","service":[],"created":"yesterday"}}"#, "0".repeat(64));
        let faults = validate_document(&Ddo::parse(text.as_bytes()).unwrap());
        assert_eq!(paths(&faults), ["@context", "publicKey", "authentication", "proof", "created", "service"]);
    }

    #[test]
    fn faults_are_bounded() {
        let files = vec!["{}"; 1000].join(",");
        let text = GOOD.replace("\"files\":[", &format!("\"files\":[{files},"));
        assert_eq!(local(&text).len(), MAX_FAULTS);
    }

    proptest! {
        #[test]
        fn nothing_makes_validation_panic(text in ".{0,200}", at in 0..GOOD.len(), byte in any::<u8>()) {
            if let Ok(node) = Node::parse(text.as_bytes()) {
                validate_local(&node);
            }
            let mut bytes = GOOD.as_bytes().to_vec();
            bytes[at] = byte;
            if let Ok(node) = Node::parse(&bytes) {
                validate_local(&node);
                validate_remote(&node);
            }
        }
    }
}
