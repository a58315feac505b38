//! `cargo xtask <task>`: everything a developer types, on a fresh machine too.

mod command;
mod contracts;
mod demo;
mod machine;
mod mutants;
mod places;
mod tasks;
mod web;

use machine::Need;
use places::Places;
use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask <task>

  run [-- ARGS]     build the window and start it (ARGS go to it: --home DIR)
  test [FILTER]     every test: the window's too, under a virtual screen; --long: in sizes that take a night
  check             formatting, lints (native and window), house rules, reproducible contracts and demo data
  bench             the numbers, in one run
  mutants [ROOM]    faults put into what decides about money, which the tests have to notice (ARGS go to cargo-mutants)
  ui                only the window's pages, into ui/dist
  contracts         compile the contracts again into contracts/artifacts
  shots             pictures of every screen: light and dark, small and wide
  demo-data         compute the demo publisher's files again into assets/demo

Build products go to $CARGO_TARGET_DIR, else to <your cache>/neuston/target.";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let task = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.filter(|argument| argument != "--").collect();
    let done = Places::find().and_then(|places| match task.as_str() {
        "run" => tasks::run_window(&places, &rest),
        "test" => tasks::test(&places, &rest),
        "check" => tasks::check(&places),
        "bench" => tasks::bench(&places, &rest),
        "mutants" => mutants::mutants(&places, &rest),
        "ui" => machine::ready(&places, &[Need::Pages]).and_then(|()| web::build(&places)),
        "contracts" => machine::ready(&places, &[Need::Node]).and_then(|()| contracts::build(false)),
        "shots" => tasks::shots(&places),
        "demo-data" => demo::write_all(&places),
        "" | "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(())
        }
        other => Err(format!("there is no task \"{other}\".\n\n{USAGE}")),
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("\nxtask: {message}");
            ExitCode::FAILURE
        }
    }
}
