//! How long the catalogue takes to answer a person who types: `cargo run --release -p aquarius --example search_speed
//! [LISTINGS] [FILE]`. A file is kept, and filled only as far as it is not. Prints the 50th, 95th and 99th of a hundred
//! for each kind of search, and for putting in a listing.

use aquarius::{Catalogue, Ownership, OwnershipError, Registered};
use protocol::{
    Did, Vodka,
    search::{SearchOrder, SearchRequest},
};
use std::{error::Error, path::PathBuf, sync::Arc, time::Instant};

struct Nobody;

#[async_trait::async_trait]
impl Ownership for Nobody {
    async fn registered(&self, _: Did) -> Result<Option<Registered>, OwnershipError> {
        Ok(None)
    }
}

const WORDS: [&str; 64] = [
    "river",
    "level",
    "rain",
    "hourly",
    "city",
    "traffic",
    "sensor",
    "harbour",
    "wind",
    "speed",
    "soil",
    "moisture",
    "crop",
    "yield",
    "satellite",
    "image",
    "census",
    "income",
    "school",
    "hospital",
    "energy",
    "meter",
    "solar",
    "grid",
    "noise",
    "air",
    "quality",
    "bicycle",
    "counter",
    "tram",
    "delay",
    "forest",
    "canopy",
    "fire",
    "risk",
    "flood",
    "map",
    "elevation",
    "coast",
    "tide",
    "fishery",
    "catch",
    "plankton",
    "surface",
    "bloom",
    "genome",
    "protein",
    "trial",
    "cohort",
    "imaging",
    "speech",
    "corpus",
    "dialect",
    "translation",
    "market",
    "price",
    "auction",
    "freight",
    "container",
    "port",
    "berth",
    "customs",
    "tariff",
    "parcel",
];

/// Numbers that look random and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % end
    }

    /// Few words are common, most are rare.
    fn word(&mut self) -> String {
        let end = self.below(WORDS.len()) + 1;
        let word = WORDS.get(self.below(end)).copied().unwrap_or_default();
        if self.below(3) == 0 { format!("{word}{}", self.below(2_000)) } else { word.to_owned() }
    }

    fn words(&mut self, count: usize) -> String {
        (0..count).map(|_| self.word()).collect::<Vec<_>>().join(" ")
    }
}

fn document(numbers: &mut Numbers, number: usize) -> Vec<u8> {
    let name = format!("{} data", numbers.words(4));
    let description = format!("The {}. All data of {}.", numbers.words(25), numbers.words(10));
    let tags = serde_json::json!([numbers.word(), numbers.word(), "data"]);
    let category = ["Weather", "Mobility", "Health", "Economy", "Agriculture"].get(numbers.below(5)).copied();
    let license = ["CC-BY", "CC0", "ODbL", "Proprietary"].get(numbers.below(4)).copied();
    let date =
        format!("20{:02}-{:02}-{:02}T00:00:00Z", 10 + numbers.below(10), 1 + numbers.below(12), 1 + numbers.below(28));
    serde_json::json!({
        "@context": "https://w3id.org/did/v1", "id": format!("did:op:{number:064x}"), "created": date,
        "publicKey": [{ "owner": format!("0x{:040x}", number % 500) }], "authentication": [], "proof": {},
        "service": [
            { "type": "metadata", "index": 0, "serviceEndpoint": "http://localhost/", "attributes": {
                "main": { "name": name, "type": "dataset", "author": numbers.word(), "license": license, "price":
                    (numbers.below(20) * 1_000_000_000).to_string(), "dateCreated": date, "datePublished": date,
                    "files": [{ "index": 0, "contentType": "text/csv", "contentLength": "12345" }] },
                "additionalInformation": { "description": description, "tags": tags, "categories": [category] } } },
            { "type": "access", "index": 2, "serviceEndpoint": "http://localhost/", "attributes": { "main": {} } },
        ],
    })
    .to_string()
    .into_bytes()
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let count: usize = std::env::args().nth(1).map_or(Ok(100_000), |text| text.parse())?;
    let folder = tempfile::tempdir()?;
    let file = std::env::args().nth(2).map_or_else(|| folder.path().join("catalogue.sqlite"), PathBuf::from);
    let catalogue = Catalogue::open(&file, Arc::new(Nobody))?;
    let began = Instant::now();
    let mut next = usize::try_from(catalogue.search(SearchRequest::default()).await?.total)?;
    while next < count {
        let end = (next + 10_000).min(count);
        let mut numbers = Numbers(next as u64);
        catalogue.bulk_insert((next..end).map(|number| document(&mut numbers, number)).collect()).await?;
        next = end;
    }
    let mut numbers = Numbers(7);
    println!("{count} listings put in within {:.1} s", began.elapsed().as_secs_f64());
    println!("{:<34} {:>8} {:>8} {:>8} {:>9}", "milliseconds", "p50", "p95", "p99", "found");
    let words =
        |n: usize| move |numbers: &mut Numbers| SearchRequest { text: numbers.words(n), ..SearchRequest::default() };
    type Ask = Box<dyn Fn(&mut Numbers) -> SearchRequest>;
    let kinds: [(&str, Ask); 10] = [
        ("one word", Box::new(words(1))),
        ("two words", Box::new(words(2))),
        (
            "beginning of a word",
            Box::new(|n| SearchRequest {
                text: n.word().chars().take(1 + n.below(4)).collect(),
                ..SearchRequest::default()
            }),
        ),
        ("the commonest word", Box::new(|_| SearchRequest { text: "data".to_owned(), ..SearchRequest::default() })),
        (
            "the commonest, by price",
            Box::new(|_| SearchRequest {
                text: "data ".to_owned(),
                sort: SearchOrder::PriceUp,
                ..SearchRequest::default()
            }),
        ),
        (
            "one word, the newest first",
            Box::new(|n| SearchRequest { text: n.word(), sort: SearchOrder::Newest, ..SearchRequest::default() }),
        ),
        (
            "one word, up to a price",
            Box::new(|n| SearchRequest {
                text: n.word(),
                price_max: Some(Vodka::from_units(n.below(20) as u64 * 1_000_000_000)),
                ..SearchRequest::default()
            }),
        ),
        ("nothing, with counts", Box::new(|_| SearchRequest::default())),
        (
            "a category",
            Box::new(|_| SearchRequest { categories: vec!["weather".to_owned()], ..SearchRequest::default() }),
        ),
        (
            "the commonest, in a category",
            Box::new(|_| SearchRequest {
                text: "data".to_owned(),
                categories: vec!["weather".to_owned()],
                ..SearchRequest::default()
            }),
        ),
    ];
    let row = |name: &str, times: &mut Vec<f64>, found: u64| {
        times.sort_by(f64::total_cmp);
        let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or_default();
        println!("{name:<34} {:>8.2} {:>8.2} {:>8.2} {found:>9}", at(50), at(95), at(99));
    };
    for (name, ask) in kinds {
        let mut times = Vec::new();
        let mut found = 0;
        for _ in 0..300 {
            let request = SearchRequest { page: 1, size: 20, ..ask(&mut numbers) };
            let began = Instant::now();
            found = catalogue.search(request).await?.total;
            times.push(began.elapsed().as_secs_f64() * 1e3);
        }
        row(name, &mut times, found);
    }
    let mut times = Vec::new();
    for number in next..next + 300 {
        let document = document(&mut numbers, number);
        let began = Instant::now();
        catalogue.bulk_insert(vec![document]).await?;
        times.push(began.elapsed().as_secs_f64() * 1e3);
    }
    row("one more listing put in", &mut times, 300);
    Ok(())
}
