//! The chain with the contracts on it, the people, and both sides' effects.

use agreement::{Order, buyer, publisher};
use async_trait::async_trait;
use keeper::{Contracts, Keeper, Rpc, RpcFault};
use keeper_node::{Chain, Genesis};
use protocol::{
    Address, AgreementId, Checksum, Did, NetworkFile, SecretKey, SignError, Signature, Signer, Vodka,
    conditions::AccessTerms,
    hash::keccak256,
    templates::ACCESS,
    tx::{SignedTx, UnsignedTx},
};
use runner::{
    Batch, Driver, Hold, Item, Journal, Ledger, Outbox, OutboxError, Perform, Point, items, read_facts, tx_events,
};
use serde_json::{Value, json};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio_util::sync::CancellationToken;

const CHAIN_ID: u64 = 1337;
pub(crate) const PRICE: u64 = 10;

pub(crate) struct Account {
    key: SecretKey,
    pub(crate) address: Address,
    locked: bool,
}

impl Account {
    fn new(seed: u8) -> Self {
        let key = SecretKey::from_bytes(&[seed; 32]).unwrap();
        Self { address: key.address().unwrap(), key, locked: false }
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
        if self.locked { Err(SignError::Locked) } else { wallet::sign_transaction(&self.key, tx) }
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
    chain: Chain,
    folder: tempfile::TempDir,
    contracts: Contracts,
    pub(crate) keeper: Keeper,
    pub(crate) publisher: Arc<Account>,
    pub(crate) consumer: Arc<Account>,
    provider: Arc<Account>,
    service: Arc<Account>,
    sells: Mutex<Option<Selling>>,
}

impl World {
    pub(crate) async fn new() -> Self {
        let owner = Account::new(1);
        let mut genesis = Genesis::new(CHAIN_ID, owner.address);
        genesis.mining.gather = Duration::ZERO;
        genesis.mining.evm_mine = true;
        let chain = Chain::in_memory(genesis).unwrap();
        let rpc = Direct(chain.clone());
        let contracts = keeper::deploy(&rpc, &owner).await.unwrap();
        let text = format!("name = \"test\"\nchain_id = {CHAIN_ID}\nrpc = [\"unix:/x\"]");
        let mut file = NetworkFile::from_toml(&text).unwrap();
        file.contracts = contracts.to_map();
        let keeper = Keeper::connect(rpc, &file).await.unwrap();
        let [publisher, consumer, provider, service] = [2, 3, 4, 5].map(|seed| Arc::new(Account::new(seed)));
        let folder = tempfile::tempdir().unwrap();
        let world =
            Self { chain, folder, contracts, keeper, publisher, consumer, provider, service, sells: Mutex::default() };
        let outbox = world.outbox("setup");
        let faucet = Item::new(runner::Key::other("faucet"), world.contracts.request_tokens(100).unwrap());
        world.send(&outbox, &world.consumer, faucet).await;
        world
    }

    async fn send(&self, outbox: &Outbox, from: &Arc<Account>, item: Item) {
        let batch = Batch { signer: from.clone(), items: vec![item], not_after: None, point: Point::OtherSigned };
        outbox.run(batch).await.unwrap();
    }

    fn ledger(&self, side: &str) -> Ledger {
        Ledger::open(&self.folder.path().join(format!("{side}.db"))).unwrap()
    }

    fn outbox(&self, side: &str) -> Outbox {
        Outbox::new(&self.ledger(side), Arc::new(self.keeper.clone()))
    }

    /// The buyer's refund alone, as it comes out where a fork moved it before its abort.
    pub(crate) async fn refunds_too_early(&self, order: &Order) -> OutboxError {
        let items = items::refund(&self.contracts, &order.terms, 0);
        let batch = Batch { signer: self.service.clone(), items, not_after: None, point: Point::RefundSigned };
        self.outbox("buyer").run(batch).await.unwrap_err()
    }

    pub(crate) async fn balance(&self, of: Address) -> Vodka {
        self.keeper.balance_of(of).await.unwrap()
    }

