//! What the keeper contracts logged, kept queryable in one SQLite file: the history of an account, the agreements,
//! conditions, listings and grants as the events tell them, and subscriptions that miss nothing.
//!
//! There is one table of events; agreements, actors, conditions, listings, moved tokens and grants are views of it.
//! So they cannot disagree with the events, every row has its block and the block's hash, and a reorganisation is one
//! `DELETE` however deep it is. An event says where to look; who acts on it reads the state from the chain.

mod entry;
mod error;
mod index;
mod query;
mod schema;
mod states;
mod store;
mod subscription;
mod topic;

pub use entry::{Entry, Position};
pub use error::IndexError;
pub use index::{Indexer, Options, Progress};
pub use query::{Filter, Party};
pub use states::{Agreement, Grant, Listing};
pub use subscription::{Bookmark, Notice, Page, Subscription};
pub use topic::{Topic, UnknownTopic};
