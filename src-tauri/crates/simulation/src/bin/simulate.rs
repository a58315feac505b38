//! Runs seeds: one step by step, or many at once.

use std::{process::ExitCode, time::Instant};

const HELP: &str = "simulate --seed N             one run, step by step
simulate --from N --count M   many runs; those that break a promise by their numbers";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| -> Option<u64> {
        let place = arguments.iter().position(|argument| argument == name)?;
        arguments.get(place.checked_add(1)?)?.parse().ok()
    };
    let result = match (value("--seed"), value("--count")) {
        (Some(seed), _) => one(seed),
        (None, Some(count)) => many(value("--from").unwrap_or(0), count),
        (None, None) => {
            println!("{HELP}");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn one(seed: u64) -> Result<bool, runner::LedgerError> {
    let report = simulation::run(seed, None)?;
    print!("{}", report.record);
    println!("{} blocks, purchases {:?}, sales {:?}", report.blocks, report.purchases, report.sales);
    for broken in &report.broken {
        println!("BROKEN: {broken}");
    }
    Ok(report.broken.is_empty())
}

fn many(from: u64, count: u64) -> Result<bool, runner::LedgerError> {
    let began = Instant::now();
    let (mut failed, mut purchases, mut blocks) = (0_u64, std::collections::BTreeMap::new(), 0_u64);
    for seed in from..from.saturating_add(count) {
        let report = simulation::run(seed, None)?;
        blocks = blocks.saturating_add(report.blocks);
        for (name, count) in report.purchases {
            *purchases.entry(name).or_insert(0_u64) += count;
        }
        if let Some(first) = report.broken.first() {
            failed = failed.saturating_add(1);
            println!("seed {seed}: {first} ({} in all)", report.broken.len());
        }
    }
    println!("{count} seeds, {failed} broken, {blocks} blocks, {:?}; {purchases:?}", began.elapsed());
    Ok(failed == 0)
}
