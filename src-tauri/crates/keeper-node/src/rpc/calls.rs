//! Asking what would happen: `eth_call` and `eth_estimateGas`.

use super::{
    error::RpcError,
    forms,
    params::{self, BlockId, Params},
    pending::{Pending, State},
    reads,
};
use crate::{
    chain::Chain,
    evm::{self, Mode, RunError},
    genesis::GAS_LIMIT,
    store::{self, StateAt},
    transaction::Refusal,
};
use alloy_eips::eip2930::{AccessList, AccessListItem};
use alloy_primitives::{Address, Bytes, TxKind, U256};
use revm::{
    DatabaseRef,
    context::{
        BlockEnv, TxEnv,
        result::{ExecutionResult, HaltReason},
    },
    database::CacheDB,
    database_interface::WrapDatabaseRef,
};
use rusqlite::Connection;
use serde_json::{Map, Value};

/// Gas that a question may burn at most, as geth has it.
const GAS_CAP: u64 = 50_000_000;
/// How far an estimate may be above the least gas that suffices, as geth has it.
const TOLERANCE: f64 = 0.015;

/// A call as clients write it.
#[derive(Debug, Clone, Default)]
struct Call {
    from: Address,
    to: Option<Address>,
    gas: Option<u64>,
    price: u128,
    tip: Option<u128>,
    value: U256,
    data: Bytes,
    access_list: Option<AccessList>,
}

fn read_call(value: &Value) -> Result<Call, String> {
    let object = value.as_object().ok_or("expected a call object")?;
    let field = |name: &str| object.get(name).filter(|value| !value.is_null());
    let (legacy, cap, tip) =
        (price(object, "gasPrice")?, price(object, "maxFeePerGas")?, price(object, "maxPriorityFeePerGas")?);
    if legacy.is_some() && (cap.is_some() || tip.is_some()) {
        return Err("both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified".to_owned());
    }
    let (input, data) = (field("input").map(params::data).transpose()?, field("data").map(params::data).transpose()?);
    if let (Some(input), Some(data)) = (&input, &data)
        && input != data
    {
        return Err(
            "both \"data\" and \"input\" are set and not equal. Please use \"input\" to pass transaction call data"
                .to_owned(),
        );
    }
    Ok(Call {
        from: field("from").map(params::address).transpose()?.unwrap_or_default(),
        to: field("to").map(params::address).transpose()?,
        gas: field("gas").map(params::number).transpose()?.filter(|gas| *gas > 0),
        price: legacy.or(cap).or(tip).unwrap_or(0),
        tip,
        value: field("value").map(params::quantity).transpose()?.unwrap_or_default(),
        data: input.or(data).unwrap_or_default(),
        access_list: field("accessList").map(access_list).transpose()?,
    })
}

fn price(object: &Map<String, Value>, name: &str) -> Result<Option<u128>, String> {
    object.get(name).filter(|value| !value.is_null()).map(params::price).transpose()
}

fn access_list(value: &Value) -> Result<AccessList, String> {
    let entries = value.as_array().ok_or("accessList is a list")?;
    let items = entries.iter().map(|entry| {
        let keys = entry.get("storageKeys").and_then(Value::as_array).ok_or("an entry needs storageKeys")?;
        Ok(AccessListItem {
            address: params::address(entry.get("address").ok_or("an entry needs an address")?)?,
            storage_keys: keys.iter().map(params::hash).collect::<Result<_, _>>()?,
        })
    });
    items.collect::<Result<Vec<_>, String>>().map(AccessList)
}

impl Call {
    fn env(&self, chain_id: u64, gas: u64) -> TxEnv {
        let tx_type = match (&self.access_list, self.tip) {
            (_, Some(_)) => 2,
            (Some(_), None) => 1,
            (None, None) => 0,
        };
        TxEnv {
            tx_type,
            caller: self.from,
            gas_limit: gas,
            gas_price: self.price,
            gas_priority_fee: self.tip,
            kind: self.to.map_or(TxKind::Create, TxKind::Call),
            value: self.value,
            data: self.data.clone(),
            nonce: 0,
            chain_id: Some(chain_id),
            access_list: self.access_list.clone().unwrap_or_default(),
            blob_hashes: Vec::new(),
            max_fee_per_blob_gas: 0,
            authorization_list: Vec::new(),
        }
    }
}

/// A state and the block around the call.
struct Place<'c> {
    state: State<'c>,
    block: BlockEnv,
    chain_id: u64,
}

impl<'c> Place<'c> {
    fn find(chain: &Chain, conn: &'c Connection, id: BlockId) -> Result<Self, RpcError> {
        let chain_id = chain.chain_id();
        if id == BlockId::Pending {
            let pending = Pending::run(chain, conn)?;
            return Ok(Self { state: pending.state, block: evm::surroundings(&pending.header), chain_id });
        }
        let number = reads::resolve_known(chain, conn, id)?;
        let block = store::block_by_number(conn, number)?.ok_or_else(|| RpcError::server("header not found"))?;
        let state = CacheDB::new(StateAt { conn, block: number });
        Ok(Self { state, block: evm::surroundings(&block.header), chain_id })
    }

    fn run(&self, call: &Call, gas: u64) -> Result<ExecutionResult, RunError> {
        let env = call.env(self.chain_id, gas);
        Ok(evm::run(WrapDatabaseRef(&self.state), self.chain_id, self.block.clone(), env, Mode::Question)?.result)
    }

