//! Strangers on the chain: who creates other people's agreements first and otherwise, who says what is not true, and who
//! does what anyone may do.

use crate::{
    chain::{MIMIC, Tx, calls::Asked, contracts},
    chance::Chance,
    oracles::Deal,
    world::World,
};
use keeper::{AgreementDraft, DraftCondition};
use protocol::{
    Address, AgreementId, ConditionId, Vodka,
    conditions::{AccessTerms, ConditionKind, condition_id, value_hash_escrow},
    tx::{Call, Fee, UnsignedTx},
};
use std::collections::BTreeMap;

/// The account of all strangers.
pub(crate) const STRANGER: Address = Address([0x99; 20]);
/// Who says that he has paid.
pub(crate) const CHEAT: Address = Address([0x98; 20]);

/// Strangers of one run; so many of a thousand chances.
#[derive(Debug, Default)]
pub(crate) struct Mischief {
    /// To create an agreement before its gateway does, with other terms.
    front_running: u64,
    /// To do what anyone may do.
    helping: u64,
    nonces: BTreeMap<Address, u64>,
    seen: BTreeMap<AgreementId, AgreementDraft>,
}

impl Mischief {
    /// Strangers who front-run and help in so many of a thousand chances.
    pub(crate) fn new(front_running: u64, helping: u64) -> Self {
        Self { front_running, helping, ..Self::default() }
    }

    fn send(&mut self, world: &World, from: Address, call: &Call, first: bool) {
        let nonce = self.nonces.entry(from).or_default();
        let unsigned = UnsignedTx {
            chain_id: crate::node::CHAIN_ID,
            from,
            nonce: *nonce,
            to: Some(call.to),
            value: Vodka::ZERO,
            data: call.data.clone(),
            gas: 0,
            fee: Fee::Legacy { gas_price: 0 },
        };
        *nonce = nonce.saturating_add(1);
        if let Some(tx) = Tx::read(&Tx::sign(&unsigned)) {
            world.chain(|chain| chain.send(tx, 0, first));
        }
    }

    /// Looks at what waits and what a fork took back.
    pub(crate) fn front_run(&mut self, world: &World, chance: &mut Chance) {
        if self.front_running == 0 {
            return;
        }
        let waiting: Vec<AgreementDraft> = world.chain(|chain| {
            let drafts = chain.waiting().filter(|tx| tx.from != STRANGER).filter_map(|tx| draft(chain.asked(tx)?));
            drafts.collect()
        });
        for draft in waiting {
            self.seen.insert(draft.agreement, draft);
        }
        let open: Vec<AgreementDraft> = world.chain(|chain| {
            let now = chain.now();
            self.seen.values().filter(|draft| !now.agreements.contains_key(&draft.agreement)).cloned().collect()
        });
        for draft in open {
            if chance.permille(self.front_running) {
                let other = otherwise(draft, chance);
                world.note(format_args!("a stranger creates {} otherwise", crate::world::short(&other.agreement.0)));
                let call = world.chain(|chain| chain.contracts().create(&other));
                self.send(world, STRANGER, &call, true);
            }
        }
    }

    /// What anyone may do: abort what is over, settle what is decided.
    pub(crate) fn help(&mut self, world: &World, chance: &mut Chance, all: &[Deal]) {
        if !chance.permille(self.helping) {
            return;
        }
        let Some(Deal { terms, .. }) = chance.pick(all) else { return };
        let contracts = world.chain(|chain| *chain.contracts());
        let call = match chance.below(3) {
            0 => contracts.abort_by_timeout(ConditionKind::AccessSecretStore, terms.ids().access),
            1 => contracts.release_reward(terms),
            // The theft that the contracts of keeper-contracts 0.13.2 let happen.
            _ => contracts.release_reward(&AccessTerms { owner: STRANGER, consumer: STRANGER, ..terms.clone() }),
        };
        self.send(world, STRANGER, &call, chance.permille(500));
    }

    /// A buyer who creates his agreement himself, never pays, and has a contract of his own say that he did.
    pub(crate) fn cheat(&mut self, world: &World, terms: &AccessTerms) {
        world.note(format_args!("a cheat begins {}", crate::world::short(&terms.agreement.0)));
        let call = world.chain(|chain| chain.contracts().create_agreement(terms));
        self.send(world, CHEAT, &call, false);
        let say = Call { to: MIMIC, data: terms.agreement.0.to_vec(), value: Vodka::ZERO, what: String::new() };
        self.send(world, CHEAT, &say, false);
    }

    /// Strangers' transactions that a fork lost do not come again, but what follows them must not wait for ever.
    pub(crate) fn forget_gaps(&mut self, world: &World) {
        for (account, nonce) in &mut self.nonces {
            *nonce = world.chain(|chain| chain.next_nonce(*account));
        }
    }
}

fn draft(asked: Asked) -> Option<AgreementDraft> {
    let Asked::Create { agreement, did, template, conditions, time_locks, time_outs, actors } = asked else {
        return None;
    };
    let times = time_locks.into_iter().zip(time_outs);
    let conditions = conditions.into_iter().zip(times);
    let conditions = conditions.map(|(id, (time_lock, time_out))| DraftCondition { id, time_lock, time_out });
    Some(AgreementDraft { agreement, did, template, conditions: conditions.collect(), actors })
}

/// The same id with one thing changed.
fn otherwise(mut draft: AgreementDraft, chance: &mut Chance) -> AgreementDraft {
    let contracts = crate::chain::contracts();
    let ids: Vec<ConditionId> = draft.conditions.iter().map(|condition| condition.id).collect();
    let kind = chance.below(7);
    if let ([lock, access, escrow], [lock_id, access_id, _]) = (draft.conditions.as_mut_slice(), ids.as_slice()) {
        match kind {
            0 => access.time_out = 0,
            1 => access.time_out = chance.between(1, 3),
            2 => access.time_out = access.time_out.saturating_mul(100),
            3 => lock.time_out = chance.between(1, 30),
            4 => escrow.time_out = chance.between(1, 30),
            5 => {
                let values = value_hash_escrow(Vodka::from_ocean(1), STRANGER, STRANGER, *lock_id, *access_id);
                escrow.id = condition_id(draft.agreement, contracts.escrow_reward, values);
            }
            _ => draft.actors.reverse(),
        }
    }
    draft
}

/// A state with listings, money and templates.
pub(crate) fn first_state(
    listings: impl IntoIterator<Item = (protocol::Did, contracts::Listed)>,
    money: impl IntoIterator<Item = (Address, Vodka)>,
) -> contracts::State {
    contracts::State {
        listings: listings.into_iter().collect(),
        balances: money.into_iter().collect(),
        templates: [protocol::templates::ACCESS].into(),
        ..contracts::State::default()
    }
}
