//! Identifiers as types. Each is a fixed number of bytes; text forms are `0x` and lower-case hex,
//! except [`Did`], which is `did:op:` and hex, and [`Address`], which displays with its EIP-55 checksum.

use crate::hash::keccak256;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{fmt, marker::PhantomData, str::FromStr};

/// Why a text is not the id it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseIdError {
    /// The text has another number of hex digits.
    #[error("{what} has {expected} hex digits, this has {found}")]
    Length {
        /// What was expected, for people.
        what: &'static str,
        /// Digits expected.
        expected: usize,
        /// Digits found.
        found: usize,
    },
    /// The text has a character that is no hex digit.
    #[error("{what} consists of hex digits only")]
    Digits {
        /// What was expected, for people.
        what: &'static str,
    },
}

fn parse<const N: usize>(what: &'static str, text: &str) -> Result<[u8; N], ParseIdError> {
    // The released software wrote repeated prefixes; all of it tolerated them (PROTOCOL 1.1).
    let mut digits = text.trim();
    while let Some(rest) =
        digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")).or_else(|| digits.strip_prefix("did:op:"))
    {
        digits = rest;
    }
    if digits.len() != 2 * N {
        return Err(ParseIdError::Length { what, expected: 2 * N, found: digits.len() });
    }
    let mut bytes = [0; N];
    hex::decode_to_slice(digits, &mut bytes).map_err(|_| ParseIdError::Digits { what })?;
    Ok(bytes)
}

/// Reads an id where its text stands, without a copy of it: of a chain's logs there are many.
struct Text<T>(PhantomData<T>);

impl<T: FromStr<Err = ParseIdError>> de::Visitor<'_> for Text<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("hex digits")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $len:literal, $what:literal, $prefix:tt) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub [u8; $len]);

        impl $name {
            /// The bytes.
            pub const fn as_bytes(&self) -> &[u8; $len] { &self.0 }
            /// Lower-case hex without any prefix, as squid-js puts ids into URLs.
            pub fn bare_hex(&self) -> String { hex::encode(self.0) }
            /// Lower-case hex with `0x`.
            pub fn hex(&self) -> String { format!("0x{}", hex::encode(self.0)) }
            /// Whether all bytes are zero.
            pub fn is_zero(&self) -> bool { self.0.iter().all(|b| *b == 0) }
        }
        impl AsRef<[u8]> for $name { fn as_ref(&self) -> &[u8] { &self.0 } }
        impl From<[u8; $len]> for $name { fn from(bytes: [u8; $len]) -> Self { Self(bytes) } }
        impl FromStr for $name {
            type Err = ParseIdError;
            fn from_str(text: &str) -> Result<Self, ParseIdError> { parse($what, text).map(Self) }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, "{self}") }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> { s.collect_str(self) }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                d.deserialize_str(Text(PhantomData))
            }
        }
        id!(@display $name, $prefix);
    };
    (@display $name:ident, "eip55") => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&self.eip55()) }
        }
    };
    (@display $name:ident, $prefix:tt) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), hex::encode(self.0))
            }
        }
    };
}

id!(/// A decentralised identifier: what the chain stores of `did:op:…` (PROTOCOL 1.1).
    Did, 32, "a listing number", "did:op:");
id!(/// Chosen at random by the buyer, unique on the chain (PROTOCOL 3.4).
    AgreementId, 32, "an agreement number", "0x");
id!(/// `keccak256(agreementId || condition contract || value hash)` (PROTOCOL 2.3).
    ConditionId, 32, "a condition id", "0x");
id!(/// `keccak256` of a template's name (PROTOCOL 2.5).
    TemplateId, 32, "a template id", "0x");
id!(/// A transaction's hash.
    TxHash, 32, "a transaction hash", "0x");
id!(/// A listing's checksum as the DID registry keeps it.
    Checksum, 32, "a checksum", "0x");
id!(/// Thirty-two bytes without a more telling name: block hashes, topics, value hashes.
    Hash32, 32, "a hash", "0x");
id!(/// An account or a contract on the chain.
    Address, 20, "an address", "eip55");

impl Address {
    /// The address that nobody has.
    pub const ZERO: Self = Self([0; 20]);

    /// The address of a public key given as x || y, 64 bytes.
    pub fn of_public(xy: &[u8; 64]) -> Self {
        let hash = keccak256(xy);
        let mut bytes = [0; 20];
        bytes.copy_from_slice(&hash[12..]);
        Self(bytes)
    }

    /// Hex with the upper and lower case of EIP-55.
    pub fn eip55(&self) -> String {
        let digits = hex::encode(self.0);
        let hash = keccak256(digits.as_bytes());
        let cased = digits.bytes().enumerate().map(|(i, c)| {
            let nibble = (hash[i / 2] >> if i % 2 == 0 { 4 } else { 0 }) & 0xf;
            if nibble >= 8 { c.to_ascii_uppercase() as char } else { c as char }
        });
        "0x".chars().chain(cased).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_shows_its_checksum_and_reads_any_case() {
        let text = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
        let address: Address = text.to_lowercase().parse().unwrap();
        assert_eq!(address.to_string(), text, "the first example of EIP-55");
        assert_eq!(text.parse::<Address>().unwrap(), address);
    }

    #[test]
    fn a_did_tolerates_the_prefixes_of_released_software() {
        let digits = "0ebed8226ada17fde24b6bf2b95d27f8f05fcce09139ff5cec31f6d81a7cd2ea";
        let did: Did = format!("did:op:0x{digits}").parse().unwrap();
        assert_eq!(did.to_string(), format!("did:op:{digits}"));
        assert_eq!(did.bare_hex(), digits);
        assert!("did:op:12".parse::<Did>().is_err(), "too short is refused");
        assert!(digits.replace('0', "g").parse::<Did>().is_err(), "other letters are refused");
    }
}
