//! A chain in memory with the contracts on it, and the people of the tests.

use async_trait::async_trait;
use ethers::abi::{ParamType, Token, decode, encode};
use keeper::{Contracts, Governed, Keeper, KeeperEvent, Rpc, RpcFault};
use keeper_node::{Chain, Genesis, Sandbox};
use protocol::{
    Address, AgreementId, Checksum, ConditionId, Did, Hash32, NetworkFile, SecretKey, SignError, Signature, Signer,
    TemplateId, Vodka,
    conditions::AccessTerms,
    hash::keccak256,
    templates::{ACCESS, CONSUMER, PROVIDER, template_id},
    tx::{Call, Fee, Receipt, SignedTx, UnsignedTx},
};
use serde_json::{Value, json};
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

pub(crate) const CHAIN_ID: u64 = 1337;
pub(crate) const PRICE: u64 = 10;

/// Somebody with a key.
pub(crate) struct Account {
    key: SecretKey,
    pub(crate) address: Address,
}

impl Account {
    pub(crate) fn new(seed: u8) -> Self {
        let key = SecretKey::from_bytes(&[seed; 32]).unwrap();
        Self { address: key.address().unwrap(), key }
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

/// The embedded chain without a wire.
#[derive(Clone)]
pub(crate) struct Direct(pub(crate) Chain);

#[async_trait]
impl Rpc for Direct {
    async fn request(&self, method: &str, params: Value) -> Result<Value, RpcFault> {
        answer(self.0.request(json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})).await)
    }

    fn is_local(&self) -> bool {
        true
    }
}

/// A copy of the chain's state without a chain.
#[derive(Clone)]
pub(crate) struct Copied(Arc<Mutex<Sandbox>>);

impl Copied {
    fn lock(&self) -> MutexGuard<'_, Sandbox> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What readers ask.
    fn answer(&self, method: &str, params: &Value) -> Result<Value, RpcFault> {
        let bytes = |value: &Value| -> ethers::types::Bytes { value.as_str().unwrap().parse().unwrap() };
        let hex = |bytes: Vec<u8>| json!(ethers::types::Bytes::from(bytes));
        let sandbox = self.lock();
        let block = format!("{:#x}", sandbox.block());
        Ok(match method {
            "eth_chainId" => json!(format!("{CHAIN_ID:#x}")),
            "eth_blockNumber" => json!(block),
            "eth_getBlockByNumber" => json!({"number": block, "hash": Hash32::default(), "timestamp": "0x1"}),
            "eth_getCode" => hex(sandbox.code(params[0].as_str().unwrap().parse().unwrap())),
            "eth_call" => {
                let call = &params[0];
                let data = call.get("data").or_else(|| call.get("input")).unwrap();
                let to = call["to"].as_str().unwrap().parse().unwrap();
                match sandbox.view(to, &bytes(data)).unwrap() {
                    Some(output) => hex(output),
                    None => {
                        let message = "execution reverted".to_owned();
                        return Err(RpcFault::Refused { code: 3, message, data: None });
                    }
                }
            }
            "eth_getStorageAt" => {
                let [at, slot] = [0, 1].map(|place: usize| params[place].as_str().unwrap());
                json!(sandbox.slot(at.parse().unwrap(), slot.parse().unwrap()))
            }
            other => panic!("{other} is not asked of a sandbox"),
        })
    }
}

#[async_trait]
impl Rpc for Copied {
    async fn request(&self, method: &str, params: Value) -> Result<Value, RpcFault> {
        self.answer(method, &params)
    }

    fn is_local(&self) -> bool {
        true
    }
}

fn answer(mut answer: Value) -> Result<Value, RpcFault> {
    match answer.get_mut("error") {
        Some(error) => Err(RpcFault::Refused {
            code: error["code"].as_i64().unwrap(),
            message: error["message"].as_str().unwrap().to_owned(),
            data: error.get("data").cloned(),
        }),
        None => Ok(answer["result"].take()),
    }
}

/// Those who govern a governed world.
pub(crate) fn operators() -> [Account; 3] {
    [21, 22, 23].map(Account::new)
}

