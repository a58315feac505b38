//! What a draft must have before anything is done with it. Every fault names its field.

use crate::{errors, inspect::looks_like_html, licenses};
use api::{ApiError, Code, Draft, FileSource, Sentence, sentence};
use protocol::Vodka;
use serde::{Deserialize, Serialize};

/// The token's cap: 1.41 billion OCEAN.
const CAP: u64 = 1_410_000_000;
const MAX_NAME: usize = 200;
const MAX_LICENSE: usize = 120;
const MAX_DESCRIPTION: usize = 100_000;
const MAX_FILES: usize = 100;
const MAX_WORDS: usize = 30;
const MAX_WORD: usize = 60;
/// So much of a word that is too long is shown, for somebody to find it.
const SHOWN: usize = 20;

/// A draft's numbers, read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Checked {
    pub(crate) price: Vodka,
    /// The licence's id where it is a known one.
    pub(crate) license: String,
    /// When the data was made.
    pub(crate) created: Option<String>,
}

fn invalid(field: &str, message: impl Into<Sentence>, next: impl Into<Sentence>) -> ApiError {
    ApiError::new(Code::Invalid, message, next).at(field)
}

/// The price of a listing as typed.
pub(crate) fn price(text: &str) -> Result<Vodka, ApiError> {
    let next = "Write it like 12.50, or 0 for free.";
    let unread = |why: &protocol::AmountError| sentence!("The price cannot be read: {why}.", why = Sentence::from(why));
    let price = Vodka::parse_ocean(text).map_err(|e| invalid("price", unread(&e), next))?;
    if price > Vodka::from_ocean(CAP) {
        let next = "Write at most 1,410,000,000, or 0 for free.";
        return Err(invalid("price", "The price is higher than all the tokens there are.", next));
    }
    Ok(price)
}

/// Tags or categories.
pub(crate) fn words(field: &str, values: Vec<String>) -> Result<Vec<String>, ApiError> {
    let tags = field == "tags";
    if values.len() > MAX_WORDS {
        let many = if tags { "There are more than 30 tags." } else { "There are more than 30 categories." };
        return Err(invalid(field, many, "Keep the 30 that people look for."));
    }
    if let Some(long) = values.iter().find(|word| word.chars().count() > MAX_WORD) {
        let word: String = long.chars().take(SHOWN).collect();
        let long = match tags {
            true => sentence!("The tag “{word}…” is longer than 60 letters.", word),
            false => sentence!("The category “{word}…” is longer than 60 letters.", word),
        };
        return Err(invalid(field, long, "Shorten it, or make several of it."));
    }
    Ok(values)
}

/// What a listing says about itself.
pub(crate) fn description(text: String) -> Result<String, ApiError> {
    if text.chars().count() > MAX_DESCRIPTION {
        return Err(invalid(
            "description",
            "The description is longer than 100,000 letters.",
            "Shorten it, or put the rest into a file.",
        ));
    }
    Ok(text)
}

/// What a listing is called.
pub(crate) fn name(text: &str) -> Result<String, ApiError> {
    let name = text.trim();
    if name.is_empty() {
        return Err(invalid("name", "The listing needs a name.", "Say what it is in a few words."));
    }
    if name.chars().count() > MAX_NAME {
        return Err(invalid("name", "The name is longer than 200 letters.", "Say the rest in the description."));
    }
    Ok(name.to_owned())
}

pub(crate) fn check(draft: &Draft) -> Result<Checked, ApiError> {
    name(&draft.name)?;
    if draft.author.trim().is_empty() {
        return Err(invalid("author", "It must be known who made the data.", "Write a person or an organisation."));
    }
    if draft.author.chars().count() > MAX_NAME {
        let long = "The name of who made the data is longer than 200 letters.";
        return Err(invalid("author", long, "Say the rest in the description."));
    }
    description(draft.description.clone())?;
    if draft.license.trim().is_empty() {
        return Err(invalid("license", "A licence is needed.", "Choose one; each says in a sentence what it allows."));
    }
    if draft.license.chars().count() > MAX_LICENSE {
        let long = "The name of the licence is longer than 120 letters.";
        return Err(invalid("license", long, "Say the rest in the description."));
    }
    if draft.files.is_empty() {
        return Err(invalid("files", "There are no files to list.", "Drop a file, pick one, or give a link."));
    }
    if draft.files.len() > MAX_FILES {
        return Err(invalid("files", "A listing has at most 100 files.", "Pack them into one file."));
    }
    words("tags", draft.tags.clone())?;
    words("categories", draft.categories.clone())?;
    if draft.columns.len() > 500 {
        return Err(invalid("columns", "A listing describes at most 500 columns.", "Describe the important ones."));
    }
    let created = draft.created.trim();
    if !created.is_empty() && protocol::date::parse_date(created).is_none() {
        return Err(invalid("created", "The date cannot be read.", "Write it like 2024-05-31T00:00:00Z."));
    }
    Ok(Checked {
        price: price(&draft.price)?,
        license: licenses::find(&draft.license).map_or_else(|| draft.license.trim().to_owned(), |l| l.id.to_owned()),
        created: (!created.is_empty()).then(|| created.to_owned()),
    })
}

