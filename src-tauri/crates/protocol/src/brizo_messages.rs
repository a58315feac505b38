//! What is signed for a gateway or a catalogue, and how signatures are checked (PROTOCOL 5, 6, 12 D5).
//!
//! Released clients signed ids with and without `0x`, `0x` texts as text or as the bytes they spell, and counted a
//! text's length in bytes, characters or UTF-16 units. All of these are accepted; ours is the text in bytes.

use crate::{
    Address, Checksum, Did, Hash32, SignError, Signature, Signer,
    hash::{keccak256, sha256},
    sign::SignatureError,
};
use std::{fmt, str::FromStr};

/// What a signature is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// `POST /services/publish`: the document id as it is sent.
    Publish {
        /// As sent.
        document_id: String,
    },
    /// `POST /services/access/initialize`: the agreement's hash, as 32 bytes.
    Initialize {
        /// [`crate::conditions::AccessTerms::hash`].
        hash: [u8; 32],
    },
    /// `GET /services/consume`: the agreement id as it is sent.
    Consume {
        /// As sent.
        agreement_id: String,
    },
    /// `/services/compute`: the account, the job (absent at the start) and the agreement (may be absent), as sent.
    Compute {
        /// As sent.
        consumer: String,
        /// As sent, or empty.
        job_id: String,
        /// As sent, or empty.
        agreement_id: String,
    },
    /// A change of a listing by the rule of Aquarius 1.1: the document's `updated`. Can be replayed until it changes.
    CatalogueUpdated {
        /// As the stored document has it.
        updated: String,
    },
    /// A change of a listing by our rule: method, DID, checksum of the new version, what is sent, and time. The
    /// checksum covers what is sold; description, links and the encrypted list of files are covered by what is sent.
    /// [`Message::catalogue_change`] makes one.
    CatalogueChange {
        /// `PUT` or `DELETE`.
        method: String,
        /// The listing.
        did: Did,
        /// Of the version after the change; of the present one for a removal.
        checksum: Checksum,
        /// SHA-256 of the request's body: of the document, byte for byte, or of nothing for a removal.
        body: Hash32,
        /// Seconds since 1970.
        at: i64,
    },
    /// Asks a gateway or a key server whether it lives: it signs what it was given.
    Liveness {
        /// The listing it is asked about.
        did: Did,
        /// Random, chosen by who asks.
        challenge: [u8; 32],
    },
    /// An auth token of Ocean, valid for every endpoint for a day.
    AuthToken {
        /// Seconds since 1970.
        at: i64,
    },
}

impl Message {
    /// A [`Message::CatalogueChange`] that is sent with this body: the document, or nothing for a removal.
    pub fn catalogue_change(method: &str, did: Did, checksum: Checksum, body: &[u8], at: i64) -> Self {
        Self::CatalogueChange { method: method.to_owned(), did, checksum, body: Hash32(sha256(body)), at }
    }

    /// The bytes our clients sign with personal_sign.
    pub fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Publish { document_id } => document_id.clone().into_bytes(),
            Self::Initialize { hash } => hash.to_vec(),
            Self::Consume { agreement_id } => agreement_id.clone().into_bytes(),
            Self::Compute { consumer, job_id, agreement_id } => {
                format!("{consumer}{job_id}{agreement_id}").into_bytes()
            }
            Self::CatalogueUpdated { updated } => updated.clone().into_bytes(),
            Self::CatalogueChange { method, did, checksum, body, at } => {
                format!("Neuston catalogue change\n{method}\n{did}\n{checksum}\n{body}\n{at}").into_bytes()
            }
            Self::Liveness { did, challenge } => {
                format!("Neuston liveness\n{did}\n0x{}", hex::encode(challenge)).into_bytes()
            }
            Self::AuthToken { at } => format!("Ocean Protocol Authentication\n{at}").into_bytes(),
        }
    }

    /// Signs it.
    pub fn sign(&self, signer: &dyn Signer) -> Result<Signature, SignError> {
        signer.sign_personal(&self.to_bytes())
    }

    /// Whether this account signed it, in any form in which released clients sign it.
    pub fn is_signed_by(&self, signature: &Signature, who: Address) -> bool {
        let signed = |digest: [u8; 32]| signature.recover(&digest).is_ok_and(|signer| signer == who);
        self.forms().iter().any(|form| digests(form).into_iter().any(signed))
    }

    /// The message and the same with its ids written the other way.
    fn forms(&self) -> Vec<Vec<u8>> {
        let mut forms = vec![self.to_bytes()];
        let mut also = |message: Self| forms.push(message.to_bytes());
        match self {
            Self::Publish { document_id } => {
                other_forms(document_id).into_iter().for_each(|document_id| also(Self::Publish { document_id }));
            }
            Self::Consume { agreement_id } => {
                other_forms(agreement_id).into_iter().for_each(|agreement_id| also(Self::Consume { agreement_id }));
            }
            Self::Compute { consumer, job_id, agreement_id } => {
                for agreement_id in other_forms(agreement_id) {
                    also(Self::Compute { consumer: consumer.clone(), job_id: job_id.clone(), agreement_id });
                }
            }
            Self::Initialize { hash } => also(Self::Publish { document_id: format!("0x{}", hex::encode(hash)) }),
            _ => {}
        }
        forms
    }
}

