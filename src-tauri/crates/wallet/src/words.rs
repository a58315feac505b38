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
        self.derive_with(index, None)
    }

    /// BIP-39 knows a passphrase beside the words, which makes other accounts of them. This wallet offers none: who forgets
    /// it has lost the accounts although the words are there.
    fn derive_with(&self, index: u32, extra: Option<&str>) -> Result<SecretKey, WordsError> {
        let mnemonic = Mnemonic::<English>::new_from_phrase(&self.0).map_err(|_| WordsError::Checksum)?;
        let node = mnemonic.derive_key(path(index).as_str(), extra).map_err(|_| WordsError::Index(index))?;
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
    use hmac::Mac as _;
    use sha2::Digest as _;

    /// The hardened zero of BIP-32.
    const HARD: u32 = 1 << 31;

    fn golden() -> serde_json::Value {
        let file = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/vectors/bip39-bip44.json"));
        serde_json::from_str(file).unwrap()
    }

    #[test]
    fn golden_words_give_golden_accounts() {
        let (mut compared, mut with_passphrase) = (0, 0);
        for vector in golden()["vectors"].as_array().unwrap() {
            let words = RecoveryWords::parse(vector["mnemonic"].as_str().unwrap()).unwrap();
            let extra = vector["passphrase"].as_str().unwrap();
            for account in vector["addresses"].as_array().unwrap() {
                let index = account["index"].as_u64().unwrap() as u32;
                let key = words.derive_with(index, Some(extra)).unwrap();
                if extra.is_empty() {
                    assert_eq!(words.derive(index).unwrap().expose(), key.expose());
                } else {
                    with_passphrase += 1;
                }
                assert_eq!(key.address().unwrap().to_string(), account["address"].as_str().unwrap());
                assert_eq!(format!("0x{}", hex::encode(key.expose())), account["privateKey"].as_str().unwrap());
                match account["publicKeyCompressed"].as_str() {
                    Some(public) => assert_eq!(format!("0x{}", hex::encode(point(key.expose()))), public),
                    None => assert!(!extra.is_empty(), "only the vector with a passphrase leaves the public key out"),
                }
                compared += 1;
            }
        }
        assert!(compared >= 16 && with_passphrase >= 1, "{compared} accounts, {with_passphrase} with a passphrase");
    }

    #[test]
    fn golden_words_give_golden_seeds_and_extended_keys() {
        for vector in golden()["vectors"].as_array().unwrap() {
            let phrase = vector["mnemonic"].as_str().unwrap();
            let mnemonic = Mnemonic::<English>::new_from_phrase(phrase).unwrap();
            let extra = vector["passphrase"].as_str().unwrap();
            let seed = mnemonic.to_seed(Some(extra)).unwrap();
            assert_eq!(format!("0x{}", hex::encode(seed)), vector["seed"].as_str().unwrap());
            if let Some(entropy) = vector["entropy"].as_str() {
                assert_eq!(format!("0x{}", hex::encode(entropy_of(phrase))), entropy);
            }
            if let Some(xprv) = vector["masterXprv"].as_str() {
                assert_eq!(base58(xprv), master(&mnemonic, extra));
            }
            if let Some(xpub) = vector["accountXpub"].as_str() {
                assert_eq!(base58(xpub), account(&mnemonic, extra));
            }
        }
    }

    /// The longest words of the published vectors of BIP-39, whose passphrase is TREZOR. The accounts were computed by a
    /// program of its own, from the standards' texts.
    #[test]
    fn twenty_four_words_give_golden_accounts() {
        let phrase = format!("{}art", "abandon ".repeat(23));
        let words = RecoveryWords::parse(&phrase).unwrap();
        let mnemonic = Mnemonic::<English>::new_from_phrase(words.expose()).unwrap();
        assert_eq!(entropy_of(&phrase), [0; 32]);
        for (extra, seed, xprv) in [
            (
                "",
                "408b285c123836004f4b8842c89324c1f01382450c0d439af345ba7fc49acf705489c6fc77dbd4e3dc1dd8cc6bc9f043db8ada1e243c4a0eafb290d399480840",
                "xprv9s21ZrQH143K4VHfAaPWRTm4aoHAZhJHunsZZTQptR82FSTZRjBGXBP8kQKHrUVUE8vMM2Z3h7UoG9x9XCt9FHQ1t1nHU7zQDqrEszAg28q",
            ),
            (
                "TREZOR",
                "bda85446c68413707090a52022edd26a1c9462295029f2e60cd7c4f2bbd3097170af7a4d73245cafa9c3cca8d561a7c3de6f5d4a10be8ed2a5e608d68f92fcc8",
                "xprv9s21ZrQH143K32qBagUJAMU2LsHg3ka7jqMcV98Y7gVeVyNStwYS3U7yVVoDZ4btbRNf4h6ibWpY22iRmXq35qgLs79f312g2kj5539ebPM",
            ),
        ] {
            assert_eq!(hex::encode(mnemonic.to_seed(Some(extra)).unwrap()), seed);
            assert_eq!(base58(xprv), master(&mnemonic, extra));
        }
        let accounts = [
            (
                "0xF278cF59F82eDcf871d630F28EcC8056f25C1cdb",
                "1053fae1b3ac64f178bcc21026fd06a3f4544ec2f35338b001f02d1d8efa3d5f",
            ),
            (
                "0xf785bD075874b8423D3583728a981399f31e95aA",
                "0855b75d03a8830e390b5483d81694c9c7121d971e092145cf8b9c6fa3a5b373",
            ),
            (
                "0x60Af1c6A5D03F9f1B1b74931499bC99E72fF8DA9",
                "86015375c36a7a3d263edc84aeaed9bc001f4a137206c52a7dae7828148cd34d",
            ),
        ];
        for (index, (address, secret)) in (0..).zip(accounts) {
            let key = words.derive(index).unwrap();
            assert_eq!(hex::encode(key.expose()), secret);
            assert_eq!(key.address().unwrap().to_string(), address);
        }
    }

    /// The bits that words stand for, without their checksum.
    fn entropy_of(phrase: &str) -> Vec<u8> {
        let list = <English as Wordlist>::get_all();
        let numbers: Vec<usize> =
            phrase.split(' ').map(|word| list.iter().position(|known| *known == word).unwrap()).collect();
        let bits: Vec<u8> =
            numbers.iter().flat_map(|number| (0..11).rev().map(move |bit| ((number >> bit) & 1) as u8)).collect();
        let whole = numbers.len() / 3 * 32;
        bits[..whole].chunks(8).map(|byte| byte.iter().fold(0_u8, |sum, bit| (sum << 1) | bit)).collect()
    }

    /// A secret number's point, compressed.
    fn point(secret: &[u8; 32]) -> Vec<u8> {
        let key = SigningKey::from_slice(secret).unwrap();
        key.verifying_key().to_encoded_point(true).as_bytes().to_vec()
    }

    /// BIP-32's HMAC-SHA512: 32 bytes for the key, 32 for the chain code.
    fn halves(key: &[u8], data: &[u8]) -> ([u8; 32], [u8; 32]) {
        let mut mac = hmac::Hmac::<sha2::Sha512>::new_from_slice(key).unwrap();
        mac.update(data);
        let both = mac.finalize().into_bytes();
        (both[..32].try_into().unwrap(), both[32..].try_into().unwrap())
    }

    /// The content of the master's xprv: the key as the library has it, the rest as the standard says.
    fn master(mnemonic: &Mnemonic<English>, extra: &str) -> Vec<u8> {
        let node = mnemonic.master_key(Some(extra)).unwrap();
        let key: &SigningKey = node.as_ref();
        let (secret, chain) = halves(b"Bitcoin seed", &mnemonic.to_seed(Some(extra)).unwrap());
        assert_eq!(<[u8; 32]>::from(key.to_bytes()), secret);
        [&0x0488_ade4_u32.to_be_bytes()[..], &[0; 9], &chain, &[0], &secret].concat()
    }

    /// The content of the xpub of m/44'/60'/0', the same way.
    fn account(mnemonic: &Mnemonic<English>, extra: &str) -> Vec<u8> {
        let secret = |path: &str| -> [u8; 32] {
            let node = mnemonic.derive_key(path, Some(extra)).unwrap();
            let key: &SigningKey = node.as_ref();
            key.to_bytes().into()
        };
        let (mut parent, mut chain) = halves(b"Bitcoin seed", &mnemonic.to_seed(Some(extra)).unwrap());
        for (number, path) in [(44, "m/44'"), (60, "m/44'/60'"), (0, "m/44'/60'/0'")] {
            let number: u32 = number | HARD;
            chain = halves(&chain, &[&[0][..], &parent, &number.to_be_bytes()].concat()).1;
            parent = secret(path);
        }
        let above = mnemonic.derive_key("m/44'/60'", Some(extra)).unwrap().fingerprint().0;
        let head = [&0x0488_b21e_u32.to_be_bytes()[..], &[3], &above, &HARD.to_be_bytes()].concat();
        [&head[..], &chain, &point(&parent)].concat()
    }

    /// The 78 bytes of an extended key's text, its checksum verified.
    fn base58(text: &str) -> Vec<u8> {
        const LETTERS: &str = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
        let mut bytes = [0_u8; 82];
        for letter in text.chars() {
            let mut carry = LETTERS.find(letter).unwrap();
            for byte in bytes.iter_mut().rev() {
                carry += usize::from(*byte) * 58;
                *byte = (carry & 0xff) as u8;
                carry >>= 8;
            }
            assert_eq!(carry, 0, "{text} is too long");
        }
        let (content, checksum) = bytes.split_at(78);
        assert_eq!(checksum, &sha2::Sha256::digest(sha2::Sha256::digest(content))[..4]);
        content.to_vec()
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
