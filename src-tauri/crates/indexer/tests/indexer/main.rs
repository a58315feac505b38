//! The index against chains that change their minds, and against nodes that tell of it in every bad way.

mod anvil;
mod chain;
mod reorgs;
mod states;
mod styles;
mod subscribing;
