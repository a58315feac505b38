//! Agreements of other shapes than a purchase's, carried out by two people at terminals: each writes nothing but commands,
//! and a document that both have.

use crate::{
    network::Network,
    person::{PATIENCE, Person, Running, Told},
};
use serde_json::{Value, json};
use std::{path::PathBuf, time::Instant};

/// Somebody who runs a network and lists something, and somebody who joined it.
struct Deal {
    publisher: Person,
    buyer: Person,
    did: String,
    _serving: Option<Running>,
    network: Option<Network>,
}

impl Deal {
    /// On a network that somebody else runs: its templates are those it came with.
    fn begins() -> Self {
        let network = Network::starts(0);
        let publisher = Person::on(&network.file()).with_account(0);
        Self { network: Some(network), ..Self::between(publisher.network().unwrap().to_owned(), publisher) }
    }

    /// The same where nobody watches for those who are away.
    fn begins_without_a_tower() -> Self {
        let network = Network::starts(0);
        let file = network.file_without_a_tower();
        let publisher = Person::on(&file).with_account(0);
        Self { network: Some(network), ..Self::between(file, publisher) }
    }

    /// On the publisher's own network: the publisher decides about its templates.
    fn begins_at_home() -> Self {
        let publisher = Person::alone().with_account(0);
        let serving = publisher.serves();
        Self { _serving: Some(serving), ..Self::between(publisher.own_network(), publisher) }
    }

    fn between(network: PathBuf, publisher: Person) -> Self {
        let buyer = Person::on(&network).with_account(100);
        let did = publisher.publishes(&publisher.file("a.csv", "a\n1\n"), "Water levels", "9");
        Self { publisher, buyer, did, _serving: None, network: None }
    }

    /// A document about the listing between the two, in a file that both have.
    fn document(&self, name: &str, template: &str, conditions: &[Value]) -> String {
        let document = self.written(name, template, conditions);
        let file = self.publisher.file(&format!("{name}.json"), &document.to_string());
        file.to_str().unwrap().to_owned()
    }

    fn written(&self, name: &str, template: &str, conditions: &[Value]) -> Value {
        json!({
            "name": name,
            "template": template,
            "did": self.did,
            "actors": { "provider": self.publisher.address(), "consumer": self.buyer.address() },
            "conditions": conditions,
        })
    }

    /// A template of these conditions, proposed by the buyer and approved by whoever runs the network.
    fn template(&self, name: &str, kinds: &[&str]) {
        self.template_with(name, kinds, &[]);
    }

    fn template_with(&self, name: &str, kinds: &[&str], roles: &[&str]) {
        let mut words = vec!["template", "propose", name];
        words.extend(kinds.iter().flat_map(|kind| ["--condition", *kind]));
        words.extend(roles);
        assert_eq!(self.buyer.types(&words).ok()["state"], "proposed");
        let refused = self.buyer.types(&["template", "approve", name]);
        assert_eq!(refused.error(), "refused", "a guest does not decide: {refused:?}");
        assert_eq!(self.publisher.types(&["template", "approve", name]).ok()["state"], "approved");
    }

    /// The buyer pays for a computation that is not started in time.
    fn pays_for_what_nobody_does(&self) -> String {
        let computation = until(3, step("computation", "computeExecution", json!({ "consumer": "consumer" })));
        let conditions = [payment(), computation, payout("computation")];
        let file = self.document("signed", "EscrowComputeExecutionTemplate", &conditions);
        let agreement = self.on_record(&file);
        does(&self.buyer, &agreement, "payment", &[]).ok();
        agreement
    }

    fn ends_with_the_money_back(&self, agreement: &str) {
        let patience = Instant::now() + PATIENCE;
        while self.publisher.types(&["agreement", "show", agreement]).ok()["state"] != "ended" {
            assert!(Instant::now() < patience, "it ends");
        }
        assert_eq!((self.publisher.balance(), self.buyer.balance()), ("0".to_owned(), "100".to_owned()));
    }

