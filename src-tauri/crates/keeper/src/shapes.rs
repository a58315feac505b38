//! Agreements of any shape: their creation, the fulfilment of every kind of condition, and templates of one's own.
//! Pure data, as all calls: nothing is sent here.

use crate::{
    Contracts, KeeperError,
    bindings::{
        access_secret_store_condition as access, agreement_store_manager as agreements,
        compute_execution_condition as compute, escrow_reward as escrow, hash_lists as lists,
        hash_lock_condition as hash_lock, lock_reward_condition as lock, sign_condition as sign,
        template_store_manager as templates, threshold_condition as threshold, whitelisting_condition as whitelisting,
    },
    convert::{h160, u256},
};
use ethers::{
    abi::AbiEncode,
    types::{Bytes, U256},
};
use protocol::{
    Address, AgreementId, ConditionId, Did, Hash32, TemplateId, Vodka,
    conditions::{ConditionTerms, Preimage},
    tx::Call,
};

/// An agreement before it is created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgreementDraft {
    /// Its id: random, and used once.
    pub agreement: AgreementId,
    /// The listing.
    pub did: Did,
    /// An approved template.
    pub template: TemplateId,
    /// In the template's order.
    pub conditions: Vec<DraftCondition>,
    /// In the order of the template's actor types; each another account.
    pub actors: Vec<Address>,
}

/// A condition of an agreement before it is created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DraftCondition {
    /// [`Contracts::condition_id`].
    pub id: ConditionId,
    /// Blocks after creation before which it cannot be fulfilled; 0 is at once.
    pub time_lock: u64,
    /// Blocks after creation after which anyone can abort it; 0 is never.
    pub time_out: u64,
}

/// What a condition is shown besides its terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence {
    /// Nothing: for all but the next two.
    None,
    /// For a SignCondition: r, s, v of the signer, with a low s and v of 27 or 28, over the message without prefix.
    Signature([u8; 65]),
    /// For a HashLockCondition.
    Preimage(Preimage),
}

fn call(to: Address, what: impl Into<String>, arguments: impl AbiEncode) -> Call {
    Call { to, data: arguments.encode(), value: Vodka::ZERO, what: what.into() }
}

impl Contracts {
    /// The id of a condition of these terms in an agreement.
    ///
    /// # Errors
    /// [`KeeperError::ContractMissing`] where the network has no such condition.
    pub fn condition_id(&self, agreement: AgreementId, terms: &ConditionTerms) -> Result<ConditionId, KeeperError> {
        Ok(terms.id(agreement, self.find(terms.contract_name())?))
    }

    /// `AgreementStoreManager.createAgreement`, of any template.
    pub fn create(&self, draft: &AgreementDraft) -> Call {
        let arguments = agreements::CreateAgreementCall {
            id: draft.agreement.0,
            did: draft.did.0,
            template_id: draft.template.0,
            condition_ids: draft.conditions.iter().map(|condition| condition.id.0).collect(),
            time_locks: draft.conditions.iter().map(|condition| U256::from(condition.time_lock)).collect(),
            time_outs: draft.conditions.iter().map(|condition| U256::from(condition.time_out)).collect(),
            actors: draft.actors.iter().copied().map(h160).collect(),
        };
        call(self.agreement_store, format!("AgreementStoreManager.createAgreement({})", draft.agreement), arguments)
    }

    /// `fulfill` of a condition of any kind.
    ///
    /// # Errors
    /// [`KeeperError::ContractMissing`], [`KeeperError::Evidence`] where the evidence is not of the condition's kind.
    pub fn fulfill(
        &self,
        agreement: AgreementId,
        terms: &ConditionTerms,
        evidence: &Evidence,
    ) -> Result<Call, KeeperError> {
        let name = terms.contract_name();
        let agreement_id = agreement.0;
        let data = match (terms, evidence) {
            (ConditionTerms::LockReward { reward_address, amount }, Evidence::None) => {
                lock::FulfillCall { agreement_id, reward_address: h160(*reward_address), amount: u256(*amount) }
                    .encode()
            }
            (ConditionTerms::AccessSecretStore { did, grantee }, Evidence::None) => {
                access::FulfillCall { agreement_id, document_id: did.0, grantee: h160(*grantee) }.encode()
            }
            (ConditionTerms::ComputeExecution { did, consumer }, Evidence::None) => {
                compute::FulfillCall { agreement_id, did: did.0, compute_consumer: h160(*consumer) }.encode()
            }
            (ConditionTerms::EscrowReward { amount, receiver, sender, lock, release }, Evidence::None) => {
                escrow::FulfillCall {
                    agreement_id,
                    amount: u256(*amount),
                    receiver: h160(*receiver),
                    sender: h160(*sender),
                    lock_condition: lock.0,
                    release_condition: release.0,
                }
                .encode()
            }
            (ConditionTerms::Sign { message, signer }, Evidence::Signature(signature)) => {
                let signature = Bytes::from(signature.to_vec());
                sign::FulfillCall { agreement_id, message: message.0, public_key: h160(*signer), signature }.encode()
            }
            (ConditionTerms::HashLock { .. }, Evidence::Preimage(preimage)) if preimage.terms() == *terms => {
                match preimage {
                    Preimage::Number(number) => {
                        hash_lock::FulfillNumberCall { agreement_id, preimage: u256(*number) }.encode()
                    }
                    Preimage::Text(text) => {
                        hash_lock::FulfillTextCall { agreement_id, preimage: text.clone() }.encode()
                    }
                    Preimage::Word(word) => hash_lock::FulfillCall { agreement_id, preimage: word.0 }.encode(),
                }
            }
            (ConditionTerms::Threshold { inputs, threshold }, Evidence::None) => threshold::FulfillCall {
                agreement_id,
                input_conditions: inputs.iter().map(|id| id.0).collect(),
                threshold: U256::from(*threshold),
            }
            .encode(),
            (ConditionTerms::Whitelisting { list, item }, Evidence::None) => {
                whitelisting::FulfillCall { agreement_id, list_address: h160(*list), item: item.0 }.encode()
            }
            _ => return Err(KeeperError::Evidence(name)),
        };
        Ok(Call { to: self.find(name)?, data, value: Vodka::ZERO, what: format!("{name}.fulfill({agreement})") })
    }

