//! The document as it was read.

use super::{Fault, Kind, Why, reading::Place};
use crate::{
    Address, AgreementId, Did, Hash32, TemplateId, Vodka,
    hash::keccak256,
    json::Node,
    sign::personal_digest,
    templates::{actor_type_id, template_id},
};
use std::collections::BTreeMap;

/// The largest document that is read.
pub const MOST_BYTES: usize = 64 << 10;
/// The most conditions of an agreement.
pub const MOST_CONDITIONS: usize = 32;
/// The most accounts that take part.
pub const MOST_ACTORS: usize = 16;

/// What stands before the bytes whose hash is an agreement's number.
const NUMBERED: &str = "neuston agreement 1\n";

/// An agreement as somebody wrote it down. Accounts are addresses already, other conditions are named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgreementDocument {
    /// What it is called; no part of the agreement on the chain.
    pub title: String,
    /// A number that was given to it; without one, it follows from all the rest.
    pub agreement: Option<AgreementId>,
    /// The template.
    pub template: TemplateId,
    /// The template's name, where it was named.
    pub template_name: Option<String>,
    /// The listing.
    pub did: Did,
    /// Makes another agreement of the same terms.
    pub salt: String,
    /// Who takes part, by their role.
    pub actors: BTreeMap<String, Address>,
    /// In the order of their names: how they are listed means nothing.
    pub conditions: BTreeMap<String, Clause>,
}

/// One condition as it was written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// What it asks for.
    pub asked: Asked,
    /// Blocks after creation before which it cannot be fulfilled; 0 is at once.
    pub time_lock: u64,
    /// Blocks after creation after which anyone can abort it; 0 is never.
    pub time_out: u64,
    /// Conditions that are to be fulfilled before it.
    pub after: Vec<String>,
    /// Where it stands in the document, for whoever has to be told what is wrong with it.
    pub(super) path: String,
}

/// What a condition asks for; other conditions by name.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are those of ConditionTerms, explained there and in docs/agreements.md")]
pub enum Asked {
    /// Without a reward address it is the network's escrow.
    LockReward { reward_address: Option<Address>, amount: Vodka },
    /// Without a listing it is the agreement's.
    AccessSecretStore { did: Option<Did>, grantee: Address },
    /// Without a listing it is the agreement's.
    ComputeExecution { did: Option<Did>, consumer: Address },
    /// `lock` and `release` are names.
    EscrowReward { amount: Vodka, receiver: Address, sender: Address, lock: String, release: String },
    /// The 32 bytes, or a text as personal_sign signs it: only of a text is it known what is signed.
    Sign { message: Hash32, text: Option<String>, signer: Address },
    /// The Keccak-256.
    HashLock { hash: Hash32 },
    /// `inputs` are names.
    Threshold { inputs: Vec<String>, threshold: u64 },
    /// Without a list contract it is the network's HashLists; the item as 32 bytes, or the Keccak-256 of a text.
    Whitelisting { list: Option<Address>, item: Hash32 },
}

impl Asked {
    /// Its kind.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::LockReward { .. } => Kind::LockReward,
            Self::AccessSecretStore { .. } => Kind::AccessSecretStore,
            Self::ComputeExecution { .. } => Kind::ComputeExecution,
            Self::EscrowReward { .. } => Kind::EscrowReward,
            Self::Sign { .. } => Kind::Sign,
            Self::HashLock { .. } => Kind::HashLock,
            Self::Threshold { .. } => Kind::Threshold,
            Self::Whitelisting { .. } => Kind::Whitelisting,
        }
    }
}

