//! Changes as clients of Aquarius 1.1 send them.

use crate::support::{Key, World, draft};
use protocol::{
    Address, Did, Signer,
    brizo_messages::Message,
    checksum::{Algorithm, compute, verify},
    ddo::{Ddo, ListingDraft},
};
use serde_json::{Value, json};
use transport::Request;

const UPDATED: &str = "2020-01-02T00:00:00Z";

/// What is asked, with this key's signature over what the document says of its last change.
fn signed(by: &Key, updated: &str, mut asked: Value) -> Value {
    let signature = Message::CatalogueUpdated { updated: updated.to_owned() }.sign(by).unwrap();
    asked["updated"] = json!(updated);
    asked["signature"] = json!(signature.to_string());
    asked
}

async fn put(world: &World, path: &str, body: &Value) -> (u16, String) {
    world.ask(Request::put(world.base.join(path)).json(body)).await
}

async fn delete(world: &World, did: Did, body: &Value) -> (u16, String) {
    world.ask(Request::delete(world.base.join(&format!("/assets/ddo/{did}"))).json(body)).await
}

async fn now_at(world: &World, did: Did) -> Value {
    serde_json::from_slice(&world.client.ddo(did).await.unwrap().unwrap()).unwrap()
}

fn refused() -> (u16, String) {
    (401, "Not allowed to update this DID".to_owned())
}

/// A listing of other software with a computation, registered as it registers them.
async fn foreign(world: &World, owner: &Key) -> Did {
    let did = Did([7; 32]);
    let main = json!({
        "name": "Rain", "type": "dataset", "author": "W", "license": "CC0", "price": "10", "dateCreated": UPDATED,
        "datePublished": UPDATED, "files": [{ "index": 0, "contentType": "text/csv" }],
    });
    let address = owner.address().to_string();
    let document = json!({
        "@context": "https://w3id.org/did/v1", "id": did.to_string(), "created": UPDATED, "updated": UPDATED,
        "publicKey": [{ "id": did.to_string(), "type": "EthereumECDSAKey", "owner": address }],
        "authentication": [], "proof": { "type": "DDOIntegritySignature", "creator": address, "signatureValue": "0x" },
        "service": [
            { "type": "metadata", "index": 0, "attributes": { "main": main } },
            { "type": "compute", "index": 4, "attributes": { "main": { "name": "c", "price": "10" } } },
        ],
    });
    let bytes = document.to_string().into_bytes();
    let checksum = compute(&Ddo::parse(&bytes).unwrap(), Algorithm::Services).unwrap();
    world.chain.say(did, owner, checksum);
    world.client.register(&bytes).await.unwrap();
    did
}

#[tokio::test]
async fn a_catalogue_takes_them_only_where_it_is_told_to() {
    let world = World::new().await;
    let owner = Key::new(5);
    let listing = world.publish(&draft(&owner, 1), &owner).await;
    let before = now_at(&world, listing.did).await;
    assert_eq!(delete(&world, listing.did, &signed(&owner, UPDATED, json!({}))).await, refused());
    for path in ["metadata", "owner/update", "computePrivacy/update"] {
        let asked = signed(&owner, UPDATED, json!({ "description": "x", "newOwner": Address([1; 20]) }));
        let (status, _) = put(&world, &format!("/assets/ddo/{path}/{}", listing.did), &asked).await;
        assert_eq!(status, 404, "{path}");
    }
    assert_eq!(now_at(&world, listing.did).await, before);
}

#[tokio::test]
async fn the_owner_changes_what_a_listing_says_once_for_each_signature() {
    let world = World::of_1_1().await;
    let (owner, thief) = (Key::new(5), Key::new(6));
    let listing = world.publish(&draft(&owner, 1), &owner).await;
    let path = format!("/assets/ddo/metadata/{}", listing.did);
    let links = json!([{ "name": "a", "type": "sample", "url": "https://example.org" }, { "name": "no address" }]);
    let asked = json!({ "description": "Per day.", "links": links });

    for missing in ["signature", "updated"] {
        let mut incomplete = signed(&owner, UPDATED, asked.clone());
        incomplete.as_object_mut().unwrap().remove(missing);
        let expected = format!("\"{missing}\" is required in the call to metadataupdate");
        assert_eq!(put(&world, &path, &incomplete).await, (400, expected));
    }
    assert_eq!(put(&world, &path, &signed(&thief, UPDATED, asked.clone())).await, refused());
    let stale = signed(&owner, "2020-01-02T00:00:01Z", asked.clone());
    assert_eq!(put(&world, &path, &stale).await, refused(), "not what the document says");
    assert_eq!(world.client.ddo(listing.did).await.unwrap().unwrap(), listing.bytes);

    let good = signed(&owner, UPDATED, asked);
    assert_eq!(put(&world, &path, &good).await, (200, "Metadata successfully updated".to_owned()));
    let after = now_at(&world, listing.did).await;
    let more = &after["service"][0]["attributes"]["additionalInformation"];
    assert_eq!((&more["description"], &more["tags"]), (&json!("Per day."), &json!(["rain"])));
    assert_eq!(more["links"], json!([{ "name": "a", "type": "sample", "url": "https://example.org" }]));
    assert_ne!(after["updated"], json!(UPDATED));
    assert_eq!(world.query(json!({ "query": { "text": ["day"] } })).await, [listing.did.to_string()]);
    let ddo = Ddo::parse(&world.client.ddo(listing.did).await.unwrap().unwrap()).unwrap();
    assert!(verify(&ddo, listing.checksum, listing.did).is_intact());
    assert_eq!(put(&world, &path, &good).await, refused(), "the document says something else now");

    let unknown = format!("/assets/ddo/metadata/{}", Did([9; 32]));
    assert_eq!(put(&world, &unknown, &good).await.0, 404);
}

