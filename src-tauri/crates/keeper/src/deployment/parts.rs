//! What is deployed: each contract's code, and the call that sets it up.

use crate::{
    Contracts,
    bindings::{
        ACCESSSECRETSTORECONDITION_BYTECODE, AGREEMENTSTOREMANAGER_BYTECODE, COMPUTEEXECUTIONCONDITION_BYTECODE,
        CONDITIONSTOREMANAGER_BYTECODE, DIDREGISTRY_BYTECODE, DISPENSER_BYTECODE,
        ESCROWACCESSSECRETSTORETEMPLATE_BYTECODE, ESCROWCOMPUTEEXECUTIONTEMPLATE_BYTECODE, ESCROWREWARD_BYTECODE,
        HASHLISTS_BYTECODE, HASHLOCKCONDITION_BYTECODE, LOCKREWARDCONDITION_BYTECODE, OCEANTOKEN_BYTECODE,
        SIGNCONDITION_BYTECODE, TEMPLATESTOREMANAGER_BYTECODE, THRESHOLDCONDITION_BYTECODE,
        WHITELISTINGCONDITION_BYTECODE, access_secret_store_condition as access, agreement_store_manager as agreements,
        condition_store_manager as conditions, dispenser, escrow_access_secret_store_template as facade,
        escrow_reward as escrow, lock_reward_condition as lock, ocean_token as token, sign_condition as plain,
    },
    convert::h160,
};
use ethers::{
    abi::AbiEncode,
    types::{Bytes, H160},
};
use protocol::Address;

/// Where everything will be, and who owns it.
pub(super) struct Site {
    pub(super) contracts: Contracts,
    pub(super) dispenser: Address,
    /// Sets up the stores, and owns them until that is done.
    pub(super) deployer: Address,
    /// Owns everything in the end.
    pub(super) owner: Address,
}

/// A contract of the deployment.
pub(super) struct Part {
    /// As in keeper-contracts and in the network file.
    pub(super) name: &'static str,
    pub(super) code: &'static Bytes,
    /// `initialize` with its arguments.
    pub(super) set_up: fn(&Site) -> Vec<u8>,
}

/// The contracts whose owner has work to do before it is another.
pub(super) const SET_UP_BY_DEPLOYER: [&str; 2] = ["TemplateStoreManager", "ConditionStoreManager"];

fn owned(site: &Site) -> Vec<u8> {
    conditions::InitializeCall { owner: h160(site.owner) }.encode()
}

fn owned_by_deployer(site: &Site) -> Vec<u8> {
    conditions::InitializeCall { owner: h160(site.deployer) }.encode()
}

fn with_store(site: &Site) -> Vec<u8> {
    let condition_store_manager_address = h160(site.contracts.condition_store);
    plain::InitializeCall { owner: h160(site.owner), condition_store_manager_address }.encode()
}

fn with_token(site: &Site) -> Vec<u8> {
    let c = &site.contracts;
    let arguments = lock::InitializeCall {
        owner: h160(site.owner),
        condition_store_manager_address: h160(c.condition_store),
        token_address: h160(c.ocean_token),
    };
    arguments.encode()
}

fn with_agreements(site: &Site) -> Vec<u8> {
    let c = &site.contracts;
    let arguments = access::InitializeCall {
        owner: h160(site.owner),
        condition_store_manager_address: h160(c.condition_store),
        agreement_store_manager_address: h160(c.agreement_store),
    };
    arguments.encode()
}

fn template(site: &Site, release: Option<Address>) -> Vec<u8> {
    let c = &site.contracts;
    let arguments = facade::InitializeCall {
        owner: h160(site.owner),
        agreement_store_manager_address: h160(c.agreement_store),
        did_registry_address: h160(c.did_registry),
        release_condition_address: release.map_or(H160::zero(), h160),
        lock_reward_condition_address: h160(c.lock_reward),
        escrow_reward_address: h160(c.escrow_reward),
    };
    arguments.encode()
}

/// Every contract, in the order of its creation.
pub(super) fn parts() -> Vec<Part> {
    let part = |name, code, set_up| Part { name, code, set_up };
    vec![
        part("Dispenser", &DISPENSER_BYTECODE, |site| {
            let ocean_token_address = h160(site.contracts.ocean_token);
            dispenser::InitializeCall { ocean_token_address, owner: h160(site.owner) }.encode()
        }),
        part("OceanToken", &OCEANTOKEN_BYTECODE, |site| {
            token::InitializeCall { owner: h160(site.owner), initial_minter: h160(site.dispenser) }.encode()
        }),
        part("DIDRegistry", &DIDREGISTRY_BYTECODE, owned),
        part("TemplateStoreManager", &TEMPLATESTOREMANAGER_BYTECODE, owned_by_deployer),
        part("ConditionStoreManager", &CONDITIONSTOREMANAGER_BYTECODE, owned_by_deployer),
        part("AgreementStoreManager", &AGREEMENTSTOREMANAGER_BYTECODE, |site| {
            let c = &site.contracts;
            let arguments = agreements::InitializeCall {
                owner: h160(site.owner),
                condition_store_manager_address: h160(c.condition_store),
                template_store_manager_address: h160(c.template_store),
                did_registry_address: h160(c.did_registry),
            };
            arguments.encode()
        }),
        part("LockRewardCondition", &LOCKREWARDCONDITION_BYTECODE, with_token),
        // Reads the registry's address from the agreement store, which is set up by then.
        part("AccessSecretStoreCondition", &ACCESSSECRETSTORECONDITION_BYTECODE, with_agreements),
        part("EscrowReward", &ESCROWREWARD_BYTECODE, |site| {
            let c = &site.contracts;
            let arguments = escrow::InitializeCall {
                owner: h160(site.owner),
                condition_store_manager_address: h160(c.condition_store),
                token_address: h160(c.ocean_token),
            };
            arguments.encode()
        }),
        part("ComputeExecutionCondition", &COMPUTEEXECUTIONCONDITION_BYTECODE, with_agreements),
        part("SignCondition", &SIGNCONDITION_BYTECODE, with_store),
        part("HashLockCondition", &HASHLOCKCONDITION_BYTECODE, with_store),
        part("ThresholdCondition", &THRESHOLDCONDITION_BYTECODE, with_store),
        part("WhitelistingCondition", &WHITELISTINGCONDITION_BYTECODE, with_store),
        part("HashLists", &HASHLISTS_BYTECODE, owned),
        part("EscrowAccessSecretStoreTemplate", &ESCROWACCESSSECRETSTORETEMPLATE_BYTECODE, |site| {
            template(site, Some(site.contracts.access_secret_store))
        }),
        part("EscrowComputeExecutionTemplate", &ESCROWCOMPUTEEXECUTIONTEMPLATE_BYTECODE, |site| {
            template(site, site.contracts.compute_execution)
        }),
    ]
}
