//! The house keeps its shape: who may know whom, what stays out, how large a room gets, and that documents name things
//! that exist. `ARCHITECTURE.md` gives the reasons.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests are tests")]

use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

/// Each room and the rooms it may know. `protocol` is the common language and open to all.
const ROOMS: [(&str, &[&str]); 25] = [
    ("protocol", &[]),
    ("agreement", &[]),
    ("api", &["agreement"]),
    ("threshold", &[]),
    ("transport", &[]),
    ("keeper", &["transport"]),
    ("indexer", &["keeper"]),
    ("wallet", &[]),
    ("clients", &["threshold", "transport"]),
    ("runner", &["agreement", "keeper", "wallet"]),
    ("agent", &["agreement", "api", "clients", "indexer", "keeper", "runner", "threshold", "transport", "wallet"]),
    ("keeper-node", &[]),
    ("aquarius", &["keeper", "transport"]),
    ("secret-store", &["keeper", "threshold", "transport"]),
    ("brizo", &["agreement", "clients", "keeper", "runner", "threshold", "transport", "wallet"]),
    (
        "node",
        &[
            "aquarius",
            "brizo",
            "keeper",
            "keeper-node",
            "runner",
            "secret-store",
            "threshold",
            "transport",
            "wallet",
            "watchtower",
        ],
    ),
    ("watchtower", &["agreement", "keeper", "runner"]),
    ("home", &["agent", "api", "keeper", "node", "runner", "transport", "wallet"]),
    ("neuston-desktop", &["api", "home"]),
    ("cli", &["api", "home", "keeper", "node", "transport", "wallet"]),
    ("ui", &["agreement", "api"]),
    ("xtask", &[]),
    // Only stories load it, and no room.
    ("faults", &[]),
    // Only tests run it.
    ("simulation", &["agreement", "keeper", "runner"]),
    // Stories and benchmarks look at everything.
    ("stories", EVERYTHING),
];
const EVERYTHING: &[&str] = &[
    "agent",
    "agreement",
    "api",
    "aquarius",
    "brizo",
    "cli",
    "clients",
    "home",
    "indexer",
    "keeper",
    "keeper-node",
    "node",
    "runner",
    "secret-store",
    "threshold",
    "transport",
    "wallet",
    "watchtower",
];

/// Rooms without input, output, clock or chance of their own. They compile for the web as well.
const PURE: [&str; 4] = ["agreement", "api", "protocol", "threshold"];
/// What a pure room cannot depend on ...
const IMPURE_CRATES: [&str; 8] = ["ethers", "getrandom", "rand", "reqwest", "rusqlite", "socket2", "tauri", "tokio"];
/// ... or call.
const IMPURE_CALLS: [&str; 8] = [
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "SystemTime::now",
    "Instant::now",
    "OffsetDateTime::now",
];

/// A library that only some rooms may name, by the beginning of its name.
const FENCES: [(&str, &[&str]); 8] = [
    ("alloy", &["keeper-node"]),
    ("ethers", &["keeper", "wallet"]),
    ("keyring", &["wallet"]),
    ("leptos", &["ui"]),
    ("revm", &["keeper-node"]),
    ("tauri", &["neuston-desktop"]),
    ("rustls", &["transport"]),
    ("wasm-bindgen-cli", &["xtask"]),
];

/// What the customer asked for, by number.
const REQUIREMENTS: u32 = 321;

/// More lines than this, and a reader would rather find two rooms.
const MOST_LINES: usize = 600;

struct Package {
    name: String,
    version: String,
    /// Normal and build dependencies, by package name.
    direct: BTreeSet<String>,
    ours: bool,
}

static PACKAGES: LazyLock<Vec<Package>> = LazyLock::new(packages);

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../.."))
}

