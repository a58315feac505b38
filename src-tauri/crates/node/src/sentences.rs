//! Why a node does not start, said to people in their language.

use crate::NodeError;
use protocol::{Sentence, sentence};

impl From<&NodeError> for Sentence {
    fn from(error: &NodeError) -> Self {
        use NodeError as E;
        match error {
            E::File { path, error } => {
                sentence!("{path} cannot be used ({why})", path = path.as_path(), why = Self::from(error))
            }
            E::Busy(path) => sentence!("another process uses the folder {path}", path = path.as_path()),
            E::NetworkFile(error) => error.into(),
            E::Chain(error) => sentence!("the chain does not start ({why})", why = error.to_string()),
            E::Keeper(error) => sentence!("the contracts cannot be used: {why}", why = Self::from(error)),
            E::Catalogue(error) => sentence!("the catalogue does not start ({why})", why = error.to_string()),
            E::KeyServer(error) => sentence!("a key server does not start ({why})", why = error.to_string()),
            E::Gateway(error) => sentence!("the gateway does not start: {why}", why = Self::from(error)),
            E::Tower(error) => sentence!("the watch-tower does not start ({why})", why = error.to_string()),
            E::Ledger(error) => error.into(),
            E::Outbox(error) => error.into(),
            E::Keys(error) => sentence!("the keys cannot be opened ({why})", why = error.to_string()),
            E::Transport(error) => error.into(),
            E::Endpoint(error) => error.into(),
            E::Peer(key) => sentence!("{key} is no public key of a key server", key),
            E::Identity => "the private key cannot be used".into(),
        }
    }
}
