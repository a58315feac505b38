//! A chain with two agreements on it, one paid and one not, and what can be asked about them.

use async_trait::async_trait;
use keeper::{Contracts, Keeper, KeeperError, LogFilter, NodeAddress, Nodes, Rpc, RpcFault};
use keeper_node::Genesis;
use protocol::{
    Address, AgreementId, Checksum, Did, NetworkFile, SecretKey, SignError, Signature, Signer, Vodka,
    conditions::AccessTerms,
    event_topics::topic,
    hash::keccak256,
    templates::ACCESS,
    tx::{Call, Fee, SignedTx, UnsignedTx},
};
use runner::{Batch, Chain, ChainError, Item, Key, Ledger, Outbox, Point, items, read_facts};
use serde_json::{Value, json};
use std::{fmt::Debug, sync::Arc, time::Duration};

pub(crate) const CHAIN_ID: u64 = 1337;

/// How long one node may take here.
const PATIENCE: Duration = Duration::from_secs(4);

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

/// An honest node.
#[derive(Clone)]
pub(crate) struct Honest(keeper_node::Chain);

#[async_trait]
impl Rpc for Honest {
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
}

pub(crate) struct World {
    pub(crate) honest: Honest,
    network: NetworkFile,
    pub(crate) keeper: Keeper,
    pub(crate) consumer: Arc<Account>,
    pub(crate) stranger: Arc<Account>,
    /// Created and paid.
    pub(crate) paid: AccessTerms,
    /// Created, not paid.
    pub(crate) unpaid: AccessTerms,
    /// Never created.
    pub(crate) imagined: AccessTerms,
    /// The payment's transaction.
    pub(crate) mined: SignedTx,
    /// Signed, never sent.
    pub(crate) unsent: SignedTx,
    /// The hash of block 5.
    pub(crate) fifth: Value,
    /// Block 10.
    pub(crate) old: Value,
}

/// What is asked before money moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Question {
    FactsOfPaid,
    FactsOfUnpaid,
    FactsOfImagined,
    LookAtMined,
    LookAtUnsent,
    Head,
    Block,
    NextNonce,
    PrepareGood,
    PrepareBad,
    Send,
    MayReadStranger,
    BalanceOfStranger,
    Payments,
    ChainId,
}

fn said<T: Debug, E: std::fmt::Display>(outcome: Result<T, E>) -> Result<String, String> {
    outcome.map(|value| format!("{value:?}")).map_err(|error| error.to_string())
}

impl World {
    pub(crate) async fn new() -> Self {
        let owner = Account::new(1);
        let mut genesis = Genesis::new(CHAIN_ID, owner.address);
        genesis.mining.gather = Duration::ZERO;
        genesis.mining.evm_mine = true;
        let honest = Honest(keeper_node::Chain::in_memory(genesis).unwrap());
        let contracts = keeper::deploy(&honest, &*owner).await.unwrap();
        let text = format!("name = \"test\"\nchain_id = {CHAIN_ID}\nrpc = [\"unix:/x\"]");
        let mut network = NetworkFile::from_toml(&text).unwrap();
        network.contracts = contracts.to_map();
        let keeper = Keeper::connect(honest.clone(), &network).await.unwrap();
        let [publisher, consumer, provider, stranger] = [2, 3, 4, 5].map(Account::new);
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(&folder.path().join("setup.db")).unwrap();
        let outbox = Outbox::new(&ledger, Arc::new(keeper.clone()));
        let did = Did(keccak256([7]));
        let send = async |from: &Arc<Account>, items: Vec<Item>| {
            let batch = Batch { signer: from.clone(), items, not_after: None, point: Point::OtherSigned };
            outbox.run(batch).await.unwrap()
        };
        let other = |text: &str, call: Call| vec![Item::new(Key::other(text), call)];
        send(&consumer, other("tokens", contracts.request_tokens(100).unwrap())).await;
        let register = contracts.register_attribute(did, Checksum([1; 32]), &[provider.address], "http://c/");
        send(&publisher, other("register", register)).await;
        let terms = |seed: u8| terms(&contracts, [&publisher, &consumer, &provider], did, seed);
        let (paid, unpaid, imagined) = (terms(1), terms(2), terms(3));
        for one in [&paid, &unpaid] {
            send(&consumer, items::creation(&contracts, one)).await;
        }
        let receipts = send(&consumer, items::payment(&contracts, &paid)).await;
        // So old a chain that a node can be far behind.
        for _ in 0..60 {
            honest.request("evm_mine", json!([])).await.unwrap();
        }
        let nonce = keeper.nonce(consumer.address).await.unwrap();
        let mined = SignedTx { hash: receipts[1].tx, nonce: nonce - 1, raw: Vec::new() };
        let unsigned = UnsignedTx {
            chain_id: CHAIN_ID,
            from: consumer.address,
            nonce,
            to: Some(contracts.ocean_token),
            value: Vodka::ZERO,
            data: contracts.transfer(publisher.address, Vodka::from_ocean(1)).data,
            gas: 100_000,
            fee: Fee::Legacy { gas_price: 0 },
        };
        let unsent = consumer.sign_tx(&unsigned).unwrap();
        let block = async |number: &str| honest.request("eth_getBlockByNumber", json!([number, false])).await.unwrap();
        let (fifth, old) = (block("0x5").await["hash"].take(), block("0xa").await);
        Self { fifth, old, honest, network, keeper, consumer, stranger, paid, unpaid, imagined, mined, unsent }
    }

