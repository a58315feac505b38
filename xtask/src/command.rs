//! Starting other programs.

use crate::places::Places;
use std::{
    ffi::OsStr,
    io::ErrorKind,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

/// What the cargo that started us has put into the environment for itself. It must not reach the next toolchain.
const OUTER_CARGO: [&str; 8] = [
    "CARGO",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_MANIFEST_DIR",
    "CARGO_MANIFEST_PATH",
    "RUSTC",
    "RUSTDOC",
    "RUSTFLAGS",
    "RUSTUP_TOOLCHAIN",
];

/// A command at the project's root, free of what the outer cargo set.
pub(crate) fn command(places: &Places, program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(&places.root);
    for name in OUTER_CARGO {
        command.env_remove(name);
    }
    command
}

/// `cargo` for this machine, with the shared target folder.
pub(crate) fn cargo(places: &Places) -> Command {
    let mut cargo = command(places, "cargo");
    cargo.env("CARGO_TARGET_DIR", &places.target);
    cargo
}

/// Runs to the end, output shown. An error names the command and its exit code.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    match exit_code(command)? {
        0 => Ok(()),
        code => Err(format!("`{}` ended with {code}. What it printed above says why.", show(command))),
    }
}

/// Runs to the end, output shown; the code with which it ended.
pub(crate) fn exit_code(command: &mut Command) -> Result<i32, String> {
    let shown = show(command);
    eprintln!("+ {shown}");
    let started = Instant::now();
    let status = command.status().map_err(|error| not_started(command, &error))?;
    if status.success() {
        eprintln!("  {:.1?}", started.elapsed());
    }
    status.code().ok_or_else(|| format!("`{shown}` was ended by a signal."))
}

/// Runs quietly and returns what it printed, or `None` when it failed or does not exist.
pub(crate) fn ask(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_string())
}

/// Where a program of PATH is.
pub(crate) fn which(program: &str) -> Option<PathBuf> {
    let file = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join(&file)).find(|path| path.is_file())
}

/// Reads a text file; the error names it.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}

/// Writes a file, with its folders, unless it has these bytes already: an unchanged file keeps its time.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    if std::fs::read(path).is_ok_and(|present| present == bytes) {
        return Ok(());
    }
    let told = |error: std::io::Error| format!("cannot write {}: {error}", path.display());
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(told)?;
    }
    std::fs::write(path, bytes).map_err(told)
}

fn show(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|part| part.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}

fn not_started(command: &Command, error: &std::io::Error) -> String {
    let program = command.get_program().to_string_lossy();
    if error.kind() == ErrorKind::NotFound {
        format!("the program `{program}` is not installed. Install it, or put its folder into PATH, and repeat.")
    } else {
        format!("cannot start `{program}`: {error}")
    }
}
