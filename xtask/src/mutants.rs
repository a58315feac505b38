//! Mutation testing: small faults are put into the code that decides about money, one at a time, and the tests of its room
//! have to notice. `.cargo/mutants.toml` says what is left out, `docs/mutation.md` what came out.

use crate::{
    command::{command, exit_code, read},
    machine,
    places::Places,
};
use std::path::Path;

/// Code that decides, and the tests that answer for it.
struct Room {
    name: &'static str,
    package: &'static str,
    /// Its files; none are all of the package.
    files: &'static [&'static str],
    /// Which tests, one try after the other: what the first ones let live is shown to the next ones.
    tries: &'static [Try],
}

/// A `cargo test` that a mutant has to live through.
struct Try {
    package: &'static str,
    arguments: &'static [&'static str],
}

const ROOMS: [Room; 5] = [
    Room {
        name: "agreement",
        package: "agreement",
        files: &[],
        tries: &[Try { package: "agreement", arguments: &["--lib"] }],
    },
    Room {
        name: "runner",
        package: "runner",
        files: &[],
        tries: &[Try { package: "runner", arguments: &["--lib"] }, Try { package: "runner", arguments: &["--tests"] }],
    },
    Room {
        name: "watchtower",
        package: "watchtower",
        files: &[],
        tries: &[Try { package: "watchtower", arguments: &[] }],
    },
    Room {
        name: "brizo",
        package: "brizo",
        files: &[
            "src-tauri/crates/brizo/src/duties.rs",
            "src-tauri/crates/brizo/src/sales.rs",
            "src-tauri/crates/brizo/src/limiter.rs",
            "src-tauri/crates/brizo/src/range.rs",
        ],
        tries: &[Try { package: "brizo", arguments: &["--lib"] }, Try { package: "brizo", arguments: &["--tests"] }],
    },
    Room {
        name: "agent",
        package: "agent",
        files: &[
            "src-tauri/crates/agent/src/policy.rs",
            "src-tauri/crates/agent/src/agreements/take_back.rs",
            // What decides; what carries it out and has nothing to decide (`purchase/mod.rs`) is shown by the stories.
            "src-tauri/crates/agent/src/purchase/{confirm,fee,perform,quote,recover,set_aside,telling}.rs",
            "src-tauri/crates/agent/src/download/{fetch,mod,place}.rs",
            "src-tauri/crates/agent/src/publish/{check,flow,listing}.rs",
        ],
        tries: &[Try { package: "agent", arguments: &["--lib"] }],
    },
];

/// Of a hundred mutants that compile, at least so many have to be noticed.
const ENOUGH: usize = 90;

/// What became of a room's mutants, each as its line in the lists of cargo-mutants.
#[derive(Debug, Default)]
struct Outcome {
    caught: Vec<String>,
    timed_out: Vec<String>,
    unviable: Vec<String>,
    lives: Vec<String>,
}

/// Runs the named rooms, or all of them; what is no room's name goes to cargo-mutants.
pub(crate) fn mutants(places: &Places, arguments: &[String]) -> Result<(), String> {
    let program = machine::cargo_mutants(places)?;
    let (named, more): (Vec<&String>, Vec<&String>) =
        arguments.iter().partition(|word| ROOMS.iter().any(|room| room.name == **word));
    let mut few = Vec::new();
    for room in ROOMS.iter().filter(|room| named.is_empty() || named.iter().any(|name| **name == room.name)) {
        let outcome = examine(places, &program, room, &more)?;
        let noticed = outcome.caught.len() + outcome.timed_out.len();
        let viable = noticed + outcome.lives.len();
        for mutant in &outcome.lives {
            println!("lives: {mutant}");
        }
        println!(
            "{}: {viable} mutants, {} caught, {} ran for ever, {} live; {} more do not compile\n",
            room.name,
            outcome.caught.len(),
            outcome.timed_out.len(),
            outcome.lives.len(),
            outcome.unviable.len()
        );
        if noticed * 100 < viable * ENOUGH {
            few.push(room.name);
        }
    }
    if few.is_empty() { Ok(()) } else { Err(format!("fewer than {ENOUGH} % are noticed in {}", few.join(", "))) }
}

/// Shows a room's mutants to its tests.
fn examine(places: &Places, program: &Path, room: &Room, more: &[&String]) -> Result<Outcome, String> {
    let folder = places.target.join("mutants").join(room.name);
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut outcome = Outcome::default();
    for (number, one) in room.tries.iter().enumerate() {
        let mut mutants = command(places, program);
        mutants.env("CARGO_TARGET_DIR", &places.target);
        mutants
            .args(["mutants", "--package", room.package, "--test-package", one.package])
            .arg("--output")
            .arg(&folder);
        mutants.args(room.files.iter().flat_map(|file| ["--file", *file]));
        if number > 0 {
            mutants.arg("--iterate");
        }
        // Where they are told what to build too, the tests that do not answer are not built for each mutant.
        mutants.args(one.arguments.iter().map(|argument| format!("--cargo-arg={argument}")));
        let code = exit_code(mutants.args(more))?;
        // Mutants that live, or run for ever: an outcome and no failure.
        if ![0, 2, 3].contains(&code) {
            return Err(format!("cargo-mutants ended with {code}. What it printed above says why."));
        }
        let list = |name: &str| -> Result<Vec<String>, String> {
            let text = read(&folder.join("mutants.out").join(name))?;
            Ok(String::from_utf8_lossy(&text).lines().map(str::to_owned).collect())
        };
        outcome.caught.extend(list("caught.txt")?);
        outcome.unviable.extend(list("unviable.txt")?);
        // These are shown to the next tests again.
        (outcome.timed_out, outcome.lives) = (list("timeout.txt")?, list("missed.txt")?);
    }
    Ok(outcome)
}
