//! The agreement that follows from a document on a network.

use super::{AgreementDocument, Asked, Fault, Kind, Why};
use crate::{Address, AgreementId, ConditionId, Did, Hash32, TemplateId, conditions::ConditionTerms};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A template as the chain has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateForm {
    /// The contracts of its conditions, in order.
    pub conditions: Vec<Address>,
    /// Its actors' types, in order.
    pub actor_types: Vec<Hash32>,
}

/// Somebody who takes part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// As what.
    pub role: String,
    /// Who.
    pub account: Address,
}

/// A condition of an agreement, complete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShapeCondition {
    /// Its name in the document.
    pub name: String,
    /// What it asks for.
    pub terms: ConditionTerms,
    /// Its contract.
    pub contract: Address,
    /// Its id on the chain.
    pub id: ConditionId,
    /// Blocks after creation before which it cannot be fulfilled.
    pub time_lock: u64,
    /// Blocks after creation after which anyone can abort it; 0 is never.
    pub time_out: u64,
    /// The text that is to be signed, where the document has it: signed as personal_sign does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Places of conditions that are fulfilled before it: said in the document, and the payment before what releases it.
    pub after: Vec<usize>,
}

impl ShapeCondition {
    /// Its kind.
    pub const fn kind(&self) -> Kind {
        Kind::of(&self.terms)
    }
}

/// An agreement of any shape, complete: who has it can create it, check it on the chain, and carry it out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// Its number.
    pub agreement: AgreementId,
    /// What it is called.
    pub title: String,
    /// The listing.
    pub did: Did,
    /// The template.
    pub template: TemplateId,
    /// In the template's order.
    pub actors: Vec<Actor>,
    /// In the template's order; those of one kind in the order of their names.
    pub conditions: Vec<ShapeCondition>,
    /// The places of the conditions in an order in which each comes after everything it depends on, else as in the template.
    pub order: Vec<usize>,
}

impl Shape {
    /// The place of a condition by its name.
    pub fn place(&self, name: &str) -> Option<usize> {
        self.conditions.iter().position(|condition| condition.name == name)
    }

    /// The place of a condition by its id.
    pub fn place_of(&self, id: ConditionId) -> Option<usize> {
        self.conditions.iter().position(|condition| condition.id == id)
    }

    /// The places of the escrows that pay out what this condition sets aside.
    pub fn escrows_of(&self, lock: usize) -> Vec<usize> {
        let id = self.conditions.get(lock).map(|condition| condition.id);
        let pays = |condition: &ShapeCondition| match condition.terms {
            ConditionTerms::EscrowReward { lock, .. } => Some(lock) == id,
            _ => false,
        };
        (0..self.conditions.len()).filter(|place| self.conditions.get(*place).is_some_and(pays)).collect()
    }
}

