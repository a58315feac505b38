//! How a machine's effects are begun, repeated, held and stopped: a machine that asks for what a test tells it to ask for,
//! and a performer that answers what the test says.

use super::*;
use crate::{Commits, Disk, Ledger, Point, Status};
use agreement::Machine as _;
use serde::{Deserialize, Serialize};
use tokio::{sync::oneshot, time::timeout};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Toy {
    First,
    /// As [`Toy::First`], with more behind it.
    Second {
        noted: u32,
    },
    Ended {
        noted: u32,
    },
}

#[derive(Debug, Clone, PartialEq)]
enum Does {
    Reads,
    Acts(u32),
}

#[derive(Debug, Clone)]
enum Says {
    Nothing,
    /// Asks for these.
    Asks(Vec<Does>),
    /// Becomes [`Toy::Second`] and asks for these.
    Moves(Vec<Does>),
    Ends,
    /// There is something to note.
    Notes,
}

impl agreement::Machine for Toy {
    type Event = Says;
    type Effect = Does;

    fn step(self, event: Says) -> (Self, Vec<Does>) {
        match (self, event) {
            (state @ Self::Ended { .. }, Says::Nothing | Says::Asks(_) | Says::Moves(_) | Says::Ends) => {
                (state, vec![])
            }
            (Self::Ended { noted }, Says::Notes) => (Self::Ended { noted: noted + 1 }, vec![]),
            (state, Says::Nothing) => (state, vec![]),
            (state, Says::Asks(effects)) => (state, effects),
            (_, Says::Moves(effects)) => (Self::Second { noted: 0 }, effects),
            (_, Says::Ends) => (Self::Ended { noted: 0 }, vec![]),
            (Self::Second { noted }, Says::Notes) => (Self::Second { noted: noted + 1 }, vec![]),
            (Self::First, Says::Notes) => (Self::First, vec![]),
        }
    }
    fn name(&self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Second { .. } => "second",
            Self::Ended { .. } => "ended",
        }
    }
    fn is_final(&self) -> bool {
        matches!(self, Self::Ended { .. })
    }
    fn resume() -> Says {
        Says::Nothing
    }
    fn head(_: u64) -> Says {
        Says::Nothing
    }
    fn is_reading(effect: &Does) -> bool {
        *effect == Does::Reads
    }
}

impl Journaled for Toy {
    const MACHINE: &'static str = "toy";

    fn id(&self) -> String {
        "toy".to_owned()
    }
    fn point(&self) -> Point {
        Point::OtherSigned
    }
    fn status(&self) -> Status {
        Status::Cached
    }
    fn is_derived(&self) -> bool {
        matches!(self, Self::Second { .. })
    }
}

type Answer = oneshot::Sender<Result<Vec<Says>, Hold>>;

/// Tells the test what it is asked for, and does what the test answers.
struct Hands {
    asked: mpsc::UnboundedSender<(Does, Answer)>,
    changes: Mutex<Vec<(Option<Toy>, Toy)>>,
}

#[async_trait]
impl Perform<Toy> for Hands {
    async fn perform(&self, _: &Toy, effect: &Does) -> Result<Vec<Says>, Hold> {
        let (answer, heard) = oneshot::channel();
        self.asked.send((effect.clone(), answer)).unwrap();
        heard.await.unwrap_or(Ok(vec![]))
    }
    fn changed(&self, before: Option<&Toy>, now: &Toy) {
        self.changes.lock().unwrap().push((before.cloned(), now.clone()));
    }
}

/// A process that does not end, and a clock that nobody looks at.
struct Lives;

impl Commits for Lives {
    fn pass(&self, _: Point, _: bool) -> bool {
        true
    }
    fn is_alive(&self) -> bool {
        true
    }
    fn now(&self) -> i64 {
        0
    }
}

type Run = tokio::task::JoinHandle<Result<Toy, DriveError>>;

