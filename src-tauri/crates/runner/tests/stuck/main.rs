//! Fees on a chain that asks for them, on anvil: what is stuck is replaced at its nonce, and what nobody mines is not.
//! `cargo xtask test` fetches anvil and says where it is (`NEUSTON_ANVIL`).
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

use keeper::{Contracts, Keeper, NodeAddress, Nodes, Rpc};
use protocol::{
    Address, NetworkFile, SecretKey, SignError, Signature, Signer, Vodka,
    tx::{Call, SignedTx, UnsignedTx},
};
use runner::{Batch, Item, Key, Ledger, Outbox, Point};
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::Arc,
};
use transport::{Http, JsonRpc, Limits, Resolver};

const CHAIN_ID: u64 = 1337;
const GWEI: u64 = 1_000_000_000;

struct Account(SecretKey);

impl Signer for Account {
    fn address(&self) -> Address {
        self.0.address().unwrap()
    }
    fn sign_digest(&self, digest: &[u8; 32]) -> Result<Signature, SignError> {
        self.0.sign_digest(digest).map_err(|error| SignError::Refused(error.to_string()))
    }
    fn sign_tx(&self, tx: &UnsignedTx) -> Result<SignedTx, SignError> {
        wallet::sign_transaction(&self.0, tx)
    }
}

/// Anvil, for as long as a test runs.
struct Anvil {
    child: Child,
    rpc: JsonRpc,
}

impl Drop for Anvil {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn program() -> PathBuf {
    // Says where it is; without it there is nothing to test.
    std::env::var_os("NEUSTON_ANVIL").unwrap().into()
}

impl Anvil {
    /// A chain with a base fee, whose blocks come with transactions, or only when it is told to make one.
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(program())
            .args(["--port", "0", "--chain-id", &CHAIN_ID.to_string(), "--hardfork", "cancun", "--accounts", "0"])
            .args(["--base-fee", &GWEI.to_string()])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines.find_map(|line| line.unwrap().strip_prefix("Listening on ").map(str::to_owned)).unwrap();
        // Read on, or anvil blocks when the pipe is full.
        std::thread::spawn(move || lines.for_each(drop));
        let http = Http::new(Resolver::none(), Limits::trusted());
        Self { child, rpc: JsonRpc::connect(format!("http://{address}").parse().unwrap(), &http) }
    }

    async fn ask(&self, method: &str, params: Value) -> Value {
        Rpc::request(&self.rpc, method, params).await.unwrap()
    }

    async fn account_with_ether(&self) -> Arc<Account> {
        let account = Arc::new(Account(SecretKey::from_bytes(&[9; 32]).unwrap()));
        self.ask("anvil_setBalance", json!([account.address(), "0xde0b6b3a7640000"])).await;
        account
    }

    /// Makes a block with this base fee.
    async fn mine(&self, base_fee: u64) {
        self.ask("anvil_setNextBlockBaseFeePerGas", json!([format!("{base_fee:#x}")])).await;
        self.ask("evm_mine", json!([])).await;
    }
}

