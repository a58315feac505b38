//! The kinds of conditions by name.

use crate::conditions::ConditionTerms;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A kind of condition of keeper-contracts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A payment was set aside.
    LockReward,
    /// The grantee may decrypt the listing.
    AccessSecretStore,
    /// A computation on the listing was started.
    ComputeExecution,
    /// What was set aside was paid out, or went back.
    EscrowReward,
    /// An account signed 32 bytes.
    Sign,
    /// Somebody showed what a hash is of.
    HashLock,
    /// A number of conditions out of several are fulfilled.
    Threshold,
    /// Something is in a list.
    Whitelisting,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::LockReward,
        Self::AccessSecretStore,
        Self::ComputeExecution,
        Self::EscrowReward,
        Self::Sign,
        Self::HashLock,
        Self::Threshold,
        Self::Whitelisting,
    ];

    /// The name in a document.
    pub const fn name(self) -> &'static str {
        match self {
            Self::LockReward => "lockReward",
            Self::AccessSecretStore => "accessSecretStore",
            Self::ComputeExecution => "computeExecution",
            Self::EscrowReward => "escrowReward",
            Self::Sign => "sign",
            Self::HashLock => "hashLock",
            Self::Threshold => "threshold",
            Self::Whitelisting => "whitelisting",
        }
    }

    /// The contract's name in keeper-contracts and in a network file.
    pub const fn contract_name(self) -> &'static str {
        match self {
            Self::LockReward => "LockRewardCondition",
            Self::AccessSecretStore => "AccessSecretStoreCondition",
            Self::ComputeExecution => "ComputeExecutionCondition",
            Self::EscrowReward => "EscrowReward",
            Self::Sign => "SignCondition",
            Self::HashLock => "HashLockCondition",
            Self::Threshold => "ThresholdCondition",
            Self::Whitelisting => "WhitelistingCondition",
        }
    }

    /// Reads either name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name || kind.contract_name() == name)
    }

    /// The kind of these terms.
    pub const fn of(terms: &ConditionTerms) -> Self {
        match terms {
            ConditionTerms::LockReward { .. } => Self::LockReward,
            ConditionTerms::AccessSecretStore { .. } => Self::AccessSecretStore,
            ConditionTerms::ComputeExecution { .. } => Self::ComputeExecution,
            ConditionTerms::EscrowReward { .. } => Self::EscrowReward,
            ConditionTerms::Sign { .. } => Self::Sign,
            ConditionTerms::HashLock { .. } => Self::HashLock,
            ConditionTerms::Threshold { .. } => Self::Threshold,
            ConditionTerms::Whitelisting { .. } => Self::Whitelisting,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
