//! Stories told by tests, without a window.
#![cfg(test)]

mod house;