/// A network of this node; its contracts are somewhere, and nothing is asked of them.
fn network() -> NetworkFile {
    let names = [
        "OceanToken",
        "DIDRegistry",
        "ConditionStoreManager",
        "TemplateStoreManager",
        "AgreementStoreManager",
        "LockRewardCondition",
        "AccessSecretStoreCondition",
        "EscrowReward",
    ];
    let text = format!("name = \"test\"\nchain_id = {CHAIN_ID}\nrpc = [\"http://x\"]\n[fees]\nmax_gwei = 300\n");
    let mut file = NetworkFile::from_toml(&text).unwrap();
    file.contracts = (1..).zip(names).map(|(byte, name)| (name.to_owned(), Address([byte; 20]))).collect();
    Contracts::from_map(&file.contracts).unwrap();
    file
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_a_raised_base_fee_keeps_out_is_replaced_and_mined_once() {
    let anvil = Anvil::start(&["--no-mining"]);
    let account = anvil.account_with_ether().await;
    let address = NodeAddress { name: "anvil".to_owned(), voice: "anvil".to_owned(), rpc: Arc::new(anvil.rpc.clone()) };
    let keeper = Keeper::connect(Nodes::new(vec![address], CHAIN_ID, 0), &network()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(&folder.path().join("runner.db")).unwrap();
    let outbox = Outbox::new(&ledger, Arc::new(keeper.clone()));
    let call = Call { to: Address([0xaa; 20]), data: Vec::new(), value: Vodka::ZERO, what: "a call".to_owned() };
    let key = Key::other("call");
    let items = vec![Item::new(key.clone(), call)];
    let batch = Batch { signer: account.clone(), items, not_after: None, point: Point::OtherSigned };
    let first = outbox.submit(batch).await.unwrap()[0];

    // No blocks: nothing is stuck, however often it is looked at.
    for _ in 0..10 {
        outbox.resume().await.unwrap();
    }
    assert_eq!(outbox.hash(&key).await.unwrap(), Some(first));

    // Others pay a hundred times more: it stays out, and is replaced by what is paid now.
    for _ in 0..6 {
        anvil.mine(100 * GWEI).await;
        outbox.resume().await.unwrap();
    }
    let second = outbox.hash(&key).await.unwrap().unwrap();
    assert_ne!(second, first, "it is replaced");
    anvil.mine(100 * GWEI).await;
    let receipt = outbox.settle(&key).await.unwrap();
    assert!(receipt.success);
    assert_eq!(receipt.tx, second);
    assert_eq!(keeper.nonce(account.address()).await.unwrap(), 1, "one nonce, one transaction");
    assert!(keeper.receipt(first).await.unwrap().is_none());
    let mined = anvil.ask("eth_getTransactionByHash", json!([second])).await;
    assert_eq!((&mined["nonce"], &mined["type"]), (&json!("0x0"), &json!("0x2")));

    // The network asks for more than its file allows: nothing is signed until it is cheaper.
    anvil.mine(400 * GWEI).await;
    let call = Call { to: Address([0xaa; 20]), data: Vec::new(), value: Vodka::ZERO, what: "a call".to_owned() };
    let items = vec![Item::new(Key::other("next"), call)];
    let batch = Batch { signer: account.clone(), items, not_after: None, point: Point::OtherSigned };
    let error = outbox.submit(batch.clone()).await.unwrap_err();
    assert!(error.to_string().contains("its file allows 300000000000"), "{error}");
    assert!(!error.is_certain() && !outbox.is_signed(&Key::other("next")).await.unwrap());
    anvil.mine(50 * GWEI).await;
    outbox.submit(batch).await.unwrap();
    anvil.mine(50 * GWEI).await;
    assert!(outbox.settle(&Key::other("next")).await.unwrap().success);
}

#[tokio::test(flavor = "multi_thread")]
async fn our_contracts_are_deployed_where_gas_costs_something_and_are_found_as_they_should_be() {
    let anvil = Anvil::start(&[]);
    let account = anvil.account_with_ether().await;
    let contracts = keeper::deploy(&anvil.rpc, &*account).await.unwrap();
    let mut file = network();
    file.contracts = contracts.to_map();
    let keeper = Keeper::connect(anvil.rpc.clone(), &file).await.unwrap();
    let check = keeper.check().await.unwrap();
    assert!(check.faults.is_empty() && check.safe_for_payments, "{check:?}");
    let mut elsewhere = contracts;
    // A contract of another kind does not have the functions of this one.
    elsewhere.escrow_reward = contracts.ocean_token;
    file.contracts = elsewhere.to_map();
    let keeper = Keeper::connect(anvil.rpc.clone(), &file).await.unwrap();
    let check = keeper.check().await.unwrap();
    assert!(check.faults.contains(&keeper::NetworkFault::Abi("EscrowReward")) && !check.safe_for_payments, "{check:?}");
}
