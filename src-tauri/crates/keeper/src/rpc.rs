//! The chain's JSON-RPC as this crate needs it, and ethers' client over it.

use crate::{
    logs::{Seconded, WireLog, placed},
    nodes::{Alone, Dispute, NodeStanding},
};
use async_trait::async_trait;
use ethers::providers::{JsonRpcClient, JsonRpcError, ProviderError};
use futures_util::stream::BoxStream;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::{fmt, sync::Arc, time::Duration};

/// Why a request to a chain had no answer.
#[derive(Debug, thiserror::Error)]
pub enum RpcFault {
    /// Nobody answered, or the connection broke.
    #[error("the chain cannot be reached")]
    Unreachable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The node answered with an error.
    #[error("the chain's node refused: {message} ({code})")]
    Refused {
        /// JSON-RPC's code.
        code: i64,
        /// The node's words.
        message: String,
        /// What it added: of a revert the output.
        data: Option<Value>,
    },
    /// The node wants fewer requests.
    #[error("the chain's node wants fewer requests")]
    Busy {
        /// How long to leave it alone, where it says so.
        after: Option<Duration>,
    },
    /// The node is of another chain than the network.
    #[error("{node} is of chain {found}, the network is chain {expected}")]
    WrongChain {
        /// Which node.
        node: String,
        /// The network's.
        expected: u64,
        /// The node's.
        found: u64,
    },
    /// Nodes say different things, and there is no majority.
    #[error(transparent)]
    Disputed(#[from] Dispute),
    /// Two nodes are needed for this, and there are not two to be relied on.
    #[error(transparent)]
    Alone(#[from] Alone),
    /// The answer is larger than is read.
    #[error("the chain's answer is too large")]
    TooLarge,
    /// The answer has another form.
    #[error("the chain's answer is not understood: {0}")]
    Form(String),
    /// This connection has no subscriptions.
    #[error("this connection has no subscriptions")]
    NoSubscription,
}

impl RpcFault {
    /// The same refusal once more; `None` for other faults.
    pub(crate) fn refusal(&self) -> Option<Self> {
        let Self::Refused { code, message, data } = self else { return None };
        Some(Self::Refused { code: *code, message: message.clone(), data: data.clone() })
    }

    /// Whether the node just does not have the method.
    pub(crate) fn is_no_method(&self) -> bool {
        matches!(self, Self::Refused { code: NO_METHOD | NOT_SUPPORTED | GANACHE_NO_METHOD, .. })
    }
}

/// JSON-RPC's code for a method that the node does not have.
const NO_METHOD: i64 = -32601;
/// EIP-1474's, of Hardhat.
const NOT_SUPPORTED: i64 = -32004;
/// JSON-RPC's code for what is no JSON: so Ganache says it.
const GANACHE_NO_METHOD: i64 = -32700;

/// A connection to a chain's node.
#[async_trait]
pub trait Rpc: Send + Sync {
    /// Asks; `params` is an array.
    async fn request(&self, method: &str, params: Value) -> Result<Value, RpcFault>;

    /// `eth_getLogs`: the same as asking for it, but of logs there are many: who has their text reads it once.
    async fn logs(&self, params: Value) -> Result<Vec<WireLog>, RpcFault> {
        read("eth_getLogs", self.request("eth_getLogs", params).await?)
    }

    /// The same logs as two nodes tell them, where there are two: one alone can leave some out, and far below the newest
    /// block nobody would notice. While only one can be asked, what it tells, and `seconded` is false.
    ///
    /// # Errors
    /// [`RpcFault::Disputed`] where they tell different logs and no third node decides.
    async fn seconded_logs(&self, params: Value) -> Result<Seconded, RpcFault> {
        Ok(Seconded { logs: placed(self.logs(params).await?), seconded: false })
    }

    /// `eth_subscribe`: what the node sends for it, until the connection ends.
    async fn subscribe(&self, _params: Value) -> Result<BoxStream<'static, Value>, RpcFault> {
        Err(RpcFault::NoSubscription)
    }

    /// The chain as two nodes say it, at one block that both have: for decisions about money. `None` where there is one
    /// node only, which is then believed.
    ///
    /// # Errors
    /// [`RpcFault::Disputed`], [`RpcFault::Alone`].
    async fn agreed(&self) -> Result<Option<Arc<dyn Rpc>>, RpcFault> {
        Ok(None)
    }

    /// How each node stands; empty where there is only one and nobody keeps watch over it.
    fn standing(&self) -> Vec<NodeStanding> {
        Vec::new()
    }

    /// Whether the node is on this machine, so that asking often costs little.
    fn is_local(&self) -> bool {
        false
    }
}

/// Asks and reads the answer's form.
pub(crate) async fn ask<R: DeserializeOwned>(rpc: &dyn Rpc, method: &str, params: Value) -> Result<R, RpcFault> {
    read(method, rpc.request(method, params).await?)
}

fn read<R: DeserializeOwned>(method: &str, answer: Value) -> Result<R, RpcFault> {
    serde_json::from_value(answer).map_err(|error| RpcFault::Form(format!("{method}: {error}")))
}

/// ethers' transport: the same connection as everything else.
#[derive(Clone)]
pub(crate) struct Client(pub(crate) Arc<dyn Rpc>);

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Client(…)")
    }
}

