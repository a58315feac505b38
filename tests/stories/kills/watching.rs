//! A watch-tower that dies as it takes an agreement on. The buyer hands it over again, leaves for ever, and is paid back.

use super::Kill;
use crate::{network::Network, person::Person};

/// Blocks come by the clock here, so that the time to deliver passes: 60 of them.
const BLOCK_MS: u64 = 200;
const SOON: [&str; 2] = ["--deliver-within", "12s"];

pub(crate) fn run(kills: &[Kill]) {
    for kill in kills {
        is_paid_back(Network::starts_until(&kill.order(), BLOCK_MS), Some(*kill));
    }
}

/// Somebody pays, is never opened to, and never comes back; told with and without the death of the tower.
pub(crate) fn is_paid_back(network: Network, kill: Option<Kill>) {
    let publisher = Person::on(&network.file()).with_account(0);
    let buyer = Person::on(&network.file()).with_account(10);
    let did = {
        let _serving = publisher.serves();
        publisher.publishes_with(&publisher.file("a.csv", "a\n1\n"), "Bought and forgotten", "4", &SOON)
    };
    let buying = buyer.serves();
    let dying = publisher.serves_until("after:publisher_created");
    let bought = buyer.types(&["buy", &did, "--until", "locked", "--wait", "5"]);
    assert!(kill.is_some() || bought.code == 0, "{bought:?}");
    dying.aborts("after:publisher_created");
    let network = match kill {
        // The tower's machine runs the chain, too: all of it is away for a moment.
        Some(kill) => network.aborts_and_comes_back(&kill.to_string(), BLOCK_MS),
        None => network,
    };
    let purchase = &buyer.purchases_of(&did)[0];
    let agreement = purchase["agreementId"].as_str().unwrap().trim_start_matches("0x").to_owned();
    network.watches(&agreement, "locked");
    buying.dies();

    network.watches(&agreement, "refunded");
    // Whoever comes back after all finds it so.
    buyer.types(&["resume"]).ok();
    let purchases = buyer.purchases_of(&did);
    assert_eq!((purchases.len(), &purchases[0]["state"]), (1, &"refunded".into()), "{purchases:?}");
    assert_eq!(buyer.balance(), "10", "the money is back, once");
}
