//! A node's side of key generation.

use crate::{
    message::{Accepted, Answered, Ballot, Bound, Dealt, Order, Refusal, Sealed, Signed, Unsigned},
    node::{Node, lock},
    store::Promised,
};
use protocol::{Address, Did, Hash32, hash::keccak256};
use rand::rngs::OsRng;
use std::collections::HashMap;
use threshold::{Commitments, KeyShare, Point, Polynomial, Secret, dealing, ecies};

/// Attempts whose polynomials are remembered. An attempt that is forgotten fails and is made again.
const MOST_DEALINGS: usize = 1024;

/// The polynomials that this node is about to deal; in memory only.
#[derive(Debug, Default)]
pub(crate) struct Dealings {
    of: HashMap<Did, Dealing>,
    made: u64,
}

#[derive(Debug)]
struct Dealing {
    session: Hash32,
    polynomial: Polynomial,
    commitments: Commitments,
    /// What the dealers bound themselves to, in the order of the group; the first list shown counts.
    digests: Option<Vec<Hash32>>,
    made: u64,
}

impl Dealings {
    fn remember(&mut self, id: Did, session: Hash32, polynomial: Polynomial, commitments: Commitments) {
        if self.of.len() >= MOST_DEALINGS
            && let Some(oldest) = self.of.iter().min_by_key(|(_, dealing)| dealing.made).map(|(id, _)| *id)
        {
            self.of.remove(&oldest);
        }
        self.made += 1;
        self.of.insert(id, Dealing { session, polynomial, commitments, digests: None, made: self.made });
    }

    pub(crate) fn forget(&mut self, id: Did) {
        self.of.remove(&id);
    }

    fn find(&mut self, id: Did, session: Hash32) -> Result<&mut Dealing, Refusal> {
        self.of.get_mut(&id).filter(|dealing| dealing.session == session).ok_or(Refusal::Forgotten)
    }
}

impl Order {
    /// Who ordered it.
    pub(crate) fn author(&self) -> Result<Address, Refusal> {
        self.signature.recover(self.id.as_bytes()).map_err(|_| Refusal::Invalid)
    }
}

impl From<Unsigned> for Refusal {
    fn from(_: Unsigned) -> Self {
        Self::Invalid
    }
}

impl Node {
    /// The name of an attempt: different for any other order, group or ballot.
    fn session(&self, order: &Order, author: &Address, ballot: Ballot) -> Hash32 {
        let mut text = b"neuston key generation".to_vec();
        text.extend_from_slice(order.id.as_bytes());
        text.extend_from_slice(author.as_bytes());
        text.extend_from_slice(&order.threshold.to_be_bytes());
        text.extend_from_slice(&ballot.round.to_be_bytes());
        for node in std::iter::once(&ballot.master).chain(&self.nodes) {
            text.extend_from_slice(node.as_bytes());
        }
        Hash32(keccak256(text))
    }

    fn degree(&self, order: &Order) -> Result<usize, Refusal> {
        let degree = usize::try_from(order.threshold).map_err(|_| Refusal::Invalid)?;
        dealing::check_threshold(self.nodes.len(), degree)?;
        Ok(degree)
    }

    pub(crate) fn promise(&self, master: Point, order: &Order, ballot: Ballot) -> Result<Answered, Refusal> {
        if ballot.master != master {
            return Err(Refusal::Invalid);
        }
        let (author, degree) = (order.author()?, self.degree(order)?);
        match self.store.promise(order.id, ballot)? {
            Promised::InForce(certificate) => {
                let about = self.certified(&certificate)?;
                if about.author != author || about.threshold != order.threshold {
                    return Err(Refusal::AlreadyGenerated);
                }
                Ok(Answered::InForce { certificate })
            }
            Promised::Preempted(by) => Err(Refusal::Preempted { round: by.round }),
            Promised::Now(accepted) => {
                let polynomial = Polynomial::random(degree, &mut OsRng);
                let commitments = polynomial.commitments()?;
                let session = self.session(order, &author, ballot);
                let digest = dealing::digest(&session, &self.public(), &commitments);
                lock(&self.dealings).remember(order.id, session, polynomial, commitments);
                let bound = Signed::by(&self.identity, &Bound { session, digest })?;
                Ok(Answered::Promised { bound, accepted })
            }
        }
    }

