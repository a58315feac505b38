//! What a metadata file says: in the words of the command line, or as a document of OEP-8. Every fault is told with its
//! place.

use api::{ApiError, Code, ColumnView, Sentence};
use protocol::{
    Vodka,
    json::{MAX_BYTES, Node},
    metadata::{Fault, FileInfo, validate_local},
    validation::MAX_FAULTS,
};
use std::{fs::File, io::Read as _, path::Path};

/// What a metadata file says.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Metadata {
    pub(super) name: String,
    pub(super) author: String,
    pub(super) license: String,
    pub(super) price: String,
    pub(super) description: String,
    pub(super) categories: Vec<String>,
    pub(super) tags: Vec<String>,
    pub(super) columns: Vec<ColumnView>,
    pub(super) created: String,
    pub(super) files: Vec<String>,
    /// Members of a document for which a listing made here has no place.
    pub(super) left_out: Vec<String>,
}

/// What a listing made here has of `main`, and what its catalogue sets.
const MAIN: [&str; 8] = ["type", "name", "author", "license", "price", "dateCreated", "datePublished", "files"];
/// What it has of `additionalInformation`.
const MORE: [&str; 4] = ["description", "categories", "tags", "columns"];

/// Reads a file. What was typed beside it, by the names of a document's `main`, the file need not say.
pub(super) fn read(path: &Path, typed: &[&str]) -> Result<Metadata, ApiError> {
    let wrong = |why: String| {
        let what = Sentence::verbatim(format!("The file {} cannot be used: {why}.", path.display()));
        ApiError::new(Code::Invalid, what, "Check the file; `neuston publish --help` names what it may say.")
            .at("metadata")
    };
    let most = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes)).map_err(|e| wrong(e.to_string()))?;
    let document = Node::parse(&bytes).map_err(|e| wrong(e.to_string()))?;
    understood(&document, typed).map_err(|faults| wrong(told(&faults)))
}

fn told(faults: &[Fault]) -> String {
    let one = |fault: &Fault| match fault.path.is_empty() {
        true => fault.message.clone(),
        false => format!("{}: {}", fault.path, fault.message),
    };
    faults.iter().map(one).collect::<Vec<_>>().join("; ")
}

fn understood(document: &Node, typed: &[&str]) -> Result<Metadata, Vec<Fault>> {
    match document.get("attributes") {
        Some(attributes) => oep8(attributes, typed).map_err(|faults| {
            let below = |fault: Fault| Fault { path: format!("attributes/{}", fault.path), ..fault };
            faults.into_iter().map(below).collect()
        }),
        None if document.get("main").is_some() || document.get("base").is_some() => oep8(document, typed),
        None => ours(document),
    }
}

/// A document of OEP-8, with its `main`, or with the `base` of v0.1, which holds all of it.
fn oep8(attributes: &Node, typed: &[&str]) -> Result<Metadata, Vec<Fault>> {
    let mut faults = validate_local(attributes);
    let (at, main) = match (attributes.get("main"), attributes.get("base")) {
        (None, Some(base)) => ("base", base.clone()),
        (main, _) => ("main", main.cloned().unwrap_or_default()),
    };
    let mut more = attributes.get("additionalInformation").cloned().unwrap_or(Node::Object(Vec::new()));
    let mut known = MAIN.to_vec();
    if at == "base" {
        known.extend(MORE);
        for key in MORE {
            if let (None, Some(value)) = (more.get(key), main.get(key)) {
                more.set(key, value.clone());
            }
        }
    }
    let text = |key: &str| main.text_of(key).unwrap_or_default().to_owned();
    if let Some(kind) = main.text_of("type").filter(|kind| !kind.is_empty() && !kind.eq_ignore_ascii_case("dataset")) {
        let message = format!("is “{}”, and what is listed from here is a dataset", kind.escape_debug());
        faults.push(Fault { path: format!("{at}/type"), message });
    }
    let listed = main.get("files").map(Node::elements).unwrap_or_default();
    let mut files: Vec<FileInfo> = (0..).zip(listed).map(|(place, file)| FileInfo::from_node(file, place)).collect();
    for (place, file) in files.iter().enumerate() {
        let scheme = file.url.as_deref().and_then(|url| url.split_once("://")).map(|(scheme, _)| scheme.to_lowercase());
        if matches!(scheme.as_deref(), Some("ipfs" | "s3")) {
            let message = "is served by no gateway here: it takes links with http:// or https://";
            faults.push(Fault { path: format!("{at}/files/{place}/url"), message: message.to_owned() });
        }
    }
    // What was typed stands in for what the document says, or does not say.
    faults.retain(|fault| fault.path.split('/').nth(1).is_none_or(|key| !typed.contains(&key)));
    faults.truncate(MAX_FAULTS);
    if !faults.is_empty() {
        return Err(faults);
    }
    files.sort_by_key(|file| file.index);
    let unknown = |at: &str, node: &Node, known: &[&str]| -> Vec<String> {
        let other = node.members().iter().map(|(key, _)| key).filter(|key| !known.contains(&key.as_str()));
        other.map(|key| format!("{at}/{}", key.escape_debug())).collect()
    };
    let mut left_out = unknown(at, &main, &known);
    if let Some(additional) = attributes.get("additionalInformation") {
        left_out.extend(unknown("additionalInformation", additional, &MORE));
    }
    let price = main.text_of("price").and_then(|text| text.parse::<Vodka>().ok());
    Ok(Metadata {
        name: text("name"),
        author: text("author"),
        license: text("license"),
        price: price.map(Vodka::to_ocean).unwrap_or_default(),
        description: more.text_of("description").unwrap_or_default().to_owned(),
        categories: more.texts_of("categories"),
        tags: more.texts_of("tags"),
        columns: more.get("columns").map(Node::elements).unwrap_or_default().iter().filter_map(described).collect(),
        created: text("dateCreated"),
        files: files.into_iter().filter_map(|file| file.url).collect(),
        left_out,
    })
}

