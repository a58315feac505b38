//! Serving: the same router on a TCP port or a Unix socket.

use crate::{Endpoint, EndpointError, TransportError};
use axum::Router;
use std::{fmt, net::SocketAddr, path::PathBuf, str::FromStr};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

/// Where to listen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listen {
    /// A TCP port; 0 is any free one.
    Tcp(SocketAddr),
    /// A Unix socket.
    Unix(PathBuf),
}

impl FromStr for Listen {
    type Err = EndpointError;

    /// Reads `127.0.0.1:8030` or `unix:/path/to.sock`.
    fn from_str(text: &str) -> Result<Self, EndpointError> {
        if let Ok(address) = text.parse() {
            return Ok(Self::Tcp(address));
        }
        match text.parse()? {
            Endpoint::Unix { socket, .. } => Ok(Self::Unix(socket)),
            _ => {
                Err(EndpointError::Form { text: text.to_owned(), why: "listen at addr:port or unix:/path".to_owned() })
            }
        }
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => write!(f, "{address}"),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

/// A service that is being served.
#[derive(Debug)]
pub struct Served {
    endpoint: Endpoint,
    task: JoinHandle<()>,
}

impl Served {
    /// Where it is.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Waits until it has ended, after its token was cancelled. Connections that linger are cut after a second.
    pub async fn ended(self) {
        let abort = self.task.abort_handle();
        if tokio::time::timeout(std::time::Duration::from_secs(1), self.task).await.is_err() {
            abort.abort();
        }
    }
}

/// Serves until the token is cancelled; requests under way are finished.
///
/// # Errors
/// Where listening is impossible, or another process listens there.
pub async fn serve(listen: &Listen, router: Router, shutdown: CancellationToken) -> Result<Served, TransportError> {
    let at = listen.to_string();
    let failed = |source| TransportError::Listen { at: at.clone(), source };
    match listen {
        Listen::Tcp(address) => {
            let listener = TcpListener::bind(address).await.map_err(failed)?;
            let bound = listener.local_addr().map_err(failed)?;
            let endpoint: Endpoint = format!("http://{bound}").parse()?;
            let server = axum::serve(listener, router).with_graceful_shutdown(shutdown.cancelled_owned());
            let task = tokio::spawn(async move { told(server.await) });
            Ok(Served { endpoint, task })
        }
        #[cfg(unix)]
        Listen::Unix(path) => {
            let listener = bind_unix(path).await?;
            let endpoint = Endpoint::Unix { socket: path.clone(), base: String::new() };
            let server = axum::serve(listener, router).with_graceful_shutdown(shutdown.cancelled_owned());
            let path = path.clone();
            let task = tokio::spawn(async move {
                told(server.await);
                // The socket goes with its server; one left over by a crash is replaced on the next start.
                let _ = std::fs::remove_file(&path);
            });
            Ok(Served { endpoint, task })
        }
        #[cfg(not(unix))]
        Listen::Unix(_) => Err(TransportError::Unsupported("a Unix socket")),
    }
}

fn told(ended: std::io::Result<()>) {
    if let Err(error) = ended {
        tracing::error!(%error, "a server ended");
    }
}

#[cfg(unix)]
async fn bind_unix(path: &std::path::Path) -> Result<tokio::net::UnixListener, TransportError> {
    use std::{io::ErrorKind, os::unix::fs::PermissionsExt as _};
    crate::unix::check_length(path)?;
    let failed = |source| TransportError::Listen { at: path.display().to_string(), source };
    match tokio::net::UnixStream::connect(path).await {
        Ok(_) => return Err(TransportError::InUse(path.display().to_string())),
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => std::fs::remove_file(path).map_err(failed)?,
        // Nothing there yet, or something that is no socket: binding says so.
        Err(_) => {}
    }
    let listener = tokio::net::UnixListener::bind(path).map_err(failed)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).map_err(failed)?;
    Ok(listener)
}
