//! What can go wrong between here and there.

use crate::EndpointError;
use protocol::Address;
use std::{io, path::PathBuf, time::Duration};

/// Why a request got no answer, or none that may be used.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// The address cannot be understood.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// The network file does not say where this gateway is.
    #[error("the network does not say where the gateway {0} is")]
    UnknownGateway(Address),
    /// Nobody could be reached there.
    #[error("cannot reach {target}")]
    Connect {
        /// Where the connection was to go.
        target: String,
        /// Why it did not get there.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The server's certificate is not to be trusted: nothing was sent.
    #[error("{target} shows a certificate that is not trusted: {why}")]
    Certificate {
        /// Where the connection was to go.
        target: String,
        /// What is wrong with it.
        why: String,
    },
    /// The authorities in a network's file cannot be read.
    #[error("certificate_authorities in the network file cannot be read: {0}")]
    Authorities(String),
    /// No answer, or no whole answer, in time.
    #[error("{target} did not answer within {} s", after.as_secs_f32())]
    Timeout {
        /// Who was asked.
        target: String,
        /// The limit that ran out.
        after: Duration,
    },
    /// The answer is larger than it may be.
    #[error("the answer is larger than {max} bytes")]
    TooLarge {
        /// The limit in bytes.
        max: usize,
    },
    /// The address, or what its name resolves to, is in the local network or on this machine.
    #[error("{0} is no public internet address")]
    Private(String),
    /// A redirect to another scheme, or one too many.
    #[error("{0} sends requests on in a way that is not followed")]
    Redirect(String),
    /// The connection broke, or what came was no HTTP.
    #[error("the connection to {target} broke")]
    Broken {
        /// Who was asked.
        target: String,
        /// What broke it.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The body is not of the form it should have.
    #[error("the answer is not of the expected form: {0}")]
    Form(String),
    /// The request itself cannot be sent.
    #[error("this request cannot be sent: {0}")]
    Request(String),
    /// The path of a Unix socket is longer than systems allow.
    #[error("the socket path {} is longer than {max} bytes", path.display())]
    SocketPathTooLong {
        /// The path.
        path: PathBuf,
        /// The longest path in bytes.
        max: usize,
    },
    /// Another process serves there.
    #[error("another process already listens at {0}")]
    InUse(String),
    /// Listening failed.
    #[error("cannot listen at {at}")]
    Listen {
        /// Where.
        at: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// This system has no such kind of connection.
    #[error("{0} is not supported on this system")]
    Unsupported(&'static str),
}

impl TransportError {
    /// Whether asking again later may help, as opposed to an address or answer that is wrong for good.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Connect { .. } | Self::Timeout { .. } | Self::Broken { .. } | Self::UnknownGateway(_))
    }

    /// Sorts an error of reqwest.
    pub(crate) fn of_reqwest(error: reqwest::Error, target: &str, after: Duration) -> Self {
        if let Some(private) = crate::reach::refused(&error) {
            return Self::Private(private);
        }
        let target = target.to_owned();
        let error = error.without_url();
        if let Some(why) = crate::tls::distrust(&error) {
            return Self::Certificate { target, why };
        }
        if error.is_timeout() {
            Self::Timeout { target, after }
        } else if error.is_redirect() {
            Self::Redirect(target)
        } else if error.is_connect() {
            Self::Connect { target, source: error.into() }
        } else if error.is_builder() {
            Self::Request(error.to_string())
        } else {
            Self::Broken { target, source: error.into() }
        }
    }
}
