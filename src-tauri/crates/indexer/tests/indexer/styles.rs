//! Nodes that deliver a true chain badly, each in a style of its own. All are seeded: one seed, one behaviour.

use crate::chain::{Chain, number};
use async_trait::async_trait;
use futures_util::{StreamExt, stream, stream::BoxStream};
use keeper::{Rpc, RpcFault};
use protocol::Hash32;
use rand::{Rng, SeedableRng, rngs::StdRng, seq::SliceRandom};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// As a node should.
    Honest,
    /// Heads are told by subscription, one in three only.
    SkipsHeads,
    /// Every log comes twice.
    Duplicates,
    /// Logs come in any order, heads too.
    OutOfOrder,
    /// The newest block is now and then an older one.
    HeadGoesBack,
    /// The chain changes between a question and the next, again and again.
    ChangesMeanwhile,
    /// For a while after a change, logs are those of the chain before it.
    OldLogs,
    /// Logs of the chain before are among the others, marked as removed.
    RemovedLogs,
    /// The first answer about any logs is that there are none.
    EmptyFirst,
    /// The logs of one contract are left out now and then.
    LeavesOut,
    /// A subscription ends after two heads.
    SubscriptionDies,
    /// Two nodes behind one address: one is behind, and knows the chain before only.
    TwoNodes,
    /// More than three blocks are too many; too fast is refused.
    Refuses,
    /// Nobody answers now and then.
    Unreachable,
}

pub(crate) const ALL: [Style; 14] = [
    Style::Honest,
    Style::SkipsHeads,
    Style::Duplicates,
    Style::OutOfOrder,
    Style::HeadGoesBack,
    Style::ChangesMeanwhile,
    Style::OldLogs,
    Style::RemovedLogs,
    Style::EmptyFirst,
    Style::LeavesOut,
    Style::SubscriptionDies,
    Style::TwoNodes,
    Style::Refuses,
    Style::Unreachable,
];

struct State {
    chain: Chain,
    /// The chain before its last change.
    before: Chain,
    random: StdRng,
    /// Old logs are told so many times more.
    old: u32,
    /// Blocks of which logs were asked for.
    asked: Vec<(Value, u32)>,
    /// From here on the node behaves.
    calm: bool,
    /// What the chain changes to when it is asked the next time.
    other: Option<Vec<Hash32>>,
}

/// A node of a style. Clones are the same node.
#[derive(Clone)]
pub(crate) struct Node {
    state: Arc<Mutex<State>>,
    style: Style,
}

impl Node {
    pub(crate) fn new(chain: Chain, style: Style, seed: u64) -> Self {
        let state = State {
            before: chain.clone(),
            chain,
            random: StdRng::seed_from_u64(seed),
            old: 0,
            asked: Vec::new(),
            calm: false,
            other: None,
        };
        Self { state: Arc::new(Mutex::new(state)), style }
    }

    /// Changes the chain.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut Chain) -> T) -> T {
        let mut state = self.state.lock().unwrap();
        state.before = state.chain.clone();
        state.old = 4;
        let changed = change(&mut state.chain);
        // A branch that the chain could still go to grows out of the chain as it is now, or out of nothing.
        if state.other.as_ref().is_some_and(|branch| !state.chain.can_go_to(branch)) {
            state.other = None;
        }
        changed
    }

    /// The chain forks here, and goes back and forth between the branches while it is read.
    pub(crate) fn wavers(&self, branch: Vec<Hash32>) {
        if self.style == Style::ChangesMeanwhile && !branch.is_empty() {
            self.state.lock().unwrap().other = Some(branch);
        }
    }

    pub(crate) fn newest(&self) -> u64 {
        self.state.lock().unwrap().chain.newest()
    }

    /// The chain of now, for good; faults come to an end, too.
    pub(crate) fn settle(&self) -> Chain {
        let mut state = self.state.lock().unwrap();
        state.calm = true;
        state.other = None;
        state.chain.clone()
    }
}

fn refused(code: i64) -> RpcFault {
    RpcFault::Refused { code, message: "too much".to_owned(), data: None }
}