/// How a run ended.
async fn ended(run: Run) -> Result<Toy, DriveError> {
    timeout(LONG, run).await.expect("it ends").unwrap()
}

struct Play {
    disk: Disk,
    driver: Driver<Toy>,
    hands: Arc<Hands>,
    asked: mpsc::UnboundedReceiver<(Does, Answer)>,
    heads: watch::Sender<u64>,
}

const ID: &str = "toy";
/// Longer than every pause.
const LONG: Duration = Duration::from_secs(300);

impl Play {
    async fn new() -> Self {
        // No thread but this one: the clock stands still until all of it waits.
        let disk = Disk::in_memory().unwrap();
        let journal = Journal::new(&Ledger::inline(&disk, Arc::new(Lives)));
        let (tell, asked) = mpsc::unbounded_channel();
        let hands = Arc::new(Hands { asked: tell, changes: Mutex::default() });
        let heads = watch::Sender::new(1);
        let driver = Driver::new(journal, hands.clone(), heads.subscribe());
        timeout(LONG, driver.begin(&Toy::First)).await.expect("it is written").unwrap();
        Self { disk, driver, hands, asked, heads }
    }

    /// Drives it on a task of its own.
    async fn drive(&self) -> Run {
        let run = self.driver.spawn(ID.to_owned(), CancellationToken::new());
        self.is_driven().await;
        run
    }

    /// Waits until it is driven. The clock stands still as long as something can be done, so turns are counted.
    async fn is_driven(&self) {
        for _ in 0..1_000 {
            if self.driver.watch(ID).is_some() {
                return;
            }
            tokio::task::yield_now().await;
        }
        panic!("it is not driven");
    }

    fn tell(&self, says: Says) {
        assert!(self.driver.tell(ID, says), "it is not driven");
    }

    /// The next thing that is asked for.
    async fn next(&mut self) -> (Does, Answer) {
        timeout(LONG, self.asked.recv()).await.unwrap().unwrap()
    }

    /// The next thing that is asked for is this one.
    async fn is_asked(&mut self, expected: Does) -> Answer {
        let (does, answer) = self.next().await;
        assert_eq!(does, expected);
        answer
    }

    /// Nothing more is asked for, however long one waits.
    async fn nothing_more(&mut self) {
        let more = timeout(LONG, self.asked.recv()).await;
        assert!(more.is_err(), "{:?}", more.map(|asked| asked.map(|(does, _)| does)));
    }

    /// Waits until the one who watches sees this.
    async fn sees(&self, what: impl FnMut(&Progress<Toy>) -> bool) {
        let mut watch = self.driver.watch(ID).unwrap();
        timeout(LONG, watch.wait_for(what)).await.unwrap().unwrap();
    }
}

fn later() -> Result<Vec<Says>, Hold> {
    Err(Hold::later("away"))
}

#[tokio::test(start_paused = true)]
async fn a_reading_asked_for_while_it_is_under_way_is_done_once_more_and_an_act_is_not() {
    let mut play = Play::new().await;
    let _run = play.drive().await;
    play.tell(Says::Asks(vec![Does::Reads, Does::Acts(1)]));
    let reading = play.is_asked(Does::Reads).await;
    let acting = play.is_asked(Does::Acts(1)).await;
    // Three times more; what comes after it shows that it was heard.
    let both = vec![Does::Reads, Does::Acts(1)];
    play.tell(Says::Asks([both.clone(), both.clone(), both, vec![Does::Acts(2)]].concat()));
    let _second = play.is_asked(Does::Acts(2)).await;
    acting.send(Ok(vec![])).unwrap();
    reading.send(Ok(vec![])).unwrap();
    play.is_asked(Does::Reads).await.send(Ok(vec![])).unwrap();
    play.nothing_more().await;
    play.tell(Says::Asks(vec![Does::Acts(1)]));
    let _again = play.is_asked(Does::Acts(1)).await;
}

