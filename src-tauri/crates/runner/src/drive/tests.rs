use super::*;
use crate::{
    Batch, Item, Key, Ledger, Outbox, Point,
    fake_chain::{FakeChain, FakeSigner},
    tx_events,
};
use agreement::{
    AgreementFact, ConditionFact, ConditionState, Facts, Order,
    buyer::{Act, Effect, Event, State},
};
use protocol::{AgreementId, Did, TemplateId, Vodka, conditions::AccessTerms, tx::Call};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

fn order() -> Order {
    let terms = AccessTerms {
        agreement: AgreementId([1; 32]),
        did: Did([2; 32]),
        template: TemplateId([3; 32]).into(),
        provider: Address([4; 20]),
        consumer: Address([5; 20]),
        owner: Address([6; 20]),
        price: Vodka::from_ocean(7),
        time_locks: [0; 3],
        time_outs: [0, 100, 0],
        escrow_contract: Address([10; 20]),
        lock_contract: Address([11; 20]),
        access_contract: Address([12; 20]),
    };
    Order {
        terms,
        service: 1,
        gateway: "http://gateway".to_owned(),
        confirmed_at: 0,
        create_within: 60,
        grant_margin: 10,
    }
}

/// A gateway that creates, a chain that has the payment when the outbox says so, and a seller who grants at once.
struct World {
    outbox: Outbox,
    signer: Arc<FakeSigner>,
    created: AtomicBool,
    paid: AtomicBool,
    grants: bool,
    gateway_away: AtomicU32,
    asked: Mutex<Vec<String>>,
}

#[async_trait]
impl Perform<State> for World {
    async fn perform(&self, state: &State, effect: &Effect) -> Result<Vec<Event>, Hold> {
        self.asked.lock().unwrap().push(format!("{effect:?}"));
        let terms = &state.order().terms;
        match effect {
            Effect::CheckLiveness => Ok(vec![Event::Alive]),
            Effect::PostAgreement => {
                if self.gateway_away.load(Ordering::SeqCst) > 0 {
                    self.gateway_away.fetch_sub(1, Ordering::SeqCst);
                    return Err(Hold::later("the gateway is away"));
                }
                self.created.store(true, Ordering::SeqCst);
                Ok(vec![Event::Accepted])
            }
            Effect::ReadFacts => Ok(vec![Event::Facts(Box::new(self.facts(terms)))]),
            Effect::ApproveAndLock { not_after } => {
                let item = |purpose: &str| {
                    let (to, data) = (terms.lock_contract, purpose.as_bytes().to_vec());
                    let call = Call { to, data, value: Vodka::ZERO, what: purpose.to_owned() };
                    Item::new(Key::of(terms.agreement, purpose), call)
                };
                let items = vec![item("approve"), item("lock")];
                let signer = self.signer.clone();
                let batch = Batch { signer, items, not_after: *not_after, point: Point::PaymentSigned };
                let outcome = self.outbox.run(batch).await;
                self.paid.fetch_or(outcome.is_ok(), Ordering::SeqCst);
                let act = Act::Pay;
                tx_events(
                    outcome,
                    || Event::TxDone { act },
                    |reason| Event::TxFailed { act, reason, block: 0 },
                    |_| Event::TooLate,
                )
            }
            Effect::WithdrawPayment => {
                let keys = [Key::of(terms.agreement, "approve"), Key::of(terms.agreement, "lock")];
                let forbidden = self.outbox.forbid(&keys, Point::PaymentForbidden).await.map_err(Hold::later)?;
                Ok(if forbidden { vec![Event::Withdrawn] } else { vec![] })
            }
            Effect::FetchKeys => Ok(vec![Event::KeysFetched]),
            Effect::TickUntil { .. } => Ok(vec![]),
            other => Err(Hold::later(format!("{other:?} is not played here"))),
        }
    }
}

impl World {
    fn facts(&self, terms: &AccessTerms) -> Facts {
        if !self.created.load(Ordering::SeqCst) {
            return Facts::default();
        }
        let paid = self.paid.load(Ordering::SeqCst);
        let state = |done| if done { ConditionState::Fulfilled } else { ConditionState::Unfulfilled };
        let condition =
            |type_ref, time_out, state| ConditionFact { type_ref, state, time_lock: 0, time_out, created_at: 1 };
        Facts {
            block: 1,
            agreement: Some(AgreementFact {
                did: terms.did,
                template: terms.template,
                conditions: terms.ids().v02().to_vec(),
                actors: vec![terms.consumer, terms.provider],
            }),
            lock: condition(terms.lock_contract, 0, state(paid)),
            access: condition(terms.access_contract, 100, state(paid && self.grants)),
            escrow: condition(terms.escrow_contract, 0, state(false)),
        }
    }
}

