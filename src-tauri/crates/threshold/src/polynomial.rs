//! Polynomials over the curve's order, their public commitments (Feldman), and interpolation at zero.

use crate::{Point, Secret, ThresholdError};
use k256::{ProjectivePoint, Scalar, U256, elliptic_curve::ops::Reduce};
use protocol::hash::keccak256;
use rand_core::{CryptoRng, RngCore};
use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

/// The public number of a node: where the polynomials are evaluated for it. Never zero, where the secret lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NodeNumber(Scalar);

impl NodeNumber {
    /// From 32 bytes, big end first.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, ThresholdError> {
        Ok(Self(*Secret::from_bytes(bytes)?.scalar()))
    }

    /// The number of the node with this identity: its hash, so that the order of a list of nodes never matters.
    pub fn of_node(identity: &Point) -> Result<Self, ThresholdError> {
        let mut text = b"neuston key server number".to_vec();
        text.extend_from_slice(identity.as_bytes());
        let number = <Scalar as Reduce<U256>>::reduce_bytes(&keccak256(text).into());
        Secret::from_scalar(number).map(|number| Self(*number.scalar()))
    }
}

/// What this node's share counts for among the participants of a retrieval: the product of x_j / (x_i - x_j) over the
/// others, which is Lagrange's coefficient at zero up to the sign (-1)^t that Parity leaves to the end.
pub(crate) fn coefficient(own: &NodeNumber, others: &[NodeNumber]) -> Result<Scalar, ThresholdError> {
    let mut above = Scalar::ONE;
    let mut below = Scalar::ONE;
    for other in others {
        above *= other.0;
        below *= own.0 - other.0;
    }
    let inverse = Option::<Scalar>::from(below.invert()).ok_or(ThresholdError::Nodes)?;
    Ok(above * inverse)
}

/// A secret polynomial of one dealer; its value at zero is the dealer's part of the joint secret.
pub struct Polynomial(Vec<Scalar>);

impl Polynomial {
    /// A fresh one of degree `threshold`.
    pub fn random(threshold: usize, rng: &mut (impl RngCore + CryptoRng)) -> Self {
        Self((0..=threshold).map(|_| *Secret::random(rng).scalar()).collect())
    }

    /// Its value at a node's number: the share this dealer gives to that node.
    pub fn share(&self, node: &NodeNumber) -> Result<Secret, ThresholdError> {
        let mut value = self.0.iter().rev().fold(Scalar::ZERO, |value, coefficient| value * node.0 + coefficient);
        let share = Secret::from_scalar(value);
        value.zeroize();
        share
    }

    /// Its public commitments.
    pub fn commitments(&self) -> Result<Commitments, ThresholdError> {
        let points = self.0.iter().map(|c| Point::from_projective(ProjectivePoint::GENERATOR * c));
        points.collect::<Result<Vec<_>, _>>().map(Commitments)
    }
}

impl Drop for Polynomial {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl std::fmt::Debug for Polynomial {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Polynomial(…)")
    }
}

/// Each coefficient of a polynomial times the base point. Anyone can check a share against them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Commitments(Vec<Point>);

impl Commitments {
    /// The degree of the polynomial; `None` where there is nothing at all.
    pub fn threshold(&self) -> Option<usize> {
        self.0.len().checked_sub(1)
    }

    /// The first one: the public point of the value at zero.
    pub fn at_zero(&self) -> Result<Point, ThresholdError> {
        self.0.first().copied().ok_or(ThresholdError::Threshold)
    }

    /// The public point of the share of a node.
    pub fn public_share(&self, node: &NodeNumber) -> Result<Point, ThresholdError> {
        let start = ProjectivePoint::IDENTITY;
        Point::from_projective(self.0.iter().rev().fold(start, |sum, point| sum * node.0 + point.projective()))
    }

    /// Whether this share is the value at that node's number.
    pub fn fits(&self, node: &NodeNumber, share: &Secret) -> bool {
        self.public_share(node).is_ok_and(|expected| expected == share.public())
    }

    /// The commitments of the sum of the polynomials. All must have one degree.
    pub fn sum<'a>(all: impl IntoIterator<Item = &'a Self>) -> Result<Self, ThresholdError> {
        let mut all = all.into_iter();
        let first = all.next().ok_or(ThresholdError::Threshold)?;
        let mut sums: Vec<ProjectivePoint> = first.0.iter().map(Point::projective).collect();
        for next in all {
            if next.0.len() != sums.len() {
                return Err(ThresholdError::Threshold);
            }
            for (sum, point) in sums.iter_mut().zip(&next.0) {
                *sum += point.projective();
            }
        }
        sums.into_iter().map(Point::from_projective).collect::<Result<Vec<_>, _>>().map(Self)
    }

    /// The points, lowest coefficient first.
    pub fn points(&self) -> &[Point] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};

    #[test]
    fn a_share_fits_its_commitments_and_no_other_does() {
        let mut rng = StdRng::seed_from_u64(3);
        let polynomial = Polynomial::random(2, &mut rng);
        let commitments = polynomial.commitments().unwrap();
        let [a, b] = [4u64, 9].map(|n| NodeNumber(Scalar::from(n)));
        assert!(commitments.fits(&a, &polynomial.share(&a).unwrap()));
        assert!(!commitments.fits(&b, &polynomial.share(&a).unwrap()));
        assert!(!commitments.fits(&a, &Secret::random(&mut rng)));
        assert_eq!(commitments.threshold(), Some(2));
    }

    #[test]
    fn two_nodes_with_one_number_are_refused() {
        let a = NodeNumber(Scalar::from(4u64));
        assert_eq!(coefficient(&a, &[a]).unwrap_err(), ThresholdError::Nodes);
    }
}
