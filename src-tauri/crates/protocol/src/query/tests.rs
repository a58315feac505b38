use super::*;
use crate::{Vodka, ddo::Ddo};
use proptest::prelude::*;

const NOW: i64 = 1_577_836_800;

fn listing(number: u8, name: &str, price: &str, more: &str) -> Ddo {
    let text = format!(
        r#"{{"id":"did:op:{}","created":"2019-12-30T00:00:00Z","publicKey":[{{"owner":"0x{}"}}],"service":[
        {{"type":"metadata","index":0,"attributes":{{"main":{{"name":"{name}","type":"dataset","license":"CC-BY",
        "price":"{price}","author":"Met Office","dateCreated":"2012-10-10T17:00:00Z"}},
        "additionalInformation":{{"description":"Temperature, and humidity","tags":["UK","2011"],
        "categories":["Weather & climate"],"updateFrequency":"yearly","links":[{{"type":"sample"}}]{more}}},
        "curation":{{"rating":0.{number}}}}}}},{{"type":"access","index":1}}]}}"#,
        hex::encode([number; 32]),
        hex::encode([number; 20])
    );
    Ddo::parse(text.as_bytes()).unwrap()
}

fn search(query: &str) -> Search {
    Search::parse(format!("{{\"query\":{query}}}").as_bytes(), NOW).unwrap()
}

