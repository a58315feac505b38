//! Sentences for people that can be said in more than one language.
//!
//! A [`Sentence`] is kept as what was written in the source, in English, and the values that fill its gaps. [`Display`] is the
//! English text. Whoever knows another language looks the written text up and fills the same values in
//! ([`Sentence::said_in`]); what it does not know stays English.
//!
//! [`Display`]: fmt::Display

use crate::{Address, AgreementId, Did, Hash32, Vodka};
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, collections::BTreeMap, fmt, path::Path};

/// A sentence, or a part of one. Small to carry: it is in every error.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Sentence(Box<Parts>);

#[derive(Clone, PartialEq, Eq, Default)]
struct Parts {
    /// As written in the source: `The disk is full; {path} could not be written.`
    template: Cow<'static, str>,
    /// What fills its gaps; without values nothing in the template is a gap.
    values: BTreeMap<Cow<'static, str>, Value>,
    /// The English text.
    text: String,
}

/// What fills a gap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// A name, a path, a number, the words of somebody else: the same in every language.
    Text(String),
    /// Money, written as each language writes it.
    Amount {
        /// How much.
        amount: Vodka,
    },
    /// Parts that are said in the language of the whole, with semicolons between them.
    Said(Vec<Sentence>),
}

/// Another language than English.
pub trait Language {
    /// What is said for an English template; `None` where this language has no words for it.
    fn template<'a>(&'a self, english: &'a str) -> Option<&'a str>;
    /// Money as people of this language write it.
    fn amount(&self, amount: Vodka) -> String;
}

struct English;

impl Language for English {
    fn template<'a>(&'a self, english: &'a str) -> Option<&'a str> {
        Some(english)
    }

    fn amount(&self, amount: Vodka) -> String {
        amount.to_people()
    }
}

impl Sentence {
    /// For [`sentence!`](crate::sentence!), which sees to it that a template is one of the source.
    #[doc(hidden)]
    pub fn made<const N: usize>(template: &'static str, values: [(&'static str, Value); N]) -> Self {
        let values = values.into_iter().map(|(name, value)| (Cow::Borrowed(name), value)).collect();
        Self::of(Cow::Borrowed(template), values)
    }

    /// The words of somebody else, or of a room that only speaks to a terminal: no language changes them.
    pub fn verbatim(words: impl fmt::Display) -> Self {
        Self::of(Cow::Owned(without_numbers(words.to_string())), BTreeMap::new())
    }

    fn of(template: Cow<'static, str>, values: BTreeMap<Cow<'static, str>, Value>) -> Self {
        let mut parts = Parts { template, values, text: String::new() };
        parts.text = parts.filled(&parts.template, &English);
        Self(Box::new(parts))
    }

    /// The English text.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// As written in the source.
    pub fn template(&self) -> &str {
        &self.0.template
    }

    /// Whether a template has gaps that were filled: its text alone does not tell what it was made of.
    pub fn has_values(&self) -> bool {
        !self.0.values.is_empty()
    }

    /// The text in another language; what that language has no words for is said in English, whole.
    pub fn said_in(&self, language: &dyn Language) -> String {
        match language.template(&self.0.template) {
            Some(template) => self.0.filled(template, language),
            None => self.0.text.clone(),
        }
    }
}

impl Parts {
    fn filled(&self, template: &str, language: &dyn Language) -> String {
        if self.values.is_empty() {
            return template.to_owned();
        }
        let mut out = String::with_capacity(template.len() + 32);
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, tail)) = after.split_once('}') else { break };
            out.push_str(before);
            match self.values.get(name) {
                Some(value) => out.push_str(&value.said_in(language)),
                // A gap that nothing fills shows itself.
                None => out.extend(["{", name, "}"]),
            }
            rest = tail;
        }
        out.push_str(rest);
        out
    }
}

impl Value {
    fn said_in(&self, language: &dyn Language) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Amount { amount } => Cow::Owned(language.amount(*amount)),
            Self::Said(parts) => {
                let parts: Vec<String> = parts.iter().map(|part| part.said_in(language)).collect();
                Cow::Owned(parts.join("; "))
            }
        }
    }
}

/// Makes a [`Sentence`] of a text of the source and the values that fill its gaps.
///
/// ```
/// use protocol::{Vodka, sentence};
/// let path = "/data/levels.csv";
/// let said = sentence!("{path} costs {price}.", path, price = Vodka::from_ocean(2));
/// assert_eq!(said.to_string(), "/data/levels.csv costs 2.");
/// ```
#[macro_export]
macro_rules! sentence {
    ($template:literal $(, $name:ident $(= $value:expr)?)* $(,)?) => {
        $crate::Sentence::made($template, [$((stringify!($name), $crate::sentence!(@ $name $(= $value)?))),*])
    };
    (@ $name:ident) => { $crate::Value::from($name) };
    (@ $name:ident = $value:expr) => { $crate::Value::from($value) };
}

