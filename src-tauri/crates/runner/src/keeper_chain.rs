//! The keeper as the chain of the outbox, and as the source of [`Facts`].

use crate::chain::{BroadcastError, Chain, ChainError, Look};
use agreement::{AgreementFact, ConditionFact, ConditionState, Facts};
use async_trait::async_trait;
use keeper::{ConditionOnChain, Keeper, KeeperError, RpcFault};
use protocol::{
    Address, Sentence, TxHash, Vodka,
    conditions::AccessTerms,
    tx::{Call, Receipt, SignedTx, UnsignedTx},
};
use tokio::sync::watch;

/// JSON-RPC codes under which nodes refuse to run a call: EIP-1474's and geth's, geth's for a revert, Parity's.
const REFUSED_CALL: [i64; 3] = [-32000, 3, -32015];

/// Why something could not be read.
fn of_reading(error: KeeperError) -> ChainError {
    match error {
        KeeperError::Rpc(RpcFault::Disputed(_) | RpcFault::Alone(_)) => ChainError::Disputed((&error).into()),
        KeeperError::TooDear { .. } | KeeperError::TooMuchGas { .. } => ChainError::TooDear((&error).into()),
        KeeperError::WrongChain { expected, found } => ChainError::WrongChain { expected, found },
        other => ChainError::Unreachable((&other).into()),
    }
}

/// Why a call could not be completed into a transaction.
fn of_preparing(error: KeeperError) -> ChainError {
    match error {
        KeeperError::Revert { reason, .. } => ChainError::WouldRevert(reason),
        KeeperError::Rpc(RpcFault::Refused { code, message, data }) => {
            let would_revert = REFUSED_CALL.contains(&code);
            let text = message.clone();
            match keeper::BroadcastError::from(RpcFault::Refused { code, message, data }) {
                keeper::BroadcastError::InsufficientFunds => ChainError::Funds,
                _ if would_revert => ChainError::WouldRevert(text),
                // A limit on requests, a node that is starting: it passes.
                _ => ChainError::Unreachable(Sentence::verbatim(text)),
            }
        }
        other => of_reading(other),
    }
}

#[async_trait]
impl Chain for Keeper {
    fn chain_id(&self) -> u64 {
        Self::chain_id(self)
    }

    fn confirmations(&self) -> u64 {
        Self::confirmations(self)
    }

    fn heads(&self) -> watch::Receiver<u64> {
        self.blocks()
    }

    // What follows decides about money: two nodes say it, where there are two.

    async fn head(&self) -> Result<u64, ChainError> {
        self.agreed().await.map_err(of_reading)?.block_number().await.map_err(of_reading)
    }

    async fn next_nonce(&self, account: Address) -> Result<u64, ChainError> {
        let keeper = self.agreed().await.map_err(of_reading)?;
        let (mined, pending) =
            tokio::try_join!(keeper.nonce(account), keeper.pending_nonce(account)).map_err(of_reading)?;
        Ok(pending.max(mined))
    }

    async fn mined_nonce(&self, account: Address) -> Result<u64, ChainError> {
        self.agreed().await.map_err(of_reading)?.nonce(account).await.map_err(of_reading)
    }

    async fn prepare(
        &self,
        from: Address,
        call: &Call,
        nonce: u64,
        gas: Option<u64>,
    ) -> Result<UnsignedTx, ChainError> {
        let keeper = self.agreed().await.map_err(of_reading)?;
        let prepared = match gas {
            Some(gas) => keeper.prepare_with_gas(from, call, nonce, gas).await,
            None => keeper.prepare(from, call, nonce).await,
        };
        let unsigned = prepared.map_err(of_preparing)?;
        // Nodes take nothing whose sender does not have what it may cost: then it is not signed either.
        let cost = unsigned.cost();
        if !cost.is_zero() && keeper.ether_of(from).await.map_err(of_reading)? < cost {
            return Err(ChainError::Funds);
        }
        Ok(unsigned)
    }

    async fn confirm_chain(&self) -> Result<(), ChainError> {
        Self::confirm_chain(self).await.map_err(of_reading)
    }

    async fn can_pay(&self, account: Address, wei: Vodka) -> Result<bool, ChainError> {
        let keeper = self.agreed().await.map_err(of_reading)?;
        Ok(keeper.ether_of(account).await.map_err(of_reading)? >= wei)
    }

    fn most_per_gas(&self) -> u128 {
        self.fees().max_price()
    }

