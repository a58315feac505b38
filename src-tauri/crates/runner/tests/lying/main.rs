//! A node that lies, alone and beside honest ones: no lie decides about money where there is a second node, and whoever
//! lies is named. What one node alone is believed is said in each case (`docs/networks.md`).
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod cases;
mod holding;
mod liar;
mod world;

use cases::{Alone, CASES, Case};
use keeper::Keeper;
use liar::Liar;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use world::World;

/// A keeper over these nodes, of which those called "liar" lie from now on.
async fn meet(world: &Arc<World>, case: &Case, names: &[&str]) -> Result<Keeper, String> {
    let lies = Arc::new(AtomicBool::new(case.from_the_start));
    let nodes = names.iter().map(|name| {
        let rpc: Arc<dyn keeper::Rpc> = match *name {
            "liar" => Arc::new(Liar::new(world, case.lie, &lies)),
            _ => Arc::new(world.honest.clone()),
        };
        (*name, rpc)
    });
    let keeper = world.connect(nodes.collect()).await.map_err(|error| error.to_string())?;
    lies.store(true, Ordering::SeqCst);
    Ok(keeper)
}

/// Everything that went wrong in a table, so that one run shows all of it.
#[derive(Default)]
struct Faults(Vec<String>);

impl Faults {
    fn check(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.0.push(what());
        }
    }

    fn report(self) {
        assert!(self.0.is_empty(), "\n{}", self.0.join("\n"));
    }
}

fn is_named(keeper: &Keeper) -> bool {
    keeper.nodes().iter().any(|node| node.name == "liar" && !node.is_well())
}

async fn truth(world: &World, case: &Case) -> Result<String, String> {
    world.ask(&world.keeper, case.asks).await
}

#[tokio::test(flavor = "multi_thread")]
async fn there_are_more_than_forty_lies_and_each_deceives_whoever_asks_one_node_and_looks_no_further() {
    let world = Arc::new(World::new().await);
    assert!(CASES.len() >= 40, "{}", CASES.len());
    let mut faults = Faults::default();
    for case in CASES.iter().filter(|case| !matches!(case.alone, Alone::Fails)) {
        if case.asks == world::Question::Send {
            continue;
        }
        let truth = truth(&world, case).await;
        let lies = Arc::new(AtomicBool::new(false));
        let bare = world.connect_bare(Liar::new(&world, case.lie, &lies)).await.unwrap();
        lies.store(true, Ordering::SeqCst);
        let heard = world.ask(&bare, case.asks).await;
        faults.check(heard != truth, || format!("{}: this is no lie", case.name));
    }
    faults.report();
}

#[tokio::test(flavor = "multi_thread")]
async fn beside_one_honest_node_no_lie_is_acted_on_and_the_liar_is_named() {
    let world = Arc::new(World::new().await);
    let mut faults = Faults::default();
    for case in CASES.iter().filter(|case| case.asks != world::Question::Send) {
        for names in [["liar", "honest"], ["honest", "liar"]] {
            let truth = truth(&world, case).await;
            let keeper = meet(&world, case, &names).await.unwrap();
            let heard = world.ask(&keeper, case.asks).await;
            let which = format!("{} {names:?}", case.name);
            match (&heard, case.overheard) {
                (Ok(_), true) => faults.check(heard == truth, || format!("{which}: {heard:?}, not {truth:?}")),
                (Ok(said), false) => faults.check(false, || format!("{which}: decided {said}")),
                (Err(why), _) => {
                    faults.check(why.contains("liar"), || format!("{which}: nobody is named in {why}"));
                    faults.check(is_named(&keeper), || format!("{which}: {:?}", keeper.nodes()));
                }
            }
        }
    }
    faults.report();
}

#[tokio::test(flavor = "multi_thread")]
async fn beside_two_honest_nodes_the_truth_is_acted_on_and_the_liar_is_named() {
    let world = Arc::new(World::new().await);
    let mut faults = Faults::default();
    for case in CASES.iter().filter(|case| case.asks != world::Question::Send) {
        for names in [["liar", "honest", "upright"], ["honest", "upright", "liar"]] {
            let truth = truth(&world, case).await;
            let keeper = meet(&world, case, &names).await.unwrap();
            let heard = world.ask(&keeper, case.asks).await;
            // Estimates and prices have no majority: they differ between honest nodes too.
            let prepares = matches!(case.asks, world::Question::PrepareGood | world::Question::PrepareBad);
            if let (true, Err(why)) = (prepares, &heard) {
                faults.check(why.contains("liar"), || format!("{}: nobody is named in {why}", case.name));
                continue;
            }
            faults.check(heard == truth, || format!("{} {names:?}: {heard:?}, not {truth:?}", case.name));
            if case.overheard || prepares {
                continue;
            }
            // The answer did not wait for the liar; its name comes when it has spoken.
            let named = async {
                while !is_named(&keeper) {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            };
            let in_time = tokio::time::timeout(Duration::from_secs(30), named).await;
            faults.check(in_time.is_ok(), || format!("{} {names:?}: {:?}", case.name, keeper.nodes()));
        }
    }
    faults.report();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_node_alone_can_make_one_believe_is_known() {
    let world = Arc::new(World::new().await);
    let mut faults = Faults::default();
    for case in CASES {
        let truth = match case.asks {
            world::Question::Send => Ok("on its way".to_owned()),
            _ => truth(&world, case).await,
        };
        let heard = match meet(&world, case, &["liar"]).await {
            Ok(keeper) => world.ask(&keeper, case.asks).await,
            Err(why) => Err(why),
        };
        let as_known = match case.alone {
            Alone::Believed => heard.is_ok() && heard != truth,
            // Lost is no harm: a transaction without a receipt is sent again.
            Alone::Caught if case.asks == world::Question::Send => heard != truth,
            Alone::Caught | Alone::Fails => heard.is_err() || heard == truth,
        };
        faults.check(as_known, || format!("{}: {:?} is said, but {heard:?}", case.name, case.alone));
    }
    faults.report();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_arrives_although_the_first_node_swallows_it() {
    for case in CASES.iter().filter(|case| case.asks == world::Question::Send) {
        for names in [["liar", "honest"], ["honest", "liar"]] {
            let world = Arc::new(World::new().await);
            let keeper = meet(&world, case, &names).await.unwrap();
            drop(world.ask(&keeper, case.asks).await);
            // All nodes are sent it; the answer is that of the first.
            let arrived = async {
                let look = || async { world.keeper.receipt(world.unsent.hash).await.unwrap() };
                while look().await.is_none() {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            };
            let in_time = tokio::time::timeout(Duration::from_secs(20), arrived).await;
            assert!(in_time.is_ok(), "{} {names:?}", case.name);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_only_looked_at_comes_from_whoever_answers() {
    let world = Arc::new(World::new().await);
    for case in CASES.iter().filter(|case| matches!(case.alone, Alone::Fails) && case.asks == world::Question::Head) {
        let keeper = meet(&world, case, &["liar", "honest"]).await.unwrap();
        let seen = keeper.balance_of(world.consumer.address).await;
        assert!(seen.is_ok(), "{}: {seen:?}", case.name);
        assert!(keeper.block_number().await.is_ok(), "{}", case.name);
    }
}
