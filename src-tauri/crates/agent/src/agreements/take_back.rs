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
    ConditionFact, ConditionState,
    shape::{OwnMoney, ShapeFacts, TakeBack, VerifiedShape},
};
use api::{ActivityKind, AgreementState, ApiError};
use keeper::gas;
use protocol::{Address, AgreementId, Signer, Vodka, shape::Shape};
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

    /// Whether an agreement is looked after with this block: in one that has ended nothing changes any more.
    fn wants(&self, record: &AgreementRecord, head: u64) -> bool {
        record.money != AgreementMoney::Ended && self.is_due(record.shape.agreement, head)
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

/// What is kept of how an agreement stands.
fn kept(conditions: &[ConditionFact], money: &OwnMoney) -> AgreementMoney {
    let ended = open_or_ended(conditions) == AgreementState::Ended;
    if ended { AgreementMoney::Ended } else { AgreementMoney::SetAside(money.set_aside.clone()) }
}

/// The agreements in which something was set aside when they were looked at last.
fn paid(records: Vec<AgreementRecord>) -> Vec<(Shape, Vec<(Address, Vodka)>)> {
    let amounts = |record: AgreementRecord| match record.money {
        AgreementMoney::SetAside(amounts) if !amounts.is_empty() => Some((record.shape, amounts)),
        _ => None,
    };
    records.into_iter().filter_map(amounts).collect()
}

/// The condition of a step behind which so many escrows pay back, what becomes of it, and gas that suffices.
fn planned(step: TakeBack, behind: usize) -> (usize, ConditionState, u64) {
    let behind = gas::RELEASE.saturating_mul(u64::try_from(behind).unwrap_or(u64::MAX));
    match step {
        TakeBack::Abort { place } => (place, ConditionState::Aborted, gas::ABORT.saturating_add(behind)),
        TakeBack::PayOut { place } => (place, ConditionState::Fulfilled, gas::RELEASE),
    }
}

impl Core {
    /// Looks after the payments of this home's accounts with every block.
    pub(crate) async fn take_back_payments(&self) {
        let mut blocks = self.keeper.blocks();
        loop {
            let head = *blocks.borrow_and_update();
            match self.store.agreements().await {
                Ok(records) => {
                    for record in &records {
                        if self.look_again.wants(record, head) {
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
            match tokio::time::timeout(LONGEST, self.take(&verified, &facts, step, payer)).await {
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
        let paid = paid(self.store.agreements().await.map_err(errors::store)?);
        for (shape, amounts) in &paid {
            self.set_aside.put(shape.agreement, amounts.clone());
        }
        let news = async {
            for (shape, _) in &paid {
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

    fn own_accounts(&self) -> Vec<Address> {
        self.wallet.accounts().iter().map(|account| account.address).collect()
    }

    /// Keeps how it stands with the money of this home's accounts.
    pub(super) async fn note_money(&self, verified: &VerifiedShape, facts: &ShapeFacts) -> Result<OwnMoney, ApiError> {
        let agreement = verified.shape().agreement;
        let money = verified.own_money(facts, &self.own_accounts());
        self.set_aside.put(agreement, money.set_aside.clone());
        self.store.agreement_money(agreement, kept(&facts.conditions, &money)).await.map_err(errors::store)?;
        self.look_again.soon(agreement);
        if may_come_back(&money) {
            self.hand_over(&Handed::shape(verified.shape()));
        }
        Ok(money)
    }

    async fn take(
        &self,
        verified: &VerifiedShape,
        facts: &ShapeFacts,
        step: TakeBack,
        payer: Option<Address>,
    ) -> Result<(), ApiError> {
        let contracts = *self.keeper.contracts();
        let own = self.own_accounts();
        let behind = match step {
            TakeBack::Abort { place } => verified.paid_back_behind(facts, &own, place).len(),
            TakeBack::PayOut { .. } => 0,
        };
        let (place, wanted, gas) = planned(step, behind);
        let make = |attempt| shapes::take_back(&contracts, verified, facts, &own, step, attempt);
        let payer = match payer {
            Some(account) => self.account_pays(account, gas).await.map_err(chain)?.then_some(account),
            None => None,
        };
        let signer: Arc<dyn Signer> = match payer {
            Some(account) => self.wallet.signer(account).map_err(errors::wallet)?,
            None => self.service.clone(),
        };
        let sent = self.attempt(signer, None, Point::StepSigned, make).await;
        self.done(verified, place, wanted, sent, None).await?;
        if let TakeBack::Abort { place } = step {
            self.tell_paid_back(verified, &verified.paid_back_behind(facts, &own, place)).await?;
        }
        Ok(())
    }

    /// Tells of the escrows that paid back in the block of an abort.
    async fn tell_paid_back(&self, verified: &VerifiedShape, escrows: &[usize]) -> Result<(), ApiError> {
        let shape = verified.shape();
        let (_, facts) = self.verified(shape).await?;
        for place in escrows {
            let (fact, condition) = (facts.conditions.get(*place), shape.conditions.get(*place));
            if let (Some(fact), Some(condition)) = (fact, condition)
                && fact.state == ConditionState::Fulfilled
            {
                self.tell_step(ActivityKind::StepDone, shape, &condition.name).await?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{Did, TemplateId};

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

    fn record(number: u8, money: AgreementMoney) -> AgreementRecord {
        let shape = Shape {
            agreement: AgreementId([number; 32]),
            title: String::new(),
            did: Did([2; 32]),
            template: TemplateId([3; 32]),
            actors: Vec::new(),
            conditions: Vec::new(),
            order: Vec::new(),
        };
        AgreementRecord { shape, document: String::new(), kept: String::new(), creator: None, money }
    }

    fn some() -> Vec<(Address, Vodka)> {
        vec![(Address([5; 20]), Vodka::from_ocean(7))]
    }

    #[test]
    fn one_that_is_due_is_looked_after_unless_it_has_ended_also_where_nothing_was_set_aside_yet() {
        let look = LookAgain::default();
        let [open, paid] = [Vec::new(), some()].map(|amounts| record(1, AgreementMoney::SetAside(amounts)));
        assert!(look.wants(&open, 0) && look.wants(&paid, 0));
        assert!(!look.wants(&record(1, AgreementMoney::Ended), 0));
        look.at(paid.shape.agreement, 10);
        assert!(!look.wants(&paid, 9) && look.wants(&paid, 10));
        assert!(!look.wants(&record(1, AgreementMoney::Ended), 10));
    }

    #[test]
    fn it_has_ended_once_every_condition_is_decided_and_not_before() {
        let conditions = |states: &[ConditionState]| -> Vec<ConditionFact> {
            states.iter().map(|state| ConditionFact { state: *state, ..ConditionFact::default() }).collect()
        };
        let money = OwnMoney { set_aside: some(), ..OwnMoney::default() };
        let (fulfilled, open) = (ConditionState::Fulfilled, ConditionState::Unfulfilled);
        assert_eq!(kept(&conditions(&[fulfilled, ConditionState::Aborted]), &money), AgreementMoney::Ended);
        assert_eq!(kept(&conditions(&[fulfilled, open]), &money), AgreementMoney::SetAside(some()));
    }

    #[test]
    fn what_was_set_aside_at_the_last_look_is_remembered_and_nothing_else() {
        let [nothing, seven] = [Vec::new(), some()].map(AgreementMoney::SetAside);
        let known = paid(vec![record(1, nothing), record(2, seven), record(3, AgreementMoney::Ended)]);
        let known: Vec<_> = known.into_iter().map(|(shape, amounts)| (shape.agreement, amounts)).collect();
        assert_eq!(known, [(AgreementId([2; 32]), some())]);
    }

    #[test]
    fn a_step_back_aborts_what_would_release_the_payment_or_pays_it_out() {
        assert_eq!(planned(TakeBack::Abort { place: 3 }, 0), (3, ConditionState::Aborted, gas::ABORT));
        let two = gas::ABORT + 2 * gas::RELEASE;
        assert_eq!(planned(TakeBack::Abort { place: 3 }, 2), (3, ConditionState::Aborted, two));
        assert_eq!(planned(TakeBack::PayOut { place: 4 }, 0), (4, ConditionState::Fulfilled, gas::RELEASE));
    }
}
