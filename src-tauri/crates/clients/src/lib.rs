//! HTTP clients of Aquarius, Brizo and the Secret Store.

pub mod aquarius;
pub mod brizo;
mod error;
pub mod secret_store;

pub use error::ClientError;