struct Bench {
    folder: tempfile::TempDir,
    chain: Arc<FakeChain>,
    signer: Arc<FakeSigner>,
    created: bool,
    grants: bool,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder, chain: FakeChain::new(1), signer: FakeSigner::new(5), created: false, grants: true }
    }
    fn open(&self) -> (Driver<State>, Arc<World>) {
        let ledger = Ledger::open(&self.folder.path().join("runner.db")).unwrap();
        let world = Arc::new(World {
            outbox: Outbox::new(&ledger, self.chain.clone()),
            signer: self.signer.clone(),
            created: AtomicBool::new(self.created),
            paid: AtomicBool::new(false),
            grants: self.grants,
            gateway_away: AtomicU32::new(0),
            asked: Mutex::default(),
        });
        let heads = crate::Chain::heads(&*self.chain);
        (Driver::new(Journal::new(&ledger), world.clone(), heads), world)
    }
}

/// Longer than a driver may take on any computer: what does not end by then does not end.
const LONG: Duration = Duration::from_secs(20);

/// Waits for it, but not for ever.
async fn ends<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(LONG, work).await.expect("it ends")
}

/// How it goes, once it is driven.
async fn driven(driver: &Driver<State>, id: &str) -> watch::Receiver<Progress<State>> {
    ends(async {
        loop {
            match driver.watch(id) {
                Some(progress) => break progress,
                None => tokio::task::yield_now().await,
            }
        }
    })
    .await
}

const ID: &str = "buyer:0x0101010101010101010101010101010101010101010101010101010101010101";

#[tokio::test]
async fn a_purchase_is_driven_from_the_confirmation_to_the_keys() {
    let bench = Bench::new();
    let (driver, world) = bench.open();
    let id = driver.begin(&State::new(order())).await.unwrap();
    assert_eq!(id, ID);
    assert!(matches!(driver.begin(&State::new(order())).await, Err(DriveError::Exists(_))));
    let state = ends(driver.run_until(&id, |_| false, CancellationToken::new())).await.unwrap();
    assert_eq!(agreement::Machine::name(&state), "completed");
    assert_eq!(bench.signer.signed.load(Ordering::SeqCst), 2);
    assert!(driver.open().await.unwrap().is_empty(), "a final machine leaves the journal");
    assert_eq!(driver.load(&id).await.unwrap().unwrap(), state);
    drop((driver, world));
    let journal = Journal::new(&Ledger::open(&bench.folder.path().join("runner.db")).unwrap());
    let states: Vec<String> = journal.history(ID).await.unwrap().into_iter().map(|s| s.state).collect();
    assert_eq!(states, ["confirmed", "requested", "locking", "granted", "completed"], "granted with the payment");
}

#[tokio::test]
async fn whatever_state_it_is_stopped_in_it_goes_on_after_reopening_and_pays_once() {
    for stop in ["requested", "locking", "locked", "granted"] {
        let mut bench = Bench::new();
        bench.grants = stop != "locked";
        let (driver, world) = bench.open();
        let id = driver.begin(&State::new(order())).await.unwrap();
        let enough = |s: &State| agreement::Machine::name(s) == stop;
        let state = ends(driver.run_until(&id, enough, CancellationToken::new())).await.unwrap();
        drop((driver, world));
        bench.created = !matches!(state, State::Requested { .. });
        bench.grants = true;
        let (driver, _world) = bench.open();
        let open = driver.open().await.unwrap();
        assert_eq!(open, [state], "{stop}: the state is on disk");
        let end = ends(driver.spawn(id, CancellationToken::new())).await.unwrap();
        // The new world learns of the payment from the outbox, as a reading of the chain would.
        let end = match end {
            Ok(state) => state,
            Err(error) => panic!("{stop}: {error}"),
        };
        assert_eq!(agreement::Machine::name(&end), "completed", "{stop}");
        assert_eq!(bench.signer.signed.load(Ordering::SeqCst), 2, "{stop}: approve and lock, once");
    }
}

