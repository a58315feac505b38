//! The tasks.

use crate::{
    command::{cargo, command, run},
    contracts, demo,
    machine::{self, Need, WASM},
    places::Places,
    web,
};
use std::process::Command;

/// Builds the window and starts it.
pub(crate) fn run_window(places: &Places, arguments: &[String]) -> Result<(), String> {
    machine::ready(places, &[Need::Pages])?;
    web::build(places)?;
    run(cargo(places).args(["build", "--locked", "--package", "neuston-desktop", "--package", "cli"]))?;
    let program = places.target.join("debug").join(format!("neuston-desktop{}", std::env::consts::EXE_SUFFIX));
    run(command(places, program).args(arguments))
}

/// Every test, in one cargo invocation: one set of features, so that nothing is compiled twice. With `--long`, in the
/// sizes that take a night.
pub(crate) fn test(places: &Places, arguments: &[String]) -> Result<(), String> {
    machine::ready(places, &[Need::Window, Need::Node, Need::Pages])?;
    web::build(places)?;
    let driver = machine::tauri_driver(places)?;
    let anvil = machine::anvil(places)?;
    let official = contracts::official(places)?;
    let witnesses = contracts::witnesses(places)?;
    let (long, arguments): (Vec<&String>, Vec<&String>) = arguments.iter().partition(|word| *word == "--long");
    run(with_screen(places)
        .envs((!long.is_empty()).then_some(("NEUSTON_LONG", "1")))
        .env("TAURI_DRIVER", driver)
        .env("NEUSTON_WITNESSES", witnesses)
        .env("NEUSTON_ANVIL", anvil)
        .env("NEUSTON_OFFICIAL", official)
        .args(["test", "--locked", "--no-fail-fast", "--workspace"])
        .args(arguments))
}

/// Formatting, lints, house rules, and that everything generated is what its sources say.
pub(crate) fn check(places: &Places) -> Result<(), String> {
    machine::ready(places, &[Need::Node])?;
    web::ensure_page(places)?;
    run(cargo(places).args(["fmt", "--all", "--check"]))
        .map_err(|error| format!("{error}\n`cargo fmt --all` puts it right."))?;
    let lints = ["--", "-D", "warnings"];
    run(cargo(places)
        .args(["clippy", "--locked", "--workspace", "--all-targets", "--features", "xtask/bindgen"])
        .args(lints))?;
    if machine::rustup_target(places) {
        run(cargo(places).args(["clippy", "--locked", "--package", "ui", "--target", WASM]).args(lints))?;
    } else if machine::is_debian() {
        // A house rule keeps it so that none of the pages' code is only for the web.
        eprintln!(
            "ui was linted with the others above, as a native crate: rustup's {WASM} is not to be had here, and Debian's Rust \
             for the web brings no lints"
        );
    } else {
        return Err(machine::no_target());
    }
    run(cargo(places).args(["test", "--locked", "--package", "stories", "--test", "house"]))?;
    demo::check(places)?;
    contracts::build(true)
}

/// The numbers of docs/speed.md, measured.
pub(crate) fn bench(places: &Places, arguments: &[String]) -> Result<(), String> {
    machine::ready(places, &[])?;
    run(cargo(places)
        .args(["run", "--release", "--locked", "--package", "stories", "--bin", "bench", "--"])
        .args(arguments))?;
    if !arguments.is_empty() {
        return Ok(());
    }
    for (package, example) in [("aquarius", "search_speed"), ("keeper-node", "pace")] {
        println!();
        run(cargo(places).args(["run", "--release", "--locked", "--package", package, "--example", example]))?;
    }
    println!();
    let mut catch_up = cargo(places);
    catch_up.args(["run", "--release", "--locked", "--package", "indexer", "--example", "catch_up", "--"]);
    // Side by side with ethers.js where both can be had; it says so where they cannot.
    match (machine::anvil(places), machine::ethers_js(places)) {
        (Ok(anvil), Ok(ethers)) => catch_up.arg("--anvil").arg(anvil).arg("--ethers").arg(ethers),
        (Ok(anvil), Err(_)) => catch_up.arg("--anvil").arg(anvil),
        (Err(why), _) => {
            println!("not compared with a node: {why}");
            &mut catch_up
        }
    };
    run(&mut catch_up)
}

/// Pictures of every screen.
pub(crate) fn shots(places: &Places) -> Result<(), String> {
    machine::ready(places, &[Need::Window, Need::Node, Need::Pages])?;
    web::build(places)?;
    let driver = machine::tauri_driver(places)?;
    let witnesses = contracts::witnesses(places)?;
    let folder = places.target.join("shots");
    let mut screen = with_screen(places);
    screen.env("TAURI_DRIVER", driver).env("NEUSTON_WITNESSES", witnesses).env("NEUSTON_SHOTS", &folder);
    run(screen.args(["test", "--locked", "--package", "neuston-desktop", "--test", "window", "shots::"]))?;
    println!("the pictures are in {}", folder.display());
    Ok(())
}

/// cargo with a screen, a session bus and the shared target folder.
fn with_screen(places: &Places) -> Command {
    if !cfg!(target_os = "linux") {
        return cargo(places);
    }
    let mut screen = command(places, "xvfb-run");
    screen.args(["--auto-servernum", "--server-args", "-screen 0 1600x1000x24", "dbus-run-session", "--", "cargo"]);
    screen.env("CARGO_TARGET_DIR", &places.target);
    screen
}
