//! Agreements of other shapes: their reading of the chain, and their transactions with their keys.

use crate::{
    keeper_chain::{condition, counting_block},
    outbox::{Item, Key},
};
use agreement::{
    AgreementFact,
    shape::{ShapeFacts, TakeBack, VerifiedShape},
};
use keeper::{AgreementDraft, AgreementOnChain, Contracts, DraftCondition, Evidence, Keeper, KeeperError};
use protocol::{Address, AgreementId, ConditionId, conditions::ConditionTerms, shape::Shape};

/// What the keys of all transactions here begin with.
pub const KEYS: &str = "agreement:";

/// What a transaction is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Create,
    Approve(ConditionId),
    Fulfil(ConditionId),
    Abort(ConditionId),
}

/// The key of the nth attempt; a later one is made only after those before certainly failed.
fn key(agreement: AgreementId, purpose: Purpose, attempt: u32) -> Key {
    let purpose = match purpose {
        Purpose::Create => "create".to_owned(),
        Purpose::Approve(id) => format!("approve:{}", id.bare_hex()),
        Purpose::Fulfil(id) => format!("fulfil:{}", id.bare_hex()),
        Purpose::Abort(id) => format!("abort:{}", id.bare_hex()),
    };
    Key::other(format!("{KEYS}{}:{purpose}:{attempt}", agreement.bare_hex()))
}

/// createAgreement.
pub fn creation(contracts: &Contracts, shape: &Shape, attempt: u32) -> Vec<Item> {
    let conditions = shape.conditions.iter().map(|condition| DraftCondition {
        id: condition.id,
        time_lock: condition.time_lock,
        time_out: condition.time_out,
    });
    let draft = AgreementDraft {
        agreement: shape.agreement,
        did: shape.did,
        template: shape.template,
        conditions: conditions.collect(),
        actors: shape.actors.iter().map(|actor| actor.account).collect(),
    };
    vec![Item::new(key(shape.agreement, Purpose::Create, attempt), contracts.create(&draft))]
}

/// `fulfill` of a condition. For a payment approve comes before it, and an agreement that was verified has to be shown;
/// nothing else of it is asked here.
///
/// # Errors
/// [`KeeperError::ContractMissing`], [`KeeperError::Evidence`]; the latter also for a place that is none.
pub fn fulfilment(
    contracts: &Contracts,
    verified: &VerifiedShape,
    place: usize,
    evidence: &Evidence,
    attempt: u32,
) -> Result<Vec<Item>, KeeperError> {
    let shape = verified.shape();
    let found = shape.conditions.get(place).ok_or(KeeperError::Evidence("A condition that is none"))?;
    let call = contracts.fulfill(shape.agreement, &found.terms, evidence)?;
    let key = |purpose| key(shape.agreement, purpose, attempt);
    let fulfil = Item::new(key(Purpose::Fulfil(found.id)), call);
    match &found.terms {
        ConditionTerms::LockReward { amount, .. } if !amount.is_zero() => {
            let approve = contracts.approve(found.contract, *amount);
            let approve = Item::new(key(Purpose::Approve(found.id)), approve);
            // The second cannot be estimated before the first is mined.
            Ok(vec![approve, Item { gas: Some(keeper::gas::LOCK), ..fulfil }])
        }
        // Where nothing releases the payment yet it succeeds without doing anything, and tells nothing.
        ConditionTerms::EscrowReward { .. } => Ok(vec![Item { told_by: Some(found.contract), ..fulfil }]),
        _ => Ok(vec![fulfil]),
    }
}

/// `abortByTimeOut` of a condition, with gas that is not asked of the node: as in
/// [`crate::items::take_back`].
///
/// # Errors
/// As [`fulfilment`].
pub fn abort(
    contracts: &Contracts,
    verified: &VerifiedShape,
    place: usize,
    attempt: u32,
) -> Result<Vec<Item>, KeeperError> {
    let shape = verified.shape();
    let found = shape.conditions.get(place).ok_or(KeeperError::Evidence("A condition that is none"))?;
    let call = contracts.abort(shape.agreement, &found.terms)?;
    let abort = Item::new(key(shape.agreement, Purpose::Abort(found.id), attempt), call);
    Ok(vec![Item { gas: Some(keeper::gas::ABORT), ..abort }])
}

/// A step that brings payments of these accounts back; behind an abort, the escrows that pay them back then.
///
/// # Errors
/// As [`fulfilment`].
pub fn take_back(
    contracts: &Contracts,
    verified: &VerifiedShape,
    facts: &ShapeFacts,
    own: &[Address],
    step: TakeBack,
    attempt: u32,
) -> Result<Vec<Item>, KeeperError> {
    let pay_out = |place| fulfilment(contracts, verified, place, &Evidence::None, attempt);
    match step {
        TakeBack::PayOut { place } => pay_out(place),
        TakeBack::Abort { place } => {
            let mut items = abort(contracts, verified, place, attempt)?;
            for escrow in verified.paid_back_behind(facts, own, place) {
                let behind = pay_out(escrow)?.into_iter();
                items.extend(behind.map(|item| Item { gas: Some(keeper::gas::RELEASE), ..item }));
            }
            Ok(items)
        }
    }
}

/// One reading of the chain about an agreement whose document is known, as of the newest block that counts. Two nodes say it
/// at one block, where there are two.
///
/// # Errors
/// [`KeeperError`].
pub async fn read_shape(keeper: &Keeper, shape: &Shape) -> Result<ShapeFacts, KeeperError> {
    let keeper = &keeper.agreed().await?;
    let block = counting_block(keeper.block_number().await?, keeper.confirmations());
    let agreement = keeper.agreement_at(shape.agreement, block).await?;
    let ids: Vec<ConditionId> = shape.conditions.iter().map(|condition| condition.id).collect();
    conditions(keeper, block, agreement, &ids).await
}

/// The same about an agreement of which only the number is known; nothing but the block where there is none.
///
/// # Errors
/// [`KeeperError`].
pub async fn read_recorded(keeper: &Keeper, agreement: AgreementId) -> Result<ShapeFacts, KeeperError> {
    let keeper = &keeper.agreed().await?;
    let block = counting_block(keeper.block_number().await?, keeper.confirmations());
    let found = keeper.agreement_at(agreement, block).await?;
    let ids = found.as_ref().map(|found| found.conditions.clone()).unwrap_or_default();
    conditions(keeper, block, found, &ids).await
}

async fn conditions(
    keeper: &Keeper,
    block: u64,
    agreement: Option<AgreementOnChain>,
    ids: &[ConditionId],
) -> Result<ShapeFacts, KeeperError> {
    let mut conditions = Vec::new();
    for id in ids {
        conditions.push(condition(keeper.condition_at(*id, block).await?));
    }
    let agreement = agreement.map(|found| AgreementFact {
        did: found.did,
        template: found.template,
        conditions: found.conditions,
        actors: found.actors,
    });
    Ok(ShapeFacts { block, agreement, conditions })
}

#[cfg(test)]
mod tests;
