//! Running the virtual machine over a state.

use crate::{
    store::StateError,
    transaction::{Refusal, SPEC},
};
use alloy_consensus::Header;
use alloy_primitives::{Address, U256};
use revm::{
    Context, Database, ExecuteEvm, MainBuilder, MainContext,
    context::{
        BlockEnv, CfgEnv, TxEnv,
        result::{EVMError, InvalidTransaction, ResultAndState},
    },
    context_interface::block::BlobExcessGasAndPrice,
};

/// Why nothing was run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RunError {
    /// The transaction is not valid in this state.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The state cannot be read.
    #[error(transparent)]
    State(#[from] StateError),
    /// The machine itself failed.
    #[error("the virtual machine failed: {0}")]
    Machine(String),
}

/// Whether a run is a transaction, or only asks what would happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// All rules apply.
    Transaction,
    /// Nonce, the block's gas limit and the sender's being a person are not checked, as `eth_call` has it.
    Question,
}

/// The surroundings of a block.
pub(crate) fn surroundings(header: &Header) -> BlockEnv {
    BlockEnv {
        number: U256::from(header.number),
        beneficiary: header.beneficiary,
        timestamp: U256::from(header.timestamp),
        gas_limit: header.gas_limit,
        basefee: header.base_fee_per_gas.unwrap_or(0),
        difficulty: U256::ZERO,
        prevrandao: Some(header.mix_hash),
        blob_excess_gas_and_price: Some(BlobExcessGasAndPrice { excess_blob_gas: 0, blob_gasprice: 1 }),
        slot_num: 0,
    }
}

/// Runs a transaction over a state without changing it; the changes are in the answer.
pub(crate) fn run<DB: Database<Error = StateError>>(
    db: DB,
    chain_id: u64,
    block: BlockEnv,
    tx: TxEnv,
    mode: Mode,
) -> Result<ResultAndState, RunError> {
    let mut cfg = CfgEnv::new_with_spec(SPEC).with_chain_id(chain_id);
    let question = mode == Mode::Question;
    cfg.disable_nonce_check = question;
    cfg.disable_block_gas_limit = question;
    cfg.disable_eip3607 = question;
    let sender = tx.caller;
    let mut evm = Context::mainnet().with_db(db).with_block(block).with_cfg(cfg).build_mainnet();
    evm.transact(tx).map_err(|error| match error {
        EVMError::Transaction(invalid) => RunError::Refused(refusal(invalid, sender)),
        EVMError::Database(error) => RunError::State(error),
        other => RunError::Machine(other.to_string()),
    })
}

fn refusal(invalid: InvalidTransaction, sender: Address) -> Refusal {
    match invalid {
        InvalidTransaction::LackOfFundForMaxFee { fee, balance } => {
            Refusal::Funds { balance: *balance, cost: *fee, overshot: fee.saturating_sub(*balance) }
        }
        InvalidTransaction::NonceTooLow { tx, state } => Refusal::NonceTooLow { next: state, nonce: tx },
        InvalidTransaction::CallGasCostMoreThanGasLimit { initial_gas, gas_limit } => {
            Refusal::IntrinsicGas { have: gas_limit, want: initial_gas }
        }
        InvalidTransaction::CallerGasLimitMoreThanBlock => Refusal::GasLimit,
        InvalidTransaction::RejectCallerWithCode => Refusal::SenderHasCode(sender),
        InvalidTransaction::NonceOverflowInTransaction => Refusal::NonceMax,
        other => Refusal::Machine(other.to_string()),
    }
}
