//! Gateways: what a publisher's machine wants done, done in this world, and how buyers reach it.

use crate::{
    chain::contracts::Told,
    disks,
    life::Key,
    node::Node,
    process::Process,
    world::{Fault, Listing, World},
};
use agreement::{
    ConditionState, Machine as _,
    publisher::{Act, Effect, Event, Refusal, Sale, State},
};
use async_trait::async_trait;
use protocol::{Address, AgreementId, Signer as _, Vodka, conditions::AccessTerms, templates::ACCESS};
use runner::{Batch, Commits as _, Disk, Hold, Item, Outbox, Perform, Point, items, publisher_id, tx_events};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

/// Blocks that must be left before the deadline when a grant is signed; as in the product.
const GRANT_MARGIN: u64 = 2;
/// Blocks after a grant after which the payment is taken even without a delivery.
const GRACE: u64 = 20;

/// Blocks that a node may be behind, and that a question may take.
const SLACK: u64 = 4;

/// How a gateway behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// As it should.
    Honest,
    /// Has no initialize: buyers create agreements themselves.
    Old,
    /// Refuses every agreement.
    Refusing,
    /// From a block on, what it would deliver is not what it sold.
    Changes {
        /// Which.
        at: u64,
    },
    /// Takes an agreement and never does anything for it.
    Silent,
}

/// What a gateway answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It is on its way to the chain.
    Created,
    /// There is no such call.
    NoSuchCall,
    /// No, for good.
    Refused,
    /// Nothing.
    None,
}

/// The terms of a purchase as its listing has them.
pub(crate) fn terms(
    world: &World,
    listing: &Listing,
    agreement: AgreementId,
    consumer: Address,
    price: Vodka,
) -> AccessTerms {
    let contracts = world.chain(|chain| *chain.contracts());
    AccessTerms {
        agreement,
        did: listing.did,
        template: ACCESS.into(),
        provider: listing.provider,
        consumer,
        owner: listing.owner,
        price,
        time_locks: [0; 3],
        time_outs: [0, listing.time_out, 0],
        escrow_contract: contracts.escrow_reward,
        lock_contract: contracts.lock_reward,
        access_contract: contracts.access_secret_store,
    }
}

/// A publisher's computer.
pub(crate) struct Gateway {
    world: Arc<World>,
    /// Its account.
    pub(crate) key: Arc<Key>,
    /// How it behaves.
    pub(crate) manner: Manner,
    disk: Disk,
    process: Mutex<Option<Arc<Process<State>>>>,
    /// Agreements that it has decided on, as its store knows them.
    known: Mutex<BTreeSet<AgreementId>>,
    followed: AtomicU64,
    /// Files cannot be read at present.
    pub(crate) disk_is_slow: Arc<AtomicBool>,
}

impl Gateway {
    /// One that is off.
    ///
    /// # Errors
    /// SQLite's.
    pub(crate) fn new(world: &Arc<World>, key: Arc<Key>, manner: Manner) -> Result<Self, runner::LedgerError> {
        Ok(Self {
            world: world.clone(),
            key,
            manner,
            disk: disks::fresh()?,
            process: Mutex::default(),
            known: Mutex::default(),
            followed: AtomicU64::new(0),
            disk_is_slow: Arc::default(),
        })
    }

