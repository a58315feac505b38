//! The embedded chain: an EVM whose state survives a power cut, spoken to by JSON-RPC.
//!
//! Everything is in one SQLite file. A transaction is acknowledged only after it is on disk, in a block or, where
//! it waits for an earlier nonce or for the next interval, in the pool's table. Only this crate knows revm and alloy.

mod block;
mod chain;
mod clock;
mod error;
mod evm;
mod genesis;
mod pool;
mod producer;
mod rpc;
#[cfg(feature = "sandbox")]
mod sandbox;
mod store;
mod transaction;
mod trie;

pub use chain::{Chain, Head};
pub use clock::{Clock, SystemClock};
pub use error::ChainError;
pub use genesis::{Genesis, Mining};
pub use rpc::router;
#[cfg(feature = "sandbox")]
pub use sandbox::{Sandbox, SandboxError};
