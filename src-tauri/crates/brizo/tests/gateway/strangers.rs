//! What a stranger tries with agreements that he makes up himself.

use crate::world::{World, some_did};
use agreement::{
    Flaw,
    publisher::{Refusal, Sale, State},
};
use brizo::SaleStage;
use clients::brizo::Initialized;
use keeper::ConditionState;
use protocol::{Address, AgreementId, Checksum, Signer, Vodka, conditions::AccessTerms, templates::ACCESS, tx::Call};
use runner::items;
use wallet::ServiceKey;

const RAIN: &[u8] = b"day,millimetres\n1,0\n2,13\n3,4\n";

/// An agreement between the stranger and the gateway about a listing of the stranger's own, for nothing, and opened by its
/// owner: himself. Anybody may do all of this.
async fn own_agreement(world: &World, number: u8) -> AccessTerms {
    let (contracts, stranger) = (world.keeper.contracts(), world.stranger.address());
    let terms = AccessTerms {
        agreement: AgreementId([number; 32]),
        did: some_did(),
        template: ACCESS.into(),
        provider: world.gateway.provider(),
        consumer: stranger,
        owner: stranger,
        price: Vodka::ZERO,
        time_locks: [0; 3],
        time_outs: [0, 400, 0],
        escrow_contract: contracts.escrow_reward,
        lock_contract: contracts.lock_reward,
        access_contract: contracts.access_secret_store,
    };
    let providers = [terms.provider];
    let registered = contracts.register_attribute(terms.did, Checksum([number; 32]), &providers, "http://catalogue");
    for call in
        [registered, contracts.create_agreement(&terms), contracts.lock_reward(&terms), contracts.grant_access(&terms)]
    {
        world.send(&world.stranger, call).await;
    }
    assert_eq!(world.state(terms.ids().access).await, ConditionState::Fulfilled);
    terms
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agreement_about_one_listing_opens_no_other() {
    let world = World::new().await;
    let listing = world.publish(1, RAIN).await;
    let own = own_agreement(&world, 9).await;
    // The same number under the terms of somebody else's listing.
    let asked = AccessTerms { consumer: own.consumer, ..world.terms(&listing, 9) };
    let signature = world.stranger.sign_personal(&asked.hash()).unwrap();
    let client = world.client();
    let told = client.initialize(asked.did, asked.agreement, 2, &signature, asked.consumer).await.unwrap();
    assert!(
        matches!(&told, Initialized::Refused { may_pass: false, message } if message.contains("in use")),
        "{told:?}"
    );
    assert_eq!(world.gateway.all_sales().await.unwrap(), [], "nothing of it is on record");
    let signed = world.stranger.sign_personal(own.agreement.hex().as_bytes()).unwrap().to_string();
    let by_address = [("url", listing.url.as_str())];
    let by_number = [("signature", signed.as_str()), ("index", "0")];
    for way in [&by_address[..], &by_number[..]] {
        let told = world.consume(&own, way, None).await;
        assert_eq!(told.status, 422, "the listing that the agreement is about is nowhere");
        assert!(!told.text(1 << 10).await.unwrap().contains("millimetres"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_of_other_terms_opens_nothing_either() {
    let world = World::new().await;
    let listing = world.publish(1, RAIN).await;
    // As from a version that kept such a request before it looked at the chain.
    let terms = AccessTerms { consumer: world.stranger.address(), ..world.terms(&listing, 9) };
    let checksum = listing.built.checksum.hex();
    let sale = Sale { terms, service: 2, version: checksum, grant_margin: 2, grace: 20 };
    world.remembers(&State::Refused { sale, reason: Refusal::Mismatch { flaw: Flaw::Did } }).await;
    let own = own_agreement(&world, 9).await;
    let told = world.consume(&own, &[("url", listing.url.as_str())], None).await;
    assert_eq!(told.status, 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_a_stranger_posted_first_is_its_buyer_s_all_the_same() {
    let mut world = World::new().await;
    let listing = world.publish(1, RAIN).await;
    // As squid-js makes them: by the buyer, without time limits.
    let terms = AccessTerms { time_outs: [0; 3], ..world.terms(&listing, 1) };
    let theirs = AccessTerms { consumer: world.stranger.address(), ..world.terms(&listing, 1) };
    let sale = Sale { terms: theirs, service: 2, version: listing.built.checksum.hex(), grant_margin: 2, grace: 20 };
    let made = terms.clone();
    world
        .reopen(async move |world| {
            world.remembers(&State::Refused { sale, reason: Refusal::Mismatch { flaw: Flaw::Actors } }).await;
            world.send(&world.buyer, world.keeper.contracts().create_agreement(&made)).await;
            world.pay(&made).await;
        })
        .await;
    let mut news = world.gateway.sales();
    world.granted(&terms).await;
    let file = world.consume(&terms, &[("url", listing.url.as_str())], None).await;
    assert_eq!(file.bytes(1 << 10).await.unwrap(), RAIN);
    world.stage(&mut news, terms.agreement, SaleStage::Paid).await;
    let sales = world.gateway.all_sales().await.unwrap();
    assert_eq!(
        sales.iter().map(|sale| (sale.agreement, sale.consumer)).collect::<Vec<_>>(),
        [(terms.agreement, terms.consumer)]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_that_was_signed_for_another_buyer_of_this_number_opens_nothing_unread() {
    let mut world = World::new().await;
    let listing = world.publish(1, RAIN).await;
    // As squid-js makes them: by the buyer, without time limits.
    let terms = AccessTerms { time_outs: [0; 3], ..world.terms(&listing, 1) };
    let theirs = AccessTerms { consumer: world.stranger.address(), ..terms.clone() };
    let made = terms.clone();
    world
        .reopen(async move |world| {
            // Of an agreement that the chain has taken back since.
            world.gateway_signs(items::grant(world.keeper.contracts(), &theirs, 0)).await;
            std::fs::write(&listing.path, "something else").unwrap();
            world.send(&world.buyer, world.keeper.contracts().create_agreement(&made)).await;
            world.pay(&made).await;
        })
        .await;
    world.comes_to(terms.agreement, SaleStage::Ended).await;
    assert_eq!(world.state(terms.ids().access).await, ConditionState::Unfulfilled);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_opened_before_it_was_paid_is_delivered_when_it_is_paid() {
    let world = World::new().await;
    let listing = world.publish(1, RAIN).await;
    let terms = world.terms(&listing, 1);
    let signature = world.buyer.sign_personal(&terms.hash()).unwrap();
    world.client().initialize(terms.did, terms.agreement, 2, &signature, terms.consumer).await.unwrap();
    // The owner may open it, as the gateway may.
    world.send(&world.owner, world.keeper.contracts().grant_access(&terms)).await;
    let url = [("url", listing.url.as_str())];
    assert_eq!(world.consume(&terms, &url, None).await.status, 401);
    world.pay(&terms).await;
    assert_eq!(world.consume(&terms, &url, None).await.status, 200);
}

/// `DIDRegistry.grantPermission`, which no part of ours calls.
fn permission(world: &World, did: protocol::Did, grantee: Address) -> Call {
    let mut data = vec![0xbc, 0x58, 0x64, 0x56];
    data.extend_from_slice(&did.0);
    data.extend_from_slice(&[0; 12]);
    data.extend_from_slice(&grantee.0);
    let to = world.keeper.contracts().did_registry;
    Call { to, data, value: Vodka::ZERO, what: "DIDRegistry.grantPermission".to_owned() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purchase_gives_access_by_its_agreement_and_never_by_the_listing_s_number() {
    let world = World::new().await;
    let listing = world.publish(1, RAIN).await;
    let terms = world.terms(&listing, 1);
    let signature = world.buyer.sign_personal(&terms.hash()).unwrap();
    world.client().initialize(terms.did, terms.agreement, 2, &signature, terms.consumer).await.unwrap();
    world.pay(&terms).await;
    world.granted(&terms).await;
    let by_number = async |key: &ServiceKey| {
        let (did, consumer) = (terms.did.to_string(), key.address().hex());
        let signed = key.sign_personal(did.as_bytes()).unwrap().to_string();
        let asked = [
            ("serviceAgreementId", did.as_str()),
            ("consumerAddress", consumer.as_str()),
            ("signature", signed.as_str()),
        ];
        let by_address = world.consume_by(&[&asked[..], &[("url", listing.url.as_str())]].concat(), None).await.status;
        let by_index = world.consume_by(&[&asked[..], &[("index", "0")]].concat(), None).await.status;
        assert_eq!(by_address, by_index, "{consumer}");
        by_address
    };
    let by_agreement = world.consume(&terms, &[("url", listing.url.as_str())], None).await;
    assert_eq!(by_agreement.status, 200);
    assert_eq!(by_number(&world.buyer).await, 401, "an agreement ends, and with it what it gave");
    assert_eq!(by_number(&world.owner).await, 200);
    assert_eq!(by_number(world.provider()).await, 200);
    assert_eq!(by_number(&world.stranger).await, 401);
    world.send(&world.owner, permission(&world, terms.did, world.stranger.address())).await;
    assert_eq!(by_number(&world.stranger).await, 200, "whoever the owner gave it in the registry");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_names_the_owner_is_not_the_owner() {
    let world = World::new().await;
    let listing = world.publish(1, RAIN).await;
    let (did, owner) = (listing.built.did.to_string(), world.owner.address().hex());
    let theirs = world.stranger.sign_personal(did.as_bytes()).unwrap().to_string();
    // Good for an agreement, and not for the listing.
    let other = world.owner.sign_personal(world.terms(&listing, 1).agreement.hex().as_bytes()).unwrap().to_string();
    // The listing's addresses are known to whoever bought it once.
    let asked =
        [("serviceAgreementId", did.as_str()), ("consumerAddress", owner.as_str()), ("url", listing.url.as_str())];
    assert_eq!(world.consume_by(&asked, None).await.status, 400, "a signature is missing");
    for signature in [theirs, other] {
        let asked = [&asked[..], &[("signature", signature.as_str())]].concat();
        let told = world.consume_by(&asked, None).await;
        assert_eq!(told.status, 401);
        assert!(!told.text(1 << 10).await.unwrap().contains("millimetres"));
    }
}
