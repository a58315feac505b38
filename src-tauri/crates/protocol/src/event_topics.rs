//! Events and functions of keeper-contracts 0.13.2 by their hashes (PROTOCOL 2.9).
//!
//! Different contracts share some of them: always look at the contract's address too.

use crate::{Hash32, hash::keccak256};

/// Topic 0 of an event: Keccak-256 of its signature.
pub fn topic0(signature: &str) -> Hash32 {
    Hash32(keccak256(signature))
}

/// The selector of a function: the first four bytes of Keccak-256 of its signature.
pub fn selector(signature: &str) -> [u8; 4] {
    let [a, b, c, d, ..] = keccak256(signature);
    [a, b, c, d]
}

/// Events: topic 0.
pub mod topic {
    use crate::Hash32;

    /// `DIDAttributeRegistered(bytes32,address,bytes32,string,address,uint256)` of DIDRegistry. A listing was registered or changed.
    pub const DID_ATTRIBUTE_REGISTERED: Hash32 = Hash32([
        0x8f, 0x8b, 0x75, 0x5e, 0x50, 0xeb, 0x4e, 0xfa, 0xa1, 0xa8, 0x2e, 0x62, 0xcb, 0xfe, 0x4c, 0x58, 0xd8, 0x33,
        0x74, 0xb2, 0xf2, 0x0d, 0xb5, 0x96, 0x07, 0x64, 0xba, 0x69, 0xe0, 0x62, 0xae, 0x43,
    ]);

    /// `DIDProviderAdded(bytes32,address)` of DIDRegistry. A gateway may serve a listing.
    pub const DID_PROVIDER_ADDED: Hash32 = Hash32([
        0x0c, 0x22, 0xbb, 0xa9, 0xf3, 0x6f, 0x0f, 0x2a, 0x78, 0x84, 0x65, 0x0b, 0xed, 0xf4, 0x2c, 0xe7, 0xb0, 0x26,
        0x85, 0x1b, 0x57, 0x3c, 0x93, 0xe4, 0xd8, 0xcd, 0x51, 0xf7, 0x3e, 0xce, 0xda, 0x0f,
    ]);

    /// `DIDProviderRemoved(bytes32,address,bool)` of DIDRegistry. A gateway may no longer serve a listing; nothing of it is indexed.
    pub const DID_PROVIDER_REMOVED: Hash32 = Hash32([
        0xa3, 0x4c, 0x94, 0xe3, 0x89, 0x34, 0x06, 0xb9, 0xfa, 0x30, 0x2e, 0x5f, 0xbe, 0x43, 0x35, 0xb0, 0xcc, 0x46,
        0xca, 0x31, 0x1d, 0x7e, 0xa2, 0x45, 0x45, 0x42, 0x6e, 0xc2, 0x23, 0xa9, 0x4f, 0x41,
    ]);

    /// `DIDOwnershipTransferred(bytes32,address,address)` of DIDRegistry. A listing has a new owner.
    pub const DID_OWNERSHIP_TRANSFERRED: Hash32 = Hash32([
        0xe3, 0x6e, 0x06, 0xa3, 0x16, 0x18, 0xf1, 0xe5, 0xc2, 0x05, 0x7e, 0x2d, 0x65, 0x9c, 0x72, 0xbb, 0x4d, 0x1e,
        0x19, 0x52, 0x62, 0x36, 0xdc, 0x13, 0x05, 0x2a, 0x48, 0x39, 0x78, 0xb5, 0x5e, 0xa2,
    ]);

    /// `DIDPermissionGranted(bytes32,address,address)` of DIDRegistry. An account may read a listing.
    pub const DID_PERMISSION_GRANTED: Hash32 = Hash32([
        0xaf, 0x46, 0x49, 0x68, 0xa4, 0xf6, 0x6d, 0xad, 0xa6, 0xa1, 0xa5, 0xa3, 0x3b, 0xd6, 0xc4, 0x31, 0xa5, 0xdd,
        0xe6, 0x62, 0xdd, 0x7d, 0x6a, 0xa7, 0x15, 0x46, 0x21, 0x30, 0xec, 0x86, 0xd8, 0x45,
    ]);

