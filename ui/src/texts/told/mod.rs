//! What the backend says, in German: its English sentences, as they stand in its sources, and what is said for them.
//!
//! A sentence arrives with what it was made of ([`api::Sentence`]); here its text is looked up, and the same values are
//! filled in. What is not here is said in English. A test holds this catalogue to the backend's sources.

mod accounts;
mod buying;
mod causes;
mod checks;
#[cfg(test)]
mod every_sentence;
mod offering;
mod places;

use super::Tongue;
use crate::state::amounts;
use api::OtherLanguage;
use protocol::Vodka;

/// English and German, by subject.
const SUBJECTS: [&[(&str, &str)]; 6] =
    [accounts::SAID, buying::SAID, offering::SAID, places::SAID, checks::SAID, causes::SAID];

fn german(english: &str) -> Option<&'static str> {
    SUBJECTS.iter().flat_map(|subject| subject.iter()).find(|(said, _)| *said == english).map(|(_, german)| *german)
}

impl OtherLanguage for Tongue {
    fn template<'a>(&'a self, english: &'a str) -> Option<&'a str> {
        match self {
            Self::English => Some(english),
            Self::German => german(english),
        }
    }

    fn amount(&self, amount: Vodka) -> String {
        amounts::amount(amount, *self)
    }
}

impl Tongue {
    /// A word that is the backend's own (`Web page`) or somebody's name, which stays as it is.
    pub(crate) fn word(self, english: &str) -> &str {
        match self {
            Self::English => english,
            Self::German => german(english).unwrap_or(english),
        }
    }

    /// Several of them, with dots between.
    pub(crate) fn words(self, english: &[String]) -> String {
        english.iter().map(|word| self.word(word)).collect::<Vec<_>>().join(" · ")
    }
}
