//! The chain with the contracts on it, the people, and the tower.

use agreement::shape::VerifiedShape;
use async_trait::async_trait;
use keeper::{ConditionState, Contracts, Evidence, Keeper, Rpc, RpcFault};
use keeper_node::{Chain, Genesis};
use protocol::{
    Address, AgreementId, Checksum, Did, NetworkFile, SecretKey, SignError, Signature, Signer, Vodka,
    conditions::{AccessTerms, ConditionKind, ConditionTerms},
    hash::keccak256,
    shape::{Actor, Shape, ShapeCondition},
    templates::{ACCESS, COMPUTE},
    tx::{Call, SignedTx, UnsignedTx},
};
use runner::{Batch, Item, Key, Ledger, Outbox, Point, items, shapes};
use serde_json::{Value, json};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio_util::sync::CancellationToken;
use transport::{Http, Limits, Listen, Resolver, Served};
use watchtower::Tower;

const CHAIN_ID: u64 = 1337;
pub(crate) const PRICE: u64 = 10;
/// No step takes as long as this.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Account {
    key: SecretKey,
    pub(crate) address: Address,
}

impl Account {
    fn new(seed: u8) -> Arc<Self> {
        let key = SecretKey::from_bytes(&[seed; 32]).unwrap();
        Arc::new(Self { address: key.address().unwrap(), key })
    }
}

impl Signer for Account {
    fn address(&self) -> Address {
        self.address
    }
    fn sign_digest(&self, digest: &[u8; 32]) -> Result<Signature, SignError> {
        self.key.sign_digest(digest).map_err(|error| SignError::Refused(error.to_string()))
    }
    fn sign_tx(&self, tx: &UnsignedTx) -> Result<SignedTx, SignError> {
        wallet::sign_transaction(&self.key, tx)
    }
}

#[derive(Clone)]
struct Direct(Chain);

#[async_trait]
impl Rpc for Direct {
    async fn request(&self, method: &str, params: Value) -> Result<Value, RpcFault> {
        let request = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let mut answer = self.0.request(request).await;
        match answer.get_mut("error") {
            Some(error) => Err(RpcFault::Refused {
                code: error["code"].as_i64().unwrap(),
                message: error["message"].as_str().unwrap().to_owned(),
                data: error.get("data").cloned(),
            }),
            None => Ok(answer["result"].take()),
        }
    }
    fn is_local(&self) -> bool {
        true
    }
}

pub(crate) struct World {
    rpc: Direct,
    folder: tempfile::TempDir,
    contracts: Contracts,
    keeper: Keeper,
    outbox: Outbox,
    pub(crate) http: Http,
    publisher: Arc<Account>,
    pub(crate) buyer: Arc<Account>,
    provider: Arc<Account>,
    purposes: AtomicU64,
}

impl World {
    pub(crate) async fn new() -> Self {
        let owner = Account::new(1);
        let mut genesis = Genesis::new(CHAIN_ID, owner.address);
        genesis.mining.gather = Duration::ZERO;
        genesis.mining.tick = Duration::from_millis(10);
        genesis.mining.evm_mine = true;
        let rpc = Direct(Chain::in_memory(genesis).unwrap());
        let contracts = keeper::deploy(&rpc, &*owner).await.unwrap();
        let text = format!("name = \"test\"\nchain_id = {CHAIN_ID}\nrpc = [\"unix:/x\"]");
        let mut file = NetworkFile::from_toml(&text).unwrap();
        file.contracts = contracts.to_map();
        let keeper = Keeper::connect(rpc.clone(), &file).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(&folder.path().join("people.db")).unwrap();
        let outbox = Outbox::new(&ledger, Arc::new(keeper.clone()));
        let [publisher, buyer, provider] = [2, 3, 4].map(Account::new);
        let http = Http::new(Resolver::none(), Limits::trusted());
        let purposes = AtomicU64::new(0);
        let world = Self { rpc, folder, contracts, keeper, outbox, http, publisher, buyer, provider, purposes };
        world.send(&world.buyer, world.contracts.request_tokens(100).unwrap()).await;
        world
    }

    async fn send(&self, from: &Arc<Account>, call: Call) {
        let key = Key::other(format!("purpose {}", self.purposes.fetch_add(1, Ordering::SeqCst)));
        self.run(from, vec![Item::new(key, call)]).await;
    }

    async fn run(&self, from: &Arc<Account>, items: Vec<Item>) {
        let batch = Batch { signer: from.clone(), items, not_after: None, point: Point::OtherSigned };
        self.outbox.run(batch).await.unwrap();
    }

    /// An agreement on the chain about a listing of its own, not paid yet.
    pub(crate) async fn agreement(&self, seed: u8, time_out: u64) -> AccessTerms {
        let did = Did(keccak256([seed]));
        let providers = [self.provider.address];
        let register = self.contracts.register_attribute(did, Checksum([seed; 32]), &providers, "http://c/");
        self.send(&self.publisher, register).await;
        let terms = AccessTerms {
            agreement: AgreementId([seed; 32]),
            did,
            template: ACCESS.into(),
            provider: self.provider.address,
            consumer: self.buyer.address,
            owner: self.publisher.address,
            price: Vodka::from_ocean(PRICE),
            time_locks: [0; 3],
            time_outs: [0, time_out, 0],
            escrow_contract: self.contracts.escrow_reward,
            lock_contract: self.contracts.lock_reward,
            access_contract: self.contracts.access_secret_store,
        };
        self.send(&self.provider, self.contracts.create_agreement(&terms)).await;
        terms
    }

