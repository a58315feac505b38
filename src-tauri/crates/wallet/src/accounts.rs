//! `accounts.json`: what is known of the accounts while they are locked.

use crate::WalletError;
use protocol::Address;
use serde::{Deserialize, Serialize};

/// Where an account's key comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Origin {
    /// Derived from the recovery words: they bring it back.
    Words {
        /// The account's number.
        index: u32,
        /// `m/44'/60'/0'/0/<index>`.
        path: String,
    },
    /// Imported from a key or a keystore: only a copy of the file brings it back.
    Imported,
}

/// An account as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// What its owner calls it.
    pub name: String,
    /// The account.
    pub address: Address,
    /// Where the key comes from.
    pub origin: Origin,
}

/// The file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Accounts {
    pub version: u32,
    /// Random; names this wallet in the keychain.
    pub id: String,
    /// The `keys-<number>` folder that counts; 0 before the first account.
    pub keys: u64,
    /// The numbers of the folders that this list made, as far as they may be there: of these, all but the one that counts
    /// are left-overs. `None` in a list of an earlier version, which made those up to the one that counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made: Option<Vec<u64>>,
    /// Whether the recovery words are sealed in that folder.
    pub has_words: bool,
    pub accounts: Vec<Account>,
}

impl Accounts {
    pub(crate) fn empty() -> Self {
        let id = hex::encode(crate::keystore::random::<8>());
        Self { version: 1, id, keys: 0, made: None, has_words: false, accounts: Vec::new() }
    }

    /// Whether a folder of keys is this list's own and does not count. What the list does not know is never taken for that.
    pub(crate) fn is_left_over(&self, keys: u64) -> bool {
        match &self.made {
            Some(made) => keys != self.keys && made.contains(&keys),
            None => keys < self.keys,
        }
    }

    /// The same with one more folder of its own, where these are there.
    pub(crate) fn making(&self, keys: u64, there: &[u64]) -> Self {
        let own = |number: &u64| *number == self.keys || self.is_left_over(*number);
        let made = there.iter().copied().filter(own).chain([keys]).collect();
        Self { made: Some(made), ..self.clone() }
    }

    pub(crate) fn find(&self, address: Address) -> Option<&Account> {
        self.accounts.iter().find(|a| a.address == address)
    }

    /// The lowest number that no account derived from the words has yet.
    pub(crate) fn next_index(&self) -> u32 {
        let taken =
            |i: u32| self.accounts.iter().any(|a| matches!(a.origin, Origin::Words { index, .. } if index == i));
        (0..u32::MAX).find(|i| !taken(*i)).unwrap_or(u32::MAX)
    }

    /// The name that was asked for, checked, or the next free `Account n`.
    pub(crate) fn name(&self, asked: Option<&str>) -> Result<String, WalletError> {
        let taken = |name: &str| self.accounts.iter().any(|a| a.name == name);
        match asked.map(str::trim) {
            None => (1_u32..).map(|n| format!("Account {n}")).find(|name| !taken(name)).ok_or(WalletError::Name),
            Some(name) if name.is_empty() || name.chars().count() > 64 || name.chars().any(char::is_control) => {
                Err(WalletError::Name)
            }
            Some(name) if taken(name) => Err(WalletError::NameTaken(name.to_owned())),
            Some(name) => Ok(name.to_owned()),
        }
    }
}
