//! The window's pages: wasm, its glue, static files and fonts, put together in `ui/dist`.

use crate::{
    command::{cargo, command, read, run, write},
    machine::{WASM, WebToolchain, web_toolchain},
    places::Places,
};
use std::{
    collections::BTreeSet,
    fs,
    hash::{DefaultHasher, Hasher},
    path::{Path, PathBuf},
};

/// What the wasm depends on. Anything else may change without a new wasm build.
const INPUTS: [&str; 9] = [
    "Cargo.lock",
    "Cargo.toml",
    "assets/icons-ui",
    "src-tauri/crates/agreement",
    "src-tauri/crates/api",
    "src-tauri/crates/protocol",
    "ui/Cargo.toml",
    "ui/src",
    "ui/locales",
];

/// Copied into `ui/dist` as they are: from where, to which folder below it.
const COPIED: [(&str, &str); 2] = [("ui/static", ""), ("assets/fonts", "fonts")];

/// Builds `ui/dist`. Without changes it takes milliseconds and touches no file.
pub(crate) fn build(places: &Places) -> Result<(), String> {
    let packed = pack(places)?;
    let dist = places.at("ui/dist");
    let mut kept = BTreeSet::new();
    copy_folder(&packed, &dist, &mut kept)?;
    for (from, to) in COPIED {
        copy_folder(&places.at(from), &dist.join(to), &mut kept)?;
    }
    for stale in files_below(&dist)?.into_iter().filter(|file| !kept.contains(file)) {
        fs::remove_file(&stale).map_err(|error| format!("cannot remove {}: {error}", stale.display()))?;
    }
    if dist.join("index.html").is_file() { Ok(()) } else { Err("ui/static/index.html is missing".into()) }
}

/// The native build wants a page to embed. Lints and benchmarks need no real one.
pub(crate) fn ensure_page(places: &Places) -> Result<(), String> {
    let page = places.at("ui/dist/index.html");
    if page.is_file() { Ok(()) } else { write(&page, b"<!doctype html><title>Neuston</title>\n") }
}

/// Whether wasm and glue for the present sources are there already, so that no compiler is needed.
pub(crate) fn is_packed(places: &Places) -> Result<bool, String> {
    Ok(folder_of(places, &stamp(places)?).join("complete").is_file())
}

fn folder_of(places: &Places, stamp: &str) -> PathBuf {
    places.web.join("packed").join(stamp)
}

/// The folder with wasm and glue for the present sources, built when there is none yet.
fn pack(places: &Places) -> Result<PathBuf, String> {
    let stamp = stamp(places)?;
    let folder = folder_of(places, &stamp);
    if folder.join("complete").is_file() {
        return Ok(folder.join("files"));
    }
    let wasm = compile(places)?;
    let files = folder.join("files");
    run(cargo(places)
        .args(["run", "--quiet", "--locked", "--package", "xtask", "--features", "bindgen", "--bin", "bindgen", "--"])
        .arg(&wasm)
        .arg(&files))?;
    write(&folder.join("complete"), b"")?;
    forget_others(&places.web.join("packed"), &stamp)?;
    Ok(files)
}

/// `ui.wasm`, optimised.
fn compile(places: &Places) -> Result<PathBuf, String> {
    let mut build = match web_toolchain(places)? {
        WebToolchain::Rustup => command(places, "cargo"),
        WebToolchain::Debian { linker } => {
            let mut debian = command(places, "/usr/bin/cargo");
            // -Zbuild-std is only for nightly, or for whoever says that he knows: std comes from rust-web-src.
            debian
                .env("RUSTC", "/usr/bin/rustc")
                .env("RUSTC_BOOTSTRAP", "1")
                .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker)
                .arg("-Zbuild-std=std,panic_abort");
            debian
        }
    };
    build
        .args(["build", "--locked", "--package", "ui", "--target", WASM, "--profile", "wasm", "--target-dir"])
        .arg(&places.web);
    run(&mut build)?;
    Ok(places.web.join(WASM).join("wasm").join("ui.wasm"))
}

/// A number for the contents of all inputs.
fn stamp(places: &Places) -> Result<String, String> {
    let mut hasher = DefaultHasher::new();
    for input in INPUTS {
        let path = places.at(input);
        let files = if path.is_dir() { files_below(&path)? } else { BTreeSet::from([path]) };
        for file in files.into_iter().filter(|file| file.is_file()) {
            let name = file.strip_prefix(&places.root).unwrap_or(&file);
            hasher.write(name.to_string_lossy().as_bytes());
            let bytes = read(&file)?;
            hasher.write_usize(bytes.len());
            hasher.write(&bytes);
        }
    }
    Ok(format!("{:016x}", hasher.finish()))
}

/// Keeps the cache small: only the newest pages stay.
fn forget_others(packed: &Path, stamp: &str) -> Result<(), String> {
    for entry in entries(packed)? {
        if entry.file_name().is_some_and(|name| name != stamp) {
            fs::remove_dir_all(&entry).map_err(|error| format!("cannot remove {}: {error}", entry.display()))?;
        }
    }
    Ok(())
}

/// Copies a folder's files, noting each.
fn copy_folder(from: &Path, to: &Path, kept: &mut BTreeSet<PathBuf>) -> Result<(), String> {
    if !from.is_dir() {
        return Err(format!("the folder {} is missing: the checkout is not whole", from.display()));
    }
    for file in files_below(from)? {
        let place = to.join(file.strip_prefix(from).unwrap_or(&file));
        write(&place, &read(&file)?)?;
        kept.insert(place);
    }
    Ok(())
}

fn files_below(folder: &Path) -> Result<BTreeSet<PathBuf>, String> {
    let mut files = BTreeSet::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in entries(&next)? {
            if entry.is_dir() {
                folders.push(entry);
            } else {
                files.insert(entry);
            }
        }
    }
    Ok(files)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let told = |error: std::io::Error| format!("cannot read {}: {error}", folder.display());
    fs::read_dir(folder).map_err(told)?.map(|entry| entry.map(|entry| entry.path()).map_err(told)).collect()
}
