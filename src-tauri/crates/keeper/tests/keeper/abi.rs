//! The ABI is that of the released contracts.

use protocol::hash::keccak256;
use serde_json::Value;
use std::collections::BTreeMap;

const CONTRACTS: [&str; 16] = [
    "OceanToken",
    "Dispenser",
    "DIDRegistry",
    "TemplateStoreManager",
    "AgreementStoreManager",
    "ConditionStoreManager",
    "LockRewardCondition",
    "AccessSecretStoreCondition",
    "EscrowReward",
    "ComputeExecutionCondition",
    "SignCondition",
    "HashLockCondition",
    "ThresholdCondition",
    "WhitelistingCondition",
    "EscrowAccessSecretStoreTemplate",
    "EscrowComputeExecutionTemplate",
];

fn file(path: &str) -> Value {
    let path = format!("{}/../../../{path}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn types(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|item| item["type"].as_str().unwrap().to_owned()).collect()
}

fn hex(bytes: &[u8]) -> String {
    format!("0x{}", bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

#[test]
fn every_function_and_event_is_the_released_one_and_no_other() {
    let vectors = file("tests/vectors/selectors-topics.json");
    for name in CONTRACTS {
        let released = &vectors["versions"]["0.13.2"][name];
        let artifact = file(&format!("contracts/artifacts/{name}.json"));
        assert_eq!(artifact["contractName"], name);
        let (mut functions, mut events) = (BTreeMap::new(), BTreeMap::new());
        for entry in artifact["abi"].as_array().unwrap() {
            let signature = || format!("{}({})", entry["name"].as_str().unwrap(), types(&entry["inputs"]).join(","));
            match entry["type"].as_str().unwrap() {
                "function" => {
                    let signature = signature();
                    let selector = hex(&keccak256(&signature)[..4]);
                    let shape = (selector, entry["stateMutability"].clone(), types(&entry["outputs"]));
                    functions.insert(signature, shape);
                }
                "event" => {
                    let signature = signature();
                    let inputs: Vec<Value> = entry["inputs"].as_array().unwrap().to_vec();
                    let inputs: Vec<_> =
                        inputs.iter().map(|i| (i["name"].clone(), i["type"].clone(), i["indexed"].clone())).collect();
                    events.insert(signature.clone(), (hex(&keccak256(&signature)), inputs));
                }
                "constructor" | "error" => {}
                other => panic!("{name} has a {other}"),
            }
        }
        for (signature, function) in released["functions"].as_object().unwrap() {
            let returns: Vec<String> = serde_json::from_value(function["returns"].clone()).unwrap();
            let shape =
                (function["selector"].as_str().unwrap().to_owned(), function["stateMutability"].clone(), returns);
            assert_eq!(functions.remove(signature), Some(shape), "{name}.{signature}");
        }
        for (signature, event) in released["events"].as_object().unwrap() {
            let inputs: Vec<_> = event["inputs"]
                .as_array()
                .unwrap()
                .iter()
                .map(|i| (i["name"].clone(), i["type"].clone(), i["indexed"].clone()))
                .collect();
            let shape = (event["topic0"].as_str().unwrap().to_owned(), inputs);
            assert_eq!(events.remove(signature), Some(shape), "{name}.{signature}");
        }
        assert!(functions.is_empty() && events.is_empty(), "{name} has more: {functions:?} {events:?}");
    }
}

#[test]
fn the_topics_others_use_are_those_of_the_contracts() {
    let vectors = file("tests/vectors/selectors-topics.json");
    let topic = |contract: &str, event: &str| {
        vectors["versions"]["0.13.2"][contract]["events"][event]["topic0"].as_str().unwrap().to_owned()
    };
    use protocol::event_topics::topic as known;
    assert_eq!(known::REWARD_FULFILLED.hex(), topic("EscrowReward", "Fulfilled(bytes32,address,bytes32,uint256)"));
    assert_eq!(
        known::ACCESS_FULFILLED.hex(),
        topic("AccessSecretStoreCondition", "Fulfilled(bytes32,bytes32,address,bytes32)")
    );
    assert_eq!(
        known::AGREEMENT_ACTOR_ADDED.hex(),
        topic("AgreementStoreManager", "AgreementActorAdded(bytes32,address,bytes32)")
    );
}

/// HashLists was released as documentation and source only: these are its documented functions.
#[test]
fn lists_have_the_documented_functions() {
    let artifact = file("contracts/artifacts/HashLists.json");
    let functions = artifact["abi"].as_array().unwrap().iter().filter(|entry| entry["type"] == "function");
    let found: BTreeMap<String, Vec<String>> = functions
        .map(|entry| {
            let signature = format!("{}({})", entry["name"].as_str().unwrap(), types(&entry["inputs"]).join(","));
            (signature, types(&entry["outputs"]))
        })
        .collect();
    for (signature, returns) in [
        ("initialize(address)", ""),
        ("hash(address)", "bytes32"),
        ("add(bytes32[])", "bool"),
        ("add(bytes32)", "bool"),
        ("update(bytes32,bytes32)", "bool"),
        ("index(uint256,uint256)", "bool"),
        ("remove(bytes32)", "bool"),
        ("has(bytes32,bytes32)", "bool"),
        ("has(bytes32)", "bool"),
        ("get(bytes32,uint256)", "bytes32"),
        ("size(bytes32)", "uint256"),
        ("all(bytes32)", "bytes32[]"),
        ("indexOf(bytes32,bytes32)", "uint256"),
        ("ownedBy(bytes32)", "address"),
        ("isIndexed(bytes32)", "bool"),
    ] {
        assert_eq!(found.get(signature).unwrap().join(","), returns, "{signature}");
    }
    assert_eq!(found.len(), 15 + 4, "and the owner's four");
}
