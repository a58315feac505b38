//! Where the bytes of a file come from. The kind of address chooses the driver.

mod local;
mod pace;
mod web;

use crate::{range::Wanted, store::StoreError};
use bytes::Bytes;
use futures_util::stream::BoxStream;
use pace::Pace;
use transport::{Http, Limits, Reach};
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
    /// `reach` is that of the files which strangers listed. Where the chain is says nothing of who can ask this gateway.
    pub(crate) fn new(local: Local, http: &Http, reach: Reach) -> Self {
        let web = |reach| Web::new(http.with_limits(Limits { reach, ..Limits::hostile() }));
        Self { local, own: web(Reach::Anywhere), strangers: web(reach) }
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

    /// Hashes a file as it is now: all of it, or as much as shows that it is longer than what was sold, where that was
    /// stated. The time begins now, and what comes too slowly for it is given up.
    pub(crate) async fn hash(&self, url: &str, own: bool, length: Option<u64>) -> Result<Hashed, DriverError> {
        let pace = if own { Pace::own() } else { Pace::of_strangers() };
        if self.local.knows(url) {
            self.local.hash(url, length, pace).await
        } else {
            self.web(url, own)?.hash(url, length, pace).await
        }
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
    /// It comes, but others wait.
    #[error("the file comes too slowly")]
    Slow,
    /// More than is fetched for a comparison.
    #[error("the file is larger than can be checked")]
    TooLarge,
    /// Our own store said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[cfg(test)]
mod test_server {
    use axum::{Router, body::Body, http::HeaderValue, response::Response};
    use futures_util::{StreamExt as _, stream};
    use tokio_util::sync::CancellationToken;
    use transport::{Listen, serve};

    /// The address of a file on a server of this machine that answers everything with this, and `abc`. It ends with the test.
    pub(super) async fn answers(status: u16, headers: &'static [(&'static str, &'static str)]) -> String {
        let answer = move || async move {
            // A length that is a lie is told before it is found out: such a body has no end.
            let lies = headers.iter().any(|(name, _)| *name == "content-length");
            let endless = || stream::iter([Ok::<_, std::io::Error>("abc")]).chain(stream::pending());
            let mut response = Response::new(if lies { Body::from_stream(endless()) } else { Body::from("abc") });
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
    use crate::store::Store;
    use protocol::Address;
    use transport::Resolver;

    #[tokio::test]
    async fn a_stranger_s_link_stays_out_of_this_machine_and_its_network_and_the_own_publisher_s_need_not() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("gateway.db")).unwrap();
        let http = Http::new(Resolver::none(), Limits::trusted());
        let drivers = |reach| Drivers::new(Local::new(&Address([1; 20]), store.clone()), &http, reach);
        let url = test_server::answers(200, &[]).await;
        let guarded = drivers(Reach::PublicOnly);
        assert!(matches!(guarded.hash(&url, false, None).await, Err(DriverError::Web(_))));
        assert!(matches!(guarded.deliver(&url, false, None).await, Err(DriverError::Web(_))));
        assert_eq!(guarded.hash(&url, true, None).await.unwrap().bytes, 3);
        assert_eq!(drivers(Reach::Anywhere).hash(&url, false, None).await.unwrap().bytes, 3);
    }
}
