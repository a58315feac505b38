//! The metadata store.
