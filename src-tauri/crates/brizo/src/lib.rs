//! The publisher's gateway: Brizo's HTTP interface, the files, and the publisher's side of every agreement.
//!
//! It serves an agreement only after the payment is in escrow on the chain and never after its time; it compares what
//! it will deliver with what was sold before it grants access; it takes the payment after the first full delivery or
//! a grace period; it keeps every version of a listing that it served; and it gives out addresses of the listing's own
//! decrypted list only (DESIGN 5, PROTOCOL 5 and 9).

mod drivers;
mod duties;
mod error;
mod gateway;
mod limiter;
mod listing;
mod names;
mod range;
mod readings;
mod request;
mod routes;
mod sales;
#[cfg(test)]
mod samples;
mod sentences;
mod store;

pub use error::GatewayError;
pub use gateway::{Gateway, GatewayConfig};
pub use routes::router;
pub use sales::{SaleNews, SaleStage};
