//! Why a service's answer cannot be used.

use transport::TransportError;

/// Why a service's answer cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// It was not reached, or its answer did not arrive.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// It said no.
    #[error("it answers {status}: {message}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Its words, cut to a line.
        message: String,
    },
    /// Its answer is not of the form it should have.
    #[error("its answer is not of the expected form: {0}")]
    Form(String),
    /// Its signature is not the expected account's.
    #[error("it is not who it should be")]
    Impostor,
    /// Nothing could be signed.
    #[error(transparent)]
    Sign(#[from] protocol::SignError),
}

impl ClientError {
    /// The words of a refusal, as one short line.
    pub(crate) async fn refused(response: transport::Response) -> Self {
        let status = response.status;
        match response.text(64 << 10).await {
            Ok(text) => Self::Refused { status, message: text.chars().filter(|c| !c.is_control()).take(500).collect() },
            Err(error) => Self::Transport(error),
        }
    }

    /// Whether it has no such thing.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Refused { status: 404, .. })
    }

    /// Whether asking again later may help.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Transport(error) => error.may_pass(),
            Self::Refused { status, .. } => *status >= 500 || *status == 429,
            Self::Form(_) | Self::Impostor | Self::Sign(_) => false,
        }
    }
}
