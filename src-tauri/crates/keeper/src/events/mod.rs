//! What the contracts say happened, decoded. An event is a hint: check the state before you act on it.

#[cfg(test)]
mod tests;
mod words;

use crate::{
    ConditionState, Contracts, KeeperError,
    bindings::{
        did_registry as registry, escrow_access_secret_store_template as facade, template_store_manager as templates,
    },
    convert::{address, saturated},
};
use ethers::{abi::RawLog, contract::EthEvent, types::H256};
use protocol::{
    Address, AgreementId, Checksum, ConditionId, Did, Hash32, TemplateId, Vodka, event_topics::topic, tx::Log,
};
use words::Words;

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
    /// A template contract of v0.1: there is an agreement. After 0.12 AgreementStoreManager says so too, without the
    /// parties.
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

/// Events with texts or lists in them, as their ABI says.
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
            let words = Words::of(log, "a payment", 2)?;
            Ok(Some(KeeperEvent::PaymentLocked {
                agreement: AgreementId(words.word(0)?),
                reward_address: words.address(1)?,
                condition: ConditionId(words.word(2)?),
                amount: words.amount(3)?,
            }))
        } else if at == self.access_secret_store && event == topic::ACCESS_FULFILLED {
            let words = Words::of(log, "a grant", 3)?;
            Ok(Some(KeeperEvent::AccessGranted {
                agreement: AgreementId(words.word(0)?),
                did: Did(words.word(1)?),
                grantee: words.address(2)?,
                condition: ConditionId(words.word(3)?),
            }))
        } else if at == self.escrow_reward && event == topic::REWARD_FULFILLED {
            let words = Words::of(log, "a payment out of escrow", 2)?;
            Ok(Some(KeeperEvent::EscrowPaid {
                agreement: AgreementId(words.word(0)?),
                receiver: words.address(1)?,
                condition: ConditionId(words.word(2)?),
                amount: words.amount(3)?,
            }))
        } else if Some(at) == self.compute_execution && event == topic::ACCESS_FULFILLED {
            let words = Words::of(log, "a computation", 3)?;
            Ok(Some(KeeperEvent::ComputeTriggered {
                agreement: AgreementId(words.word(0)?),
                did: Did(words.word(1)?),
                consumer: words.address(2)?,
                condition: ConditionId(words.word(3)?),
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
            let words = Words::of(log, "a new gateway", 0)?;
            KeeperEvent::DidProviderAdded { did: Did(words.word(0)?), provider: words.address(1)? }
        }
        topic::DID_PROVIDER_REMOVED => {
            let words = Words::of(log, "a gateway's removal", 0)?;
            let (did, provider, removed) = (Did(words.word(0)?), words.address(1)?, words.flag(2)?);
            KeeperEvent::DidProviderRemoved { did, provider, removed }
        }
        topic::DID_OWNERSHIP_TRANSFERRED => {
            let words = Words::of(log, "a new owner", 0)?;
            let (did, from, to) = (Did(words.word(0)?), words.address(1)?, words.address(2)?);
            KeeperEvent::DidOwnershipTransferred { did, from, to }
        }
        topic::DID_PERMISSION_GRANTED => {
            let words = Words::of(log, "a permission", 3)?;
            let (did, owner, grantee) = (Did(words.word(0)?), words.address(1)?, words.address(2)?);
            KeeperEvent::DidPermissionGranted { did, owner, grantee }
        }
        topic::DID_PERMISSION_REVOKED => {
            let words = Words::of(log, "a permission's end", 3)?;
            let (did, owner, grantee) = (Did(words.word(0)?), words.address(1)?, words.address(2)?);
            KeeperEvent::DidPermissionRevoked { did, owner, grantee }
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
            KeeperEvent::TemplateApproved { template: TemplateId(Words::of(log, "a template's approval", 1)?.word(0)?) }
        }
        topic::TEMPLATE_REVOKED => {
            KeeperEvent::TemplateRevoked { template: TemplateId(Words::of(log, "a template's end", 1)?.word(0)?) }
        }
        _ => return Ok(None),
    }))
}

fn agreement_event(event: Hash32, log: &Log) -> Result<Option<KeeperEvent>, KeeperError> {
    Ok(Some(match event {
        topic::AGREEMENT_CREATED => {
            let words = Words::of(log, "an agreement", 3)?;
            KeeperEvent::AgreementCreated {
                agreement: AgreementId(words.word(0)?),
                did: Did(words.word(1)?),
                created_by: words.address(2)?,
                created_at: words.count(3)?,
            }
        }
        topic::AGREEMENT_ACTOR_ADDED => {
            let words = Words::of(log, "an actor", 2)?;
            KeeperEvent::AgreementActorAdded {
                agreement: AgreementId(words.word(0)?),
                actor: words.address(1)?,
                actor_type: Hash32(words.word(2)?),
            }
        }
        _ => return Ok(None),
    }))
}

fn condition_event(event: Hash32, log: &Log) -> Result<Option<KeeperEvent>, KeeperError> {
    Ok(Some(match event {
        topic::CONDITION_CREATED => {
            let words = Words::of(log, "a condition", 3)?;
            KeeperEvent::ConditionCreated {
                condition: ConditionId(words.word(0)?),
                type_ref: words.address(1)?,
                by: words.address(2)?,
            }
        }
        topic::CONDITION_UPDATED => {
            let words = Words::of(log, "a condition's decision", 3)?;
            let number = words.count(2)?;
            let state = u8::try_from(number).ok().and_then(ConditionState::from_number);
            KeeperEvent::ConditionUpdated {
                condition: ConditionId(words.word(0)?),
                type_ref: words.address(1)?,
                state: state.ok_or_else(|| KeeperError::Answer(format!("a condition has no state {number}")))?,
                by: words.address(3)?,
            }
        }
        _ => return Ok(None),
    }))
}

fn token_event(event: Hash32, log: &Log) -> Result<Option<KeeperEvent>, KeeperError> {
    Ok(Some(match event {
        topic::TRANSFER => {
            let words = Words::of(log, "a transfer", 2)?;
            KeeperEvent::Transfer { from: words.address(0)?, to: words.address(1)?, amount: words.amount(2)? }
        }
        topic::APPROVAL => {
            let words = Words::of(log, "an approval", 2)?;
            KeeperEvent::Approval { owner: words.address(0)?, spender: words.address(1)?, amount: words.amount(2)? }
        }
        _ => return Ok(None),
    }))
}

fn dispenser_event(event: Hash32, log: &Log) -> Result<Option<KeeperEvent>, KeeperError> {
    Ok(Some(match event {
        topic::REQUEST_LIMIT_EXCEEDED => {
            let words = Words::of(log, "a refused request", 1)?;
            KeeperEvent::RequestLimitExceeded {
                requester: words.address(0)?,
                amount: words.amount(1)?,
                max: words.amount(2)?,
            }
        }
        topic::REQUEST_FREQUENCY_EXCEEDED => {
            let words = Words::of(log, "a request that came too soon", 1)?;
            KeeperEvent::RequestFrequencyExceeded { requester: words.address(0)?, min_period_seconds: words.count(1)? }
        }
        _ => return Ok(None),
    }))
}
