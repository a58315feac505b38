//! The chain, three key servers and a gateway, each behind a socket of its own, and the people around them.

use agreement::{Machine as _, publisher::State};
use brizo::{Gateway, GatewayConfig, SaleStage};
use clients::brizo::BrizoClient;
use keeper::{ConditionState, Keeper};
use keeper_node::{Chain, Genesis};
use protocol::{
    Address, AgreementId, Did, NetworkFile, SecretKey, Signer, Vodka,
    conditions::AccessTerms,
    ddo::{Built, Endpoints, ListingDraft, files::file_list_json},
    metadata::FileInfo,
    network::{AgreementForm, Services},
    templates::ACCESS,
    tx::Call,
};
use runner::{Batch, Entry, Item, Journal, Journaled as _, Key, Kind, Ledger, Outbox, Point, items};
use secret_store::{ChainPermission, KeyServer, KeyServerSetup, Peer};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use threshold::Point as PublicKey;
use tokio_util::sync::CancellationToken;
use transport::{Endpoint, Http, JsonRpc, Limits, Listen, Reach, Request, Resolver, Response, Served, serve};
use wallet::ServiceKey;

const CHAIN_ID: u64 = 1337;
pub(crate) const PRICE: u64 = 10;
/// No step of a sale takes as long as this.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct World {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) keeper: Keeper,
    pub(crate) http: Http,
    pub(crate) gateway: Gateway,
    pub(crate) owner: Arc<ServiceKey>,
    pub(crate) buyer: Arc<ServiceKey>,
    pub(crate) stranger: Arc<ServiceKey>,
    provider: Arc<ServiceKey>,
    network: NetworkFile,
    outbox: Outbox,
    door: Door,
    purposes: AtomicU64,
    _chain: Served,
    _key_servers: Vec<Served>,
}

struct Door {
    served: Served,
    ledger: Ledger,
    cancel: CancellationToken,
}

/// A listing and what it sells.
pub(crate) struct Listing {
    pub(crate) built: Built,
    pub(crate) url: String,
    pub(crate) path: PathBuf,
    pub(crate) time_outs: [u64; 3],
}

fn key(seed: u8) -> Arc<ServiceKey> {
    Arc::new(ServiceKey::from_key(SecretKey::from_bytes(&[seed; 32]).unwrap()).unwrap())
}

