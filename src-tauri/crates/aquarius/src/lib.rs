//! The metadata store: Aquarius' HTTP interface over SQLite with full-text search.
//!
//! Documents are kept as they came, except for the fields a catalogue sets itself (PROTOCOL 6). A listing is changed
//! by the owner whom the chain names and nobody else; unlisting hides it from search, reading it by its number goes on.

mod catalogue;
mod document;
mod ownership;
mod refusal;
mod routes;
mod store;

pub use catalogue::{Catalogue, CatalogueError};
pub use ownership::{KeeperOwnership, Ownership, OwnershipError, Registered};
pub use routes::router;
