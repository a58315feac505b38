//! The wallet of a home that another process may be running: looked into, and left as it is.

use super::{Options, Wallet, hold, read_accounts};
use crate::{RecoveryWords, WalletError};
use std::path::Path;

/// The wallet of a folder, for a process that does not hold the home's lock. It removes nothing and adds nothing but the
/// note that the owner has the recovery words.
#[derive(Debug)]
pub struct WalletReader(Wallet);

impl WalletReader {
    /// Looks into the wallet of a folder, `<home>/wallet`; where there is none, it is empty.
    pub fn open(folder: &Path, options: Options) -> Result<Self, WalletError> {
        Ok(Self(Wallet::load(folder, options)?))
    }

    /// Whether no account exists.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether there are recovery words to back up.
    pub fn has_words(&self) -> bool {
        self.0.has_words()
    }

    /// The recovery words, for their owner to write down.
    pub fn backup(&self, passphrase: &str) -> Result<RecoveryWords, WalletError> {
        loop {
            let error = match self.0.backup(passphrase) {
                Ok(words) => return Ok(words),
                Err(error) => error,
            };
            let now = read_accounts(&self.0.0.folder)?;
            let mut accounts = hold(&self.0.0.accounts);
            // Where the passphrase was changed meanwhile, other keys count than those that were looked for.
            if now.keys == accounts.keys {
                return Err(error);
            }
            *accounts = now;
        }
    }
}
