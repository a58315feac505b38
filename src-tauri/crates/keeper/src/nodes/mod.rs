//! Several nodes of one chain as one connection.
//!
//! * **Order.** The first of the network file that is well is asked; one that fails, is slow, behind or doubtful steps
//!   back until it is well again. A node that wants to be left alone (HTTP 429, Retry-After) is.
//! * **One chain.** Each connection is asked for its chain's id before anything else. A node of another chain is shut
//!   out and named.
//! * **Two for money.** [`Rpc::agreed`] gives the chain as two nodes say it at one block. Addresses of one host are one
//!   node. Where two say different things, and no third decides, the answer is a [`Dispute`] that names them.
//! * **All get what is sent.** A signed transaction goes to every node.
//!
//! What one node alone can lie about, and what not, is in `docs/networks.md`.

mod agreed;
mod answer;
mod node;
mod seconded;
mod standing;

pub use standing::{Alone, Dispute, NodeStanding, NodeTrouble};

use crate::{
    logs::{Seconded, WireLog, placed},
    rpc::{Rpc, RpcFault},
};
use agreed::Agreed;
use async_trait::async_trait;
use ethers::types::U256;
use futures_util::{StreamExt, stream::BoxStream, stream::FuturesUnordered};
use node::{Fitness, Node};
use serde_json::{Value, json};
use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};
use tokio::time::{Instant, sleep, timeout_at};

/// How long one node may take for one answer while others could be asked.
const PATIENCE: Duration = Duration::from_secs(15);
/// A single node is given longer: there is nobody else.
const PATIENCE_ALONE: Duration = Duration::from_secs(120);
/// The newest block is waited for this long, then those that answered decide.
const HEADS: Duration = Duration::from_secs(2);
/// A single node's wish to be left alone is waited for up to this long; longer ones are told to whoever asks.
const SHORT_REST: Duration = Duration::from_secs(5);
/// A node may lack this many seconds of blocks, and at least [`FEWEST_BEHIND`], before it is behind.
const BEHIND_SECONDS: u64 = 20;
const FEWEST_BEHIND: u64 = 5;

/// One address of a network, to be asked together with others.
pub struct NodeAddress {
    /// What it is called where it is named.
    pub name: String,
    /// Who stands behind it: addresses with the same voice are no second opinion for each other.
    pub voice: String,
    /// The connection.
    pub rpc: Arc<dyn Rpc>,
}

/// Several nodes of one chain. Cheap to clone. Needs a tokio runtime.
#[derive(Clone)]
pub struct Nodes(Arc<Inner>);

struct Inner {
    nodes: Vec<Arc<Node>>,
    several: bool,
    allowance: u64,
}

impl fmt::Debug for Nodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.nodes.iter().map(|node| &node.name)).finish()
    }
}

impl Nodes {
    /// These nodes, in order of preference, of the chain with this id; `block_time_ms` as in the network file.
    pub fn new(addresses: Vec<NodeAddress>, chain_id: u64, block_time_ms: u64) -> Self {
        let patience = if addresses.len() > 1 { PATIENCE } else { PATIENCE_ALONE };
        Self::with_patience(addresses, chain_id, block_time_ms, patience)
    }

    /// As [`Nodes::new`] with another limit for one answer of one node.
    pub fn with_patience(addresses: Vec<NodeAddress>, chain_id: u64, block_time_ms: u64, patience: Duration) -> Self {
        let nodes: Vec<Arc<Node>> =
            addresses.into_iter().map(|a| Arc::new(Node::new(a.name, a.voice, a.rpc, chain_id, patience))).collect();
        let several = nodes.iter().any(|node| nodes.first().is_some_and(|first| first.voice != node.voice));
        let allowance = FEWEST_BEHIND.max(BEHIND_SECONDS * 1000 / block_time_ms.max(1000));
        Self(Arc::new(Inner { nodes, several, allowance }))
    }

    /// In the order in which they are to be asked now.
    fn by_fitness(&self) -> Vec<Arc<Node>> {
        let mut nodes: Vec<_> = self.0.nodes.iter().map(|node| (node.fitness(), node)).collect();
        // Stable: among equals the file's order holds.
        nodes.sort_by_key(|(fitness, _)| *fitness);
        nodes.into_iter().map(|(_, node)| Arc::clone(node)).collect()
    }

    async fn first_answer<T, A>(&self, ask: impl Fn(Arc<Node>) -> A) -> Result<T, RpcFault>
    where
        A: Future<Output = Result<T, RpcFault>>,
    {
        let mut refused = None;
        let mut failed = None;
        for node in self.by_fitness() {
            if let Some(left) = node.resting().filter(|_| must_rest(&node)) {
                if self.0.nodes.len() > 1 || left > SHORT_REST {
                    failed.get_or_insert(resting(&node, left));
                    continue;
                }
                sleep(left).await;
            }
            match ask(node).await {
                Ok(answer) => return Ok(answer),
                Err(fault) if answer::revert(&fault).is_some() => return Err(fault),
                Err(fault @ RpcFault::Refused { .. }) => {
                    refused.get_or_insert(fault);
                }
                Err(fault) => failed = Some(fault),
            }
        }
        Err(refused.or(failed).unwrap_or_else(|| RpcFault::Unreachable("the network names no node".into())))
    }

    async fn ask_first(&self, method: &str, params: &Value) -> Result<Value, RpcFault> {
        self.first_answer(|node| async move { node.ask(method, params).await }).await
    }

