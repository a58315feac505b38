use crate::support::{Key, World, built, draft};
use clients::ClientError;
use protocol::{
    Checksum, Did, Vodka,
    brizo_messages::Message,
    checksum::verify,
    ddo::{Built, Ddo, ListingDraft},
    search::{SIGNATURE_HEADER, SearchRequest, TIME_HEADER},
};
use serde_json::json;
use transport::Request;

const NOT_ALLOWED: &str = "Not allowed to update this DID";

fn now() -> i64 {
    time::OffsetDateTime::now_utc().unix_timestamp()
}

/// The next version of a listing, said on the chain.
fn edited(world: &World, listing: &Built, owner: &Key, price: u64) -> Built {
    let mut edit = ListingDraft::of(&Ddo::parse(&listing.bytes).unwrap()).unwrap();
    edit.price = Vodka::from_ocean(price);
    edit.updated = "2020-02-02T00:00:00Z".to_owned();
    let next = built(&edit, owner);
    assert_eq!(next.did, listing.did);
    world.chain.say(next.did, owner, next.checksum);
    next
}

fn put(world: &World, listing: &Built, by: &Key, at: i64) -> Request {
    let request = Request::put(world.base.join(&format!("/assets/ddo/{}", listing.did)));
    let change = Message::catalogue_change("PUT", listing.did, listing.checksum, &listing.bytes, at);
    signed(request, &change, by, at).header("content-type", "application/json").body(listing.bytes.clone())
}

fn delete(world: &World, listing: &Built, by: &Key, at: i64) -> Request {
    let request = Request::delete(world.base.join(&format!("/assets/ddo/{}", listing.did)));
    signed(request, &Message::catalogue_change("DELETE", listing.did, listing.checksum, &[], at), by, at)
}

fn signed(request: Request, change: &Message, by: &Key, at: i64) -> Request {
    let signature = change.sign(by).unwrap();
    request.header(SIGNATURE_HEADER, &signature.to_string()).header(TIME_HEADER, &at.to_string())
}

fn refused() -> (u16, String) {
    (401, NOT_ALLOWED.to_owned())
}

#[tokio::test]
async fn the_owner_changes_a_listing_and_the_new_version_is_found() {
    let world = World::new().await;
    let owner = Key::new(5);
    let first = world.publish(&draft(&owner, 1), &owner).await;
    let second = edited(&world, &first, &owner, 13);
    world.client.update(second.did, &second.bytes, second.checksum, &owner, now()).await.unwrap();
    let bytes = world.client.ddo(first.did).await.unwrap().unwrap();
    assert_eq!(bytes, second.bytes);
    assert!(verify(&Ddo::parse(&bytes).unwrap(), second.checksum, second.did).is_intact());
    let price = |ocean: u64| json!({ "query": { "price": [Vodka::from_ocean(ocean).to_string()] } });
    assert_eq!(world.query(price(12)).await, Vec::<String>::new());
    assert_eq!(world.query(price(13)).await, [first.did.to_string()]);
}

#[tokio::test]
async fn an_owners_first_put_registers() {
    let world = World::new().await;
    let owner = Key::new(5);
    let listing = built(&draft(&owner, 1), &owner);
    world.chain.say(listing.did, &owner, listing.checksum);
    assert_eq!(world.ask(put(&world, &listing, &owner, now())).await.0, 201);
}

#[tokio::test]
async fn nobody_but_the_owner_changes_a_listing() {
    let world = World::new().await;
    let (owner, thief) = (Key::new(5), Key::new(6));
    let first = world.publish(&draft(&owner, 1), &owner).await;
    let second = edited(&world, &first, &owner, 13);
    assert_eq!(world.ask(put(&world, &second, &thief, now())).await, refused());
    assert_eq!(world.ask(delete(&world, &second, &thief, now())).await, refused());
    let client = world.client.unlist(second.did, second.checksum, &thief, now()).await;
    assert!(matches!(client, Err(ClientError::Refused { status: 401, message }) if message == NOT_ALLOWED));
    let unsigned = Request::delete(world.base.join(&format!("/assets/ddo/{}", first.did)));
    assert_eq!(world.ask(unsigned).await, refused());
    assert_eq!(world.client.ddo(first.did).await.unwrap().unwrap(), first.bytes);
}

/// What the checksum on the chain does not cover, somebody on the way could write anew.
#[tokio::test]
async fn nobody_on_the_way_changes_a_byte_of_what_the_owner_sends() {
    let world = World::new().await;
    let owner = Key::new(5);
    let first = world.publish(&draft(&owner, 1), &owner).await;
    let second = edited(&world, &first, &owner, 13);
    let sent = String::from_utf8(second.bytes.clone()).unwrap();
    for (theirs, another) in [
        ("Per hour.", "Per year."),
        ("https://example.com", "https://example.org"),
        ("\"tags\":[\"rain\"]", "\"tags\":[\"rein\"]"),
        ("\"encryptedFiles\":\"0x010203\"", "\"encryptedFiles\":\"0x010204\""),
    ] {
        let other = sent.replace(theirs, another);
        assert_ne!(other, sent, "{theirs}");
        let ddo = Ddo::parse(other.as_bytes()).unwrap();
        assert!(verify(&ddo, second.checksum, second.did).is_intact(), "the checksum does not cover {theirs}");
        assert_eq!(world.ask(put(&world, &second, &owner, now()).body(other)).await, refused(), "{another}");
    }
    assert_eq!(world.client.ddo(first.did).await.unwrap().unwrap(), first.bytes);
    assert_eq!(world.ask(put(&world, &second, &owner, now())).await.0, 200);
}

