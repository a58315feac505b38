//! Key servers: a group behind one door, or one alone in its own process. Either way they only exchange messages.

use crate::{Front, KeyServerPlan, NodeConfig, NodeError, node::make_folder};
use keeper::{Keeper, Nodes};
use protocol::{NetworkFile, SecretKey};
use secret_store::{ChainPermission, KeyServer, KeyServerSetup, Peer};
use std::{fs::File, path::Path, sync::Arc};
use threshold::Point;
use tokio_util::sync::CancellationToken;
use transport::{Endpoint, Http, Limits, Listen, Served, serve};
use wallet::WalletError;
use zeroize::Zeroizing;

/// The group of a node. Each server has its own folder, identity and view of the chain.
pub(crate) async fn start_group(
    config: &NodeConfig,
    here: &Endpoint,
    front: &Front,
    keeper: &Keeper,
) -> Result<Vec<String>, NodeError> {
    let mut identities = Vec::new();
    let mut peers = Vec::new();
    for number in 1..=config.key_servers {
        let folder = config.data.join(format!("key-server-{number}"));
        make_folder(&folder)?;
        let identity = identity(&folder.join("identity"))?;
        let endpoint: Endpoint = here.join(&format!("/secret-store/{number}")).parse()?;
        peers.push(Peer { node: public(&identity)?, endpoint });
        identities.push((number, folder, identity));
    }
    for (number, folder, identity) in identities {
        let permission = Arc::new(ChainPermission::new(keeper.clone()));
        let server = KeyServer::open(KeyServerSetup::new(folder.join("keys.db"), identity, peers.clone(), permission))?;
        front.mount(&format!("/secret-store/{number}"), secret_store::router(server));
    }
    Ok(peers.iter().map(|peer| peer.endpoint.to_string()).collect())
}

/// A key server in a process of its own.
pub struct LoneKeyServer {
    public: Point,
    served: Served,
    shutdown: CancellationToken,
}

impl LoneKeyServer {
    /// Where it is.
    pub fn url(&self) -> String {
        self.served.endpoint().to_string()
    }

    /// Its public key in hex.
    pub fn public(&self) -> String {
        self.public.hex()
    }

    /// Ends it.
    pub async fn close(self) {
        self.shutdown.cancel();
        self.served.ended().await;
    }
}

/// Runs one key server of a group whose others are elsewhere. Its identity is made on first use; with no peers named
/// it only tells its public key, so that a group can be written down before it is started.
///
/// # Errors
/// [`NodeError`].
pub async fn run_key_server(plan: KeyServerPlan) -> Result<LoneKeyServer, NodeError> {
    make_folder(&plan.data)?;
    let identity = identity(&plan.data.join("identity"))?;
    let public = public(&identity)?;
    let file = |error| NodeError::File { path: plan.network.clone(), error };
    let network = NetworkFile::from_toml(&std::fs::read_to_string(&plan.network).map_err(file)?)?;
    let http = Http::of_network(&network, Limits::trusted())?;
    let keeper = Keeper::connect(Nodes::of_network(&network, &http)?, &network).await?;
    let mut peers = Vec::new();
    for peer in &plan.peers {
        let bytes = hex::decode(peer.public.trim_start_matches("0x")).unwrap_or_default();
        let node = Point::from_slice(&bytes).map_err(|_| NodeError::Peer(peer.public.clone()))?;
        peers.push(Peer { node, endpoint: peer.endpoint.parse()? });
    }
    // One without a group has nothing to answer; it is there to be written down.
    let router = match peers.is_empty() {
        true => axum::Router::new(),
        false => {
            let permission = Arc::new(ChainPermission::new(keeper));
            let setup = KeyServerSetup::new(plan.data.join("keys.db"), identity, peers, permission);
            secret_store::router(KeyServer::open(setup)?)
        }
    };
    let shutdown = CancellationToken::new();
    let listen: Listen = plan.listen.parse()?;
    let served = serve(&listen, router, shutdown.clone()).await?;
    Ok(LoneKeyServer { public, served, shutdown })
}

/// The public key of a key server's folder, made there if it has none yet.
///
/// # Errors
/// [`NodeError`].
pub fn key_server_public(folder: &Path) -> Result<String, NodeError> {
    make_folder(folder)?;
    Ok(public(&identity(&folder.join("identity"))?)?.hex())
}

/// The key in this file, random and made at first use. Whatever ends the process, there is none yet or the whole of it,
/// and one that is there is never replaced.
fn identity(path: &Path) -> Result<SecretKey, NodeError> {
    if let Some(key) = read_identity(path)? {
        return Ok(key);
    }
    // Of two that make it at once the later one finds what the earlier one made.
    let beside = path.with_extension("lock");
    let file = |error| NodeError::File { path: beside.clone(), error };
    let lock = File::create(&beside).map_err(file)?;
    lock.lock().map_err(file)?;
    if let Some(key) = read_identity(path)? {
        return Ok(key);
    }
    let random = Zeroizing::new(rand::random::<[u8; 32]>());
    let key = SecretKey::from_bytes(&random).map_err(|_| NodeError::Identity)?;
    wallet::write_private(path, random.as_slice())?;
    Ok(key)
}

fn read_identity(path: &Path) -> Result<Option<SecretKey>, NodeError> {
    let Some(bytes) = wallet::read_private(path)? else { return Ok(None) };
    let damaged =
        || WalletError::Damaged { path: path.to_owned(), reason: "it is no private key of 32 bytes".to_owned() };
    let bytes: &[u8; 32] = bytes.as_slice().try_into().map_err(|_| damaged())?;
    Ok(Some(SecretKey::from_bytes(bytes).map_err(|_| damaged())?))
}

fn public(identity: &SecretKey) -> Result<Point, NodeError> {
    let bytes = identity.public().map_err(|_| NodeError::Identity)?;
    Point::from_bytes(&bytes).map_err(|_| NodeError::Identity)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, thread};

    #[test]
    fn the_identity_is_made_once_and_only_for_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("identity");
        // What one left who was killed before it was whole.
        fs::write(path.with_extension("new"), [7; 5]).unwrap();
        let made = identity(&path).unwrap();
        assert_eq!(identity(&path).unwrap().public().unwrap(), made.public().unwrap());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn all_who_make_the_identity_at_once_have_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("identity");
        let all = thread::scope(|scope| {
            let makers: Vec<_> = (0..8).map(|_| scope.spawn(|| identity(&path).unwrap().public().unwrap())).collect();
            makers.into_iter().map(|maker| maker.join().unwrap()).collect::<Vec<_>>()
        });
        assert!(all.iter().all(|one| *one == all[0]));
    }

    #[test]
    fn a_file_that_holds_no_key_is_told_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("identity");
        for bytes in [Vec::<u8>::new(), vec![7; 31], vec![7; 33], vec![0; 32]] {
            fs::write(&path, &bytes).unwrap();
            let told = identity(&path).unwrap_err().to_string();
            assert!(told.contains("it is no private key of 32 bytes"), "{told}");
            assert_eq!(fs::read(&path).unwrap(), bytes);
        }
    }
}
