//! The deployment as a list of transactions. Every address follows from the deployer's nonce.

use super::{
    Governed,
    parts::{Part, SET_UP_BY_DEPLOYER, Site, parts},
};
use crate::{
    Contracts, KeeperError,
    bindings::{
        GOVERNANCE_BYTECODE, KEEPERPROXY_BYTECODE, condition_store_manager as conditions,
        template_store_manager as templates,
    },
    convert::{address, h160},
};
use ethers::{
    abi::{AbiEncode, Token, encode},
    types::{Bytes, U256},
    utils::get_contract_address,
};
use protocol::{
    Address,
    templates::{ACCESS, ACCESS_NAME, COMPUTE, COMPUTE_NAME, CONSUMER, PROVIDER, contract_template_id},
};
use std::collections::BTreeMap;

/// Gas of a call of the deployment at most.
const CALL_GAS: u64 = 700_000;
/// What a proxy's constructor adds: it makes its ProxyAdmin and sets its contract up.
const PROXY_GAS: u64 = 1_200_000;
/// What the list of owners adds, each.
const OWNER_GAS: u64 = 80_000;

/// One transaction of the deployment.
pub(super) struct Step {
    pub(super) what: String,
    pub(super) to: Option<Address>,
    pub(super) data: Vec<u8>,
    pub(super) gas: u64,
}

pub(super) struct Plan {
    deployer: Address,
    pub(super) first_nonce: u64,
    pub(super) steps: Vec<Step>,
}

impl Plan {
    fn address_of(&self, step: usize) -> Address {
        let nonce = self.first_nonce.saturating_add(step as u64);
        address(get_contract_address(h160(self.deployer), U256::from(nonce)))
    }

    fn create(&mut self, name: &str, code: &Bytes, arguments: &[Token], more_gas: u64) -> Address {
        let at = self.address_of(self.steps.len());
        let data = [code.to_vec(), encode(arguments)].concat();
        // 53,000 to create, 16 a byte that is sent, 200 a byte that is kept, and what the constructor writes.
        let gas = 200_000 + 220 * data.len() as u64 + more_gas;
        self.steps.push(Step { what: format!("create {name}"), to: None, data, gas });
        at
    }

    fn call(&mut self, to: Address, what: impl Into<String>, data: Vec<u8>) {
        self.steps.push(Step { what: what.into(), to: Some(to), data, gas: CALL_GAS });
    }
}

/// All transactions, and where the contracts will be.
///
/// # Errors
/// [`KeeperError::ContractMissing`] never: every contract is among the parts.
pub(super) fn plan(
    deployer: Address,
    first_nonce: u64,
    governed: Option<&Governed>,
) -> Result<(Plan, Contracts), KeeperError> {
    let mut plan = Plan { deployer, first_nonce, steps: Vec::new() };
    let parts = parts();
    // Behind proxies: the governance, the code, then the proxies, which are the contracts.
    let first = if governed.is_some() { 1 + parts.len() } else { 0 };
    let mut map: BTreeMap<String, Address> =
        parts.iter().zip(first..).map(|(part, step)| (part.name.to_owned(), plan.address_of(step))).collect();
    if governed.is_some() {
        map.insert("Governance".to_owned(), plan.address_of(0));
    }
    let contracts = Contracts::from_map(&map)?;
    let dispenser = contracts.dispenser.ok_or(KeeperError::ContractMissing("Dispenser"))?;
    let owner = contracts.governance.unwrap_or(deployer);
    let site = Site { contracts, dispenser, deployer, owner };
    match governed {
        None => plan.directly(&parts, &site),
        Some(governed) => plan.behind_proxies(&parts, &site, governed),
    }
    plan.roles(&contracts);
    if governed.is_some() {
        for name in SET_UP_BY_DEPLOYER {
            if let Some(&at) = map.get(name) {
                let arguments = templates::TransferOwnershipCall { new_owner: h160(owner) };
                plan.call(at, format!("{name}.transferOwnership"), arguments.encode());
            }
        }
    }
    Ok((plan, contracts))
}

