//! Payments in agreements of other shapes come back by themselves once nobody can earn them in time any more: also after a
//! restart, and while the account is locked. Nothing else in them is done unasked.

use super::view::open_or_ended;
use crate::{
    core::{Core, chain},
    errors,
    store::{AgreementMoney, AgreementRecord},
    watchtowers::Handed,
};
use agreement::{
    ConditionState,
    shape::{OwnMoney, ShapeFacts, TakeBack, VerifiedShape},
};
use api::{AgreementState, ApiError};
use keeper::{Evidence, gas};
use protocol::{Address, AgreementId, Signer, shape::Shape};
use runner::{Point, shapes};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// What could not be done, or not be read, is tried again after so many blocks.
const AGAIN: u64 = 5;
/// Whoever opens a home waits no longer to be told the newest.
const AT_ONCE: Duration = Duration::from_secs(1);
/// One step is waited for no longer.
const LONGEST: Duration = Duration::from_secs(60);
/// Where no block alone changes anything, it is looked at again after so many.
const FAR: u64 = 100;

/// From which block on an agreement is looked at again; what is missing is looked at with the next one. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct LookAgain(Arc<Mutex<HashMap<AgreementId, u64>>>);

impl LookAgain {
    /// Something happened in it here.
    pub(super) fn soon(&self, agreement: AgreementId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&agreement);
    }

    fn at(&self, agreement: AgreementId, block: u64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(agreement, block);
    }

    fn is_due(&self, agreement: AgreementId, head: u64) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&agreement).is_none_or(|block| *block <= head)
    }
}

/// When to look again at money of which nothing can be taken back now.
fn next_look(money: &OwnMoney, head: u64) -> u64 {
    money.next.unwrap_or(head.saturating_add(FAR)).max(head.saturating_add(1))
}

/// Whether time alone brings something of it back.
fn may_come_back(money: &OwnMoney) -> bool {
    !money.steps.is_empty() || money.next.is_some()
}

impl Core {
    /// Looks after the payments of this home's accounts with every block.
    pub(crate) async fn take_back_payments(&self) {
        let mut blocks = self.keeper.blocks();
        loop {
            let head = *blocks.borrow_and_update();
            match self.store.agreements().await {
                Ok(records) => {
                    for record in records.iter().filter(|record| record.money != AgreementMoney::Ended) {
                        if self.look_again.is_due(record.shape.agreement, head) {
                            self.look_after(&record.shape, head).await;
                        }
                    }
                }
                Err(error) => tracing::warn!(%error, "agreements cannot be looked after"),
            }
            if blocks.changed().await.is_err() {
                return;
            }
        }
    }

    async fn look_after(&self, shape: &Shape, head: u64) {
        let agreement = shape.agreement;
        let (verified, facts) = match self.verified(shape).await {
            Ok(found) => found,
            Err(error) => {
                tracing::debug!(%error, agreement = %agreement, "an agreement cannot be looked after now");
                self.look_again.at(agreement, head.saturating_add(AGAIN));
                return;
            }
        };
        let money = match self.note_money(&verified, &facts).await {
            Ok(money) => money,
            Err(error) => {
                tracing::warn!(%error, agreement = %agreement, "how an agreement stands cannot be kept");
                return;
            }
        };
        if money.steps.is_empty() {
            self.look_again.at(agreement, next_look(&money, head));
            return;
        }
        self.look_again.at(agreement, head.saturating_add(AGAIN));
        let payer = money.set_aside.first().map(|(account, _)| *account);
        // One that does not work out keeps no other from being taken.
        for step in money.steps {
            // What is signed goes on without anybody who waits for it, and others wait behind this one.
            match tokio::time::timeout(LONGEST, self.take(&verified, step, payer)).await {
                Ok(Ok(())) => self.look_again.soon(agreement),
                Err(_) => {
                    tracing::warn!(agreement = %agreement, "a payment comes back once its transaction is in a block")
                }
                Ok(Err(error)) => tracing::warn!(%error, agreement = %agreement, "a payment does not come back yet"),
            }
        }
    }

