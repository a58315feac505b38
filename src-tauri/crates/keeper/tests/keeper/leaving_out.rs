//! Nodes that leave logs out far below the newest block, where ranges are read whole.

use crate::support::CHAIN_ID;
use async_trait::async_trait;
use keeper::{Cursor, Follower, Keeper, KeeperError, NodeAddress, NodeTrouble, Nodes, Rpc, RpcFault};
use protocol::{Address, Hash32, NetworkFile, event_topics::topic, hash::keccak256};
use serde_json::{Value, json};
use std::{ops::Range, sync::Arc};

/// Many more than are read one by one.
const NEWEST: u64 = 1_000;
const REGISTRY: Address = Address([2; 20]);

/// A node of a chain whose every block logs one change of owner.
struct Node {
    /// Of these blocks it tells no logs, however it is asked.
    leaves_out: Range<u64>,
    answers: bool,
}

fn number(value: &Value) -> u64 {
    u64::from_str_radix(value.as_str().unwrap().trim_start_matches("0x"), 16).unwrap()
}

fn hash(number: u64) -> Hash32 {
    let mut hash = keccak256(number.to_be_bytes());
    // The number is read back from it.
    hash[24..].copy_from_slice(&number.to_be_bytes());
    Hash32(hash)
}

/// The bloom of a block with the one log.
fn bloom() -> String {
    let mut bloom = [0_u8; 256];
    for entry in [REGISTRY.0.as_slice(), topic::DID_OWNERSHIP_TRANSFERRED.0.as_slice()] {
        let hash = keccak256(entry);
        for at in [0, 2, 4] {
            let bit = usize::from(u16::from_be_bytes([hash[at], hash[at + 1]]) & 0x7ff);
            bloom[255 - bit / 8] |= 1 << (bit % 8);
        }
    }
    bloom.iter().fold("0x".to_owned(), |text, byte| text + &format!("{byte:02x}"))
}

fn header(number: u64) -> Value {
    let parent = if number == 0 { Hash32([0; 32]) } else { hash(number - 1) };
    json!({"number": format!("{number:#x}"), "hash": hash(number), "parentHash": parent, "timestamp": "0x1", "logsBloom": bloom()})
}

fn log(number: u64) -> Value {
    let data = format!("0x{:064x}{:064x}{:064x}", 7, 1, 2);
    json!({
        "address": REGISTRY.hex(), "topics": [topic::DID_OWNERSHIP_TRANSFERRED], "data": data, "logIndex": "0x0",
        "blockNumber": format!("{number:#x}"), "blockHash": hash(number), "transactionHash": hash(number),
    })
}

#[async_trait]
impl Rpc for Node {
    async fn request(&self, method: &str, params: Value) -> Result<Value, RpcFault> {
        if !self.answers {
            return Err(RpcFault::Unreachable("nobody".into()));
        }
        let of_hash = |hash: &Value| u64::from_str_radix(&hash.as_str().unwrap()[50..], 16).unwrap();
        Ok(match method {
            "eth_chainId" => json!(format!("{CHAIN_ID:#x}")),
            "eth_blockNumber" => json!(format!("{NEWEST:#x}")),
            "eth_getBlockByNumber" => header(number(&params[0])),
            "eth_getBlockByHash" => header(of_hash(&params[0])),
            "eth_getLogs" => {
                let blocks = match params[0].get("blockHash") {
                    Some(hash) => of_hash(hash)..=of_hash(hash),
                    None => number(&params[0]["fromBlock"])..=number(&params[0]["toBlock"]).min(NEWEST),
                };
                blocks.filter(|block| !self.leaves_out.contains(block)).map(log).collect()
            }
            other => panic!("{other} was not expected"),
        })
    }

    fn is_local(&self) -> bool {
        true
    }
}

const HONEST: Node = Node { leaves_out: 0..0, answers: true };

