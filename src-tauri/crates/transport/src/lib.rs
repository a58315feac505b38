//! From endpoints to streams: HTTP, JSON-RPC and WebSocket over TCP, TLS, Unix sockets and named pipes.
//!
//! Services speak their real protocols over a stream, and the stream is chosen by the address alone: embedded and
//! remote services run the same code. Everything read is limited in size and time ([`Limits`]), since the other side
//! may be hostile. Logical gateway hosts are resolved by the [`Resolver`], never by DNS.

mod dial;
mod endpoint;
mod error;
mod http;
mod json_rpc;
mod limits;
mod reach;
mod request;
mod resolver;
mod response;
mod sentences;
mod serve;
mod tls;
#[cfg(unix)]
mod unix;
mod websocket;

pub use endpoint::{Endpoint, EndpointError};
pub use error::TransportError;
pub use http::Http;
pub use json_rpc::{JsonRpc, RpcError};
pub use limits::{Limits, Reach};
pub use reach::{is_public, refuse_private};
pub use request::Request;
pub use resolver::Resolver;
pub use response::Response;
pub use serve::{Listen, Served, serve};
pub use tls::Authorities;
pub use websocket::Subscription;

/// The pieces of HTTP that callers name.
pub use reqwest::{Method, Url, header};
