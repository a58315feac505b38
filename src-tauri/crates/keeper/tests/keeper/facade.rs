//! This crate's own view of a chain: reads, fees, refusals as types, history, deployment, check.

use crate::support::{Account, CHAIN_ID, Direct, PRICE, World, network};
use async_trait::async_trait;
use keeper::{BroadcastError, ConditionState, Keeper, KeeperError, KeeperEvent, Rpc, RpcFault, gas};
use protocol::{
    Address, Checksum, Did, Signer, Vodka,
    conditions::ConditionKind,
    templates::ACCESS,
    tx::{Call, Fee, SignedTx},
};
use serde_json::{Value, json};

async fn sign(world: &World, from: &Account, call: &Call) -> SignedTx {
    let nonce = world.keeper.nonce(from.address).await.unwrap();
    from.sign_tx(&world.keeper.prepare(from.address, call, nonce).await.unwrap()).unwrap()
}

async fn run(world: &World, from: &Account, call: &Call) {
    let tx = sign(world, from, call).await;
    let hash = world.keeper.broadcast(&tx).await.unwrap();
    assert!(world.keeper.receipt(hash).await.unwrap().unwrap().success);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sale_is_seen_in_the_protocols_own_words() {
    let world = World::new().await;
    let (keeper, c) = (&world.keeper, &world.contracts);
    let did = Did([7; 32]);
    assert_eq!(keeper.did_register(did).await.unwrap(), None);
    assert_eq!(keeper.did_url(did).await.unwrap(), None);
    let register = c.register_attribute(did, Checksum([8; 32]), &[world.provider.address], "http://catalogue/7");
    run(&world, &world.publisher, &register).await;
    let found = keeper.did_register(did).await.unwrap().unwrap();
    assert_eq!((found.owner, found.checksum), (world.publisher.address, Checksum([8; 32])));
    assert_eq!(found.providers, [world.provider.address]);
    assert_eq!(keeper.did_url(did).await.unwrap().as_deref(), Some("http://catalogue/7"));

    run(&world, &world.consumer, &c.request_tokens(100).unwrap()).await;
    assert_eq!(keeper.balance_of(world.consumer.address).await.unwrap(), Vodka::from_ocean(100));
    assert!(keeper.ether_of(world.consumer.address).await.unwrap().is_zero(), "and without any ether");

    let terms = world.terms([9; 32], did, [0, 1800, 0]);
    assert_eq!(keeper.agreement(terms.agreement).await.unwrap(), None);
    run(&world, &world.provider, &c.create_agreement(&terms)).await;
    let agreement = keeper.agreement(terms.agreement).await.unwrap().unwrap();
    assert_eq!(agreement.did, did);
    assert_eq!(agreement.template, ACCESS.into());
    assert_eq!(agreement.conditions, terms.ids().v02());
    assert_eq!(agreement.actors, [world.provider.address, world.consumer.address]);
    assert_eq!(agreement.created_by, world.provider.address);
    assert_eq!(agreement.created_at, keeper.block_number().await.unwrap());
    let access = keeper.condition(terms.ids().access).await.unwrap();
    assert_eq!((access.state, access.type_ref), (ConditionState::Unfulfilled, c.access_secret_store));
    assert_eq!((access.time_lock, access.time_out, access.created_at), (0, 1800, agreement.created_at));

    run(&world, &world.consumer, &c.approve(c.lock_reward, terms.price)).await;
    assert_eq!(keeper.allowance(world.consumer.address, c.lock_reward).await.unwrap(), terms.price);
    run(&world, &world.consumer, &c.lock_reward(&terms)).await;
    assert!(!keeper.check_permissions(world.consumer.address, did).await.unwrap());
    run(&world, &world.provider, &c.grant_access(&terms)).await;
    assert!(keeper.check_permissions(world.consumer.address, did).await.unwrap());
    assert!(!keeper.check_permissions(Address::ZERO, did).await.unwrap());
    run(&world, &world.provider, &c.release_reward(&terms)).await;
    for id in terms.ids().v02() {
        assert_eq!(keeper.condition(id).await.unwrap().state, ConditionState::Fulfilled);
    }
    assert_eq!(keeper.balance_of(world.publisher.address).await.unwrap(), Vodka::from_ocean(PRICE));

    for actor in [world.provider.address, world.consumer.address] {
        let past = keeper.agreements_of(actor, 0).await.unwrap();
        assert_eq!(past.iter().map(|p| p.agreement).collect::<Vec<_>>(), [terms.agreement]);
        assert_eq!(past[0].created_at, agreement.created_at);
    }
    assert!(keeper.agreements_of(world.other.address, 0).await.unwrap().is_empty());
    let grants = keeper.grants_of(world.consumer.address, 0).await.unwrap();
    assert_eq!(grants.iter().map(|g| (g.agreement, g.did)).collect::<Vec<_>>(), [(terms.agreement, did)]);
    assert_eq!(keeper.listings_of(world.publisher.address).await.unwrap(), [did]);
    run(&world, &world.publisher, &c.transfer_did_ownership(did, world.other.address)).await;
    assert!(keeper.listings_of(world.publisher.address).await.unwrap().is_empty());
    assert_eq!(keeper.listings_of(world.other.address).await.unwrap(), [did]);
    assert_eq!(keeper.did_url(did).await.unwrap().as_deref(), Some("http://catalogue/7"), "still, after the transfer");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gas_of_a_sale_is_well_below_what_is_given() {
    let world = World::new().await;
    let c = &world.contracts;
    let terms = world.terms([1; 32], world.list(1), [0, 40, 0]);
    world.fund(&world.consumer, 20);
    let used = |from: &Account, call: &Call| world.send(from, call).unwrap().gas_used;
    let abortable = world.terms([2; 32], terms.did, [0, 3, 0]);
    let steps = [
        (used(&world.consumer, &c.create_agreement(&abortable)), gas::CREATE),
        (used(&world.consumer, &c.create_agreement(&terms)), gas::CREATE),
        (used(&world.consumer, &c.approve(terms.lock_contract, terms.price)), gas::APPROVE),
        (used(&world.consumer, &c.lock_reward(&terms)), gas::LOCK),
        (used(&world.provider, &c.grant_access(&terms)), gas::GRANT),
        (used(&world.other, &c.release_reward(&terms)), gas::RELEASE),
        (used(&world.other, &c.abort_by_timeout(ConditionKind::AccessSecretStore, abortable.ids().access)), gas::ABORT),
    ];
    for (step, (used, given)) in steps.into_iter().enumerate() {
        assert!(used * 2 < given, "step {step}: {used} of {given}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_have_types() {
    let world = World::new().await;
    let (keeper, c) = (&world.keeper, &world.contracts);
    let terms = world.terms([1; 32], world.list(1), [0, 9, 0]);
    world.create_agreement(&terms);
    let refused = keeper.prepare(world.consumer.address, &c.create_agreement(&terms), 0).await.unwrap_err();
    assert!(matches!(&refused, KeeperError::Revert { reason, .. } if reason == "Id already exists"), "{refused:?}");
    let poor = keeper.estimate(world.consumer.address, &c.lock_reward(&terms)).await.unwrap_err();
    assert_eq!(poor.reason(), Some("ERC20InsufficientAllowance"));
    let abort = c.abort_by_timeout(ConditionKind::AccessSecretStore, terms.ids().access);
    let early = keeper.estimate(world.other.address, &abort).await.unwrap_err();
    assert_eq!(early.reason(), Some("Condition needs to be timed out"));

    let call = c.request_tokens(1).unwrap();
    let tx = sign(&world, &world.other, &call).await;
    keeper.broadcast(&tx).await.unwrap();
    let again = keeper.broadcast(&tx).await.unwrap_err();
    assert!(matches!(again, BroadcastError::AlreadyKnown | BroadcastError::NonceTooLow), "{again:?}");
    let mut other = keeper.prepare(world.other.address, &call, 0).await.unwrap();
    other.gas += 1;
    let low = keeper.broadcast(&world.other.sign_tx(&other).unwrap()).await.unwrap_err();
    assert!(matches!(low, BroadcastError::NonceTooLow), "{low:?}");
    other.fee = Fee::Legacy { gas_price: 1 };
    other.nonce = 1;
    let dear = keeper.broadcast(&world.other.sign_tx(&other).unwrap()).await.unwrap_err();
    assert!(matches!(dear, BroadcastError::InsufficientFunds), "{dear:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_is_checked_before_it_is_trusted() {
    let world = World::new().await;
    let good = world.keeper.check().await.unwrap();
    assert!(good.faults.is_empty() && good.safe_for_payments, "{good:?}");
    let mut contracts = world.contracts;
    contracts.escrow_reward = world.create(include_str!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../contracts/test/artifacts/EscrowRewardAsReleased.json"
    )));
    let keeper = Keeper::connect(Direct(world.chain.clone()), &network(&contracts)).await.unwrap();
    let foreign = keeper.check().await.unwrap();
    assert!(!foreign.safe_for_payments);
    assert_eq!(foreign.faults, [keeper::NetworkFault::TemplateConditions(ACCESS.into())]);
    contracts.escrow_reward = Address([1; 20]);
    let keeper = Keeper::connect(Direct(world.chain.clone()), &network(&contracts)).await.unwrap();
    assert_eq!(keeper.check().await.unwrap().faults, [keeper::NetworkFault::NoCode("EscrowReward")]);

    let mut file = network(&world.contracts);
    file.chain_id = 1;
    let wrong = Keeper::connect(Direct(world.chain.clone()), &file).await.unwrap_err();
    assert!(matches!(wrong, KeeperError::WrongChain { expected: 1, found: CHAIN_ID }));
    file.contracts.remove("EscrowReward");
    let missing = Keeper::connect(Direct(world.chain.clone()), &file).await.unwrap_err();
    assert!(matches!(missing, KeeperError::ContractMissing("EscrowReward")));
}

#[tokio::test(flavor = "multi_thread")]
async fn new_blocks_are_noticed_and_ticked_for() {
    let world = World::new().await;
    let mut blocks = world.keeper.blocks();
    let before = *blocks.borrow_and_update();
    world.mine(3);
    blocks.wait_for(|newest| *newest >= before + 3).await.unwrap();
    world.keeper.tick_until(before + 4).await.unwrap();
    blocks.wait_for(|newest| *newest >= before + 4).await.unwrap();
}

/// A node with a base fee, a price and an account's wealth of one's choice.
struct Priced {
    base: Option<&'static str>,
    price: &'static str,
    ether: &'static str,
}

#[async_trait]
impl Rpc for Priced {
    async fn request(&self, method: &str, _params: Value) -> Result<Value, RpcFault> {
        Ok(match method {
            "eth_chainId" => json!("0x539"),
            "eth_blockNumber" => json!("0x1"),
            "eth_getBlockByNumber" => json!({ "baseFeePerGas": self.base }),
            "eth_gasPrice" => json!(self.price),
            "eth_getBalance" => json!(self.ether),
            "neuston_tickUntil" | "eth_maxPriorityFeePerGas" => {
                return Err(RpcFault::Refused { code: -32601, message: "no such method".to_owned(), data: None });
            }
            other => panic!("{other} was not expected"),
        })
    }
}

async fn fee(base: Option<&'static str>, price: &'static str, ether: &'static str) -> Fee {
    fee_within(1_000, base, price, ether).await.unwrap()
}

async fn fee_within(
    max_gwei: u64,
    base: Option<&'static str>,
    price: &'static str,
    ether: &'static str,
) -> Result<Fee, KeeperError> {
    let contracts = World::new().await.contracts;
    let mut file = network(&contracts);
    file.fees.max_gwei = max_gwei;
    let keeper = Keeper::connect(Priced { base, price, ether }, &file).await.unwrap();
    keeper.tick_until(5).await.unwrap();
    keeper.fee(Address([1; 20]), 100_000).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_free_chain_is_free_also_for_accounts_without_ether() {
    assert_eq!(fee(None, "0x0", "0x0").await, Fee::Legacy { gas_price: 0 });
    assert_eq!(fee(Some("0x0"), "0x3e8", "0xffffffffff").await, Fee::Legacy { gas_price: 1000 });
    assert_eq!(fee(Some("0x0"), "0x3e8", "0x0").await, Fee::Legacy { gas_price: 0 }, "it could not pay anyway");
    let free = Ok(Fee::Legacy { gas_price: 0 });
    assert_eq!(
        fee_within(0, Some("0x0"), "0x3e8", "0xffffffffff").await.map_err(drop),
        free,
        "its file says it is free"
    );
    assert!(matches!(fee_within(0, Some("0x1"), "0x1", "0x1").await, Err(KeeperError::TooDear { asked: 1, most: 0 })));
    let paid = fee(Some("0x64"), "0x3e8", "0x0").await;
    assert_eq!(paid, Fee::Dynamic { max_fee: 200 + 1_000_000_000, max_priority: 1_000_000_000 });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_is_an_event_of_the_contract_that_wrote_it_only() {
    let world = World::new().await;
    let terms = world.terms([3; 32], world.list(1), [0; 3]);
    world.fund(&world.consumer, PRICE);
    world.create_agreement(&terms);
    world.send(&world.consumer, &world.contracts.approve(terms.lock_contract, terms.price)).unwrap();
    let receipt = world.send(&world.consumer, &world.contracts.lock_reward(&terms)).unwrap();
    let mut log = receipt.logs.last().unwrap().clone();
    assert!(matches!(world.contracts.event(&log).unwrap(), Some(KeeperEvent::PaymentLocked { .. })));
    // The same topics and data, but the escrow's: another event.
    log.address = world.contracts.escrow_reward;
    assert!(matches!(world.contracts.event(&log).unwrap(), Some(KeeperEvent::EscrowPaid { .. })));
    log.address = world.thief.address;
    assert_eq!(world.contracts.event(&log).unwrap(), None);
    log.address = world.contracts.lock_reward;
    log.data.truncate(40);
    assert!(matches!(world.contracts.event(&log), Err(KeeperError::Answer(_))));
}
