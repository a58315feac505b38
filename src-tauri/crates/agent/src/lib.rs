//! The flows: publish, search, purchase, download, refund; as a library. One agent is one home on one network.

mod account;
mod agent;
mod agreements;
mod chain_events;
mod clock;
mod core;
mod describe;
mod download;
pub mod errors;
mod fees;
mod further_accounts;
pub mod inspect;
mod keys;
mod library;
mod licenses;
mod locking;
mod markdown;
mod market;
mod network_check;
mod new_file;
mod own_gateway;
mod policy;
mod publish;
mod purchase;
mod rebuild;
mod receipts;
mod search;
mod store;
mod trust;
mod watchtowers;

pub use agent::Agent;
pub use core::AgentConfig;
pub use licenses::{LICENSES, License};
pub use new_file::write_new;
pub use own_gateway::{Encrypted, GatewayFault, OwnGateway, SaleNews, SaleStage, ToShare};
pub use policy::Policy;
