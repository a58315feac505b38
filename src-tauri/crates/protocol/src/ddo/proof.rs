//! The proof of a document: who vouches for it (PROTOCOL 1.4).

use super::Ddo;
use crate::{Address, Checksum, Signature, checksum, json::Node, sign::personal_digest};

/// The `proof` of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// `DDOIntegritySignature`; examples carry `UUIDSignature`.
    pub kind: String,
    /// When it was made, as it says.
    pub created: Option<String>,
    /// Who says to have made it.
    pub creator: Option<Address>,
    /// The signature as text, whatever it is.
    pub signature: String,
    /// Checksum by service index, as it was written.
    pub checksum: Vec<(String, String)>,
}

impl Proof {
    pub(super) fn from_node(node: &Node) -> Self {
        let text = |key| node.text_of(key).map(str::to_owned);
        let sums = node.get("checksum").map(Node::members).unwrap_or_default();
        Self {
            kind: text("type").unwrap_or_default(),
            created: text("created"),
            creator: node.text_of("creator").and_then(|text| text.parse().ok()),
            signature: text("signatureValue").unwrap_or_default(),
            checksum: sums.iter().filter_map(|(index, sum)| Some((index.clone(), sum.as_text()?.to_owned()))).collect(),
        }
    }
}

/// What the signature of a proof was found to cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProofForm {
    /// The 32 bytes of a checksum or of the DID: own listings and squid-js.
    Bytes,
    /// The text with `0x`.
    HexText,
    /// The 64 hex digits as text.
    BareText,
    /// The DID as text, as OEP-7 v0.2 says.
    DidText,
}

impl Ddo {
    /// What the proof's signature covers, if `signer` made it over one of the document's checksums or its DID.
    pub fn proof_form(&self, signer: Address) -> Option<ProofForm> {
        let proof = self.proof()?;
        let signature: Signature = proof.signature.parse().ok()?;
        let did = self.did();
        let sums = checksum::Algorithm::ALL.into_iter().filter_map(|algorithm| checksum::compute(self, algorithm));
        let signed = |message: &[u8]| signature.recover(&personal_digest(message)).is_ok_and(|who| who == signer);
        for sum in sums.chain([Checksum(did.0)]) {
            if signed(&sum.0) {
                return Some(ProofForm::Bytes);
            }
            if signed(sum.hex().as_bytes()) {
                return Some(ProofForm::HexText);
            }
            if signed(sum.bare_hex().as_bytes()) {
                return Some(ProofForm::BareText);
            }
        }
        signed(did.to_string().as_bytes()).then_some(ProofForm::DidText)
    }
}
