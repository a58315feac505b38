//! What a node is told.

use protocol::NetworkFile;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use transport::{Listen, Url, is_public};

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
    /// Of which origins pages in a browser may ask its catalogue and its gateway; `*` is any. `None`: of any where it listens
    /// at an address of the public internet, and of none elsewhere. A page that somebody opens in a private network could
    /// else carry away what only that network may see.
    pub origins: Option<Vec<String>>,
    /// How many key servers.
    pub key_servers: usize,
}

impl NodeConfig {
    /// The origins whose pages may ask.
    pub(crate) fn open_to(&self) -> Vec<String> {
        match (&self.origins, &self.listen) {
            (Some(told), _) => told.clone(),
            (None, Listen::Tcp(at)) if is_public(at.ip()) => vec!["*".to_owned()],
            (None, Listen::Tcp(_) | Listen::Unix(_)) => Vec::new(),
        }
    }
}

/// Whether a text is an origin as browsers send it, like `https://market.example`, or `*`.
pub fn is_origin(text: &str) -> bool {
    let is_url = || text.parse::<Url>().is_ok_and(|url| url.origin().ascii_serialization() == text);
    text == "*" || (!text.contains('*') && is_url())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_may_ask_a_node_in_public_and_elsewhere_where_its_operator_says_so() {
        let config = |listen: &str, origins: Option<&[&str]>| NodeConfig {
            data: PathBuf::new(),
            chain: ChainPlan::Own { name: "n".to_owned(), chain_id: 1, block_time_ms: 0 },
            listen: listen.parse().unwrap(),
            gateway: true,
            aquarius_1_1: false,
            private_links: false,
            origins: origins.map(|origins| origins.iter().map(|origin| (*origin).to_owned()).collect()),
            key_servers: 3,
        };
        let private = ["127.0.0.1:8545", "10.1.2.3:80", "[fd00::1]:80", "0.0.0.0:80", "[::]:80", "unix:/tmp/n.sock"];
        for listen in private {
            assert!(config(listen, None).open_to().is_empty(), "{listen}");
            assert_eq!(config(listen, Some(&["https://a.example"])).open_to(), ["https://a.example"], "{listen}");
        }
        assert_eq!(config("1.1.1.1:80", None).open_to(), ["*"]);
        assert!(config("1.1.1.1:80", Some(&[])).open_to().is_empty());
    }

    #[test]
    fn an_origin_is_written_as_browsers_send_it() {
        for origin in ["*", "https://market.example", "http://127.0.0.1:3000", "http://[::1]:3000"] {
            assert!(is_origin(origin), "{origin}");
        }
        for other in [
            "",
            "null",
            "market.example",
            "https://market.example/",
            "https://market.example:443",
            "https://Market.example",
            "https://*.example",
            "file:///a",
        ] {
            assert!(!is_origin(other), "{other}");
        }
    }
}