    /// The program, where it runs.
    pub(crate) fn process(&self) -> Option<Arc<Process<State>>> {
        self.process.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Starts it.
    pub(crate) fn start(&self, last_step: u64) {
        let (key, manner, slow) = (self.key.clone(), self.manner, self.disk_is_slow.clone());
        let account = self.key.address();
        let known = self.world.market(|market| {
            let own = market.sales.values().filter(|state| state.sale().terms.provider == account);
            own.map(runner::Journaled::id).collect()
        });
        let process = Process::start(&self.world, &self.disk, last_step, known, |node, outbox| {
            Arc::new(Selling { node, outbox, key, manner, slow })
        });
        *self.process.lock().unwrap_or_else(PoisonError::into_inner) = Some(process);
    }

    /// Ends it.
    pub(crate) fn stop(&self) {
        if let Some(process) = self.process.lock().unwrap_or_else(PoisonError::into_inner).take() {
            process.end();
        }
    }

    fn sale(&self, terms: AccessTerms) -> Sale {
        Sale { terms, service: 1, version: "0x00".to_owned(), grant_margin: GRANT_MARGIN, grace: GRACE }
    }

    /// The terms of an agreement by this gateway's own copy of the listing.
    fn own_terms(&self, agreement: AgreementId, did: protocol::Did, consumer: Address) -> Option<AccessTerms> {
        let (listing, price) = self.world.market(|market| {
            let listing = market.listings.get(&did).copied()?;
            Some((listing, market.prices.get(&agreement).copied().unwrap_or(Vodka::from_ocean(1))))
        })?;
        (listing.provider == self.key.address()).then(|| terms(&self.world, &listing, agreement, consumer, price))
    }

    async fn initialize(&self, asked: &AccessTerms) -> Answer {
        let Some(process) = self.process().filter(|process| process.life.is_alive()) else { return Answer::None };
        process.life.awake().await;
        match self.manner {
            Manner::Old => return Answer::NoSuchCall,
            Manner::Refusing => return Answer::Refused,
            Manner::Honest | Manner::Changes { .. } | Manner::Silent => {}
        }
        // The signature is over the gateway's own terms: others do not fit it.
        let own = self.own_terms(asked.agreement, asked.did, asked.consumer);
        if own.as_ref() != Some(asked) {
            return Answer::Refused;
        }
        let (begun, state) = (process.clone(), State::requested(self.sale(asked.clone())));
        // On a task of the gateway: a buyer who hangs up stops nothing.
        let begun = tokio::spawn(async move { begun.begin(&state).await }).await;
        if !matches!(begun, Ok(Ok(_))) {
            return Answer::None;
        }
        let now = self.world.market(|market| market.sales.get(&asked.agreement).cloned());
        match now {
            Some(State::Refused { .. } | State::Expired { .. }) => Answer::Refused,
            _ => Answer::Created,
        }
    }

    /// Looks for agreements that others created, as far as blocks are known; the machine reads the state.
    pub(crate) fn follow(&self, head: u64) {
        let Some(process) = self.process().filter(|p| p.life.is_alive() && !p.life.is_asleep()) else { return };
        if process.life.cut_off.load(Ordering::SeqCst) {
            return;
        }
        // What a fork may have changed is looked at again.
        let from =
            self.followed.swap(head, Ordering::SeqCst).min(head).saturating_sub(self.world.settings.confirmations);
        let us = self.key.address();
        let found: Vec<AgreementId> = self.world.chain(|chain| {
            let ours = |told: &Told| match told {
                Told::Party { agreement, actor } if *actor == us => Some(*agreement),
                _ => None,
            };
            chain.told_after(from).filter_map(ours).collect()
        });
        for agreement in found {
            if !self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(agreement) {
                continue;
            }
            let fact = self.world.chain(|chain| chain.now().agreements.get(&agreement).cloned());
            let Some(fact) = fact else { continue };
            let consumer = fact.actors.iter().find(|actor| **actor != us).copied();
            if let Some(terms) = consumer.and_then(|consumer| self.own_terms(agreement, fact.did, consumer)) {
                process.begin_later(State::seen(self.sale(terms)));
            }
        }
    }

    /// The buyer fetched everything.
    pub(crate) fn deliver(&self, agreement: AgreementId) {
        if let Some(process) = self.process().filter(|process| process.life.is_alive()) {
            self.world.market(|market| market.delivered.insert(agreement));
            process.tell(&publisher_id(agreement), Event::Delivered);
        }
    }
}

/// All gateways by their accounts.
#[derive(Default)]
pub(crate) struct Gateways(pub(crate) BTreeMap<Address, Gateway>);

impl Gateways {
    /// Whether a gateway answers.
    pub(crate) fn answers(&self, provider: Address) -> bool {
        let process = self.0.get(&provider).and_then(Gateway::process);
        process.is_some_and(|p| p.life.is_alive() && !p.life.is_asleep() && !p.life.cut_off.load(Ordering::SeqCst))
    }

    /// A buyer's request.
    pub(crate) async fn initialize(&self, terms: &AccessTerms) -> Answer {
        match self.0.get(&terms.provider) {
            Some(gateway) if self.answers(terms.provider) => gateway.initialize(terms).await,
            _ => Answer::None,
        }
    }
}

/// Performs for one gateway.
struct Selling {
    node: Node,
    outbox: Outbox,
    key: Arc<Key>,
    manner: Manner,
    slow: Arc<AtomicBool>,
}

impl Selling {
    /// Whether the time of a grant that is not signed yet is over, by more blocks than a node can be behind.
    async fn would_be_late(&self, state: &State, items: &[Item]) -> bool {
        let (State::Granting { accepted, .. }, Some(item)) = (state, items.first()) else { return false };
        let head = self.node.world.chain(|chain| chain.head());
        let over = accepted.deadline.is_some_and(|deadline| head > deadline.saturating_add(SLACK));
        over && matches!(self.outbox.is_signed(&item.key).await, Ok(false))
    }