    /// The machine's refusals in the words that geth has for calls, which differ from those for transactions.
    fn refused(call: &Call, gas: u64, error: RunError) -> RpcError {
        let RunError::Refused(refusal) = error else { return error.into() };
        let words = match refusal {
            Refusal::Funds { balance, cost, .. } => {
                format!("insufficient funds for gas * price + value: address {} have {balance} want {cost}", call.from)
            }
            Refusal::IntrinsicGas { have, want } => format!("intrinsic gas too low: have {have}, want {want}"),
            other => other.to_string(),
        };
        RpcError::server(format!("err: {words} (supplied gas {gas})"))
    }
}

fn read_params(params: &Params) -> Result<(Call, BlockId), RpcError> {
    if params.get(2).is_some() || params.get(3).is_some() {
        return Err(RpcError::params("state and block overrides are not supported"));
    }
    let call = params.need(0, read_call)?;
    Ok((call, params.may(1, params::block_id)?.unwrap_or(BlockId::Latest)))
}

/// `eth_call`.
pub(super) fn call(chain: &Chain, params: &Params) -> Result<Value, RpcError> {
    let (call, id) = read_params(params)?;
    chain.shared.store.read(|conn| {
        let place = Place::find(chain, conn, id)?;
        let gas = call.gas.unwrap_or(GAS_CAP).min(GAS_CAP);
        match place.run(&call, gas).map_err(|error| Place::refused(&call, gas, error))? {
            ExecutionResult::Success { output, .. } => Ok(forms::data(output.into_data())),
            ExecutionResult::Revert { output, .. } => Err(RpcError::reverted(&output)),
            ExecutionResult::Halt { reason, .. } => Err(RpcError::server(halted(&reason))),
        }
    })
}

/// `eth_estimateGas`: the least gas that suffices, within the tolerance, by halving.
pub(super) fn estimate(chain: &Chain, params: &Params) -> Result<Value, RpcError> {
    let (call, id) = read_params(params)?;
    chain.shared.store.read(|conn| {
        let place = Place::find(chain, conn, id)?;
        let mut high = call.gas.unwrap_or(GAS_LIMIT).min(GAS_CAP);
        if call.price > 0 {
            let balance = place.state.basic_ref(call.from)?.unwrap_or_default().balance;
            let left =
                balance.checked_sub(call.value).ok_or_else(|| RpcError::server("insufficient funds for transfer"))?;
            let affordable = left / U256::from(call.price);
            high = high.min(u64::try_from(affordable).unwrap_or(u64::MAX));
        }
        let result = place.run(&call, high).map_err(|error| Place::refused(&call, high, error))?;
        let (used, refunded) = match &result {
            ExecutionResult::Success { gas, .. } => (gas.tx_gas_used(), gas.final_refunded()),
            ExecutionResult::Revert { output, .. } => return Err(RpcError::reverted(output)),
            ExecutionResult::Halt { reason: HaltReason::OutOfGas(_), .. } => {
                return Err(RpcError::server(format!("gas required exceeds allowance ({high})")));
            }
            ExecutionResult::Halt { reason, .. } => return Err(RpcError::server(halted(reason))),
        };
        let mut low = used.saturating_sub(1);
        let suffices = |gas: u64| match place.run(&call, gas) {
            Ok(result) => Ok(result.is_success()),
            // Too little even for the intrinsic gas.
            Err(RunError::Refused(_)) => Ok(false),
            Err(error) => Err(RpcError::from(error)),
        };
        // What was used, the refund that came only at the end, and the sixty-fourth that calls leave behind.
        let guess = (used + refunded + 2300).saturating_mul(64) / 63;
        if guess < high {
            if suffices(guess)? { high = guess } else { low = guess }
        }
        if suffices(used)? {
            return Ok(forms::quantity(used));
        }
        while low + 1 < high {
            if (high - low) as f64 / (high as f64) < TOLERANCE {
                break;
            }
            let middle = low.saturating_mul(2).min(low + (high - low) / 2);
            if suffices(middle)? { high = middle } else { low = middle }
        }
        Ok(forms::quantity(high))
    })
}

/// geth's words for the end of a run that is no revert.
fn halted(reason: &HaltReason) -> String {
    match reason {
        HaltReason::OutOfGas(_) => "out of gas".to_owned(),
        // geth says which; the machine does not tell. Listed in docs/chain-differences.md.
        HaltReason::OpcodeNotFound | HaltReason::NotActivated => "invalid opcode".to_owned(),
        HaltReason::InvalidFEOpcode => "invalid opcode: INVALID".to_owned(),
        HaltReason::InvalidJump => "invalid jump destination".to_owned(),
        HaltReason::StackUnderflow => "stack underflow".to_owned(),
        HaltReason::StackOverflow => "stack limit reached 1024 (1023)".to_owned(),
        HaltReason::OutOfOffset => "return data out of bounds".to_owned(),
        HaltReason::CreateCollision => "contract address collision".to_owned(),
        HaltReason::CreateContractSizeLimit => "max code size exceeded".to_owned(),
        HaltReason::CreateContractStartingWithEF => "invalid code: must not begin with 0xef".to_owned(),
        HaltReason::CreateInitCodeSizeLimit => "max initcode size exceeded".to_owned(),
        HaltReason::StateChangeDuringStaticCall | HaltReason::CallNotAllowedInsideStatic => {
            "write protection".to_owned()
        }
        HaltReason::OutOfFunds | HaltReason::OverflowPayment => "insufficient balance for transfer".to_owned(),
        HaltReason::CallTooDeep => "max call depth exceeded".to_owned(),
        HaltReason::NonceOverflow => "nonce uint64 overflow".to_owned(),
        HaltReason::PrecompileError | HaltReason::PrecompileErrorWithContext(_) => "precompile failed".to_owned(),
    }
}
