//! What the contracts know, read from the newest block or from a given one.

use crate::{
    Keeper, KeeperError, LogFilter,
    bindings::{
        access_secret_store_condition::AccessSecretStoreCondition, agreement_store_manager::AgreementStoreManager,
        condition_store_manager::ConditionStoreManager, did_registry::DIDRegistry, ocean_token::OceanToken,
        template_store_manager::TemplateStoreManager,
    },
    convert::{address, h160, saturated, vodka},
    events::KeeperEvent,
    rpc::ask,
};
use ethers::types::{BlockNumber, U256};
use protocol::{
    Address, AgreementId, Checksum, ConditionId, Did, Hash32, TemplateId, Vodka, event_topics::topic,
    templates::TemplateRef,
};
use serde_json::json;

/// Where a condition stands. Only from Unfulfilled does it go on, once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum ConditionState {
    /// There is no such condition.
    Uninitialized = 0,
    /// Neither of the next two.
    Unfulfilled = 1,
    /// Done.
    Fulfilled = 2,
    /// Out of time.
    Aborted = 3,
}

impl ConditionState {
    /// From the contract's number; `None` for one it does not have.
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::Uninitialized),
            1 => Some(Self::Unfulfilled),
            2 => Some(Self::Fulfilled),
            3 => Some(Self::Aborted),
            _ => None,
        }
    }
}

/// A condition as ConditionStoreManager keeps it. All zero where it does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConditionOnChain {
    /// The contract that decides it.
    pub type_ref: Address,
    /// Where it stands.
    pub state: ConditionState,
    /// Blocks after creation before which it cannot be fulfilled; more than a u64 reads as its largest.
    pub time_lock: u64,
    /// Blocks after creation after which anyone may abort it; 0 is never; more than a u64 reads as its largest.
    pub time_out: u64,
    /// The block of its creation.
    pub created_at: u64,
    /// Who created it, or the contract that decided it.
    pub last_updated_by: Address,
    /// The block of that.
    pub updated_at: u64,
}

/// An agreement as AgreementStoreManager keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgreementOnChain {
    /// The listing.
    pub did: Did,
    /// The listing's owner of now, who need not be the one of then.
    pub did_owner: Address,
    /// The template.
    pub template: TemplateRef,
    /// Condition ids in the template's order.
    pub conditions: Vec<ConditionId>,
    /// Actors in the order of creation: template order is provider, consumer; squid-js wrote consumer, provider. Where the
    /// template is a contract, provider and consumer as that keeps them.
    pub actors: Vec<Address>,
    /// Who created it.
    pub created_by: Address,
    /// The block of its creation.
    pub created_at: u64,
}

/// A DID as DIDRegistry keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DidRegister {
    /// The owner.
    pub owner: Address,
    /// The checksum last registered.
    pub checksum: Checksum,
    /// Who changed it last.
    pub last_updated_by: Address,
    /// The block of that.
    pub updated_at: u64,
    /// Accounts whose gateways may serve it. The zero address, which released contracts leave behind, is left out.
    pub providers: Vec<Address>,
}

/// A block's place in the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockRef {
    /// Its number.
    pub number: u64,
    /// Its hash.
    pub hash: Hash32,
    /// The hash of the one before.
    pub parent: Hash32,
    /// Seconds since 1970.
    pub timestamp: u64,
}

impl Keeper {
    /// The newest block's number.
    ///
    /// # Errors
    /// [`KeeperError::Rpc`].
    pub async fn block_number(&self) -> Result<u64, KeeperError> {
        Ok(saturated(ask::<U256>(self.rpc(), "eth_blockNumber", json!([])).await?))
    }

    /// A block of the chain as it is now; `None` where it is not that long.
    ///
    /// # Errors
    /// [`KeeperError::Rpc`].
    pub async fn block(&self, number: u64) -> Result<Option<BlockRef>, KeeperError> {
        Ok(self.header(number).await?.map(|header| header.block))
    }

    /// OCEAN of an account.
    ///
    /// # Errors
    /// [`KeeperError`].
    pub async fn balance_of(&self, account: Address) -> Result<Vodka, KeeperError> {
        let token = OceanToken::new(h160(self.contracts().ocean_token), self.provider());
        Ok(vodka(token.balance_of(h160(account)).legacy().call().await?))
    }

