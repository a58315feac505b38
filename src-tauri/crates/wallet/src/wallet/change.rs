//! A new passphrase for everything: a whole new folder of keys is written, then the list of accounts that names it, and
//! only then the old folder goes.

use super::{Wallet, folders, hold};
use crate::{
    WalletError,
    accounts::Accounts,
    keystore::Passphrase,
    safe_file::{self, disk},
};
use std::{fs, io};

impl Wallet {
    /// Changes the passphrase of everything in the wallet. After a crash either the old or the new one is right, for all.
    /// What the keychain remembered is forgotten, since it is wrong now.
    pub fn update(&self, old: &str, new: &str) -> Result<(), WalletError> {
        if new.is_empty() {
            return Err(WalletError::EmptyPassphrase);
        }
        let _operation = hold(&self.0.operation);
        let before = self.snapshot();
        let mut opens = self.right_passphrase(old)?;
        let mut seals = Passphrase::new(new, self.0.options.cost);
        let after = self.seal_anew(&before, &mut opens, &mut seals)?;
        self.change_to(after, &mut seals)?;
        match self.forget() {
            // A keychain that is absent remembers nothing.
            Ok(()) | Err(WalletError::Keychain(crate::KeychainError::NoService)) => Ok(()),
            Err(error) => {
                tracing::warn!(%error, "the keychain still remembers the old passphrase");
                Ok(())
            }
        }
    }

    /// Writes everything into a new folder of keys; the list that lets it count is returned and not written yet.
    pub(super) fn seal_anew(
        &self,
        before: &Accounts,
        opens: &mut Passphrase<'_>,
        seals: &mut Passphrase<'_>,
    ) -> Result<Accounts, WalletError> {
        let from = before.keys;
        let (before, to) = self.new_keys(before)?;
        safe_file::make_folder(&self.keys_folder(to))?;
        for account in &before.accounts {
            let key = opens.open_key(&self.read_keystore(&self.key_path(from, account.address))?)?;
            self.write_keystore(&self.key_path(to, account.address), &seals.seal_key(&key)?)?;
        }
        if before.has_words {
            let words = opens.open(&self.read_keystore(&self.words_path(from))?)?;
            self.write_keystore(&self.words_path(to), &seals.seal(&words, None)?)?;
        }
        safe_file::sync_entry(&self.keys_folder(to))?;
        Ok(Accounts { keys: to, ..before })
    }

    /// Lets the keys of `after` count, if all of them lie there and open.
    pub(super) fn change_to(&self, after: Accounts, opens: &mut Passphrase<'_>) -> Result<(), WalletError> {
        for account in &after.accounts {
            opens.open_key(&self.read_keystore(&self.key_path(after.keys, account.address))?)?;
        }
        if after.has_words {
            opens.open(&self.read_keystore(&self.words_path(after.keys))?)?;
        }
        self.write_accounts(after)?;
        // From here on the new passphrase is the right one. What cannot be removed now is removed at the next start.
        if let Err(error) = self.sweep() {
            tracing::warn!(%error, "the keys under the old passphrase are still there");
        }
        Ok(())
    }

    /// Removes the key folders of this list that do not count: left-overs of a change of passphrase. None goes before those
    /// that count can be read, and those that the list did not make stay: they may hold the only keys of somebody.
    pub(super) fn sweep(&self) -> Result<(), WalletError> {
        let accounts = self.snapshot();
        if accounts.accounts.is_empty() {
            return Ok(());
        }
        if let Err(error) = self.look_at_keys(&accounts) {
            tracing::warn!(%error, "keys of the wallet cannot be read; nothing in its folder is removed");
            return Ok(());
        }
        let mut swept = Ok(());
        for number in folders::numbers(&self.0.folder)? {
            if !accounts.is_left_over(number) {
                continue;
            }
            let left = self.keys_folder(number);
            match fs::remove_dir_all(&left) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => swept = swept.and(Err(disk(&left)(error))),
                _ => {}
            }
        }
        swept
    }

    /// Whether all keys that count are there and have the form of keystores; what is in them, the passphrase tells.
    fn look_at_keys(&self, accounts: &Accounts) -> Result<(), WalletError> {
        for account in &accounts.accounts {
            self.read_keystore(&self.key_path(accounts.keys, account.address))?;
        }
        if accounts.has_words {
            self.read_keystore(&self.words_path(accounts.keys))?;
        }
        Ok(())
    }
}
