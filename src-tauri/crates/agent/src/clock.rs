//! The time, as text and as numbers. The one place that asks the system for it.

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// Milliseconds since 1970.
pub(crate) fn now_ms() -> i64 {
    i64::try_from(OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

/// Seconds since 1970.
pub(crate) fn now_seconds() -> i64 {
    OffsetDateTime::now_utc().unix_timestamp()
}

/// RFC 3339, for people's eyes later.
pub(crate) fn text_of_ms(ms: i64) -> String {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000)
        .ok()
        .and_then(|time| time.format(&Rfc3339).ok())
        .unwrap_or_default()
}

/// Now, RFC 3339.
pub(crate) fn now_text() -> String {
    text_of_ms(now_ms())
}

/// Now, as documents write it: `2019-02-08T08:13:49Z`.
pub(crate) fn now_document() -> String {
    protocol::date::format_date(now_seconds()).unwrap_or_default()
}
