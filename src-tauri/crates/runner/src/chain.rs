//! What the outbox needs of a chain. `keeper::Keeper` has it; tests bring a chain with faults.

use async_trait::async_trait;
use protocol::{
    Address, TxHash,
    tx::{Call, Receipt, SignedTx, UnsignedTx},
};
use tokio::sync::watch;

/// Why the chain did not answer, or answered no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// Not reachable, or not sensible: try again.
    #[error("the network is not reachable: {0}")]
    Unreachable(String),
    /// The call would revert now.
    #[error("the network refuses: {0}")]
    WouldRevert(String),
    /// The account cannot pay for the gas.
    #[error("the account cannot pay the network fee")]
    Funds,
}

/// Why a signed transaction was not taken. None of these says how it will end: only a receipt does.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BroadcastError {
    /// Not reachable.
    #[error("the network is not reachable: {0}")]
    Unreachable(String),
    /// The node has these bytes already.
    #[error("the network has it already")]
    Known,
    /// A transaction of this nonce is mined: this one, or another.
    #[error("its place is taken")]
    NonceTooLow,
    /// The fee is too low at present.
    #[error("the network fee is too low at present")]
    Underpriced,
    /// The account cannot pay for the gas.
    #[error("the account cannot pay the network fee")]
    Funds,
    /// Anything else.
    #[error("the network refuses it: {0}")]
    Rejected(String),
}

/// A chain as the outbox sees it.
#[async_trait]
pub trait Chain: Send + Sync + 'static {
    /// The chain's id.
    fn chain_id(&self) -> u64;
    /// Blocks after which a transaction counts; 1 is its own block.
    fn confirmations(&self) -> u64;
    /// The newest block, as it changes.
    fn heads(&self) -> watch::Receiver<u64>;
    /// The newest block, asked now.
    async fn head(&self) -> Result<u64, ChainError>;
    /// The account's next nonce, transactions that wait included where the node tells them.
    async fn next_nonce(&self, account: Address) -> Result<u64, ChainError>;
    /// How many transactions of the account are mined.
    async fn mined_nonce(&self, account: Address) -> Result<u64, ChainError>;
    /// Completes a call: fee, chain, and gas where none is given.
    async fn prepare(&self, from: Address, call: &Call, nonce: u64, gas: Option<u64>)
    -> Result<UnsignedTx, ChainError>;
    /// Sends the bytes.
    async fn broadcast(&self, tx: &SignedTx) -> Result<(), BroadcastError>;
    /// How a transaction ended, where it is mined.
    async fn receipt(&self, tx: TxHash) -> Result<Option<Receipt>, ChainError>;
}
