use super::*;
use protocol::Vodka;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Columns whose numbers count or name something and so have no unit. Every other number has one.
const PURE_NUMBERS: &[(&str, &[&str])] = &[
    ("digits-of-pi-and-e.txt", &["position"]),
    ("elements.json", &["number", "period", "group", "longest_lived"]),
    ("even-points-on-earth.geojson", &["id"]),
    ("moon-phases-2020-2049.csv", &["cycle"]),
    ("prime-gaps.csv", &["index", "prime", "gap", "merit"]),
];

/// The text in each column; empty where there is nothing.
type Row = BTreeMap<String, String>;

fn ending(file: &str) -> &str {
    file.rsplit('.').next().unwrap()
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn object(value: &Value) -> Row {
    value.as_object().unwrap().iter().map(|(name, value)| (name.clone(), text(value))).collect()
}

fn rows(item: &Item) -> Vec<Row> {
    let (_, bytes) = FILES.iter().find(|(name, _)| *name == item.file).expect(&item.file);
    let all = std::str::from_utf8(bytes).unwrap();
    match ending(&item.file) {
        "csv" => {
            let mut lines = all.lines();
            let names: Vec<&str> = lines.next().unwrap().split(',').collect();
            let row = |line: &str| {
                let cells: Vec<&str> = line.split(',').collect();
                assert_eq!(cells.len(), names.len(), "{}: {line}", item.file);
                names.iter().zip(cells).map(|(name, cell)| ((*name).to_owned(), cell.to_owned())).collect()
            };
            lines.map(row).collect()
        }
        "json" => serde_json::from_str::<Vec<Value>>(all).unwrap().iter().map(object).collect(),
        "ndjson" => all.lines().map(|line| object(&serde_json::from_str(line).unwrap())).collect(),
        "geojson" => {
            let whole: Value = serde_json::from_str(all).unwrap();
            let row = |feature: &Value| {
                let mut row = object(&feature["properties"]);
                for (place, name) in ["longitude", "latitude"].into_iter().enumerate() {
                    row.insert(name.to_owned(), text(&feature["geometry"]["coordinates"][place]));
                }
                row
            };
            whole["features"].as_array().unwrap().iter().map(row).collect()
        }
        "txt" => {
            let row = |line: &str| {
                let (position, digits) = line.trim_start().split_once(' ').unwrap();
                let cells = [("position", position), ("digits", digits)];
                cells.map(|(name, cell)| (name.to_owned(), cell.trim().to_owned())).into_iter().collect()
            };
            all.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).map(row).collect()
        }
        other => panic!("{}: rows of .{other} cannot be counted", item.file),
    }
}

/// Whether every cell of a column that has something in it is a number, and some are.
fn is_numeric(rows: &[Row], column: &str) -> bool {
    let mut cells = rows.iter().map(|row| row[column].as_str()).filter(|cell| !cell.is_empty()).peekable();
    cells.peek().is_some() && cells.all(|cell| cell.parse::<f64>().is_ok())
}

#[test]
fn there_are_data_sets_of_several_formats_and_one_is_free() {
    let items = catalogue().unwrap();
    assert!(items.len() >= 8, "{} data sets", items.len());
    let formats: BTreeSet<&str> = items.iter().map(|item| ending(&item.file)).collect();
    assert!(formats.len() >= 3, "{formats:?}");
    let named: BTreeSet<&str> = items.iter().map(|item| item.file.as_str()).collect();
    let kept: BTreeSet<&str> = FILES.iter().map(|(name, _)| *name).collect();
    assert_eq!((named.len(), &named), (items.len(), &kept), "each file is in the catalogue once");
    let mut free = 0;
    for item in &items {
        let price = Vodka::parse_ocean(&item.price).unwrap();
        assert_eq!(price.to_ocean(), item.price, "{}: its price is exactly what it says", item.file);
        free += usize::from(price.is_zero());
    }
    assert_eq!(free, 1, "one is free, and the others show a purchase");
}

#[test]
fn every_data_set_can_be_judged_before_it_is_bought() {
    for item in catalogue().unwrap() {
        let file = &item.file;
        let license = agent::LICENSES.iter().find(|license| license.id == item.license);
        assert!(license.is_some_and(|license| license.url.is_some()), "{file}: {} can be read", item.license);
        for said in [&item.name, &item.author, &item.description] {
            assert!(!said.trim().is_empty(), "{file}: it says what it is and whose");
        }
        assert!(!item.categories.is_empty() && item.tags.len() >= 3, "{file}: it is found");
        let rows = rows(&item);
        assert!(rows.len() >= 100, "{file}: {} rows", rows.len());
        let described: BTreeSet<&str> = item.columns.iter().map(|column| column.name.as_str()).collect();
        for row in &rows {
            let found: BTreeSet<&str> = row.keys().map(String::as_str).collect();
            assert_eq!(found, described, "{file}: the columns are those that it describes");
        }
        let pure = PURE_NUMBERS.iter().find(|(name, _)| name == file);
        let pure: &[&str] = pure.map(|(_, columns)| *columns).unwrap_or_default();
        assert!(pure.iter().all(|column| described.contains(column)), "{file}: {pure:?}");
        for Column { name, meaning, unit } in &item.columns {
            assert!(!meaning.trim().is_empty(), "{file}: what {name} means");
            let measures = is_numeric(&rows, name) && !pure.contains(&name.as_str());
            // A time of day says how it is written.
            assert_eq!(measures || unit == "hh:mm", !unit.is_empty(), "{file}: the unit of {name}");
        }
    }
}
