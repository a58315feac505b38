//! A disk that fails at any moment: the nth write, sync, cut or rename below the home of somebody who buys and downloads.
//! What is said is clear, nothing on the disk is damaged, and afterwards the purchase goes on: data, or money.

use crate::{
    network::Network,
    person::{Person, Told, faults},
};
use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

const CONTENT: &str = "time,level\n1,2\n2,3\n";
/// So little that the test tokens last for every write; exact as a floating number.
const PRICE: f64 = 0.25;
/// errno.h
const EIO: u32 = 5;
const ENOSPC: u32 = 28;

/// What the disk does.
#[derive(Clone, Copy)]
struct Fault {
    first: u32,
    /// 0: never works again.
    count: u32,
    errno: u32,
}

/// What a command that ran into the fault did; `None` where it never came so far.
fn types_with(person: &Person, fault: Fault, arguments: &[&str]) -> Option<Told> {
    let seen = person.path("the-disk-failed");
    let output = person
        .command()
        .env("LD_PRELOAD", faults())
        .env("NEUSTON_FAULT_UNDER", person.path(""))
        .env("NEUSTON_FAULT_FIRST", fault.first.to_string())
        .env("NEUSTON_FAULT_COUNT", fault.count.to_string())
        .env("NEUSTON_FAULT_ERRNO", fault.errno.to_string())
        .env("NEUSTON_FAULT_SEEN", &seen)
        .args(["--wait", "10"])
        .args(arguments)
        .output()
        .unwrap();
    fs::remove_file(seen).ok().map(|()| crate::person::told(&output))
}

/// A command worked although the disk failed, or said clearly that it did.
#[track_caller]
fn is_clear(told: &Told, what: &str) {
    if told.code != 0 {
        let code = told.error().to_owned();
        assert!(["disk", "timed_out", "unreachable"].contains(&code.as_str()), "{what}: {told:?}");
    }
    assert!(!told.aborted && !told.stderr.contains("panicked"), "{what}: {told:?}");
}

/// Every file of SQLite's below a folder is whole.
fn is_whole(folder: &Path, what: &str) {
    for path in files_below(folder).unwrap() {
        if path.extension().is_some_and(|e| e == "db") {
            let file = rusqlite::Connection::open(&path).unwrap();
            let said: String = file.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
            assert_eq!(said, "ok", "{what}: {}", path.display());
        }
    }
}

fn files_below(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { files.extend(files_below(&path)?) } else { files.push(path) }
    }
    Ok(files)
}

fn copied(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (path, place) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copied(&path, &place);
        } else if entry.file_type().unwrap().is_file() {
            fs::copy(&path, &place).unwrap();
        }
    }
}

/// People with the same account on homes of their own: what one does is over when the next begins.
struct Tries {
    network: Network,
    template: Person,
    did: String,
    balance: f64,
}

impl Tries {
    fn on(network: Network, did: String) -> Self {
        let template = Person::on(&network.file()).with_account(100);
        let balance = template.balance().parse().unwrap();
        Self { network, template, did, balance }
    }

    fn next(&self) -> Person {
        let person = Person::on(&self.network.file());
        copied(&self.template.home(), &person.home());
        person
    }

    /// Whether a purchase came as far as the fault. It ends with data or with the money, whatever the disk did.
    fn buys(&mut self, fault: Fault, what: &str, ends: &mut BTreeMap<String, u32>) -> bool {
        let person = self.next();
        let Some(told) = types_with(&person, fault, &["buy", &self.did]) else {
            // Nothing failed: it was bought and paid.
            self.balance = person.balance().parse().unwrap();
            return false;
        };
        is_clear(&told, what);
        is_whole(&person.home(), what);

        person.types(&["resume"]).ok();
        let states: Vec<String> =
            person.purchases_of(&self.did).iter().map(|p| p["state"].as_str().unwrap().to_owned()).collect();
        let price = match states.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            // Nothing was begun.
            [] | ["abandoned"] => 0.0,
            ["completed"] => PRICE,
            _ => panic!("{what}: {states:?}"),
        };
        let after: f64 = person.balance().parse().unwrap();
        assert_eq!(self.balance - after, price, "{what}: {states:?}");
        self.balance = after;
        if price > 0.0 {
            assert_eq!(person.reads(&self.did), CONTENT, "{what}");
        } else {
            assert_ne!(told.code, 0, "{what}: what was told done is done");
        }
        *ends.entry(states.into_iter().next().unwrap_or_else(|| "nothing".to_owned())).or_default() += 1;
        true
    }
}

