//! What the keeper contracts do, as plain data: registry, agreements, conditions, escrow and token with the rules of this
//! project's contracts. A test drives the same calls through the real ones and compares.

use super::calls::{Asked, Calls};
use agreement::{AgreementFact, ConditionFact, ConditionState};
use keeper::Contracts;
use protocol::{
    Address, AgreementId, ConditionId, Did, TemplateId, Vodka,
    conditions::{ConditionKind, condition_id, value_hash_access, value_hash_escrow, value_hash_lock},
};
use std::collections::{BTreeMap, BTreeSet};

/// Why a call reverts.
pub type Revert = &'static str;

/// What a call told the world besides changing it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// AgreementStoreManager: this account is a party of this agreement.
    Party {
        /// The agreement.
        agreement: AgreementId,
        /// The account.
        actor: Address,
    },
    /// An event with the words of LockRewardCondition.Fulfilled, by any contract.
    Paid {
        /// Which contract said so.
        by: Address,
        /// Of which agreement.
        agreement: AgreementId,
    },
    /// EscrowReward: a payment has left.
    PaidOut {
        /// Of which agreement.
        agreement: AgreementId,
    },
}

/// A listing's register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Who registered it first.
    pub owner: Address,
    /// Who may grant.
    pub providers: Vec<Address>,
}

/// Everything that the contracts keep.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// OceanToken's balances.
    pub balances: BTreeMap<Address, Vodka>,
    /// OceanToken's allowances, by owner and spender.
    pub allowances: BTreeMap<(Address, Address), Vodka>,
    /// DIDRegistry.
    pub listings: BTreeMap<Did, Listed>,
    /// AgreementStoreManager.
    pub agreements: BTreeMap<AgreementId, AgreementFact>,
    /// ConditionStoreManager.
    pub conditions: BTreeMap<ConditionId, ConditionFact>,
    /// AccessSecretStoreCondition: who may decrypt what.
    pub permissions: BTreeSet<(Did, Address)>,
    /// EscrowReward: payments that have left.
    pub settled: BTreeSet<ConditionId>,
    /// Templates that are approved.
    pub templates: BTreeSet<TemplateId>,
}

fn require(holds: bool, otherwise: Revert) -> Result<(), Revert> {
    if holds { Ok(()) } else { Err(otherwise) }
}

impl State {
    /// An account's tokens.
    pub fn balance(&self, of: Address) -> Vodka {
        self.balances.get(&of).copied().unwrap_or(Vodka::ZERO)
    }

    /// A condition, or one that was never created.
    pub fn condition(&self, id: ConditionId) -> ConditionFact {
        self.conditions.get(&id).copied().unwrap_or_default()
    }

    /// Whether the key servers may decrypt for this account.
    pub fn may_decrypt(&self, did: Did, who: Address) -> bool {
        self.permissions.contains(&(did, who)) || self.serves(did, who)
    }

    fn serves(&self, did: Did, who: Address) -> bool {
        self.listings.get(&did).is_some_and(|listed| listed.owner == who || listed.providers.contains(&who))
    }

    /// Does a call in this block; a revert leaves everything as it was.
    ///
    /// # Errors
    /// The contract's own words.
    pub fn call(
        &mut self,
        contracts: &Contracts,
        calls: &Calls,
        block: u64,
        from: Address,
        (to, data): (Address, &[u8]),
    ) -> Result<Vec<Told>, Revert> {
        let Some(asked) = calls.read(to, data) else { return Err("no such call") };
        let mut next = Next { state: self.clone(), contracts, block, from, told: Vec::new() };
        next.asked(asked)?;
        let Next { state, told, .. } = next;
        *self = state;
        Ok(told)
    }
}

/// A state that becomes true if nothing reverts.
struct Next<'a> {
    state: State,
    contracts: &'a Contracts,
    block: u64,
    from: Address,
    told: Vec<Told>,
}

