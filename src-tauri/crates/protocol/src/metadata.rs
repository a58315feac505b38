//! What a listing says about itself (OEP-8 v0.3 and v0.4; PROTOCOL 1.6), read from the internal form v0.2.
//!
//! Every text here was written by a stranger. Absent texts are empty, absent lists are empty.

use crate::{Vodka, json::Node};

pub use crate::validation::{Fault, validate_local, validate_remote};

/// One file of a listing, without the place where it is: that is encrypted.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct FileInfo {
    /// Its number within the listing, from 0.
    pub index: u64,
    /// MIME type.
    pub content_type: String,
    /// Bytes.
    pub content_length: Option<u64>,
    /// Its hash as text, of whatever type.
    pub checksum: Option<String>,
    /// The hash's type, for instance `SHA256` or `MD5`.
    pub checksum_type: Option<String>,
    /// What the publisher called it. Not to be used as a path.
    pub name: Option<String>,
    /// For instance `UTF-8`.
    pub encoding: Option<String>,
    /// For instance `zip`.
    pub compression: Option<String>,
    /// Where it is: only in local metadata, an error in published ones.
    pub url: Option<String>,
}

impl FileInfo {
    /// Reads a file's object; `place` is its number where the object has none.
    pub fn from_node(node: &Node, place: u64) -> Self {
        let text = |key| node.text_of(key).map(str::to_owned);
        Self {
            index: node.get("index").and_then(Node::as_u64).unwrap_or(place),
            content_type: text("contentType").unwrap_or_default(),
            content_length: node.get("contentLength").and_then(Node::as_u64),
            checksum: text("checksum").filter(|checksum| !checksum.is_empty()),
            checksum_type: text("checksumType"),
            name: text("name"),
            encoding: text("encoding"),
            compression: text("compression"),
            url: text("url"),
        }
    }

    /// Writes the file's object. The hash comes with its type; the place of the file is left out.
    pub fn to_node(&self) -> Node {
        let mut node =
            Node::object([("index", Node::number(self.index)), ("contentType", Node::text(&self.content_type))]);
        let length = self.content_length.map(|bytes| bytes.to_string());
        for (key, value) in [
            ("checksum", &self.checksum),
            ("checksumType", &self.checksum_type),
            ("contentLength", &length),
            ("name", &self.name),
            ("encoding", &self.encoding),
            ("compression", &self.compression),
        ] {
            if let Some(value) = value {
                node.set(key, Node::text(value));
            }
        }
        node
    }

    /// The SHA-256 of the file, where the listing states one: what a download is verified against.
    pub fn sha256(&self) -> Option<[u8; 32]> {
        let kind: String = self.checksum_type.as_deref().unwrap_or("sha256").chars().filter(|c| *c != '-').collect();
        if !kind.eq_ignore_ascii_case("sha256") {
            return None;
        }
        let text = self.checksum.as_deref()?;
        let mut hash = [0; 32];
        hex::decode_to_slice(text.strip_prefix("0x").unwrap_or(text), &mut hash).ok()?;
        Some(hash)
    }
}

/// A link of a listing: a sample, a format, documentation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Link {
    /// What it is called.
    pub name: String,
    /// For instance `sample` or `format`.
    pub kind: String,
    /// Where it leads. Hostile until checked.
    pub url: String,
}

impl Link {
    /// Writes the link's object.
    pub fn to_node(&self) -> Node {
        Node::object([
            ("name", Node::text(&self.name)),
            ("type", Node::text(&self.kind)),
            ("url", Node::text(&self.url)),
        ])
    }
}

/// A listing's metadata.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Metadata {
    /// The title.
    pub name: String,
    /// `dataset`, `algorithm` and so on.
    pub kind: String,
    /// Who made the data.
    pub author: String,
    /// Under which terms it may be used.
    pub license: String,
    /// What it costs; `None` where the listing states no whole number.
    pub price: Option<Vodka>,
    /// When the data were made.
    pub date_created: String,
    /// When it was published, as the catalogue says.
    pub date_published: Option<String>,
    /// The files in the listing's order.
    pub files: Vec<FileInfo>,
    /// Markdown.
    pub description: String,
    /// Who holds the rights.
    pub copyright_holder: Option<String>,
    /// An example of the data.
    pub work_example: Option<String>,
    /// BCP 47.
    pub in_language: Option<String>,
    /// Free words.
    pub tags: Vec<String>,
    /// Words of a fixed list.
    pub categories: Vec<String>,
    /// Links.
    pub links: Vec<Link>,
    /// How often the data change.
    pub update_frequency: Option<String>,
    /// All of the additional information as it was written, known parts included.
    pub additional: Node,
    /// The list of files with their places, encrypted: `0x` and hex.
    pub encrypted_files: Option<String>,
    /// From 0 to 1 by OEP-8; set by the catalogue.
    pub rating: f64,
    /// Votes behind the rating.
    pub votes: u64,
    /// Whether the catalogue shows it in searches; a listing that says nothing is shown.
    pub is_listed: bool,
}