    /// `DIDPermissionRevoked(bytes32,address,address)` of DIDRegistry. An account may no longer read a listing.
    pub const DID_PERMISSION_REVOKED: Hash32 = Hash32([
        0xf5, 0x11, 0x01, 0x8c, 0x66, 0x7f, 0xb6, 0xed, 0xa3, 0x2b, 0x85, 0xf4, 0x2e, 0x78, 0x88, 0xd1, 0xcd, 0x1d,
        0x5e, 0xc5, 0xb2, 0xb1, 0x14, 0x7e, 0x6d, 0x26, 0xe9, 0x46, 0xfd, 0xe2, 0x2d, 0x0d,
    ]);

    /// `AgreementCreated(bytes32,bytes32,address,uint256)` of AgreementStoreManager. An agreement exists.
    pub const AGREEMENT_CREATED: Hash32 = Hash32([
        0x2b, 0x5b, 0x2a, 0x0b, 0xba, 0x10, 0x9d, 0x66, 0xe7, 0x16, 0xc6, 0x6a, 0xb0, 0x73, 0x7b, 0x05, 0x4e, 0xaf,
        0x5c, 0xf4, 0x78, 0x6c, 0x8d, 0x79, 0x46, 0x47, 0x84, 0x0a, 0x4a, 0x3c, 0x6d, 0xb6,
    ]);

    /// `AgreementActorAdded(bytes32,address,bytes32)` of AgreementStoreManager. An account is a party of an agreement.
    pub const AGREEMENT_ACTOR_ADDED: Hash32 = Hash32([
        0x1d, 0xf2, 0xd1, 0x3a, 0x1a, 0xb1, 0x04, 0x74, 0x0f, 0x13, 0x93, 0x54, 0xd2, 0x54, 0xa1, 0xbc, 0x6c, 0x23,
        0x0e, 0xfd, 0xee, 0x68, 0x1d, 0x4c, 0x8a, 0x46, 0x3d, 0x4f, 0xb9, 0xb5, 0x1c, 0xa0,
    ]);

    /// `ConditionCreated(bytes32,address,address)` of ConditionStoreManager. A condition exists.
    pub const CONDITION_CREATED: Hash32 = Hash32([
        0xa8, 0x37, 0x04, 0x78, 0xfc, 0xce, 0xa5, 0x0f, 0x2f, 0x5a, 0x24, 0xa8, 0x7f, 0x55, 0x39, 0x98, 0x2b, 0x31,
        0xdf, 0x02, 0x51, 0x86, 0x8c, 0x81, 0xc6, 0xcf, 0x0e, 0x35, 0xea, 0x14, 0xf6, 0x24,
    ]);

    /// `ConditionUpdated(bytes32,address,uint8,address)` of ConditionStoreManager. A condition has a new state, the effective one.
    pub const CONDITION_UPDATED: Hash32 = Hash32([
        0x1b, 0x03, 0xca, 0x26, 0x8f, 0xb2, 0x38, 0x2c, 0xad, 0xcf, 0x50, 0x5e, 0xe6, 0x0f, 0x53, 0x85, 0x7c, 0x3c,
        0x2c, 0x24, 0x83, 0xf2, 0xa0, 0x24, 0xc2, 0xbe, 0x10, 0x73, 0xb2, 0x9a, 0x63, 0xd4,
    ]);

    /// `Fulfilled(bytes32,address,bytes32,uint256)` of LockRewardCondition. LockRewardCondition and EscrowReward share it: filter by address.
    pub const REWARD_FULFILLED: Hash32 = Hash32([
        0x30, 0x48, 0x96, 0x30, 0xef, 0x1e, 0x35, 0xcf, 0x4e, 0xfe, 0xec, 0x04, 0x5e, 0x3f, 0x1a, 0x75, 0x23, 0xe4,
        0xeb, 0x50, 0x32, 0xd4, 0x39, 0x70, 0xc8, 0x6c, 0x5e, 0x37, 0x53, 0x61, 0xaa, 0x30,
    ]);