pub(crate) struct World {
    pub(crate) chain: Chain,
    /// Where calls are made instead of on the chain, for very many of them.
    copied: Option<Copied>,
    pub(crate) contracts: Contracts,
    pub(crate) keeper: Keeper,
    pub(crate) owner: Account,
    pub(crate) publisher: Account,
    pub(crate) provider: Account,
    pub(crate) consumer: Account,
    pub(crate) other: Account,
    pub(crate) thief: Account,
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
        let keeper = Keeper::connect(rpc, &network(&contracts)).await.unwrap();
        let [publisher, provider, consumer, other, thief] = [2, 3, 4, 5, 6].map(Account::new);
        let copied = None;
        Self { chain, copied, contracts, keeper, owner, publisher, provider, consumer, other, thief }
    }

    /// The same world as it is now, and from here on in a sandbox.
    pub(crate) async fn in_a_sandbox(self) -> Self {
        let copied = Copied(Arc::new(Mutex::new(Sandbox::of(&self.chain).unwrap())));
        let keeper = Keeper::connect(copied.clone(), &network(&self.contracts)).await.unwrap();
        Self { copied: Some(copied), keeper, ..self }
    }

    pub(crate) fn ask(&self, method: &str, params: &Value) -> Result<Value, RpcFault> {
        if let Some(copied) = &self.copied {
            return copied.answer(method, params);
        }
        let request = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        answer(self.chain.request_blocking(request))
    }

    /// Mines empty blocks.
    pub(crate) fn mine(&self, blocks: u64) {
        if let Some(copied) = &self.copied {
            copied.lock().mine(blocks);
            return;
        }
        for _ in 0..blocks {
            self.ask("evm_mine", &json!([])).unwrap();
        }
    }

    pub(crate) fn block(&self) -> u64 {
        number(&self.ask("eth_blockNumber", &json!([])).unwrap())
    }

    fn raw(&self, from: &Account, to: Option<Address>, data: &[u8], gas: u64) -> Receipt {
        let nonce = number(&self.ask("eth_getTransactionCount", &json!([from.address.hex(), "latest"])).unwrap());
        let fee = Fee::Legacy { gas_price: 0 };
        let tx = UnsignedTx {
            chain_id: CHAIN_ID,
            from: from.address,
            nonce,
            to,
            value: Vodka::ZERO,
            data: data.to_vec(),
            gas,
            fee,
        };
        let signed = from.sign_tx(&tx).unwrap();
        let raw = format!("0x{}", signed.raw.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
        self.ask("eth_sendRawTransaction", &json!([raw])).unwrap();
        let found = self.ask("eth_getTransactionReceipt", &json!([signed.hash.hex()])).unwrap();
        receipt(&found)
    }

    /// Sends, mines, and says what the contract said where it reverted.
    pub(crate) fn send(&self, from: &Account, call: &Call) -> Result<Receipt, String> {
        let receipt = self.sent(from, call);
        if receipt.success { Ok(receipt) } else { Err(self.reason(from, call, receipt.block)) }
    }

    /// As [`World::send`] without asking for the reason: for many calls.
    pub(crate) fn try_send(&self, from: &Account, call: &Call) -> Receipt {
        self.sent(from, call)
    }

    fn sent(&self, from: &Account, call: &Call) -> Receipt {
        if let Some(copied) = &self.copied {
            return copied.lock().call(from.address, call, 3_000_000).unwrap();
        }
        self.raw(from, Some(call.to), &call.data, 3_000_000)
    }

    /// A failed transaction changed nothing: the same call in the same block says why.
    fn reason(&self, from: &Account, call: &Call, block: u64) -> String {
        let data = ethers::types::Bytes::from(call.data.clone());
        let params = json!([
            {"from": from.address.hex(), "to": call.to.hex(), "data": data},
            format!("{block:#x}")
        ]);
        match self.ask("eth_call", &params) {
            Err(RpcFault::Refused { message, data, .. }) => match message.strip_prefix("execution reverted: ") {
                Some(reason) => reason.to_owned(),
                None => format!("{message} {}", data.unwrap_or_default()),
            },
            other => panic!("reverted in block {block}, now {other:?}: {}", call.what),
        }
    }

    /// Creates a contract from its artifact.
    pub(crate) fn create(&self, artifact: &str) -> Address {
        self.create_with(artifact, &[])
    }

    /// Creates a contract from its artifact with arguments of its constructor.
    pub(crate) fn create_with(&self, artifact: &str, arguments: &[Token]) -> Address {
        let receipt = self.creation(artifact, arguments);
        assert!(receipt.success);
        receipt.created.unwrap()
    }

    /// Whether a contract can be created so.
    pub(crate) fn try_create(&self, artifact: &str, arguments: &[Token]) -> bool {
        self.creation(artifact, arguments).success
    }

    fn creation(&self, artifact: &str, arguments: &[Token]) -> Receipt {
        let artifact: Value = serde_json::from_str(artifact).unwrap();
        let code: ethers::types::Bytes = artifact["bytecode"].as_str().unwrap().parse().unwrap();
        self.raw(&self.owner, None, &[code.to_vec(), encode(arguments)].concat(), 6_000_000)
    }

    pub(crate) fn rpc(&self) -> Direct {
        Direct(self.chain.clone())
    }

    pub(crate) async fn connect_to(&self, contracts: &Contracts) -> Keeper {
        Keeper::connect(self.rpc(), &network(contracts)).await.unwrap()
    }

    /// Reads a function's single result.
    pub(crate) fn view(&self, to: Address, signature: &str, arguments: &[Token], kind: ParamType) -> Token {
        let call = function(to, signature, arguments);
        let data = ethers::types::Bytes::from(call.data);
        let answer = self.ask("eth_call", &json!([{"to": to.hex(), "data": data}, "latest"])).unwrap();
        let bytes: ethers::types::Bytes = answer.as_str().unwrap().parse().unwrap();
        decode(&[kind], &bytes).unwrap().remove(0)
    }

    pub(crate) fn balance(&self, of: Address) -> Vodka {
        let token = self.view(self.contracts.ocean_token, "balanceOf(address)", &[addr(of)], ParamType::Uint(256));
        let mut bytes = [0; 32];
        token.into_uint().unwrap().to_big_endian(&mut bytes);
        Vodka::from_be_bytes(bytes)
    }

    pub(crate) fn state(&self, condition: ConditionId) -> u64 {
        let store = self.contracts.condition_store;
        let state = self.view(store, "getConditionState(bytes32)", &[word(condition.0)], ParamType::Uint(8));
        state.into_uint().unwrap().as_u64()
    }

    pub(crate) fn states(&self, terms: &AccessTerms) -> [u64; 3] {
        terms.ids().v02().map(|id| self.state(id))
    }

    pub(crate) fn may_read(&self, who: Address, did: Did) -> bool {
        let access = self.contracts.access_secret_store;
        let answer = self.view(access, "checkPermissions(address,bytes32)", &[addr(who), word(did.0)], ParamType::Bool);
        answer.into_bool().unwrap()
    }

    /// Registers a listing of the publisher's with the provider's gateway.
    pub(crate) fn list(&self, seed: u8) -> Did {
        let did = Did(keccak256([seed, 0xd1]));
        let call = self.contracts.register_attribute(did, Checksum([seed; 32]), &[self.provider.address], "http://c/");
        self.send(&self.publisher, &call).unwrap();
        did
    }

    /// The terms of a sale to the consumer.
    pub(crate) fn terms(&self, agreement: [u8; 32], did: Did, time_outs: [u64; 3]) -> AccessTerms {
        AccessTerms {
            agreement: AgreementId(agreement),
            did,
            template: ACCESS.into(),
            provider: self.provider.address,
            consumer: self.consumer.address,
            owner: self.publisher.address,
            price: Vodka::from_ocean(PRICE),
            time_locks: [0; 3],
            time_outs,
            escrow_contract: self.contracts.escrow_reward,
            lock_contract: self.contracts.lock_reward,
            access_contract: self.contracts.access_secret_store,
        }
    }

    /// Proposes and approves a template of these conditions.
    pub(crate) fn approve_template(&self, name: &str, conditions: &[Address]) -> TemplateId {
        let id = template_id(name);
        let propose = self.contracts.propose_template(id, conditions, &[PROVIDER, CONSUMER], name);
        self.send(&self.owner, &propose).unwrap();
        self.as_owner(&self.contracts.approve_template(id)).unwrap();
        id
    }

    /// As [`World::new`], governed by three operators of whom two decide.
    pub(crate) async fn governed() -> Self {
        let mut world = Self::new().await;
        let governed = Governed::new(operators().map(|account| account.address).to_vec(), None).unwrap();
        world.contracts = keeper::deploy_governed(&world.rpc(), &world.owner, &governed).await.unwrap();
        world.keeper = world.connect_to(&world.contracts).await;
        world
    }

    /// What the contracts' owner does: an account, or two operators of three.
    pub(crate) fn as_owner(&self, call: &Call) -> Result<Receipt, String> {
        let c = &self.contracts;
        let Some(governance) = c.governance else { return self.send(&self.owner, call) };
        let [a, b, _] = operators();
        let count = self.view(governance, "getProposalCount()", &[], ParamType::Uint(256));
        let proposal = count.into_uint().unwrap().as_u64();
        self.send(&a, &c.propose(call).unwrap())?;
        self.send(&b, &c.confirm(proposal).unwrap())?;
        self.send(&a, &c.execute(proposal).unwrap())
    }

    pub(crate) fn fund(&self, who: &Account, whole: u64) {
        self.send(who, &self.contracts.request_tokens(whole).unwrap()).unwrap();
    }

    pub(crate) fn create_agreement(&self, terms: &AccessTerms) {
        self.send(&self.consumer, &self.contracts.create_agreement(terms)).unwrap();
    }

    /// Approves and pays.
    pub(crate) fn pay(&self, terms: &AccessTerms) {
        self.send(&self.consumer, &self.contracts.approve(terms.lock_contract, terms.price)).unwrap();
        self.send(&self.consumer, &self.contracts.lock_reward(terms)).unwrap();
    }

    /// Events of a receipt that have a meaning.
    pub(crate) fn events(&self, receipt: &Receipt) -> Vec<KeeperEvent> {
        receipt.logs.iter().filter_map(|log| self.contracts.event(log).unwrap()).collect()
    }
}