#[tokio::test(start_paused = true)]
async fn what_a_state_asked_for_ends_with_it_and_its_trouble_too() {
    let mut play = Play::new().await;
    let _run = play.drive().await;
    play.tell(Says::Asks(vec![Does::Acts(1)]));
    play.is_asked(Does::Acts(1)).await.send(later()).unwrap();
    play.sees(|p| p.trouble == [Trouble { effect: "Acts(1)".to_owned(), hold: Hold::later("away") }]).await;
    play.tell(Says::Moves(vec![Does::Acts(2)]));
    let _acting = play.is_asked(Does::Acts(2)).await;
    play.sees(|p| p.state.name() == "second" && p.trouble.is_empty()).await;
    play.nothing_more().await;
}

#[tokio::test(start_paused = true)]
async fn what_a_state_asked_for_goes_on_when_only_its_content_changes() {
    let mut play = Play::new().await;
    let _run = play.drive().await;
    play.tell(Says::Moves(vec![Does::Acts(1)]));
    let acting = play.is_asked(Does::Acts(1)).await;
    play.tell(Says::Notes);
    play.sees(|p| p.state == Toy::Second { noted: 1 }).await;
    play.tell(Says::Asks(vec![Does::Acts(1), Does::Acts(2)]));
    let _second = play.is_asked(Does::Acts(2)).await;
    acting.send(Ok(vec![Says::Asks(vec![Does::Acts(3)])])).unwrap();
    let _third = play.is_asked(Does::Acts(3)).await;
}

