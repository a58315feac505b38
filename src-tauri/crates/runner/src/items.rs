//! The transactions of an agreement with their keys: the same for everyone who makes them.

use crate::outbox::{Item, Key};
use keeper::Contracts;
use protocol::conditions::{AccessTerms, ConditionKind};

const GRANT: &str = "grant";

/// EscrowReward.fulfill: where nothing releases the payment yet it succeeds without doing anything, and tells nothing.
fn pay_out(contracts: &Contracts, terms: &AccessTerms, key: Key) -> Item {
    Item { told_by: Some(terms.escrow_contract), ..Item::new(key, contracts.release_reward(terms)) }
}

/// The keys of [`payment`], to be forbidden when the buyer takes the payment back.
pub fn payment_keys(terms: &AccessTerms) -> [Key; 2] {
    [Key::of(terms.agreement, "approve"), Key::of(terms.agreement, "lock")]
}

/// approve and LockReward.fulfill, one after the other; the second cannot be estimated before the first is mined.
/// A price of 0 needs no approval.
pub fn payment(contracts: &Contracts, terms: &AccessTerms) -> Vec<Item> {
    let [approve, lock] = payment_keys(terms);
    let lock = |gas| Item { gas, ..Item::new(lock, contracts.lock_reward(terms)) };
    if terms.price.is_zero() {
        return vec![lock(None)];
    }
    let approve = Item {
        gas: Some(keeper::gas::APPROVE),
        ..Item::new(approve, contracts.approve(terms.lock_contract, terms.price))
    };
    vec![approve, lock(Some(keeper::gas::LOCK))]
}

/// createAgreement by the buyer.
pub fn creation(contracts: &Contracts, terms: &AccessTerms) -> Vec<Item> {
    vec![Item::new(Key::of(terms.agreement, "create"), contracts.create_agreement(terms))]
}

/// createAgreement by the gateway.
pub fn gateway_creation(contracts: &Contracts, terms: &AccessTerms) -> Vec<Item> {
    vec![Item::new(Key::of(terms.agreement, "gateway-create"), contracts.create_agreement(terms))]
}

/// abortByTimeOut of the access condition, and behind it the [`refund`] of the same attempt. They may be signed as soon as
/// the deadline's own block is there, and are in a later one; a node that is asked what they would need answers for the
/// block that is there, in which the abort is refused.
pub fn take_back(contracts: &Contracts, terms: &AccessTerms, attempt: u32) -> Vec<Item> {
    let call = contracts.abort_by_timeout(ConditionKind::AccessSecretStore, terms.ids().access);
    let abort =
        Item { gas: Some(keeper::gas::ABORT), ..Item::new(Key::attempt(terms.agreement, "abort", attempt), call) };
    let refund = pay_out(contracts, terms, refund_key(terms, attempt));
    vec![abort, Item { gas: Some(keeper::gas::RELEASE), ..refund }]
}

/// EscrowReward.fulfill by the buyer's side.
pub fn refund(contracts: &Contracts, terms: &AccessTerms, attempt: u32) -> Vec<Item> {
    vec![pay_out(contracts, terms, refund_key(terms, attempt))]
}

fn refund_key(terms: &AccessTerms, attempt: u32) -> Key {
    Key::attempt(terms.agreement, "refund", attempt)
}

/// The key of the first [`grant`]: where something is signed under it, what was sold was found intact.
pub fn grant_key(terms: &AccessTerms) -> Key {
    Key::attempt(terms.agreement, GRANT, 0)
}

/// AccessSecretStore.fulfill.
pub fn grant(contracts: &Contracts, terms: &AccessTerms, attempt: u32) -> Vec<Item> {
    vec![Item::new(Key::attempt(terms.agreement, GRANT, attempt), contracts.grant_access(terms))]
}