/// A column as listings made here describe it; OEP-8 knows none.
fn described(column: &Node) -> Option<ColumnView> {
    let text = |key: &str| column.text_of(key).unwrap_or_default().to_owned();
    column.text_of("name").map(|name| made(name.to_owned(), text("meaning"), text("unit")))
}

fn made(name: String, meaning: String, unit: String) -> ColumnView {
    ColumnView { name, meaning, unit, profile: Vec::new(), filled_permille: None }
}

/// A file in the words of the command line.
fn ours(document: &Node) -> Result<Metadata, Vec<Fault>> {
    let mut faults = Faults::default();
    let mut said = Metadata::default();
    if !document.is_object() {
        faults.add("", "it is no object with name, author and so on");
    }
    for (key, value) in document.members() {
        match key.as_str() {
            "name" => said.name = faults.text(key, value),
            "author" => said.author = faults.text(key, value),
            "license" => said.license = faults.text(key, value),
            "price" => said.price = faults.text(key, value),
            "description" => said.description = faults.text(key, value),
            "categories" => said.categories = faults.texts(key, value),
            "tags" => said.tags = faults.texts(key, value),
            "columns" => said.columns = faults.columns(key, value),
            "created" => said.created = faults.text(key, value),
            "files" => said.files = faults.texts(key, value),
            other => faults.unknown("", other),
        }
    }
    if faults.0.is_empty() { Ok(said) } else { Err(faults.0) }
}

/// What is wrong with a file, while it is read.
#[derive(Default)]
struct Faults(Vec<Fault>);

impl Faults {
    fn add(&mut self, path: &str, message: &str) {
        if self.0.len() < MAX_FAULTS {
            self.0.push(Fault { path: path.to_owned(), message: message.to_owned() });
        }
    }

    fn unknown(&mut self, below: &str, key: &str) {
        self.add(&format!("{below}{}", key.escape_debug()), "is nothing that is known here");
    }

    fn text(&mut self, path: &str, value: &Node) -> String {
        match value.as_text() {
            Some(text) => text.to_owned(),
            None => {
                self.add(path, "is no text in quotation marks");
                String::new()
            }
        }
    }

