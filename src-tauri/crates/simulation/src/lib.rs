//! Whole markets by chance: buyers, gateways, key servers, a catalogue and a chain in memory, out of one number.
//!
//! The machines of [`agreement`] and the journal, the outbox and the drivers of [`runner`] are the product's own. Around
//! them everything is simulated: a clock that stands still until everybody waits, a network that is slow, loses, repeats
//! and says what is not so, processes that end at any call and at any commit and start again on their disks, a chain that
//! forks, and strangers who do what a chain lets anyone do. One seed is one run, the same to the last byte of its record:
//!
//! ```text
//! cargo run -p simulation --bin simulate -- --seed 42
//! ```
//! What must hold is in `oracles`; the contracts' rules in [`chain`] are compared with the real ones by a test.

mod buyer;
mod buying;
pub mod chain;
pub mod chance;
mod disks;
mod gateway;
mod life;
mod mischief;
mod node;
mod oracles;
mod process;
mod run;
mod world;

pub use oracles::Late;
pub use run::{Report, run};
pub use world::Fault;
