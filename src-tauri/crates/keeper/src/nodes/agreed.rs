//! The chain as two nodes say it, at one block that both have.

use super::{
    Nodes, answer, must_rest,
    node::Node,
    standing::{Alone, Dispute, NodeTrouble},
};
use crate::rpc::{Rpc, RpcFault};
use async_trait::async_trait;
use ethers::types::U256;
use futures_util::{StreamExt, future::join_all, stream::FuturesUnordered};
use serde_json::{Value, json};
use std::{collections::BTreeSet, sync::Arc};

const NEWEST: &str = "the newest block";
/// As many voices must say the same.
const ENOUGH: usize = 2;

/// A block that two nodes have, and the nodes that have it.
pub(super) struct Agreed {
    nodes: Nodes,
    voters: Vec<Arc<Node>>,
    /// They were slower: asked where the voters do not agree.
    others: Vec<Arc<Node>>,
    block: u64,
    hash: String,
}

/// How the answers of several nodes become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// Two must say the same.
    Same,
    /// An estimate: the larger suffices for both, and what is not used is not paid.
    Largest,
    /// What is paid: no more than the cheaper asks.
    Smallest,
    /// As [`Rule::Smallest`], of two at least.
    SmallestOfTwo,
}

fn rule(method: &str, params: &Value) -> Option<Rule> {
    let pending = || params.get(1).and_then(Value::as_str) == Some("pending");
    Some(match method {
        // A number too large would leave a gap that no transaction ever fills.
        "eth_getTransactionCount" if pending() => Rule::SmallestOfTwo,
        "eth_gasPrice" | "eth_maxPriorityFeePerGas" => Rule::Smallest,
        "eth_estimateGas" => Rule::Largest,
        "eth_call" | "eth_getBalance" | "eth_getTransactionCount" | "eth_getCode" | "eth_getStorageAt" => Rule::Same,
        "eth_getTransactionReceipt" | "eth_getLogs" | "eth_getBlockByNumber" | "eth_getBlockByHash" => Rule::Same,
        _ => return None,
    })
}

/// Puts the block in the place of "latest", so that all are asked about the same.
fn at(method: &str, mut params: Value, block: u64) -> Value {
    let place = match method {
        "eth_getBlockByNumber" => 0,
        "eth_call" | "eth_estimateGas" | "eth_getBalance" | "eth_getTransactionCount" | "eth_getCode" => 1,
        "eth_getStorageAt" => 2,
        _ => return params,
    };
    if let Some(list) = params.as_array_mut() {
        let number = json!(U256::from(block));
        if list.len() == place {
            list.push(number);
        } else if let Some(tag) = list.get_mut(place).filter(|tag| *tag == "latest") {
            *tag = number;
        }
    }
    params
}

/// One node and what it says about the newest block.
struct Head {
    node: Arc<Node>,
    number: u64,
    hash: String,
}

async fn head(node: Arc<Node>, at: Option<u64>) -> Result<Head, (Arc<Node>, RpcFault)> {
    let which = at.map_or_else(|| json!("latest"), |number| json!(U256::from(number)));
    let read = async {
        let block = node.ask("eth_getBlockByNumber", &json!([which, false])).await?;
        let number = block.get("number").and_then(|number| answer::count(number).ok());
        let hash = block.get("hash").and_then(Value::as_str).map(str::to_ascii_lowercase);
        number.zip(hash).ok_or_else(|| {
            node.blame(NodeTrouble::Nonsense("no block where it said there is one".to_owned()));
            RpcFault::Form(format!("{} does not have the block", node.name))
        })
    };
    match read.await {
        Ok((number, hash)) => Ok(Head { node, number, hash }),
        Err(fault) => Err((node, fault)),
    }
}

impl Head {
    /// Names whoever has another chain than two others.
    fn compare(&self, block: u64, hash: &str, allowance: u64) {
        if self.number.saturating_add(allowance) < block {
            self.node.blame(NodeTrouble::Behind { blocks: block - self.number });
        } else if self.number > block.saturating_add(allowance) {
            self.node.blame(NodeTrouble::Contradicts(NEWEST.to_owned()));
        } else if self.number == block && self.hash != hash {
            self.node.blame(NodeTrouble::Contradicts(format!("the block {block}")));
        }
    }
}