pub(crate) fn network(contracts: &Contracts) -> NetworkFile {
    let mut file =
        NetworkFile::from_toml(&format!("name = \"test\"\nchain_id = {CHAIN_ID}\nrpc = [\"unix:/x\"]")).unwrap();
    file.contracts = contracts.to_map();
    file
}

/// A call by signature.
pub(crate) fn function(to: Address, signature: &str, arguments: &[Token]) -> Call {
    let mut data = keccak256(signature)[..4].to_vec();
    data.extend(encode(arguments));
    Call { to, data, value: Vodka::ZERO, what: signature.to_owned() }
}

pub(crate) fn addr(address: Address) -> Token {
    Token::Address(address.0.into())
}

pub(crate) fn word(bytes: [u8; 32]) -> Token {
    Token::FixedBytes(bytes.to_vec())
}

pub(crate) fn uint(number: u64) -> Token {
    Token::Uint(number.into())
}

pub(crate) fn amount(vodka: Vodka) -> Token {
    Token::Uint(ethers::types::U256::from_big_endian(&vodka.to_be_bytes()))
}

pub(crate) fn text(text: &str) -> Token {
    Token::String(text.to_owned())
}

pub(crate) fn list(tokens: impl IntoIterator<Item = Token>) -> Token {
    Token::Array(tokens.into_iter().collect())
}

