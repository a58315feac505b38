//! Which transactions the steps of an agreement are, under which keys, and what is read of it.

use super::*;
use crate::fake_node::{self, FakeAgreement, FakeCondition, FakeNode};
use agreement::{ConditionFact, ConditionState};
use protocol::{
    Address, Did, Hash32, TemplateId, Vodka,
    conditions::Preimage,
    shape::{Actor, ShapeCondition},
    tx::Call,
};

const AGREEMENT: AgreementId = AgreementId([1; 32]);
const CREATED_AT: u64 = 5;

fn contracts() -> Contracts {
    Contracts::from_map(&fake_node::contracts()).unwrap()
}

fn preimage() -> Preimage {
    Preimage::Word(Hash32([8; 32]))
}

/// A payment of this much, a preimage that releases it, and its payout.
fn shape(price: u64) -> Shape {
    let contracts = contracts();
    let mut conditions: Vec<ShapeCondition> = Vec::new();
    let mut add = |name: &str, terms: ConditionTerms, time_lock, time_out| {
        let contract = contracts.find(terms.contract_name()).unwrap();
        let id = terms.id(AGREEMENT, contract);
        let (name, after) = (name.to_owned(), vec![]);
        conditions.push(ShapeCondition { name, terms, contract, id, time_lock, time_out, text: None, after });
        id
    };
    let (amount, reward_address) = (Vodka::from_ocean(price), contracts.escrow_reward);
    let lock = add("payment", ConditionTerms::LockReward { reward_address, amount }, 0, 0);
    let release = add("word", preimage().terms(), 2, 30);
    let (receiver, sender) = (Address([0xa3; 20]), Address([0xa4; 20]));
    add("payout", ConditionTerms::EscrowReward { amount, receiver, sender, lock, release }, 0, 0);
    let actor = |role: &str, account| Actor { role: role.to_owned(), account };
    Shape {
        agreement: AGREEMENT,
        title: String::new(),
        did: Did([2; 32]),
        template: TemplateId([3; 32]),
        actors: vec![actor("provider", receiver), actor("consumer", sender)],
        conditions,
        order: (0..3).collect(),
    }
}

/// As it is read where each condition stands like this.
fn facts(shape: &Shape, block: u64, states: [ConditionState; 3]) -> ShapeFacts {
    let fact = |(condition, state): (&ShapeCondition, ConditionState)| ConditionFact {
        type_ref: condition.contract,
        state,
        time_lock: condition.time_lock,
        time_out: condition.time_out,
        created_at: CREATED_AT,
    };
    ShapeFacts {
        block,
        agreement: Some(AgreementFact {
            did: shape.did,
            template: shape.template.into(),
            conditions: shape.conditions.iter().map(|condition| condition.id).collect(),
            actors: shape.actors.iter().map(|actor| actor.account).collect(),
        }),
        conditions: shape.conditions.iter().zip(states).map(fact).collect(),
    }
}

fn verified(shape: &Shape) -> VerifiedShape {
    VerifiedShape::check(shape, &facts(shape, 9, [ConditionState::Unfulfilled; 3])).unwrap()
}

fn parts(items: Vec<Item>) -> Vec<(String, Call, Option<u64>)> {
    items.into_iter().map(|item| (item.key.to_string(), item.call, item.gas)).collect()
}

/// The key of a step in words: its purpose, the condition's id where it has one, and the attempt.
fn key(purpose: &str, condition: Option<ConditionId>, attempt: u32) -> String {
    let of = condition.map(|id| format!(":{}", id.bare_hex())).unwrap_or_default();
    format!("agreement:{}:{purpose}{of}:{attempt}", AGREEMENT.bare_hex())
}

#[test]
fn an_agreement_goes_on_record_with_its_conditions_in_their_places_and_their_times() {
    let (contracts, shape) = (contracts(), shape(4));
    let draft = AgreementDraft {
        agreement: AGREEMENT,
        did: shape.did,
        template: shape.template,
        conditions: [(0, 0, 0), (1, 2, 30), (2, 0, 0)]
            .map(|(place, time_lock, time_out): (usize, u64, u64)| {
                let id = shape.conditions[place].id;
                DraftCondition { id, time_lock, time_out }
            })
            .to_vec(),
        actors: vec![Address([0xa3; 20]), Address([0xa4; 20])],
    };
    for attempt in [0, 1] {
        let expected = [(key("create", None, attempt), contracts.create(&draft), None)];
        assert_eq!(parts(creation(&contracts, &shape, attempt)), expected);
    }
}

#[test]
fn a_payment_is_approved_first_and_one_of_nothing_is_not() {
    let contracts = contracts();
    let (paid, free) = (shape(4), shape(0));
    let pays = |shape: &Shape| parts(fulfilment(&contracts, &verified(shape), 0, &Evidence::None, 1).unwrap());
    let lock = |shape: &Shape| contracts.fulfill(AGREEMENT, &shape.conditions[0].terms, &Evidence::None).unwrap();
    let id = paid.conditions[0].id;
    let approve = contracts.approve(contracts.lock_reward, Vodka::from_ocean(4));
    let expected = [
        (key("approve", Some(id), 1), approve, None),
        (key("fulfil", Some(id), 1), lock(&paid), Some(keeper::gas::LOCK)),
    ];
    assert_eq!(pays(&paid), expected);
    assert_eq!(pays(&free), [(key("fulfil", Some(free.conditions[0].id), 1), lock(&free), None)]);
}

