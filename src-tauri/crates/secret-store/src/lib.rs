//! The key servers of the Secret Store (PROTOCOL 7).
//!
//! One [`KeyServer`] is one node: it has an identity, a database and nothing else; the other nodes are addresses.
//! Nodes exchange signed messages over HTTP, secret parts of them sealed to the one that they are for. No node ever
//! has another node's share, and nobody ever has the secret that the shares make up.
//!
//! - Outwards a node speaks the HTTP interface of Parity's key servers ([`router`]), so that released clients work.
//!   Any node may be asked; the node that is asked is the *master* of that session.
//! - Generation needs all nodes, and survives the crash of any of them at any step ([`generation`]).
//! - Retrieval needs t + 1 nodes, each of which asks the chain itself whether the requester may ([`retrieval`]).

mod alive;
mod config;
mod document_keys;
mod error;
mod freshness;
mod generation;
mod identity;
mod message;
mod node;
mod parity;
mod peers;
mod permission;
mod retrieval;
mod router;
mod server;
mod store;
#[cfg(test)]
mod tests;

pub use config::{ConfigError, KeyServerConfig, KeyServerSetup, Peer};
pub use error::{KeyServerError, OpenError};
pub use permission::{ChainPermission, Permission, PermissionError};
pub use router::router;
pub use server::KeyServer;