    /// `Fulfilled(bytes32,bytes32,address,bytes32)` of AccessSecretStoreCondition. AccessSecretStoreCondition and ComputeExecutionCondition share it: filter by address.
    pub const ACCESS_FULFILLED: Hash32 = Hash32([
        0x68, 0x55, 0xf7, 0xa9, 0x8b, 0x24, 0x19, 0x3f, 0x81, 0x09, 0x2c, 0x17, 0x36, 0xcd, 0xb5, 0xbd, 0x7e, 0x64,
        0x7d, 0xe5, 0x2c, 0xa8, 0x3d, 0x76, 0x7d, 0x73, 0x5c, 0x37, 0x35, 0xdd, 0xb2, 0xd2,
    ]);

    /// `AgreementCreated(bytes32,bytes32,address,address,uint256[],uint256[])` of a template contract of v0.1. An agreement exists.
    pub const TEMPLATE_AGREEMENT_CREATED: Hash32 = Hash32([
        0x8b, 0x2a, 0xdd, 0x0d, 0xad, 0xc4, 0x10, 0x06, 0x7e, 0x1f, 0x70, 0x5e, 0x52, 0x77, 0x8a, 0x4c, 0x66, 0x46,
        0x72, 0xe1, 0x50, 0x63, 0x7c, 0x62, 0xa5, 0x72, 0xcf, 0xb6, 0x10, 0x1c, 0xec, 0xc6,
    ]);

    /// `Transfer(address,address,uint256)` of OceanToken. Tokens moved.
    pub const TRANSFER: Hash32 = Hash32([
        0xdd, 0xf2, 0x52, 0xad, 0x1b, 0xe2, 0xc8, 0x9b, 0x69, 0xc2, 0xb0, 0x68, 0xfc, 0x37, 0x8d, 0xaa, 0x95, 0x2b,
        0xa7, 0xf1, 0x63, 0xc4, 0xa1, 0x16, 0x28, 0xf5, 0x5a, 0x4d, 0xf5, 0x23, 0xb3, 0xef,
    ]);

    /// `Approval(address,address,uint256)` of OceanToken. An allowance was set.
    pub const APPROVAL: Hash32 = Hash32([
        0x8c, 0x5b, 0xe1, 0xe5, 0xeb, 0xec, 0x7d, 0x5b, 0xd1, 0x4f, 0x71, 0x42, 0x7d, 0x1e, 0x84, 0xf3, 0xdd, 0x03,
        0x14, 0xc0, 0xf7, 0xb2, 0x29, 0x1e, 0x5b, 0x20, 0x0a, 0xc8, 0xc7, 0xc3, 0xb9, 0x25,
    ]);

    /// `TemplateProposed(bytes32,string,address[],bytes32[])` of TemplateStoreManager. A template was proposed.
    pub const TEMPLATE_PROPOSED: Hash32 = Hash32([
        0x0a, 0x4c, 0x4e, 0xaa, 0xff, 0x6f, 0xbb, 0x3e, 0x55, 0x70, 0x8f, 0xb3, 0x3d, 0x47, 0xd4, 0xfc, 0xdf, 0x7a,
        0x64, 0x4a, 0xd6, 0xfa, 0x04, 0x8c, 0x98, 0x29, 0x5e, 0xc4, 0x53, 0x1e, 0x4b, 0x12,
    ]);

    /// `TemplateApproved(bytes32,bool)` of TemplateStoreManager. A template was approved.
    pub const TEMPLATE_APPROVED: Hash32 = Hash32([
        0xad, 0x91, 0xd9, 0x66, 0xb5, 0x60, 0x53, 0xc3, 0x28, 0xb4, 0x48, 0xa7, 0x8e, 0x37, 0xb4, 0xac, 0x4f, 0x80,
        0xdf, 0xe0, 0x7d, 0x97, 0x4f, 0x06, 0x1a, 0x73, 0x6e, 0xf4, 0xab, 0x2d, 0x89, 0x6d,
    ]);

