//! Healthy runs break no promise, and one seed is one run.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

use simulation::run;
use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

/// Runs of every test run: a few seconds of two cores.
const RUNS: u64 = 2_000;
/// Runs where `NEUSTON_LONG` is set.
const LONG_RUNS: u64 = 1_000_000;
/// Later seeds that once broke a promise.
const ONCE_BROKEN: [u64; 5] = [3_808, 4_953, 15_651, 69_289, 154_627];

/// How many runs: `SIMULATION_SEEDS` says so, or else the size of the test run.
fn runs() -> u64 {
    let asked = std::env::var("SIMULATION_SEEDS").ok().map(|text| text.parse().unwrap());
    asked.unwrap_or(if std::env::var_os("NEUSTON_LONG").is_some() { LONG_RUNS } else { RUNS })
}

#[test]
fn no_run_breaks_a_promise() {
    let runs = runs();
    let (next, ended, broken) = (AtomicU64::new(0), Mutex::new(BTreeMap::new()), Mutex::new(Vec::new()));
    let late = Mutex::new(BTreeMap::<(u64, u64, u64), u64>::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, std::num::NonZero::get) {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let more = number.checked_sub(runs).map(|more| ONCE_BROKEN.get(usize::try_from(more).unwrap()));
                    let Some(seed) = more.map_or(Some(number), Option::<&u64>::copied) else { return };
                    let report = run(seed, None).unwrap();
                    for (name, count) in report.purchases {
                        *ended.lock().unwrap().entry(name).or_insert(0) += count;
                    }
                    for one in report.late {
                        let key = (one.confirmations, one.aborted, one.back);
                        *late.lock().unwrap().entry(key).or_insert(0) += 1;
                    }
                    if !report.broken.is_empty() {
                        broken.lock().unwrap().push((seed, report.broken));
                    }
                }
            });
        }
    });
    let (ended, broken) = (ended.into_inner().unwrap(), broken.into_inner().unwrap());
    assert!(broken.is_empty(), "`simulate --seed N` shows how: {broken:#?}");
    println!(
        "(confirmations, blocks to the abort, blocks to the money) and how often: {:?}",
        late.into_inner().unwrap()
    );
    // A world in which nothing is ever bought, paid back or given up shows nothing.
    for name in ["completed", "refunded", "abandoned"] {
        assert!(ended.get(name).is_some_and(|count: &u64| *count > runs / 10), "{ended:?}");
    }
}

#[test]
fn one_seed_is_one_run_to_the_last_byte() {
    for seed in 0..20 {
        let first = run(seed, None).unwrap();
        // Another thread: other places in memory, another stream of tokio's own chance.
        let second = std::thread::spawn(move || run(seed, None).unwrap()).join().unwrap();
        let differs = first.record.lines().zip(second.record.lines()).find(|(a, b)| a != b);
        assert!(first == second, "seed {seed} went two ways: {differs:?}");
    }
}