    /// Ether of an account, in wei.
    ///
    /// # Errors
    /// [`KeeperError::Rpc`].
    pub async fn ether_of(&self, account: Address) -> Result<Vodka, KeeperError> {
        Ok(vodka(ask::<U256>(self.rpc(), "eth_getBalance", json!([h160(account), "latest"])).await?))
    }

    /// Transactions of an account that are in blocks: the next nonce where none is on its way.
    ///
    /// # Errors
    /// [`KeeperError::Rpc`].
    pub async fn nonce(&self, account: Address) -> Result<u64, KeeperError> {
        Ok(saturated(ask::<U256>(self.rpc(), "eth_getTransactionCount", json!([h160(account), "latest"])).await?))
    }

    /// As [`Keeper::nonce`], counting what the node knows to be on its way.
    ///
    /// # Errors
    /// [`KeeperError::Rpc`].
    pub async fn pending_nonce(&self, account: Address) -> Result<u64, KeeperError> {
        Ok(saturated(ask::<U256>(self.rpc(), "eth_getTransactionCount", json!([h160(account), "pending"])).await?))
    }

    /// What a spender may take from an account.
    ///
    /// # Errors
    /// [`KeeperError`].
    pub async fn allowance(&self, owner: Address, spender: Address) -> Result<Vodka, KeeperError> {
        let token = OceanToken::new(h160(self.contracts().ocean_token), self.provider());
        Ok(vodka(token.allowance(h160(owner), h160(spender)).legacy().call().await?))
    }

    /// What is registered of a DID; `None` where nothing is.
    ///
    /// # Errors
    /// [`KeeperError`].
    pub async fn did_register(&self, did: Did) -> Result<Option<DidRegister>, KeeperError> {
        let registry = DIDRegistry::new(h160(self.contracts().did_registry), self.provider());
        let (owner, checksum, by, updated, providers) = registry.get_did_register(did.0).legacy().call().await?;
        if owner.is_zero() {
            return Ok(None);
        }
        Ok(Some(DidRegister {
            owner: address(owner),
            checksum: Checksum(checksum),
            last_updated_by: address(by),
            updated_at: saturated(updated),
            providers: providers.into_iter().filter(|provider| !provider.is_zero()).map(address).collect(),
        }))
    }

    /// The value last registered with a DID, usually the document's URL. It is only in the event.
    ///
    /// # Errors
    /// [`KeeperError`].
    pub async fn did_url(&self, did: Did) -> Result<Option<String>, KeeperError> {
        let filter = LogFilter::of(self.contracts().did_registry, topic::DID_ATTRIBUTE_REGISTERED).with_topic(1, did.0);
        let Some(register) = self.did_register(did).await? else { return Ok(None) };
        // The register's block may be of a transfer of ownership; then the registration is before it.
        let mut logs = self.logs(&filter.clone().between(register.updated_at, register.updated_at)).await?;
        if logs.is_empty() {
            logs = self.logs(&filter.between(0, register.updated_at)).await?;
        }
        let Some(log) = logs.last() else { return Ok(None) };
        Ok(match self.contracts().event(log)? {
            Some(KeeperEvent::DidRegistered { value, .. }) => Some(value),
            _ => None,
        })
    }

    /// A condition; [`ConditionState::Uninitialized`] where there is none.
    ///
    /// # Errors
    /// [`KeeperError`].
    pub async fn condition(&self, id: ConditionId) -> Result<ConditionOnChain, KeeperError> {
        self.condition_in(id, BlockNumber::Latest).await
    }

    /// A condition as it was after this block: what is read at one block fits together.
    ///
    /// # Errors
    /// [`KeeperError`], also where the node does not have the block, or its state, any more or not yet.
    pub async fn condition_at(&self, id: ConditionId, block: u64) -> Result<ConditionOnChain, KeeperError> {
        self.condition_in(id, block.into()).await
    }

    async fn condition_in(&self, id: ConditionId, block: BlockNumber) -> Result<ConditionOnChain, KeeperError> {
        let store = ConditionStoreManager::new(h160(self.contracts().condition_store), self.provider());
        let call = store.get_condition(id.0).legacy().block(block);
        let (type_ref, state, lock, out, created, by, updated) = call.call().await?;
        let state = ConditionState::from_number(state)
            .ok_or_else(|| KeeperError::Answer(format!("a condition has no state {state}")))?;
        Ok(ConditionOnChain {
            type_ref: address(type_ref),
            state,
            time_lock: saturated(lock),
            time_out: saturated(out),
            created_at: saturated(created),
            last_updated_by: address(by),
            updated_at: saturated(updated),
        })
    }

