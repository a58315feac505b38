//! The publisher's gateway.
