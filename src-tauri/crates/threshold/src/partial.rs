//! What one node contributes to a retrieval: a point made with its share and with a secret factor of its own, the
//! shadow that lets the requester take that factor out again, and a proof that the share was the right one.
//!
//! With w the node's weighted share, d its factor, B = a·C the session's base: the node shows P = (w·d)·B and
//! Q = (w·d)·G, and proves that it knows d with Q = d·(w·G) and one z with Q = z·G and P = z·B. As w·G follows from
//! the commitments, only a node with the right share can do that. The shadow fits when shadow·G = Q - w·G, which the
//! requester can check after opening it.

use crate::{Commitments, NodeNumber, Point, Secret, ThresholdError, polynomial::coefficient};
use k256::{
    ProjectivePoint, Scalar, U256,
    elliptic_curve::{PrimeField, ops::Reduce},
};
use protocol::{Hash32, hash::keccak256};
use rand_core::{CryptoRng, RngCore};
use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

/// The node's contribution used another share than the key's commitments say, or nothing like it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this part of the key was not made with the node's share")]
pub struct WrongShare;

/// What all participants of one retrieval have in common.
#[derive(Debug, Clone)]
pub struct Session<'a> {
    /// Unique to this retrieval; bound into every proof.
    pub id: Hash32,
    /// C of the document key.
    pub common_point: Point,
    /// a: random per session, known to the participants only.
    pub access_key: &'a Secret,
}

impl Session<'_> {
    fn base(&self) -> Point {
        self.common_point.times(self.access_key)
    }
}

/// One node's contribution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partial {
    /// P = (w·d·a)·C.
    pub point: Point,
    /// Q = (w·d)·G.
    pub blinded: Point,
    proof: Proof,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Proof {
    challenge: Hash32,
    factor: Hash32,
    product: Hash32,
}

impl Partial {
    /// Makes this node's contribution and its shadow, which is for the requester's eyes only. `others` are the
    /// numbers of the other participants; `factor` is fresh for each call and not one.
    pub fn make(
        share: &Secret,
        own: &NodeNumber,
        others: &[NodeNumber],
        session: &Session<'_>,
        factor: &Secret,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<(Self, Secret), ThresholdError> {
        let weighted = Secret::from_scalar(coefficient(own, others)? * share.scalar())?;
        let product = Secret::from_scalar(weighted.scalar() * factor.scalar())?;
        let shadow = Secret::from_scalar((*factor.scalar() - Scalar::ONE) * weighted.scalar())?;
        let partial = Self::proven(&weighted, factor, &product, session, rng)?;
        Ok((partial, shadow))
    }

    /// The contribution without a factor, for a retrieval whose master itself hands the document key to the requester.
    pub fn make_plain(
        share: &Secret,
        own: &NodeNumber,
        others: &[NodeNumber],
        session: &Session<'_>,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Self, ThresholdError> {
        let weighted = Secret::from_scalar(coefficient(own, others)? * share.scalar())?;
        Self::proven(&weighted, &Secret::from_scalar(Scalar::ONE)?, &weighted, session, rng)
    }

    fn proven(
        weighted: &Secret,
        factor: &Secret,
        product: &Secret,
        session: &Session<'_>,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Self, ThresholdError> {
        let base = session.base();
        let share_public = weighted.public();
        let (point, blinded) = (base.times(product), product.public());
        let (u, v) = (Secret::random(rng), Secret::random(rng));
        let nonces = [share_public.times(&u), v.public(), base.times(&v)];
        let challenge = challenge(&session.id, &share_public, &base, &point, &blinded, &nonces);
        let answer = |nonce: &Secret, witness: &Secret| {
            let mut value = *nonce.scalar() + challenge * witness.scalar();
            let bytes = Hash32(value.to_repr().into());
            value.zeroize();
            bytes
        };
        let proof = Proof {
            challenge: Hash32(challenge.to_repr().into()),
            factor: answer(&u, factor),
            product: answer(&v, product),
        };
        Ok(Self { point, blinded, proof })
    }

    /// Checks that this was made with the share of the node `own`. On success: the public point that the node's shadow
    /// must have, or `None` where the contribution has no factor and so needs no shadow.
    pub fn check(
        &self,
        commitments: &Commitments,
        own: &NodeNumber,
        others: &[NodeNumber],
        session: &Session<'_>,
    ) -> Result<Option<Point>, WrongShare> {
        self.shadow_public(commitments, own, others, session).map_err(|_| WrongShare)?.ok_or(WrongShare)
    }

    /// `Ok(None)`: the proof does not hold.
    fn shadow_public(
        &self,
        commitments: &Commitments,
        own: &NodeNumber,
        others: &[NodeNumber],
        session: &Session<'_>,
    ) -> Result<Option<Option<Point>>, ThresholdError> {
        let weight = coefficient(own, others)?;
        let share_public = commitments.public_share(own)?.times_scalar(&weight)?;
        let base = session.base();
        let scalar = |bytes: &Hash32| Option::<Scalar>::from(Scalar::from_repr(bytes.0.into()));
        let (Some(c), Some(factor), Some(product)) =
            (scalar(&self.proof.challenge), scalar(&self.proof.factor), scalar(&self.proof.product))
        else {
            return Ok(None);
        };
        let nonce = |answer: Scalar, of: ProjectivePoint, value: &Point| {
            Point::from_projective(of * answer - value.projective() * c)
        };
        let nonces = [
            nonce(factor, share_public.projective(), &self.blinded)?,
            nonce(product, ProjectivePoint::GENERATOR, &self.blinded)?,
            nonce(product, base.projective(), &self.point)?,
        ];
        if challenge(&session.id, &share_public, &base, &self.point, &self.blinded, &nonces) != c {
            return Ok(None);
        }
        Ok(Some(self.blinded.minus(&share_public).ok()))
    }
}

fn challenge(
    session: &Hash32,
    share_public: &Point,
    base: &Point,
    point: &Point,
    blinded: &Point,
    nonces: &[Point; 3],
) -> Scalar {
    let mut text = b"neuston partial".to_vec();
    text.extend_from_slice(session.as_bytes());
    for part in [share_public, base, point, blinded].into_iter().chain(nonces) {
        text.extend_from_slice(part.as_bytes());
    }
    <Scalar as Reduce<U256>>::reduce_bytes(&keccak256(text).into())
}
