//! Which network a folder's data belongs to, noted in the folder at its first use: what was signed for one chain is never
//! driven on another because two files bear one name.

use crate::{errors, folder::write_whole};
use api::{ApiError, Code, sentence};
use protocol::{Address, NetworkFile};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, io, path::Path};

const FILE: &str = "network-identity.json";

/// What makes a network the same one, wherever its servers are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Identity {
    chain_id: u64,
    contracts: BTreeMap<String, Address>,
}

impl Identity {
    /// That of a network's file.
    pub(crate) fn of(network: &NetworkFile) -> Self {
        Self { chain_id: network.chain_id, contracts: network.contracts.clone() }
    }

    /// That of the network whose data lies in this folder; `None` where there is none yet.
    pub(crate) fn kept(data: &Path) -> io::Result<Option<Self>> {
        match std::fs::read(data.join(FILE)) {
            Ok(bytes) => match serde_json::from_slice(&bytes) {
                Ok(kept) => Ok(Some(kept)),
                Err(error) => {
                    tracing::warn!(%error, "which network a folder belongs to cannot be read; it is noted anew");
                    Ok(None)
                }
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether both are of one network: contracts that stand for features may come and go, and none moves.
    pub(crate) fn fits(&self, other: &Self) -> bool {
        let moved = |(name, at): (&String, &Address)| other.contracts.get(name).is_some_and(|there| there != at);
        self.chain_id == other.chain_id && !self.contracts.iter().any(moved)
    }
}

/// Notes at the first use of a folder which network its data belongs to, and refuses any other from then on. `own`: the
/// network that this home runs, which has its name from nobody.
///
/// # Errors
/// With [`Code::Invalid`] where the folder belongs to another network than the one of this file; else what the disk says.
pub(crate) fn settle(data: &Path, network: &NetworkFile, file: &Path, own: bool) -> Result<(), ApiError> {
    let mut now = Identity::of(network);
    if let Some(kept) = Identity::kept(data).map_err(errors::disk)? {
        if !kept.fits(&now) {
            let next = match own {
                true => sentence!(
                    "Move the folder {folder} away or remove it. Nothing on another network is touched.",
                    folder = data
                ),
                false => "Change the name in that file, or move the folder away.".into(),
            };
            return Err(ApiError::new(
                Code::Invalid,
                sentence!(
                    "What is kept in {folder} belongs to another network than the one of {file}.",
                    folder = data,
                    file
                ),
                next,
            )
            .at("network"));
        }
        now.contracts.extend(kept.contracts.clone());
        if now == kept {
            return Ok(());
        }
    }
    let text = serde_json::to_vec_pretty(&now).map_err(io::Error::other).map_err(errors::disk)?;
    write_whole(&data.join(FILE), &text).map_err(errors::disk)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(chain_id: u64, contracts: &[(&str, u8)]) -> NetworkFile {
        let text = format!("name = \"n\"\nchain_id = {chain_id}\nrpc = [\"http://127.0.0.1:1\"]\n");
        let contracts = contracts.iter().map(|(name, at)| ((*name).to_owned(), Address([*at; 20]))).collect();
        NetworkFile { contracts, ..NetworkFile::from_toml(&text).unwrap() }
    }

    #[test]
    fn a_folder_stays_with_its_network() {
        let data = tempfile::tempdir().unwrap();
        let settled = |network: &NetworkFile| settle(data.path(), network, Path::new("x.toml"), false);
        settled(&network(5, &[("OceanToken", 1)])).unwrap();
        settled(&network(5, &[("OceanToken", 1), ("Dispenser", 2)])).unwrap();
        settled(&network(5, &[("OceanToken", 1)])).unwrap();
        for other in [
            network(6, &[("OceanToken", 1)]),
            network(5, &[("OceanToken", 3)]),
            network(5, &[("OceanToken", 1), ("Dispenser", 3)]),
        ] {
            let error = settled(&other).unwrap_err();
            assert_eq!(error.code, Code::Invalid);
            assert!(error.message.contains("another network") && error.message.contains("x.toml"), "{error}");
        }
        settled(&network(5, &[("OceanToken", 1)])).unwrap();
    }
    #[test]
    fn of_the_home_s_own_network_only_what_helps_is_said() {
        let data = tempfile::tempdir().unwrap();
        let refused = |own: bool| settle(data.path(), &network(6, &[]), Path::new("x.toml"), own).unwrap_err().next;
        settle(data.path(), &network(5, &[]), Path::new("x.toml"), true).unwrap();
        let next = refused(true);
        assert!(!next.contains("Change the name") && next.contains(&data.path().display().to_string()), "{next}");
        assert!(refused(false).contains("Change the name"));
    }
}