    pub(crate) fn deal(&self, order: &Order, ballot: Ballot, bound: &[Signed<Bound>]) -> Result<Answered, Refusal> {
        let session = self.session(order, &order.author()?, ballot);
        let digests = self.digests(session, bound)?;
        let mut dealings = lock(&self.dealings);
        let dealing = dealings.find(order.id, session)?;
        if *dealing.digests.get_or_insert_with(|| digests.clone()) != digests {
            // Two lists for one session: somebody waits to see our commitments before choosing theirs.
            return Err(Refusal::Cheating { dealer: ballot.master });
        }
        let seal = |node: &Point| {
            let share = dealing.polynomial.share(&threshold::NodeNumber::of_node(node)?)?;
            ecies::seal(node, &*share.to_bytes(), &mut OsRng).map(Sealed)
        };
        let shares = self.nodes.iter().map(seal).collect::<Result<_, _>>()?;
        let dealt = Dealt { session, commitments: dealing.commitments.clone(), shares };
        Ok(Answered::Dealt(Signed::by(&self.identity, &dealt)?))
    }

    /// The digests in the order of the group, each signed by its dealer.
    fn digests(&self, session: Hash32, bound: &[Signed<Bound>]) -> Result<Vec<Hash32>, Refusal> {
        if bound.len() != self.nodes.len() {
            return Err(Refusal::Invalid);
        }
        let digest = |(node, word): (&Point, &Signed<Bound>)| {
            let bound = word.said_by(node)?;
            if bound.session == session { Ok(bound.digest) } else { Err(Refusal::Invalid) }
        };
        self.nodes.iter().zip(bound).map(digest).collect()
    }

    pub(crate) fn accept(&self, order: &Order, ballot: Ballot, dealt: &[Signed<Dealt>]) -> Result<Answered, Refusal> {
        let (author, degree) = (order.author()?, self.degree(order)?);
        let session = self.session(order, &author, ballot);
        let digests = lock(&self.dealings).find(order.id, session)?.digests.clone().ok_or(Refusal::Forgotten)?;
        if dealt.len() != self.nodes.len() {
            return Err(Refusal::Invalid);
        }
        let mine = self.nodes.binary_search(&self.public()).map_err(|_| Refusal::Invalid)?;
        let mut parts = Vec::with_capacity(dealt.len());
        for ((dealer, word), digest) in self.nodes.iter().zip(dealt).zip(&digests) {
            let dealt = word.said_by(dealer)?;
            if dealt.session != session {
                return Err(Refusal::Invalid);
            }
            // From here on the dealer's own signature convicts it.
            let part = self.part(&session, dealer, &dealt, digest, mine);
            parts.push(part.ok_or(Refusal::Cheating { dealer: *dealer })?);
        }
        let key = KeyShare::sum(&self.number, degree, &parts).map_err(|error| match error {
            dealing::DealingError::Complaint(complaint) => self
                .nodes
                .get(complaint.dealer)
                .map_or(Refusal::Invalid, |dealer| Refusal::Cheating { dealer: *dealer }),
            dealing::DealingError::Threshold(error) => error.into(),
        })?;
        let accepted = Accepted {
            session,
            id: order.id,
            author,
            threshold: order.threshold,
            nodes: self.nodes.clone(),
            commitments: key.commitments().clone(),
        };
        let said = Signed::by(&self.identity, &accepted)?;
        if let Some(round) = self.store.accept(order.id, ballot, &key, &said)? {
            return Err(Refusal::Preempted { round });
        }
        Ok(Answered::Accepted(said))
    }

    /// What a dealer dealt to this node; `None` where it broke its own word.
    fn part(
        &self,
        session: &Hash32,
        dealer: &Point,
        dealt: &Dealt,
        digest: &Hash32,
        mine: usize,
    ) -> Option<(Commitments, Secret)> {
        if dealing::digest(session, dealer, &dealt.commitments) != *digest {
            return None;
        }
        let share = self.identity.open_secret(&dealt.shares.get(mine)?.0).ok()?;
        Some((dealt.commitments.clone(), share))
    }
}
