//! Nobody's money is set aside under terms other than those that were confirmed.

use crate::{
    network::Network,
    person::Person,
    proxy::{Deed, Proxy},
    stranger::Stranger,
};
use api::Code;
use home::{Door, HomeOptions};
use protocol::{AgreementId, Did, Vodka, conditions::AccessTerms};
use serde_json::Value;
use std::sync::{Mutex, mpsc};

/// A window that was left open: a guest of the buyer's home.
async fn window(buyer: &Person) -> Door {
    let network = buyer.network().map(|path| path.to_str().unwrap().to_owned());
    Door::open(HomeOptions { dir: Some(buyer.home()), network, account: None }).await.unwrap()
}

#[test]
fn a_buyer_never_locks_on_terms_he_did_not_confirm() {
    let network = Network::starts(0);
    let publisher = Person::on(&network.file()).with_account(0);
    let serving = publisher.serves();
    let did = publisher.publishes(&publisher.file("a.csv", "a\n1\n"), "Dearer soon", "4");
    let buyer = Person::on(&network.file()).with_account(100);

    let told = buyer.types(&["buy", &did, "--max-price", "3.999999999999999999"]);
    assert_eq!(told.error(), "changed", "more than was allowed: {told:?}");

    // The confirmation is on the screen when the publisher changes the listing.
    let buying = buyer.serves();
    let number: Did = did.parse().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let ask_to_buy = |max_price, version| {
        runtime.block_on(async {
            window(&buyer)
                .await
                .ask(api::Buy { did: number, service: None, max_price, version, accepted: Vec::new() })
                .await
        })
    };
    let quote = runtime
        .block_on(async { window(&buyer).await.ask(api::GetQuote { did: number, service: None }).await.unwrap() });
    assert_eq!(quote.price, Vodka::from_ocean(4));
    publisher.types(&["edit", &did, "--price", "9"]).ok();
    for (max_price, version) in [
        (quote.price, Some(quote.version)),
        (quote.price, None),
        // Even with a high limit: what was looked at is not what would be bought.
        (Vodka::from_ocean(50), Some(quote.version)),
    ] {
        let refused = ask_to_buy(max_price, version).unwrap_err();
        assert_eq!(refused.code, Code::Changed, "{refused:?}");
        assert!(refused.next.contains("Nothing was paid"), "{refused:?}");
    }
    assert_eq!(buyer.balance(), "100");
    assert!(buyer.purchases_of(&did).is_empty(), "no purchase was begun");

    // Whoever confirms the new price pays the new price.
    buyer.types(&["buy", &did, "--max-price", "9"]).ok();
    assert_eq!(buyer.balance(), "91");
    drop((buying, serving));
}

#[test]
fn a_listing_can_come_back_to_what_it_said_before() {
    let network = Network::starts(0);
    let publisher = Person::on(&network.file()).with_account(0);
    let did = publisher.publishes(&publisher.file("a.csv", "a\n1\n"), "Dear for a day", "4");
    for price in ["9", "4", "9", "4"] {
        publisher.types(&["edit", &did, "--price", price]).ok();
        assert_eq!(publisher.types(&["show", &did]).ok()["price"], price);
    }
    let buyer = Person::on(&network.file()).with_account(100);
    let serving = publisher.serves_locked();
    buyer.types(&["buy", &did, "--max-price", "4"]).ok();
    assert_eq!(buyer.balance(), "96");
    drop(serving);
}

#[test]
fn changes_of_one_listing_at_the_same_time_all_end() {
    let network = Network::starts(0);
    let publisher = Person::on(&network.file()).with_account(0);
    let serving = publisher.serves();
    let did = publisher.publishes(&publisher.file("a.csv", "a\n1\n"), "Changed by many", "4");
    std::thread::scope(|scope| {
        let edits: Vec<_> = ["5", "6", "7", "8"]
            .map(|price| {
                scope.spawn({
                    let (publisher, did) = (&publisher, &did);
                    move || publisher.types(&["edit", did, "--price", price]).ok()
                })
            })
            .into_iter()
            .collect();
        for edit in edits {
            edit.join().unwrap();
        }
    });
    let price = publisher.types(&["show", &did]).ok()["price"].as_str().unwrap().to_owned();
    assert!(["5", "6", "7", "8"].contains(&price.as_str()), "{price}");
    let buyer = Person::on(&network.file()).with_account(100);
    buyer.types(&["buy", &did, "--max-price", &price]).ok();
    drop(serving);
}

#[test]
fn an_agreement_with_other_terms_on_the_chain_takes_no_money() {
    let network = Network::starts(0);
    let publisher = Person::on(&network.file()).with_account(0);
    let serving = publisher.serves();
    let did = publisher.publishes(&publisher.file("a.csv", "a\n1\n"), "With a trap", "4");

    // The gateway says "created", and what it put on the chain never lets the money go back.
    let (tell, hear) = mpsc::channel();
    let tell = Mutex::new(tell);
    let file = network.path("buyers.toml");
    let _liar = Proxy::before_gateways(&network.file(), &file, move |asked| {
        if !asked.path.ends_with("/access/initialize") {
            return Deed::Pass;
        }
        let order: Value = serde_json::from_slice(&asked.body).unwrap();
        let (told, done) = mpsc::channel();
        // The story is over where nobody listens.
        let _ = tell.lock().unwrap().send((order, told));
        let _ = done.recv();
        Deed::Answer(201)
    });
    let buyer = Person::on(&file).with_account(100);
    let listing = buyer.types(&["show", &did]).ok();
    let trap = std::thread::spawn(move || {
        let (order, created) = hear.recv().unwrap();
        tokio::runtime::Runtime::new().unwrap().block_on(create_otherwise(&network.file(), &listing, &order));
        created.send(()).unwrap();
        network
    });
    let told = buyer.types(&["buy", &did]);
    let _network = trap.join().unwrap();
    assert_eq!(told.error(), "changed", "{told:?}");
    let message = told.json["error"]["message"].as_str().unwrap();
    assert!(message.contains("not what you confirmed") && message.contains("No money was taken"), "{message}");
    assert_eq!(buyer.balance(), "100", "nothing was set aside");
    assert_eq!(buyer.purchases_of(&did)[0]["state"], "abandoned");
    serving.ends();
}

/// Creates the agreement that was asked for, with a time to deliver that never ends.
async fn create_otherwise(network: &std::path::Path, listing: &Value, order: &Value) {
    let liar = Stranger::on(network).await;
    let contracts = liar.keeper.contracts();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let blocks = listing["terms"]["opens_within_blocks"].as_u64().unwrap();
    let agreement: AgreementId = text(&order["serviceAgreementId"]).parse().unwrap();
    let terms = AccessTerms {
        agreement,
        did: text(&order["did"]).parse().unwrap(),
        template: protocol::templates::ACCESS.into(),
        provider: text(&listing["providers"][0]).parse().unwrap(),
        consumer: text(&order["consumerAddress"]).parse().unwrap(),
        owner: text(&listing["owner"]).parse().unwrap(),
        price: Vodka::from_ocean(4),
        time_locks: [0; 3],
        time_outs: [0, blocks * 1000, 0],
        escrow_contract: contracts.escrow_reward,
        lock_contract: contracts.lock_reward,
        access_contract: contracts.access_secret_store,
    };
    liar.calls(&contracts.create_agreement(&terms)).await;
    let found = liar.keeper.agreement(agreement).await.unwrap().unwrap();
    assert_eq!(found.conditions.len(), 3, "its ids are those that the buyer expects");
}
