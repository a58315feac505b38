//! What was set aside and not opened comes back by itself.

use crate::{kills::watching, network::Network, person::Person};

/// Blocks come by the clock, so that the time to deliver passes: 20 of them.
const BLOCK_MS: u64 = 200;
const SHORT: [&str; 2] = ["--deliver-within", "4s"];

#[test]
fn gateway_down_then_refund() {
    let network = Network::starts(BLOCK_MS);
    let publisher = Person::on(&network.file()).with_account(0);
    let serving = publisher.serves();
    let did = publisher.publishes_with(&publisher.file("a.csv", "a\n1\n"), "Sold by a weak machine", "4", &SHORT);
    serving.ends();
    let buyer = Person::on(&network.file()).with_account(10);
    let buying = buyer.serves();

    // The publisher's machine breaks down with the agreement on record, and stays away.
    let dying = publisher.serves_until("after:publisher_created");
    let told = buyer.types(&["buy", &did]);
    dying.aborts("after:publisher_created");
    assert_eq!(told.error(), "not_opened", "{told:?}");
    let message = told.json["error"]["message"].as_str().unwrap();
    assert!(message.contains("did not open") && message.contains("money is back"), "{message}");
    assert_eq!(buyer.balance(), "10");

    let purchase = &buyer.purchases_of(&did)[0];
    assert_eq!((&purchase["state"], &purchase["money"]), (&"refunded".into(), &"back".into()), "{purchase}");
    let steps: Vec<&str> = purchase["steps"].as_array().unwrap().iter().filter_map(|s| s["kind"].as_str()).collect();
    assert_eq!(steps, ["agreed", "on_record", "set_aside", "time_over", "money_back"], "it was set aside before");
    buying.ends();
}

#[test]
fn a_file_changed_after_listing_is_not_granted_and_is_refunded() {
    let network = Network::starts(BLOCK_MS);
    let publisher = Person::on(&network.file()).with_account(0);
    let buyer = Person::on(&network.file()).with_account(10);
    let (serving, buying) = (publisher.serves(), buyer.serves());
    // Of the same length, so that only its hash tells; and one that is gone.
    for (name, change) in [("changed.csv", Some("a\n2\n")), ("gone.csv", None)] {
        let file = publisher.file(name, "a\n1\n");
        let did = publisher.publishes_with(&file, name, "4", &SHORT);
        match change {
            Some(content) => std::fs::write(&file, content).unwrap(),
            None => std::fs::remove_file(&file).unwrap(),
        }
        let told = buyer.types(&["buy", &did]);
        assert_eq!(told.error(), "not_opened", "{name}: {told:?}");
        assert_eq!(buyer.balance(), "10", "{name}");
        assert_eq!(publisher.balance(), "0", "{name}");
        assert_eq!(buyer.purchases_of(&did)[0]["state"], "refunded", "{name}");
        assert!(buyer.owned_of(&did).is_empty(), "{name}: what was not opened is not owned");
        assert_eq!(buyer.types(&["download", &did]).error(), "not_found", "{name}");
    }
    drop((serving, buying));
}

#[test]
fn a_watchtower_takes_the_money_back_for_a_buyer_who_is_gone() {
    watching::is_paid_back(Network::starts(BLOCK_MS), None);
}
