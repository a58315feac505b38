//! A chain on which transactions cost something, with our contracts deployed on it from the command line.

use crate::{
    chains::{Chain, Gas},
    network::{Network, command},
    person::{PATIENCE, Person, told},
};
use serde_json::Value;
use std::time::Instant;

/// Deploys our contracts and serves what else a network needs.
fn serves(chain: &Chain) -> Network {
    let folder = tempfile::tempdir().unwrap();
    let (key, out) = (folder.path().join("key"), folder.path().join("network.toml"));
    std::fs::write(&key, format!("{:0>64}\n", 7)).unwrap();
    // The address of that key.
    chain.gives("0xd41c057fd1c78805aac12b0a94a405c0461a6fbb", 5_000);
    let mut deploys = command(folder.path());
    deploys.args(["contracts", "deploy", "--rpc", &chain.url, "--json", "--key-file"]).arg(key).arg("--out").arg(&out);
    told(&deploys.output().unwrap()).ok();
    Network::serves(&std::fs::read_to_string(out).unwrap())
}

fn fees(person: &Person) -> Value {
    person.types(&["wallet", "fees"]).ok()
}

/// wei of an amount in ether with at most 18 places.
fn wei(ether: &Value) -> u128 {
    let text = ether.as_str().unwrap();
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    format!("{whole}{part:0<18}").parse().unwrap()
}

#[test]
fn a_purchase_costs_no_more_than_was_said_and_says_who_cannot_pay() {
    let chain = Chain::anvil(Gas::Costs, 1);
    let network = serves(&chain);
    let publisher = Person::on(&network.file()).with_account(0);
    let buyer = Person::on(&network.file()).with_account(0);
    chain.gives(&publisher.address(), 1_000);
    let serving = publisher.serves();
    let did = publisher.publishes(&publisher.file("a.csv", "a\n1\n"), "Not for nothing", "4");

    // The buyer: tokens, but nothing for the fee.
    chain.gives(&buyer.address(), 100);
    buyer.types(&["wallet", "faucet", "10"]).ok();
    chain.gives(&buyer.address(), 0);
    let told = buyer.types(&["buy", &did]);
    assert_eq!(told.error(), "insufficient_balance", "{told:?}");
    assert!(told.json["error"]["message"].as_str().unwrap().contains("fee"), "{told:?}");
    chain.gives(&buyer.address(), 100);

    // The publisher's computer has none either: the purchase waits, says why, and nothing is paid.
    let own = fees(&publisher);
    assert!(own["charges"] == true && own["computerHas"] == "0", "{own}");
    let told = buyer.types(&["buy", &did, "--wait", "20"]);
    assert_eq!(told.error(), "timed_out", "{told:?}");
    assert!(told.json.to_string().contains("cannot pay"), "the buyer is told why: {told:?}");
    assert_eq!(buyer.balance(), "10", "nothing was paid");

    // The publisher moves some; the purchase that waits goes on by itself.
    let filled = publisher.types(&["wallet", "fees", "--fill", "0.2"]).ok();
    assert_eq!(filled["computerHas"], "0.2", "{filled}");
    let before = chain.ether_of(&buyer.address());
    let purchase = buyer.types(&["buy", &did]).ok();
    assert_eq!(purchase["state"], "completed", "{purchase}");
    assert_eq!(buyer.purchases_of(&did).len(), 1, "it is the same purchase");
    assert_eq!(buyer.reads(&did), "a\n1\n");
    publisher.waits_for_balance("4");
    let said = wei(&purchase["feeAtMost"]);
    let paid = before - chain.ether_of(&buyer.address());
    assert!(paid > 0 && paid <= said, "{paid} wei were paid, at most {said} were confirmed");
    println!("a purchase cost its buyer {paid} wei of the {said} confirmed");

    // Money comes back although the buyer's computer has nothing of its own: the account pays for it.
    let file = publisher.file("b.csv", "a\n1\n");
    let did = publisher.publishes_with(&file, "Never opened", "3", &["--deliver-within", "10s"]);
    std::fs::write(&file, "a\n2\n").unwrap();
    let told = buyer.types(&["buy", &did]);
    assert_eq!(told.error(), "not_opened", "{told:?}");
    assert_eq!(buyer.purchases_of(&did)[0]["state"], "refunded");
    let until = Instant::now() + PATIENCE;
    while buyer.balance() != "6" {
        assert!(Instant::now() < until, "the money is back");
    }

    // The account is locked when it should pay for that: it waits, says for what, and needs nobody to unlock it once the
    // computer has something of its own.
    let file = publisher.file("c.csv", "a\n1\n");
    let did = publisher.publishes_with(&file, "Never opened either", "3", &["--deliver-within", "10s"]);
    std::fs::write(&file, "a\n2\n").unwrap();
    buyer.types(&["buy", &did, "--until", "locked"]).ok();
    assert_eq!(buyer.balance(), "3");
    let locked = buyer.serves_locked();
    let until = Instant::now() + PATIENCE;
    while !buyer.purchases_of(&did)[0].to_string().contains("the account that could is locked") {
        assert!(Instant::now() < until, "it says for what it waits: {:?}", buyer.purchases_of(&did));
    }
    assert_eq!(buyer.balance(), "3");
    chain.gives(fees(&buyer)["computer"].as_str().unwrap(), 100);
    let until = Instant::now() + PATIENCE;
    while buyer.balance() != "6" {
        assert!(Instant::now() < until, "the money is back");
    }
    locked.ends();
    serving.ends();
}