    /// `TemplateRevoked(bytes32,bool)` of TemplateStoreManager. A template was revoked.
    pub const TEMPLATE_REVOKED: Hash32 = Hash32([
        0x78, 0x9a, 0xa8, 0x70, 0x44, 0x5d, 0x1c, 0x10, 0x19, 0xaf, 0x51, 0xe8, 0xe3, 0x21, 0xa0, 0x7c, 0x87, 0x29,
        0x40, 0xe0, 0x31, 0xed, 0x9a, 0xb4, 0x81, 0xce, 0x9b, 0xcf, 0xc7, 0x5d, 0x2f, 0x9b,
    ]);

    /// `RequestLimitExceeded(address,uint256,uint256)` of Dispenser. More tokens were asked for than are given at once.
    pub const REQUEST_LIMIT_EXCEEDED: Hash32 = Hash32([
        0x6b, 0xa0, 0x17, 0xf0, 0x42, 0x68, 0xaf, 0x01, 0x69, 0x65, 0xaf, 0xed, 0x4b, 0x76, 0xd0, 0x7e, 0xe8, 0xb8,
        0xd2, 0x82, 0x25, 0x93, 0xb5, 0x65, 0xaf, 0x06, 0x0c, 0x91, 0x4e, 0x01, 0x5d, 0x40,
    ]);

    /// `RequestFrequencyExceeded(address,uint256)` of Dispenser. Tokens were asked for too soon again.
    pub const REQUEST_FREQUENCY_EXCEEDED: Hash32 = Hash32([
        0x5f, 0xc1, 0xae, 0xe0, 0xcb, 0x98, 0x20, 0x97, 0x67, 0x55, 0xa7, 0xc8, 0x8b, 0xb3, 0x66, 0x50, 0x6e, 0xba,
        0x3e, 0xaa, 0x69, 0xcd, 0xbf, 0x05, 0x7e, 0x50, 0xa8, 0x93, 0xc0, 0x7f, 0x3d, 0xdf,
    ]);
}

/// Functions: the first four bytes of a call.
pub mod call {

    /// `approve(address,uint256)` of OceanToken. Sets an allowance.
    pub const APPROVE: [u8; 4] = [0x09, 0x5e, 0xa7, 0xb3];

    /// `transfer(address,uint256)` of OceanToken. Moves own tokens.
    pub const TRANSFER: [u8; 4] = [0xa9, 0x05, 0x9c, 0xbb];

    /// `transferFrom(address,address,uint256)` of OceanToken. Moves allowed tokens.
    pub const TRANSFER_FROM: [u8; 4] = [0x23, 0xb8, 0x72, 0xdd];

    /// `balanceOf(address)` of OceanToken. What an account has.
    pub const BALANCE_OF: [u8; 4] = [0x70, 0xa0, 0x82, 0x31];

    /// `allowance(address,address)` of OceanToken. What an account may move for another.
    pub const ALLOWANCE: [u8; 4] = [0xdd, 0x62, 0xed, 0x3e];

    /// `requestTokens(uint256)` of Dispenser. Asks for tokens, in whole OCEAN.
    pub const REQUEST_TOKENS: [u8; 4] = [0xee, 0xf9, 0xc2, 0x7c];

    /// `fulfill(bytes32,address,uint256)` of LockRewardCondition. Pays into escrow.
    pub const LOCK_REWARD: [u8; 4] = [0x2a, 0x29, 0xec, 0xe6];

    /// `fulfill(bytes32,bytes32,address)` of AccessSecretStoreCondition. Grants access; ComputeExecutionCondition shares it.
    pub const GRANT_ACCESS: [u8; 4] = [0xd9, 0x25, 0x0d, 0xa4];

