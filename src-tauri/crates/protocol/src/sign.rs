//! Signatures over secp256k1 as Ethereum makes them. Deterministic (RFC 6979): no randomness is needed.

use crate::{
    Address,
    hash::keccak256,
    tx::{SignedTx, UnsignedTx},
};
use k256::ecdsa::{RecoveryId, VerifyingKey};
use std::{fmt, str::FromStr};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A recoverable signature: r, s, and the recovery id 0 or 1.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Signature {
    rs: [u8; 64],
    parity: u8,
}

/// Why a signature cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// Not 65 bytes of hex, or the last byte is none of 0, 1, 27, 28.
    #[error("a signature is 65 bytes of hex ending in 0, 1, 27 or 28")]
    Form,
    /// No public key belongs to it.
    #[error("this signature belongs to no account")]
    Unrecoverable,
    /// The bytes are no private key.
    #[error("these bytes are no private key")]
    Key,
}

impl Signature {
    /// r || s || v as 65 bytes; v may be 0, 1, 27 or 28.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SignatureError> {
        let bytes: &[u8; 65] = bytes.try_into().map_err(|_| SignatureError::Form)?;
        let parity = match bytes[64] {
            v @ (0 | 1) => v,
            v @ (27 | 28) => v - 27,
            _ => return Err(SignatureError::Form),
        };
        let mut rs = [0; 64];
        rs.copy_from_slice(&bytes[..64]);
        Ok(Self { rs, parity })
    }

    /// r || s || v with v = 27 or 28, as wallets write it.
    pub fn to_ethereum(self) -> [u8; 65] {
        self.with_v(self.parity + 27)
    }

    /// r || s || v with v = 0 or 1, as the Secret Store wants it (PROTOCOL 7.1).
    pub fn to_raw(self) -> [u8; 65] {
        self.with_v(self.parity)
    }

    fn with_v(self, v: u8) -> [u8; 65] {
        let mut bytes = [v; 65];
        bytes[..64].copy_from_slice(&self.rs);
        bytes
    }

    /// The public key (x || y) that signed these 32 bytes.
    pub fn recover_public(&self, digest: &[u8; 32]) -> Result<[u8; 64], SignatureError> {
        let rs = k256::ecdsa::Signature::from_slice(&self.rs).map_err(|_| SignatureError::Unrecoverable)?;
        let id = RecoveryId::from_byte(self.parity).ok_or(SignatureError::Form)?;
        let key = VerifyingKey::recover_from_prehash(digest, &rs, id).map_err(|_| SignatureError::Unrecoverable)?;
        Ok(public_bytes(&key))
    }

    /// The account that signed these 32 bytes.
    pub fn recover(&self, digest: &[u8; 32]) -> Result<Address, SignatureError> {
        self.recover_public(digest).map(|public| Address::of_public(&public))
    }

    /// The account that signed this message with personal_sign.
    pub fn recover_personal(&self, message: &[u8]) -> Result<Address, SignatureError> {
        self.recover(&personal_digest(message))
    }
}

impl FromStr for Signature {
    type Err = SignatureError;
    fn from_str(text: &str) -> Result<Self, SignatureError> {
        let bytes = hex::decode(text.strip_prefix("0x").unwrap_or(text)).map_err(|_| SignatureError::Form)?;
        Self::from_bytes(&bytes)
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{}", hex::encode(self.to_ethereum()))
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl serde::Serialize for Signature {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Signature {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// What personal_sign signs: the message behind its prefix, its length in bytes (PROTOCOL 12 D5).
pub fn personal_digest(message: &[u8]) -> [u8; 32] {
    let mut text = format!("\x19Ethereum Signed Message:\n{}", message.len()).into_bytes();
    text.extend_from_slice(message);
    keccak256(text)
}

/// Why nothing was signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// The account is locked.
    #[error("the account is locked")]
    Locked,
    /// The account is not in this wallet.
    #[error("the account {0} is not in this wallet")]
    Unknown(Address),
    /// The transaction or digest cannot be signed.
    #[error("this cannot be signed: {0}")]
    Refused(String),
}

/// An account that can sign. Implemented by the wallet's accounts and by the service key.
pub trait Signer: Send + Sync {
    /// The account.
    fn address(&self) -> Address;
    /// Signs 32 bytes as they are.
    fn sign_digest(&self, digest: &[u8; 32]) -> Result<Signature, SignError>;
    /// Signs a transaction into the bytes that are sent.
    fn sign_tx(&self, tx: &UnsignedTx) -> Result<SignedTx, SignError>;
    /// Signs a message with personal_sign.
    fn sign_personal(&self, message: &[u8]) -> Result<Signature, SignError> {
        self.sign_digest(&personal_digest(message))
    }
}

/// A private key. Erased when dropped, never shown.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SecretKey([u8; 32]);

impl SecretKey {
    /// From 32 bytes, big end first; refused where they are zero or beyond the curve's order.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, SignatureError> {
        k256::ecdsa::SigningKey::from_slice(bytes).map_err(|_| SignatureError::Key)?;
        Ok(Self(*bytes))
    }

    /// The bytes; whoever takes them answers for erasing them.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    fn key(&self) -> Result<k256::ecdsa::SigningKey, SignatureError> {
        k256::ecdsa::SigningKey::from_slice(&self.0).map_err(|_| SignatureError::Key)
    }

    /// x || y.
    pub fn public(&self) -> Result<[u8; 64], SignatureError> {
        Ok(public_bytes(self.key()?.verifying_key()))
    }

    /// The account of this key.
    pub fn address(&self) -> Result<Address, SignatureError> {
        self.public().map(|public| Address::of_public(&public))
    }

    /// Signs 32 bytes as they are; s is low.
    pub fn sign_digest(&self, digest: &[u8; 32]) -> Result<Signature, SignatureError> {
        let (rs, id) = self.key()?.sign_prehash_recoverable(digest).map_err(|_| SignatureError::Key)?;
        Ok(Signature { rs: rs.to_bytes().into(), parity: id.to_byte() & 1 })
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

fn public_bytes(key: &VerifyingKey) -> [u8; 64] {
    let point = key.to_encoded_point(false);
    let mut bytes = [0; 64];
    bytes.copy_from_slice(&point.as_bytes()[1..]);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_recovered_to_its_account() {
        let key = SecretKey::from_bytes(&[7; 32]).unwrap();
        let signature = key.sign_digest(&personal_digest(b"hello")).unwrap();
        assert_eq!(signature.recover_personal(b"hello").unwrap(), key.address().unwrap());
        assert_ne!(signature.recover_personal(b"hullo").unwrap(), key.address().unwrap());
        let text = signature.to_string();
        assert_eq!(text.parse::<Signature>().unwrap(), signature);
    }
}
