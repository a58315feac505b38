//! `eth_getLogs`, and reading filters.

use super::{
    error::RpcError,
    forms,
    params::{self, BlockId, Params},
    reads,
};
use crate::{
    chain::Chain,
    store::{self, LogFilter, LogRow, MAX_LOGS, Most},
};
use alloy_primitives::B256;
use rusqlite::Connection;
use serde_json::Value;

/// Addresses, or topics at one position, in one filter at most.
const MAX_CHOICES: usize = 1000;

/// A filter with its range, as clients write it.
#[derive(Debug, Clone, Default)]
pub(crate) struct LogQuery {
    pub(crate) from: Option<BlockId>,
    pub(crate) to: Option<BlockId>,
    pub(crate) block_hash: Option<B256>,
    pub(crate) filter: LogFilter,
}

/// The filter among the parameters.
pub(super) fn query(params: &Params, position: usize) -> Result<LogQuery, RpcError> {
    let query = params.need(position, read)?;
    if [query.from, query.to].contains(&Some(BlockId::Pending)) {
        return Err(RpcError::server("pending logs are not supported"));
    }
    Ok(query)
}

/// Reads a filter object.
fn read(value: &Value) -> Result<LogQuery, String> {
    let object = value.as_object().ok_or("expected a filter object")?;
    let field = |name: &str| object.get(name).filter(|value| !value.is_null());
    let block = |name: &str| field(name).map(params::block_number).transpose();
    let (from, to) = (block("fromBlock")?, block("toBlock")?);
    let block_hash = field("blockHash").map(params::hash).transpose()?;
    if block_hash.is_some() && (from.is_some() || to.is_some()) {
        return Err("cannot specify both BlockHash and FromBlock/ToBlock, choose one or the other".to_owned());
    }
    let addresses = field("address").map(|value| any_of(value, params::address)).transpose()?.unwrap_or_default();
    let topics = match field("topics") {
        None => Vec::new(),
        Some(Value::Array(topics)) if topics.len() <= 4 => topics
            .iter()
            .map(|topic| if topic.is_null() { Ok(Vec::new()) } else { topic_choices(topic) })
            .collect::<Result<_, _>>()?,
        Some(Value::Array(_)) => return Err("exceed max topics".to_owned()),
        Some(_) => return Err("topics are a list".to_owned()),
    };
    Ok(LogQuery { from, to, block_hash, filter: LogFilter { addresses, topics } })
}

fn any_of<T>(value: &Value, read: fn(&Value) -> Result<T, String>) -> Result<Vec<T>, String> {
    match value {
        Value::Array(values) if values.len() > MAX_CHOICES => Err(format!("at most {MAX_CHOICES} choices")),
        Value::Array(values) => values.iter().map(read).collect(),
        value => read(value).map(|value| vec![value]),
    }
}

/// A null among the choices takes all, as geth has it.
fn topic_choices(value: &Value) -> Result<Vec<B256>, String> {
    match value {
        Value::Array(values) if values.iter().any(Value::is_null) => Ok(Vec::new()),
        value => any_of(value, params::hash),
    }
}

/// Finds what a query asks for.
pub(super) fn find(chain: &Chain, conn: &Connection, query: &LogQuery) -> Result<Vec<LogRow>, RpcError> {
    let newest = chain.shared.newest();
    let (from, to) = match query.block_hash {
        Some(hash) => {
            let number =
                reads::resolve(chain, conn, BlockId::Hash(hash))?.ok_or_else(|| RpcError::server("unknown block"))?;
            (number, number)
        }
        None => {
            let number = |id: Option<BlockId>| match id {
                Some(BlockId::Number(number)) => number,
                _ => newest,
            };
            (number(query.from), number(query.to))
        }
    };
    if from > to {
        // A client that polls from the block after the newest asks for nothing wrong.
        return match (query.from, query.to) {
            (Some(BlockId::Number(_)), Some(BlockId::Number(_))) => Err(RpcError::params("invalid block range params")),
            _ => Ok(Vec::new()),
        };
    }
    range(conn, from, to.min(newest), &query.filter)
}

/// The logs of a range of blocks.
pub(super) fn range(conn: &Connection, from: u64, to: u64, filter: &LogFilter) -> Result<Vec<LogRow>, RpcError> {
    let rows = store::find_logs(conn, from, to, filter, Most::Any(MAX_LOGS + 1))?;
    if rows.len() > MAX_LOGS {
        return Err(too_many());
    }
    Ok(rows)
}

/// An answer that would be longer than answers may be.
pub(super) fn too_many() -> RpcError {
    RpcError::new(-32005, format!("query returned more than {MAX_LOGS} results, ask for fewer blocks"))
}

/// `eth_getLogs`, as JSON text.
pub(super) fn get(chain: &Chain, params: &Params) -> Result<String, RpcError> {
    params.at_most(1)?;
    let query = query(params, 0)?;
    let rows = chain.shared.store.read(|conn| find(chain, conn, &query))?;
    forms::log_rows(&rows).map_err(|error| RpcError::internal(error.to_string()))
}