#[tokio::test]
async fn a_locked_account_is_waited_for_and_visible() {
    let bench = Bench::new();
    bench.signer.locked.store(true, Ordering::SeqCst);
    let (driver, _world) = bench.open();
    let id = driver.begin(&State::new(order())).await.unwrap();
    let run = driver.spawn(id.clone(), CancellationToken::new());
    let mut progress = driven(&driver, &id).await;
    let held = Hold::Unlock { account: bench.signer.account };
    ends(progress.wait_for(|p| p.trouble.iter().any(|t| t.hold == held))).await.unwrap();
    assert_eq!(bench.signer.signed.load(Ordering::SeqCst), 0);
    let second = driver.run_until(&id, |_| true, CancellationToken::new()).await;
    assert!(second.is_ok(), "asking is not driving");
    assert!(matches!(driver.run_until(&id, |_| false, CancellationToken::new()).await, Err(DriveError::Busy(_))));
    bench.signer.locked.store(false, Ordering::SeqCst);
    driver.wake();
    assert_eq!(agreement::Machine::name(&ends(run).await.unwrap().unwrap()), "completed");
}

#[tokio::test]
async fn cancelling_before_the_signature_moves_no_money() {
    let bench = Bench::new();
    bench.signer.locked.store(true, Ordering::SeqCst);
    let (driver, _world) = bench.open();
    let id = driver.begin(&State::new(order())).await.unwrap();
    let run = driver.spawn(id.clone(), CancellationToken::new());
    let mut progress = driven(&driver, &id).await;
    ends(progress.wait_for(|p| !p.trouble.is_empty())).await.unwrap();
    assert!(driver.tell(&id, Event::Cancel));
    assert_eq!(agreement::Machine::name(&ends(run).await.unwrap().unwrap()), "abandoned");
    bench.signer.locked.store(false, Ordering::SeqCst);
    assert_eq!(bench.signer.signed.load(Ordering::SeqCst), 0);
    assert!(!driver.tell(&id, Event::Cancel), "nobody drives it any more");
}

#[tokio::test]
async fn what_is_away_for_a_while_is_asked_again() {
    let bench = Bench::new();
    let (driver, world) = bench.open();
    world.gateway_away.store(2, Ordering::SeqCst);
    let id = driver.begin(&State::new(order())).await.unwrap();
    let state = ends(driver.run_until(&id, |_| false, CancellationToken::new())).await.unwrap();
    assert_eq!(agreement::Machine::name(&state), "completed");
    let asked = world.asked.lock().unwrap().iter().filter(|e| *e == "PostAgreement").count();
    assert_eq!(asked, 3);
}

#[tokio::test]
async fn a_cancelled_run_keeps_its_state() {
    let mut bench = Bench::new();
    bench.grants = false;
    let (driver, _world) = bench.open();
    let id = driver.begin(&State::new(order())).await.unwrap();
    let cancel = CancellationToken::new();
    let run = driver.spawn(id.clone(), cancel.clone());
    let mut progress = driven(&driver, &id).await;
    ends(progress.wait_for(|p| agreement::Machine::name(&p.state) == "locked")).await.unwrap();
    cancel.cancel();
    assert!(matches!(ends(run).await.unwrap(), Err(DriveError::Cancelled)));
    assert_eq!(agreement::Machine::name(&driver.load(&id).await.unwrap().unwrap()), "locked");
    assert!(matches!(
        driver.run_until("buyer:0x", |_| false, CancellationToken::new()).await,
        Err(DriveError::Unknown(_))
    ));
}

#[tokio::test]
async fn a_machine_is_begun_anew_where_the_one_before_has_ended_and_nobody_drives_it() {
    let bench = Bench::new();
    bench.signer.locked.store(true, Ordering::SeqCst);
    let (driver, _world) = bench.open();
    let anew = State::new(order());
    assert!(matches!(driver.begin_anew(&anew).await, Err(DriveError::Exists(_))), "there is none");
    let id = driver.begin(&anew).await.unwrap();
    assert!(matches!(driver.begin_anew(&anew).await, Err(DriveError::Exists(_))), "it has not ended");
    let run = driver.spawn(id.clone(), CancellationToken::new());
    let mut progress = driven(&driver, &id).await;
    ends(progress.wait_for(|p| !p.trouble.is_empty())).await.unwrap();
    assert!(matches!(driver.begin_anew(&anew).await, Err(DriveError::Busy(_))));
    assert!(driver.tell(&id, Event::Cancel));
    assert_eq!(agreement::Machine::name(&ends(run).await.unwrap().unwrap()), "abandoned");
    assert_eq!(driver.begin_anew(&anew).await.unwrap(), id);
    assert_eq!(driver.load(&id).await.unwrap(), Some(anew.clone()));
    assert_eq!(driver.open().await.unwrap(), [anew]);
}
