//! What thieves do. Each takes the victim's payment where it works, and otherwise says why it did not.

use crate::support::{PRICE, World, addr, amount, any_agreement, any_release, function, word};
use protocol::{
    Address, AgreementId, Checksum, ConditionId, Did, Hash32, TemplateId, Vodka,
    conditions::{condition_id, value_hash_access, value_hash_escrow, value_hash_lock},
};

/// A victim's payment is in this escrow.
pub(crate) fn victim_pays(world: &World, escrow: Address, template: TemplateId) -> protocol::conditions::AccessTerms {
    let did = world.list(1);
    let mut terms = world.terms([0x11; 32], did, [0, 100, 0]);
    (terms.escrow_contract, terms.template) = (escrow, template.into());
    world.fund(&world.consumer, PRICE);
    world.create_agreement(&terms);
    world.pay(&terms);
    assert_eq!(world.balance(escrow), terms.price);
    terms
}

/// Another agreement contains an escrow id that was computed for the victim's.
pub(crate) fn foreign_escrow_id(world: &World, escrow: Address, template: TemplateId) -> Result<(), String> {
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

/// A granted access passes for a payment: both value hashes are of the same 52 bytes.
pub(crate) fn access_as_lock(world: &World, escrow: Address, template: TemplateId) -> Result<(), String> {
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

/// An agreement of one's own that releases on its own lock gives the money back at once, to whom one likes.
/// A template with two escrows, which an owner may have approved without a thought.
pub(crate) fn two_escrows(world: &World, escrow: Address) -> Result<(), String> {
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