impl AgreementDocument {
    /// The agreement on a network: `contracts` are those of the network file, by name.
    ///
    /// # Errors
    /// A [`Fault`] where conditions, actors or amounts do not fit each other, the template or the network.
    pub fn shape(&self, template: &TemplateForm, contracts: &BTreeMap<String, Address>) -> Result<Shape, Fault> {
        self.check_references()?;
        let waits = self.waits();
        let order = self.sorted(&waits)?;
        let agreement = self.number();
        let find = |name: &'static str, path: &str| {
            contracts.get(name).copied().ok_or_else(|| Fault::at(path, Why::NoContract(name)))
        };
        let mut known: BTreeMap<&str, (ConditionTerms, Address, ConditionId)> = BTreeMap::new();
        for name in &order {
            let Some(clause) = self.conditions.get(*name) else { continue };
            let id_of = |name: &str| known.get(name).map(|(_, _, id)| *id).unwrap_or_default();
            let terms = match &clause.asked {
                Asked::LockReward { reward_address, amount } => ConditionTerms::LockReward {
                    reward_address: match reward_address {
                        Some(address) => *address,
                        None => find(Kind::EscrowReward.contract_name(), &clause.path)?,
                    },
                    amount: *amount,
                },
                Asked::AccessSecretStore { did, grantee } => {
                    ConditionTerms::AccessSecretStore { did: did.unwrap_or(self.did), grantee: *grantee }
                }
                Asked::ComputeExecution { did, consumer } => {
                    ConditionTerms::ComputeExecution { did: did.unwrap_or(self.did), consumer: *consumer }
                }
                Asked::EscrowReward { amount, receiver, sender, lock, release } => ConditionTerms::EscrowReward {
                    amount: *amount,
                    receiver: *receiver,
                    sender: *sender,
                    lock: id_of(lock),
                    release: id_of(release),
                },
                Asked::Sign { message, signer, .. } => ConditionTerms::Sign { message: *message, signer: *signer },
                Asked::HashLock { hash } => ConditionTerms::HashLock { hash: *hash },
                Asked::Threshold { inputs, threshold } => ConditionTerms::Threshold {
                    inputs: inputs.iter().map(|name| id_of(name)).collect(),
                    threshold: *threshold,
                },
                Asked::Whitelisting { list, item } => ConditionTerms::Whitelisting {
                    list: match list {
                        Some(address) => *address,
                        None => find("HashLists", &clause.path)?,
                    },
                    item: *item,
                },
            };
            let contract = find(terms.contract_name(), &format!("{}/kind", clause.path))?;
            let id = terms.id(agreement, contract);
            if let Some((other, _)) = known.iter().find(|(_, (_, _, known))| *known == id) {
                let why = Why::Same((*other).to_owned(), (*name).to_owned());
                return Err(Fault::at(format!("{}/terms", clause.path), why));
            }
            if let ConditionTerms::EscrowReward { receiver, sender, .. } = &terms {
                for (key, account) in [("receiver", receiver), ("sender", sender)] {
                    if *account == contract {
                        return Err(Fault::at(format!("{}/terms/{key}", clause.path), Why::EscrowItself));
                    }
                }
            }
            known.insert(name, (terms, contract, id));
        }
        let places = self.places(&known, template, contracts)?;
        let place_of = |name: &str| places.iter().position(|placed| *placed == name);
        let order = in_order(&places, &waits);
        let conditions = places.iter().filter_map(|name| {
            let (clause, (terms, contract, id)) = (self.conditions.get(*name)?, known.get(name)?);
            let after = waits.get(name)?.before.iter().filter_map(|name| place_of(name)).collect();
            Some(ShapeCondition {
                name: (*name).to_owned(),
                terms: terms.clone(),
                contract: *contract,
                id: *id,
                time_lock: clause.time_lock,
                time_out: clause.time_out,
                text: match &clause.asked {
                    Asked::Sign { text, .. } => text.clone(),
                    _ => None,
                },
                after,
            })
        });
        Ok(Shape {
            agreement,
            title: self.title.clone(),
            did: self.did,
            template: self.template,
            actors: self.in_roles(template)?,
            conditions: conditions.collect(),
            order,
        })
    }

    /// The names of the conditions in the template's places: those of one kind in the order of their names.
    fn places<'a>(
        &'a self,
        known: &BTreeMap<&str, (ConditionTerms, Address, ConditionId)>,
        template: &TemplateForm,
        contracts: &BTreeMap<String, Address>,
    ) -> Result<Vec<&'a str>, Fault> {
        let kinds: Vec<Kind> = template
            .conditions
            .iter()
            .map(|contract| {
                Kind::ALL
                    .into_iter()
                    .find(|kind| contracts.get(kind.contract_name()) == Some(contract))
                    .ok_or_else(|| Fault::at("template", Why::ForeignCondition(contract.to_string())))
            })
            .collect::<Result<_, _>>()?;
        for kind in Kind::ALL {
            let wanted = kinds.iter().filter(|wanted| **wanted == kind).count();
            let found = self.conditions.values().filter(|clause| clause.asked.kind() == kind).count();
            if wanted != found {
                return Err(Fault::at("conditions", Why::Count { kind, wanted, found }));
            }
        }
        let mut free: BTreeSet<&str> = self.conditions.keys().map(String::as_str).collect();
        let mut places = Vec::new();
        for kind in kinds {
            let fits = |name: &&&str| known.get(**name).is_some_and(|(terms, ..)| Kind::of(terms) == kind);
            if let Some(name) = free.iter().find(fits).copied() {
                free.remove(name);
                places.push(name);
            }
        }
        Ok(places)
    }

    fn in_roles(&self, template: &TemplateForm) -> Result<Vec<Actor>, Fault> {
        let mut roles = self.roles();
        let mut actors = Vec::new();
        for wanted in &template.actor_types {
            let Some((role, account)) = roles.remove(wanted) else {
                let name =
                    ["provider", "consumer"].into_iter().find(|name| crate::templates::actor_type_id(name) == *wanted);
                let name = name.map_or_else(|| wanted.to_string(), |name| format!("“{name}”"));
                return Err(Fault::at("actors", Why::MissingActor(name)));
            };
            actors.push(Actor { role: role.to_owned(), account });
        }
        match roles.into_values().next() {
            Some((role, _)) => Err(Fault::at(format!("actors/{role}"), Why::ExtraActor)),
            None => Ok(actors),
        }
    }

    /// That every name is a condition's, of a kind that belongs there, and that amounts are the same.
    fn check_references(&self) -> Result<(), Fault> {
        for (own, clause) in &self.conditions {
            let at = |key: &str| format!("{}/{key}", clause.path);
            let of = |name: &str, path: String| {
                let found = self.conditions.get(name).map(|found| &found.asked);
                found.ok_or_else(|| Fault::at(path, Why::NoCondition(name.to_owned())))
            };
            let wrong = |name: &str, found: &Asked, wanted: &'static str, path: String| {
                Fault::at(path, Why::WrongKind { name: name.to_owned(), found: found.kind(), wanted })
            };
            for (number, name) in clause.after.iter().enumerate() {
                of(name, at(&format!("after/{number}")))?;
            }
            match &clause.asked {
                Asked::EscrowReward { amount, lock, release, .. } => {
                    let path = at("terms/lock");
                    match of(lock, path.clone())? {
                        Asked::LockReward { amount: aside, .. } if aside == amount => {}
                        Asked::LockReward { amount: aside, .. } => {
                            return Err(Fault::at(at("terms/amount"), Why::OtherAmount(*aside)));
                        }
                        other => return Err(wrong(lock, other, "a lockReward", path)),
                    }
                    let path = at("terms/release");
                    let found = of(release, path.clone())?;
                    if matches!(found.kind(), Kind::LockReward | Kind::EscrowReward) {
                        return Err(wrong(
                            release,
                            found,
                            "a condition that is neither lockReward nor escrowReward",
                            path,
                        ));
                    }
                }
                Asked::Threshold { inputs, .. } => {
                    for (number, name) in inputs.iter().enumerate() {
                        let path = at(&format!("terms/inputs/{number}"));
                        of(name, path.clone())?;
                        if name == own {
                            return Err(Fault::at(path, Why::Circle(format!("{own} → {own}"))));
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// What each condition waits for.
    fn waits(&self) -> BTreeMap<&str, Waits<'_>> {
        let mut waits: BTreeMap<&str, Waits<'_>> = BTreeMap::new();
        for (name, clause) in &self.conditions {
            let mine = waits.entry(name).or_default();
            mine.before.extend(clause.after.iter().map(String::as_str));
            match &clause.asked {
                Asked::EscrowReward { lock, release, .. } => mine.of.extend([lock.as_str(), release.as_str()]),
                Asked::Threshold { inputs, .. } => mine.of.extend(inputs.iter().map(String::as_str)),
                _ => {}
            }
            // Nobody gives what is paid for before the payment is set aside.
            if let Asked::EscrowReward { lock, release, .. } = &clause.asked {
                waits.entry(release).or_default().before.insert(lock);
            }
        }
        waits
    }

    /// The names of the conditions so that each comes after all that it waits for.
    fn sorted<'a>(&'a self, waits: &BTreeMap<&'a str, Waits<'a>>) -> Result<Vec<&'a str>, Fault> {
        let mut open: BTreeSet<&str> = self.conditions.keys().map(String::as_str).collect();
        let mut order = Vec::new();
        while !open.is_empty() {
            let ready =
                |name: &&&str| waits.get(**name).is_none_or(|waits| waits.all().all(|other| !open.contains(other)));
            let Some(next) = open.iter().find(ready).copied() else {
                return Err(self.circle(&open, waits));
            };
            open.remove(next);
            order.push(next);
        }
        Ok(order)
    }

    /// Names one circle among conditions each of which waits for another of them.
    fn circle(&self, open: &BTreeSet<&str>, waits: &BTreeMap<&str, Waits<'_>>) -> Fault {
        let mut way: Vec<&str> = open.iter().next().copied().into_iter().collect();
        let start = loop {
            let last = way.last().copied().unwrap_or_default();
            let next =
                waits.get(last).and_then(|waits| waits.all().find(|other| open.contains(other))).unwrap_or_default();
            if let Some(at) = way.iter().position(|name| *name == next) {
                break at;
            }
            // Every step goes to another of them: the way ends within their number.
            way.push(next);
        };
        let mut circle: Vec<&str> = way.split_off(start);
        let first = circle.first().copied().unwrap_or_default();
        circle.push(first);
        let path = self.conditions.get(first).map(|clause| clause.path.clone()).unwrap_or_default();
        Fault::at(path, Why::Circle(circle.join(" → ")))
    }
}

/// The places in an order in which each comes after all that it waits for; among those that could come, the first place.
/// Names that wait for each other are none: they were refused before.
fn in_order(places: &[&str], waits: &BTreeMap<&str, Waits<'_>>) -> Vec<usize> {
    let mut order: Vec<usize> = Vec::new();
    while order.len() < places.len() {
        let done = |other: &str| order.iter().any(|place| places.get(*place) == Some(&other));
        let ready = |place: &usize| {
            let name = places.get(*place).copied().unwrap_or_default();
            !order.contains(place) && waits.get(name).is_none_or(|waits| waits.all().all(done))
        };
        let Some(next) = (0..places.len()).find(ready) else { break };
        order.push(next);
    }
    order
}

/// What a condition waits for.
#[derive(Default)]
struct Waits<'a> {
    /// Conditions whose ids are part of its own.
    of: BTreeSet<&'a str>,
    /// Conditions that are fulfilled before it.
    before: BTreeSet<&'a str>,
}

impl<'a> Waits<'a> {
    fn all(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.of.union(&self.before).copied()
    }
}
