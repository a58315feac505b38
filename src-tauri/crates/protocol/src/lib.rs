//! Words of the protocol: ids, documents, checksums, hashing, money, queries.
//!
//! Pure: no I/O, no clock, no randomness. Everything here also compiles to wasm.
//! Neither ethers nor alloy is known; both convert by bytes at their own edge.

pub mod brizo_messages;
pub mod checksum;
mod condition_terms;
pub mod conditions;
pub mod date;
pub mod ddo;
pub mod event_topics;
pub mod hash;
pub mod ids;
pub mod json;
pub mod metadata;
pub mod money;
pub mod network;
pub mod proof;
pub mod query;
pub mod receipt;
pub mod search;
mod sentence;
mod sentences;
pub mod shape;
pub mod sign;
pub mod template;
pub mod templates;
mod terms;
pub mod tx;
pub mod validation;

pub use ids::{Address, AgreementId, Checksum, ConditionId, Did, Hash32, ParseIdError, TemplateId, TxHash};
pub use money::{AmountError, Vodka};
pub use network::NetworkFile;
pub use sentence::{Language, Sentence, Value};
pub use sign::{SecretKey, SignError, Signature, Signer};