impl AgreementDocument {
    /// Reads a document of at most [`MOST_BYTES`].
    ///
    /// # Errors
    /// The first [`Fault`]. Whether the conditions fit each other and the template is said by [`AgreementDocument::shape`].
    pub fn read(bytes: &[u8]) -> Result<Self, Fault> {
        let node = Node::parse_within(bytes, MOST_BYTES).map_err(|error| Fault::at("", Why::Json(error)))?;
        let root = Place::root(&node);
        root.object(&["name", "agreementId", "template", "did", "salt", "actors", "conditions"])?;
        let title = root.may("name").map(|place| place.text().map(|text| (place.clone(), text))).transpose()?;
        let title = match title {
            Some((place, text)) if text.chars().count() > 200 => return Err(place.fault(Why::TooMany(200))),
            Some((_, text)) => text.to_owned(),
            None => String::new(),
        };
        let salt = match root.may("salt") {
            Some(place) if place.text()?.len() > 200 => return Err(place.fault(Why::TooMany(200))),
            Some(place) => place.text()?.to_owned(),
            None => String::new(),
        };
        let (template, template_name) = template(&root.need("template")?)?;
        let did = root.need("did")?.id()?;
        let actors = actors(&root.need("actors")?)?;
        let mut conditions = BTreeMap::new();
        for place in root.need("conditions")?.list(MOST_CONDITIONS)? {
            let (name, clause) = clause(&place, &actors)?;
            if conditions.insert(name.clone(), clause).is_some() {
                return Err(Fault::at(place.path_of("name"), Why::Twice(name)));
            }
        }
        if conditions.is_empty() {
            return Err(Fault::at("conditions", Why::Missing));
        }
        let agreement = root.may("agreementId").map(|place| place.id()).transpose()?;
        Ok(Self { title, agreement, template, template_name, did, salt, actors, conditions })
    }

    /// The document as it is read back, whoever wrote it in whatever order: what an agreement's number is made of.
    pub fn to_node(&self) -> Node {
        let mut node = Node::object::<&str>([]);
        if !self.title.is_empty() {
            node.set("name", Node::text(&self.title));
        }
        if let Some(agreement) = self.agreement {
            node.set("agreementId", Node::text(agreement.hex()));
        }
        let template = self.template_name.clone().unwrap_or_else(|| self.template.hex());
        node.set("template", Node::text(template));
        node.set("did", Node::text(self.did.to_string()));
        if !self.salt.is_empty() {
            node.set("salt", Node::text(&self.salt));
        }
        node.set("actors", Node::object(self.actors.iter().map(|(role, who)| (role.clone(), Node::text(who.hex())))));
        node.set(
            "conditions",
            Node::List(self.conditions.iter().map(|(name, clause)| written(name, clause)).collect()),
        );
        node
    }

    /// The agreement's number: given, or the hash of what it says, so that the same document is the same agreement for
    /// everybody who has it. Neither the order of conditions nor the title change it.
    pub fn number(&self) -> AgreementId {
        self.agreement.unwrap_or_else(|| {
            let text =
                Self { title: String::new(), template_name: None, ..self.clone() }.to_node().to_strict_canonical();
            AgreementId(keccak256([NUMBERED.as_bytes(), text.as_bytes()].concat()))
        })
    }

    /// The actor types on the chain with their roles' names.
    pub(super) fn roles(&self) -> BTreeMap<Hash32, (&str, Address)> {
        self.actors.iter().map(|(role, account)| (actor_type_id(role), (role.as_str(), *account))).collect()
    }
}

fn template(place: &Place<'_>) -> Result<(TemplateId, Option<String>), Fault> {
    let text = place.text()?;
    if text.starts_with("0x") && text.len() == 66 {
        return Ok((place.id()?, None));
    }
    if text.is_empty() || text.len() > 200 {
        return Err(place.fault(Why::Type("a template's name or id")));
    }
    Ok((template_id(text), Some(text.to_owned())))
}

