//! Accounts: recovery words, keystore files, the OS keychain, signers, and the service key.
//!
//! # Two kinds of keys
//!
//! * [`Wallet`]: the person's accounts. They hold the money, lie encrypted in `<home>/wallet/`, and sign only while the
//!   wallet is unlocked. [`Wallet::signer`] gives an [`protocol::Signer`] that looks at the lock at every signature, so a
//!   flow may hold it for hours: it answers [`protocol::SignError::Locked`] as soon as the wallet locks.
//! * [`ServiceKey`]: one account per home that holds gas only. It opens with the home, without any passphrase, sealed by
//!   the OS keychain or, where there is none, by a machine secret that only its user can read. It runs aborts, refunds
//!   and grants, which anyone may send, so that they need no unlocked wallet.
//!
//! # The folder
//!
//! ```text
//! <home>/wallet/accounts.json      names, addresses, where each key comes from; which `keys-…` folder counts
//! <home>/wallet/keys-1/<address>.json   keystore v3, one per account
//! <home>/wallet/keys-1/words.json       the recovery words, sealed the same way
//! ```
//! A change of passphrase writes a whole new `keys-…` folder and then replaces `accounts.json` in one step: after a
//! crash either the old passphrase opens everything or the new one does. What does not count any more is removed by the
//! process that holds the home's lock, and by no other: [`Wallet`] is for that one, [`WalletReader`] for others. The list
//! says which folders it made, before they are there: no other is ever removed or written over, and keys without a list are
//! an error, not an empty wallet.
//!
//! # Time and threads
//!
//! Everything here is synchronous. Opening, sealing and unlocking cost about half a second each (scrypt, N = 2^17):
//! call them from `spawn_blocking`. Signing costs microseconds. The clock is an argument ([`Options::clock`]).

mod accounts;
mod error;
mod keychain;
mod keystore;
mod safe_file;
mod sentences;
mod service_key;
mod transaction;
mod wallet;
mod words;

pub use accounts::{Account, Origin};
pub use error::WalletError;
pub use keychain::{Keychain, KeychainError, NoKeychain, OsKeychain};
pub use keystore::{Cost, Keystore, KeystoreError};
pub use safe_file::{read as read_private, replace as write_private};
pub use service_key::{SealedBy, ServiceKey};
pub use transaction::sign_transaction;
pub use wallet::{Clock, DEFAULT_IDLE, Options, Wallet, WalletReader};
pub use words::{RecoveryWords, WordCount, WordsError};
