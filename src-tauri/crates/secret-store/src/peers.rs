//! Asking the other nodes, over whatever stream their addresses name.

use crate::{
    config::Peer,
    freshness::random,
    identity::Identity,
    message::{Answered, Letter, Refusal, Reply, Request, Signed},
    node::lock,
};
use protocol::Hash32;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};
use threshold::Point;
use transport::{Http, Limits, Reach, Resolver, TransportError};

/// Where letters are posted, below a node's endpoint.
pub(crate) const LETTERS: &str = "/peer/v1/letter";

/// Largest letter or reply, in bytes.
pub(crate) const LARGEST: usize = 2 << 20;

/// The largest group: the dealings of all its nodes, a few hundred bytes for each pair of nodes, fit into one letter.
pub(crate) const MOST_NODES: usize = 32;

/// Why a node gave no answer that can be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AskError {
    #[error("it cannot be reached: {0}")]
    Unreachable(#[from] TransportError),
    #[error("it did not answer in time")]
    Late,
    #[error("what answers there is not this node")]
    Forged,
    #[error("it is not in the group")]
    Unknown,
    #[error("it refuses: {0}")]
    Refused(Refusal),
}

pub(crate) struct Peers {
    http: Http,
    identity: Arc<Identity>,
    peers: Vec<Peer>,
    /// Epochs of the others, as last heard.
    epochs: Mutex<HashMap<Point, Hash32>>,
}

impl Peers {
    pub(crate) fn new(identity: Arc<Identity>, peers: Vec<Peer>, patience: Duration) -> Self {
        let limits = Limits {
            connect: patience,
            idle: 10 * patience,
            total: 10 * patience,
            body: LARGEST,
            redirects: 0,
            reach: Reach::Anywhere,
        };
        Self { http: Http::new(Resolver::none(), limits), identity, peers, epochs: Mutex::default() }
    }

    /// Asks one node. A node that was restarted names its new epoch, and is asked once more.
    pub(crate) async fn ask(&self, node: &Point, request: &Request) -> Result<Answered, AskError> {
        let epoch = lock(&self.epochs).get(node).copied().unwrap_or_default();
        match self.send(node, epoch, request).await {
            Err(AskError::Refused(Refusal::Stale { epoch })) => {
                lock(&self.epochs).insert(*node, epoch);
                self.send(node, epoch, request).await
            }
            answer => answer,
        }
    }

    async fn send(&self, node: &Point, epoch: Hash32, request: &Request) -> Result<Answered, AskError> {
        let peer = self.peers.iter().find(|peer| peer.node == *node).ok_or(AskError::Unknown)?;
        let letter = Letter { to: *node, epoch, number: random(), request: request.clone() };
        let letter = Signed::by(&self.identity, &letter).map_err(|_| AskError::Unknown)?;
        let post = transport::Request::post(peer.endpoint.join(LETTERS)).json(&letter);
        let response = self.http.send(post).await?;
        let signed: Signed<Reply> = response.json(LARGEST).await?;
        let reply = signed.said_by(node).map_err(|_| AskError::Forged)?;
        if reply.to != letter.hash() {
            return Err(AskError::Forged);
        }
        reply.result.map_err(AskError::Refused)
    }
}
