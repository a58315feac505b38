//! What nodes say to each other. Everything is signed by the node that says it; secrets are sealed to one reader.

use crate::identity::Identity;
use protocol::{Address, Did, Hash32, Signature, hash::keccak256};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned, de::Error as _};
use std::marker::PhantomData;
use threshold::{Commitments, Partial, Point, StoredKey};

/// Something that nodes sign; its name separates it from everything else they sign.
pub(crate) trait Statement: Serialize + DeserializeOwned {
    const NAME: &'static str;
}

/// A statement with the signature of whoever made it. The text that was signed travels as it is.
#[derive(Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub(crate) struct Signed<T> {
    text: String,
    signature: Signature,
    #[serde(skip)]
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for Signed<T> {
    fn clone(&self) -> Self {
        Self { text: self.text.clone(), signature: self.signature, of: PhantomData }
    }
}

/// The message is of another form, or its signature belongs to nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this message was not signed as it should be")]
pub(crate) struct Unsigned;

fn signed_text(name: &str, text: &str) -> Vec<u8> {
    [b"neuston key server ", name.as_bytes(), b"\n", text.as_bytes()].concat()
}

impl<T: Statement> Signed<T> {
    pub(crate) fn by(identity: &Identity, statement: &T) -> Result<Self, Unsigned> {
        let text = serde_json::to_string(statement).map_err(|_| Unsigned)?;
        let signature = identity.sign(&signed_text(T::NAME, &text)).map_err(|_| Unsigned)?;
        Ok(Self { text, signature, of: PhantomData })
    }

    /// The node that signed it, and what it said.
    pub(crate) fn open(&self) -> Result<(Point, T), Unsigned> {
        let statement = serde_json::from_str(&self.text).map_err(|_| Unsigned)?;
        let public =
            self.signature.recover_public(&keccak256(signed_text(T::NAME, &self.text))).map_err(|_| Unsigned)?;
        Ok((Point::from_bytes(&public).map_err(|_| Unsigned)?, statement))
    }

    /// What it says, if this node signed it.
    pub(crate) fn said_by(&self, node: &Point) -> Result<T, Unsigned> {
        let (signer, statement) = self.open()?;
        if signer == *node { Ok(statement) } else { Err(Unsigned) }
    }

    /// The hash of its text.
    pub(crate) fn hash(&self) -> Hash32 {
        Hash32(keccak256(signed_text(T::NAME, &self.text)))
    }
}

/// Bytes sealed to one node or to the requester. As text: `0x` and hex.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sealed(pub(crate) Vec<u8>);

impl Serialize for Sealed {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&format!("0x{}", hex::encode(&self.0)))
    }
}

impl<'de> Deserialize<'de> for Sealed {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        hex::decode(text.strip_prefix("0x").unwrap_or(&text)).map(Self).map_err(D::Error::custom)
    }
}

/// A request of one node to another.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Letter {
    pub(crate) to: Point,
    /// The receiver's epoch, as far as the sender knows it.
    pub(crate) epoch: Hash32,
    /// Used once.
    pub(crate) number: Hash32,
    pub(crate) request: Request,
}

impl Statement for Letter {
    const NAME: &'static str = "letter";
}

/// The answer to one letter.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Reply {
    /// [`Signed::hash`] of the letter.
    pub(crate) to: Hash32,
    pub(crate) result: Result<Answered, Refusal>,
}

impl Statement for Reply {
    const NAME: &'static str = "reply";
}

/// Who wants a key, and what for. The author's signature is over the id, as everywhere in the Secret Store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) id: Did,
    pub(crate) signature: Signature,
    pub(crate) threshold: u32,
}

/// The rank of an attempt at generating a key; see [`crate::generation`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Ballot {
    pub(crate) round: u32,
    pub(crate) master: Point,
}

/// What a master asks of a node.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Request {
    /// Take part in no earlier attempt than this one, and bind yourself to your dealing.
    Promise { order: Order, ballot: Ballot },
    /// Deal, now that all are bound.
    Deal { order: Order, ballot: Ballot, bound: Vec<Signed<Bound>> },
    /// Check what was dealt to you, and keep the sum.
    Accept { order: Order, ballot: Ballot, dealt: Vec<Signed<Dealt>> },
    /// All have accepted: the key is in force.
    Complete { id: Did, certificate: Vec<Signed<Accepted>> },
    /// Keep this document key.
    Keep { id: Did, signature: Signature, key: StoredKey },
    /// Would you take part in this retrieval?
    Consent { session: Hash32, id: Did, signature: Signature },
    /// Contribute to it.
    Contribute { session: Hash32, id: Did, participants: Vec<Point>, access_key: Sealed, shadow: bool },
}

/// A dealer is bound to its commitments before it shows them.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Bound {
    pub(crate) session: Hash32,
    pub(crate) digest: Hash32,
}

impl Statement for Bound {
    const NAME: &'static str = "bound";
}

/// A dealer's commitments, and a share for each node in the order of the group, sealed to it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Dealt {
    pub(crate) session: Hash32,
    pub(crate) commitments: Commitments,
    pub(crate) shares: Vec<Sealed>,
}

impl Statement for Dealt {
    const NAME: &'static str = "dealt";
}

/// A node has checked and kept its share. All nodes of a key say exactly the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Accepted {
    pub(crate) session: Hash32,
    pub(crate) id: Did,
    pub(crate) author: Address,
    pub(crate) threshold: u32,
    /// The group, sorted.
    pub(crate) nodes: Vec<Point>,
    /// Commitments of the sum, the server key first.
    pub(crate) commitments: Commitments,
}

impl Statement for Accepted {
    const NAME: &'static str = "accepted";
}

/// A node's answer.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answered {
    /// Bound to this attempt; what was accepted in an earlier one that never was completed.
    Promised {
        bound: Signed<Bound>,
        accepted: Option<Signed<Accepted>>,
    },
    /// The key exists already.
    InForce {
        certificate: Vec<Signed<Accepted>>,
    },
    Dealt(Signed<Dealt>),
    Accepted(Signed<Accepted>),
    Done,
    Contributed {
        partial: Box<Partial>,
        shadow: Option<Sealed>,
    },
}

/// Why a node does not do what it is asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Refusal {
    #[error("the message is of another epoch than {epoch}")]
    Stale { epoch: Hash32 },
    #[error("the message was here before")]
    Replayed,
    #[error("a later attempt is under way")]
    Preempted { round: u32 },
    #[error("nothing is known of this session any more")]
    Forgotten,
    #[error("{dealer} broke the rules of key generation")]
    Cheating { dealer: Point },
    #[error("the key exists already")]
    AlreadyGenerated,
    #[error("another document key is stored")]
    AlreadyStored,
    #[error("there is no such server key")]
    NoServerKey,
    #[error("there is no such document key")]
    NoDocumentKey,
    #[error("no permission")]
    Denied,
    #[error("the chain cannot be asked")]
    ChainUnreachable,
    #[error("this request follows no rule")]
    Invalid,
    #[error("the node cannot do its part")]
    Broken,
}
