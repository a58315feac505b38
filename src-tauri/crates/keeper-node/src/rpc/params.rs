//! Reading parameters: numbers, ids, block tags.

use super::error::RpcError;
use alloy_primitives::{Address, B256, Bytes, U256, hex};
use serde_json::Value;

/// The parameters of one call, by position.
pub(crate) struct Params(Vec<Value>);

impl Params {
    /// Absent parameters are an empty list; anything else than a list is refused.
    pub(crate) fn read(params: Option<Value>) -> Result<Self, RpcError> {
        match params {
            None | Some(Value::Null) => Ok(Self(Vec::new())),
            Some(Value::Array(values)) => Ok(Self(values)),
            Some(_) => Err(RpcError::params("non-array args")),
        }
    }

    /// A parameter; `null` counts as absent.
    pub(crate) fn get(&self, position: usize) -> Option<&Value> {
        self.0.get(position).filter(|value| !value.is_null())
    }

    fn required(&self, position: usize) -> Result<&Value, RpcError> {
        self.get(position).ok_or_else(|| RpcError::params(format!("missing value for required argument {position}")))
    }

    pub(crate) fn at_most(&self, count: usize) -> Result<(), RpcError> {
        if self.0.len() > count {
            return Err(RpcError::params(format!("too many arguments, want at most {count}")));
        }
        Ok(())
    }

    /// Reads a required parameter.
    pub(crate) fn need<T>(&self, position: usize, read: fn(&Value) -> Result<T, String>) -> Result<T, RpcError> {
        read(self.required(position)?).map_err(|error| invalid(position, &error))
    }

    /// Reads a parameter that may be absent.
    pub(crate) fn may<T>(&self, position: usize, read: fn(&Value) -> Result<T, String>) -> Result<Option<T>, RpcError> {
        self.get(position).map(read).transpose().map_err(|error| invalid(position, &error))
    }
}

fn invalid(position: usize, error: &str) -> RpcError {
    RpcError::params(format!("invalid argument {position}: {error}"))
}

/// A block as clients name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BlockId {
    /// The newest; `safe` and `finalized` too, for nothing here is ever undone.
    Latest,
    /// The one to come.
    Pending,
    /// By number; `earliest` is 0.
    Number(u64),
    /// By hash.
    Hash(B256),
}

pub(crate) fn text(value: &Value) -> Result<&str, String> {
    value.as_str().ok_or_else(|| "expected a string".to_owned())
}

/// The digits of `0x…`, and nothing else: what reads them would also take separators, or a second prefix.
fn digits(value: &Value) -> Result<&str, String> {
    let digits = text(value)?.strip_prefix("0x").ok_or("hex string without 0x prefix")?;
    match digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        true => Ok(digits),
        false => Err("invalid hex string".to_owned()),
    }
}

/// A number as `0x…`.
pub(crate) fn quantity(value: &Value) -> Result<U256, String> {
    let digits = digits(value)?;
    if digits.is_empty() {
        return Err("hex string \"0x\"".to_owned());
    }
    U256::from_str_radix(digits, 16).map_err(|error| format!("invalid hex number: {error}"))
}

/// A number below 2^64.
pub(crate) fn number(value: &Value) -> Result<u64, String> {
    if let Some(number) = value.as_u64() {
        return Ok(number);
    }
    u64::try_from(quantity(value)?).map_err(|_| "hex number > 64 bits".to_owned())
}

/// A number below 2^128.
pub(crate) fn price(value: &Value) -> Result<u128, String> {
    u128::try_from(quantity(value)?).map_err(|_| "hex number > 128 bits".to_owned())
}

/// Bytes as `0x…`.
pub(crate) fn data(value: &Value) -> Result<Bytes, String> {
    hex::decode(digits(value)?).map(Bytes::from).map_err(|error| error.to_string())
}

fn fixed<const N: usize>(value: &Value) -> Result<[u8; N], String> {
    let bytes = data(value)?;
    bytes.as_ref().try_into().map_err(|_| format!("hex string has length {}, want {}", 2 * bytes.len(), 2 * N))
}

/// An address.
pub(crate) fn address(value: &Value) -> Result<Address, String> {
    fixed(value).map(Address::new)
}

/// A hash.
pub(crate) fn hash(value: &Value) -> Result<B256, String> {
    fixed(value).map(B256::new)
}

/// A place in storage: geth also takes short forms.
pub(crate) fn slot(value: &Value) -> Result<U256, String> {
    quantity(value)
}

pub(crate) fn boolean(value: &Value) -> Result<bool, String> {
    value.as_bool().ok_or_else(|| "expected true or false".to_owned())
}

/// A block by tag or number.
pub(crate) fn block_number(value: &Value) -> Result<BlockId, String> {
    match value.as_str() {
        Some("latest" | "safe" | "finalized") => Ok(BlockId::Latest),
        Some("pending") => Ok(BlockId::Pending),
        Some("earliest") => Ok(BlockId::Number(0)),
        _ => number(value).map(BlockId::Number),
    }
}

/// A block by tag, number or hash, or by an object with one of them (EIP-1898).
pub(crate) fn block_id(value: &Value) -> Result<BlockId, String> {
    if let Some(object) = value.as_object() {
        return match (object.get("blockHash"), object.get("blockNumber")) {
            (Some(value), None) => hash(value).map(BlockId::Hash),
            (None, Some(value)) => block_number(value),
            (Some(_), Some(_)) => {
                Err("cannot specify both BlockHash and BlockNumber, choose one or the other".to_owned())
            }
            (None, None) => Err("a block needs blockHash or blockNumber".to_owned()),
        };
    }
    match value.as_str() {
        Some(text) if text.len() == 66 => hash(value).map(BlockId::Hash),
        _ => block_number(value),
    }
}

/// A block by hash only.
pub(crate) fn hash_id(value: &Value) -> Result<BlockId, String> {
    hash(value).map(BlockId::Hash)
}
