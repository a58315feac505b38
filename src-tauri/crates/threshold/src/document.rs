//! Document keys and the document cipher (PROTOCOL 7.4). The cipher has no authentication: whoever decrypts with a
//! wrong key gets noise, so the plain text must be checked by what it is (JSON, a checksum).

use crate::{Point, Secret, ThresholdError, ecies::Aes128Ctr};
use aes::cipher::{KeyIvInit, StreamCipher};
use rand_core::{CryptoRng, RngCore};
use serde::{Deserialize, Serialize};
use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

const IV: usize = 16;

/// The secret point M that one document is encrypted with.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct DocumentKey([u8; 64]);

/// A document key hidden behind a server key: what the key servers store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredKey {
    /// C = k·G.
    pub common_point: Point,
    /// E = M + k·Y.
    pub encrypted_point: Point,
}

impl DocumentKey {
    /// A fresh one: the public point of a random secret that is forgotten at once.
    pub fn random(rng: &mut (impl RngCore + CryptoRng)) -> Self {
        Self::of(&Secret::random(rng))
    }

    /// The document key that belongs to a secret.
    pub fn of(secret: &Secret) -> Self {
        Self(*secret.public().as_bytes())
    }

    /// From x || y.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, ThresholdError> {
        Point::from_slice(bytes).map(|point| Self(*point.as_bytes()))
    }

    /// x || y; whoever takes the bytes answers for erasing them.
    pub fn expose(&self) -> &[u8; 64] {
        &self.0
    }

    pub(crate) fn from_point(point: &Point) -> Self {
        Self(*point.as_bytes())
    }

    /// Hides this key behind a server key. `k` is a fresh secret that nobody keeps.
    pub fn hide(&self, server_key: &Point, k: &Secret) -> Result<StoredKey, ThresholdError> {
        let encrypted_point = Point::from_bytes(&self.0)?.plus(&server_key.times(k))?;
        Ok(StoredKey { common_point: k.public(), encrypted_point })
    }

    /// Encrypts a document: AES-128-CTR, the initialisation vector at the end. The vector must be random: the same
    /// vector for two documents under one key gives both away.
    pub fn encrypt(&self, document: &[u8], iv: &[u8; IV]) -> Vec<u8> {
        let mut out = Vec::with_capacity(document.len() + IV);
        out.extend_from_slice(document);
        self.cipher(iv).apply_keystream(&mut out);
        out.extend_from_slice(iv);
        out
    }

    /// Decrypts a document. With a wrong key this succeeds and gives noise.
    pub fn decrypt(&self, encrypted: &[u8]) -> Result<Zeroizing<Vec<u8>>, ThresholdError> {
        let (ciphertext, iv) = encrypted.split_last_chunk::<IV>().ok_or(ThresholdError::Document)?;
        let mut plain = Zeroizing::new(ciphertext.to_vec());
        self.cipher(iv).apply_keystream(&mut plain);
        Ok(plain)
    }

    fn cipher(&self, iv: &[u8; IV]) -> Aes128Ctr {
        let mut key = Zeroizing::new([0; 16]);
        key.copy_from_slice(&self.0[..16]);
        Aes128Ctr::new((&*key).into(), iv.into())
    }
}

impl fmt::Debug for DocumentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DocumentKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_comes_back_and_ends_in_its_vector() {
        let key = DocumentKey::of(&Secret::from_bytes(&[9; 32]).unwrap());
        let encrypted = key.encrypt(b"[{\"url\":\"x\"}]", &[3; 16]);
        assert!(encrypted.ends_with(&[3; 16]));
        assert_eq!(key.decrypt(&encrypted).unwrap().as_slice(), b"[{\"url\":\"x\"}]");
        assert_eq!(key.decrypt(&[0; 15]).unwrap_err(), ThresholdError::Document);
        assert_eq!(key.decrypt(&[0; 16]).unwrap().as_slice(), b"", "an empty document is one");
        assert_eq!(format!("{key:?}"), "DocumentKey(…)");
    }
}
