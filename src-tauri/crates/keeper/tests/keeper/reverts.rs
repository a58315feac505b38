//! Each text with which the contracts refuse, and what causes it.

use crate::support::{World, addr, amount, any_agreement, function, list, text, uint, word};
use ethers::abi::Token;
use protocol::{
    Address, AgreementId, Checksum, ConditionId, TemplateId, Vodka,
    conditions::{ConditionKind, condition_id, value_hash_access},
    hash::keccak256,
    templates::{ACCESS, CONSUMER, PROVIDER},
};

const AGAIN: &str = "Contract instance has already been initialized";

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_set_up_twice_or_by_strangers() {
    let world = World::new().await;
    let c = world.contracts;
    let (owner, a) = (&world.owner, addr(world.owner.address));
    let three = [a.clone(), a.clone(), a.clone()];
    for to in [c.lock_reward, c.access_secret_store, c.escrow_reward] {
        let call = function(to, "initialize(address,address,address)", &three);
        assert_eq!(world.send(owner, &call).unwrap_err(), AGAIN);
        assert_eq!(
            world.send(owner, &function(to, "initialize(address)", std::slice::from_ref(&a))).unwrap_err(),
            AGAIN
        );
    }
    for to in [c.did_registry, c.template_store, c.condition_store, c.agreement_store, c.ocean_token] {
        let call = function(to, "initialize(address)", &[addr(world.thief.address)]);
        assert_eq!(world.send(&world.thief, &call).unwrap_err(), AGAIN);
    }
    let two = [a.clone(), addr(world.thief.address)];
    for to in [c.ocean_token, c.dispenser.unwrap()] {
        assert_eq!(world.send(owner, &function(to, "initialize(address,address)", &two)).unwrap_err(), AGAIN);
    }
    let four = [a.clone(), a.clone(), a.clone(), a];
    let call = function(c.agreement_store, "initialize(address,address,address,address)", &four);
    assert_eq!(world.send(owner, &call).unwrap_err(), AGAIN);
    let named = [text("Other"), text("O"), uint(1)];
    let call = function(c.ocean_token, "initialize(string,string,uint8)", &named);
    assert_eq!(world.send(owner, &call).unwrap_err(), AGAIN);
    let capped = function(c.ocean_token, "initialize(uint256,address)", &[uint(1), addr(world.thief.address)]);
    assert_eq!(world.send(owner, &capped).unwrap_err(), AGAIN);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owners_functions_are_the_owners() {
    let world = World::new().await;
    let c = world.contracts;
    let thief = addr(world.thief.address);
    let calls = [
        function(c.condition_store, "delegateCreateRole(address)", std::slice::from_ref(&thief)),
        function(c.condition_store, "delegateUpdateRole(bytes32,address)", &[word([1; 32]), thief.clone()]),
        function(c.template_store, "approveTemplate(bytes32)", &[word([1; 32])]),
        function(c.template_store, "registerTemplateActorType(string)", &[text("thief")]),
        function(c.template_store, "deregisterTemplateActorType(bytes32)", &[word(PROVIDER.0)]),
        function(c.dispenser.unwrap(), "setMaxAmount(uint256)", &[uint(9)]),
        function(c.dispenser.unwrap(), "setMinPeriod(uint256)", &[uint(9)]),
        function(c.dispenser.unwrap(), "setMaxMintAmount(uint256)", &[uint(9)]),
        function(c.escrow_reward, "transferOwnership(address)", &[thief]),
        function(c.escrow_reward, "renounceOwnership()", &[]),
    ];
    // OwnableUnauthorizedAccount(address), which the released contracts refuse without a word.
    let selector: String =
        keccak256("OwnableUnauthorizedAccount(address)")[..4].iter().map(|b| format!("{b:02x}")).collect();
    for call in calls {
        let refused = world.send(&world.thief, &call).unwrap_err();
        assert!(refused.contains(&selector), "{}: {refused}", call.what);
    }
    let refused =
        world.send(&world.owner, &function(c.condition_store, "delegateCreateRole(address)", &[addr(Address::ZERO)]));
    assert_eq!(refused.unwrap_err(), "Invalid delegatee address");
    let unknown =
        function(c.condition_store, "delegateUpdateRole(bytes32,address)", &[word([1; 32]), addr(world.owner.address)]);
    assert_eq!(world.send(&world.owner, &unknown).unwrap_err(), "Invalid condition Id");
}

#[tokio::test(flavor = "multi_thread")]
async fn conditions_are_created_by_the_store_and_decided_by_their_contract() {
    let world = World::new().await;
    let store = world.contracts.condition_store;
    let typed = [word([1; 32]), addr(world.contracts.lock_reward)];
    for call in [
        function(store, "createCondition(bytes32,address)", &typed),
        function(
            store,
            "createCondition(bytes32,address,uint256,uint256)",
            &[typed[0].clone(), typed[1].clone(), uint(0), uint(0)],
        ),
    ] {
        assert_eq!(world.send(&world.thief, &call).unwrap_err(), "Invalid CreateRole");
    }
    let update = |id: [u8; 32]| function(store, "updateConditionState(bytes32,uint8)", &[word(id), uint(2)]);
    assert_eq!(world.send(&world.thief, &update([1; 32])).unwrap_err(), "Invalid Update Role");
    let terms = world.terms([1; 32], world.list(1), [0; 3]);
    world.create_agreement(&terms);
    for id in terms.ids().v02() {
        assert_eq!(world.send(&world.consumer, &update(id.0)).unwrap_err(), "Invalid Update Role");
    }
    // The owner takes the create role back, to reach what only it can cause.
    let delegate = function(store, "delegateCreateRole(address)", &[addr(world.owner.address)]);
    world.send(&world.owner, &delegate).unwrap();
    let create = |kind: Address, lock: Token, out: Token| {
        function(store, "createCondition(bytes32,address,uint256,uint256)", &[word([7; 32]), addr(kind), lock, out])
    };
    let lock_reward = world.contracts.lock_reward;
    let max = || Token::Uint(ethers::types::U256::MAX);
    for (call, words) in [
        (create(Address::ZERO, uint(0), uint(0)), "Invalid address"),
        (create(world.thief.address, uint(0), uint(0)), "Invalid contract address"),
        (create(lock_reward, uint(5), uint(5)), "Invalid time margin"),
        (create(lock_reward, max(), uint(0)), "Indicating integer overflow/underflow"),
        (create(lock_reward, uint(0), max()), "Indicating integer overflow/underflow"),
    ] {
        assert_eq!(world.send(&world.owner, &call).unwrap_err(), words);
    }
    world.send(&world.owner, &create(lock_reward, uint(1), uint(2))).unwrap();
    assert_eq!(world.send(&world.owner, &create(lock_reward, uint(1), uint(2))).unwrap_err(), "Id already exists");
}

#[tokio::test(flavor = "multi_thread")]
async fn agreements_are_refused_for_the_released_reasons() {
    let world = World::new().await;
    let did = world.list(1);
    let terms = world.terms([1; 32], did, [0; 3]);
    let store = world.contracts.agreement_store;
    let ids = terms.ids().v02();
    let actors = [terms.provider, terms.consumer];
    let create = |id, did, template, ids: &[ConditionId], actors: &[Address]| {
        world.send(&world.consumer, &any_agreement(store, id, did, template, ids, actors)).map(drop)
    };
    let id = terms.agreement;
    let refused = |result: Result<(), String>, words: &str| assert_eq!(result.unwrap_err(), words);
    refused(create(id, did, TemplateId([9; 32]), &ids, &actors), "Template not Approved");
    refused(create(id, protocol::Did([9; 32]), ACCESS, &ids, &actors), "DID not registered");
    refused(create(id, did, ACCESS, &ids[..2], &actors), "Arguments have wrong length");
    refused(create(id, did, ACCESS, &ids, &actors[..1]), "Arguments have wrong length");
    refused(create(id, did, ACCESS, &[ids[0], ids[0], ids[1]], &actors), "Id already exists");
    refused(create(id, did, ACCESS, &ids, &[actors[0], actors[0]]), "Actor already exists");
    refused(create(id, did, ACCESS, &ids, &[Address::ZERO, actors[0]]), "Actor already exists");
    create(id, did, ACCESS, &ids, &actors).unwrap();
    let fresh = [[1; 32], [2; 32], [3; 32]].map(ConditionId);
    refused(create(id, did, ACCESS, &fresh, &actors), "Id already exists");
    refused(create(AgreementId([2; 32]), did, ACCESS, &ids, &actors), "Id already exists");
    let of_contract = function(
        store,
        "createAgreement(bytes32,bytes32,address[],bytes32[],uint256[],uint256[])",
        &[word([3; 32]), word(did.0), list([]), list([]), list([]), list([])],
    );
    assert_eq!(world.send(&world.thief, &of_contract).unwrap_err(), "Template not Approved");
}

#[tokio::test(flavor = "multi_thread")]
async fn payments_grants_and_releases_are_refused_for_the_released_reasons() {
    let world = World::new().await;
    let did = world.list(1);
    let c = &world.contracts;
    let mut locked = world.terms([1; 32], did, [0; 3]);
    locked.time_locks = [0, 12, 0];
    locked.time_outs = [0, 40, 0];
    world.create_agreement(&locked);
    world.fund(&world.consumer, 30);
    world.send(&world.consumer, &c.approve(c.lock_reward, Vodka::from_ocean(30))).unwrap();

    let mut cheap = locked.clone();
    cheap.price = Vodka::from_ocean(1);
    assert_eq!(world.send(&world.consumer, &c.lock_reward(&cheap)).unwrap_err(), "Invalid Update Role");
    assert_eq!(
        world.send(&world.other, &c.release_reward(&locked)).unwrap_err(),
        "LockCondition needs to be Fulfilled"
    );
    assert_eq!(world.send(&world.other, &c.release_reward(&cheap)).unwrap_err(), "LockCondition ID does not match");
    assert_eq!(world.send(&world.thief, &c.grant_access(&locked)).unwrap_err(), "Invalid DID owner/provider");
    world.send(&world.consumer, &c.lock_reward(&locked)).unwrap();
    assert_eq!(world.send(&world.provider, &c.grant_access(&locked)).unwrap_err(), "TimeLock is not over yet");
    let abort = c.abort_by_timeout(ConditionKind::AccessSecretStore, locked.ids().access);
    assert_eq!(world.send(&world.other, &abort).unwrap_err(), "Condition needs to be timed out");
    // Open: succeeds, does nothing.
    let idle = world.send(&world.other, &c.release_reward(&locked)).unwrap();
    assert!(idle.logs.is_empty());
    world.mine(12);
    world.send(&world.provider, &c.grant_access(&locked)).unwrap();
    assert_eq!(world.send(&world.provider, &c.grant_access(&locked)).unwrap_err(), "Invalid state transition");
    world.send(&world.other, &c.release_reward(&locked)).unwrap();
    assert_eq!(world.send(&world.other, &c.release_reward(&locked)).unwrap_err(), "Not enough balance");

    // With another's payment in escrow the balance suffices, and still nothing leaves twice.
    let second = world.terms([2; 32], did, [0; 3]);
    world.create_agreement(&second);
    world.send(&world.consumer, &c.lock_reward(&second)).unwrap();
    assert_eq!(world.send(&world.other, &c.release_reward(&locked)).unwrap_err(), "Invalid state transition");
    assert_eq!(world.send(&world.consumer, &c.lock_reward(&second)).unwrap_err(), "Invalid state transition");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_escrow_pays_neither_nobody_nor_itself() {
    let world = World::new().await;
    let did = world.list(1);
    let c = &world.contracts;
    world.fund(&world.consumer, 100);
    for (seed, owner, words) in [
        (1, Address::ZERO, "Null address is impossible to fulfill"),
        (2, c.escrow_reward, "EscrowReward contract can not be a receiver"),
    ] {
        let mut terms = world.terms([seed; 32], did, [0; 3]);
        terms.owner = owner;
        world.create_agreement(&terms);
        world.pay(&terms);
        world.send(&world.provider, &c.grant_access(&terms)).unwrap();
        assert_eq!(world.send(&world.other, &c.release_reward(&terms)).unwrap_err(), words);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_registry_refuses_for_the_released_reasons() {
    let world = World::new().await;
    let did = world.list(1);
    let c = &world.contracts;
    let registry = c.did_registry;
    let publisher = world.publisher.address;
    let register = |providers: &[Address], value: &str| c.register_attribute(did, Checksum([1; 32]), providers, value);
    let person = |signature: &str, who: Address| function(registry, signature, &[word(did.0), addr(who)]);
    assert_eq!(
        world.send(&world.thief, &register(&[], "")).unwrap_err(),
        "Attributes must be registered by the DID owners."
    );
    for (call, words) in [
        (register(&[], &"x".repeat(2049)), "Invalid value size"),
        (register(&[Address::ZERO], ""), "Invalid asset provider address"),
        (register(&[registry], ""), "DID provider should not be this contract address"),
        (person("addDIDProvider(bytes32,address)", Address::ZERO), "Invalid asset provider address"),
        (person("transferDIDOwnership(bytes32,address)", Address::ZERO), "Invalid new DID owner address"),
        (person("transferDIDOwnership(bytes32,address)", publisher), "New Owner is already a DID owner"),
        (person("grantPermission(bytes32,address)", Address::ZERO), "Invalid grantee address"),
        (person("revokePermission(bytes32,address)", world.other.address), "Grantee already was revoked"),
    ] {
        assert_eq!(world.send(&world.publisher, &call).unwrap_err(), words);
    }
    world.send(&world.publisher, &register(&[], &"x".repeat(2048))).unwrap();
    for signature in [
        "addDIDProvider(bytes32,address)",
        "removeDIDProvider(bytes32,address)",
        "transferDIDOwnership(bytes32,address)",
        "grantPermission(bytes32,address)",
        "revokePermission(bytes32,address)",
    ] {
        let refused = world.send(&world.thief, &person(signature, world.thief.address));
        assert_eq!(refused.unwrap_err(), "Invalid DID owner can perform this operation.", "{signature}");
    }
    let access = c.access_secret_store;
    for signature in ["grantPermission(address,bytes32)", "renouncePermission(address,bytes32)"] {
        let call = function(access, signature, &[addr(world.thief.address), word(did.0)]);
        assert_eq!(world.send(&world.thief, &call).unwrap_err(), "Invalid DID owner/provider");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn templates_go_one_way() {
    let world = World::new().await;
    let store = world.contracts.template_store;
    let id = [8; 32];
    let propose = |id: [u8; 32], kind: Address| {
        function(
            store,
            "proposeTemplate(bytes32,address[],bytes32[],string)",
            &[word(id), list([addr(kind)]), list([word(CONSUMER.0)]), text("mine")],
        )
    };
    let with_id = |signature: &str| function(store, signature, &[word(id)]);
    let (thief, owner) = (&world.thief, &world.owner);
    assert_eq!(world.send(thief, &propose(id, thief.address)).unwrap_err(), "Invalid condition type");
    assert_eq!(world.send(owner, &with_id("approveTemplate(bytes32)")).unwrap_err(), "Template not Proposed");
    world.send(thief, &propose(id, world.contracts.lock_reward)).unwrap();
    assert_eq!(world.send(thief, &propose(id, world.contracts.lock_reward)).unwrap_err(), "Id already exists");
    assert_eq!(world.send(thief, &with_id("revokeTemplate(bytes32)")).unwrap_err(), "Template not Approved");
    world.send(owner, &with_id("approveTemplate(bytes32)")).unwrap();
    assert_eq!(world.send(owner, &with_id("approveTemplate(bytes32)")).unwrap_err(), "Template not Proposed");
    assert_eq!(
        world.send(&world.other, &with_id("revokeTemplate(bytes32)")).unwrap_err(),
        "Invalid contract owner or template owner"
    );
    world.send(thief, &with_id("revokeTemplate(bytes32)")).unwrap();
    assert_eq!(world.send(thief, &propose(id, world.contracts.lock_reward)).unwrap_err(), "Id already exists");
    let none = function(
        store,
        "proposeTemplate(address,address[],bytes32[],string)",
        &[addr(Address::ZERO), list([]), list([]), text("")],
    );
    assert_eq!(world.send(thief, &none).unwrap_err(), "Invalid address");
    let actor = function(store, "registerTemplateActorType(string)", &[text("provider")]);
    assert_eq!(world.send(owner, &actor).unwrap_err(), "Actor type already exists");
    let unknown = function(store, "getTemplateActorTypeId(string)", &[text("nobody")]);
    assert_eq!(world.send(owner, &unknown).unwrap_err(), "Actor type does not exist!");
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_come_from_minters_and_the_dispenser_has_limits() {
    let world = World::new().await;
    let c = &world.contracts;
    let dispenser = c.dispenser.unwrap();
    let token = c.ocean_token;
    let mint = |sum| function(token, "mint(address,uint256)", &[addr(world.thief.address), amount(sum)]);
    assert_eq!(world.send(&world.thief, &mint(Vodka::from_ocean(1))).unwrap_err(), "Caller is not a minter");
    let make = function(token, "addMinter(address)", &[addr(world.thief.address)]);
    assert_eq!(world.send(&world.thief, &make).unwrap_err(), "Caller is not a minter");
    let selector: String =
        keccak256("ERC20ExceededCap(uint256,uint256)")[..4].iter().map(|b| format!("{b:02x}")).collect();
    assert!(world.send(&world.owner, &mint(Vodka::from_ocean(1_410_000_001))).unwrap_err().contains(&selector));
    world.send(&world.owner, &mint(Vodka::from_ocean(1_410_000_000))).unwrap();

    let limit = function(dispenser, "setMaxMintAmount(uint256)", &[uint(5)]);
    world.send(&world.owner, &limit).unwrap();
    assert_eq!(world.send(&world.other, &c.request_tokens(6).unwrap()).unwrap_err(), "Exceeded maxMintAmount");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_outside_any_agreement_is_refused() {
    let world = World::new().await;
    let did = world.list(1);
    let terms = world.terms([1; 32], did, [0; 3]);
    let refused = world.send(&world.provider, &world.contracts.grant_access(&terms));
    assert_eq!(refused.unwrap_err(), "Invalid Update Role");
    let id = condition_id(terms.agreement, terms.access_contract, value_hash_access(did, terms.consumer));
    assert_eq!(world.state(id), 0);
    assert!(!world.may_read(world.consumer.address, did));
}
