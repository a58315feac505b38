//! The folders of sealed keys: which there are, and how a list of accounts comes to its own.

use super::Wallet;
use crate::{
    WalletError,
    accounts::Accounts,
    safe_file::{self, disk},
};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// The folder with this number.
pub(super) fn path(folder: &Path, keys: u64) -> PathBuf {
    folder.join(format!("keys-{keys}"))
}

/// The numbers of those that are there, in no order.
pub(super) fn numbers(folder: &Path) -> Result<Vec<u64>, WalletError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(disk(folder)(error)),
    };
    let mut numbers = Vec::new();
    for entry in entries {
        let name = entry.map_err(disk(folder))?.file_name();
        numbers.extend(name.to_str().and_then(|name| name.strip_prefix("keys-")?.parse::<u64>().ok()));
    }
    Ok(numbers)
}

/// The newest one that holds sealed keys.
pub(super) fn newest_with_keys(folder: &Path) -> Result<Option<PathBuf>, WalletError> {
    let mut numbers = numbers(folder)?;
    numbers.sort_unstable();
    for number in numbers.into_iter().rev() {
        let keys = path(folder, number);
        if holds_keys(&keys).map_err(disk(&keys))? {
            return Ok(Some(keys));
        }
    }
    Ok(None)
}

fn holds_keys(keys: &Path) -> io::Result<bool> {
    use io::ErrorKind::{NotADirectory, NotFound};
    let entries = match fs::read_dir(keys) {
        Ok(entries) => entries,
        Err(error) if matches!(error.kind(), NotADirectory | NotFound) => return Ok(false),
        Err(error) => return Err(error),
    };
    for entry in entries {
        // Words without a key are what is left of an account that was never made: nobody has seen them.
        let path = entry?.path();
        let is_key = path.extension().is_some_and(|ending| ending == "json");
        if is_key && path.file_stem().is_none_or(|name| name != "words") {
            return Ok(true);
        }
    }
    Ok(false)
}

impl Wallet {
    /// The list of accounts for whoever is about to seal a key: on disk before the first one is. Sealed keys without a list
    /// are then always those of a list that was lost, never of one that had not come so far.
    pub(super) fn begun(&self) -> Result<Accounts, WalletError> {
        let accounts = self.snapshot();
        if !accounts.accounts.is_empty() {
            return Ok(accounts);
        }
        // It may have been taken away since the wallet was opened.
        safe_file::make_folder(&self.0.folder)?;
        let (accounts, keys) = self.new_keys(&accounts)?;
        Ok(Accounts { keys, ..accounts })
    }

    /// The number of a folder of keys that is not there yet. The list says on disk that it is its own: nothing that is there
    /// is written over, and what comes of this can be told from what is somebody's.
    pub(super) fn new_keys(&self, accounts: &Accounts) -> Result<(Accounts, u64), WalletError> {
        let there = numbers(&self.0.folder)?;
        let keys = there.iter().max().map_or(1, |highest| highest.saturating_add(1));
        let accounts = accounts.making(keys, &there);
        self.write_accounts(accounts.clone())?;
        Ok((accounts, keys))
    }
}
