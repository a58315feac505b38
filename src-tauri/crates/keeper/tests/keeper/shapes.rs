//! Agreements of other shapes: each kind of condition as what releases a payment, and each text with which it refuses.

use crate::support::{PRICE, World, addr, function, list, word};
use ethers::abi::{ParamType, Token};
use keeper::{AgreementDraft, DraftCondition, Evidence, KeeperError, KeeperEvent, TemplateState};
use protocol::{
    Address, AgreementId, ConditionId, Hash32, TemplateId, Vodka,
    conditions::{ConditionTerms, Preimage, value_hash_access},
    hash::keccak256,
    templates::{COMPUTE, CONSUMER, PROVIDER, actor_type_id, template_id},
};
use serde_json::Value;

const NOTHING: Evidence = Evidence::None;
const LATE: &str = "Condition is timed out";

/// A payment in escrow that leaves when the release condition is decided.
struct Sale {
    agreement: AgreementId,
    release: ConditionTerms,
    escrow: ConditionTerms,
}

/// Creates and pays an agreement of a template of its own: lock, others, release, escrow.
fn sale(world: &World, seed: u8, release: ConditionTerms, others: &[ConditionTerms], time_out: u64) -> Sale {
    let c = &world.contracts;
    let agreement = AgreementId([seed; 32]);
    let price = Vodka::from_ocean(PRICE);
    let lock = ConditionTerms::LockReward { reward_address: c.escrow_reward, amount: price };
    let escrow = ConditionTerms::EscrowReward {
        amount: price,
        receiver: world.publisher.address,
        sender: world.consumer.address,
        lock: c.condition_id(agreement, &lock).unwrap(),
        release: c.condition_id(agreement, &release).unwrap(),
    };
    let mut terms = vec![lock.clone()];
    terms.extend_from_slice(others);
    terms.extend([release.clone(), escrow.clone()]);
    let conditions: Vec<Address> = terms.iter().map(|terms| c.find(terms.contract_name()).unwrap()).collect();
    let last = terms.len() - 2;
    let draft = AgreementDraft {
        agreement,
        did: world.list(seed),
        template: world.approve_template(&format!("shape {seed}"), &conditions),
        conditions: terms
            .iter()
            .enumerate()
            .map(|(place, terms)| DraftCondition {
                id: c.condition_id(agreement, terms).unwrap(),
                time_lock: 0,
                time_out: if place == last { time_out } else { 0 },
            })
            .collect(),
        actors: vec![world.provider.address, world.consumer.address],
    };
    world.send(&world.provider, &c.create(&draft)).unwrap();
    world.fund(&world.consumer, PRICE);
    world.send(&world.consumer, &c.approve(c.lock_reward, price)).unwrap();
    world.send(&world.consumer, &c.fulfill(agreement, &lock, &NOTHING).unwrap()).unwrap();
    assert_eq!(world.balance(c.escrow_reward), price);
    Sale { agreement, release, escrow }
}

impl Sale {
    fn state(&self, world: &World) -> u64 {
        world.state(world.contracts.condition_id(self.agreement, &self.release).unwrap())
    }

    /// Nothing leaves while the release is open; then the owner is paid, once.
    fn release(&self, world: &World, by: &crate::support::Account, evidence: &Evidence) {
        let c = &world.contracts;
        let settle = c.fulfill(self.agreement, &self.escrow, &NOTHING).unwrap();
        assert!(world.send(&world.other, &settle).unwrap().logs.is_empty(), "open");
        let release = c.fulfill(self.agreement, &self.release, evidence).unwrap();
        world.send(by, &release).unwrap();
        assert_eq!(self.state(world), 2);
        assert_eq!(world.send(by, &release).unwrap_err(), "Invalid state transition", "once");
        world.send(&world.other, &settle).unwrap();
        assert_eq!(world.balance(world.publisher.address), Vodka::from_ocean(PRICE));
        assert!(world.balance(c.escrow_reward).is_zero());
    }

