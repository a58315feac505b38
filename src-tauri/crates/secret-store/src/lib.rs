//! The key servers.