    /// The agreement is created, from the buyer's account.
    pub(crate) async fn creates(&self, terms: &AccessTerms) {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(&folder.path().join("creates.db")).unwrap();
        let outbox = Outbox::new(&ledger, Arc::new(self.keeper.clone()));
        let items = items::creation(self.keeper.contracts(), terms);
        let batch = Batch { signer: self.consumer.clone(), items, not_after: None, point: Point::OtherSigned };
        outbox.run(batch).await.unwrap();
    }

    /// So many blocks without transactions.
    pub(crate) async fn mines(&self, blocks: u64) {
        for _ in 0..blocks {
            self.honest.request("evm_mine", json!([])).await.unwrap();
        }
    }

    /// A keeper over these nodes, each with a name.
    pub(crate) async fn connect(&self, nodes: Vec<(&str, Arc<dyn Rpc>)>) -> Result<Keeper, KeeperError> {
        let addresses =
            nodes.into_iter().map(|(name, rpc)| NodeAddress { name: name.to_owned(), voice: name.to_owned(), rpc });
        let nodes = Nodes::with_patience(addresses.collect(), CHAIN_ID, 0, PATIENCE);
        Keeper::connect(nodes, &self.network).await
    }

    /// A keeper over one node that nobody keeps watch over.
    pub(crate) async fn connect_bare(&self, rpc: impl Rpc + 'static) -> Result<Keeper, KeeperError> {
        Keeper::connect(rpc, &self.network).await
    }

    /// The answer in the words in which it is acted on.
    pub(crate) async fn ask(&self, keeper: &Keeper, question: Question) -> Result<String, String> {
        use Question as Q;
        let contracts = keeper.contracts();
        match question {
            Q::FactsOfPaid => said(read_facts(keeper, &self.paid).await),
            Q::FactsOfUnpaid => said(read_facts(keeper, &self.unpaid).await),
            Q::FactsOfImagined => said(read_facts(keeper, &self.imagined).await),
            Q::LookAtMined => self.look(keeper, &self.mined).await,
            Q::LookAtUnsent => self.look(keeper, &self.unsent).await,
            Q::Head => said(Chain::head(keeper).await),
            Q::Block => {
                let agreed = keeper.agreed().await.map_err(|error| error.to_string())?;
                said(agreed.block(5).await)
            }
            Q::NextNonce => said(keeper.next_nonce(self.consumer.address).await),
            Q::PrepareGood => {
                let call = contracts.transfer(self.stranger.address, Vodka::from_ocean(1));
                self.prepare(keeper, &call).await
            }
            Q::PrepareBad => {
                let call = contracts.transfer(self.stranger.address, Vodka::from_ocean(100_000));
                self.prepare(keeper, &call).await
            }
            Q::Send => {
                // How it is taken is no answer; what counts is whether it is on its way.
                drop(Chain::broadcast(keeper, &self.unsent).await);
                let arrived = self.honest.request("eth_getTransactionByHash", json!([self.unsent.hash])).await.unwrap();
                Ok(if arrived.is_null() { "lost" } else { "on its way" }.to_owned())
            }
            Q::MayReadStranger => {
                let agreed = keeper.agreed().await.map_err(|error| error.to_string())?;
                said(agreed.check_permissions(self.stranger.address, self.paid.did).await)
            }
            Q::BalanceOfStranger => {
                let agreed = keeper.agreed().await.map_err(|error| error.to_string())?;
                said(agreed.balance_of(self.stranger.address).await)
            }
            Q::Payments => {
                let agreed = keeper.agreed().await.map_err(|error| error.to_string())?;
                let filter = LogFilter::of(contracts.agreement_store, topic::AGREEMENT_CREATED);
                said(agreed.logs(&filter).await)
            }
            Q::ChainId => said(Chain::confirm_chain(keeper).await),
        }
    }

    /// As the outbox sees it.
    async fn look(&self, keeper: &Keeper, tx: &SignedTx) -> Result<String, String> {
        let look = keeper.look(self.consumer.address, &[tx.hash]).await.map_err(|error| error.to_string())?;
        Ok(match look.receipt {
            Some(receipt) if receipt.success => {
                let logs: Vec<u64> = receipt.logs.iter().map(|log| log.block).collect();
                format!("done in block {} with logs of {logs:?}", receipt.block)
            }
            Some(receipt) => format!("reverted in block {}", receipt.block),
            None if look.mined > tx.nonce => "displaced".to_owned(),
            None => "waits".to_owned(),
        })
    }

    /// Whether what would be signed works and costs what it must.
    async fn prepare(&self, keeper: &Keeper, call: &Call) -> Result<String, String> {
        let nonce = self.unsent.nonce;
        match Chain::prepare(keeper, self.consumer.address, call, nonce, None).await {
            Ok(tx) if tx.gas < 30_000 => Ok("would run out of gas".to_owned()),
            Ok(tx) if tx.gas > 500_000 => Ok("far too much gas".to_owned()),
            Ok(tx) if tx.fee != (Fee::Legacy { gas_price: 0 }) => Ok(format!("pays {:?}", tx.fee)),
            Ok(_) => Ok("works".to_owned()),
            Err(ChainError::WouldRevert(_)) => Ok("would be reverted".to_owned()),
            Err(other) => Err(other.to_string()),
        }
    }
}

fn terms(
    contracts: &Contracts,
    [publisher, consumer, provider]: [&Arc<Account>; 3],
    did: Did,
    seed: u8,
) -> AccessTerms {
    AccessTerms {
        agreement: AgreementId([seed; 32]),
        did,
        template: ACCESS.into(),
        provider: provider.address,
        consumer: consumer.address,
        owner: publisher.address,
        price: Vodka::from_ocean(10),
        time_locks: [0; 3],
        time_outs: [0, 5_000, 0],
        escrow_contract: contracts.escrow_reward,
        lock_contract: contracts.lock_reward,
        access_contract: contracts.access_secret_store,
    }
}