    /// `fulfill(bytes32,uint256,address,address,bytes32,bytes32)` of EscrowReward. Pays out of escrow.
    pub const RELEASE_REWARD: [u8; 4] = [0x22, 0x42, 0xb4, 0x0e];

    /// `fulfill(bytes32,bytes32,address,bytes)` of SignCondition. Shows a signature.
    pub const FULFILL_SIGN: [u8; 4] = [0xcf, 0x89, 0x7d, 0x3d];

    /// `fulfill(bytes32,uint256)` of HashLockCondition. Shows a number.
    pub const FULFILL_HASH_LOCK_NUMBER: [u8; 4] = [0x43, 0x57, 0x85, 0x5e];

    /// `fulfill(bytes32,string)` of HashLockCondition. Shows a text.
    pub const FULFILL_HASH_LOCK_TEXT: [u8; 4] = [0x37, 0x44, 0x19, 0x96];

    /// `fulfill(bytes32,bytes32)` of HashLockCondition. Shows 32 bytes.
    pub const FULFILL_HASH_LOCK_WORD: [u8; 4] = [0x04, 0x2f, 0x2b, 0x65];

    /// `fulfill(bytes32,bytes32[],uint256)` of ThresholdCondition. Enough inputs are fulfilled.
    pub const FULFILL_THRESHOLD: [u8; 4] = [0x2f, 0x94, 0x60, 0x31];

    /// `fulfill(bytes32,address,bytes32)` of WhitelistingCondition. The item is in the caller's list.
    pub const FULFILL_WHITELISTING: [u8; 4] = [0xf3, 0x2d, 0x73, 0xd0];

    /// `createAgreement(bytes32,bytes32,bytes32[],uint256[],uint256[],address)` of EscrowAccessSecretStoreTemplate. Creates an agreement of v0.1.
    pub const CREATE_AGREEMENT_V01: [u8; 4] = [0x41, 0x83, 0xe7, 0x2b];

    /// `abortByTimeOut(bytes32)` of EscrowReward. Aborts a condition whose time is over.
    pub const ABORT_BY_TIME_OUT: [u8; 4] = [0x1c, 0xe1, 0x91, 0x85];

    /// `checkPermissions(address,bytes32)` of AccessSecretStoreCondition. Whether an account may decrypt; the account comes first.
    pub const CHECK_PERMISSIONS: [u8; 4] = [0xb3, 0x6a, 0x9a, 0x7c];

    /// `createAgreement(bytes32,bytes32,bytes32,bytes32[],uint256[],uint256[],address[])` of AgreementStoreManager. Creates an agreement.
    pub const CREATE_AGREEMENT: [u8; 4] = [0x8d, 0xed, 0x3b, 0x30];

    /// `getAgreement(bytes32)` of AgreementStoreManager. Reads an agreement.
    pub const GET_AGREEMENT: [u8; 4] = [0xf4, 0x2e, 0xb7, 0x65];

    /// `getAgreementActors(bytes32)` of AgreementStoreManager. Reads its parties.
    pub const GET_AGREEMENT_ACTORS: [u8; 4] = [0x3f, 0x3d, 0xca, 0xe5];

    /// `getCondition(bytes32)` of ConditionStoreManager. Reads a condition.
    pub const GET_CONDITION: [u8; 4] = [0x29, 0x34, 0xa0, 0xee];

    /// `getConditionState(bytes32)` of ConditionStoreManager. Reads its state alone.
    pub const GET_CONDITION_STATE: [u8; 4] = [0x33, 0x6c, 0x51, 0x22];

    /// `registerAttribute(bytes32,bytes32,address[],string)` of DIDRegistry. Registers or changes a listing.
    pub const REGISTER_ATTRIBUTE: [u8; 4] = [0x53, 0x4e, 0xb7, 0x06];

    /// `getDIDRegister(bytes32)` of DIDRegistry. Reads what is registered.
    pub const GET_DID_REGISTER: [u8; 4] = [0x22, 0xc6, 0xb5, 0x19];

