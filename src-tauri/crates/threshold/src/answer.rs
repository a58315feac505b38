//! What the participants of a retrieval say together, and how the requester opens it.

use crate::{DocumentKey, Partial, Point, Secret, StoredKey, ThresholdError};
use k256::{ProjectivePoint, Scalar};
use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

/// The joint answer. It is no secret: without the shadows it says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// D, the document key still covered by the participants' factors.
    pub decrypted_secret: Point,
    /// C for an even threshold, -C for an odd one.
    pub common_point: Point,
}

impl Answer {
    /// Joins the contributions of t + 1 participants, each checked before (PROTOCOL 7.4).
    pub fn join(
        stored: &StoredKey,
        threshold: usize,
        access_key: &Secret,
        partials: &[Partial],
    ) -> Result<Self, ThresholdError> {
        if partials.len() != threshold.saturating_add(1) {
            return Err(ThresholdError::Threshold);
        }
        let joint = partials.iter().fold(ProjectivePoint::IDENTITY, |sum, partial| sum + partial.point.projective());
        let inverse = Option::<Scalar>::from(access_key.scalar().invert()).ok_or(ThresholdError::Secret)?;
        let covered = Point::from_projective(joint * inverse)?;
        let even = threshold.is_multiple_of(2);
        Ok(Self {
            decrypted_secret: if even {
                stored.encrypted_point.minus(&covered)?
            } else {
                stored.encrypted_point.plus(&covered)?
            },
            common_point: if even { stored.common_point } else { stored.common_point.negated()? },
        })
    }

    /// Takes the participants' factors out with their shadows: M = D + (sum of shadows)·C.
    pub fn open(&self, shadows: &[Secret]) -> Result<DocumentKey, ThresholdError> {
        let mut sum = shadows.iter().fold(Scalar::ZERO, |sum, shadow| sum + shadow.scalar());
        let uncovering = self.common_point.projective() * sum;
        sum.zeroize();
        let key = Point::from_projective(self.decrypted_secret.projective() + uncovering)?;
        Ok(DocumentKey::from_point(&key))
    }

    /// The document key itself, where the contributions had no factors.
    pub fn plain(&self) -> DocumentKey {
        DocumentKey::from_point(&self.decrypted_secret)
    }
}
