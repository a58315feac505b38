//! JSON-RPC over one WebSocket connection: calls and subscriptions share it. When it breaks, everything that waits is
//! told so, and the next call makes a new one.

use crate::{
    Authorities, Endpoint, Limits, TransportError,
    dial::dial,
    json_rpc::{Refused, RpcError},
};
use bytes::Bytes;
use futures_util::{SinkExt as _, Stream, StreamExt as _};
use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};
use std::{
    collections::HashMap,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    sync::{mpsc, oneshot},
    time::{MissedTickBehavior, interval},
};
use tokio_tungstenite::{
    client_async_with_config,
    tungstenite::{Message, protocol::WebSocketConfig},
};

/// What a subscription has not read yet, at most; a reader that is slower loses it and should catch up by reading.
const BACKLOG: usize = 4096;

/// A call's result as text; `None` is null.
type Called = Result<Option<Box<RawValue>>, RpcError>;

enum Order {
    Call { method: String, params: Value, answer: oneshot::Sender<Called> },
    Subscribe { params: Value, answer: oneshot::Sender<Result<Subscription, RpcError>> },
}

/// A connection. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Socket {
    orders: mpsc::Sender<Order>,
}

/// What a subscription brings, until the connection ends.
#[derive(Debug)]
pub struct Subscription {
    values: mpsc::Receiver<Value>,
}

impl Subscription {
    /// The next value; `None` when the connection has ended.
    pub async fn next(&mut self) -> Option<Value> {
        self.values.recv().await
    }
}

impl Stream for Subscription {
    type Item = Value;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Value>> {
        self.values.poll_recv(context)
    }
}

/// What comes: an answer to a call, or what a subscription brings. The result is still the text that came.
#[derive(Deserialize)]
struct Incoming<'a> {
    #[serde(default)]
    id: Option<Value>,
    #[serde(borrow, default)]
    result: Option<&'a RawValue>,
    #[serde(default)]
    error: Option<Refused>,
    #[serde(default)]
    params: Option<Pushed>,
}

#[derive(Deserialize)]
struct Pushed {
    subscription: Value,
    result: Value,
}

fn closed() -> RpcError {
    RpcError::Transport(TransportError::Broken {
        target: "the WebSocket".to_owned(),
        source: "the connection has ended".into(),
    })
}

impl Socket {
    pub(crate) async fn connect(
        endpoint: &Endpoint,
        limits: Limits,
        authorities: &Authorities,
    ) -> Result<Self, TransportError> {
        let dialled = dial(endpoint, limits, authorities).await?;
        let config = WebSocketConfig::default().max_message_size(Some(limits.body)).max_frame_size(Some(limits.body));
        let handshake = client_async_with_config(dialled.url, dialled.stream, Some(config));
        let target = endpoint.to_string();
        let (stream, _) = tokio::time::timeout(limits.total, handshake)
            .await
            .map_err(|_| TransportError::Timeout { target: target.clone(), after: limits.total })?
            .map_err(|e| TransportError::Broken { target, source: e.into() })?;
        let (orders, queue) = mpsc::channel(256);
        tokio::spawn(run(stream, queue, limits.idle));
        Ok(Self { orders })
    }

    pub(crate) fn is_open(&self) -> bool {
        !self.orders.is_closed()
    }

    pub(crate) async fn call(&self, method: &str, params: Value) -> Called {
        let (answer, answered) = oneshot::channel();
        let order = Order::Call { method: method.to_owned(), params, answer };
        self.orders.send(order).await.map_err(|_| closed())?;
        answered.await.map_err(|_| closed())?
    }

    pub(crate) async fn subscribe(&self, params: Value) -> Result<Subscription, RpcError> {
        let (answer, answered) = oneshot::channel();
        self.orders.send(Order::Subscribe { params, answer }).await.map_err(|_| closed())?;
        answered.await.map_err(|_| closed())?
    }
}

