//! Puts the contracts on a chain and gives them their roles (docs/contracts.md).

use crate::{
    Contracts, KeeperError,
    bindings::{
        ACCESSSECRETSTORECONDITION_BYTECODE, AGREEMENTSTOREMANAGER_BYTECODE, CONDITIONSTOREMANAGER_BYTECODE,
        DIDREGISTRY_BYTECODE, DISPENSER_BYTECODE, ESCROWREWARD_BYTECODE, LOCKREWARDCONDITION_BYTECODE,
        OCEANTOKEN_BYTECODE, TEMPLATESTOREMANAGER_BYTECODE, access_secret_store_condition as access,
        agreement_store_manager as agreements, condition_store_manager as conditions, did_registry as registry,
        dispenser, escrow_reward as escrow, lock_reward_condition as lock, ocean_token as token,
        template_store_manager as templates,
    },
    broadcast, chain_id,
    convert::{address, h160, saturated},
    fees,
    rpc::{Rpc, ask},
};
use ethers::{
    abi::AbiEncode,
    types::{Bytes, U256},
    utils::get_contract_address,
};
use protocol::{
    Address, Signer, TxHash, Vodka,
    templates::{ACCESS, ACCESS_NAME, CONSUMER, PROVIDER},
    tx::UnsignedTx,
};
use serde_json::json;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Gas of a call of the deployment at most.
const CALL_GAS: u64 = 700_000;
/// A chain that takes no transaction for this long is not waited for.
const PATIENCE: Duration = Duration::from_secs(180);

/// One transaction of the deployment.
struct Step {
    what: String,
    to: Option<Address>,
    data: Vec<u8>,
    gas: u64,
}

/// The deployment as a list of transactions; every address follows from the deployer's nonce.
struct Plan {
    deployer: Address,
    first_nonce: u64,
    steps: Vec<Step>,
}

impl Plan {
    fn create(&mut self, name: &str, code: &Bytes) -> Address {
        let nonce = self.first_nonce.saturating_add(self.steps.len() as u64);
        let at = address(get_contract_address(h160(self.deployer), U256::from(nonce)));
        // 53,000 to create, 16 a byte that is sent, 200 a byte that is kept, and what the constructor writes.
        let gas = 200_000 + 220 * code.len() as u64;
        self.steps.push(Step { what: format!("create {name}"), to: None, data: code.to_vec(), gas });
        at
    }

    fn call(&mut self, to: Address, what: &str, arguments: impl AbiEncode) {
        let step = Step { what: what.to_owned(), to: Some(to), data: arguments.encode(), gas: CALL_GAS };
        self.steps.push(step);
    }
}

