//! Threshold cryptography of the Secret Store (PROTOCOL 7.2, 7.4), over secp256k1.
//!
//! A *server key* belongs to n nodes together: each holds one share of a secret that nobody holds, and t + 1 of them
//! must cooperate to use it. A *document key* is a point hidden behind a server key. Whoever is permitted gets from
//! t + 1 nodes what only they can open.
//!
//! Pure: no I/O, no clock, no randomness of its own; randomness is an argument. Nothing here can hold, or compute,
//! the joint secret: shares are only ever used against points, one node at a time.
//!
//! - [`Point`], [`Secret`]: public and secret values of the curve;
//! - [`ecies`]: sealing to a public key, as devp2p does it;
//! - [`document`]: document keys and the document cipher;
//! - [`polynomial`], [`dealing`]: distributed key generation with verifiable shares;
//! - [`partial`]: what one node contributes to a retrieval, with the proof that its share was right;
//! - [`answer`]: what the nodes say together, and how the requester opens it.

pub mod answer;
pub mod dealing;
pub mod document;
pub mod ecies;
pub mod partial;
pub mod point;
pub mod polynomial;
pub mod secret;
#[cfg(test)]
mod vectors;

pub use answer::Answer;
pub use dealing::{Complaint, KeyShare};
pub use document::{DocumentKey, StoredKey};
pub use ecies::EciesOpener;
pub use partial::Partial;
pub use point::Point;
pub use polynomial::{Commitments, NodeNumber, Polynomial};
pub use secret::Secret;

/// Why something could not be computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ThresholdError {
    /// 64 bytes that are no point of the curve, or text that is not their hex.
    #[error("this is no public point: 64 bytes x || y on secp256k1 are")]
    Point,
    /// The sum of points is the neutral element, which has no coordinates.
    #[error("the points cancel each other out")]
    Infinity,
    /// 32 bytes that are zero or not below the curve's order.
    #[error("this is no secret: 32 bytes between zero and the order of secp256k1 are")]
    Secret,
    /// A sealed message is too short, was changed, or was sealed to another key.
    #[error("this was not sealed to this key, or was changed on its way")]
    Sealed,
    /// An encrypted document is shorter than its initialisation vector.
    #[error("an encrypted document ends in 16 bytes of initialisation vector")]
    Document,
    /// A threshold that no such group of nodes can have.
    #[error("not enough nodes for passed threshold")]
    Threshold,
    /// Two nodes have one number, or a node is missing from its own group.
    #[error("every node of a group has a number of its own")]
    Nodes,
}
