//! The house's JSON-RPC client as this crate's connection.

use crate::rpc::{Rpc, RpcFault};
use async_trait::async_trait;
use futures_util::{StreamExt, stream::BoxStream};
use serde_json::Value;
use transport::{Endpoint, JsonRpc, RpcError, TransportError};

fn fault(error: RpcError) -> RpcFault {
    match error {
        RpcError::Response { code, message, data } => RpcFault::Refused { code, message, data },
        RpcError::Form(what) => RpcFault::Form(what),
        RpcError::Transport(TransportError::TooLarge { .. }) => RpcFault::TooLarge,
        RpcError::Transport(error) => RpcFault::Unreachable(Box::new(error)),
    }
}

#[async_trait]
impl Rpc for JsonRpc {
    async fn request(&self, method: &str, params: Value) -> Result<Value, RpcFault> {
        self.call(method, params).await.map_err(fault)
    }

    async fn subscribe(&self, params: Value) -> Result<BoxStream<'static, Value>, RpcFault> {
        if !self.can_subscribe() {
            return Err(RpcFault::NoSubscription);
        }
        Ok(JsonRpc::subscribe(self, params).await.map_err(fault)?.boxed())
    }

    fn is_local(&self) -> bool {
        match self.endpoint() {
            Endpoint::Http(url) | Endpoint::Https(url) | Endpoint::Ws(url) | Endpoint::Wss(url) => {
                matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"))
            }
            Endpoint::Unix { .. } | Endpoint::Pipe { .. } => true,
        }
    }
}
