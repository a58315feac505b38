//! What the outbox needs of a chain. `keeper::Keeper` has it; tests bring a chain with faults.

use async_trait::async_trait;
use protocol::{
    Address, Sentence, TxHash, Vodka,
    tx::{Call, Receipt, SignedTx, UnsignedTx},
};
use tokio::sync::watch;

/// Why the chain did not answer, or answered no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// Not reachable, or not sensible: try again.
    #[error("the network is not reachable: {0}")]
    Unreachable(Sentence),
    /// The network's nodes do not agree, or there are not two to be relied on: nothing is decided until they do.
    #[error("{0}")]
    Disputed(Sentence),
    /// The network asks for more than is allowed to be paid: it passes.
    #[error("{0}")]
    TooDear(Sentence),
    /// The node is of another chain: nothing is signed for it.
    #[error("this is chain {found}, the network is chain {expected}")]
    WrongChain {
        /// The network's.
        expected: u64,
        /// The node's.
        found: u64,
    },
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

/// An account's transactions as the chain has them at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// The newest block.
    pub head: u64,
    /// How many transactions of the account are mined.
    pub mined: u64,
    /// The receipt of the first of those asked about that is mined.
    pub receipt: Option<Receipt>,
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

    /// Asks again which chain this is: before every signature.
    async fn confirm_chain(&self) -> Result<(), ChainError> {
        Ok(())
    }

    /// Whether an account has so many wei.
    async fn can_pay(&self, account: Address, wei: Vodka) -> Result<bool, ChainError>;

    /// wei per gas at most.
    fn most_per_gas(&self) -> u128 {
        u128::MAX
    }

    /// How it stands with an account and with transactions of its of one nonce.
    async fn look(&self, account: Address, variants: &[TxHash]) -> Result<Look, ChainError> {
        // Asked before the receipts: a transaction mined in between is then found by its receipt, and one that was taken
        // back in between does not count by blocks that came after.
        let (head, mined) = (self.head().await?, self.mined_nonce(account).await?);
        let mut receipt = None;
        for variant in variants {
            receipt = self.receipt(*variant).await?;
            if receipt.is_some() {
                break;
            }
        }
        Ok(Look { head, mined, receipt })
    }
}
