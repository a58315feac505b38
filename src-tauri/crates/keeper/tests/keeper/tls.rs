//! Nodes behind TLS whose certificates an authority of their own has signed, as enterprises have one: HTTP and WebSocket,
//! a node that dies, one that falls silent, and certificates that are not to be trusted.

use crate::support::{World, network};
use async_trait::async_trait;
use futures_util::stream::BoxStream;
use keeper::{Cursor, Follower, Keeper, KeeperEvent, NodeAddress, Nodes, Rpc, RpcFault};
use protocol::{Did, NetworkFile};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::{ServerConfig, pki_types::PrivateKeyDer};
use serde_json::{Value, json};
use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    time::timeout,
};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use transport::{Http, JsonRpc, Limits, serve};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);
const HERE: [&str; 2] = ["localhost", "127.0.0.1"];

/// Who signs certificates.
struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { pem, issuer: Issuer::new(params, key) }
    }

    /// A certificate made out to these names, changed as wanted.
    fn signs(&self, names: &[&str], change: impl FnOnce(&mut CertificateParams)) -> ServerConfig {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        ServerConfig::builder().with_no_client_auth().with_single_cert(vec![certificate.der().clone()], key).unwrap()
    }
}

/// TLS in front of a plain server.
struct Door {
    port: u16,
    /// Everything ends, and nobody comes in any more.
    ends: CancellationToken,
    /// The connections that are there bring nothing any more, and do not end.
    silence: Arc<Mutex<CancellationToken>>,
}

impl Door {
    async fn opens(to: SocketAddr, config: ServerConfig) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let door = Self {
            port: listener.local_addr().unwrap().port(),
            ends: CancellationToken::new(),
            silence: Arc::default(),
        };
        let (acceptor, ends, silence) = (TlsAcceptor::from(Arc::new(config)), door.ends.clone(), door.silence.clone());
        tokio::spawn(ends.clone().run_until_cancelled_owned(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (acceptor, silent) = (acceptor.clone(), silence.lock().unwrap().clone());
                tokio::spawn(ends.clone().run_until_cancelled_owned(async move {
                    let Ok(mut outside) = acceptor.accept(stream).await else { return };
                    let mut inside = TcpStream::connect(to).await.unwrap();
                    let carried = copy_bidirectional(&mut outside, &mut inside);
                    if silent.run_until_cancelled(carried).await.is_none() {
                        std::future::pending::<()>().await;
                    }
                }));
            }
        }));
        door
    }

    fn falls_silent(&self) {
        std::mem::take(&mut *self.silence.lock().unwrap()).cancel();
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.ends.cancel();
    }
}

/// A world whose chain is served, plain, here.
async fn served() -> (World, SocketAddr, CancellationToken) {
    let (world, ends) = (World::new().await, CancellationToken::new());
    let router = keeper_node::router(world.chain.clone());
    let served = serve(&"127.0.0.1:0".parse().unwrap(), router, ends.clone()).await.unwrap();
    let address = served.endpoint().to_string().trim_start_matches("http://").parse().unwrap();
    (world, address, ends)
}

fn file(world: &World, authority: &Authority, rpc: Vec<String>) -> NetworkFile {
    let mut file = network(&world.contracts);
    file.certificate_authorities = Some(authority.pem.clone());
    file.rpc = rpc;
    file
}

fn client(file: &NetworkFile, at: &str, limits: Limits) -> JsonRpc {
    JsonRpc::connect(at.parse().unwrap(), &Http::of_network(file, limits).unwrap())
}

