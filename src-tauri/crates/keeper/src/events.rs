//! What the contracts say happened, decoded. An event is a hint: check the state before you act on it.

use crate::{
    ConditionState, Contracts, KeeperError,
    bindings::{
        access_secret_store_condition as access, agreement_store_manager as agreements,
        compute_execution_condition as compute, condition_store_manager as conditions, did_registry as registry,
        dispenser, escrow_access_secret_store_template as facade, escrow_reward as escrow,
        lock_reward_condition as lock, ocean_token as token, template_store_manager as templates,
    },
    convert::{address, saturated, vodka},
};
use ethers::{abi::RawLog, contract::EthEvent, types::H256};
use protocol::{
    Address, AgreementId, Checksum, ConditionId, Did, Hash32, TemplateId, Vodka, event_topics::topic, tx::Log,
};

/// An event of one of the network's contracts.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are the events' own arguments")]
pub enum KeeperEvent {
    /// DIDRegistry: a listing was registered or changed.
    DidRegistered { did: Did, owner: Address, checksum: Checksum, value: String, by: Address, block: u64 },
    /// DIDRegistry: a gateway may serve it. Not said by a registration.
    DidProviderAdded { did: Did, provider: Address },
    /// DIDRegistry: a gateway may no longer serve it.
    DidProviderRemoved { did: Did, provider: Address, removed: bool },
    /// DIDRegistry: a new owner.
    DidOwnershipTransferred { did: Did, from: Address, to: Address },
    /// DIDRegistry: an account may read.
    DidPermissionGranted { did: Did, owner: Address, grantee: Address },
    /// DIDRegistry: an account may no longer read.
    DidPermissionRevoked { did: Did, owner: Address, grantee: Address },
    /// TemplateStoreManager: proposed.
    TemplateProposed { template: TemplateId },
    /// TemplateStoreManager: agreements of it can be created.
    TemplateApproved { template: TemplateId },
    /// TemplateStoreManager: no more agreements of it.
    TemplateRevoked { template: TemplateId },
    /// AgreementStoreManager: there is an agreement.
    AgreementCreated { agreement: AgreementId, did: Did, created_by: Address, created_at: u64 },
    /// AgreementStoreManager: an account is part of it. squid-js swaps the types: look at the account.
    AgreementActorAdded { agreement: AgreementId, actor: Address, actor_type: Hash32 },
    /// ConditionStoreManager: there is a condition.
    ConditionCreated { condition: ConditionId, type_ref: Address, by: Address },
    /// ConditionStoreManager: a condition was decided.
    ConditionUpdated { condition: ConditionId, type_ref: Address, state: ConditionState, by: Address },
    /// LockRewardCondition: the payment is in escrow.
    PaymentLocked { agreement: AgreementId, reward_address: Address, condition: ConditionId, amount: Vodka },
    /// AccessSecretStoreCondition: the keys may be had. Released contracts say so after the timeout, too.
    AccessGranted { agreement: AgreementId, did: Did, grantee: Address, condition: ConditionId },
    /// EscrowReward: paid out, to the owner or back to the buyer.
    EscrowPaid { agreement: AgreementId, receiver: Address, condition: ConditionId, amount: Vodka },
    /// ComputeExecutionCondition: the computation was started.
    ComputeTriggered { agreement: AgreementId, did: Did, consumer: Address, condition: ConditionId },
    /// A template contract of v0.1: there is an agreement. AgreementStoreManager says so too, without the parties.
    AgreementCreatedV01 {
        template: Address,
        agreement: AgreementId,
        did: Did,
        consumer: Address,
        provider: Address,
        time_locks: Vec<u64>,
        time_outs: Vec<u64>,
    },
    /// OceanToken.
    Transfer { from: Address, to: Address, amount: Vodka },
    /// OceanToken.
    Approval { owner: Address, spender: Address, amount: Vodka },
    /// Dispenser: more than it gives at once; `amount` in whole OCEAN.
    RequestLimitExceeded { requester: Address, amount: Vodka, max: Vodka },
    /// Dispenser: too soon.
    RequestFrequencyExceeded { requester: Address, min_period_seconds: u64 },
}

fn read<E: EthEvent>(log: &Log) -> Result<E, KeeperError> {
    let raw = RawLog { topics: log.topics.iter().map(|topic| H256(topic.0)).collect(), data: log.data.clone() };
    E::decode_log(&raw).map_err(|error| KeeperError::Answer(format!("{} in {}: {error}", E::name(), log.tx)))
}

