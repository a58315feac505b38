//! One range of bytes, as a `Range` header asks for it. Several ranges at once are answered with the whole file.

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Everything.
    Whole,
    /// From `start` to `end`, both inclusive and within the file.
    Part {
        /// First byte.
        start: u64,
        /// Last byte.
        end: u64,
    },
    /// Beyond the file's end.
    Unsatisfiable,
}

/// Reads a `Range` header against a length.
pub(crate) fn wanted(header: Option<&str>, length: u64) -> Wanted {
    let Some(spec) = header.and_then(|h| h.trim().strip_prefix("bytes=")) else { return Wanted::Whole };
    let Some((from, to)) = spec.split_once('-') else { return Wanted::Whole };
    if spec.contains(',') {
        return Wanted::Whole;
    }
    let (from, to) = (from.trim(), to.trim());
    match (from.parse::<u64>(), to.parse::<u64>()) {
        (Ok(start), _) if start >= length => Wanted::Unsatisfiable,
        (Ok(start), Ok(end)) if end >= start => Wanted::Part { start, end: end.min(length - 1) },
        (Ok(start), _) if to.is_empty() => Wanted::Part { start, end: length - 1 },
        (_, Ok(0)) if from.is_empty() => Wanted::Unsatisfiable,
        (_, Ok(_)) if from.is_empty() && length == 0 => Wanted::Unsatisfiable,
        (_, Ok(last)) if from.is_empty() => Wanted::Part { start: length.saturating_sub(last), end: length - 1 },
        _ => Wanted::Whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_cut_to_the_file() {
        for (header, expected) in [
            (None, Wanted::Whole),
            (Some("bytes=0-"), Wanted::Part { start: 0, end: 9 }),
            (Some("bytes=3-4"), Wanted::Part { start: 3, end: 4 }),
            (Some("bytes=3-400"), Wanted::Part { start: 3, end: 9 }),
            (Some("bytes=-4"), Wanted::Part { start: 6, end: 9 }),
            (Some("bytes=-400"), Wanted::Part { start: 0, end: 9 }),
            (Some("bytes=10-"), Wanted::Unsatisfiable),
            (Some("bytes=-0"), Wanted::Unsatisfiable),
            (Some("bytes=4-3"), Wanted::Whole),
            (Some("bytes=0-1,3-4"), Wanted::Whole),
            (Some("lines=1-2"), Wanted::Whole),
            (Some("bytes=x-y"), Wanted::Whole),
            (Some("bytes=x-5"), Wanted::Whole),
            (Some("bytes=x-0"), Wanted::Whole),
        ] {
            assert_eq!(wanted(header, 10), expected, "{header:?}");
        }
        assert_eq!(wanted(Some("bytes=0-"), 0), Wanted::Unsatisfiable);
        assert_eq!(wanted(Some("bytes=-5"), 0), Wanted::Unsatisfiable);
    }
}
