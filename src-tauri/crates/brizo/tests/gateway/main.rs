//! A gateway among real parts: chain, contracts, key servers, files, HTTP.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod strangers;
mod world;

use brizo::SaleStage;
use clients::brizo::Initialized;
use keeper::ConditionState;
use protocol::{AgreementId, Checksum, Signer, Vodka, conditions::AccessTerms};
use serde_json::json;
use transport::{Method, Request};
use world::{PRICE, World, some_did};

const RAIN: &[u8] = b"day,millimetres\n1,0\n2,13\n3,4\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_sale_goes_from_the_signed_request_to_the_file_and_the_payment() {
    let world = World::new().await;
    let listing = world.publish(1, RAIN).await;
    let terms = world.terms(&listing, 1);
    let mut news = world.gateway.sales();
    world.client().check_alive(world.gateway.provider()).await.unwrap();

    let signature = world.buyer.sign_personal(&terms.hash()).unwrap();
    let others = world.owner.sign_personal(&terms.hash()).unwrap();
    let ask = async |signature| {
        world.client().initialize(terms.did, terms.agreement, 2, signature, terms.consumer).await.unwrap()
    };
    assert!(matches!(ask(&others).await, Initialized::Refused { may_pass: false, .. }), "signed by somebody else");
    assert!(world.keeper.agreement(terms.agreement).await.unwrap().is_none());
    assert_eq!(ask(&signature).await, Initialized::Created);
    let on_chain = world.keeper.agreement(terms.agreement).await.unwrap().unwrap();
    assert_eq!(on_chain.conditions, terms.ids().v02());
    assert_eq!(ask(&signature).await, Initialized::Created, "asked again after a broken connection");

    let url = [("url", listing.url.as_str())];
    assert_eq!(world.consume(&terms, &url, None).await.status, 401, "nothing before the grant");
    world.pay(&terms).await;
    world.granted(&terms).await;

    assert_eq!(world.consume(&terms, &[("url", "http://127.0.0.1:1/secret")], None).await.status, 401);
    assert_eq!(world.consume(&terms, &[("url", "unix:/etc/passwd")], None).await.status, 401);
    let part = world.consume(&terms, &url, Some("bytes=4-14")).await;
    assert_eq!((part.status, part.header("content-range")), (206, Some("bytes 4-14/29")));
    assert_eq!(part.bytes(1 << 10).await.unwrap(), RAIN[4..15]);
    assert_eq!(world.consume(&terms, &url, Some("bytes=29-")).await.status, 416);

    assert_eq!(world.state(terms.ids().escrow).await, ConditionState::Unfulfilled, "a part is no delivery");

    let whole = world.consume(&terms, &url, None).await;
    assert_eq!(whole.header("content-disposition"), Some("attachment;filename=rain__fall_.csv"));
    assert_eq!(whole.header("content-length"), Some("29"));
    assert_eq!(whole.bytes(1 << 10).await.unwrap(), RAIN);
    world.stage(&mut news, terms.agreement, SaleStage::Paid).await;
    assert_eq!(world.balance(world.owner.address()).await, Vodka::from_ocean(PRICE));
    let sales = world.gateway.all_sales().await.unwrap();
    assert_eq!(sales.iter().map(|s| (s.agreement, s.stage)).collect::<Vec<_>>(), [(terms.agreement, SaleStage::Paid)]);

    let signed = world.buyer.sign_personal(terms.agreement.hex().as_bytes()).unwrap().to_string();
    let by_index = [("signature", signed.as_str()), ("index", "0")];
    assert_eq!(world.consume(&terms, &by_index, None).await.bytes(1 << 10).await.unwrap(), RAIN);
    // The names of the text before v0.1.
    let (service, key) = (terms.agreement.hex(), terms.consumer.hex());
    let older = [("serviceId", service.as_str()), ("pubKey", key.as_str()), ("url", listing.url.as_str())];
    assert_eq!(world.consume_by(&older, None).await.bytes(1 << 10).await.unwrap(), RAIN);
    let forged = world.owner.sign_personal(terms.agreement.hex().as_bytes()).unwrap().to_string();
    assert_eq!(world.consume(&terms, &[("signature", forged.as_str()), ("index", "0")], None).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_what_was_sold_is_never_granted() {
    let world = World::new().await;
    let listing = world.publish(1, RAIN).await;
    assert_eq!(world.gateway.file_trouble(listing.built.did).await.unwrap(), None);
    let terms = world.terms(&listing, 1);
    let mut news = world.gateway.sales();
    let signature = world.buyer.sign_personal(&terms.hash()).unwrap();
    let asked = world.client().initialize(terms.did, terms.agreement, 2, &signature, terms.consumer).await.unwrap();
    assert_eq!(asked, Initialized::Created);
    // As long as before: one digit is another.
    std::fs::write(&listing.path, [&RAIN[..RAIN.len() - 2], b"5\n"].concat()).unwrap();
    world.pay(&terms).await;
    world.stage(&mut news, terms.agreement, SaleStage::Ended).await;
    assert_eq!(world.state(terms.ids().lock).await, ConditionState::Fulfilled);
    assert_eq!(world.state(terms.ids().access).await, ConditionState::Unfulfilled);
    std::fs::write(&listing.path, b"something else").unwrap();
    let trouble = world.gateway.file_trouble(listing.built.did).await.unwrap().unwrap();
    assert!(trouble.contains("has changed"), "{trouble}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_away_for_a_while_is_sold_when_it_is_back() {
    let world = World::new().await;
    let listing = world.publish(1, RAIN).await;
    let terms = world.terms(&listing, 1);
    let mut news = world.gateway.sales();
    let signature = world.buyer.sign_personal(&terms.hash()).unwrap();
    let asked = world.client().initialize(terms.did, terms.agreement, 2, &signature, terms.consumer).await.unwrap();
    assert_eq!(asked, Initialized::Created);
    // As with a drive that was pulled out.
    let elsewhere = listing.path.with_extension("away");
    std::fs::rename(&listing.path, &elsewhere).unwrap();
    world.pay(&terms).await;
    world.stage(&mut news, terms.agreement, SaleStage::SetAside).await;
    world.failed(&terms, "the file is not there any more").await;
    assert_eq!(world.state(terms.ids().access).await, ConditionState::Unfulfilled);
    std::fs::rename(&elsewhere, &listing.path).unwrap();
    world.granted(&terms).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agreement_that_a_buyer_made_while_the_gateway_was_away_is_served() {
    let mut world = World::new().await;
    let listing = world.publish(1, RAIN).await;
    // As squid-js makes them: without time limits.
    let mut terms = world.terms(&listing, 1);
    terms.time_outs = [0; 3];
    let made = terms.clone();
    world
        .reopen(async |world| {
            world.send(&world.buyer, world.keeper.contracts().create_agreement(&made)).await;
            world.pay(&made).await;
        })
        .await;
    world.granted(&terms).await;
    let file = world.consume(&terms, &[("url", listing.url.as_str())], None).await;
    assert_eq!(file.bytes(1 << 10).await.unwrap(), RAIN);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agreement_whose_listing_comes_later_is_served_however_fast_blocks_come() {
    let world = World::new().await;
    let listing = world.register(1, RAIN).await;
    // As squid-js makes them: without time limits.
    let terms = AccessTerms { time_outs: [0; 3], ..world.terms(&listing, 1) };
    world.send(&world.buyer, world.keeper.contracts().create_agreement(&terms)).await;
    world.pay(&terms).await;
    world.keeper.tick_until(100_000).await.unwrap();
    world.looked_at(terms.agreement).await;
    world.adopts(&listing).await;
    world.granted(&terms).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_chain_does_not_have_is_looked_for_as_long_as_a_node_may_be_behind() {
    let mut world = World::new().await;
    world.keeper.tick_until(80).await.unwrap();
    world.keeper.blocks().wait_for(|head| *head >= 80).await.unwrap();
    let (late, forked) = (AgreementId([1; 32]), AgreementId([2; 32]));
    world
        .reopen(async |world| {
            world.saw(forked, 3);
            world.saw(late, 79);
        })
        .await;
    world.looked_at(late).await;
    assert_eq!(world.looks(forked), None, "its blocks are no longer in the chain");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_before_a_restart_is_paid_after_it() {
    let mut world = World::new().await;
    let listing = world.publish(1, RAIN).await;
    let terms = world.terms(&listing, 1);
    let signature = world.buyer.sign_personal(&terms.hash()).unwrap();
    world.client().initialize(terms.did, terms.agreement, 2, &signature, terms.consumer).await.unwrap();
    world.pay(&terms).await;
    world.granted(&terms).await;
    let file = world.consume(&terms, &[("url", listing.url.as_str())], None).await;
    assert_eq!(file.status, 200);
    file.bytes(1 << 10).await.unwrap();
    world.reopen(async |_| {}).await;
    let mut blocks = world.keeper.blocks();
    while world.state(terms.ids().escrow).await != ConditionState::Fulfilled {
        blocks.changed().await.unwrap();
    }
    assert_eq!(world.balance(world.owner.address()).await, Vodka::from_ocean(PRICE));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agreement_stays_with_the_version_it_was_made_for() {
    let world = World::new().await;
    let listing = world.publish(1, RAIN).await;
    let terms = world.terms(&listing, 1);
    let ask = async |terms: &AccessTerms| {
        let signature = world.buyer.sign_personal(&terms.hash()).unwrap();
        world.client().initialize(terms.did, terms.agreement, 2, &signature, terms.consumer).await.unwrap()
    };
    assert_eq!(ask(&terms).await, Initialized::Created);
    // Another version is registered, and no catalogue has it.
    let providers = [world.gateway.provider()];
    let edited =
        world.keeper.contracts().register_attribute(terms.did, Checksum([9; 32]), &providers, "http://catalogue");
    world.send(&world.owner, edited).await;
    let later = ask(&world.terms(&listing, 2)).await;
    assert!(matches!(later, Initialized::Refused { may_pass: false, .. }), "{later:?}");
    world.pay(&terms).await;
    world.granted(&terms).await;
    let file = world.consume(&terms, &[("url", listing.url.as_str())], None).await;
    assert_eq!(file.status, 200);
    assert_eq!(file.bytes(1 << 10).await.unwrap(), RAIN);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_any_origin_may_ask_and_are_told_so_beforehand() {
    let world = World::new().await;
    let asked = Request::new(Method::OPTIONS, format!("{}/services/consume?index=0", world.base()))
        .header("origin", "https://market.example")
        .header("access-control-request-method", "GET")
        .header("access-control-request-headers", "content-type");
    let told = world.http.send(asked).await.unwrap();
    assert_eq!(told.status, 204);
    for (name, value) in [
        ("access-control-allow-origin", "*"),
        ("access-control-allow-methods", "GET, POST, OPTIONS"),
        ("access-control-allow-headers", "content-type, range"),
    ] {
        assert_eq!(told.header(name), Some(value), "{name}");
    }
    for path in ["", "/"] {
        let about = world.http.send(Request::get(format!("{}{path}", world.base()))).await.unwrap();
        assert_eq!((about.status, about.header("access-control-allow-origin")), (200, Some("*")), "{path:?}");
        let shown = about.header("access-control-expose-headers");
        assert_eq!(shown, Some("Content-Disposition, Content-Range, Accept-Ranges"));
        assert_eq!(about.json::<serde_json::Value>(1 << 16).await.unwrap()["software"], "Brizo");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_other_origins_than_those_that_were_named_may_not_ask() {
    let world = World::new().await;
    let served = world.open_to(&["https://market.example"]).await;
    let about = served.endpoint().join("/api/v1/brizo");
    for (origin, allowed) in [("https://market.example", true), ("https://market.example.evil", false)] {
        let asked = Request::get(&about).header("origin", origin);
        let told = world.http.send(asked).await.unwrap();
        assert_eq!(told.status, 200);
        assert_eq!(told.header("access-control-allow-origin"), allowed.then_some(origin));
        assert_eq!(told.header("vary"), Some("origin"), "whoever keeps an answer keeps it for this origin");
        let before = Request::new(Method::OPTIONS, &about)
            .header("origin", origin)
            .header("access-control-request-method", "GET");
        let told = world.http.send(before).await.unwrap();
        assert_eq!(told.is_success(), allowed, "{origin}");
        assert_eq!(told.header("access-control-allow-origin"), allowed.then_some(origin));
    }
    // Whoever is no page is not asked where he comes from.
    assert_eq!(world.http.send(Request::get(&about)).await.unwrap().status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_change_nothing_and_sell_nothing_of_others() {
    let world = World::new().await;
    let listing = world.publish(1, RAIN).await;
    let list = |url: &str| json!([{"url": url, "index": 0}]).to_string();
    let body = json!({"id": listing.built.did, "document": list("https://example.com/other.csv")});
    assert_eq!(world.post("encrypt", &body).await.status, 401, "the listing is its owner's");
    let signature = world.buyer.sign_personal(listing.built.did.hex().as_bytes()).unwrap();
    let body = json!({"documentId": listing.built.did.hex(), "signature": signature,
        "document": list("https://example.com/other.csv"), "publisherAddress": world.buyer.address()});
    assert_eq!(world.post("publish", &body).await.status, 401, "signed, but not by the owner");
    let body = json!({"id": some_did(), "document": list(&listing.url)});
    assert_eq!(world.post("encrypt", &body).await.status, 401, "the file is another publisher's");
    let body = json!({"id": some_did(), "document": list("https://example.com/mine.csv")});
    let made = world.post("encrypt", &body).await;
    assert_eq!(made.status, 201);
    assert!(made.text(1 << 16).await.unwrap().starts_with("0x"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_keeps_the_gateway_busy_without_end() {
    let world = World::new().await;
    let body = json!({"id": some_did(), "document": "no list"});
    for _ in 0..60 {
        assert_eq!(world.post("encrypt", &body).await.status, 400);
    }
    assert_eq!(world.post("encrypt", &body).await.status, 429);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_asks_for_agreements_without_end_either() {
    let world = World::new().await;
    let listing = world.publish(1, RAIN).await;
    // Signed and for nothing: no sale comes of it.
    let terms = AccessTerms { consumer: world.gateway.provider(), ..world.terms(&listing, 1) };
    let signature = world.provider().sign_personal(&terms.hash()).unwrap();
    let ask =
        async || world.client().initialize(terms.did, terms.agreement, 2, &signature, terms.consumer).await.unwrap();
    for _ in 0..120 {
        assert!(matches!(ask().await, Initialized::Refused { may_pass: false, .. }));
    }
    assert!(matches!(ask().await, Initialized::Refused { may_pass: true, .. }), "later");
}
