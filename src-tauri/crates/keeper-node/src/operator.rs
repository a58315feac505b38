//! The operator's key: random, one per network, in a file that only its owner reads.

use crate::error::ChainError;
use protocol::SecretKey;
use std::{fs::OpenOptions, io::Write, path::Path};

/// Reads the operator's private key (32 bytes), creating the file with these random bytes where there is none.
///
/// The file is created with mode 0600 and written before it is used; an existing file is never overwritten.
pub fn operator_key(path: &Path, random: &[u8; 32]) -> Result<SecretKey, ChainError> {
    match std::fs::read(path) {
        Ok(bytes) => {
            let bytes: [u8; 32] = bytes.try_into().map_err(|_| ChainError::OperatorKey)?;
            SecretKey::from_bytes(&bytes).map_err(|_| ChainError::OperatorKey)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let key = SecretKey::from_bytes(random).map_err(|_| ChainError::OperatorKey)?;
            let mut options = OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(path)?;
            file.write_all(random)?;
            file.sync_all()?;
            Ok(key)
        }
        Err(error) => Err(error.into()),
    }
}
