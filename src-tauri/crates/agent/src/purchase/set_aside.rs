//! How much of each account is set aside for purchases under way.

use agreement::buyer::State;
use api::Money;
use protocol::{Address, AgreementId, Vodka};
use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

/// Kept up to date with every change of a purchase. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct SetAside(Arc<RwLock<HashMap<AgreementId, (Address, Vodka)>>>);

impl SetAside {
    /// Takes a purchase into account as it stands now.
    pub(super) fn take(&self, state: &State) {
        let terms = &state.order().terms;
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let counts = super::view::money(state) == Money::SetAside && !agreement::Machine::is_final(state);
        if counts {
            all.insert(terms.agreement, (terms.consumer, terms.price));
        } else {
            all.remove(&terms.agreement);
        }
    }

    /// What of this account is set aside.
    pub(crate) fn of(&self, account: Address) -> Vodka {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        all.values()
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
        let locked = |number: u8, price, consumer| {
            let mut terms = terms(price);
            (terms.agreement, terms.consumer) = (AgreementId([number; 32]), consumer);
            all.0.write().unwrap().insert(terms.agreement, (terms.consumer, terms.price));
        };
        locked(1, 7, buyer);
        locked(2, 5, buyer);
        locked(3, 100, Address([9; 20]));
        assert_eq!(all.of(buyer), Vodka::from_ocean(12));
        assert_eq!(all.of(Address([8; 20])), Vodka::ZERO);
    }
}
