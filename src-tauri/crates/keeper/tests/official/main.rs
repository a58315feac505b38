//! The released contracts, keeper-contracts 0.13.2 from npm, run by this crate: in the embedded chain, and on
//! anvil, hardhat and ganache.
//!
//! `cargo xtask test` fetches them and says where they are (`NEUSTON_OFFICIAL`, `NEUSTON_ANVIL`,
//! `NEUSTON_WITNESSES`).
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests")]

#[path = "../keeper/attacks.rs"]
mod attacks;
#[path = "../keeper/support.rs"]
#[allow(dead_code, reason = "shared with the tests of our contracts")]
mod support;

mod chains;
mod drive;
mod gas;
mod released;
mod shapes;
mod theft;
