//! Recovery words (BIP-39, English) and the accounts they stand for (BIP-32, path m/44'/60'/0'/0/i of BIP-44).
//! The word list and the derivation are those of coins-bip39, which ethers brings.

use ethers::{
    core::k256::ecdsa::SigningKey,
    signers::coins_bip39::{English, Mnemonic, Wordlist},
};
use protocol::SecretKey;
use std::fmt;
use zeroize::Zeroizing;

/// How many recovery words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WordCount {
    /// 12 words, 128 bits.
    #[default]
    Twelve,
    /// 24 words, 256 bits.
    TwentyFour,
}

/// Why a text is not a set of recovery words. Never repeats the words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WordsError {
    /// BIP-39 knows 12, 15, 18, 21 and 24 words.
    #[error("recovery words are 12, 15, 18, 21 or 24 words, these are {0}")]
    Count(usize),
    /// Words that are not on the English list, by position from 1.
    #[error("the word at place {0} is not on the list of recovery words")]
    NotOnList(usize),
    /// All words are on the list, but together they are no valid set: one is wrong or two are swapped.
    #[error("these words do not belong together: one is wrong, or two are swapped")]
    Checksum,
    /// The account of this number cannot be derived.
    #[error("account {0} cannot be derived")]
    Index(u32),
}

/// A valid set of recovery words. Erased when dropped, never shown by Debug.
#[derive(Clone)]
pub struct RecoveryWords(Zeroizing<String>);

impl RecoveryWords {
    /// New words from the operating system's randomness.
    pub fn generate(count: WordCount) -> Result<Self, WordsError> {
        let count = match count {
            WordCount::Twelve => 12,
            WordCount::TwentyFour => 24,
        };
        let words =
            Mnemonic::<English>::new_with_count(&mut rand::rngs::OsRng, count).map_err(|_| WordsError::Count(count))?;
        Ok(Self(Zeroizing::new(words.to_phrase())))
    }

    /// Reads words as people type them: any white space between them, any case, numbers like `3.` before them ignored.
    pub fn parse(text: &str) -> Result<Self, WordsError> {
        let lower = Zeroizing::new(text.to_lowercase());
        let words: Vec<&str> = lower
            .split_whitespace()
            .filter(|w| !w.trim_end_matches(['.', ')']).bytes().all(|b| b.is_ascii_digit()))
            .collect();
        if !matches!(words.len(), 12 | 15 | 18 | 21 | 24) {
            return Err(WordsError::Count(words.len()));
        }
        let list = <English as Wordlist>::get_all();
        if let Some(place) = words.iter().position(|w| !list.contains(w)) {
            return Err(WordsError::NotOnList(place + 1));
        }
        let phrase = Zeroizing::new(words.join(" "));
        // The error of coins-bip39 repeats the phrase: it must not travel.
        Mnemonic::<English>::new_from_phrase(&phrase).map_err(|_| WordsError::Checksum)?;
        Ok(Self(phrase))
    }

    /// The words with single spaces; only for showing to their owner.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The key of account `index`, path m/44'/60'/0'/0/index.
    pub fn derive(&self, index: u32) -> Result<SecretKey, WordsError> {
        let mnemonic = Mnemonic::<English>::new_from_phrase(&self.0).map_err(|_| WordsError::Checksum)?;
        let node = mnemonic.derive_key(path(index).as_str(), None).map_err(|_| WordsError::Index(index))?;
        let key: &SigningKey = node.as_ref();
        let bytes: Zeroizing<[u8; 32]> = Zeroizing::new(key.to_bytes().into());
        SecretKey::from_bytes(&bytes).map_err(|_| WordsError::Index(index))
    }
}

/// The BIP-44 path of account `index`.
pub(crate) fn path(index: u32) -> String {
    format!("m/44'/60'/0'/0/{index}")
}

impl fmt::Debug for RecoveryWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryWords(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golden_words_give_golden_accounts() {
        let file = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/vectors/bip39-bip44.json"));
        let golden: serde_json::Value = serde_json::from_str(file).unwrap();
        let mut compared = 0;
        for vector in golden["vectors"].as_array().unwrap() {
            if vector["passphrase"] != "" {
                continue; // The extra BIP-39 passphrase is not offered by this wallet.
            }
            let words = RecoveryWords::parse(vector["mnemonic"].as_str().unwrap()).unwrap();
            for account in vector["addresses"].as_array().unwrap() {
                let key = words.derive(account["index"].as_u64().unwrap() as u32).unwrap();
                assert_eq!(format!("0x{}", hex::encode(key.expose())), account["privateKey"].as_str().unwrap());
                assert_eq!(key.address().unwrap().to_string(), account["address"].as_str().unwrap());
                compared += 1;
            }
        }
        assert!(compared >= 10, "only {compared} accounts were compared");
    }

    #[test]
    fn words_are_read_as_people_type_them() {
        let words =
            RecoveryWords::parse(" 1. Test 2. test\ttest test test TEST\n test test test test test   junk ").unwrap();
        assert_eq!(words.expose(), "test test test test test test test test test test test junk");
    }

    #[test]
    fn wrong_words_say_what_is_wrong_and_not_which_words() {
        assert_eq!(RecoveryWords::parse("test junk").unwrap_err(), WordsError::Count(2));
        let typo = "test test tset test test test test test test test test junk";
        assert_eq!(RecoveryWords::parse(typo).unwrap_err(), WordsError::NotOnList(3));
        let swapped = "test test test test test test test test test test junk test";
        let error = RecoveryWords::parse(swapped).unwrap_err();
        assert_eq!(error, WordsError::Checksum);
        assert!(!format!("{error} {error:?}").contains("junk"));
    }

    #[test]
    fn generated_words_differ_and_read_back() {
        let one = RecoveryWords::generate(WordCount::Twelve).unwrap();
        let two = RecoveryWords::generate(WordCount::TwentyFour).unwrap();
        assert_eq!(one.expose().split(' ').count(), 12);
        assert_eq!(two.expose().split(' ').count(), 24);
        assert_ne!(one.expose(), RecoveryWords::generate(WordCount::Twelve).unwrap().expose());
        assert_eq!(RecoveryWords::parse(two.expose()).unwrap().expose(), two.expose());
        assert_eq!(format!("{one:?}"), "RecoveryWords(…)");
    }
}
