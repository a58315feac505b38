//! What keeps a transaction from taking effect, said to people in their language.

use crate::{ChainError, LedgerError, OutboxError};
use protocol::{Sentence, sentence};

impl From<&OutboxError> for Sentence {
    fn from(error: &OutboxError) -> Self {
        match error {
            OutboxError::Locked(_) => "the account is locked".into(),
            OutboxError::TooLate { block } => sentence!("in block {block} it is too late to sign this", block = *block),
            OutboxError::Forbidden => "this was taken back before it was signed".into(),
            OutboxError::WouldFail(error) | OutboxError::Unreachable(error) => error.into(),
            OutboxError::Sign(error) => error.into(),
            OutboxError::Reverted(receipt) => {
                sentence!("the network reverted it in block {block}", block = receipt.block)
            }
            OutboxError::Displaced { nonce } => {
                sentence!("another transaction took its place (number {nonce})", nonce = *nonce)
            }
            OutboxError::Unknown => "there is no such transaction".into(),
            OutboxError::Ledger(error) => error.into(),
        }
    }
}

impl From<&ChainError> for Sentence {
    fn from(error: &ChainError) -> Self {
        match error {
            ChainError::Unreachable(why) | ChainError::Disputed(why) | ChainError::TooDear(why) => why.clone(),
            ChainError::WrongChain { expected, found } => {
                sentence!(
                    "this is chain {found}, the network is chain {expected}",
                    found = *found,
                    expected = *expected
                )
            }
            ChainError::WouldRevert(reason) => sentence!("the contract refuses: {reason}", reason),
            ChainError::Funds => "the account cannot pay the network fee".into(),
        }
    }
}

impl From<&LedgerError> for Sentence {
    fn from(error: &LedgerError) -> Self {
        match error {
            LedgerError::Newer { .. } => "the journal was written by a newer version".into(),
            LedgerError::Ending => "the program is ending".into(),
            other => sentence!("the journal cannot be used ({why})", why = other.to_string()),
        }
    }
}
