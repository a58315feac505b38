//! JSON-RPC 2.0: one request or a batch in, answers out.

mod calls;
mod error;
mod fees;
mod filters;
mod forms;
mod logs;
mod params;
mod pending;
mod reads;
mod send;
mod server;
mod socket;

pub(crate) use filters::Filters;
pub use server::router;

use crate::chain::Chain;
use error::RpcError;
use params::Params;
use serde_json::{Value, json};

/// Requests in one batch at most, as geth has it.
const MAX_BATCH: usize = 1000;
/// Bytes of a batch's answers after which nothing more is done for it, as geth has it.
const MAX_BATCH_BYTES: usize = 25_000_000;

/// The answer to a request or a batch as JSON text; `None` to a notification, which wants none.
pub(crate) fn answer(chain: &Chain, request: Value) -> Option<String> {
    let Value::Array(batch) = request else { return answer_one(chain, request) };
    if batch.is_empty() {
        return Some(failure(&Value::Null, &RpcError::new(-32600, "empty batch")));
    }
    if batch.len() > MAX_BATCH {
        return Some(failure(&Value::Null, &RpcError::new(-32600, format!("batch too large, at most {MAX_BATCH}"))));
    }
    let answers = answer_until(MAX_BATCH_BYTES, batch, |request| answer_one(chain, request));
    (!answers.is_empty()).then(|| format!("[{}]", answers.join(",")))
}

/// Answers one after the other. Once the answers have more bytes than this the rest is refused, and not done.
fn answer_until(bytes: usize, batch: Vec<Value>, answer: impl Fn(Value) -> Option<String>) -> Vec<String> {
    let mut length = 0;
    let mut answers = Vec::with_capacity(batch.len());
    for request in batch {
        let one = if length > bytes { too_large(request) } else { answer(request) };
        length += one.as_ref().map_or(0, String::len);
        answers.extend(one);
    }
    answers
}

/// The answer to a request of a batch that has had enough answers already.
fn too_large(request: Value) -> Option<String> {
    match Request::read(request) {
        Ok(request) => request.id.map(|id| failure(&id, &RpcError::new(-32003, "response too large"))),
        Err(answer) => Some(answer),
    }
}

/// A request taken apart.
struct Request {
    id: Option<Value>,
    method: String,
    params: Option<Value>,
}

impl Request {
    fn read(request: Value) -> Result<Self, String> {
        let invalid = |id: Value| failure(&id, &RpcError::new(-32600, "invalid request"));
        let Value::Object(mut request) = request else { return Err(invalid(Value::Null)) };
        let id = request.remove("id");
        if id.as_ref().is_some_and(|id| !(id.is_string() || id.is_number() || id.is_null())) {
            return Err(invalid(Value::Null));
        }
        match request.remove("method") {
            Some(Value::String(method)) => Ok(Self { id, method, params: request.remove("params") }),
            _ => Err(invalid(id.unwrap_or(Value::Null))),
        }
    }
}

fn answer_one(chain: &Chain, request: Value) -> Option<String> {
    let request = match Request::read(request) {
        Ok(request) => request,
        Err(answer) => return Some(answer),
    };
    let result = Params::read(request.params).and_then(|params| match request.method.as_str() {
        // Of logs there may be thousands: they become text at once.
        "eth_getLogs" => logs::get(chain, &params),
        method => dispatch(chain, method, &params).map(|value| value.to_string()),
    });
    request.id.map(|id| reply(&id, result))
}

fn reply(id: &Value, result: Result<String, RpcError>) -> String {
    match result {
        Ok(result) => format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{result}}}"#),
        Err(error) => failure(id, &error),
    }
}

fn failure(id: &Value, error: &RpcError) -> String {
    json!({"jsonrpc": "2.0", "id": id, "error": error.json()}).to_string()
}

/// The answer where the text is no JSON.
pub(crate) fn unreadable() -> String {
    failure(&Value::Null, &RpcError::new(-32700, "parse error"))
}

/// The answer where answering itself failed.
pub(crate) fn crashed() -> String {
    failure(&Value::Null, &RpcError::internal("the request could not be answered"))
}