    async fn look(&self, account: Address, variants: &[TxHash]) -> Result<Look, ChainError> {
        let keeper = self.agreed().await.map_err(of_reading)?;
        // Of one node only, the chain may grow in between: a transaction mined then is found by its receipt.
        // One that is taken back in between does not count by blocks that came after.
        let head = keeper.block_number().await.map_err(of_reading)?;
        let mined = keeper.nonce(account).await.map_err(of_reading)?;
        let mut receipt = None;
        for variant in variants {
            receipt = keeper.receipt(*variant).await.map_err(of_reading)?;
            if receipt.is_some() {
                break;
            }
        }
        Ok(Look { head, mined, receipt })
    }

    async fn broadcast(&self, tx: &SignedTx) -> Result<(), BroadcastError> {
        use keeper::BroadcastError as Theirs;
        match Self::broadcast(self, tx).await {
            Ok(_) => Ok(()),
            Err(Theirs::AlreadyKnown) => Err(BroadcastError::Known),
            Err(Theirs::NonceTooLow) => Err(BroadcastError::NonceTooLow),
            Err(Theirs::Underpriced) => Err(BroadcastError::Underpriced),
            Err(Theirs::InsufficientFunds) => Err(BroadcastError::Funds),
            Err(error @ Theirs::Other { .. }) => Err(BroadcastError::Rejected(error.to_string())),
            Err(Theirs::Fault(fault)) => Err(BroadcastError::Unreachable(fault.to_string())),
        }
    }

    async fn receipt(&self, tx: TxHash) -> Result<Option<Receipt>, ChainError> {
        let keeper = self.agreed().await.map_err(of_reading)?;
        keeper.receipt(tx).await.map_err(of_reading)
    }
}

/// The block as of which an agreement is read when this one is the newest: the newest that counts. What is in a later
/// one may be taken back, and then money would have moved for terms, a payment or a grant that never were.
pub const fn counting_block(newest: u64, confirmations: u64) -> u64 {
    newest.saturating_sub(confirmations.saturating_sub(1))
}

/// One reading of the chain about one agreement, as of the newest block that counts: what the effect `ReadFacts` tells. Two
/// nodes say it at one block, where there are two.
pub async fn read_facts(keeper: &Keeper, terms: &AccessTerms) -> Result<Facts, KeeperError> {
    let keeper = &keeper.agreed().await?;
    let block = counting_block(keeper.block_number().await?, keeper.confirmations());
    let ids = terms.ids();
    let (agreement, lock, access, escrow) = tokio::try_join!(
        keeper.agreement_at(terms.agreement, block),
        keeper.condition_at(ids.lock, block),
        keeper.condition_at(ids.access, block),
        keeper.condition_at(ids.escrow, block),
    )?;
    let agreement = agreement.map(|found| AgreementFact {
        did: found.did,
        template: found.template,
        conditions: found.conditions,
        actors: found.actors,
    });
    Ok(Facts { block, agreement, lock: condition(lock), access: condition(access), escrow: condition(escrow) })
}

pub(crate) fn condition(found: ConditionOnChain) -> ConditionFact {
    let state = match found.state {
        keeper::ConditionState::Uninitialized => ConditionState::Uninitialized,
        keeper::ConditionState::Unfulfilled => ConditionState::Unfulfilled,
        keeper::ConditionState::Fulfilled => ConditionState::Fulfilled,
        keeper::ConditionState::Aborted => ConditionState::Aborted,
    };
    ConditionFact {
        type_ref: found.type_ref,
        state,
        time_lock: found.time_lock,
        time_out: found.time_out,
        created_at: found.created_at,
    }
}

#[cfg(test)]
mod on_a_node;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_and_what_does_not_are_told_apart() {
        let refused = |code, message: &str| {
            of_preparing(KeeperError::Rpc(RpcFault::Refused { code, message: message.to_owned(), data: None }))
        };
        assert_eq!(refused(-32000, "execution reverted"), ChainError::WouldRevert("execution reverted".to_owned()));
        assert_eq!(refused(-32015, "VM execution error"), ChainError::WouldRevert("VM execution error".to_owned()));
        assert_eq!(refused(3, "execution reverted"), ChainError::WouldRevert("execution reverted".to_owned()));
        assert_eq!(refused(-32000, "insufficient funds for gas"), ChainError::Funds);
        assert_eq!(refused(-32005, "too many requests"), ChainError::Unreachable("too many requests".into()));
        let reverted = KeeperError::Revert { reason: "Not enough balance".to_owned(), data: vec![] };
        assert_eq!(of_preparing(reverted), ChainError::WouldRevert("Not enough balance".to_owned()));
    }

    #[test]
    fn what_a_fork_may_take_back_is_not_read() {
        assert_eq!(counting_block(100, 1), 100, "a transaction counts in its own block");
        assert_eq!(counting_block(100, 9), 92, "the ninth block counts, from its own");
        assert_eq!((counting_block(3, 9), counting_block(100, 0)), (0, 100));
    }
}
