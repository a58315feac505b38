//! The released contracts on chains that others make and run, with this program on all sides: catalogue, gateway and key
//! servers, publisher, buyer. What is on the chain afterwards is said by ethers.js.

use crate::{
    chains::{Chain, Maker, Release},
    network::Network,
    person::Person,
};
use serde_json::json;

/// The template of purchases.
const ACCESS: &str = "0xff52b4c00ceacf1cfd7296af9569da77db4e9ae9b3d42a3022516b9c1adca8de";

struct World {
    chain: Chain,
    network: Network,
    publisher: Person,
    buyer: Person,
    release: Release,
}

impl World {
    fn on(maker: Maker, release: Release) -> Self {
        let chain = Chain::free(maker);
        let network = Network::serves(&chain.with_official_contracts(release));
        let publisher = Person::on(&network.file()).with_account(0);
        let buyer = Person::on(&network.file()).with_account(10);
        Self { chain, network, publisher, buyer, release }
    }

    /// The template of purchases, as the agreement store says it.
    fn sale_template(&self) -> String {
        match self.release {
            Release::V0_13 => ACCESS.to_owned(),
            // Up to 0.12 it is a contract.
            Release::V0_12 => {
                let at = self.network.contracts()["EscrowAccessSecretStoreTemplate"].to_lowercase();
                format!("0x{:0>64}", at.trim_start_matches("0x"))
            }
        }
    }

    /// What ethers.js sees of an agreement: where lock, access and escrow stand.
    fn is_seen(&self, did: &str, agreement: &str, [lock, access, escrow]: [u8; 3], paid_to: &str) {
        let template = self.sale_template();
        let states = match self.release {
            Release::V0_13 => [lock, access, escrow],
            Release::V0_12 => [access, lock, escrow],
        };
        let hex = |id: &str| format!("0x{}", id.trim_start_matches("did:op:").trim_start_matches("0x"));
        let owner = self.publisher.address();
        let asked = json!({
            "contracts": self.network.contracts(), "did": hex(did), "agreement": hex(agreement),
            "consumer": self.buyer.address(), "owner": owner,
        });
        let seen = self.chain.seen_by_ethers(&asked);
        assert_eq!((&seen["did"], &seen["states"]), (&json!(hex(did)), &json!(states)), "{seen}");
        // A computation lets nobody read.
        let permitted = access == 2 && seen["template"] == template;
        assert_eq!((&seen["escrowHolds"], &seen["permitted"]), (&json!("0"), &json!(permitted)), "{seen}");
        let lower = |text: &str| text.to_lowercase();
        assert_eq!(lower(seen["didOwner"].as_str().unwrap()), lower(&owner));
        let paid: Vec<String> = seen["paidTo"].as_array().unwrap().iter().map(|a| lower(a.as_str().unwrap())).collect();
        assert_eq!(paid, [lower(paid_to)], "once, and to nobody else");
    }

    /// An agreement about a computation with the released condition and template: on record, paid, started, paid out.
    fn computes(&self, did: &str) {
        let (publisher, buyer) = (&self.publisher, &self.buyer);
        let earned: u64 = publisher.balance().parse().unwrap();
        let pays = json!({
            "amount": "2", "receiver": "provider", "sender": "consumer", "lock": "payment", "release": "computation",
        });
        let document = json!({
            "name": "training", "template": "EscrowComputeExecutionTemplate", "did": did,
            "actors": { "provider": publisher.address(), "consumer": buyer.address() },
            "conditions": [
                { "name": "payment", "kind": "lockReward", "terms": { "amount": "2" } },
                { "name": "computation", "kind": "computeExecution", "terms": { "consumer": "consumer" }, "timeOut": 1800 },
                { "name": "payout", "kind": "escrowReward", "terms": pays },
            ],
        });
        let file = publisher.file("training.json", &document.to_string());
        let file = file.to_str().unwrap();
        let made = buyer.types(&["agreement", "new", file]).ok();
        let agreement = made["agreementId"].as_str().unwrap();
        publisher.types(&["agreement", "join", file]).ok();
        for (person, step) in [(buyer, "payment"), (publisher, "computation"), (publisher, "payout")] {
            let done = person.types(&["agreement", "fulfil", agreement, step]);
            assert_eq!(done.code, 0, "{step}: {done:?}");
        }
        assert_eq!(publisher.balance(), (earned + 2).to_string());
        self.is_seen(did, agreement, [2, 2, 2], &publisher.address());
    }
}

impl World {
    /// Where agreements are kept as in v0.1 there are no other shapes, and that is said.
    fn has_sales_only(&self) {
        let refused = self.buyer.types(&["template", "list"]);
        assert_eq!(refused.error(), "refused", "{refused:?}");
        assert!(refused.json["error"]["message"].as_str().unwrap().contains("v0.1"), "{refused:?}");
    }