    fn elements<'a>(&mut self, path: &str, value: &'a Node) -> &'a [Node] {
        if !value.is_list() {
            self.add(path, "is no list");
        }
        value.elements()
    }

    fn texts(&mut self, path: &str, value: &Node) -> Vec<String> {
        let elements = self.elements(path, value).iter().enumerate();
        elements.map(|(place, element)| self.text(&format!("{path}/{place}"), element)).collect()
    }

    fn columns(&mut self, path: &str, value: &Node) -> Vec<ColumnView> {
        let elements = self.elements(path, value).iter().enumerate();
        elements.map(|(place, element)| self.column(&format!("{path}/{place}"), element)).collect()
    }

    fn column(&mut self, path: &str, value: &Node) -> ColumnView {
        if !value.is_object() {
            self.add(path, "is no object with name, meaning and unit");
        }
        let mut column = made(String::new(), String::new(), String::new());
        for (key, value) in value.members() {
            let at = format!("{path}/{key}");
            match key.as_str() {
                "name" => column.name = self.text(&at, value),
                "meaning" => column.meaning = self.text(&at, value),
                "unit" => column.unit = self.text(&at, value),
                other => self.unknown(&format!("{path}/"), other),
            }
        }
        column
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OEP8: &str = r#"{"main":{"type":"dataset","name":"Rain","author":"A lab","license":"CC0-1.0",
        "price":"12500000000000000000","dateCreated":"2019-02-08T08:13:49Z","files":[
        {"index":1,"contentType":"text/csv","url":"https://example.com/2.csv"},
        {"index":0,"contentType":"text/csv","url":"https://example.com/1.csv"}]},
        "curation":{"rating":0,"numVotes":0},
        "additionalInformation":{"description":"Rain.","tags":["rain"],"categories":["Weather"],"inLanguage":"en"}}"#;

    fn said(text: &str, typed: &[&str]) -> Result<Metadata, String> {
        understood(&Node::parse(text.as_bytes()).unwrap(), typed).map_err(|faults| told(&faults))
    }

    #[test]
    fn a_document_of_oep_8_is_a_listing() {
        let read = said(OEP8, &[]).unwrap();
        assert_eq!((read.name.as_str(), read.author.as_str(), read.license.as_str()), ("Rain", "A lab", "CC0-1.0"));
        assert_eq!((read.price.as_str(), read.created.as_str()), ("12.5", "2019-02-08T08:13:49Z"));
        assert_eq!(
            read.files,
            ["https://example.com/1.csv", "https://example.com/2.csv"],
            "in the order of their numbers"
        );
        assert_eq!((read.description.as_str(), read.tags.as_slice()), ("Rain.", &["rain".to_owned()][..]));
        assert_eq!(read.categories, ["Weather"]);
        assert_eq!(read.left_out, ["additionalInformation/inLanguage"], "what is not published is said");
        let service = format!(r#"{{"attributes":{OEP8}}}"#);
        assert_eq!(said(&service, &[]).unwrap(), read);
        let v01 = r#"{"base":{"name":"Rain","author":"A lab","license":"CC0-1.0","price":"1","description":"Rain.",
            "dateCreated":"2019-02-08T08:13:49Z","tags":["rain"],"copyrightHolder":"A lab",
            "files":[{"contentType":"text/csv","url":"https://example.com/1.csv"}]}}"#;
        let read = said(v01, &[]).unwrap();
        assert_eq!((read.price.as_str(), read.description.as_str()), ("0.000000000000000001", "Rain."));
        assert_eq!((read.tags, read.left_out), (vec!["rain".to_owned()], vec!["base/copyrightHolder".to_owned()]));
    }

    #[test]
    fn every_fault_of_a_document_is_told_with_its_place() {
        let broken = OEP8
            .replace("\"name\":\"Rain\",", "")
            .replace("12500000000000000000", "12.5")
            .replace("\"dataset\"", "\"algorithm\"")
            .replace("https://example.com/2.csv", "ipfs://2");
        let told = said(&broken, &[]).unwrap_err();
        for path in ["main/name: is missing", "main/price: ", "main/type: ", "main/files/0/url: ", "main/algorithm: "] {
            assert!(told.contains(path), "{path}: {told}");
        }
        let told = said(&format!(r#"{{"attributes":{broken}}}"#), &[]).unwrap_err();
        assert!(told.contains("attributes/main/name: is missing"), "{told}");
        assert!(said("{\"main\":7}", &[]).unwrap_err().contains("main: is no object"));
    }

    #[test]
    fn what_was_typed_need_not_be_in_the_document() {
        let bare = r#"{"main":{"type":"dataset","author":"A lab","license":"CC0-1.0",
            "dateCreated":"2019-02-08T08:13:49Z"}}"#;
        let told = said(bare, &["files"]).unwrap_err();
        assert!(told.contains("main/name") && told.contains("main/price") && !told.contains("main/files"), "{told}");
        assert_eq!(said(bare, &["files", "name", "price"]).unwrap().author, "A lab");
    }

    #[test]
    fn every_fault_of_a_file_of_ours_is_told_with_its_place() {
        let text = r#"{"name":"Rain","price":5,"tags":["rain",7],"autor":"A lab","files":"a.csv",
            "columns":[{"name":"day","meanin":"the day"},"level"]}"#;
        let told = said(text, &[]).unwrap_err();
        for path in ["price: ", "tags/1: ", "autor: ", "files: is no list", "columns/0/meanin: ", "columns/1: "] {
            assert!(told.contains(path), "{path}: {told}");
        }
        assert!(said("[]", &[]).is_err());
        let read = said(&text.replace("meanin\"", "meaning\"").replace(",\"level\"", ""), &[]).unwrap_err();
        assert!(!read.contains("columns"), "{read}");
        let read = said(r#"{"name":"Rain","columns":[{"name":"day","meaning":"the day","unit":"d"}]}"#, &[]).unwrap();
        assert_eq!(read.columns, [made("day".to_owned(), "the day".to_owned(), "d".to_owned())]);
    }
}
