//! Errors of JSON-RPC, with the codes and texts that geth has.

use crate::{error::ChainError, evm::RunError, producer::SubmitError, store::StateError, transaction::Refusal};
use alloy_primitives::{Bytes, U256, hex};
use serde_json::{Value, json};

/// An error as the client sees it.
#[derive(Debug, Clone)]
pub(crate) struct RpcError {
    pub(crate) code: i64,
    pub(crate) message: String,
    pub(crate) data: Option<Value>,
}

impl RpcError {
    pub(crate) fn new(code: i64, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), data: None }
    }

    pub(crate) fn params(message: impl Into<String>) -> Self {
        Self::new(-32602, message)
    }

    pub(crate) fn server(message: impl Into<String>) -> Self {
        Self::new(-32000, message)
    }

    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(-32603, message)
    }

    pub(crate) fn no_method(method: &str) -> Self {
        Self::new(-32601, format!("the method {method} does not exist/is not available"))
    }

    /// A call that reverted.
    pub(crate) fn reverted(output: &Bytes) -> Self {
        let message = match reason(output) {
            Some(reason) => format!("execution reverted: {reason}"),
            None => "execution reverted".to_owned(),
        };
        Self { code: 3, message, data: Some(Value::String(hex::encode_prefixed(output))) }
    }

    pub(crate) fn json(&self) -> Value {
        let mut error = json!({"code": self.code, "message": self.message});
        if let (Some(data), Some(error)) = (&self.data, error.as_object_mut()) {
            error.insert("data".to_owned(), data.clone());
        }
        error
    }
}

impl From<rusqlite::Error> for RpcError {
    fn from(error: rusqlite::Error) -> Self {
        tracing::error!(%error, "the chain's database failed");
        Self::internal("the chain's database failed")
    }
}

impl From<StateError> for RpcError {
    fn from(error: StateError) -> Self {
        tracing::error!(%error, "the chain's state cannot be read");
        Self::internal("the chain's state cannot be read")
    }
}

impl From<ChainError> for RpcError {
    fn from(error: ChainError) -> Self {
        Self::internal(error.to_string())
    }
}

impl From<Refusal> for RpcError {
    fn from(refusal: Refusal) -> Self {
        Self::server(refusal.to_string())
    }
}

impl From<RunError> for RpcError {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Refused(refusal) => refusal.into(),
            RunError::State(error) => error.into(),
            RunError::Machine(text) => Self::internal(text),
        }
    }
}

impl From<SubmitError> for RpcError {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::Refused(refusal) => refusal.into(),
            SubmitError::Failed(text) => Self::internal(text),
        }
    }
}

/// The reason in the output of a revert: the text of `Error(string)`, or for `Panic(uint256)` what geth's
/// `abi.UnpackRevert` has, which is the words alone.
fn reason(output: &[u8]) -> Option<String> {
    let (selector, arguments) = output.split_at_checked(4)?;
    match selector {
        [0x08, 0xc3, 0x79, 0xa0] => {
            let offset = usize::try_from(word(arguments, 0)?).ok()?;
            let length = usize::try_from(word(arguments, offset)?).ok()?;
            let start = offset.checked_add(32)?;
            let text = arguments.get(start..start.checked_add(length)?)?;
            Some(String::from_utf8_lossy(text).into_owned())
        }
        [0x4e, 0x48, 0x7b, 0x71] => {
            let code = word(arguments, 0)?;
            let words = match u64::try_from(code).ok() {
                Some(0x00) => "generic panic",
                Some(0x01) => "assert(false)",
                Some(0x11) => "arithmetic underflow or overflow",
                Some(0x12) => "division or modulo by zero",
                Some(0x21) => "enum overflow",
                Some(0x22) => "invalid encoded storage byte array accessed",
                Some(0x31) => "out-of-bounds array access; popping on an empty array",
                Some(0x32) => "out-of-bounds access of an array or bytesN",
                Some(0x41) => "out of memory",
                Some(0x51) => "uninitialized function",
                _ => return Some(format!("unknown panic code: {code:#x}")),
            };
            Some(words.to_owned())
        }
        _ => None,
    }
}

fn word(bytes: &[u8], at: usize) -> Option<U256> {
    bytes.get(at..at.checked_add(32)?).map(U256::from_be_slice)
}
