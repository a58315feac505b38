//! What is paid for gas. Our own policy, not ethers' filler: accounts that never held ether buy on a free chain.

use crate::{
    Keeper, KeeperError,
    convert::{h160, saturated, saturated_u128},
    rpc::{NO_METHOD, Rpc, RpcFault, ask},
};
use ethers::types::{Bytes, U256};
use protocol::{
    Address, Vodka,
    tx::{Call, Fee, UnsignedTx},
};
use serde::Deserialize;
use serde_json::json;

/// wei per gas for the producer, where the node does not say: 1 gwei.
const USUAL_PRIORITY: u128 = 1_000_000_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    base_fee_per_gas: Option<U256>,
}

/// What the network asks for now, in wei per gas.
struct Quote {
    /// 0 where there is no base fee.
    base: u128,
    price: U256,
}

async fn quote(rpc: &dyn Rpc) -> Result<Quote, RpcFault> {
    let head = ask::<Option<Head>>(rpc, "eth_getBlockByNumber", json!(["latest", false]));
    let (head, price) = tokio::try_join!(head, ask::<U256>(rpc, "eth_gasPrice", json!([])))?;
    Ok(Quote { base: saturated_u128(head.and_then(|head| head.base_fee_per_gas).unwrap_or_default()), price })
}

impl Quote {
    /// Without a base fee, or with one of 0: a legacy transaction at the node's price, or at nothing where the sender
    /// could not pay that for `gas`.
    async fn fee(self, rpc: &dyn Rpc, from: Address, gas: u64) -> Result<Fee, RpcFault> {
        if self.base == 0 {
            if self.price.is_zero() {
                return Ok(Fee::Legacy { gas_price: 0 });
            }
            let ether: U256 = ask(rpc, "eth_getBalance", json!([h160(from), "latest"])).await?;
            let affordable = self.price.checked_mul(U256::from(gas)).is_some_and(|cost| cost <= ether);
            return Ok(Fee::Legacy { gas_price: if affordable { saturated_u128(self.price) } else { 0 } });
        }
        let max_priority = match ask::<U256>(rpc, "eth_maxPriorityFeePerGas", json!([])).await {
            Ok(priority) => saturated_u128(priority),
            Err(RpcFault::Refused { code: NO_METHOD, .. }) => USUAL_PRIORITY,
            Err(fault) => return Err(fault),
        };
        // The base fee grows by an eighth per block at most: twice of it lasts for six full blocks.
        Ok(Fee::Dynamic { max_fee: self.base.saturating_mul(2).saturating_add(max_priority), max_priority })
    }
}

/// The fee of now for a transaction with this much gas.
pub(crate) async fn fee(rpc: &dyn Rpc, from: Address, gas: u64) -> Result<Fee, RpcFault> {
    quote(rpc).await?.fee(rpc, from, gas).await
}

impl Keeper {
    /// Gas a call needs now, with a fifth more. The call is run on the newest block's state.
    ///
    /// # Errors
    /// [`KeeperError::Revert`] with the contract's words where it would be reverted.
    pub async fn estimate(&self, from: Address, call: &Call) -> Result<u64, KeeperError> {
        let request = json!([{ "from": h160(from), "to": h160(call.to), "data": Bytes::from(call.data.clone()) }]);
        let gas: U256 = ask(self.rpc(), "eth_estimateGas", request).await.map_err(KeeperError::of_call)?;
        let gas = saturated(gas);
        Ok(gas.saturating_add(gas / 5))
    }

    /// The fee of now for a transaction with this much gas.
    ///
    /// # Errors
    /// [`KeeperError::Rpc`].
    pub async fn fee(&self, from: Address, gas: u64) -> Result<Fee, KeeperError> {
        Ok(fee(self.rpc(), from, gas).await?)
    }

    /// A transaction ready to be signed: gas estimated, fee by our policy.
    ///
    /// # Errors
    /// [`KeeperError::Revert`] where the contract would refuse it on the newest state.
    pub async fn prepare(&self, from: Address, call: &Call, nonce: u64) -> Result<UnsignedTx, KeeperError> {
        let quote = async { quote(self.rpc()).await.map_err(KeeperError::from) };
        let (gas, quote) = tokio::try_join!(self.estimate(from, call), quote)?;
        let fee = quote.fee(self.rpc(), from, gas).await?;
        Ok(self.unsigned(from, call, nonce, gas, fee))
    }

    /// As [`Keeper::prepare`] with known gas: for a call that follows another one which is in no block yet.
    ///
    /// # Errors
    /// [`KeeperError::Rpc`].
    pub async fn prepare_with_gas(
        &self,
        from: Address,
        call: &Call,
        nonce: u64,
        gas: u64,
    ) -> Result<UnsignedTx, KeeperError> {
        let fee = self.fee(from, gas).await?;
        Ok(self.unsigned(from, call, nonce, gas, fee))
    }

    fn unsigned(&self, from: Address, call: &Call, nonce: u64, gas: u64, fee: Fee) -> UnsignedTx {
        UnsignedTx {
            chain_id: self.chain_id(),
            from,
            nonce,
            to: Some(call.to),
            value: Vodka::ZERO,
            data: call.data.clone(),
            gas,
            fee,
        }
    }
}
