//! Looks at a network before anyone trusts it with money.

use crate::{
    Keeper, KeeperError,
    bindings::{
        ACCESSSECRETSTORECONDITION_DEPLOYED_BYTECODE, AGREEMENTSTOREMANAGER_DEPLOYED_BYTECODE,
        CONDITIONSTOREMANAGER_DEPLOYED_BYTECODE, DIDREGISTRY_DEPLOYED_BYTECODE,
        ESCROWACCESSSECRETSTORETEMPLATE_DEPLOYED_BYTECODE, ESCROWREWARD_DEPLOYED_BYTECODE,
        LOCKREWARDCONDITION_DEPLOYED_BYTECODE, OCEANTOKEN_DEPLOYED_BYTECODE, TEMPLATESTOREMANAGER_DEPLOYED_BYTECODE,
        condition_store_manager::ConditionStoreManager,
        escrow_access_secret_store_template::EscrowAccessSecretStoreTemplate,
        template_store_manager::TemplateStoreManager,
    },
    convert::{address, h160},
    proxy::{TOKEN_WRITTEN, same_code},
    rpc::{RpcFault, ask},
};
use ethers::types::{Bytes, U256};
use protocol::{
    Address, Hash32,
    templates::{CONSUMER, PROVIDER, TemplateRef},
};
use serde_json::json;

/// Code into which no constructor writes.
const NONE: &[(usize, usize)] = &[];

/// What is wrong with a network's contracts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NetworkFault {
    /// No code at the address of the network file.
    #[error("there is no contract at the address of {0}")]
    NoCode(&'static str),
    /// The contract there has not the functions that one of this name must have.
    #[error("the contract at the address of {0} does not have its functions")]
    Abi(&'static str),
    /// Conditions are created by another contract than the agreement store, so no agreement can be made.
    #[error("AgreementStoreManager may not create conditions")]
    CreateRole,
    /// The access template is not approved, so no agreement can be made.
    #[error("the template {0} is not approved")]
    Template(TemplateRef),
    /// The template is approved for other conditions than the network file names.
    #[error("the template {0} has other conditions than the network file names")]
    TemplateConditions(TemplateRef),
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

impl NetworkFault {
    /// The contract it is about, where it is about one.
    pub fn contract(&self) -> Option<&'static str> {
        match self {
            Self::NoCode(contract) | Self::Abi(contract) | Self::Upgrader { contract, .. } => Some(contract),
            Self::CreateRole | Self::Template(_) | Self::TemplateConditions(_) | Self::ActorType(_) => None,
        }
    }
}

/// A network as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkCheck {
    /// Nothing can be bought or sold while there is one.
    pub faults: Vec<NetworkFault>,
    /// Contracts whose code is ours, byte for byte, of those that hold and move money.
    pub ours: Vec<&'static str>,
    /// Whether the contracts that hold and move money are ours, byte for byte. Others, the released ones too, have
    /// holes through which a locked payment can be taken: not safe for priced purchases.
    pub safe_for_payments: bool,
    /// The operators who can together change the code, where the contracts stand behind proxies.
    pub upgraded_by: Option<Address>,
}

