//! Where the contracts of a network are.

use crate::KeeperError;
use protocol::{Address, conditions::ConditionKind};
use std::collections::BTreeMap;

/// The addresses of the keeper contracts, by the names of keeper-contracts 0.13.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contracts {
    /// OceanToken.
    pub ocean_token: Address,
    /// Dispenser; test networks only.
    pub dispenser: Option<Address>,
    /// DIDRegistry.
    pub did_registry: Address,
    /// TemplateStoreManager.
    pub template_store: Address,
    /// AgreementStoreManager.
    pub agreement_store: Address,
    /// ConditionStoreManager.
    pub condition_store: Address,
    /// LockRewardCondition.
    pub lock_reward: Address,
    /// AccessSecretStoreCondition.
    pub access_secret_store: Address,
    /// EscrowReward.
    pub escrow_reward: Address,
}

impl Contracts {
    /// From the `[contracts]` of a network file.
    ///
    /// # Errors
    /// [`KeeperError::ContractMissing`] for any but the Dispenser.
    pub fn from_map(map: &BTreeMap<String, Address>) -> Result<Self, KeeperError> {
        let need = |name: &'static str| map.get(name).copied().ok_or(KeeperError::ContractMissing(name));
        Ok(Self {
            ocean_token: need("OceanToken")?,
            dispenser: map.get("Dispenser").copied(),
            did_registry: need("DIDRegistry")?,
            template_store: need("TemplateStoreManager")?,
            agreement_store: need("AgreementStoreManager")?,
            condition_store: need("ConditionStoreManager")?,
            lock_reward: need("LockRewardCondition")?,
            access_secret_store: need("AccessSecretStoreCondition")?,
            escrow_reward: need("EscrowReward")?,
        })
    }

    /// Each contract's name and address.
    pub fn named(&self) -> Vec<(&'static str, Address)> {
        let mut named = vec![
            ("OceanToken", self.ocean_token),
            ("DIDRegistry", self.did_registry),
            ("TemplateStoreManager", self.template_store),
            ("AgreementStoreManager", self.agreement_store),
            ("ConditionStoreManager", self.condition_store),
            ("LockRewardCondition", self.lock_reward),
            ("AccessSecretStoreCondition", self.access_secret_store),
            ("EscrowReward", self.escrow_reward),
        ];
        named.extend(self.dispenser.map(|address| ("Dispenser", address)));
        named
    }

    /// For the `[contracts]` of a network file.
    pub fn to_map(&self) -> BTreeMap<String, Address> {
        self.named().into_iter().map(|(name, address)| (name.to_owned(), address)).collect()
    }

    /// All addresses, for filters.
    pub fn all(&self) -> Vec<Address> {
        self.named().into_iter().map(|(_, address)| address).collect()
    }

    /// The contract of a condition.
    pub fn of(&self, kind: ConditionKind) -> Address {
        match kind {
            ConditionKind::LockReward => self.lock_reward,
            ConditionKind::AccessSecretStore => self.access_secret_store,
            ConditionKind::EscrowReward => self.escrow_reward,
        }
    }
}