    /// `getDIDOwner(bytes32)` of DIDRegistry. Reads who owns a listing.
    pub const GET_DID_OWNER: [u8; 4] = [0x6c, 0x2e, 0xf5, 0x24];

    /// `getBlockNumberUpdated(bytes32)` of DIDRegistry. Reads when it changed.
    pub const GET_BLOCK_NUMBER_UPDATED: [u8; 4] = [0xbb, 0xc1, 0xde, 0xde];

    /// `isTemplateIdApproved(bytes32)` of TemplateStoreManager. Whether agreements can be made from a template.
    pub const IS_TEMPLATE_ID_APPROVED: [u8; 4] = [0x50, 0x66, 0x9e, 0x84];
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn released() -> Value {
        let file: Value = serde_json::from_str(include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../../tests/vectors/selectors-topics.json"
        )))
        .unwrap();
        file["versions"]["0.13.2"].clone()
    }

    #[test]
    fn events_are_those_of_the_released_contracts() {
        let released = released();
        for (contract, signature, ours) in [
            (
                "DIDRegistry",
                "DIDAttributeRegistered(bytes32,address,bytes32,string,address,uint256)",
                topic::DID_ATTRIBUTE_REGISTERED,
            ),
            ("DIDRegistry", "DIDProviderAdded(bytes32,address)", topic::DID_PROVIDER_ADDED),
            ("DIDRegistry", "DIDProviderRemoved(bytes32,address,bool)", topic::DID_PROVIDER_REMOVED),
            ("DIDRegistry", "DIDOwnershipTransferred(bytes32,address,address)", topic::DID_OWNERSHIP_TRANSFERRED),
            ("DIDRegistry", "DIDPermissionGranted(bytes32,address,address)", topic::DID_PERMISSION_GRANTED),
            ("DIDRegistry", "DIDPermissionRevoked(bytes32,address,address)", topic::DID_PERMISSION_REVOKED),
            ("AgreementStoreManager", "AgreementCreated(bytes32,bytes32,address,uint256)", topic::AGREEMENT_CREATED),
            ("AgreementStoreManager", "AgreementActorAdded(bytes32,address,bytes32)", topic::AGREEMENT_ACTOR_ADDED),
            ("ConditionStoreManager", "ConditionCreated(bytes32,address,address)", topic::CONDITION_CREATED),
            ("ConditionStoreManager", "ConditionUpdated(bytes32,address,uint8,address)", topic::CONDITION_UPDATED),
            ("LockRewardCondition", "Fulfilled(bytes32,address,bytes32,uint256)", topic::REWARD_FULFILLED),
            ("AccessSecretStoreCondition", "Fulfilled(bytes32,bytes32,address,bytes32)", topic::ACCESS_FULFILLED),
            ("ComputeExecutionCondition", "Fulfilled(bytes32,bytes32,address,bytes32)", topic::ACCESS_FULFILLED),
            (
                "EscrowAccessSecretStoreTemplate",
                "AgreementCreated(bytes32,bytes32,address,address,uint256[],uint256[])",
                topic::TEMPLATE_AGREEMENT_CREATED,
            ),
            ("OceanToken", "Transfer(address,address,uint256)", topic::TRANSFER),
            ("OceanToken", "Approval(address,address,uint256)", topic::APPROVAL),
            ("TemplateStoreManager", "TemplateProposed(bytes32,string,address[],bytes32[])", topic::TEMPLATE_PROPOSED),
            ("TemplateStoreManager", "TemplateApproved(bytes32,bool)", topic::TEMPLATE_APPROVED),
            ("TemplateStoreManager", "TemplateRevoked(bytes32,bool)", topic::TEMPLATE_REVOKED),
            ("Dispenser", "RequestLimitExceeded(address,uint256,uint256)", topic::REQUEST_LIMIT_EXCEEDED),
            ("Dispenser", "RequestFrequencyExceeded(address,uint256)", topic::REQUEST_FREQUENCY_EXCEEDED),
        ] {
            let event = &released[contract]["events"][signature];
            assert_eq!(event["topic0"].as_str(), Some(ours.hex().as_str()), "{contract}.{signature}");
            assert_eq!(topic0(signature), ours);
        }
    }

    #[test]
    fn functions_are_those_of_the_released_contracts() {
        let released = released();
        for (contract, signature, ours) in [
            ("OceanToken", "approve(address,uint256)", call::APPROVE),
            ("OceanToken", "transfer(address,uint256)", call::TRANSFER),
            ("OceanToken", "transferFrom(address,address,uint256)", call::TRANSFER_FROM),
            ("OceanToken", "balanceOf(address)", call::BALANCE_OF),
            ("OceanToken", "allowance(address,address)", call::ALLOWANCE),
            ("Dispenser", "requestTokens(uint256)", call::REQUEST_TOKENS),
            ("LockRewardCondition", "fulfill(bytes32,address,uint256)", call::LOCK_REWARD),
            ("AccessSecretStoreCondition", "fulfill(bytes32,bytes32,address)", call::GRANT_ACCESS),
            ("EscrowReward", "fulfill(bytes32,uint256,address,address,bytes32,bytes32)", call::RELEASE_REWARD),
            ("SignCondition", "fulfill(bytes32,bytes32,address,bytes)", call::FULFILL_SIGN),
            ("HashLockCondition", "fulfill(bytes32,uint256)", call::FULFILL_HASH_LOCK_NUMBER),
            ("HashLockCondition", "fulfill(bytes32,string)", call::FULFILL_HASH_LOCK_TEXT),
            ("HashLockCondition", "fulfill(bytes32,bytes32)", call::FULFILL_HASH_LOCK_WORD),
            ("ThresholdCondition", "fulfill(bytes32,bytes32[],uint256)", call::FULFILL_THRESHOLD),
            ("WhitelistingCondition", "fulfill(bytes32,address,bytes32)", call::FULFILL_WHITELISTING),
            (
                "EscrowAccessSecretStoreTemplate",
                "createAgreement(bytes32,bytes32,bytes32[],uint256[],uint256[],address)",
                call::CREATE_AGREEMENT_V01,
            ),
            ("EscrowReward", "abortByTimeOut(bytes32)", call::ABORT_BY_TIME_OUT),
            ("AccessSecretStoreCondition", "checkPermissions(address,bytes32)", call::CHECK_PERMISSIONS),
            (
                "AgreementStoreManager",
                "createAgreement(bytes32,bytes32,bytes32,bytes32[],uint256[],uint256[],address[])",
                call::CREATE_AGREEMENT,
            ),
            ("AgreementStoreManager", "getAgreement(bytes32)", call::GET_AGREEMENT),
            ("AgreementStoreManager", "getAgreementActors(bytes32)", call::GET_AGREEMENT_ACTORS),
            ("ConditionStoreManager", "getCondition(bytes32)", call::GET_CONDITION),
            ("ConditionStoreManager", "getConditionState(bytes32)", call::GET_CONDITION_STATE),
            ("DIDRegistry", "registerAttribute(bytes32,bytes32,address[],string)", call::REGISTER_ATTRIBUTE),
            ("DIDRegistry", "getDIDRegister(bytes32)", call::GET_DID_REGISTER),
            ("DIDRegistry", "getDIDOwner(bytes32)", call::GET_DID_OWNER),
            ("DIDRegistry", "getBlockNumberUpdated(bytes32)", call::GET_BLOCK_NUMBER_UPDATED),
            ("TemplateStoreManager", "isTemplateIdApproved(bytes32)", call::IS_TEMPLATE_ID_APPROVED),
        ] {
            let function = &released[contract]["functions"][signature];
            let text = format!("0x{}", hex::encode(ours));
            assert_eq!(function["selector"].as_str(), Some(text.as_str()), "{contract}.{signature}");
            assert_eq!(selector(signature), ours);
        }
    }
}
