//! What holds for every document.

use super::*;
use crate::{Address, Hash32, conditions::ConditionTerms, json::Node, templates::actor_type_id};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const DID: &str = "did:op:0ebed8226ada17fde24b6bf2b95d27f8f05fcce09139ff5cec31f6d81a7cd2ea";
const PROVIDER: &str = "0x00bd138abd70e2f00903268f3db08f2d25677c9e";
const CONSUMER: &str = "0x068ed00cf0441e4829d9784fcbe7b9e26d4bd8d0";

fn contracts() -> BTreeMap<String, Address> {
    let names = Kind::ALL.map(Kind::contract_name).into_iter().chain(["HashLists"]);
    names.zip(1..).map(|(name, byte)| (name.to_owned(), Address([byte; 20]))).collect()
}

fn form(kinds: &[Kind]) -> TemplateForm {
    let contracts = contracts();
    TemplateForm {
        conditions: kinds.iter().map(|kind| contracts[kind.contract_name()]).collect(),
        actor_types: ["provider", "consumer"].map(actor_type_id).to_vec(),
    }
}

fn document(conditions: &str) -> String {
    format!(
        r#"{{"template": "a template", "did": "{DID}", "actors": {{"provider": "{PROVIDER}", "consumer": "{CONSUMER}"}},
        "conditions": [{conditions}]}}"#
    )
}

const LOCK: &str = r#"{"name": "payment", "kind": "lockReward", "terms": {"amount": "4"}}"#;
const COMPUTE: &str =
    r#"{"name": "computation", "kind": "computeExecution", "terms": {"consumer": "consumer"}, "timeOut": 40}"#;
const ESCROW: &str = r#"{"name": "payout", "kind": "escrowReward", "terms": {"amount": "4", "receiver": "provider",
    "sender": "consumer", "lock": "payment", "release": "computation"}}"#;
const KINDS: [Kind; 3] = [Kind::LockReward, Kind::ComputeExecution, Kind::EscrowReward];

fn shape(conditions: &[&str], kinds: &[Kind]) -> Result<Shape, Fault> {
    AgreementDocument::read(document(&conditions.join(", ")).as_bytes())?.shape(&form(kinds), &contracts())
}

fn fault(conditions: &[&str], kinds: &[Kind]) -> (String, Why) {
    let Fault { path, why } = shape(conditions, kinds).unwrap_err();
    (path, why)
}

#[test]
fn a_computation_that_is_paid_is_read_whole() {
    let found = shape(&[ESCROW, COMPUTE, LOCK], &KINDS).unwrap();
    let names: Vec<&str> = found.conditions.iter().map(|condition| condition.name.as_str()).collect();
    assert_eq!(names, ["payment", "computation", "payout"], "the template's order");
    let [lock, compute, escrow] = &found.conditions[..] else { panic!() };
    let provider: Address = PROVIDER.parse().unwrap();
    let consumer: Address = CONSUMER.parse().unwrap();
    let terms = ConditionTerms::EscrowReward {
        amount: crate::Vodka::from_ocean(4),
        receiver: provider,
        sender: consumer,
        lock: lock.id,
        release: compute.id,
    };
    assert_eq!(escrow.terms, terms);
    assert_eq!(escrow.id, terms.id(found.agreement, contracts()["EscrowReward"]));
    assert_eq!(
        lock.terms,
        ConditionTerms::LockReward { reward_address: contracts()["EscrowReward"], amount: crate::Vodka::from_ocean(4) }
    );
    assert_eq!((compute.time_out, &compute.after[..]), (40, &[0][..]), "the payment comes before what releases it");
    let actors: Vec<Address> = found.actors.iter().map(|actor| actor.account).collect();
    assert_eq!(actors, [provider, consumer]);
    assert_eq!(found.escrows_of(0), [2]);
}