    /// After the timeout the release is refused, whatever is shown, and the buyer has the money back.
    fn refund(&self, world: &World, by: &crate::support::Account, evidence: &Evidence, time_out: u64) {
        let c = &world.contracts;
        let abort = c.abort(self.agreement, &self.release).unwrap();
        assert_eq!(world.send(&world.other, &abort).unwrap_err(), "Condition needs to be timed out");
        world.mine(time_out);
        let late = c.fulfill(self.agreement, &self.release, evidence).unwrap();
        assert_eq!(world.send(by, &late).unwrap_err(), LATE);
        assert_eq!(self.state(world), 1);
        world.send(&world.other, &abort).unwrap();
        world.send(&world.other, &c.fulfill(self.agreement, &self.escrow, &NOTHING).unwrap()).unwrap();
        assert_eq!(world.balance(world.consumer.address), Vodka::from_ocean(PRICE));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_computation_is_paid_when_it_was_started() {
    let world = World::new().await;
    let c = &world.contracts;
    let did = world.list(1);
    let release = ConditionTerms::ComputeExecution { did, consumer: world.consumer.address };
    let started = sale(&world, 1, release.clone(), &[], 0);
    let fulfill = c.fulfill(started.agreement, &release, &NOTHING).unwrap();
    for stranger in [&world.thief, &world.consumer] {
        assert_eq!(world.send(stranger, &fulfill).unwrap_err(), "Invalid DID owner/provider");
    }
    assert!(!world.keeper.compute_triggered(did, world.consumer.address).await.unwrap());
    started.release(&world, &world.provider, &NOTHING);
    assert!(world.keeper.compute_triggered(did, world.consumer.address).await.unwrap());
    assert!(!world.may_read(world.consumer.address, did), "a computation is no access");

    let other = ConditionTerms::ComputeExecution { did: world.list(2), consumer: world.consumer.address };
    let missed = sale(&world, 2, other, &[], 20);
    missed.refund(&world, &world.publisher, &NOTHING, 20);
    assert!(!world.keeper.compute_triggered(world.list(2), world.consumer.address).await.unwrap());

    // The template that is there from the beginning says so in its events.
    let mut terms = world.terms([3; 32], did, [0; 3]);
    (terms.template, terms.access_contract) = (COMPUTE.into(), c.compute_execution.unwrap());
    world.create_agreement(&terms);
    world.pay(&terms);
    let receipt = world.send(&world.provider, &c.grant_access(&terms)).unwrap();
    let expected = KeeperEvent::ComputeTriggered {
        agreement: terms.agreement,
        did,
        consumer: terms.consumer,
        condition: terms.ids().access,
    };
    assert!(world.events(&receipt).contains(&expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_releases_what_the_released_contract_would() {
    let world = World::new().await;
    let c = &world.contracts;
    let file: Value = serde_json::from_str(include_str!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../tests/vectors/sign-condition.json"
    )))
    .unwrap();
    let (message, signer): (Hash32, Address) =
        (file["message"].as_str().unwrap().parse().unwrap(), file["signer"].as_str().unwrap().parse().unwrap());
    let release = ConditionTerms::Sign { message, signer };
    let signed = sale(&world, 1, release.clone(), &[], 0);
    let mut good = None;
    for case in file["cases"].as_array().unwrap() {
        let bytes: ethers::types::Bytes = case["sig"].as_str().unwrap().parse().unwrap();
        let evidence = Evidence::Signature(bytes.as_ref().try_into().unwrap());
        if case["result"].as_str().unwrap().starts_with("ok") {
            good = Some(evidence);
        } else {
            let refused = world.send(&world.other, &c.fulfill(signed.agreement, &release, &evidence).unwrap());
            assert_eq!(refused.unwrap_err(), "Could not recover signature", "{}", case["name"]);
        }
    }
    let short = function(
        c.sign.unwrap(),
        "fulfill(bytes32,bytes32,address,bytes)",
        &[word(signed.agreement.0), word(message.0), addr(signer), Token::Bytes(vec![1; 64])],
    );
    assert_eq!(world.send(&world.other, &short).unwrap_err(), "Could not recover signature");
    let good = good.unwrap();
    signed.release(&world, &world.other, &good);
    sale(&world, 2, release, &[], 20).refund(&world, &world.other, &good, 20);
    assert!(matches!(c.fulfill(signed.agreement, &signed.release, &NOTHING), Err(KeeperError::Evidence(_))));
}

/// What cannot be recovered is the zero address: nobody's signature is not everybody's.
#[tokio::test(flavor = "multi_thread")]
async fn a_signature_of_nobody_releases_nothing() {
    let world = World::new().await;
    let release = ConditionTerms::Sign { message: Hash32([1; 32]), signer: Address::ZERO };
    let unsigned = sale(&world, 1, release.clone(), &[], 0);
    let garbage = Evidence::Signature([0; 65]);
    let call = world.contracts.fulfill(unsigned.agreement, &release, &garbage).unwrap();
    assert_eq!(world.send(&world.thief, &call).unwrap_err(), "Could not recover signature");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preimage_releases_in_each_of_its_forms() {
    for (seed, preimage) in [
        (1, Preimage::Number(Vodka::from_ocean(7))),
        (2, Preimage::Text("grün".to_owned())),
        (3, Preimage::Text(String::new())),
        (4, Preimage::Word(Hash32([9; 32]))),
    ] {
        let world = World::new().await;
        let c = &world.contracts;
        let locked = sale(&world, seed, preimage.terms(), &[], 0);
        let wrong = Preimage::Text("blau".to_owned());
        let refused = c.fulfill(locked.agreement, &wrong.terms(), &Evidence::Preimage(wrong.clone())).unwrap();
        assert_eq!(world.send(&world.other, &refused).unwrap_err(), "Invalid Update Role", "no such condition");
        assert!(matches!(
            c.fulfill(locked.agreement, &locked.release, &Evidence::Preimage(wrong)),
            Err(KeeperError::Evidence("HashLockCondition"))
        ));
        locked.release(&world, &world.other, &Evidence::Preimage(preimage.clone()));
        let late = sale(&world, seed + 10, preimage.terms(), &[], 20);
        late.refund(&world, &world.other, &Evidence::Preimage(preimage), 20);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_of_conditions_releases_together() {
    let world = World::new().await;
    let c = &world.contracts;
    let agreement = AgreementId([1; 32]);
    let preimages = ["one", "two", "three"].map(|text| Preimage::Text(text.to_owned()));
    let others = preimages.clone().map(|preimage| preimage.terms());
    let inputs: Vec<ConditionId> = others.iter().map(|terms| c.condition_id(agreement, terms).unwrap()).collect();
    let release = ConditionTerms::Threshold { inputs: inputs.clone(), threshold: 2 };
    let together = sale(&world, 1, release.clone(), &others, 0);
    let refused = |inputs: &[ConditionId], threshold| {
        let terms = ConditionTerms::Threshold { inputs: inputs.to_vec(), threshold };
        world.send(&world.other, &c.fulfill(agreement, &terms, &NOTHING).unwrap()).unwrap_err()
    };
    assert_eq!(refused(&inputs[..1], 1), "Invalid input conditions length");
    assert_eq!(refused(&inputs, 4), "Invalid input conditions length");
    assert_eq!(refused(&inputs, 2), "Invalid threshold fulfilment");
    let show = |place: usize| {
        let evidence = Evidence::Preimage(preimages[place].clone());
        world.send(&world.other, &c.fulfill(agreement, &others[place], &evidence).unwrap()).unwrap();
    };
    show(2);
    assert_eq!(refused(&inputs, 2), "Invalid threshold fulfilment");
    assert_eq!(refused(&inputs, 1), "Invalid Update Role", "another number is another condition");
    show(0);
    together.release(&world, &world.other, &NOTHING);
    // Nothing is asked of the inputs; still it must be a condition of an agreement.
    assert_eq!(refused(&[ConditionId([1; 32]), ConditionId([2; 32])], 0), "Invalid Update Role");
    let late = ConditionTerms::Threshold { inputs: inputs.clone(), threshold: 0 };
    sale(&world, 2, late, &[], 20).refund(&world, &world.other, &NOTHING, 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_in_ones_list_releases() {
    let world = World::new().await;
    let c = &world.contracts;
    let list = c.hash_lists.unwrap();
    let item = Hash32(keccak256("a member of the university"));
    let release = ConditionTerms::Whitelisting { list, item };
    let listed = sale(&world, 1, release.clone(), &[], 0);
    let fulfill = c.fulfill(listed.agreement, &release, &NOTHING).unwrap();
    world.send(&world.publisher, &c.add_to_list(item).unwrap()).unwrap();
    assert_eq!(world.send(&world.consumer, &fulfill).unwrap_err(), "Item does not exist", "in another's list only");
    let nobody = ConditionTerms::Whitelisting { list: world.other.address, item };
    let refused = world.send(&world.publisher, &c.fulfill(listed.agreement, &nobody, &NOTHING).unwrap());
    assert_eq!(refused.unwrap_err(), "Invalid contract address");
    world.send(&world.publisher, &c.remove_from_list(item).unwrap()).unwrap();
    assert_eq!(world.send(&world.publisher, &fulfill).unwrap_err(), "Item does not exist");
    world.send(&world.publisher, &c.add_to_list(item).unwrap()).unwrap();
    listed.release(&world, &world.publisher, &NOTHING);
    sale(&world, 2, release, &[], 20).refund(&world, &world.publisher, &NOTHING, 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_belongs_to_an_account_and_counts_from_one() {
    let world = World::new().await;
    let lists = world.contracts.hash_lists.unwrap();
    let [a, b, d, e] = [1, 2, 3, 4].map(|byte| word([byte; 32]));
    let id = Hash32(keccak256(world.other.address.0));
    let call = |signature: &str, arguments: &[Token]| {
        world.send(&world.other, &function(lists, signature, arguments)).map(drop)
    };
    let refused = |signature: &str, arguments: &[Token], words: &str| {
        assert_eq!(call(signature, arguments).unwrap_err(), words, "{signature}");
    };
    let view = |signature: &str, arguments: &[Token], kind| world.view(lists, signature, arguments, kind);
    let has = |value: &Token| {
        view("has(bytes32,bytes32)", &[word(id.0), value.clone()], ParamType::Bool).into_bool().unwrap()
    };
    let all = || {
        let kind = ParamType::Array(Box::new(ParamType::FixedBytes(32)));
        view("all(bytes32)", &[word(id.0)], kind).into_array().unwrap()
    };
    let indexed = || view("isIndexed(bytes32)", &[word(id.0)], ParamType::Bool).into_bool().unwrap();
    let place = |value: &Token| {
        view("indexOf(bytes32,bytes32)", &[word(id.0), value.clone()], ParamType::Uint(256))
            .into_uint()
            .unwrap()
            .as_u64()
    };
    assert_eq!(view("hash(address)", &[addr(world.other.address)], ParamType::FixedBytes(32)), word(id.0));
    call("add(bytes32)", std::slice::from_ref(&a)).unwrap();
    refused("add(bytes32)", std::slice::from_ref(&a), "Value already exists");
    refused("remove(bytes32)", std::slice::from_ref(&b), "Value does not exist");
    refused("update(bytes32,bytes32)", &[b.clone(), d.clone()], "Value does not exist");
    refused("update(bytes32,bytes32)", &[a.clone(), a.clone()], "Value already exists");
    call("add(bytes32)", std::slice::from_ref(&b)).unwrap();
    call("add(bytes32)", std::slice::from_ref(&d)).unwrap();
    call("remove(bytes32)", std::slice::from_ref(&a)).unwrap();
    assert_eq!(all(), [d.clone(), b.clone()], "the last takes the place of the removed one");
    assert_eq!((has(&a), place(&d), place(&b), indexed()), (false, 1, 2, true));
    call("update(bytes32,bytes32)", &[d.clone(), e.clone()]).unwrap();
    assert_eq!((all(), place(&e), has(&d)), (vec![e.clone(), b.clone()], 1, false));
    assert_eq!(view("get(bytes32,uint256)", &[word(id.0), 2.into_token()], ParamType::FixedBytes(32)), b);
    assert_eq!(view("size(bytes32)", &[word(id.0)], ParamType::Uint(256)).into_uint().unwrap().as_u64(), 2);
    assert_eq!(view("ownedBy(bytes32)", &[word(id.0)], ParamType::Address), addr(world.other.address));

    // Replaced, it is found only after it was indexed; what was in it before is not.
    call("add(bytes32[])", &[list([a.clone(), b.clone(), d.clone()])]).unwrap();
    assert_eq!((has(&e), has(&a), indexed(), place(&a)), (false, false, false, 0));
    refused("index(uint256,uint256)", &[0.into_token(), 1.into_token()], "Invalid index");
    refused("index(uint256,uint256)", &[2.into_token(), 1.into_token()], "Invalid index");
    refused("index(uint256,uint256)", &[1.into_token(), 4.into_token()], "Invalid index");
    call("index(uint256,uint256)", &[1.into_token(), 2.into_token()]).unwrap();
    assert_eq!((has(&a), has(&d), indexed()), (true, false, false));
    call("index(uint256,uint256)", &[1.into_token(), 3.into_token()]).unwrap();
    assert_eq!((has(&d), indexed(), place(&d)), (true, true, 3));
    call("add(bytes32[])", &[list([a.clone(), a.clone()])]).unwrap();
    refused("index(uint256,uint256)", &[1.into_token(), 2.into_token()], "Value already exists");
    let mine = world.send(&world.thief, &function(lists, "add(bytes32)", std::slice::from_ref(&e)));
    mine.unwrap();
    assert!(!has(&e), "everybody has a list of his own");
}

trait IntoToken {
    fn into_token(self) -> Token;
}

impl IntoToken for u64 {
    fn into_token(self) -> Token {
        crate::support::uint(self)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn anyone_proposes_a_template_and_the_owner_decides() {
    let world = World::new().await;
    let (keeper, c) = (&world.keeper, &world.contracts);
    let [provider, consumer, auditor] = ["provider", "consumer", "auditor"].map(actor_type_id);
    assert_eq!((provider, consumer), (PROVIDER, CONSUMER));
    assert!(!keeper.actor_type_registered(auditor).await.unwrap());
    world.send(&world.owner, &c.register_actor_type("auditor")).unwrap();
    assert!(keeper.actor_type_registered(auditor).await.unwrap());

    let id: TemplateId = template_id("audited sale");
    assert_eq!(keeper.template(id).await.unwrap(), None);
    let conditions = [c.lock_reward, c.sign.unwrap(), c.escrow_reward];
    let propose = c.propose_template(id, &conditions, &[provider, consumer, auditor], "audited sale");
    world.send(&world.thief, &propose).unwrap();
    let found = keeper.template(id).await.unwrap().unwrap();
    assert_eq!((found.state, found.proposer), (TemplateState::Proposed, world.thief.address));
    assert_eq!((found.conditions, found.actor_types), (conditions.to_vec(), vec![provider, consumer, auditor]));
    let did = world.list(1);
    let draft = |seed: u8| AgreementDraft {
        agreement: AgreementId([seed; 32]),
        did,
        template: id,
        conditions: (0..3)
            .map(|place| DraftCondition { id: ConditionId([seed + place; 32]), time_lock: 1, time_out: 3 })
            .collect(),
        actors: vec![world.provider.address, world.consumer.address, world.other.address],
    };
    assert_eq!(world.send(&world.consumer, &c.create(&draft(10))).unwrap_err(), "Template not Approved");
    world.send(&world.owner, &c.approve_template(id)).unwrap();
    world.send(&world.consumer, &c.create(&draft(10))).unwrap();
    let condition = keeper.condition(ConditionId([11; 32])).await.unwrap();
    assert_eq!((condition.type_ref, condition.time_lock, condition.time_out), (c.sign.unwrap(), 1, 3));
    let agreement = keeper.agreement(AgreementId([10; 32])).await.unwrap().unwrap();
    assert_eq!(agreement.actors, [world.provider.address, world.consumer.address, world.other.address]);
    let kind = world.view(
        c.agreement_store,
        "getActorType(bytes32,address)",
        &[word([10; 32]), addr(world.other.address)],
        ParamType::FixedBytes(32),
    );
    assert_eq!(kind, word(auditor.0));

    world.send(&world.thief, &c.revoke_template(id)).unwrap();
    assert_eq!(keeper.template(id).await.unwrap().unwrap().state, TemplateState::Revoked);
    assert_eq!(world.send(&world.consumer, &c.create(&draft(20))).unwrap_err(), "Template not Approved");
    world.send(&world.owner, &c.deregister_actor_type(auditor)).unwrap();
    assert!(!keeper.actor_type_registered(auditor).await.unwrap());
    assert_eq!(world.send(&world.owner, &c.deregister_actor_type(auditor)).unwrap_err(), "Actor type does not exist!");
}

/// The theft by a lock that is none, with a computation for the granted access.
#[tokio::test(flavor = "multi_thread")]
async fn a_computation_does_not_pass_for_a_payment() {
    let world = World::new().await;
    let c = &world.contracts;
    let price = Vodka::from_ocean(PRICE);
    let preimage = Preimage::Text("open".to_owned());
    sale(&world, 1, preimage.terms(), &[], 0);
    let thief = &world.thief;
    let (mut did, mut consumer) = ([0; 32], Address::ZERO);
    did[..20].copy_from_slice(&c.escrow_reward.0);
    consumer.0.copy_from_slice(&price.to_be_bytes()[12..]);
    let did = protocol::Did(did);
    let own = AgreementId([7; 32]);
    let fake = ConditionTerms::ComputeExecution { did, consumer };
    assert_eq!(fake.value_hash(), value_hash_access(did, consumer));
    let lock = c.condition_id(own, &fake).unwrap();
    let escrow = ConditionTerms::EscrowReward {
        amount: price,
        receiver: thief.address,
        sender: thief.address,
        lock,
        release: c.condition_id(own, &preimage.terms()).unwrap(),
    };
    let conditions = [c.compute_execution.unwrap(), c.hash_lock.unwrap(), c.escrow_reward];
    let template = world.approve_template("no lock", &conditions);
    let id =
        |terms: &ConditionTerms| DraftCondition { id: c.condition_id(own, terms).unwrap(), time_lock: 0, time_out: 0 };
    let draft = AgreementDraft {
        agreement: own,
        did,
        template,
        conditions: vec![id(&fake), id(&preimage.terms()), id(&escrow)],
        actors: vec![thief.address, world.other.address],
    };
    world.send(thief, &c.register_attribute(did, protocol::Checksum([0; 32]), &[], "")).unwrap();
    world.send(thief, &c.create(&draft)).unwrap();
    world.send(thief, &c.fulfill(own, &fake, &NOTHING).unwrap()).unwrap();
    let open = Evidence::Preimage(preimage.clone());
    world.send(thief, &c.fulfill(own, &preimage.terms(), &open).unwrap()).unwrap();
    let take = c.fulfill(own, &escrow, &NOTHING).unwrap();
    assert_eq!(world.send(thief, &take).unwrap_err(), "LockCondition ID does not match");
    assert_eq!(world.balance(c.escrow_reward), price, "the victim's");
}