#[test]
fn every_key_means_what_it_says() {
    let ddo = listing(1, "Weather of the UK", "10", "");
    for (yes, no) in [
        ("{}", r#"{"text":["nothing"]}"#),
        (r#"{"text":"uk"}"#, r#"{"text":"u"}"#),
        (r#"{"text":["HUMIDITY"]}"#, r#"{"text":["met"]}"#),
        (r#"{"text":["no","weather"]}"#, r#"{"text":["no","nothing"]}"#),
        (r#"{"license":["cc-by"]}"#, r#"{"license":["CC"]}"#),
        (r#"{"categories":["x","weather & climate"]}"#, r#"{"categories":["weather"]}"#),
        (r#"{"tags":["uk"]}"#, r#"{"tags":["201"]}"#),
        (r#"{"metadata_type":["dataset"]}"#, r#"{"metadata_type":["algorithm"]}"#),
        (r#"{"service_type":["Access"]}"#, r#"{"service_type":["compute"]}"#),
        (r#"{"type":["access"]}"#, r#"{"type":["compute"]}"#),
        (r#"{"updateFrequency":["yearly"]}"#, r#"{"updateFrequency":["daily"]}"#),
        (r#"{"sample":["sample"]}"#, r#"{"sample":["format"]}"#),
        (r#"{"price":["10"]}"#, r#"{"price":["9"]}"#),
        (r#"{"price":[9,"10"]}"#, r#"{"price":["2","9"]}"#),
        (r#"{"created":["2019-12-01T00:00:00Z","2019-12-31"]}"#, r#"{"created":["2019-12-31"]}"#),
        (r#"{"created":["today","lastWeek"]}"#, r#"{"created":["today"]}"#),
        (r#"{"dateCreated":["2012-10-10","2012-10-10"]}"#, r#"{"dateCreated":["2012-10-11"]}"#),
        (
            r#"{"publisher":["0x0101010101010101010101010101010101010101"]}"#,
            r#"{"publisher":["0x0201010101010101010101010101010101010101"]}"#,
        ),
        (r#"{"license":["CC-BY"],"tags":["uk"]}"#, r#"{"license":["CC-BY"],"tags":["fr"]}"#),
        (r#"{"anywhere":["office"]}"#, r#"{"anywhere":["offices"]}"#),
    ] {
        assert!(search(yes).query.matches(&ddo), "{yes}");
        assert!(!search(no).query.matches(&ddo), "{no}");
    }
    assert!(!search(r#"{"datePublished":["2012-10-10"]}"#).query.matches(&ddo), "it has none");
}

#[test]
fn prices_are_numbers_and_not_texts() {
    let ddo = listing(1, "a", "10000000000000000000", "");
    assert!(search(r#"{"price":["9000000000000000000","11000000000000000000"]}"#).query.matches(&ddo));
    assert!(!search(r#"{"price":["1","2"]}"#).query.matches(&ddo), "as texts, 10… lies between 1 and 2");
}

#[test]
fn what_is_not_of_the_language_is_refused() {
    let error = |query: &str| Search::parse(format!("{{\"query\":{query}}}").as_bytes(), NOW).unwrap_err();
    assert_eq!(error("{\"nofield\":[1]}").to_string(), "The key nofield is not supported by OceanDB.");
    assert!(matches!(error("{\"price\":[\"ten\"]}"), QueryError::Value { .. }));
    assert!(matches!(error("{\"price\":[1,2,3]}"), QueryError::Value { .. }));
    assert!(matches!(error("{\"tags\":[1]}"), QueryError::Value { .. }));
    assert!(matches!(error("{\"created\":[\"today\",\"2019-01-01\"]}"), QueryError::Value { .. }));
    assert_eq!(error("[]"), QueryError::NotAnObject("query"));
    let many = format!("{{\"tags\":[{}]}}", vec!["\"a\""; MAX_VALUES + 1].join(","));
    assert_eq!(error(&many), QueryError::TooMuch("tags".to_owned()));
    for body in ["{\"page\":0}", "{\"page\":-1}", "{\"offset\":0}", "{\"page\":\"x\"}"] {
        assert_eq!(Search::parse(body.as_bytes(), NOW), Err(QueryError::Page), "{body}");
    }
}

#[test]
fn pages_have_a_size_and_a_number() {
    let search = Search::parse(br#"{"query":{},"offset":10,"page":3}"#, NOW).unwrap();
    assert_eq!((search.page.skipped(), search.page.pages(21)), (20, 3));
    assert_eq!(Search::parse(b"{}", NOW).unwrap().page, Page { number: 1, size: 100 });
    assert_eq!(Search::parse(br#"{"offset":99999}"#, NOW).unwrap().page.size, MAX_PAGE_SIZE);
    let get = Search::of_parameters(Some("rain"), Some("{\"value\":1}"), Some("5"), Some("2")).unwrap();
    assert_eq!(
        (get.query.anywhere, get.sort, get.page),
        (vec!["rain".to_owned()], vec![], Page { number: 2, size: 5 })
    );
    assert!(Search::of_parameters(None, None, None, None).unwrap().query.is_empty());
}

#[test]
fn results_are_ordered_as_asked() {
    let listings = [listing(1, "b", "9", ""), listing(2, "A", "10", ""), listing(3, "c", "9", "")];
    let order = |sort: &str| {
        let search = Search::parse(format!("{{\"sort\":{sort}}}").as_bytes(), NOW).unwrap();
        let mut sorted: Vec<&Ddo> = listings.iter().collect();
        sorted.sort_by(|a, b| SortBy::compare(&search.sort, a, b));
        sorted.iter().map(|ddo| ddo.metadata().name.as_str()).collect::<String>()
    };
    assert_eq!(order("{\"service.attributes.main.price\":1}"), "bcA");
    assert_eq!(order("{\"service.metadata.base.price\":-1}"), "Abc");
    assert_eq!(order("{\"service.attributes.main.name.keyword\":1}"), "Abc");
    assert_eq!(order("{\"service.attributes.curation.rating\":-1}"), "cAb");
    assert_eq!(order("{\"value\":1}"), "bAc", "a key that is nowhere orders by id");
    assert_eq!(order("{\"service.attributes.main.price\":1,\"service.attributes.main.name\":-1}"), "cbA");
}

#[test]
fn a_search_is_written_as_it_is_read() {
    let search = Search {
        query: Query {
            text: vec!["rain".to_owned()],
            tags: vec!["uk".to_owned()],
            publisher: vec![Address([3; 20])],
            price: Some(PriceRange { from: Vodka::from_ocean(1), to: PriceRange::MAX }),
            created: Some(DateRange { from: Some(NOW), to: Some(NOW + 5) }),
            ..Query::default()
        },
        sort: vec![SortBy { key: SortKey::Price, direction: Direction::Descending }],
        page: Page { number: 2, size: 20 },
    };
    assert_eq!(Search::parse(search.to_body(true).as_bytes(), NOW).unwrap(), search);
    let plain = Search::parse(search.to_body(false).as_bytes(), NOW).unwrap();
    assert!(plain.query.publisher.is_empty(), "Aquarius does not know that key");
    let open = Query { created: Some(DateRange { from: None, to: Some(NOW) }), ..Query::default() };
    let read = Search::parse(Search { query: open, ..Search::default() }.to_body(false).as_bytes(), NOW).unwrap();
    assert!(read.query.created.unwrap().contains(0));
}

proptest! {
    #[test]
    fn no_query_panics(text in ".{0,80}", key in "text|price|created|tags|sort|publisher|page", value in r#"[\[\]",:0-9a-zT\-Z]{0,30}"#) {
        let _refused_or_not = (
            Search::parse(text.as_bytes(), NOW),
            Search::parse(format!("{{\"query\":{{\"{key}\":{value}}}}}").as_bytes(), NOW),
            Search::of_parameters(Some(&text), Some(&value), Some(&value), Some(&value)),
        );
        let query = Query { text: vec![text.clone()], anywhere: vec![text], ..Query::default() };
        query.matches(&listing(1, "a", "1", ""));
    }
}
