//! One node of several: whether it is of the right chain, whether it answers, how long it is left alone.

use super::{
    answer,
    standing::{NodeStanding, NodeTrouble},
};
use crate::{
    logs::WireLog,
    rpc::{Rpc, RpcFault},
};
use futures_util::stream::BoxStream;
use serde_json::{Value, json};
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::{Instant, timeout};

/// The first pause after a failure; it doubles up to [`LONGEST_REST`].
const FIRST_REST: Duration = Duration::from_secs(1);
const LONGEST_REST: Duration = Duration::from_secs(30);
/// No wish to be left alone is honoured for longer.
const LONGEST_WISH: Duration = Duration::from_secs(300);
/// A node of another chain is asked again after this long: somebody may have set it right.
const SHUT_OUT: Duration = Duration::from_secs(60);
/// Nonsense and contradictions are remembered this long.
const REMEMBERED: Duration = Duration::from_secs(60);
/// An average answer slower than this puts a node behind the others.
const SLOW: Duration = Duration::from_secs(2);
/// JSON-RPC codes for too many requests. For logs the first also means a range too large.
const LIMITED: [i64; 2] = [-32005, 429];

/// What no node in order refuses.
const ALWAYS_ANSWERED: [&str; 4] =
    ["eth_blockNumber", "eth_chainId", "eth_getBlockByNumber", "eth_getTransactionReceipt"];

pub(super) struct Node {
    pub(super) name: String,
    /// Addresses of one host speak with one voice: they are no second opinion.
    pub(super) voice: String,
    pub(super) rpc: Arc<dyn Rpc>,
    chain: u64,
    patience: Duration,
    health: Mutex<Health>,
}

#[derive(Default)]
struct Health {
    /// Whether this connection was asked for its chain.
    verified: bool,
    rest_until: Option<Instant>,
    failures: u32,
    head: u64,
    latency: Option<Duration>,
    trouble: Option<(NodeTrouble, Instant)>,
}

/// A node's place in the order in which they are asked: the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fitness {
    Well,
    Slow,
    Behind,
    Doubtful,
    Resting,
}

impl Node {
    pub(super) fn new(name: String, voice: String, rpc: Arc<dyn Rpc>, chain: u64, patience: Duration) -> Self {
        Self { name, voice, rpc, chain, patience, health: Mutex::default() }
    }

