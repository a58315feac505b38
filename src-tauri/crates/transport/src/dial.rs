//! Streams for WebSocket connections.

use crate::{Authorities, Endpoint, Limits, TransportError, tls::distrust};
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};

/// A stream of any kind.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A connection and the address the other side expects in the handshake.
pub(crate) struct Dialled {
    pub(crate) stream: Box<dyn Stream>,
    pub(crate) url: String,
}

/// Connects to where a WebSocket server is.
pub(crate) async fn dial(
    endpoint: &Endpoint,
    limits: Limits,
    authorities: &Authorities,
) -> Result<Dialled, TransportError> {
    let target = endpoint.to_string();
    let connect = async {
        match endpoint {
            Endpoint::Ws(url) => Ok(Dialled { stream: Box::new(tcp(url).await?), url: url.to_string() }),
            Endpoint::Wss(url) => Ok(Dialled { stream: Box::new(tls(url, authorities).await?), url: url.to_string() }),
            #[cfg(unix)]
            Endpoint::Unix { socket, base } => {
                crate::unix::check_length(socket)?;
                let stream = tokio::net::UnixStream::connect(socket).await.map_err(|e| broken(&target, e))?;
                let path = if base.is_empty() { "/" } else { base.as_str() };
                Ok(Dialled { stream: Box::new(stream), url: format!("ws://localhost{path}") })
            }
            _ => Err(TransportError::Unsupported("a WebSocket over this kind of address")),
        }
    };
    match tokio::time::timeout(limits.connect, connect).await {
        Ok(done) => done,
        Err(_) => Err(TransportError::Timeout { target: target.clone(), after: limits.connect }),
    }
}

fn broken(target: &str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> TransportError {
    TransportError::Connect { target: target.to_owned(), source: source.into() }
}

async fn tcp(url: &reqwest::Url) -> Result<tokio::net::TcpStream, TransportError> {
    let host = url.host_str().unwrap_or_default();
    let port = url.port_or_known_default().unwrap_or(80);
    let stream =
        tokio::net::TcpStream::connect((host.trim_matches(['[', ']']), port)).await.map_err(|e| broken(host, e))?;
    stream.set_nodelay(true).map_err(|e| broken(host, e))?;
    Ok(stream)
}

async fn tls(url: &reqwest::Url, authorities: &Authorities) -> Result<impl Stream + use<>, TransportError> {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let config = authorities.config().map_err(|e| broken(&host, e))?;
    let name = rustls::pki_types::ServerName::try_from(host.clone()).map_err(|e| broken(&host, e))?;
    let stream = tcp(url).await?;
    let connected = tokio_rustls::TlsConnector::from(Arc::new(config)).connect(name, stream).await;
    connected.map_err(|error| match distrust(&error) {
        Some(why) => TransportError::Certificate { target: url.origin().ascii_serialization(), why },
        None => broken(&host, error),
    })
}
