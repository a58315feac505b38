//! Licences in one sentence. SPDX ids where there is one; anything else is shown by its own name.

use api::{Sentence, sentence};

/// A licence people may choose.
#[derive(Debug, Clone, Copy)]
pub struct License {
    /// The SPDX id, or our own for the last two.
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What it allows, told whoever must be named.
    pub sentence: fn(&str) -> Sentence,
    /// Its full text.
    pub url: Option<&'static str>,
}

/// The licences offered, the commonest first.
pub const LICENSES: &[License] = &[
    License {
        id: "CC-BY-4.0",
        name: "CC BY 4.0",
        sentence: |author| {
            sentence!("You may use, share and change it, also commercially, as long as you name {author}.", author)
        },
        url: Some("https://creativecommons.org/licenses/by/4.0/"),
    },
    License {
        id: "CC0-1.0",
        name: "CC0 1.0",
        sentence: |_| sentence!("You may do anything with it; no rights are reserved."),
        url: Some("https://creativecommons.org/publicdomain/zero/1.0/"),
    },
    License {
        id: "CC-BY-SA-4.0",
        name: "CC BY-SA 4.0",
        sentence: |author| {
            sentence!(
                "You may use, share and change it, also commercially, as long as you name {author} and pass it on under the same licence.",
                author
            )
        },
        url: Some("https://creativecommons.org/licenses/by-sa/4.0/"),
    },
    License {
        id: "CC-BY-NC-4.0",
        name: "CC BY-NC 4.0",
        sentence: |author| {
            sentence!("You may use, share and change it, but not commercially, as long as you name {author}.", author)
        },
        url: Some("https://creativecommons.org/licenses/by-nc/4.0/"),
    },
    License {
        id: "ODC-By-1.0",
        name: "ODC-By 1.0",
        sentence: |author| {
            sentence!(
                "You may use, share and change the database, also commercially, as long as you name {author}.",
                author
            )
        },
        url: Some("https://opendatacommons.org/licenses/by/1-0/"),
    },
    License {
        id: "ODbL-1.0",
        name: "ODbL 1.0",
        sentence: |author| {
            sentence!(
                "You may use, share and change the database, as long as you name {author} and keep what you publish of it open.",
                author
            )
        },
        url: Some("https://opendatacommons.org/licenses/odbl/1-0/"),
    },
    License {
        id: "PDDL-1.0",
        name: "PDDL 1.0",
        sentence: |_| sentence!("You may do anything with the database; no rights are reserved."),
        url: Some("https://opendatacommons.org/licenses/pddl/1-0/"),
    },
    License {
        id: "NEUSTON-USE-1.0",
        name: "Use only",
        sentence: |_| sentence!("You may use it for your own work. You may not pass it on."),
        url: None,
    },
    License {
        id: "NEUSTON-INTERNAL-1.0",
        name: "Use within one organisation",
        sentence: |_| sentence!("Everybody in your organisation may use it. You may not pass it on outside."),
        url: None,
    },
];

/// Finds a licence by id or name, in any case.
pub(crate) fn find(text: &str) -> Option<&'static License> {
    LICENSES.iter().find(|l| l.id.eq_ignore_ascii_case(text.trim()) || l.name.eq_ignore_ascii_case(text.trim()))
}

/// What a licence allows, in one sentence, and where its text is.
pub(crate) fn sentence(license: &str, author: &str) -> (Sentence, Option<String>) {
    match find(license) {
        Some(known) => ((known.sentence)(author), known.url.map(str::to_owned)),
        None => (sentence!("The publisher's own terms apply: {license}.", license), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_licence_names_the_author() {
        let (text, url) = sentence("cc-by-4.0", "Saxon River Watch");
        assert!(text.ends_with("name Saxon River Watch."));
        assert!(url.is_some());
        assert!(sentence("My terms", "x").0.contains("My terms"));
    }
}
