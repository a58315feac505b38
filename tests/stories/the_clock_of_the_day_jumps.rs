//! Wrong clocks, time zones and a month of sleep: only blocks decide when money comes back.

use crate::{
    network::Network,
    person::{PATIENCE, Person, Running, faults},
};
use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

/// Blocks come by the clock of the network's machine, which nobody touches.
const BLOCK_MS: u64 = 200;
const DAY: i64 = 86_400;
const CONTENT: &str = "a\n1\n";

/// A clock that a story can set while a process reads it.
struct Clock(PathBuf);

impl Clock {
    fn of(person: &Person) -> Self {
        let clock = Self(person.path("clock"));
        clock.is_ahead_by(0);
        clock
    }

    /// In place: the process has the file mapped.
    fn is_ahead_by(&self, seconds: i64) {
        use std::io::Write as _;
        let mut file = fs::OpenOptions::new().create(true).write(true).truncate(false).open(&self.0).unwrap();
        file.write_all(&seconds.to_ne_bytes()).unwrap();
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

/// Keeps a home running by a clock and in a time zone of its own.
fn serves_by(person: &Person, clock: &Clock, zone: &str) -> Running {
    let mut command = person.command();
    command.env("LD_PRELOAD", faults()).env("NEUSTON_CLOCK", clock.path()).env("TZ", zone).arg("serve");
    Running::start(command)
}

/// Waits until the purchase of a listing is in this state.
#[track_caller]
fn waits_for(person: &Person, did: &str, state: &str) {
    let until = Instant::now() + PATIENCE;
    loop {
        let purchases = person.purchases_of(did);
        if purchases[0]["state"] == state {
            return;
        }
        assert!(Instant::now() < until, "{state}: {purchases:?}");
    }
}

#[test]
fn no_clock_takes_a_purchase_back_too_early_or_forgets_it() {
    let network = Network::starts(BLOCK_MS);
    let publisher = Person::on(&network.file()).with_account(0);
    let buyer = Person::on(&network.file()).with_account(100);
    let clock = Clock::of(&buyer);

    // A publisher who is away for a while, with far more time promised than that: nothing is taken back meanwhile.
    let serving = publisher.serves();
    let patient =
        publisher.publishes_with(&publisher.file("p.csv", CONTENT), "Opened late", "4", &["--deliver-within", "120s"]);
    let hasty =
        publisher.publishes_with(&publisher.file("h.csv", CONTENT), "Not opened", "3", &["--deliver-within", "6s"]);
    serving.ends();
    // 25 October 2026, 03:00 in Berlin, is when the clocks there go back.
    let buying = serves_by(&buyer, &clock, "Europe/Berlin");
    let dying = publisher.serves_until("after:publisher_created");
    buyer.types(&["buy", &patient, "--until", "locked"]).ok();
    dying.aborts("after:publisher_created");
    for ahead in [DAY, -DAY, 3_600, -3_600, 30 * DAY, 10 * 365 * DAY, -10 * 365 * DAY, 0] {
        clock.is_ahead_by(ahead);
        let purchase = &buyer.purchases_of(&patient)[0];
        assert_eq!(
            (&purchase["state"], &purchase["money"]),
            (&"locked".into(), &"set_aside".into()),
            "{ahead}: {purchase}"
        );
    }
    let serving = publisher.serves_locked();
    waits_for(&buyer, &patient, "granted");
    // Nobody was here for a day, as far as that computer knows: its account has locked itself, and the keys wait.
    assert_eq!(buyer.purchases_of(&patient)[0]["waitingFor"], "unlock");
    buyer.types(&["resume"]).ok();
    waits_for(&buyer, &patient, "completed");
    serving.ends();
    assert_eq!(buyer.balance(), "96");

    // The publisher does not come back, and the buyer's computer sleeps over the end of the promise, for a month.
    let dying = publisher.serves_until("after:publisher_created");
    buyer.types(&["buy", &hasty, "--until", "locked"]).ok();
    dying.aborts("after:publisher_created");
    buying.sleeps();
    let over = network.block() + 6_000 / BLOCK_MS + 5;
    network.comes_to(over);
    clock.is_ahead_by(30 * DAY);
    buying.wakes();
    waits_for(&buyer, &hasty, "refunded");
    assert_eq!(buyer.balance(), "96", "all of it is back");
    buying.ends();
}
