//! Whether the contracts of a network keep what is promised to buyers; and the consent of somebody who buys where they do
//! not (DESIGN 6: the released contracts have holes through which a payment that is set aside can be taken).

use crate::{
    clock,
    core::{Core, chain},
    errors,
};
use api::{ApiError, ContractsTrust, Risk};
use protocol::{Vodka, conditions::AccessTerms};
use std::sync::{Arc, Mutex, PoisonError};

/// Operators can change code behind proxies: after so many blocks it is looked at again.
const LOOK_AGAIN_AFTER: u64 = 100;
/// The name of the consent in the store, which is one network's.
const CONSENT: &str = "foreign-contracts";

/// What the last look at the contracts found, and at which block. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct LastLook(Arc<Mutex<Option<(u64, bool)>>>);

impl Core {
    /// Whether the contracts that hold and move money are ours, byte for byte, as two nodes say where there are two.
    pub(crate) async fn contracts_are_safe(&self) -> Result<bool, ApiError> {
        let keeper = self.keeper.agreed().await.map_err(chain)?;
        let block = keeper.block_number().await.map_err(chain)?;
        let known = *self.contracts_look.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, safe)) = known
            && block.abs_diff(at) <= LOOK_AGAIN_AFTER
        {
            return Ok(safe);
        }
        let safe = keeper.check().await.map_err(chain)?.safe_for_payments;
        *self.contracts_look.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((block, safe));
        Ok(safe)
    }

    /// Whose the contracts are, and since when somebody here accepts that.
    pub(crate) async fn contracts_trust(&self) -> Result<ContractsTrust, ApiError> {
        let ours = self.contracts_are_safe().await?;
        let consented = self.store.setting(CONSENT).await.map_err(errors::store)?;
        Ok(ContractsTrust { ours, consented })
    }

    /// Gives or withdraws the consent to priced purchases with contracts that are not ours.
    pub(crate) async fn consent(&self, given: bool) -> Result<ContractsTrust, ApiError> {
        let since = given.then(clock::now_text);
        self.store.set_setting(CONSENT, since).await.map_err(errors::store)?;
        self.contracts_trust().await
    }

    /// What a buyer under these terms has to accept. Nothing where nothing is paid.
    pub(crate) async fn risks(&self, terms: &AccessTerms) -> Result<Vec<Risk>, ApiError> {
        let mut risks = self.risks_of_paying(terms.price).await?;
        if !terms.price.is_zero() && terms.time_outs[1] == 0 {
            risks.insert(0, Risk::NoTimeLimit);
        }
        Ok(risks)
    }

    /// What has to be accepted wherever so much is set aside on this network.
    pub(crate) async fn risks_of_paying(&self, amount: Vodka) -> Result<Vec<Risk>, ApiError> {
        let safe = amount.is_zero() || self.contracts_are_safe().await?;
        Ok(if safe { Vec::new() } else { vec![Risk::ForeignContracts] })
    }

    /// Of these, the ones that nobody here has accepted yet.
    pub(crate) async fn not_accepted(&self, risks: &[Risk], accepted: &[Risk]) -> Result<Vec<Risk>, ApiError> {
        let consented = self.store.setting(CONSENT).await.map_err(errors::store)?.is_some();
        let open = |risk: &Risk| match risk {
            Risk::NoTimeLimit => !accepted.contains(risk),
            Risk::ForeignContracts => !consented,
        };
        Ok(risks.iter().copied().filter(open).collect())
    }
}

/// A risk that nobody accepted, for people.
pub(crate) fn refused(risk: Risk) -> ApiError {
    match risk {
        Risk::NoTimeLimit => ApiError::new(
            api::Code::Refused,
            "Money back is not possible here: the publisher set no time to open it.",
            "To buy it all the same, add --without-refund. If it is never opened, your money stays set aside.",
        ),
        Risk::ForeignContracts => ApiError::new(
            api::Code::Refused,
            "The contracts of this network are not ours. They have holes through which a stranger can take a payment that \
             is set aside, so that money back cannot be promised.",
            "To buy on this network all the same, consent once with: neuston network consent. Nothing was paid.",
        ),
    }
}
