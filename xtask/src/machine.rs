//! What a fresh machine needs, and putting it there. A missing tool is an error with its remedy, never a skip.

use crate::{
    command::{ask, cargo, command, run, which},
    places::Places,
    web,
};
use std::path::{Path, PathBuf};

/// Debian packages without which nothing compiles.
const TO_BUILD: [&str; 6] =
    ["build-essential", "pkg-config", "file", "libwebkit2gtk-4.1-dev", "librsvg2-dev", "fonts-dejavu-core"];
/// Debian's Rust for the web, where rustup cannot fetch the wasm target.
const TO_BUILD_WEB: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];
/// Node.js, where it is not there already from elsewhere.
const FOR_NODE: [&str; 2] = ["nodejs", "npm"];
/// Debian packages the window's tests need.
const TO_TEST: [&str; 7] = ["xvfb", "xauth", "xdotool", "webkit2gtk-driver", "dbus", "dbus-x11", "gnome-keyring"];

/// The version of anvil that the list of expected differences was written for.
const ANVIL: &str = "1.7.1";
/// The version of ethers.js that reading the chain is compared with.
const ETHERS: &str = "6.13.5";

/// The target the window's pages are compiled for.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// What a task needs besides what every build does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// The window's pages, compiled for the web.
    Pages,
    /// The window under a virtual screen.
    Window,
    /// Node.js with npm: it runs the contracts' compiler, and brings the chains that ours is compared with.
    Node,
}

/// Makes the machine able to do a task, or says what is missing. On Debian all that is missing is installed in one call.
pub(crate) fn ready(places: &Places, needs: &[Need]) -> Result<(), String> {
    let pages_compile = !needs.contains(&Need::Pages) || web::is_packed(places)? || rustup_target(places);
    install(places, &packages(needs, node_is_there(), pages_compile))?;
    if needs.contains(&Need::Node) && !node_is_there() {
        return Err("Node.js with npm is missing. Install it from https://nodejs.org and repeat.".into());
    }
    if needs.contains(&Need::Window) && cfg!(target_os = "linux") {
        for program in ["xvfb-run", "dbus-run-session", "xdotool", "WebKitWebDriver"] {
            which(program).ok_or_else(|| format!("`{program}` is not in PATH although its package is installed."))?;
        }
    }
    Ok(())
}

/// All of Debian's packages for these needs, given whether Node.js is there and whether the pages compile without them.
fn packages(needs: &[Need], node: bool, pages: bool) -> Vec<&'static str> {
    let mut packages = TO_BUILD.to_vec();
    for need in needs {
        match need {
            Need::Pages if !pages => packages.extend(TO_BUILD_WEB),
            Need::Window => packages.extend(TO_TEST),
            Need::Node if !node => packages.extend(FOR_NODE),
            Need::Pages | Need::Node => {}
        }
    }
    packages
}

fn node_is_there() -> bool {
    which("node").is_some() && which("npm").is_some()
}

/// How the window's pages are compiled here.
#[derive(Debug)]
pub(crate) enum WebToolchain {
    /// rustup's target.
    Rustup,
    /// Debian's rustc for the web, with its own std compiled from source.
    Debian {
        /// A linker that knows wasm.
        linker: PathBuf,
    },
}

/// Finds or installs a compiler for the window's pages.
pub(crate) fn web_toolchain(places: &Places) -> Result<WebToolchain, String> {
    if rustup_target(places) {
        return Ok(WebToolchain::Rustup);
    }
    if is_debian() {
        install(places, &TO_BUILD_WEB)?;
        return Ok(WebToolchain::Debian { linker: wasm_linker(places)? });
    }
    Err(no_target())
}

/// Whether rustup has the web's target, or could fetch it. Where Debian's compiler is, rustup is not asked to: its download
/// may be out of reach.
pub(crate) fn rustup_target(places: &Places) -> bool {
    let installed = || {
        ask(command(places, "rustup").args(["target", "list", "--installed"]))
            .is_some_and(|targets| targets.lines().any(|target| target == WASM))
    };
    if installed() {
        return true;
    }
    if debian_web_is_there() || which("rustup").is_none() {
        return false;
    }
    eprintln!("the target {WASM} is missing: asking rustup for it");
    run(command(places, "rustup").args(["target", "add", WASM])).is_ok() && installed()
}

