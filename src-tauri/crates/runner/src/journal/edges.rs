//! Pages, limits of time, rows of two machines, and rows that this version cannot read.

use super::*;
use crate::inline::{Commits, Disk};
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

/// A process that does not end, and a clock that a test sets.
#[derive(Default)]
struct Clock(AtomicI64);

impl Commits for Clock {
    fn pass(&self, _: Point, _: bool) -> bool {
        true
    }
    fn is_alive(&self) -> bool {
        true
    }
    fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

struct Bench {
    ledger: Ledger,
    journal: Journal,
    clock: Arc<Clock>,
}

const POINT: Point = Point::OtherSigned;

impl Bench {
    fn new() -> Self {
        let clock = Arc::new(Clock::default());
        let ledger = Ledger::inline(&Disk::in_memory().unwrap(), clock.clone());
        Self { journal: Journal::new(&ledger), ledger, clock }
    }

    fn is(&self, now: i64) {
        self.clock.0.store(now, Ordering::SeqCst);
    }

    /// Changes rows as no version of ours does.
    async fn spoil(&self, change: &'static str) {
        let spoilt = self.ledger.write(POINT, move |c| Ok(c.execute(change, [])?)).await.unwrap();
        assert_eq!(spoilt, 1);
    }
}

fn entry(id: &str, machine: &str) -> Entry {
    Entry {
        id: id.to_owned(),
        machine: machine.to_owned(),
        kind: Kind::Contract,
        status: Status::Cached,
        state: "begun".to_owned(),
        content: "{}".to_owned(),
        max_retries: 0,
        ttl: 0,
    }
}

fn ids(rows: Vec<Row>) -> Vec<String> {
    rows.into_iter().map(|row| row.entry.id).collect()
}

#[tokio::test]
async fn a_row_is_given_up_when_its_time_is_over_and_no_earlier() {
    let bench = Bench::new();
    bench.is(1_000);
    bench.journal.put(Entry { ttl: 60, ..entry("short", "publish") }, POINT).await.unwrap();
    bench.journal.put(Entry { ttl: u64::MAX, ..entry("long", "publish") }, POINT).await.unwrap();
    bench.journal.put(entry("money", "buyer"), POINT).await.unwrap();
    bench.is(61_000);
    assert!(bench.journal.give_up(POINT).await.unwrap().is_empty(), "its last millisecond");
    bench.is(61_001);
    assert_eq!(bench.journal.give_up(POINT).await.unwrap(), ["short"]);
    assert!(bench.journal.give_up(POINT).await.unwrap().is_empty(), "once");
    bench.is(i64::MAX);
    assert!(bench.journal.give_up(POINT).await.unwrap().is_empty(), "what has no limit is never given up");
    let closed = bench.journal.closed("publish", 0, 9).await.unwrap();
    assert_eq!((closed[0].created, closed.len()), (1_000, 1));
    assert_eq!(closed[0].entry.ttl, 60);
    let last = bench.journal.history("short").await.unwrap().pop().unwrap();
    assert_eq!((last.at, last.state.as_str(), last.note.as_deref()), (61_001, "begun", Some("given up")));
    assert_eq!(ids(bench.journal.open("publish").await.unwrap()), ["long"]);
}

#[tokio::test]
async fn as_many_attempts_as_are_allowed_are_made() {
    let bench = Bench::new();
    bench.journal.put(Entry { max_retries: 2, ..entry("a", "publish") }, POINT).await.unwrap();
    for attempts in [1, 2] {
        assert_eq!(bench.journal.failed("a", "away", POINT).await.unwrap(), attempts);
        assert!(bench.journal.give_up(POINT).await.unwrap().is_empty());
    }
    assert_eq!(bench.journal.failed("a", "away", POINT).await.unwrap(), 3);
    assert_eq!(bench.journal.give_up(POINT).await.unwrap(), ["a"]);
    assert_eq!(bench.journal.get("a").await.unwrap().unwrap().attempts, 3);
    assert_eq!(bench.journal.failed("a", "away", POINT).await.unwrap(), 0, "it is no longer under way");
    assert!(bench.journal.get("b").await.unwrap().is_none());
    assert!(bench.journal.history("b").await.unwrap().is_empty());
}

#[tokio::test]
async fn errors_that_come_by_turns_are_a_line_each_until_the_state_changes() {
    let bench = Bench::new();
    bench.journal.put(entry("a", "buyer"), POINT).await.unwrap();
    bench.journal.put(entry("b", "buyer"), POINT).await.unwrap();
    for attempts in [1, 3, 5] {
        assert_eq!(bench.journal.failed("a", "the chain is away", POINT).await.unwrap(), attempts);
        assert_eq!(bench.journal.failed("a", "the disk is full", POINT).await.unwrap(), attempts + 1);
    }
    bench.journal.failed("b", "the disk is full", POINT).await.unwrap();
    bench.journal.put(Entry { state: "locked".to_owned(), ..entry("a", "buyer") }, POINT).await.unwrap();
    for _ in 0..2 {
        bench.journal.failed("a", "the chain is away", POINT).await.unwrap();
    }
    let lines = async |id| -> Vec<(String, Option<String>)> {
        let history = bench.journal.history(id).await.unwrap();
        history.into_iter().map(|step| (step.state, step.note)).collect()
    };
    let line = |state: &str, note: Option<&str>| (state.to_owned(), note.map(str::to_owned));
    assert_eq!(
        lines("a").await,
        [
            line("begun", None),
            line("begun", Some("the chain is away")),
            line("begun", Some("the disk is full")),
            line("locked", None),
            line("locked", Some("the chain is away")),
        ]
    );
    assert_eq!(lines("b").await, [line("begun", None), line("begun", Some("the disk is full"))], "each has its own");
}

#[tokio::test]
async fn open_rows_come_oldest_first_and_closed_ones_newest_first_and_each_machine_has_its_own() {
    let bench = Bench::new();
    for (now, id) in [(30, "c"), (10, "a"), (20, "b")] {
        bench.is(now);
        bench.journal.put(entry(id, "buyer"), POINT).await.unwrap();
        bench.journal.put(entry(&format!("sale {id}"), "publisher"), POINT).await.unwrap();
    }
    assert_eq!(ids(bench.journal.open("buyer").await.unwrap()), ["a", "b", "c"]);
    bench.is(40);
    for id in ["a", "b", "c"] {
        bench.journal.close(entry(id, "buyer"), POINT).await.unwrap();
    }
    let page = async |skip, most| ids(bench.journal.closed("buyer", skip, most).await.unwrap());
    assert_eq!(page(0, 9).await, ["c", "b", "a"], "by when they began");
    assert_eq!((page(0, 2).await, page(2, 2).await), (vec!["c".to_owned(), "b".to_owned()], vec!["a".to_owned()]));
    assert!(page(3, 2).await.is_empty());
    assert_eq!(bench.journal.closed_count("buyer").await.unwrap(), 3);
    assert_eq!(bench.journal.closed_count("publisher").await.unwrap(), 0);
    assert_eq!(ids(bench.journal.open("publisher").await.unwrap()), ["sale a", "sale b", "sale c"]);
    let row = bench.journal.get("a").await.unwrap().unwrap();
    assert_eq!((row.created, row.updated), (10, 40));
}

#[tokio::test]
async fn a_closed_row_is_written_anew_in_its_own_place_and_no_other_is() {
    let bench = Bench::new();
    assert!(!bench.journal.reopen(entry("a", "publisher"), POINT).await.unwrap(), "there is none");
    bench.journal.put(entry("a", "publisher"), POINT).await.unwrap();
    let anew = Entry { state: "seen".to_owned(), ..entry("a", "publisher") };
    assert!(!bench.journal.reopen(anew.clone(), POINT).await.unwrap(), "it is under way");
    bench.journal.close(Entry { state: "refused".to_owned(), ..entry("a", "publisher") }, POINT).await.unwrap();
    assert!(bench.journal.reopen(anew.clone(), POINT).await.unwrap());
    assert_eq!(bench.journal.get("a").await.unwrap().unwrap().entry, anew);
    assert_eq!(ids(bench.journal.open("publisher").await.unwrap()), ["a"]);
    assert_eq!(bench.journal.closed_count("publisher").await.unwrap(), 0, "it is in one place");
    let history = bench.journal.history("a").await.unwrap();
    let states: Vec<&str> = history.iter().map(|step| step.state.as_str()).collect();
    assert_eq!(states, ["begun", "refused", "seen"], "what was before is remembered");
}

#[tokio::test]
async fn a_row_reads_back_whole() {
    let bench = Bench::new();
    bench.is(5);
    for (kind, status) in
        [(Kind::Asset, Status::Cached), (Kind::Actor, Status::StoredVm), (Kind::Contract, Status::StoredDb)]
    {
        let content = "{\"said\":\"yes\"}".to_owned();
        let whole = Entry { kind, status, content, max_retries: 3, ttl: 4, ..entry(kind.as_str(), "publish") };
        bench.journal.hand(whole.clone(), POINT).durable().await.unwrap();
        let row = Row { entry: whole, attempts: 0, created: 5, updated: 5 };
        assert_eq!(bench.journal.get(kind.as_str()).await.unwrap(), Some(row));
        assert_eq!(bench.journal.history(kind.as_str()).await.unwrap()[0].status, status);
    }
}

#[tokio::test]
async fn what_this_version_does_not_know_is_told_and_not_guessed() {
    for spoilt in ["UPDATE journal SET status = 'LATER'", "UPDATE journal SET type = 'LATER'"] {
        let bench = Bench::new();
        bench.journal.put(entry("a", "buyer"), POINT).await.unwrap();
        bench.spoil(spoilt).await;
        for error in [bench.journal.open("buyer").await.unwrap_err(), bench.journal.get("a").await.unwrap_err()] {
            assert!(matches!(&error, LedgerError::Row(why) if why.contains("LATER")), "{error}");
        }
    }
    let bench = Bench::new();
    bench.journal.put(entry("a", "buyer"), POINT).await.unwrap();
    bench.spoil("UPDATE history SET status = 'LATER'").await;
    assert!(matches!(bench.journal.history("a").await, Err(LedgerError::Row(_))));
}
