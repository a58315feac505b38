//! How a batch fails, and whether that is certain.

use crate::{chain::ChainError, ledger::LedgerError};
use protocol::{Address, SignError, tx::Receipt};

/// Why a batch was not made, or how it certainly failed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum OutboxError {
    /// The account is locked; nothing was signed. Wait for unlocking and ask again.
    #[error("the account {0} is locked")]
    Locked(Address),
    /// The last block for signing is over; nothing was signed, and nothing will be.
    #[error("it is too late to sign this in block {block}")]
    TooLate {
        /// The newest block.
        block: u64,
    },
    /// The key was forbidden before anything was signed.
    #[error("this was taken back before it was signed")]
    Forbidden,
    /// Nothing was signed, since it would not succeed.
    #[error("this would fail: {0}")]
    WouldFail(ChainError),
    /// The chain does not answer. Ask again.
    #[error(transparent)]
    Unreachable(ChainError),
    /// The signer refused; nothing was signed.
    #[error(transparent)]
    Sign(SignError),
    /// Mined, and reverted.
    #[error("the network reverted it in block {}", .0.block)]
    Reverted(Box<Receipt>),
    /// Mined, and it did nothing: the event that shows its effect is missing.
    #[error("it had no effect in block {}", .0.block)]
    WithoutEffect(Box<Receipt>),
    /// Another transaction, not ours, used the nonce: this one can never be mined.
    #[error("another transaction took its place (nonce {nonce})")]
    Displaced {
        /// The nonce.
        nonce: u64,
    },
    /// No transaction has this key.
    #[error("there is no such transaction")]
    Unknown,
    /// The journal failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl OutboxError {
    /// Whether what the batch was to bring about certainly does not come about by it: not all of its transactions took effect,
    /// and none is under way any more. Everything else is to be asked again.
    pub fn is_certain(&self) -> bool {
        match self {
            Self::TooLate { .. }
            | Self::Forbidden
            | Self::WouldFail(_)
            | Self::Sign(_)
            | Self::Reverted(_)
            | Self::WithoutEffect(_)
            | Self::Displaced { .. } => true,
            Self::Locked(_) | Self::Unreachable(_) | Self::Unknown | Self::Ledger(_) => false,
        }
    }
}

impl From<ChainError> for OutboxError {
    fn from(error: ChainError) -> Self {
        match error {
            ChainError::Unreachable(_)
            | ChainError::Disputed(_)
            | ChainError::TooDear(_)
            | ChainError::WrongChain { .. } => Self::Unreachable(error),
            ChainError::WouldRevert(_) | ChainError::Funds => Self::WouldFail(error),
        }
    }
}
