//! Where the contracts of a network are.

use crate::KeeperError;
use protocol::{
    Address, NetworkFile, TemplateId,
    conditions::ConditionKind,
    network::AgreementForm,
    templates::{ACCESS, TemplateRef, contract_template_id},
};
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
    /// ComputeExecutionCondition.
    pub compute_execution: Option<Address>,
    /// SignCondition.
    pub sign: Option<Address>,
    /// HashLockCondition.
    pub hash_lock: Option<Address>,
    /// ThresholdCondition.
    pub threshold: Option<Address>,
    /// WhitelistingCondition.
    pub whitelisting: Option<Address>,
    /// HashLists: a list for every account, which WhitelistingCondition can ask.
    pub hash_lists: Option<Address>,
    /// EscrowAccessSecretStoreTemplate: a template contract of v0.1.
    pub access_template: Option<Address>,
    /// EscrowComputeExecutionTemplate: a template contract of v0.1.
    pub compute_template: Option<Address>,
    /// Governance: the operators who own and upgrade the contracts, where they stand behind proxies.
    pub governance: Option<Address>,
    /// What sales are agreed from here.
    pub sale_template: TemplateRef,
}

impl Contracts {
    /// From the `[contracts]` of a network file.
    ///
    /// # Errors
    /// [`KeeperError::ContractMissing`] for a contract that every purchase needs.
    pub fn from_map(map: &BTreeMap<String, Address>) -> Result<Self, KeeperError> {
        let need = |name: &'static str| map.get(name).copied().ok_or(KeeperError::ContractMissing(name));
        let may = |name: &str| map.get(name).copied();
        Ok(Self {
            ocean_token: need("OceanToken")?,
            dispenser: may("Dispenser"),
            did_registry: need("DIDRegistry")?,
            template_store: need("TemplateStoreManager")?,
            agreement_store: need("AgreementStoreManager")?,
            condition_store: need("ConditionStoreManager")?,
            lock_reward: need("LockRewardCondition")?,
            access_secret_store: need("AccessSecretStoreCondition")?,
            escrow_reward: need("EscrowReward")?,
            compute_execution: may("ComputeExecutionCondition"),
            sign: may("SignCondition"),
            hash_lock: may("HashLockCondition"),
            threshold: may("ThresholdCondition"),
            whitelisting: may("WhitelistingCondition"),
            hash_lists: may("HashLists"),
            access_template: may("EscrowAccessSecretStoreTemplate"),
            compute_template: may("EscrowComputeExecutionTemplate"),
            governance: may("Governance"),
            sale_template: TemplateRef::Id(ACCESS),
        })
    }

    /// Those of a network, and what sales are agreed from there.
    ///
    /// # Errors
    /// [`KeeperError::ContractMissing`] for a contract that every purchase needs.
    pub fn of_network(network: &NetworkFile) -> Result<Self, KeeperError> {
        let contracts = Self::from_map(&network.contracts)?;
        Ok(match network.agreements {
            AgreementForm::V02 => contracts,
            AgreementForm::V01 => {
                let at = contracts.find("EscrowAccessSecretStoreTemplate")?;
                Self { sale_template: TemplateRef::Contract(at), ..contracts }
            }
        })
    }

    /// Whether agreements are kept as up to keeper-contracts 0.12: by template contracts, and by nobody else.
    pub fn are_v01(&self) -> bool {
        matches!(self.sale_template, TemplateRef::Contract(_))
    }

    /// The template contract that an agreement's template in the store stands for: up to 0.12 its address, later the hash of
    /// that. `None` where it is an entry of the template store, or a contract that the network file does not name.
    pub(crate) fn template_contract(&self, id: TemplateId) -> Option<Address> {
        let known = [self.access_template, self.compute_template];
        known
            .into_iter()
            .flatten()
            .find(|at| id.0[12..] == at.0 && id.0[..12] == [0; 12] || contract_template_id(*at) == id)
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
        let optional = [
            ("Dispenser", self.dispenser),
            ("ComputeExecutionCondition", self.compute_execution),
            ("SignCondition", self.sign),
            ("HashLockCondition", self.hash_lock),
            ("ThresholdCondition", self.threshold),
            ("WhitelistingCondition", self.whitelisting),
            ("HashLists", self.hash_lists),
            ("EscrowAccessSecretStoreTemplate", self.access_template),
            ("EscrowComputeExecutionTemplate", self.compute_template),
            ("Governance", self.governance),
        ];
        named.extend(optional.into_iter().filter_map(|(name, address)| Some((name, address?))));
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

    /// The contract of this name.
    ///
    /// # Errors
    /// [`KeeperError::ContractMissing`] where the network file does not name it.
    pub fn find(&self, name: &'static str) -> Result<Address, KeeperError> {
        let found = self.named().into_iter().find(|(known, _)| *known == name);
        found.map(|(_, address)| address).ok_or(KeeperError::ContractMissing(name))
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
