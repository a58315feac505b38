//! Amounts, counts and sizes as people write them.

use crate::texts::{Texts, Tongue, fill};
use protocol::{AmountError, Vodka};

/// Groups the digits of a whole number by three.
fn group(digits: &str, tongue: Tongue) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(tongue.thousands());
        }
        out.push(digit);
    }
    out
}

/// An amount, exact, with at least two places: `12.50`, `1,475.00`; in German `12,50`.
pub(crate) fn amount(value: Vodka, tongue: Tongue) -> String {
    let exact = value.to_ocean();
    let (whole, part) = exact.split_once('.').unwrap_or((&exact, ""));
    format!("{}{}{part:0<2}", group(whole, tongue), tongue.point())
}

/// An amount as somebody types it, to be changed: without groups, `1475.00`; in German `1475,00`.
pub(crate) fn to_type(value: Vodka, tongue: Tongue) -> String {
    let exact = value.to_ocean();
    let (whole, part) = exact.split_once('.').unwrap_or((&exact, ""));
    format!("{whole}{}{part:0<2}", tongue.point())
}

/// An amount with the token's name.
pub(crate) fn amount_of(value: Vodka, currency: &str, tongue: Tongue) -> String {
    format!("{}\u{a0}{currency}", amount(value, tongue))
}

/// A network fee in ether, rounded up to six places: what is shown is never less than what is taken.
pub(crate) fn fee(wei: Vodka, tongue: Tongue) -> String {
    let exact = wei.to_ocean();
    let (whole, part) = exact.split_once('.').unwrap_or((&exact, ""));
    let shown = if part.len() <= 6 {
        exact.clone()
    } else {
        let cut = part.get(..6).unwrap_or(part);
        let up = format!("{whole}{cut}").parse::<u128>().unwrap_or(u128::MAX - 1) + 1;
        let digits = format!("{up:0>7}");
        let (whole, part) = digits.split_at(digits.len() - 6);
        format!("{whole}.{part}")
    };
    format!("{}\u{a0}ETH", shown.replace('.', &tongue.point().to_string()))
}

/// Why what somebody typed is no amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NoAmount {
    /// There are other signs than digits and those that an amount is written with.
    Digits,
    /// It is less than nothing.
    Negative,
    /// It has more than 18 digits after the point.
    Places,
    /// No network can hold it.
    TooLarge,
    /// Its only sign groups thousands here and may stand before the decimals; both ways to read it, as they are written here.
    Unsure(String, String),
}

impl From<AmountError> for NoAmount {
    fn from(error: AmountError) -> Self {
        match error {
            AmountError::Digits => Self::Digits,
            AmountError::Places => Self::Places,
            AmountError::TooLarge => Self::TooLarge,
        }
    }
}

impl NoAmount {
    /// What is wrong, in words. `digits` is said where it is not written as an amount at all.
    pub(crate) fn said(&self, digits: &str, t: &Texts) -> String {
        let p = &t.publish;
        match self {
            Self::Digits => digits.to_owned(),
            Self::Negative => p.amount_negative.to_owned(),
            Self::Places => p.amount_places.to_owned(),
            Self::TooLarge => p.amount_large.to_owned(),
            Self::Unsure(whole, parted) => fill(p.amount_unsure, &[("whole", whole), ("parted", parted)]),
        }
    }
}

/// Reads an amount as somebody of this tongue types it, or as the window writes it. Nobody guesses: `1.250` is refused in
/// German as `1,250` is in English, since it is 1250 for one and 1.25 for another; `1.250,00` is clear, and so is `12.50` in
/// German, where it is no group of thousands.
pub(crate) fn typed(text: &str, tongue: Tongue) -> Result<Vodka, NoAmount> {
    let text = text.trim();
    if text.strip_prefix(['-', '−']).is_some_and(|rest| rest.trim_start().starts_with(|c: char| c.is_ascii_digit())) {
        return Err(NoAmount::Negative);
    }
    let (whole, part) = match text.split_once(tongue.point()) {
        Some((whole, part)) => (whole, Some(part)),
        None => (text, None),
    };
    let groups: Vec<&str> = whole.split(tongue.thousands()).collect();
    let whole = match (groups.as_slice(), part) {
        ([whole], _) => (*whole).to_owned(),
        ([first, second], None) if are_digits(first) && are_digits(second) => {
            return one_sign(first, second, tongue);
        }
        (groups, _) if are_groups(groups) => groups.concat(),
        _ => return Err(NoAmount::Digits),
    };
    let plain = part.map_or_else(|| whole.clone(), |part| format!("{whole}.{part}"));
    Vodka::parse_ocean(&plain).map_err(NoAmount::from)
}

fn are_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Whether these are the groups of a number: `1`, `250`, `000`.
fn are_groups(groups: &[&str]) -> bool {
    groups.split_first().is_some_and(|(first, others)| {
        let begins = are_digits(first) && first.len() <= 3 && !first.starts_with('0');
        begins && others.iter().all(|group| are_digits(group) && group.len() == 3)
    })
}

