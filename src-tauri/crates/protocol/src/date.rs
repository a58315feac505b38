//! Points in time as the documents of the protocol write them: `2019-02-08T08:13:49Z` and nothing else (PROTOCOL 1.6).

use time::{OffsetDateTime, PrimitiveDateTime, format_description::BorrowedFormatItem, macros::format_description};

const FORM: &[BorrowedFormatItem<'static>] = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");

/// Reads a point in time as seconds since 1970; `None` unless it has exactly the form `2019-02-08T08:13:49Z`.
pub fn parse_date(text: &str) -> Option<i64> {
    let digits_where_due = text.len() == 20 && text.bytes().all(|b| b.is_ascii_digit() || b"-T:Z".contains(&b));
    if !digits_where_due {
        return None;
    }
    PrimitiveDateTime::parse(text, FORM).ok().map(|date| date.assume_utc().unix_timestamp())
}

/// Reads a point in time more generously, for comparing: also with fractions of a second, with an offset, or a day alone.
pub fn parse_date_tolerant(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Some(seconds) = parse_date(text) {
        return Some(seconds);
    }
    if text.len() == 10 {
        return parse_date(&format!("{text}T00:00:00Z"));
    }
    let base = parse_date(&format!("{}Z", text.get(..19)?))?;
    let rest = text.get(19..)?;
    let rest = match rest.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|c: char| c.is_ascii_digit()),
        None => rest,
    };
    match rest {
        "" | "Z" | "z" => Some(base),
        offset => {
            let sign = match offset.get(..1)? {
                "+" => -1,
                "-" => 1,
                _ => return None,
            };
            let digits: String = offset.get(1..)?.chars().filter(|c| *c != ':').collect();
            let hours: i64 = digits.get(..2)?.parse().ok()?;
            let minutes: i64 = digits.get(2..4)?.parse().ok()?;
            (digits.len() == 4 && hours < 24 && minutes < 60).then_some(base + sign * (hours * 3600 + minutes * 60))
        }
    }
}

/// Writes seconds since 1970 in the one accepted form; `None` outside of the years 0 to 9999.
pub fn format_date(unix_seconds: i64) -> Option<String> {
    let date = OffsetDateTime::from_unix_timestamp(unix_seconds).ok()?;
    if !(0..=9999).contains(&date.year()) {
        return None;
    }
    date.format(FORM).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_one_form_is_strict() {
        assert_eq!(parse_date("2020-01-01T00:00:00Z"), Some(1_577_836_800));
        assert_eq!(format_date(1_577_836_800).as_deref(), Some("2020-01-01T00:00:00Z"));
        for text in [
            "2019-05-16T12:36:14.535Z",
            "2019-05-16",
            "2019-05-16T12:36:14",
            "2019-05-16T12:36:14+00:00",
            "2019-02-30T12:36:14Z",
            "2019-05-16t12:36:14Z",
            "+019-05-16T12:36:14Z",
            " 019-05-16T12:36:14Z",
            "",
        ] {
            assert_eq!(parse_date(text), None, "{text:?}");
        }
        assert_eq!(format_date(i64::MAX), None);
    }

    #[test]
    fn comparing_reads_what_people_and_libraries_write() {
        let base = parse_date("2019-05-16T12:36:14Z");
        for text in [
            "2019-05-16T12:36:14.535Z",
            "2019-05-16T12:36:14",
            "2019-05-16T14:36:14+02:00",
            "2019-05-16T11:36:14.1-0100",
        ] {
            assert_eq!(parse_date_tolerant(text), base, "{text:?}");
        }
        assert_eq!(parse_date_tolerant("2019-05-16"), parse_date("2019-05-16T00:00:00Z"));
        for text in ["yesterday", "2019-05-16T12:36:14+2", "2019-05-16T12:36:14é", "éééééééééééééééééééé"]
        {
            assert_eq!(parse_date_tolerant(text), None, "{text:?}");
        }
    }
}
