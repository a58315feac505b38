//! Reorganisations of depth 1 to 64, in every style of delivery: what is kept in the end is what the final chain says.

use crate::{
    chain::{Chain, contracts, happening, keeper},
    styles::{ALL, Node, Style},
};
use indexer::{Entry, Filter, Indexer, Notice, Options, Position};
use keeper::{Batch, Cursor, Follower};
use rand::{Rng, SeedableRng, rngs::StdRng};
use std::{path::Path, time::Duration};

/// However slow the machine is.
const PATIENCE: Duration = Duration::from_secs(60);
/// So many runs at once.
const AT_ONCE: usize = 3;
const MANY: u32 = 100_000;

pub(crate) fn quick() -> Options {
    Options { pause: Duration::from_millis(1), ..Options::default() }
}

fn grow(chain: &mut Chain, random: &mut StdRng, blocks: u64) {
    for _ in 0..blocks {
        let logs = (0..random.gen_range(0..4)).map(|_| happening(random.gen_range(0..512))).collect();
        chain.mine(logs);
    }
}

/// What a new index of the final chain, told by an honest node, has.
pub(crate) async fn replay(folder: &Path, chain: &Chain) -> Vec<Entry> {
    let node = Node::new(chain.clone(), Style::Honest, 0);
    let index = Indexer::open(&folder.join("replay.db"), keeper(node).await, quick()).await.unwrap();
    index.caught_up().await.unwrap();
    index.history(Filter::default(), Position { block: 0, index: 0 }, MANY).await.unwrap()
}

/// The same, without any index: every log of the final chain, decoded.
fn read_off(chain: &Chain) -> Vec<(u64, u64)> {
    let query = serde_json::json!({"fromBlock": "0x0", "toBlock": format!("{:#x}", chain.newest()), "address": contracts().all()});
    let place =
        |log: &serde_json::Value| (crate::chain::number(&log["blockNumber"]), crate::chain::number(&log["logIndex"]));
    chain.logs(&query).iter().map(place).collect()
}

/// However badly a node delivers, it comes to the end.
async fn come_to_the_head(index: &Indexer, node: &Node, who: &str) {
    let mut progress = index.progress();
    // A chain that wavers has not always the same head.
    let reached = progress.wait_for(|progress| progress.at >= Some(node.newest()));
    let reached = tokio::time::timeout(PATIENCE, reached).await.map(drop);
    assert!(reached.is_ok(), "{who} does not come to the head: {:?}", *index.progress().borrow());
}

