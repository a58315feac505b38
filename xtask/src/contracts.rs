//! Compiles the contracts into `contracts/artifacts`, with a compiler that is the same on every machine.
//!
//! The compiler and the library come from the npm registry; every package's SHA-512 is in
//! `contracts/compiler.lock.json`, and npm refuses what differs. They are kept in the user's cache, never in the project.
//! So are the released contracts, which tests run beside ours (`contracts/official.lock.json`),
//! and the chains on which they do and the clients of others (`contracts/witnesses.lock.json`).

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

/// As [`MANIFEST`], for the released contracts.
const OFFICIAL: &str = concat!(
    r#"{"name":"neuston-official","private":true,"dependencies":{"@oceanprotocol/keeper-contracts":"0.13.2","#,
    r#""keeper-contracts-0.12":"npm:@oceanprotocol/keeper-contracts@0.12.7"}}"#
);

/// As [`MANIFEST`], for what others make to look at our things: chains, clients, and axe for the pages.
const WITNESSES: &str = concat!(
    r#"{"name":"neuston-witnesses","private":true,"#,
    r#""dependencies":{"axe-core":"4.10.3","ethers":"6.13.5","ganache":"7.9.2","hardhat":"2.22.19","web3":"1.10.4"}}"#
);

/// Writes the artifacts, or with `check` compares them with the committed ones.
pub(crate) fn build(check: bool) -> Result<(), String> {
    let places = Places::find()?;
    let compiler = compiler(&places)?;
    let script = places.root.join("contracts/compile.mjs");
    let mode = if check { "check" } else { "write" };
    run(command(&places, "node").arg(script).arg(compiler).arg(mode))
}

/// The folder with the compiler of the lock.
fn compiler(places: &Places) -> Result<PathBuf, String> {
    fetched(places, MANIFEST, "contracts/compiler.lock.json", "node_modules/solc/soljson.js")
        .map_err(|error| format!("the Solidity compiler could not be fetched: {error}"))
}

/// The folder with the released keeper-contracts, `@oceanprotocol/keeper-contracts` (0.13.2) and `keeper-contracts-0.12`
/// (0.12.7), or what `NEUSTON_OFFICIAL` names.
pub(crate) fn official(places: &Places) -> Result<PathBuf, String> {
    if let Some(named) = std::env::var_os("NEUSTON_OFFICIAL") {
        return Ok(named.into());
    }
    let proof = "node_modules/keeper-contracts-0.12/artifacts/EscrowReward.development.json";
    let folder = fetched(places, OFFICIAL, "contracts/official.lock.json", proof)
        .map_err(|error| format!("{error}\nThe tests need the released contracts from the npm registry."))?;
    Ok(folder.join("node_modules"))
}

/// The folder with hardhat, ganache, ethers.js and web3.js, on which and by which contracts and our node are looked at, and
/// with axe, by which the pages are; or what `NEUSTON_WITNESSES` names.
pub(crate) fn witnesses(places: &Places) -> Result<PathBuf, String> {
    if let Some(named) = std::env::var_os("NEUSTON_WITNESSES") {
        return Ok(named.into());
    }
    let proof = "node_modules/hardhat/internal/cli/bootstrap.js";
    let folder = fetched(places, WITNESSES, "contracts/witnesses.lock.json", proof).map_err(|error| {
        format!("{error}\nThe tests need hardhat, ganache, ethers.js, web3.js and axe from the npm registry.")
    })?;
    Ok(folder.join("node_modules"))
}

/// A folder with the packages of a lock; `proof` is a file that is in it when it is complete.
fn fetched(places: &Places, manifest: &str, lock: &str, proof: &str) -> Result<PathBuf, String> {
    let lock = places.root.join(lock);
    let text = fs::read_to_string(&lock).map_err(|error| format!("{}: {error}", lock.display()))?;
    let mut hasher = DefaultHasher::new();
    (manifest, &text).hash(&mut hasher);
    let folder = cache(places)?.join(format!("{:016x}", hasher.finish()));
    if folder.join(proof).is_file() {
        return Ok(folder);
    }
    // Beside its place until it is complete, so that an interrupted download is never taken for a whole one.
    let unfinished = folder.with_extension(format!("{}", std::process::id()));
    write(&unfinished.join("package.json"), manifest)?;
    write(&unfinished.join("package-lock.json"), &text)?;
    let mut npm = command(places, "npm");
    npm.current_dir(&unfinished).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]);
    run(&mut npm)?;
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
