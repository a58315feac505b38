//! Conditions of an agreement: what their parameters hash to and which ids they get (PROTOCOL 2.3).
//!
//! Parameters are packed without padding (`abi.encodePacked`), elements of arrays are padded to 32 bytes.

use crate::{Address, AgreementId, ConditionId, Did, Hash32, Signature, Vodka, hash::keccak256};
use serde::{Deserialize, Serialize};
use std::fmt;

pub use crate::condition_terms::{ConditionTerms, Preimage};
pub use crate::terms::{AccessTerms, ConditionIds, OnChain, agreement_hash_v01, agreement_hash_v02, condition_key};

/// The three conditions of an access agreement, in the order of v0.2 (PROTOCOL 3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConditionKind {
    /// The buyer's payment is in escrow.
    LockReward,
    /// The buyer may decrypt.
    AccessSecretStore,
    /// The escrow has paid out: to the owner, or back to the buyer.
    EscrowReward,
}

impl ConditionKind {
    /// All three in the order of v0.2, which is the order on the chain.
    pub const ALL: [Self; 3] = [Self::LockReward, Self::AccessSecretStore, Self::EscrowReward];

    /// The contract's name in keeper-contracts and in a listing's template.
    pub const fn contract_name(self) -> &'static str {
        match self {
            Self::LockReward => "LockRewardCondition",
            Self::AccessSecretStore => "AccessSecretStoreCondition",
            Self::EscrowReward => "EscrowReward",
        }
    }

    /// The condition's name in a listing's template.
    pub const fn name(self) -> &'static str {
        match self {
            Self::LockReward => "lockReward",
            Self::AccessSecretStore => "accessSecretStore",
            Self::EscrowReward => "escrowReward",
        }
    }

    /// Place in the order of v0.2: lock, access, escrow.
    pub const fn index(self) -> usize {
        match self {
            Self::LockReward => 0,
            Self::AccessSecretStore => 1,
            Self::EscrowReward => 2,
        }
    }

    /// Reads either name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name || kind.contract_name() == name)
    }
}

impl fmt::Display for ConditionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

fn hash_of(parts: &[&[u8]]) -> [u8; 32] {
    keccak256(parts.concat())
}

/// The id of a condition: `keccak256(agreement || contract || value hash)`.
pub fn condition_id(agreement: AgreementId, contract: Address, value_hash: Hash32) -> ConditionId {
    ConditionId(hash_of(&[&agreement.0, &contract.0, &value_hash.0]))
}

/// LockRewardCondition: where the payment goes (the escrow's address) and how much.
pub fn value_hash_lock(reward_address: Address, amount: Vodka) -> Hash32 {
    Hash32(hash_of(&[&reward_address.0, &amount.to_be_bytes()]))
}

/// AccessSecretStoreCondition: which document, and for whom. ComputeExecutionCondition hashes the same.
pub fn value_hash_access(did: Did, grantee: Address) -> Hash32 {
    Hash32(hash_of(&[&did.0, &grantee.0]))
}

/// EscrowReward: paid to the receiver where `release` is fulfilled, back to the sender where it is aborted.
pub fn value_hash_escrow(
    amount: Vodka,
    receiver: Address,
    sender: Address,
    lock: ConditionId,
    release: ConditionId,
) -> Hash32 {
    Hash32(hash_of(&[&amount.to_be_bytes(), &receiver.0, &sender.0, &lock.0, &release.0]))
}

/// SignCondition: the 32 bytes to be signed, without any prefix, and the account that must sign them.
pub fn value_hash_sign(message: Hash32, signer: Address) -> Hash32 {
    Hash32(hash_of(&[&message.0, &signer.0]))
}

/// Half of the order of secp256k1: SignCondition takes no signature whose s is larger.
const HALF_ORDER: [u8; 32] = [
    0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x5d, 0x57, 0x6e,
    0x73, 0x57, 0xa4, 0x50, 0x1d, 0xdf, 0xe9, 0x2f, 0x46, 0x68, 0x1b, 0x20, 0xa0,
];

/// Whether SignCondition takes this signature: r || s || v with a low s and v of 27 or 28, over the message without
/// any prefix.
pub fn sign_condition_takes(message: Hash32, signer: Address, signature: &[u8]) -> bool {
    let strict = |bytes: &[u8; 65]| matches!(bytes[64], 27 | 28) && bytes[32..64] <= HALF_ORDER[..];
    let Ok(bytes) = <&[u8; 65]>::try_from(signature) else { return false };
    let recovered = Signature::from_bytes(bytes).and_then(|signature| signature.recover(&message.0));
    strict(bytes) && recovered == Ok(signer)
}

