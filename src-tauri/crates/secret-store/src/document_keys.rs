//! Storing document keys: every node keeps every one, as what is kept says nothing without t + 1 shares.

use crate::{
    KeyServer, KeyServerError,
    message::{Answered, Order, Refusal, Request, Sealed},
    node::Node,
    peers::AskError,
    store::Kept,
};
use futures_util::future::join_all;
use protocol::{Did, Signature};
use rand::rngs::OsRng;
use threshold::{DocumentKey, Point, StoredKey, ecies};

impl Node {
    pub(crate) fn keep(&self, id: Did, signature: &Signature, key: &StoredKey) -> Result<Answered, Refusal> {
        let requester = signature.recover(id.as_bytes()).map_err(|_| Refusal::Invalid)?;
        let server_key = self.store.server_key(id)?.filter(|key| key.certificate.is_some());
        if server_key.ok_or(Refusal::NoServerKey)?.author() != requester {
            return Err(Refusal::Denied);
        }
        match self.store.keep(id, key)? {
            Kept::Now | Kept::Before => Ok(Answered::Done),
            Kept::Other => Err(Refusal::AlreadyStored),
        }
    }
}

impl KeyServer {
    /// Stores a document key at all nodes of the server key. The same again is no error.
    pub(crate) async fn store_document_key(
        &self,
        id: Did,
        signature: Signature,
        key: StoredKey,
    ) -> Result<(), KeyServerError> {
        let server_key = self.server_key(id).await?.ok_or(KeyServerError::NoServerKey)?;
        let certificate = server_key.certificate.ok_or(KeyServerError::NoServerKey)?;
        let request = Request::Keep { id, signature, key };
        let mut missing = Vec::new();
        // This node first: it says most reliably whether the request makes sense at all.
        let own = self.public();
        note(own, self.ask(&own, &request).await, &mut missing)?;
        let others: Vec<Point> = server_key.about.nodes.into_iter().filter(|node| *node != own).collect();
        let keep = async |node: Point| match self.ask(&node, &request).await {
            Err(AskError::Refused(Refusal::NoServerKey)) => {
                // It missed that the key is in force.
                self.remind(&node, id, &certificate).await?;
                self.ask(&node, &request).await
            }
            answer => answer,
        };
        for (node, answer) in join_all(others.into_iter().map(async |node| (node, keep(node).await))).await {
            note(node, answer, &mut missing)?;
        }
        if missing.is_empty() { Ok(()) } else { Err(KeyServerError::Disconnected { missing }) }
    }

    /// Generates both keys at once. This node makes the document key, so it could decrypt the document; the key
    /// follows from this node's identity and the author, so that asking again gives the same one.
    pub(crate) async fn generate_both(&self, order: &Order) -> Result<Sealed, KeyServerError> {
        let requester = order
            .signature
            .recover_public(order.id.as_bytes())
            .map_err(|_| KeyServerError::BadRequest("the signature belongs to no account"))?;
        let requester = Point::from_bytes(&requester)?;
        let server_key = self.generate(order).await?;
        let context = [order.id.as_bytes().as_slice(), requester.as_bytes(), server_key.as_bytes()].concat();
        let key = DocumentKey::of(&self.derived("document key", &context));
        let stored = key.hide(&server_key, &self.derived("document key's cover", &context))?;
        self.store_document_key(order.id, order.signature, stored).await?;
        Ok(Sealed(ecies::seal(&requester, key.expose(), &mut OsRng)?))
    }
}

/// Sorts one node's answer: what ends the request, what is fine, and who is missing.
fn note(node: Point, answer: Result<Answered, AskError>, missing: &mut Vec<Point>) -> Result<(), KeyServerError> {
    match answer {
        Ok(_) => Ok(()),
        Err(AskError::Refused(Refusal::AlreadyStored)) => Err(KeyServerError::AlreadyStored),
        Err(AskError::Refused(Refusal::Denied)) => Err(KeyServerError::AccessDenied),
        Err(AskError::Refused(Refusal::NoServerKey)) => Err(KeyServerError::NoServerKey),
        Err(error) => {
            tracing::warn!(%node, %error, "a node is missing when a document key is stored");
            missing.push(node);
            Ok(())
        }
    }
}
