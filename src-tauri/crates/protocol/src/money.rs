//! Amounts of the network's token, exact. 1 OCEAN = 10^18 vodka (PROTOCOL 0). No floating point anywhere.

use ruint::aliases::U256;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::{fmt, str::FromStr};

/// Decimal places of one OCEAN.
pub const DECIMALS: usize = 18;

/// An amount in vodka, the smallest unit. Serialised as a decimal string of vodka, as the wire formats want it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Vodka(pub U256);

/// Why a text is no amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Empty, signed, or with other characters than digits and one point.
    #[error("an amount is written with digits and at most one point, like 12.50")]
    Digits,
    /// More than 18 decimal places.
    #[error("an amount has at most 18 decimal places")]
    Places,
    /// Does not fit 256 bits.
    #[error("this amount is larger than anything a network can hold")]
    TooLarge,
}

impl Vodka {
    /// Nothing.
    pub const ZERO: Self = Self(U256::ZERO);

    /// Whole OCEAN.
    pub fn from_ocean(whole: u64) -> Self {
        Self(U256::from(whole) * U256::from(1_000_000_000_000_000_000_u64))
    }

    /// So many of the smallest unit.
    pub fn from_units(units: impl Into<u128>) -> Self {
        Self(U256::from(units.into()))
    }

    /// Reads OCEAN with up to 18 decimal places: `"12.5"`, `"0"`, `".5"` is refused.
    pub fn parse_ocean(text: &str) -> Result<Self, AmountError> {
        let text = text.trim();
        let (whole, part) = match text.split_once('.') {
            Some((_, "")) => return Err(AmountError::Digits),
            Some((whole, part)) => (whole, part),
            None => (text, ""),
        };
        if whole.is_empty() || !whole.bytes().chain(part.bytes()).all(|b| b.is_ascii_digit()) {
            return Err(AmountError::Digits);
        }
        if part.len() > DECIMALS {
            return Err(AmountError::Places);
        }
        format!("{whole}{part:0<DECIMALS$}").parse()
    }

    /// OCEAN as text, exact, without trailing zeros: `12.5`, `0`, `0.000000000000000001`.
    pub fn to_ocean(self) -> String {
        let digits = format!("{:0>width$}", self.0.to_string(), width = DECIMALS + 1);
        let (whole, part) = digits.split_at(digits.len() - DECIMALS);
        let part = part.trim_end_matches('0');
        if part.is_empty() { whole.to_owned() } else { format!("{whole}.{part}") }
    }

    /// OCEAN for people: at least two places, or none when it is a whole number: `12.50`, `3`, `0.125`.
    pub fn to_people(self) -> String {
        let exact = self.to_ocean();
        match exact.split_once('.') {
            Some((_, part)) if part.len() == 1 => format!("{exact}0"),
            _ => exact,
        }
    }

    /// Whether it is nothing.
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// The sum, or `None` where it does not fit.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, or `None` where it would be negative.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// 32 bytes, big end first.
    pub fn to_be_bytes(self) -> [u8; 32] {
        self.0.to_be_bytes()
    }

    /// From 32 bytes, big end first.
    pub fn from_be_bytes(bytes: [u8; 32]) -> Self {
        Self(U256::from_be_bytes(bytes))
    }
}

impl FromStr for Vodka {
    type Err = AmountError;

    /// Reads a whole number of vodka.
    fn from_str(text: &str) -> Result<Self, AmountError> {
        if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(AmountError::Digits);
        }
        U256::from_str_radix(text, 10).map(Self).map_err(|_| AmountError::TooLarge)
    }
}

impl fmt::Display for Vodka {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Debug for Vodka {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} OCEAN", self.to_ocean())
    }
}

impl Serialize for Vodka {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Vodka {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        text.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ocean_and_vodka_are_exact_both_ways() {
        for (ocean, vodka) in [
            ("0", "0"),
            ("12.5", "12500000000000000000"),
            ("0.000000000000000001", "1"),
            ("1410000000", "1410000000000000000000000000"),
        ] {
            let amount = Vodka::parse_ocean(ocean).unwrap();
            assert_eq!(amount.to_string(), vodka);
            assert_eq!(amount.to_ocean(), ocean);
        }
        assert_eq!(Vodka::parse_ocean("12.5").unwrap().to_people(), "12.50");
    }

    #[test]
    fn nonsense_is_no_amount() {
        for text in ["", "-1", "+1", "1e3", "1.2.3", ".5", "5.", "1,5", "½", "0x10"] {
            assert_eq!(Vodka::parse_ocean(text), Err(AmountError::Digits), "{text:?}");
        }
        assert_eq!(Vodka::parse_ocean("0.0000000000000000001"), Err(AmountError::Places));
        assert_eq!("9".repeat(78).parse::<Vodka>(), Err(AmountError::TooLarge));
    }

    proptest::proptest! {
        #[test]
        fn every_amount_reads_back(bytes in proptest::array::uniform32(proptest::num::u8::ANY)) {
            let amount = Vodka::from_be_bytes(bytes);
            proptest::prop_assert_eq!(amount.to_string().parse::<Vodka>(), Ok(amount));
            proptest::prop_assert_eq!(Vodka::parse_ocean(&amount.to_ocean()), Ok(amount));
            proptest::prop_assert_eq!(Vodka::parse_ocean(&amount.to_people()), Ok(amount));
            proptest::prop_assert_eq!(amount.to_be_bytes(), bytes);
            let text = serde_json::to_string(&amount).unwrap();
            proptest::prop_assert_eq!(serde_json::from_str::<Vodka>(&text).unwrap(), amount);
        }

        #[test]
        fn no_text_panics(text in ".{0,100}") {
            let _refused_or_not = (Vodka::parse_ocean(&text), text.parse::<Vodka>());
        }
    }
}
