//! What the chain says about one agreement: the only thing a machine believes.

use protocol::{Address, ConditionId, Did, conditions::ConditionKind, templates::TemplateRef};
use serde::{Deserialize, Serialize};

/// The state of a condition (PROTOCOL 2.0).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConditionState {
    /// Not created.
    #[default]
    Uninitialized,
    /// Waiting.
    Unfulfilled,
    /// Done.
    Fulfilled,
    /// Given up.
    Aborted,
}

impl ConditionState {
    /// From the contract's number; `None` for one it does not have.
    pub fn from_number(number: u8) -> Option<Self> {
        [Self::Uninitialized, Self::Unfulfilled, Self::Fulfilled, Self::Aborted].get(usize::from(number)).copied()
    }
}

/// A condition as ConditionStoreManager keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ConditionFact {
    /// The condition's contract.
    pub type_ref: Address,
    /// Where it stands.
    pub state: ConditionState,
    /// Blocks after creation before which it cannot be fulfilled.
    pub time_lock: u64,
    /// Blocks after creation after which it can be aborted; 0 is never.
    pub time_out: u64,
    /// The block in which it was created.
    pub created_at: u64,
}

/// An agreement as AgreementStoreManager keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgreementFact {
    /// The listing.
    pub did: Did,
    /// The template.
    pub template: TemplateRef,
    /// The condition ids in the order on the chain.
    pub conditions: Vec<ConditionId>,
    /// Who is part of it, in the order on the chain.
    pub actors: Vec<Address>,
}

/// One reading of the chain: of the newest block that counts. On a chain that may take blocks back, that is as many blocks
/// before the newest as a transaction needs to count.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Facts {
    /// The block that was read. It may be older than the newest one, which heads tell.
    pub block: u64,
    /// The agreement; `None` where no such id exists.
    pub agreement: Option<AgreementFact>,
    /// The condition of the payment into escrow, by the id that the terms give it.
    pub lock: ConditionFact,
    /// The condition of access.
    pub access: ConditionFact,
    /// The condition of the payment out of escrow.
    pub escrow: ConditionFact,
}

impl Facts {
    /// One of the conditions.
    pub const fn condition(&self, kind: ConditionKind) -> &ConditionFact {
        match kind {
            ConditionKind::LockReward => &self.lock,
            ConditionKind::AccessSecretStore => &self.access,
            ConditionKind::EscrowReward => &self.escrow,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_s_state_is_the_contract_s_number_and_no_other() {
        use ConditionState::{Aborted, Fulfilled, Unfulfilled, Uninitialized};
        let read: Vec<_> = (0..=4).map(ConditionState::from_number).collect();
        assert_eq!(read, [Some(Uninitialized), Some(Unfulfilled), Some(Fulfilled), Some(Aborted), None]);
    }
}
