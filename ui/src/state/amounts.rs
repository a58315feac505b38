//! Amounts, counts and sizes as people write them.

use crate::texts::Tongue;
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

/// Reads an amount as somebody of this tongue types it.
pub(crate) fn typed(text: &str, tongue: Tongue) -> Result<Vodka, AmountError> {
    let text = text.trim();
    match tongue {
        Tongue::English => Vodka::parse_ocean(text),
        Tongue::German => Vodka::parse_ocean(&text.replace(',', ".")),
    }
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

    #[test]
    fn a_german_comma_is_a_point_and_an_english_comma_is_refused() {
        assert_eq!(typed("12,50", Tongue::German), Ok(ocean("12.5")));
        assert_eq!(typed(" 12.50 ", Tongue::German), Ok(ocean("12.5")));
        assert_eq!(typed("1,250", Tongue::English), Err(AmountError::Digits), "nobody guesses between 1250 and 1.25");
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