fn plan(deployer: Address, first_nonce: u64) -> (Plan, Contracts) {
    let mut plan = Plan { deployer, first_nonce, steps: Vec::new() };
    let dispenser = plan.create("Dispenser", &DISPENSER_BYTECODE);
    let contracts = Contracts {
        ocean_token: plan.create("OceanToken", &OCEANTOKEN_BYTECODE),
        dispenser: Some(dispenser),
        did_registry: plan.create("DIDRegistry", &DIDREGISTRY_BYTECODE),
        template_store: plan.create("TemplateStoreManager", &TEMPLATESTOREMANAGER_BYTECODE),
        condition_store: plan.create("ConditionStoreManager", &CONDITIONSTOREMANAGER_BYTECODE),
        agreement_store: plan.create("AgreementStoreManager", &AGREEMENTSTOREMANAGER_BYTECODE),
        lock_reward: plan.create("LockRewardCondition", &LOCKREWARDCONDITION_BYTECODE),
        access_secret_store: plan.create("AccessSecretStoreCondition", &ACCESSSECRETSTORECONDITION_BYTECODE),
        escrow_reward: plan.create("EscrowReward", &ESCROWREWARD_BYTECODE),
    };
    let owner = h160(deployer);
    let [token, store, agreements_at, registry_at] =
        [contracts.ocean_token, contracts.condition_store, contracts.agreement_store, contracts.did_registry].map(h160);
    plan.call(
        contracts.ocean_token,
        "OceanToken.initialize",
        token::InitializeCall { owner, initial_minter: h160(dispenser) },
    );
    plan.call(dispenser, "Dispenser.initialize", dispenser::InitializeCall { ocean_token_address: token, owner });
    plan.call(contracts.did_registry, "DIDRegistry.initialize", registry::InitializeCall { owner });
    plan.call(contracts.template_store, "TemplateStoreManager.initialize", templates::InitializeCall { owner });
    plan.call(contracts.condition_store, "ConditionStoreManager.initialize", conditions::InitializeCall { owner });
    plan.call(
        contracts.agreement_store,
        "AgreementStoreManager.initialize",
        agreements::InitializeCall {
            owner,
            condition_store_manager_address: store,
            template_store_manager_address: h160(contracts.template_store),
            did_registry_address: registry_at,
        },
    );
    plan.call(
        contracts.lock_reward,
        "LockRewardCondition.initialize",
        lock::InitializeCall { owner, condition_store_manager_address: store, token_address: token },
    );
    plan.call(
        contracts.access_secret_store,
        "AccessSecretStoreCondition.initialize",
        access::InitializeCall {
            owner,
            condition_store_manager_address: store,
            agreement_store_manager_address: agreements_at,
        },
    );
    plan.call(
        contracts.escrow_reward,
        "EscrowReward.initialize",
        escrow::InitializeCall { owner, condition_store_manager_address: store, token_address: token },
    );
    plan.call(
        contracts.condition_store,
        "ConditionStoreManager.delegateCreateRole",
        conditions::DelegateCreateRoleCall { delegatee: agreements_at },
    );
    for actor in ["provider", "consumer"] {
        plan.call(
            contracts.template_store,
            "TemplateStoreManager.registerTemplateActorType",
            templates::RegisterTemplateActorTypeCall { actor_type: actor.to_owned() },
        );
    }
    plan.call(
        contracts.template_store,
        "TemplateStoreManager.proposeTemplate",
        templates::ProposeTemplateCall {
            id: ACCESS.0,
            condition_types: [contracts.lock_reward, contracts.access_secret_store, contracts.escrow_reward]
                .map(h160)
                .to_vec(),
            actor_type_ids: vec![PROVIDER.0, CONSUMER.0],
            name: ACCESS_NAME.to_owned(),
        },
    );
    plan.call(
        contracts.template_store,
        "TemplateStoreManager.approveTemplate",
        templates::ApproveTemplateCall { id: ACCESS.0 },
    );
    (plan, contracts)
}

/// Deploys the nine contracts and gives them their roles. All transactions are sent at once, in order.
///
/// # Errors
/// [`KeeperError::DeploymentFailed`] with the transaction that was reverted, [`KeeperError::NotMined`],
/// [`KeeperError::Broadcast`] where the deployer cannot pay or the node refuses.
pub async fn deploy(rpc: &dyn Rpc, signer: &dyn Signer) -> Result<Contracts, KeeperError> {
    let from = signer.address();
    let chain_id = chain_id(rpc).await?;
    let nonce: U256 = ask(rpc, "eth_getTransactionCount", json!([h160(from), "pending"])).await?;
    let (plan, contracts) = plan(from, saturated(nonce));
    let gas = plan.steps.iter().map(|step| step.gas).sum();
    let fee = fees::fee(rpc, from, gas).await?;
    let mut sent = Vec::new();
    for (step, nonce) in plan.steps.into_iter().zip(plan.first_nonce..) {
        let tx =
            UnsignedTx { chain_id, from, nonce, to: step.to, value: Vodka::ZERO, data: step.data, gas: step.gas, fee };
        let signed = signer.sign_tx(&tx)?;
        sent.push((step.what, broadcast::send(rpc, &signed).await?));
    }
    for (what, hash) in sent {
        mined(rpc, what, hash).await?;
    }
    Ok(contracts)
}

async fn mined(rpc: &dyn Rpc, what: String, hash: TxHash) -> Result<(), KeeperError> {
    let started = Instant::now();
    let mut pause = Duration::from_millis(5);
    loop {
        match broadcast::receipt(rpc, hash).await? {
            Some(receipt) if receipt.success => return Ok(()),
            Some(_) => return Err(KeeperError::DeploymentFailed(what)),
            None if started.elapsed() > PATIENCE => {
                return Err(KeeperError::NotMined { what, seconds: PATIENCE.as_secs() });
            }
            None => {}
        }
        sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(1));
    }
}
