//! What must be true: after each block, and when everything has come to rest.

use crate::{
    buyer::Buyer,
    chain::{Tx, calls::Asked, contracts::State},
    gateway::{Gateways, Manner},
    world::{World, short},
};
use agreement::{ConditionState, Machine as _, buyer, publisher};
use protocol::{
    Address, AgreementId, Signer as _, Vodka,
    conditions::{AccessTerms, ConditionIds, condition_id, value_hash_access},
};
use std::collections::BTreeMap;

fn sum(all: impl IntoIterator<Item = Vodka>) -> Vodka {
    all.into_iter().fold(Vodka::ZERO, |sum, more| sum.checked_add(more).unwrap_or(sum))
}

/// Terms under which money can move, with the ids that they give the conditions.
#[derive(Debug, Clone)]
pub(crate) struct Deal {
    /// The terms.
    pub(crate) terms: AccessTerms,
    ids: ConditionIds,
}

impl From<AccessTerms> for Deal {
    fn from(terms: AccessTerms) -> Self {
        Self { ids: terms.ids(), terms }
    }
}

impl Deal {
    /// Where the conditions stand: lock, access, escrow.
    fn stands(&self, now: &State) -> [ConditionState; 3] {
        self.ids.v02().map(|id| now.condition(id).state)
    }
}

fn stand(world: &World, terms: &AccessTerms) -> [ConditionState; 3] {
    Deal::from(terms.clone()).stands(&world.chain(|chain| chain.now()))
}

/// After each block: no token comes or goes, and the escrow holds what was paid and has not left.
pub(crate) fn conservation(world: &World, supply: Vodka, all: &[Deal]) {
    let now = world.chain(|chain| chain.now());
    let found = sum(now.balances.values().copied());
    if found != supply {
        world.broken(format!("there were {supply:?} tokens and there are {found:?}"));
    }
    let owed = sum(all.iter().filter_map(|deal| {
        let [lock, _, escrow] = deal.stands(&now);
        (lock == ConditionState::Fulfilled && escrow != ConditionState::Fulfilled).then_some(deal.terms.price)
    }));
    let held = now.balance(crate::chain::contracts().escrow_reward);
    if held != owed {
        world.broken(format!("the escrow holds {held:?} and owes {owed:?}"));
    }
}

/// Blocks after a deadline in which somebody may still sign whose node is behind, or whose question was under way.
const SLACK: u64 = 4;

/// Blocks until a deadline that is nobody's own.
const FAR: u64 = 1_000;

/// When something is signed: no grant after its time.
pub(crate) fn signing(world: &World, tx: &Tx) {
    let late = world.chain(|chain| {
        let Some(Asked::Grant { agreement, did, grantee }) = chain.asked(tx) else { return None };
        let id = condition_id(agreement, chain.contracts().access_secret_store, value_hash_access(did, grantee));
        let condition = chain.now().condition(id);
        let deadline = condition.created_at.saturating_add(condition.time_out);
        let late = condition.time_out != 0 && chain.head() > deadline.saturating_add(SLACK);
        late.then_some((agreement, deadline))
    });
    if let Some((agreement, deadline)) = late {
        world.broken(format!("a grant of {} is signed after block {deadline}", short(&agreement.0)));
    }
}

/// How many blocks after its deadline money came back, of purchases whose deadline passed while everybody was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Late {
    /// Until the access condition was aborted; 1 is the first block in which the contract allows it.
    pub aborted: u64,
    /// Until the payment was with its buyer.
    pub back: u64,
    /// Blocks after which something counts, in this run.
    pub confirmations: u64,
}

impl Late {
    /// The time limit is over when its last block counts; abort and money follow in the next block.
    const fn most(self) -> u64 {
        self.confirmations
    }
}

/// Watches deadlines while everybody is there.
#[derive(Default)]
pub(crate) struct Punctual {
    /// Deadline, or the payment where that came later, and the block in which the abort was first seen.
    overdue: BTreeMap<AgreementId, (u64, Option<u64>)>,
    /// Those that ended.
    pub(crate) late: Vec<Late>,
}

impl Punctual {
    /// After a block. `since` is the block from which on everybody was there.
    pub(crate) fn look(&mut self, world: &World, buyers: &[Buyer], all: &[Deal], since: u64) {
        let (now, head) = world.chain(|chain| (chain.now(), chain.head()));
        let ours = |deal: &&Deal| buyers.iter().any(|buyer| buyer.key.address() == deal.terms.consumer);
        for deal in all.iter().filter(ours).filter(|deal| !deal.terms.price.is_zero()) {
            let [lock, access, escrow] = deal.stands(&now);
            let [_, condition, _] = deal.ids.v02().map(|id| now.condition(id));
            let deadline = condition.created_at.saturating_add(condition.time_out);
            if lock != ConditionState::Fulfilled || condition.time_out == 0 || deadline < since {
                continue;
            }
            let agreement = deal.terms.agreement;
            match (access, escrow) {
                (ConditionState::Unfulfilled, _) if head >= deadline => {
                    // A payment that was on its way for long may come after the deadline: it counts from there.
                    self.overdue.entry(agreement).or_insert((head, None));
                }
                (ConditionState::Aborted, escrow) => {
                    let Some((due, aborted)) = self.overdue.get_mut(&agreement) else { continue };
                    let (due, first) = (*due, *aborted.get_or_insert(head));
                    if escrow == ConditionState::Fulfilled {
                        self.overdue.remove(&agreement);
                        let (aborted, back) = (first.saturating_sub(due), head.saturating_sub(due));
                        let late = Late { aborted, back, confirmations: world.settings.confirmations };
                        if late.back > late.most() {
                            world.broken(format!("{} came back late: {late:?}", short(&agreement.0)));
                        }
                        self.late.push(late);
                    }
                }
                _ => {}
            }
        }
    }
}