/// The system ends its sentences with a number, " (os error 13)", which tells people nothing.
fn without_numbers(mut words: String) -> String {
    const NUMBER: &str = " (os error ";
    while let Some(begin) = words.find(NUMBER) {
        let Some(length) = words.get(begin..).and_then(|rest| rest.find(')')) else { break };
        words.replace_range(begin..=begin + length, "");
    }
    words
}

impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.text)
    }
}

impl fmt::Debug for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0.text, f)
    }
}

/// What is read is the English text.
impl std::ops::Deref for Sentence {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0.text
    }
}

impl From<&'static str> for Sentence {
    fn from(template: &'static str) -> Self {
        Self::of(Cow::Borrowed(template), BTreeMap::new())
    }
}

impl From<Sentence> for Value {
    fn from(part: Sentence) -> Self {
        Self::Said(vec![part])
    }
}

impl From<Vec<Sentence>> for Value {
    fn from(parts: Vec<Sentence>) -> Self {
        Self::Said(parts)
    }
}

impl From<Vodka> for Value {
    fn from(amount: Vodka) -> Self {
        Self::Amount { amount }
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(without_numbers(text))
    }
}

impl From<&Path> for Value {
    fn from(path: &Path) -> Self {
        Self::Text(path.display().to_string())
    }
}

macro_rules! texts {
    ($($type:ty),* $(,)?) => {$(
        impl From<$type> for Value {
            fn from(value: $type) -> Self {
                Self::from(value.to_string())
            }
        }
    )*};
}

texts!(&str, &String, fmt::Arguments<'_>, std::path::Display<'_>, u8, u16, u32, u64, u128, usize, i64);
texts!(Address, AgreementId, Did, Hash32, crate::TemplateId, crate::templates::TemplateRef);

/// How a sentence is written down: the plain text where it has no gaps, else what it was made of.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Plain(String),
    Made { say: String, with: BTreeMap<Cow<'static, str>, Value> },
}

impl Serialize for Sentence {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Parts { template, values, text } = self.0.as_ref();
        match values.is_empty() {
            true => to.serialize_str(text),
            false => Written::Made { say: template.clone().into_owned(), with: values.clone() }.serialize(to),
        }
    }
}

impl<'de> Deserialize<'de> for Sentence {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(match Written::deserialize(from)? {
            Written::Plain(text) => Self::of(Cow::Owned(text), BTreeMap::new()),
            Written::Made { say, with } => Self::of(Cow::Owned(say), with),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct German;

    impl Language for German {
        fn template<'a>(&'a self, english: &'a str) -> Option<&'a str> {
            Some(match english {
                "{path} could not be written: {why}." => "{why}: {path} wurde nicht geschrieben.",
                "the disk is full" => "die Platte ist voll",
                "It costs {price}." => "Es kostet {price}.",
                _ => return None,
            })
        }

        fn amount(&self, amount: Vodka) -> String {
            amount.to_people().replace('.', ",")
        }
    }

    #[test]
    fn a_sentence_and_its_parts_are_said_in_the_language_asked_for() {
        let path = Path::new("/a/{why}.csv");
        let said = sentence!("{path} could not be written: {why}.", path, why = sentence!("the disk is full"));
        assert_eq!(said.to_string(), "/a/{why}.csv could not be written: the disk is full.");
        assert_eq!(said.said_in(&German), "die Platte ist voll: /a/{why}.csv wurde nicht geschrieben.");
        let price = sentence!("It costs {price}.", price = Vodka::parse_ocean("12.5").unwrap());
        assert_eq!((price.text(), price.said_in(&German).as_str()), ("It costs 12.50.", "Es kostet 12,50."));
    }

    #[test]
    fn what_a_language_has_no_words_for_stays_english_as_a_whole() {
        let said = sentence!("Stopped: {why}.", why = sentence!("the disk is full"));
        assert_eq!(said.said_in(&German), "Stopped: the disk is full.");
        assert_eq!(Sentence::verbatim("a {path}").said_in(&German), "a {path}");
    }

    #[test]
    fn a_sentence_reads_back_with_what_it_was_made_of() {
        let plain = Sentence::from("the disk is full");
        assert_eq!(serde_json::to_string(&plain).unwrap(), r#""the disk is full""#);
        let made = sentence!("{who}: {what}", who = "x", what = vec![plain.clone(), sentence!("{n} left", n = 3_u64)]);
        for sentence in [plain, made, sentence!("It costs {price}.", price = Vodka::from_ocean(1))] {
            let read: Sentence = serde_json::from_str(&serde_json::to_string(&sentence).unwrap()).unwrap();
            assert_eq!((&read, read.text()), (&sentence, sentence.text()));
        }
    }

    #[test]
    fn the_numbers_of_the_system_are_not_for_people() {
        let error = std::io::Error::from_raw_os_error(13).to_string();
        let told = sentence!("/a cannot be used: {error}. So is /b: {error}.", error = &error);
        assert_eq!(told.matches("ermission denied").count(), 2);
        assert!(!told.contains("os error") && told.ends_with('.'), "{told}");
        assert!(!Sentence::verbatim(&error).contains("os error"));
        assert_eq!(without_numbers(" (os error".to_owned()), " (os error");
    }
}
