use crate::support::{Key, World, draft};
use protocol::{
    Signer, Vodka,
    search::{Facet, SearchAnswer, SearchOrder, SearchRequest},
};

fn names(answer: &SearchAnswer) -> Vec<String> {
    let value = |r: &serde_json::value::RawValue| serde_json::from_str::<serde_json::Value>(r.get()).unwrap();
    let name = |v: serde_json::Value| v["service"][0]["attributes"]["main"]["name"].as_str().unwrap().to_owned();
    answer.results.iter().map(|r| name(value(r))).collect()
}

fn facet(value: &str, count: u64) -> Facet {
    Facet { value: value.to_owned(), count }
}

async fn search(world: &World, request: SearchRequest) -> SearchAnswer {
    world.client.search(&SearchRequest { size: 20, ..request }).await.unwrap().unwrap()
}

fn text(text: &str) -> SearchRequest {
    SearchRequest { text: text.to_owned(), ..SearchRequest::default() }
}

/// Five listings; prices of different lengths as texts: 0, 2, 9, 10, 100 OCEAN.
async fn filled() -> (World, Key) {
    let world = World::new().await;
    let owner = Key::new(5);
    for (number, name, price, category, license, tags) in [
        (1, "Elbe water level", 9, "Water", "CC-BY", ["river", "hourly"]),
        (2, "Rain over Saxony", 10, "Weather", "CC0", ["rain", "hourly"]),
        (3, "bicycle counters", 100, "Mobility", "CC-BY", ["traffic", "Hourly"]),
        (4, "Soil moisture", 0, "Weather", "ODbL", ["soil", "daily"]),
        (5, "Tides", 2, "Water", "CC-BY", ["sea", "level"]),
    ] {
        let mut draft = draft(&owner, number);
        draft.name = name.to_owned();
        draft.price = Vodka::from_ocean(price);
        draft.categories = vec![category.to_owned()];
        draft.license = license.to_owned();
        draft.tags = tags.map(str::to_owned).to_vec();
        draft.created = format!("2020-01-0{number}T00:00:00Z");
        world.publish(&draft, &owner).await;
    }
    (world, owner)
}

#[tokio::test]
async fn words_find_and_the_title_counts_most() {
    let (world, _) = filled().await;
    assert_eq!(names(&search(&world, text("level")).await), ["Elbe water level", "Tides"]);
    assert_eq!(names(&search(&world, text("ELBE lev")).await), ["Elbe water level"], "the last word as a beginning");
    assert_eq!(names(&search(&world, text("lev ")).await), Vec::<String>::new(), "a finished word is whole");
    assert_eq!(names(&search(&world, text("elbe tides")).await), Vec::<String>::new(), "all words");
    for hostile in ["\"", "a\" OR \"b", "name:x*", "NEAR(a b)", "-", "^", "(((", "\u{0}", "'; DROP TABLE listing; --"] {
        search(&world, text(hostile)).await;
    }
    assert_eq!(search(&world, text("")).await.total, 5);
    let long = world.post("/assets/search", serde_json::to_string(&text(&"x".repeat(1001))).unwrap()).await;
    assert_eq!(long.0, 400);
    assert_eq!(world.post("/assets/search", r#"{"colour":"red"}"#).await.0, 400);
}

#[tokio::test]
async fn prices_are_numbers() {
    let (world, _) = filled().await;
    let range = SearchRequest {
        price_min: Some(Vodka::from_ocean(2)),
        price_max: Some(Vodka::from_ocean(10)),
        sort: SearchOrder::PriceUp,
        ..SearchRequest::default()
    };
    assert_eq!(names(&search(&world, range).await), ["Tides", "Elbe water level", "Rain over Saxony"]);
    let dear = SearchRequest { price_min: Some(protocol::query::PriceRange::MAX), ..SearchRequest::default() };
    assert_eq!(search(&world, dear).await.total, 0);
    let free = search(&world, SearchRequest { free: true, ..SearchRequest::default() }).await;
    assert_eq!((names(&free), free.free), (vec!["Soil moisture".to_owned()], 1));
}

#[tokio::test]
async fn orders_are_what_they_say() {
    let (world, _) = filled().await;
    let (elbe, rain, bikes, soil, tides) =
        ("Elbe water level", "Rain over Saxony", "bicycle counters", "Soil moisture", "Tides");
    for (sort, expected) in [
        (SearchOrder::Best, [tides, soil, bikes, rain, elbe]),
        (SearchOrder::Newest, [tides, soil, bikes, rain, elbe]),
        (SearchOrder::PriceUp, [soil, tides, elbe, rain, bikes]),
        (SearchOrder::PriceDown, [bikes, rain, elbe, tides, soil]),
        (SearchOrder::Name, [bikes, elbe, rain, soil, tides]),
    ] {
        assert_eq!(
            names(&search(&world, SearchRequest { sort, ..SearchRequest::default() }).await),
            expected,
            "{sort:?}"
        );
        let by_word = SearchRequest { sort, ..text("hour") };
        if sort != SearchOrder::Best {
            let found: Vec<&str> =
                expected.into_iter().filter(|name| *name != elbe || sort != SearchOrder::Best).collect();
            assert_eq!(names(&search(&world, by_word).await), found, "{sort:?}: all are described as per hour");
        }
    }
}

#[tokio::test]
async fn facets_count_what_was_found() {
    let (world, owner) = filled().await;
    let all = search(&world, SearchRequest::default()).await;
    assert_eq!((all.total, all.free), (5, 1));
    assert_eq!(all.categories, [facet("Water", 2), facet("Weather", 2), facet("Mobility", 1)]);
    assert_eq!(all.licenses, [facet("CC-BY", 3), facet("CC0", 1), facet("ODbL", 1)]);
    assert_eq!(all.tags[0], facet("hourly", 3), "letters in another case are the same tag");
    let found = search(&world, text("level")).await;
    assert_eq!((found.total, found.free), (2, 0));
    assert_eq!(found.categories, [facet("Water", 2)]);
    let narrowed = SearchRequest {
        categories: vec!["weather".to_owned()],
        tags: vec!["RAIN".to_owned(), "soil".to_owned()],
        ..SearchRequest::default()
    };
    let narrowed = search(&world, narrowed).await;
    assert_eq!((narrowed.total, narrowed.licenses), (2, vec![facet("CC0", 1), facet("ODbL", 1)]));
    let own = SearchRequest { publisher: Some(owner.address()), ..SearchRequest::default() };
    assert_eq!(search(&world, own).await.total, 5);
    let others = SearchRequest { publisher: Some(Key::new(6).address()), ..SearchRequest::default() };
    assert_eq!(search(&world, others).await.total, 0);
    let page = SearchRequest { page: 2, size: 2, ..SearchRequest::default() };
    let page = world.client.search(&page).await.unwrap().unwrap();
    assert_eq!((names(&page).len(), page.total, page.page, page.size), (2, 5, 2, 2));
}