async fn follow(nodes: Vec<(&str, Node)>) -> (Keeper, Follower) {
    let addresses = nodes.into_iter().map(|(name, node)| {
        let (name, voice) = (name.to_owned(), name.to_owned());
        NodeAddress { name, voice, rpc: Arc::new(node) }
    });
    let mut file =
        NetworkFile::from_toml(&format!("name = \"t\"\nchain_id = {CHAIN_ID}\nrpc = [\"unix:/x\"]")).unwrap();
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
    file.contracts = names.into_iter().zip(1..).map(|(name, place)| (name.to_owned(), Address([place; 20]))).collect();
    let keeper = Keeper::connect(Nodes::new(addresses.collect(), CHAIN_ID, 0), &file).await.unwrap();
    (keeper.clone(), Follower::new(keeper, Cursor::START))
}

/// How many events there are up to the newest block.
async fn all(follower: &mut Follower) -> Result<u64, KeeperError> {
    let mut count = 0;
    loop {
        let batch = follower.next().await?;
        count += batch.events.len() as u64;
        if batch.cursor.block == NEWEST {
            return Ok(count);
        }
    }
}

fn troubles(keeper: &Keeper) -> Vec<(String, NodeTrouble)> {
    keeper.nodes().into_iter().filter_map(|node| Some((node.name, node.trouble?))).collect()
}

#[tokio::test]
async fn one_node_that_leaves_out_much_is_found_out_by_the_blooms_of_some_blocks() {
    let (_, mut honest) = follow(vec![("honest", HONEST)]).await;
    assert_eq!(all(&mut honest).await.unwrap(), NEWEST + 1, "what is whole is read");
    // Sixteen blocks of some 870 are looked at: that none is among the first 800 is as good as impossible.
    let (_, mut liar) = follow(vec![("liar", Node { leaves_out: 0..800, answers: true })]).await;
    let found = all(&mut liar).await.unwrap_err();
    let KeeperError::Inconsistent(what) = found else { panic!("{found}") };
    assert!(what.ends_with("are left out"), "{what}");
}

#[tokio::test]
async fn a_single_log_that_one_of_two_nodes_leaves_out_is_a_dispute_and_a_third_node_decides() {
    let liar = || Node { leaves_out: 300..301, answers: true };
    let (keeper, mut follower) = follow(vec![("liar", liar()), ("honest", HONEST)]).await;
    let found = all(&mut follower).await.unwrap_err();
    let KeeperError::Rpc(RpcFault::Disputed(dispute)) = found else { panic!("{found}") };
    assert_eq!(dispute.about, "events of the past from block 300 on");
    assert_eq!(troubles(&keeper).len(), 2, "either may be the liar");

    for names in [["liar", "honest", "upright"], ["honest", "liar", "upright"], ["honest", "upright", "liar"]] {
        let nodes = names.map(|name| (name, if name == "liar" { liar() } else { HONEST }));
        let (keeper, mut follower) = follow(nodes.into()).await;
        assert_eq!(all(&mut follower).await.unwrap(), NEWEST + 1, "{names:?}");
        let named = troubles(&keeper).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        assert!(named.iter().all(|name| name == "liar"), "{names:?}: {named:?}");
        assert_eq!(named.len(), usize::from(names[2] != "liar"), "who was asked is named");
    }
}

#[tokio::test]
async fn while_only_one_of_two_nodes_answers_looking_goes_on_by_its_word_and_the_blooms() {
    let silent = || Node { leaves_out: 0..0, answers: false };
    let (_, mut follower) = follow(vec![("honest", HONEST), ("silent", silent())]).await;
    assert_eq!(all(&mut follower).await.unwrap(), NEWEST + 1);
    let liar = Node { leaves_out: 0..800, answers: true };
    let (_, mut follower) = follow(vec![("liar", liar), ("silent", silent())]).await;
    assert!(matches!(all(&mut follower).await, Err(KeeperError::Inconsistent(_))));
}
