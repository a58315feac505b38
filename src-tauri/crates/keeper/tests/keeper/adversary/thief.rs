//! A thief's own agreements, made so that one thing passes for another.

use super::Dice;
use crate::support::{addr, amount, any_agreement, any_release, function, word};
use keeper::{Contracts, Evidence};
use protocol::{
    Address, AgreementId, Checksum, ConditionId, Did, TemplateId, Vodka,
    conditions::{
        AccessTerms, ConditionTerms, Preimage, condition_id, value_hash_access, value_hash_escrow, value_hash_lock,
    },
    hash::keccak256,
    tx::Call,
};

/// A thief's agreement in which a granted access passes for a payment of the victim's price.
pub(super) struct Own {
    pub(super) agreement: AgreementId,
    pub(super) did: Did,
    pub(super) grantee: Address,
    price: Vodka,
    pub(super) conditions: [ConditionId; 3],
    /// As `agreement`, where a computation passes for the payment and a hash lock releases it.
    second: AgreementId,
    computation: ConditionTerms,
    key: Preimage,
    escrow: ConditionTerms,
}

impl Own {
    pub(super) fn new(c: &Contracts, terms: &AccessTerms, thief: Address, seed: u64) -> Self {
        let agreement = AgreementId(keccak256([&seed.to_be_bytes()[..], b"own"].concat()));
        let (mut did, mut grantee) = ([0; 32], Address::ZERO);
        did[..20].copy_from_slice(&c.escrow_reward.0);
        grantee.0.copy_from_slice(&terms.price.to_be_bytes()[12..]);
        let did = Did(did);
        let lock = condition_id(agreement, c.lock_reward, value_hash_lock(c.escrow_reward, Vodka::ZERO));
        let access = condition_id(agreement, c.access_secret_store, value_hash_access(did, grantee));
        let hash = value_hash_escrow(terms.price, thief, thief, access, lock);
        let conditions = [lock, access, condition_id(agreement, c.escrow_reward, hash)];
        let second = AgreementId(keccak256([&seed.to_be_bytes()[..], b"second"].concat()));
        let computation = ConditionTerms::ComputeExecution { did, consumer: grantee };
        let key = Preimage::Text("thief".to_owned());
        let escrow = ConditionTerms::EscrowReward {
            amount: terms.price,
            receiver: thief,
            sender: thief,
            lock: c.condition_id(second, &computation).unwrap(),
            release: c.condition_id(second, &key.terms()).unwrap(),
        };
        Self { agreement, did, grantee, price: terms.price, conditions, second, computation, key, escrow }
    }

    pub(super) fn step_without_a_lock(
        &self,
        c: &Contracts,
        template: TemplateId,
        mine: Address,
        dice: &mut Dice,
    ) -> Call {
        let shown = Evidence::Preimage(self.key.clone());
        match dice.below(4) {
            0 => {
                let terms = [&self.computation, &self.key.terms(), &self.escrow];
                let ids = terms.map(|terms| c.condition_id(self.second, terms).unwrap());
                let actors = [mine, Address([9; 20])];
                any_agreement(c.agreement_store, self.second, self.did, template, &ids, &actors)
            }
            1 => c.fulfill(self.second, &self.computation, &Evidence::None).unwrap(),
            2 => c.fulfill(self.second, &self.key.terms(), &shown).unwrap(),
            _ => c.fulfill(self.second, &self.escrow, &Evidence::None).unwrap(),
        }
    }

    pub(super) fn step(&self, c: &Contracts, template: TemplateId, mine: Address, dice: &mut Dice) -> Call {
        match dice.below(5) {
            0 => c.register_attribute(self.did, Checksum([0; 32]), &[mine], ""),
            1 => {
                let actors = [mine, Address([9; 20])];
                any_agreement(c.agreement_store, self.agreement, self.did, template, &self.conditions, &actors)
            }
            2 => function(
                c.lock_reward,
                "fulfill(bytes32,address,uint256)",
                &[word(self.agreement.0), addr(c.escrow_reward), amount(Vodka::ZERO)],
            ),
            3 => function(
                c.access_secret_store,
                "fulfill(bytes32,bytes32,address)",
                &[word(self.agreement.0), word(self.did.0), addr(self.grantee)],
            ),
            _ => {
                let [lock, access, _] = self.conditions;
                any_release(c.escrow_reward, self.agreement, self.price, mine, access, lock)
            }
        }
    }
}