#[test]
fn a_purchase_survives_every_failing_write() {
    let network = Network::starts(0);
    let publisher = Person::on(&network.file()).with_account(0);
    let _serving = publisher.serves();
    let did = publisher.publishes(&publisher.file("levels.csv", CONTENT), "Levels on a bad disk", &PRICE.to_string());
    let mut tries = Tries::on(network, did);
    let mut ends = BTreeMap::new();
    for first in 1.. {
        let errno = if first % 2 == 0 { EIO } else { ENOSPC };
        if !tries.buys(Fault { first, count: 1, errno }, &format!("failure {first}"), &mut ends) {
            println!("a purchase has up to {first} writes; how it ended when one failed: {ends:?}");
            break;
        }
    }
    assert!(ends.contains_key("completed") && ends.contains_key("nothing"), "{ends:?}");
    // A disk that stays full from a moment on, until somebody makes room.
    for first in [1, 10, 30, 50, 100] {
        tries.buys(Fault { first, count: 0, errno: ENOSPC }, &format!("full from {first} on"), &mut ends);
    }
}

#[test]
fn a_download_survives_every_failing_write() {
    let network = Network::starts(0);
    let publisher = Person::on(&network.file()).with_account(0);
    let _serving = publisher.serves();
    let did = publisher.publishes(&publisher.file("levels.csv", CONTENT), "Levels for a bad disk", &PRICE.to_string());
    let tries = Tries::on(network, did);
    tries.template.types(&["buy", &tries.did]).ok();
    for first in 1.. {
        let (person, what) = (tries.next(), format!("failure {first}"));
        let errno = if first % 2 == 0 { EIO } else { ENOSPC };
        let to = person.path("saved");
        let words = ["download", &tries.did, "--to", to.to_str().unwrap()];
        let Some(told) = types_with(&person, Fault { first, count: 1, errno }, &words) else {
            println!("a download has up to {first} writes");
            assert!(first > 5, "the disk was asked to write");
            break;
        };
        is_clear(&told, &what);
        is_whole(&person.home(), &what);
        let saved = person.types(&words).ok();
        assert_eq!(saved["files"][0]["verified"], true, "{what}: {saved}");
        let path = saved["files"][0]["path"].as_str().unwrap();
        assert_eq!(fs::read_to_string(path).unwrap(), CONTENT, "{what}");
    }
}

#[test]
fn an_account_is_copied_whole_or_not_at_all() {
    let person = Person::alone().with_account(0);
    let copy = person.path("copy.json");
    let words = ["wallet", "export", copy.to_str().unwrap()];
    let is_backed_up = || person.types(&["wallet", "show"]).ok()["backedUp"].clone();
    // The file is written, and then made to stay.
    for first in [1, 2] {
        let mut command = person.command();
        command.env("LD_PRELOAD", faults()).env("NEUSTON_FAULT_UNDER", &copy).args(words);
        command.env("NEUSTON_FAULT_FIRST", first.to_string()).env("NEUSTON_FAULT_ERRNO", ENOSPC.to_string());
        let told = crate::person::told(&command.output().unwrap());
        assert_eq!(told.error(), "disk", "failure {first}: {told:?}");
        assert!(!copy.exists(), "failure {first}: half a copy is none");
    }
    person.file("copy.json", "somebody's");
    assert_eq!(person.types(&words).error(), "invalid", "nothing is overwritten");
    assert_eq!(fs::read_to_string(&copy).unwrap(), "somebody's");
    assert_eq!(is_backed_up(), false, "there is no copy yet");
    fs::remove_file(&copy).unwrap();
    person.types(&words).ok();
    assert_eq!(is_backed_up(), true);
    let other = Person::alone();
    other.types(&["wallet", "import", "--keystore", copy.to_str().unwrap()]).ok();
    assert_eq!(other.address(), person.address());
}
