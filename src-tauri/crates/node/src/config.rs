//! What a node is told.

use protocol::NetworkFile;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use transport::Listen;

/// How a node is run.
#[derive(Debug, Clone)]
pub struct NodeConfig {
    /// Where its data is kept.
    pub data: PathBuf,
    /// Whose chain the network is on.
    pub chain: ChainPlan,
    /// Where it listens.
    pub listen: Listen,
    /// Whether it runs a gateway of its own, for publishers who have none.
    pub gateway: bool,
    /// Whether its catalogue takes changes by the rule of Aquarius 1.1, whose signatures can be used again.
    pub aquarius_1_1: bool,
    /// Whether files that strangers list with its gateway may be on this machine and in its network. Whoever can reach the
    /// node can then read what is there.
    pub private_links: bool,
    /// How many key servers.
    pub key_servers: usize,
}

/// Whose chain a node's network is on.
#[derive(Debug, Clone)]
pub enum ChainPlan {
    /// One that the node runs, with contracts that it deploys on first start.
    Own {
        /// The network's name.
        name: String,
        /// The chain's number.
        chain_id: u64,
        /// Milliseconds between blocks; 0 makes a block when there is a transaction.
        block_time_ms: u64,
    },
    /// One that others run, with contracts that are deployed there: the node serves catalogue, gateway and key servers.
    /// Its name, nodes, contracts and fees are kept; the services become this node's.
    Elsewhere(Box<NetworkFile>),
}

/// One key server on its own, in its own process: a file with the peers it works with.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyServerPlan {
    /// The network whose chain is asked for permission: its file.
    pub network: PathBuf,
    /// Where this server's data is kept; its identity is made there on first start.
    pub data: PathBuf,
    /// Where it listens.
    pub listen: String,
    /// All key servers, this one included.
    pub peers: Vec<PeerPlan>,
}

/// A key server as its peers know it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeerPlan {
    /// Its public key: 64 bytes in hex.
    pub public: String,
    /// Where it is.
    pub endpoint: String,
}
