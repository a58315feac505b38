//! What window, command line and backend say to each other.
//!
//! One [`Request`] enum goes in, one [`Reply`] enum comes out, [`Event`]s flow on their own.
//! The typed way in is [`Call`]: `Search { .. }` knows that its answer is a [`SearchPage`].
//! Ids and amounts are types of `protocol`; in JSON they are strings. Plain data, no I/O; compiles to wasm.

mod account;
mod agreement;
mod call;
mod chain_event;
mod error;
mod event;
mod library;
mod listing;
mod markdown;
mod publish;
mod purchase;
mod settings;

pub use account::*;
pub use agreement::*;
pub use call::*;
pub use chain_event::*;
pub use error::*;
pub use event::*;
pub use library::*;
pub use listing::*;
pub use markdown::*;
pub use publish::*;
pub use purchase::*;
pub use settings::*;

pub use protocol::{Language as OtherLanguage, Sentence, Value, sentence};
