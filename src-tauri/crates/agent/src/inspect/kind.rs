//! Kinds of files, and names that are safe to show and to save under.

/// What kind of file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// Its media type.
    pub content_type: &'static str,
    /// For people: "CSV".
    pub format: &'static str,
    /// What separates its columns, where it is a table of text.
    pub delimiter: Option<u8>,
}

const fn kind(content_type: &'static str, format: &'static str) -> Kind {
    Kind { content_type, format, delimiter: None }
}

const fn table(content_type: &'static str, format: &'static str, delimiter: u8) -> Kind {
    Kind { content_type, format, delimiter: Some(delimiter) }
}

/// The kind by the name's ending.
pub fn kind_of(name: &str) -> Kind {
    let ending = name.rsplit_once('.').map(|(_, e)| e.to_ascii_lowercase()).unwrap_or_default();
    match ending.as_str() {
        "csv" => table("text/csv", "CSV", b','),
        "tsv" | "tab" => table("text/tab-separated-values", "TSV", b'\t'),
        "json" => kind("application/json", "JSON"),
        "geojson" => kind("application/geo+json", "GeoJSON"),
        "ndjson" | "jsonl" => kind("application/x-ndjson", "NDJSON"),
        "parquet" => kind("application/vnd.apache.parquet", "Parquet"),
        "xml" => kind("application/xml", "XML"),
        "txt" | "text" => kind("text/plain", "Text"),
        "md" => kind("text/markdown", "Markdown"),
        "pdf" => kind("application/pdf", "PDF"),
        "zip" => kind("application/zip", "ZIP"),
        "gz" | "tgz" => kind("application/gzip", "GZIP"),
        "xlsx" => kind("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel"),
        "sqlite" | "db" => kind("application/vnd.sqlite3", "SQLite"),
        "png" => kind("image/png", "PNG"),
        "jpg" | "jpeg" => kind("image/jpeg", "JPEG"),
        "tif" | "tiff" => kind("image/tiff", "TIFF"),
        "nc" => kind("application/x-netcdf", "NetCDF"),
        "html" | "htm" => kind("text/html", "Web page"),
        _ => kind("application/octet-stream", "File"),
    }
}

/// Whether bytes begin like a web page.
pub fn looks_like_html(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head).trim_start_matches('\u{feff}').trim_start().to_ascii_lowercase();
    text.starts_with("<!doctype html") || text.starts_with("<html")
}

/// The last part of an address, as a name.
pub fn name_of_url(url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let path = path.split_once("://").map_or(path, |(_, rest)| rest);
    safe_name(path.split_once('/').and_then(|(_, p)| p.rsplit('/').next()).unwrap_or_default())
}

/// A name that stays in its folder on every system: no separators, no control characters, no reserved names,
/// no leading dots, at most 120 characters; never empty.
pub fn safe_name(name: &str) -> String {
    let clean: String = name
        .chars()
        .filter(|c| !c.is_control() && !is_invisible(*c))
        .map(|c| if matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|') { '_' } else { c })
        .collect();
    let clean = clean.trim_matches(|c: char| c == '.' || c.is_whitespace());
    let stem = clean.split('.').next().unwrap_or_default().to_ascii_uppercase();
    let reserved = matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL")
        || (stem.len() == 4
            && (stem.starts_with("COM") || stem.starts_with("LPT"))
            && stem.ends_with(|c: char| c.is_ascii_digit()));
    let clean = if reserved { format!("_{clean}") } else { clean.to_owned() };
    let count = clean.chars().count();
    let short: String = if count <= 120 {
        clean
    } else {
        // The ending says how to open it, so it stays.
        let ending: String = clean.chars().skip(count - 20).collect();
        clean.chars().take(99).chain("…".chars()).chain(ending.chars()).collect()
    };
    if short.is_empty() { "file".to_owned() } else { short }
}

/// Characters that change the direction of text or show nothing: they make a name look like another.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_leave_their_folder() {
        for (hostile, safe) in [
            ("../../etc/passwd", "_.._etc_passwd"),
            ("C:\\Windows\\x", "C__Windows_x"),
            ("", "file"),
            ("...", "file"),
            ("NUL.txt", "_NUL.txt"),
            ("a\u{202e}gpj.exe", "agpj.exe"),
            ("line\nbreak.csv", "linebreak.csv"),
        ] {
            assert_eq!(safe_name(hostile), safe, "{hostile:?}");
        }
        let long = safe_name(&format!("{}.csv", "x".repeat(500)));
        assert!(long.chars().count() <= 120 && long.ends_with(".csv"));
    }

    #[test]
    fn an_address_gives_a_name() {
        assert_eq!(name_of_url("https://example.org/a/levels.csv?x=1"), "levels.csv");
        assert_eq!(name_of_url("https://example.org"), "file");
    }
}