/// Asks nodes something about a block, as far as they have it.
async fn ask_holders(
    nodes: &[Arc<Node>],
    (block, hash): (u64, &str),
    method: &str,
    params: &Value,
) -> Vec<(Arc<Node>, Result<Value, RpcFault>)> {
    let asked = nodes.iter().map(|node| async move {
        let held = head(Arc::clone(node), Some(block)).await.ok()?;
        if held.hash != hash {
            node.blame(NodeTrouble::Contradicts(format!("the block {block}")));
            return None;
        }
        let outcome = node.ask(method, params).await;
        Some((held.node, outcome))
    });
    join_all(asked).await.into_iter().flatten().collect()
}

/// Those that said the same, if two voices did.
fn majority<T>(said: &[(Arc<Node>, String, T)]) -> Option<&str> {
    said.iter().map(|(_, what, _)| what.as_str()).find(|what| {
        let voices: BTreeSet<&str> =
            said.iter().filter(|(_, other, _)| other == what).map(|(node, ..)| node.voice.as_str()).collect();
        voices.len() >= ENOUGH
    })
}

impl Agreed {
    /// Looks for the newest block that two nodes have.
    pub(super) async fn seek(nodes: &Nodes) -> Result<Self, RpcFault> {
        let mut asked: FuturesUnordered<_> = nodes
            .0
            .nodes
            .iter()
            .filter(|node| !must_rest(node))
            .map(|node| tokio::spawn(head(Arc::clone(node), None)))
            .collect();
        let mut heads: Vec<Head> = Vec::new();
        while let Some(answered) = asked.next().await {
            let Ok(Ok(found)) = answered else { continue };
            let is_same = |known: &Head| known.hash == found.hash && known.number == found.number;
            if heads.iter().any(|known| is_same(known) && known.node.voice != found.node.voice) {
                let (block, hash) = (found.number, found.hash.clone());
                heads.push(found);
                let allowance = nodes.0.allowance;
                let (voters, others): (Vec<_>, Vec<_>) =
                    heads.into_iter().partition(|head| head.hash == hash && head.number == block);
                let agreed = Self::new(nodes, voters.into_iter().map(|head| head.node).collect(), block, hash.clone());
                tokio::spawn(async move {
                    // The slower ones are heard all the same: whoever has another chain is named.
                    let late = asked.filter_map(|late| async { late.ok()?.ok() }).collect::<Vec<_>>().await;
                    for head in others.iter().chain(&late) {
                        head.compare(block, &hash, allowance);
                    }
                });
                return Ok(agreed);
            }
            heads.push(found);
        }
        Self::of_different(nodes, heads).await
    }

    /// They do not have the same newest block: the newest that two could have.
    async fn of_different(nodes: &Nodes, heads: Vec<Head>) -> Result<Self, RpcFault> {
        let by_voice = heads.iter().map(|head| (head.node.voice.clone(), head.number)).collect();
        let newest = nodes.keep_up(&by_voice);
        let Some(block) = newest.filter(|_| by_voice.len() >= ENOUGH) else { return Err(alone(nodes, NEWEST)) };
        let far = |head: &Head| head.number.saturating_sub(block) > nodes.0.allowance;
        if heads.iter().any(far) {
            if by_voice.len() == ENOUGH {
                // Either is ahead of what there is, or the other is behind.
                let said = heads.iter().map(|head| (head.node.name.clone(), head.number.to_string())).collect();
                blame(heads.iter().map(|head| &head.node), NEWEST);
                return Err(Dispute { about: NEWEST.to_owned(), said }.into());
            }
            blame(heads.iter().filter(|head| far(head)).map(|head| &head.node), NEWEST);
        }
        let able = heads.into_iter().filter(|head| head.number >= block).map(|known| async move {
            match known.number == block {
                true => Ok(known),
                false => head(known.node, Some(block)).await,
            }
        });
        let said: Vec<(Arc<Node>, String, ())> =
            join_all(able).await.into_iter().flatten().map(|head| (head.node, head.hash, ())).collect();
        let about = format!("the block {block}");
        let hash = decide(nodes, &about, &said)?.to_owned();
        let voters = said.into_iter().filter(|(_, other, ())| *other == hash).map(|(node, ..)| node).collect();
        Ok(Self::new(nodes, voters, block, hash))
    }