    pub(crate) fn mine_until(&self, block: u64) {
        let ask = |method: &str| {
            self.chain.request_blocking(json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": []}))
        };
        loop {
            let head = ask("eth_blockNumber")["result"].as_str().unwrap().to_owned();
            if u64::from_str_radix(head.trim_start_matches("0x"), 16).unwrap() >= block {
                return;
            }
            ask("evm_mine");
        }
    }

    /// Looks again at every new block and every few milliseconds, for at most half a minute.
    pub(crate) async fn until<F: Future<Output = bool>>(&self, look: impl Fn() -> F) {
        let patient = async {
            let mut tick = tokio::time::interval(Duration::from_millis(5));
            while !look().await {
                tick.tick().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), patient).await.unwrap();
    }

    /// An order for a listing of its own, which is registered.
    pub(crate) fn order(&self, seed: u8, time_out: u64) -> Order {
        let did = Did(keccak256([seed]));
        let register =
            self.contracts.register_attribute(did, Checksum([seed; 32]), &[self.provider.address], "http://c/");
        let (publisher, keeper, ledger) = (self.publisher.clone(), self.keeper.clone(), self.ledger("setup"));
        tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(async {
                let item = Item::new(runner::Key::other(format!("register {seed}")), register);
                let outbox = Outbox::new(&ledger, Arc::new(keeper));
                self.send(&outbox, &publisher, item).await;
            });
        });
        let terms = AccessTerms {
            agreement: AgreementId([seed; 32]),
            did,
            template: ACCESS.into(),
            provider: self.provider.address,
            consumer: self.consumer.address,
            owner: self.publisher.address,
            price: Vodka::from_ocean(PRICE),
            time_locks: [0; 3],
            time_outs: [0, time_out, 0],
            escrow_contract: self.contracts.escrow_reward,
            lock_contract: self.contracts.lock_reward,
            access_contract: self.contracts.access_secret_store,
        };
        let confirmed_at = *self.keeper.blocks().borrow();
        let gateway = "http://gateway".to_owned();
        Order { terms, service: 1, gateway, confirmed_at, create_within: 1_000, grant_margin: 2 }
    }

    pub(crate) fn buyer_side(&self) -> Driver<buyer::State> {
        self.buying(self.consumer.clone())
    }

    pub(crate) fn locked_buyer_side(&self) -> Driver<buyer::State> {
        self.buying(Arc::new(Account { locked: true, ..Account::new(3) }))
    }

    fn buying(&self, buyer: Arc<Account>) -> Driver<buyer::State> {
        let ledger = self.ledger("buyer");
        let effects = Buying {
            keeper: self.keeper.clone(),
            outbox: Outbox::new(&ledger, Arc::new(self.keeper.clone())),
            buyer,
            service: self.service.clone(),
            gateway: self.sells.lock().unwrap().clone(),
        };
        Driver::new(Journal::new(&ledger), Arc::new(effects), self.keeper.blocks())
    }

    /// The gateway; buyers made from now on reach it.
    pub(crate) fn publisher_side(&self) -> Selling {
        let ledger = self.ledger("publisher");
        let grants = Arc::new(AtomicBool::new(true));
        let effects = Gateway {
            keeper: self.keeper.clone(),
            outbox: Outbox::new(&ledger, Arc::new(self.keeper.clone())),
            provider: self.provider.clone(),
            grants: grants.clone(),
        };
        let driver = Driver::new(Journal::new(&ledger), Arc::new(effects), self.keeper.blocks());
        let selling = Selling { driver, grants };
        *self.sells.lock().unwrap() = Some(selling.clone());
        selling
    }
}

struct Buying {
    keeper: Keeper,
    outbox: Outbox,
    buyer: Arc<Account>,
    service: Arc<Account>,
    gateway: Option<Selling>,
}

impl Buying {
    async fn run(
        &self,
        signer: &Arc<Account>,
        items: Vec<Item>,
        point: Point,
        act: buyer::Act,
        not_after: Option<u64>,
    ) -> Result<Vec<buyer::Event>, Hold> {
        use buyer::Event;
        let outcome = self.outbox.run(Batch { signer: signer.clone(), items, not_after, point }).await;
        let block = *self.keeper.blocks().borrow();
        tx_events(
            outcome,
            || Event::TxDone { act },
            |reason| Event::TxFailed { act, reason, block },
            |_| Event::TooLate,
        )
    }
}

