//! The media type and the name under which a file is delivered, where its own server does not say them (PROTOCOL 5.2).

/// What a server says of a file that it knows nothing of.
const UNKNOWN: &str = "application/octet-stream";

/// Media types, and how names of their files end.
const ENDINGS: [(&str, &str); 25] = [
    ("application/geo+json", "geojson"),
    ("application/gzip", "gz"),
    ("application/json", "json"),
    ("application/pdf", "pdf"),
    ("application/vnd.apache.parquet", "parquet"),
    ("application/vnd.ms-excel", "xls"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    ("application/x-hdf5", "h5"),
    ("application/x-netcdf", "nc"),
    ("application/x-tar", "tar"),
    ("application/xml", "xml"),
    ("application/zip", "zip"),
    ("audio/mpeg", "mp3"),
    ("audio/wav", "wav"),
    ("image/jpeg", "jpg"),
    ("image/png", "png"),
    ("image/svg+xml", "svg"),
    ("image/tiff", "tif"),
    ("text/csv", "csv"),
    ("text/html", "html"),
    ("text/markdown", "md"),
    ("text/plain", "txt"),
    ("text/tab-separated-values", "tsv"),
    ("video/mp4", "mp4"),
];

/// The media type: as the file's server says, else as it is listed, else by the name's ending.
pub(crate) fn media_type(server: Option<&str>, listed: &str, name: &str) -> String {
    let says = |kind: &&str| {
        let plain = essence(kind);
        kind.contains('/') && kind.bytes().all(|b| (b' '..=b'~').contains(&b)) && plain != UNKNOWN
    };
    let by_name = || {
        let end = ending(name)?.to_ascii_lowercase();
        ENDINGS.iter().find(|(_, known)| *known == end).map(|(kind, _)| *kind)
    };
    let found = server.filter(says).or_else(|| Some(listed).filter(says)).or_else(by_name);
    found.unwrap_or(UNKNOWN).to_owned()
}

/// The name, with the ending of its media type where it has none.
pub(crate) fn with_ending(name: &str, media_type: &str) -> String {
    let kind = essence(media_type);
    match ENDINGS.iter().find(|(known, _)| *known == kind) {
        Some((_, end)) if ending(name).is_none() => format!("{name}.{end}"),
        _ => name.to_owned(),
    }
}

/// What comes after the last dot; names that begin with their only dot have no ending.
fn ending(name: &str) -> Option<&str> {
    let (stem, end) = name.rsplit_once('.')?;
    (!stem.is_empty() && !end.is_empty()).then_some(end)
}

/// A media type without its parameters.
fn essence(kind: &str) -> String {
    kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_media_type_is_what_the_server_says_or_the_listing_or_the_name() {
        for (server, listed, name, expected) in [
            (Some("text/csv; charset=utf-8"), "text/plain", "a.json", "text/csv; charset=utf-8"),
            (Some("application/octet-stream"), "text/plain", "a.json", "text/plain"),
            (Some("nonsense"), "", "a.JSON", "application/json"),
            (None, "text/plain\r\nx: y", "levels.csv", "text/csv"),
            (None, "", "levels", UNKNOWN),
            (None, "", ".csv", UNKNOWN),
        ] {
            assert_eq!(media_type(server, listed, name), expected, "{server:?} {listed:?} {name}");
        }
    }

    #[test]
    fn a_name_without_an_ending_gets_that_of_its_media_type() {
        assert_eq!(with_ending("download", "text/csv; charset=utf-8"), "download.csv");
        assert_eq!(with_ending("levels.dat", "text/csv"), "levels.dat");
        assert_eq!(with_ending("levels", "application/octet-stream"), "levels");
    }
}
