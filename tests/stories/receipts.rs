//! What an auditor gets: a file that says what was agreed and what happened, checked without a network
//! but for the hashes of its blocks.

use crate::person::Person;
use serde_json::Value;

#[test]
fn an_auditor_checks_a_receipt_without_the_network() {
    let publisher = Person::alone().with_account(0);
    let running = publisher.serves();
    let did = publisher.publishes(&publisher.file("a.csv", "a,b\n1,2\n"), "Audited numbers", "12.5");
    let buyer = Person::on(&publisher.own_network()).with_account(100);
    let bought = buyer.types(&["buy", &did]).ok();
    let agreement = bought["agreementId"].as_str().unwrap();
    // The publisher takes the payment once the file was fetched.
    assert_eq!(buyer.reads(&did), "a,b\n1,2\n");
    let paid = (0..50).map(|_| buyer.types(&["agreements", agreement]).ok()).any(|p| p["money"] == "with_publisher");
    assert!(paid, "the publisher was paid");
    let file = buyer.path("receipt.json");
    let path = file.to_str().unwrap();
    buyer.types(&["agreements", agreement, "--receipt", path]).ok();
    let again = buyer.types(&["agreements", agreement, "--receipt", path]);
    assert_eq!(again.error(), "invalid", "nothing is overwritten: {again:?}");
    // The same as a page to print, with the proof attached.
    let page = buyer.path("receipt.pdf");
    buyer.types(&["agreements", agreement, "--receipt", page.to_str().unwrap()]).ok();
    running.ends();

    let auditor = Person::alone();
    let printed = std::fs::read(&page).unwrap();
    assert!(printed.starts_with(b"%PDF-1.7"));
    let of_page = auditor.types(&["verify-receipt", page.to_str().unwrap()]).ok();
    assert_eq!((&of_page["valid"], &of_page["outcome"]), (&true.into(), &"paid".into()));
    let other = printed.iter().map(|byte| if *byte == b'7' { b'8' } else { *byte }).collect::<Vec<u8>>();
    std::fs::write(&page, other).unwrap();
    let forged = auditor.types(&["verify-receipt", page.to_str().unwrap()]);
    assert!(["corrupt", "invalid"].contains(&forged.error()), "{forged:?}");

    let seen = auditor.types(&["verify-receipt", path]).ok();
    assert_eq!(
        (&seen["outcome"], &seen["price"], &seen["did"]),
        (&"paid".into(), &"12.5".into(), &did.as_str().into())
    );
    let facts: Vec<_> = seen["shown"].as_array().unwrap().iter().map(|s| s["fact"].as_str().unwrap()).collect();
    assert_eq!(facts, ["registered", "agreed", "setAside", "granted", "paid"]);
    assert!(!auditor.home().exists(), "it needs no home");

    // Whose contracts did all that is said by the network's file; others on the same chain prove nothing about it.
    assert_eq!(seen["contracts"].as_object().unwrap().len(), 5, "{seen}");
    let own = publisher.own_network();
    let with = |file: &std::path::Path| auditor.types(&["--network", file.to_str().unwrap(), "verify-receipt", path]);
    assert!(with(&own).ok()["network"].is_string() && seen["network"].is_null());
    let text = std::fs::read_to_string(&own).unwrap();
    let (other, escrow) = (&seen["contracts"]["LockRewardCondition"], &seen["contracts"]["EscrowReward"]);
    let address = |name: &Value| name.as_str().unwrap().to_owned();
    let foreign = text.replace(&address(escrow), &address(other));
    assert_ne!(foreign, text);
    assert_eq!(with(&auditor.file("foreign.toml", &foreign)).error(), "corrupt");
    let elsewhere = text.replace("chain_id = ", "chain_id = 9");
    assert_eq!(with(&auditor.file("elsewhere.toml", &elsewhere)).error(), "corrupt");
    assert_eq!(with(&auditor.path("nowhere.toml")).error(), "invalid");

    // Whoever changes a word of it, leaves out what happened, or signs it anew as a stranger, proves nothing.
    let whole: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut changed = whole.clone();
        change(&mut changed);
        assert_ne!(changed, whole);
        let told =
            auditor.types(&["verify-receipt", auditor.file("changed.json", &changed.to_string()).to_str().unwrap()]);
        assert_eq!(told.error(), "corrupt", "{told:?}");
    };
    refused(&|receipt| receipt["statement"]["name"] = "Other numbers".into());
    refused(&|receipt| receipt["statement"]["terms"]["price"] = "1".into());
    refused(&|receipt| drop(receipt["statement"]["evidence"].as_array_mut().unwrap().pop()));
    refused(&|receipt| receipt["statement"]["signer"] = receipt["statement"]["terms"]["owner"].clone());
    let nonsense = auditor.file("nonsense.json", "{}");
    assert_eq!(auditor.types(&["verify-receipt", nonsense.to_str().unwrap()]).error(), "invalid");
    assert_eq!(auditor.types(&["verify-receipt", "/nowhere.json"]).error(), "not_found");
}