    fn new(nodes: &Nodes, voters: Vec<Arc<Node>>, block: u64, hash: String) -> Self {
        let is_other = |node: &&Arc<Node>| !must_rest(node) && !voters.iter().any(|voter| Arc::ptr_eq(voter, node));
        let others = nodes.0.nodes.iter().filter(is_other).cloned().collect();
        Self { nodes: nodes.clone(), voters, others, block, hash }
    }

    /// Asks those who were slower, as far as they have the block.
    async fn ask_others(&self, method: &str, params: &Value) -> Vec<(Arc<Node>, Result<Value, RpcFault>)> {
        ask_holders(&self.others, (self.block, &self.hash), method, params).await
    }

    async fn same(&self, method: &str, params: &Value) -> Result<Value, RpcFault> {
        let mut asked: Asked = self
            .voters
            .iter()
            .map(|node| {
                let (node, method, params) = (Arc::clone(node), method.to_owned(), params.clone());
                tokio::spawn(async move {
                    let outcome = node.ask(&method, &params).await;
                    (node, outcome)
                })
            })
            .collect();
        let mut said: Vec<(Arc<Node>, String, Result<Value, RpcFault>)> = Vec::new();
        while let Some(answered) = asked.next().await {
            let Ok((node, outcome)) = answered else { continue };
            let Some(what) = what_is_said(&node, method, &outcome, self.block) else { continue };
            said.push((node, what, outcome));
            if let Some(agreed) = majority(&said) {
                self.hear_the_rest(asked, agreed.to_owned(), method, params);
                break;
            }
        }
        if majority(&said).is_none() {
            for (node, outcome) in self.ask_others(method, params).await {
                let Some(what) = what_is_said(&node, method, &outcome, self.block) else { continue };
                said.push((node, what, outcome));
            }
        }
        let what = decide(&self.nodes, &answer::about(method, params), &said)?.to_owned();
        let found = said.into_iter().find(|(_, other, _)| *other == what).map(|(.., outcome)| outcome);
        let value = found.unwrap_or_else(|| Err(alone(&self.nodes, method)))?;
        let later = method == "eth_getTransactionReceipt" && answer::is_later(&value, self.block);
        Ok(if later { Value::Null } else { value })
    }

    /// Who is slower, or was before, is heard all the same: whoever says otherwise is named.
    fn hear_the_rest(&self, mut asked: Asked, agreed: String, method: &str, params: &Value) {
        let (others, block, hash) = (self.others.clone(), self.block, self.hash.clone());
        let (method, params) = (method.to_owned(), params.clone());
        tokio::spawn(async move {
            let mut late = ask_holders(&others, (block, &hash), &method, &params).await;
            while let Some(answered) = asked.next().await {
                late.extend(answered.ok());
            }
            let about = answer::about(&method, &params);
            for (node, outcome) in &late {
                if what_is_said(node, &method, outcome, block).is_some_and(|what| what != agreed) {
                    blame(std::iter::once(node), &about);
                }
            }
        });
    }

    async fn extreme(&self, method: &str, params: &Value, rule: Rule) -> Result<Value, RpcFault> {
        let asked = self.voters.iter().map(|node| async move { (Arc::clone(node), node.ask(method, params).await) });
        let mut answers = join_all(asked).await;
        let first = self.weigh(method, params, rule, &answers);
        if !matches!(first, Err(RpcFault::Disputed(_) | RpcFault::Alone(_))) || self.others.is_empty() {
            return first;
        }
        answers.extend(self.ask_others(method, params).await);
        self.weigh(method, params, rule, &answers)
    }