impl State {
    fn waver(&mut self) {
        if !self.random.gen_bool(0.3) {
            return;
        }
        if let Some(other) = self.other.take() {
            let first = self.chain.of(other[0]).unwrap().number;
            let depth = self.chain.newest() + 1 - first.min(self.chain.newest());
            let away = self.chain.fork(depth);
            self.chain.back_to(&other);
            if !away.is_empty() && self.random.gen_bool(0.7) {
                self.other = Some(away);
            }
        }
    }

    fn logs(&mut self, style: Style, query: &Value) -> Result<Vec<Value>, RpcFault> {
        let mut logs = self.chain.logs(query);
        match style {
            Style::Duplicates => logs.extend(logs.clone()),
            Style::OutOfOrder => logs.shuffle(&mut self.random),
            Style::OldLogs if self.old > 0 => {
                self.old -= 1;
                logs = self.before.logs(query);
            }
            Style::RemovedLogs => logs.extend(self.before.logs(query).into_iter().map(|mut log| {
                log["removed"] = json!(true);
                log
            })),
            Style::EmptyFirst => match self.asked.iter_mut().find(|(asked, _)| asked == query) {
                Some(_) => {}
                None => {
                    self.asked.push((query.clone(), 1));
                    logs.clear();
                }
            },
            Style::LeavesOut if self.random.gen_bool(0.4) => {
                if let Some(contract) = logs.choose(&mut self.random).map(|log| log["address"].clone()) {
                    logs.retain(|log| log["address"] != contract);
                }
            }
            Style::Refuses => {
                let wide =
                    query.get("blockHash").is_none() && number(&query["toBlock"]) - number(&query["fromBlock"]) >= 3;
                if wide || self.random.gen_bool(0.2) {
                    return Err(refused(-32005));
                }
            }
            _ => {}
        }
        Ok(logs)
    }
}

#[async_trait]
impl Rpc for Node {
    async fn request(&self, method: &str, params: Value) -> Result<Value, RpcFault> {
        // Others come in between.
        tokio::task::yield_now().await;
        let mut state = self.state.lock().unwrap();
        let state = &mut *state;
        let style = if state.calm { Style::Honest } else { self.style };
        if method == "eth_chainId" {
            return Ok(state.chain.answer(method, &params));
        }
        if style == Style::ChangesMeanwhile {
            state.waver();
        }
        match (style, method) {
            (Style::Unreachable, _) if state.random.gen_bool(0.01) => Err(RpcFault::Unreachable("nobody".into())),
            (Style::TwoNodes, _) if state.random.gen_bool(0.04) => Ok(state.before.answer(method, &params)),
            (Style::HeadGoesBack | Style::OutOfOrder, "eth_blockNumber") => {
                let back = state.random.gen_range(0..4);
                Ok(json!(format!("{:#x}", state.chain.newest().saturating_sub(back))))
            }
            (_, "eth_getLogs") => Ok(Value::Array(state.logs(style, &params[0])?)),
            _ => Ok(state.chain.answer(method, &params)),
        }
    }

    async fn subscribe(&self, _params: Value) -> Result<BoxStream<'static, Value>, RpcFault> {
        let every = match self.style {
            Style::SkipsHeads => 3,
            Style::SubscriptionDies => 1,
            _ => return Err(RpcFault::NoSubscription),
        };
        let most = if self.style == Style::SubscriptionDies { 2 } else { usize::MAX };
        let (node, mut last) = (self.clone(), 0);
        let heads = stream::unfold(0_u64, move |ticks| {
            let node = node.clone();
            async move {
                tokio::time::sleep(std::time::Duration::from_millis(3)).await;
                let chain = node.state.lock().unwrap().chain.clone();
                Some((chain.block(chain.newest()).map(|block| block.header().clone()), ticks + 1))
            }
        });
        let heads = heads.filter_map(move |head| {
            let newest = head.as_ref().map_or(0, |head| number(&head["number"]));
            let told = newest != last && newest % every == 0;
            last = if told { newest } else { last };
            async move { head.filter(|_| told) }
        });
        Ok(heads.take(most).boxed())
    }

    fn is_local(&self) -> bool {
        true
    }
}
