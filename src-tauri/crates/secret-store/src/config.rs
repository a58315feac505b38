//! What a key server must know to start.

use crate::Permission;
use protocol::SecretKey;
use serde::{Deserialize, Serialize};
use std::{path::PathBuf, sync::Arc, time::Duration};
use threshold::Point;
use transport::Endpoint;
use zeroize::Zeroizing;

/// One node of the group, as the others know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peer {
    /// Its identity: 64 bytes, hex.
    pub node: Point,
    /// Where it serves.
    pub endpoint: Endpoint,
}

/// A key server as a configuration file describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyServerConfig {
    /// The node's database.
    pub data: PathBuf,
    /// A file with the 64 hex digits of the node's private key, readable by nobody else.
    pub identity: PathBuf,
    /// All nodes of the group, this one included, in any order.
    pub peers: Vec<Peer>,
    /// How long another node may take during a retrieval, in milliseconds.
    #[serde(default = "default_patience_ms")]
    pub patience_ms: u64,
    /// Whether this node takes part in retrievals whose master learns the document key, as old clients ask for.
    #[serde(default = "default_plain")]
    pub plain_retrieval: bool,
}

fn default_patience_ms() -> u64 {
    1000
}

fn default_plain() -> bool {
    true
}

/// A key server about to be opened.
pub struct KeyServerSetup {
    /// The node's database; created where there is none.
    pub data_path: PathBuf,
    /// The node's private key.
    pub identity: SecretKey,
    /// All nodes of the group, this one included, in any order.
    pub peers: Vec<Peer>,
    /// Who may retrieve a document key.
    pub permission: Arc<dyn Permission>,
    /// How long another node, or the chain, may take during a retrieval.
    pub patience: Duration,
    /// Whether this node takes part in retrievals whose master learns the document key.
    pub plain_retrieval: bool,
}

impl KeyServerSetup {
    /// With the usual patience of one second, and all of Parity's interface.
    pub fn new(data_path: PathBuf, identity: SecretKey, peers: Vec<Peer>, permission: Arc<dyn Permission>) -> Self {
        let patience = Duration::from_millis(default_patience_ms());
        Self { data_path, identity, peers, permission, patience, plain_retrieval: default_plain() }
    }
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The identity file cannot be read.
    #[error("cannot read the node's key {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// The identity file has something else in it.
    #[error("{} does not contain a private key in hex", path.display())]
    Key {
        /// The file.
        path: PathBuf,
    },
    /// This node is not one of the peers.
    #[error("the node {0} is not in the list of its own group")]
    Absent(Point),
    /// A node is listed twice.
    #[error("the node {0} is listed twice")]
    Twice(Point),
    /// More nodes than messages have room for.
    #[error("a group has at most {max} nodes, this one has {found}")]
    TooMany {
        /// The largest group.
        max: usize,
        /// This group.
        found: usize,
    },
}

impl KeyServerConfig {
    /// Reads the identity and makes the server ready to open.
    pub fn setup(&self, permission: Arc<dyn Permission>) -> Result<KeyServerSetup, ConfigError> {
        let path = &self.identity;
        let text = std::fs::read_to_string(path)
            .map(Zeroizing::new)
            .map_err(|source| ConfigError::Read { path: path.clone(), source })?;
        let mut bytes = Zeroizing::new([0; 32]);
        let digits = text.trim();
        hex::decode_to_slice(digits.strip_prefix("0x").unwrap_or(digits), &mut *bytes)
            .map_err(|_| ConfigError::Key { path: path.clone() })?;
        let identity = SecretKey::from_bytes(&bytes).map_err(|_| ConfigError::Key { path: path.clone() })?;
        Ok(KeyServerSetup {
            data_path: self.data.clone(),
            identity,
            peers: self.peers.clone(),
            permission,
            patience: Duration::from_millis(self.patience_ms),
            plain_retrieval: self.plain_retrieval,
        })
    }
}
