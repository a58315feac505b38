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
    /// The `keys-<number>` folder that counts; others are left-overs of a crash.
    pub keys: u64,
    /// Whether the recovery words are sealed in that folder.
    pub has_words: bool,
    pub accounts: Vec<Account>,
}

impl Accounts {
    pub(crate) fn empty() -> Self {
        let id = hex::encode(crate::keystore::random::<8>());
        Self { version: 1, id, keys: 1, has_words: false, accounts: Vec::new() }
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
