//! Retrieving a document key, by t + 1 nodes.
//!
//! The master first asks all nodes for their consent; each asks the chain itself whether the requester may. Who
//! consented first takes part. Each participant then contributes a point made with its share, proves that the share was
//! its own, and seals the shadow of its factor to the requester. A participant that fails is left out and the rest is
//! asked again with another one in its place; one with a wrong share is named.

mod master;
mod participant;

pub(crate) use participant::Consents;
