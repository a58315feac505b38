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