enum Waiting {
    Call(oneshot::Sender<Called>),
    Subscribe(oneshot::Sender<Result<Subscription, RpcError>>),
}

async fn run<S>(stream: tokio_tungstenite::WebSocketStream<S>, mut orders: mpsc::Receiver<Order>, idle: Duration)
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    let (mut write, mut read) = stream.split();
    let mut waiting: HashMap<u64, Waiting> = HashMap::new();
    let mut open: HashMap<String, mpsc::Sender<Value>> = HashMap::new();
    let mut next = 1_u64;
    let mut silence = interval((idle / 2).max(Duration::from_millis(1)));
    // After a machine was asleep or busy, whoever is asked has as long to answer as ever.
    silence.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut called, mut heard, mut asked) = (true, true, false);
    // Nobody calls any more: it goes on while somebody still listens.
    while called || !open.is_empty() {
        tokio::select! {
            // What has come is heard before anybody is taken for silent.
            biased;
            message = read.next() => {
                heard = true;
                match message {
                    Some(Ok(Message::Text(text))) => incoming(&text, &mut waiting, &mut open),
                    Some(Ok(Message::Ping(data))) => if write.send(Message::Pong(data)).await.is_err() { break },
                    Some(Ok(Message::Close(_)) | Err(_)) | None => break,
                    Some(Ok(_)) => {}
                }
            }
            order = orders.recv(), if called => {
                let Some(order) = order else {
                    called = false;
                    continue;
                };
                let (method, params, who) = match order {
                    Order::Call { method, params, answer } => (method, params, Waiting::Call(answer)),
                    Order::Subscribe { params, answer } => {
                        ("eth_subscribe".to_owned(), params, Waiting::Subscribe(answer))
                    }
                };
                let text = json!({ "jsonrpc": "2.0", "id": next, "method": method, "params": params }).to_string();
                waiting.insert(next, who);
                next += 1;
                if write.send(Message::text(text)).await.is_err() { break }
            }
            // A connection can die without a word. Whoever says nothing is asked whether it is still there.
            _ = silence.tick() => {
                open.retain(|_, to| !to.is_closed());
                match (heard, asked) {
                    (true, _) => (heard, asked) = (false, false),
                    (false, true) => break,
                    (false, false) => {
                        asked = true;
                        if write.send(Message::Ping(Bytes::new())).await.is_err() { break }
                    }
                }
            }
        }
    }
    // Before whoever waits hears of the end: who asks again then asks over a new connection.
    orders.close();
}

fn incoming(text: &str, waiting: &mut HashMap<u64, Waiting>, open: &mut HashMap<String, mpsc::Sender<Value>>) {
    let Ok(Incoming { id, result, error, params }) = serde_json::from_str(text) else { return };
    if let Some(Pushed { subscription, result }) = params {
        let id = subscription.to_string();
        if let Some(to) = open.get(&id)
            && to.try_send(result).is_err()
        {
            // Gone, or too slow to be told everything: it ends here and knows that it must catch up.
            open.remove(&id);
        }
        return;
    }
    let Some(who) = id.as_ref().and_then(Value::as_u64).and_then(|id| waiting.remove(&id)) else { return };
    let result = match error {
        Some(refused) => Err(refused.into()),
        None => Ok(result.map(ToOwned::to_owned)),
    };
    // A caller that went away needs no answer.
    match who {
        Waiting::Call(to) => drop(to.send(result)),
        Waiting::Subscribe(to) => drop(to.send(result.map(|id| {
            let (send, values) = mpsc::channel(BACKLOG);
            open.insert(subscription(id.as_deref()), send);
            Subscription { values }
        }))),
    }
}

/// A subscription's name, written as [`Value`] writes it.
fn subscription(id: Option<&RawValue>) -> String {
    let value: Value = id.and_then(|id| serde_json::from_str(id.get()).ok()).unwrap_or_default();
    value.to_string()
}
