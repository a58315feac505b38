//! A signed transaction as it arrives: decoded, its sender recovered, fit for the virtual machine.

use crate::genesis::GAS_LIMIT;
use alloy_consensus::{Transaction as _, TxEnvelope, crypto::RecoveryError, transaction::SignerRecoverable};
use alloy_eips::eip2718::{Decodable2718, Eip2718Error};
use alloy_primitives::{Address, B256, TxKind, U256};
use revm::{context::TxEnv, context_interface::cfg::gas::calculate_initial_tx_gas, primitives::hardfork::SpecId};

/// Bytes of a transaction at most, as geth has it.
const MAX_BYTES: usize = 128 * 1024;
/// Bytes of code that creates a contract at most (EIP-3860).
const MAX_INIT_CODE: usize = 49_152;

/// Why a transaction is refused. The texts are geth's, for clients know them.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
pub(crate) enum Refusal {
    #[error("rlp: {0}")]
    Form(String),
    #[error("transaction type not supported")]
    Type,
    #[error("oversized data: transaction size {size}, limit {MAX_BYTES}")]
    Oversized { size: usize },
    #[error("only replay-protected (EIP-155) transactions allowed over RPC")]
    Unprotected,
    #[error("invalid sender: invalid chain id for signer: have {have} want {want}")]
    ChainId { have: u64, want: u64 },
    #[error("invalid sender")]
    Sender,
    #[error("max initcode size exceeded: code size {size}, limit {MAX_INIT_CODE}")]
    InitCode { size: usize },
    #[error("exceeds block gas limit")]
    GasLimit,
    #[error("intrinsic gas too low: gas {have}, minimum needed {want}")]
    IntrinsicGas { have: u64, want: u64 },
    #[error("max priority fee per gas higher than max fee per gas: maxPriorityFeePerGas: {tip}, maxFeePerGas: {cap}")]
    TipAboveCap { tip: u128, cap: u128 },
    #[error("nonce too low: next nonce {next}, tx nonce {nonce}")]
    NonceTooLow { next: u64, nonce: u64 },
    #[error("nonce has max value")]
    NonceMax,
    #[error("insufficient funds for gas * price + value: balance {balance}, tx cost {cost}, overshot {overshot}")]
    Funds { balance: U256, cost: U256, overshot: U256 },
    #[error("sender not an eoa: address {0}")]
    SenderHasCode(Address),
    #[error("already known")]
    AlreadyKnown,
    #[error("replacement transaction underpriced")]
    Underpriced,
    #[error("txpool is full")]
    PoolFull,
    #[error("{0}")]
    Machine(String),
    #[error("the chain is closed")]
    Closed,
}

/// A transaction with what is known about it before any state is read.
#[derive(Debug, Clone)]
pub(crate) struct Transaction {
    pub(crate) envelope: TxEnvelope,
    pub(crate) sender: Address,
    pub(crate) hash: B256,
    /// EIP-2718.
    pub(crate) raw: Vec<u8>,
}

impl Transaction {
    /// Decodes and checks all that needs no state.
    pub(crate) fn decode(raw: &[u8], chain_id: u64) -> Result<Self, Refusal> {
        if raw.len() > MAX_BYTES {
            return Err(Refusal::Oversized { size: raw.len() });
        }
        if raw.first().is_some_and(|kind| *kind < 0xc0 && !(1..=2).contains(kind)) {
            return Err(Refusal::Type);
        }
        let mut rest = raw;
        let envelope = TxEnvelope::decode_2718(&mut rest).map_err(|error| match error {
            Eip2718Error::UnexpectedType(_) => Refusal::Type,
            Eip2718Error::RlpError(error) => Refusal::Form(error.to_string()),
            other => Refusal::Form(other.to_string()),
        })?;
        if !rest.is_empty() {
            return Err(Refusal::Form("input contains more than one value".to_owned()));
        }
        match envelope.chain_id() {
            None => return Err(Refusal::Unprotected),
            Some(have) if have != chain_id => return Err(Refusal::ChainId { have, want: chain_id }),
            Some(_) => {}
        }
        if envelope.gas_limit() > GAS_LIMIT {
            return Err(Refusal::GasLimit);
        }
        let (tip, cap) = (envelope.max_priority_fee_per_gas().unwrap_or(0), envelope.max_fee_per_gas());
        if tip > cap {
            return Err(Refusal::TipAboveCap { tip, cap });
        }
        if envelope.is_create() && envelope.input().len() > MAX_INIT_CODE {
            return Err(Refusal::InitCode { size: envelope.input().len() });
        }
        let sender = envelope.recover_signer().map_err(|_: RecoveryError| Refusal::Sender)?;
        let (entries, keys) = envelope
            .access_list()
            .map_or((0, 0), |list| (list.len() as u64, list.iter().map(|item| item.storage_keys.len() as u64).sum()));
        let want = calculate_initial_tx_gas(SPEC, envelope.input(), envelope.is_create(), entries, keys, 0, None)
            .initial_total_gas();
        if envelope.gas_limit() < want {
            return Err(Refusal::IntrinsicGas { have: envelope.gas_limit(), want });
        }
        if envelope.nonce() == u64::MAX {
            return Err(Refusal::NonceMax);
        }
        let hash = *envelope.tx_hash();
        Ok(Self { envelope, sender, hash, raw: raw.to_vec() })
    }

    /// The most that it can cost the sender, in wei.
    pub(crate) fn cost(&self) -> U256 {
        let fee = U256::from(self.envelope.max_fee_per_gas()).saturating_mul(U256::from(self.envelope.gas_limit()));
        fee.saturating_add(self.envelope.value())
    }

    /// For the virtual machine.
    pub(crate) fn env(&self) -> TxEnv {
        let tx = &self.envelope;
        TxEnv {
            tx_type: tx.tx_type() as u8,
            caller: self.sender,
            gas_limit: tx.gas_limit(),
            gas_price: tx.max_fee_per_gas(),
            gas_priority_fee: tx.max_priority_fee_per_gas(),
            kind: tx.kind(),
            value: tx.value(),
            data: tx.input().clone(),
            nonce: tx.nonce(),
            chain_id: tx.chain_id(),
            access_list: tx.access_list().cloned().unwrap_or_default(),
            blob_hashes: Vec::new(),
            max_fee_per_blob_gas: 0,
            authorization_list: Vec::new(),
        }
    }

    /// The contract it creates, if it creates one, whether or not that succeeds.
    pub(crate) fn created(&self) -> Option<Address> {
        (self.envelope.kind() == TxKind::Create).then(|| self.sender.create(self.envelope.nonce()))
    }
}

/// The rules of the virtual machine: the newest without fees for calldata floors or set-code accounts, so that
/// tools which know the chains of 2019 and those of today both understand every transaction and block.
pub(crate) const SPEC: SpecId = SpecId::CANCUN;