#[tokio::test]
async fn a_listing_of_ours_stays_what_the_chain_says() {
    let world = World::of_1_1().await;
    let owner = Key::new(5);
    let listing = world.publish(&draft(&owner, 1), &owner).await;
    let path = format!("/assets/ddo/metadata/{}", listing.did);
    let asked = signed(&owner, UPDATED, json!({ "title": "Snow in Delft" }));
    let expected = "the document is not the one that its owner registered on the chain".to_owned();
    assert_eq!(put(&world, &path, &asked).await, (401, expected));
    assert_eq!(world.client.ddo(listing.did).await.unwrap().unwrap(), listing.bytes);
    let mut edit = ListingDraft::of(&Ddo::parse(&listing.bytes).unwrap()).unwrap();
    edit.name = "Snow in Delft".to_owned();
    world.chain.say(listing.did, &owner, edit.checksum());
    assert_eq!(put(&world, &path, &asked).await.0, 200, "it is on the chain now");
    assert_eq!(now_at(&world, listing.did).await["service"][0]["attributes"]["main"]["name"], json!("Snow in Delft"));
}

#[tokio::test]
async fn listings_of_other_software_change_in_title_price_and_what_may_compute() {
    let world = World::of_1_1().await;
    let owner = Key::new(5);
    let did = foreign(&world, &owner).await;
    let path = format!("/assets/ddo/metadata/{did}");
    let prices = |index: u64, price: Value| json!([{ "serviceIndex": index, "price": price }]);
    for bad in [prices(0, json!("ten")), prices(0, json!(10)), prices(9, json!("7"))] {
        let asked = signed(&owner, UPDATED, json!({ "title": "Snow", "servicePrices": bad }));
        assert_eq!(put(&world, &path, &asked).await.0, 400, "{asked}");
    }
    let mut both = prices(0, json!("7"));
    both.as_array_mut().unwrap().extend(prices(4, json!("8")).as_array().unwrap().clone());
    let asked = signed(&owner, UPDATED, json!({ "title": "Snow", "servicePrices": both }));
    assert_eq!(put(&world, &path, &asked).await.0, 200);
    let after = now_at(&world, did).await;
    let main = |place: usize| &after["service"][place]["attributes"]["main"];
    assert_eq!((&main(0)["name"], &main(0)["price"], &main(1)["price"]), (&json!("Snow"), &json!("7"), &json!("8")));

    let path = format!("/assets/ddo/computePrivacy/update/{did}");
    let updated = after["updated"].as_str().unwrap();
    let privacy = json!({ "allowRawAlgorithm": false, "allowNetworkAccess": true, "trustedAlgorithms": ["did:op:1"] });
    let of = |index: u64| {
        let mut asked = privacy.clone();
        asked["serviceIndex"] = json!(index);
        signed(&owner, updated, asked)
    };
    assert_eq!(put(&world, &path, &of(0)).await, (400, "Not a compute service".to_owned()));
    let mut wrong = of(4);
    wrong["allowRawAlgorithm"] = json!("no");
    assert_eq!(put(&world, &path, &wrong).await, (400, "allowRawAlgorithm is not boolean".to_owned()));
    let expected = (200, "computePrivacy successfully updated".to_owned());
    assert_eq!(put(&world, &path, &of(4)).await, expected);
    let after = now_at(&world, did).await;
    assert_eq!(after["service"][1]["attributes"]["main"]["privacy"], privacy);
}

#[tokio::test]
async fn a_listing_is_handed_over_by_its_owner() {
    let world = World::of_1_1().await;
    let (owner, heir, thief) = (Key::new(5), Key::new(6), Key::new(7));
    let listing = world.publish(&draft(&owner, 1), &owner).await;
    let path = format!("/assets/ddo/owner/update/{}", listing.did);
    let to = |who: &Key| json!({ "newOwner": who.address() });
    let nowhere = signed(&owner, UPDATED, json!({ "newOwner": "somebody" }));
    assert_eq!(put(&world, &path, &nowhere).await, (400, "New owner is not a valid address".to_owned()));
    let same = signed(&owner, UPDATED, to(&owner));
    assert_eq!(put(&world, &path, &same).await, (400, "New owner must be different than owner".to_owned()));
    assert_eq!(put(&world, &path, &signed(&thief, UPDATED, to(&thief))).await, refused());
    // On the chain it is the heir's already: he may, and who had it may still hand it to him and to nobody else.
    world.chain.say(listing.did, &heir, listing.checksum);
    assert_eq!(put(&world, &path, &signed(&owner, UPDATED, to(&thief))).await, refused());
    let expected = (200, "Asset successfully transferred".to_owned());
    assert_eq!(put(&world, &path, &signed(&owner, UPDATED, to(&heir))).await, expected);
    let after = now_at(&world, listing.did).await;
    assert_eq!(after["publicKey"][0]["owner"], json!(heir.address()));
    let updated = after["updated"].as_str().unwrap();
    assert_eq!(delete(&world, listing.did, &signed(&owner, updated, json!({}))).await, refused());
    let expected = (200, "Succesfully deleted".to_owned());
    assert_eq!(delete(&world, listing.did, &signed(&heir, updated, json!({}))).await, expected);
    assert_eq!(world.query(json!({})).await, Vec::<String>::new());
    let after = now_at(&world, listing.did).await;
    assert_eq!(
        after["service"][0]["attributes"]["curation"]["isListed"],
        json!(false),
        "read by its number all the same"
    );
    let again = delete(&world, listing.did, &signed(&heir, updated, json!({}))).await;
    assert_eq!(again, refused(), "the document says something else now");
}
