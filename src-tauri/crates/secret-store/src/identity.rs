//! Who a node is: the key that signs its messages and opens what is sealed to it.

use protocol::{SecretKey, Signature, hash::keccak256, sign::SignatureError};
use threshold::{Point, Secret, ThresholdError, ecies};
use zeroize::Zeroizing;

/// A node's key.
#[derive(Debug)]
pub(crate) struct Identity {
    key: SecretKey,
    secret: Secret,
    public: Point,
}

impl Identity {
    pub(crate) fn new(key: SecretKey) -> Result<Self, ThresholdError> {
        let secret = Secret::from_bytes(key.expose())?;
        let public = secret.public();
        Ok(Self { key, secret, public })
    }

    pub(crate) fn public(&self) -> Point {
        self.public
    }

    pub(crate) fn sign(&self, text: &[u8]) -> Result<Signature, SignatureError> {
        self.key.sign_digest(&keccak256(text))
    }

    pub(crate) fn open(&self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, ThresholdError> {
        ecies::open(&self.secret, sealed)
    }

    pub(crate) fn open_secret(&self, sealed: &[u8]) -> Result<Secret, ThresholdError> {
        Secret::from_slice(&self.open(sealed)?)
    }

    /// A secret that only this node can make, and can make again.
    pub(crate) fn derived(&self, purpose: &str, context: &[u8]) -> Secret {
        Secret::derived(purpose, self.key.expose(), context)
    }
}
