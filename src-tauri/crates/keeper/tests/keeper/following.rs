//! The follower of events: in order, in ranges, through reorganisations.

use crate::support::{PRICE, World, network};
use async_trait::async_trait;
use keeper::{Contracts, Cursor, Follower, Keeper, KeeperEvent, Rpc, RpcFault};
use protocol::{Address, Hash32, event_topics::topic};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

#[tokio::test(flavor = "multi_thread")]
async fn a_follower_sees_a_sale_from_the_beginning_and_goes_on() {
    let world = World::new().await;
    let terms = world.terms([3; 32], world.list(1), [0; 3]);
    world.fund(&world.consumer, PRICE);
    world.create_agreement(&terms);
    let mut follower = Follower::new(world.keeper.clone(), Cursor::START);
    let mut seen = Vec::new();
    let mut cursor = Cursor::START;
    while !seen.iter().any(|event| matches!(event, KeeperEvent::AgreementCreated { .. })) {
        world.keeper.nudge();
        let batch = follower.next().await.unwrap();
        assert_eq!(batch.rolled_back_to, None);
        seen.extend(batch.events.into_iter().map(|seen| seen.event));
        cursor = batch.cursor;
    }
    let position = |wanted: fn(&KeeperEvent) -> bool| seen.iter().position(wanted).unwrap();
    let approved = position(|event| matches!(event, KeeperEvent::TemplateApproved { .. }));
    let listed = position(|event| matches!(event, KeeperEvent::DidRegistered { .. }));
    let created = position(|event| matches!(event, KeeperEvent::AgreementCreated { .. }));
    assert!(approved < listed && listed < created);

    // A new follower goes on where the first one was.
    world.pay(&terms);
    let mut second = Follower::new(world.keeper.clone(), cursor);
    let mut later = Vec::new();
    while !later.iter().any(|event| matches!(event, KeeperEvent::PaymentLocked { .. })) {
        world.keeper.nudge();
        later.extend(second.next().await.unwrap().events.into_iter().map(|seen| seen.event));
    }
    assert!(!later.iter().any(|event| matches!(event, KeeperEvent::AgreementCreated { .. })), "nothing twice");
}

/// A chain whose blocks are replaced at will. Each block logs one ownership transfer of DID `[block's mark; 32]`.
#[derive(Clone)]
struct Fickle {
    marks: Arc<Mutex<Vec<u8>>>,
    widest: u64,
    registry: Address,
}

fn number(value: &Value) -> u64 {
    u64::from_str_radix(value.as_str().unwrap().trim_start_matches("0x"), 16).unwrap()
}

impl Fickle {
    fn header(&self, marks: &[u8], at: u64) -> Value {
        let hash = |number: u64| Hash32([marks[usize::try_from(number).unwrap()]; 32]);
        let parent = if at == 0 { Hash32([0; 32]) } else { hash(at - 1) };
        json!({"number": format!("{at:#x}"), "hash": hash(at), "parentHash": parent, "timestamp": "0x0"})
    }
}

#[async_trait]
impl Rpc for Fickle {
    async fn request(&self, method: &str, params: Value) -> Result<Value, RpcFault> {
        let marks = self.marks.lock().unwrap().clone();
        let hash = |number: u64| Hash32([marks[usize::try_from(number).unwrap()]; 32]);
        let newest = marks.len() as u64 - 1;
        Ok(match method {
            "eth_chainId" => json!("0x539"),
            "eth_blockNumber" => json!(format!("{newest:#x}")),
            "eth_getBlockByNumber" => {
                let at = number(&params[0]);
                if at > newest {
                    return Ok(Value::Null);
                }
                self.header(&marks, at)
            }
            "eth_getBlockByHash" => {
                let wanted: Hash32 = serde_json::from_value(params[0].clone()).unwrap();
                (0..=newest).find(|at| hash(*at) == wanted).map_or(Value::Null, |at| self.header(&marks, at))
            }
            "eth_getLogs" => {
                let (from, to) = (number(&params[0]["fromBlock"]), number(&params[0]["toBlock"]));
                if to - from >= self.widest {
                    return Err(RpcFault::Refused { code: -32005, message: "too wide".to_owned(), data: None });
                }
                let log = |at: u64| {
                    let data = format!("{}{}{}", hash(at).hex(), "00".repeat(32), "00".repeat(32));
                    json!({
                        "address": self.registry.hex(), "topics": [topic::DID_OWNERSHIP_TRANSFERRED], "data": data,
                        "blockNumber": format!("{at:#x}"), "blockHash": hash(at), "transactionHash": hash(at),
                        "transactionIndex": "0x0", "logIndex": "0x0", "removed": false
                    })
                };
                Value::Array((from..=to.min(newest)).map(log).collect())
            }
            other => panic!("{other} was not expected"),
        })
    }

    fn is_local(&self) -> bool {
        true
    }
}

fn marks(batch: &keeper::Batch) -> Vec<u8> {
    let mark = |seen: &keeper::Seen| match seen.event {
        KeeperEvent::DidOwnershipTransferred { did, .. } => did.0[0],
        ref other => panic!("{other:?}"),
    };
    batch.events.iter().map(mark).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follower_halves_ranges_and_takes_back_what_the_chain_takes_back() {
    let at = |seed: u8| Address([seed; 20]);
    let names = [
        "OceanToken",
        "DIDRegistry",
        "TemplateStoreManager",
        "AgreementStoreManager",
        "ConditionStoreManager",
        "LockRewardCondition",
        "AccessSecretStoreCondition",
        "EscrowReward",
    ];
    let contracts = Contracts::from_map(&names.map(str::to_owned).into_iter().zip((1..).map(at)).collect()).unwrap();
    let chain = Fickle { marks: Arc::new(Mutex::new((0..10).collect())), widest: 3, registry: at(2) };
    let keeper = Keeper::connect(chain.clone(), &network(&contracts)).await.unwrap();
    let mut follower = Follower::new(keeper.clone(), Cursor::START);
    let (mut all, mut cursor) = (Vec::new(), Cursor::START);
    while all.len() < 10 {
        let batch = follower.next().await.unwrap();
        assert_eq!(batch.rolled_back_to, None);
        all.extend(marks(&batch));
        cursor = batch.cursor;
    }
    assert_eq!(all, (0..10).collect::<Vec<u8>>(), "all, in order, in ranges of three at most");
    assert_eq!(cursor, Cursor { block: 9, hash: Some(Hash32([9; 32])) });

    chain.marks.lock().unwrap().push(10);
    keeper.nudge();
    assert_eq!(marks(&follower.next().await.unwrap()), [10]);

    // Block 10 is replaced, and one follows.
    {
        let mut marks = chain.marks.lock().unwrap();
        marks.truncate(10);
        marks.extend([110, 111]);
    }
    keeper.nudge();
    let batch = follower.next().await.unwrap();
    assert_eq!(batch.rolled_back_to, Some(10));
    let mut seen = marks(&batch);
    while seen.len() < 2 {
        keeper.nudge();
        seen.extend(marks(&follower.next().await.unwrap()));
    }
    assert_eq!(seen, [110, 111]);
}
