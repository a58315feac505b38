//! Contracts behind proxies: state survives an upgrade, and only the operators together can make one.

use crate::support::{Account, PRICE, World, addr, function, operators, text};
use ethers::abi::{ParamType, Token};
use keeper::{Contracts, KeeperError, NetworkFault};
use protocol::{Address, Vodka, hash::keccak256, tx::Call};

const NEXT: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../../contracts/test/artifacts/AgreementStoreManagerNext.json"
));
const GOVERNANCE: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../contracts/artifacts/Governance.json"));

impl World {
    async fn propose(&self, by: &Account, call: &Call) -> u64 {
        let before = self.keeper.operators().await.unwrap().proposals;
        self.send(by, &self.contracts.propose(call).unwrap()).unwrap();
        before
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sale_goes_the_same_way_behind_proxies() {
    let world = World::governed().await;
    let c = &world.contracts;
    let check = world.keeper.check().await.unwrap();
    assert!(check.faults.is_empty() && check.safe_for_payments, "{check:?}");
    assert_eq!(check.upgraded_by, c.governance);
    let name = world.view(c.ocean_token, "name()", &[], ParamType::String);
    let symbol = world.view(c.ocean_token, "symbol()", &[], ParamType::String);
    assert_eq!((name, symbol), (text("OceanToken"), text("OCEAN")), "in the code, where a proxy finds it");
    let terms = world.terms([1; 32], world.list(1), [0, 50, 0]);
    world.fund(&world.consumer, PRICE);
    world.create_agreement(&terms);
    world.pay(&terms);
    world.send(&world.provider, &c.grant_access(&terms)).unwrap();
    world.send(&world.other, &c.release_reward(&terms)).unwrap();
    assert_eq!(world.balance(world.publisher.address), Vodka::from_ocean(PRICE));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_keeps_what_was_there_and_takes_the_operators() {
    let world = World::governed().await;
    let c = &world.contracts;
    let store = c.agreement_store;
    // A payment is on its way.
    let terms = world.terms([1; 32], world.list(1), [0, 500, 0]);
    world.fund(&world.consumer, PRICE);
    world.create_agreement(&terms);
    world.pay(&terms);
    let before = world.keeper.agreement(terms.agreement).await.unwrap();

    let proxy = world.keeper.proxy(store).await.unwrap().unwrap();
    assert_eq!(Some(proxy.owner), c.governance);
    let next = world.create(NEXT);
    let upgrade = c.upgrade(store, &proxy, next, &[]);
    let refused = "OwnableUnauthorizedAccount(address)";
    let selector: String = keccak256(refused)[..4].iter().map(|b| format!("{b:02x}")).collect();
    let [operator, ..] = operators();
    for stranger in [&world.owner, &world.thief, &operator] {
        assert!(world.send(stranger, &upgrade).unwrap_err().contains(&selector), "nobody alone");
    }
    let around = function(store, "upgradeToAndCall(address,bytes)", &[addr(next), Token::Bytes(vec![])]);
    assert!(world.send(&world.owner, &around).is_err(), "and nobody past the admin");
    world.as_owner(&upgrade).unwrap();

    let now = world.keeper.proxy(store).await.unwrap().unwrap();
    assert_eq!((now.code, now.admin), (next, proxy.admin));
    assert_eq!(world.view(store, "version()", &[], ParamType::String), text("next"));
    assert_eq!(world.keeper.agreement(terms.agreement).await.unwrap(), before, "nothing moved");
    // What is new has a place of its own, and the old goes on.
    world.send(&world.other, &function(store, "visit()", &[])).unwrap();
    assert_eq!(world.keeper.agreement(terms.agreement).await.unwrap(), before);
    world.send(&world.provider, &c.grant_access(&terms)).unwrap();
    world.send(&world.other, &c.release_reward(&terms)).unwrap();
    assert_eq!(world.balance(world.publisher.address), Vodka::from_ocean(PRICE));
    let again = function(store, "initialize(address,address,address,address)", &vec![addr(world.thief.address); 4]);
    assert_eq!(world.send(&world.thief, &again).unwrap_err(), "Contract instance has already been initialized");
    // It is another code than ours, and the check says so.
    assert!(!world.keeper.check().await.unwrap().safe_for_payments);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operators_own_the_contracts_and_the_deployer_keeps_nothing() {
    let world = World::governed().await;
    let c = &world.contracts;
    for (name, at) in c.named() {
        if name == "Governance" {
            continue;
        }
        let owner = world.view(at, "owner()", &[], ParamType::Address);
        assert_eq!(owner, addr(c.governance.unwrap()), "{name}");
    }
    let minter = |who: Address| {
        world.view(c.ocean_token, "isMinter(address)", &[addr(who)], ParamType::Bool).into_bool().unwrap()
    };
    assert!(!minter(world.owner.address) && minter(c.governance.unwrap()) && minter(c.dispenser.unwrap()));
    let mine = function(c.condition_store, "delegateCreateRole(address)", &[addr(world.owner.address)]);
    assert!(world.send(&world.owner, &mine).is_err());
    assert!(world.send(&world.owner, &c.register_actor_type("auditor")).is_err());
    world.as_owner(&c.register_actor_type("auditor")).unwrap();
    let auditor = protocol::templates::actor_type_id("auditor");
    assert!(world.keeper.actor_type_registered(auditor).await.unwrap());

    // The code behind a proxy is nobody's way in: its own storage is empty and touches nothing.
    let proxy = world.keeper.proxy(c.escrow_reward).await.unwrap().unwrap();
    let steal = function(proxy.code, "initialize(address,address,address)", &vec![addr(world.thief.address); 3]);
    assert!(world.send(&world.thief, &steal).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_operator_has_one_vote() {
    let world = World::governed().await;
    let c = &world.contracts;
    let [a, b, d] = operators();
    let call = c.register_actor_type("auditor");
    let say = |by: &Account, call: Result<Call, KeeperError>| world.send(by, &call.unwrap()).map(drop);
    let refused = |result: Result<(), String>, words: &str| assert_eq!(result.unwrap_err(), words);

    refused(say(&world.owner, c.propose(&call)), "Only an owner can do this");
    let nowhere = Call { to: world.thief.address, ..call.clone() };
    refused(say(&a, c.propose(&nowhere)), "Invalid contract address");
    let proposal = world.propose(&a, &call).await;
    let found = world.keeper.proposal(proposal).await.unwrap();
    assert_eq!((found.to, found.data, found.votes), (call.to, call.data.clone(), 1));
    assert!(found.open && !found.executed);
    refused(say(&a, c.confirm(proposal)), "Already confirmed");
    refused(say(&a, c.execute(proposal)), "Not enough votes");
    refused(say(&world.thief, c.confirm(proposal)), "Only an owner can do this");
    refused(say(&b, c.revoke(proposal)), "Not confirmed");
    refused(say(&b, c.confirm(proposal + 1)), "No such proposal");
    say(&b, c.confirm(proposal)).unwrap();
    say(&a, c.revoke(proposal)).unwrap();
    refused(say(&b, c.execute(proposal)), "Not enough votes");
    say(&d, c.confirm(proposal)).unwrap();
    refused(say(&world.thief, c.execute(proposal)), "Only an owner can do this");
    say(&d, c.execute(proposal)).unwrap();
    assert!(world.keeper.proposal(proposal).await.unwrap().executed);
    refused(say(&d, c.execute(proposal)), "Proposal is executed");
    refused(say(&a, c.revoke(proposal)), "Proposal is executed");
    // What the contract says is said on, and the proposal stays open.
    assert_eq!(world.as_owner(&call).unwrap_err(), "Actor type already exists");
    assert!(world.keeper.proposal(proposal + 1).await.unwrap().open);
    let none = world.keeper.proposal(99).await.unwrap_err();
    assert_eq!(none.reason(), Some("No such proposal"));
}

#[tokio::test(flavor = "multi_thread")]
async fn operators_come_and_go_by_the_votes_of_all() {
    let world = World::governed().await;
    let c = &world.contracts;
    let [a, b, d] = operators();
    let say = |by: &Account, call: Result<Call, KeeperError>| world.send(by, &call.unwrap()).map(drop);
    let alone = say(&a, c.add_operator(world.other.address, 1));
    assert_eq!(alone.unwrap_err(), "Only the owners together can do this");
    assert_eq!(say(&a, c.remove_operator(b.address, 1)).unwrap_err(), "Only the owners together can do this");
    assert_eq!(say(&a, c.change_requirement(1)).unwrap_err(), "Only the owners together can do this");

    // Two have voted, but not been counted, when one of them leaves: their votes are no longer enough.
    let open = world.propose(&a, &c.register_actor_type("auditor")).await;
    say(&b, c.confirm(open)).unwrap();
    world.as_owner(&c.add_operator(world.other.address, 3).unwrap()).unwrap();
    assert_eq!(say(&a, c.execute(open)).unwrap_err(), "The owners have changed since");
    let now = world.keeper.operators().await.unwrap();
    assert_eq!(now.owners, [a.address, b.address, d.address, world.other.address]);
    assert_eq!(now.required, 3);
    assert_eq!(world.as_owner(&c.register_actor_type("auditor")).unwrap_err(), "Not enough votes");

    let remove = world.propose(&world.other, &c.remove_operator(a.address, 2).unwrap()).await;
    for operator in [&b, &d] {
        say(operator, c.confirm(remove)).unwrap();
    }
    say(&b, c.execute(remove)).unwrap();
    assert_eq!(say(&a, c.propose(&c.register_actor_type("auditor"))).unwrap_err(), "Only an owner can do this");
    let left = world.keeper.operators().await.unwrap();
    assert_eq!((left.owners.len(), left.required), (3, 2));
    for (call, words) in [
        (c.add_operator(b.address, 2), "Invalid owner"),
        (c.add_operator(Address::ZERO, 2), "Invalid owner"),
        (c.add_operator(c.governance.unwrap(), 2), "Invalid owner"),
        (c.add_operator(a.address, 5), "Invalid requirement"),
        (c.add_operator(a.address, 0), "Invalid requirement"),
        (c.remove_operator(a.address, 1), "Not an owner"),
        (c.remove_operator(b.address, 3), "Invalid requirement"),
        (c.change_requirement(4), "Invalid requirement"),
    ] {
        let proposal = world.propose(&b, &call.unwrap()).await;
        say(&d, c.confirm(proposal)).unwrap();
        assert_eq!(say(&d, c.execute(proposal)).unwrap_err(), words);
    }
    let before = world.keeper.operators().await.unwrap();
    assert_eq!((before.owners.len(), before.required), (3, 2), "a refused change changes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn there_are_at_most_sixty_four_operators() {
    let world = World::new().await;
    let many: Vec<Address> = (0..65u8).map(|byte| Address([byte + 1; 20])).collect();
    let create = |owners: &[Address], votes: u64| {
        let owners = Token::Array(owners.iter().copied().map(addr).collect());
        world.try_create(GOVERNANCE, &[owners, crate::support::uint(votes)])
    };
    assert!(create(&many[..64], 33));
    assert!(!create(&many, 33));
    assert!(!create(&[], 0));
    assert!(!create(&[many[0], many[0]], 1));

    // Nor do that many take another one in.
    let owners = many[..63].iter().copied().chain([world.other.address]).map(addr).collect();
    let governance = Some(world.create_with(GOVERNANCE, &[Token::Array(owners), crate::support::uint(1)]));
    let c = Contracts { governance, ..world.contracts };
    world.send(&world.other, &c.propose(&c.add_operator(many[63], 1).unwrap()).unwrap()).unwrap();
    assert_eq!(world.send(&world.other, &c.execute(0).unwrap()).unwrap_err(), "Too many owners");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_somebody_else_can_change_is_no_safe_one() {
    let world = World::governed().await;
    let mut contracts: Contracts = world.contracts;
    contracts.governance = None;
    let keeper = world.connect_to(&contracts).await;
    let check = keeper.check().await.unwrap();
    assert!(!check.safe_for_payments);
    let owner = world.contracts.governance.unwrap();
    assert!(check.faults.contains(&NetworkFault::Upgrader { contract: "EscrowReward", owner }));
    assert_eq!(world.keeper.proxy(owner).await.unwrap(), None, "the governance itself stands behind no proxy");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_is_set_up_while_it_is_made_or_never() {
    let world = World::governed().await;
    let code = world.keeper.proxy(world.contracts.did_registry).await.unwrap().unwrap().code;
    let proxy = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../contracts/artifacts/KeeperProxy.json"));
    let arguments = [addr(code), addr(world.owner.address), Token::Bytes(vec![])];
    assert!(!world.try_create(proxy, &arguments), "a proxy that is not set up is not made");
    let set_up = function(code, "initialize(address)", &[addr(world.owner.address)]).data;
    let arguments = [addr(code), addr(world.owner.address), Token::Bytes(set_up)];
    let made = world.create_with(proxy, &arguments);
    let again = function(made, "initialize(address)", &[addr(world.thief.address)]);
    for anyone in [&world.thief, &world.owner] {
        assert_eq!(world.send(anyone, &again).unwrap_err(), "Contract instance has already been initialized");
    }
}