async fn run(style: Style, seed: u64) {
    let folder = tempfile::tempdir().unwrap();
    let mut random = StdRng::seed_from_u64(seed);
    let mut chain = Chain::new();
    grow(&mut chain, &mut random, 70);
    let node = Node::new(chain, style, seed);
    let keeper = keeper(node.clone()).await;
    let path = folder.path().join("index.db");
    let mut index = Indexer::open(&path, keeper.clone(), quick()).await.unwrap();
    let mut heard = index.subscribe(Filter::default(), 0);
    for round in 0..6 {
        // The first fork of a run is of one block, the last of 64.
        let depth = [1, random.gen_range(2..8), random.gen_range(8..64), 2, random.gen_range(1..64), 64][round];
        let longer = random.gen_range(1..6);
        let away = node.change(|chain| {
            let away = chain.fork(depth);
            grow(chain, &mut random, depth + longer);
            away
        });
        node.wavers(away);
        keeper.nudge();
        if round % 2 == 1 {
            // What was read badly by now is not read again: it must have been read well.
            come_to_the_head(&index, &node, &format!("{style:?} {seed}")).await;
        }
        if round == 3 {
            // The program ends in the middle, and goes on from its file.
            drop(heard);
            drop(index);
            index = Indexer::open(&path, keeper.clone(), quick()).await.unwrap();
            heard = index.subscribe(Filter::default(), 0);
        }
        node.change(|chain| grow(chain, &mut random, 2));
        keeper.nudge();
    }
    come_to_the_head(&index, &node, &format!("{style:?} {seed}")).await;
    let chain = node.settle();
    keeper.nudge();
    let wanted = replay(folder.path(), &chain).await;
    let places: Vec<_> = wanted.iter().map(|entry| (entry.position.block, entry.position.index)).collect();
    assert_eq!(places, read_off(&chain), "a replay has every log of the chain");

    // What a subscriber was told, with what was taken back taken away.
    let mut told: Vec<Entry> = Vec::new();
    let agreed = async {
        while told != wanted {
            match heard.next().await.unwrap() {
                Notice::RolledBack { to } => told.retain(|entry| entry.position.block < to),
                Notice::Event(entry) => told.push(*entry),
            }
        }
    };
    let agreed = tokio::time::timeout(PATIENCE, agreed).await;
    let progress = index.progress().borrow().clone();
    assert!(agreed.is_ok(), "{style:?} {seed}: the subscriber was told something else; {progress:?}");
    let kept = index.history(Filter::default(), Position { block: 0, index: 0 }, MANY).await.unwrap();
    assert_eq!(kept, wanted, "{style:?} {seed}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forks_of_depth_1_to_64_in_every_style_end_as_the_final_chain() {
    let mut runs = tokio::task::JoinSet::new();
    let turns = std::sync::Arc::new(tokio::sync::Semaphore::new(AT_ONCE));
    for (place, style) in (0..).zip(ALL) {
        for seed in 0..2 {
            let turns = turns.clone();
            runs.spawn(async move {
                let _turn = turns.acquire().await.unwrap();
                run(style, 100 * place + seed).await;
            });
        }
    }
    while let Some(ended) = runs.join_next().await {
        ended.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fork_deeper_than_what_is_remembered_is_read_anew() {
    let folder = tempfile::tempdir().unwrap();
    let mut random = StdRng::seed_from_u64(1);
    let mut chain = Chain::new();
    grow(&mut chain, &mut random, 90);
    let node = Node::new(chain, Style::Honest, 1);
    let keeper = keeper(node.clone()).await;
    // Nothing but the ends of ranges and four blocks below the head are remembered, none below the fork.
    let options = Options { depth: 4, ..quick() };
    let index = Indexer::open(&folder.path().join("index.db"), keeper.clone(), options).await.unwrap();
    index.caught_up().await.unwrap();
    node.change(|chain| {
        chain.fork(89);
        grow(chain, &mut random, 95);
    });
    keeper.nudge();
    let chain = node.settle();
    index.caught_up().await.unwrap();
    assert_eq!(index.progress().borrow().rolled_back, 1);
    let kept = index.history(Filter::default(), Position { block: 0, index: 0 }, MANY).await.unwrap();
    assert_eq!(kept, replay(folder.path(), &chain).await);
}

/// A follower that is dropped in the middle of its reading, as whoever waits for something else drops it, and whose node
/// does not answer then, still tells of the roll-back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_follower_that_is_dropped_or_fails_in_the_middle_still_tells_of_a_roll_back() {
    for seed in 0..8 {
        let mut random = StdRng::seed_from_u64(seed);
        let mut chain = Chain::new();
        grow(&mut chain, &mut random, 20);
        let node = Node::new(chain, Style::Unreachable, seed);
        let keeper = keeper(node.clone()).await;
        let mut follower = Follower::new(keeper.clone(), Cursor::START);
        let mut seen: Vec<(u64, u64)> = Vec::new();
        let mut at = None;
        let mut take = |batch: Batch| {
            if let Some(void) = batch.rolled_back_to {
                seen.retain(|(block, _)| *block < void);
            }
            seen.extend(batch.events.iter().map(|seen| (seen.log.block, seen.log.index)));
            (batch.cursor.hash, seen.clone())
        };
        for round in 0..12 {
            if round % 4 == 3 {
                node.change(|chain| {
                    chain.fork(9);
                    grow(chain, &mut random, 11);
                });
                keeper.nudge();
            }
            // A few microseconds: sometimes enough.
            let short = Duration::from_micros(random.gen_range(1..800));
            if let Ok(Ok(batch)) = tokio::time::timeout(short, follower.next()).await {
                at = Some(take(batch));
            }
        }
        let chain = node.settle();
        keeper.nudge();
        let wanted = read_off(&chain);
        let end = chain.block(chain.newest()).unwrap().hash;
        let reached = async {
            loop {
                if let Some((Some(hash), seen)) = at.take()
                    && hash == end
                {
                    return seen;
                }
                at = follower.next().await.ok().map(&mut take);
            }
        };
        assert_eq!(tokio::time::timeout(PATIENCE, reached).await.unwrap(), wanted, "{seed}");
    }
}
