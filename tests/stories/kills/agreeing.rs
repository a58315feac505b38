//! Either side of an agreement of another shape dies on the way: it is on record once, paid once, and paid out once.

use super::Kill;
use crate::{network::Network, person::Person};
use runner::Point;
use serde_json::{Value, json};

pub(crate) fn run(kills: &[Kill]) {
    let network = Network::starts(0);
    let publisher = Person::on(&network.file()).with_account(0);
    let buyer = Person::on(&network.file()).with_account(100);
    let did = publisher.publishes(&publisher.file("a.csv", "a\n1\n"), "Computed upon", "9");
    let mut paid = 0;
    for kill in kills {
        let file = document(&publisher, &buyer, &did, *kill);
        let new = ["agreement", "new", &file];
        let agreement = if matches!(kill.point, Point::AgreementKept | Point::AgreementSigned) {
            buyer.types_until(&kill.order(), &new).died(kill);
            buyer.types(&["resume"]).ok();
            let known = buyer.types(&["agreement", "list"]).ok();
            let there = known["results"].as_array().unwrap().iter().any(|one| one["name"] == kill.word());
            assert_eq!(there, !kill.is_before(Point::AgreementKept), "{kill}: {known}");
            buyer.types(&new).ok()
        } else {
            buyer.types(&new).ok()
        };
        assert_eq!(agreement["state"], "open", "{kill}: {agreement}");
        let id = agreement["agreementId"].as_str().unwrap();
        let pay = ["agreement", "fulfil", id, "payment"];
        if kill.point == Point::StepPaymentSigned {
            buyer.types_until(&kill.order(), &pay).died(kill);
            buyer.types(&["resume"]).ok();
            let state = if kill.after { "fulfilled" } else { "unfulfilled" };
            assert_eq!(buyer.types(&["agreement", "show", id]).ok()["conditions"][0]["state"], state, "{kill}");
        }
        buyer.types(&pay).ok();
        paid += 4;
        assert_eq!(buyer.balance(), (100 - paid).to_string(), "{kill}: paid exactly once");
        publisher.types(&["agreement", "join", &file]).ok();
        for step in ["computation", "payout"] {
            let words = ["agreement", "fulfil", id, step];
            if kill.point == Point::StepSigned {
                publisher.types_until(&kill.order(), &words).died(kill);
                publisher.types(&["resume"]).ok();
            }
            publisher.types(&words).ok();
        }
        assert_eq!(publisher.balance(), paid.to_string(), "{kill}: paid out exactly once");
        assert_eq!(buyer.types(&["agreement", "show", id]).ok()["state"], "ended", "{kill}");
    }
}

fn document(publisher: &Person, buyer: &Person, did: &str, kill: Kill) -> String {
    let step = |name: &str, kind: &str, terms: Value| json!({ "name": name, "kind": kind, "terms": terms });
    let mut compute = step("computation", "computeExecution", json!({ "consumer": "consumer" }));
    compute["timeOut"] = 1800.into();
    let payout = json!({ "amount": "4", "receiver": "provider", "sender": "consumer", "lock": "payment", "release": "computation" });
    let document = json!({
        "name": kill.word(), "template": "EscrowComputeExecutionTemplate", "did": did, "salt": kill.word(),
        "actors": { "provider": publisher.address(), "consumer": buyer.address() },
        "conditions": [
            step("payment", "lockReward", json!({ "amount": "4" })), compute, step("payout", "escrowReward", payout),
        ],
    });
    let file = publisher.file(&kill.word(), &document.to_string());
    file.to_str().unwrap().to_owned()
}
