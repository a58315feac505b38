//! Faults of the rooms below, for people: what happened, and the next step to take.

use crate::store::StoreError;
use api::{ApiError, Code, Sentence, sentence};
use wallet::WalletError;

pub use crate::core::{chain, outbox};

/// There is no account yet.
pub fn no_account() -> ApiError {
    ApiError::new(Code::NoAccount, "There is no account yet.", "Choose a password to make one; it takes a second.")
}

/// The account is locked.
pub fn locked() -> ApiError {
    ApiError::new(Code::Locked, "Your account is locked.", "Unlock it with your password; what you began is kept.")
}

/// A fault of ours. What went wrong is for whoever repairs it, and stays in the words of the code.
pub fn internal(what: impl std::fmt::Display) -> ApiError {
    ApiError::new(
        Code::Internal,
        sentence!("Something went wrong inside: {what}.", what = what.to_string()),
        "Restart Neuston and try again. Purchases and drafts are kept.",
    )
}

/// Something asked for does not exist.
pub fn not_found(what: impl Into<Sentence>, next: impl Into<Sentence>) -> ApiError {
    ApiError::new(Code::NotFound, what, next)
}

/// The wallet's faults.
pub fn wallet(error: WalletError) -> ApiError {
    let said = Sentence::from(&error);
    match error {
        WalletError::WrongPassphrase => {
            ApiError::new(Code::WrongPassword, said, "Try again, or bring the account back with its recovery words.")
                .at("password")
        }
        WalletError::EmptyPassphrase => {
            ApiError::new(Code::Invalid, said, "Choose one you will remember.").at("password")
        }
        WalletError::Locked => locked(),
        WalletError::UnknownAccount(_) => {
            ApiError::new(Code::NotFound, said, "See the accounts with: neuston wallet list")
        }
        WalletError::AccountExists(_) | WalletError::NameTaken(_) | WalletError::Name | WalletError::HasWords => {
            ApiError::new(Code::Invalid, said, "Choose another.").at("account")
        }
        WalletError::NoWords => ApiError::new(Code::NotFound, said, "Save an encrypted copy instead."),
        WalletError::Key => ApiError::new(Code::Invalid, said, "A key file has one line of 64 hex digits.").at("file"),
        WalletError::Words(_) => ApiError::new(Code::Invalid, said, "Check the words and their order.").at("words"),
        WalletError::Keystore(_) => {
            ApiError::new(Code::Invalid, said, "Choose a Web3 keystore file of version 3.").at("file")
        }
        WalletError::NotRemembered | WalletError::Keychain(_) => ApiError::new(
            Code::Unreachable,
            said,
            "Unlock with your password; everything else works without the keychain.",
        ),
        WalletError::Damaged { .. } => ApiError::new(
            Code::Corrupt,
            said,
            "Bring the account back with its recovery words or a backup file, in another data folder.",
        ),
        WalletError::ListLost { .. } => ApiError::new(
            Code::Corrupt,
            said,
            "Put the list back from a copy, or go on in another data folder with your recovery words.",
        ),
        WalletError::Disk { .. } => {
            ApiError::new(Code::Disk, said, "Free this place, make room or allow writing, then try again.")
        }
    }
}

/// The store's faults.
pub fn store(error: StoreError) -> ApiError {
    match error {
        StoreError::Newer { path, .. } => ApiError::new(
            Code::Refused,
            sentence!("The data file {path} was written by a newer version.", path = path.as_path()),
            "Start the newer version of Neuston.",
        ),
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
                    "Put the data folder back from a copy, or bring your recovery words or a backup file to a new one.",
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
    match error.kind() {
        K::StorageFull | K::QuotaExceeded => ApiError::new(
            Code::Disk,
            sentence!("The disk is full; {path} could not be written.", path),
            "Make room or choose another folder, then go on. What was loaded so far is kept.",
        ),
        K::FileTooLarge => ApiError::new(
            Code::Disk,
            sentence!("The disk does not take a file as large as {path}.", path),
            "Choose a folder on another disk, then go on. What was loaded so far is kept.",
        ),
        K::NotFound => ApiError::new(
            Code::NotFound,
            sentence!("{path} is not there any more.", path),
            "Put it back or choose another file. Nothing else is lost.",
        ),
        K::PermissionDenied | K::ReadOnlyFilesystem => ApiError::new(
            Code::Disk,
            sentence!("{path} cannot be used: this computer does not allow it.", path),
            "Choose a folder of your own.",
        ),
        _ => ApiError::new(
            Code::Disk,
            sentence!("{path} cannot be used: {why}.", path, why = Sentence::from(error)),
            "Choose another place.",
        ),
    }
}