    /// On record by the buyer, and its document kept by the publisher.
    fn on_record(&self, file: &str) -> String {
        let made = self.buyer.types(&["agreement", "new", file]).ok();
        assert_eq!(made["state"], "open", "{made}");
        let kept = self.publisher.types(&["agreement", "join", file]).ok();
        assert_eq!(kept["agreementId"], made["agreementId"]);
        made["agreementId"].as_str().unwrap().to_owned()
    }
}

fn step(name: &str, kind: &str, terms: Value) -> Value {
    json!({ "name": name, "kind": kind, "terms": terms })
}

fn until(blocks: u64, mut step: Value) -> Value {
    step["timeOut"] = blocks.into();
    step
}

fn payment() -> Value {
    step("payment", "lockReward", json!({ "amount": "4" }))
}

fn payout(release: &str) -> Value {
    let terms =
        json!({ "amount": "4", "receiver": "provider", "sender": "consumer", "lock": "payment", "release": release });
    step("payout", "escrowReward", terms)
}

fn does(person: &Person, agreement: &str, name: &str, more: &[&str]) -> Told {
    let mut words = vec!["agreement", "fulfil", agreement, name];
    words.extend(more);
    person.types(&words)
}

/// What is said about a step.
fn of<'a>(view: &'a Value, name: &str) -> &'a Value {
    view["conditions"].as_array().unwrap().iter().find(|step| step["name"] == name).unwrap()
}

#[track_caller]
fn refused(told: &Told, words: &str) {
    assert_eq!(told.error(), "refused", "{told:?}");
    assert_eq!(told.code, 3, "{told:?}");
    let message = told.json["error"]["message"].as_str().unwrap();
    assert!(message.contains(words), "{message}");
}

#[test]
fn a_computation_is_paid_when_it_was_started() {
    let deal = Deal::begins();
    let compute = until(1800, step("computation", "computeExecution", json!({ "consumer": "consumer" })));
    let file =
        deal.document("training", "EscrowComputeExecutionTemplate", &[payout("computation"), compute, payment()]);

    let checked = deal.publisher.types(&["agreement", "new", &file, "--check"]).ok();
    assert_eq!((&checked["state"], &checked["warnings"]), (&"not_on_record".into(), &json!([])), "{checked}");
    let agreement = checked["agreementId"].as_str().unwrap().to_owned();
    let nothing = deal.publisher.types(&["agreement", "join", &file]);
    assert_eq!(nothing.error(), "not_found", "what is not on record cannot be joined: {nothing:?}");
    let locked = deal.buyer.command_without_password().args(["agreement", "new", &file]).output().unwrap();
    let locked = crate::person::told(&locked);
    assert_eq!((locked.error(), locked.code), ("locked", 3), "{locked:?}");

    assert_eq!(deal.on_record(&file), agreement, "the number follows from the document");
    refused(&does(&deal.publisher, &agreement, "computation", &[]), "“computation” comes after “payment”");
    refused(&does(&deal.buyer, &agreement, "payout", &[]), "“payout” comes after “payment” and “computation”");
    let waits = deal.buyer.types(&["agreement", "show", &agreement]).ok();
    assert_eq!((&of(&waits, "payment")["next"], &of(&waits, "payment")["own"]), (&"open".into(), &true.into()));
    assert_eq!(of(&waits, "computation")["next"], "after", "{waits}");

    let paid = does(&deal.buyer, &agreement, "payment", &[]).ok();
    assert_eq!(of(&paid, "payment")["state"], "fulfilled", "{paid}");
    // Said again, it is there and done: nothing is sent, nothing is paid twice.
    assert_eq!(deal.buyer.types(&["agreement", "new", &file]).ok()["state"], "open");
    does(&deal.buyer, &agreement, "payment", &[]).ok();
    assert_eq!(deal.buyer.balance(), "96");

    refused(&does(&deal.buyer, &agreement, "computation", &[]), "Only the owner of the listing");
    let early = deal.buyer.types(&["agreement", "abort", &agreement, "computation"]);
    refused(&early, "The time for “computation” is not over");
    does(&deal.publisher, &agreement, "computation", &[]).ok();
    let ended = does(&deal.publisher, &agreement, "payout", &[]).ok();
    assert_eq!(ended["state"], "ended", "{ended}");
    assert_eq!((deal.publisher.balance(), deal.buyer.balance()), ("4".to_owned(), "96".to_owned()));

    // The list of purchases knows its number too; and each home has it once.
    assert_eq!(deal.buyer.types(&["agreements", &agreement]).ok()["state"], "ended");
    for person in [&deal.buyer, &deal.publisher] {
        let all = person.types(&["agreement", "list"]).ok();
        assert_eq!((&all["total"], &all["results"][0]["agreementId"]), (&1.into(), &agreement.clone().into()), "{all}");
    }
}

