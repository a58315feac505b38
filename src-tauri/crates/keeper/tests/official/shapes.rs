//! Each kind of condition on the released bytecode: what ours says is what theirs says, but for the listed differences.

use crate::{
    released::{self, Release},
    support::{World, any_agreement},
};
use keeper::Evidence;
use protocol::{
    Address, AgreementId, ConditionId, Hash32, Vodka,
    conditions::{ConditionTerms, Preimage},
};

/// An agreement with this condition alone, and what `fulfill` says.
fn fulfill(world: &World, seed: u8, terms: &ConditionTerms, evidence: &Evidence) -> Result<u64, String> {
    let c = &world.contracts;
    let agreement = AgreementId([seed; 32]);
    let at = c.find(terms.contract_name()).unwrap();
    let template = world.approve_template(&format!("only {seed}"), &[at]);
    let id = c.condition_id(agreement, terms).unwrap();
    let actors = [world.provider.address, world.consumer.address];
    let create = any_agreement(c.agreement_store, agreement, world.list(1), template, &[id], &actors);
    world.send(&world.consumer, &create).unwrap();
    world.send(&world.provider, &c.fulfill(agreement, terms, evidence).unwrap())?;
    Ok(world.state(id))
}

fn signature(world: &World, message: Hash32) -> Evidence {
    use protocol::Signer;
    let signature = world.other.sign_digest(&message.0).unwrap();
    Evidence::Signature(signature.to_ethereum())
}

fn same(world: &World) -> Vec<Result<u64, String>> {
    let did = world.list(1);
    let message = Hash32([3; 32]);
    let preimages =
        [Preimage::Number(Vodka::from_ocean(5)), Preimage::Text("größe".to_owned()), Preimage::Word(Hash32([6; 32]))];
    let mut said: Vec<_> = preimages
        .into_iter()
        .zip(1..)
        .map(|(preimage, seed)| fulfill(world, seed, &preimage.terms(), &Evidence::Preimage(preimage)))
        .collect();
    let none = Evidence::None;
    let sign = ConditionTerms::Sign { message, signer: world.other.address };
    said.push(fulfill(world, 11, &sign, &signature(world, message)));
    said.push(fulfill(world, 12, &sign, &signature(world, Hash32([4; 32]))));
    let compute = ConditionTerms::ComputeExecution { did, consumer: world.consumer.address };
    said.push(fulfill(world, 13, &compute, &none));
    let c = &world.contracts;
    let done = |seed: u8, preimage: &Preimage| c.condition_id(AgreementId([seed; 32]), &preimage.terms()).unwrap();
    let inputs = vec![done(1, &Preimage::Number(Vodka::from_ocean(5))), ConditionId([9; 32])];
    for (seed, inputs, threshold) in [
        (14, inputs.clone(), 1),
        (15, inputs.clone(), 2),
        (16, inputs.clone(), 3),
        (17, inputs[..1].to_vec(), 1),
        (18, inputs, 0),
    ] {
        said.push(fulfill(world, seed, &ConditionTerms::Threshold { inputs, threshold }, &none));
    }
    let nowhere = ConditionTerms::Whitelisting { list: Address([5; 20]), item: Hash32([5; 32]) };
    said.push(fulfill(world, 19, &nowhere, &none));
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn every_condition_answers_as_the_released_one() {
    let released = released::world(Release::V0_13).await;
    let ours = World::new().await;
    let said = same(&ours);
    assert_eq!(said, same(&released));
    assert_eq!(said.iter().filter(|said| **said == Ok(2)).count(), 7, "{said:?}");
}

/// The list of ours serves the released condition.
#[tokio::test(flavor = "multi_thread")]
async fn our_lists_serve_the_released_whitelist() {
    let mut world = released::world(Release::V0_13).await;
    let ours = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../contracts/artifacts/HashLists.json"));
    let list = world.create(ours);
    world.contracts.hash_lists = Some(list);
    let item = Hash32([8; 32]);
    world.send(&world.provider, &world.contracts.add_to_list(item).unwrap()).unwrap();
    let listed = ConditionTerms::Whitelisting { list, item };
    assert_eq!(fulfill(&world, 1, &listed, &Evidence::None), Ok(2));
    let other = ConditionTerms::Whitelisting { list, item: Hash32([9; 32]) };
    assert_eq!(fulfill(&world, 2, &other, &Evidence::None).unwrap_err(), "Item does not exist");
}

/// Closed in ours: whoever cannot be recovered is the zero address.
#[tokio::test(flavor = "multi_thread")]
async fn anything_is_the_signature_of_nobody_at_the_released_condition() {
    let released = released::world(Release::V0_13).await;
    let ours = World::new().await;
    let nobody = ConditionTerms::Sign { message: Hash32([1; 32]), signer: Address::ZERO };
    let garbage = Evidence::Signature([0; 65]);
    assert_eq!(fulfill(&released, 1, &nobody, &garbage), Ok(2), "so it was released");
    assert_eq!(fulfill(&ours, 1, &nobody, &garbage).unwrap_err(), "Could not recover signature");
}