/// Reads digits with one sign between them, the one that groups thousands here.
fn one_sign(first: &str, second: &str, tongue: Tongue) -> Result<Vodka, NoAmount> {
    // A point stands before the decimals on every keypad, also a German one. A comma in English is no sign of decimals.
    if tongue.thousands() == '.' && second.len() != 3 {
        return Vodka::parse_ocean(&format!("{first}.{second}")).map_err(NoAmount::from);
    }
    let number = |digits: &str| match digits.trim_start_matches('0') {
        "" => "0".to_owned(),
        digits => digits.to_owned(),
    };
    let parted = match second.trim_end_matches('0') {
        "" => number(first),
        part => format!("{}{}{part}", number(first), tongue.point()),
    };
    let whole = number(&format!("{first}{second}"));
    // Nothing is nothing either way.
    if whole == parted { Ok(Vodka::ZERO) } else { Err(NoAmount::Unsure(whole, parted)) }
}

/// A count: `12,480`.
pub(crate) fn count(number: u64, tongue: Tongue) -> String {
    group(&number.to_string(), tongue)
}

/// A size: `184 MB`, `9.1 MB`, `512 bytes`.
pub(crate) fn size(bytes: u64, tongue: Tongue) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if bytes < 1000 {
        let unit = match tongue {
            Tongue::English => "bytes",
            Tongue::German => "Byte",
        };
        return format!("{bytes}\u{a0}{unit}");
    }
    // Tenths of a unit, in whole numbers: no floating point, no "1000 kB".
    let mut tenths = (bytes + 50) / 100;
    let mut unit = 0;
    while tenths >= 9995 && unit + 1 < UNITS.len() {
        tenths = (tenths + 500) / 1000;
        unit += 1;
    }
    let name = UNITS.get(unit).copied().unwrap_or("PB");
    if tenths < 100 {
        let (whole, tenth) = (tenths / 10, tenths % 10);
        if tenth > 0 {
            return format!("{whole}{}{tenth}\u{a0}{name}", tongue.point());
        }
    }
    format!("{}\u{a0}{name}", count((tenths + 5) / 10, tongue))
}

/// A share of 1000: `99.2 %`, `100 %`.
pub(crate) fn permille(share: u16, tongue: Tongue) -> String {
    let (whole, tenth) = (share / 10, share % 10);
    if tenth == 0 { format!("{whole}\u{a0}%") } else { format!("{whole}{}{tenth}\u{a0}%", tongue.point()) }
}