impl Contracts {
    /// Decodes a log; `None` for other contracts and for events without a meaning here.
    ///
    /// # Errors
    /// [`KeeperError::Answer`] where one of the contracts logged what its ABI cannot mean.
    pub fn event(&self, log: &Log) -> Result<Option<KeeperEvent>, KeeperError> {
        let Some(event) = log.topics.first().copied() else { return Ok(None) };
        // Contracts share topics: the address decides.
        let at = log.address;
        if at == self.did_registry {
            registry_event(event, log)
        } else if at == self.template_store {
            template_event(event, log)
        } else if at == self.agreement_store {
            agreement_event(event, log)
        } else if at == self.condition_store {
            condition_event(event, log)
        } else if at == self.ocean_token {
            token_event(event, log)
        } else if Some(at) == self.dispenser {
            dispenser_event(event, log)
        } else if at == self.lock_reward && event == topic::REWARD_FULFILLED {
            let e: lock::FulfilledFilter = read(log)?;
            Ok(Some(KeeperEvent::PaymentLocked {
                agreement: AgreementId(e.agreement_id),
                reward_address: address(e.reward_address),
                condition: ConditionId(e.condition_id),
                amount: vodka(e.amount),
            }))
        } else if at == self.access_secret_store && event == topic::ACCESS_FULFILLED {
            let e: access::FulfilledFilter = read(log)?;
            Ok(Some(KeeperEvent::AccessGranted {
                agreement: AgreementId(e.agreement_id),
                did: Did(e.document_id),
                grantee: address(e.grantee),
                condition: ConditionId(e.condition_id),
            }))
        } else if at == self.escrow_reward && event == topic::REWARD_FULFILLED {
            let e: escrow::FulfilledFilter = read(log)?;
            Ok(Some(KeeperEvent::EscrowPaid {
                agreement: AgreementId(e.agreement_id),
                receiver: address(e.receiver),
                condition: ConditionId(e.condition_id),
                amount: vodka(e.amount),
            }))
        } else if Some(at) == self.compute_execution && event == topic::ACCESS_FULFILLED {
            let e: compute::FulfilledFilter = read(log)?;
            Ok(Some(KeeperEvent::ComputeTriggered {
                agreement: AgreementId(e.agreement_id),
                did: Did(e.did),
                consumer: address(e.compute_consumer),
                condition: ConditionId(e.condition_id),
            }))
        } else if [self.access_template, self.compute_template].contains(&Some(at))
            && event == topic::TEMPLATE_AGREEMENT_CREATED
        {
            let e: facade::AgreementCreatedFilter = read(log)?;
            Ok(Some(KeeperEvent::AgreementCreatedV01 {
                template: at,
                agreement: AgreementId(e.agreement_id),
                did: Did(e.did),
                consumer: address(e.access_consumer),
                provider: address(e.access_provider),
                time_locks: e.time_locks.into_iter().map(saturated).collect(),
                time_outs: e.time_outs.into_iter().map(saturated).collect(),
            }))
        } else {
            Ok(None)
        }
    }
}

fn registry_event(event: Hash32, log: &Log) -> Result<Option<KeeperEvent>, KeeperError> {
    Ok(Some(match event {
        topic::DID_ATTRIBUTE_REGISTERED => {
            let e: registry::DidattributeRegisteredFilter = read(log)?;
            KeeperEvent::DidRegistered {
                did: Did(e.did),
                owner: address(e.owner),
                checksum: Checksum(e.checksum),
                value: e.value,
                by: address(e.last_updated_by),
                block: saturated(e.block_number_updated),
            }
        }
        topic::DID_PROVIDER_ADDED => {
            let e: registry::DidproviderAddedFilter = read(log)?;
            KeeperEvent::DidProviderAdded { did: Did(e.did), provider: address(e.provider) }
        }
        topic::DID_PROVIDER_REMOVED => {
            let e: registry::DidproviderRemovedFilter = read(log)?;
            KeeperEvent::DidProviderRemoved { did: Did(e.did), provider: address(e.provider), removed: e.state }
        }
        topic::DID_OWNERSHIP_TRANSFERRED => {
            let e: registry::DidownershipTransferredFilter = read(log)?;
            KeeperEvent::DidOwnershipTransferred {
                did: Did(e.did),
                from: address(e.previous_owner),
                to: address(e.new_owner),
            }
        }
        topic::DID_PERMISSION_GRANTED => {
            let e: registry::DidpermissionGrantedFilter = read(log)?;
            KeeperEvent::DidPermissionGranted { did: Did(e.did), owner: address(e.owner), grantee: address(e.grantee) }
        }
        topic::DID_PERMISSION_REVOKED => {
            let e: registry::DidpermissionRevokedFilter = read(log)?;
            KeeperEvent::DidPermissionRevoked { did: Did(e.did), owner: address(e.owner), grantee: address(e.grantee) }
        }
        _ => return Ok(None),
    }))
}

