//! The contracts of the simulation and the real ones, driven by the same calls by chance: they say yes and no to the same
//! calls, and know the same afterwards.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

use async_trait::async_trait;
use keeper::{AgreementDraft, Contracts, DraftCondition, Keeper, Rpc, RpcFault};
use keeper_node::{Chain, Genesis};
use protocol::{
    Address, AgreementId, Checksum, Did, NetworkFile, SecretKey, SignError, Signature, Signer, Vodka,
    conditions::{AccessTerms, ConditionKind},
    templates::ACCESS,
    tx::{Call, SignedTx, UnsignedTx},
};
use serde_json::{Value, json};
use simulation::{
    chain::{
        calls::Calls,
        contracts::{Listed, State},
    },
    chance::Chance,
};

const CHAIN_ID: u64 = 1337;
const CALLS: u64 = 400;

struct Account(SecretKey, Address);

impl Account {
    fn new(seed: u8) -> Self {
        let key = SecretKey::from_bytes(&[seed; 32]).unwrap();
        let address = key.address().unwrap();
        Self(key, address)
    }
}

impl Signer for Account {
    fn address(&self) -> Address {
        self.1
    }
    fn sign_digest(&self, digest: &[u8; 32]) -> Result<Signature, SignError> {
        self.0.sign_digest(digest).map_err(|error| SignError::Refused(error.to_string()))
    }
    fn sign_tx(&self, tx: &UnsignedTx) -> Result<SignedTx, SignError> {
        wallet::sign_transaction(&self.0, tx)
    }
}

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

/// The real contracts.
struct Real {
    keeper: Keeper,
    contracts: Contracts,
}

impl Real {
    async fn new() -> Self {
        let owner = Account::new(1);
        let mut genesis = Genesis::new(CHAIN_ID, owner.1);
        genesis.mining.gather = std::time::Duration::ZERO;
        let rpc = Direct(Chain::in_memory(genesis).unwrap());
        let contracts = keeper::deploy(&rpc, &owner).await.unwrap();
        let text = format!("name = \"test\"\nchain_id = {CHAIN_ID}\nrpc = [\"unix:/x\"]");
        let mut file = NetworkFile::from_toml(&text).unwrap();
        file.contracts = contracts.to_map();
        Self { keeper: Keeper::connect(rpc, &file).await.unwrap(), contracts }
    }

    /// Sends a call whatever becomes of it: its block, and whether it did not revert.
    async fn send(&self, from: &Account, call: &Call) -> (u64, bool) {
        let nonce = self.keeper.nonce(from.1).await.unwrap();
        let unsigned = self.keeper.prepare_with_gas(from.1, call, nonce, 2_000_000).await.unwrap();
        let signed = from.sign_tx(&unsigned).unwrap();
        self.keeper.broadcast(&signed).await.unwrap();
        loop {
            if let Some(receipt) = self.keeper.receipt(signed.hash).await.unwrap() {
                return (receipt.block, receipt.success);
            }
            tokio::task::yield_now().await;
        }
    }
}