/// Waits for this listing's registration.
async fn sees(follower: &mut Follower, did: Did) {
    let seen = async {
        loop {
            let batch = follower.next().await.unwrap();
            let is_it =
                |event: &KeeperEvent| matches!(event, KeeperEvent::DidRegistered { did: found, .. } if *found == did);
            if batch.events.iter().any(|seen| is_it(&seen.event)) {
                return;
            }
        }
    };
    timeout(PATIENCE, seen).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn where_one_of_two_nodes_behind_tls_dies_events_go_on_and_money_waits_with_its_name() {
    let (world, plain, _ends) = served().await;
    let authority = Authority::new("ours");
    let first = Door::opens(plain, authority.signs(&HERE, |_| {})).await;
    let second = Door::opens(plain, authority.signs(&HERE, |_| {})).await;
    let names = [first.port, second.port].map(|port| format!("wss://localhost:{port}"));
    let file = file(&world, &authority, names.to_vec());
    let nodes = Nodes::of_network(&file, &Http::of_network(&file, Limits::trusted()).unwrap()).unwrap();
    let keeper = Keeper::connect(nodes, &file).await.unwrap();
    let mut follower = Follower::new(keeper.clone(), Cursor::START);
    sees(&mut follower, world.list(1)).await;
    assert!(keeper.agreed().await.is_ok(), "two nodes say the same");

    drop(first);
    sees(&mut follower, world.list(2)).await;
    let waits = keeper.agreed().await.unwrap_err().to_string();
    assert!(waits.contains(&format!("{} does not answer", names[0])), "{waits}");
    assert!(!waits.contains(&names[1]), "who is well is not blamed: {waits}");
}

/// Counts the subscriptions that a node took.
struct Counted(JsonRpc, Arc<AtomicUsize>);

#[async_trait]
impl Rpc for Counted {
    async fn request(&self, method: &str, params: Value) -> Result<Value, RpcFault> {
        Rpc::request(&self.0, method, params).await
    }

    async fn subscribe(&self, params: Value) -> Result<BoxStream<'static, Value>, RpcFault> {
        let subscribed = Rpc::subscribe(&self.0, params).await?;
        self.1.fetch_add(1, Ordering::SeqCst);
        Ok(subscribed)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_goes_on_at_the_second_door_when_the_first_dies() {
    let (world, plain, _ends) = served().await;
    let authority = Authority::new("ours");
    let first = Door::opens(plain, authority.signs(&HERE, |_| {})).await;
    let second = Door::opens(plain, authority.signs(&HERE, |_| {})).await;
    let file = file(&world, &authority, Vec::new());
    let taken = Arc::new(AtomicUsize::new(0));
    let doors = [("first", &first, Arc::default()), ("second", &second, Arc::clone(&taken))];
    let addresses = doors.map(|(name, door, taken)| {
        let rpc = client(&file, &format!("wss://127.0.0.1:{}", door.port), Limits::trusted());
        NodeAddress { name: name.to_owned(), voice: "one".to_owned(), rpc: Arc::new(Counted(rpc, taken)) }
    });
    let nodes = Nodes::new(addresses.into(), file.chain_id, file.block_time_ms);
    let keeper = Keeper::connect(nodes, &file).await.unwrap();
    let mut blocks = keeper.blocks();
    let mut next_block = async || {
        world.mine(1);
        let made = world.block();
        timeout(PATIENCE, blocks.wait_for(|newest| *newest >= made)).await.unwrap().unwrap();
    };
    next_block().await;
    assert_eq!(taken.load(Ordering::SeqCst), 0, "the first is well");
    drop(first);
    let subscribed = async {
        while taken.load(Ordering::SeqCst) == 0 {
            next_block().await;
        }
        next_block().await;
    };
    timeout(PATIENCE, subscribed).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_dies_without_a_word_is_given_up_and_made_again() {
    let (world, plain, _ends) = served().await;
    let authority = Authority::new("ours");
    let door = Door::opens(plain, authority.signs(&HERE, |_| {})).await;
    // Long enough for the other answers of a machine that is busy.
    let limits = Limits { idle: Duration::from_secs(2), ..Limits::trusted() };
    let file = file(&world, &authority, Vec::new());
    let rpc = client(&file, &format!("wss://localhost:{}", door.port), limits);
    let ask = async || timeout(PATIENCE, Rpc::request(&rpc, "eth_chainId", json!([]))).await.expect("no end");
    assert!(ask().await.is_ok());
    door.falls_silent();
    assert!(matches!(ask().await, Err(RpcFault::Unreachable(_))), "nobody waits for ever");
    assert!(ask().await.is_ok(), "over a new connection");
}

/// What people are told of a server, over HTTP and over a WebSocket.
async fn told(file: &NetworkFile, door: &Door) -> [String; 2] {
    let mut told = Vec::new();
    for scheme in ["https", "wss"] {
        let address = format!("{scheme}://localhost:{}", door.port);
        let rpc = client(file, &address, Limits::trusted());
        told.push(match rpc.call::<Value>("eth_chainId", ()).await {
            Ok(_) => "trusted".to_owned(),
            Err(error) => error.to_string().replace(&address, "the node"),
        });
    }
    told.try_into().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_is_not_to_be_trusted_is_refused_in_words() {
    let (world, plain, _ends) = served().await;
    let authority = Authority::new("ours");
    let file = file(&world, &authority, Vec::new());
    let refused = |why: &str| {
        let sentence = format!("the node shows a certificate that is not trusted: {why}");
        [sentence.clone(), sentence]
    };
    let good = Door::opens(plain, authority.signs(&HERE, |_| {})).await;
    assert_eq!(told(&file, &good).await, ["trusted", "trusted"].map(str::to_owned));
    for name in ["theirs", "ours"] {
        let stranger = Door::opens(plain, Authority::new(name).signs(&HERE, |_| {})).await;
        assert_eq!(told(&file, &stranger).await, refused("nobody whom this computer trusts has signed it"), "{name}");
    }
    let other = Door::opens(plain, authority.signs(&["elsewhere.example"], |_| {})).await;
    assert_eq!(told(&file, &other).await, refused("it is made out to another name"));
    let old = |params: &mut CertificateParams| params.not_after = rcgen::date_time_ymd(2001, 1, 1);
    let old = Door::opens(plain, authority.signs(&HERE, old)).await;
    assert_eq!(told(&file, &old).await, refused("it has run out"));
}

#[tokio::test]
async fn an_authority_that_cannot_be_read_is_said_at_once() {
    let mut file = NetworkFile::from_toml("name = \"t\"\nchain_id = 1\nrpc = [\"wss://localhost\"]").unwrap();
    for (text, why) in [("", "it holds no certificate"), ("-----BEGIN CERTIFICATE-----\nAAAA", "")] {
        file.certificate_authorities = Some(text.to_owned());
        let error = Http::of_network(&file, Limits::trusted()).unwrap_err().to_string();
        assert!(error.starts_with("certificate_authorities in the network file cannot be read"), "{error}");
        assert!(error.ends_with(why), "{error}");
    }
}
