//! Templates and what belongs to agreements of other shapes, as the contracts know them.

use crate::{
    Keeper, KeeperError,
    bindings::{
        compute_execution_condition::ComputeExecutionCondition,
        escrow_access_secret_store_template::EscrowAccessSecretStoreTemplate,
        template_store_manager::TemplateStoreManager,
    },
    convert::{address, h160, saturated},
};
use protocol::{Address, AgreementId, Did, Hash32, TemplateId};

/// Where a template stands. It only ever goes to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TemplateState {
    /// Somebody wants it.
    Proposed,
    /// Agreements of it can be created.
    Approved,
    /// No more agreements of it, for good.
    Revoked,
}

/// A template as TemplateStoreManager keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Where it stands.
    pub state: TemplateState,
    /// Who proposed it, and may revoke it.
    pub proposer: Address,
    /// The contracts of its conditions, in order.
    pub conditions: Vec<Address>,
    /// Its actors' types, in order.
    pub actor_types: Vec<Hash32>,
    /// The block of its last change.
    pub updated_at: u64,
}

/// The parties of an agreement of a template contract of v0.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartiesV01 {
    /// The buyer.
    pub consumer: Address,
    /// The gateway: the listing's first provider at that time, or its owner.
    pub provider: Address,
}

impl Keeper {
    /// A template; `None` where nobody proposed it.
    ///
    /// # Errors
    /// [`KeeperError`].
    pub async fn template(&self, id: TemplateId) -> Result<Option<Template>, KeeperError> {
        let store = TemplateStoreManager::new(h160(self.contracts().template_store), self.provider());
        let (state, proposer, _, updated, conditions, actors) = store.get_template(id.0).legacy().call().await?;
        let state = match state {
            0 => return Ok(None),
            1 => TemplateState::Proposed,
            2 => TemplateState::Approved,
            3 => TemplateState::Revoked,
            other => return Err(KeeperError::Answer(format!("a template has no state {other}"))),
        };
        Ok(Some(Template {
            state,
            proposer: address(proposer),
            conditions: conditions.into_iter().map(address).collect(),
            actor_types: actors.into_iter().map(Hash32).collect(),
            updated_at: saturated(updated),
        }))
    }

    /// Whether an actor type is registered, and was not taken back.
    ///
    /// # Errors
    /// [`KeeperError`].
    pub async fn actor_type_registered(&self, id: Hash32) -> Result<bool, KeeperError> {
        let store = TemplateStoreManager::new(h160(self.contracts().template_store), self.provider());
        Ok(store.get_template_actor_type_state(id.0).legacy().call().await?.as_u128() == 1)
    }

    /// The parties of an agreement that a template contract of v0.1 created; `None` where it has none of this id.
    ///
    /// # Errors
    /// [`KeeperError`].
    pub async fn parties_v01(
        &self,
        template: Address,
        agreement: AgreementId,
    ) -> Result<Option<PartiesV01>, KeeperError> {
        let template = EscrowAccessSecretStoreTemplate::new(h160(template), self.provider());
        let (consumer, provider) = template.get_agreement_data(agreement.0).legacy().call().await?;
        let parties = PartiesV01 { consumer: address(consumer), provider: address(provider) };
        Ok((!parties.provider.is_zero()).then_some(parties))
    }

    /// Whether a computation of the consumer's on the listing was ever started under an agreement.
    ///
    /// # Errors
    /// [`KeeperError`], also where the network has no such condition.
    pub async fn compute_triggered(&self, did: Did, consumer: Address) -> Result<bool, KeeperError> {
        let at = self.contracts().find("ComputeExecutionCondition")?;
        let compute = ComputeExecutionCondition::new(h160(at), self.provider());
        Ok(compute.was_compute_triggered(did.0, h160(consumer)).legacy().call().await?)
    }
}
