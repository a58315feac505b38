//! The terms of an access agreement, its condition ids and the hash the buyer signs (PROTOCOL 3.3, 3.4).

use crate::{
    Address, AgreementId, ConditionId, Did, Hash32, TemplateId, Vodka,
    conditions::{ConditionKind, condition_id, value_hash_access, value_hash_escrow, value_hash_lock},
    hash::keccak256,
    templates::TemplateRef,
};
use serde::{Deserialize, Serialize};

/// The ids of the three conditions of one access agreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ConditionIds {
    /// The payment into escrow.
    pub lock: ConditionId,
    /// The grant of access.
    pub access: ConditionId,
    /// The payment out of escrow.
    pub escrow: ConditionId,
}

impl ConditionIds {
    /// The order of v0.2, on the chain and in the hash: lock, access, escrow.
    pub const fn v02(&self) -> [ConditionId; 3] {
        [self.lock, self.access, self.escrow]
    }

    /// The order of v0.1, of the template contracts up to keeper-contracts 0.12: access, lock, escrow.
    pub const fn v01(&self) -> [ConditionId; 3] {
        [self.access, self.lock, self.escrow]
    }

    /// One of them.
    pub const fn get(&self, kind: ConditionKind) -> ConditionId {
        match kind {
            ConditionKind::LockReward => self.lock,
            ConditionKind::AccessSecretStore => self.access,
            ConditionKind::EscrowReward => self.escrow,
        }
    }
}

/// Everything an access agreement consists of. Who knows it can compute the ids, create it, fulfil it and undo it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessTerms {
    /// The agreement's id, random, chosen by the buyer.
    pub agreement: AgreementId,
    /// The listing.
    pub did: Did,
    /// The template on the chain.
    pub template: TemplateRef,
    /// The gateway's account, which grants access.
    pub provider: Address,
    /// The buyer: sender of the payment, grantee of access, receiver of a refund.
    pub consumer: Address,
    /// The listing's owner when the agreement was made: the payment's receiver.
    pub owner: Address,
    /// What is paid.
    pub price: Vodka,
    /// Blocks after creation before which lock, access, escrow cannot be fulfilled; 0 is at once.
    pub time_locks: [u64; 3],
    /// Blocks after creation after which lock, access, escrow can be aborted; 0 is never.
    pub time_outs: [u64; 3],
    /// EscrowReward.
    pub escrow_contract: Address,
    /// LockRewardCondition.
    pub lock_contract: Address,
    /// AccessSecretStoreCondition.
    pub access_contract: Address,
}

/// What the agreement lists on the chain, in the order of its template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OnChain {
    /// The conditions' ids.
    pub ids: [ConditionId; 3],
    /// Blocks after creation before which each cannot be fulfilled.
    pub time_locks: [u64; 3],
    /// Blocks after creation after which each can be aborted; 0 is never.
    pub time_outs: [u64; 3],
}

impl AccessTerms {
    /// The three condition ids.
    pub fn ids(&self) -> ConditionIds {
        let lock = condition_id(self.agreement, self.lock_contract, value_hash_lock(self.escrow_contract, self.price));
        let access = condition_id(self.agreement, self.access_contract, value_hash_access(self.did, self.consumer));
        let values = value_hash_escrow(self.price, self.owner, self.consumer, lock, access);
        let escrow = condition_id(self.agreement, self.escrow_contract, values);
        ConditionIds { lock, access, escrow }
    }

    /// The agreement's hash, of v0.1 where its template is a contract, else of v0.2; the buyer signs these 32 bytes with
    /// personal_sign.
    pub fn hash(&self) -> [u8; 32] {
        let OnChain { ids, time_locks, time_outs } = self.on_chain();
        match self.template {
            TemplateRef::Id(id) => agreement_hash_v02(id, ids, time_locks, time_outs, self.agreement),
            TemplateRef::Contract(at) => agreement_hash_v01(at, ids, time_locks, time_outs, self.agreement),
        }
    }

    /// The conditions in the order in which the agreement lists them on the chain.
    pub fn on_chain(&self) -> OnChain {
        let ids = self.ids();
        match self.template {
            TemplateRef::Id(_) => OnChain { ids: ids.v02(), time_locks: self.time_locks, time_outs: self.time_outs },
            TemplateRef::Contract(_) => {
                let in_order = |[lock, access, escrow]: [u64; 3]| [access, lock, escrow];
                OnChain { ids: ids.v01(), time_locks: in_order(self.time_locks), time_outs: in_order(self.time_outs) }
            }
        }
    }

    /// The contract of a condition.
    pub const fn contract(&self, kind: ConditionKind) -> Address {
        match kind {
            ConditionKind::LockReward => self.lock_contract,
            ConditionKind::AccessSecretStore => self.access_contract,
            ConditionKind::EscrowReward => self.escrow_contract,
        }
    }
}

/// The agreement hash of v0.2: the template is 32 bytes, all lists are in the order lock, access, escrow.
pub fn agreement_hash_v02(
    template: TemplateId,
    ids: [ConditionId; 3],
    time_locks: [u64; 3],
    time_outs: [u64; 3],
    agreement: AgreementId,
) -> [u8; 32] {
    hash_behind(&template.0, ids, time_locks, time_outs, agreement)
}

/// The agreement hash of v0.1: the template is the contract's address, all lists are in the order access, lock, escrow.
pub fn agreement_hash_v01(
    template: Address,
    ids: [ConditionId; 3],
    time_locks: [u64; 3],
    time_outs: [u64; 3],
    agreement: AgreementId,
) -> [u8; 32] {
    hash_behind(&template.0, ids, time_locks, time_outs, agreement)
}

