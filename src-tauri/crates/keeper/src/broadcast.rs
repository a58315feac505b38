//! Sending signed transactions, and what nodes answer when they do not take one.

use crate::{
    Keeper, KeeperError, convert,
    rpc::{Rpc, RpcFault, ask},
};
use ethers::types::TransactionReceipt;
use protocol::{
    TxHash,
    tx::{Receipt, SignedTx},
};
use serde_json::json;

/// Why a transaction was not taken. `AlreadyKnown` and `NonceTooLow` never mean "done": look at the chain.
#[derive(Debug, thiserror::Error)]
pub enum BroadcastError {
    /// The node has it already.
    #[error("the node has this transaction already")]
    AlreadyKnown,
    /// A transaction of this account with this nonce is in a block.
    #[error("a transaction with this number is already in a block")]
    NonceTooLow,
    /// It pays too little, or less than the one it would replace.
    #[error("the node wants a higher price")]
    Underpriced,
    /// The account cannot pay for gas.
    #[error("the account cannot pay the network's fee")]
    InsufficientFunds,
    /// The node refuses it for another reason.
    #[error("the node refuses the transaction: {message} ({code})")]
    Other {
        /// JSON-RPC's code.
        code: i64,
        /// The node's words.
        message: String,
    },
    /// Nobody answered: it may have been taken or not.
    #[error(transparent)]
    Fault(RpcFault),
}

/// A part of a node's words, and what it means.
type Phrase = (&'static str, fn() -> BroadcastError);

/// What nodes say under the codes that stand for any refusal (-32000 of geth and ours, -32010 of Parity, -32003 of
/// EIP-1474). JSON-RPC gives these cases no codes of their own: the phrases are geth's, Besu's and Parity's wire format.
const PHRASES: [Phrase; 11] = [
    ("already known", || BroadcastError::AlreadyKnown),
    ("known transaction", || BroadcastError::AlreadyKnown),
    ("already imported", || BroadcastError::AlreadyKnown),
    ("nonce too low", || BroadcastError::NonceTooLow),
    ("nonce is too low", || BroadcastError::NonceTooLow),
    ("the tx doesn't have the correct nonce", || BroadcastError::NonceTooLow),
    ("underpriced", || BroadcastError::Underpriced),
    ("gas price is too low", || BroadcastError::Underpriced),
    ("less than block base fee", || BroadcastError::Underpriced),
    ("insufficient funds", || BroadcastError::InsufficientFunds),
    ("doesn't have enough funds", || BroadcastError::InsufficientFunds),
];

impl From<RpcFault> for BroadcastError {
    fn from(fault: RpcFault) -> Self {
        let RpcFault::Refused { code, message, .. } = fault else { return Self::Fault(fault) };
        match code {
            // Besu has codes of its own.
            -32001 => return Self::NonceTooLow,
            -32004 => return Self::InsufficientFunds,
            -32009 => return Self::Underpriced,
            _ => {}
        }
        let words = message.to_ascii_lowercase();
        match PHRASES.iter().find(|(phrase, _)| words.contains(phrase)) {
            Some((_, kind)) => kind(),
            None => Self::Other { code, message },
        }
    }
}

/// Sends the bytes as they are.
pub(crate) async fn send(rpc: &dyn Rpc, tx: &SignedTx) -> Result<TxHash, BroadcastError> {
    let raw = ethers::types::Bytes::from(tx.raw.clone());
    let hash: TxHash = ask(rpc, "eth_sendRawTransaction", json!([raw])).await?;
    if hash == tx.hash {
        Ok(hash)
    } else {
        Err(BroadcastError::Fault(RpcFault::Form(format!("sent {}, the node says {hash}", tx.hash))))
    }
}

/// The receipt of a transaction that is in a block.
pub(crate) async fn receipt(rpc: &dyn Rpc, tx: TxHash) -> Result<Option<Receipt>, RpcFault> {
    let found: Option<TransactionReceipt> = ask(rpc, "eth_getTransactionReceipt", json!([tx.hex()])).await?;
    Ok(found.and_then(convert::receipt))
}

impl Keeper {
    /// Sends a signed transaction, and looks for a new block at once.
    ///
    /// # Errors
    /// [`BroadcastError`]; after [`BroadcastError::Fault`] the transaction may be on its way all the same.
    pub async fn broadcast(&self, tx: &SignedTx) -> Result<TxHash, BroadcastError> {
        let sent = send(self.rpc(), tx).await;
        self.nudge();
        sent
    }

    /// The receipt of a transaction, once it is in a block of the chain as it is now.
    ///
    /// # Errors
    /// [`KeeperError::Rpc`]; [`KeeperError::Answer`] where it is no receipt of this transaction.
    pub async fn receipt(&self, tx: TxHash) -> Result<Option<Receipt>, KeeperError> {
        let Some(found) = receipt(self.rpc(), tx).await? else { return Ok(None) };
        if found.tx != tx {
            return Err(KeeperError::Answer(format!("a receipt of {} in place of {tx}", found.tx)));
        }
        // A node that follows a reorganisation just now may tell of a block that is no longer in the chain: that says
        // neither that the transaction is done nor that it is not.
        match self.block(found.block).await? {
            Some(block) if block.hash == found.block_hash => Ok(Some(found)),
            _ => Err(KeeperError::Answer(format!("a receipt of {tx} in a block that is not in the chain"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_of_the_usual_nodes_are_told_apart() {
        let of = |code, message: &str| {
            BroadcastError::from(RpcFault::Refused { code, message: message.to_owned(), data: None })
        };
        assert!(matches!(of(-32000, "already known"), BroadcastError::AlreadyKnown));
        assert!(matches!(of(-32000, "Known transaction"), BroadcastError::AlreadyKnown));
        assert!(matches!(of(-32000, "nonce too low: next nonce 3, tx nonce 2"), BroadcastError::NonceTooLow));
        assert!(matches!(of(-32001, "Nonce too low"), BroadcastError::NonceTooLow));
        assert!(matches!(of(-32000, "replacement transaction underpriced"), BroadcastError::Underpriced));
        assert!(matches!(
            of(-32000, "insufficient funds for gas * price + value: balance 0"),
            BroadcastError::InsufficientFunds
        ));
        assert!(matches!(of(-32004, "Upfront cost exceeds account balance"), BroadcastError::InsufficientFunds));
        assert!(matches!(of(-32000, "exceeds block gas limit"), BroadcastError::Other { code: -32000, .. }));
        assert!(matches!(BroadcastError::from(RpcFault::TooLarge), BroadcastError::Fault(RpcFault::TooLarge)));
    }
}