fn template_event(event: Hash32, log: &Log) -> Result<Option<KeeperEvent>, KeeperError> {
    Ok(Some(match event {
        topic::TEMPLATE_PROPOSED => {
            KeeperEvent::TemplateProposed { template: TemplateId(read::<templates::TemplateProposedFilter>(log)?.id) }
        }
        topic::TEMPLATE_APPROVED => {
            KeeperEvent::TemplateApproved { template: TemplateId(read::<templates::TemplateApprovedFilter>(log)?.id) }
        }
        topic::TEMPLATE_REVOKED => {
            KeeperEvent::TemplateRevoked { template: TemplateId(read::<templates::TemplateRevokedFilter>(log)?.id) }
        }
        _ => return Ok(None),
    }))
}

fn agreement_event(event: Hash32, log: &Log) -> Result<Option<KeeperEvent>, KeeperError> {
    Ok(Some(match event {
        topic::AGREEMENT_CREATED => {
            let e: agreements::AgreementCreatedFilter = read(log)?;
            KeeperEvent::AgreementCreated {
                agreement: AgreementId(e.agreement_id),
                did: Did(e.did),
                created_by: address(e.created_by),
                created_at: saturated(e.created_at),
            }
        }
        topic::AGREEMENT_ACTOR_ADDED => {
            let e: agreements::AgreementActorAddedFilter = read(log)?;
            KeeperEvent::AgreementActorAdded {
                agreement: AgreementId(e.agreement_id),
                actor: address(e.actor),
                actor_type: Hash32(e.actor_type),
            }
        }
        _ => return Ok(None),
    }))
}

fn condition_event(event: Hash32, log: &Log) -> Result<Option<KeeperEvent>, KeeperError> {
    Ok(Some(match event {
        topic::CONDITION_CREATED => {
            let e: conditions::ConditionCreatedFilter = read(log)?;
            KeeperEvent::ConditionCreated {
                condition: ConditionId(e.id),
                type_ref: address(e.type_ref),
                by: address(e.who),
            }
        }
        topic::CONDITION_UPDATED => {
            let e: conditions::ConditionUpdatedFilter = read(log)?;
            let state = ConditionState::from_number(e.state)
                .ok_or_else(|| KeeperError::Answer(format!("a condition has no state {}", e.state)))?;
            KeeperEvent::ConditionUpdated {
                condition: ConditionId(e.id),
                type_ref: address(e.type_ref),
                state,
                by: address(e.who),
            }
        }
        _ => return Ok(None),
    }))
}

fn token_event(event: Hash32, log: &Log) -> Result<Option<KeeperEvent>, KeeperError> {
    Ok(Some(match event {
        topic::TRANSFER => {
            let e: token::TransferFilter = read(log)?;
            KeeperEvent::Transfer { from: address(e.from), to: address(e.to), amount: vodka(e.value) }
        }
        topic::APPROVAL => {
            let e: token::ApprovalFilter = read(log)?;
            KeeperEvent::Approval { owner: address(e.owner), spender: address(e.spender), amount: vodka(e.value) }
        }
        _ => return Ok(None),
    }))
}

fn dispenser_event(event: Hash32, log: &Log) -> Result<Option<KeeperEvent>, KeeperError> {
    Ok(Some(match event {
        topic::REQUEST_LIMIT_EXCEEDED => {
            let e: dispenser::RequestLimitExceededFilter = read(log)?;
            KeeperEvent::RequestLimitExceeded {
                requester: address(e.requester),
                amount: vodka(e.amount),
                max: vodka(e.max_amount),
            }
        }
        topic::REQUEST_FREQUENCY_EXCEEDED => {
            let e: dispenser::RequestFrequencyExceededFilter = read(log)?;
            KeeperEvent::RequestFrequencyExceeded {
                requester: address(e.requester),
                min_period_seconds: saturated(e.min_period),
            }
        }
        _ => return Ok(None),
    }))
}