fn dispatch(chain: &Chain, method: &str, params: &Params) -> Result<Value, RpcError> {
    match method {
        "web3_clientVersion" => Ok(json!(concat!("Neuston/v", env!("CARGO_PKG_VERSION"), "/keeper-node"))),
        "web3_sha3" => reads::sha3(params),
        "net_version" => Ok(json!(chain.chain_id().to_string())),
        "net_listening" => Ok(json!(true)),
        "net_peerCount" => Ok(json!("0x0")),
        "eth_chainId" => Ok(forms::quantity(chain.chain_id())),
        "eth_syncing" | "eth_mining" => Ok(json!(false)),
        "eth_accounts" => Ok(json!([])),
        "eth_coinbase" => Ok(forms::data(chain.shared.genesis.operator.0)),
        "eth_protocolVersion" => Ok(json!("0x41")),
        "eth_blockNumber" => Ok(forms::quantity(chain.shared.newest())),
        "eth_gasPrice" | "eth_maxPriorityFeePerGas" => Ok(forms::quantity(0u64)),
        "eth_feeHistory" => fees::history(chain, params),
        "eth_getBalance" => reads::balance(chain, params),
        "eth_getCode" => reads::code(chain, params),
        "eth_getStorageAt" => reads::storage(chain, params),
        "eth_getTransactionCount" => reads::nonce(chain, params),
        "eth_call" => calls::call(chain, params),
        "eth_estimateGas" => calls::estimate(chain, params),
        "eth_sendRawTransaction" => send::raw(chain, params),
        "eth_getTransactionByHash" => reads::transaction_by_hash(chain, params),
        "eth_getRawTransactionByHash" => reads::raw_transaction(chain, params),
        "eth_getTransactionByBlockHashAndIndex" => reads::transaction_in_block(chain, params, params::hash_id),
        "eth_getTransactionByBlockNumberAndIndex" => reads::transaction_in_block(chain, params, params::block_number),
        "eth_getTransactionReceipt" => reads::receipt(chain, params),
        "eth_getBlockByNumber" => reads::block(chain, params, params::block_number),
        "eth_getBlockByHash" => reads::block(chain, params, params::hash_id),
        "eth_getBlockTransactionCountByNumber" => reads::block_size(chain, params, params::block_number),
        "eth_getBlockTransactionCountByHash" => reads::block_size(chain, params, params::hash_id),
        "eth_getBlockReceipts" => reads::block_receipts(chain, params),
        "eth_getUncleCountByBlockNumber" => reads::uncle_count(chain, params, params::block_number),
        "eth_getUncleCountByBlockHash" => reads::uncle_count(chain, params, params::hash_id),
        "eth_getUncleByBlockNumberAndIndex" | "eth_getUncleByBlockHashAndIndex" => Ok(Value::Null),
        "eth_newFilter" => filters::new_logs(chain, params),
        "eth_newBlockFilter" => filters::new_blocks(chain),
        "eth_newPendingTransactionFilter" => filters::new_pending(chain),
        "eth_getFilterChanges" => filters::changes(chain, params),
        "eth_getFilterLogs" => filters::logs(chain, params),
        "eth_uninstallFilter" => filters::uninstall(chain, params),
        "eth_subscribe" | "eth_unsubscribe" => Err(RpcError::new(-32601, "notifications not supported")),
        "neuston_tickUntil" => send::tick_until(chain, params),
        "evm_mine" if chain.shared.genesis.mining.evm_mine => send::mine(chain),
        other => Err(RpcError::no_method(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn a_batch_whose_answers_are_large_is_refused_from_there_on_and_not_done() {
        let done = Cell::new(0);
        let large = |request: Value| {
            done.set(done.get() + 1);
            Some(reply(&request["id"], Ok(format!("\"{}\"", "x".repeat(100)))))
        };
        let request = |id: u64| json!({"id": id, "method": "eth_getLogs", "params": []});
        let batch = vec![request(1), request(2), request(3), json!({"method": "eth_getLogs"}), json!(7)];
        let answers: Vec<Value> =
            answer_until(200, batch, large).iter().map(|answer| serde_json::from_str(answer).unwrap()).collect();
        assert_eq!(done.get(), 2, "the answers to two are more than 200 bytes");
        assert!(answers[0]["result"].is_string() && answers[1]["result"].is_string(), "{answers:?}");
        let refused = json!({"code": -32003, "message": "response too large"});
        assert_eq!((&answers[2]["id"], &answers[2]["error"]), (&json!(3), &refused));
        // What wants no answer has none, and what is no request is told so.
        assert_eq!((answers.len(), &answers[3]["error"]["code"]), (4, &json!(-32600)));
    }
}
