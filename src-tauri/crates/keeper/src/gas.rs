//! Gas that suffices for a call on our contracts and the released ones, for calls that cannot be estimated because
//! they follow one that is in no block yet. What is not used is not paid.

/// `OceanToken.approve`.
pub const APPROVE: u64 = 120_000;
/// `LockRewardCondition.fulfill`.
pub const LOCK: u64 = 400_000;
/// `AgreementStoreManager.createAgreement` of an access agreement.
pub const CREATE: u64 = 1_600_000;
/// `AccessSecretStoreCondition.fulfill`.
pub const GRANT: u64 = 300_000;
/// `abortByTimeOut`.
pub const ABORT: u64 = 200_000;
/// `EscrowReward.fulfill`.
pub const RELEASE: u64 = 400_000;
