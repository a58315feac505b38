//! Durations as people type them: `90s`, `30m`, `2h`, `30d`.

/// Seconds, or a sentence about what is wrong.
pub(crate) fn seconds(text: &str) -> Result<u64, String> {
    let wrong = || format!("“{text}” is no duration; write it like 30m, 2h or 30d");
    let text = text.trim();
    let (digits, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let number: u64 = digits.parse().map_err(|_| wrong())?;
    let unit: u64 = match unit {
        "" | "s" => 1,
        "m" | "min" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err(wrong()),
    };
    number.checked_mul(unit).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn durations_read_as_typed() {
        assert_eq!(seconds("30m"), Ok(1800));
        assert_eq!(seconds("2h"), Ok(7200));
        assert_eq!(seconds("45"), Ok(45));
        assert!(seconds("soon").is_err());
        assert!(seconds("99999999999999999999d").is_err());
        assert!(seconds("9999999999999999d").is_err());
    }
}