/// `createAgreement` with anything in it.
pub(crate) fn any_agreement(
    store: Address,
    id: AgreementId,
    did: Did,
    template: TemplateId,
    conditions: &[ConditionId],
    actors: &[Address],
) -> Call {
    let none = || list(conditions.iter().map(|_| uint(0)));
    function(
        store,
        "createAgreement(bytes32,bytes32,bytes32,bytes32[],uint256[],uint256[],address[])",
        &[
            word(id.0),
            word(did.0),
            word(template.0),
            list(conditions.iter().map(|id| word(id.0))),
            none(),
            none(),
            list(actors.iter().copied().map(addr)),
        ],
    )
}

/// `EscrowReward.fulfill` with anything in it.
pub(crate) fn any_release(
    escrow: Address,
    agreement: AgreementId,
    sum: Vodka,
    receiver: Address,
    lock: ConditionId,
    release: ConditionId,
) -> Call {
    function(
        escrow,
        "fulfill(bytes32,uint256,address,address,bytes32,bytes32)",
        &[word(agreement.0), amount(sum), addr(receiver), addr(receiver), word(lock.0), word(release.0)],
    )
}

pub(crate) fn number(hex: &Value) -> u64 {
    u64::from_str_radix(hex.as_str().unwrap().trim_start_matches("0x"), 16).unwrap()
}

pub(crate) fn receipt(value: &Value) -> Receipt {
    let hash = |value: &Value| -> Hash32 { value.as_str().unwrap().parse().unwrap() };
    let logs = value["logs"].as_array().unwrap().iter().map(|log| protocol::tx::Log {
        address: log["address"].as_str().unwrap().parse().unwrap(),
        topics: log["topics"].as_array().unwrap().iter().map(hash).collect(),
        data: log["data"].as_str().unwrap().parse::<ethers::types::Bytes>().unwrap().to_vec(),
        block: number(&log["blockNumber"]),
        block_hash: hash(&log["blockHash"]),
        tx: protocol::TxHash(hash(&log["transactionHash"]).0),
        index: number(&log["logIndex"]),
    });
    Receipt {
        tx: protocol::TxHash(hash(&value["transactionHash"]).0),
        block: number(&value["blockNumber"]),
        block_hash: hash(&value["blockHash"]),
        success: value["status"] == "0x1",
        gas_used: number(&value["gasUsed"]),
        created: value["contractAddress"].as_str().map(|text| text.parse().unwrap()),
        logs: logs.collect(),
    }
}
