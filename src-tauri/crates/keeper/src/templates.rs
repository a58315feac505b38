//! Templates and what belongs to agreements of other shapes, as the contracts know them.

use crate::{
    Keeper, KeeperError, KeeperEvent, LogFilter,
    bindings::{
        compute_execution_condition::ComputeExecutionCondition,
        escrow_access_secret_store_template::EscrowAccessSecretStoreTemplate, hash_lists::HashLists,
        template_store_manager::TemplateStoreManager,
    },
    convert::{address, h160, saturated},
    rpc::ask,
};
use ethers::types::{BlockNumber, Bytes};
use protocol::{Address, AgreementId, Did, Hash32, TemplateId, event_topics::topic, hash::keccak256};
use serde_json::json;

/// More actor types than this are not asked for: whoever owns the templates may register any number.
const MOST_ACTOR_TYPES: usize = 200;

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

    /// Who may approve templates and register actor types.
    ///
    /// # Errors
    /// [`KeeperError`].
    pub async fn templates_owner(&self) -> Result<Address, KeeperError> {
        let store = TemplateStoreManager::new(h160(self.contracts().template_store), self.provider());
        Ok(address(store.owner().legacy().call().await?))
    }

    /// Every actor type with its name, and whether it is registered still, in the order of registration.
    ///
    /// # Errors
    /// [`KeeperError`].
    pub async fn actor_types(&self) -> Result<Vec<(Hash32, String, bool)>, KeeperError> {
        let store = TemplateStoreManager::new(h160(self.contracts().template_store), self.provider());
        let ids = store.get_template_actor_type_ids().legacy().call().await?;
        let mut found = Vec::new();
        for id in ids.into_iter().take(MOST_ACTOR_TYPES) {
            let (name, state) =
                (store.get_template_actor_type_value(id).legacy(), store.get_template_actor_type_state(id).legacy());
            let (name, state) = tokio::try_join!(name.call(), state.call())?;
            found.push((Hash32(id), name, saturated(state) == 1));
        }
        Ok(found)
    }

    /// Ids of all templates that were ever proposed, oldest first.
    ///
    /// # Errors
    /// [`KeeperError`].
    pub async fn proposed_templates(&self) -> Result<Vec<TemplateId>, KeeperError> {
        let filter = LogFilter::of(self.contracts().template_store, topic::TEMPLATE_PROPOSED);
        let logs = self.logs(&filter).await?;
        let ids = logs.iter().map(|log| match self.contracts().event(log) {
            Ok(Some(KeeperEvent::TemplateProposed { template, .. })) => Ok(Some(template)),
            Ok(_) => Ok(None),
            Err(error) => Err(error),
        });
        ids.filter_map(Result::transpose).collect()
    }

    /// What is in an account's list in HashLists.
    ///
    /// # Errors
    /// [`KeeperError`], also where the network has no HashLists.
    pub async fn list_of(&self, account: Address) -> Result<Vec<Hash32>, KeeperError> {
        let lists = HashLists::new(h160(self.contracts().find("HashLists")?), self.provider());
        let items = lists.all(keccak256(account.0)).legacy().call().await?;
        Ok(items.into_iter().map(Hash32).collect())
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
        self.parties_v01_in(template, agreement, BlockNumber::Latest).await
    }

    /// The same as it was after a block.
    pub(crate) async fn parties_v01_in(
        &self,
        template: Address,
        agreement: AgreementId,
        block: BlockNumber,
    ) -> Result<Option<PartiesV01>, KeeperError> {
        let template = EscrowAccessSecretStoreTemplate::new(h160(template), self.provider());
        let (consumer, provider) = template.get_agreement_data(agreement.0).legacy().block(block).call().await?;
        let parties = PartiesV01 { consumer: address(consumer), provider: address(provider) };
        Ok((!parties.provider.is_zero()).then_some(parties))
    }

    /// Whether a template contract is approved, in the words of keeper-contracts up to 0.12.
    pub(crate) async fn contract_approved_v01(&self, template: Address) -> Result<bool, KeeperError> {
        let mut data = ethers::utils::id("isTemplateApproved(address)").to_vec();
        data.extend_from_slice(&[0; 12]);
        data.extend_from_slice(&template.0);
        let call = json!([{ "to": h160(self.contracts().template_store), "data": Bytes::from(data) }, "latest"]);
        let yes = std::array::from_fn::<u8, 32, _>(|place| u8::from(place == 31));
        Ok(ask::<Bytes>(self.rpc(), "eth_call", call).await?.0 == yes[..])
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
