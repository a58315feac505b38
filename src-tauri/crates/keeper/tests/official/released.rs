//! Puts the released contracts on a chain, as their own deployment does, but without proxies.

use crate::chains::fetched;
use crate::support::{Account, CHAIN_ID, Direct, World, addr, function, number, receipt, word};
use ethers::abi::Token;
use keeper::{Contracts, Keeper, Rpc};
use protocol::{
    Address, Signer, Vodka,
    templates::{ACCESS, ACCESS_NAME, COMPUTE, COMPUTE_NAME, CONSUMER, PROVIDER},
    tx::{Fee, Receipt, UnsignedTx},
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, path::PathBuf};

/// Which of the released contracts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Release {
    /// 0.13.2, of which everything else here is.
    V0_13,
    /// 0.12.7: its templates are contracts. 0.13.2 ships them too, but its store takes none of them for approved.
    V0_12,
}

impl Release {
    /// The folder of its artifacts.
    pub(crate) fn artifacts(self) -> PathBuf {
        fetched("NEUSTON_OFFICIAL").join(match self {
            Self::V0_13 => "@oceanprotocol/keeper-contracts/artifacts",
            Self::V0_12 => "keeper-contracts-0.12/artifacts",
        })
    }
}

/// Somebody who sends to any chain.
pub(crate) struct Sender<'a> {
    pub(crate) rpc: &'a dyn Rpc,
    pub(crate) from: &'a Account,
    pub(crate) release: Release,
}

impl Sender<'_> {
    /// Sends, and waits for the block; a revert is a test that failed.
    async fn send(&self, to: Option<Address>, data: Vec<u8>, what: &str) -> Receipt {
        let from = self.from.address;
        let nonce = number(&self.rpc.request("eth_getTransactionCount", json!([from.hex(), "latest"])).await.unwrap());
        let fee = Fee::Legacy { gas_price: 0 };
        let tx = UnsignedTx { chain_id: CHAIN_ID, from, nonce, to, value: Vodka::ZERO, data, gas: 7_000_000, fee };
        let signed = self.from.sign_tx(&tx).unwrap();
        let raw = ethers::types::Bytes::from(signed.raw.clone());
        self.rpc.request("eth_sendRawTransaction", json!([raw])).await.unwrap();
        loop {
            let found = self.rpc.request("eth_getTransactionReceipt", json!([signed.hash.hex()])).await.unwrap();
            if !found.is_null() {
                let receipt = receipt(&found);
                assert!(receipt.success, "{what} was reverted");
                return receipt;
            }
            tokio::task::yield_now().await;
        }
    }

    async fn create(&self, name: &str, libraries: &[(&str, Address)]) -> Address {
        let path = self.release.artifacts().join(format!("{name}.development.json"));
        let artifact: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let mut code = artifact["bytecode"].as_str().unwrap().to_owned();
        for (library, at) in libraries {
            code = code.replace(&format!("{:_<40}", format!("__{library}")), &at.bare_hex());
        }
        let code: ethers::types::Bytes = code.parse().unwrap();
        self.send(None, code.to_vec(), name).await.created.unwrap()
    }

    async fn call(&self, to: Address, signature: &str, arguments: &[Token]) {
        let call = function(to, signature, arguments);
        self.send(Some(to), call.data, signature).await;
    }
}

