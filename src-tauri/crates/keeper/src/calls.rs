//! Calls of the contracts as data: nothing is sent here.

use crate::{
    Contracts, KeeperError,
    bindings::{
        access_secret_store_condition as access, agreement_store_manager as agreements, did_registry as registry,
        dispenser, escrow_access_secret_store_template as facade, escrow_reward as escrow,
        lock_reward_condition as lock, ocean_token as token,
    },
    convert::{h160, u256},
};
use ethers::{abi::AbiEncode, types::U256};
use protocol::{
    Address, Checksum, ConditionId, Did, Vodka,
    conditions::{AccessTerms, ConditionKind, OnChain},
    templates::TemplateRef,
    tx::Call,
};

fn call(to: Address, what: impl Into<String>, arguments: impl AbiEncode) -> Call {
    Call { to, data: arguments.encode(), value: Vodka::ZERO, what: what.into() }
}

/// `createAgreement` of a template contract, conditions access, lock, escrow.
fn create_agreement_v01(template: Address, terms: &AccessTerms, listed: &OnChain) -> Call {
    let arguments = facade::CreateAgreementCall {
        id: terms.agreement.0,
        did: terms.did.0,
        condition_ids: listed.ids.map(|id| id.0).to_vec(),
        time_locks: listed.time_locks.map(U256::from).to_vec(),
        time_outs: listed.time_outs.map(U256::from).to_vec(),
        access_consumer: h160(terms.consumer),
    };
    call(template, format!("EscrowAccessSecretStoreTemplate.createAgreement({})", terms.agreement), arguments)
}

impl Contracts {
    /// `OceanToken.approve`: the spender may take this much.
    pub fn approve(&self, spender: Address, amount: Vodka) -> Call {
        let arguments = token::ApproveCall { spender: h160(spender), value: u256(amount) };
        call(self.ocean_token, format!("OceanToken.approve({spender}, {})", amount.to_ocean()), arguments)
    }

    /// `OceanToken.transfer`.
    pub fn transfer(&self, to: Address, amount: Vodka) -> Call {
        let arguments = token::TransferCall { to: h160(to), value: u256(amount) };
        call(self.ocean_token, format!("OceanToken.transfer({to}, {})", amount.to_ocean()), arguments)
    }

    /// `Dispenser.requestTokens`, whole OCEAN. More than the limit is no revert but no tokens either.
    ///
    /// # Errors
    /// [`KeeperError::ContractMissing`] where the network has no Dispenser.
    pub fn request_tokens(&self, whole: u64) -> Result<Call, KeeperError> {
        let dispenser = self.dispenser.ok_or(KeeperError::ContractMissing("Dispenser"))?;
        let arguments = dispenser::RequestTokensCall { amount: U256::from(whole) };
        Ok(call(dispenser, format!("Dispenser.requestTokens({whole})"), arguments))
    }

    /// `DIDRegistry.registerAttribute`: the first caller owns the DID; every call replaces all providers.
    pub fn register_attribute(&self, did: Did, checksum: Checksum, providers: &[Address], value: &str) -> Call {
        let arguments = registry::RegisterAttributeCall {
            did: did.0,
            checksum: checksum.0,
            providers: providers.iter().copied().map(h160).collect(),
            value: value.to_owned(),
        };
        call(self.did_registry, format!("DIDRegistry.registerAttribute({did})"), arguments)
    }

    /// `DIDRegistry.transferDIDOwnership`.
    pub fn transfer_did_ownership(&self, did: Did, to: Address) -> Call {
        let arguments = registry::TransferDIDOwnershipCall { did: did.0, new_owner: h160(to) };
        call(self.did_registry, format!("DIDRegistry.transferDIDOwnership({did}, {to})"), arguments)
    }

    /// The agreement of these terms: `AgreementStoreManager.createAgreement` with conditions lock, access, escrow and actors
    /// provider, consumer; where the template is a contract, its own `createAgreement`, which names no actors: the
    /// provider is the listing's first.
    pub fn create_agreement(&self, terms: &AccessTerms) -> Call {
        let listed = terms.on_chain();
        let template = match terms.template {
            TemplateRef::Id(id) => id,
            TemplateRef::Contract(at) => return create_agreement_v01(at, terms, &listed),
        };
        let arguments = agreements::CreateAgreementCall {
            id: terms.agreement.0,
            did: terms.did.0,
            template_id: template.0,
            condition_ids: listed.ids.map(|id| id.0).to_vec(),
            time_locks: listed.time_locks.map(U256::from).to_vec(),
            time_outs: listed.time_outs.map(U256::from).to_vec(),
            actors: vec![h160(terms.provider), h160(terms.consumer)],
        };
        call(self.agreement_store, format!("AgreementStoreManager.createAgreement({})", terms.agreement), arguments)
    }

    /// `LockRewardCondition.fulfill`: the caller pays into escrow; needs the allowance of [`Contracts::approve`].
    pub fn lock_reward(&self, terms: &AccessTerms) -> Call {
        let arguments = lock::FulfillCall {
            agreement_id: terms.agreement.0,
            reward_address: h160(terms.escrow_contract),
            amount: u256(terms.price),
        };
        call(terms.lock_contract, format!("LockRewardCondition.fulfill({})", terms.agreement), arguments)
    }

    /// `AccessSecretStoreCondition.fulfill`, by the DID's owner or provider.
    pub fn grant_access(&self, terms: &AccessTerms) -> Call {
        let arguments = access::FulfillCall {
            agreement_id: terms.agreement.0,
            document_id: terms.did.0,
            grantee: h160(terms.consumer),
        };
        call(terms.access_contract, format!("AccessSecretStoreCondition.fulfill({})", terms.agreement), arguments)
    }

    /// `EscrowReward.fulfill`, by anyone: pays the owner after the grant, the buyer after the abort, else nothing.
    pub fn release_reward(&self, terms: &AccessTerms) -> Call {
        let ids = terms.ids();
        let arguments = escrow::FulfillCall {
            agreement_id: terms.agreement.0,
            amount: u256(terms.price),
            receiver: h160(terms.owner),
            sender: h160(terms.consumer),
            lock_condition: ids.lock.0,
            release_condition: ids.access.0,
        };
        call(terms.escrow_contract, format!("EscrowReward.fulfill({})", terms.agreement), arguments)
    }

    /// `abortByTimeOut` of a condition's contract, by anyone. It takes a condition's id, not an agreement's.
    pub fn abort_by_timeout(&self, kind: ConditionKind, condition: ConditionId) -> Call {
        let arguments = access::AbortByTimeOutCall { condition_id: condition.0 };
        call(self.of(kind), format!("{}.abortByTimeOut({condition})", kind.contract_name()), arguments)
    }

    /// `AccessSecretStoreCondition.renouncePermission`, by the DID's owner or provider.
    pub fn renounce_permission(&self, grantee: Address, did: Did) -> Call {
        let arguments = access::RenouncePermissionCall { grantee: h160(grantee), document_id: did.0 };
        call(
            self.access_secret_store,
            format!("AccessSecretStoreCondition.renouncePermission({grantee}, {did})"),
            arguments,
        )
    }
}