/// All packages of the lock file that are in use, as cargo resolves them.
fn packages() -> Vec<Package> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(root())
        .output()
        .expect("cargo starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let names: BTreeMap<String, String> = metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| (text(&package["id"]), text(&package["name"])))
        .collect();
    let mut direct: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for node in metadata["resolve"]["nodes"].as_array().unwrap() {
        let not_only_for_tests = |dependency: &&Value| {
            dependency["dep_kinds"].as_array().unwrap().iter().any(|kind| kind["kind"].as_str() != Some("dev"))
        };
        let dependencies = node["deps"].as_array().unwrap().iter().filter(not_only_for_tests);
        direct.insert(text(&node["id"]), dependencies.map(|one| names[&text(&one["pkg"])].clone()).collect());
    }
    let members: BTreeSet<String> = metadata["workspace_members"].as_array().unwrap().iter().map(text).collect();
    metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| {
            let id = text(&package["id"]);
            Package {
                name: text(&package["name"]),
                version: text(&package["version"]),
                direct: direct.remove(&id).unwrap_or_default(),
                ours: members.contains(&id),
            }
        })
        .collect()
}

/// Everything these rooms need by such dependencies, directly or not, with the features they ask for themselves.
fn reached(rooms: &[&str], edges: &str) -> BTreeSet<String> {
    let mut tree = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    tree.args(["tree", "--locked", "--edges", edges, "--prefix", "none", "--format", "{p}"]).current_dir(root());
    for room in rooms {
        tree.args(["--package", room]);
    }
    let output = tree.output().expect("cargo starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

/// Our source files with these endings, without what is generated or downloaded.
fn sources(endings: &[&str]) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders: Vec<PathBuf> =
        ["contracts", "src-tauri", "tests", "ui", "xtask"].iter().map(|folder| root().join(folder)).collect();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = entry.file_name().unwrap().to_string_lossy().into_owned();
            if entry.is_dir() {
                if !["dist", "out", "artifacts", "node_modules", "vectors"].contains(&name.as_str()) {
                    folders.push(entry);
                }
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                files.push(entry);
            }
        }
    }
    files
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

