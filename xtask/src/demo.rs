//! The demo publisher's data, computed from constants: nothing is downloaded, and every run gives the same bytes.

mod air;
mod calendar;
mod elements;
mod moon;
mod numbers;
mod planets;
mod sphere;
mod sun;
mod water;

use crate::{
    command::{read, write},
    places::Places,
};
use std::fmt::Write as _;

/// The folder all of it goes to.
const FOLDER: &str = "assets/demo";

/// A file with what a person must know to judge it.
struct Dataset {
    file: &'static str,
    name: &'static str,
    author: &'static str,
    /// An SPDX id.
    license: &'static str,
    /// OCEAN; "0" is free.
    price: &'static str,
    /// When the data was made, RFC 3339.
    created: &'static str,
    categories: &'static [&'static str],
    tags: &'static [&'static str],
    /// Name, meaning, unit ("" where it has none).
    columns: &'static [(&'static str, &'static str, &'static str)],
    /// Markdown.
    description: &'static str,
    bytes: Vec<u8>,
}

/// Writes files and index.
pub(crate) fn write_all(places: &Places) -> Result<(), String> {
    let folder = places.at(FOLDER);
    let datasets = datasets();
    for dataset in &datasets {
        write(&folder.join(dataset.file), &dataset.bytes)?;
    }
    write(&folder.join("catalogue.json"), catalogue(&datasets).as_bytes())
}

/// Compares the committed files with what would be computed now.
pub(crate) fn check(places: &Places) -> Result<(), String> {
    let folder = places.at(FOLDER);
    let datasets = datasets();
    let index = [("catalogue.json", catalogue(&datasets).into_bytes())];
    for (file, bytes) in datasets.into_iter().map(|dataset| (dataset.file, dataset.bytes)).chain(index) {
        if read(&folder.join(file))? != bytes {
            return Err(format!("{FOLDER}/{file} is not what its program computes: run `cargo xtask demo-data`"));
        }
    }
    Ok(())
}

fn datasets() -> Vec<Dataset> {
    vec![
        elements::table(),
        moon::phases(),
        planets::positions(),
        sun::rise_and_set(),
        water::river(),
        water::tides(),
        calendar::days(),
        sphere::points(),
        numbers::prime_gaps(),
        numbers::digits(),
        air::moist(),
        air::standard_atmosphere(),
    ]
}

/// The index: one object a file, keys as the publishing form names them.
fn catalogue(datasets: &[Dataset]) -> String {
    let mut json = String::from("[\n");
    for (index, dataset) in datasets.iter().enumerate() {
        let texts = |texts: &[&str]| texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", ");
        let columns = dataset.columns.iter().map(|(name, meaning, unit)| {
            format!(
                "      {{ \"name\": {}, \"meaning\": {}, \"unit\": {} }}",
                quoted(name),
                quoted(meaning),
                quoted(unit)
            )
        });
        let _ = write!(
            json,
            "  {{\n    \"file\": {},\n    \"name\": {},\n    \"author\": {},\n    \"license\": {},\n    \"price\": {},\n    \
             \"created\": {},\n    \"categories\": [{}],\n    \"tags\": [{}],\n    \"description\": {},\n    \
             \"columns\": [\n{}\n    ]\n  }}{}\n",
            quoted(dataset.file),
            quoted(dataset.name),
            quoted(dataset.author),
            quoted(dataset.license),
            quoted(dataset.price),
            quoted(dataset.created),
            texts(dataset.categories),
            texts(dataset.tags),
            quoted(dataset.description.trim()),
            columns.collect::<Vec<_>>().join(",\n"),
            if index + 1 == datasets.len() { "" } else { "," },
        );
    }
    json.push_str("]\n");
    json
}

/// A JSON string.
fn quoted(text: &str) -> String {
    let mut json = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            control if control < ' ' => {
                let _ = write!(json, "\\u{:04x}", u32::from(control));
            }
            other => json.push(other),
        }
    }
    json.push('"');
    json
}

