//! Compiles the contracts into `contracts/artifacts`, with a compiler that is the same on every machine.
//!
//! The compiler and the library come from the npm registry; every package's SHA-512 is in
//! `contracts/compiler.lock.json`, and npm refuses what differs. They are kept in the user's cache, never in the project.

use crate::{
    command::{command, run},
    places::Places,
};
use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
};

/// npm wants its manifest beside the lock; it says the same as the lock's first entry.
const MANIFEST: &str =
    r#"{"name":"neuston-contracts","private":true,"dependencies":{"@openzeppelin/contracts":"5.7.0","solc":"0.8.37"}}"#;

/// Writes the artifacts, or with `check` compares them with the committed ones.
pub(crate) fn build(check: bool) -> Result<(), String> {
    let places = Places::find()?;
    let compiler = compiler(&places)?;
    let script = places.root.join("contracts/compile.mjs");
    let mode = if check { "check" } else { "write" };
    run(command(&places, "node").arg(script).arg(compiler).arg(mode))
}

/// The folder with the compiler of the lock, fetched when it is not there yet.
fn compiler(places: &Places) -> Result<PathBuf, String> {
    let lock = places.root.join("contracts/compiler.lock.json");
    let text = fs::read_to_string(&lock).map_err(|error| format!("{}: {error}", lock.display()))?;
    let mut hasher = DefaultHasher::new();
    (MANIFEST, &text).hash(&mut hasher);
    let folder = cache(places)?.join(format!("{:016x}", hasher.finish()));
    if folder.join("node_modules/solc/soljson.js").is_file() {
        return Ok(folder);
    }
    // Beside its place until it is complete, so that an interrupted download is never taken for a compiler.
    let unfinished = folder.with_extension(format!("{}", std::process::id()));
    write(&unfinished.join("package.json"), MANIFEST)?;
    write(&unfinished.join("package-lock.json"), &text)?;
    let mut npm = command(places, "npm");
    npm.current_dir(&unfinished).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]);
    run(&mut npm).map_err(|error| format!("the Solidity compiler could not be fetched: {error}"))?;
    if let Err(error) = fs::rename(&unfinished, &folder) {
        // Another run may have been faster; then its folder is as good.
        fs::remove_dir_all(&unfinished).map_err(|error| format!("{}: {error}", unfinished.display()))?;
        if !folder.is_dir() {
            return Err(format!("{}: {error}", folder.display()));
        }
    }
    Ok(folder)
}

fn write(file: &Path, text: &str) -> Result<(), String> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    fs::write(file, text).map_err(|error| format!("{}: {error}", file.display()))
}

/// Beside the build products' folder, which is the user's cache unless told otherwise.
fn cache(places: &Places) -> Result<PathBuf, String> {
    let parent = places.target.parent().ok_or("the target folder has no parent")?;
    Ok(parent.join("solc"))
}
