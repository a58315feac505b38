//! Licences in one sentence. SPDX ids where there is one; anything else is shown by its own name.

/// A licence people may choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct License {
    /// The SPDX id, or our own for the last two.
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What it allows; `{author}` stands for whoever must be named.
    pub sentence: &'static str,
    /// Its full text.
    pub url: Option<&'static str>,
}

/// The licences offered, the commonest first.
pub const LICENSES: &[License] = &[
    License {
        id: "CC-BY-4.0",
        name: "CC BY 4.0",
        sentence: "You may use, share and change it, also commercially, as long as you name {author}.",
        url: Some("https://creativecommons.org/licenses/by/4.0/"),
    },
    License {
        id: "CC0-1.0",
        name: "CC0 1.0",
        sentence: "You may do anything with it; no rights are reserved.",
        url: Some("https://creativecommons.org/publicdomain/zero/1.0/"),
    },
    License {
        id: "CC-BY-SA-4.0",
        name: "CC BY-SA 4.0",
        sentence: "You may use, share and change it, also commercially, as long as you name {author} and pass it on under the same licence.",
        url: Some("https://creativecommons.org/licenses/by-sa/4.0/"),
    },
    License {
        id: "CC-BY-NC-4.0",
        name: "CC BY-NC 4.0",
        sentence: "You may use, share and change it, but not commercially, as long as you name {author}.",
        url: Some("https://creativecommons.org/licenses/by-nc/4.0/"),
    },
    License {
        id: "ODC-By-1.0",
        name: "ODC-By 1.0",
        sentence: "You may use, share and change the database, also commercially, as long as you name {author}.",
        url: Some("https://opendatacommons.org/licenses/by/1-0/"),
    },
    License {
        id: "ODbL-1.0",
        name: "ODbL 1.0",
        sentence: "You may use, share and change the database, as long as you name {author} and keep what you publish of it open.",
        url: Some("https://opendatacommons.org/licenses/odbl/1-0/"),
    },
    License {
        id: "PDDL-1.0",
        name: "PDDL 1.0",
        sentence: "You may do anything with the database; no rights are reserved.",
        url: Some("https://opendatacommons.org/licenses/pddl/1-0/"),
    },
    License {
        id: "NEUSTON-USE-1.0",
        name: "Use only",
        sentence: "You may use it for your own work. You may not pass it on.",
        url: None,
    },
    License {
        id: "NEUSTON-INTERNAL-1.0",
        name: "Use within one organisation",
        sentence: "Everybody in your organisation may use it. You may not pass it on outside.",
        url: None,
    },
];

/// Finds a licence by id or name, in any case.
pub(crate) fn find(text: &str) -> Option<&'static License> {
    LICENSES.iter().find(|l| l.id.eq_ignore_ascii_case(text.trim()) || l.name.eq_ignore_ascii_case(text.trim()))
}

/// What a licence allows, in one sentence, and where its text is.
pub(crate) fn sentence(license: &str, author: &str) -> (String, Option<String>) {
    match find(license) {
        Some(known) => (known.sentence.replace("{author}", author), known.url.map(str::to_owned)),
        None => (format!("The publisher's own terms apply: {license}."), None),
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
