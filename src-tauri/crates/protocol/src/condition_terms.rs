//! A condition of any kind with its parameters (PROTOCOL 2.3).

use crate::{
    Address, AgreementId, ConditionId, Did, Hash32, Vodka,
    conditions::{
        condition_id, value_hash_access, value_hash_escrow, value_hash_hash_lock, value_hash_lock, value_hash_sign,
        value_hash_threshold, value_hash_whitelist,
    },
};
use serde::{Deserialize, Serialize};

/// What a condition asks for. With the agreement's id and the condition's contract it makes the condition's id.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
#[allow(missing_docs, reason = "the fields are the contracts' own parameters, explained at each kind")]
pub enum ConditionTerms {
    /// This much was paid to this address, which is the escrow's.
    LockReward { reward_address: Address, amount: Vodka },
    /// The grantee may decrypt the listing's files.
    AccessSecretStore { did: Did, grantee: Address },
    /// The consumer's computation on the listing was started.
    ComputeExecution { did: Did, consumer: Address },
    /// What the lock holds went to the receiver where `release` is fulfilled, back to the sender where it is aborted.
    EscrowReward { amount: Vodka, receiver: Address, sender: Address, lock: ConditionId, release: ConditionId },
    /// The signer has signed these 32 bytes, without any prefix.
    Sign { message: Hash32, signer: Address },
    /// Somebody has shown what this is the Keccak-256 of: see [`Preimage`].
    HashLock { hash: Hash32 },
    /// At least this many of these conditions are fulfilled; the contract takes two inputs or more.
    Threshold { inputs: Vec<ConditionId>, threshold: u64 },
    /// The item is in the list, in that contract, of the account that says so.
    Whitelisting { list: Address, item: Hash32 },
}

impl ConditionTerms {
    /// The contract's name in keeper-contracts.
    pub const fn contract_name(&self) -> &'static str {
        match self {
            Self::LockReward { .. } => "LockRewardCondition",
            Self::AccessSecretStore { .. } => "AccessSecretStoreCondition",
            Self::ComputeExecution { .. } => "ComputeExecutionCondition",
            Self::EscrowReward { .. } => "EscrowReward",
            Self::Sign { .. } => "SignCondition",
            Self::HashLock { .. } => "HashLockCondition",
            Self::Threshold { .. } => "ThresholdCondition",
            Self::Whitelisting { .. } => "WhitelistingCondition",
        }
    }

    /// What the contract's `hashValues` says.
    pub fn value_hash(&self) -> Hash32 {
        match self {
            Self::LockReward { reward_address, amount } => value_hash_lock(*reward_address, *amount),
            Self::AccessSecretStore { did, grantee: who } | Self::ComputeExecution { did, consumer: who } => {
                value_hash_access(*did, *who)
            }
            Self::EscrowReward { amount, receiver, sender, lock, release } => {
                value_hash_escrow(*amount, *receiver, *sender, *lock, *release)
            }
            Self::Sign { message, signer } => value_hash_sign(*message, *signer),
            Self::HashLock { hash } => *hash,
            Self::Threshold { inputs, threshold } => value_hash_threshold(inputs, vodka(*threshold)),
            Self::Whitelisting { list, item } => value_hash_whitelist(*list, *item),
        }
    }

    /// The condition's id in an agreement, for the contract of [`ConditionTerms::contract_name`].
    pub fn id(&self, agreement: AgreementId, contract: Address) -> ConditionId {
        condition_id(agreement, contract, self.value_hash())
    }
}

fn vodka(number: u64) -> Vodka {
    let mut bytes = [0; 32];
    bytes[24..].copy_from_slice(&number.to_be_bytes());
    Vodka::from_be_bytes(bytes)
}

/// What HashLockCondition is shown. The three forms are three functions of the contract.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preimage {
    /// A number, as 32 bytes with the big end first.
    Number(Vodka),
    /// A text, as its UTF-8; the empty one too.
    Text(String),
    /// 32 bytes.
    Word(Hash32),
}

impl Preimage {
    /// The condition it fulfils.
    pub fn terms(&self) -> ConditionTerms {
        let hash = match self {
            Self::Number(number) => value_hash_hash_lock(&number.to_be_bytes()),
            Self::Text(text) => value_hash_hash_lock(text.as_bytes()),
            Self::Word(word) => value_hash_hash_lock(&word.0),
        };
        ConditionTerms::HashLock { hash }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn of<T: std::str::FromStr<Err = crate::ParseIdError>>(value: &Value) -> T {
        value.as_str().unwrap().parse().unwrap()
    }

    fn amount(value: &Value) -> Vodka {
        value.as_str().unwrap().parse().unwrap()
    }

    fn read(contract: &str, function: &str, a: &Value) -> ConditionTerms {
        match (contract, function) {
            ("LockRewardCondition", _) => {
                ConditionTerms::LockReward { reward_address: of(&a[0]), amount: amount(&a[1]) }
            }
            ("AccessSecretStoreCondition", _) => {
                ConditionTerms::AccessSecretStore { did: of(&a[0]), grantee: of(&a[1]) }
            }
            ("ComputeExecutionCondition", _) => {
                ConditionTerms::ComputeExecution { did: of(&a[0]), consumer: of(&a[1]) }
            }
            ("EscrowReward", _) => ConditionTerms::EscrowReward {
                amount: amount(&a[0]),
                receiver: of(&a[1]),
                sender: of(&a[2]),
                lock: of(&a[3]),
                release: of(&a[4]),
            },
            ("SignCondition", _) => ConditionTerms::Sign { message: of(&a[0]), signer: of(&a[1]) },
            ("HashLockCondition", "hashValues(uint256)") => Preimage::Number(amount(&a[0])).terms(),
            ("HashLockCondition", "hashValues(string)") => Preimage::Text(a[0].as_str().unwrap().to_owned()).terms(),
            ("HashLockCondition", _) => Preimage::Word(of(&a[0])).terms(),
            ("ThresholdCondition", _) => ConditionTerms::Threshold {
                inputs: a[0].as_array().unwrap().iter().map(of).collect(),
                threshold: a[1].as_str().unwrap().parse().unwrap(),
            },
            ("WhitelistingCondition", _) => ConditionTerms::Whitelisting { list: of(&a[0]), item: of(&a[1]) },
            other => panic!("a contract without a test: {other:?}"),
        }
    }

    #[test]
    fn ids_of_all_kinds_are_those_of_the_released_contracts() {
        let file: Value = serde_json::from_str(include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../../tests/vectors/condition-ids.json"
        )))
        .unwrap();
        let mut kinds = std::collections::BTreeSet::new();
        for vector in file["vectors"].as_array().unwrap() {
            let contract = vector["contract"].as_str().unwrap();
            let terms = read(contract, vector["hashValues"].as_str().unwrap(), &vector["args"]);
            assert_eq!(terms.contract_name(), contract);
            assert_eq!(terms.value_hash().hex(), vector["valueHash"].as_str().unwrap(), "{vector}");
            let id = terms.id(of(&vector["agreementId"]), of(&vector["address"]));
            assert_eq!(id.hex(), vector["conditionId"].as_str().unwrap(), "{vector}");
            let text = serde_json::to_string(&terms).unwrap();
            assert_eq!(serde_json::from_str::<ConditionTerms>(&text).unwrap(), terms);
            kinds.insert(contract.to_owned());
        }
        assert_eq!(kinds.len(), 8, "one of each kind");
    }
}
