//! Secret numbers of the curve. Erased when dropped, never shown.

use crate::{Point, ThresholdError};
use k256::{NonZeroScalar, Scalar, elliptic_curve::PrimeField};
use protocol::hash::keccak256;
use rand_core::{CryptoRng, RngCore};
use std::fmt;
use zeroize::{Zeroize, Zeroizing};

/// A number between zero and the curve's order: a share, a factor, a private key.
#[derive(Clone)]
pub struct Secret(Scalar);

impl Secret {
    /// A fresh one.
    pub fn random(rng: &mut (impl RngCore + CryptoRng)) -> Self {
        Self(*NonZeroScalar::random(rng))
    }

    /// From 32 bytes, big end first; refused where they are zero or not below the order.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, ThresholdError> {
        let scalar = Option::<Scalar>::from(Scalar::from_repr((*bytes).into())).ok_or(ThresholdError::Secret)?;
        Self::from_scalar(scalar)
    }

    /// From a slice of exactly 32 bytes.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, ThresholdError> {
        let bytes: Zeroizing<[u8; 32]> = Zeroizing::new(bytes.try_into().map_err(|_| ThresholdError::Secret)?);
        Self::from_bytes(&bytes)
    }

    /// 32 bytes, big end first, erased with the value returned.
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_repr().into())
    }

    /// The secret that follows from a key and a purpose: the same for the same, unrelated for any other.
    pub fn derived(purpose: &str, key: &[u8], context: &[u8]) -> Self {
        let mut seed = Zeroizing::new(Vec::with_capacity(purpose.len() + key.len() + context.len() + 17));
        for part in [purpose.as_bytes(), key, context] {
            seed.extend_from_slice(&(part.len() as u64).to_be_bytes());
            seed.extend_from_slice(part);
        }
        let mut hash = Zeroizing::new(keccak256(&*seed));
        loop {
            // One hash in 2^128 is no number below the order; then its hash is taken.
            match Self::from_bytes(&hash) {
                Ok(secret) => return secret,
                Err(_) => *hash = keccak256(*hash),
            }
        }
    }

    /// The point that belongs to it.
    pub fn public(&self) -> Point {
        Point::times_base(self)
    }

    pub(crate) fn from_scalar(scalar: Scalar) -> Result<Self, ThresholdError> {
        if bool::from(scalar.is_zero()) { Err(ThresholdError::Secret) } else { Ok(Self(scalar)) }
    }

    pub(crate) fn scalar(&self) -> &Scalar {
        &self.0
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_and_the_order_are_no_secrets_and_a_secret_is_not_shown() {
        assert_eq!(Secret::from_bytes(&[0; 32]).unwrap_err(), ThresholdError::Secret);
        assert_eq!(Secret::from_bytes(&[0xff; 32]).unwrap_err(), ThresholdError::Secret);
        assert_eq!(Secret::from_slice(&[1; 31]).unwrap_err(), ThresholdError::Secret);
        let secret = Secret::from_bytes(&[7; 32]).unwrap();
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert_eq!(*secret.to_bytes(), [7; 32]);
    }

    #[test]
    fn what_is_derived_depends_on_every_part() {
        let of = |purpose: &str, key: &[u8], context: &[u8]| *Secret::derived(purpose, key, context).to_bytes();
        assert_eq!(of("a", b"b", b"c"), of("a", b"b", b"c"));
        assert_ne!(of("a", b"b", b"c"), of("ab", b"", b"c"));
        assert_ne!(of("a", b"b", b"c"), of("a", b"bc", b""));
    }
}