impl Next<'_> {
    fn asked(&mut self, asked: Asked) -> Result<(), Revert> {
        match asked {
            Asked::Approve { spender, amount } => {
                require(spender != Address::ZERO, "ERC20: approve to the zero address")?;
                self.state.allowances.insert((self.from, spender), amount);
                Ok(())
            }
            Asked::Transfer { to, amount } => self.transfer(self.from, to, amount),
            Asked::Register { did, providers } => self.register(did, providers),
            Asked::Create { agreement, did, template, conditions, time_locks, time_outs, actors } => {
                self.create_conditions(did, template, &conditions, &time_locks, &time_outs, actors.len())?;
                self.create(agreement, AgreementFact { did, template: template.into(), conditions, actors })
            }
            Asked::Lock { agreement, reward, amount } => self.lock(agreement, reward, amount),
            Asked::Grant { agreement, did, grantee } => {
                require(self.state.serves(did, self.from), "Invalid DID owner/provider")?;
                let id = condition_id(agreement, self.contracts.access_secret_store, value_hash_access(did, grantee));
                require(!self.is_over(id), "Condition is timed out")?;
                self.fulfill(id, self.contracts.access_secret_store)?;
                self.state.permissions.insert((did, grantee));
                Ok(())
            }
            Asked::Pay { agreement, amount, receiver, sender, lock, release } => {
                self.pay(agreement, amount, (receiver, sender), lock, release)
            }
            Asked::Abort { kind: ConditionKind::EscrowReward, .. } => Err("Escrow is settled by fulfill"),
            Asked::Abort { kind, condition } => {
                require(self.is_over(condition), "Condition needs to be timed out")?;
                self.update(condition, self.contracts.of(kind), ConditionState::Aborted)
            }
        }
    }

    fn transfer(&mut self, from: Address, to: Address, amount: Vodka) -> Result<(), Revert> {
        require(to != Address::ZERO, "ERC20: transfer to the zero address")?;
        let left = self.state.balance(from).checked_sub(amount).ok_or("ERC20: transfer amount exceeds balance")?;
        self.state.balances.insert(from, left);
        let more = self.state.balance(to).checked_add(amount).ok_or("overflow")?;
        self.state.balances.insert(to, more);
        Ok(())
    }

    fn register(&mut self, did: Did, providers: Vec<Address>) -> Result<(), Revert> {
        let owner = self.state.listings.get(&did).map_or(self.from, |listed| listed.owner);
        require(owner == self.from, "Attributes must be registered by the DID owners.")?;
        require(!providers.contains(&Address::ZERO), "Invalid asset provider address")?;
        require(!providers.contains(&self.contracts.did_registry), "DID provider should not be this contract address")?;
        self.state.listings.insert(did, Listed { owner, providers });
        Ok(())
    }

    fn create_conditions(
        &mut self,
        did: Did,
        template: TemplateId,
        ids: &[ConditionId],
        time_locks: &[u64],
        time_outs: &[u64],
        actors: usize,
    ) -> Result<(), Revert> {
        require(self.state.templates.contains(&template), "Template not Approved")?;
        require(actors == 2, "Arguments have wrong length")?;
        require(self.state.listings.contains_key(&did), "DID not registered")?;
        let length = ConditionKind::ALL.len();
        require(
            [ids.len(), time_locks.len(), time_outs.len()].iter().all(|l| *l == length),
            "Arguments have wrong length",
        )?;
        for (((kind, id), lock), out) in ConditionKind::ALL.into_iter().zip(ids).zip(time_locks).zip(time_outs) {
            require(!self.state.conditions.contains_key(id), "Id already exists")?;
            require(*lock == 0 || *out == 0 || lock < out, "Invalid time margin")?;
            let condition = ConditionFact {
                type_ref: self.contracts.of(kind),
                state: ConditionState::Unfulfilled,
                time_lock: *lock,
                time_out: *out,
                created_at: self.block,
            };
            self.state.conditions.insert(*id, condition);
        }
        Ok(())
    }

    fn create(&mut self, id: AgreementId, agreement: AgreementFact) -> Result<(), Revert> {
        require(!self.state.agreements.contains_key(&id), "Id already exists")?;
        let mut before: Vec<Address> = Vec::new();
        for actor in &agreement.actors {
            require(*actor != Address::ZERO && !before.contains(actor), "Actor already exists")?;
            before.push(*actor);
            self.told.push(Told::Party { agreement: id, actor: *actor });
        }
        self.state.agreements.insert(id, agreement);
        Ok(())
    }

    fn lock(&mut self, agreement: AgreementId, reward: Address, amount: Vodka) -> Result<(), Revert> {
        let contract = self.contracts.lock_reward;
        let id = condition_id(agreement, contract, value_hash_lock(reward, amount));
        require(!self.is_over(id), "Condition is timed out")?;
        let key = (self.from, contract);
        let allowed = self.state.allowances.get(&key).copied().unwrap_or(Vodka::ZERO);
        let left = allowed.checked_sub(amount).ok_or("ERC20: transfer amount exceeds allowance")?;
        self.state.allowances.insert(key, left);
        self.transfer(self.from, reward, amount)?;
        self.fulfill(id, contract)?;
        require(self.is_among(agreement, id), "Condition is not part of the agreement")?;
        self.told.push(Told::Paid { by: contract, agreement });
        Ok(())
    }

    fn pay(
        &mut self,
        agreement: AgreementId,
        amount: Vodka,
        (receiver, sender): (Address, Address),
        lock: ConditionId,
        release: ConditionId,
    ) -> Result<(), Revert> {
        let escrow = self.contracts.escrow_reward;
        let id = condition_id(agreement, escrow, value_hash_escrow(amount, receiver, sender, lock, release));
        let (locked, released) = (self.state.condition(lock), self.state.condition(release));
        let expected = condition_id(agreement, locked.type_ref, value_hash_lock(escrow, amount));
        require(expected == lock, "LockCondition ID does not match")?;
        require(locked.state == ConditionState::Fulfilled, "LockCondition needs to be Fulfilled")?;
        for part in [id, lock, release] {
            require(self.is_among(agreement, part), "Condition is not part of the agreement")?;
        }
        let other = released.type_ref != locked.type_ref && released.type_ref != escrow;
        require(other, "Invalid release condition")?;
        require(locked.type_ref == self.contracts.lock_reward, "LockCondition ID does not match")?;
        require(self.state.balance(escrow) >= amount, "Not enough balance")?;
        let payee = match released.state {
            ConditionState::Fulfilled => receiver,
            ConditionState::Aborted => sender,
            ConditionState::Uninitialized | ConditionState::Unfulfilled => return Ok(()),
        };
        require(payee != Address::ZERO, "Null address is impossible to fulfill")?;
        require(payee != escrow, "EscrowReward contract can not be a receiver")?;
        require(self.state.settled.insert(lock), "Invalid state transition")?;
        self.transfer(escrow, payee, amount)?;
        self.fulfill(id, escrow)?;
        self.told.push(Told::PaidOut { agreement });
        Ok(())
    }

    fn is_among(&self, agreement: AgreementId, id: ConditionId) -> bool {
        self.state.agreements.get(&agreement).is_some_and(|found| found.conditions.contains(&id))
    }

    fn is_over(&self, id: ConditionId) -> bool {
        let condition = self.state.condition(id);
        condition.time_out != 0 && self.block > condition.created_at.saturating_add(condition.time_out)
    }

    fn fulfill(&mut self, id: ConditionId, by: Address) -> Result<(), Revert> {
        self.update(id, by, ConditionState::Fulfilled)
    }

    fn update(&mut self, id: ConditionId, by: Address, state: ConditionState) -> Result<(), Revert> {
        let over = self.is_over(id);
        let condition = self.state.conditions.get_mut(&id).ok_or("Invalid Update Role")?;
        require(condition.type_ref == by, "Invalid Update Role")?;
        let begins = condition.created_at.saturating_add(condition.time_lock);
        require(self.block >= begins, "TimeLock is not over yet")?;
        require(condition.state == ConditionState::Unfulfilled, "Invalid state transition")?;
        condition.state = if over { ConditionState::Aborted } else { state };
        Ok(())
    }
}
