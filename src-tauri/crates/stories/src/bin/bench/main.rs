//! How fast it is: `cargo xtask bench [NAME …] [--count N]`. Prints what was measured, on what, against what.

mod download;
mod people;
mod purchase;
mod spread;
mod threshold;

use std::{error::Error, process::ExitCode};

type Outcome = Result<(), Box<dyn Error>>;

/// What can be measured.
const NAMES: [&str; 3] = ["purchase", "download", "threshold"];

struct Wanted {
    names: Vec<String>,
    count: usize,
}

fn wanted(arguments: impl Iterator<Item = String>) -> Result<Wanted, String> {
    let mut wanted = Wanted { names: Vec::new(), count: 100 };
    let mut arguments = arguments;
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--count" => {
                let count = arguments.next().and_then(|n| n.parse().ok()).filter(|n| *n > 0);
                wanted.count = count.ok_or("--count wants a number above 0")?;
            }
            name if NAMES.contains(&name) => wanted.names.push(argument),
            other => return Err(format!("there is no measurement {other}; there are: {}", NAMES.join(", "))),
        }
    }
    if wanted.names.is_empty() {
        wanted.names = NAMES.map(str::to_owned).to_vec();
    }
    Ok(wanted)
}

async fn measure(wanted: Wanted) -> Outcome {
    let cores = std::thread::available_parallelism()?;
    let build = if cfg!(debug_assertions) { "debug build: says little" } else { "release build" };
    println!("{} {}, {cores} cores, {build}", std::env::consts::OS, std::env::consts::ARCH);
    for name in wanted.names {
        println!();
        match name.as_str() {
            "purchase" => purchase::measure(wanted.count).await?,
            "download" => download::measure().await?,
            _ => threshold::measure(wanted.count)?,
        }
    }
    Ok(())
}

fn main() -> ExitCode {
    let wanted = match wanted(std::env::args().skip(1)) {
        Ok(wanted) => wanted,
        Err(problem) => {
            eprintln!("{problem}");
            return ExitCode::from(2);
        }
    };
    let ended =
        tokio::runtime::Runtime::new().map_err(Into::into).and_then(|runtime| runtime.block_on(measure(wanted)));
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the measurement failed: {error}");
            ExitCode::FAILURE
        }
    }
}
