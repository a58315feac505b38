//! The recorded run of the released contracts, step by step on ours: the same logs byte for byte, but for addresses,
//! the ids that follow from them, and block numbers. Steps that differ on purpose are asserted as differences.

use crate::support::{Account, World, addr, function, word};
use ethers::abi::ParamType;
use protocol::{
    Address, Checksum, Did, TemplateId, Vodka,
    conditions::{AccessTerms, ConditionKind},
    templates::COMPUTE,
    tx::{Call, Receipt},
};
use serde_json::Value;
use std::collections::HashMap;

const FLOW: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/vectors/keeper-flow.json"));

/// The recording and what its words are called here.
struct Replay {
    world: World,
    steps: std::vec::IntoIter<Value>,
    /// 32 or 20 bytes in hex, as recorded and as here.
    names: HashMap<String, String>,
    contracts: HashMap<String, Address>,
    did: Did,
}

fn bare(text: &str) -> String {
    text.trim_start_matches("0x").to_lowercase()
}

impl Replay {
    async fn new() -> Self {
        let world = World::new().await;
        let flow: Value = serde_json::from_str(FLOW).unwrap();
        let mut names = HashMap::new();
        let contracts: HashMap<String, Address> = world.contracts.to_map().into_iter().collect();
        for (name, here) in &contracts {
            // The recording has neither lists nor the templates of v0.1.
            if let Some(then) = flow["contracts"][name].as_str() {
                names.insert(bare(then), here.bare_hex());
            }
        }
        for (name, here) in [
            ("owner", &world.owner),
            ("publisher", &world.publisher),
            ("provider", &world.provider),
            ("consumer", &world.consumer),
        ] {
            names.insert(bare(flow["actors"][name].as_str().unwrap()), here.address.bare_hex());
        }
        names.insert("15d34aaf54267db7d7c367839aaf71a00a2c6a65".to_owned(), world.other.address.bare_hex());
        let did = "0ebed8226ada17fde24b6bf2b95d27f8f05fcce09139ff5cec31f6d81a7cd2ea".parse().unwrap();
        let steps = flow["steps"].as_array().unwrap().clone().into_iter();
        Self { world, steps, names, contracts, did }
    }

    /// The next recorded step, whose name begins like this.
    fn step(&mut self, name: &str) -> Value {
        let step = self.steps.next().unwrap();
        let found = step["name"].as_str().unwrap();
        assert!(found.starts_with(name), "the recording goes on with {found:?}");
        step
    }

    /// Puts our addresses and ids where the recorded ones are. Words are 32 bytes; addresses fill the last 20.
    fn here(&self, hex: &str) -> String {
        let hex = bare(hex);
        let words = hex.as_bytes().chunks(64).map(|word| {
            let word = std::str::from_utf8(word).unwrap().to_owned();
            if let Some(here) = self.names.get(&word) {
                return here.clone();
            }
            match word.split_at_checked(24) {
                Some((zeros, rest)) if zeros.bytes().all(|c| c == b'0') => match self.names.get(rest) {
                    Some(here) => format!("{zeros}{here}"),
                    None => word,
                },
                _ => word,
            }
        });
        words.collect()
    }

    /// The receipt has the recorded logs. A word that holds a block number is where `blocks` says.
    fn same_logs(&self, step: &Value, receipt: &Receipt, blocks: bool) {
        let recorded = step["events"].as_array().unwrap();
        let name = &step["name"];
        assert_eq!(receipt.logs.len(), recorded.len(), "{name}");
        for (log, recorded) in receipt.logs.iter().zip(recorded) {
            assert_eq!(log.address, self.contracts[recorded["contract"].as_str().unwrap()], "{name}");
            let topics: Vec<String> = log.topics.iter().map(|topic| topic.bare_hex()).collect();
            let expected: Vec<String> =
                recorded["topics"].as_array().unwrap().iter().map(|t| self.here(t.as_str().unwrap())).collect();
            assert_eq!(topics, expected, "{name}: {}", recorded["event"]);
            let mut data: String = log.data.iter().map(|byte| format!("{byte:02x}")).collect();
            let mut expected = self.here(recorded["data"].as_str().unwrap());
            let block = recorded["args"].get("createdAt").or_else(|| recorded["args"].get("_blockNumberUpdated"));
            if let Some(block) = block.filter(|_| blocks) {
                let recorded: u64 = block.as_str().unwrap().parse().unwrap();
                let (then, now) = (format!("{recorded:064x}"), format!("{:064x}", receipt.block));
                assert!(data.contains(&now), "{name}: the block of now");
                data = data.replace(&now, "block");
                expected = expected.replace(&then, "block");
            }
            assert_eq!(data, expected, "{name}: {}", recorded["event"]);
        }
    }

