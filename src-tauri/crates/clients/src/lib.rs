//! HTTP clients of Aquarius, Brizo, the Secret Store and watch-towers.

pub mod aquarius;
pub mod brizo;
mod error;
pub mod secret_store;
mod sentences;
pub mod watchtower;

pub use error::ClientError;
