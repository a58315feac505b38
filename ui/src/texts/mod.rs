//! Every text of the window, in every language, side by side.
//!
//! A text that is missing in one language does not compile. `{name}` in a text is filled by [`fill`]; tests hold both
//! languages to the same gaps and to the house's tone.

mod agreeing;
mod buying;
mod finding;
mod keeping;
mod offering;
mod shell;
mod told;

pub(crate) use agreeing::*;
pub(crate) use buying::*;
pub(crate) use finding::*;
pub(crate) use keeping::*;
pub(crate) use offering::*;
pub(crate) use shell::*;

/// One group of texts: a struct with a field per text, and its two editions.
macro_rules! texts {
    ($(#[$doc:meta])* $name:ident { $($key:ident : $english:literal, $german:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub(crate) struct $name { $(pub(crate) $key: &'static str,)* }

        impl $name {
            pub(crate) const ENGLISH: Self = Self { $($key: $english,)* };
            pub(crate) const GERMAN: Self = Self { $($key: $german,)* };
            /// Name, English, German of every text, for tests.
            #[cfg(test)]
            pub(crate) const PAIRS: &'static [(&'static str, &'static str, &'static str)] =
                &[$((stringify!($key), $english, $german),)*];
        }
    };
}
pub(crate) use texts;

/// A language of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Tongue {
    #[default]
    English,
    German,
}

impl Tongue {
    /// The language of a setting; `system` is what the system says, `de-DE`.
    pub(crate) fn of(setting: api::Language, system: &str) -> Self {
        match setting {
            api::Language::English => Self::English,
            api::Language::German => Self::German,
            api::Language::System if system.to_lowercase().starts_with("de") => Self::German,
            api::Language::System => Self::English,
        }
    }

    /// The code for readers: `en`.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// What stands between whole and part of a number.
    pub(crate) const fn point(self) -> char {
        match self {
            Self::English => '.',
            Self::German => ',',
        }
    }

    /// What groups thousands.
    pub(crate) const fn thousands(self) -> char {
        match self {
            Self::English => ',',
            Self::German => '.',
        }
    }
}

/// All texts in one language.
#[derive(Debug)]
pub(crate) struct Texts {
    pub(crate) shell: Shell,
    pub(crate) time: Time,
    pub(crate) trouble: Troubles,
    pub(crate) first: First,
    pub(crate) discover: Discover,
    pub(crate) listing: ListingTexts,
    pub(crate) buy: Buying,
    pub(crate) steps: Steps,
    pub(crate) agreeing: Agreeing,
    pub(crate) agreed: AgreedSteps,
    pub(crate) library: LibraryTexts,
    pub(crate) publish: Publishing,
    pub(crate) mine: Mine,
    pub(crate) activity: Activity,
    pub(crate) account: AccountTexts,
    pub(crate) settings: SettingsTexts,
}

macro_rules! edition {
    ($edition:ident) => {
        Texts {
            shell: Shell::$edition,
            time: Time::$edition,
            trouble: Troubles::$edition,
            first: First::$edition,
            discover: Discover::$edition,
            listing: ListingTexts::$edition,
            buy: Buying::$edition,
            steps: Steps::$edition,
            agreeing: Agreeing::$edition,
            agreed: AgreedSteps::$edition,
            library: LibraryTexts::$edition,
            publish: Publishing::$edition,
            mine: Mine::$edition,
            activity: Activity::$edition,
            account: AccountTexts::$edition,
            settings: SettingsTexts::$edition,
        }
    };
}

static ENGLISH: Texts = edition!(ENGLISH);
static GERMAN: Texts = edition!(GERMAN);

impl Texts {
    /// The texts in a language.
    pub(crate) fn of(tongue: Tongue) -> &'static Self {
        match tongue {
            Tongue::English => &ENGLISH,
            Tongue::German => &GERMAN,
        }
    }
}

/// Fills the gaps of a text: `{amount}` by the value of that name. What is put in is not looked at again.
pub(crate) fn fill(text: &str, gaps: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        match after.split_once('}') {
            Some((name, tail)) => {
                match gaps.iter().find(|(gap, _)| *gap == name) {
                    Some((_, value)) => out.push_str(value),
                    None => {
                        out.push('{');
                        out.push_str(name);
                        out.push('}');
                    }
                }
                rest = tail;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

/// One or many: picks the text and fills `{n}`.
pub(crate) fn many(number: u64, one: &str, other: &str, tongue: Tongue) -> String {
    fill(if number == 1 { one } else { other }, &[("n", &crate::state::amounts::count(number, tongue))])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<(&'static str, &'static str, &'static str)> {
        [
            Shell::PAIRS,
            Time::PAIRS,
            Troubles::PAIRS,
            First::PAIRS,
            Discover::PAIRS,
            ListingTexts::PAIRS,
            Buying::PAIRS,
            Steps::PAIRS,
            Agreeing::PAIRS,
            AgreedSteps::PAIRS,
            LibraryTexts::PAIRS,
            Publishing::PAIRS,
            Mine::PAIRS,
            Activity::PAIRS,
            AccountTexts::PAIRS,
            SettingsTexts::PAIRS,
        ]
        .concat()
    }

    pub(super) fn gaps(text: &str) -> std::collections::BTreeSet<&str> {
        text.split('{').skip(1).filter_map(|part| part.split_once('}').map(|(name, _)| name)).collect()
    }

    #[test]
    fn both_languages_have_the_same_gaps_and_no_empty_text() {
        for (name, english, german) in all() {
            assert_eq!(gaps(english), gaps(german), "{name}");
            assert!(!english.is_empty() && !german.is_empty(), "{name}");
        }
    }

    #[test]
    fn nobody_is_begged_shouted_at_or_bothered_with_machinery() {
        let banned = [
            "please",
            "bitte",
            "oops",
            "successful",
            "erfolgreich",
            "!",
            "wallet",
            "gas ",
            "blockchain",
            "smart contract",
            "passphrase",
            "mnemonic",
            "escrow",
            "timeout",
            "checksum matches",
        ];
        for (name, english, german) in all() {
            for word in banned {
                assert!(!english.to_lowercase().contains(word), "{name} says {word:?}: {english}");
                assert!(!german.to_lowercase().contains(word), "{name} says {word:?}: {german}");
            }
        }
    }

    #[test]
    fn only_the_settings_name_key_servers() {
        let elsewhere = all().into_iter().filter(|text| !SettingsTexts::PAIRS.contains(text));
        for (name, english, german) in elsewhere {
            assert!(!english.to_lowercase().contains("key server"), "{name}: {english}");
            assert!(!german.to_lowercase().contains("schlüsselserver"), "{name}: {german}");
        }
    }

    #[test]
    fn filling_takes_values_as_they_are() {
        assert_eq!(fill("Buy for {amount}", &[("amount", "12.50")]), "Buy for 12.50");
        assert_eq!(fill("{a}{b}", &[("a", "{b}"), ("b", "x")]), "{b}x", "a title in braces fills nothing");
        assert_eq!(fill("100 { %", &[]), "100 { %");
    }

    #[test]
    fn the_system_decides_only_when_asked() {
        assert_eq!(Tongue::of(api::Language::System, "de-AT"), Tongue::German);
        assert_eq!(Tongue::of(api::Language::System, "fr"), Tongue::English);
        assert_eq!(Tongue::of(api::Language::English, "de"), Tongue::English);
    }
}
