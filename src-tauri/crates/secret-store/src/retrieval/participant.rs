//! A node's side of a retrieval.

use crate::{
    message::{Answered, Refusal, Sealed},
    node::{Node, lock},
};
use protocol::{Did, Hash32, Signature, hash::keccak256};
use rand::rngs::OsRng;
use std::{
    collections::HashMap,
    time::{Duration, Instant},
};
use threshold::{NodeNumber, Partial, Point, Secret, ecies, partial::Session};

/// How long a consent holds. Long enough for a session, too short for a permission to be taken back meanwhile.
const HOLDS: Duration = Duration::from_secs(10);
const MOST_CONSENTS: usize = 4096;

/// The retrievals that this node agreed to take part in.
#[derive(Debug, Default)]
pub(crate) struct Consents(HashMap<Hash32, Consent>);

#[derive(Debug, Clone)]
struct Consent {
    id: Did,
    master: Point,
    requester: Point,
    until: Instant,
}

impl Consents {
    fn give(&mut self, session: Hash32, consent: Consent) -> Result<(), Refusal> {
        if self.0.len() >= MOST_CONSENTS {
            let now = Instant::now();
            self.0.retain(|_, consent| consent.until > now);
            if self.0.len() >= MOST_CONSENTS {
                return Err(Refusal::Broken);
            }
        }
        self.0.insert(session, consent);
        Ok(())
    }

    fn given(&self, session: &Hash32, id: Did, master: &Point) -> Result<Consent, Refusal> {
        let consent = self.0.get(session).ok_or(Refusal::Forgotten)?;
        if consent.id == id && consent.master == *master && consent.until > Instant::now() {
            Ok(consent.clone())
        } else {
            Err(Refusal::Forgotten)
        }
    }
}

/// What the proofs of one retrieval are bound to.
pub(super) fn bound(session: &Hash32, id: Did, participants: &[Point]) -> Hash32 {
    let mut text = b"neuston retrieval".to_vec();
    text.extend_from_slice(session.as_bytes());
    text.extend_from_slice(id.as_bytes());
    for participant in participants {
        text.extend_from_slice(participant.as_bytes());
    }
    Hash32(keccak256(text))
}

/// The numbers of the participants other than `own`.
pub(super) fn others(own: &Point, participants: &[Point]) -> Result<Vec<NodeNumber>, threshold::ThresholdError> {
    participants.iter().filter(|node| *node != own).map(NodeNumber::of_node).collect()
}

impl Node {
    /// The permission of the requester was found out before.
    pub(crate) fn consent(
        &self,
        master: Point,
        session: Hash32,
        id: Did,
        signature: &Signature,
    ) -> Result<Answered, Refusal> {
        let requester = signature.recover_public(id.as_bytes()).map_err(|_| Refusal::Invalid)?;
        self.retrievable(id)?;
        let consent = Consent { id, master, requester: Point::from_bytes(&requester)?, until: Instant::now() + HOLDS };
        lock(&self.consents).give(session, consent)?;
        Ok(Answered::Done)
    }

    /// Whether this node could take part at all.
    pub(crate) fn retrievable(&self, id: Did) -> Result<(), Refusal> {
        self.store.server_key(id)?.filter(|key| key.certificate.is_some()).ok_or(Refusal::NoServerKey)?;
        self.store.document_key(id)?.ok_or(Refusal::NoDocumentKey)?;
        Ok(())
    }

    pub(crate) fn contribute(
        &self,
        master: Point,
        session: Hash32,
        id: Did,
        participants: &[Point],
        access_key: &Sealed,
        shadow: bool,
    ) -> Result<Answered, Refusal> {
        if !shadow && !self.plain_retrieval {
            return Err(Refusal::Denied);
        }
        let consent = lock(&self.consents).given(&session, id, &master)?;
        let key = self.store.server_key(id)?.filter(|key| key.certificate.is_some()).ok_or(Refusal::NoServerKey)?;
        let stored = self.store.document_key(id)?.ok_or(Refusal::NoDocumentKey)?;
        let own = self.public();
        let known = participants.iter().all(|node| key.about.nodes.contains(node));
        let needed = usize::try_from(key.about.threshold).ok().and_then(|t| t.checked_add(1));
        if !known || needed != Some(participants.len()) || !participants.contains(&own) {
            return Err(Refusal::Invalid);
        }
        let share = self.store.share(&key, &self.number)?;
        let access_key = self.identity.open_secret(&access_key.0).map_err(|_| Refusal::Invalid)?;
        let others = others(&own, participants)?;
        let session = Session {
            id: bound(&session, id, participants),
            common_point: stored.common_point,
            access_key: &access_key,
        };
        if !shadow {
            let partial = Partial::make_plain(share.share(), &self.number, &others, &session, &mut OsRng)?;
            return Ok(Answered::Contributed { partial: Box::new(partial), shadow: None });
        }
        let factor = Secret::random(&mut OsRng);
        let (partial, shadow) = Partial::make(share.share(), &self.number, &others, &session, &factor, &mut OsRng)?;
        let shadow = Sealed(ecies::seal(&consent.requester, &*shadow.to_bytes(), &mut OsRng)?);
        Ok(Answered::Contributed { partial: Box::new(partial), shadow: Some(shadow) })
    }
}