/// HashLockCondition: the preimage's bytes; a number is 32 bytes with the big end first, a text is its UTF-8.
pub fn value_hash_hash_lock(preimage: &[u8]) -> Hash32 {
    Hash32(keccak256(preimage))
}

/// ThresholdCondition: at least this many of these conditions are fulfilled.
pub fn value_hash_threshold(inputs: &[ConditionId], threshold: Vodka) -> Hash32 {
    let mut bytes: Vec<u8> = inputs.iter().flat_map(|id| id.0).collect();
    bytes.extend_from_slice(&threshold.to_be_bytes());
    Hash32(keccak256(bytes))
}

/// WhitelistingCondition: the list's contract and the item that must be in it.
pub fn value_hash_whitelist(list: Address, item: Hash32) -> Hash32 {
    Hash32(hash_of(&[&list.0, &item.0]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn text(value: &Value) -> &str {
        value.as_str().unwrap()
    }

    fn amount(value: &Value) -> Vodka {
        text(value).parse().unwrap()
    }

    fn id<T: std::str::FromStr<Err = crate::ParseIdError>>(value: &Value) -> T {
        text(value).parse().unwrap()
    }

    #[test]
    fn value_hashes_and_ids_are_those_of_the_released_contracts() {
        let file: Value = serde_json::from_str(include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../../tests/vectors/condition-ids.json"
        )))
        .unwrap();
        let vectors = file["vectors"].as_array().unwrap();
        assert_eq!(vectors.len(), 11);
        for vector in vectors {
            let a = &vector["args"];
            let hash = match (text(&vector["contract"]), text(&vector["hashValues"])) {
                ("LockRewardCondition", _) => value_hash_lock(id(&a[0]), amount(&a[1])),
                ("AccessSecretStoreCondition" | "ComputeExecutionCondition", _) => {
                    value_hash_access(id(&a[0]), id(&a[1]))
                }
                ("EscrowReward", _) => value_hash_escrow(amount(&a[0]), id(&a[1]), id(&a[2]), id(&a[3]), id(&a[4])),
                ("SignCondition", _) => value_hash_sign(id(&a[0]), id(&a[1])),
                ("HashLockCondition", "hashValues(uint256)") => value_hash_hash_lock(&amount(&a[0]).to_be_bytes()),
                ("HashLockCondition", "hashValues(string)") => value_hash_hash_lock(text(&a[0]).as_bytes()),
                ("HashLockCondition", _) => value_hash_hash_lock(&id::<Hash32>(&a[0]).0),
                ("ThresholdCondition", _) => {
                    let inputs: Vec<ConditionId> = a[0].as_array().unwrap().iter().map(id).collect();
                    value_hash_threshold(&inputs, amount(&a[1]))
                }
                ("WhitelistingCondition", _) => value_hash_whitelist(id(&a[0]), id(&a[1])),
                other => panic!("a contract without a test: {other:?}"),
            };
            assert_eq!(hash.hex(), text(&vector["valueHash"]), "{vector}");
            let condition = condition_id(id(&vector["agreementId"]), id(&vector["address"]), hash);
            assert_eq!(condition.hex(), text(&vector["conditionId"]), "{vector}");
        }
    }

    #[test]
    fn sign_condition_takes_what_the_released_contract_takes() {
        let file: Value = serde_json::from_str(include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../../tests/vectors/sign-condition.json"
        )))
        .unwrap();
        let (message, signer) = (id(&file["message"]), id(&file["signer"]));
        let condition = condition_id(id(&file["agreementId"]), id(&file["contract"]), value_hash_sign(message, signer));
        assert_eq!(condition.hex(), text(&file["conditionId"]));
        let cases = file["cases"].as_array().unwrap();
        assert_eq!(cases.len(), 4);
        for case in cases {
            let signature = hex::decode(&text(&case["sig"])[2..]).unwrap();
            let taken = text(&case["result"]).starts_with("ok");
            assert_eq!(sign_condition_takes(message, signer, &signature), taken, "{}", case["name"]);
        }
        assert!(!sign_condition_takes(message, signer, &[1; 64]));
    }

    #[test]
    fn names_are_read_back() {
        for kind in ConditionKind::ALL {
            assert_eq!(ConditionKind::from_name(kind.name()), Some(kind));
            assert_eq!(ConditionKind::from_name(kind.contract_name()), Some(kind));
            assert_eq!(ConditionKind::ALL[kind.index()], kind);
        }
        assert_eq!(ConditionKind::from_name("grantSecretStoreAccess"), None);
    }
}
