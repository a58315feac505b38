//! What can go wrong with a chain, as types.

use crate::{
    broadcast::BroadcastError,
    revert,
    rpc::{ClientError, RpcFault},
};
use ethers::{
    contract::ContractError,
    providers::{JsonRpcError, Middleware, MiddlewareError, ProviderError},
};
use protocol::SignError;

/// Why something asked of the keeper contracts was not done.
#[derive(Debug, thiserror::Error)]
pub enum KeeperError {
    /// The node could not be asked.
    #[error(transparent)]
    Rpc(RpcFault),
    /// The node is of another chain than the network file says.
    #[error("this is chain {found}, the network file says {expected}")]
    WrongChain {
        /// Of the network file.
        expected: u64,
        /// Of the node.
        found: u64,
    },
    /// The network file does not name a contract that everything needs.
    #[error("the network file has no address of {0}")]
    ContractMissing(&'static str),
    /// The contract refuses: its own words.
    #[error("the contract refuses: {reason}")]
    Revert {
        /// The text it reverted with, or the name of its error.
        reason: String,
        /// The whole output.
        data: Vec<u8>,
    },
    /// The network asks for more than its file allows to pay. It passes, or the file is to be changed.
    #[error("the network asks {asked} wei per gas, its file allows {most}")]
    TooDear {
        /// wei per gas.
        asked: u128,
        /// wei per gas.
        most: u128,
    },
    /// No transaction of ours needs that much gas: the node is not believed.
    #[error("the node says a transaction needs {needed} gas, the network file allows {most}")]
    TooMuchGas {
        /// Gas.
        needed: u64,
        /// Gas.
        most: u64,
    },
    /// A contract's answer is not what its ABI says: another contract is at that address, or none.
    #[error("a contract's answer is not understood: {0}")]
    Answer(String),
    /// What a node said does not fit together: its chain changed in between, or it leaves something out. Ask again later.
    #[error("the node's answers do not fit together: {0}")]
    Inconsistent(String),
    /// The transaction was not taken.
    #[error(transparent)]
    Broadcast(#[from] BroadcastError),
    /// Nothing was signed.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// What is shown to a condition does not fit its kind, or its hash.
    #[error("{0} cannot be shown this")]
    Evidence(&'static str),
    /// No governance can be made of these owners.
    #[error("these cannot be the owners: {0}")]
    Owners(&'static str),
    /// A transaction of the deployment was reverted.
    #[error("the deployment failed at: {0}")]
    DeploymentFailed(String),
    /// A transaction of the deployment is in no block after this long.
    #[error("the chain has not taken \"{what}\" within {seconds} s")]
    NotMined {
        /// Which.
        what: String,
        /// How long was waited.
        seconds: u64,
    },
}

impl KeeperError {
    /// The contract's words, where it refused.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Revert { reason, .. } => Some(reason),
            _ => None,
        }
    }

    /// A refusal of `eth_call` or `eth_estimateGas`: a revert where the node says so.
    pub(crate) fn of_call(fault: RpcFault) -> Self {
        match fault {
            RpcFault::Refused { code, message, data } => of_response(&JsonRpcError { code, message, data }),
            other => Self::Rpc(other),
        }
    }

    pub(crate) fn reverted(data: &[u8]) -> Self {
        Self::Revert { reason: revert::reason(data), data: data.to_vec() }
    }
}

impl From<RpcFault> for KeeperError {
    fn from(fault: RpcFault) -> Self {
        match fault {
            RpcFault::WrongChain { expected, found, .. } => Self::WrongChain { expected, found },
            other => Self::Rpc(other),
        }
    }
}

fn of_response(error: &JsonRpcError) -> KeeperError {
    match error.as_revert_data() {
        Some(data) => KeeperError::reverted(&data),
        None => KeeperError::Rpc(RpcFault::Refused {
            code: error.code,
            message: error.message.clone(),
            data: error.data.clone(),
        }),
    }
}

impl<M: Middleware<Error = ProviderError>> From<ContractError<M>> for KeeperError {
    fn from(error: ContractError<M>) -> Self {
        match error {
            ContractError::Revert(data) => Self::reverted(&data),
            ContractError::MiddlewareError { e } | ContractError::ProviderError { e } => e.into(),
            other => Self::Answer(other.to_string()),
        }
    }
}

impl From<ProviderError> for KeeperError {
    fn from(error: ProviderError) -> Self {
        if let Some(response) = MiddlewareError::as_error_response(&error) {
            return of_response(response);
        }
        match error {
            ProviderError::JsonRpcClientError(inner) if inner.as_serde_error().is_some() => {
                Self::Rpc(RpcFault::Form(inner.to_string()))
            }
            ProviderError::JsonRpcClientError(inner) => {
                let named = {
                    let error: &(dyn std::error::Error + 'static) = inner.as_ref();
                    error.downcast_ref::<ClientError>().and_then(ClientError::named)
                };
                named.map_or_else(|| Self::Rpc(RpcFault::Unreachable(inner.to_string().into())), Self::from)
            }
            other => Self::Rpc(RpcFault::Unreachable(Box::new(other))),
        }
    }
}
