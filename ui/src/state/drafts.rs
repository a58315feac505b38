//! A listing being written: what is still missing, and what the fields of the form mean.

use crate::{
    state::amounts::{self, NoAmount},
    texts::{Publishing, Texts, Tongue},
};
use api::{Draft, FileSource};
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
pub(crate) type Missing = (&'static str, String);

/// What a page still needs before one can go on.
pub(crate) fn missing(draft: &Draft, page: Page, tongue: Tongue, t: &Texts) -> Vec<Missing> {
    let p = &t.publish;
    let mut faults = Vec::new();
    let empty = |text: &str| text.trim().is_empty();
    match page {
        Page::Files if draft.files.is_empty() => faults.push(("files", p.need_files.to_owned())),
        Page::Describe => {
            if empty(&draft.name) {
                faults.push(("name", p.need_name.to_owned()));
            }
            if empty(&draft.author) {
                faults.push(("author", p.need_author.to_owned()));
            }
        }
        Page::Price => {
            if let Err(why) = price(&draft.price, tongue) {
                faults.push(("price", why.said(p.price_wrong, t)));
            }
            if empty(&draft.license) {
                faults.push(("license", p.need_licence.to_owned()));
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

/// Whether a field, as the backend names it, is another one now.
pub(crate) fn differs(field: &str, before: &Draft, now: &Draft) -> bool {
    match field.split('/').next().unwrap_or("") {
        "name" => before.name != now.name,
        "author" => before.author != now.author,
        "description" => before.description != now.description,
        "license" => before.license != now.license,
        "price" => before.price != now.price,
        "files" => before.files != now.files,
        "columns" => before.columns != now.columns,
        "categories" => before.categories != now.categories,
        "tags" => before.tags != now.tags,
        "deliver_within_seconds" => before.deliver_within_seconds != now.deliver_within_seconds,
        "access_seconds" => before.access_seconds != now.access_seconds,
        _ => false,
    }
}

/// The price as typed; nothing typed is free.
pub(crate) fn price(text: &str, tongue: Tongue) -> Result<Vodka, NoAmount> {
    if text.trim().is_empty() { Ok(Vodka::ZERO) } else { amounts::typed(text, tongue) }
}

/// A draft as the backend keeps and takes it: the price with a point before the decimals, whatever the language.
pub(crate) fn to_send(draft: &Draft, tongue: Tongue) -> Draft {
    let price = price(&draft.price, tongue).map_or_else(|_| unread(&draft.price), Vodka::to_ocean);
    Draft { price, ..draft.clone() }
}

/// A text that is no price here, as it is kept. Where the backend, or a window in another language, would read a price in it,
/// it gets a sign that nobody reads: `1.250` of a German must not become 1.25.
fn unread(text: &str) -> String {
    let text = text.trim();
    let elsewhere = [Tongue::English, Tongue::German].into_iter().any(|tongue| amounts::typed(text, tongue).is_ok());
    if elsewhere || Vodka::parse_ocean(text).is_ok() { format!("{text}?") } else { text.to_owned() }
}

/// A draft that was kept, as the form has it: the price as this language writes it, each file once.
pub(crate) fn taken_up(draft: Draft, tongue: Tongue) -> Draft {
    let price = match Vodka::parse_ocean(&draft.price) {
        Ok(price) if price.is_zero() => String::new(),
        Ok(price) => amounts::to_type(price, tongue),
        Err(_) => draft.price.clone(),
    };
    let mut files: Vec<FileSource> = Vec::new();
    for file in &draft.files {
        if !files.contains(file) {
            files.push(file.clone());
        }
    }
    Draft { price, files, ..draft }
}

/// What a draft says, without its number and the time it was kept.
pub(crate) fn content(draft: &Draft) -> Draft {
    Draft { id: 0, saved: String::new(), ..draft.clone() }
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
    fn what_is_wrong_with_a_price_is_said() {
        let t = Texts::of(Tongue::English);
        let said = |price: &str| {
            let missing = missing(&Draft { price: price.into(), ..filled() }, Page::Price, Tongue::English, t);
            missing.into_iter().map(|(_, said)| said).collect::<Vec<_>>()
        };
        assert_eq!(said("four"), [t.publish.price_wrong]);
        assert_eq!(said("-4"), [t.publish.amount_negative]);
        assert_eq!(said("0.0000000000000000001"), [t.publish.amount_places]);
        assert!(said("1,250")[0].contains("1250 or 1.25"));
    }

    #[test]
    fn a_price_leaves_as_plain_digits_and_comes_back_as_its_language_writes_it() {
        use Tongue::{English, German};
        let sent = |price: &str, tongue| to_send(&Draft { price: price.into(), ..filled() }, tongue).price;
        assert_eq!([sent("12,50", German), sent("1.250,00", German)], ["12.5", "1250"]);
        assert_eq!([sent(" ", English), sent("1,250.00", English)], ["0", "1250"]);
        let taken = |price: &str, tongue| taken_up(Draft { price: price.into(), ..filled() }, tongue).price;
        assert_eq!([taken("1250", German), taken("1.25", German)], ["1250,00", "1,25"]);
        assert_eq!([taken("1250", English), taken("1.25", English)], ["1250.00", "1.25"]);
        assert_eq!([taken("0", German), taken("", German)], ["", ""], "what is free has no price");
        for kept in ["12.5", "1250", "0.000000000000000001", "0"] {
            for tongue in [English, German] {
                assert_eq!(sent(&taken(kept, tongue), tongue), kept);
            }
        }
    }

    #[test]
    fn what_is_no_price_in_one_language_becomes_none_in_another() {
        use Tongue::{English, German};
        for (typed, tongue, kept) in
            [("1.250", German, "1.250?"), ("1,250", English, "1,250?"), ("four", English, "four"), ("-1", German, "-1")]
        {
            let sent = to_send(&Draft { price: typed.into(), ..filled() }, tongue);
            assert_eq!(sent.price, kept);
            assert!(Vodka::parse_ocean(&sent.price).is_err(), "the backend reads none");
            for other in [English, German] {
                let again = taken_up(sent.clone(), other);
                assert!(price(&again.price, other).is_err(), "{typed} is read in {other:?}");
                assert_eq!(to_send(&again, other).price, kept, "and nothing is added again");
            }
        }
    }

    #[test]
    fn a_draft_is_taken_up_with_each_of_its_files_once() {
        let file = |path: &str| FileSource::Local { path: path.into() };
        let kept = Draft { files: vec![file("/a"), file("/b"), file("/a")], ..filled() };
        assert_eq!(taken_up(kept, Tongue::English).files, [file("/a"), file("/b")]);
    }

    #[test]
    fn an_error_is_over_when_its_own_field_is_another_one() {
        let before = filled();
        let dearer = Draft { price: "5".into(), ..filled() };
        assert!(differs("price", &before, &dearer) && !differs("name", &before, &dearer));
        let without = Draft { files: Vec::new(), ..filled() };
        assert!(differs("files/3", &before, &without) && !differs("price", &before, &without));
        for field in ["name", "author", "license", "price", "files/0", "description", "tags", "columns"] {
            assert!(!differs(field, &before, &filled()), "{field}");
            if !["description", "tags", "columns"].contains(&field) {
                assert!(differs(field, &before, &Draft::default()), "{field}");
            }
        }
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
