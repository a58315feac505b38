//! What is wrong with a node, and what nodes say against each other: always with names, so that somebody can act.

use std::{fmt, time::Duration};

/// What a node does wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NodeTrouble {
    /// It is of another chain: nothing is asked of it until it is of the right one.
    #[error("is of chain {found}, not {expected}")]
    WrongChain {
        /// The network's.
        expected: u64,
        /// The node's.
        found: u64,
    },
    /// It does not answer, or not in time.
    #[error("does not answer ({0})")]
    Silent(String),
    /// It wants fewer requests.
    #[error("wants fewer requests")]
    Busy,
    /// It answers what no honest node can.
    #[error("answers what cannot be: {0}")]
    Nonsense(String),
    /// Others have blocks that it does not have.
    #[error("is {blocks} blocks behind")]
    Behind {
        /// How many.
        blocks: u64,
    },
    /// Another node, or two, say otherwise.
    #[error("says otherwise than the others about {0}")]
    Contradicts(String),
}

/// How a node stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeStanding {
    /// Its address without path and query, which may hold secrets.
    pub name: String,
    /// The newest block it told of; 0 before the first.
    pub head: u64,
    /// How long an answer takes, on average of late.
    pub latency: Option<Duration>,
    /// What is wrong with it, where something is.
    pub trouble: Option<NodeTrouble>,
}

impl NodeStanding {
    /// Whether it can be one of two for decisions about money.
    pub fn is_well(&self) -> bool {
        self.trouble.is_none()
    }
}

impl fmt::Display for NodeStanding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.trouble {
            Some(trouble) => write!(f, "{} {trouble}", self.name),
            None => write!(f, "{} is well", self.name),
        }
    }
}

/// Nodes that say different things, and no two that say the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispute {
    /// What they were asked.
    pub about: String,
    /// Who said what.
    pub said: Vec<(String, String)>,
}

impl std::error::Error for Dispute {}

impl fmt::Display for Dispute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the network's nodes do not agree about {}", self.about)?;
        for (place, (node, said)) in self.said.iter().enumerate() {
            write!(f, "{} {node} says {said}", if place == 0 { ":" } else { "," })?;
        }
        Ok(())
    }
}

/// One node, or none, can be relied on where two are needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alone {
    /// What two were needed for.
    pub about: String,
    /// Who could not be relied on, and why.
    pub missing: Vec<(String, NodeTrouble)>,
}

impl std::error::Error for Alone {}

impl fmt::Display for Alone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "money is moved or taken back only on what two nodes of the network say alike, and there are not two now"
        )?;
        for (place, (node, trouble)) in self.missing.iter().enumerate() {
            write!(f, "{} {node} {trouble}", if place == 0 { ":" } else { "," })?;
        }
        write!(f, "; it goes on by itself when there are, and with a third node in the network file one may be away")
    }
}