/// EscrowReward.fulfill by the publisher's side.
pub fn release(contracts: &Contracts, terms: &AccessTerms, attempt: u32) -> Vec<Item> {
    vec![pay_out(contracts, terms, Key::attempt(terms.agreement, "release", attempt))]
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{Address, AgreementId, Did, TemplateId, Vodka};

    fn contracts() -> Contracts {
        let names = [
            "OceanToken",
            "DIDRegistry",
            "ConditionStoreManager",
            "TemplateStoreManager",
            "AgreementStoreManager",
            "LockRewardCondition",
            "AccessSecretStoreCondition",
            "EscrowReward",
        ];
        let map = (1..).zip(names).map(|(byte, name)| (name.to_owned(), Address([byte; 20]))).collect();
        Contracts::from_map(&map).unwrap()
    }

    fn terms(price: u64) -> AccessTerms {
        let contracts = contracts();
        AccessTerms {
            agreement: AgreementId([1; 32]),
            did: Did([2; 32]),
            template: TemplateId([3; 32]).into(),
            provider: Address([4; 20]),
            consumer: Address([5; 20]),
            owner: Address([6; 20]),
            price: Vodka::from_ocean(price),
            time_locks: [0; 3],
            time_outs: [0, 100, 0],
            escrow_contract: contracts.escrow_reward,
            lock_contract: contracts.lock_reward,
            access_contract: contracts.access_secret_store,
        }
    }

    #[test]
    fn a_payment_is_an_approval_and_a_lock_under_the_keys_that_take_it_back_and_a_free_one_a_lock_alone() {
        let (contracts, paid, free) = (contracts(), terms(7), terms(0));
        let [approve, lock] = payment_keys(&paid);
        let items = payment(&contracts, &paid);
        let expected = [
            (approve, contracts.approve(paid.lock_contract, paid.price), Some(keeper::gas::APPROVE)),
            (lock.clone(), contracts.lock_reward(&paid), Some(keeper::gas::LOCK)),
        ];
        assert_eq!(items.into_iter().map(|i| (i.key, i.call, i.gas)).collect::<Vec<_>>(), expected);
        let items = payment(&contracts, &free);
        let expected = [(lock, contracts.lock_reward(&free), None)];
        assert_eq!(items.into_iter().map(|i| (i.key, i.call, i.gas)).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn every_act_of_an_agreement_is_one_transaction_under_a_key_of_its_own_in_every_attempt() {
        let (contracts, terms) = (contracts(), terms(7));
        let mut keys = payment_keys(&terms).to_vec();
        // What pays out shows that it did.
        let escrow = Some(terms.escrow_contract);
        for (items, call, shows) in [
            (creation(&contracts, &terms), contracts.create_agreement(&terms), None),
            (gateway_creation(&contracts, &terms), contracts.create_agreement(&terms), None),
            (refund(&contracts, &terms, 0), contracts.release_reward(&terms), escrow),
            (refund(&contracts, &terms, 1), contracts.release_reward(&terms), escrow),
            (grant(&contracts, &terms, 0), contracts.grant_access(&terms), None),
            (grant(&contracts, &terms, 1), contracts.grant_access(&terms), None),
            (release(&contracts, &terms, 0), contracts.release_reward(&terms), escrow),
            (release(&contracts, &terms, 1), contracts.release_reward(&terms), escrow),
        ] {
            let [Item { key, call: made, gas: None, told_by }] = items.as_slice() else { panic!("{items:?}") };
            assert_eq!((made, *told_by), (&call, shows));
            assert!(!keys.contains(key), "{key} is used twice");
            keys.push(key.clone());
        }
    }

    #[test]
    fn a_payment_is_taken_back_by_an_abort_and_the_very_refund_that_is_asked_for_alone_later() {
        let (contracts, terms) = (contracts(), terms(7));
        for attempt in [0, 1] {
            let [abort, behind] = <[Item; 2]>::try_from(take_back(&contracts, &terms, attempt)).unwrap();
            let call = contracts.abort_by_timeout(ConditionKind::AccessSecretStore, terms.ids().access);
            assert_eq!((abort.call, abort.gas, abort.told_by), (call, Some(keeper::gas::ABORT), None));
            assert_eq!(abort.key, Key::attempt(terms.agreement, "abort", attempt));
            let [alone] = <[Item; 1]>::try_from(refund(&contracts, &terms, attempt)).unwrap();
            assert_eq!(behind, Item { gas: Some(keeper::gas::RELEASE), ..alone });
        }
    }
}