#[test]
fn a_signature_or_a_preimage_releases_the_money() {
    let deal = Deal::begins_at_home();
    deal.template("signed", &["lockReward", "sign", "escrowReward"]);
    let sign = step("received", "sign", json!({ "text": "I have the numbers", "signer": "consumer" }));
    let file = deal.document("signed", "signed", &[payment(), until(1800, sign), payout("received")]);
    let agreement = deal.on_record(&file);
    does(&deal.buyer, &agreement, "payment", &[]).ok();
    let unsigned = does(&deal.publisher, &agreement, "received", &[]);
    assert_eq!((unsigned.error(), unsigned.code), ("invalid", 2), "{unsigned:?}");
    // Signed by the wrong one, and then by the right one, shown by somebody else.
    let sign = |person: &Person| person.types(&["agreement", "sign", &agreement, "received"]).ok()["signature"].clone();
    let show = |signature: &Value| {
        does(&deal.publisher, &agreement, "received", &["--signature", signature.as_str().unwrap()])
    };
    assert_eq!(show(&sign(&deal.publisher)).error(), "invalid");
    show(&sign(&deal.buyer)).ok();
    does(&deal.publisher, &agreement, "payout", &[]).ok();
    assert_eq!((deal.publisher.balance(), deal.buyer.balance()), ("4".to_owned(), "96".to_owned()));

    // 32 bytes that somebody else chose could be a transaction: nobody signs those here.
    let blind = step("received", "sign", json!({ "message": format!("0x{}", "12".repeat(32)), "signer": "consumer" }));
    let file = deal.document("blind", "signed", &[payment(), until(1800, blind), payout("received")]);
    let blind = deal.on_record(&file);
    does(&deal.buyer, &blind, "payment", &[]).ok();
    refused(&does(&deal.buyer, &blind, "received", &[]), "nobody can tell what they are");
    refused(&deal.buyer.types(&["agreement", "sign", &blind, "received"]), "they could be a payment");

    deal.template("opened", &["lockReward", "hashLock", "escrowReward"]);
    let hash = deal.publisher.types(&["agreement", "hash", "--text", "open sesame"]).ok()["hash"].clone();
    let lock = until(1800, step("word", "hashLock", json!({ "hash": hash })));
    let file = deal.document("opened", "opened", &[payment(), lock, payout("word")]);
    let agreement = deal.on_record(&file);
    does(&deal.buyer, &agreement, "payment", &[]).ok();
    let wrong = does(&deal.publisher, &agreement, "word", &["--preimage", "open barley"]);
    assert_eq!(wrong.error(), "invalid", "{wrong:?}");
    does(&deal.publisher, &agreement, "word", &["--preimage", "open sesame"]).ok();
    does(&deal.buyer, &agreement, "payout", &[]).ok();
    assert_eq!((deal.publisher.balance(), deal.buyer.balance()), ("8".to_owned(), "88".to_owned()));
}

