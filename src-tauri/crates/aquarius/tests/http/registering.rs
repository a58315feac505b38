use crate::support::{Key, World, built, draft};
use protocol::{Signer, checksum::verify, ddo::Ddo, json::Node};
use serde_json::Value;

#[tokio::test]
async fn a_listing_comes_back_as_it_was_registered_and_its_checksum_holds() {
    let world = World::new().await;
    let owner = Key::new(5);
    let listing = world.publish(&draft(&owner, 1), &owner).await;
    let bytes = world.client.ddo(listing.did).await.unwrap().unwrap();
    assert_eq!(String::from_utf8(bytes.clone()), String::from_utf8(listing.bytes.clone()));
    let ddo = Ddo::parse(&bytes).unwrap();
    assert!(verify(&ddo, listing.checksum, listing.did).is_intact());
    assert!(verify(&ddo, listing.checksum, listing.did).did_is_checksum);
}

#[tokio::test]
async fn only_date_of_publishing_and_curation_are_the_catalogues() {
    let world = World::new().await;
    let owner = Key::new(5);
    let listing = built(&draft(&owner, 1), &owner);
    world.chain.say(listing.did, &owner, listing.checksum);
    let mut sent = Node::parse(&listing.bytes).unwrap();
    let Some(Node::List(services)) = sent.get_mut("service") else { panic!("services") };
    let attributes = services[0].get_mut("attributes").unwrap();
    attributes.get_mut("main").unwrap().remove("datePublished");
    attributes.set("curation", Node::parse(br#"{"rating":5.0,"numVotes":999,"isListed":true}"#).unwrap());
    let (status, text) = world.post("/assets/ddo", sent.to_json()).await;
    assert_eq!(status, 201, "{text}");
    let mut back = Node::parse(text.as_bytes()).unwrap();
    assert_eq!(Ddo::parse(text.as_bytes()).unwrap().metadata().votes, 0, "nobody votes for himself");
    assert!(verify(&Ddo::parse(text.as_bytes()).unwrap(), listing.checksum, listing.did).is_intact());
    for document in [&mut sent, &mut back] {
        let Some(Node::List(services)) = document.get_mut("service") else { panic!("services") };
        let attributes = services[0].get_mut("attributes").unwrap();
        attributes.get_mut("main").unwrap().remove("datePublished");
        attributes.remove("curation");
    }
    assert_eq!(sent.to_json(), back.to_json());
}

#[tokio::test]
async fn what_is_missing_or_must_not_be_there_is_named() {
    let world = World::new().await;
    let owner = Key::new(5);
    let listing = built(&draft(&owner, 1), &owner);
    world.chain.say(listing.did, &owner, listing.checksum);
    for key in ["@context", "created", "id", "publicKey", "authentication", "proof", "service"] {
        let mut document = Node::parse(&listing.bytes).unwrap();
        document.remove(key);
        let expected = format!("\"{key}\" is required in the call to register");
        assert_eq!(world.post("/assets/ddo", document.to_json()).await, (400, expected));
    }
    let text = String::from_utf8(listing.bytes.clone()).unwrap();
    let with_url = text.replace("\"name\":\"rain.csv\"", "\"name\":\"rain.csv\",\"url\":\"http://example.com/x\"");
    assert_ne!(with_url, text);
    let refused = (400, "register request failed: url is not allowed in files ".to_owned());
    assert_eq!(world.post("/assets/ddo", with_url).await, refused);
    for (key, date) in [("created", "2020-01-02T00:00:00Z"), ("dateCreated", "2020-01-01T00:00:00Z")] {
        for bad in ["2020-01-02T00:00:00.000Z", "2020-01-02", "yesterday"] {
            let changed = text.replace(&format!("\"{key}\":\"{date}\""), &format!("\"{key}\":\"{bad}\""));
            assert_ne!(changed, text);
            let expected = format!("register request failed: {key} is not of the form 2019-02-08T08:13:49Z");
            assert_eq!(world.post("/assets/ddo", changed).await, (400, expected));
        }
    }
    let (status, faults) =
        world.post("/assets/ddo", text.replace("\"author\":\"Waterschap\"", "\"author\":\"\"")).await;
    let faults: Value = serde_json::from_str(&faults).unwrap();
    assert_eq!((status, faults[0]["path"].as_str()), (400, Some("main/author")), "{faults}");
    assert_eq!(world.post("/assets/ddo", "[1]").await.0, 400);
    assert_eq!(world.post("/assets/ddo", "{\"a\":").await.0, 400);
    assert_eq!(world.client.ddo(listing.did).await.unwrap(), None, "nothing of this was kept");
}

#[tokio::test]
async fn a_document_that_is_too_large_is_refused() {
    let world = World::new().await;
    let large = format!("{{\"id\":\"{}\"}}", "x".repeat(5 << 20));
    for path in ["/assets/ddo", "/assets/ddo/query", "/assets/ddo/validate", "/assets/search"] {
        let request = transport::Request::post(world.base.join(path)).header("content-type", "application/json");
        // The server may hang up while it is still being sent to; what counts is that it goes on serving.
        if let Ok(response) = world.http.send(request.body(large.clone().into_bytes())).await {
            assert_eq!(response.status, 413, "{path}");
        }
    }
    assert!(world.client.health().await.is_ok());
}

#[tokio::test]
async fn a_listing_is_registered_once_and_by_registering_nobody_overwrites_it() {
    let world = World::new().await;
    let owner = Key::new(5);
    let listing = world.publish(&draft(&owner, 1), &owner).await;
    let other = String::from_utf8(listing.bytes.clone()).unwrap().replace("Per hour.", "Send money to 0x00.");
    let refused = (500, "Some error: a document with this id is registered already".to_owned());
    for document in [listing.bytes.clone(), other.clone().into_bytes()] {
        assert_eq!(world.post("/assets/ddo", document).await, refused);
    }
    assert_eq!(world.client.ddo(listing.did).await.unwrap().unwrap(), listing.bytes);

    // One that its owner took out of search is here all the same.
    let now = time::OffsetDateTime::now_utc().unix_timestamp();
    world.client.unlist(listing.did, listing.checksum, &owner, now).await.unwrap();
    let unlisted = world.client.ddo(listing.did).await.unwrap().unwrap();
    for document in [listing.bytes.clone(), other.into_bytes()] {
        assert_eq!(world.post("/assets/ddo", document).await, refused);
    }
    assert_eq!(world.client.ddo(listing.did).await.unwrap().unwrap(), unlisted);
    assert_eq!(world.get("/assets").await.1, "{\"ids\":[]}");
}

#[tokio::test]
async fn a_document_names_no_other_owner_than_the_chain() {
    let world = World::new().await;
    let (owner, thief) = (Key::new(5), Key::new(6));
    let listing = built(&draft(&owner, 1), &owner);
    world.chain.say(listing.did, &owner, listing.checksum);
    let text = String::from_utf8(listing.bytes.clone()).unwrap();
    let key = |of: &Key| format!("\"type\":\"EthereumECDSAKey\",\"owner\":\"{}\"", of.address());
    let proof = |of: &Key| format!("\"creator\":\"{}\",\"signatureValue\"", of.address());
    for (own, another) in [(key(&owner), key(&thief)), (proof(&owner), proof(&thief))] {
        let changed = text.replace(&own, &another);
        assert_ne!(changed, text);
        let ddo = Ddo::parse(changed.as_bytes()).unwrap();
        assert!(verify(&ddo, listing.checksum, listing.did).is_intact(), "no checksum covers {own}");
        let expected = (401, "the document does not name the owner that the chain names".to_owned());
        assert_eq!(world.post("/assets/ddo", changed).await, expected);
    }
    assert_eq!(world.post("/assets/ddo", text).await.0, 201);
}

#[tokio::test]
async fn only_what_its_owner_put_on_the_chain_gets_in() {
    let world = World::new().await;
    let (owner, thief) = (Key::new(5), Key::new(6));
    let listing = built(&draft(&owner, 1), &owner);
    let (status, text) = world.post("/assets/ddo", listing.bytes.clone()).await;
    assert_eq!((status, text.as_str()), (401, "this listing is not registered on the chain"));
    world.chain.say(listing.did, &thief, listing.checksum);
    assert_eq!(world.post("/assets/ddo", listing.bytes.clone()).await.0, 401, "another owner");
    world.chain.say(listing.did, &owner, listing.checksum);
    let text = String::from_utf8(listing.bytes.clone()).unwrap();
    let changed = text.replace("Rain in Delft 1", "Rain in Breda 1");
    assert_ne!(changed, text);
    let (status, why) = world.post("/assets/ddo", changed).await;
    assert_eq!((status, why.as_str()), (401, "the document is not the one that its owner registered on the chain"));
    assert_eq!(world.post("/assets/ddo", listing.bytes).await.0, 201);
    world.chain.fall_silent();
    let other = built(&draft(&owner, 2), &owner);
    assert_eq!(world.post("/assets/ddo", other.bytes).await.0, 503);
}