impl World {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let socket = |name: &str| folder.path().join(format!("{name}.sock"));
        let http = Http::new(Resolver::none(), Limits::trusted());
        let [operator, owner, buyer, provider, stranger] = [1, 2, 3, 4, 5].map(key);
        let mut genesis = Genesis::new(CHAIN_ID, operator.address());
        genesis.mining.gather = Duration::ZERO;
        genesis.mining.tick = Duration::from_millis(50);
        let chain = Chain::in_memory(genesis).unwrap();
        let stop = CancellationToken::new();
        let served = serve(&Listen::Unix(socket("chain")), keeper_node::router(chain), stop.clone()).await.unwrap();
        let rpc = JsonRpc::connect(served.endpoint().clone(), &http);
        let contracts = keeper::deploy(&rpc, operator.as_ref()).await.unwrap();
        let mut network = NetworkFile {
            agreements: AgreementForm::V02,
            name: "test".to_owned(),
            chain_id: CHAIN_ID,
            rpc: vec![served.endpoint().to_string()],
            confirmations: 1,
            block_time_ms: 0,
            currency: "OCEAN".to_owned(),
            certificate_authorities: None,
            contracts: contracts.to_map(),
            fees: protocol::network::Fees::default(),
            services: Services::default(),
            gateways: BTreeMap::new(),
        };
        let keeper = Keeper::connect(rpc, &network).await.unwrap();
        let mut peers = Vec::new();
        let identities = [11, 12, 13].map(|seed| SecretKey::from_bytes(&[seed; 32]).unwrap());
        for (n, identity) in identities.iter().enumerate() {
            let endpoint = Endpoint::Unix { socket: socket(&format!("key{n}")), base: String::new() };
            peers.push(Peer { node: PublicKey::from_bytes(&identity.public().unwrap()).unwrap(), endpoint });
        }
        let mut key_servers = Vec::new();
        for (n, identity) in identities.into_iter().enumerate() {
            let permission = Arc::new(ChainPermission::new(keeper.clone()));
            let data = folder.path().join(format!("key{n}.db"));
            let server = KeyServer::open(KeyServerSetup::new(data, identity, peers.clone(), permission)).unwrap();
            let listen = Listen::Unix(socket(&format!("key{n}")));
            key_servers.push(serve(&listen, secret_store::router(server), stop.clone()).await.unwrap());
        }
        network.services.secret_store = peers.iter().map(|peer| peer.endpoint.to_string()).collect();
        let ledger = Ledger::open(&folder.path().join("people.db")).unwrap();
        let outbox = Outbox::new(&ledger, Arc::new(keeper.clone()));
        let (gateway, door) = open(&folder, &provider, &keeper, &network, &http).await;
        let world = Self {
            folder,
            http,
            gateway,
            owner,
            buyer,
            stranger,
            provider,
            network,
            outbox,
            door,
            purposes: AtomicU64::new(0),
            _chain: served,
            _key_servers: key_servers,
            keeper,
        };
        let faucet = world.keeper.contracts().request_tokens(100).unwrap();
        world.send(&world.buyer, faucet).await;
        world
    }

    /// The gateway's own account.
    pub(crate) fn provider(&self) -> &ServiceKey {
        &self.provider
    }

    /// Ends the gateway, lets something happen, and opens it anew from its disk.
    pub(crate) async fn reopen(&mut self, meanwhile: impl AsyncFnOnce(&Self)) {
        let door = Door {
            served: serve(
                &Listen::Unix(self.folder.path().join("none.sock")),
                axum::Router::new(),
                CancellationToken::new(),
            )
            .await
            .unwrap(),
            ledger: self.door.ledger.clone(),
            cancel: CancellationToken::new(),
        };
        let before = std::mem::replace(&mut self.door, door);
        self.gateway.clone().close().await;
        before.cancel.cancel();
        before.served.ended().await;
        drop(before.ledger);
        meanwhile(self).await;
        (self.gateway, self.door) = open(&self.folder, &self.provider, &self.keeper, &self.network, &self.http).await;
    }

    /// Puts a sale that ended among the gateway's records.
    pub(crate) async fn remembers(&self, ended: &State) {
        let entry = Entry {
            id: ended.id(),
            machine: State::MACHINE.to_owned(),
            kind: Kind::Contract,
            status: ended.status(),
            state: ended.name().to_owned(),
            content: serde_json::to_string(ended).unwrap(),
            max_retries: 0,
            ttl: 0,
        };
        Journal::new(&self.door.ledger).close(entry, ended.point()).await.unwrap();
    }

    /// What the gateway had signed before it was ended, for a chain that has nothing for it to do.
    pub(crate) async fn gateway_signs(&self, items: Vec<Item>) {
        let outbox = Outbox::new(&self.door.ledger, Arc::new(self.keeper.clone()));
        let items = items.into_iter().map(|item| Item { gas: Some(keeper::gas::GRANT), ..item }).collect();
        let batch = Batch { signer: self.provider.clone(), items, not_after: None, point: Point::GrantSigned };
        assert!(outbox.run(batch).await.is_err(), "it reverts");
    }

    pub(crate) async fn send(&self, from: &Arc<ServiceKey>, call: Call) {
        let key = Key::other(format!("purpose {}", self.purposes.fetch_add(1, Ordering::SeqCst)));
        self.run(from, vec![Item::new(key, call)]).await;
    }

    async fn run(&self, from: &Arc<ServiceKey>, items: Vec<Item>) {
        let batch = Batch { signer: from.clone(), items, not_after: None, point: Point::OtherSigned };
        self.outbox.run(batch).await.unwrap();
    }

    /// Publishes a file of these bytes: shared, encrypted, registered, served.
    pub(crate) async fn publish(&self, seed: u8, content: &[u8]) -> Listing {
        let listing = self.register(seed, content).await;
        self.adopts(&listing).await;
        listing
    }

    /// The gateway gets a listing's document.
    pub(crate) async fn adopts(&self, listing: &Listing) {
        self.gateway.adopt(&listing.built.bytes, listing.built.checksum).await.unwrap();
    }

    /// The same as far as the chain knows of it; nobody has the document.
    pub(crate) async fn register(&self, seed: u8, content: &[u8]) -> Listing {
        let path = self.folder.path().join(format!("file-{seed}.csv"));
        std::fs::write(&path, content).unwrap();
        let sum = hex::encode(Sha256::digest(content));
        let length = content.len() as u64;
        let url = self.gateway.share(&path, "rain \"fall\".csv", "text/csv", &sum, length).await.unwrap();
        let file = FileInfo {
            content_type: "text/csv".to_owned(),
            content_length: Some(length),
            checksum: Some(sum),
            checksum_type: Some("SHA256".to_owned()),
            url: Some(url.clone()),
            ..FileInfo::default()
        };
        let time_outs = [0, 400, 0];
        let at = "2026-01-02T03:04:05Z".to_owned();
        let draft = ListingDraft {
            did: None,
            name: "Rain".to_owned(),
            kind: "dataset".to_owned(),
            author: "A lab".to_owned(),
            license: "CC-BY-4.0".to_owned(),
            price: Vodka::from_ocean(PRICE),
            date_created: at.clone(),
            files: vec![file.clone()],
            description: "Millimetres by day, for a year.".to_owned(),
            tags: vec![],
            categories: vec![],
            copyright_holder: None,
            in_language: None,
            work_example: None,
            update_frequency: None,
            links: vec![],
            more: BTreeMap::new(),
            owner: self.owner.address(),
            endpoints: Endpoints::logical(&self.gateway.provider(), "http://127.0.0.1:5000", "http://127.0.0.1:12001"),
            template: ACCESS.into(),
            escrow_contract: self.keeper.contracts().escrow_reward,
            time_locks: [0; 3],
            time_outs,
            access_timeout: 0,
            salt: [seed; 16],
            created: at.clone(),
            updated: at,
        };
        let encrypted = self.gateway.encrypt(draft.did(), file_list_json(&[file]).as_bytes()).await.unwrap();
        let built = draft.build(&encrypted).unwrap().sign(self.owner.as_ref()).unwrap();
        let providers = [self.gateway.provider()];
        let call =
            self.keeper.contracts().register_attribute(built.did, built.checksum, &providers, "http://catalogue");
        self.send(&self.owner, call).await;
        Listing { built, url, path, time_outs }
    }

    pub(crate) fn terms(&self, listing: &Listing, seed: u8) -> AccessTerms {
        let contracts = self.keeper.contracts();
        AccessTerms {
            agreement: AgreementId([seed; 32]),
            did: listing.built.did,
            template: ACCESS.into(),
            provider: self.gateway.provider(),
            consumer: self.buyer.address(),
            owner: self.owner.address(),
            price: Vodka::from_ocean(PRICE),
            time_locks: [0; 3],
            time_outs: listing.time_outs,
            escrow_contract: contracts.escrow_reward,
            lock_contract: contracts.lock_reward,
            access_contract: contracts.access_secret_store,
        }
    }

    /// approve and LockReward.fulfill.
    pub(crate) async fn pay(&self, terms: &AccessTerms) {
        self.run(&self.buyer, items::payment(self.keeper.contracts(), terms)).await;
    }

    /// The same gateway behind another door, open to pages of these origins.
    pub(crate) async fn open_to(&self, origins: &[&str]) -> Served {
        let listen = Listen::Unix(self.folder.path().join("pages.sock"));
        let origins: Vec<String> = origins.iter().map(|origin| (*origin).to_owned()).collect();
        serve(&listen, brizo::router(self.gateway.clone(), &origins), CancellationToken::new()).await.unwrap()
    }

    pub(crate) fn base(&self) -> String {
        self.door.served.endpoint().join("/api/v1/brizo")
    }

    pub(crate) fn client(&self) -> BrizoClient {
        BrizoClient::new(self.http.clone(), &self.base())
    }

    /// Asks for a file as released clients do.
    pub(crate) async fn consume(&self, terms: &AccessTerms, more: &[(&str, &str)], range: Option<&str>) -> Response {
        let (agreement, consumer) = (terms.agreement.hex(), terms.consumer.hex());
        let known = [("serviceAgreementId", agreement.as_str()), ("consumerAddress", consumer.as_str())];
        self.consume_by(&[&known[..], more].concat(), range).await
    }

    /// Asks for a file by these parameters alone.
    pub(crate) async fn consume_by(&self, parameters: &[(&str, &str)], range: Option<&str>) -> Response {
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        let mut request = Request::get(format!("{}/services/consume?{query}", self.base()));
        if let Some(range) = range {
            request = request.header("range", range);
        }
        self.http.send(request).await.unwrap()
    }

    pub(crate) async fn state(&self, condition: protocol::ConditionId) -> ConditionState {
        self.keeper.condition(condition).await.unwrap().state
    }

    /// Waits, block by block, until access is granted.
    pub(crate) async fn granted(&self, terms: &AccessTerms) {
        let wait = async {
            let mut blocks = self.keeper.blocks();
            while self.state(terms.ids().access).await != ConditionState::Fulfilled {
                blocks.changed().await.unwrap();
            }
        };
        tokio::time::timeout(PATIENCE, wait).await.unwrap();
    }

    /// Waits until a sale has come to this stage; `news` was subscribed to before it began.
    pub(crate) async fn stage(
        &self,
        news: &mut tokio::sync::broadcast::Receiver<brizo::SaleNews>,
        agreement: AgreementId,
        stage: SaleStage,
    ) {
        let wait = async {
            loop {
                let sale = news.recv().await.unwrap();
                if sale.agreement == agreement && sale.stage == stage {
                    return;
                }
            }
        };
        tokio::time::timeout(PATIENCE, wait).await.unwrap();
    }

    /// The gateway's own file.
    fn file(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.folder.path().join("gateway").join("gateway.db")).unwrap()
    }

    /// Puts an agreement among those that the gateway saw on the chain, in this block.
    pub(crate) fn saw(&self, agreement: AgreementId, block: u32) {
        let row = "INSERT INTO waiting (agreement, block) VALUES (?1, ?2)";
        self.file().execute(row, rusqlite::params![agreement.hex(), block]).unwrap();
    }

    /// How often the gateway looked at an agreement that waits; `None` where none of this number waits.
    pub(crate) fn looks(&self, agreement: AgreementId) -> Option<u32> {
        let file = self.file();
        let mut query = file.prepare("SELECT looks FROM waiting WHERE agreement = ?1").unwrap();
        let mut rows = query.query([agreement.hex()]).unwrap();
        rows.next().unwrap().map(|row| row.get(0).unwrap())
    }

    /// Waits until the gateway looked at an agreement and could not decide on it.
    pub(crate) async fn looked_at(&self, agreement: AgreementId) {
        let wait = async {
            while self.looks(agreement).is_none_or(|looks| looks == 0) {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, wait).await.unwrap();
    }

    /// Waits until a sale has come to this stage, by the gateway's records.
    pub(crate) async fn comes_to(&self, agreement: AgreementId, stage: SaleStage) {
        let wait = async {
            loop {
                let sales = self.gateway.all_sales().await.unwrap();
                if sales.iter().any(|sale| sale.agreement == agreement && sale.stage == stage) {
                    return;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, wait).await.unwrap();
    }

    /// Waits until a sale was held up by this, by the gateway's own record.
    pub(crate) async fn failed(&self, terms: &AccessTerms, why: &str) {
        let journal = Journal::new(&self.door.ledger);
        let id = runner::publisher_id(terms.agreement);
        let wait = async {
            while journal.history(&id).await.unwrap().iter().all(|step| step.note.as_deref() != Some(why)) {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, wait).await.unwrap();
    }

    pub(crate) async fn balance(&self, of: Address) -> Vodka {
        self.keeper.balance_of(of).await.unwrap()
    }

    pub(crate) async fn post(&self, path: &str, body: &serde_json::Value) -> Response {
        self.http.send(Request::post(format!("{}/services/{path}", self.base())).json(body)).await.unwrap()
    }
}

async fn open(
    folder: &tempfile::TempDir,
    provider: &Arc<ServiceKey>,
    keeper: &Keeper,
    network: &NetworkFile,
    http: &Http,
) -> (Gateway, Door) {
    let data = folder.path().join("gateway");
    std::fs::create_dir_all(&data).unwrap();
    let ledger = Ledger::open(&data.join("runner.db")).unwrap();
    let outbox = Outbox::new(&ledger, Arc::new(keeper.clone()));
    outbox.resume().await.unwrap();
    let config = GatewayConfig {
        data,
        key: provider.clone(),
        keeper: keeper.clone(),
        network: network.clone(),
        http: http.clone(),
        strangers: Reach::PublicOnly,
        ledger: ledger.clone(),
        outbox,
    };
    let gateway = Gateway::open(config).await.unwrap();
    let cancel = CancellationToken::new();
    let listen = Listen::Unix(folder.path().join("gateway.sock"));
    let served = serve(&listen, brizo::router(gateway.clone(), &["*".to_owned()]), cancel.clone()).await.unwrap();
    (gateway, Door { served, ledger, cancel })
}

pub(crate) fn some_did() -> Did {
    Did([0x77; 32])
}
