//! What a draft must have before anything is done with it. Every fault names its field.

use crate::{errors, inspect::looks_like_html, licenses};
use api::{ApiError, Code, Draft, FileSource, Sentence, sentence};
use protocol::Vodka;
use serde::{Deserialize, Serialize};

/// The token's cap: 1.41 billion OCEAN.
const CAP: u64 = 1_410_000_000;
const MAX_NAME: usize = 200;
const MAX_DESCRIPTION: usize = 100_000;
const MAX_FILES: usize = 100;
const MAX_WORDS: usize = 30;

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
        return Err(invalid("price", "The price is higher than all the tokens there are.", next));
    }
    Ok(price)
}

fn words(field: &str, values: &[String]) -> Result<(), ApiError> {
    if values.len() > MAX_WORDS || values.iter().any(|v| v.chars().count() > 60) {
        return Err(invalid(field, "There are too many, or too long ones.", "Keep up to 30, each up to 60 letters."));
    }
    Ok(())
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
    if draft.author.trim().is_empty() || draft.author.chars().count() > MAX_NAME {
        return Err(invalid("author", "It must be known who made the data.", "Write a person or an organisation."));
    }
    if draft.description.len() > MAX_DESCRIPTION {
        return Err(invalid(
            "description",
            "The description is longer than 100,000 letters.",
            "Shorten it, or put the rest into a file.",
        ));
    }
    if draft.license.trim().is_empty() || draft.license.chars().count() > 120 {
        return Err(invalid("license", "A licence is needed.", "Choose one; each says in a sentence what it allows."));
    }
    if draft.files.is_empty() {
        return Err(invalid("files", "There are no files to list.", "Drop a file, pick one, or give a link."));
    }
    if draft.files.len() > MAX_FILES {
        return Err(invalid("files", "A listing has at most 100 files.", "Pack them into one file."));
    }
    words("tags", &draft.tags)?;
    words("categories", &draft.categories)?;
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
mod tests {
    use super::*;

    fn draft() -> Draft {
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

    #[test]
    fn each_fault_names_its_field() {
        let wrong = |change: fn(&mut Draft)| {
            let mut d = draft();
            change(&mut d);
            check(&d).unwrap_err().field.unwrap()
        };
        assert_eq!(wrong(|d| d.name = " ".into()), "name");
        assert_eq!(wrong(|d| d.author.clear()), "author");
        assert_eq!(wrong(|d| d.license.clear()), "license");
        assert_eq!(wrong(|d| d.price = "-1".into()), "price");
        assert_eq!(wrong(|d| d.price = "9".repeat(78)), "price");
        assert_eq!(wrong(|d| d.price = "1410000000.000000000000000001".into()), "price");
        assert_eq!(wrong(|d| d.files.clear()), "files");
        assert_eq!(wrong(|d| d.description = "x".repeat(10 << 20)), "description");
        assert_eq!(wrong(|d| d.created = "yesterday".into()), "created");
    }
}
