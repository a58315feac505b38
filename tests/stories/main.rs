//! Stories told by tests, without a window: people at terminals, servers in processes of their own.
#![cfg(test)]

mod a_buyer_finds_buys_and_opens_it;
mod a_chain_that_charges;
mod a_disk_that_fails;
mod a_new_computer;
mod a_stranger_at_the_gateway;
mod a_stranger_cannot_redirect_an_escrow;
mod agreements_of_other_shapes;
mod at_a_terminal;
mod bad_luck;
mod chains;
mod every_kill_point_resumes;
mod exactly_what_was_sold;
mod kills;
mod money_comes_back;
mod network;
mod official_contracts;
mod other_clients;
mod person;
mod power_cut;
mod proxy;
mod receipts;
mod refusals;
mod servers_of_their_own;
mod stranger;
mod terms;
mod the_clock_of_the_day_jumps;
mod two_accounts;
mod two_nodes;
mod unlisted;
