//! Logs of the past as two nodes tell them: one alone can leave some out.

use super::{
    Nodes, answer, must_rest,
    node::Node,
    standing::{Dispute, NodeTrouble},
};
use crate::{
    logs::{Seconded, placed},
    rpc::RpcFault,
};
use futures_util::{StreamExt, stream::FuturesUnordered};
use protocol::tx::Log;
use serde_json::Value;
use std::{collections::BTreeSet, sync::Arc};

const ABOUT: &str = "events of the past";
/// As many voices must tell the same.
const ENOUGH: usize = 2;

/// What one node told.
struct Told {
    node: Arc<Node>,
    logs: Vec<Log>,
}

impl Nodes {
    /// Asks the two nodes that are fittest, and another whenever one fails or they differ.
    pub(super) async fn second(&self, params: &Value) -> Result<Seconded, RpcFault> {
        // Two doors of one host are no second opinion: they come last.
        let mut voices = BTreeSet::new();
        let able = self.by_fitness().into_iter().filter(|node| !must_rest(node));
        let (first, doors): (Vec<_>, Vec<_>) = able.partition(|node| voices.insert(node.voice.clone()));
        let mut others = first.into_iter().chain(doors);
        let ask = |node: Arc<Node>| async move {
            let told = node.logs(params).await;
            (node, told)
        };
        let mut asked: FuturesUnordered<_> = others.by_ref().take(ENOUGH).map(ask).collect();
        let (mut told, mut failed): (Vec<Told>, _) = (Vec::new(), None);
        while let Some((node, answer)) = asked.next().await {
            match answer {
                Ok(logs) => told.push(Told { node, logs: placed(logs) }),
                // Too much at once for this one: whoever asks narrows the question, for all.
                Err(fault @ (RpcFault::Refused { .. } | RpcFault::TooLarge)) => return Err(fault),
                Err(fault) => failed = Some(fault),
            }
            if let Some(place) = agreed(&told) {
                blame(&told, place);
                return Ok(Seconded { logs: told.swap_remove(place).logs, seconded: true });
            }
            if asked.is_empty() {
                asked.extend(others.next().map(ask));
            }
        }
        let different = told.iter().any(|one| told.first().is_some_and(|first| first.logs != one.logs));
        if different {
            told.iter().for_each(|one| one.node.blame(NodeTrouble::Contradicts(ABOUT.to_owned())));
            return Err(dispute(&told).into());
        }
        match told.pop() {
            // Looking goes on while only one answers.
            Some(only) => Ok(Seconded { logs: only.logs, seconded: false }),
            None => Err(failed.unwrap_or_else(|| RpcFault::Unreachable("the network names no node".into()))),
        }
    }
}

/// The first whose logs another voice told as well.
fn agreed(told: &[Told]) -> Option<usize> {
    told.iter().position(|one| told.iter().any(|other| other.node.voice != one.node.voice && other.logs == one.logs))
}

/// Names those who told other logs than the one at this place.
fn blame(told: &[Told], place: usize) {
    let Some(right) = told.get(place) else { return };
    for other in told.iter().filter(|other| other.logs != right.logs) {
        other.node.blame(NodeTrouble::Contradicts(ABOUT.to_owned()));
    }
}

/// Who told how many, and where they first differ.
fn dispute(told: &[Told]) -> Dispute {
    let first = told.first().map(|one| one.logs.as_slice()).unwrap_or_default();
    let differs = told.iter().filter_map(|one| {
        let same = one.logs.iter().zip(first).take_while(|(one, other)| one == other).count();
        [one.logs.get(same), first.get(same)].into_iter().flatten().map(|log| log.block).min()
    });
    let about = match differs.min() {
        Some(block) => format!("{ABOUT} from block {block} on"),
        None => ABOUT.to_owned(),
    };
    let said = |one: &Told| (one.node.name.clone(), answer::short(&format!("there are {}", one.logs.len())));
    Dispute { about, said: told.iter().map(said).collect() }
}
