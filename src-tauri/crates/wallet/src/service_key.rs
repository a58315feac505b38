//! One account per home that needs nobody: it opens with the home and holds gas only.
//!
//! Its file `service-key.json` is a keystore whose passphrase is 256 random bits. Those lie in the OS keychain, or,
//! where there is none when the key is made, in `machine-secret`, a file that only its user can read. A key that was
//! sealed by the keychain does not open without it: that is an error to show, never a reason to make another account.

use crate::{
    Cost, Keychain, Keystore, WalletError,
    keychain::KeychainError,
    keystore::random,
    safe_file::{self, make_folder},
    sign_transaction,
};
use protocol::{
    Address, SecretKey, SignError, Signature, Signer,
    tx::{SignedTx, UnsignedTx},
};
use serde::{Deserialize, Serialize};
use std::{fmt, path::Path};
use zeroize::Zeroizing;

/// What keeps the service key from other users of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SealedBy {
    /// The operating system's keychain.
    Keychain,
    /// A file that only its user can read.
    MachineSecret,
}

#[derive(Serialize, Deserialize)]
struct File {
    version: u32,
    /// Names the secret in the keychain.
    id: String,
    sealed_by: SealedBy,
    key: Keystore,
}

/// The home's own account: the gateway's provider account, and the runner of aborts, refunds and grants.
pub struct ServiceKey {
    key: SecretKey,
    address: Address,
    sealed_by: SealedBy,
}

impl fmt::Debug for ServiceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServiceKey({})", self.address)
    }
}

impl ServiceKey {
    /// Opens the service key of a folder, or makes one.
    pub fn open(folder: &Path, keychain: &dyn Keychain) -> Result<Self, WalletError> {
        make_folder(folder)?;
        let path = folder.join("service-key.json");
        match safe_file::read(&path)? {
            None => Self::make(folder, &path, keychain),
            Some(json) => {
                let damaged = |reason: String| WalletError::Damaged { path: path.clone(), reason };
                let file: File = serde_json::from_slice(&json).map_err(|e| damaged(e.to_string()))?;
                if file.version != 1 {
                    return Err(damaged(format!("version {} is not known", file.version)));
                }
                let secret = match file.sealed_by {
                    SealedBy::Keychain => keychain.get(&keychain_name(&file.id))?.ok_or(WalletError::NotRemembered)?,
                    SealedBy::MachineSecret => machine_secret(folder)?,
                };
                Self::with(file.key.open_key(&passphrase(&secret))?, file.sealed_by)
            }
        }
    }

    fn make(folder: &Path, path: &Path, keychain: &dyn Keychain) -> Result<Self, WalletError> {
        let id = hex::encode(random::<8>());
        let fresh = Zeroizing::new(random::<32>());
        let (sealed_by, secret) = match keychain.set(&keychain_name(&id), fresh.as_slice()) {
            Ok(()) => (SealedBy::Keychain, Zeroizing::new(fresh.to_vec())),
            Err(error) => {
                if error != KeychainError::NoService {
                    tracing::warn!(%error, "the keychain failed; the service key is sealed by a machine secret");
                }
                (SealedBy::MachineSecret, machine_secret(folder)?)
            }
        };
        let key = loop {
            // Of 2^256 numbers fewer than 2^129 are no key.
            if let Ok(key) = SecretKey::from_bytes(&Zeroizing::new(random::<32>())) {
                break key;
            }
        };
        // The passphrase is 256 random bits: stretching it would cost every start and protect nothing.
        let sealed = Keystore::seal_key(&key, &passphrase(&secret), Cost::cheap())?;
        let json = serde_json::to_vec_pretty(&File { version: 1, id, sealed_by, key: sealed })
            .map_err(|e| WalletError::Damaged { path: path.to_owned(), reason: e.to_string() })?;
        safe_file::replace(path, &json)?;
        Self::with(key, sealed_by)
    }

    fn with(key: SecretKey, sealed_by: SealedBy) -> Result<Self, WalletError> {
        let address = key.address().map_err(|_| WalletError::Key)?;
        Ok(Self { key, address, sealed_by })
    }

