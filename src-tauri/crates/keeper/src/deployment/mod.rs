//! Puts the contracts on a chain and gives them their roles (docs/contracts.md).

mod parts;
mod plan;

use crate::{
    Contracts, KeeperError, broadcast, chain_id,
    convert::{h160, saturated},
    fees,
    rpc::{Rpc, RpcFault, ask},
};
use ethers::types::U256;
use futures_util::{StreamExt, TryStreamExt, stream};
use protocol::{Address, Signer, TxHash, Vodka, tx::UnsignedTx};
use serde_json::json;
use std::{collections::BTreeSet, time::Duration};
use tokio::time::{Instant, sleep};

/// A chain that takes no transaction for this long is not waited for.
const PATIENCE: Duration = Duration::from_secs(180);
/// Owners of a governance at most; the contract's own limit.
const MOST_OWNERS: usize = 64;

/// How the embedded chain calls itself.
const EMBEDDED: &str = "Neuston/";
/// Transactions that are on their way to an embedded chain at once.
const AT_ONCE: usize = 32;

/// Who owns and upgrades contracts behind proxies: one operator, one vote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Governed {
    owners: Vec<Address>,
    required: u64,
}

impl Governed {
    /// By these operators; `required` votes decide, or more than half of all where it is `None`.
    ///
    /// # Errors
    /// [`KeeperError::Owners`] for no owner, too many, one twice, the zero address, or more votes than owners.
    pub fn new(owners: Vec<Address>, required: Option<u64>) -> Result<Self, KeeperError> {
        let different: BTreeSet<&Address> = owners.iter().collect();
        let all = owners.len() as u64;
        let required = required.unwrap_or(all / 2 + 1);
        if owners.is_empty() || owners.len() > MOST_OWNERS {
            return Err(KeeperError::Owners("there must be 1 to 64 of them"));
        }
        if different.len() != owners.len() || owners.iter().any(Address::is_zero) {
            return Err(KeeperError::Owners("each must be another account, and none the zero address"));
        }
        if required == 0 || required > all {
            return Err(KeeperError::Owners("the votes needed must be 1 to the number of owners"));
        }
        Ok(Self { owners, required })
    }

    /// The operators.
    pub fn owners(&self) -> &[Address] {
        &self.owners
    }

    /// Votes that decide.
    pub fn required(&self) -> u64 {
        self.required
    }
}

/// Deploys the contracts, without proxies, and gives them their roles; the deployer owns them. All transactions are
/// sent at once, in order.
///
/// # Errors
/// [`KeeperError::DeploymentFailed`] with the transaction that was reverted, [`KeeperError::NotMined`],
/// [`KeeperError::Broadcast`] where the deployer cannot pay or the node refuses.
pub async fn deploy(rpc: &dyn Rpc, signer: &dyn Signer) -> Result<Contracts, KeeperError> {
    send(rpc, signer, None).await
}

/// Deploys the contracts behind proxies that the operators own and upgrade together; the deployer keeps nothing.
///
/// # Errors
/// As [`deploy`].
pub async fn deploy_governed(
    rpc: &dyn Rpc,
    signer: &dyn Signer,
    governed: &Governed,
) -> Result<Contracts, KeeperError> {
    send(rpc, signer, Some(governed)).await
}

async fn send(rpc: &dyn Rpc, signer: &dyn Signer, governed: Option<&Governed>) -> Result<Contracts, KeeperError> {
    let from = signer.address();
    let chain_id = chain_id(rpc).await?;
    let nonce: U256 = ask(rpc, "eth_getTransactionCount", json!([h160(from), "pending"])).await?;
    let (plan, contracts) = plan::plan(from, saturated(nonce), governed)?;
    let gas = plan.steps.iter().map(|step| step.gas).sum();
    let fee = fees::fee(rpc, from, gas).await?;
    let mut signed = Vec::new();
    for (step, nonce) in plan.steps.into_iter().zip(plan.first_nonce..) {
        let tx =
            UnsignedTx { chain_id, from, nonce, to: step.to, value: Vodka::ZERO, data: step.data, gas: step.gas, fee };
        signed.push((step.what, signer.sign_tx(&tx)?));
    }
    let in_flight = if takes_any_order(rpc).await? { AT_ONCE } else { 1 };
    let sending = signed.into_iter().map(|(what, tx)| async move {
        let hash = broadcast::send(rpc, &tx).await?;
        Ok::<_, KeeperError>((what, hash))
    });
    let sent: Vec<(String, TxHash)> = stream::iter(sending).buffered(in_flight).try_collect().await?;
    for (what, hash) in sent {
        mined(rpc, what, hash).await?;
    }
    Ok(contracts)
}

/// Whether the node is an embedded chain, which keeps transactions that arrive before their turn. It answers each when
/// it is in a block: sent together they share one. Other nodes are sent one after the other; some refuse a gap.
async fn takes_any_order(rpc: &dyn Rpc) -> Result<bool, KeeperError> {
    match ask::<String>(rpc, "web3_clientVersion", json!([])).await {
        Ok(version) => Ok(version.starts_with(EMBEDDED)),
        Err(RpcFault::Refused { .. }) => Ok(false),
        Err(fault) => Err(fault.into()),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_owners_has_votes_for_every_decision() {
        let [a, b, c] = [1, 2, 3].map(|byte| Address([byte; 20]));
        assert_eq!(Governed::new(vec![a, b, c], None).unwrap().required(), 2);
        assert_eq!(Governed::new(vec![a, b], None).unwrap().required(), 2);
        assert_eq!(Governed::new(vec![a, b, c], Some(3)).unwrap().owners(), [a, b, c]);
        for (owners, required) in [
            (vec![], None),
            (vec![a, a], None),
            (vec![a, Address::ZERO], None),
            (vec![a, b], Some(3)),
            (vec![a, b], Some(0)),
            ((0..65).map(|byte| Address([byte + 1; 20])).collect(), None),
        ] {
            assert!(matches!(Governed::new(owners, required), Err(KeeperError::Owners(_))));
        }
    }
}