    fn states(&self, step: &Value, terms: &AccessTerms) {
        let number = |state: &Value| match state.as_str().unwrap() {
            "Unfulfilled" => 1,
            "Fulfilled" => 2,
            "Aborted" => 3,
            other => panic!("{other}"),
        };
        let recorded: Vec<u64> = step["states"].as_array().unwrap().iter().map(number).collect();
        assert_eq!(self.world.states(terms).to_vec(), recorded, "{}", step["name"]);
    }

    fn send(&mut self, from: &Account, call: &Call, name: &str) -> (Value, Receipt) {
        let step = self.step(name);
        let receipt = self.world.send(from, call).unwrap();
        self.same_logs(&step, &receipt, true);
        (step, receipt)
    }

    fn refused(&mut self, from: &Account, call: &Call, name: &str) {
        let step = self.step(&format!("revert: {name}"));
        assert_eq!(self.world.send(from, call).unwrap_err(), step["revert"].as_str().unwrap(), "{name}");
    }

    /// Terms whose recorded condition ids now have our names.
    fn terms(&mut self, agreement: [u8; 32], time_outs: [u64; 3], recorded: Option<&Value>) -> AccessTerms {
        let terms = self.world.terms(agreement, self.did, time_outs);
        if let Some(ids) = recorded.and_then(|step| step["conditionIds"].as_array()) {
            for (then, now) in ids.iter().zip(terms.ids().v02()) {
                self.names.insert(bare(then.as_str().unwrap()), now.bare_hex());
            }
        }
        terms
    }

    fn peek(&self) -> Value {
        self.steps.as_slice()[0].clone()
    }
}

/// Who acts, apart from the world: the replay is borrowed while it sends.
struct People {
    publisher: Account,
    provider: Account,
    consumer: Account,
    other: Account,
}

