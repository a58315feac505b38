//! A purchase while the network's nodes do not agree: it holds, says who says what, and goes on when they agree.

use crate::{
    is_named,
    liar::{Liar, calls, with_word},
    world::{Account, World},
};
use agreement::{
    Machine, Order,
    buyer::{Act, Effect, Event, State},
};
use async_trait::async_trait;
use keeper::{Keeper, Rpc, RpcFault};
use protocol::conditions::AccessTerms;
use runner::{Batch, Driver, Hold, Item, Journal, Ledger, Outbox, Perform, Point, items, read_facts, tx_events};
use serde_json::Value;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio_util::sync::CancellationToken;

struct Buying {
    keeper: Keeper,
    outbox: Outbox,
    buyer: Arc<Account>,
}

impl Buying {
    async fn run(&self, items: Vec<Item>, not_after: Option<u64>, act: Act) -> Result<Vec<Event>, Hold> {
        let batch = Batch { signer: self.buyer.clone(), items, not_after, point: Point::OtherSigned };
        let outcome = self.outbox.run(batch).await;
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
impl Perform<State> for Buying {
    async fn perform(&self, state: &State, effect: &Effect) -> Result<Vec<Event>, Hold> {
        let (terms, contracts) = (&state.order().terms, self.keeper.contracts());
        match effect {
            Effect::CheckLiveness => Ok(vec![Event::Alive]),
            Effect::PostAgreement => Ok(vec![Event::Accepted]),
            Effect::TickUntil { .. } => Ok(vec![]),
            Effect::ReadFacts => {
                let facts = read_facts(&self.keeper, terms).await.map_err(Hold::later)?;
                Ok(vec![Event::Facts(Box::new(facts))])
            }
            Effect::ApproveAndLock { not_after } => {
                self.run(items::payment(contracts, terms), *not_after, Act::Pay).await
            }
            Effect::AbortAndRefund { attempt } => {
                self.run(items::take_back(contracts, terms, *attempt), None, Act::Abort).await
            }
            Effect::Refund { attempt } => self.run(items::refund(contracts, terms, *attempt), None, Act::Refund).await,
            other => Err(Hold::later(format!("{other:?} is not part of this test"))),
        }
    }
}

/// The gateway has created the agreement so that the buyer could never get the money back, and one node covers it up.
fn covers_up(
    w: &World,
    method: &str,
    params: &Value,
    said: Result<Value, RpcFault>,
) -> Option<Result<Value, RpcFault>> {
    Some(match calls(method, params, "getCondition(bytes32)", &w.unpaid.ids().access.0) {
        true => said.map(|output| with_word(&output, 3, "1770")),
        false => said,
    })
}

struct Purchase {
    driver: Driver<State>,
    keeper: Keeper,
    lies: Arc<AtomicBool>,
    id: String,
    _folder: tempfile::TempDir,
}

/// Nobody answers.
fn is_away(_: &World, _: &str, _: &Value, _: Result<Value, RpcFault>) -> Option<Result<Value, RpcFault>> {
    Some(Err(RpcFault::Unreachable("connection refused".into())))
}

/// A purchase that is confirmed, over these nodes; the buyer confirmed `time_out` blocks for access.
async fn begins(world: &Arc<World>, names: &[&str], time_out: u64) -> Purchase {
    let mut terms = world.unpaid.clone();
    terms.time_outs[1] = time_out;
    begins_with(world, names, terms).await
}

async fn begins_with(world: &Arc<World>, names: &[&str], terms: AccessTerms) -> Purchase {
    let lies = Arc::new(AtomicBool::new(true));
    let nodes = names.iter().map(|name| {
        let rpc: Arc<dyn Rpc> = match *name {
            "liar" => Arc::new(Liar::new(world, covers_up, &lies)),
            "away" => Arc::new(Liar::new(world, is_away, &lies)),
            _ => Arc::new(world.honest.clone()),
        };
        (*name, rpc)
    });
    let keeper = world.connect(nodes.collect()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(&folder.path().join("runner.db")).unwrap();
    let outbox = Outbox::new(&ledger, Arc::new(keeper.clone()));
    let effects = Buying { keeper: keeper.clone(), outbox, buyer: world.consumer.clone() };
    let driver = Driver::new(Journal::new(&ledger), Arc::new(effects), keeper.blocks());
    let confirmed_at = world.keeper.block_number().await.unwrap();
    let gateway = "http://gateway".to_owned();
    let order = Order { terms, service: 1, gateway, confirmed_at, create_within: 5_000, grant_margin: 2 };
    let id = driver.begin(&State::new(order)).await.unwrap();
    Purchase { driver, keeper, lies, id, _folder: folder }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_buyer_pays_nothing_while_the_nodes_disagree_and_pays_when_they_agree() {
    let world = Arc::new(World::new().await);
    // What the chain has is what was confirmed; the liar says otherwise.
    let purchase = begins(&world, &["liar", "honest"], 5_000).await;
    let before = world.keeper.nonce(world.consumer.address).await.unwrap();
    let running = purchase.driver.spawn(purchase.id.clone(), CancellationToken::new());
    let held = async {
        loop {
            if let Some(progress) = purchase.driver.watch(&purchase.id) {
                let says_who =
                    |hold: &Hold| matches!(hold, Hold::Later { why } if why.contains("liar") && why.contains("honest"));
                if progress.borrow().trouble.iter().any(|trouble| says_who(&trouble.hold)) {
                    return;
                }
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), held).await.unwrap();
    assert!(is_named(&purchase.keeper));
    assert_eq!(world.keeper.nonce(world.consumer.address).await.unwrap(), before, "nothing was signed");
    purchase.lies.store(false, Ordering::SeqCst);
    let paid = async {
        while world.keeper.condition(world.unpaid.ids().lock).await.unwrap().state != keeper::ConditionState::Fulfilled
        {
            purchase.driver.wake();
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), paid).await.unwrap();
    running.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_buyer_whom_two_honest_nodes_tell_of_other_terms_pays_nothing() {
    let world = Arc::new(World::new().await);
    // 6,000 blocks were confirmed, the chain has 5,000, and the liar says 6,000.
    for names in [["liar", "honest", "upright"], ["honest", "liar", "upright"]] {
        let purchase = begins(&world, &names, 6_000).await;
        let before = world.keeper.nonce(world.consumer.address).await.unwrap();
        let ended = purchase.driver.run_until(&purchase.id, |_| false, CancellationToken::new());
        let ended = tokio::time::timeout(Duration::from_secs(60), ended).await.unwrap().unwrap();
        assert_eq!(ended.name(), "abandoned");
        assert_eq!(world.keeper.nonce(world.consumer.address).await.unwrap(), before);
    }
    // The test can fail: whoever has only the liar pays.
    let purchase = begins(&world, &["liar"], 6_000).await;
    let running = purchase.driver.run_until(&purchase.id, |s| s.name() == "locking", CancellationToken::new());
    let deceived = tokio::time::timeout(Duration::from_secs(60), running).await.unwrap().unwrap();
    assert_eq!(deceived.name(), "locking");
}

/// In blocks.
const SOON: u64 = 30;

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_waits_while_one_of_two_nodes_is_away_says_which_and_is_made_when_it_is_back() {
    let world = Arc::new(World::new().await);
    let mut terms = world.imagined.clone();
    terms.time_outs[1] = SOON;
    world.creates(&terms).await;
    let purchase = begins_with(&world, &["away", "honest"], terms).await;
    purchase.lies.store(false, Ordering::SeqCst);
    let paid = purchase.driver.run_until(&purchase.id, |state| state.name() == "locked", CancellationToken::new());
    assert_eq!(tokio::time::timeout(Duration::from_secs(60), paid).await.unwrap().unwrap().name(), "locked");

    // The time to deliver passes while a node is away.
    purchase.lies.store(true, Ordering::SeqCst);
    world.mines(SOON + 10).await;
    let before = world.keeper.nonce(world.consumer.address).await.unwrap();
    let running = purchase.driver.spawn(purchase.id.clone(), CancellationToken::new());
    let held = async {
        loop {
            if let Some(progress) = purchase.driver.watch(&purchase.id)
                && let Some(Hold::Later { why }) = progress.borrow().trouble.first().map(|trouble| trouble.hold.clone())
            {
                return why;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    assert_eq!(
        tokio::time::timeout(Duration::from_secs(60), held).await.unwrap().text(),
        "money is moved or taken back only on what two nodes of the network say alike, and there are not two now: away does \
         not answer (connection refused); it goes on by itself when there are, and with a third node in the network file one \
         may be away"
    );
    assert_eq!(world.keeper.nonce(world.consumer.address).await.unwrap(), before, "nothing was signed");

    purchase.lies.store(false, Ordering::SeqCst);
    let refunded = async {
        while !running.is_finished() {
            purchase.driver.wake();
            world.mines(1).await;
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        running.await.unwrap().unwrap()
    };
    assert_eq!(tokio::time::timeout(Duration::from_secs(60), refunded).await.unwrap().name(), "refunded");
}
