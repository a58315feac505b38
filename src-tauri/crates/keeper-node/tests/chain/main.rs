//! The embedded chain from outside: durability, hashes, mining, JSON-RPC.
//!
//! Each module says that it is a test, so that what its helpers unwrap counts as a test's.

#[cfg(test)]
mod answers;
#[cfg(test)]
mod concurrency;
#[cfg(test)]
mod durability;
#[cfg(test)]
mod hashes;
#[cfg(test)]
mod history;
#[cfg(test)]
mod mining;
#[cfg(test)]
mod pending;
#[cfg(test)]
mod power_cut;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod served;
#[cfg(test)]
mod support;
