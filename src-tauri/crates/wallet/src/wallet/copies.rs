//! Copies outside the folder: recovery words on paper, keystore files elsewhere, and what the wallet knows of them.

use super::{Wallet, hold};
use crate::{Keystore, Origin, RecoveryWords, WalletError, safe_file};
use protocol::Address;

/// Is there once the owner has the recovery words.
const WORDS_KEPT: &str = "words-kept";

/// Is there once an account's keystore was saved elsewhere.
fn exported(address: Address) -> String {
    format!("exported-{}", address.bare_hex())
}

impl Wallet {
    /// A keystore file of one account under the wallet's passphrase, with a salt of its own. Whoever has saved it says so
    /// with [`Wallet::note_exported`].
    pub fn export_keystore(&self, address: Address, passphrase: &str) -> Result<String, WalletError> {
        let _operation = hold(&self.0.operation);
        let accounts = self.snapshot();
        let account = accounts.find(address).ok_or(WalletError::UnknownAccount(address))?;
        let mut at_work = self.right_passphrase(passphrase)?;
        let key = at_work.open_key(&self.read_keystore(&self.key_path(accounts.keys, account.address))?)?;
        Ok(Keystore::seal_key(&key, passphrase, self.0.options.cost)?.to_json()?)
    }

    /// Notes that the keystore file of an account lies outside this folder, whole.
    pub fn note_exported(&self, address: Address) -> Result<(), WalletError> {
        self.known(address)?;
        self.note(&exported(address))
    }

    /// The recovery words, for their owner to write down.
    pub fn backup(&self, passphrase: &str) -> Result<RecoveryWords, WalletError> {
        let _operation = hold(&self.0.operation);
        let mut at_work = self.right_passphrase(passphrase)?;
        let words = self.read_words(&self.snapshot(), &mut at_work)?;
        self.note_words_kept()?;
        Ok(words)
    }

    /// Whether a copy outside this folder can bring an account back, as far as the wallet knows: its owner brought it, was
    /// shown its words, or saved its keystore.
    pub fn is_backed_up(&self, address: Address) -> bool {
        let noted = |name: &str| self.0.folder.join(name).exists();
        let origin = hold(&self.0.accounts).find(address).map(|account| account.origin.clone());
        match origin {
            Some(Origin::Imported) => true,
            Some(Origin::Words { .. }) => noted(WORDS_KEPT) || noted(&exported(address)),
            None => false,
        }
    }

    /// Notes that the owner has the recovery words.
    pub(super) fn note_words_kept(&self) -> Result<(), WalletError> {
        self.note(WORDS_KEPT)
    }

    /// Notes of their own, so that a process that only shows the words never rewrites the list of accounts.
    fn note(&self, name: &str) -> Result<(), WalletError> {
        safe_file::mark(&self.0.folder.join(name))
    }
}