/// Whether the files are there, before anything is begun.
pub(crate) async fn sources(files: &[FileSource]) -> Result<(), ApiError> {
    for (number, source) in files.iter().enumerate() {
        let field = format!("files/{number}");
        match source {
            FileSource::Local { path } => {
                let place = std::path::Path::new(path);
                let found = tokio::fs::metadata(place).await.map_err(|e| errors::disk(place, &e).at(&field))?;
                if !found.is_file() {
                    let what = sentence!("{path} is not a file.", path);
                    return Err(invalid(&field, what, "Pack a folder into one file first."));
                }
                if found.len() == 0 {
                    let what = sentence!("{path} is empty.", path);
                    return Err(invalid(&field, what, "Choose a file with data in it."));
                }
            }
            FileSource::Link { url } => {
                if crate::markdown::safe_url(url).is_none() {
                    let what = sentence!("{url} is no web address.", url);
                    return Err(invalid(&field, what, "It begins with https://."));
                }
            }
        }
    }
    Ok(())
}

/// A web page where data should be: a login page, a share page.
pub(crate) fn is_page(content_type: &str, head: &[u8]) -> bool {
    content_type.starts_with("text/html") || looks_like_html(head)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A draft that can be listed.
    pub(in crate::publish) fn draft() -> Draft {
        Draft {
            name: "Levels".into(),
            author: "Somebody".into(),
            license: "cc0-1.0".into(),
            price: "12.5".into(),
            files: vec![FileSource::Local { path: "/x.csv".into() }],
            ..Draft::default()
        }
    }

    #[test]
    fn a_complete_draft_is_read() {
        let checked = check(&draft()).unwrap();
        assert_eq!(checked.license, "CC0-1.0");
        assert_eq!(checked.price.to_ocean(), "12.5");
    }

    fn column() -> api::ColumnView {
        let (name, meaning, unit) = ("level".to_owned(), String::new(), String::new());
        api::ColumnView { name, meaning, unit, profile: Vec::new(), filled_permille: None }
    }

    /// The field that is at fault after a change, `None` where it is a listing all the same.
    fn fault(change: impl FnOnce(&mut Draft)) -> Option<String> {
        let mut draft = draft();
        change(&mut draft);
        check(&draft).err().map(|error| {
            assert_eq!(error.code, Code::Invalid, "{error}");
            error.field.unwrap()
        })
    }

    #[test]
    fn each_fault_names_its_field() {
        let wrong = |change: fn(&mut Draft)| fault(change).unwrap();
        assert_eq!(wrong(|d| d.name = " ".into()), "name");
        assert_eq!(wrong(|d| d.author = " ".into()), "author");
        assert_eq!(wrong(|d| d.license = " ".into()), "license");
        assert_eq!(wrong(|d| d.price = "-1".into()), "price");
        assert_eq!(wrong(|d| d.price = "9".repeat(78)), "price");
        assert_eq!(wrong(|d| d.price = "1410000000.000000000000000001".into()), "price");
        assert_eq!(wrong(|d| d.files.clear()), "files");
        assert_eq!(wrong(|d| d.description = "x".repeat(10 << 20)), "description");
        assert_eq!(wrong(|d| d.created = "yesterday".into()), "created");
    }

    #[test]
    fn each_length_is_allowed_to_its_limit_and_no_further() {
        let allowed = |field: &str, longest: usize, set: fn(&mut Draft, usize)| {
            assert_eq!(fault(|d| set(d, longest)), None, "{field}");
            for length in [longest + 1, longest * 2] {
                assert_eq!(fault(|d| set(d, length)).as_deref(), Some(field));
            }
        };
        // Letters are counted as a person counts them.
        allowed("name", 200, |d, n| d.name = "ä".repeat(n));
        allowed("author", 200, |d, n| d.author = "ä".repeat(n));
        allowed("license", 120, |d, n| d.license = "ä".repeat(n));
        allowed("description", 100_000, |d, n| d.description = "ä".repeat(n));
        allowed("files", 100, |d, n| d.files = vec![FileSource::Local { path: "/x.csv".into() }; n]);
        allowed("columns", 500, |d, n| d.columns = vec![column(); n]);
        allowed("tags", 30, |d, n| d.tags = vec!["rain".into(); n]);
        allowed("tags", 60, |d, n| d.tags = vec!["rain".into(), "ä".repeat(n)]);
        allowed("categories", 30, |d, n| d.categories = vec!["rain".into(); n]);
        allowed("categories", 60, |d, n| d.categories = vec!["ä".repeat(n)]);
    }

    #[test]
    fn nothing_costs_more_than_all_the_tokens_there_are() {
        let all = Vodka::from_ocean(1_410_000_000);
        assert_eq!(price("1410000000").unwrap(), all);
        assert_eq!(price("0").unwrap(), Vodka::ZERO);
        for dearer in ["1410000000.000000000000000001", "1410000001", "2820000000"] {
            let error = price(dearer).unwrap_err();
            assert_eq!(error.field.as_deref(), Some("price"), "{dearer}");
            assert!(error.next.contains("1,410,000,000"), "the most there is is named: {error:?}");
        }
    }

    #[test]
    fn what_is_too_long_or_too_many_is_named() {
        let said = |field: &str, values: Vec<String>| words(field, values).unwrap_err().message.to_string();
        assert_eq!(said("tags", vec!["rain".into(); 31]), "There are more than 30 tags.");
        assert_eq!(said("categories", vec!["rain".into(); 31]), "There are more than 30 categories.");
        let long = vec!["rain".to_owned(), "abcdefghij".repeat(7)];
        assert_eq!(said("tags", long.clone()), "The tag “abcdefghijabcdefghij…” is longer than 60 letters.");
        assert_eq!(said("categories", long), "The category “abcdefghijabcdefghij…” is longer than 60 letters.");
        let wrong = |change: fn(&mut Draft)| {
            let mut draft = draft();
            change(&mut draft);
            check(&draft).unwrap_err().message.to_string()
        };
        let author = wrong(|d| d.author = "x".repeat(201));
        assert_eq!(author, "The name of who made the data is longer than 200 letters.");
        let license = wrong(|d| d.license = "x".repeat(121));
        assert_eq!(license, "The name of the licence is longer than 120 letters.");
    }

    #[test]
    fn a_name_is_kept_without_the_blanks_around_it() {
        assert_eq!(name(" Levels of water ").unwrap(), "Levels of water");
        assert_eq!(name(&format!(" {} ", "x".repeat(200))).unwrap().len(), 200);
    }

    #[test]
    fn a_date_may_be_left_out_and_a_licence_of_one_s_own_is_taken_as_it_is_written() {
        let checked = |created: &str, license: &str| {
            check(&Draft { created: created.into(), license: license.into(), ..draft() }).unwrap()
        };
        assert_eq!(checked(" ", "cc0-1.0").created, None);
        let dated = checked(" 2024-05-31T00:00:00Z ", " Ours alone ");
        assert_eq!((dated.created.as_deref(), dated.license.as_str()), (Some("2024-05-31T00:00:00Z"), "Ours alone"));
    }

    #[tokio::test]
    async fn a_source_is_a_file_with_data_in_it_or_a_web_address() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        std::fs::write(at("full.csv"), "1").unwrap();
        std::fs::write(at("empty.csv"), "").unwrap();
        let good = FileSource::Local { path: at("full.csv") };
        sources(&[good.clone(), FileSource::Link { url: "https://example.org/x.csv".into() }]).await.unwrap();
        for (bad, code) in [
            (FileSource::Local { path: at("missing.csv") }, None),
            (FileSource::Local { path: at("empty.csv") }, Some("is empty")),
            (FileSource::Local { path: at("") }, Some("is not a file")),
            (FileSource::Link { url: "file:///etc/passwd".into() }, Some("is no web address")),
        ] {
            let error = sources(&[good.clone(), bad]).await.unwrap_err();
            assert_eq!(error.field.as_deref(), Some("files/1"), "{error}");
            assert!(code.is_none_or(|words| error.message.contains(words)), "{error}");
        }
    }

    #[test]
    fn a_page_is_known_by_its_type_or_by_its_first_bytes() {
        assert!(is_page("text/html; charset=utf-8", b"a,b"));
        assert!(is_page("text/csv", b"<!DOCTYPE html>"));
        assert!(!is_page("text/csv", b"a,b"));
    }
}
