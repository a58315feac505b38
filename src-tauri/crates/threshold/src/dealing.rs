//! Distributed key generation: every node deals shares of a polynomial of its own to all; the key is their sum.
//!
//! A dealer first binds itself to its commitments by their digest, and opens them when all digests are known; so no
//! dealer can choose its part after seeing the others'. A share that does not fit its dealer's commitments names the
//! dealer.

use crate::{Commitments, NodeNumber, Point, Secret, ThresholdError};
use k256::Scalar;
use protocol::{Hash32, hash::keccak256};
use std::fmt;
use zeroize::Zeroize;

/// A dealer that dealt wrongly: its place in the list of nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the share dealt by node {dealer} does not fit its commitments")]
pub struct Complaint {
    /// Place of the culprit in the list of nodes.
    pub dealer: usize,
}

/// Why no key share came of a dealing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DealingError {
    /// One dealer is to blame.
    #[error(transparent)]
    Complaint(#[from] Complaint),
    /// The dealing as a whole cannot work.
    #[error(transparent)]
    Threshold(#[from] ThresholdError),
}

/// One node's share of a server key, and what is public about the key.
#[derive(Clone)]
pub struct KeyShare {
    share: Secret,
    commitments: Commitments,
}

/// Whether a group of this size can have this threshold: t + 1 nodes must exist.
pub fn check_threshold(nodes: usize, threshold: usize) -> Result<(), ThresholdError> {
    if threshold < nodes { Ok(()) } else { Err(ThresholdError::Threshold) }
}

/// Binds a dealer to its commitments in one session, before it shows them.
pub fn digest(session: &Hash32, dealer: &Point, commitments: &Commitments) -> Hash32 {
    let mut text = b"neuston dealing".to_vec();
    text.extend_from_slice(session.as_bytes());
    text.extend_from_slice(dealer.as_bytes());
    for point in commitments.points() {
        text.extend_from_slice(point.as_bytes());
    }
    Hash32(keccak256(text))
}

impl KeyShare {
    /// Sums what all dealers dealt to the node `own`. Every share is checked first.
    pub fn sum(own: &NodeNumber, threshold: usize, dealt: &[(Commitments, Secret)]) -> Result<Self, DealingError> {
        let mut sum = Scalar::ZERO;
        for (dealer, (commitments, share)) in dealt.iter().enumerate() {
            if commitments.threshold() != Some(threshold) || !commitments.fits(own, share) {
                return Err(Complaint { dealer }.into());
            }
            sum += share.scalar();
        }
        let share = Secret::from_scalar(sum);
        sum.zeroize();
        let commitments = Commitments::sum(dealt.iter().map(|(commitments, _)| commitments))?;
        Ok(Self { share: share?, commitments })
    }

    /// A share kept earlier; refused where it does not fit.
    pub fn restore(own: &NodeNumber, share: Secret, commitments: Commitments) -> Result<Self, ThresholdError> {
        if commitments.fits(own, &share) { Ok(Self { share, commitments }) } else { Err(ThresholdError::Secret) }
    }

    /// This node's share.
    pub fn share(&self) -> &Secret {
        &self.share
    }

    /// The commitments of the joint polynomial.
    pub fn commitments(&self) -> &Commitments {
        &self.commitments
    }

    /// The server key's public point.
    pub fn server_key(&self) -> Result<Point, ThresholdError> {
        self.commitments.at_zero()
    }
}

impl fmt::Debug for KeyShare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyShare").field("commitments", &self.commitments).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Polynomial;
    use rand::{SeedableRng, rngs::StdRng};

    #[test]
    fn a_wrong_share_names_its_dealer() {
        let mut rng = StdRng::seed_from_u64(5);
        let own = NodeNumber::of_node(&Secret::random(&mut rng).public()).unwrap();
        let polynomials: Vec<_> = (0..4).map(|_| Polynomial::random(2, &mut rng)).collect();
        let honest = |p: &Polynomial| (p.commitments().unwrap(), p.share(&own).unwrap());
        let dealt: Vec<_> = polynomials.iter().map(honest).collect();
        let key = KeyShare::sum(&own, 2, &dealt).unwrap();
        assert!(KeyShare::restore(&own, key.share().clone(), key.commitments().clone()).is_ok());
        assert!(KeyShare::restore(&own, Secret::random(&mut rng), key.commitments().clone()).is_err());

        for culprit in 0..4 {
            let mut wrong = dealt.clone();
            wrong[culprit].1 = Secret::random(&mut rng);
            assert_eq!(
                KeyShare::sum(&own, 2, &wrong).unwrap_err(),
                DealingError::Complaint(Complaint { dealer: culprit })
            );
            let lower = Polynomial::random(1, &mut rng);
            wrong[culprit] = honest(&lower);
            assert_eq!(
                KeyShare::sum(&own, 2, &wrong).unwrap_err(),
                DealingError::Complaint(Complaint { dealer: culprit }),
                "a polynomial of another degree"
            );
        }
    }

    #[test]
    fn t_plus_one_nodes_must_exist() {
        assert!(check_threshold(3, 2).is_ok());
        assert_eq!(check_threshold(3, 3).unwrap_err(), ThresholdError::Threshold);
    }
}
