use crate::support::{Chain, Key, World, draft};
use aquarius::Catalogue;
use protocol::Did;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use transport::{Http, Limits, Listen, Method, Request, Resolver, serve};

#[tokio::test]
async fn it_says_what_it_is() {
    let world = World::new().await;
    world.client.health().await.unwrap();
    assert_eq!(world.get("/health").await, (200, "Sqlite connected".to_owned()));
    // With and without a slash at its end.
    for base in [world.base.to_string(), world.base.join("/")] {
        let (status, text) = world.ask(Request::get(&base)).await;
        assert_eq!(status, 200, "{base}: {text}");
        let root: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&root["software"], &root["plugin"]), (&json!("Aquarius"), &json!("sqlite")), "{base}");
        assert!(root["version"].is_string());
    }
    assert_eq!(world.get("/nothing").await.0, 404);
}

#[tokio::test]
async fn a_page_in_a_browser_may_ask_and_change() {
    let world = World::new().await;
    let one = format!("/assets/ddo/{}", Did([9; 32]));
    let asked = "content-type,x-neuston-signature,x-neuston-time";
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/assets"),
        ("POST", "/assets/ddo"),
        ("POST", "/assets/ddo/query"),
        ("POST", "/assets/search"),
        ("PUT", one.as_str()),
        ("DELETE", one.as_str()),
    ] {
        let before = Request::new(Method::OPTIONS, world.base.join(path))
            .header("origin", "https://market.example")
            .header("access-control-request-method", method)
            .header("access-control-request-headers", asked);
        let answer = world.http.send(before).await.unwrap();
        assert!(answer.is_success(), "{method} {path}: {}", answer.status);
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{method} {path}");
        let allowed = |name: &str| answer.header(name).unwrap_or_default().to_lowercase();
        let (methods, headers) = (allowed("access-control-allow-methods"), allowed("access-control-allow-headers"));
        assert!(methods.split(',').any(|one| one.trim().eq_ignore_ascii_case(method)), "{method} {path}: {methods}");
        for name in asked.split(',') {
            assert!(headers.split(',').any(|one| one.trim() == name), "{method} {path}: {headers}");
        }
    }
    // Answers can be read, refusals too.
    for (path, status) in [("/assets", 200), (one.as_str(), 404), ("/assets/ddo/query?page=0", 400)] {
        let request = Request::get(world.base.join(path)).header("origin", "https://market.example");
        let answer = world.http.send(request).await.unwrap();
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (status, Some("*")), "{path}");
    }
}

#[tokio::test]
async fn pages_of_other_origins_than_those_that_were_named_may_not_ask() {
    let folder = tempfile::tempdir().unwrap();
    for (number, origins) in [vec![], vec!["https://market.example".to_owned()]].into_iter().enumerate() {
        let catalogue =
            Catalogue::open(&folder.path().join(format!("{number}.db")), Arc::new(Chain::default())).unwrap();
        let listen = Listen::Unix(folder.path().join(format!("{number}.sock")));
        let served = serve(&listen, aquarius::router(catalogue, &origins), CancellationToken::new()).await.unwrap();
        let http = Http::new(Resolver::none(), Limits::hostile());
        for origin in ["https://market.example", "https://market.example.evil"] {
            let url = served.endpoint().join("/api/v1/aquarius/assets");
            let told = http.send(Request::get(&url).header("origin", origin)).await.unwrap();
            let allowed = origins.iter().any(|named| named == origin);
            assert_eq!(told.header("access-control-allow-origin"), allowed.then_some(origin), "{origins:?}");
            let before = Request::new(Method::OPTIONS, &url)
                .header("origin", origin)
                .header("access-control-request-method", "GET");
            let told = http.send(before).await.unwrap();
            assert_eq!(told.header("access-control-allow-origin"), allowed.then_some(origin), "{origins:?}");
        }
    }
}

#[tokio::test]
async fn listings_are_listed_and_read() {
    let world = World::new().await;
    let owner = Key::new(5);
    assert_eq!(world.get("/assets").await, (200, "{\"ids\":[]}".to_owned()));
    assert_eq!(world.get("/assets/ddo").await, (200, "{}".to_owned()));
    let mut dids = Vec::new();
    for number in 1..=3 {
        dids.push(world.publish(&draft(&owner, number), &owner).await.did.to_string());
    }
    dids.sort();
    let list: Value = serde_json::from_str(&world.get("/assets").await.1).unwrap();
    assert_eq!(list, json!({ "ids": dids }));
    let all: Value = serde_json::from_str(&world.get("/assets/ddo").await.1).unwrap();
    assert_eq!(all.as_object().unwrap().len(), 3);
    for did in &dids {
        let (status, text) = world.get(&format!("/assets/ddo/{did}")).await;
        let ddo: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((status, &ddo), (200, &all[did]));
        let (status, text) = world.get(&format!("/assets/metadata/{did}")).await;
        let metadata: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((status, &metadata), (200, &ddo["service"][0]), "the whole service");
        assert_eq!(metadata["attributes"]["main"]["author"], json!("Waterschap"));
    }
}

#[tokio::test]
async fn what_is_not_there_is_said_in_the_known_words() {
    let world = World::new().await;
    let did = Did([9; 32]);
    let expected = (404, format!("{did} asset DID is not in OceanDB"));
    assert_eq!(world.get(&format!("/assets/ddo/{did}")).await, expected);
    assert_eq!(world.get(&format!("/assets/metadata/{did}")).await, expected);
    assert_eq!(world.get("/assets/ddo/did:op:1234").await.0, 400);
    assert_eq!(world.client.ddo(did).await.unwrap(), None);
}