/// Deploys the released contracts and gives them their roles.
pub(crate) async fn deploy(sender: &Sender<'_>) -> Contracts {
    let owner = addr(sender.from.address);
    let epoch = sender.create("EpochLibrary", &[]).await;
    let registry = sender.create("DIDRegistryLibrary", &[]).await;
    let libraries = [("EpochLibrary", epoch), ("DIDRegistryLibrary", registry)];
    let mut at = BTreeMap::new();
    for name in [
        "OceanToken",
        "Dispenser",
        "DIDRegistry",
        "TemplateStoreManager",
        "ConditionStoreManager",
        "AgreementStoreManager",
        "LockRewardCondition",
        "AccessSecretStoreCondition",
        "EscrowReward",
        "ComputeExecutionCondition",
        "SignCondition",
        "HashLockCondition",
        "ThresholdCondition",
        "WhitelistingCondition",
        "EscrowAccessSecretStoreTemplate",
        "EscrowComputeExecutionTemplate",
    ] {
        at.insert(name.to_owned(), sender.create(name, &libraries).await);
    }
    let named = |name: &str| at[name];
    let of = |name: &str| addr(named(name));
    let two = [owner.clone(), of("ConditionStoreManager")];
    let with_token = [owner.clone(), of("ConditionStoreManager"), of("OceanToken")];
    let with_agreements = [owner.clone(), of("ConditionStoreManager"), of("AgreementStoreManager")];
    let facade = |release: &str| {
        let release = of(release);
        let escrow = of("EscrowReward");
        let lock = of("LockRewardCondition");
        vec![owner.clone(), of("AgreementStoreManager"), of("DIDRegistry"), release, lock, escrow]
    };
    let steps: Vec<(&str, Vec<Token>)> = vec![
        ("OceanToken", vec![owner.clone(), of("Dispenser")]),
        ("Dispenser", vec![of("OceanToken"), owner.clone()]),
        ("DIDRegistry", vec![owner.clone()]),
        ("TemplateStoreManager", vec![owner.clone()]),
        ("ConditionStoreManager", vec![owner.clone()]),
        (
            "AgreementStoreManager",
            vec![owner.clone(), of("ConditionStoreManager"), of("TemplateStoreManager"), of("DIDRegistry")],
        ),
        ("LockRewardCondition", with_token.to_vec()),
        ("EscrowReward", with_token.to_vec()),
        ("AccessSecretStoreCondition", with_agreements.to_vec()),
        ("ComputeExecutionCondition", with_agreements.to_vec()),
        ("SignCondition", two.to_vec()),
        ("HashLockCondition", two.to_vec()),
        ("ThresholdCondition", two.to_vec()),
        ("WhitelistingCondition", two.to_vec()),
        ("EscrowAccessSecretStoreTemplate", facade("AccessSecretStoreCondition")),
        ("EscrowComputeExecutionTemplate", facade("ComputeExecutionCondition")),
    ];
    for (name, arguments) in steps {
        let signature = format!("initialize({})", vec!["address"; arguments.len()].join(","));
        sender.call(named(name), &signature, &arguments).await;
    }
    let (store, templates) = (named("ConditionStoreManager"), named("TemplateStoreManager"));
    sender.call(store, "delegateCreateRole(address)", &[of("AgreementStoreManager")]).await;
    let contracts = Contracts::from_map(&at).unwrap();
    let facades = [named("EscrowAccessSecretStoreTemplate"), named("EscrowComputeExecutionTemplate")];
    if sender.release == Release::V0_12 {
        for facade in facades {
            sender.call(templates, "proposeTemplate(address)", &[addr(facade)]).await;
            sender.call(templates, "approveTemplate(address)", &[addr(facade)]).await;
        }
        return contracts;
    }
    for actor in ["provider", "consumer"] {
        sender.call(templates, "registerTemplateActorType(string)", &[Token::String(actor.to_owned())]).await;
    }
    let (access, compute) = (named("AccessSecretStoreCondition"), named("ComputeExecutionCondition"));
    let (lock, escrow) = (contracts.lock_reward, contracts.escrow_reward);
    for (id, conditions, name) in
        [(ACCESS, [lock, access, escrow], ACCESS_NAME), (COMPUTE, [lock, compute, escrow], COMPUTE_NAME)]
    {
        let propose = contracts.propose_template(id, &conditions, &[PROVIDER, CONSUMER], name);
        sender.send(Some(propose.to), propose.data, &propose.what).await;
        sender.call(templates, "approveTemplate(bytes32)", &[word(id.0)]).await;
    }
    contracts
}

/// The world of the other tests, with the released contracts instead of ours.
pub(crate) async fn world(release: Release) -> World {
    let mut world = World::new().await;
    let rpc: Direct = world.rpc();
    let sender = Sender { rpc: &rpc, from: &world.owner, release };
    world.contracts = deploy(&sender).await;
    world.keeper = Keeper::connect(rpc, &crate::support::network(&world.contracts)).await.unwrap();
    world
}
