//! Where the bytes of a file come from. The kind of address chooses the driver.

mod local;
mod web;

use crate::{range::Wanted, store::StoreError};
use bytes::Bytes;
use futures_util::stream::BoxStream;
use protocol::NetworkFile;
use std::net::IpAddr;
use transport::{Endpoint, Http, Limits};
use web::Web;

pub(crate) use local::Local;

/// All drivers, and who may use which.
pub(crate) struct Drivers {
    local: Local,
    /// For files that this home's own publisher listed: he may sell what is in his own network.
    own: Web,
    /// For files that strangers listed with this gateway.
    strangers: Web,
}

impl Drivers {
    pub(crate) fn new(local: Local, http: &Http, network: &NetworkFile) -> Self {
        // Where the whole network is one machine, a stranger is on it already and gains nothing by asking us.
        let links = if is_one_machine(network) { Limits::hostile() } else { Limits::links() };
        let (own, strangers) = (Web::new(http.with_limits(Limits::hostile())), Web::new(http.with_limits(links)));
        Self { local, own, strangers }
    }

    pub(crate) fn local(&self) -> &Local {
        &self.local
    }

    /// The web driver for an address out of a list; sockets and other gateways are never asked.
    fn web(&self, url: &str, own: bool) -> Result<&Web, DriverError> {
        let address: transport::Url = url.parse().map_err(|_| DriverError::Unsupported)?;
        let host = address.host_str().unwrap_or_default();
        if !matches!(address.scheme(), "http" | "https") || host.ends_with(".neuston.internal") {
            return Err(DriverError::Unsupported);
        }
        Ok(if own { &self.own } else { &self.strangers })
    }

    /// Hashes a file as it is now.
    pub(crate) async fn hash(&self, url: &str, own: bool) -> Result<Hashed, DriverError> {
        if self.local.knows(url) { self.local.hash(url).await } else { self.web(url, own)?.hash(url).await }
    }

    /// Delivers a file or a part of it.
    pub(crate) async fn deliver(&self, url: &str, own: bool, range: Option<&str>) -> Result<Delivery, DriverError> {
        if self.local.knows(url) {
            self.local.deliver(url, range).await
        } else {
            self.web(url, own)?.deliver(url, range).await
        }
    }
}

/// Whether every address of the network's chain is on this machine.
fn is_one_machine(network: &NetworkFile) -> bool {
    let here = |rpc: &String| {
        if rpc.parse::<Endpoint>().is_ok_and(|endpoint| endpoint.is_local()) {
            return true;
        }
        let Ok(url) = rpc.parse::<transport::Url>() else { return false };
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
    };
    !network.rpc.is_empty() && network.rpc.iter().all(here)
}

/// A file being delivered: never more of it in memory than one chunk.
pub(crate) struct Delivery {
    /// Which part of it.
    pub(crate) wanted: Wanted,
    /// Bytes of the whole file, where known.
    pub(crate) length: Option<u64>,
    /// The media type, where its place says one.
    pub(crate) content_type: Option<String>,
    /// The name it is saved under.
    pub(crate) name: String,
    /// The bytes.
    pub(crate) bytes: BoxStream<'static, Result<Bytes, std::io::Error>>,
}

/// What a file is, hashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hashed {
    /// SHA-256 in hex.
    pub(crate) sha256: String,
    /// Bytes.
    pub(crate) bytes: u64,
}

/// Why a file cannot be delivered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DriverError {
    /// No driver knows this kind of address.
    #[error("addresses of this kind cannot be served")]
    Unsupported,
    /// The file is gone.
    #[error("the file is not there any more")]
    Gone,
    /// The file system said no.
    #[error("the file cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// The other server said no.
    #[error("the file's server does not deliver it: {0}")]
    Web(String),
    /// Our own store said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[cfg(test)]
mod test_server {
    use axum::{Router, body::Body, http::HeaderValue, response::Response};
    use tokio_util::sync::CancellationToken;
    use transport::{Listen, serve};

    /// The address of a file on a server of this machine that answers everything with this, and `abc`. It ends with the test.
    pub(super) async fn answers(status: u16, headers: &'static [(&'static str, &'static str)]) -> String {
        let answer = move || async move {
            let mut response = Response::new(Body::from("abc"));
            *response.status_mut() = status.try_into().unwrap();
            for (name, value) in headers {
                response.headers_mut().insert(*name, HeaderValue::from_static(value));
            }
            response
        };
        let listen: Listen = "127.0.0.1:0".parse().unwrap();
        let served = serve(&listen, Router::new().fallback(answer), CancellationToken::new()).await.unwrap();
        served.endpoint().join("/a.csv")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_network_on_one_machine_counts_as_one() {
        let network = |rpc: &str| NetworkFile::from_toml(&format!("name = \"n\"\nchain_id = 1\nrpc = {rpc}")).unwrap();
        for here in
            ["[\"unix:/x/y.sock\"]", "[\"http://127.0.0.1:8545\"]", "[\"ws://[::1]:1\", \"http://localhost:1\"]"]
        {
            assert!(is_one_machine(&network(here)), "{here}");
        }
        for elsewhere in
            ["[\"http://10.0.0.1:8545\"]", "[\"unix:/x\", \"https://chain.example.org\"]", "[\"http://0.0.0.0:1\"]"]
        {
            assert!(!is_one_machine(&network(elsewhere)), "{elsewhere}");
        }
    }
}