impl Plan {
    fn directly(&mut self, parts: &[Part], site: &Site) {
        let made: Vec<Address> = parts.iter().map(|part| self.create(part.name, part.code, &[], 0)).collect();
        for (part, at) in parts.iter().zip(made) {
            self.call(at, format!("{}.initialize", part.name), (part.set_up)(site));
        }
    }

    fn behind_proxies(&mut self, parts: &[Part], site: &Site, governed: &Governed) {
        let owners = governed.owners.iter().map(|owner| Token::Address(h160(*owner))).collect();
        let arguments = [Token::Array(owners), Token::Uint(U256::from(governed.required))];
        let gas = OWNER_GAS.saturating_mul(governed.owners.len() as u64);
        let governance = self.create("Governance", &GOVERNANCE_BYTECODE, &arguments, gas);
        let made: Vec<Address> =
            parts.iter().map(|part| self.create(&format!("code of {}", part.name), part.code, &[], 0)).collect();
        for (part, code) in parts.iter().zip(made) {
            let arguments =
                [Token::Address(h160(code)), Token::Address(h160(governance)), Token::Bytes((part.set_up)(site))];
            self.create(part.name, &KEEPERPROXY_BYTECODE, &arguments, PROXY_GAS);
        }
    }

    fn roles(&mut self, c: &Contracts) {
        self.call(
            c.condition_store,
            "ConditionStoreManager.delegateCreateRole",
            conditions::DelegateCreateRoleCall { delegatee: h160(c.agreement_store) }.encode(),
        );
        for actor in ["provider", "consumer"] {
            let arguments = templates::RegisterTemplateActorTypeCall { actor_type: actor.to_owned() };
            self.call(c.template_store, "TemplateStoreManager.registerTemplateActorType", arguments.encode());
        }
        let access = c.access_secret_store;
        self.template(c, ACCESS.0, [c.lock_reward, access, c.escrow_reward], ACCESS_NAME);
        if let Some(at) = c.access_template {
            let id = contract_template_id(at);
            self.template(c, id.0, [access, c.lock_reward, c.escrow_reward], &format!("{ACCESS_NAME} v0.1"));
        }
        if let Some(compute) = c.compute_execution {
            self.template(c, COMPUTE.0, [c.lock_reward, compute, c.escrow_reward], COMPUTE_NAME);
            if let Some(at) = c.compute_template {
                let id = contract_template_id(at);
                self.template(c, id.0, [compute, c.lock_reward, c.escrow_reward], &format!("{COMPUTE_NAME} v0.1"));
            }
        }
    }

    fn template(&mut self, c: &Contracts, id: [u8; 32], conditions: [Address; 3], name: &str) {
        let proposal = templates::ProposeTemplateCall {
            id,
            condition_types: conditions.map(h160).to_vec(),
            actor_type_ids: vec![PROVIDER.0, CONSUMER.0],
            name: name.to_owned(),
        };
        self.call(c.template_store, format!("TemplateStoreManager.proposeTemplate {name}"), proposal.encode());
        let approval = templates::ApproveTemplateCall { id };
        self.call(c.template_store, format!("TemplateStoreManager.approveTemplate {name}"), approval.encode());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_governance_is_made_first_and_owns_what_it_governs() {
        let deployer = Address([7; 20]);
        let governed = Governed { owners: vec![Address([1; 20]), Address([2; 20])], required: 2 };
        let (direct, direct_at) = plan(deployer, 5, None).unwrap();
        let (behind, behind_at) = plan(deployer, 5, Some(&governed)).unwrap();
        assert_eq!(direct_at.governance, None);
        assert_eq!(behind_at.governance, Some(address(get_contract_address(h160(deployer), U256::from(5)))));
        assert_eq!(direct.steps[0].what, "create Dispenser");
        assert_eq!(behind.steps[0].what, "create Governance");
        assert_ne!(direct_at.escrow_reward, behind_at.escrow_reward);
        let last: Vec<&str> = behind.steps.iter().rev().take(2).map(|step| step.what.as_str()).collect();
        assert_eq!(last, ["ConditionStoreManager.transferOwnership", "TemplateStoreManager.transferOwnership"]);
        assert!(!direct.steps.iter().any(|step| step.what.contains("transferOwnership")));
    }
}
