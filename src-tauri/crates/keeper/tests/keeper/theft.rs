//! Thefts that work on the contract as it was released, and that ours refuses.

use crate::support::{Account, PRICE, World, addr, amount, any_agreement, any_release, function, word};
use protocol::{
    Address, AgreementId, Checksum, ConditionId, Did, Hash32, TemplateId, Vodka,
    conditions::{condition_id, value_hash_access, value_hash_escrow, value_hash_lock},
    templates::ACCESS,
};

const AS_RELEASED: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../contracts/test/artifacts/EscrowRewardAsReleased.json"));

/// The escrow as it was released, beside ours, with a template of its own.
pub(crate) fn released(world: &World) -> (Address, TemplateId) {
    let escrow = world.create(AS_RELEASED);
    let contracts = &world.contracts;
    let initialize = function(
        escrow,
        "initialize(address,address,address)",
        &[addr(world.owner.address), addr(contracts.condition_store), addr(contracts.ocean_token)],
    );
    world.send(&world.owner, &initialize).unwrap();
    let conditions = [contracts.lock_reward, contracts.access_secret_store, escrow];
    (escrow, world.approve_template("as released", &conditions))
}

/// A victim's payment is in this escrow.
fn victim_pays(world: &World, escrow: Address, template: TemplateId) -> protocol::conditions::AccessTerms {
    let did = world.list(1);
    let mut terms = world.terms([0x11; 32], did, [0, 100, 0]);
    (terms.escrow_contract, terms.template) = (escrow, template);
    world.fund(&world.consumer, PRICE);
    world.create_agreement(&terms);
    world.pay(&terms);
    assert_eq!(world.balance(escrow), terms.price);
    terms
}