/// When everybody is back and the network is healthy, and enough blocks have passed.
pub(crate) fn at_rest(world: &World, buyers: &[Buyer], gateways: &Gateways, all: &[Deal]) {
    let purchases = world.market(|market| market.purchases.clone());
    for state in purchases.values() {
        purchase(world, state);
    }
    let now = world.chain(|chain| chain.now());
    for buyer in buyers {
        let account = buyer.key.address();
        let spent = sum(all.iter().filter(|deal| deal.terms.consumer == account).filter_map(|deal| {
            let [lock, access, escrow] = deal.stands(&now);
            let back = access == ConditionState::Aborted && escrow == ConditionState::Fulfilled;
            (lock == ConditionState::Fulfilled && !back).then_some(deal.terms.price)
        }));
        let left = now.balance(account);
        if buyer.money.checked_sub(spent) != Some(left) {
            let had = buyer.money;
            world.broken(format!("buyer {} had {had:?}, spent {spent:?} and has {left:?}", short(&account.0)));
        }
    }
    for deal in all {
        let [lock, access, _] = deal.stands(&now);
        if access == ConditionState::Fulfilled && lock != ConditionState::Fulfilled {
            world.broken(format!("{} is granted without payment", short(&deal.terms.agreement.0)));
        }
    }
    let sales = world.market(|market| market.sales.clone());
    for (agreement, state) in &sales {
        sale(world, gateways, *agreement, state);
    }
    doubles(world);
}

/// A buyer has access and keys, or the money.
fn purchase(world: &World, state: &buyer::State) {
    use ConditionState::{Aborted, Fulfilled};
    let terms = &state.order().terms;
    let id = short(&terms.agreement.0);
    let [lock, access, escrow] = stand(world, terms);
    let keys = world.market(|market| market.keys.contains(&terms.agreement));
    let kept = match state {
        buyer::State::Completed { .. } => lock == Fulfilled && access == Fulfilled && keys,
        buyer::State::Refunded { .. } => lock == Fulfilled && access == Aborted && escrow == Fulfilled,
        // Of something free nothing can be lost, and anyone can lock it.
        buyer::State::Abandoned { .. } => lock != Fulfilled || terms.price.is_zero(),
        _ => {
            world.broken(format!("purchase {id} is stuck in {}: {lock:?}, {access:?}, {escrow:?}", state.name()));
            return;
        }
    };
    if !kept {
        let name = state.name();
        world.broken(format!("purchase {id} is {name}: {lock:?}, {access:?}, {escrow:?}, keys {keys}"));
    }
}

/// A gateway that lives comes to an end with every sale, and a grant is paid.
fn sale(world: &World, gateways: &Gateways, agreement: AgreementId, state: &publisher::State) {
    let Some(gateway) = gateways.0.get(&state.sale().terms.provider) else { return };
    if gateway.process().is_none() || gateway.manner == Manner::Silent {
        return;
    }
    let id = short(&agreement.0);
    if !state.is_final() && !is_patient(world, state) {
        world.broken(format!("sale {id} is stuck in {}", state.name()));
    }
    let [_, access, escrow] = stand(world, &state.sale().terms);
    if access == ConditionState::Fulfilled && escrow != ConditionState::Fulfilled {
        world.broken(format!("sale {id} is granted and not paid"));
    }
}

/// Whether a sale waits for something that nobody owes: an agreement that a fork took back, or a payment where there is no
/// time limit, or a far one, which somebody else chose. Nobody has anything in it.
pub(crate) fn is_patient(world: &World, state: &publisher::State) -> bool {
    let head = world.chain(|chain| chain.head());
    let [lock, access, _] = stand(world, &state.sale().terms);
    match state {
        publisher::State::Seen { .. } => access == ConditionState::Uninitialized,
        publisher::State::Created { accepted, .. } => {
            !accepted.is_over(head.saturating_add(FAR)) && lock != ConditionState::Fulfilled
        }
        _ => false,
    }
}

/// What is done once is done by one transaction.
fn doubles(world: &World) {
    let mut done: BTreeMap<(Address, Address, Vec<u8>), u32> = BTreeMap::new();
    world.chain(|chain| {
        for (_, one) in chain.included().filter(|(_, one)| !is_stranger(one.tx.from)) {
            let once = match chain.asked(&one.tx) {
                Some(Asked::Approve { .. } | Asked::Lock { .. } | Asked::Create { .. }) => true,
                Some(_) => one.success,
                None => false,
            };
            if once {
                let count = done.entry((one.tx.from, one.tx.to, one.tx.data.clone())).or_default();
                *count = count.saturating_add(1);
            }
        }
    });
    for ((from, ..), count) in done.into_iter().filter(|(_, count)| *count > 1) {
        world.broken(format!("{} did one thing by {count} transactions", short(&from.0)));
    }
}

fn is_stranger(account: Address) -> bool {
    [crate::mischief::STRANGER, crate::mischief::CHEAT].contains(&account)
}