    /// An agreement; `None` where there is none.
    ///
    /// # Errors
    /// [`KeeperError`].
    pub async fn agreement(&self, id: AgreementId) -> Result<Option<AgreementOnChain>, KeeperError> {
        self.agreement_in(id, BlockNumber::Latest).await
    }

    /// An agreement as it was after this block; `None` where there was none.
    ///
    /// # Errors
    /// As [`Keeper::condition_at`].
    pub async fn agreement_at(&self, id: AgreementId, block: u64) -> Result<Option<AgreementOnChain>, KeeperError> {
        self.agreement_in(id, block.into()).await
    }

    async fn agreement_in(&self, id: AgreementId, block: BlockNumber) -> Result<Option<AgreementOnChain>, KeeperError> {
        let store = AgreementStoreManager::new(h160(self.contracts().agreement_store), self.provider());
        let agreement = store.get_agreement(id.0).legacy().block(block);
        let actors = store.get_agreement_actors(id.0).legacy().block(block);
        // Up to 0.12 the store has no actors to be asked for.
        let old = self.contracts().are_v01();
        let (agreement, actors) = match old {
            true => (agreement.call().await?, Vec::new()),
            false => tokio::try_join!(agreement.call(), actors.call())?,
        };
        let (did, did_owner, template, conditions, created_by, created_at) = agreement;
        if created_at.is_zero() {
            return Ok(None);
        }
        let template = TemplateId(template);
        // Later anybody may make agreements under a template contract's id in the store: those are none of the contract's.
        let made_it = |at: &Address| old || *at == address(created_by);
        let (template, actors) = match self.contracts().template_contract(template).filter(made_it) {
            Some(at) => {
                let parties = self.parties_v01_in(at, id, block).await?;
                (TemplateRef::Contract(at), parties.map(|of| vec![of.provider, of.consumer]).unwrap_or_default())
            }
            None => (TemplateRef::Id(template), actors.into_iter().map(address).collect()),
        };
        Ok(Some(AgreementOnChain {
            did: Did(did),
            did_owner: address(did_owner),
            template,
            conditions: conditions.into_iter().map(ConditionId).collect(),
            actors,
            created_by: address(created_by),
            created_at: saturated(created_at),
        }))
    }

    /// Whether an account may read a listing: owner, provider, or granted.
    ///
    /// # Errors
    /// [`KeeperError`].
    pub async fn check_permissions(&self, grantee: Address, did: Did) -> Result<bool, KeeperError> {
        // The released registry takes the zero address for a provider once one was removed.
        if grantee.is_zero() {
            return Ok(false);
        }
        let access = AccessSecretStoreCondition::new(h160(self.contracts().access_secret_store), self.provider());
        Ok(access.check_permissions(h160(grantee), did.0).legacy().call().await?)
    }

    /// Whether the owner of a listing gave an account permission himself, in DIDRegistry: no purchase does.
    ///
    /// # Errors
    /// [`KeeperError`].
    pub async fn did_permission(&self, grantee: Address, did: Did) -> Result<bool, KeeperError> {
        let registry = DIDRegistry::new(h160(self.contracts().did_registry), self.provider());
        let asked = registry.get_permission(did.0, h160(grantee)).legacy().call().await;
        match asked.map_err(KeeperError::from) {
            // Registries before 0.12 keep no permissions.
            Err(KeeperError::Revert { .. }) if self.contracts().are_v01() => Ok(false),
            asked => asked,
        }
    }

    /// Whether sales can be agreed from this template. One that is a contract creates the agreement and says who its parties
    /// are: it has to be the one of the network file, on a network that has its agreements so.
    ///
    /// # Errors
    /// [`KeeperError`].
    pub async fn template_approved(&self, template: TemplateRef) -> Result<bool, KeeperError> {
        let contracts = self.contracts();
        match template {
            TemplateRef::Contract(at) if template == contracts.sale_template => self.contract_approved_v01(at).await,
            TemplateRef::Id(id) if !contracts.are_v01() && contracts.template_contract(id).is_none() => {
                let store = TemplateStoreManager::new(h160(contracts.template_store), self.provider());
                Ok(store.is_template_id_approved(id.0).legacy().call().await?)
            }
            TemplateRef::Id(_) | TemplateRef::Contract(_) => Ok(false),
        }
    }
}