/// The pages cannot be compiled, and what helps.
pub(crate) fn no_target() -> String {
    format!(
        "the window's pages need Rust's target {WASM}, and it could not be installed.\n\
         Run `rustup target add {WASM}` and repeat."
    )
}

/// The driver that connects WebDriver tests with the window; compiled once into the cache.
pub(crate) fn tauri_driver(places: &Places) -> Result<PathBuf, String> {
    if let Some(found) = which("tauri-driver") {
        return Ok(found);
    }
    let program = places.tools.join("bin").join(format!("tauri-driver{}", std::env::consts::EXE_SUFFIX));
    if !program.is_file() {
        run(cargo(places)
            .args(["install", "tauri-driver", "--version", "^2", "--locked", "--quiet", "--root"])
            .arg(&places.tools))
        .map_err(|error| {
            format!("{error}\nThe window's tests need tauri-driver; check the connection to crates.io.")
        })?;
    }
    Ok(program)
}

/// What puts faults into the code for `cargo xtask mutants`; compiled once into the cache.
pub(crate) fn cargo_mutants(places: &Places) -> Result<PathBuf, String> {
    if let Some(found) = which("cargo-mutants") {
        return Ok(found);
    }
    let program = places.tools.join("bin").join(format!("cargo-mutants{}", std::env::consts::EXE_SUFFIX));
    if !program.is_file() {
        run(cargo(places)
            .args(["install", "cargo-mutants", "--version", "^27", "--locked", "--quiet", "--root"])
            .arg(&places.tools))
        .map_err(|error| {
            format!("{error}\nMutation testing needs cargo-mutants; check the connection to crates.io.")
        })?;
    }
    Ok(program)
}

/// Foundry's chain for development, which the embedded chain is compared with; from npm into the cache.
pub(crate) fn anvil(places: &Places) -> Result<PathBuf, String> {
    if let Some(named) = std::env::var_os("NEUSTON_ANVIL") {
        return Ok(named.into());
    }
    let system = match std::env::consts::OS {
        "macos" => "darwin",
        "windows" => "win32",
        other => other,
    };
    let processor = if std::env::consts::ARCH == "aarch64" { "arm64" } else { "amd64" };
    let package = format!("@foundry-rs/anvil-{system}-{processor}");
    let folder = places.tools.join("npm");
    let program =
        folder.join("node_modules").join(&package).join("bin").join(format!("anvil{}", std::env::consts::EXE_SUFFIX));
    if !program.is_file() {
        run(command(places, "npm")
            .args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent", "--prefix"])
            .arg(&folder)
            .arg(format!("{package}@{ANVIL}")))
        .map_err(|error| {
            format!("{error}\nThe comparison of chains needs anvil; check the connection to the npm registry.")
        })?;
    }
    if program.is_file() {
        Ok(program)
    } else {
        Err(format!("{package} {ANVIL} brought no program to {}", program.display()))
    }
}

/// The folder with ethers.js, which benchmarks are compared with; from npm into the cache.
pub(crate) fn ethers_js(places: &Places) -> Result<PathBuf, String> {
    if which("node").is_none() || which("npm").is_none() {
        return Err("Node.js with npm is missing".into());
    }
    let folder = places.tools.join("npm-ethers");
    if !folder.join("node_modules").join("ethers").join("package.json").is_file() {
        std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        run(command(places, "npm")
            .args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent", "--prefix"])
            .arg(&folder)
            .arg(format!("ethers@{ETHERS}")))?;
    }
    Ok(folder)
}

pub(crate) fn is_debian() -> bool {
    cfg!(target_os = "linux") && which("apt-get").is_some() && which("dpkg-query").is_some()
}

fn debian_web_is_there() -> bool {
    Path::new("/usr/bin/cargo").is_file() && Path::new("/usr/lib/rustlib").join(WASM).is_dir()
        || ask(std::process::Command::new("dpkg-query").args(["-W", "-f", "${Status}", "rustc-web"]))
            .is_some_and(|status| status.ends_with("ok installed"))
}