#[test]
fn every_other_step_is_one_transaction_under_a_key_of_its_own_in_every_attempt() {
    let (contracts, shape) = (contracts(), shape(4));
    let verified = verified(&shape);
    let shown = Evidence::Preimage(preimage());
    let mut keys = Vec::new();
    for attempt in [0, 1] {
        for (place, evidence) in [(1, &shown), (2, &Evidence::None)] {
            let found = &shape.conditions[place];
            let call = contracts.fulfill(AGREEMENT, &found.terms, evidence).unwrap();
            let items = parts(fulfilment(&contracts, &verified, place, evidence, attempt).unwrap());
            assert_eq!(items, [(key("fulfil", Some(found.id), attempt), call, None)]);
            keys.push(items[0].0.clone());
        }
        for (place, found) in shape.conditions.iter().enumerate() {
            let call = contracts.abort(AGREEMENT, &found.terms).unwrap();
            let items = parts(abort(&contracts, &verified, place, attempt).unwrap());
            assert_eq!(items, [(key("abort", Some(found.id), attempt), call, Some(keeper::gas::ABORT))]);
            keys.push(items[0].0.clone());
        }
    }
    assert!(keys.iter().all(|key| key.starts_with(KEYS)));
    let all = keys.len();
    keys.sort();
    keys.dedup();
    assert_eq!((keys.len(), all), (10, 10));
}

#[test]
fn behind_an_abort_comes_the_payout_that_is_asked_for_alone_later() {
    use ConditionState::{Aborted, Fulfilled, Unfulfilled};
    let (contracts, shape) = (contracts(), shape(4));
    let payer = [shape.actors[1].account];
    let (word, payout) = (&shape.conditions[1], &shape.conditions[2]);
    let take = |states, step| {
        let facts = facts(&shape, CREATED_AT + 30, states);
        let verified = VerifiedShape::check(&shape, &facts).unwrap();
        take_back(&contracts, &verified, &facts, &payer, step, 1).unwrap()
    };
    let aborting = take([Fulfilled, Unfulfilled, Unfulfilled], TakeBack::Abort { place: 1 });
    let keys: Vec<String> = aborting.iter().map(|item| item.key.to_string()).collect();
    assert_eq!(keys, [key("abort", Some(word.id), 1), key("fulfil", Some(payout.id), 1)]);
    assert_eq!(aborting[1].gas, Some(keeper::gas::RELEASE));
    let [alone] =
        <[Item; 1]>::try_from(take([Fulfilled, Aborted, Unfulfilled], TakeBack::PayOut { place: 2 })).unwrap();
    assert_eq!(alone.told_by, Some(payout.contract), "where it does nothing it tells nothing");
    assert_eq!(Item { gas: None, ..aborting[1].clone() }, alone);
    let unpaid = take([Unfulfilled; 3], TakeBack::Abort { place: 1 });
    assert_eq!(unpaid.len(), 1, "nothing comes back");
}

#[test]
fn what_does_not_fit_a_condition_and_a_place_that_is_none_make_no_transaction() {
    let (contracts, shape) = (contracts(), shape(4));
    let verified = verified(&shape);
    let nothing = fulfilment(&contracts, &verified, 1, &Evidence::None, 0);
    assert!(matches!(nothing, Err(KeeperError::Evidence("HashLockCondition"))), "{nothing:?}");
    for outside in [fulfilment(&contracts, &verified, 3, &Evidence::None, 0), abort(&contracts, &verified, 3, 0)] {
        assert!(matches!(outside, Err(KeeperError::Evidence(_))), "{outside:?}");
    }
}

/// It is on the chain, and each condition stands like this.
fn put_on_record(node: &FakeNode, shape: &Shape, states: [u64; 3]) {
    let conditions: Vec<ConditionId> = shape.conditions.iter().map(|condition| condition.id).collect();
    let actors = shape.actors.iter().map(|actor| actor.account).collect();
    let mut says = node.says();
    for (found, state) in shape.conditions.iter().zip(states) {
        let (time_lock, time_out) = (found.time_lock, found.time_out);
        let condition = FakeCondition { contract: found.contract, state, time_lock, time_out, created_at: CREATED_AT };
        says.conditions.insert(found.id, condition);
    }
    let agreement = FakeAgreement { did: shape.did.0, template: shape.template.0, conditions, actors };
    says.agreements.insert(AGREEMENT, agreement);
}

#[tokio::test]
async fn an_agreement_is_read_as_of_the_newest_block_that_counts_with_and_without_its_document() {
    let (node, shape) = (FakeNode::new(), shape(4));
    let keeper = node.keeper().await;
    // Each condition that the document has is asked for; of a number alone nothing is known.
    let missing = read_shape(&keeper, &shape).await.unwrap();
    assert_eq!((missing.block, &missing.agreement), (98, &None));
    assert_eq!(missing.conditions, [ConditionFact::default(); 3]);
    let unknown = read_recorded(&keeper, AGREEMENT).await.unwrap();
    assert_eq!(unknown, ShapeFacts { block: 98, ..ShapeFacts::default() });
    put_on_record(&node, &shape, [2, 1, 3]);
    let expected = facts(&shape, 98, [ConditionState::Fulfilled, ConditionState::Unfulfilled, ConditionState::Aborted]);
    assert_eq!(read_shape(&keeper, &shape).await.unwrap(), expected);
    assert_eq!(read_recorded(&keeper, AGREEMENT).await.unwrap(), expected);
    assert!(VerifiedShape::check(&shape, &expected).is_ok());
}