#[test]
fn two_of_three_release_the_money() {
    let deal = Deal::begins_at_home();
    let kinds = ["lockReward", "sign", "hashLock", "whitelisting", "threshold", "escrowReward"];
    deal.template("two of three", &kinds);
    let hash = deal.publisher.types(&["agreement", "hash", "--number", "7"]).ok()["hash"].clone();
    let conditions = [
        payment(),
        step("seen", "sign", json!({ "text": "seen", "signer": "consumer" })),
        step("number", "hashLock", json!({ "hash": hash })),
        step("member", "whitelisting", json!({ "text": "a member of the university" })),
        until(1800, step("enough", "threshold", json!({ "inputs": ["seen", "number", "member"], "threshold": 2 }))),
        payout("enough"),
    ];
    let file = deal.document("three", "two of three", &conditions);
    let agreement = deal.on_record(&file);
    does(&deal.buyer, &agreement, "payment", &[]).ok();
    refused(&does(&deal.buyer, &agreement, "enough", &[]), "needs 2 of its steps done, and 0 are");
    does(&deal.publisher, &agreement, "number", &["--preimage-number", "7"]).ok();
    refused(&does(&deal.buyer, &agreement, "enough", &[]), "needs 2 of its steps done, and 1 are");
    refused(&does(&deal.buyer, &agreement, "member", &[]), "not in your list");
    deal.buyer.types(&["list", "add", "--text", "a member of the university"]).ok();
    let list = deal.buyer.types(&["list", "add", "--text", "a member of the university"]).ok();
    assert_eq!(list["items"].as_array().unwrap().len(), 1, "once is enough");
    does(&deal.buyer, &agreement, "member", &[]).ok();
    deal.buyer.types(&["list", "remove", "--text", "a member of the university"]).ok();
    does(&deal.buyer, &agreement, "enough", &[]).ok();
    let ended = does(&deal.publisher, &agreement, "payout", &[]).ok();
    assert_eq!(of(&ended, "seen")["next"], "open", "two were enough: {ended}");
    assert_eq!((deal.publisher.balance(), deal.buyer.balance()), ("4".to_owned(), "96".to_owned()));
}

#[test]
fn three_parties_agree_and_pay_in_parts_what_one_of_them_verified() {
    let deal = Deal::begins_at_home();
    let verifier = Person::on(&deal.publisher.own_network()).with_account(0);
    assert_eq!(deal.buyer.types(&["template", "add-role", "verifier"]).error(), "refused");
    deal.publisher.types(&["template", "add-role", "verifier"]).ok();
    let kinds =
        ["lockReward", "lockReward", "lockReward", "sign", "hashLock", "escrowReward", "escrowReward", "escrowReward"];
    let roles = ["--actor", "provider", "--actor", "consumer", "--actor", "verifier"];
    deal.template_with("verified in parts", &kinds, &roles);

    let lock = |name: &str, amount: &str| step(name, "lockReward", json!({ "amount": amount }));
    let pays = |name: &str, amount: &str, receiver: &str, lock: &str, release: &str| {
        let terms =
            json!({ "amount": amount, "receiver": receiver, "sender": "consumer", "lock": lock, "release": release });
        step(name, "escrowReward", terms)
    };
    let first = |mut step: Value| {
        step["after"] = json!(["fee"]);
        step
    };
    let hash = deal.publisher.types(&["agreement", "hash", "--text", "all of it"]).ok()["hash"].clone();
    let conditions = [
        lock("fee", "1"),
        first(lock("part", "3")),
        first(lock("rest", "2")),
        until(1800, step("accurate", "sign", json!({ "text": "nine of ten are right", "signer": "verifier" }))),
        until(1800, step("whole", "hashLock", json!({ "hash": hash }))),
        pays("fee-paid", "1", "verifier", "fee", "accurate"),
        pays("part-paid", "3", "provider", "part", "accurate"),
        pays("rest-paid", "2", "provider", "rest", "whole"),
    ];
    let mut document: Value = deal.written("verified", "verified in parts", &conditions);
    document["actors"]["verifier"] = verifier.address().into();
    let file = deal.publisher.file("verified.json", &document.to_string());
    let file = file.to_str().unwrap();
    let agreement = deal.on_record(file);
    verifier.types(&["agreement", "join", file]).ok();

    refused(&does(&deal.buyer, &agreement, "part", &[]), "“part” comes after “fee”");
    for payment in ["fee", "part", "rest"] {
        does(&deal.buyer, &agreement, payment, &[]).ok();
    }
    assert_eq!(deal.buyer.balance(), "94");
    assert_eq!(does(&deal.publisher, &agreement, "accurate", &[]).error(), "invalid", "nobody verifies for himself");
    does(&verifier, &agreement, "accurate", &[]).ok();
    does(&verifier, &agreement, "fee-paid", &[]).ok();
    does(&deal.publisher, &agreement, "part-paid", &[]).ok();
    refused(&does(&deal.publisher, &agreement, "rest-paid", &[]), "comes after “whole”");
    assert_eq!((verifier.balance(), deal.publisher.balance()), ("1".to_owned(), "3".to_owned()), "only the part");
    does(&deal.publisher, &agreement, "whole", &["--preimage", "all of it"]).ok();
    assert_eq!(does(&deal.publisher, &agreement, "rest-paid", &[]).ok()["state"], "ended");
    assert_eq!(deal.publisher.balance(), "5");

    // What is revoked makes no more agreements; those that are there go on.
    deal.buyer.types(&["template", "revoke", "verified in parts"]).ok();
    document["salt"] = "again".into();
    let again = deal.buyer.file("again.json", &document.to_string());
    refused(&deal.buyer.types(&["agreement", "new", again.to_str().unwrap()]), "was revoked");
    assert_eq!(deal.buyer.types(&["agreement", "new", file]).ok()["state"], "ended");
}

