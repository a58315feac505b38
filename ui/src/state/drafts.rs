//! A listing being written: what is still missing, and what the fields of the form mean.

use crate::{
    state::amounts,
    texts::{Publishing, Texts, Tongue},
};
use api::{ColumnView, Draft, FilePreview, FileSource};
use protocol::Vodka;

/// The pages of the form, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Page {
    Files,
    Describe,
    Price,
    Review,
}

impl Page {
    /// All of them.
    pub(crate) const ALL: [Self; 4] = [Self::Files, Self::Describe, Self::Price, Self::Review];

    /// Its name.
    pub(crate) const fn name(self, t: &Publishing) -> &'static str {
        match self {
            Self::Files => t.files,
            Self::Describe => t.describe,
            Self::Price => t.price_terms,
            Self::Review => t.review,
        }
    }

    /// The next one.
    pub(crate) const fn next(self) -> Self {
        match self {
            Self::Files => Self::Describe,
            Self::Describe => Self::Price,
            Self::Price | Self::Review => Self::Review,
        }
    }

    /// The one before.
    pub(crate) const fn back(self) -> Self {
        match self {
            Self::Files | Self::Describe => Self::Files,
            Self::Price => Self::Describe,
            Self::Review => Self::Price,
        }
    }
}

/// Something missing: the field (as the backend names it) and the sentence below it.
pub(crate) type Missing = (&'static str, &'static str);

/// What a page still needs before one can go on.
pub(crate) fn missing(draft: &Draft, page: Page, tongue: Tongue, t: &Texts) -> Vec<Missing> {
    let p = &t.publish;
    let mut faults = Vec::new();
    let empty = |text: &str| text.trim().is_empty();
    match page {
        Page::Files if draft.files.is_empty() => faults.push(("files", p.need_files)),
        Page::Describe => {
            if empty(&draft.name) {
                faults.push(("name", p.need_name));
            }
            if empty(&draft.author) {
                faults.push(("author", p.need_author));
            }
        }
        Page::Price => {
            if price(&draft.price, tongue).is_none() {
                faults.push(("price", p.price_wrong));
            }
            if empty(&draft.license) {
                faults.push(("license", p.need_licence));
            }
        }
        _ => {}
    }
    faults
}

/// The page a field is on, for errors the backend finds.
pub(crate) fn page_of(field: &str) -> Page {
    match field.split('/').next().unwrap_or("") {
        "files" => Page::Files,
        "price" | "license" | "deliver_within_seconds" | "access_seconds" => Page::Price,
        _ => Page::Describe,
    }
}

/// The price as typed; nothing typed is free.
pub(crate) fn price(text: &str, tongue: Tongue) -> Option<Vodka> {
    if text.trim().is_empty() { Some(Vodka::ZERO) } else { amounts::typed(text, tongue).ok() }
}

/// A draft as the backend takes it: the price as plain digits.
pub(crate) fn to_send(draft: &Draft, tongue: Tongue) -> Draft {
    let price = price(&draft.price, tongue).map_or_else(|| draft.price.clone(), Vodka::to_ocean);
    Draft { price, ..draft.clone() }
}

/// What a draft says, without its number and the time it was kept.
pub(crate) fn content(draft: &Draft) -> Draft {
    Draft { id: 0, saved: String::new(), ..draft.clone() }
}

/// What somebody typed is a link when it begins like one, else a path.
pub(crate) fn source(typed: &str) -> Option<FileSource> {
    let typed = typed.trim().trim_matches('"');
    if typed.is_empty() {
        None
    } else if typed.starts_with("https://") || typed.starts_with("http://") {
        Some(FileSource::Link { url: typed.to_owned() })
    } else {
        Some(FileSource::Local { path: typed.to_owned() })
    }
}

/// The last part of a path or link.
pub(crate) fn short_name(source: &FileSource) -> String {
    let (FileSource::Local { path: whole } | FileSource::Link { url: whole }) = source;
    let whole = whole.split(['?', '#']).next().unwrap_or(whole).trim_end_matches(['/', '\\']);
    whole.rsplit(['/', '\\']).next().unwrap_or(whole).to_owned()
}

/// Words with commas between them, without doubles.
pub(crate) fn words(typed: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for word in typed.split(',').map(str::trim).filter(|w| !w.is_empty()) {
        if !out.iter().any(|w| w.eq_ignore_ascii_case(word)) {
            out.push(word.to_owned());
        }
    }
    out
}

