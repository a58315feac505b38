//! Looks at a network before anyone trusts it with money.

use crate::{
    Keeper, KeeperError,
    bindings::{
        ACCESSSECRETSTORECONDITION_DEPLOYED_BYTECODE, AGREEMENTSTOREMANAGER_DEPLOYED_BYTECODE,
        CONDITIONSTOREMANAGER_DEPLOYED_BYTECODE, DIDREGISTRY_DEPLOYED_BYTECODE, ESCROWREWARD_DEPLOYED_BYTECODE,
        LOCKREWARDCONDITION_DEPLOYED_BYTECODE, OCEANTOKEN_DEPLOYED_BYTECODE, TEMPLATESTOREMANAGER_DEPLOYED_BYTECODE,
        condition_store_manager::ConditionStoreManager, template_store_manager::TemplateStoreManager,
    },
    convert::{address, h160},
    proxy::{TOKEN_WRITTEN, same_code},
};
use ethers::types::U256;
use protocol::{
    Address, Hash32, TemplateId,
    templates::{ACCESS, CONSUMER, PROVIDER},
};

/// Code into which no constructor writes.
const NONE: &[(usize, usize)] = &[];

/// What is wrong with a network's contracts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NetworkFault {
    /// No code at the address of the network file.
    #[error("there is no contract at the address of {0}")]
    NoCode(&'static str),
    /// Conditions are created by another contract than the agreement store, so no agreement can be made.
    #[error("AgreementStoreManager may not create conditions")]
    CreateRole,
    /// The access template is not approved, so no agreement can be made.
    #[error("the template {0} is not approved")]
    Template(TemplateId),
    /// The template is approved for other conditions than the network file names.
    #[error("the template {0} has other conditions than the network file names")]
    TemplateConditions(TemplateId),
    /// A proxy can be upgraded by another than the network file's Governance.
    #[error("{contract} can be changed by {owner}, who is not the network's Governance")]
    Upgrader {
        /// Which.
        contract: &'static str,
        /// The owner of its ProxyAdmin.
        owner: Address,
    },
    /// An actor type is not registered.
    #[error("the actor type {0} is not registered")]
    ActorType(Hash32),
}

/// A network as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkCheck {
    /// Nothing can be bought or sold while there is one.
    pub faults: Vec<NetworkFault>,
    /// Whether the contracts that hold and move money are ours, byte for byte. Others, the released ones too, have
    /// holes through which a locked payment can be taken: not safe for priced purchases.
    pub safe_for_payments: bool,
    /// The operators who can together change the code, where the contracts stand behind proxies.
    pub upgraded_by: Option<Address>,
}

impl Keeper {
    /// Looks at code and roles of all contracts.
    ///
    /// # Errors
    /// [`KeeperError`] where the node cannot be asked.
    pub async fn check(&self) -> Result<NetworkCheck, KeeperError> {
        let contracts = *self.contracts();
        let mut faults = Vec::new();
        let mut safe_for_payments = true;
        let mut upgraded_by = None;
        for (name, at) in contracts.named() {
            let mut code = self.code(at).await?;
            if code.is_empty() {
                faults.push(NetworkFault::NoCode(name));
            }
            if let Some(proxy) = self.proxy(at).await? {
                code = self.code(proxy.code).await?;
                upgraded_by = Some(proxy.owner);
                if contracts.governance == Some(proxy.owner) {
                    safe_for_payments &= self.is_governance(proxy.owner).await?;
                } else {
                    faults.push(NetworkFault::Upgrader { contract: name, owner: proxy.owner });
                    safe_for_payments = false;
                }
            }
            // The Dispenser touches nobody's money; the other conditions only that of agreements that have them.
            let (ours, written) = match name {
                "OceanToken" => (&OCEANTOKEN_DEPLOYED_BYTECODE, TOKEN_WRITTEN),
                "DIDRegistry" => (&DIDREGISTRY_DEPLOYED_BYTECODE, NONE),
                "TemplateStoreManager" => (&TEMPLATESTOREMANAGER_DEPLOYED_BYTECODE, NONE),
                "AgreementStoreManager" => (&AGREEMENTSTOREMANAGER_DEPLOYED_BYTECODE, NONE),
                "ConditionStoreManager" => (&CONDITIONSTOREMANAGER_DEPLOYED_BYTECODE, NONE),
                "LockRewardCondition" => (&LOCKREWARDCONDITION_DEPLOYED_BYTECODE, NONE),
                "AccessSecretStoreCondition" => (&ACCESSSECRETSTORECONDITION_DEPLOYED_BYTECODE, NONE),
                "EscrowReward" => (&ESCROWREWARD_DEPLOYED_BYTECODE, NONE),
                _ => continue,
            };
            safe_for_payments &= same_code(&code, ours, written);
        }
        if !faults.is_empty() {
            // Without code there is nobody to ask about roles.
            return Ok(NetworkCheck { faults, safe_for_payments: false, upgraded_by });
        }
        let conditions = ConditionStoreManager::new(h160(contracts.condition_store), self.provider());
        if address(conditions.get_create_role().legacy().call().await?) != contracts.agreement_store {
            faults.push(NetworkFault::CreateRole);
        }
        let templates = TemplateStoreManager::new(h160(contracts.template_store), self.provider());
        if self.template_approved(ACCESS).await? {
            let (.., types, _) = templates.get_template(ACCESS.0).legacy().call().await?;
            let expected = [contracts.lock_reward, contracts.access_secret_store, contracts.escrow_reward].map(h160);
            if types != expected {
                faults.push(NetworkFault::TemplateConditions(ACCESS));
            }
        } else {
            faults.push(NetworkFault::Template(ACCESS));
        }
        for actor in [PROVIDER, CONSUMER] {
            let state = templates.get_template_actor_type_state(actor.0).legacy().call().await?;
            if state != U256::one() {
                faults.push(NetworkFault::ActorType(actor));
            }
        }
        Ok(NetworkCheck { faults, safe_for_payments, upgraded_by })
    }
}
