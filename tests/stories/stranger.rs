//! Somebody without a home, who calls contracts as anybody may.

use keeper::Keeper;
use protocol::{
    Address, AgreementId, Did, NetworkFile, SecretKey, Signer,
    conditions::{ConditionKind, condition_id, value_hash_access},
    tx::{Call, Receipt, UnsignedTx},
};
use std::path::Path;
use transport::{Http, JsonRpc, Limits, Resolver};
use wallet::ServiceKey;

/// An account, and the chain.
pub(crate) struct Stranger {
    pub(crate) account: ServiceKey,
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

    /// Its address.
    pub(crate) fn address(&self) -> Address {
        self.account.address()
    }

    /// Sends it and waits until it is mined. It succeeds.
    pub(crate) async fn calls(&self, call: &Call) -> Receipt {
        let nonce = self.keeper.nonce(self.address()).await.unwrap();
        let tx = self.keeper.prepare(self.address(), call, nonce).await.unwrap();
        let receipt = self.is_mined(&tx).await;
        assert!(receipt.success, "anybody may do this");
        receipt
    }

    /// Sends it, whatever the contracts say of it beforehand, and waits until it is mined.
    pub(crate) async fn tries(&self, call: &Call) -> Receipt {
        // More than any of their functions takes.
        const GAS: u64 = 1_000_000;
        let nonce = self.keeper.nonce(self.address()).await.unwrap();
        let tx = self.keeper.prepare_with_gas(self.address(), call, nonce, GAS).await.unwrap();
        self.is_mined(&tx).await
    }

    /// What the contracts say against it.
    pub(crate) async fn is_refused(&self, call: &Call) -> String {
        let error = self.keeper.estimate(self.address(), call).await.unwrap_err();
        error.reason().unwrap_or_else(|| panic!("the contracts refuse it: {error}")).to_owned()
    }

    async fn is_mined(&self, tx: &UnsignedTx) -> Receipt {
        let mut blocks = self.keeper.blocks();
        let sent = self.keeper.broadcast(&self.account.sign_tx(tx).unwrap()).await.unwrap();
        loop {
            if let Some(receipt) = self.keeper.receipt(sent).await.unwrap() {
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
