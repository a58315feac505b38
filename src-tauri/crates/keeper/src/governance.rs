//! The operators of a governed network: what they can decide together, and what they have decided.

use crate::{
    Contracts, Keeper, KeeperError, Proxy,
    bindings::governance::{
        AddOwnerCall, ChangeRequirementCall, ConfirmCall, ExecuteCall, Governance, ProposeCall, RemoveOwnerCall,
        RevokeCall,
    },
    convert::{address, h160, saturated},
};
use ethers::{
    abi::{AbiEncode, Token, encode},
    types::{Bytes, U256},
};
use protocol::{Address, Vodka, event_topics::selector, tx::Call};

/// The operators: one operator, one vote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operators {
    /// Who they are.
    pub owners: Vec<Address>,
    /// Votes that decide.
    pub required: u64,
    /// Proposals that were ever made; they are numbered from 0.
    pub proposals: u64,
}

/// A proposal of the operators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The contract that would be called.
    pub to: Address,
    /// Selector and arguments.
    pub data: Vec<u8>,
    /// Whether it was done.
    pub executed: bool,
    /// Whether votes still count. A change of the operators ends every open proposal.
    pub open: bool,
    /// Votes of the operators of now.
    pub votes: u64,
}

impl Contracts {
    fn governance(&self, what: String, arguments: impl AbiEncode) -> Result<Call, KeeperError> {
        Ok(Call {
            to: self.find("Governance")?,
            data: arguments.encode(),
            value: Vodka::ZERO,
            what: format!("Governance.{what}"),
        })
    }

    /// Proposes a call to the other operators, with one's own vote.
    ///
    /// # Errors
    /// [`KeeperError::ContractMissing`] where the network is not governed; so with all that follow.
    pub fn propose(&self, call: &Call) -> Result<Call, KeeperError> {
        let arguments = ProposeCall { to: h160(call.to), data: Bytes::from(call.data.clone()) };
        self.governance(format!("propose({})", call.what), arguments)
    }

    /// A vote for a proposal.
    ///
    /// # Errors
    /// As [`Contracts::propose`].
    pub fn confirm(&self, proposal: u64) -> Result<Call, KeeperError> {
        self.governance(format!("confirm({proposal})"), ConfirmCall { proposal: U256::from(proposal) })
    }

    /// Takes one's vote back.
    ///
    /// # Errors
    /// As [`Contracts::propose`].
    pub fn revoke(&self, proposal: u64) -> Result<Call, KeeperError> {
        self.governance(format!("revoke({proposal})"), RevokeCall { proposal: U256::from(proposal) })
    }

    /// Does what was proposed, when there are enough votes.
    ///
    /// # Errors
    /// As [`Contracts::propose`].
    pub fn execute(&self, proposal: u64) -> Result<Call, KeeperError> {
        self.governance(format!("execute({proposal})"), ExecuteCall { proposal: U256::from(proposal) })
    }

    /// To be proposed: one more operator, and the votes needed from then on.
    ///
    /// # Errors
    /// As [`Contracts::propose`].
    pub fn add_operator(&self, owner: Address, required: u64) -> Result<Call, KeeperError> {
        let arguments = AddOwnerCall { owner: h160(owner), votes: U256::from(required) };
        self.governance(format!("addOwner({owner}, {required})"), arguments)
    }

    /// To be proposed: one operator less, and the votes needed from then on.
    ///
    /// # Errors
    /// As [`Contracts::propose`].
    pub fn remove_operator(&self, owner: Address, required: u64) -> Result<Call, KeeperError> {
        let arguments = RemoveOwnerCall { owner: h160(owner), votes: U256::from(required) };
        self.governance(format!("removeOwner({owner}, {required})"), arguments)
    }

    /// To be proposed: the votes needed from then on.
    ///
    /// # Errors
    /// As [`Contracts::propose`].
    pub fn change_requirement(&self, required: u64) -> Result<Call, KeeperError> {
        let arguments = ChangeRequirementCall { votes: U256::from(required) };
        self.governance(format!("changeRequirement({required})"), arguments)
    }

    /// To be proposed: the contract at `at` runs this code from then on, and is called with `set_up` unless that is empty.
    pub fn upgrade(&self, at: Address, proxy: &Proxy, code: Address, set_up: &[u8]) -> Call {
        let arguments = [Token::Address(h160(at)), Token::Address(h160(code)), Token::Bytes(set_up.to_vec())];
        let mut data = selector("upgradeAndCall(address,address,bytes)").to_vec();
        data.extend(encode(&arguments));
        Call { to: proxy.admin, data, value: Vodka::ZERO, what: format!("ProxyAdmin.upgradeAndCall({at}, {code})") }
    }
}

impl Keeper {
    fn governance(&self) -> Result<Governance<ethers::providers::Provider<crate::rpc::Client>>, KeeperError> {
        Ok(Governance::new(h160(self.contracts().find("Governance")?), self.provider()))
    }

    /// The operators of now.
    ///
    /// # Errors
    /// [`KeeperError`], also where the network is not governed.
    pub async fn operators(&self) -> Result<Operators, KeeperError> {
        let governance = self.governance()?;
        let owners = governance.get_owners().legacy();
        let (required, count) = (governance.required().legacy(), governance.get_proposal_count().legacy());
        let (owners, required, count) = tokio::try_join!(owners.call(), required.call(), count.call())?;
        let owners = owners.into_iter().map(address).collect();
        Ok(Operators { owners, required: saturated(required), proposals: saturated(count) })
    }

    /// A proposal.
    ///
    /// # Errors
    /// [`KeeperError::Revert`] where there is none of this number.
    pub async fn proposal(&self, proposal: u64) -> Result<Proposal, KeeperError> {
        let (governance, number) = (self.governance()?, U256::from(proposal));
        let (found, votes) = (governance.get_proposal(number).legacy(), governance.confirmations(number).legacy());
        let ((to, data, executed, open), votes) = tokio::try_join!(found.call(), votes.call())?;
        Ok(Proposal { to: address(to), data: data.to_vec(), executed, open, votes: saturated(votes) })
    }
}