    /// The newest block that two nodes have; of those that answer, if they are fewer.
    async fn newest(&self) -> Result<Value, RpcFault> {
        let mut asked: FuturesUnordered<_> = self.0.nodes.iter().filter(|node| !must_rest(node)).map(head).collect();
        let until = Instant::now() + HEADS;
        let mut heads: BTreeMap<String, u64> = BTreeMap::new();
        let mut failed = None;
        loop {
            // Whoever is slower is still waited for by its own task, which notes how it is.
            let next = match heads.is_empty() {
                true => asked.next().await,
                false => timeout_at(until, asked.next()).await.unwrap_or(None),
            };
            match next {
                Some(Ok(Ok((voice, number)))) => {
                    let known = heads.entry(voice).or_default();
                    *known = number.max(*known);
                }
                Some(Ok(Err(fault))) => failed = Some(fault),
                Some(Err(_)) => {}
                None => break,
            }
        }
        match self.keep_up(&heads) {
            Some(newest) => Ok(json!(U256::from(newest))),
            None => match failed {
                Some(fault) => Err(fault),
                None => self.ask_first("eth_blockNumber", &json!([])).await,
            },
        }
    }

    /// Notes who is behind; the newest block that two voices have, else the only one's.
    fn keep_up(&self, heads: &BTreeMap<String, u64>) -> Option<u64> {
        let mut sorted: Vec<u64> = heads.values().copied().collect();
        sorted.sort_unstable_by(|a, b| b.cmp(a));
        let newest = sorted.get(1).or_else(|| sorted.first()).copied()?;
        for node in self.0.nodes.iter().filter(|node| heads.contains_key(&node.voice)) {
            match newest.saturating_sub(node.head()) {
                behind if behind > self.0.allowance => {
                    node.blame(NodeTrouble::Behind { blocks: behind });
                }
                _ => node.keeps_up(),
            }
        }
        Some(newest)
    }

    /// To everybody; the first who takes it answers.
    async fn broadcast(&self, params: &Value) -> Result<Value, RpcFault> {
        let mut sent: FuturesUnordered<_> = self
            .0
            .nodes
            .iter()
            .map(|node| {
                let (node, params) = (Arc::clone(node), params.clone());
                tokio::spawn(async move { node.ask("eth_sendRawTransaction", &params).await })
            })
            .collect();
        let (mut refused, mut failed) = (None, None);
        while let Some(outcome) = sent.next().await {
            match outcome {
                Ok(Ok(hash)) => return Ok(hash),
                Ok(Err(fault @ RpcFault::Refused { .. })) => {
                    refused.get_or_insert(fault);
                }
                Ok(Err(fault)) => failed = Some(fault),
                Err(ended) => failed = Some(RpcFault::Unreachable(ended.into())),
            }
        }
        Err(refused.or(failed).unwrap_or_else(|| RpcFault::Unreachable("the network names no node".into())))
    }
}

type Asked = tokio::task::JoinHandle<Result<(String, u64), RpcFault>>;

fn head(node: &Arc<Node>) -> Asked {
    let node = Arc::clone(node);
    tokio::spawn(async move {
        node.ask("eth_blockNumber", &json!([])).await?;
        Ok((node.voice.clone(), node.head()))
    })
}

/// Whether it is not to be asked at all for now: by its own wish, or since it is of another chain.
fn must_rest(node: &Node) -> bool {
    let wish = matches!(node.trouble(), Some(NodeTrouble::Busy | NodeTrouble::WrongChain { .. }));
    wish && node.fitness() == Fitness::Resting
}

/// What is told of a node that is not asked.
fn resting(node: &Node, left: Duration) -> RpcFault {
    match node.trouble() {
        Some(NodeTrouble::WrongChain { expected, found }) => {
            RpcFault::WrongChain { node: node.name.clone(), expected, found }
        }
        _ => RpcFault::Busy { after: Some(left) },
    }
}

#[async_trait]
impl Rpc for Nodes {
    async fn request(&self, method: &str, params: Value) -> Result<Value, RpcFault> {
        match method {
            "eth_sendRawTransaction" => self.broadcast(&params).await,
            "eth_blockNumber" if self.0.several => self.newest().await,
            _ => self.ask_first(method, &params).await,
        }
    }

    async fn logs(&self, params: Value) -> Result<Vec<WireLog>, RpcFault> {
        let params = &params;
        self.first_answer(|node| async move { node.logs(params).await }).await
    }

    async fn seconded_logs(&self, params: Value) -> Result<Seconded, RpcFault> {
        match self.0.several {
            true => self.second(&params).await,
            false => Ok(Seconded { logs: placed(self.logs(params).await?), seconded: false }),
        }
    }

    async fn subscribe(&self, params: Value) -> Result<BoxStream<'static, Value>, RpcFault> {
        // Several are asked for the newest block: no single one's notice of it is believed.
        if self.0.several {
            return Err(RpcFault::NoSubscription);
        }
        let mut failed = None;
        for node in self.by_fitness().into_iter().filter(|node| !must_rest(node)) {
            match node.subscribe(&params).await {
                Ok(subscription) => return Ok(subscription),
                Err(RpcFault::NoSubscription) => {}
                Err(fault) => failed = Some(fault),
            }
        }
        Err(failed.unwrap_or(RpcFault::NoSubscription))
    }

    async fn agreed(&self) -> Result<Option<Arc<dyn Rpc>>, RpcFault> {
        if !self.0.several {
            return Ok(None);
        }
        Ok(Some(Arc::new(Agreed::seek(self).await?)))
    }

    fn standing(&self) -> Vec<NodeStanding> {
        self.0.nodes.iter().map(|node| node.standing()).collect()
    }

    fn is_local(&self) -> bool {
        self.0.nodes.iter().all(|node| node.rpc.is_local())
    }
}
