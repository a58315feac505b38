//! The index against chains that change their minds, and against nodes that tell of it in every bad way.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests are tests")]

mod anvil;
mod chain;
mod reorgs;
mod states;
mod styles;
mod subscribing;
