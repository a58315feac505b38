//! Why a node does not start.

use std::path::PathBuf;

/// Why a node does not start or go on.
#[derive(Debug, thiserror::Error)]
pub enum NodeError {
    /// A file or folder cannot be used.
    #[error("{path} cannot be used: {error}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// Another process runs in this folder.
    #[error("another process uses the folder {0}")]
    Busy(PathBuf),
    /// The network file is not one.
    #[error(transparent)]
    NetworkFile(#[from] protocol::network::NetworkFileError),
    /// The chain does not start.
    #[error("the chain does not start: {0}")]
    Chain(#[from] keeper_node::ChainError),
    /// The contracts cannot be deployed or read.
    #[error("the contracts cannot be used: {0}")]
    Keeper(#[from] keeper::KeeperError),
    /// The catalogue does not start.
    #[error("the catalogue does not start: {0}")]
    Catalogue(#[from] aquarius::CatalogueError),
    /// A key server does not start.
    #[error("a key server does not start: {0}")]
    KeyServer(#[from] secret_store::OpenError),
    /// The gateway does not start.
    #[error("the gateway does not start: {0}")]
    Gateway(#[from] brizo::GatewayError),
    /// The watch-tower does not start.
    #[error("the watch-tower does not start: {0}")]
    Tower(#[from] watchtower::TowerError),
    /// The journal cannot be used.
    #[error(transparent)]
    Ledger(#[from] runner::LedgerError),
    /// What was signed cannot be sent.
    #[error(transparent)]
    Outbox(#[from] runner::OutboxError),
    /// The keys cannot be opened.
    #[error("the node's keys cannot be opened: {0}")]
    Keys(#[from] wallet::WalletError),
    /// It cannot listen where it was told, or reach what it needs.
    #[error(transparent)]
    Transport(#[from] transport::TransportError),
    /// An address cannot be read.
    #[error(transparent)]
    Endpoint(#[from] transport::EndpointError),
    /// A key server of the group has no usable public key.
    #[error("{0} is no public key of a key server")]
    Peer(String),
    /// A private key cannot be used.
    #[error("the private key cannot be used")]
    Identity,
}
