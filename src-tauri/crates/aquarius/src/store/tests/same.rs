//! The quick way finds, counts and orders what the slow and plain one does.

use super::{CATEGORIES, LICENSES, Numbers, PRICES, WORDS, document, opened, reference::Reference};
use crate::store::{facets, folded, put, put_all, search::search, set::Set};
use protocol::{
    Address, Vodka,
    ddo::Ddo,
    search::{Facet, SearchOrder, SearchRequest},
};
use rusqlite::Connection;

const ORDERS: [SearchOrder; 5] =
    [SearchOrder::Best, SearchOrder::Newest, SearchOrder::PriceUp, SearchOrder::PriceDown, SearchOrder::Name];

/// What a person types, and which words that are.
fn typed(n: &mut Numbers) -> (String, Vec<&'static str>, bool) {
    const TYPED: [(&str, &[&str]); 16] = [
        ("river", &["river"]),
        ("RIVER", &["river"]),
        ("r", &["r"]),
        ("ri", &["ri"]),
        ("riv", &["riv"]),
        ("rive", &["rive"]),
        ("riverb", &["riverb"]),
        ("river7", &["river7"]),
        ("Elbé", &["elbe"]),
        ("élbe-lev", &["elbe", "lev"]),
        ("7", &["7"]),
        ("水", &["水"]),
        ("rain\" OR \"level", &["rain", "or", "level"]),
        ("NEAR(rain", &["near", "rain"]),
        ("did:op:", &["did", "op"]),
        ("nothingness", &["nothingness"]),
    ];
    let mut text = String::new();
    let mut words = Vec::new();
    for _ in 0..n.below(4) {
        let (one, apart) = TYPED[n.below(TYPED.len())];
        text.push_str(one);
        text.push(' ');
        words.extend(apart);
    }
    if n.below(3) > 0 {
        text.pop();
    }
    let open = text.chars().last().is_some_and(char::is_alphanumeric);
    (text, words, open)
}

fn request(n: &mut Numbers, text: String) -> SearchRequest {
    let mut request = SearchRequest { text, sort: ORDERS[n.below(5)], page: 1, size: 100, ..SearchRequest::default() };
    let strings = |values: Vec<&str>| values.into_iter().map(str::to_owned).collect();
    for _ in 0..n.below(3) {
        match n.below(6) {
            0 => request.categories = strings(n.some(&CATEGORIES, 2)),
            1 => request.licenses = strings(n.some(&LICENSES, 2)),
            2 => request.tags = strings(n.some(&WORDS, 2)),
            3 => request.price_min = n.of(&PRICES[..4]).parse::<Vodka>().ok(),
            4 => request.price_max = n.of(&PRICES[..4]).parse::<Vodka>().ok(),
            _ => request.free = true,
        }
    }
    if n.below(6) == 0 {
        let mut owner = [0; 20];
        owner[19] = u8::try_from(n.below(4)).unwrap();
        request.publisher = Some(Address(owner));
    }
    request
}

fn plain(facets: &[Facet]) -> Vec<Facet> {
    facets.iter().map(|facet| Facet { value: folded(&facet.value), count: facet.count }).collect()
}

/// All pages, one after the other.
fn pages(catalogue: &Connection, request: &SearchRequest, size: u32) -> Vec<i64> {
    let mut all = Vec::new();
    for page in 1.. {
        let answer = search(catalogue, &SearchRequest { page, size, ..request.clone() }).unwrap();
        if answer.results.is_empty() {
            break;
        }
        for document in answer.results {
            let did = Ddo::parse(document.get().as_bytes()).unwrap().did().hex();
            let id = catalogue.query_row("SELECT id FROM listing WHERE did = ?1", [did], |row| row.get(0));
            all.push(id.unwrap());
        }
    }
    all
}

