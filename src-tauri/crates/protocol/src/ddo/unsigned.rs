//! The last step of building a listing: the owner's signature.

use super::{Ddo, Service, TemplateRef};
use crate::{
    Address, Checksum, Did, SignError, Signature, Signer,
    checksum::{Algorithm, compute},
    json::Node,
    templates,
};

/// A complete document without its proof.
#[derive(Debug, Clone, PartialEq)]
pub struct Unsigned {
    /// The listing's id.
    pub did: Did,
    /// What is registered on the chain: for the first version the same 32 bytes as the DID.
    pub checksum: Checksum,
    /// Who has to sign.
    pub owner: Address,
    pub(super) created: String,
    pub(super) sums: Vec<(u64, [u8; 32])>,
    pub(super) document: Node,
}

impl Unsigned {
    /// What the owner signs with personal_sign: the 32 bytes of the checksum.
    pub fn message(&self) -> [u8; 32] {
        self.checksum.0
    }

    /// Has the owner sign. Refused where the signer is somebody else.
    pub fn sign(self, signer: &dyn Signer) -> Result<Built, SignError> {
        if signer.address() != self.owner {
            return Err(SignError::Unknown(self.owner));
        }
        let signature = signer.sign_personal(&self.message())?;
        Ok(self.with_signature(signature))
    }

    /// Adds the owner's signature over [`Unsigned::message`].
    pub fn with_signature(mut self, signature: Signature) -> Built {
        let sums = self.sums.iter().map(|(index, sum)| (index.to_string(), Node::text(hex::encode(sum))));
        let proof = Node::object([
            ("type", Node::text("DDOIntegritySignature")),
            ("created", Node::text(&self.created)),
            ("creator", Node::text(self.owner.to_string())),
            ("signatureValue", Node::text(signature.to_string())),
            ("checksum", Node::object(sums)),
        ]);
        self.document.set("proof", proof);
        Built { did: self.did, checksum: self.checksum, bytes: self.document.to_json().into_bytes() }
    }
}

/// A complete document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// The listing's id.
    pub did: Did,
    /// What is registered on the chain.
    pub checksum: Checksum,
    /// The document's bytes.
    pub bytes: Vec<u8>,
}

impl Ddo {
    /// Whether the document has the form of own listings: its access service is salted, and agreed from the
    /// template of that name or from one that is a contract.
    pub fn is_own_form(&self) -> bool {
        let template = |of: TemplateRef| matches!(of, TemplateRef::Id(templates::ACCESS) | TemplateRef::Contract(_));
        let ours = |access: &Service| access.salt().is_some() && access.template.is_some_and(template);
        self.access().is_some_and(ours) && compute(self, Algorithm::Own).is_some()
    }
}
