//! JSON-RPC 2.0 over HTTP (also over a Unix socket) or over a WebSocket.

use crate::{
    Endpoint, Http, Request, TransportError,
    websocket::{Socket, Subscription},
};
use bytes::Bytes;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json, value::RawValue};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::sync::Mutex;

/// Why a call has no result.
#[derive(Debug, thiserror::Error)]
pub enum RpcError {
    /// The node was not reached, or its answer did not arrive.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The node said no.
    #[error("the node answers: {message} ({code})")]
    Response {
        /// JSON-RPC's number for it.
        code: i64,
        /// The node's words.
        message: String,
        /// More, for instance the data of a revert.
        data: Option<Value>,
    },
    /// The node wants fewer requests (HTTP 429, or 503 with a time to wait).
    #[error("the node wants fewer requests")]
    Busy {
        /// How long it asks to wait, where it says so.
        after: Option<Duration>,
    },
    /// The result is not of the form it should have.
    #[error("the node's answer is not of the expected form: {0}")]
    Form(String),
}

/// An answer of which the result is still the text that came: whoever asked knows what it is, and reads it once.
#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(default)]
    id: Option<Value>,
    #[serde(borrow, default)]
    result: Option<&'a RawValue>,
    #[serde(default)]
    error: Option<Refused>,
}

#[derive(Deserialize)]
pub(crate) struct Refused {
    code: i64,
    message: String,
    #[serde(default)]
    data: Option<Value>,
}

impl From<Refused> for RpcError {
    fn from(Refused { code, message, data }: Refused) -> Self {
        Self::Response { code, message, data }
    }
}

impl Answer<'_> {
    fn read<R: DeserializeOwned>(self, method: &str) -> Result<R, RpcError> {
        match self.error {
            Some(refused) => Err(refused.into()),
            None => read(method, self.result),
        }
    }
}

fn read<R: DeserializeOwned>(method: &str, result: Option<&RawValue>) -> Result<R, RpcError> {
    serde_json::from_str(result.map_or("null", RawValue::get))
        .map_err(|error| RpcError::Form(format!("{method}: {error}")))
}

/// A JSON-RPC client. Cheap to clone.
#[derive(Clone, Debug)]
pub struct JsonRpc {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    endpoint: Endpoint,
    http: Http,
    next: AtomicU64,
    socket: Mutex<Option<Socket>>,
}

impl JsonRpc {
    /// A client of a node. Nothing is sent yet.
    pub fn connect(endpoint: Endpoint, http: &Http) -> Self {
        let inner = Inner { endpoint, http: http.clone(), next: AtomicU64::new(1), socket: Mutex::new(None) };
        Self { inner: Arc::new(inner) }
    }

    /// Where the node is.
    pub fn endpoint(&self) -> &Endpoint {
        &self.inner.endpoint
    }

    /// Whether [`JsonRpc::subscribe`] can work here.
    pub fn can_subscribe(&self) -> bool {
        matches!(self.inner.endpoint, Endpoint::Ws(_) | Endpoint::Wss(_) | Endpoint::Unix { .. })
    }

    /// Calls a method. Parameters are a list; nothing (`()`) becomes an empty one.
    ///
    /// # Errors
    /// [`RpcError`].
    pub async fn call<R: DeserializeOwned>(&self, method: &str, params: impl Serialize) -> Result<R, RpcError> {
        let params = list(params)?;
        match self.inner.endpoint {
            Endpoint::Ws(_) | Endpoint::Wss(_) => {
                let result = self.socket().await?.call(method, params).await?;
                read(method, result.as_deref())
            }
            _ => {
                let id = self.inner.next.fetch_add(1, Ordering::Relaxed);
                let body = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
                let answer = self.post(&body).await?;
                answer.parse::<Answer<'_>>()?.read(method)
            }
        }
    }

