//! Accounts of the recovery words beyond the first: where words came from another computer, it may have used several.

use super::{Wallet, derived, hold};
use crate::{Account, WalletError};
use protocol::Address;
use std::ops::Range;

impl Wallet {
    /// The accounts that the recovery words stand for under these numbers, whether they are in this wallet or not: to look
    /// whether somebody used them.
    ///
    /// # Errors
    /// [`WalletError::NoWords`], and a wrong passphrase.
    pub fn addresses(&self, passphrase: &str, numbers: Range<u32>) -> Result<Vec<(u32, Address)>, WalletError> {
        let _operation = hold(&self.0.operation);
        let mut at_work = self.right_passphrase(passphrase)?;
        let words = self.read_words(&self.snapshot(), &mut at_work)?;
        let address = |number| Ok((number, words.derive(number)?.address().map_err(|_| WalletError::Key)?));
        numbers.map(address).collect()
    }

    /// Takes accounts of the recovery words by their numbers into the wallet, each under the next free name. Those that are
    /// here stay as they are. Returns those that came.
    ///
    /// # Errors
    /// [`WalletError::NoWords`], a wrong passphrase, and what the disk does not take.
    pub fn add_accounts(&self, passphrase: &str, numbers: &[u32]) -> Result<Vec<Account>, WalletError> {
        let mut added = Vec::new();
        for number in numbers {
            let began = self.locks();
            let _operation = hold(&self.0.operation);
            let mut at_work = self.right_passphrase(passphrase)?;
            let accounts = self.snapshot();
            let words = self.read_words(&accounts, &mut at_work)?;
            match self.add(accounts, at_work, words.derive(*number)?, derived(*number), None, began) {
                Ok(account) => added.push(account),
                Err(WalletError::AccountExists(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(added)
    }
}