/// A day of the Gregorian calendar: year, month, day, of a Julian day number at noon.
fn civil(julian_day: i64) -> (i64, i64, i64) {
    let a = julian_day + 32_044;
    let b = (4 * a + 3) / 146_097;
    let c = a - 146_097 * b / 4;
    let d = (4 * c + 3) / 1461;
    let e = c - 1461 * d / 4;
    let m = (5 * e + 2) / 153;
    (100 * b + d - 4800 + m / 10, m + 3 - 12 * (m / 10), e - (153 * m + 2) / 5 + 1)
}

/// The Julian day number, at noon, of a day of the Gregorian calendar.
fn julian(year: i64, month: i64, day: i64) -> i64 {
    let early = (14 - month) / 12;
    let y = year + 4800 - early;
    let m = month + 12 * early - 3;
    day + (153 * m + 2) / 5 + 365 * y + y / 4 - y / 100 + y / 400 - 32_045
}

/// `2026-03-20` of a Julian day number.
fn date(julian_day: i64) -> String {
    let (year, month, day) = civil(julian_day);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn days_count_through() {
        assert_eq!(julian(2000, 1, 1), 2_451_545);
        for day in (julian(1890, 1, 1)..julian(2110, 1, 1)).step_by(13) {
            let (year, month, of_month) = civil(day);
            assert_eq!(julian(year, month, of_month), day);
        }
        assert_eq!(date(julian(2024, 2, 29) + 1), "2024-03-01");
    }

    /// Rows of data, without heads and brackets.
    fn rows(dataset: &Dataset) -> usize {
        let text = std::str::from_utf8(&dataset.bytes).unwrap();
        match dataset.file.rsplit('.').next() {
            Some("csv") => text.lines().count() - 1,
            Some("ndjson") => text.lines().count(),
            Some("json") => text.lines().filter(|line| line.starts_with("  {")).count(),
            Some("geojson") => text.matches("\"type\": \"Feature\",").count(),
            Some("txt") => text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).count(),
            _ => panic!("{}: how are its rows counted?", dataset.file),
        }
    }

    #[test]
    fn what_is_committed_is_what_is_computed() {
        check(&Places::find().unwrap()).unwrap();
    }

    #[test]
    fn every_dataset_can_be_judged() {
        let datasets = datasets();
        assert!(datasets.iter().any(|dataset| dataset.price == "0"), "one is free");
        let total: usize = datasets.iter().map(|dataset| dataset.bytes.len()).sum();
        assert!(total < 1_500_000, "{total} bytes");
        let files: BTreeSet<_> = datasets.iter().map(|dataset| dataset.file).collect();
        assert_eq!(files.len(), datasets.len());
        for dataset in &datasets {
            let rows = rows(dataset);
            assert!(rows >= 100, "{}: {rows} rows", dataset.file);
            assert!(dataset.description.trim().len() > 300, "{}: a description that helps", dataset.file);
            assert!(!dataset.categories.is_empty() && dataset.tags.len() >= 3, "{}", dataset.file);
        }
    }

    #[test]
    fn tables_have_the_columns_they_name() {
        for dataset in datasets().iter().filter(|dataset| dataset.file.ends_with(".csv")) {
            let text = String::from_utf8(dataset.bytes.clone()).unwrap();
            let named: Vec<_> = dataset.columns.iter().map(|column| column.0).collect();
            let width = named.len();
            assert_eq!(text.lines().next().unwrap(), named.join(","), "{}", dataset.file);
            assert!(text.lines().all(|line| line.split(',').count() == width), "{}", dataset.file);
        }
    }

    #[test]
    fn texts_are_json() {
        assert_eq!(quoted("a \"b\"\n\\\u{1}°"), "\"a \\\"b\\\"\\n\\\\\\u0001°\"");
    }
}
