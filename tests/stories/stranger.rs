//! Somebody without a home, who calls contracts as anybody may.

use keeper::Keeper;
use protocol::{
    Address, AgreementId, Did, NetworkFile, SecretKey, Signer,
    conditions::{ConditionKind, condition_id, value_hash_access},
    tx::{Call, Receipt},
};
use std::path::Path;
use transport::{Http, JsonRpc, Limits, Resolver};
use wallet::ServiceKey;

/// An account, and the chain.
pub(crate) struct Stranger {
    account: ServiceKey,
    pub(crate) keeper: Keeper,
}

impl Stranger {
    /// Somebody at a network that is served over TCP.
    pub(crate) async fn on(network: &Path) -> Self {
        let file = NetworkFile::from_toml(&std::fs::read_to_string(network).unwrap()).unwrap();
        let http = Http::new(Resolver::none(), Limits::trusted());
        let keeper = Keeper::connect(JsonRpc::connect(file.rpc[0].parse().unwrap(), &http), &file).await.unwrap();
        Self { account: ServiceKey::from_key(SecretKey::from_bytes(&[7; 32]).unwrap()).unwrap(), keeper }
    }

    /// Sends it and waits until it is mined. It succeeds.
    pub(crate) async fn calls(&self, call: &Call) -> Receipt {
        let mut blocks = self.keeper.blocks();
        let nonce = self.keeper.nonce(self.account.address()).await.unwrap();
        let tx = self.keeper.prepare(self.account.address(), call, nonce).await.unwrap();
        let sent = self.keeper.broadcast(&self.account.sign_tx(&tx).unwrap()).await.unwrap();
        loop {
            if let Some(receipt) = self.keeper.receipt(sent).await.unwrap() {
                assert!(receipt.success, "anybody may do this");
                return receipt;
            }
            blocks.changed().await.unwrap();
        }
    }

    /// Waits until the time to deliver is over, and aborts the access of an agreement: no more than that.
    pub(crate) async fn aborts(&self, agreement: AgreementId, did: Did, consumer: Address) {
        let contracts = self.keeper.contracts();
        let access = condition_id(agreement, contracts.access_secret_store, value_hash_access(did, consumer));
        let found = self.keeper.condition(access).await.unwrap();
        let mut blocks = self.keeper.blocks();
        // A node answers what a call would do as of its newest block.
        blocks.wait_for(|block| *block > found.created_at + found.time_out).await.unwrap();
        self.calls(&contracts.abort_by_timeout(ConditionKind::AccessSecretStore, access)).await;
    }
}