#[test]
fn a_step_whose_time_is_over_gives_the_money_back() {
    let deal = Deal::begins_without_a_tower();
    let compute = until(4, step("computation", "computeExecution", json!({ "consumer": "consumer" })));
    let template = "EscrowComputeExecutionTemplate";
    let file = deal.document("late", template, &[payment(), compute, payout("computation")]);
    let agreement = deal.on_record(&file);
    does(&deal.buyer, &agreement, "payment", &[]).ok();
    assert_eq!(deal.buyer.balance(), "96");
    assert_eq!(deal.buyer.types(&["wallet", "balance"]).ok()["setAside"], "4");
    // Blocks come by the clock as long as money is set aside; whoever wants to can give the step up then.
    let patience = Instant::now() + PATIENCE;
    while of(&deal.publisher.types(&["agreement", "show", &agreement]).ok(), "computation")["canAbort"] != true {
        assert!(Instant::now() < patience, "its time passes");
    }
    refused(&does(&deal.publisher, &agreement, "computation", &[]), "The time for “computation” is over");
    let aborted = deal.publisher.types(&["agreement", "abort", &agreement, "computation"]).ok();
    assert_eq!(of(&aborted, "computation")["state"], "aborted", "{aborted}");
    deal.publisher.types(&["agreement", "abort", &agreement, "computation"]).ok();
    does(&deal.publisher, &agreement, "payout", &[]).ok();
    assert_eq!((deal.publisher.balance(), deal.buyer.balance()), ("0".to_owned(), "100".to_owned()));
    assert_eq!(deal.buyer.types(&["wallet", "balance"]).ok()["setAside"], "0");
}

#[test]
fn what_nobody_earned_in_time_comes_back_by_itself_also_while_the_account_is_locked() {
    let deal = Deal::begins_without_a_tower();
    let agreement = deal.pays_for_what_nobody_does();
    // Nobody does anything any more. The buyer's home is open, and locked.
    let home = deal.buyer.serves_locked();
    deal.ends_with_the_money_back(&agreement);
    home.ends();
    let told = deal.buyer.types(&["agreement", "show", &agreement]).ok();
    assert_eq!(
        (&of(&told, "computation")["state"], &of(&told, "payout")["state"]),
        (&"aborted".into(), &"fulfilled".into())
    );
}