#[tokio::test(start_paused = true)]
async fn the_end_of_what_was_stopped_is_not_the_end_of_what_came_after_it() {
    let mut play = Play::new().await;
    let _run = play.drive().await;
    play.tell(Says::Asks(vec![Does::Acts(1)]));
    let _stopped = play.is_asked(Does::Acts(1)).await;
    play.tell(Says::Moves(vec![Does::Acts(2), Does::Acts(3)]));
    let _acting = play.is_asked(Does::Acts(2)).await;
    // That this one's answer is heard shows that the end of the first one was.
    let answer = play.is_asked(Does::Acts(3)).await;
    answer.send(Ok(vec![Says::Asks(vec![Does::Acts(4)])])).unwrap();
    let _fourth = play.is_asked(Does::Acts(4)).await;
    play.tell(Says::Asks(vec![Does::Acts(2), Does::Acts(5)]));
    let _fifth = play.is_asked(Does::Acts(5)).await;
    play.nothing_more().await;
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_a_block_is_no_trouble_and_goes_on_with_the_next_block_only() {
    let mut play = Play::new().await;
    let _run = play.drive().await;
    play.tell(Says::Asks(vec![Does::Acts(1)]));
    play.is_asked(Does::Acts(1)).await.send(Err(Hold::NextBlock)).unwrap();
    play.driver.wake();
    play.nothing_more().await;
    assert!(play.driver.watch(ID).unwrap().borrow().trouble.is_empty());
    play.heads.send_replace(2);
    let _again = play.is_asked(Does::Acts(1)).await;
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_an_unlock_goes_on_when_it_is_woken_only() {
    let mut play = Play::new().await;
    let _run = play.drive().await;
    play.tell(Says::Asks(vec![Does::Acts(1)]));
    let account = Address([1; 20]);
    play.is_asked(Does::Acts(1)).await.send(Err(Hold::Unlock { account })).unwrap();
    play.sees(|p| !p.trouble.is_empty()).await;
    play.heads.send_replace(2);
    play.nothing_more().await;
    play.driver.wake();
    let _again = play.is_asked(Does::Acts(1)).await;
}

#[tokio::test(start_paused = true)]
async fn what_failed_for_the_moment_is_tried_again_after_a_pause_or_when_it_is_woken_and_then_is_no_trouble() {
    let mut play = Play::new().await;
    let _run = play.drive().await;
    play.tell(Says::Asks(vec![Does::Acts(1), Does::Acts(2)]));
    play.is_asked(Does::Acts(1)).await.send(later()).unwrap();
    let other = play.is_asked(Does::Acts(2)).await;
    other.send(Err(Hold::Unlock { account: Address([1; 20]) })).unwrap();
    play.sees(|p| p.trouble.len() == 2).await;
    // After a pause.
    play.is_asked(Does::Acts(1)).await.send(later()).unwrap();
    play.sees(|p| p.trouble.len() == 2).await;
    let begun = tokio::time::Instant::now();
    play.driver.wake();
    let (mut first, mut second) = (play.next().await, play.next().await);
    assert_eq!(begun.elapsed(), Duration::ZERO, "at once");
    if first.0 == Does::Acts(2) {
        (first, second) = (second, first);
    }
    first.1.send(Ok(vec![])).unwrap();
    play.sees(|p| p.trouble.iter().all(|t| t.effect == "Acts(2)")).await;
    second.1.send(Ok(vec![])).unwrap();
    play.sees(|p| p.trouble.is_empty()).await;
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_read_is_read_with_the_next_block_at_the_latest_and_an_act_keeps_its_pause() {
    let mut play = Play::new().await;
    let _run = play.drive().await;
    play.tell(Says::Asks(vec![Does::Reads]));
    // An outage: the pauses have grown.
    for _ in 0..12 {
        play.is_asked(Does::Reads).await.send(later()).unwrap();
    }
    play.sees(|p| !p.trouble.is_empty()).await;
    let answer = play.is_asked(Does::Reads).await;
    answer.send(later()).unwrap();
    play.tell(Says::Asks(vec![Does::Acts(1)]));
    play.is_asked(Does::Acts(1)).await.send(later()).unwrap();
    play.sees(|p| p.trouble.len() == 2).await;
    let begun = tokio::time::Instant::now();
    play.heads.send_replace(2);
    let _read = play.is_asked(Does::Reads).await;
    assert_eq!(begun.elapsed(), Duration::ZERO, "with the block");
    let _acted = play.is_asked(Does::Acts(1)).await;
    assert!(begun.elapsed() >= FIRST_PAUSE, "after its pause");
}

#[tokio::test(start_paused = true)]
async fn pauses_double_up_to_the_longest() {
    let mut play = Play::new().await;
    let _run = play.drive().await;
    play.tell(Says::Asks(vec![Does::Acts(1)]));
    let mut pauses = Vec::new();
    for _ in 0..12 {
        let answer = play.is_asked(Does::Acts(1)).await;
        let before = tokio::time::Instant::now();
        answer.send(later()).unwrap();
        let (_, answer) = play.next().await;
        pauses.push(before.elapsed());
        answer.send(later()).unwrap();
    }
    assert!(pauses.iter().any(|pause| *pause < Duration::from_secs(1)), "{pauses:?}");
    assert!(pauses.iter().all(|pause| *pause <= LONGEST_PAUSE + FIRST_PAUSE), "{pauses:?}");
    assert!(pauses.last().is_some_and(|pause| *pause >= LONGEST_PAUSE), "{pauses:?}");
}

#[tokio::test(start_paused = true)]
async fn when_a_run_returns_its_state_is_on_disk_also_one_that_nobody_waited_for() {
    let mut play = Play::new().await;
    let driver = play.driver.clone();
    let run = tokio::spawn(async move {
        let enough = |state: &Toy| state.name() == "second";
        let state = driver.run_until(ID, enough, CancellationToken::new()).await.unwrap();
        (state, driver.load(ID).await.unwrap().unwrap())
    });
    play.is_driven().await;
    play.tell(Says::Moves(vec![]));
    let (state, on_disk) = timeout(LONG, run).await.expect("it ends").unwrap();
    assert_eq!((&state, &on_disk), (&Toy::Second { noted: 0 }, &Toy::Second { noted: 0 }));
    assert!(play.asked.try_recv().is_err());
}

#[tokio::test(start_paused = true)]
async fn what_the_disk_did_not_take_goes_on_when_the_disk_is_there_again() {
    let mut play = Play::new().await;
    let run = play.drive().await;
    let sql = |text: &str| play.disk.lock().execute_batch(text).unwrap();
    sql("ALTER TABLE journal RENAME TO full");
    // Nobody waits for the first change to be durable; with the second it is seen that it is not.
    play.tell(Says::Moves(vec![]));
    play.tell(Says::Notes);
    while play.driver.watch(ID).is_some() {
        tokio::time::sleep(FIRST_PAUSE / 4).await;
    }
    assert!(!run.is_finished(), "it has not given up");
    sql("ALTER TABLE full RENAME TO journal");
    while play.driver.watch(ID).is_none() {
        tokio::time::sleep(FIRST_PAUSE).await;
    }
    play.tell(Says::Moves(vec![Does::Acts(2)]));
    let _acting = play.is_asked(Does::Acts(2)).await;
    play.tell(Says::Ends);
    assert_eq!(ended(run).await.unwrap(), Toy::Ended { noted: 0 });
}

#[tokio::test(start_paused = true)]
async fn what_is_no_longer_driven_can_be_driven_again() {
    let play = Play::new().await;
    let cancel = CancellationToken::new();
    let run = play.driver.spawn(ID.to_owned(), cancel.clone());
    play.is_driven().await;
    cancel.cancel();
    assert!(matches!(ended(run).await, Err(DriveError::Cancelled)));
    assert!(play.driver.watch(ID).is_none());
    let run = play.drive().await;
    play.tell(Says::Ends);
    assert_eq!(ended(run).await.unwrap(), Toy::Ended { noted: 0 });
}

#[tokio::test(start_paused = true)]
async fn what_becomes_known_after_the_end_is_noted_once_and_only_after_the_end() {
    let play = Play::new().await;
    assert!(matches!(play.driver.note("other", Says::Notes).await, Err(DriveError::Unknown(_))));
    assert!(matches!(play.driver.note(ID, Says::Notes).await, Err(DriveError::Busy(_))), "it has not ended");
    let run = play.drive().await;
    play.tell(Says::Ends);
    ended(run).await.unwrap();
    let ended = |noted| Toy::Ended { noted };
    assert_eq!(play.driver.note(ID, Says::Nothing).await.unwrap(), ended(0));
    assert_eq!(play.driver.note(ID, Says::Notes).await.unwrap(), ended(1));
    assert_eq!(play.driver.load(ID).await.unwrap(), Some(ended(1)), "it is on disk");
    let changes = play.hands.changes.lock().unwrap().clone();
    let expected = [(None, Toy::First), (Some(Toy::First), ended(0)), (Some(ended(0)), ended(1))];
    assert_eq!(changes, expected, "what changed nothing is not told");
}

#[tokio::test(start_paused = true)]
async fn a_driver_can_be_reached_as_long_as_somebody_holds_it() {
    let play = Play::new().await;
    let weak = play.driver.downgrade();
    assert!(weak.upgrade().is_some_and(|driver| Arc::ptr_eq(&driver.0, &play.driver.0)));
    drop(play);
    assert!(weak.upgrade().is_none());
}

#[tokio::test(start_paused = true)]
async fn each_attempt_that_failed_is_counted_on_the_disk_and_told_once() {
    let mut play = Play::new().await;
    let _run = play.drive().await;
    play.tell(Says::Asks(vec![Does::Acts(1)]));
    for _ in 0..3 {
        play.is_asked(Does::Acts(1)).await.send(later()).unwrap();
    }
    let _fourth = play.is_asked(Does::Acts(1)).await;
    let journal = Journal::new(&Ledger::inline(&play.disk, Arc::new(Lives)));
    assert_eq!(journal.get(ID).await.unwrap().unwrap().attempts, 3);
    let notes: Vec<_> = journal.history(ID).await.unwrap().into_iter().filter_map(|step| step.note).collect();
    assert_eq!(notes, ["away"], "an error that comes again is one line");
}