/// Whole per cent of a download; `None` where the whole is unknown.
pub(crate) fn percent(done: u64, total: Option<u64>) -> Option<u64> {
    match total {
        Some(0) => Some(100),
        Some(total) => Some((u128::from(done.min(total)) * 100 / u128::from(total)) as u64),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ocean(text: &str) -> Vodka {
        Vodka::parse_ocean(text).unwrap()
    }

    #[test]
    fn amounts_have_two_places_and_lose_nothing() {
        assert_eq!(amount(ocean("12.5"), Tongue::English), "12.50");
        assert_eq!(amount(ocean("470"), Tongue::English), "470.00");
        assert_eq!(amount(ocean("1475"), Tongue::English), "1,475.00");
        assert_eq!(amount(ocean("1234567.125"), Tongue::German), "1.234.567,125");
        assert_eq!(amount(ocean("0.000000000000000001"), Tongue::English), "0.000000000000000001");
    }

    const TONGUES: [Tongue; 2] = [Tongue::English, Tongue::German];

    fn unsure(whole: &str, parted: &str) -> Result<Vodka, NoAmount> {
        Err(NoAmount::Unsure(whole.into(), parted.into()))
    }

    #[test]
    fn each_language_has_its_point_and_what_could_be_two_numbers_is_refused() {
        assert_eq!(typed(" 12.50 ", Tongue::English), Ok(ocean("12.5")));
        assert_eq!(typed(" 12,50 ", Tongue::German), Ok(ocean("12.5")));
        assert_eq!(typed("1,250", Tongue::English), unsure("1250", "1.25"));
        assert_eq!(typed("1.250", Tongue::German), unsure("1250", "1,25"));
        assert_eq!(typed("12,50", Tongue::English), unsure("1250", "12.5"));
        assert_eq!(typed("0.500", Tongue::German), unsure("500", "0,5"));
        assert_eq!(typed("1,000", Tongue::English), unsure("1000", "1"));
        for tongue in TONGUES {
            assert_eq!(typed("1250", tongue), Ok(ocean("1250")));
        }
    }

    #[test]
    fn a_point_that_groups_no_thousands_stands_before_the_decimals_in_german_too() {
        for (typed_, plain) in [("12.5", "12.5"), ("12.50", "12.5"), ("0.0001", "0.0001"), ("1250.75", "1250.75")] {
            assert_eq!(typed(typed_, Tongue::German), Ok(ocean(plain)), "{typed_}");
        }
        assert_eq!(typed("0.0000000000000000001", Tongue::German), Err(NoAmount::Places));
        for wrong in ["1.2.3", "12.", ".5", "1.25,00"] {
            assert_eq!(typed(wrong, Tongue::German), Err(NoAmount::Digits), "{wrong}");
        }
    }

    #[test]
    fn nobody_is_asked_which_nothing_is_meant() {
        for nothing in ["0,0", "0,00", "0,000", "0.00"] {
            assert_eq!(typed(nothing, Tongue::English), Ok(Vodka::ZERO), "{nothing}");
        }
        for nothing in ["0.0", "0.00", "0.000", "0,00"] {
            assert_eq!(typed(nothing, Tongue::German), Ok(Vodka::ZERO), "{nothing}");
        }
    }

    #[test]
    fn groups_are_read_where_they_are_clear() {
        for (english, plain) in [("1,250.00", "1250"), ("1,250.5", "1250.5"), ("12,345,678", "12345678")] {
            assert_eq!(typed(english, Tongue::English), Ok(ocean(plain)), "{english}");
            let german = english.replace(',', "_").replace('.', ",").replace('_', ".");
            assert_eq!(typed(&german, Tongue::German), Ok(ocean(plain)), "{german}");
        }
        for wrong in ["1,25.00", "1,2500.00", "0,250.00", ",250.00", "1,,250.00", "1234,567.00", "1,250,00.0"] {
            assert_eq!(typed(wrong, Tongue::English), Err(NoAmount::Digits), "{wrong}");
        }
        for wrong in ["", "four", "1.2.3", "12.", ".5", "1 000", "+1", "1e3", "1,250.00.", "-", "- x"] {
            assert_eq!(typed(wrong, Tongue::English), Err(NoAmount::Digits), "{wrong}");
        }
        for wrong in ["12,", ",5", "1,2.5", "1,2,3", "1,250.00"] {
            assert_eq!(typed(wrong, Tongue::German), Err(NoAmount::Digits), "{wrong}");
        }
    }

    #[test]
    fn each_fault_of_an_amount_has_its_own_words() {
        let t = Texts::of(Tongue::German);
        let said = |text: &str| typed(text, Tongue::German).unwrap_err().said("Ziffern.", t);
        assert_eq!(said("vier"), "Ziffern.");
        assert_eq!(said("-1"), t.publish.amount_negative);
        assert_eq!(said("− 1,50"), t.publish.amount_negative);
        assert_eq!(said("1,0000000000000000001"), t.publish.amount_places);
        assert_eq!(said(&"9".repeat(78)), t.publish.amount_large);
        let unsure = said("1.250");
        assert!(unsure.contains("1250") && unsure.contains("1,25") && !unsure.contains('{'), "{unsure}");
    }

    #[test]
    fn what_a_field_is_filled_with_and_what_the_window_writes_can_be_typed_back() {
        assert_eq!(to_type(ocean("1475"), Tongue::English), "1475.00");
        assert_eq!(to_type(ocean("1475"), Tongue::German), "1475,00");
        assert_eq!(to_type(ocean("1234567.125"), Tongue::German), "1234567,125");
        // Amounts of every length, the same each time.
        let mut mixed = 1_u128;
        for round in 0..4096_u32 {
            mixed = mixed.wrapping_mul(0xda94_2042_e4dd_58b5_9e37_79b9_7f4a_7c15).wrapping_add(1);
            let value = Vodka::from_units((mixed ^ (mixed >> 61)) >> (round % 128));
            for tongue in TONGUES {
                assert_eq!(typed(&to_type(value, tongue), tongue), Ok(value), "{value:?}");
                assert_eq!(typed(&amount(value, tongue), tongue), Ok(value), "{value:?}");
            }
        }
    }

    #[test]
    fn a_fee_is_never_shown_too_small() {
        assert_eq!(fee(ocean("0.00021"), Tongue::English), "0.00021\u{a0}ETH");
        assert_eq!(fee(ocean("0.0002100001"), Tongue::English), "0.000211\u{a0}ETH");
        assert_eq!(fee(ocean("0.9999999"), Tongue::German), "1,000000\u{a0}ETH");
    }

    #[test]
    fn sizes_read_like_sizes() {
        for (bytes, shown) in [
            (0, "0 bytes"),
            (999, "999 bytes"),
            (1000, "1 kB"),
            (9_100_000, "9.1 MB"),
            (184_000_000, "184 MB"),
            (999_960, "1 MB"),
            (2_500_000_000, "2.5 GB"),
        ] {
            assert_eq!(size(bytes, Tongue::English).replace('\u{a0}', " "), shown, "{bytes}");
        }
    }

    #[test]
    fn per_cent_stays_within_the_bar() {
        assert_eq!(percent(50, Some(200)), Some(25));
        assert_eq!(percent(300, Some(200)), Some(100));
        assert_eq!(percent(0, Some(0)), Some(100), "an empty file is whole at once");
        assert_eq!(percent(5, None), None);
        assert_eq!(percent(u64::MAX, Some(u64::MAX)), Some(100));
    }
}