fn people() -> People {
    let [publisher, provider, consumer, other] = [2, 3, 4, 5].map(Account::new);
    People { publisher, provider, consumer, other }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_recorded_run_goes_the_same_way() {
    let mut replay = Replay::new().await;
    let people = people();
    let contracts = replay.world.contracts;
    let did = replay.did;
    let terms = sale(&mut replay, &people);
    refund(&mut replay, &people);
    late_grant_differs(&mut replay, &people);
    times(&mut replay, &people);
    compute(&mut replay, &people);
    registry(&mut replay, &people);
    let agreement = replay.world.view(
        contracts.agreement_store,
        "getAgreementDIDOwner(bytes32)",
        &[word(terms.agreement.0)],
        ParamType::Address,
    );
    assert_eq!(agreement, addr(people.other.address), "the owner of now, after the transfer of {did}");
    let step = replay.step("Dispenser.requestTokens(1001)");
    let receipt = replay.world.send(&people.other, &contracts.request_tokens(1001).unwrap()).unwrap();
    replay.same_logs(&step, &receipt, false);
    assert!(replay.world.balance(people.other.address).is_zero());
    assert!(replay.steps.next().is_none(), "the whole recording was played");
}

fn sale(replay: &mut Replay, people: &People) -> AccessTerms {
    let c = replay.world.contracts;
    let did = replay.did;
    let first = replay.peek();
    let checksum: Checksum = first["args"][1].as_str().unwrap().parse().unwrap();
    let url = first["args"][3].as_str().unwrap();
    let register = c.register_attribute(did, checksum, &[people.provider.address], url);
    replay.send(&people.publisher, &register, "DIDRegistry.registerAttribute");
    replay.send(&people.consumer, &c.request_tokens(100).unwrap(), "Dispenser.requestTokens(100)");
    let step = replay.peek();
    let terms = replay.terms([0x11; 32], [0; 3], Some(&step));
    let (step, _) = replay.send(&people.consumer, &c.create_agreement(&terms), "createAgreement (access, happy");
    replay.states(&step, &terms);

    let fresh = replay.world.terms([0x12; 32], did, [0; 3]);
    replay.refused(&people.consumer, &c.create_agreement(&terms), "createAgreement duplicate id");
    let mut same = fresh.clone();
    same.provider = same.consumer;
    replay.refused(&people.consumer, &c.create_agreement(&same), "createAgreement provider==consumer");
    let mut unknown = fresh.clone();
    unknown.template = TemplateId([0xee; 32]).into();
    replay.refused(&people.consumer, &c.create_agreement(&unknown), "createAgreement unknown template");
    let mut unregistered = fresh;
    unregistered.did = Did([0xdd; 32]);
    replay.refused(&people.consumer, &c.create_agreement(&unregistered), "createAgreement unregistered DID");
    replay.refused(&people.provider, &c.release_reward(&terms), "EscrowReward.fulfill before lock");

    let approve = c.approve(c.lock_reward, terms.price);
    replay.send(&people.consumer, &approve, "OceanToken.approve");
    let (step, _) = replay.send(&people.consumer, &c.lock_reward(&terms), "LockRewardCondition.fulfill");
    replay.states(&step, &terms);
    let (step, _) = replay.send(&people.provider, &c.release_reward(&terms), "EscrowReward.fulfill while access");
    replay.states(&step, &terms);
    replay.refused(&people.other, &c.grant_access(&terms), "AccessSecretStoreCondition.fulfill by stranger");
    replay.step("checkPermissions before grant");
    assert!(!replay.world.may_read(people.consumer.address, did));
    let (step, _) = replay.send(&people.provider, &c.grant_access(&terms), "AccessSecretStoreCondition.fulfill");
    replay.states(&step, &terms);
    for (who, account) in [
        ("consumer", &people.consumer),
        ("provider", &people.provider),
        ("publisher", &people.publisher),
        ("other", &people.other),
    ] {
        assert_eq!(Value::from(replay.world.may_read(account.address, did)), step["checkPermissions"][who], "{who}");
    }
    let (step, _) = replay.send(&people.provider, &c.release_reward(&terms), "EscrowReward.fulfill (release)");
    replay.states(&step, &terms);
    let earned: Vodka = step["publisherBalance"].as_str().unwrap().parse().unwrap();
    assert_eq!(replay.world.balance(people.publisher.address), earned);
    replay.refused(&people.provider, &c.release_reward(&terms), "EscrowReward.fulfill twice");
    terms
}

fn refund(replay: &mut Replay, people: &People) {
    let c = replay.world.contracts;
    let step = replay.peek();
    let terms = replay.terms([0x22; 32], [0, 5, 0], Some(&step));
    replay.send(&people.consumer, &c.create_agreement(&terms), "createAgreement (access, timeout 5");
    let created = replay.world.block();
    replay.world.send(&people.consumer, &c.approve(c.lock_reward, terms.price)).unwrap();
    replay.send(&people.consumer, &c.lock_reward(&terms), "LockRewardCondition.fulfill");
    let abort = c.abort_by_timeout(ConditionKind::AccessSecretStore, terms.ids().access);
    replay.refused(&people.consumer, &abort, "abortByTimeOut too early");
    replay.world.mine(created + 5 - replay.world.block());
    let (step, receipt) = replay.send(&people.consumer, &abort, "AccessSecretStoreCondition.abortByTimeOut");
    replay.states(&step, &terms);
    let blocks = |name: &str| step[name].as_u64().unwrap();
    assert_eq!(receipt.block - created, blocks("abortBlock") - blocks("createdBlock"), "the first block that can");
    let (step, _) = replay.send(&people.consumer, &c.release_reward(&terms), "EscrowReward.fulfill (refund)");
    replay.states(&step, &terms);
    let back: Vodka = step["consumerBalanceAfter"].as_str().unwrap().parse().unwrap();
    assert_eq!(replay.world.balance(people.consumer.address), back);
}

/// Released: succeeds, aborts, and grants all the same. Ours: refuses.
fn late_grant_differs(replay: &mut Replay, people: &People) {
    let c = replay.world.contracts;
    let step = replay.step("late AccessSecretStoreCondition.fulfill");
    assert_eq!(step["states"][1], "Aborted", "so it was released");
    let terms = replay.terms([0x33; 32], [0, 2, 0], None);
    replay.world.send(&people.consumer, &c.create_agreement(&terms)).unwrap();
    replay.world.mine(3);
    let late = replay.world.send(&people.provider, &c.grant_access(&terms));
    assert_eq!(late.unwrap_err(), "Condition is timed out");
    assert_eq!(replay.world.states(&terms), [1, 1, 1]);
}

fn times(replay: &mut Replay, people: &People) {
    let c = replay.world.contracts;
    let mut terms = replay.terms([0x44; 32], [0, 5, 0], None);
    terms.time_locks = [0, 5, 0];
    replay.refused(&people.consumer, &c.create_agreement(&terms), "timelock>=timeout");
    terms.time_locks = [0, 100, 0];
    terms.time_outs = [0, 200, 0];
    replay.world.send(&people.consumer, &c.create_agreement(&terms)).unwrap();
    replay.refused(&people.provider, &c.grant_access(&terms), "fulfill while time locked");
}

/// The same with a computation where the access was: the same hashes, another contract and template.
fn compute(replay: &mut Replay, people: &People) {
    let c = replay.world.contracts;
    let at = c.compute_execution.unwrap();
    let mut terms = replay.world.terms([0x55; 32], replay.did, [0; 3]);
    (terms.template, terms.access_contract) = (COMPUTE.into(), at);
    let recorded = replay.peek();
    for (then, now) in recorded["conditionIds"].as_array().unwrap().iter().zip(terms.ids().v02()) {
        replay.names.insert(bare(then.as_str().unwrap()), now.bare_hex());
    }
    replay.send(&people.consumer, &c.create_agreement(&terms), "createAgreement (compute)");
    replay.world.send(&people.consumer, &c.approve(c.lock_reward, terms.price)).unwrap();
    replay.world.send(&people.consumer, &c.lock_reward(&terms)).unwrap();
    let (step, _) = replay.send(&people.provider, &c.grant_access(&terms), "ComputeExecutionCondition.fulfill");
    replay.states(&step, &terms);
    assert_eq!(step["wasComputeTriggered"], true);
    let arguments = [word(terms.did.0), addr(terms.consumer)];
    let triggered = replay.world.view(at, "wasComputeTriggered(bytes32,address)", &arguments, ParamType::Bool);
    assert_eq!(triggered.into_bool(), Some(true));
    replay.send(&people.provider, &c.release_reward(&terms), "EscrowReward.fulfill (compute");
}

fn registry(replay: &mut Replay, people: &People) {
    let c = replay.world.contracts;
    let (at, did) = (c.did_registry, replay.did);
    let other = people.other.address;
    let of_other = |signature: &str| function(at, signature, &[word(did.0), addr(other)]);
    replay.send(&people.publisher, &of_other("grantPermission(bytes32,address)"), "DIDRegistry.grantPermission");
    assert!(replay.world.may_read(other, did));
    replay.send(&people.publisher, &of_other("revokePermission(bytes32,address)"), "DIDRegistry.revokePermission");
    replay.send(&people.publisher, &of_other("addDIDProvider(bytes32,address)"), "DIDRegistry.addDIDProvider");
    let (step, _) = replay.send(
        &people.publisher,
        &of_other("removeDIDProvider(bytes32,address)"),
        "DIDRegistry.removeDIDProvider",
    );
    // Released: a zero address stays behind, and is a provider from then on. Ours: neither.
    assert_eq!(step["registerAfter"].as_array().unwrap().len(), 2, "so it was released");
    let is_provider = |who: Address| {
        let view = replay.world.view(at, "isDIDProvider(bytes32,address)", &[word(did.0), addr(who)], ParamType::Bool);
        view.into_bool().unwrap()
    };
    assert!(!is_provider(Address::ZERO) && !is_provider(other) && is_provider(people.provider.address));
    let checksum = Checksum([0; 32]);
    let stranger = c.register_attribute(did, checksum, &[], "");
    replay.refused(&people.other, &stranger, "registerAttribute by non-owner");
    let recorded = replay.peek();
    let checksum: Checksum = recorded["events"][0]["args"]["_checksum"].as_str().unwrap().parse().unwrap();
    let url = recorded["events"][0]["args"]["_value"].as_str().unwrap();
    let update = c.register_attribute(did, checksum, &[], url);
    replay.send(&people.publisher, &update, "DIDRegistry.registerAttribute update");
    let transfer = c.transfer_did_ownership(did, other);
    replay.send(&people.publisher, &transfer, "DIDRegistry.transferDIDOwnership");
}
