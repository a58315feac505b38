//! JSON-RPC over a WebSocket, with subscriptions.

use super::{
    Request,
    error::RpcError,
    forms,
    logs::{self, LogQuery},
    params::{self, Params},
    reply, unreadable,
};
use crate::{
    block::NewBlock,
    chain::{Chain, Event},
};
use axum::extract::ws::{Message, WebSocket};
use serde_json::{Value, json};
use std::{collections::BTreeMap, time::Duration};
use tokio::sync::broadcast::error::RecvError;

/// Subscriptions of one connection at most.
const MAX_SUBSCRIPTIONS: usize = 128;

/// How long a client may take to accept one message.
const PATIENCE: Duration = Duration::from_secs(30);

enum Subscription {
    Heads,
    Logs(LogQuery),
    Pending,
    /// Never told: nothing here is ever behind.
    Syncing,
}

/// The subscriptions of one connection. Numbers are never used again.
#[derive(Default)]
struct Subscriptions {
    last: u64,
    active: BTreeMap<u64, Subscription>,
}

impl Subscriptions {
    fn subscribe(&mut self, params: &Params) -> Result<Value, RpcError> {
        if self.active.len() >= MAX_SUBSCRIPTIONS {
            return Err(RpcError::new(-32005, format!("there are {MAX_SUBSCRIPTIONS} subscriptions already")));
        }
        let kind = params.need(0, |value| params::text(value).map(str::to_owned))?;
        let subscription = match kind.as_str() {
            "newHeads" => Subscription::Heads,
            "newPendingTransactions" => Subscription::Pending,
            "syncing" => Subscription::Syncing,
            "logs" => Subscription::Logs(match params.get(1) {
                Some(_) => logs::query(params, 1)?,
                None => LogQuery::default(),
            }),
            other => return Err(RpcError::new(-32601, format!("no {other:?} subscription in eth namespace"))),
        };
        self.last += 1;
        self.active.insert(self.last, subscription);
        Ok(forms::quantity(self.last))
    }

    fn unsubscribe(&mut self, params: &Params) -> Result<Value, RpcError> {
        let id = params.need(0, params::number)?;
        match self.active.remove(&id) {
            Some(_) => Ok(json!(true)),
            None => Err(RpcError::server("subscription not found")),
        }
    }

    /// What an event says to each subscriber.
    fn notifications(&self, event: &Event) -> Vec<String> {
        let mut told = Vec::new();
        for (id, subscription) in &self.active {
            match (subscription, event) {
                (Subscription::Heads, Event::Block(new)) => {
                    told.push(notification(*id, Value::Object(forms::header(&new.block))));
                }
                (Subscription::Logs(query), Event::Block(new)) => {
                    told.extend(logs_of(new, query).into_iter().map(|log| notification(*id, log)));
                }
                (Subscription::Pending, Event::Pending(hash)) => told.push(notification(*id, forms::data(hash))),
                _ => {}
            }
        }
        told
    }
}

fn notification(id: u64, result: Value) -> String {
    let params = json!({"subscription": forms::quantity(id), "result": result});
    json!({"jsonrpc": "2.0", "method": "eth_subscription", "params": params}).to_string()
}

fn logs_of(new: &NewBlock, query: &LogQuery) -> Vec<Value> {
    let block = (new.block.header.number, new.block.hash);
    let wanted = new.logs.iter().enumerate().filter(|(_, (_, log))| query.filter.wants(log));
    wanted
        .filter_map(|(position, (tx, log))| {
            let hash = new.transactions.get(usize::try_from(*tx).ok()?)?.hash;
            Some(forms::log(log, block, (*tx, hash), position as u64))
        })
        .collect()
}

/// Serves one connection until either side ends it.
pub(super) async fn serve(chain: Chain, mut socket: WebSocket) {
    let mut subscriptions = Subscriptions::default();
    let mut events = chain.shared.events.subscribe();
    loop {
        let messages = tokio::select! {
            message = socket.recv() => match message {
                Some(Ok(Message::Text(text))) => respond(&chain, &mut subscriptions, text.as_bytes()).await,
                Some(Ok(Message::Binary(bytes))) => respond(&chain, &mut subscriptions, &bytes).await,
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => Vec::new(),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
            },
            event = events.recv() => match event {
                Ok(event) => subscriptions.notifications(&event),
                Err(RecvError::Lagged(missed)) if subscriptions.active.is_empty() => {
                    tracing::trace!(missed, "a connection without subscriptions was slow");
                    Vec::new()
                }
                // A gap in what was promised is worse than an end, after which clients catch up.
                Err(RecvError::Lagged(_) | RecvError::Closed) => return,
            },
        };
        for message in messages {
            // Neither a connection that is gone nor one that takes nothing any more is waited for.
            let sending = socket.send(Message::Text(message.into()));
            if !matches!(tokio::time::timeout(PATIENCE, sending).await, Ok(Ok(()))) {
                return;
            }
        }
    }
}

async fn respond(chain: &Chain, subscriptions: &mut Subscriptions, text: &[u8]) -> Vec<String> {
    let Ok(request) = serde_json::from_slice::<Value>(text) else { return vec![unreadable()] };
    let own = matches!(request.get("method").and_then(Value::as_str), Some("eth_subscribe" | "eth_unsubscribe"));
    if own {
        return match Request::read(request) {
            Err(answer) => vec![answer],
            Ok(request) => {
                let result = Params::read(request.params).and_then(|params| match request.method.as_str() {
                    "eth_subscribe" => subscriptions.subscribe(&params),
                    _ => subscriptions.unsubscribe(&params),
                });
                let result = result.map(|value| value.to_string());
                request.id.map(|id| reply(&id, result)).into_iter().collect()
            }
        };
    }
    chain.answer(request).await.into_iter().collect()
}