fn actors(place: &Place<'_>) -> Result<BTreeMap<String, Address>, Fault> {
    if !place.node.is_object() {
        return Err(place.fault(Why::Type("an object")));
    }
    let members = place.node.members();
    if members.len() > MOST_ACTORS {
        return Err(place.fault(Why::TooMany(MOST_ACTORS)));
    }
    let mut actors: BTreeMap<String, Address> = BTreeMap::new();
    for (role, node) in members {
        let at = Place { node, path: place.path_of(role) };
        if role.is_empty() || role.len() > 64 {
            return Err(at.fault(Why::Name));
        }
        let account: Address = at.id()?;
        if account.is_zero() {
            return Err(at.fault(Why::Nobody));
        }
        if let Some((other, _)) = actors.iter().find(|(_, known)| **known == account) {
            return Err(at.fault(Why::SameActor(other.clone(), role.clone())));
        }
        actors.insert(role.clone(), account);
    }
    Ok(actors)
}

fn clause(place: &Place<'_>, actors: &BTreeMap<String, Address>) -> Result<(String, Clause), Fault> {
    place.object(&["name", "kind", "terms", "timeLock", "timeOut", "after"])?;
    let name = place.need("name")?.name()?;
    let at = place.need("kind")?;
    let kind =
        Kind::from_name(at.text()?).ok_or_else(|| at.fault(Why::Kind(at.text().unwrap_or_default().to_owned())))?;
    let asked = asked(kind, &place.need("terms")?, actors)?;
    let blocks = |key| place.may(key).map_or(Ok(0), |place| place.number());
    let (time_lock, time_out) = (blocks("timeLock")?, blocks("timeOut")?);
    let out = place.path_of("timeOut");
    if time_out != 0 && matches!(kind, Kind::LockReward | Kind::EscrowReward) {
        return Err(Fault::at(out, Why::CanTimeOut(kind)));
    }
    if time_out != 0 && time_lock >= time_out {
        return Err(Fault::at(out, Why::Times { lock: time_lock, out: time_out }));
    }
    let mut after = place.may("after").map_or(Ok(Vec::new()), |place| place.names(MOST_CONDITIONS))?;
    after.sort();
    after.dedup();
    Ok((name, Clause { asked, time_lock, time_out, after, path: place.path.clone() }))
}

fn asked(kind: Kind, terms: &Place<'_>, actors: &BTreeMap<String, Address>) -> Result<Asked, Fault> {
    let who = |key: &str| account(&terms.need(key)?, actors);
    let did = || terms.may("did").map(|place| place.id()).transpose();
    let contract = |key: &str| terms.may(key).map(|place| account(&place, actors)).transpose();
    let members: &[&str] = match kind {
        Kind::LockReward => &["amount", "rewardAddress"],
        Kind::AccessSecretStore => &["did", "grantee"],
        Kind::ComputeExecution => &["did", "consumer"],
        Kind::EscrowReward => &["amount", "receiver", "sender", "lock", "release"],
        Kind::Sign => &["message", "text", "signer"],
        Kind::HashLock => &["hash"],
        Kind::Threshold => &["inputs", "threshold"],
        Kind::Whitelisting => &["list", "item", "text"],
    };
    terms.object(members)?;
    Ok(match kind {
        Kind::LockReward => {
            Asked::LockReward { reward_address: contract("rewardAddress")?, amount: terms.need("amount")?.ocean()? }
        }
        Kind::AccessSecretStore => Asked::AccessSecretStore { did: did()?, grantee: who("grantee")? },
        Kind::ComputeExecution => Asked::ComputeExecution { did: did()?, consumer: who("consumer")? },
        Kind::EscrowReward => Asked::EscrowReward {
            amount: terms.need("amount")?.ocean()?,
            receiver: who("receiver")?,
            sender: who("sender")?,
            lock: terms.need("lock")?.name()?,
            release: terms.need("release")?.name()?,
        },
        Kind::Sign => {
            let (message, text) = match (terms.may("message"), terms.may("text")) {
                (Some(word), None) => (word.id()?, None),
                (None, Some(text)) => {
                    let text = text.text()?;
                    (Hash32(personal_digest(text.as_bytes())), Some(text.to_owned()))
                }
                _ => return Err(terms.fault(Why::Either("message", "text"))),
            };
            Asked::Sign { message, text, signer: who("signer")? }
        }
        Kind::HashLock => Asked::HashLock { hash: terms.need("hash")?.id()? },
        Kind::Threshold => {
            let (inputs, threshold) = (terms.need("inputs")?, terms.need("threshold")?);
            let names = inputs.names(MOST_CONDITIONS)?;
            let wanted = threshold.number()?;
            for (number, name) in names.iter().enumerate() {
                if names.iter().take(number).any(|before| before == name) {
                    return Err(inputs.fault(Why::InputTwice(name.clone())));
                }
            }
            let most = u64::try_from(names.len()).unwrap_or(u64::MAX);
            if most < 2 || wanted == 0 || wanted > most {
                return Err(threshold.fault(Why::Threshold));
            }
            Asked::Threshold { inputs: names, threshold: wanted }
        }
        Kind::Whitelisting => {
            let item = match (terms.may("item"), terms.may("text")) {
                (Some(word), None) => word.id()?,
                (None, Some(text)) => Hash32(keccak256(text.text()?)),
                _ => return Err(terms.fault(Why::Either("item", "text"))),
            };
            Asked::Whitelisting { list: contract("list")?, item }
        }
    })
}