    pub(crate) async fn pay(&self, terms: &AccessTerms) {
        self.run(&self.buyer, items::payment(&self.contracts, terms)).await;
    }

    pub(crate) async fn grant(&self, terms: &AccessTerms) {
        self.send(&self.provider, self.contracts.grant_access(terms)).await;
    }

    /// An agreement about a computation on the chain, not paid yet: payment, computation, payout.
    pub(crate) async fn shape(&self, seed: u8, time_out: u64) -> Shape {
        let did = Did(keccak256([seed]));
        let register =
            self.contracts.register_attribute(did, Checksum([seed; 32]), &[self.provider.address], "http://c/");
        self.send(&self.publisher, register).await;
        let (agreement, amount) = (AgreementId([seed; 32]), Vodka::from_ocean(PRICE));
        let mut conditions: Vec<ShapeCondition> = Vec::new();
        let mut add = |name: &str, terms: ConditionTerms, contract, time_out| {
            let id = terms.id(agreement, contract);
            let name = name.to_owned();
            let after = Vec::new();
            conditions.push(ShapeCondition { name, terms, contract, id, time_lock: 0, time_out, text: None, after });
            id
        };
        let (c, consumer) = (&self.contracts, self.buyer.address);
        let payment = ConditionTerms::LockReward { reward_address: c.escrow_reward, amount };
        let lock = add("payment", payment, c.lock_reward, 0);
        let computation = ConditionTerms::ComputeExecution { did, consumer };
        let release = add("computation", computation, c.compute_execution.unwrap(), time_out);
        let (receiver, sender) = (self.publisher.address, consumer);
        let payout = ConditionTerms::EscrowReward { amount, receiver, sender, lock, release };
        add("payout", payout, c.escrow_reward, 0);
        let actor = |role: &str, account| Actor { role: role.to_owned(), account };
        let shape = Shape {
            agreement,
            title: String::new(),
            did,
            template: COMPUTE,
            actors: vec![actor("provider", self.provider.address), actor("consumer", consumer)],
            conditions,
            order: (0..3).collect(),
        };
        self.run(&self.provider, shapes::creation(&self.contracts, &shape, 0)).await;
        shape
    }

    async fn verified(&self, shape: &Shape) -> VerifiedShape {
        VerifiedShape::check(shape, &shapes::read_shape(&self.keeper, shape).await.unwrap()).unwrap()
    }

    pub(crate) async fn pay_in(&self, shape: &Shape) {
        let items = shapes::fulfilment(&self.contracts, &self.verified(shape).await, 0, &Evidence::None, 0);
        self.run(&self.buyer, items.unwrap()).await;
    }

    /// The provider starts the computation, and the publisher is paid.
    pub(crate) async fn earn_in(&self, shape: &Shape) {
        for place in [1, 2] {
            let items = shapes::fulfilment(&self.contracts, &self.verified(shape).await, place, &Evidence::None, 0);
            self.run(&self.provider, items.unwrap()).await;
        }
    }

    /// Somebody aborts the computation.
    pub(crate) async fn abort_in(&self, shape: &Shape) {
        let items = shapes::abort(&self.contracts, &self.verified(shape).await, 1, 0).unwrap();
        self.run(&self.provider, items).await;
    }

    pub(crate) async fn created_in(&self, shape: &Shape) -> u64 {
        self.keeper.condition(shape.conditions[1].id).await.unwrap().created_at
    }

    /// The buyer takes the money back.
    pub(crate) async fn take_back(&self, terms: &AccessTerms) {
        self.mine_until(self.created_at(terms).await + terms.time_outs[1] + 1).await;
        self.run(&self.buyer, items::take_back(&self.contracts, terms, 0)).await;
    }

    pub(crate) async fn created_at(&self, terms: &AccessTerms) -> u64 {
        self.keeper.condition(terms.ids().access).await.unwrap().created_at
    }

    /// Whether access is neither granted nor aborted.
    pub(crate) async fn is_open(&self, terms: &AccessTerms) -> bool {
        let access = terms.ids().get(ConditionKind::AccessSecretStore);
        self.keeper.condition(access).await.unwrap().state == ConditionState::Unfulfilled
    }

    pub(crate) async fn balance(&self, of: Address) -> Vodka {
        self.keeper.balance_of(of).await.unwrap()
    }

    pub(crate) async fn block(&self) -> u64 {
        self.keeper.block_number().await.unwrap()
    }

    pub(crate) async fn mine_until(&self, block: u64) {
        while self.block().await < block {
            self.rpc.request("evm_mine", json!([])).await.unwrap();
        }
    }

    /// Looks again every few milliseconds, for at most a minute.
    pub(crate) async fn until(&self, look: impl AsyncFn() -> bool) {
        let patient = async {
            let mut tick = tokio::time::interval(Duration::from_millis(5));
            while !look().await {
                tick.tick().await;
            }
        };
        tokio::time::timeout(PATIENCE, patient).await.unwrap();
    }

    /// A tower over its file, and the key that it pays with.
    pub(crate) async fn tower(&self) -> (Tower, Arc<Account>) {
        let ledger = Ledger::open(&self.folder.path().join("tower.db")).unwrap();
        let outbox = Outbox::new(&ledger, Arc::new(self.keeper.clone()));
        let key = Account::new(5);
        (Tower::open(self.keeper.clone(), &ledger, outbox, key.clone()).await.unwrap(), key)
    }

    pub(crate) async fn serve(&self, routes: axum::Router) -> Served {
        let listen = Listen::Unix(self.folder.path().join("tower.sock"));
        transport::serve(&listen, routes, CancellationToken::new()).await.unwrap()
    }
}
