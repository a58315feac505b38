//! How much of each account is set aside for purchases and other agreements under way.

use agreement::buyer::State;
use api::Money;
use protocol::{Address, AgreementId, Vodka};
use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

/// What of which accounts.
type Amounts = Vec<(Address, Vodka)>;

/// Kept up to date with every change of a purchase, and every look at another agreement. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct SetAside(Arc<RwLock<HashMap<AgreementId, Amounts>>>);

impl SetAside {
    /// Takes a purchase into account as it stands now.
    pub(super) fn take(&self, state: &State) {
        let terms = &state.order().terms;
        let counts = super::view::money(state) == Money::SetAside && !agreement::Machine::is_final(state);
        self.put(terms.agreement, Vec::from_iter(counts.then_some((terms.consumer, terms.price))));
    }

    /// What of which accounts is set aside in an agreement now.
    pub(crate) fn put(&self, agreement: AgreementId, amounts: Amounts) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if amounts.is_empty() {
            all.remove(&agreement);
        } else {
            all.insert(agreement, amounts);
        }
    }

    /// What of this account is set aside.
    pub(crate) fn of(&self, account: Address) -> Vodka {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        all.values()
            .flatten()
            .filter(|(consumer, _)| *consumer == account)
            .fold(Vodka::ZERO, |sum, (_, price)| sum.checked_add(*price).unwrap_or(sum))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::purchase::samples::{states, terms};

    #[test]
    fn what_is_in_escrow_of_a_purchase_under_way_is_set_aside_and_nothing_else() {
        let (all, buyer) = (SetAside::default(), terms(7).consumer);
        let sums: Vec<Vodka> = states(7)
            .iter()
            .map(|state| {
                all.take(state);
                all.of(buyer)
            })
            .collect();
        let (none, some) = (Vodka::ZERO, Vodka::from_ocean(7));
        let expected = [none, none, none, none, some, some, none, none, some, some, some, none, none];
        assert_eq!(sums, expected);
    }

    #[test]
    fn each_account_has_its_own_sum() {
        let (all, buyer) = (SetAside::default(), terms(7).consumer);
        let put = |number: u8, amounts: &[(Address, u64)]| {
            let amounts = amounts.iter().map(|(account, ocean)| (*account, Vodka::from_ocean(*ocean)));
            all.put(AgreementId([number; 32]), amounts.collect());
        };
        put(1, &[(buyer, 7)]);
        put(2, &[(buyer, 2), (Address([9; 20]), 100), (buyer, 3)]);
        put(3, &[(buyer, 50)]);
        put(3, &[]);
        assert_eq!(all.of(buyer), Vodka::from_ocean(12));
        assert_eq!(all.of(Address([8; 20])), Vodka::ZERO);
    }
}