/// A contract's name, and its functions.
type Reads = (&'static str, &'static [(&'static str, usize)]);

/// Functions that only read, and how many arguments they take: a contract of this name answers each, whatever it is asked.
const READS: [Reads; 6] = [
    ("OceanToken", &[("totalSupply()", 0), ("balanceOf(address)", 1), ("allowance(address,address)", 2)]),
    ("DIDRegistry", &[("getDIDOwner(bytes32)", 1), ("getDIDRegister(bytes32)", 1)]),
    ("ConditionStoreManager", &[("getCondition(bytes32)", 1), ("getCreateRole()", 0)]),
    ("LockRewardCondition", &[("hashValues(address,uint256)", 2)]),
    ("AccessSecretStoreCondition", &[("hashValues(bytes32,address)", 2), ("checkPermissions(address,bytes32)", 2)]),
    ("EscrowReward", &[("hashValues(uint256,address,address,bytes32,bytes32)", 5)]),
];

/// The same of those that keep agreements.
const READS_V02: [Reads; 2] = [
    ("TemplateStoreManager", &[("isTemplateIdApproved(bytes32)", 1), ("getTemplate(bytes32)", 1)]),
    ("AgreementStoreManager", &[("getAgreement(bytes32)", 1), ("getAgreementActors(bytes32)", 1)]),
];

/// Up to keeper-contracts 0.12.
const READS_V01: [Reads; 3] = [
    ("TemplateStoreManager", &[("isTemplateApproved(address)", 1), ("getTemplate(address)", 1)]),
    ("AgreementStoreManager", &[("getAgreement(bytes32)", 1), ("getAgreementIdsForTemplateId(address)", 1)]),
    ("EscrowAccessSecretStoreTemplate", &[("getConditionTypes()", 0), ("getAgreementData(bytes32)", 1)]),
];

impl Keeper {
    /// Whether a contract answers the functions that one of this name must have.
    async fn has_functions(&self, name: &str, at: Address) -> Result<bool, KeeperError> {
        let of_agreements: &[Reads] = if self.contracts().are_v01() { &READS_V01 } else { &READS_V02 };
        let reads = READS.iter().chain(of_agreements).filter(|(known, _)| *known == name).flat_map(|(_, reads)| *reads);
        for (signature, arguments) in reads {
            let mut data = ethers::utils::id(signature).to_vec();
            data.resize(data.len() + arguments * 32, 0);
            let call = json!([{ "to": h160(at), "data": Bytes::from(data) }, "latest"]);
            match ask::<Bytes>(self.rpc(), "eth_call", call).await {
                Ok(output) if output.len() >= 32 => {}
                Ok(_) | Err(RpcFault::Refused { .. }) => return Ok(false),
                Err(fault) => return Err(fault.into()),
            }
        }
        Ok(true)
    }

    /// Looks at code and roles of all contracts.
    ///
    /// # Errors
    /// [`KeeperError`] where the node cannot be asked.
    pub async fn check(&self) -> Result<NetworkCheck, KeeperError> {
        let contracts = *self.contracts();
        let mut faults = Vec::new();
        let mut safe_for_payments = true;
        let mut upgraded_by = None;
        let mut ours_found = Vec::new();
        for (name, at) in contracts.named() {
            let mut code = self.code(at).await?;
            if code.is_empty() {
                faults.push(NetworkFault::NoCode(name));
                safe_for_payments = false;
                continue;
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
                "EscrowAccessSecretStoreTemplate" if contracts.are_v01() => {
                    (&ESCROWACCESSSECRETSTORETEMPLATE_DEPLOYED_BYTECODE, NONE)
                }
                _ => continue,
            };
            let same = same_code(&code, ours, written);
            safe_for_payments &= same;
            if same {
                ours_found.push(name);
            }
            // Ours keep agreements in another form.
            if (!same || contracts.are_v01()) && !self.has_functions(name, at).await? {
                faults.push(NetworkFault::Abi(name));
            }
        }
        if !faults.is_empty() {
            // Without code there is nobody to ask about roles.
            return Ok(NetworkCheck { faults, ours: ours_found, safe_for_payments: false, upgraded_by });
        }
        let conditions = ConditionStoreManager::new(h160(contracts.condition_store), self.provider());
        if address(conditions.get_create_role().legacy().call().await?) != contracts.agreement_store {
            faults.push(NetworkFault::CreateRole);
        }
        faults.extend(self.sale_template_faults().await?);
        Ok(NetworkCheck { faults, ours: ours_found, safe_for_payments, upgraded_by })
    }

    /// What is wrong with the template that sales are agreed from.
    async fn sale_template_faults(&self) -> Result<Vec<NetworkFault>, KeeperError> {
        let contracts = self.contracts();
        let template = contracts.sale_template;
        if !self.template_approved(template).await? {
            return Ok(vec![NetworkFault::Template(template)]);
        }
        let templates = TemplateStoreManager::new(h160(contracts.template_store), self.provider());
        let (lock, access, escrow) = (contracts.lock_reward, contracts.access_secret_store, contracts.escrow_reward);
        let (types, expected) = match template {
            TemplateRef::Id(id) => {
                let (.., types, _) = templates.get_template(id.0).legacy().call().await?;
                (types, [lock, access, escrow])
            }
            TemplateRef::Contract(at) => {
                let template = EscrowAccessSecretStoreTemplate::new(h160(at), self.provider());
                (template.get_condition_types().legacy().call().await?, [access, lock, escrow])
            }
        };
        let mut faults = Vec::new();
        if types != expected.map(h160) {
            faults.push(NetworkFault::TemplateConditions(template));
        }
        if contracts.are_v01() {
            // There, nobody has to be of a type.
            return Ok(faults);
        }
        for actor in [PROVIDER, CONSUMER] {
            let state = templates.get_template_actor_type_state(actor.0).legacy().call().await?;
            if state != U256::one() {
                faults.push(NetworkFault::ActorType(actor));
            }
        }
        Ok(faults)
    }
}