#[tokio::test]
async fn a_signature_is_good_for_one_method_one_version_five_minutes_once() {
    let world = World::new().await;
    let owner = Key::new(5);
    let first = world.publish(&draft(&owner, 1), &owner).await;
    let second = edited(&world, &first, &owner, 13);
    for stale in [now() - 301 - 60, now() + 301 + 60, i64::MIN, i64::MAX] {
        assert_eq!(world.ask(put(&world, &second, &owner, stale)).await, refused(), "{stale}");
    }
    let delete_signed = |method: &str, checksum: Checksum, body: &[u8]| {
        let request = Request::delete(world.base.join(&format!("/assets/ddo/{}", first.did)));
        let at = now();
        signed(request, &Message::catalogue_change(method, first.did, checksum, body, at), &owner, at)
    };
    assert_eq!(world.ask(delete_signed("DELETE", first.checksum, &[])).await, refused(), "for the version before");
    assert_eq!(world.ask(delete_signed("PUT", second.checksum, &[])).await, refused(), "for the other method");
    assert_eq!(world.ask(delete_signed("DELETE", second.checksum, b"x")).await, refused(), "for another body");
    // Another document under a good signature.
    let at = now();
    let mut other = put(&world, &second, &owner, at);
    other = other.body(first.bytes.clone());
    assert_eq!(world.ask(other).await.0, 401);

    assert_eq!(world.ask(put(&world, &second, &owner, at)).await.0, 200);
    assert_eq!(world.ask(put(&world, &second, &owner, at)).await, refused(), "replayed");
    let world = world.restarted().await;
    assert_eq!(world.ask(put(&world, &second, &owner, at)).await, refused(), "replayed after a restart");
}

#[tokio::test]
async fn an_unlisted_listing_is_not_found_but_read_and_can_be_listed_again() {
    let world = World::new().await;
    let owner = Key::new(5);
    let listing = world.publish(&draft(&owner, 1), &owner).await;
    let stays = world.publish(&draft(&owner, 2), &owner).await;
    let (status, text) = world.ask(delete(&world, &listing, &owner, now())).await;
    assert_eq!((status, text.as_str()), (200, "Succesfully deleted"));

    let bytes = world.client.ddo(listing.did).await.unwrap().expect("reading by number goes on");
    let ddo = Ddo::parse(&bytes).unwrap();
    assert!(!ddo.metadata().is_listed && verify(&ddo, listing.checksum, listing.did).is_intact());
    let only = [stays.did.to_string()];
    for query in [json!({}), json!({ "query": { "text": ["rain"] } }), json!({ "query": { "tags": ["rain"] } })] {
        assert_eq!(world.query(query).await, only);
    }
    for text in ["", "rain", "delft 1"] {
        let search = SearchRequest { text: text.to_owned(), size: 10, ..SearchRequest::default() };
        let found = world.client.search(&search).await.unwrap().unwrap();
        assert!(!found.results.iter().any(|r| r.get().contains(&listing.did.to_string())), "{text}");
        assert!(found.tags.iter().all(|facet| facet.count <= 1), "{text}");
    }
    assert!(!world.get("/assets").await.1.contains(&listing.did.to_string()));
    assert!(!world.get("/assets/ddo").await.1.contains(&listing.did.to_string()));

    assert_eq!(world.ask(put(&world, &listing, &owner, now())).await.0, 200);
    assert_eq!(world.query(json!({})).await.len(), 2);
    let found = world.client.search(&SearchRequest { size: 1, ..SearchRequest::default() }).await.unwrap().unwrap();
    assert_eq!((found.total, found.tags[0].count), (2, 2));
}

#[tokio::test]
async fn a_change_of_nothing_is_not_found() {
    let world = World::new().await;
    let owner = Key::new(5);
    let listing = built(&draft(&owner, 1), &owner);
    let expected = format!("{} asset DID is not in OceanDB", listing.did);
    assert_eq!(world.ask(delete(&world, &listing, &owner, now())).await, (404, expected));
    world.chain.say(listing.did, &owner, listing.checksum);
    let other = Request::put(world.base.join(&format!("/assets/ddo/{}", Did([9; 32]))));
    let at = now();
    let change = Message::catalogue_change("PUT", listing.did, listing.checksum, &listing.bytes, at);
    let elsewhere = signed(other, &change, &owner, at).body(listing.bytes.clone());
    assert_eq!(world.ask(elsewhere).await.0, 400, "another address than the document's");
}
