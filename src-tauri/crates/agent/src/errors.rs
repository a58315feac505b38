//! Faults of the rooms below, for people: what happened, and the next step to take.

use crate::store::StoreError;
use api::{ApiError, Code};
use wallet::WalletError;

pub use crate::core::{chain, outbox};

/// There is no account yet.
pub fn no_account() -> ApiError {
    ApiError::new(
        Code::NoAccount,
        "There is no account in this home yet.",
        "Choose a password to make one; it takes a second.",
    )
}

/// The account is locked.
pub fn locked() -> ApiError {
    ApiError::new(Code::Locked, "Your account is locked.", "Unlock it with your password; what you began is kept.")
}

/// A fault of ours.
pub fn internal(what: impl std::fmt::Display) -> ApiError {
    ApiError::new(
        Code::Internal,
        format!("Something went wrong inside: {what}."),
        "Restart Neuston and try again. Purchases and drafts are kept.",
    )
}

/// Something asked for does not exist.
pub fn not_found(what: &str, next: &str) -> ApiError {
    ApiError::new(Code::NotFound, format!("{what} is not here."), next)
}

/// The wallet's faults.
pub fn wallet(error: WalletError) -> ApiError {
    match error {
        WalletError::WrongPassphrase => ApiError::new(
            Code::WrongPassword,
            "This is not the password of this account.",
            "Try again, or bring the account back with its recovery words.",
        )
        .at("password"),
        WalletError::EmptyPassphrase => {
            ApiError::new(Code::Invalid, "A password is needed.", "Choose one you will remember.").at("password")
        }
        WalletError::Locked => locked(),
        WalletError::UnknownAccount(_) => {
            ApiError::new(Code::NotFound, format!("{error}."), "See the accounts with: neuston wallet list")
        }
        WalletError::AccountExists(_) | WalletError::NameTaken(_) | WalletError::Name | WalletError::HasWords => {
            ApiError::new(Code::Invalid, format!("{}.", capital(&error)), "Choose another.").at("account")
        }
        WalletError::NoWords => ApiError::new(
            Code::NotFound,
            "This account was made from a key file; it has no recovery words.",
            "Save an encrypted copy instead.",
        ),
        WalletError::Key => {
            ApiError::new(Code::Invalid, "The file holds no private key.", "A key file has one line of 64 hex digits.")
                .at("file")
        }
        WalletError::Words(_) => {
            ApiError::new(Code::Invalid, format!("{}.", capital(&error)), "Check the words and their order.")
                .at("words")
        }
        WalletError::Keystore(_) => {
            ApiError::new(Code::Invalid, format!("{}.", capital(&error)), "Choose a Web3 keystore file of version 3.")
                .at("file")
        }
        WalletError::NotRemembered | WalletError::Keychain(_) => ApiError::new(
            Code::Unreachable,
            format!("{}.", capital(&error)),
            "Unlock with your password; everything else works without the keychain.",
        ),
        WalletError::Damaged { .. } => ApiError::new(
            Code::Corrupt,
            format!("{}.", capital(&error)),
            "Bring the account back with its recovery words, in another data folder.",
        ),
        WalletError::Disk { .. } => {
            ApiError::new(Code::Disk, format!("{error}."), "Make room on the disk or allow writing, then try again.")
        }
    }
}

fn capital(error: &WalletError) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The store's faults.
pub fn store(error: StoreError) -> ApiError {
    match error {
        StoreError::Newer { .. } => {
            ApiError::new(Code::Refused, format!("{error}."), "Start the newer version of Neuston.")
        }
        other => data_file(&other).unwrap_or_else(|| internal(other)),
    }
}

/// The journal's faults.
pub fn ledger(error: runner::LedgerError) -> ApiError {
    data_file(&error).unwrap_or_else(|| internal(error))
}

/// What a disk that fails under a data file is called, wherever SQLite said so; `None` where no disk is to blame.
pub fn data_file(error: &(dyn std::error::Error + 'static)) -> Option<ApiError> {
    use rusqlite::ErrorCode as E;
    let mut cause = Some(error);
    while let Some(error) = cause {
        let shared = error.downcast_ref::<std::sync::Arc<rusqlite::Error>>().map(AsRef::as_ref);
        if let Some(said) = error.downcast_ref::<rusqlite::Error>().or(shared) {
            return match said.sqlite_error_code()? {
                E::DiskFull => Some(ApiError::new(
                    Code::Disk,
                    "The disk is full.",
                    "Make room, then go on. Nothing is lost and nothing is paid twice.",
                )),
                E::SystemIoFailure | E::CannotOpen | E::ReadOnly | E::PermissionDenied => Some(ApiError::new(
                    Code::Disk,
                    "The disk below the data folder does not work as it should.",
                    "Check that it is there, has room and may be written, then go on. Nothing is paid twice.",
                )),
                E::DatabaseCorrupt | E::NotADatabase => Some(ApiError::new(
                    Code::Corrupt,
                    "A data file is damaged.",
                    "Put the data folder back from a copy, or import your recovery words in a new one.",
                )),
                _ => None,
            };
        }
        cause = error.source();
    }
    None
}

/// A disk that does not take a file.
pub fn disk(path: &std::path::Path, error: &std::io::Error) -> ApiError {
    use std::io::ErrorKind as K;
    let path = path.display();
    match error.kind() {
        K::StorageFull | K::QuotaExceeded => ApiError::new(
            Code::Disk,
            format!("The disk is full; {path} could not be written."),
            "Make room or choose another folder, then go on. What was loaded so far is kept.",
        ),
        K::FileTooLarge => ApiError::new(
            Code::Disk,
            format!("The disk does not take a file as large as {path}."),
            "Choose a folder on another disk, then go on. What was loaded so far is kept.",
        ),
        K::NotFound => ApiError::new(
            Code::NotFound,
            format!("{path} is not there any more."),
            "Put it back or choose another file. Nothing else is lost.",
        ),
        K::PermissionDenied | K::ReadOnlyFilesystem => ApiError::new(
            Code::Disk,
            format!("{path} cannot be used: this computer does not allow it."),
            "Choose a folder of your own.",
        ),
        _ => ApiError::new(Code::Disk, format!("{path} cannot be used: {error}."), "Choose another place."),
    }
}
