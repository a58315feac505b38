//! The v0.1 way: a template that is a contract, conditions access, lock, escrow, and no actors.

use crate::support::{PRICE, World, addr, any_agreement, function, list, network, uint, word};
use ethers::abi::{ParamType, decode};
use keeper::{Keeper, KeeperError, KeeperEvent, NetworkFault, PartiesV01};
use protocol::{
    Address, Checksum, Did, Vodka,
    conditions::{AccessTerms, ConditionKind, agreement_hash_v01},
    event_topics::topic,
    network::AgreementForm,
    templates::TemplateRef,
};

fn terms(world: &World, agreement: [u8; 32], did: Did, time_outs: [u64; 3]) -> AccessTerms {
    let mut terms = world.terms(agreement, did, time_outs);
    terms.template = TemplateRef::Contract(world.contracts.access_template.unwrap());
    terms
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agreement_of_v01_is_created_paid_granted_and_released() {
    let world = World::new().await;
    let (keeper, c) = (&world.keeper, &world.contracts);
    let facade = c.access_template.unwrap();
    let did = world.list(1);
    let terms = terms(&world, [0x11; 32], did, [0, 40, 0]);
    assert!(!keeper.template_approved(terms.template).await.unwrap(), "sales are agreed in the store here");
    assert!(!keeper.template_approved(terms.template.id().into()).await.unwrap());
    let template = keeper.template(terms.template.id()).await.unwrap().unwrap();
    assert_eq!(template.conditions, [c.access_secret_store, c.lock_reward, c.escrow_reward]);
    let kind = ParamType::Array(Box::new(ParamType::Address));
    let types = world.view(facade, "getConditionTypes()", &[], kind).into_array().unwrap();
    assert_eq!(types, template.conditions.iter().copied().map(addr).collect::<Vec<_>>());

    // The buyer signs, the provider's gateway sends.
    let receipt = world.send(&world.provider, &c.create_agreement(&terms)).unwrap();
    let events = world.events(&receipt);
    assert_eq!(events.len(), 5, "three conditions, the store's agreement, the template's");
    assert!(matches!(
        events[3],
        KeeperEvent::AgreementCreated { agreement, created_by, .. }
            if agreement == terms.agreement && created_by == facade
    ));
    let expected = KeeperEvent::AgreementCreatedV01 {
        template: facade,
        agreement: terms.agreement,
        did,
        consumer: world.consumer.address,
        provider: world.provider.address,
        time_locks: vec![0, 0, 0],
        time_outs: vec![40, 0, 0],
    };
    assert_eq!(events[4], expected);
    let log = receipt.logs.last().unwrap();
    assert_eq!(log.topics[0], topic::TEMPLATE_AGREEMENT_CREATED);
    assert_eq!(log.topics[1].0, terms.agreement.0);
    let uints = || ParamType::Array(Box::new(ParamType::Uint(256)));
    let data = decode(&[ParamType::FixedBytes(32), uints(), uints()], &log.data).unwrap();
    assert_eq!(data[0], word(did.0), "the DID is in the data, not among the topics");

    let found = keeper.agreement(terms.agreement).await.unwrap().unwrap();
    assert_eq!((found.template, found.conditions), (terms.template, terms.ids().v01().to_vec()));
    assert_eq!(found.actors, [terms.provider, terms.consumer], "by the word of the template");
    let parties = keeper.parties_v01(facade, terms.agreement).await.unwrap().unwrap();
    assert_eq!(parties, PartiesV01 { consumer: world.consumer.address, provider: world.provider.address });
    let listed = world.view(
        c.agreement_store,
        "getAgreementIdsForTemplateId(bytes32)",
        &[word(terms.template.id().0)],
        ParamType::Array(Box::new(ParamType::FixedBytes(32))),
    );
    assert_eq!(listed.into_array().unwrap(), [word(terms.agreement.0)]);
    // What was signed is over the contract's address and this order.
    let [lock, access, escrow] = terms.time_outs;
    let signed = agreement_hash_v01(facade, terms.ids().v01(), [0; 3], [access, lock, escrow], terms.agreement);
    assert_eq!(signed, terms.hash());

    world.fund(&world.consumer, PRICE);
    world.pay(&terms);
    world.send(&world.provider, &c.grant_access(&terms)).unwrap();
    assert!(world.may_read(world.consumer.address, did));
    world.send(&world.other, &c.release_reward(&terms)).unwrap();
    assert_eq!(world.balance(world.publisher.address), Vodka::from_ocean(PRICE));
    assert_eq!(world.states(&terms), [2, 2, 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agreement_of_v01_is_refunded_after_its_timeout() {
    let world = World::new().await;
    let c = &world.contracts;
    let terms = terms(&world, [0x12; 32], world.list(1), [0, 9, 0]);
    world.send(&world.provider, &c.create_agreement(&terms)).unwrap();
    world.fund(&world.consumer, PRICE);
    world.pay(&terms);
    world.mine(9);
    assert_eq!(world.send(&world.provider, &c.grant_access(&terms)).unwrap_err(), "Condition is timed out");
    let abort = c.abort_by_timeout(ConditionKind::AccessSecretStore, terms.ids().access);
    world.send(&world.other, &abort).unwrap();
    world.send(&world.other, &c.release_reward(&terms)).unwrap();
    assert_eq!(world.balance(world.consumer.address), terms.price);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_provider_of_v01_is_the_first_or_the_owner() {
    let world = World::new().await;
    let (keeper, c) = (&world.keeper, &world.contracts);
    let facade = c.access_template.unwrap();
    for (seed, providers, expected) in [
        (1, vec![world.other.address, world.provider.address], world.other.address),
        (2, vec![], world.publisher.address),
    ] {
        let did = Did([seed; 32]);
        world.send(&world.publisher, &c.register_attribute(did, Checksum([0; 32]), &providers, "")).unwrap();
        let terms = terms(&world, [seed; 32], did, [0; 3]);
        world.send(&world.thief, &c.create_agreement(&terms)).unwrap();
        let parties = keeper.parties_v01(facade, terms.agreement).await.unwrap().unwrap();
        assert_eq!(parties, PartiesV01 { consumer: terms.consumer, provider: expected });
    }
    assert_eq!(keeper.parties_v01(facade, protocol::AgreementId([9; 32])).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_template_of_v01_refuses_for_the_stores_reasons() {
    let world = World::new().await;
    let c = &world.contracts;
    let facade = c.access_template.unwrap();
    let terms = terms(&world, [0x13; 32], world.list(1), [0; 3]);
    let create = |terms: &AccessTerms| world.send(&world.provider, &c.create_agreement(terms)).map(drop);
    let mut unknown = terms.clone();
    unknown.did = Did([9; 32]);
    assert_eq!(create(&unknown).unwrap_err(), "DID not registered");
    let mut tight = terms.clone();
    (tight.time_locks, tight.time_outs) = ([0, 5, 0], [0, 5, 0]);
    assert_eq!(create(&tight).unwrap_err(), "Invalid time margin");
    create(&terms).unwrap();
    assert_eq!(create(&terms).unwrap_err(), "Id already exists");

    // Without the consumer: the agreement is there, its parties are not.
    let ids = |seed: u8| list((0..3).map(|place| word([seed + place; 32])));
    let three = || list([uint(0), uint(0), uint(0)]);
    let five = "createAgreement(bytes32,bytes32,bytes32[],uint256[],uint256[])";
    let short = function(facade, five, &[word([0x14; 32]), word(terms.did.0), list([]), list([]), list([])]);
    assert_eq!(world.send(&world.thief, &short).unwrap_err(), "Arguments have wrong length");
    let bare = function(facade, five, &[word([0x14; 32]), word(terms.did.0), ids(0x20), three(), three()]);
    world.send(&world.thief, &bare).unwrap();
    assert_eq!(world.keeper.parties_v01(facade, protocol::AgreementId([0x14; 32])).await.unwrap(), None);
    assert!(world.keeper.agreement(protocol::AgreementId([0x14; 32])).await.unwrap().is_some());

    world.send(&world.owner, &c.revoke_template(terms.template.id())).unwrap();
    let mut next = terms;
    next.agreement = protocol::AgreementId([0x15; 32]);
    assert_eq!(create(&next).unwrap_err(), "Template not Approved");
    let six = "initialize(address,address,address,address,address,address)";
    let again = function(facade, six, &vec![addr(world.owner.address); 6]);
    assert_eq!(world.send(&world.owner, &again).unwrap_err(), "Contract instance has already been initialized");
    let fresh = world.create(include_str!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../contracts/artifacts/EscrowComputeExecutionTemplate.json"
    )));
    let zero = function(fresh, six, &vec![addr(Address::ZERO); 6]);
    assert_eq!(world.send(&world.owner, &zero).unwrap_err(), "Invalid address");
}

/// Up to 0.12 the stores answered to other functions; a network file that mistakes one for the other is found out.
#[tokio::test(flavor = "multi_thread")]
async fn a_network_file_that_takes_later_contracts_for_those_of_v01_is_found_out() {
    let world = World::new().await;
    let mut file = network(&world.contracts);
    file.agreements = AgreementForm::V01;
    let keeper = Keeper::connect(world.rpc(), &file).await.unwrap();
    let check = keeper.check().await.unwrap();
    assert_eq!(check.faults, ["TemplateStoreManager", "AgreementStoreManager"].map(NetworkFault::Abi));
    file.contracts.remove("EscrowAccessSecretStoreTemplate");
    let missing = Keeper::connect(world.rpc(), &file).await.unwrap_err();
    assert!(matches!(missing, KeeperError::ContractMissing("EscrowAccessSecretStoreTemplate")), "{missing:?}");
}

/// Whoever makes an agreement in the store under the id of a template contract has made it, not the contract.
#[tokio::test(flavor = "multi_thread")]
async fn an_agreement_under_the_id_of_a_template_contract_is_the_stores() {
    let world = World::new().await;
    let did = world.list(1);
    let terms = terms(&world, [0x66; 32], did, [0, 40, 0]);
    let (id, actors) = (terms.template.id(), [terms.provider, terms.consumer]);
    let create = any_agreement(world.contracts.agreement_store, terms.agreement, did, id, &terms.ids().v01(), &actors);
    world.send(&world.other, &create).unwrap();
    let found = world.keeper.agreement(terms.agreement).await.unwrap().unwrap();
    assert_eq!((found.template, found.created_by), (TemplateRef::Id(id), world.other.address));
    assert_eq!(found.actors, actors);
}