    fn health(&self) -> MutexGuard<'_, Health> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn standing(&self) -> NodeStanding {
        let health = self.health();
        NodeStanding {
            name: self.name.clone(),
            head: health.head,
            latency: health.latency,
            trouble: health.trouble.as_ref().filter(|(trouble, at)| stands(trouble, *at)).map(|(what, _)| what.clone()),
        }
    }

    pub(super) fn trouble(&self) -> Option<NodeTrouble> {
        self.standing().trouble
    }

    pub(super) fn fitness(&self) -> Fitness {
        if self.resting().is_some() {
            return Fitness::Resting;
        }
        let standing = self.standing();
        match standing.trouble {
            Some(NodeTrouble::Behind { .. }) => Fitness::Behind,
            Some(NodeTrouble::Silent(_) | NodeTrouble::Busy) | None
                if standing.latency.is_none_or(|took| took < SLOW) =>
            {
                Fitness::Well
            }
            Some(NodeTrouble::Silent(_) | NodeTrouble::Busy) | None => Fitness::Slow,
            Some(_) => Fitness::Doubtful,
        }
    }

    /// How long it is still left alone.
    pub(super) fn resting(&self) -> Option<Duration> {
        let left = self.health().rest_until?.saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left)
    }

    pub(super) fn head(&self) -> u64 {
        self.health().head
    }

    /// Notes what others found about it; never in place of what is worse.
    pub(super) fn blame(&self, trouble: NodeTrouble) {
        let mut health = self.health();
        let worse = health.trouble.as_ref().is_some_and(|(known, _)| matches!(known, NodeTrouble::WrongChain { .. }));
        if !worse {
            if health.trouble.as_ref().is_none_or(|(known, _)| *known != trouble) {
                tracing::warn!(node = %self.name, %trouble, "a node of the network cannot be relied on");
            }
            health.trouble = Some((trouble, Instant::now()));
        }
    }

    pub(super) fn keeps_up(&self) {
        let mut health = self.health();
        if matches!(health.trouble, Some((NodeTrouble::Behind { .. }, _))) {
            health.trouble = None;
        }
    }

    /// Asks it, of the right chain and within its time; an answer that cannot be is a fault like silence.
    pub(super) async fn ask(&self, method: &str, params: &Value) -> Result<Value, RpcFault> {
        if method != "eth_chainId" {
            self.of_the_right_chain().await?;
        }
        self.once(method, params).await
    }

    /// As [`Node::ask`], for `eth_getLogs`.
    pub(super) async fn logs(&self, params: &Value) -> Result<Vec<WireLog>, RpcFault> {
        self.of_the_right_chain().await?;
        let asked = Instant::now();
        let outcome = self.in_time(self.rpc.logs(params.clone())).await;
        match outcome.and_then(|logs| self.can_be("eth_getLogs", answer::check_logs(params, &logs), logs)) {
            Ok(logs) => {
                self.well(asked.elapsed());
                Ok(logs)
            }
            Err(fault) => Err(self.unwell("eth_getLogs", fault)),
        }
    }

    /// `eth_subscribe`, of the right chain and within its time.
    pub(super) async fn subscribe(&self, params: &Value) -> Result<BoxStream<'static, Value>, RpcFault> {
        self.of_the_right_chain().await?;
        match self.in_time(self.rpc.subscribe(params.clone())).await {
            Err(fault) => Err(self.unwell("eth_subscribe", fault)),
            subscribed => subscribed,
        }
    }

    async fn of_the_right_chain(&self) -> Result<(), RpcFault> {
        let verified = self.health().verified;
        if !verified {
            self.once("eth_chainId", &json!([])).await?;
        }
        Ok(())
    }

    async fn in_time<T>(&self, asked: impl Future<Output = Result<T, RpcFault>>) -> Result<T, RpcFault> {
        match timeout(self.patience, asked).await {
            Ok(outcome) => outcome,
            Err(_) => Err(RpcFault::Unreachable(format!("no answer within {} s", self.patience.as_secs_f32()).into())),
        }
    }

    fn can_be<T>(&self, method: &str, checked: Result<(), String>, answer: T) -> Result<T, RpcFault> {
        match checked {
            Ok(()) => Ok(answer),
            Err(why) => Err(RpcFault::Form(format!("{} answers {method} with {why}", self.name))),
        }
    }

    async fn once(&self, method: &str, params: &Value) -> Result<Value, RpcFault> {
        let asked = Instant::now();
        let outcome = self.in_time(self.rpc.request(method, params.clone())).await;
        match outcome.and_then(|answer| self.can_be(method, answer::check(method, params, &answer), answer)) {
            Ok(answer) if method == "eth_chainId" => self.of_chain(answer),
            Ok(answer) => {
                self.well(asked.elapsed());
                self.tells_of_a_block(method, &answer);
                Ok(answer)
            }
            Err(fault) => Err(self.unwell(method, fault)),
        }
    }

    fn of_chain(&self, answer: Value) -> Result<Value, RpcFault> {
        let found = answer::quantity(&answer).map_or(u64::MAX, crate::convert::saturated);
        let mut health = self.health();
        health.verified = found == self.chain;
        if health.verified {
            health.failures = 0;
            health.rest_until = None;
            if matches!(health.trouble, Some((NodeTrouble::WrongChain { .. } | NodeTrouble::Silent(_), _))) {
                health.trouble = None;
            }
            return Ok(answer);
        }
        tracing::warn!(node = %self.name, found, expected = self.chain, "a node of another chain is shut out");
        let trouble = NodeTrouble::WrongChain { expected: self.chain, found };
        health.trouble = Some((trouble, Instant::now()));
        health.rest_until = Some(Instant::now() + SHUT_OUT);
        Err(RpcFault::WrongChain { node: self.name.clone(), expected: self.chain, found })
    }

    fn well(&self, took: Duration) {
        let mut health = self.health();
        health.failures = 0;
        health.rest_until = None;
        health.latency = Some(health.latency.map_or(took, |known| (known * 3 + took) / 4));
        if matches!(health.trouble, Some((NodeTrouble::Silent(_) | NodeTrouble::Busy, _))) {
            health.trouble = None;
        }
    }

    fn tells_of_a_block(&self, method: &str, answer: &Value) {
        let told = match method {
            "eth_blockNumber" => answer::count(answer).ok(),
            "eth_getBlockByNumber" => answer.get("number").and_then(|number| answer::count(number).ok()),
            _ => None,
        };
        if let Some(head) = told {
            let mut health = self.health();
            health.head = if method == "eth_blockNumber" { head } else { health.head.max(head) };
        }
    }

    fn unwell(&self, method: &str, fault: RpcFault) -> RpcFault {
        let fault = match fault {
            RpcFault::Refused { code, .. } if LIMITED.contains(&code) && method != "eth_getLogs" => {
                RpcFault::Busy { after: None }
            }
            other => other,
        };
        let (trouble, rest) = match &fault {
            RpcFault::Busy { after } => (NodeTrouble::Busy, after.map(|wish| wish.min(LONGEST_WISH))),
            RpcFault::Form(why) => (NodeTrouble::Nonsense(why.clone()), None),
            RpcFault::Unreachable(_) => (NodeTrouble::Silent(words(&fault)), None),
            RpcFault::TooLarge if method != "eth_getLogs" => (NodeTrouble::Nonsense("without an end".to_owned()), None),
            RpcFault::Refused { message, .. } if ALWAYS_ANSWERED.contains(&method) => {
                self.blame(NodeTrouble::Silent(message.clone()));
                return fault;
            }
            // An answer, if not a welcome one.
            _ => return fault,
        };
        self.blame(trouble);
        let mut health = self.health();
        // A new connection may lead to another node: it is asked for its chain again.
        health.verified &= !matches!(fault, RpcFault::Unreachable(_));
        let doubled = FIRST_REST.saturating_mul(1_u32 << health.failures.min(5)).min(LONGEST_REST);
        health.failures = health.failures.saturating_add(1);
        health.rest_until = Some(Instant::now() + rest.unwrap_or(doubled));
        fault
    }
}

fn stands(trouble: &NodeTrouble, since: Instant) -> bool {
    match trouble {
        NodeTrouble::Nonsense(_) | NodeTrouble::Contradicts(_) => since.elapsed() < REMEMBERED,
        _ => true,
    }
}

/// The innermost reason, which says most.
fn words(fault: &RpcFault) -> String {
    let mut error: &dyn std::error::Error = fault;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}
