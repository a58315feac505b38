//! The contracts on the embedded chain, and this crate's view of them.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod abi;
mod adversary;
mod attacks;
mod facade;
mod following;
mod governance;
mod inclusion;
mod late;
mod leaving_out;
mod replay;
mod reverts;
mod shapes;
mod support;
mod texts;
mod theft;
mod tls;
mod v01;
mod wire;