/// An address, or somebody by the role.
fn account(place: &Place<'_>, actors: &BTreeMap<String, Address>) -> Result<Address, Fault> {
    let text = place.text()?;
    if let Some(account) = actors.get(text) {
        return Ok(*account);
    }
    if !text.starts_with("0x") {
        return Err(place.fault(Why::NoActor(text.to_owned())));
    }
    let account: Address = place.id()?;
    if account.is_zero() { Err(place.fault(Why::Nobody)) } else { Ok(account) }
}

fn written(name: &str, clause: &Clause) -> Node {
    let mut node = Node::object([
        ("name", Node::text(name)),
        ("kind", Node::text(clause.asked.kind().name())),
        ("terms", Node::object(terms(&clause.asked))),
    ]);
    for (key, blocks) in [("timeLock", clause.time_lock), ("timeOut", clause.time_out)] {
        if blocks != 0 {
            node.set(key, Node::number(blocks));
        }
    }
    if !clause.after.is_empty() {
        node.set("after", Node::texts(&clause.after));
    }
    node
}

fn terms(asked: &Asked) -> Vec<(&'static str, Node)> {
    let text = |text: String| Some(Node::text(text));
    let may = |address: &Option<Address>| address.map(|address| Node::text(address.hex()));
    let of = |did: &Option<Did>| did.map(|did| Node::text(did.to_string()));
    let members = match asked {
        Asked::LockReward { reward_address, amount } => {
            vec![("amount", text(amount.to_ocean())), ("rewardAddress", may(reward_address))]
        }
        Asked::AccessSecretStore { did, grantee } => vec![("did", of(did)), ("grantee", text(grantee.hex()))],
        Asked::ComputeExecution { did, consumer } => vec![("did", of(did)), ("consumer", text(consumer.hex()))],
        Asked::EscrowReward { amount, receiver, sender, lock, release } => vec![
            ("amount", text(amount.to_ocean())),
            ("receiver", text(receiver.hex())),
            ("sender", text(sender.hex())),
            ("lock", text(lock.clone())),
            ("release", text(release.clone())),
        ],
        Asked::Sign { text: Some(words), signer, .. } => {
            vec![("text", text(words.clone())), ("signer", text(signer.hex()))]
        }
        Asked::Sign { message, text: None, signer } => {
            vec![("message", text(message.hex())), ("signer", text(signer.hex()))]
        }
        Asked::HashLock { hash } => vec![("hash", text(hash.hex()))],
        Asked::Threshold { inputs, threshold } => {
            vec![("inputs", Some(Node::texts(inputs))), ("threshold", Some(Node::number(*threshold)))]
        }
        Asked::Whitelisting { list, item } => vec![("list", may(list)), ("item", text(item.hex()))],
    };
    members.into_iter().filter_map(|(key, node)| Some((key, node?))).collect()
}