fn hash_behind(
    template: &[u8],
    ids: [ConditionId; 3],
    time_locks: [u64; 3],
    time_outs: [u64; 3],
    agreement: AgreementId,
) -> [u8; 32] {
    let mut bytes = template.to_vec();
    for id in ids {
        bytes.extend_from_slice(&id.0);
    }
    for blocks in time_locks.into_iter().chain(time_outs) {
        bytes.extend_from_slice(&[0; 24]);
        bytes.extend_from_slice(&blocks.to_be_bytes());
    }
    bytes.extend_from_slice(&agreement.0);
    keccak256(bytes)
}

/// The condition key of v0.1: `keccak256(template contract || condition contract || selector of fulfill)`.
pub fn condition_key(template: Address, contract: Address, selector: [u8; 4]) -> Hash32 {
    Hash32(keccak256([&template.0[..], &contract.0, &selector].concat()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{SecretKey, Signature};
    use serde_json::Value;

    fn vectors(text: &str) -> (Value, Vec<Value>) {
        let file: Value = serde_json::from_str(text).unwrap();
        let list = file["vectors"].as_array().unwrap().clone();
        (file, list)
    }

    fn three<T: Copy + Default>(list: &Value, read: impl Fn(&Value) -> T) -> [T; 3] {
        let mut out = [T::default(); 3];
        for (place, value) in out.iter_mut().zip(list.as_array().unwrap()) {
            *place = read(value);
        }
        out
    }

    fn id<T: std::str::FromStr<Err = crate::ParseIdError>>(value: &Value) -> T {
        value.as_str().unwrap().parse().unwrap()
    }

    #[test]
    fn hashes_and_signatures_are_those_of_squid() {
        let (file, list) =
            vectors(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/vectors/agreement-hash.json")));
        let consumer: Address = id(&file["consumer"]["address"]);
        let mut key = [0; 32];
        hex::decode_to_slice(&file["consumer"]["privateKey"].as_str().unwrap()[2..], &mut key).unwrap();
        let key = SecretKey::from_bytes(&key).unwrap();
        assert_eq!(list.len(), 3);
        for vector in list {
            let ids = three(&vector["valueHashList"], id::<ConditionId>);
            let (locks, outs) = (
                three(&vector["timelocks"], |v| v.as_u64().unwrap()),
                three(&vector["timeouts"], |v| v.as_u64().unwrap()),
            );
            let agreement = id(&vector["agreementId"]);
            let hash = if vector["types"][0] == "address" {
                agreement_hash_v01(id(&vector["templateId"]), ids, locks, outs, agreement)
            } else {
                agreement_hash_v02(id(&vector["templateId"]), ids, locks, outs, agreement)
            };
            assert_eq!(Hash32(hash), id(&vector["agreementHash"]), "{}", vector["label"]);
            let text = vector["signatures"]["overRawHashBytes"]["sig"].as_str().unwrap();
            let signature: Signature = text.parse().unwrap();
            assert_eq!(signature.recover_personal(&hash).unwrap(), consumer);
            assert_eq!(key.sign_digest(&crate::sign::personal_digest(&hash)).unwrap().to_string(), text);
        }
    }

    #[test]
    fn condition_keys_are_those_of_web3() {
        let (_, list) =
            vectors(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/vectors/condition-keys.json")));
        assert_eq!(list.len(), 3);
        for vector in list {
            let mut selector = [0; 4];
            hex::decode_to_slice(&vector["fingerprint"].as_str().unwrap()[2..], &mut selector).unwrap();
            let key = condition_key(id(&vector["templateId"]), id(&vector["contractAddress"]), selector);
            assert_eq!(key, id(&vector["conditionKey"]));
        }
    }

    #[test]
    fn terms_compute_ids_that_hang_together() {
        let address = |byte| Address([byte; 20]);
        let terms = AccessTerms {
            agreement: AgreementId([0x11; 32]),
            did: Did([2; 32]),
            template: crate::templates::ACCESS.into(),
            provider: address(3),
            consumer: address(4),
            owner: address(5),
            price: Vodka::from_ocean(10),
            time_locks: [0; 3],
            time_outs: [0, 1800, 0],
            escrow_contract: address(6),
            lock_contract: address(7),
            access_contract: address(8),
        };
        let ids = terms.ids();
        let dearer = AccessTerms { price: Vodka::from_ocean(11), ..terms.clone() };
        assert_ne!(dearer.ids().lock, ids.lock);
        assert_eq!(dearer.ids().access, ids.access, "the price is no part of the access condition");
        let later = AccessTerms { time_outs: [0, 1801, 0], ..terms.clone() };
        assert_eq!(later.ids(), ids, "timeouts are in no id: that is why they are read from the chain");
        assert_ne!(later.hash(), terms.hash(), "but the buyer's signature covers them");
        let (contract, order) = (address(9), [ids.access, ids.lock, ids.escrow]);
        let old = AccessTerms { template: TemplateRef::Contract(contract), ..terms.clone() };
        assert_eq!((old.on_chain().ids, terms.on_chain().ids), (order, ids.v02()));
        assert_eq!((old.on_chain().time_outs, terms.on_chain().time_outs), ([1800, 0, 0], [0, 1800, 0]));
        assert_eq!(old.hash(), agreement_hash_v01(contract, order, [0; 3], [1800, 0, 0], terms.agreement));
        let text = serde_json::to_string(&terms).unwrap();
        assert_eq!(serde_json::from_str::<AccessTerms>(&text).unwrap(), terms);
        assert_eq!(ids.v01(), [ids.access, ids.lock, ids.escrow]);
        assert_eq!(ids.v02().map(|id| id.0), ConditionKind::ALL.map(|kind| ids.get(kind).0));
    }
}