#[test]
fn the_example_of_the_documentation_is_an_agreement() {
    let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../docs/agreements.md"));
    let example = text.split("```json").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let read = AgreementDocument::read(example.as_bytes()).unwrap();
    assert_eq!(read.template, crate::templates::COMPUTE);
    let found = read.shape(&form(&KINDS), &contracts()).unwrap();
    let order: Vec<&str> = found.order.iter().map(|place| found.conditions[*place].name.as_str()).collect();
    assert_eq!(order, ["payment", "computation", "payout"]);
    // And every kind is in its table.
    for kind in Kind::ALL {
        assert!(text.contains(&format!("| `{kind}` |")), "{kind}");
    }
}

#[test]
fn a_fault_names_its_place() {
    let at = |path: &str, why: Why| (path.to_owned(), why);
    let circle = r#"{"name": "computation", "kind": "computeExecution", "terms": {"consumer": "consumer"},
        "after": ["payout"]}"#;
    assert_eq!(
        fault(&[LOCK, circle, ESCROW], &KINDS),
        at("conditions/1", Why::Circle("computation → payout → computation".to_owned()))
    );
    let change = |from: &str, to: &str| {
        let all = [LOCK, COMPUTE, ESCROW].map(|text| text.replace(from, to));
        fault(&[&all[0], &all[1], &all[2]], &KINDS)
    };
    assert_eq!(
        change(r#""release": "computation""#, r#""release": "c""#),
        at("conditions/2/terms/release", Why::NoCondition("c".to_owned()))
    );
    let wrong = |name: &str, found, wanted| Why::WrongKind { name: name.to_owned(), found, wanted };
    assert_eq!(
        change(r#""lock": "payment""#, r#""lock": "computation""#),
        at("conditions/2/terms/lock", wrong("computation", Kind::ComputeExecution, "a lockReward"))
    );
    let (path, why) = change(r#""release": "computation""#, r#""release": "payment""#);
    assert!(path == "conditions/2/terms/release" && matches!(why, Why::WrongKind { .. }), "{path} {why}");
    let amount = |text: &str| change(r#"{"amount": "4"}"#, &format!(r#"{{"amount": {text}}}"#));
    assert_eq!(amount(r#""-4""#), at("conditions/0/terms/amount", Why::Amount(crate::AmountError::Digits)));
    assert_eq!(
        amount(&format!("\"{}\"", "9".repeat(78))),
        at("conditions/0/terms/amount", Why::Amount(crate::AmountError::TooLarge))
    );
    assert_eq!(amount("4"), at("conditions/0/terms/amount", Why::Type("a text")));
    let five = Why::OtherAmount(crate::Vodka::from_ocean(5));
    assert_eq!(amount(r#""5""#), at("conditions/2/terms/amount", five));
    let nobody = Why::NoActor("publisher".to_owned());
    assert_eq!(
        change(r#""receiver": "provider""#, r#""receiver": "publisher""#),
        at("conditions/2/terms/receiver", nobody)
    );
    assert_eq!(
        change(r#""kind": "lockReward""#, r#""kind": "lock""#),
        at("conditions/0/kind", Why::Kind("lock".to_owned()))
    );
    assert_eq!(
        change(r#""timeOut": 40"#, r#""timeOut": -1"#),
        at("conditions/1/timeOut", Why::Type("a whole number, 0 or more"))
    );
    let escrow = format!(r#""sender": "{}""#, contracts()["EscrowReward"]);
    assert_eq!(change(r#""sender": "consumer""#, &escrow), at("conditions/2/terms/sender", Why::EscrowItself));
    let late = Why::Times { lock: 40, out: 40 };
    assert_eq!(change(r#""timeOut": 40"#, r#""timeOut": 40, "timeLock": 40"#), at("conditions/1/timeOut", late));
    let stuck = Why::CanTimeOut(Kind::LockReward);
    assert_eq!(change(r#"{"amount": "4"}}"#, r#"{"amount": "4"}, "timeOut": 9}"#), at("conditions/0/timeOut", stuck));
    assert_eq!(fault(&[LOCK, LOCK], &KINDS), at("conditions/1/name", Why::Twice("payment".to_owned())));
    let count = Why::Count { kind: Kind::ComputeExecution, wanted: 0, found: 1 };
    assert_eq!(fault(&[LOCK, COMPUTE, ESCROW], &[KINDS[0], KINDS[2]]), at("conditions", count));
}

#[test]
fn an_actor_that_is_missing_or_too_many_is_named() {
    let text = document(&[LOCK, COMPUTE, ESCROW].join(", "));
    let read = |text: &str| AgreementDocument::read(text.as_bytes()).unwrap();
    let mut more = form(&KINDS);
    more.actor_types.push(actor_type_id("auditor"));
    let fault = read(&text).shape(&more, &contracts()).unwrap_err();
    assert_eq!(
        fault,
        Fault { path: "actors".to_owned(), why: Why::MissingActor(actor_type_id("auditor").to_string()) }
    );
    more.actor_types.truncate(1);
    let fault = read(&text).shape(&more, &contracts()).unwrap_err();
    assert_eq!(fault, Fault { path: "actors/consumer".to_owned(), why: Why::ExtraActor });
    assert_eq!(fault.to_string(), "actors/consumer: the template has no such actor");
    let mut none = contracts();
    none.remove("ComputeExecutionCondition");
    let fault = read(&text).shape(&form(&KINDS), &none).unwrap_err();
    assert_eq!(fault.why, Why::NoContract("ComputeExecutionCondition"));
}

#[test]
fn a_text_is_signed_as_wallets_sign_texts() {
    let sign = |terms: &str| {
        let text = document(&format!(
            r#"{{"name": "s", "kind": "SignCondition", "terms": {{{terms}, "signer": "consumer"}}}}"#
        ));
        AgreementDocument::read(text.as_bytes()).map(|document| document.conditions["s"].asked.clone())
    };
    // Never the bare hash of bytes that somebody else chose: those could be a transaction.
    let hash = Hash32(crate::sign::personal_digest(b"I have seen it"));
    let by_text = sign(r#""text": "I have seen it""#).unwrap();
    let text = Some("I have seen it".to_owned());
    let signer = CONSUMER.parse().unwrap();
    assert_eq!(by_text, Asked::Sign { message: hash, text, signer });
    let by_word = sign(&format!(r#""message": "{hash}""#)).unwrap();
    assert_eq!(by_word, Asked::Sign { message: hash, text: None, signer }, "nobody knows what that is of");
    let both = sign(&format!(r#""message": "{hash}", "text": """#)).unwrap_err();
    assert_eq!(both.why, Why::Either("message", "text"));
    let more = sign(r#""text": "x", "salt": "y""#).unwrap_err();
    assert_eq!((more.path.as_str(), more.why), ("conditions/0/terms/salt", Why::Unknown));
}

/// Agreements of hash locks, thresholds over them, and conditions that come after others; none waits for a later one.
fn clauses() -> impl Strategy<Value = Vec<(String, Kind)>> {
    let one = (any::<u64>(), any::<bool>(), 0_u64..50);
    prop::collection::vec(one, 1..12).prop_map(|drawn| {
        let mut written: Vec<(String, Kind)> = Vec::new();
        for (number, (chance, threshold, time_out)) in drawn.into_iter().enumerate() {
            let pick = |salt: u64| {
                (chance.rotate_left(u32::try_from(salt).unwrap()) % u64::try_from(number).unwrap()) as usize
            };
            let name = format!("c{}", 100 - number);
            let before = |at: usize| format!("c{}", 100 - at);
            let after = if number > 0 { format!(r#", "after": ["{}"]"#, before(pick(7))) } else { String::new() };
            let (kind, terms) = if threshold && number >= 2 && pick(3) != pick(11) {
                let inputs = format!(r#"["{}", "{}"]"#, before(pick(3)), before(pick(11)));
                (Kind::Threshold, format!(r#"{{"inputs": {inputs}, "threshold": {}}}"#, 1 + chance % 2))
            } else {
                let hash = Hash32(crate::hash::keccak256(format!("{number} {chance}")));
                (Kind::HashLock, format!(r#"{{"hash": "{hash}"}}"#))
            };
            let text =
                format!(r#"{{"name": "{name}", "kind": "{kind}", "terms": {terms}, "timeOut": {time_out}{after}}}"#);
            written.push((text, kind));
        }
        written
    })
}

proptest! {
    #[test]
    fn any_order_of_listing_is_the_same_agreement(drawn in clauses(), seed in any::<u64>()) {
        let kinds: Vec<Kind> = drawn.iter().map(|(_, kind)| *kind).collect();
        let mut texts: Vec<&str> = drawn.iter().map(|(text, _)| text.as_str()).collect();
        let listed = shape(&texts, &kinds);
        // Two thresholds that ask for the same are refused, in whatever order.
        let mut state = seed;
        for last in (1..texts.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            texts.swap(last, usize::try_from(state >> 33).unwrap() % (last + 1));
        }
        let shuffled = shape(&texts, &kinds);
        match (listed, shuffled) {
            (Ok(listed), Ok(shuffled)) => {
                prop_assert_eq!(&listed, &shuffled);
                let ids: BTreeSet<_> = listed.conditions.iter().map(|condition| condition.id).collect();
                prop_assert_eq!(ids.len(), texts.len());
            }
            (Err(one), Err(other)) => prop_assert!(matches!((one.why, other.why), (Why::Same(..), Why::Same(..)))),
            (one, other) => prop_assert!(false, "{one:?} {other:?}"),
        }
    }

    #[test]
    fn every_condition_comes_after_what_it_depends_on(drawn in clauses()) {
        let kinds: Vec<Kind> = drawn.iter().map(|(_, kind)| *kind).collect();
        let texts: Vec<&str> = drawn.iter().map(|(text, _)| text.as_str()).collect();
        if let Ok(found) = shape(&texts, &kinds) {
            prop_assert_eq!(found.order.iter().collect::<BTreeSet<_>>().len(), found.conditions.len());
            for (turn, place) in found.order.iter().enumerate() {
                let condition = &found.conditions[*place];
                let inputs = match &condition.terms {
                    ConditionTerms::Threshold { inputs, .. } => inputs.iter().map(|id| found.place_of(*id).unwrap()).collect(),
                    _ => Vec::new(),
                };
                for other in inputs.iter().chain(&condition.after) {
                    prop_assert!(found.order[..turn].contains(other));
                }
            }
        }
    }

    #[test]
    fn what_is_written_again_is_the_same_agreement(drawn in clauses(), salt in "[a-z]{0,9}") {
        let texts: Vec<&str> = drawn.iter().map(|(text, _)| text.as_str()).collect();
        let mut read = AgreementDocument::read(document(&texts.join(", ")).as_bytes()).unwrap();
        let before = read.number();
        read.salt = salt.clone();
        prop_assert_eq!(read.number() == before, salt.is_empty());
        let again = AgreementDocument::read(read.to_node().to_json().as_bytes()).unwrap();
        prop_assert_eq!(again.number(), read.number());
        prop_assert_eq!(again.to_node(), read.to_node());
        read.title = "another name".to_owned();
        prop_assert_eq!(again.number(), read.number());
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), cut in any::<prop::sample::Index>()) {
        let whole = document(&[LOCK, COMPUTE, ESCROW].join(", "));
        let _refused = AgreementDocument::read(&bytes);
        let mut damaged = whole.clone().into_bytes();
        let at = cut.index(damaged.len());
        damaged[at] = bytes.first().copied().unwrap_or(b'"');
        if let Ok(read) = AgreementDocument::read(&damaged) {
            let _refused = read.shape(&form(&KINDS), &contracts());
        }
        prop_assert!(Node::parse(whole.as_bytes()).is_ok());
    }
}