/// Rust's own lld; Debian's lld is too old for the object files of its rustc-web.
fn wasm_linker(places: &Places) -> Result<PathBuf, String> {
    let sysroot = ask(command(places, "rustc").args(["--print", "sysroot"]))
        .ok_or("`rustc` does not answer: install Rust from https://rustup.rs and repeat")?;
    let library = Path::new(&sysroot).join("lib").join("rustlib");
    let hosts = std::fs::read_dir(&library).map_err(|error| format!("cannot read {}: {error}", library.display()))?;
    hosts
        .filter_map(Result::ok)
        .map(|host| host.path().join("bin").join("rust-lld"))
        .find(|path| path.is_file())
        .or_else(|| which("wasm-ld"))
        .ok_or_else(|| {
            format!(
                "no linker for {WASM}: neither rust-lld under {} nor wasm-ld. Install Debian's `lld`.",
                library.display()
            )
        })
}

/// Installs what is missing of these Debian packages in one call; elsewhere says what to install.
fn install(places: &Places, packages: &[&str]) -> Result<(), String> {
    if cfg!(target_os = "macos") || cfg!(windows) {
        return other_system(places);
    }
    if !is_debian() {
        return if ask(command(places, "pkg-config").args(["--exists", "webkit2gtk-4.1"])).is_some() {
            Ok(())
        } else {
            Err("WebKitGTK 4.1 with its headers is missing, and this is no Debian or Ubuntu.\n\
                 Fedora: sudo dnf install webkit2gtk4.1-devel librsvg2-devel xorg-x11-server-Xvfb webkit2gtk-driver dbus-x11\n\
                 Arch:   sudo pacman -S webkit2gtk-4.1 librsvg xorg-server-xvfb dbus base-devel"
                .into())
        };
    }
    let missing: Vec<&str> = packages.iter().copied().filter(|package| !is_installed(places, package)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let by_hand = format!("sudo apt-get update && sudo apt-get install --no-install-recommends {}", missing.join(" "));
    let root = ask(command(places, "id").arg("-u")).is_some_and(|id| id == "0");
    if !root && which("sudo").is_none() {
        return Err(format!("these packages are missing and neither root nor sudo is at hand. As root:\n  {by_hand}"));
    }
    eprintln!("installing what is missing: {}", missing.join(" "));
    let apt = || {
        let mut apt = if root { command(places, "apt-get") } else { command(places, "sudo") };
        if !root {
            apt.arg("apt-get");
        }
        apt.args(["-o", "DPkg::Lock::Timeout=300", "-q"]).env("DEBIAN_FRONTEND", "noninteractive");
        apt
    };
    run(apt().arg("update"))
        .and_then(|()| run(apt().args(["install", "-y", "--no-install-recommends"]).args(&missing)))
        .map_err(|error| format!("{error}\nThe packages can also be installed by hand:\n  {by_hand}"))
}

fn is_installed(places: &Places, package: &str) -> bool {
    ask(command(places, "dpkg-query").args(["-W", "-f", "${Status}", package]))
        .is_some_and(|status| status.ends_with("ok installed"))
}

/// macOS and Windows bring a web view of their own; a compiler is all that may be missing.
fn other_system(places: &Places) -> Result<(), String> {
    if cfg!(windows) || ask(command(places, "xcode-select").arg("-p")).is_some() {
        return Ok(());
    }
    Err("Apple's command line tools are missing: run `xcode-select --install` and repeat.".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_call_installs_all_that_a_task_needs() {
        let all = [Need::Window, Need::Node, Need::Pages];
        let bare = packages(&all, false, false);
        for package in TO_BUILD.iter().chain(&TO_TEST).chain(&FOR_NODE).chain(&TO_BUILD_WEB) {
            assert!(bare.contains(package), "{package} is missing in {bare:?}");
        }
        let equipped = packages(&all, true, true);
        assert_eq!(equipped, [TO_BUILD.as_slice(), TO_TEST.as_slice()].concat(), "what is there is not asked for");
        assert_eq!(packages(&[], false, false), TO_BUILD);
    }
}
