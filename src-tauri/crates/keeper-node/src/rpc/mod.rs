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

/// Requests in one batch at most.
const MAX_BATCH: usize = 1000;

/// The answer to a request or a batch as JSON text; `None` to a notification, which wants none.
pub(crate) fn answer(chain: &Chain, request: Value) -> Option<String> {
    let Value::Array(batch) = request else { return answer_one(chain, request) };
    if batch.is_empty() {
        return Some(failure(&Value::Null, &RpcError::new(-32600, "empty batch")));
    }
    if batch.len() > MAX_BATCH {
        return Some(failure(&Value::Null, &RpcError::new(-32600, format!("batch too large, at most {MAX_BATCH}"))));
    }
    let answers: Vec<String> = batch.into_iter().filter_map(|request| answer_one(chain, request)).collect();
    (!answers.is_empty()).then(|| format!("[{}]", answers.join(",")))
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