#[test]
fn a_watchtower_takes_such_a_payment_back_for_somebody_who_paid_and_left() {
    let deal = Deal::begins();
    let agreement = deal.pays_for_what_nobody_does();
    // No home is open but for the publisher's, who only looks.
    deal.ends_with_the_money_back(&agreement);
    deal.network.as_ref().unwrap().watches(agreement.trim_start_matches("0x"), "ended");
}

#[test]
fn a_payment_that_could_not_come_back_wants_to_be_said() {
    let deal = Deal::begins();
    let compute = step("computation", "computeExecution", json!({ "consumer": "consumer" }));
    let template = "EscrowComputeExecutionTemplate";
    let file = deal.document("for ever", template, &[payment(), compute.clone(), payout("computation")]);
    let warned = deal.buyer.types(&["agreement", "new", &file, "--check"]).ok();
    assert!(warned["warnings"][0].as_str().unwrap().contains("has no time-out"), "{warned}");
    let agreement = deal.on_record(&file);
    refused(&does(&deal.buyer, &agreement, "payment", &[]), "stays set aside for ever");
    assert_eq!(deal.buyer.balance(), "100", "nothing was paid");
    // It would come back to somebody else: not to whoever pays.
    let other = until(1800, compute);
    let foreign = deal.document("of others", template, &[payment(), other, payout("computation")]);
    let id = deal.on_record(&foreign);
    refused(&does(&deal.publisher, &id, "payment", &[]), "would not come back to you");
    does(&deal.buyer, &agreement, "payment", &["--without-refund"]).ok();
    assert_eq!(deal.buyer.balance(), "96");

    // What is on record under the same number is not what this document says: nobody pays in it.
    let text = std::fs::read_to_string(&foreign).unwrap();
    let mut changed: Value = serde_json::from_str(&text).unwrap();
    changed["agreementId"] = id.clone().into();
    changed["conditions"][1]["timeOut"] = 1799.into();
    let trap = deal.buyer.file("trap.json", &changed.to_string());
    for how in ["new", "join"] {
        let told = deal.buyer.types(&["agreement", how, trap.to_str().unwrap()]);
        assert_eq!(told.error(), "changed", "{how}: {told:?}");
    }
}

#[test]
fn a_document_that_makes_no_sense_is_refused_at_its_place() {
    let deal = Deal::begins();
    let template = "EscrowComputeExecutionTemplate";
    let compute = step("computation", "computeExecution", json!({ "consumer": "consumer" }));
    let conditions = |change: &dyn Fn(&mut Value)| {
        let mut all = json!([payment(), compute, payout("computation")]);
        change(&mut all);
        all.as_array().unwrap().clone()
    };
    for (change, place) in [
        (
            &(|all: &mut Value| all[0]["terms"]["amount"] = "-4".into()) as &dyn Fn(&mut Value),
            "conditions/0/terms/amount",
        ),
        (&|all: &mut Value| all[0]["terms"]["amount"] = "9".repeat(78).into(), "conditions/0/terms/amount"),
        (&|all: &mut Value| all[2]["terms"]["release"] = "delivery".into(), "conditions/2/terms/release"),
        (&|all: &mut Value| all[1]["after"] = json!(["payout"]), "conditions/1"),
        (&|all: &mut Value| all[2]["terms"]["receiver"] = "auditor".into(), "conditions/2/terms/receiver"),
    ] {
        let file = deal.document("wrong", template, &conditions(change));
        let told = deal.buyer.types(&["agreement", "new", &file]);
        assert_eq!((told.error(), told.code), ("invalid", 2), "{told:?}");
        let message = told.json["error"]["message"].as_str().unwrap();
        assert!(message.contains(&format!("at {place}:")), "{message}");
    }
    let unknown = deal.document("unknown", "no such template", &conditions(&|_| {}));
    assert_eq!(deal.buyer.types(&["agreement", "new", &unknown]).error(), "not_found");
}