    /// What was known of the money of this home's accounts when it was closed; as it is now, where the chain says so at once.
    pub(crate) async fn remember_money(&self) -> Result<(), ApiError> {
        let (mut paid, mut shapes) = (self.store.agreements().await.map_err(errors::store)?, Vec::new());
        paid.retain(|record| matches!(&record.money, AgreementMoney::SetAside(amounts) if !amounts.is_empty()));
        for AgreementRecord { shape, money, .. } in paid {
            if let AgreementMoney::SetAside(amounts) = money {
                self.set_aside.put(shape.agreement, amounts);
                shapes.push(shape);
            }
        }
        let news = async {
            for shape in &shapes {
                let (verified, facts) = self.verified(shape).await?;
                self.note_money(&verified, &facts).await?;
            }
            Ok::<_, ApiError>(())
        };
        match tokio::time::timeout(AT_ONCE, news).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::debug!(%error, "how payments stand is not known now"),
            Err(_) => tracing::debug!("how payments stand is not known at once"),
        }
        Ok(())
    }

    /// Keeps how it stands with the money of this home's accounts.
    pub(super) async fn note_money(&self, verified: &VerifiedShape, facts: &ShapeFacts) -> Result<OwnMoney, ApiError> {
        let agreement = verified.shape().agreement;
        let own: Vec<Address> = self.wallet.accounts().iter().map(|account| account.address).collect();
        let money = verified.own_money(facts, &own);
        let kept = match open_or_ended(&facts.conditions) {
            AgreementState::Ended => AgreementMoney::Ended,
            _ => AgreementMoney::SetAside(money.set_aside.clone()),
        };
        self.set_aside.put(agreement, money.set_aside.clone());
        self.store.agreement_money(agreement, kept).await.map_err(errors::store)?;
        self.look_again.soon(agreement);
        if may_come_back(&money) {
            self.hand_over(&Handed::shape(verified.shape()));
        }
        Ok(money)
    }

    async fn take(&self, verified: &VerifiedShape, step: TakeBack, payer: Option<Address>) -> Result<(), ApiError> {
        let contracts = *self.keeper.contracts();
        let (place, wanted, gas) = match step {
            TakeBack::Abort { place } => (place, ConditionState::Aborted, gas::ABORT),
            TakeBack::PayOut { place } => (place, ConditionState::Fulfilled, gas::RELEASE),
        };
        let make = |attempt| match step {
            TakeBack::Abort { place } => shapes::abort(&contracts, verified, place, attempt),
            TakeBack::PayOut { place } => shapes::fulfilment(&contracts, verified, place, &Evidence::None, attempt),
        };
        let signer: Arc<dyn Signer> = match payer {
            Some(account) if self.account_pays(account, gas).await.map_err(chain)? => {
                self.wallet.signer(account).map_err(errors::wallet)?
            }
            _ => self.service.clone(),
        };
        let sent = self.attempt(signer, None, Point::StepSigned, make).await;
        self.done(verified, place, wanted, sent, None).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agreement_is_looked_at_at_once_and_then_when_something_can_have_changed() {
        let (look, one) = (LookAgain::default(), AgreementId([1; 32]));
        assert!(look.is_due(one, 0));
        look.at(one, 10);
        assert!(!look.is_due(one, 9) && look.is_due(one, 10) && look.is_due(AgreementId([2; 32]), 9));
        look.soon(one);
        assert!(look.is_due(one, 9));
    }

    #[test]
    fn a_tower_is_asked_only_where_time_brings_something_back() {
        let money = OwnMoney::default;
        assert!(!may_come_back(&money()), "earned, or without a limit");
        assert!(may_come_back(&OwnMoney { next: Some(7), ..money() }));
        assert!(may_come_back(&OwnMoney { steps: vec![TakeBack::PayOut { place: 1 }], ..money() }));
    }

    #[test]
    fn the_next_look_is_when_time_runs_out_and_never_at_the_same_block_again() {
        let next = |next| next_look(&OwnMoney { next, ..OwnMoney::default() }, 50);
        assert_eq!((next(Some(70)), next(Some(50)), next(Some(3)), next(None)), (70, 51, 51, 150));
        assert_eq!(next_look(&OwnMoney::default(), u64::MAX), u64::MAX);
    }
}
