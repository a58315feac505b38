//! Agreements for tests.

use super::ShapeFacts;
use crate::{AgreementFact, ConditionFact, ConditionState};
use protocol::{
    Address, AgreementId, Did, Hash32, TemplateId, Vodka,
    conditions::ConditionTerms,
    shape::{Actor, Shape, ShapeCondition},
};

pub(super) const ESCROW: Address = Address([6; 20]);
pub(super) const CONSUMER: Address = Address([4; 20]);
pub(super) const CREATED_AT: u64 = 1000;

/// payment, one, two, three, enough (two of three), payout.
pub(super) fn two_of_three(time_out: u64) -> Shape {
    let agreement = AgreementId([1; 32]);
    let mut conditions: Vec<ShapeCondition> = Vec::new();
    let mut add = |name: &str, terms: ConditionTerms, contract: u8, time_out, after: &[usize]| {
        let contract = Address([contract; 20]);
        let id = terms.id(agreement, contract);
        let (name, after) = (name.to_owned(), after.to_vec());
        conditions.push(ShapeCondition { name, terms, contract, id, time_lock: 0, time_out, text: None, after });
        id
    };
    let amount = Vodka::from_ocean(4);
    let lock = add("payment", ConditionTerms::LockReward { reward_address: ESCROW, amount }, 7, 0, &[]);
    let inputs = [("one", 1), ("two", 2), ("three", 3)];
    let inputs = inputs
        .map(|(name, byte)| add(name, ConditionTerms::HashLock { hash: Hash32([byte; 32]) }, 8, 30, &[]))
        .to_vec();
    let release = add("enough", ConditionTerms::Threshold { inputs, threshold: 2 }, 9, time_out, &[0]);
    let (receiver, sender) = (Address([3; 20]), CONSUMER);
    add("payout", ConditionTerms::EscrowReward { amount, receiver, sender, lock, release }, 6, 0, &[]);
    let actor = |role: &str, account| Actor { role: role.to_owned(), account };
    Shape {
        agreement,
        title: String::new(),
        did: Did([2; 32]),
        template: TemplateId([5; 32]),
        actors: vec![actor("provider", receiver), actor("consumer", sender)],
        conditions,
        order: (0..6).collect(),
    }
}

/// As it is right after its creation.
pub(super) fn created(shape: &Shape) -> ShapeFacts {
    ShapeFacts {
        block: CREATED_AT,
        agreement: Some(AgreementFact {
            did: shape.did,
            template: shape.template.into(),
            conditions: shape.conditions.iter().map(|condition| condition.id).collect(),
            actors: shape.actors.iter().map(|actor| actor.account).collect(),
        }),
        conditions: shape
            .conditions
            .iter()
            .map(|condition| ConditionFact {
                type_ref: condition.contract,
                state: ConditionState::Unfulfilled,
                time_lock: condition.time_lock,
                time_out: condition.time_out,
                created_at: CREATED_AT,
            })
            .collect(),
    }
}
