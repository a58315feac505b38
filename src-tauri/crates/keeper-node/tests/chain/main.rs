//! The embedded chain from outside: durability, hashes, JSON-RPC.

mod durability;
mod support;
