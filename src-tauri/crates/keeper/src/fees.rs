//! What is paid for gas. Our own policy, not ethers' filler: accounts that never held ether buy on a free chain.

use crate::{
    Keeper, KeeperError,
    convert::{h160, saturated, saturated_u128, u256},
    rpc::{Rpc, RpcFault, ask},
};
use ethers::types::{Bytes, U256};
use protocol::{
    Address,
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
    /// could not pay that for `gas`, or the network file says that nothing is paid. Never more than `most` wei per gas.
    async fn fee(self, rpc: &dyn Rpc, from: Address, gas: u64, most: u128) -> Result<Fee, KeeperError> {
        if self.base == 0 {
            if most == 0 {
                return Ok(Fee::Legacy { gas_price: 0 });
            }
            if self.price > U256::from(most) {
                return Err(KeeperError::TooDear { asked: saturated_u128(self.price), most });
            }
            if self.price.is_zero() {
                return Ok(Fee::Legacy { gas_price: 0 });
            }
            let ether: U256 = ask(rpc, "eth_getBalance", json!([h160(from), "latest"])).await?;
            let affordable = self.price.checked_mul(U256::from(gas)).is_some_and(|cost| cost <= ether);
            return Ok(Fee::Legacy { gas_price: if affordable { saturated_u128(self.price) } else { 0 } });
        }
        let max_priority = match ask::<U256>(rpc, "eth_maxPriorityFeePerGas", json!([])).await {
            Ok(priority) => saturated_u128(priority),
            Err(fault) if fault.is_no_method() => USUAL_PRIORITY,
            Err(fault) => return Err(fault.into()),
        };
        dynamic(self.base, max_priority, most)
    }
}

/// A base fee grows by an eighth per block at most: twice of it lasts for six full blocks. All of it within `most`.
fn dynamic(base: u128, priority: u128, most: u128) -> Result<Fee, KeeperError> {
    let room = most.checked_sub(base).ok_or(KeeperError::TooDear { asked: base, most })?;
    let max_priority = priority.min(room);
    Ok(Fee::Dynamic { max_fee: base.saturating_mul(2).saturating_add(max_priority).min(most), max_priority })
}

/// The fee of now for a transaction with this much gas, however much that is.
pub(crate) async fn fee(rpc: &dyn Rpc, from: Address, gas: u64) -> Result<Fee, KeeperError> {
    quote(rpc).await?.fee(rpc, from, gas, u128::MAX).await
}

impl Keeper {
    /// Gas a call needs now, with a fifth more. The call is run on the newest block's state.
    ///
    /// # Errors
    /// [`KeeperError::Revert`] with the contract's words where it would be reverted; [`KeeperError::TooMuchGas`].
    pub async fn estimate(&self, from: Address, call: &Call) -> Result<u64, KeeperError> {
        let request = json!([{ "from": h160(from), "to": h160(call.to), "value": u256(call.value), "data": Bytes::from(call.data.clone()) }]);
        let gas: U256 = ask(self.rpc(), "eth_estimateGas", request).await.map_err(KeeperError::of_call)?;
        let (needed, most) = (saturated(gas), self.fees().max_gas);
        if needed > most {
            return Err(KeeperError::TooMuchGas { needed, most });
        }
        Ok(needed.saturating_add(needed / 5).min(most))
    }

    /// The fee of now for a transaction with this much gas.
    ///
    /// # Errors
    /// [`KeeperError::Rpc`], [`KeeperError::TooDear`].
    pub async fn fee(&self, from: Address, gas: u64) -> Result<Fee, KeeperError> {
        quote(self.rpc()).await?.fee(self.rpc(), from, gas, self.fees().max_price()).await
    }

    /// Whether an account has what so much gas costs at the present fee.
    ///
    /// # Errors
    /// [`KeeperError::Rpc`], [`KeeperError::TooDear`].
    pub async fn can_pay(&self, account: Address, gas: u64) -> Result<bool, KeeperError> {
        let price = self.fee(account, 0).await?.most_per_gas();
        Ok(price == 0 || U256::from(price).saturating_mul(U256::from(gas)) <= u256(self.ether_of(account).await?))
    }

    /// A transaction ready to be signed: gas estimated, fee by our policy.
    ///
    /// # Errors
    /// [`KeeperError::Revert`] where the contract would refuse it on the newest state.
    pub async fn prepare(&self, from: Address, call: &Call, nonce: u64) -> Result<UnsignedTx, KeeperError> {
        let quote = async { quote(self.rpc()).await.map_err(KeeperError::from) };
        let (gas, quote) = tokio::try_join!(self.estimate(from, call), quote)?;
        let fee = quote.fee(self.rpc(), from, gas, self.fees().max_price()).await?;
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
            value: call.value,
            data: call.data.clone(),
            gas,
            fee,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_fee_is_above_what_the_network_file_allows() {
        assert_eq!(dynamic(10, 3, 100).unwrap(), Fee::Dynamic { max_fee: 23, max_priority: 3 });
        assert_eq!(dynamic(60, 3, 100).unwrap(), Fee::Dynamic { max_fee: 100, max_priority: 3 });
        assert_eq!(dynamic(60, 1 << 90, 100).unwrap(), Fee::Dynamic { max_fee: 100, max_priority: 40 });
        assert!(matches!(dynamic(101, 0, 100), Err(KeeperError::TooDear { asked: 101, most: 100 })));
    }
}
