//! The transactions of an agreement with their keys: the same for everyone who makes them.

use crate::outbox::{Item, Key};
use keeper::Contracts;
use protocol::{
    conditions::{AccessTerms, ConditionKind},
    tx::Call,
};

fn item(key: Key, call: Call) -> Item {
    Item { key, call, gas: None }
}

/// The keys of [`payment`], to be forbidden when the buyer takes the payment back.
pub fn payment_keys(terms: &AccessTerms) -> [Key; 2] {
    [Key::of(terms.agreement, "approve"), Key::of(terms.agreement, "lock")]
}

/// approve and LockReward.fulfill, one after the other; the second cannot be estimated before the first is mined.
/// A price of 0 needs no approval.
pub fn payment(contracts: &Contracts, terms: &AccessTerms) -> Vec<Item> {
    let [approve, lock] = payment_keys(terms);
    let lock = |gas| Item { key: lock, call: contracts.lock_reward(terms), gas };
    if terms.price.is_zero() {
        return vec![lock(None)];
    }
    let approve =
        Item { gas: Some(keeper::gas::APPROVE), ..item(approve, contracts.approve(terms.lock_contract, terms.price)) };
    vec![approve, lock(Some(keeper::gas::LOCK))]
}

/// createAgreement by the buyer.
pub fn creation(contracts: &Contracts, terms: &AccessTerms) -> Vec<Item> {
    vec![item(Key::of(terms.agreement, "create"), contracts.create_agreement(terms))]
}

/// createAgreement by the gateway.
pub fn gateway_creation(contracts: &Contracts, terms: &AccessTerms) -> Vec<Item> {
    vec![item(Key::of(terms.agreement, "gateway-create"), contracts.create_agreement(terms))]
}

/// abortByTimeOut of the access condition.
pub fn abort(contracts: &Contracts, terms: &AccessTerms, attempt: u32) -> Vec<Item> {
    let call = contracts.abort_by_timeout(ConditionKind::AccessSecretStore, terms.ids().access);
    vec![item(Key::attempt(terms.agreement, "abort", attempt), call)]
}

/// EscrowReward.fulfill by the buyer's side.
pub fn refund(contracts: &Contracts, terms: &AccessTerms, attempt: u32) -> Vec<Item> {
    vec![item(Key::attempt(terms.agreement, "refund", attempt), contracts.release_reward(terms))]
}

/// AccessSecretStore.fulfill.
pub fn grant(contracts: &Contracts, terms: &AccessTerms, attempt: u32) -> Vec<Item> {
    vec![item(Key::attempt(terms.agreement, "grant", attempt), contracts.grant_access(terms))]
}

/// EscrowReward.fulfill by the publisher's side.
pub fn release(contracts: &Contracts, terms: &AccessTerms, attempt: u32) -> Vec<Item> {
    vec![item(Key::attempt(terms.agreement, "release", attempt), contracts.release_reward(terms))]
}
