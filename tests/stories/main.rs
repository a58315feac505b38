//! Stories told by tests, without a window: people at terminals, servers in processes of their own.
#![cfg(test)]

mod a_buyer_finds_buys_and_opens_it;
mod person;
mod refusals;
