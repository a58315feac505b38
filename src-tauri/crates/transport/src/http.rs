//! The HTTP client: one connection pool for the network, one for each Unix socket.

use crate::{
    Authorities, Endpoint, Limits, Reach, Request, Resolver, Response, TransportError,
    reach::{PublicOnly, check_host},
    response::within,
};
use protocol::NetworkFile;
use reqwest::{Client, ClientBuilder, Url, redirect};
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

/// The HTTP client. Cheap to clone.
#[derive(Clone)]
pub struct Http {
    inner: Arc<Inner>,
}

struct Inner {
    resolver: Resolver,
    limits: Limits,
    authorities: Authorities,
    network: Mutex<Option<Client>>,
    sockets: Mutex<HashMap<PathBuf, Client>>,
}

impl std::fmt::Debug for Http {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Http").field("limits", &self.inner.limits).finish_non_exhaustive()
    }
}

impl Http {
    /// A client that finds gateways through `resolver` and keeps to `limits`.
    pub fn new(resolver: Resolver, limits: Limits) -> Self {
        Self::trusting(resolver, limits, Authorities::default())
    }

    /// A client for the servers of a network: it finds its gateways, and trusts whom its file trusts.
    ///
    /// # Errors
    /// Where the file names an address that is none, or authorities that cannot be read.
    pub fn of_network(network: &NetworkFile, limits: Limits) -> Result<Self, TransportError> {
        Ok(Self::trusting(Resolver::of(network)?, limits, Authorities::of(network)?))
    }

    fn trusting(resolver: Resolver, limits: Limits, authorities: Authorities) -> Self {
        let (network, sockets) = (Mutex::default(), Mutex::default());
        Self { inner: Arc::new(Inner { resolver, limits, authorities, network, sockets }) }
    }

    /// The same addresses under other limits.
    #[must_use]
    pub fn with_limits(&self, limits: Limits) -> Self {
        Self::trusting(self.inner.resolver.clone(), limits, self.inner.authorities.clone())
    }

    /// Who vouches for servers beside those whom the system trusts: for addresses out of a listing nobody does.
    pub(crate) fn authorities(&self) -> Authorities {
        match self.inner.limits.reach {
            Reach::Anywhere => self.inner.authorities.clone(),
            Reach::PublicOnly => Authorities::default(),
        }
    }

    /// Where gateways are.
    pub fn resolver(&self) -> &Resolver {
        &self.inner.resolver
    }

    /// The limits.
    pub fn limits(&self) -> Limits {
        self.inner.limits
    }

    /// Sends a request and returns when the answer's head is here.
    ///
    /// # Errors
    /// [`TransportError`]; a status like 404 is none.
    pub async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let endpoint = self.inner.resolver.resolve(&request.address)?;
        let target = target(&endpoint);
        let (client, url) = match endpoint {
            Endpoint::Http(url) | Endpoint::Https(url) => {
                if self.inner.limits.reach == Reach::PublicOnly {
                    check_host(&url)?;
                }
                (self.network()?, url)
            }
            Endpoint::Unix { socket, base } => {
                let path = if base.is_empty() { "/" } else { base.as_str() };
                let url = Url::parse(&format!("http://localhost{path}"))
                    .map_err(|error| TransportError::Request(error.to_string()))?;
                (self.socket(&socket)?, url)
            }
            Endpoint::Ws(_) | Endpoint::Wss(_) => {
                return Err(TransportError::Request("a WebSocket address takes no HTTP request".to_owned()));
            }
            Endpoint::Pipe { .. } => return Err(TransportError::Unsupported("a named pipe")),
        };
        let mut builder = client.request(request.method, url);
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        let body = request.body.map_err(TransportError::Request)?;
        if !body.is_empty() {
            builder = builder.body(body);
        }
        let limits = self.inner.limits;
        let sent = async { builder.send().await.map_err(|e| TransportError::of_reqwest(e, &target, limits.idle)) };
        let inner = within(limits.total, &target, sent).await?;
        Ok(Response { status: inner.status().as_u16(), inner, target, limits })
    }

    fn network(&self) -> Result<Client, TransportError> {
        let mut network = self.inner.network.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = network.as_ref() {
            return Ok(client.clone());
        }
        let limits = self.inner.limits;
        let builder = self.builder().tls_certs_merge(self.authorities().for_http()?);
        let mut builder = builder.redirect(redirect::Policy::custom(move |attempt| {
            let kept = attempt.previous().last().is_some_and(|from| from.scheme() == attempt.url().scheme());
            let reachable = limits.reach == Reach::Anywhere || check_host(attempt.url()).is_ok();
            match kept && reachable && attempt.previous().len() <= limits.redirects {
                true => attempt.follow(),
                false => attempt.error("this redirect is not followed"),
            }
        }));
        if limits.reach == Reach::PublicOnly {
            builder = builder.dns_resolver(Arc::new(PublicOnly)).no_proxy();
        }
        Ok(network.insert(build(builder)?).clone())
    }

    #[cfg(unix)]
    fn socket(&self, path: &Path) -> Result<Client, TransportError> {
        crate::unix::check_length(path)?;
        let mut sockets = self.inner.sockets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = sockets.get(path) {
            return Ok(client.clone());
        }
        let client = build(self.builder().unix_socket(path).redirect(redirect::Policy::none()).no_proxy())?;
        sockets.insert(path.to_owned(), client.clone());
        Ok(client)
    }

    #[cfg(not(unix))]
    fn socket(&self, _path: &Path) -> Result<Client, TransportError> {
        Err(TransportError::Unsupported("a Unix socket"))
    }

    fn builder(&self) -> ClientBuilder {
        let limits = self.inner.limits;
        Client::builder()
            .connect_timeout(limits.connect)
            .read_timeout(limits.idle)
            .user_agent(concat!("neuston/", env!("CARGO_PKG_VERSION")))
    }
}

fn build(builder: ClientBuilder) -> Result<Client, TransportError> {
    builder.build().map_err(|error| TransportError::Request(error.to_string()))
}

/// Who is asked, for messages: without path and query, which may hold secrets.
fn target(endpoint: &Endpoint) -> String {
    match endpoint {
        Endpoint::Http(url) | Endpoint::Https(url) | Endpoint::Ws(url) | Endpoint::Wss(url) => {
            url.origin().ascii_serialization()
        }
        Endpoint::Unix { socket, .. } => socket.display().to_string(),
        Endpoint::Pipe { name, .. } => name.clone(),
    }
}
