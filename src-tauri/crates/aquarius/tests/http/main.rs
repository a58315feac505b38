//! The catalogue as its users meet it: over HTTP on a Unix socket, with a chain that says what it is told.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod changing;
mod querying;
mod reading;
mod registering;
mod released;
mod searching;
mod support;