/// Another agreement contains an escrow id that was computed for the victim's.
fn foreign_escrow_id(world: &World, escrow: Address, template: TemplateId) -> Result<(), String> {
    let terms = victim_pays(world, escrow, template);
    let (lock, thief) = (terms.ids().lock, &world.thief);
    let mine = value_hash_escrow(terms.price, thief.address, thief.address, lock, lock);
    let ids = [ConditionId([1; 32]), ConditionId([2; 32]), condition_id(terms.agreement, escrow, mine)];
    let other = AgreementId([0x99; 32]);
    let actors = [thief.address, world.other.address];
    let create = any_agreement(world.contracts.agreement_store, other, terms.did, template, &ids, &actors);
    world.send(thief, &create).unwrap();
    world.send(thief, &any_release(escrow, terms.agreement, terms.price, thief.address, lock, lock)).map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_escrow_id_takes_the_payment_from_the_released_contract() {
    let world = World::new().await;
    let (escrow, template) = released(&world);
    foreign_escrow_id(&world, escrow, template).unwrap();
    assert_eq!(world.balance(world.thief.address), Vodka::from_ocean(PRICE));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_escrow_id_takes_nothing_from_ours() {
    let world = World::new().await;
    let refused = foreign_escrow_id(&world, world.contracts.escrow_reward, ACCESS).unwrap_err();
    assert_eq!(refused, "Condition is not part of the agreement");
    assert_eq!(world.balance(world.contracts.escrow_reward), Vodka::from_ocean(PRICE));
    assert!(world.balance(world.thief.address).is_zero());
}

/// A granted access passes for a payment: both value hashes are of the same 52 bytes.
fn access_as_lock(world: &World, escrow: Address, template: TemplateId) -> Result<(), String> {
    let victim = victim_pays(world, escrow, template);
    let (thief, contracts) = (&world.thief, &world.contracts);
    let mut did = [0; 32];
    did[..20].copy_from_slice(&escrow.0);
    let did = Did(did);
    let mut grantee = Address::ZERO;
    grantee.0.copy_from_slice(&victim.price.to_be_bytes()[12..]);
    assert_eq!(value_hash_access(did, grantee), value_hash_lock(escrow, victim.price));
    world.send(thief, &contracts.register_attribute(did, Checksum([0; 32]), &[], "")).unwrap();

    let own = AgreementId([0x77; 32]);
    let nothing = condition_id(own, contracts.lock_reward, value_hash_lock(escrow, Vodka::ZERO));
    let access = condition_id(own, contracts.access_secret_store, value_hash_access(did, grantee));
    let value = value_hash_escrow(victim.price, thief.address, thief.address, access, nothing);
    let ids = [nothing, access, condition_id(own, escrow, value)];
    let actors = [thief.address, world.other.address];
    world.send(thief, &any_agreement(contracts.agreement_store, own, did, template, &ids, &actors)).unwrap();
    let pay = function(
        contracts.lock_reward,
        "fulfill(bytes32,address,uint256)",
        &[word(own.0), addr(escrow), amount(Vodka::ZERO)],
    );
    world.send(thief, &pay).unwrap();
    let grant = function(
        contracts.access_secret_store,
        "fulfill(bytes32,bytes32,address)",
        &[word(own.0), word(did.0), addr(grantee)],
    );
    world.send(thief, &grant).unwrap();
    world.send(thief, &any_release(escrow, own, victim.price, thief.address, access, nothing)).map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_access_that_passes_for_a_payment_takes_it_from_the_released_contract() {
    let world = World::new().await;
    let (escrow, template) = released(&world);
    access_as_lock(&world, escrow, template).unwrap();
    assert_eq!(world.balance(world.thief.address), Vodka::from_ocean(PRICE));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_access_does_not_pass_for_a_payment_at_ours() {
    let world = World::new().await;
    let refused = access_as_lock(&world, world.contracts.escrow_reward, ACCESS).unwrap_err();
    assert_eq!(refused, "LockCondition ID does not match");
    assert_eq!(world.balance(world.contracts.escrow_reward), Vodka::from_ocean(PRICE));
}

/// An agreement of one's own that releases on its own lock gives the money back at once, to whom one likes.
#[tokio::test(flavor = "multi_thread")]
async fn a_lock_cannot_be_its_own_release() {
    let world = World::new().await;
    let (escrow, store) = (world.contracts.escrow_reward, world.contracts.agreement_store);
    let did = world.list(1);
    let agreement = AgreementId([5; 32]);
    let price = Vodka::from_ocean(PRICE);
    let lock = condition_id(agreement, world.contracts.lock_reward, value_hash_lock(escrow, price));
    let consumer: &Account = &world.consumer;
    let value = value_hash_escrow(price, consumer.address, consumer.address, lock, lock);
    let ids = [lock, ConditionId([3; 32]), condition_id(agreement, escrow, value)];
    let actors = [world.provider.address, consumer.address];
    world.send(consumer, &any_agreement(store, agreement, did, ACCESS, &ids, &actors)).unwrap();
    world.fund(consumer, PRICE);
    world.pay(&world.terms(agreement.0, did, [0; 3]));
    let refused = world.send(consumer, &any_release(escrow, agreement, price, consumer.address, lock, lock));
    assert_eq!(refused.unwrap_err(), "Invalid release condition");
}

/// A template with two escrows, which an owner may have approved without a thought.
fn two_escrows(world: &World, escrow: Address) -> Result<(), String> {
    let contracts = &world.contracts;
    let template =
        world.approve_template("two escrows", &[contracts.lock_reward, contracts.access_secret_store, escrow, escrow]);
    let (did, agreement, price) = (world.list(2), AgreementId([6; 32]), Vodka::from_ocean(PRICE));
    let lock = condition_id(agreement, contracts.lock_reward, value_hash_lock(escrow, price));
    let access = condition_id(agreement, contracts.access_secret_store, value_hash_access(did, world.consumer.address));
    let payee = [world.publisher.address, world.thief.address];
    let value = |to: Address| -> Hash32 { value_hash_escrow(price, to, to, lock, access) };
    let escrows = payee.map(|to| condition_id(agreement, escrow, value(to)));
    let ids = [lock, access, escrows[0], escrows[1]];
    let actors = [world.provider.address, world.consumer.address];
    world
        .send(&world.consumer, &any_agreement(contracts.agreement_store, agreement, did, template, &ids, &actors))
        .unwrap();
    world.fund(&world.consumer, PRICE);
    let mut terms = world.terms(agreement.0, did, [0; 3]);
    terms.escrow_contract = escrow;
    world.pay(&terms);
    world.send(&world.provider, &contracts.grant_access(&terms)).unwrap();
    world.send(&world.thief, &any_release(escrow, agreement, price, payee[0], lock, access)).unwrap();
    world.send(&world.thief, &any_release(escrow, agreement, price, payee[1], lock, access)).map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn one_lock_is_paid_out_once_even_by_two_escrows() {
    let world = World::new().await;
    victim_pays(&world, world.contracts.escrow_reward, ACCESS);
    assert_eq!(two_escrows(&world, world.contracts.escrow_reward).unwrap_err(), "Invalid state transition");
    assert_eq!(world.balance(world.contracts.escrow_reward), Vodka::from_ocean(PRICE), "the victim's");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_lock_is_paid_out_twice_by_the_released_contract() {
    let world = World::new().await;
    let (escrow, template) = released(&world);
    victim_pays(&world, escrow, template);
    two_escrows(&world, escrow).unwrap();
    assert!(world.balance(escrow).is_zero(), "the victim's is gone");
}