/// Takes what a look into a file found into the draft: its columns, and a first name. Nothing typed is overwritten.
pub(crate) fn take_in(draft: &mut Draft, preview: &FilePreview) {
    for column in &preview.columns {
        match draft.columns.iter_mut().find(|c| c.name == column.name) {
            Some(known) => {
                let ColumnView { meaning, unit, .. } = std::mem::replace(known, column.clone());
                if !meaning.is_empty() {
                    known.meaning = meaning;
                }
                if !unit.is_empty() {
                    known.unit = unit;
                }
            }
            None => draft.columns.push(column.clone()),
        }
    }
    if draft.name.is_empty() {
        let stem = preview.name.rsplit_once('.').map_or(preview.name.as_str(), |(stem, _)| stem);
        let spoken = stem.replace(['_', '-'], " ");
        let mut letters = spoken.chars();
        draft.name = letters.next().map(|c| c.to_uppercase().chain(letters).collect()).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled() -> Draft {
        Draft {
            name: "Wells".into(),
            author: "Saxon River Watch".into(),
            license: "CC-BY-4.0".into(),
            price: "4".into(),
            files: vec![FileSource::Local { path: "/data/wells.csv".into() }],
            ..Draft::default()
        }
    }

    #[test]
    fn each_page_asks_for_what_it_needs_and_nothing_else() {
        let t = Texts::of(Tongue::English);
        let fields = |draft: &Draft, page| {
            missing(draft, page, Tongue::English, t).into_iter().map(|(f, _)| f).collect::<Vec<_>>()
        };
        let nothing = Draft::default();
        assert_eq!(fields(&nothing, Page::Files), ["files"]);
        assert_eq!(fields(&nothing, Page::Describe), ["name", "author"]);
        assert_eq!(fields(&nothing, Page::Price), ["license"], "no price is free");
        assert_eq!(fields(&Draft { price: "four".into(), ..filled() }, Page::Price), ["price"]);
        for page in Page::ALL {
            assert!(fields(&filled(), page).is_empty(), "{page:?}");
        }
    }

    #[test]
    fn a_german_price_leaves_as_plain_digits() {
        assert_eq!(to_send(&Draft { price: "12,50".into(), ..filled() }, Tongue::German).price, "12.5");
        assert_eq!(to_send(&Draft { price: " ".into(), ..filled() }, Tongue::English).price, "0");
    }

    #[test]
    fn links_and_paths_are_told_apart_and_named() {
        let link = source(" https://example.org/a/wells.csv?key=1 ").unwrap();
        assert_eq!(link, FileSource::Link { url: "https://example.org/a/wells.csv?key=1".into() });
        assert_eq!(short_name(&link), "wells.csv");
        assert_eq!(short_name(&source(r#""C:\data\rain.csv""#).unwrap()), "rain.csv");
        assert_eq!(source("  "), None);
    }

    #[test]
    fn a_look_into_a_file_fills_only_what_is_empty() {
        let column = |name: &str, meaning: &str| ColumnView {
            name: name.into(),
            meaning: meaning.into(),
            unit: String::new(),
            profile: vec![1, 2],
            filled_permille: Some(1000),
        };
        let preview = FilePreview {
            source: FileSource::Local { path: "/x/wells_saxony-2024.csv".into() },
            name: "wells_saxony-2024.csv".into(),
            content_type: "text/csv".into(),
            format: "CSV".into(),
            bytes: Some(1),
            sha256: None,
            rows: Some(2),
            columns: vec![column("depth", ""), column("temp", "Number")],
            warning: None,
        };
        let mut draft = Draft { columns: vec![column("depth", "Depth of the well")], ..Draft::default() };
        take_in(&mut draft, &preview);
        assert_eq!(draft.name, "Wells saxony 2024");
        assert_eq!(
            draft.columns.iter().map(|c| c.meaning.as_str()).collect::<Vec<_>>(),
            ["Depth of the well", "Number"]
        );
        draft.name = "Mine".into();
        take_in(&mut draft, &preview);
        assert_eq!((draft.name.as_str(), draft.columns.len()), ("Mine", 2));
    }

    #[test]
    fn an_error_of_the_backend_leads_to_its_page() {
        assert_eq!(page_of("files/0/path"), Page::Files);
        assert_eq!(page_of("price"), Page::Price);
        assert_eq!(page_of("name"), Page::Describe);
    }

    #[test]
    fn words_are_split_and_doubles_go() {
        assert_eq!(words(" river, Water ,, water,level "), ["river", "Water", "level"]);
    }
}