#[async_trait]
impl Perform<buyer::State> for Buying {
    async fn perform(&self, state: &buyer::State, effect: &buyer::Effect) -> Result<Vec<buyer::Event>, Hold> {
        use buyer::{Act, Effect, Event};
        let (terms, contracts) = (&state.order().terms, self.keeper.contracts());
        match effect {
            Effect::CheckLiveness => Ok(vec![Event::Alive]),
            Effect::PostAgreement => {
                let gateway = self.gateway.as_ref().ok_or_else(|| Hold::later("no gateway"))?;
                gateway.initialize(terms).await;
                Ok(vec![Event::Accepted])
            }
            Effect::CreateAgreement { not_after } => {
                let items = items::creation(contracts, terms);
                self.run(&self.buyer, items, Point::CreateSigned, Act::Create, Some(*not_after)).await
            }
            Effect::ReadFacts => {
                let facts = read_facts(&self.keeper, terms).await.map_err(Hold::later)?;
                Ok(vec![Event::Facts(Box::new(facts))])
            }
            Effect::TickUntil { .. } => Ok(vec![]),
            Effect::ApproveAndLock { not_after } => {
                let items = items::payment(contracts, terms);
                self.run(&self.buyer, items, Point::PaymentSigned, Act::Pay, *not_after).await
            }
            Effect::WithdrawPayment => Ok(vec![]),
            Effect::FetchKeys => Ok(vec![Event::KeysFetched]),
            Effect::AbortAndRefund { attempt } => {
                let items = items::take_back(contracts, terms, *attempt);
                self.run(&self.service, items, Point::AbortSigned, Act::Abort, None).await
            }
            Effect::Refund { attempt } => {
                let items = items::refund(contracts, terms, *attempt);
                self.run(&self.service, items, Point::RefundSigned, Act::Refund, None).await
            }
        }
    }
}

/// The publisher's side: a driver and the gateway's one call.
#[derive(Clone)]
pub(crate) struct Selling {
    pub(crate) driver: Driver<publisher::State>,
    grants: Arc<AtomicBool>,
}

impl Selling {
    pub(crate) fn stop_before_granting(&self) {
        self.grants.store(false, Ordering::SeqCst);
    }

    async fn initialize(&self, terms: &AccessTerms) {
        let (terms, version) = (terms.clone(), "0x".to_owned());
        let sale = publisher::Sale { terms, service: 1, version, grant_margin: 1, grace: 1_000 };
        // Posted a second time it exists already.
        if let Ok(id) = self.driver.begin(&publisher::State::requested(sale)).await {
            drop(self.driver.spawn(id, CancellationToken::new()));
        }
    }
}

struct Gateway {
    keeper: Keeper,
    outbox: Outbox,
    provider: Arc<Account>,
    grants: Arc<AtomicBool>,
}

impl Gateway {
    async fn run(
        &self,
        items: Vec<Item>,
        point: Point,
        act: publisher::Act,
        not_after: Option<u64>,
    ) -> Result<Vec<publisher::Event>, Hold> {
        use publisher::Event;
        let outcome = self.outbox.run(Batch { signer: self.provider.clone(), items, not_after, point }).await;
        let block = *self.keeper.blocks().borrow();
        tx_events(
            outcome,
            || Event::TxDone { act },
            |reason| Event::TxFailed { act, reason, block },
            |block| Event::TooLate { block },
        )
    }
}

#[async_trait]
impl Perform<publisher::State> for Gateway {
    async fn perform(
        &self,
        state: &publisher::State,
        effect: &publisher::Effect,
    ) -> Result<Vec<publisher::Event>, Hold> {
        use publisher::{Act, Effect, Event};
        let (terms, contracts) = (&state.sale().terms, self.keeper.contracts());
        match effect {
            Effect::CreateAgreement => {
                self.run(items::gateway_creation(contracts, terms), Point::CreateSigned, Act::Create, None).await
            }
            Effect::ReadFacts => {
                let facts = read_facts(&self.keeper, terms).await.map_err(Hold::later)?;
                Ok(vec![Event::Facts(Box::new(facts))])
            }
            Effect::TickUntil { .. } => Ok(vec![]),
            Effect::Rehash if self.grants.load(Ordering::SeqCst) => Ok(vec![Event::Intact]),
            Effect::Rehash => Err(Hold::NextBlock),
            Effect::GrantAccess { attempt, not_after } => {
                let items = items::grant(contracts, terms, *attempt);
                self.run(items, Point::GrantSigned, Act::Grant, *not_after).await
            }
            Effect::ReleaseReward { attempt } => {
                self.run(items::release(contracts, terms, *attempt), Point::ReleaseSigned, Act::Release, None).await
            }
        }
    }
}
