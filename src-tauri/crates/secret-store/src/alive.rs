//! The sign of life that buyers ask for before they lock money: only the node itself can give it.

use crate::{KeyServer, KeyServerError, store::StoreError};
use protocol::{Did, Hash32, Signature};
use serde::{Deserialize, Serialize};
use threshold::Point;

/// What is asked: `GET /peer/v1/alive?nonce=0x…[&id=…]`.
#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    /// Chosen by whoever asks, so that the answer cannot be an old one.
    pub(crate) nonce: Hash32,
    /// A listing; then the answer says whether this node holds its keys.
    pub(crate) id: Option<Did>,
}

/// The answer. The signature is over `keccak256("neuston key server alive" || nonce || id or zeros || holds)`, where
/// holds is one byte: 0, 1, or 2 where no id was asked about.
#[derive(Debug, Serialize)]
pub(crate) struct Alive {
    node: Point,
    nonce: Hash32,
    holds: Option<bool>,
    signature: Signature,
}

impl KeyServer {
    pub(crate) async fn alive(&self, asked: Asked) -> Result<Alive, KeyServerError> {
        let holds = match asked.id {
            None => None,
            Some(id) => {
                let in_force = self.server_key(id).await?.is_some_and(|key| key.certificate.is_some());
                Some(in_force && self.document_key(id).await?.is_some())
            }
        };
        let mut text = b"neuston key server alive".to_vec();
        text.extend_from_slice(asked.nonce.as_bytes());
        text.extend_from_slice(asked.id.unwrap_or_default().as_bytes());
        text.push(holds.map_or(2, u8::from));
        let signature = self.sign(&text).map_err(StoreError::from)?;
        Ok(Alive { node: self.public(), nonce: asked.nonce, holds, signature })
    }
}