/// An id of 32 bytes in its other spellings; nothing for any other text.
fn other_forms(text: &str) -> Vec<String> {
    let bare = text.strip_prefix("did:op:").unwrap_or(text);
    let bare = bare.strip_prefix("0x").unwrap_or(bare);
    if bare.len() != 64 || !bare.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Vec::new();
    }
    [bare.to_owned(), format!("0x{bare}"), format!("did:op:{bare}")].into_iter().filter(|form| form != text).collect()
}

/// The digests under which clients sign these bytes.
fn digests(message: &[u8]) -> Vec<[u8; 32]> {
    let digest = |bytes: &[u8], length: usize| {
        let mut text = format!("\x19Ethereum Signed Message:\n{length}").into_bytes();
        text.extend_from_slice(bytes);
        keccak256(text)
    };
    let mut all = vec![digest(message, message.len())];
    let Ok(text) = std::str::from_utf8(message) else { return all };
    // ocean-keeper counts characters, web3-eth-accounts UTF-16 units.
    for length in [text.chars().count(), text.encode_utf16().count()] {
        if length != message.len() {
            all.push(digest(message, length));
        }
    }
    // web3.js takes any text of 0x and hex for the bytes it spells.
    if let Some(bytes) = text.strip_prefix("0x").and_then(|digits| hex::decode(digits).ok()) {
        all.push(digest(&bytes, bytes.len()));
    }
    all
}

/// Seconds a gateway accepts an auth token, as the released gateway does.
pub const AUTH_TOKEN_SECONDS: i64 = 86_400;

/// Seconds by which clocks may differ.
pub const CLOCK_SKEW_SECONDS: i64 = 300;

/// `<signature>-<seconds since 1970>`: stands in for a signature at every endpoint for a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuthToken {
    /// Over [`Message::AuthToken`].
    pub signature: Signature,
    /// When it was made.
    pub at: i64,
}

impl AuthToken {
    /// Makes a token at this time (seconds since 1970).
    pub fn sign(signer: &dyn Signer, now: i64) -> Result<Self, SignError> {
        Ok(Self { signature: Message::AuthToken { at: now }.sign(signer)?, at: now })
    }

    /// Who made the token, if it is valid at this time (seconds since 1970).
    pub fn verify(&self, now: i64) -> Result<Address, CredentialError> {
        let age = now.saturating_sub(self.at);
        if age > AUTH_TOKEN_SECONDS {
            return Err(CredentialError::Expired);
        }
        if age < -CLOCK_SKEW_SECONDS {
            return Err(CredentialError::NotYet);
        }
        Ok(self.signature.recover_personal(&Message::AuthToken { at: self.at }.to_bytes())?)
    }
}

impl fmt::Display for AuthToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.signature, self.at)
    }
}

/// Why a signature parameter lets nobody in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// Neither a signature nor a token.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// Older than a day.
    #[error("this token is older than a day")]
    Expired,
    /// Made in the future.
    #[error("this token is dated in the future: check the clocks")]
    NotYet,
    /// By another account, or over something else.
    #[error("this was not signed by {0}")]
    Other(Address),
}

/// What endpoints take for `signature`: a signature over the endpoint's message, or an auth token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential {
    /// Over the endpoint's message.
    Signature(Signature),
    /// For every endpoint.
    Token(AuthToken),
}

impl Credential {
    /// Whether it lets this account do what the message says at this time (seconds since 1970).
    pub fn check(&self, message: &Message, who: Address, now: i64) -> Result<(), CredentialError> {
        let valid = match self {
            Self::Signature(signature) => message.is_signed_by(signature, who),
            Self::Token(token) => token.verify(now)? == who,
        };
        if valid { Ok(()) } else { Err(CredentialError::Other(who)) }
    }
}

impl FromStr for Credential {
    type Err = CredentialError;

    /// A token starts with `0x` and has exactly one `-`.
    fn from_str(text: &str) -> Result<Self, CredentialError> {
        match text.split_once('-') {
            Some((signature, at)) if text.starts_with("0x") && at.bytes().all(|b| b.is_ascii_digit()) => {
                let at = at.parse().map_err(|_| SignatureError::Form)?;
                Ok(Self::Token(AuthToken { signature: signature.parse()?, at }))
            }
            Some(_) => Err(SignatureError::Form.into()),
            None => Ok(Self::Signature(text.parse()?)),
        }
    }
}

#[cfg(test)]
mod tests;