    /// On another computer, from the words and the chain: both purchases, a receipt of one, and its file.
    fn is_rebuilt(&self, bought: &str, content: &str) {
        let words = self.buyer.types(&["wallet", "backup"]).ok()["words"].as_str().unwrap().to_owned();
        let new = Person::on(&self.network.file());
        let sheet = new.file("words", &words);
        new.types(&["wallet", "import", "--words-file", sheet.to_str().unwrap()]).ok();
        let purchases = new.types(&["agreements"]).ok();
        let mut states: Vec<_> =
            purchases["results"].as_array().unwrap().iter().filter_map(|p| p["state"].as_str()).collect();
        states.sort_unstable();
        states.retain(|state| ["completed", "refunded"].contains(state));
        assert_eq!(states, ["completed", "refunded"], "{purchases}");
        let agreement = new.purchases_of(bought)[0]["agreementId"].as_str().unwrap().to_owned();
        let receipt = new.path("receipt.json");
        new.types(&["agreements", &agreement, "--receipt", receipt.to_str().unwrap()]).ok();
        let shown = new.types(&["verify-receipt", receipt.to_str().unwrap()]).ok();
        assert_eq!(shown["outcome"], "paid", "{shown}");
        assert_eq!(new.reads(bought), content, "the file is fetched again");
    }
}

#[test]
fn the_released_contracts_sell_and_refund_once_their_risk_is_accepted_on_anvil() {
    sells_and_refunds(Maker::Anvil, Release::V0_13);
}

#[test]
fn the_released_contracts_sell_and_refund_once_their_risk_is_accepted_on_hardhat() {
    sells_and_refunds(Maker::Hardhat, Release::V0_13);
}

#[test]
fn the_released_contracts_sell_and_refund_once_their_risk_is_accepted_on_ganache() {
    sells_and_refunds(Maker::Ganache, Release::V0_13);
}

#[test]
fn the_template_contracts_of_v01_sell_and_refund_once_their_risk_is_accepted_on_anvil() {
    sells_and_refunds(Maker::Anvil, Release::V0_12);
}

#[test]
fn the_template_contracts_of_v01_sell_and_refund_once_their_risk_is_accepted_on_hardhat() {
    sells_and_refunds(Maker::Hardhat, Release::V0_12);
}

#[test]
fn the_template_contracts_of_v01_sell_and_refund_once_their_risk_is_accepted_on_ganache() {
    sells_and_refunds(Maker::Ganache, Release::V0_12);
}

fn sells_and_refunds(maker: Maker, release: Release) {
    let world = World::on(maker, release);
    let (publisher, buyer) = (&world.publisher, &world.buyer);
    let check = buyer.types(&["network", "check"]);
    let said = check.json.to_string();
    assert!(said.contains("NOT SAFE"), "the network is called what it is: {said}");

    let serving = publisher.serves();
    let content = "a,b\n1,2\n";
    let did = publisher.publishes(&publisher.file("a.csv", content), "Sold by the released contracts", "4");
    let refused = buyer.types(&["buy", &did]);
    assert_eq!((refused.error(), refused.code), ("refused", 3), "{refused:?}");
    assert!(refused.json["error"]["next"].as_str().unwrap().contains("network consent"), "{refused:?}");
    assert_eq!(buyer.balance(), "10", "nothing was paid");
    assert!(buyer.purchases_of(&did).is_empty(), "and nothing begun");

    let trust = buyer.types(&["network", "consent"]).ok();
    assert!(trust["ours"] == false && trust["consented"].is_string(), "{trust}");
    let bought = buyer.types(&["buy", &did]).ok();
    assert_eq!(bought["state"], "completed", "{bought}");
    assert_eq!(buyer.reads(&did), content);
    publisher.waits_for_balance("4");
    let agreement = bought["agreementId"].as_str().unwrap().to_owned();
    world.is_seen(&did, &agreement, [2, 2, 2], &publisher.address());
    let bought = did;

    // One that is never opened: the file is another one by then.
    let file = publisher.file("b.csv", "a\n1\n");
    let did = publisher.publishes_with(&file, "Refunded by the released contracts", "5", &["--deliver-within", "10s"]);
    std::fs::write(&file, "a\n2\n").unwrap();
    let told = buyer.types(&["buy", &did]);
    assert_eq!(told.error(), "not_opened", "{told:?}");
    let purchase = &buyer.purchases_of(&did)[0];
    assert_eq!(purchase["state"], "refunded", "{purchase}");
    assert_eq!(buyer.balance(), "6", "the money is back");
    let agreement = purchase["agreementId"].as_str().unwrap().to_owned();
    world.is_seen(&did, &agreement, [2, 3, 2], &buyer.address());
    match release {
        Release::V0_13 => world.computes(&did),
        Release::V0_12 => world.has_sales_only(),
    }
    world.is_rebuilt(&bought, content);
    serving.ends();

    buyer.types(&["network", "consent", "--withdraw"]).ok();
    let trust = buyer.types(&["network", "consent", "--withdraw"]).ok();
    assert!(trust["consented"].is_null(), "{trust}");
}