    async fn send(&self, items: Vec<Item>, not_after: Option<u64>, point: Point, act: Act) -> Result<Vec<Event>, Hold> {
        let batch = Batch { signer: self.key.clone(), items, not_after, point };
        let outcome = self.outbox.run(batch).await;
        let block = self.node.heads.block();
        tx_events(
            outcome,
            || Event::TxDone { act },
            |reason| Event::TxFailed { act, reason, block },
            |block| Event::TooLate { block },
        )
    }
}

#[async_trait]
impl Perform<State> for Selling {
    async fn perform(&self, state: &State, effect: &Effect) -> Result<Vec<Event>, Hold> {
        let terms = &state.sale().terms;
        let world = &self.node.world;
        let contracts = &world.chain(|chain| *chain.contracts());
        match effect {
            Effect::CreateAgreement => {
                let items = items::gateway_creation(contracts, terms);
                self.send(items, None, Point::CreateSigned, Act::Create).await
            }
            Effect::ReadFacts => {
                let mut facts = self.node.facts(terms).await.map_err(Hold::later)?;
                if world.fault == Some(Fault::TrustedEvent) {
                    let told =
                        |told: &Told| matches!(told, Told::Paid { agreement, .. } if *agreement == terms.agreement);
                    if world.chain(|chain| chain.told_after(0).any(told)) {
                        facts.lock.state = ConditionState::Fulfilled;
                    }
                }
                Ok(vec![Event::Facts(Box::new(facts))])
            }
            Effect::TickUntil { .. } => {
                let granted = matches!(state, State::Granted { .. });
                let delivered = world.market(|market| market.delivered.contains(&terms.agreement));
                Ok(if granted && delivered { vec![Event::Delivered] } else { Vec::new() })
            }
            Effect::Rehash => {
                self.node.life.awake().await;
                let granted = self.outbox.is_signed(&items::grant_key(terms)).await.map_err(Hold::later)?;
                match self.manner {
                    _ if granted => Ok(vec![Event::Intact]),
                    Manner::Silent => Err(Hold::later("does nothing")),
                    _ if self.slow.load(Ordering::SeqCst) => Err(Hold::later("the disk does not answer")),
                    Manner::Changes { at } if world.chain(|chain| chain.head()) >= at => {
                        Ok(vec![Event::Changed { reason: "another file".into() }])
                    }
                    Manner::Changes { .. } | Manner::Honest | Manner::Old | Manner::Refusing => Ok(vec![Event::Intact]),
                }
            }
            Effect::GrantAccess { attempt, not_after } => {
                let items = items::grant(contracts, terms, *attempt);
                let late = self.would_be_late(state, &items).await;
                let told = self.send(items, *not_after, Point::GrantSigned, Act::Grant).await;
                if late && matches!(told.as_deref(), Ok([Event::TxDone { .. } | Event::TxFailed { .. }])) {
                    world.broken(format!(
                        "a grant of {} is tried after its time",
                        crate::world::short(&terms.agreement.0)
                    ));
                }
                told
            }
            Effect::ReleaseReward { attempt } => {
                let items = items::release(contracts, terms, *attempt);
                self.send(items, None, Point::ReleaseSigned, Act::Release).await
            }
        }
    }

    fn changed(&self, before: Option<&State>, now: &State) {
        let (agreement, world) = (now.sale().terms.agreement, &self.node.world);
        if before.is_none_or(|before| before.name() != now.name()) {
            let (who, id) = (crate::world::short(&self.key.address().0), crate::world::short(&agreement.0));
            world.note(format_args!("gateway {who}: sale {id} is {}{}", now.name(), why(now)));
        }
        world.market(|market| market.sales.insert(agreement, now.clone()));
    }
}

fn why(state: &State) -> String {
    match state {
        State::Refused { reason: Refusal::Mismatch { flaw }, .. } => format!(": {flaw:?}"),
        State::Refused { reason, .. } => format!(": {reason:?}"),
        _ => String::new(),
    }
}
