//! Agreements of any shape: what is on record of one, what may happen next in it, and templates for more.

pub use ::agreement::{
    ConditionState as StepState,
    shape::{By as StepBy, Next as StepNext},
};
use protocol::{
    Address, AgreementId, ConditionId, Did, Hash32, Signature, TemplateId, Vodka, conditions::ConditionTerms,
    shape::Kind,
};
use serde::{Deserialize, Serialize};

/// An agreement as it is on record, or as a document describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgreementView {
    /// Its number.
    pub agreement: AgreementId,
    /// What it is called; empty where nobody said.
    pub title: String,
    /// The listing.
    pub did: Did,
    /// The template.
    pub template: TemplateId,
    /// Its name, where it is known.
    pub template_name: Option<String>,
    /// Who takes part, in the template's order.
    pub actors: Vec<ActorView>,
    /// Where it stands.
    pub state: AgreementState,
    /// How what is on record differs from the document; nothing is done in such an agreement.
    pub flaw: Option<String>,
    /// Whether its document is kept here: without it only the numbers of its conditions are known.
    pub documented: bool,
    /// The block in which it was put on record.
    pub created_at: Option<u64>,
    /// When that was, RFC 3339, as far as it is known.
    pub created: Option<String>,
    /// The block that was read.
    pub block: u64,
    /// Its conditions, in the template's order.
    pub conditions: Vec<ConditionView>,
    /// The places of the conditions in an order in which they can be done; empty where it is not known.
    pub order: Vec<usize>,
    /// Ways in which a payment would not come back, in words.
    pub warnings: Vec<String>,
}

/// Somebody who takes part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActorView {
    /// As what, where it is known.
    pub role: Option<String>,
    /// Who.
    pub account: Address,
    /// Whether it is an account of this home.
    pub own: bool,
}

/// Where an agreement stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgreementState {
    /// Only a document.
    NotOnRecord,
    /// On its way to be on record.
    Creating,
    /// On record, and some of its conditions are open.
    Open,
    /// Every condition is decided.
    Ended,
    /// What is on record is not what the document says.
    Different,
}

impl AgreementState {
    /// The name that scripts see.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotOnRecord => "not_on_record",
            Self::Creating => "creating",
            Self::Open => "open",
            Self::Ended => "ended",
            Self::Different => "different",
        }
    }
}

/// A condition of an agreement: a step, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConditionView {
    /// Its name in the document, where that is here.
    pub name: Option<String>,
    /// Its kind, where its contract is one of the network's.
    pub kind: Option<Kind>,
    /// Its number.
    pub id: ConditionId,
    /// Its contract.
    pub contract: Address,
    /// What it asks for, where the document is here.
    pub terms: Option<ConditionTerms>,
    /// The text that is to be signed, where the document has it.
    pub text: Option<String>,
    /// Where it stands on record.
    pub state: StepState,
    /// What may happen next; `None` where the document is not here.
    pub next: Option<StepNext>,
    /// Who can do it, and with what; `None` where the document is not here.
    pub by: Option<StepBy>,
    /// Whether it is for an account of this home to do.
    pub own: bool,
    /// The first block in which it can be done, where it has to be waited for.
    pub from_block: Option<u64>,
    /// The last block in which it can be done, where it is open and its time ends.
    pub until_block: Option<u64>,
    /// About when that is, RFC 3339.
    pub until: Option<String>,
    /// Whether its time is over and anyone can abort it.
    pub can_abort: bool,
    /// Blocks after the agreement's beginning before which it cannot be done.
    pub time_lock: u64,
    /// Blocks after the agreement's beginning after which it can be aborted; 0 is never.
    pub time_out: u64,
}

/// What is shown to a condition.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "given", content = "with")]
pub enum Shown {
    /// Nothing: a signature that is needed is made by the account in use, where it is the one that must sign.
    Nothing,
    /// Somebody's signature.
    Signature(Signature),
    /// A text, as its UTF-8.
    Text(String),
    /// A whole number.
    Number(Vodka),
    /// 32 bytes.
    Word(Hash32),
}

/// A preimage is a secret until it is shown on the chain.
impl std::fmt::Debug for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Nothing => "Nothing",
            Self::Signature(_) => "Signature(…)",
            Self::Text(_) => "Text(…)",
            Self::Number(_) => "Number(…)",
            Self::Word(_) => "Word(…)",
        })
    }
}

/// A signature for somebody else to show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenSignature {
    /// What was signed.
    pub message: Hash32,
    /// By whom.
    pub signer: Address,
    /// r, s, v.
    pub signature: Signature,
}

/// A template on the network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateView {
    /// Its id.
    pub id: TemplateId,
    /// Its name, where it is known here: the chain keeps only its hash.
    pub name: Option<String>,
    /// Where it stands.
    pub state: TemplateState,
    /// Who proposed it.
    pub proposer: Address,
    /// Its conditions, in order; `None` for a contract that the network file does not name.
    pub conditions: Vec<Option<Kind>>,
    /// Its actors' roles, in order; their ids where a name is not known.
    pub actors: Vec<String>,
}

/// Where a template stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TemplateState {
    /// Somebody wants it.
    Proposed,
    /// Agreements of it can be put on record.
    Approved,
    /// No more agreements of it, for good.
    Revoked,
}

/// A role in templates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleView {
    /// Its id.
    pub id: Hash32,
    /// Its name.
    pub name: String,
    /// Whether templates should still use it.
    pub registered: bool,
}

/// What is in one's list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListView {
    /// The contract of lists.
    pub list: Address,
    /// Whose list.
    pub account: Address,
    /// What is in it.
    pub items: Vec<Hash32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preimage_does_not_show() {
        assert_eq!(format!("{:?}", Shown::Text("open sesame".to_owned())), "Text(…)");
        let text = serde_json::to_string(&Shown::Nothing).unwrap();
        assert_eq!(serde_json::from_str::<Shown>(&text).unwrap(), Shown::Nothing);
    }
}
