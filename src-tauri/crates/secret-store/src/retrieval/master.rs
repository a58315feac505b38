//! The master's side of a retrieval.

use super::participant::{bound, others};
use crate::{
    KeyServer, KeyServerError,
    freshness::random,
    message::{Answered, Refusal, Request, Sealed},
    peers::AskError,
    store::ServerKey,
};
use futures_util::{StreamExt, future::join_all, stream::FuturesUnordered};
use protocol::{Did, Hash32, Signature};
use rand::rngs::OsRng;
use std::collections::VecDeque;
use threshold::{Answer, NodeNumber, Partial, Point, Secret, StoredKey, ecies, partial::Session};

/// What a retrieval gives.
#[derive(Debug)]
pub(crate) struct Retrieved {
    pub(crate) answer: Answer,
    /// For each participant its sealed shadow, and the point that this shadow must have; empty where there are none.
    pub(crate) shadows: Vec<Shadow>,
}

#[derive(Debug)]
pub(crate) struct Shadow {
    pub(crate) node: Point,
    pub(crate) sealed: Sealed,
    pub(crate) public: Point,
}

/// Why nodes did not consent, or could not contribute.
#[derive(Debug, Default)]
struct Excused {
    denied: usize,
    no_key: usize,
    missing: Vec<Point>,
    wrong: Option<Point>,
}

/// One contribution that was asked for.
enum Contribution {
    Good(Box<Partial>, Option<Box<Shadow>>),
    Wrong,
    Missing,
    Denied,
}

/// One retrieval under way.
struct Retrieval<'a> {
    id: Did,
    key: &'a ServerKey,
    stored: StoredKey,
    number: Hash32,
    access_key: Secret,
    shadow: bool,
}

impl KeyServer {
    /// Retrieves the document key for whoever signed the id. With `shadow` this node learns nothing of it.
    pub(crate) async fn retrieve(
        &self,
        id: Did,
        signature: Signature,
        shadow: bool,
    ) -> Result<Retrieved, KeyServerError> {
        let key = self.server_key(id).await?.filter(|key| key.certificate.is_some());
        let key = key.ok_or(KeyServerError::NoServerKey)?;
        let stored = self.document_key(id).await?.ok_or(KeyServerError::NoDocumentKey)?;
        let threshold = usize::try_from(key.about.threshold).map_err(|_| KeyServerError::Threshold)?;
        let needed = threshold.saturating_add(1);
        let retrieval =
            Retrieval { id, key: &key, stored, number: random(), access_key: Secret::random(&mut OsRng), shadow };

        let consent = Request::Consent { session: retrieval.number, id, signature };
        let mut asked: FuturesUnordered<_> =
            key.about.nodes.iter().map(|node| self.consent_of(node, id, &key, &consent)).collect();
        let mut willing = VecDeque::new();
        let mut excused = Excused::default();
        let mut participants: Vec<Point> = Vec::new();
        loop {
            while participants.len() + willing.len() < needed {
                let Some((node, answer)) = asked.next().await else {
                    return Err(excused.verdict(key.about.nodes.len(), needed));
                };
                match answer {
                    Ok(_) => willing.push_back(node),
                    Err(error) => excused.note(node, &error),
                }
            }
            while participants.len() < needed {
                participants.extend(willing.pop_front());
            }
            let contributions = join_all(participants.iter().map(|n| self.contribution(n, &retrieval, &participants)));
            let contributions = contributions.await;
            let (mut partials, mut shadows, mut good) = (Vec::new(), Vec::new(), Vec::new());
            for (node, contribution) in participants.iter().copied().zip(contributions) {
                match contribution? {
                    Contribution::Good(partial, shadow) => {
                        good.push(node);
                        partials.push(*partial);
                        shadows.extend(shadow.map(|shadow| *shadow));
                    }
                    Contribution::Wrong => {
                        tracing::error!(%node, "this key server contributed with a wrong share");
                        excused.wrong = Some(node);
                    }
                    Contribution::Missing => excused.missing.push(node),
                    Contribution::Denied => excused.denied += 1,
                }
            }
            if good.len() == needed {
                let answer = Answer::join(&retrieval.stored, threshold, &retrieval.access_key, &partials)?;
                return Ok(Retrieved { answer, shadows });
            }
            participants = good;
        }
    }

    /// A node's consent; a node that missed that the key is in force is told first.
    async fn consent_of(
        &self,
        node: &Point,
        id: Did,
        key: &ServerKey,
        consent: &Request,
    ) -> (Point, Result<Answered, AskError>) {
        let ask = async {
            let answer = self.ask_soon(node, consent).await;
            match (&answer, &key.certificate) {
                (Err(AskError::Refused(Refusal::NoServerKey)), Some(certificate)) => {
                    self.remind(node, id, certificate).await?;
                    self.ask_soon(node, consent).await
                }
                _ => answer,
            }
        };
        (*node, ask.await)
    }

    async fn contribution(
        &self,
        node: &Point,
        retrieval: &Retrieval<'_>,
        participants: &[Point],
    ) -> Result<Contribution, KeyServerError> {
        let request = Request::Contribute {
            session: retrieval.number,
            id: retrieval.id,
            participants: participants.to_vec(),
            access_key: Sealed(ecies::seal(node, &*retrieval.access_key.to_bytes(), &mut OsRng)?),
            shadow: retrieval.shadow,
        };
        let (partial, shadow) = match self.ask_soon(node, &request).await {
            Ok(Answered::Contributed { partial, shadow }) => (partial, shadow),
            Ok(_) => return Ok(Contribution::Wrong),
            Err(AskError::Refused(Refusal::Denied)) => return Ok(Contribution::Denied),
            Err(error) => {
                tracing::warn!(%node, %error, "a key server is missing at a retrieval");
                return Ok(Contribution::Missing);
            }
        };
        let session = Session {
            id: bound(&retrieval.number, retrieval.id, participants),
            common_point: retrieval.stored.common_point,
            access_key: &retrieval.access_key,
        };
        let own = NodeNumber::of_node(node)?;
        let others = others(node, participants)?;
        let checked = partial.check(&retrieval.key.about.commitments, &own, &others, &session);
        Ok(match (checked, shadow) {
            (Ok(Some(public)), Some(sealed)) if retrieval.shadow => {
                Contribution::Good(partial, Some(Box::new(Shadow { node: *node, sealed, public })))
            }
            (Ok(None), None) if !retrieval.shadow => Contribution::Good(partial, None),
            _ => Contribution::Wrong,
        })
    }
}

impl Excused {
    fn note(&mut self, node: Point, error: &AskError) {
        match error {
            AskError::Refused(Refusal::Denied) => self.denied += 1,
            AskError::Refused(Refusal::NoServerKey | Refusal::NoDocumentKey) => self.no_key += 1,
            _ => {
                tracing::warn!(%node, %error, "a key server gave no consent");
                self.missing.push(node);
            }
        }
    }

    /// Why a retrieval cannot succeed any more.
    fn verdict(self, nodes: usize, needed: usize) -> KeyServerError {
        if let Some(node) = self.wrong {
            return KeyServerError::WrongShare { node };
        }
        if nodes.saturating_sub(self.denied) < needed {
            return KeyServerError::AccessDenied;
        }
        if self.missing.is_empty() && self.no_key > 0 {
            return KeyServerError::NoDocumentKey;
        }
        KeyServerError::ConsensusUnreachable { missing: self.missing }
    }
}