    /// One number of several: most say yes, or no; then the rule.
    fn weigh(
        &self,
        method: &str,
        params: &Value,
        rule: Rule,
        answers: &[(Arc<Node>, Result<Value, RpcFault>)],
    ) -> Result<Value, RpcFault> {
        let about = answer::about(method, params);
        let (mut yes, mut no, mut lacking) = (Vec::new(), Vec::new(), None);
        for (node, outcome) in answers {
            match outcome {
                Ok(value) => yes.push((answer::quantity(value).map_err(RpcFault::Form)?, node)),
                Err(fault) if fault.is_no_method() => lacking = fault.refusal(),
                Err(fault) => no.extend(fault.refusal().map(|refusal| (refusal, node))),
            }
        }
        let for_it = voices(yes.iter().map(|(_, node)| *node));
        let against = voices(no.iter().map(|(_, node)| *node));
        let needed = if rule == Rule::Smallest { 1 } else { ENOUGH };
        if against >= ENOUGH && against > for_it {
            blame(yes.iter().map(|(_, node)| *node), &about);
            return Err(no.swap_remove(0).0);
        }
        if for_it >= needed && for_it > against {
            blame(no.iter().map(|(_, node)| *node), &about);
            yes.sort_by_key(|(number, _)| *number);
            let numbers: Vec<U256> = yes.iter().map(|(number, _)| *number).collect();
            let (least, largest) = (numbers.first().copied(), numbers.last().copied());
            let chosen = match rule {
                // Of three or more the one in the middle: no single node decides.
                Rule::Largest if numbers.len() > ENOUGH => numbers.get(numbers.len() / 2).copied(),
                // Of two, the larger suffices for both; one that is far from the other is no estimate.
                Rule::Largest => largest.filter(|most| least.is_some_and(|few| *most <= few.saturating_mul(2.into()))),
                _ => least,
            };
            if let Some(chosen) = chosen {
                return Ok(json!(chosen));
            }
        }
        if yes.is_empty()
            && no.is_empty()
            && let Some(fault) = lacking
        {
            return Err(fault);
        }
        if yes.len() + no.len() < ENOUGH {
            return Err(alone(&self.nodes, &about));
        }
        blame(yes.iter().map(|(_, node)| *node).chain(no.iter().map(|(_, node)| *node)), &about);
        let numbers = yes.iter().map(|(number, node)| (node.name.clone(), number.to_string()));
        let refusals =
            no.iter().map(|(why, node)| (node.name.clone(), format!("no ({})", answer::short(&why.to_string()))));
        Err(Dispute { about, said: numbers.chain(refusals).collect() }.into())
    }
}

/// Questions that are out.
type Asked = FuturesUnordered<tokio::task::JoinHandle<(Arc<Node>, Result<Value, RpcFault>)>>;

fn voices<'a>(nodes: impl Iterator<Item = &'a Arc<Node>>) -> usize {
    nodes.map(|node| node.voice.as_str()).collect::<BTreeSet<_>>().len()
}

/// What a node says, where it says something; a refusal other than a contract's says nothing.
fn what_is_said(node: &Node, method: &str, outcome: &Result<Value, RpcFault>, block: u64) -> Option<String> {
    match outcome {
        Ok(value) => Some(answer::essence(method, value, block)),
        Err(fault) => {
            let reverted = answer::revert(fault);
            if let (None, RpcFault::Refused { message, .. }) = (&reverted, fault) {
                // It had the block a moment ago.
                node.blame(NodeTrouble::Silent(message.clone()));
            }
            reverted
        }
    }
}

/// What two voices say, and a note on who says otherwise; else why there is no such answer.
fn decide<'a, T>(nodes: &Nodes, about: &str, said: &'a [(Arc<Node>, String, T)]) -> Result<&'a str, RpcFault> {
    if let Some(what) = majority(said) {
        blame(said.iter().filter(|(_, other, _)| other != what).map(|(node, ..)| node), about);
        return Ok(what);
    }
    let different: BTreeSet<&str> = said.iter().map(|(_, what, _)| what.as_str()).collect();
    if different.len() < 2 {
        return Err(alone(nodes, about));
    }
    blame(said.iter().map(|(node, ..)| node), about);
    let said = said.iter().map(|(node, what, _)| (node.name.clone(), answer::short(what))).collect();
    Err(Dispute { about: about.to_owned(), said }.into())
}

fn blame<'a>(nodes: impl Iterator<Item = &'a Arc<Node>>, about: &str) {
    for node in nodes {
        node.blame(NodeTrouble::Contradicts(about.to_owned()));
    }
}

fn alone(nodes: &Nodes, about: &str) -> RpcFault {
    let missing = nodes.0.nodes.iter().filter_map(|node| Some((node.name.clone(), node.trouble()?))).collect();
    Alone { about: about.to_owned(), missing }.into()
}

#[async_trait]
impl Rpc for Agreed {
    async fn request(&self, method: &str, params: Value) -> Result<Value, RpcFault> {
        if method == "eth_blockNumber" {
            return Ok(json!(U256::from(self.block)));
        }
        let params = at(method, params, self.block);
        match rule(method, &params) {
            Some(Rule::Same) => self.same(method, &params).await,
            Some(rule) => self.extreme(method, &params, rule).await,
            None => self.nodes.request(method, params).await,
        }
    }
}
