//! How asking the Secret Store fails, and what that means.

use protocol::{SignError, sign::SignatureError};
use std::{fmt, time::Duration};
use threshold::{Point, ThresholdError};
use transport::{EndpointError, TransportError};

/// Why one server was of no use.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// It could not be reached, or broke off.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// It took too long.
    #[error("no answer within {} s", .0.as_secs())]
    Late(Duration),
    /// It refused.
    #[error("refused with status {status}: {verdict}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// What that means.
        verdict: Verdict,
        /// Nodes that it names as missing or to blame.
        nodes: Vec<Point>,
    },
    /// Its answer is not of the form it should have.
    #[error("its answer is of another form: {0}")]
    Form(#[from] serde_json::Error),
    /// Its answer has the right form and makes no sense.
    #[error("its answer cannot be used: {0}")]
    Answer(#[from] ThresholdError),
    /// A node's part of the answer does not fit the node's own proof.
    #[error("the part of node {node} is wrong")]
    WrongShadow {
        /// The node.
        node: Point,
    },
    /// The sign of life is not signed by the node that it names.
    #[error("the sign of life is not signed as it should be")]
    Unsigned(#[from] SignatureError),
}

/// One server that was of no use.
#[derive(Debug, thiserror::Error)]
#[error("{server}: {why}")]
pub struct ServerFailure {
    /// Which one.
    pub server: String,
    /// Why.
    #[source]
    pub why: ServerError,
}

/// What a failure means for whoever asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Somebody else generated a key for this id (or, on a foreign cluster, oneself did earlier).
    AlreadyGenerated,
    /// Another document key is stored under this id.
    AlreadyStored,
    /// The account has no permission.
    Denied,
    /// No key of this id is known.
    NotFound,
    /// A node used or dealt a wrong share.
    WrongShare,
    /// Too few servers or nodes could be reached.
    Unreachable,
    /// The servers failed in another way.
    Failed,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AlreadyGenerated => "a key for this listing exists already",
            Self::AlreadyStored => "another document is stored for this listing",
            Self::Denied => "this account has no permission",
            Self::NotFound => "no key of this listing is known",
            Self::WrongShare => "a key server gave a wrong part of the key",
            Self::Unreachable => "too few key servers can be reached",
            Self::Failed => "the key servers failed",
        })
    }
}

/// Why the Secret Store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum SecretStoreError {
    /// There are no servers in this network, or an address is wrong.
    #[error("the address of a key server is wrong: {0}")]
    Endpoint(#[from] EndpointError),
    /// There are no servers in this network.
    #[error("this network has no key servers")]
    NoServers,
    /// The account did not sign.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// What is to be decrypted is no encrypted document, or the key cannot be computed.
    #[error(transparent)]
    Threshold(#[from] ThresholdError),
    /// No server did it.
    #[error("{verdict} ({})", listed(failures))]
    Servers {
        /// What that means.
        verdict: Verdict,
        /// Each server and why it failed.
        failures: Vec<ServerFailure>,
    },
}

fn listed(failures: &[ServerFailure]) -> String {
    failures.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

impl SecretStoreError {
    /// What the failure means, where servers failed.
    pub fn verdict(&self) -> Option<Verdict> {
        if let Self::Servers { verdict, .. } = self { Some(*verdict) } else { None }
    }
}

/// What is asked of a server; a foreign server's status means different things at different questions.
#[derive(Debug, Clone, Copy)]
pub(super) enum Asking {
    Generate,
    Store,
    Retrieve,
    Alive,
}

impl Verdict {
    /// Our servers say what is wrong in a word; of others only the status is known.
    pub(super) fn of(asking: Asking, status: u16, code: Option<&str>) -> Self {
        match code {
            Some("already_generated") => Self::AlreadyGenerated,
            Some("already_stored") => Self::AlreadyStored,
            Some("access_denied") => Self::Denied,
            Some("no_server_key" | "no_document_key") => Self::NotFound,
            Some("wrong_share" | "cheating") => Self::WrongShare,
            Some("consensus_unreachable" | "disconnected" | "busy") => Self::Unreachable,
            Some(_) => Self::Failed,
            None => match (status, asking) {
                (403, _) => Self::Denied,
                (404, _) => Self::NotFound,
                (400, Asking::Generate) => Self::AlreadyGenerated,
                (400, Asking::Store) => Self::AlreadyStored,
                _ => Self::Failed,
            },
        }
    }

    pub(super) fn of_failure(failure: &ServerFailure) -> Self {
        match &failure.why {
            ServerError::Refused { verdict, .. } => *verdict,
            ServerError::WrongShadow { .. } => Self::WrongShare,
            ServerError::Transport(_) | ServerError::Late(_) => Self::Unreachable,
            ServerError::Form(_) | ServerError::Answer(_) | ServerError::Unsigned(_) => Self::Failed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_decided_comes_before_what_it_could_not_do() {
        let failure = |why| ServerFailure { server: "unix:/s".to_owned(), why };
        let denied = ServerError::Refused { status: 403, verdict: Verdict::Denied, nodes: vec![] };
        let failures = [failure(ServerError::Late(Duration::from_secs(3))), failure(denied)];
        assert_eq!(failures.iter().map(Verdict::of_failure).min(), Some(Verdict::Denied));
    }

    #[test]
    fn a_foreign_servers_status_is_understood() {
        assert_eq!(Verdict::of(Asking::Generate, 400, None), Verdict::AlreadyGenerated);
        assert_eq!(Verdict::of(Asking::Store, 400, None), Verdict::AlreadyStored);
        assert_eq!(Verdict::of(Asking::Retrieve, 403, None), Verdict::Denied);
        assert_eq!(Verdict::of(Asking::Retrieve, 403, Some("consensus_unreachable")), Verdict::Unreachable);
        assert_eq!(Verdict::of(Asking::Retrieve, 404, None), Verdict::NotFound);
    }
}