    /// Calls several methods in one request; the answers come in the order of the calls.
    ///
    /// # Errors
    /// [`RpcError`] where the batch as a whole failed; each call has its own result otherwise.
    pub async fn batch(&self, calls: &[(&str, Value)]) -> Result<Vec<Result<Value, RpcError>>, RpcError> {
        if matches!(self.inner.endpoint, Endpoint::Ws(_) | Endpoint::Wss(_)) {
            let socket = self.socket().await?;
            let calls = calls.iter().map(async |(method, params)| {
                let result = socket.call(method, params.clone()).await?;
                read(method, result.as_deref())
            });
            return Ok(futures_util::future::join_all(calls).await);
        }
        if calls.is_empty() {
            return Ok(Vec::new());
        }
        let count = u64::try_from(calls.len()).unwrap_or(u64::MAX);
        let first = self.inner.next.fetch_add(count, Ordering::Relaxed);
        let body: Vec<Value> = (first..)
            .zip(calls)
            .map(|(id, (method, params))| json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }))
            .collect();
        let posted = self.post(&Value::Array(body)).await?;
        let answers: Vec<Answer<'_>> = posted.parse()?;
        let mut results: Vec<Option<Result<Value, RpcError>>> = calls.iter().map(|_| None).collect();
        for answer in answers {
            let place = answer.id.as_ref().and_then(Value::as_u64).and_then(|id| id.checked_sub(first));
            let place = place.and_then(|place| usize::try_from(place).ok());
            if let Some((slot, (method, _))) = place.and_then(|p| results.get_mut(p).zip(calls.get(p))) {
                *slot = Some(answer.read(method));
            }
        }
        let missing = || Err(RpcError::Form("a call of the batch was not answered".to_owned()));
        Ok(results.into_iter().map(|result| result.unwrap_or_else(missing)).collect())
    }

    /// Subscribes with `eth_subscribe`; `params` is its list, like `["newHeads"]`.
    ///
    /// # Errors
    /// [`RpcError`]; plain HTTP addresses have no subscriptions.
    pub async fn subscribe(&self, params: impl Serialize) -> Result<Subscription, RpcError> {
        if !self.can_subscribe() {
            return Err(TransportError::Unsupported("a subscription over plain HTTP").into());
        }
        self.socket().await?.subscribe(list(params)?).await
    }

    async fn post(&self, body: &Value) -> Result<Posted, RpcError> {
        let request = Request::post(self.inner.endpoint.to_string()).json(body);
        let response = self.inner.http.send(request).await?;
        let status = response.status;
        // Seconds are understood; the other form, a date, would need a clock to be believed.
        let after = response.header("retry-after").and_then(|text| text.trim().parse().ok()).map(Duration::from_secs);
        if status == 429 || (status == 503 && after.is_some()) {
            return Err(RpcError::Busy { after });
        }
        Ok(Posted { status, bytes: response.bytes(usize::MAX).await? })
    }

    async fn socket(&self) -> Result<Socket, RpcError> {
        let mut held = self.inner.socket.lock().await;
        if let Some(socket) = held.as_ref().filter(|socket| socket.is_open()) {
            return Ok(socket.clone());
        }
        let socket =
            Socket::connect(&self.inner.endpoint, self.inner.http.limits(), &self.inner.http.authorities()).await?;
        Ok(held.insert(socket).clone())
    }
}

/// What came back for a POST.
struct Posted {
    status: u16,
    bytes: Bytes,
}

impl Posted {
    fn parse<'a, T: Deserialize<'a>>(&'a self) -> Result<T, RpcError> {
        serde_json::from_slice(&self.bytes).map_err(|error| match self.status {
            200 => RpcError::Form(error.to_string()),
            other => RpcError::Form(format!("status {other}")),
        })
    }
}

fn list(params: impl Serialize) -> Result<Value, RpcError> {
    match serde_json::to_value(params) {
        Ok(Value::Null) => Ok(Value::Array(Vec::new())),
        Ok(value) => Ok(value),
        Err(error) => Err(RpcError::Form(error.to_string())),
    }
}