impl Metadata {
    /// Reads the `attributes` of a metadata service in the form v0.2.
    pub fn from_attributes(attributes: &Node) -> Self {
        let empty = Node::Object(Vec::new());
        let main = attributes.get("main").unwrap_or(&empty);
        let additional = attributes.get("additionalInformation").unwrap_or(&empty);
        let curation = attributes.get("curation").unwrap_or(&empty);
        let text = |node: &Node, key| node.text_of(key).map(str::to_owned);
        let files = main.get("files").map(Node::elements).unwrap_or_default();
        let links = additional.get("links").map(Node::elements).unwrap_or_default();
        Self {
            name: text(main, "name").unwrap_or_default(),
            kind: text(main, "type").unwrap_or_default(),
            author: text(main, "author").unwrap_or_default(),
            license: text(main, "license").unwrap_or_default(),
            price: main.get("price").and_then(price_of),
            date_created: text(main, "dateCreated").unwrap_or_default(),
            date_published: text(main, "datePublished"),
            files: (0..).zip(files).map(|(place, file)| FileInfo::from_node(file, place)).collect(),
            description: text(additional, "description").unwrap_or_default(),
            copyright_holder: text(additional, "copyrightHolder"),
            work_example: text(additional, "workExample"),
            in_language: text(additional, "inLanguage"),
            tags: additional.texts_of("tags"),
            categories: additional.texts_of("categories"),
            links: links
                .iter()
                .map(|link| Link {
                    name: text(link, "name").unwrap_or_default(),
                    kind: text(link, "type").unwrap_or_default(),
                    url: text(link, "url").unwrap_or_default(),
                })
                .collect(),
            update_frequency: text(additional, "updateFrequency").or_else(|| text(additional, "updateFrecuency")),
            additional: additional.clone(),
            encrypted_files: text(attributes, "encryptedFiles"),
            rating: curation.get("rating").and_then(Node::as_f64).unwrap_or_default(),
            votes: curation.get("numVotes").and_then(Node::as_u64).unwrap_or_default(),
            is_listed: curation.get("isListed").and_then(Node::as_bool).unwrap_or(true),
        }
    }

    /// The encrypted list of files as bytes; `None` where it is absent or no hex.
    pub fn encrypted_files_bytes(&self) -> Option<Vec<u8>> {
        let text = self.encrypted_files.as_deref()?;
        hex::decode(text.strip_prefix("0x").unwrap_or(text)).ok().filter(|bytes| !bytes.is_empty())
    }

    /// The file of this number.
    pub fn file(&self, index: u64) -> Option<&FileInfo> {
        self.files.iter().find(|file| file.index == index)
    }
}

/// A price is a whole number of vodka, written as a text; as a number it is accepted too.
pub(crate) fn price_of(node: &Node) -> Option<Vodka> {
    match node {
        Node::Text(text) | Node::Number(text) => text.parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sha256_is_recognised_and_nothing_else() {
        let digits = "ab".repeat(32);
        let file = |kind: Option<&str>, sum: &str| FileInfo {
            checksum: Some(sum.to_owned()),
            checksum_type: kind.map(str::to_owned),
            ..FileInfo::default()
        };
        for kind in [None, Some("SHA-256"), Some("sha256")] {
            assert_eq!(file(kind, &digits).sha256(), Some([0xab; 32]));
        }
        assert_eq!(file(Some("SHA256"), &format!("0x{digits}")).sha256(), Some([0xab; 32]));
        assert_eq!(file(Some("MD5"), &digits).sha256(), None);
        assert_eq!(file(None, "efb2c764274b745f5fc37f97c6b0e764").sha256(), None, "an MD5 without a type");
    }

    #[test]
    fn a_file_reads_back_without_its_place() {
        let file = FileInfo {
            index: 3,
            content_type: "text/csv".to_owned(),
            content_length: Some(12),
            checksum: Some("ab".repeat(32)),
            checksum_type: Some("SHA256".to_owned()),
            name: Some("rain.csv".to_owned()),
            encoding: Some("UTF-8".to_owned()),
            compression: Some("zip".to_owned()),
            url: Some("https://example.com".to_owned()),
        };
        let read = FileInfo::from_node(&file.to_node(), 0);
        assert_eq!(read, FileInfo { url: None, ..file });
    }
}