/// A call by chance, of few listings, agreements and people, so that they often meet.
fn call(contracts: &Contracts, chance: &mut Chance, people: &[Account]) -> Call {
    let mut id = |from: u8, many: u64| [from + u8::try_from(chance.below(many)).unwrap(); 32];
    let (did, agreement, other) = (Did(id(1, 2)), AgreementId(id(10, 30)), AgreementId(id(10, 30)));
    let who = |chance: &mut Chance| chance.pick(people).unwrap().1;
    let (provider, owner, consumer) = (people[1].1, people[0].1, people[2].1);
    let terms = AccessTerms {
        agreement,
        did,
        template: ACCESS.into(),
        provider,
        consumer: if chance.permille(900) { consumer } else { who(chance) },
        owner: if chance.permille(900) { owner } else { who(chance) },
        price: Vodka::from_ocean(if chance.permille(900) { 1 } else { chance.below(3) }),
        time_locks: [0, if chance.permille(100) { 3 } else { 0 }, 0],
        time_outs: [0, chance.below(3) * 8, if chance.permille(100) { 6 } else { 0 }],
        escrow_contract: contracts.escrow_reward,
        lock_contract: contracts.lock_reward,
        access_contract: contracts.access_secret_store,
    };
    match chance.below(12) {
        0 => contracts.approve(contracts.lock_reward, Vodka::from_ocean(chance.below(20))),
        1 => contracts.transfer(who(chance), Vodka::from_ocean(chance.below(4))),
        2 => contracts.register_attribute(did, Checksum([1; 32]), &[provider, who(chance)], "http://c/"),
        3 | 4 => {
            let mut ids = terms.ids().v02();
            if chance.permille(100) {
                // Another agreement's escrow: the theft of the released contracts begins so.
                ids[2] = AccessTerms { agreement: other, ..terms.clone() }.ids().escrow;
            }
            if chance.permille(50) {
                ids.swap(1, 2);
            }
            let conditions = ids.iter().zip(terms.time_locks).zip(terms.time_outs);
            let conditions =
                conditions.map(|((id, time_lock), time_out)| DraftCondition { id: *id, time_lock, time_out });
            let mut actors = vec![provider, terms.consumer];
            if chance.permille(100) {
                actors.reverse();
            }
            let conditions = conditions.collect();
            contracts.create(&AgreementDraft { agreement, did, template: ACCESS, conditions, actors })
        }
        5 | 6 => contracts.lock_reward(&terms),
        7 | 8 => contracts.grant_access(&terms),
        9 | 10 => contracts.release_reward(&terms),
        _ => {
            let kind = *chance.pick(&ConditionKind::ALL).unwrap();
            contracts.abort_by_timeout(kind, terms.ids().get(kind))
        }
    }
}

#[tokio::test]
async fn simulated_and_real_contracts_say_and_know_the_same() {
    let real = Real::new().await;
    let contracts = real.contracts;
    let calls = Calls::of(&contracts);
    let people: Vec<Account> = (2..6).map(Account::new).collect();
    let mut state = State { templates: [ACCESS].into(), ..State::default() };
    for person in &people {
        real.send(person, &contracts.request_tokens(50).unwrap()).await;
        state.balances.insert(person.1, real.keeper.balance_of(person.1).await.unwrap());
    }
    for did in [Did([1; 32]), Did([2; 32])] {
        let register = contracts.register_attribute(did, Checksum([1; 32]), &[people[1].1], "http://c/");
        assert!(real.send(&people[0], &register).await.1);
        state.listings.insert(did, Listed { owner: people[0].1, providers: vec![people[1].1] });
    }
    let mut chance = Chance::new(7);
    let (mut taken, mut refused) = (std::collections::BTreeMap::new(), 0_u64);
    for number in 0..CALLS {
        let call = call(&contracts, &mut chance, &people);
        let from = chance.pick(&people).unwrap();
        let (block, success) = real.send(from, &call).await;
        let simulated = state.call(&contracts, &calls, block, from.1, (call.to, &call.data));
        assert_eq!(simulated.is_ok(), success, "call {number} in block {block}: {} {simulated:?}", call.what);
        match calls.read(call.to, &call.data) {
            Some(asked) if success => *taken.entry(asked.name()).or_insert(0_u64) += 1,
            _ => refused += 1,
        }
    }
    for name in ["approve", "transfer", "register", "create", "lock", "grant", "pay", "abort"] {
        assert!(taken.contains_key(name), "no {name} was taken: {taken:?}");
    }
    assert!(refused > CALLS / 10, "{taken:?}");
    for (id, agreement) in &state.agreements {
        let found = real.keeper.agreement(*id).await.unwrap().unwrap();
        assert_eq!(
            (found.did, &found.conditions, &found.actors),
            (agreement.did, &agreement.conditions, &agreement.actors)
        );
    }
    for (id, condition) in &state.conditions {
        let found = real.keeper.condition(*id).await.unwrap();
        let times = (found.time_lock, found.time_out, found.created_at);
        assert_eq!(times, (condition.time_lock, condition.time_out, condition.created_at), "{id}");
        assert_eq!(found.type_ref, condition.type_ref, "{id}");
        assert_eq!(format!("{:?}", found.state), format!("{:?}", condition.state), "{id}");
    }
    let accounts = people.iter().map(|person| person.1).chain([contracts.escrow_reward]);
    for account in accounts {
        assert_eq!(real.keeper.balance_of(account).await.unwrap(), state.balance(account), "{account}");
    }
    for person in &people {
        for did in [Did([1; 32]), Did([2; 32])] {
            let real = real.keeper.check_permissions(person.1, did).await.unwrap();
            assert_eq!(real, state.may_decrypt(did, person.1));
        }
    }
}