/// A fault in the form that ethers wants.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClientError {
    #[error(transparent)]
    Refused(#[from] JsonRpcError),
    #[error(transparent)]
    Fault(RpcFault),
    #[error(transparent)]
    Form(#[from] serde_json::Error),
}

impl ClientError {
    /// The fault where it is one of several nodes, which ethers' errors would hide.
    pub(crate) fn named(&self) -> Option<RpcFault> {
        match self {
            Self::Fault(RpcFault::Disputed(dispute)) => Some(RpcFault::Disputed(dispute.clone())),
            Self::Fault(RpcFault::Alone(alone)) => Some(RpcFault::Alone(alone.clone())),
            Self::Fault(RpcFault::Busy { after }) => Some(RpcFault::Busy { after: *after }),
            Self::Fault(RpcFault::Form(what)) => Some(RpcFault::Form(what.clone())),
            Self::Fault(RpcFault::TooLarge) => Some(RpcFault::TooLarge),
            Self::Fault(RpcFault::WrongChain { node, expected, found }) => {
                Some(RpcFault::WrongChain { node: node.clone(), expected: *expected, found: *found })
            }
            _ => None,
        }
    }
}

impl From<RpcFault> for ClientError {
    fn from(fault: RpcFault) -> Self {
        match fault {
            RpcFault::Refused { code, message, data } => Self::Refused(JsonRpcError { code, message, data }),
            other => Self::Fault(other),
        }
    }
}

impl From<ClientError> for ProviderError {
    fn from(error: ClientError) -> Self {
        Self::JsonRpcClientError(Box::new(error))
    }
}

impl ethers::providers::RpcError for ClientError {
    fn as_error_response(&self) -> Option<&JsonRpcError> {
        match self {
            Self::Refused(error) => Some(error),
            _ => None,
        }
    }

    fn as_serde_error(&self) -> Option<&serde_json::Error> {
        match self {
            Self::Form(error) => Some(error),
            _ => None,
        }
    }
}

#[async_trait]
impl JsonRpcClient for Client {
    type Error = ClientError;

    async fn request<T, R>(&self, method: &str, params: T) -> Result<R, ClientError>
    where
        T: fmt::Debug + Serialize + Send + Sync,
        R: DeserializeOwned + Send,
    {
        // ethers passes () for a method without parameters; nodes want an empty array.
        let params = match serde_json::to_value(&params)? {
            Value::Null => Value::Array(Vec::new()),
            params => params,
        };
        Ok(serde_json::from_value(self.0.request(method, params).await?)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_maker_s_word_for_a_method_that_is_not_there_is_known_and_no_other_refusal_is() {
        let refused = |code| RpcFault::Refused { code, message: "no".to_owned(), data: None }.is_no_method();
        assert!([-32601, -32004, -32700].into_iter().all(refused));
        assert!(![-32600, -32602, -32603, -32000, -32005, 3].into_iter().any(refused));
        assert!(!RpcFault::TooLarge.is_no_method());
    }
}
