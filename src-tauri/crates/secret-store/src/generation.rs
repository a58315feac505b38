//! Generating a server key, by all nodes of the group together.
//!
//! A master makes an attempt, ranked by its *ballot* (round, then master), in four steps:
//! 1. *Promise.* Each node promises (on disk) to take part in no lower-ranked attempt, and binds itself to the
//!    polynomial that it will deal, by a digest. A node in which the key is in force says so instead.
//! 2. *Deal.* When all are bound, each opens its commitments and seals a share for every other node.
//! 3. *Accept.* Each node checks the shares dealt to it against the commitments, and the commitments against the
//!    digests; it keeps the sum on disk and signs that it accepted this key. A wrong share names its dealer.
//! 4. *Complete.* All those signatures together are the certificate with which a node puts the key in force.
//!
//! The process may end between any two steps, at any node. Then some later attempt finds one of three things: a node
//! with the key in force, whose certificate completes the others; or all nodes having accepted the same key, which
//! completes it; or neither. In the last case no certificate exists, and as all nodes have promised to ignore the
//! earlier attempts, none ever will, so a new key is safe. Hence a repeated request by the same author is answered with
//! the same key, whichever node is asked and whatever happened in between.

mod dealer;
mod master;

pub(crate) use dealer::Dealings;
