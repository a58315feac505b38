//! What a buyer's machine wants done, done in this world: the same as in the product, against simulated services.

use crate::{
    gateway::{Answer, Gateways},
    life::Key,
    node::Node,
    world::{ENOUGH_KEY_SERVERS, Fault},
};
use agreement::{
    Machine as _,
    buyer::{Act, Effect, Event, State},
};
use async_trait::async_trait;
use protocol::{Signer as _, conditions::AccessTerms};
use runner::{Batch, Hold, Item, Outbox, Perform, Point, items, tx_events};
use std::sync::Arc;
use tokio::time::Duration;

/// How often gateway and key servers are asked whether they are there.
const LIVENESS_TRIES: u32 = 4;
/// How long an answer of a gateway is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// Performs for one buyer.
pub(crate) struct Buying {
    /// The network.
    pub(crate) node: Node,
    /// Its transactions.
    pub(crate) outbox: Outbox,
    /// The wallet.
    pub(crate) key: Arc<Key>,
    /// The service key, which is never locked.
    pub(crate) service: Arc<Key>,
    /// Who sells.
    pub(crate) gateways: Arc<Gateways>,
    /// How often the program was started before.
    pub(crate) starts: u64,
}

impl Buying {
    async fn run(
        &self,
        signer: &Arc<Key>,
        items: Vec<Item>,
        not_after: Option<u64>,
        point: Point,
        act: Act,
    ) -> Result<Vec<Event>, Hold> {
        let mut items = items;
        if self.node.world.fault == Some(Fault::DoubleSend) && self.starts > 0 {
            for item in &mut items {
                item.key = runner::Key::other(format!("{}:{}", item.key, self.starts));
            }
        }
        let outcome = self.outbox.run(Batch { signer: signer.clone(), items, not_after, point }).await;
        let block = self.node.heads.block();
        tx_events(
            outcome,
            || Event::TxDone { act },
            |reason| Event::TxFailed { act, reason, block },
            |_| Event::TooLate,
        )
    }

    async fn liveness(&self, terms: &AccessTerms) -> Event {
        let mut reason = protocol::Sentence::default();
        for attempt in 0..LIVENESS_TRIES {
            if attempt > 0 {
                tokio::time::sleep(Duration::from_millis(100 << attempt)).await;
            }
            if self.node.call().await.is_err() || !self.gateways.answers(terms.provider) {
                reason = "the gateway does not answer".into();
            } else if self.node.world.market(|market| market.key_servers) < ENOUGH_KEY_SERVERS {
                reason = "too few key servers answer".into();
            } else {
                return Event::Alive;
            }
        }
        Event::NotAlive { reason }
    }

    async fn post(&self, terms: &AccessTerms) -> Result<Vec<Event>, Hold> {
        if self.key.is_locked() {
            return Err(Hold::Unlock { account: terms.consumer });
        }
        self.node.call().await.map_err(Hold::later)?;
        let asked = tokio::time::timeout(PATIENCE, self.gateways.initialize(terms)).await;
        // The answer comes over the same network as the question.
        self.node.call().await.map_err(Hold::later)?;
        match asked {
            Ok(Answer::Created) => Ok(vec![Event::Accepted]),
            Ok(Answer::NoSuchCall) => Ok(vec![Event::NoInitialize]),
            Ok(Answer::Refused) => Ok(vec![Event::Refused { reason: "refused".into() }]),
            Ok(Answer::None) | Err(_) => Err(Hold::later("the gateway does not answer")),
        }
    }

    async fn fetch_keys(&self, terms: &AccessTerms) -> Result<Vec<Event>, Hold> {
        if self.key.is_locked() {
            return Err(Hold::Unlock { account: terms.consumer });
        }
        self.node.call().await.map_err(Hold::later)?;
        let world = &self.node.world;
        let may = world.chain(|chain| chain.now().may_decrypt(terms.did, terms.consumer));
        if !may || world.market(|market| market.key_servers) < ENOUGH_KEY_SERVERS {
            return Err(Hold::later("the key servers give no keys"));
        }
        world.market(|market| market.keys.insert(terms.agreement));
        Ok(vec![Event::KeysFetched])
    }
}

#[async_trait]
impl Perform<State> for Buying {
    async fn perform(&self, state: &State, effect: &Effect) -> Result<Vec<Event>, Hold> {
        let terms = &state.order().terms;
        let contracts = &self.node.world.chain(|chain| *chain.contracts());
        match effect {
            Effect::CheckLiveness => Ok(vec![self.liveness(terms).await]),
            Effect::PostAgreement => self.post(terms).await,
            Effect::CreateAgreement { not_after } => {
                let items = items::creation(contracts, terms);
                self.run(&self.key, items, Some(*not_after), Point::CreateSigned, Act::Create).await
            }
            Effect::ReadFacts => {
                let facts = self.node.facts(terms).await.map_err(Hold::later)?;
                Ok(vec![Event::Facts(Box::new(facts))])
            }
            Effect::TickUntil { .. } => Ok(Vec::new()),
            Effect::ApproveAndLock { not_after } => {
                let items = items::payment(contracts, terms);
                self.run(&self.key, items, *not_after, Point::PaymentSigned, Act::Pay).await
            }
            Effect::WithdrawPayment => {
                let keys = items::payment_keys(terms);
                let forbidden = self.outbox.forbid(&keys, Point::PaymentForbidden).await.map_err(Hold::later)?;
                Ok(if forbidden { vec![Event::Withdrawn] } else { Vec::new() })
            }
            Effect::FetchKeys => self.fetch_keys(terms).await,
            Effect::AbortAndRefund { attempt } => {
                let items = items::take_back(contracts, terms, *attempt);
                self.run(&self.service, items, None, Point::AbortSigned, Act::Abort).await
            }
            Effect::Refund { attempt } => {
                let items = items::refund(contracts, terms, *attempt);
                self.run(&self.service, items, None, Point::RefundSigned, Act::Refund).await
            }
        }
    }

    fn changed(&self, before: Option<&State>, now: &State) {
        let (agreement, world) = (now.order().terms.agreement, &self.node.world);
        if before.is_none_or(|before| before.name() != now.name()) {
            let (who, id) = (crate::world::short(&self.key.address().0), crate::world::short(&agreement.0));
            world.note(format_args!("buyer {who}: purchase {id} is {}{}", now.name(), why(now)));
        }
        world.market(|market| market.purchases.insert(agreement, now.clone()));
    }
}

fn why(state: &State) -> String {
    if let State::Abandoned { reason, .. } = state { format!(": {reason:?}") } else { String::new() }
}
