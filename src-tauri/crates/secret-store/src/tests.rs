//! Groups of key servers in one process, over Unix sockets or TCP. Each has its own folder, key and database, and knows
//! of the others only their addresses.

mod generation;
mod http;
mod retrieval;

use crate::{KeyServer, KeyServerSetup, Peer, Permission, PermissionError, identity::Identity, message::Order, router};
use clients::secret_store::SecretStoreClient;
use protocol::{Address, Did, SecretKey, SignError, Signature, Signer, tx};
use std::{
    collections::HashSet,
    path::PathBuf,
    sync::{Arc, Mutex},
};
use tempfile::TempDir;
use threshold::{EciesOpener, Point, ThresholdError};
use tokio_util::sync::CancellationToken;
use transport::{Endpoint, Http, Limits, Listen, Resolver, Served, serve};

/// An account of the wallet.
struct Account(SecretKey);

impl Account {
    fn new(n: u8) -> Self {
        Self(SecretKey::from_bytes(&[n; 32]).unwrap())
    }

    fn order(&self, id: Did, threshold: u32) -> Order {
        Order { id, signature: self.0.sign_digest(id.as_bytes()).unwrap(), threshold }
    }
}

impl Signer for Account {
    fn address(&self) -> Address {
        self.0.address().unwrap()
    }
    fn sign_digest(&self, digest: &[u8; 32]) -> Result<Signature, SignError> {
        self.0.sign_digest(digest).map_err(|error| SignError::Refused(error.to_string()))
    }
    fn sign_tx(&self, _: &tx::UnsignedTx) -> Result<tx::SignedTx, SignError> {
        Err(SignError::Locked)
    }
}

impl EciesOpener for Account {
    fn open_ecies(&self, sealed: &[u8]) -> Result<zeroize::Zeroizing<Vec<u8>>, ThresholdError> {
        self.0.open_ecies(sealed)
    }
}

/// What one node's chain says.
#[derive(Default)]
struct Chain {
    permitted: Mutex<HashSet<(Address, Did)>>,
    unreachable: Mutex<bool>,
}

#[async_trait::async_trait]
impl Permission for Chain {
    async fn allowed(&self, requester: Address, id: Did) -> Result<bool, PermissionError> {
        if *self.unreachable.lock().unwrap() {
            return Err(PermissionError("no chain".into()));
        }
        Ok(self.permitted.lock().unwrap().contains(&(requester, id)))
    }
}

/// One node of a group under test, running or not.
struct Member {
    key: SecretKey,
    data: PathBuf,
    listen: Listen,
    chain: Arc<Chain>,
    running: Option<(KeyServer, CancellationToken, Served)>,
}

struct Group {
    folder: TempDir,
    members: Vec<Member>,
    peers: Vec<Peer>,
}

impl Group {
    /// Started, over Unix sockets.
    async fn of(nodes: usize) -> Self {
        let mut group = Self { folder: tempfile::tempdir().unwrap(), members: Vec::new(), peers: Vec::new() };
        for n in 0..nodes {
            group.add(n);
        }
        for n in 0..nodes {
            group.start(n).await;
        }
        group
    }

    /// One more node, known to all that start from now on.
    fn add(&mut self, n: usize) {
        let at = |what: &str| self.folder.path().join(format!("{n}.{what}"));
        let key = SecretKey::from_bytes(&[100 + u8::try_from(n).unwrap(); 32]).unwrap();
        let endpoint = Endpoint::Unix { socket: at("sock"), base: String::new() };
        let (data, listen) = (at("sqlite"), Listen::Unix(at("sock")));
        self.peers.push(Peer { node: Point::from_bytes(&key.public().unwrap()).unwrap(), endpoint });
        self.members.push(Member { key, data, listen, chain: Arc::default(), running: None });
    }

    async fn start(&mut self, n: usize) {
        let member = &mut self.members[n];
        let setup =
            KeyServerSetup::new(member.data.clone(), member.key.clone(), self.peers.clone(), member.chain.clone());
        let server = KeyServer::open(setup).unwrap();
        let stop = CancellationToken::new();
        let served = serve(&member.listen, router(server.clone()), stop.clone()).await.unwrap();
        member.running = Some((server, stop, served));
    }

    /// Ends one node as a crash would: nothing but its disk remains.
    async fn stop(&mut self, n: usize) {
        let (_, stop, served) = self.members[n].running.take().unwrap();
        stop.cancel();
        served.ended().await;
    }

    async fn restart(&mut self, n: usize) {
        self.stop(n).await;
        self.start(n).await;
    }

    fn server(&self, n: usize) -> &KeyServer {
        &self.members[n].running.as_ref().unwrap().0
    }

    fn node(&self, n: usize) -> Point {
        self.peers[n].node
    }

    fn identity(&self, n: usize) -> Identity {
        Identity::new(self.members[n].key.clone()).unwrap()
    }

    /// A client that asks these nodes in this order.
    fn client(&self, order: &[usize], threshold: u32) -> SecretStoreClient {
        let servers = order.iter().map(|n| self.peers[*n].endpoint.to_string()).collect();
        SecretStoreClient::new(http(), servers, threshold).unwrap()
    }

    /// On every node's chain.
    fn permit(&self, account: &Account, id: Did) {
        for member in &self.members {
            member.chain.permitted.lock().unwrap().insert((account.address(), id));
        }
    }

    fn forbid(&self, n: usize, account: &Account, id: Did) {
        self.members[n].chain.permitted.lock().unwrap().remove(&(account.address(), id));
    }
}

fn http() -> Http {
    Http::new(Resolver::none(), Limits::hostile())
}

fn did(n: u8) -> Did {
    Did([n; 32])
}

const DOCUMENT: &[u8] = br#"[{"url":"https://example.com/data.csv","index":0}]"#;