#[test]
fn rooms_know_only_whom_they_may() {
    let rooms: BTreeMap<_, _> = ROOMS.into_iter().collect();
    let ours: BTreeSet<&str> =
        PACKAGES.iter().filter(|package| package.ours).map(|package| package.name.as_str()).collect();
    assert_eq!(ours, rooms.keys().copied().collect(), "a new room needs its place in the table above");
    let mut broken = Vec::new();
    for package in PACKAGES.iter().filter(|package| package.ours) {
        for known in package.direct.iter().filter(|name| ours.contains(name.as_str())) {
            if known != "protocol" && !rooms[package.name.as_str()].contains(&known.as_str()) {
                broken.push(format!("{} knows {known}", package.name));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn fences_hold() {
    let mut broken = Vec::new();
    for (library, rooms) in FENCES {
        for package in PACKAGES.iter().filter(|package| package.ours && !rooms.contains(&package.name.as_str())) {
            broken.extend(
                package
                    .direct
                    .iter()
                    .filter(|name| *name == library || name.starts_with(&format!("{library}-")))
                    .map(|name| format!("{} names {name}: only {rooms:?} may", package.name)),
            );
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn pure_rooms_stay_pure() {
    let reached = reached(&PURE, "normal");
    assert!(PURE.iter().all(|room| reached.contains(*room)), "{reached:?}");
    let impure: Vec<_> = IMPURE_CRATES.iter().filter(|library| reached.contains(**library)).collect();
    assert!(impure.is_empty(), "a pure room reaches {impure:?}: `cargo tree --invert` shows how");
    for room in PURE {
        let folder = root().join("src-tauri/crates").join(room).join("src");
        let all: Vec<PathBuf> = sources(&[".rs"]).into_iter().filter(|file| file.starts_with(&folder)).collect();
        // Modules that only tests have read the golden vectors.
        let texts: String = all.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
        let only_tests = |file: &PathBuf| {
            file.iter().any(|part| {
                let name = part.to_string_lossy();
                texts.contains(&format!("#[cfg(test)]\nmod {};", name.trim_end_matches(".rs")))
            })
        };
        for file in all.iter().filter(|file| !only_tests(file)) {
            let text = fs::read_to_string(file).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            for call in IMPURE_CALLS {
                assert!(!code.contains(call), "{} uses {call}", shown(file));
            }
        }
    }
}

#[test]
fn the_command_line_and_its_stories_need_no_web_view() {
    let reached = reached(&["cli"], "normal,build,dev");
    assert!(reached.contains("node") && reached.contains("faults"), "with what only its tests need: {reached:?}");
    let of_a_window = |name: &&String| {
        let mut libraries = ["gtk", "tauri", "webkit2gtk", "wry"].into_iter();
        libraries.any(|library| name.strip_prefix(library).is_some_and(|rest| rest.is_empty() || rest.starts_with('-')))
    };
    let found: Vec<_> = reached.iter().filter(of_a_window).collect();
    assert!(found.is_empty(), "it has to run where there is no desktop: {found:?}");
}

/// `cargo xtask check` lints the pages natively where there are no lints for the web; that is as good as long as all of them
/// is compiled natively.
#[test]
fn nothing_of_the_pages_is_only_for_the_web() {
    let pages = root().join("ui");
    let all = sources(&[".rs", ".toml"]).into_iter().filter(|file| file.starts_with(&pages));
    for file in all {
        let text = fs::read_to_string(&file).unwrap();
        for word in ["target_arch", "target_family", "target_os", "[target."] {
            assert!(!text.contains(word), "{} depends on the machine by {word}", shown(&file));
        }
    }
}

#[test]
fn one_modern_tls_and_one_curve() {
    for package in PACKAGES.iter() {
        assert!(
            !["openssl", "openssl-sys", "native-tls"].contains(&package.name.as_str()),
            "{} {} is in the tree",
            package.name,
            package.version
        );
    }
    let versions = |name: &str| -> Vec<&str> {
        PACKAGES.iter().filter(|package| package.name == name).map(|package| package.version.as_str()).collect()
    };
    assert!(versions("rustls").iter().all(|version| version.starts_with("0.23.")), "{:?}", versions("rustls"));
    assert_eq!(versions("k256").len(), 1, "two curves would disagree about types: {:?}", versions("k256"));
    assert_eq!(versions("libsqlite3-sys").len(), 1);
}

#[test]
fn what_only_tests_may_do_is_in_no_release() {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    // What is built without tests, each package's own defaults, with every feature that is on.
    let arguments =
        ["tree", "--locked", "--workspace", "--edges", "normal,build", "--prefix", "none", "--format", "{p} {f}"];
    let output = Command::new(cargo).args(arguments).current_dir(root()).output().expect("cargo starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let ours: Vec<&str> =
        text.lines().filter(|line| line.starts_with("agreement ") || line.starts_with("runner ")).collect();
    assert!(ours.iter().any(|line| line.starts_with("agreement ")), "{text}");
    for feature in ["planted", "killpoints"] {
        let found: Vec<_> = ours.iter().filter(|line| line.contains(feature)).collect();
        assert!(found.is_empty(), "{feature} is on in {found:?}");
    }
}

#[test]
fn rooms_are_small() {
    let large: Vec<_> = sources(&[".rs", ".sol", ".css", ".js", ".py"])
        .into_iter()
        .filter_map(|file| {
            let lines = fs::read_to_string(&file).unwrap().lines().count();
            (lines > MOST_LINES).then(|| format!("{} has {lines} lines", shown(&file)))
        })
        .collect();
    assert!(large.is_empty(), "{large:#?}");
}

#[test]
fn every_test_runs() {
    let skipped = concat!("#[", "ignore");
    for file in sources(&[".rs"]) {
        assert!(!fs::read_to_string(&file).unwrap().contains(skipped), "{} skips a test", shown(&file));
    }
}

/// The words in back quotes.
fn quoted(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// What a document's `path` or `path::test` names is there.
fn assert_named_exists(document: &str, name: &str) {
    let (path, test) = name.split_once("::").map_or((name, None), |(path, test)| (path, Some(test)));
    let file = root().join(path);
    assert!(file.exists(), "{document} names {path}, which does not exist");
    if let Some(test) = test {
        let text = fs::read_to_string(&file).unwrap();
        let function = test.rsplit("::").next().unwrap_or(test);
        assert!(has_test(&text, function), "{document} names the test {function}, which is not in {path}");
    }
}

/// Whether there is a test of this name: a function that says so itself, or one that `scenarios!` makes in
/// tests/stories/every_kill_point_resumes.rs, a line each.
fn has_test(text: &str, name: &str) -> bool {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let declared = format!("fn {name}(");
    let says_so = lines.iter().enumerate().any(|(at, line)| {
        let mut above = lines[..at].iter().rev().take_while(|above| above.starts_with("#[") || above.starts_with("//"));
        line.strip_prefix("async ").unwrap_or(line).starts_with(&declared)
            && above.any(|above| *above == "#[test]" || above.starts_with("#[tokio::test"))
    });
    let mut made = lines.iter().skip_while(|line| **line != "scenarios! {").take_while(|line| **line != "}");
    says_so || made.any(|line| line.contains(&format!(": fn {name}() => ")))
}

#[test]
fn a_function_is_a_test_only_where_that_is_said() {
    let text = "#[test]\n#[cfg(unix)]\n// Why.\nfn told() {}\n\n#[tokio::test(start_paused = true)]\nasync fn later() {}\n\n\
                fn helper() {}\n\nconst ONE: A = A { x: fn named() => y };\n\nscenarios! {\n    Buy: fn bought() => run,\n}\n";
    for (name, expected) in [("told", true), ("later", true), ("bought", true), ("helper", false), ("named", false)] {
        assert_eq!(has_test(text, name), expected, "{name}");
    }
}

#[test]
fn conformance_names_what_exists() {
    let text = fs::read_to_string(root().join("docs/conformance.md")).unwrap();
    let mut rows = BTreeSet::new();
    let mut states: BTreeMap<&str, usize> = BTreeMap::new();
    for line in text.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [number, words, state, place, test] = cells.as_slice() else { panic!("five cells in: {line}") };
        if *number == "No." || number.starts_with("--") {
            continue;
        }
        let requirement: u32 = number.parse().unwrap_or_else(|_| panic!("{number} is no number"));
        assert!((1..=REQUIREMENTS).contains(&requirement), "there is no requirement {number}");
        assert!(rows.insert(requirement), "{number} stands there twice");
        *states.entry(*state).or_default() += 1;
        assert!(!words.is_empty(), "{line}");
        assert!(["done", "part", "open"].contains(state), "{number}: {state} is no state");
        for name in quoted(place).chain(quoted(test)) {
            assert_named_exists("docs/conformance.md", name);
        }
        if *state == "done" {
            assert!(quoted(place).next().is_some(), "{number} is done: where?");
            assert!(quoted(test).any(|name| name.contains("::")), "{number} is done: which test shows it?");
        }
    }
    let count = |state: &str| states.get(state).copied().unwrap_or(0);
    let (done, part, open) = (count("done"), count("part"), count("open"));
    let told = format!("{done} done, {part} in part, {open} prepared, of {REQUIREMENTS}.");
    assert!(text.lines().any(|line| line == told), "the rows come to: {told}");
}

#[test]
fn promises_name_their_tests() {
    let text = fs::read_to_string(root().join("PROMISES.md")).unwrap();
    let tests: Vec<&str> = quoted(&text).filter(|name| name.contains(".rs::") || name.contains(".sol::")).collect();
    assert!(!tests.is_empty(), "promises without tests are words");
    for test in tests {
        assert_named_exists("PROMISES.md", test);
    }
}
