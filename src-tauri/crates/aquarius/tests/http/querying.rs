//! The index answers as [`protocol::query::Query::matches`] does, over listings and queries of every kind.

use crate::support::{Chain, ids};
use aquarius::Catalogue;
use clients::aquarius::AquariusClient;
use protocol::{
    ddo::Ddo,
    query::{Search, SortBy},
};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use transport::{Http, Limits, Listen, Resolver, serve};

/// Numbers that look random and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    fn of(&mut self, values: &[&str]) -> String {
        values[self.below(values.len())].to_owned()
    }

    fn some(&mut self, values: &[&str]) -> Vec<String> {
        (0..self.below(4)).map(|_| self.of(values)).collect()
    }
}

const WORDS: [&str; 8] = ["rain", "Elbe", "level", "9", "wind-speed", "Noise", "data.csv", "hourly"];
const LICENSES: [&str; 4] = ["CC-BY", "cc-by", "CC0", "No License Specified"];
const CATEGORIES: [&str; 4] = ["Weather", "weather", "Health & Medicine", "AI"];
const KINDS: [&str; 3] = ["dataset", "algorithm", "Dataset"];
const OFTEN: [&str; 3] = ["daily", "Yearly", ""];
const PRICES: [&str; 7] = [
    "0",
    "2",
    "10",
    "9",
    "100000000000000000000",
    "99999999999999999999",
    "115792089237316195423570985008687907853269984665640564039457584007913129639935",
];
const DATES: [&str; 6] = [
    "2019-01-01T00:00:00Z",
    "2019-06-01T12:30:00Z",
    "2020-01-01T00:00:00Z",
    "2020-01-01T00:00:01Z",
    "2019-06-01T12:30:00.500Z",
    "long ago",
];

fn listing(n: &mut Numbers, number: usize) -> Vec<u8> {
    let mut main = json!({
        "name": n.some(&WORDS).join(" "), "type": n.of(&KINDS), "author": n.of(&WORDS), "license": n.of(&LICENSES),
        "dateCreated": n.of(&DATES), "datePublished": n.of(&DATES),
        "files": [{ "index": 0, "contentType": "text/csv" }],
    });
    if n.below(10) > 0 {
        main["price"] = json!(n.of(&PRICES));
    }
    json!({
        "@context": "https://w3id.org/did/v1", "id": format!("did:op:{:064x}", number * 7919 % 1009), "created": n.of(&DATES),
        "publicKey": [{ "owner": format!("0x{:040x}", n.below(3)) }], "authentication": [], "proof": {},
        "service": [
            { "type": "metadata", "index": 0, "attributes": { "main": main,
                "curation": { "rating": (n.below(11) as f64) / 10.0, "numVotes": 1, "isListed": n.below(8) > 0 },
                "additionalInformation": { "description": n.some(&WORDS).join(", "), "tags": n.some(&WORDS),
                    "categories": n.some(&CATEGORIES), "updateFrequency": n.of(&OFTEN),
                    "links": [{ "name": "x", "type": n.of(&["sample", "format"]), "url": "https://example.com" }] } } },
            { "type": n.of(&["access", "compute"]), "index": 1, "attributes": { "main": {} } },
        ],
    })
    .to_string()
    .into_bytes()
}

fn query(n: &mut Numbers) -> Value {
    let mut query = Map::new();
    for _ in 0..1 + n.below(3) {
        let (key, values) = match n.below(12) {
            0 => ("text", n.some(&WORDS)),
            1 => ("anywhere", n.some(&WORDS)),
            2 => ("license", n.some(&LICENSES)),
            3 => ("categories", n.some(&CATEGORIES)),
            4 => ("tags", n.some(&WORDS)),
            5 => ("metadata_type", n.some(&KINDS)),
            6 => ("service_type", n.some(&["access", "Compute", "metadata", "nothing"])),
            7 => ("updateFrequency", n.some(&OFTEN)),
            8 => ("sample", n.some(&["sample", "format"])),
            9 => ("publisher", vec![format!("0x{:040x}", n.below(4))]),
            10 => ("price", vec![n.of(&PRICES), n.of(&PRICES)][..1 + n.below(2)].to_vec()),
            _ => (["created", "dateCreated", "datePublished"][n.below(3)], vec![n.of(&DATES[..5]), n.of(&DATES[..5])]),
        };
        query.insert(key.to_owned(), json!(values));
    }
    let mut body = json!({ "query": query, "offset": 1000 });
    if n.below(2) == 0 {
        let path = n.of(&[
            "service.attributes.main.price",
            "created",
            "service.attributes.curation.rating",
            "service.attributes.main.name",
            "service.attributes.main.author",
            "service.attributes.main.license",
            "_id",
        ]);
        body["sort"] = json!({ path: if n.below(2) == 0 { 1 } else { -1 } });
    }
    body
}

#[tokio::test]
async fn the_index_answers_as_the_definition_says() {
    let folder = tempfile::tempdir().unwrap();
    let catalogue = Catalogue::open(&folder.path().join("c.sqlite"), Arc::new(Chain::default())).unwrap();
    let mut n = Numbers(42);
    let documents: Vec<Vec<u8>> = (1..=400).map(|number| listing(&mut n, number)).collect();
    catalogue.bulk_insert(documents.clone()).await.unwrap();
    let ddos: Vec<Ddo> = documents.iter().map(|d| Ddo::parse(d).unwrap()).collect();
    let listen = Listen::Unix(folder.path().join("a.sock"));
    let served = serve(&listen, aquarius::router(catalogue, &[]), CancellationToken::new()).await.unwrap();
    let http = Http::new(Resolver::none(), Limits::hostile());
    let client = AquariusClient::new(http, &served.endpoint().join("/api/v1/aquarius")).unwrap();
    let (mut some, mut sorted) = (0, 0);
    for _ in 0..400 {
        let body = query(&mut n).to_string();
        let search = Search::parse(body.as_bytes(), 0).unwrap();
        let mut expected: Vec<&Ddo> =
            ddos.iter().filter(|ddo| ddo.metadata().is_listed && search.query.matches(ddo)).collect();
        expected.sort_by(|a, b| SortBy::compare(&search.sort, a, b));
        let expected: Vec<String> = expected.iter().map(|ddo| ddo.did().to_string()).collect();
        let page = client.query(body.clone()).await.unwrap();
        assert_eq!(page.total_results, expected.len() as u64, "{body}");
        let results: Vec<Value> = page.results.iter().map(|r| serde_json::from_str(r.get()).unwrap()).collect();
        let mut found = ids(&json!(results));
        let mut expected = expected;
        if search.sort.is_empty() {
            // The best first: which is better is the index's to say.
            found.sort();
            expected.sort();
        } else {
            sorted += 1;
        }
        let differ = found.iter().zip(&expected).find(|(found, expected)| found != expected);
        assert_eq!((differ, found.len()), (None, expected.len()), "{body}");
        some += usize::from(!found.is_empty());
    }
    assert!(some > 150 && sorted > 150, "{some} queries found something, {sorted} were sorted");
}
