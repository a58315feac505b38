//! The four servers in one process, listening where told: chain at `/rpc`, catalogue at `/api/v1/aquarius`,
//! gateway at `/api/v1/brizo`, watch-tower at `/api/v1/watchtower`, key servers at `/secret-store/N`.

mod config;
mod deploy;
mod error;
mod front;
mod key_servers;
mod node;
mod sentences;

pub use brizo;
pub use config::{ChainPlan, KeyServerPlan, NodeConfig, PeerPlan, is_origin};
pub use deploy::deploy_contracts;
pub use error::NodeError;
pub use front::Front;
pub use key_servers::{LoneKeyServer, key_server_public, run_key_server};
pub use node::Node;
pub use transport::Listen;
