//! The keeper contracts of one network over one connection.

use crate::{
    Contracts, KeeperError, NodeStanding,
    convert::saturated,
    heads::Heads,
    rpc::{Client, Rpc, ask},
};
use ethers::{providers::Provider, types::U256};
use protocol::{NetworkFile, network::Fees};
use serde_json::{Value, json};
use std::{fmt, sync::Arc};
use tokio::sync::watch;

/// The keeper contracts of a network. Cheap to clone; all clones share one connection.
#[derive(Clone)]
pub struct Keeper(Arc<Inner>);

struct Inner {
    /// What is read is read here.
    rpc: Arc<dyn Rpc>,
    /// The whole connection, also where `rpc` is one block of it.
    network: Arc<dyn Rpc>,
    provider: Arc<Provider<Client>>,
    contracts: Contracts,
    chain_id: u64,
    confirmations: u64,
    block_time_ms: u64,
    fees: Fees,
    heads: Arc<Heads>,
}

impl fmt::Debug for Keeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keeper").field("chain_id", &self.0.chain_id).finish_non_exhaustive()
    }
}

/// The chain's id, as its node says it.
///
/// # Errors
/// [`KeeperError::Rpc`].
pub async fn chain_id(rpc: &dyn Rpc) -> Result<u64, KeeperError> {
    Ok(saturated(ask::<U256>(rpc, "eth_chainId", json!([])).await?))
}

impl Keeper {
    /// Over this connection, for the network of this file.
    ///
    /// # Errors
    /// [`KeeperError::WrongChain`] where the node is of another chain, [`KeeperError::ContractMissing`].
    pub async fn connect(rpc: impl Rpc + 'static, network: &NetworkFile) -> Result<Self, KeeperError> {
        let contracts = Contracts::of_network(network)?;
        let rpc: Arc<dyn Rpc> = Arc::new(rpc);
        let found = chain_id(rpc.as_ref()).await?;
        if found != network.chain_id {
            return Err(KeeperError::WrongChain { expected: network.chain_id, found });
        }
        let newest = saturated(ask::<U256>(rpc.as_ref(), "eth_blockNumber", json!([])).await?);
        Ok(Self(Arc::new(Inner {
            provider: Arc::new(Provider::new(Client(Arc::clone(&rpc)))),
            network: Arc::clone(&rpc),
            rpc,
            contracts,
            chain_id: found,
            confirmations: network.confirmations.max(1),
            block_time_ms: network.block_time_ms,
            fees: network.fees,
            heads: Arc::new(Heads::new(newest)),
        })))
    }

    /// The same contracts as two nodes say them at one block, where the network has several: for every decision about
    /// money. Where it has one, that one is believed, and this is the same keeper.
    ///
    /// # Errors
    /// [`RpcFault::Disputed`](crate::RpcFault::Disputed), [`RpcFault::Alone`](crate::RpcFault::Alone) with the nodes' names: decide nothing, ask again later.
    pub async fn agreed(&self) -> Result<Self, KeeperError> {
        let inner = &self.0;
        let Some(rpc) = inner.network.agreed().await? else { return Ok(self.clone()) };
        Ok(Self(Arc::new(Inner {
            provider: Arc::new(Provider::new(Client(Arc::clone(&rpc)))),
            rpc,
            network: Arc::clone(&inner.network),
            contracts: inner.contracts,
            chain_id: inner.chain_id,
            confirmations: inner.confirmations,
            block_time_ms: inner.block_time_ms,
            fees: inner.fees,
            heads: Arc::clone(&inner.heads),
        })))
    }

    /// Asks again which chain this is: before every signature.
    ///
    /// # Errors
    /// [`KeeperError::WrongChain`].
    pub async fn confirm_chain(&self) -> Result<(), KeeperError> {
        let found = chain_id(self.0.network.as_ref()).await?;
        let expected = self.0.chain_id;
        if found == expected { Ok(()) } else { Err(KeeperError::WrongChain { expected, found }) }
    }

    /// How each node of the network stands; empty where nobody keeps watch over it.
    pub fn nodes(&self) -> Vec<NodeStanding> {
        self.0.network.standing()
    }

    /// What is paid for a transaction at most.
    pub fn fees(&self) -> Fees {
        self.0.fees
    }

    /// Where the contracts are.
    pub fn contracts(&self) -> &Contracts {
        &self.0.contracts
    }

    /// The chain's id.
    pub fn chain_id(&self) -> u64 {
        self.0.chain_id
    }

    /// Blocks after which a transaction counts on this network; 1 is its own block.
    pub fn confirmations(&self) -> u64 {
        self.0.confirmations
    }

    pub(crate) fn rpc(&self) -> &dyn Rpc {
        self.0.rpc.as_ref()
    }

    pub(crate) fn provider(&self) -> Arc<Provider<Client>> {
        Arc::clone(&self.0.provider)
    }

    /// The newest block's number, as it changes. It may go back: chains reorganise. Needs a tokio runtime.
    pub fn blocks(&self) -> watch::Receiver<u64> {
        self.0.heads.watch(&self.0.network, self.0.block_time_ms)
    }

    /// Looks for a new block now, not at the next turn.
    pub fn nudge(&self) {
        self.0.heads.nudge();
    }

    /// Asks an embedded chain to make blocks up to this one even without transactions; other chains make their own.
    ///
    /// # Errors
    /// [`KeeperError::Rpc`].
    pub async fn tick_until(&self, block: u64) -> Result<(), KeeperError> {
        match ask::<Value>(self.rpc(), "neuston_tickUntil", json!([U256::from(block)])).await {
            Ok(_) => Ok(()),
            Err(fault) if fault.is_no_method() => Ok(()),
            Err(fault) => Err(fault.into()),
        }
    }
}
