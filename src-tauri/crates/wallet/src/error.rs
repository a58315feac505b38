//! Why the wallet did not do something.

use crate::{keychain::KeychainError, keystore::KeystoreError, words::WordsError};
use protocol::Address;
use std::path::PathBuf;

/// Why the wallet did not do something. Holds no secret.
#[derive(Debug, thiserror::Error)]
pub enum WalletError {
    /// The passphrase is not the one this was sealed with.
    #[error("this is not the passphrase")]
    WrongPassphrase,
    /// A passphrase must have at least one character.
    #[error("a passphrase is needed")]
    EmptyPassphrase,
    /// The wallet is locked.
    #[error("the wallet is locked")]
    Locked,
    /// No such account here.
    #[error("the account {0} is not in this wallet")]
    UnknownAccount(Address),
    /// The account is here already.
    #[error("the account {0} is already in this wallet")]
    AccountExists(Address),
    /// Another account has this name.
    #[error("an account is already called {0}")]
    NameTaken(String),
    /// Names are 1 to 64 characters without control characters.
    #[error("a name has 1 to 64 visible characters")]
    Name,
    /// A wallet has one set of recovery words, and this one has its own.
    #[error("this wallet already has recovery words")]
    HasWords,
    /// There are only imported keys, so there are no recovery words.
    #[error("this wallet has no recovery words")]
    NoWords,
    /// Nothing was remembered in the keychain.
    #[error("the keychain does not know the passphrase of this wallet")]
    NotRemembered,
    /// Not the 64 hex digits of a private key.
    #[error("a key is 64 hex digits")]
    Key,
    /// The recovery words are not right.
    #[error(transparent)]
    Words(#[from] WordsError),
    /// A keystore file is damaged or of an unknown kind.
    #[error(transparent)]
    Keystore(KeystoreError),
    /// The keychain refused or is absent.
    #[error(transparent)]
    Keychain(#[from] KeychainError),
    /// A file of the wallet has not the form it should have.
    #[error("{} is damaged: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Sealed keys are there, and the list of accounts that says what they are is not.
    #[error("{} is gone, and there are sealed keys in {}", list.display(), keys.display())]
    ListLost {
        /// Where the list should be.
        list: PathBuf,
        /// Where the keys are.
        keys: PathBuf,
    },
    /// The disk refused.
    #[error("{}: {source}", path.display())]
    Disk {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl From<KeystoreError> for WalletError {
    fn from(error: KeystoreError) -> Self {
        match error {
            KeystoreError::WrongPassphrase => Self::WrongPassphrase,
            other => Self::Keystore(other),
        }
    }
}