fn hold_against_the_reference(catalogue: &Connection, n: &mut Numbers, questions: usize) {
    let reference = Reference::of(catalogue);
    let mut found_something = 0;
    for _ in 0..questions {
        let (text, words, open) = typed(n);
        let request = request(n, text);
        let expected = reference.search(&request, &words, open);
        let answer = search(catalogue, &request).unwrap();
        assert_eq!((answer.total, answer.free), (expected.found.len() as u64, expected.free), "{request:?}");
        let kinds = [&answer.categories, &answer.licenses, &answer.tags].map(|facets| plain(facets));
        assert_eq!(kinds, expected.kinds, "{request:?}");
        let mut ids: Vec<i64> = expected.found.iter().map(|(id, _)| *id).collect();
        let pages = pages(catalogue, &request, [7, 100][n.below(2)]);
        if expected.found.first().is_some_and(|(_, fit)| fit.is_some()) {
            // Fits that differ by less than a rounding are the same, and then the later listing is first.
            let fit = |id: &i64| expected.found.iter().find(|(other, _)| other == id).unwrap().1.unwrap();
            for pair in pages.windows(2) {
                let (a, b) = (fit(&pair[0]), fit(&pair[1]));
                let same = (a - b).abs() <= a.abs() * 1e-12;
                assert!(if same { pair[0] > pair[1] } else { a < b }, "{request:?}: {pair:?} fit {a} and {b}");
            }
            let mut sorted = pages;
            sorted.sort_unstable();
            ids.sort_unstable();
            assert_eq!(sorted, ids, "{request:?}");
        } else {
            assert_eq!(pages, ids, "{request:?}");
        }
        // Which of the two ways of counting is taken depends on how many were found.
        let listings: Vec<u32> = ids.iter().map(|id| u32::try_from(*id).unwrap()).collect();
        let set: Set = listings.iter().copied().collect();
        for counted in [facets::of_few(catalogue, &listings).unwrap(), facets::of_many(catalogue, &set).unwrap()] {
            assert_eq!(counted.kinds.map(|kind| plain(&kind)), expected.kinds, "{request:?}");
            assert_eq!(counted.free, expected.free, "{request:?}");
        }
        found_something += usize::from(!ids.is_empty());
    }
    assert!(found_something > questions / 3, "{found_something} of {questions} found something");
}

#[test]
fn the_quick_way_answers_as_the_slow_one_while_listings_come_change_and_go() {
    let mut n = Numbers(11);
    let mut catalogue = opened();
    // Together first, some of them twice: the second replaces the first.
    let step = catalogue.transaction().unwrap();
    let together: Vec<Vec<u8>> = (0..250).map(|number| document(&mut n, number % 230).raw().to_vec()).collect();
    put_all(&step, &together).unwrap();
    step.commit().unwrap();
    hold_against_the_reference(&catalogue, &mut n, 150);
    // Then one by one, new ones and changes of earlier ones.
    for _ in 0..4 {
        let step = catalogue.transaction().unwrap();
        for _ in 0..60 {
            let number = n.below(300);
            put(&step, &document(&mut n, number)).unwrap();
        }
        step.commit().unwrap();
        hold_against_the_reference(&catalogue, &mut n, 75);
    }
}

#[test]
fn nothing_is_left_of_listings_that_nobody_lists() {
    let mut n = Numbers(12);
    let mut catalogue = opened();
    let step = catalogue.transaction().unwrap();
    for number in 0..80 {
        put(&step, &document(&mut n, number)).unwrap();
    }
    for number in 0..80 {
        let hidden = document(&mut n, number).with_curation("isListed", protocol::json::Node::Bool(false));
        put(&step, &Ddo::parse(&hidden).unwrap()).unwrap();
    }
    step.commit().unwrap();
    for table in ["piece", "indexed"] {
        let rows: i64 = catalogue.query_row(&format!("SELECT COUNT(*) FROM {table}"), [], |row| row.get(0)).unwrap();
        assert_eq!(rows, 0, "{table}");
    }
    let words: i64 = catalogue
        .query_row("SELECT COUNT(*) FROM length WHERE words <> ZEROBLOB(LENGTH(words))", [], |row| row.get(0))
        .unwrap();
    assert_eq!(words, 0);
    let river = SearchRequest { text: "riv".to_owned(), ..SearchRequest::default() };
    assert_eq!(search(&catalogue, &river).unwrap().total, 0);
}
