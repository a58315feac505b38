//! More than one process dies: a network under its users, and a desktop with everything in it.

use crate::{
    network::Network,
    person::{PATIENCE, Person},
};
use std::{collections::BTreeSet, path::Path, time::Instant};

#[test]
fn a_network_that_dies_under_a_purchase_comes_back() {
    let network = Network::starts(0);
    let publisher = Person::on(&network.file()).with_account(0);
    let content = "a\n1\n";
    let did = {
        let _serving = publisher.serves();
        publisher.publishes(&publisher.file("a.csv", content), "Bought through an outage", "4")
    };
    let buyer = Person::on(&network.file()).with_account(10);
    let buying = buyer.serves();

    // The money is set aside and the publisher is away; now the network goes too.
    let dying = publisher.serves_until("after:publisher_created");
    let bought = buyer.types(&["buy", &did, "--until", "locked"]).ok();
    assert_eq!((&bought["state"], &bought["money"]), (&"locked".into(), &"set_aside".into()), "{bought}");
    dying.aborts("after:publisher_created");
    let network = network.dies_and_comes_back(0);

    // Nobody is told anything but that all are back.
    let serving = publisher.serves_locked();
    buyer.types(&["resume"]).ok();
    assert_eq!(buyer.purchases_of(&did)[0]["state"], "completed");
    assert_eq!(buyer.reads(&did), content);
    assert_eq!(buyer.balance(), "6", "paid once");
    publisher.waits_for_balance("4");
    drop((serving, buying, network));
}

/// The points of one purchase at which a desktop dies whose process runs chain, catalogue, seller and buyer.
const DEATHS: [&str; 8] = [
    "after:buyer_confirmed",
    "before:create_signed",
    "after:create_signed",
    "after:payment_signed",
    "before:grant_signed",
    "after:grant_signed",
    "after:library_kept",
    "before:buyer_completed",
];

#[test]
fn a_desktop_that_dies_with_its_whole_network_goes_on() {
    let person = Person::alone().with_account(100);
    let listed = demo_catalogue(&person);
    for (death, row) in DEATHS.into_iter().zip(&listed) {
        let did = row["did"].as_str().unwrap();
        person.types_until(death, &["buy", did]).died(death);
        person.types(&["resume"]).ok();
        let purchases = person.purchases_of(did);
        assert_eq!(purchases.len(), 1, "{death}: {purchases:?}");
        assert_eq!(purchases[0]["state"], "completed", "{death}: {purchases:?}");
        assert_eq!(person.owned_of(did).len(), 1, "{death}: it is in the library once");
        assert!(!person.reads(did).is_empty(), "{death}");
    }
    let paid: f64 = listed.iter().take(DEATHS.len()).map(|row| price(&row["price"])).sum();
    assert_eq!(price(&person.balance().into()), 100.0 - paid, "each was paid once");
}

/// Keeps a home running until its demo catalogue is complete; the listings, cheapest first.
fn demo_catalogue(person: &Person) -> Vec<serde_json::Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets/demo/catalogue.json");
    let items: Vec<serde_json::Value> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let running = person.serves();
    let until = Instant::now() + PATIENCE;
    let listed = loop {
        let page = person.types(&["search", "--sort", "price-up"]).ok();
        let found = page["results"].as_array().unwrap().clone();
        if found.len() >= items.len() {
            break found;
        }
        assert!(Instant::now() < until, "the demo catalogue is published: {page}");
    };
    running.ends();
    let names: BTreeSet<&str> = listed.iter().filter_map(|row| row["name"].as_str()).collect();
    assert_eq!((listed.len(), names.len()), (items.len(), items.len()), "each is listed once");
    listed
}

#[test]
fn a_first_start_that_dies_lists_its_demo_once() {
    let person = Person::alone().with_account(0);
    for death in
        ["after:publish_drafted", "after:publish_encrypted:2", "before:publish_registered:2", "before:publish_listed"]
    {
        person.serves_until(death).aborts(death);
    }
    demo_catalogue(&person);
}

/// The demo's prices are few and round: exact as floating numbers.
fn price(text: &serde_json::Value) -> f64 {
    text.as_str().unwrap().parse().unwrap()
}
