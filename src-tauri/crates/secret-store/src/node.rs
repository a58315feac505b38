//! What one node does for a master, itself or another. Everything here is the node's own: its keys, its promises.

use crate::{
    generation::Dealings,
    identity::Identity,
    message::{Accepted, Answered, Refusal, Request, Signed},
    retrieval::Consents,
    store::{Store, StoreError},
};
use protocol::Did;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use threshold::{NodeNumber, Point, ThresholdError};

pub(crate) struct Node {
    pub(crate) identity: Arc<Identity>,
    pub(crate) number: NodeNumber,
    /// The group, sorted.
    pub(crate) nodes: Vec<Point>,
    pub(crate) store: Store,
    pub(crate) plain_retrieval: bool,
    pub(crate) dealings: Mutex<Dealings>,
    pub(crate) consents: Mutex<Consents>,
}

impl Node {
    pub(crate) fn new(
        identity: Arc<Identity>,
        mut nodes: Vec<Point>,
        store: Store,
        plain_retrieval: bool,
    ) -> Result<Self, ThresholdError> {
        nodes.sort_unstable();
        let number = NodeNumber::of_node(&identity.public())?;
        let (dealings, consents) = Default::default();
        Ok(Self { identity, number, nodes, store, plain_retrieval, dealings, consents })
    }

    pub(crate) fn public(&self) -> Point {
        self.identity.public()
    }

    /// Answers a master. Whether a requester has permission was found out before ([`crate::server`]), as that needs
    /// the chain and this is arithmetic and disk.
    pub(crate) fn answer(&self, master: Point, request: Request) -> Result<Answered, Refusal> {
        match request {
            Request::Promise { order, ballot } => self.promise(master, &order, ballot),
            Request::Deal { order, ballot, bound } => self.deal(&order, ballot, &bound),
            Request::Accept { order, ballot, dealt } => self.accept(&order, ballot, &dealt),
            Request::Complete { id, certificate } => self.complete(id, &certificate),
            Request::Keep { id, signature, key } => self.keep(id, &signature, &key),
            Request::Consent { session, id, signature } => self.consent(master, session, id, &signature),
            Request::Contribute { session, id, participants, access_key, shadow } => {
                self.contribute(master, session, id, &participants, &access_key, shadow)
            }
        }
    }

    /// What all nodes of a key's group have signed, if they have, and have signed the same. This node must be one of
    /// them: its own signature vouches for the group, which may have grown since.
    pub(crate) fn certified(&self, certificate: &[Signed<Accepted>]) -> Result<Accepted, Refusal> {
        let mut signers = Vec::with_capacity(certificate.len());
        let mut about: Option<Accepted> = None;
        for word in certificate {
            let (signer, accepted) = word.open().map_err(|_| Refusal::Invalid)?;
            if about.get_or_insert_with(|| accepted.clone()) != &accepted {
                return Err(Refusal::Invalid);
            }
            signers.push(signer);
        }
        signers.sort_unstable();
        // Equal as sorted lists: each node exactly once, and nobody else.
        about.filter(|about| signers == about.nodes && signers.contains(&self.public())).ok_or(Refusal::Invalid)
    }

    fn complete(&self, id: Did, certificate: &[Signed<Accepted>]) -> Result<Answered, Refusal> {
        let about = self.certified(certificate)?;
        let key = self.store.server_key(id)?.ok_or(Refusal::Forgotten)?;
        if key.about != about {
            return Err(Refusal::Forgotten);
        }
        if key.certificate.is_none() {
            self.store.complete(id, certificate)?;
        }
        lock(&self.dealings).forget(id);
        Ok(Answered::Done)
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the key server cannot do its part");
        Self::Broken
    }
}

impl From<ThresholdError> for Refusal {
    fn from(error: ThresholdError) -> Self {
        match error {
            ThresholdError::Secret => Self::from(StoreError::from(error)),
            _ => Self::Invalid,
        }
    }
}

/// What is guarded here stays whole when a holder panics: each change is one insertion or removal.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