    /// `abortByTimeOut` of a condition of any kind, by anyone after its timeout. An EscrowReward of ours refuses.
    ///
    /// # Errors
    /// [`KeeperError::ContractMissing`].
    pub fn abort(&self, agreement: AgreementId, terms: &ConditionTerms) -> Result<Call, KeeperError> {
        let name = terms.contract_name();
        let id = self.condition_id(agreement, terms)?;
        let arguments = access::AbortByTimeOutCall { condition_id: id.0 };
        Ok(call(self.find(name)?, format!("{name}.abortByTimeOut({id})"), arguments))
    }

    /// `TemplateStoreManager.proposeTemplate`, by anyone. The id is usually `protocol::templates::template_id(name)`.
    pub fn propose_template(
        &self,
        template: TemplateId,
        conditions: &[Address],
        actor_types: &[Hash32],
        name: &str,
    ) -> Call {
        let arguments = templates::ProposeTemplateCall {
            id: template.0,
            condition_types: conditions.iter().copied().map(h160).collect(),
            actor_type_ids: actor_types.iter().map(|id| id.0).collect(),
            name: name.to_owned(),
        };
        call(self.template_store, format!("TemplateStoreManager.proposeTemplate({template})"), arguments)
    }

    /// `TemplateStoreManager.approveTemplate`, by the store's owner: agreements of it can be created.
    pub fn approve_template(&self, template: TemplateId) -> Call {
        let arguments = templates::ApproveTemplateCall { id: template.0 };
        call(self.template_store, format!("TemplateStoreManager.approveTemplate({template})"), arguments)
    }

    /// `TemplateStoreManager.revokeTemplate`, by the store's owner or the template's proposer, for good.
    pub fn revoke_template(&self, template: TemplateId) -> Call {
        let arguments = templates::RevokeTemplateCall { id: template.0 };
        call(self.template_store, format!("TemplateStoreManager.revokeTemplate({template})"), arguments)
    }

    /// `TemplateStoreManager.registerTemplateActorType`, by the store's owner.
    pub fn register_actor_type(&self, name: &str) -> Call {
        let arguments = templates::RegisterTemplateActorTypeCall { actor_type: name.to_owned() };
        call(self.template_store, format!("TemplateStoreManager.registerTemplateActorType({name})"), arguments)
    }

    /// `TemplateStoreManager.deregisterTemplateActorType`, by the store's owner, for good.
    pub fn deregister_actor_type(&self, id: Hash32) -> Call {
        let arguments = templates::DeregisterTemplateActorTypeCall { id: id.0 };
        call(self.template_store, format!("TemplateStoreManager.deregisterTemplateActorType({id})"), arguments)
    }

    /// `HashLists.add`: one more hash in the caller's list.
    ///
    /// # Errors
    /// [`KeeperError::ContractMissing`].
    pub fn add_to_list(&self, item: Hash32) -> Result<Call, KeeperError> {
        Ok(call(self.find("HashLists")?, format!("HashLists.add({item})"), lists::AddCall { value: item.0 }))
    }

    /// `HashLists.remove`: out of the caller's list.
    ///
    /// # Errors
    /// [`KeeperError::ContractMissing`].
    pub fn remove_from_list(&self, item: Hash32) -> Result<Call, KeeperError> {
        Ok(call(self.find("HashLists")?, format!("HashLists.remove({item})"), lists::RemoveCall { value: item.0 }))
    }
}
