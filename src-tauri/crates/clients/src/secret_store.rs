//! Client of the Secret Store (PROTOCOL 7): hides a document behind a server key, and gets it back with permission.
//!
//! Works with our key servers and with Parity's. Servers are tried in turn; every one that failed is named. Documents
//! are encrypted and decrypted here: no server ever sees one, nor the key to it.

mod failure;

pub use failure::{SecretStoreError, ServerError, ServerFailure, Verdict};

use failure::Asking;
use protocol::{Did, Hash32, SignError, Signature, Signer, hash::keccak256, sign::SignatureError};
use rand::{RngCore, rngs::OsRng};
use serde::{Deserialize, de::DeserializeOwned};
use std::time::Duration;
use threshold::{Answer, DocumentKey, EciesOpener, Point, Secret, ThresholdError};
use transport::{Endpoint, Http, Request};
use zeroize::Zeroizing;

/// Largest answer of a key server, in bytes.
const LARGEST: usize = 1 << 20;
/// Most nodes that contribute to one retrieval.
const MOST_SHADOWS: usize = 256;
/// Time for a server to generate or store a key, which needs all nodes.
const WRITING: Duration = Duration::from_secs(20);
/// Time for a server to retrieve a key, which needs t + 1 nodes.
const READING: Duration = Duration::from_secs(6);
/// Time for a sign of life.
const BREATH: Duration = Duration::from_secs(3);

/// A key server that gave a sign of life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alive {
    /// Its address.
    pub server: String,
    /// Its identity, proven by signature.
    pub node: Point,
    /// Whether it holds the keys of the listing that was asked about.
    pub holds: Option<bool>,
}

/// Client of one group of key servers. Cheap to clone where [`Http`] is.
#[derive(Clone)]
pub struct SecretStoreClient {
    http: Http,
    servers: Vec<Endpoint>,
    threshold: u32,
}

#[derive(Deserialize)]
struct Retrieved {
    #[serde(flatten)]
    answer: Answer,
    decrypt_shadows: Vec<String>,
    /// Our servers add these two, so that a wrong shadow is found out.
    #[serde(default)]
    shadow_nodes: Vec<Point>,
    #[serde(default)]
    shadow_points: Vec<Point>,
}

#[derive(Deserialize)]
struct SignOfLife {
    node: Point,
    nonce: Hash32,
    holds: Option<bool>,
    signature: Signature,
}

impl SecretStoreClient {
    /// Of the servers at these addresses (`http://…`, `unix:…`); `threshold` + 1 of them must cooperate to decrypt what
    /// is published here.
    pub fn new(http: Http, servers: Vec<String>, threshold: u32) -> Result<Self, SecretStoreError> {
        if servers.is_empty() {
            return Err(SecretStoreError::NoServers);
        }
        let servers = servers.iter().map(|server| server.parse()).collect::<Result<_, _>>()?;
        Ok(Self { http, servers, threshold })
    }

    /// How many servers besides one must cooperate.
    pub fn threshold(&self) -> u32 {
        self.threshold
    }

    /// Encrypts a document so that only accounts with permission for the listing get it back; returns what is put into
    /// the listing. Generates the server key, hides a document key behind it and stores that.
    ///
    /// May be repeated, after a crash too: the document key follows from the author's signature, so our servers find
    /// the same one again. On a foreign cluster a repetition fails with [`Verdict::AlreadyGenerated`].
    pub async fn publish(&self, author: &dyn Signer, did: Did, document: &[u8]) -> Result<Vec<u8>, SecretStoreError> {
        let signed = signed(author, did)?;
        let path = format!("/shadow/{signed}/{}", self.threshold);
        let server_key: Point = self.each(Asking::Generate, &path, WRITING, |body| parsed(&body)).await?;

        let (key, cover) = document_key(author, did, &server_key)?;
        let stored = key.hide(&server_key, &cover)?;
        let (common, encrypted) = (stored.common_point.bare_hex(), stored.encrypted_point.bare_hex());
        let path = format!("/shadow/{signed}/{common}/{encrypted}");
        self.each(Asking::Store, &path, WRITING, |_| Ok(())).await?;

        let mut iv = [0; 16];
        OsRng.fill_bytes(&mut iv);
        Ok(key.encrypt(document, &iv))
    }