#[tokio::test]
async fn metadata_can_be_tried_out() {
    let world = World::new().await;
    let good = json!({ "main": {
        "name": "Rain", "type": "dataset", "author": "W", "license": "CC-BY", "price": "0",
        "dateCreated": "2020-01-01T00:00:00Z",
        "files": [{ "index": 0, "contentType": "text/csv", "url": "https://example.com/rain.csv" }],
    } });
    assert_eq!(world.post("/assets/ddo/validate", good.to_string()).await, (200, "true".to_owned()));
    let mut bad = good;
    bad["main"]["name"] = json!(7);
    let (status, text) = world.post("/assets/ddo/validate", bad.to_string()).await;
    let faults: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((status, &faults[0]["path"]), (200, &json!("main/name")));
    assert!(faults[0]["message"].is_string());
    assert_eq!(world.post("/assets/ddo/validate", "nothing").await.0, 400);
}

#[tokio::test]
async fn pages_are_counted_from_one() {
    let world = World::new().await;
    let owner = Key::new(5);
    for number in 1..=5 {
        world.publish(&draft(&owner, number), &owner).await;
    }
    for body in [json!({ "page": 0 }), json!({ "page": -1 }), json!({ "offset": 0 })] {
        assert_eq!(world.post("/assets/ddo/query", body.to_string()).await.0, 400, "{body}");
    }
    assert_eq!(world.get("/assets/ddo/query?text=rain&page=0").await.0, 400);
    let mut seen = Vec::new();
    for (page, rows) in [(1, 2), (2, 2), (3, 1), (4, 0)] {
        let body = json!({ "query": {}, "offset": 2, "page": page });
        let answer: Value = serde_json::from_str(&world.post("/assets/ddo/query", body.to_string()).await.1).unwrap();
        assert_eq!(
            (&answer["page"], &answer["total_pages"], &answer["total_results"]),
            (&json!(page), &json!(3), &json!(5))
        );
        let ids = crate::support::ids(&answer["results"]);
        assert_eq!(ids.len(), rows);
        seen.extend(ids);
    }
    let mut sorted = seen.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!(sorted, seen, "by number, none twice");
    let sort = "%7B%22value%22%3A1%7D";
    let (status, text) = world.get(&format!("/assets/ddo/query?text=delft&sort={sort}&offset=100&page=1")).await;
    assert_eq!(status, 200, "what squid-js sends");
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["total_results"], json!(5));
    let (status, text) = world.post("/assets/ddo/query", r#"{"query":{"colour":["red"]}}"#).await;
    assert_eq!((status, text.as_str()), (400, "The key colour is not supported by OceanDB."));
}

#[tokio::test]
async fn every_page_however_far_is_an_answer() {
    let world = World::new().await;
    let owner = Key::new(5);
    for number in 1..=5 {
        world.publish(&draft(&owner, number), &owner).await;
    }
    let far = |n: i64| n.unsigned_abs();
    let numbers = [1, 2, 3, 6, 1_000, 1_001, far(i64::MAX) - 1, far(i64::MAX), far(i64::MIN), u64::MAX - 1, u64::MAX];
    let asked: [&str; 4] = [
        "{}",
        r#"{"query":{"text":["rain"]}}"#,
        r#"{"query":{"tags":["rain"]},"sort":{"service.attributes.main.price":-1}}"#,
        r#"{"query":{"text":["nothing"]}}"#,
    ];
    for page in numbers {
        for offset in numbers {
            let rows = |total: u64| {
                let size = offset.min(1_000);
                total.saturating_sub((page - 1).saturating_mul(size)).min(size)
            };
            for body in asked {
                let mut body: Value = serde_json::from_str(body).unwrap();
                body["page"] = json!(page);
                body["offset"] = json!(offset);
                let (status, text) = world.post("/assets/ddo/query", body.to_string()).await;
                assert_eq!(status, 200, "{body}: {text}");
                let answer: Value = serde_json::from_str(&text).unwrap();
                let total = answer["total_results"].as_u64().unwrap();
                assert!([0, 5].contains(&total) && answer["page"] == json!(page), "{body}: {text}");
                assert_eq!(crate::support::ids(&answer["results"]).len() as u64, rows(total), "{body}");
            }
            let (status, text) = world.get(&format!("/assets/ddo/query?text=delft&page={page}&offset={offset}")).await;
            assert_eq!(status, 200, "page {page} of {offset}: {text}");
            let answer: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(crate::support::ids(&answer["results"]).len() as u64, rows(5), "page {page} of {offset}");
        }
    }
    for beyond in ["18446744073709551616", "1e3", "-1", "1.0", "1e400", "true", "[]", "{}"] {
        for body in [format!(r#"{{"page":{beyond}}}"#), format!(r#"{{"offset":{beyond}}}"#)] {
            assert_eq!(world.post("/assets/ddo/query", body.clone()).await.0, 400, "{body}");
        }
    }
    for beyond in ["18446744073709551616", "1e3", "-1", "1.0", "true"] {
        assert_eq!(world.get(&format!("/assets/ddo/query?page={beyond}")).await.0, 400, "{beyond}");
    }
    let far = json!({ "page": u32::MAX, "size": 100 });
    let (status, text) = world.post("/assets/search", far.to_string()).await;
    assert_eq!(status, 200, "{text}");
    assert_eq!(world.post("/assets/search", json!({ "page": u64::MAX }).to_string()).await.0, 400);
}