    /// From a key that its operator brought: a gateway's or a node's account.
    pub fn from_key(key: SecretKey) -> Result<Self, WalletError> {
        Self::with(key, SealedBy::MachineSecret)
    }

    /// What keeps it from others.
    pub fn sealed_by(&self) -> SealedBy {
        self.sealed_by
    }

    /// Lends the key for opening what was encrypted to this account (ECIES of the Secret Store).
    pub fn ecies_secret<T>(&self, open: impl FnOnce(&SecretKey) -> T) -> T {
        open(&self.key)
    }
}

impl Signer for ServiceKey {
    fn address(&self) -> Address {
        self.address
    }

    fn sign_digest(&self, digest: &[u8; 32]) -> Result<Signature, SignError> {
        self.key.sign_digest(digest).map_err(|e| SignError::Refused(e.to_string()))
    }

    fn sign_tx(&self, tx: &UnsignedTx) -> Result<SignedTx, SignError> {
        sign_transaction(&self.key, tx)
    }
}

fn keychain_name(id: &str) -> String {
    format!("service key {id}")
}

fn passphrase(secret: &[u8]) -> Zeroizing<String> {
    Zeroizing::new(hex::encode(secret))
}

/// The secret of this machine's user, made at first use.
fn machine_secret(folder: &Path) -> Result<Zeroizing<Vec<u8>>, WalletError> {
    let path = folder.join("machine-secret");
    if let Some(secret) = safe_file::read(&path)? {
        if secret.len() != 32 {
            return Err(WalletError::Damaged { path, reason: "it is not 32 bytes".to_owned() });
        }
        if safe_file::make_private(&path)? {
            tracing::warn!(path = %path.display(), "others could read the machine secret; they no longer can");
        }
        return Ok(secret);
    }
    let secret = Zeroizing::new(random::<32>().to_vec());
    safe_file::replace(&path, &secret)?;
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{NoKeychain, keychain::tests::MemoryKeychain};

    #[test]
    fn it_opens_with_the_home_and_stays_the_same_account() {
        let folder = tempfile::tempdir().unwrap();
        let made = ServiceKey::open(folder.path(), &NoKeychain).unwrap();
        assert_eq!(made.sealed_by(), SealedBy::MachineSecret);
        let again = ServiceKey::open(folder.path(), &NoKeychain).unwrap();
        assert_eq!(again.address(), made.address());
        let signature = again.sign_personal(b"x").unwrap();
        assert_eq!(signature.recover_personal(b"x").unwrap(), made.address());
        assert_eq!(again.ecies_secret(|key| key.address().unwrap()), made.address());
        assert_ne!(
            ServiceKey::open(tempfile::tempdir().unwrap().path(), &NoKeychain).unwrap().address(),
            made.address()
        );
    }

    #[test]
    fn a_keychain_keeps_the_secret_off_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let keychain = MemoryKeychain::default();
        let made = ServiceKey::open(folder.path(), &keychain).unwrap();
        assert_eq!(made.sealed_by(), SealedBy::Keychain);
        assert!(!folder.path().join("machine-secret").exists());
        assert_eq!(ServiceKey::open(folder.path(), &keychain).unwrap().address(), made.address());
        let error = ServiceKey::open(folder.path(), &NoKeychain).unwrap_err();
        assert!(matches!(error, WalletError::Keychain(KeychainError::NoService)), "never another account: {error}");
        let error = ServiceKey::open(folder.path(), &MemoryKeychain::default()).unwrap_err();
        assert!(matches!(error, WalletError::NotRemembered));
    }

    #[cfg(unix)]
    #[test]
    fn the_machine_secret_is_private_and_made_so_again() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        ServiceKey::open(folder.path(), &NoKeychain).unwrap();
        let path = folder.path().join("machine-secret");
        let mode = || std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(), 0o600);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        ServiceKey::open(folder.path(), &NoKeychain).unwrap();
        assert_eq!(mode(), 0o600);
        std::fs::write(&path, "short").unwrap();
        assert!(matches!(ServiceKey::open(folder.path(), &NoKeychain), Err(WalletError::Damaged { .. })));
    }
}
