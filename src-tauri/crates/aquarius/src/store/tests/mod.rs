//! Searches held against a slow and plain definition, and files of earlier versions.

mod migration;
mod orders;
mod reference;
mod same;

use protocol::ddo::Ddo;
use rusqlite::Connection;
use serde_json::json;

/// Numbers that look random and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    fn of<'a>(&mut self, values: &[&'a str]) -> &'a str {
        values[self.below(values.len())]
    }

    fn some<'a>(&mut self, values: &[&'a str], most: usize) -> Vec<&'a str> {
        (0..self.below(most + 1)).map(|_| self.of(values)).collect()
    }
}

const WORDS: [&str; 16] = [
    "river",
    "River",
    "rivers",
    "riverbed",
    "river7",
    "rive",
    "ri",
    "Élbe",
    "elbe",
    "elbé-level",
    "level",
    "rain",
    "7",
    "水位",
    "wind_speed",
    "NEAR",
];
const CATEGORIES: [&str; 5] = ["Weather", "weather ", "Health", "AI", ""];
const LICENSES: [&str; 4] = ["CC-BY", "cc-by", "CC0", ""];
const PRICES: [&str; 5] = ["0", "2", "10", "9", "99999999999999999999999999999999999999999999"];
const DATES: [&str; 4] = ["2019-01-01T00:00:00Z", "2019-06-01T12:30:00Z", "2020-01-01T00:00:01Z", "long ago"];

fn document(n: &mut Numbers, number: usize) -> Ddo {
    let mut main = json!({
        "name": n.some(&WORDS, 3).join(" "), "type": "dataset", "author": n.of(&WORDS), "license": n.of(&LICENSES),
        "dateCreated": n.of(&DATES), "datePublished": n.of(&DATES), "files": [],
    });
    if n.below(10) > 0 {
        main["price"] = json!(n.of(&PRICES));
    }
    // Values that few have, so that more of them are there than are told.
    let mut tags: Vec<String> = n.some(&WORDS, 3).into_iter().map(str::to_owned).collect();
    tags.push(format!("tag {}", n.below(40)));
    let mut categories: Vec<String> = n.some(&CATEGORIES, 2).into_iter().map(str::to_owned).collect();
    categories.push(format!("category {}", n.below(50)));
    let document = json!({
        "@context": "https://w3id.org/did/v1", "id": format!("did:op:{:064x}", number * 7919 % 1009),
        "publicKey": [{ "owner": format!("0x{:040x}", n.below(3)) }], "authentication": [], "proof": {},
        "service": [{ "type": "metadata", "index": 0, "attributes": { "main": main,
            "curation": { "rating": 0.5, "numVotes": 1, "isListed": n.below(8) > 0 },
            "additionalInformation": {
                "description": n.some(&WORDS, 30).join(", "), "tags": tags, "categories": categories } } }],
    });
    Ddo::parse(document.to_string().as_bytes()).unwrap()
}

fn opened() -> Connection {
    let mut connection = Connection::open_in_memory().unwrap();
    super::settings(&connection).unwrap();
    super::schema::migrate(&mut connection).unwrap();
    connection
}
