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
            OutboxError::WithoutEffect(receipt) => {
                sentence!("it had no effect in block {block}", block = receipt.block)
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

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{Address, Hash32, SignError, TxHash, tx::Receipt};
    use std::sync::Arc;

    #[test]
    fn people_are_told_what_keeps_a_transaction_from_taking_effect() {
        let reverted = Receipt {
            tx: TxHash([1; 32]),
            block: 5,
            block_hash: Hash32([2; 32]),
            success: false,
            gas_used: 1,
            created: None,
            logs: vec![],
        };
        for (error, told) in [
            (OutboxError::Locked(Address([1; 20])), "the account is locked"),
            (OutboxError::TooLate { block: 7 }, "in block 7 it is too late to sign this"),
            (OutboxError::Forbidden, "this was taken back before it was signed"),
            (OutboxError::WouldFail(ChainError::Funds), "the account cannot pay the network fee"),
            (OutboxError::Unreachable(ChainError::Unreachable("away".into())), "away"),
            (OutboxError::Reverted(Box::new(reverted.clone())), "the network reverted it in block 5"),
            (OutboxError::WithoutEffect(Box::new(reverted)), "it had no effect in block 5"),
            (OutboxError::Displaced { nonce: 3 }, "another transaction took its place (number 3)"),
            (OutboxError::Unknown, "there is no such transaction"),
            (OutboxError::Ledger(LedgerError::Ending), "the program is ending"),
        ] {
            assert_eq!(Sentence::from(&error).to_string(), told);
        }
        let refused = SignError::Refused("no".to_owned());
        assert_eq!(Sentence::from(&OutboxError::Sign(refused.clone())), Sentence::from(&refused));
    }

    #[test]
    fn people_are_told_what_a_chain_and_a_journal_say() {
        let why = || Sentence::from("why");
        for (error, told) in [
            (ChainError::Unreachable(why()), "why"),
            (ChainError::Disputed(why()), "why"),
            (ChainError::TooDear(why()), "why"),
            (ChainError::WrongChain { expected: 1, found: 2 }, "this is chain 2, the network is chain 1"),
            (ChainError::WouldRevert("not yours".to_owned()), "the contract refuses: not yours"),
            (ChainError::Funds, "the account cannot pay the network fee"),
        ] {
            assert_eq!(Sentence::from(&error).to_string(), told);
        }
        let full = rusqlite::Error::InvalidQuery;
        for (error, told) in [
            (LedgerError::Newer { found: 2, known: 1 }, "the journal was written by a newer version"),
            (LedgerError::Ending, "the program is ending"),
            (
                LedgerError::Row("odd".to_owned()),
                "the journal cannot be used (a row of the journal cannot be read: odd)",
            ),
            (
                LedgerError::Sqlite(Arc::new(full)),
                "the journal cannot be used (the journal cannot be used: Query is not read-only)",
            ),
        ] {
            assert_eq!(Sentence::from(&error).to_string(), told);
        }
    }
}
