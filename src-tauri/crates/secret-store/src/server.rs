//! A key server: one node and its way to the others.

use crate::{
    KeyServerConfig, KeyServerError, KeyServerSetup, OpenError, Permission,
    config::{ConfigError, Peer},
    freshness::{Found, Freshness},
    identity::Identity,
    message::{Accepted, Answered, Letter, Refusal, Reply, Request, Signed, Unsigned},
    node::{Node, lock},
    peers::{AskError, MOST_NODES, Peers},
    store::{ServerKey, Store, StoreError},
};
use futures_util::future::join_all;
use protocol::{Did, Signature};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use threshold::{Point, Secret, StoredKey};

/// One node of the Secret Store. Cheap to clone; clones are the same node.
#[derive(Clone)]
pub struct KeyServer(Arc<Inner>);

struct Inner {
    node: Arc<Node>,
    peers: Peers,
    permission: Arc<dyn Permission>,
    patience: Duration,
    freshness: Mutex<Freshness>,
}

impl KeyServer {
    /// Opens the node's database and makes it ready to be served by [`crate::router`].
    pub fn open(setup: KeyServerSetup) -> Result<Self, OpenError> {
        let identity = Arc::new(Identity::new(setup.identity)?);
        let nodes = group(&identity.public(), &setup.peers)?;
        let store = Store::open(&setup.data_path, identity.clone())?;
        let node = Node::new(identity.clone(), nodes, store, setup.plain_retrieval)?;
        Ok(Self(Arc::new(Inner {
            node: Arc::new(node),
            peers: Peers::new(identity, setup.peers, setup.patience),
            permission: setup.permission,
            patience: setup.patience,
            freshness: Mutex::new(Freshness::new()),
        })))
    }

    /// As [`KeyServer::open`], from a configuration file's contents.
    pub fn from_config(config: &KeyServerConfig, permission: Arc<dyn Permission>) -> Result<Self, OpenError> {
        Self::open(config.setup(permission)?)
    }

    /// This node's identity.
    pub fn public(&self) -> Point {
        self.0.node.public()
    }

    /// The group, sorted.
    pub(crate) fn nodes(&self) -> &[Point] {
        &self.0.node.nodes
    }

    pub(crate) fn certified(&self, certificate: &[Signed<Accepted>]) -> Result<Accepted, Refusal> {
        self.0.node.certified(certificate)
    }

    pub(crate) fn derived(&self, purpose: &str, context: &[u8]) -> Secret {
        self.0.node.identity.derived(purpose, context)
    }

    pub(crate) fn sign(&self, text: &[u8]) -> Result<Signature, Unsigned> {
        self.0.node.identity.sign(text).map_err(|_| Unsigned)
    }

    /// Runs something on the node where disk and arithmetic hold nobody up.
    async fn on_node<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Node) -> T + Send + 'static,
    ) -> Result<T, StoreError> {
        let node = self.0.node.clone();
        tokio::task::spawn_blocking(move || work(&node)).await.map_err(|_| StoreError::Ending)
    }

    pub(crate) async fn server_key(&self, id: Did) -> Result<Option<ServerKey>, KeyServerError> {
        Ok(self.on_node(move |node| node.store.server_key(id)).await??)
    }

    pub(crate) async fn document_key(&self, id: Did) -> Result<Option<StoredKey>, KeyServerError> {
        Ok(self.on_node(move |node| node.store.document_key(id)).await??)
    }

    pub(crate) async fn round(&self, id: Did) -> Result<u32, KeyServerError> {
        Ok(self.on_node(move |node| node.store.round(id)).await??)
    }

    /// Asks a node: another one over the network, this one directly.
    pub(crate) async fn ask(&self, node: &Point, request: &Request) -> Result<Answered, AskError> {
        if *node == self.public() {
            return self.act(self.public(), request.clone()).await.map_err(AskError::Refused);
        }
        self.0.peers.ask(node, request).await
    }

    /// As [`KeyServer::ask`], with little patience.
    pub(crate) async fn ask_soon(&self, node: &Point, request: &Request) -> Result<Answered, AskError> {
        let asked = tokio::time::timeout(self.0.patience, self.ask(node, request));
        asked.await.unwrap_or(Err(AskError::Late))
    }

    /// Asks all nodes at once; the answers come in the order of the group.
    pub(crate) async fn ask_all(&self, request: &Request) -> Vec<(Point, Result<Answered, AskError>)> {
        join_all(self.nodes().iter().map(async |node| (*node, self.ask(node, request).await))).await
    }

    /// Does what a master asks, after asking the chain where that needs a permission.
    async fn act(&self, master: Point, request: Request) -> Result<Answered, Refusal> {
        if let Request::Consent { id, signature, .. } = &request {
            let (id, signature) = (*id, *signature);
            self.on_node(move |node| node.retrievable(id)).await??;
            let requester = signature.recover(id.as_bytes()).map_err(|_| Refusal::Invalid)?;
            match tokio::time::timeout(self.0.patience, self.0.permission.allowed(requester, id)).await {
                Ok(Ok(true)) => {}
                Ok(Ok(false)) => return Err(Refusal::Denied),
                Ok(Err(error)) => {
                    tracing::warn!(%error, "no permission can be found out");
                    return Err(Refusal::ChainUnreachable);
                }
                Err(_) => return Err(Refusal::ChainUnreachable),
            }
        }
        self.on_node(move |node| node.answer(master, request)).await?
    }

    /// Reads another node's letter, does what it asks, and signs the reply. `Err`: it is no letter of a peer to this
    /// node, and gets no reply.
    pub(crate) async fn receive(&self, letter: Signed<Letter>) -> Result<Signed<Reply>, Unsigned> {
        let (from, opened) = letter.open()?;
        if from == self.public() || opened.to != self.public() || !self.nodes().contains(&from) {
            return Err(Unsigned);
        }
        let found = lock(&self.0.freshness).check(opened.epoch, opened.number);
        let result = match found {
            Found::Fresh => self.act(from, opened.request).await,
            Found::Replayed => Err(Refusal::Replayed),
            Found::Stale(epoch) => Err(Refusal::Stale { epoch }),
        };
        Signed::by(&self.0.node.identity, &Reply { to: letter.hash(), result })
    }
}

/// The group's identities; refused where this node is not among them, or one is listed twice.
fn group(own: &Point, peers: &[Peer]) -> Result<Vec<Point>, ConfigError> {
    let mut nodes: Vec<Point> = peers.iter().map(|peer| peer.node).collect();
    nodes.sort_unstable();
    if let Some(twice) = nodes.windows(2).find(|pair| pair.first() == pair.last()).and_then(|pair| pair.first()) {
        return Err(ConfigError::Twice(*twice));
    }
    if nodes.len() > MOST_NODES {
        return Err(ConfigError::TooMany { max: MOST_NODES, found: nodes.len() });
    }
    if nodes.binary_search(own).is_err() {
        return Err(ConfigError::Absent(*own));
    }
    Ok(nodes)
}
