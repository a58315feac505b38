//! The operating system's keychain: Secret Service, macOS Keychain, Windows Credential Manager.
//! Nothing here is needed: without a keychain people type their passphrase and the service key uses a machine secret.

use std::{sync::mpsc, time::Duration};
use zeroize::Zeroizing;

/// How long the keychain may take; it may be asking its owner for a password of its own.
const PATIENCE: Duration = Duration::from_secs(60);

/// Why the keychain did not help.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeychainError {
    /// There is none, or it is locked and nobody unlocks it. Ask for the passphrase instead.
    #[error("this computer offers no keychain")]
    NoService,
    /// It did not answer in time.
    #[error("the keychain did not answer")]
    Silent,
    /// There is one, and it failed.
    #[error("the keychain failed: {0}")]
    Failed(String),
}

/// A place for small secrets outside our files.
pub trait Keychain: Send + Sync {
    /// The secret of this name, if there is one.
    fn get(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeychainError>;
    /// Puts or replaces it.
    fn set(&self, name: &str, secret: &[u8]) -> Result<(), KeychainError>;
    /// Removes it; fine where there is none.
    fn delete(&self, name: &str) -> Result<(), KeychainError>;
}

/// A computer without a keychain.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoKeychain;

impl Keychain for NoKeychain {
    fn get(&self, _: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeychainError> {
        Err(KeychainError::NoService)
    }
    fn set(&self, _: &str, _: &[u8]) -> Result<(), KeychainError> {
        Err(KeychainError::NoService)
    }
    fn delete(&self, _: &str) -> Result<(), KeychainError> {
        Err(KeychainError::NoService)
    }
}

/// The operating system's keychain, entries of the service `neuston`.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsKeychain;

impl Keychain for OsKeychain {
    fn get(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeychainError> {
        let got = ask(name, |entry| entry.get_secret().map(Zeroizing::new));
        match got {
            Ok(secret) => Ok(Some(secret)),
            Err(Answer::NoEntry) => Ok(None),
            Err(Answer::Error(e)) => Err(e),
        }
    }

    fn set(&self, name: &str, secret: &[u8]) -> Result<(), KeychainError> {
        let secret = Zeroizing::new(secret.to_vec());
        ask(name, move |entry| entry.set_secret(&secret)).map_err(Answer::into_error)
    }

    fn delete(&self, name: &str) -> Result<(), KeychainError> {
        match ask(name, |entry| entry.delete_credential()) {
            Ok(()) | Err(Answer::NoEntry) => Ok(()),
            Err(Answer::Error(e)) => Err(e),
        }
    }
}

enum Answer {
    NoEntry,
    Error(KeychainError),
}

impl Answer {
    fn into_error(self) -> KeychainError {
        match self {
            Self::NoEntry => KeychainError::Failed("the entry vanished".to_owned()),
            Self::Error(e) => e,
        }
    }
}

/// Asks on a thread of its own: D-Bus clients block, must not run inside an async runtime, and may never answer.
fn ask<T: Send + 'static>(
    name: &str,
    question: impl FnOnce(keyring::v1::Entry) -> keyring::v1::Result<T> + Send + 'static,
) -> Result<T, Answer> {
    let (tell, hear) = mpsc::channel();
    let name = name.to_owned();
    std::thread::Builder::new()
        .name("keychain".to_owned())
        .spawn(move || {
            let answer = keyring::v1::Entry::new("neuston", &name).and_then(question);
            // Nobody listens any more where the patience ended first: nothing to do about the answer then.
            drop(tell.send(answer));
        })
        .map_err(|e| Answer::Error(KeychainError::Failed(e.to_string())))?;
    let answer = hear.recv_timeout(PATIENCE).map_err(|_| Answer::Error(KeychainError::Silent))?;
    answer.map_err(|error| match error {
        keyring::v1::Error::NoEntry => Answer::NoEntry,
        keyring::v1::Error::NoDefaultStore | keyring::v1::Error::NoStorageAccess(_) => {
            Answer::Error(KeychainError::NoService)
        }
        // The other messages of keyring name the platform's failure; two of its variants carry the secret itself.
        keyring::v1::Error::BadEncoding(_) | keyring::v1::Error::BadDataFormat(..) => {
            Answer::Error(KeychainError::Failed("the entry is damaged".to_owned()))
        }
        other => Answer::Error(KeychainError::Failed(other.to_string())),
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::{collections::HashMap, sync::Mutex};

    /// A keychain that works.
    #[derive(Default)]
    pub(crate) struct MemoryKeychain(Mutex<HashMap<String, Vec<u8>>>);

    impl Keychain for MemoryKeychain {
        fn get(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeychainError> {
            Ok(self.0.lock().unwrap().get(name).cloned().map(Zeroizing::new))
        }
        fn set(&self, name: &str, secret: &[u8]) -> Result<(), KeychainError> {
            self.0.lock().unwrap().insert(name.to_owned(), secret.to_vec());
            Ok(())
        }
        fn delete(&self, name: &str) -> Result<(), KeychainError> {
            self.0.lock().unwrap().remove(name);
            Ok(())
        }
    }
}
