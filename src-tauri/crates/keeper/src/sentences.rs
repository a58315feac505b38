//! What chains and their nodes do not do, said to people in their language.

use crate::{Alone, BroadcastError, Dispute, KeeperError, NetworkFault, NodeTrouble, RpcFault};
use protocol::{Sentence, sentence};

impl From<&KeeperError> for Sentence {
    fn from(error: &KeeperError) -> Self {
        use KeeperError as E;
        match error {
            E::Rpc(fault) | E::Broadcast(BroadcastError::Fault(fault)) => fault.into(),
            E::WrongChain { expected, found } => {
                sentence!(
                    "this is chain {found}, the network file says {expected}",
                    found = *found,
                    expected = *expected
                )
            }
            E::ContractMissing(name) => sentence!("the network file has no address of {name}", name = *name),
            E::Revert { reason, .. } => sentence!("the contract refuses: {reason}", reason),
            E::TooDear { asked, most } => {
                sentence!("the network asks {asked} wei per gas, its file allows {most}", asked = *asked, most = *most)
            }
            E::TooMuchGas { needed, most } => sentence!(
                "a node says that it takes {needed} gas, and the network file allows {most}",
                needed = *needed,
                most = *most
            ),
            E::Answer(why) => sentence!("a contract's answer is not understood ({why})", why),
            E::Inconsistent(why) => sentence!("the node's answers do not fit together ({why})", why),
            E::Broadcast(error) => error.into(),
            E::Sign(error) => error.into(),
            E::Evidence(what) => sentence!("{what} cannot be shown this", what = *what),
            E::Owners(why) => sentence!("these cannot be the owners ({why})", why = *why),
            E::DeploymentFailed(what) => sentence!("the contracts could not be put on the chain ({what})", what),
            E::NotMined { what, seconds } => {
                sentence!("the chain has not taken “{what}” within {seconds} s", what, seconds = *seconds)
            }
        }
    }
}

impl From<&RpcFault> for Sentence {
    fn from(fault: &RpcFault) -> Self {
        match fault {
            RpcFault::Unreachable(_) => "the chain cannot be reached".into(),
            RpcFault::Refused { code, message, .. } => {
                sentence!("the chain's node refuses: {words} ({code})", words = message, code = *code)
            }
            RpcFault::Busy { .. } => "the chain's node wants fewer requests".into(),
            RpcFault::WrongChain { node, expected, found } => sentence!(
                "{node} is of chain {found}, the network is chain {expected}",
                node,
                found = *found,
                expected = *expected
            ),
            RpcFault::Disputed(dispute) => dispute.into(),
            RpcFault::Alone(alone) => alone.into(),
            RpcFault::TooLarge => "the chain's answer is too large".into(),
            RpcFault::Form(why) => sentence!("the chain's answer is not understood ({why})", why),
            RpcFault::NoSubscription => "this connection has no subscriptions".into(),
        }
    }
}

impl From<&BroadcastError> for Sentence {
    fn from(error: &BroadcastError) -> Self {
        match error {
            BroadcastError::AlreadyKnown => "the node has this transaction already".into(),
            BroadcastError::NonceTooLow => "a transaction with this number is already in a block".into(),
            BroadcastError::Underpriced => "the network fee is too low at present".into(),
            BroadcastError::InsufficientFunds => "the account cannot pay the network fee".into(),
            BroadcastError::Other { code, message } => {
                sentence!("the chain's node refuses: {words} ({code})", words = message, code = *code)
            }
            BroadcastError::Fault(fault) => fault.into(),
        }
    }
}

impl From<&Dispute> for Sentence {
    fn from(dispute: &Dispute) -> Self {
        let said = |(node, said): &(String, String)| sentence!("{node} says {answer}", node, answer = said);
        let said: Vec<Sentence> = dispute.said.iter().map(said).collect();
        sentence!("the network's nodes do not agree about {what}: {said}", what = &dispute.about, said)
    }
}

impl From<&Alone> for Sentence {
    fn from(alone: &Alone) -> Self {
        if alone.missing.is_empty() {
            return "decisions about money need two nodes of the network that say the same".into();
        }
        let missing: Vec<Sentence> = alone.missing.iter().map(|(node, trouble)| of_node(node, trouble)).collect();
        sentence!(
            "money is moved or taken back only on what two nodes of the network say alike, and there are not two now: \
             {nodes}; it goes on by itself when there are, and with a third node in the network file one may be away",
            nodes = missing
        )
    }
}

/// What is wrong with a node, with its name.
pub fn of_node(node: &str, trouble: &NodeTrouble) -> Sentence {
    sentence!("{node} {trouble}", node, trouble = Sentence::from(trouble))
}

/// Without its name.
impl From<&NodeTrouble> for Sentence {
    fn from(trouble: &NodeTrouble) -> Self {
        match trouble {
            NodeTrouble::WrongChain { expected, found } => {
                sentence!("is of chain {found}, not {expected}", found = *found, expected = *expected)
            }
            NodeTrouble::Silent(why) => sentence!("does not answer ({why})", why),
            NodeTrouble::Busy => "wants fewer requests".into(),
            NodeTrouble::Nonsense(what) => sentence!("answers what cannot be: {what}", what),
            NodeTrouble::Behind { blocks } => sentence!("is {blocks} blocks behind", blocks = *blocks),
            NodeTrouble::Contradicts(what) => sentence!("says otherwise than the others about {what}", what),
        }
    }
}

impl From<&NetworkFault> for Sentence {
    fn from(fault: &NetworkFault) -> Self {
        match fault {
            NetworkFault::NoCode(name) => sentence!("there is no contract at the address of {name}", name = *name),
            NetworkFault::Abi(name) => {
                sentence!("the contract at the address of {name} does not have its functions", name = *name)
            }
            NetworkFault::CreateRole => "AgreementStoreManager may not create conditions".into(),
            NetworkFault::Template(id) => sentence!("the template {id} is not approved", id = *id),
            NetworkFault::TemplateConditions(id) => {
                sentence!("the template {id} has other conditions than the network file names", id = *id)
            }
            NetworkFault::Upgrader { contract, owner } => sentence!(
                "{name} can be changed by {owner}, who is not the network's Governance",
                name = *contract,
                owner = *owner
            ),
            NetworkFault::ActorType(id) => sentence!("the actor type {id} is not registered", id = *id),
        }
    }
}