    /// Decrypts a document of a listing that the requester has permission for. `opener` is the same account as
    /// `requester`: what the nodes seal, only its key opens.
    ///
    /// The cipher does not notice changes: check the document by what it is.
    pub async fn retrieve(
        &self,
        requester: &dyn Signer,
        opener: &dyn EciesOpener,
        did: Did,
        encrypted: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, SecretStoreError> {
        let path = format!("/shadow/{}", signed(requester, did)?);
        let open = |body: Vec<u8>| opened(opener, parsed(&body)?);
        let key = self.each(Asking::Retrieve, &path, READING, open).await?;
        Ok(key.decrypt(encrypted)?)
    }

    /// Asks all servers at once for a sign of life, signed over a fresh number; with a listing also whether they hold
    /// its keys. Servers of other software give none.
    pub async fn alive(&self, did: Option<Did>) -> (Vec<Alive>, Vec<ServerFailure>) {
        let answers = futures_util::future::join_all(self.servers.iter().map(async |server| {
            self.sign_of_life(server, did).await.map_err(|why| ServerFailure { server: server.to_string(), why })
        }));
        let (mut alive, mut failures) = (Vec::new(), Vec::new());
        for answer in answers.await {
            match answer {
                Ok(sign) => alive.push(sign),
                Err(failure) => failures.push(failure),
            }
        }
        (alive, failures)
    }

    /// Succeeds when so many different nodes are alive, and hold the listing's keys, that it can be decrypted.
    pub async fn check_alive(&self, did: Did) -> Result<(), SecretStoreError> {
        let (alive, failures) = self.alive(Some(did)).await;
        let mut nodes: Vec<Point> = alive.iter().filter(|one| one.holds == Some(true)).map(|one| one.node).collect();
        nodes.sort_unstable();
        nodes.dedup();
        if nodes.len() > usize::try_from(self.threshold).unwrap_or(usize::MAX) {
            return Ok(());
        }
        let verdict = if failures.is_empty() { Verdict::NotFound } else { Verdict::Unreachable };
        Err(SecretStoreError::Servers { verdict, failures })
    }

    async fn sign_of_life(&self, server: &Endpoint, did: Option<Did>) -> Result<Alive, ServerError> {
        let mut nonce = Hash32::default();
        OsRng.fill_bytes(&mut nonce.0);
        let about = did.map(|did| format!("&id={}", did.bare_hex())).unwrap_or_default();
        let path = format!("/peer/v1/alive?nonce={nonce}{about}");
        let sign: SignOfLife = parsed(&self.ask(server, Asking::Alive, &path, BREATH).await?)?;
        let mut text = b"neuston key server alive".to_vec();
        text.extend_from_slice(nonce.as_bytes());
        text.extend_from_slice(did.unwrap_or_default().as_bytes());
        text.push(sign.holds.map_or(2, u8::from));
        let signer = sign.signature.recover_public(&keccak256(text))?;
        if sign.nonce != nonce || signer != *sign.node.as_bytes() {
            return Err(SignatureError::Unrecoverable.into());
        }
        Ok(Alive { server: server.to_string(), node: sign.node, holds: sign.holds })
    }

    /// Asks one server after the other until one gives a usable answer.
    async fn each<T>(
        &self,
        asking: Asking,
        path: &str,
        within: Duration,
        usable: impl Fn(Vec<u8>) -> Result<T, ServerError>,
    ) -> Result<T, SecretStoreError> {
        let mut failures = Vec::new();
        for server in &self.servers {
            match self.ask(server, asking, path, within).await.and_then(&usable) {
                Ok(answer) => return Ok(answer),
                Err(why) => failures.push(ServerFailure { server: server.to_string(), why }),
            }
        }
        // What a server decided says more than that another one could not be reached.
        let verdict = failures.iter().map(Verdict::of_failure).min().unwrap_or(Verdict::Failed);
        Err(SecretStoreError::Servers { verdict, failures })
    }

    async fn ask(
        &self,
        server: &Endpoint,
        asking: Asking,
        path: &str,
        within: Duration,
    ) -> Result<Vec<u8>, ServerError> {
        let url = server.join(path);
        let request = match asking {
            Asking::Generate | Asking::Store => Request::post(url),
            Asking::Retrieve | Asking::Alive => Request::get(url),
        };
        let answer = async {
            let response = self.http.send(request).await?;
            if (200..300).contains(&response.status) {
                return Ok(response.bytes(LARGEST).await?.to_vec());
            }
            let nodes = response.header("neuston-nodes").unwrap_or_default();
            Err(ServerError::Refused {
                status: response.status,
                verdict: Verdict::of(asking, response.status, response.header("neuston-code")),
                nodes: nodes.split(',').filter_map(|node| node.parse().ok()).take(MOST_SHADOWS).collect(),
            })
        };
        tokio::time::timeout(within, answer).await.unwrap_or(Err(ServerError::Late(within)))
    }
}

/// The listing's id and the account's signature of it, as the paths have them.
fn signed(account: &dyn Signer, did: Did) -> Result<String, SignError> {
    let signature = account.sign_digest(did.as_bytes())?;
    Ok(format!("{}/{}", did.bare_hex(), hex::encode(signature.to_raw())))
}

/// The document key and the number that covers it. Both follow from a signature that only the author can make and
/// nobody ever sees, so a repeated publication stores the same.
fn document_key(author: &dyn Signer, did: Did, server_key: &Point) -> Result<(DocumentKey, Secret), SignError> {
    let mut text = b"neuston document key".to_vec();
    text.extend_from_slice(did.as_bytes());
    text.extend_from_slice(server_key.as_bytes());
    let seed = Zeroizing::new(author.sign_digest(&keccak256(text))?.to_raw());
    let key = Secret::derived("document key", &*seed, did.as_bytes());
    Ok((DocumentKey::of(&key), Secret::derived("document key's cover", &*seed, did.as_bytes())))
}

fn parsed<T: DeserializeOwned>(body: &[u8]) -> Result<T, ServerError> {
    Ok(serde_json::from_slice(body)?)
}

/// Opens the shadows and with them the document key.
fn opened(opener: &dyn EciesOpener, retrieved: Retrieved) -> Result<DocumentKey, ServerError> {
    if retrieved.decrypt_shadows.len() > MOST_SHADOWS {
        return Err(ThresholdError::Nodes.into());
    }
    let mut shadows = Vec::with_capacity(retrieved.decrypt_shadows.len());
    for (i, sealed) in retrieved.decrypt_shadows.iter().enumerate() {
        let sealed = hex::decode(sealed.strip_prefix("0x").unwrap_or(sealed)).map_err(|_| ThresholdError::Sealed)?;
        let shadow = Secret::from_slice(&opener.open_ecies(&sealed)?)?;
        if let (Some(node), Some(point)) = (retrieved.shadow_nodes.get(i), retrieved.shadow_points.get(i))
            && shadow.public() != *point
        {
            return Err(ServerError::WrongShadow { node: *node });
        }
        shadows.push(shadow);
    }
    Ok(retrieved.answer.open(&shadows)?)
}
