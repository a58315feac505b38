//! Public points of the curve, as 64 bytes x || y without any prefix (PROTOCOL 7.4).

use crate::{Secret, ThresholdError};
use k256::{
    AffinePoint, EncodedPoint, ProjectivePoint, Scalar,
    elliptic_curve::{
        group::Group,
        sec1::{FromEncodedPoint, ToEncodedPoint},
    },
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::{fmt, str::FromStr};

/// A point of the curve that is not the neutral element. As text: `0x` and 128 hex digits; read with or without `0x`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Point([u8; 64]);

impl Point {
    /// From x || y; refused where that is not on the curve.
    pub fn from_bytes(bytes: &[u8; 64]) -> Result<Self, ThresholdError> {
        decoded(bytes).map(|_| Self(*bytes)).ok_or(ThresholdError::Point)
    }

    /// From a slice of exactly 64 bytes.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, ThresholdError> {
        Self::from_bytes(bytes.try_into().map_err(|_| ThresholdError::Point)?)
    }

    /// x || y.
    pub const fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }

    /// x alone.
    pub fn x(&self) -> [u8; 32] {
        let mut x = [0; 32];
        x.copy_from_slice(&self.0[..32]);
        x
    }

    /// `0x` and hex.
    pub fn hex(&self) -> String {
        format!("0x{}", hex::encode(self.0))
    }

    /// Hex without prefix, as the paths of the Secret Store have it.
    pub fn bare_hex(&self) -> String {
        hex::encode(self.0)
    }

    /// This point added to itself as often as the secret says. Never neutral: the curve's order is a prime.
    pub fn times(&self, secret: &Secret) -> Self {
        Self::of(&(self.projective() * secret.scalar()))
    }

    /// Both points together.
    pub fn plus(&self, other: &Self) -> Result<Self, ThresholdError> {
        Self::from_projective(self.projective() + other.projective())
    }

    /// This point without the other.
    pub fn minus(&self, other: &Self) -> Result<Self, ThresholdError> {
        Self::from_projective(self.projective() - other.projective())
    }

    /// The point on the other side of the x axis.
    pub fn negated(&self) -> Result<Self, ThresholdError> {
        Self::from_projective(-self.projective())
    }

    pub(crate) fn times_base(secret: &Secret) -> Self {
        Self::of(&(ProjectivePoint::GENERATOR * secret.scalar()))
    }

    pub(crate) fn times_scalar(&self, scalar: &Scalar) -> Result<Self, ThresholdError> {
        Self::from_projective(self.projective() * scalar)
    }

    pub(crate) fn projective(&self) -> ProjectivePoint {
        // Every constructor has checked the bytes.
        decoded(&self.0).map_or(ProjectivePoint::IDENTITY, ProjectivePoint::from)
    }

    pub(crate) fn from_projective(point: ProjectivePoint) -> Result<Self, ThresholdError> {
        if bool::from(point.is_identity()) { Err(ThresholdError::Infinity) } else { Ok(Self::of(&point)) }
    }

    /// The neutral element would get zeros for coordinates, which no peer accepts as a point.
    fn of(point: &ProjectivePoint) -> Self {
        let mut bytes = [0; 64];
        for (place, byte) in bytes.iter_mut().zip(point.to_affine().to_encoded_point(false).as_bytes().iter().skip(1)) {
            *place = *byte;
        }
        Self(bytes)
    }
}

fn decoded(bytes: &[u8; 64]) -> Option<AffinePoint> {
    AffinePoint::from_encoded_point(&EncodedPoint::from_untagged_bytes(bytes.into())).into()
}

impl FromStr for Point {
    type Err = ThresholdError;
    fn from_str(text: &str) -> Result<Self, ThresholdError> {
        let mut bytes = [0; 64];
        hex::decode_to_slice(text.strip_prefix("0x").unwrap_or(text), &mut bytes).map_err(|_| ThresholdError::Point)?;
        Self::from_bytes(&bytes)
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.hex())
    }
}

impl fmt::Debug for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.hex())
    }
}

impl Serialize for Point {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Point {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        text.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_beside_the_curve_is_refused() {
        let point = Secret::from_bytes(&[5; 32]).unwrap().public();
        let mut bytes = *point.as_bytes();
        assert_eq!(Point::from_bytes(&bytes).unwrap(), point);
        bytes[63] ^= 1;
        assert_eq!(Point::from_bytes(&bytes).unwrap_err(), ThresholdError::Point);
        assert_eq!(Point::from_bytes(&[0; 64]).unwrap_err(), ThresholdError::Point);
    }

    #[test]
    fn points_add_as_their_secrets_do() {
        let [two, three, five] = [2u64, 3, 5].map(|n| Secret::from_scalar(Scalar::from(n)).unwrap());
        let sum = two.public().plus(&three.public()).unwrap();
        assert_eq!(sum, five.public());
        assert_eq!(sum.minus(&three.public()).unwrap(), two.public());
        assert_eq!(sum.plus(&sum.negated().unwrap()).unwrap_err(), ThresholdError::Infinity);
        assert_eq!(two.public().times(&three), three.public().times(&two));
        assert_eq!(sum.to_string().parse::<Point>().unwrap(), sum);
        assert_eq!(sum.bare_hex().parse::<Point>().unwrap(), sum);
    }
}
