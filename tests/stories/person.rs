//! A person at a terminal: a home of their own and the released command line, as separate processes.

use serde_json::Value;
use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::mpsc,
    time::{Duration, Instant},
};

/// The password everybody in the stories uses.
pub(crate) const PASSWORD: &str = "a password for stories";

/// How long a story waits for what must happen before it fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A person with a home.
pub(crate) struct Person {
    folder: tempfile::TempDir,
    network: Option<PathBuf>,
}

/// What a command did.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) code: i32,
    /// Whether the process ended itself by SIGABRT, as at a kill point.
    pub(crate) aborted: bool,
    pub(crate) json: Value,
    pub(crate) stderr: String,
}

impl Told {
    /// The answer of a command that worked.
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert_eq!(self.code, 0, "the command works: {}\n{}", self.json, self.stderr);
        self.json
    }

    /// The code of the error, for one that did not.
    #[track_caller]
    pub(crate) fn error(&self) -> &str {
        assert_ne!(self.code, 0, "the command fails: {self:?}");
        let message = self.json["error"]["message"].as_str().unwrap_or_default();
        let next = self.json["error"]["next"].as_str().unwrap_or_default();
        assert!(!message.is_empty() && !next.is_empty(), "an error says what happened and what to do: {self:?}");
        self.json["error"]["code"].as_str().unwrap_or_default()
    }
}

impl Person {
    /// Somebody whose home runs a network of its own.
    pub(crate) fn alone() -> Self {
        let folder = tempfile::Builder::new().prefix("n").tempdir().unwrap();
        std::fs::write(folder.path().join("password"), PASSWORD).unwrap();
        Self { folder, network: None }
    }

    /// Somebody who joins a network by its file.
    pub(crate) fn on(network: &Path) -> Self {
        Self { network: Some(network.to_owned()), ..Self::alone() }
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// The file of the network that this person joined.
    pub(crate) fn network(&self) -> Option<&Path> {
        self.network.as_deref()
    }

    /// The file of the network that this person's home runs.
    pub(crate) fn own_network(&self) -> PathBuf {
        self.home().join("embedded").join("network.toml")
    }

    /// A path in the person's own folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file of the person's own.
    pub(crate) fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    /// The command line with this person's home, network and password.
    pub(crate) fn command(&self) -> Command {
        let mut command = self.command_without_password();
        command.arg("--passphrase-file").arg(self.path("password"));
        command
    }

    /// The same, for somebody whose account stays locked.
    pub(crate) fn command_without_password(&self) -> Command {
        let mut command = self.bare();
        command.arg("--yes");
        command
    }

    /// Types a command as somebody who has not said yes to everything beforehand; nobody sits at the terminal.
    pub(crate) fn types_without_yes(&self, arguments: &[&str]) -> Told {
        let mut command = self.bare();
        command.arg("--passphrase-file").arg(self.path("password")).args(arguments);
        told(&command.output().unwrap())
    }

    fn bare(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_neuston"));
        command.env_clear();
        for keep in ["PATH", "TMPDIR", "NEUSTON_LOG"] {
            if let Some(value) = std::env::var_os(keep) {
                command.env(keep, value);
            }
        }
        // A home of its own: no keychain, no settings of whoever runs the tests.
        command.env("HOME", self.folder.path()).env("XDG_RUNTIME_DIR", self.folder.path());
        command.arg("--home").arg(self.home()).arg("--json");
        if let Some(network) = &self.network {
            command.arg("--network").arg(network);
        }
        command
    }

    /// Types a command and waits for its end.
    pub(crate) fn types(&self, arguments: &[&str]) -> Told {
        let output = self.command().args(arguments).output().unwrap();
        told(&output)
    }

    /// The same with one more variable in the environment.
    pub(crate) fn types_with(&self, arguments: &[&str], name: &str, value: &str) -> Told {
        let output = self.command().args(arguments).env(name, value).output().unwrap();
        told(&output)
    }

    /// Types a command that is told to end itself at a point.
    pub(crate) fn types_until(&self, kill: &str, arguments: &[&str]) -> Told {
        self.types_with(arguments, "NEUSTON_KILL", kill)
    }

    /// Makes an account with test tokens.
    pub(crate) fn with_account(self, tokens: u64) -> Self {
        self.types(&["wallet", "new"]).ok();
        if tokens > 0 {
            self.types(&["wallet", "faucet", &tokens.to_string()]).ok();
        }
        self
    }

    /// Keeps the home running, its account unlocked, until the process is dropped.
    pub(crate) fn serves(&self) -> Running {
        let mut command = self.command();
        command.arg("serve");
        Running::start(command)
    }

    /// Keeps the home running with its account locked: the gateway works, nothing of the account's own is signed.
    pub(crate) fn serves_locked(&self) -> Running {
        Running::start(self.locked("serve"))
    }

    /// The same, told to end itself at a point.
    pub(crate) fn serves_until(&self, kill: &str) -> Running {
        let mut command = self.locked("serve");
        command.env("NEUSTON_KILL", kill);
        Running::start(command)
    }

    fn locked(&self, what: &str) -> Command {
        let mut command = self.command_without_password();
        command.arg(what);
        command
    }

    /// The balance in OCEAN.
    pub(crate) fn balance(&self) -> String {
        self.types(&["wallet", "balance"]).ok()["balance"].as_str().unwrap().to_owned()
    }

    /// Waits until the balance is this.
    #[track_caller]
    pub(crate) fn waits_for_balance(&self, wanted: &str) {
        let until = Instant::now() + PATIENCE;
        let mut found = self.balance();
        while found != wanted && Instant::now() < until {
            found = self.balance();
        }
        assert_eq!(found, wanted, "the balance in the end");
    }

    /// The address of the account.
    pub(crate) fn address(&self) -> String {
        self.types(&["wallet", "show"]).ok()["address"].as_str().unwrap().to_owned()
    }

    /// Publishes a file and returns the listing's number.
    #[track_caller]
    pub(crate) fn publishes(&self, path: &Path, name: &str, price: &str) -> String {
        self.publishes_with(path, name, price, &[])
    }

    /// The same with more options.
    #[track_caller]
    pub(crate) fn publishes_with(&self, path: &Path, name: &str, price: &str, more: &[&str]) -> String {
        let mut arguments = form(path.to_str().unwrap(), name, price);
        arguments.extend(more);
        self.types(&arguments).ok()["did"].as_str().unwrap().to_owned()
    }

    /// The states of all purchases of a listing, newest first.
    pub(crate) fn purchases_of(&self, did: &str) -> Vec<Value> {
        let all = self.types(&["agreements"]).ok();
        all["results"].as_array().unwrap().iter().filter(|p| p["did"] == did).cloned().collect()
    }

    /// The entries of the library for a listing.
    pub(crate) fn owned_of(&self, did: &str) -> Vec<Value> {
        let all = self.types(&["library"]).ok();
        all["results"].as_array().unwrap().iter().filter(|p| p["did"] == did).cloned().collect()
    }

    /// Downloads what was bought into a new folder and reads its one file.
    #[track_caller]
    pub(crate) fn reads(&self, did: &str) -> String {
        let folder = self.path(&format!("read-{did}"));
        let saved = self.types(&["download", did, "--to", folder.to_str().unwrap()]).ok();
        assert_eq!(saved["files"][0]["verified"], true, "{saved}");
        std::fs::read_to_string(saved["files"][0]["path"].as_str().unwrap()).unwrap()
    }
}

/// The library that lets disks fail and clocks jump; cargo builds it beside the command line.
pub(crate) fn faults() -> PathBuf {
    let beside = Path::new(env!("CARGO_BIN_EXE_neuston")).parent().unwrap();
    let found =
        [beside.join("libfaults.so"), beside.join("deps").join("libfaults.so")].into_iter().find(|p| p.exists());
    found.expect("the crate `faults` is built")
}

/// The words of `publish` for a file.
pub(crate) fn form<'a>(path: &'a str, name: &'a str, price: &'a str) -> Vec<&'a str> {
    let words = ["publish", "--file", path, "--name", name, "--author", "A Publisher", "--license", "CC-BY-4.0"];
    let more = ["--price", price, "--description", "Numbers for a story."];
    words.into_iter().chain(more).collect()
}

/// What a finished process said.
pub(crate) fn told(output: &Output) -> Told {
    let stdout = String::from_utf8_lossy(&output.stdout);
    let json = stdout.lines().last().and_then(|line| serde_json::from_str(line).ok()).unwrap_or(Value::Null);
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    Told { code: output.status.code().unwrap_or(-1), aborted: aborted(output.status), json, stderr }
}

#[cfg(unix)]
fn aborted(status: ExitStatus) -> bool {
    std::os::unix::process::ExitStatusExt::signal(&status) == Some(6)
}

/// Other systems have no signals; an abort is a failure there.
#[cfg(not(unix))]
fn aborted(status: ExitStatus) -> bool {
    !matches!(status.code(), Some(0..=5))
}

/// A process that has said it is ready.
pub(crate) struct Running {
    child: Child,
    /// What it said; null where it ended before.
    pub(crate) ready: Value,
}

impl Running {
    /// Starts a process and waits for its one line, or for its end.
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let ready = match lines.next() {
            Some(line) => serde_json::from_str(line.as_deref().unwrap()).unwrap_or_else(|e| panic!("{line:?}: {e}")),
            None => Value::Null,
        };
        Self { child, ready }
    }

    /// Waits until it has ended itself by SIGABRT, or ends it once told that it is over; whether it ended itself.
    pub(crate) fn aborts_before(mut self, over: &mpsc::Receiver<()>) -> bool {
        const LOOK: Duration = Duration::from_millis(20);
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return aborted(status);
            }
            if !matches!(over.recv_timeout(LOOK), Err(mpsc::RecvTimeoutError::Timeout)) {
                return false;
            }
        }
    }

    /// Waits until it has ended itself by SIGABRT.
    #[track_caller]
    pub(crate) fn aborts(mut self, what: &str) {
        let (tell, hear) = mpsc::channel();
        let id = self.child.id();
        let waiting = std::thread::spawn(move || {
            let status = self.child.wait().unwrap();
            // Nobody listens any more where it took too long.
            let _ = tell.send(status);
        });
        let ended = hear.recv_timeout(PATIENCE);
        if ended.is_err() {
            let killed = Command::new("kill").args(["-KILL", &id.to_string()]).status().unwrap();
            assert!(killed.success());
        }
        waiting.join().unwrap();
        let status = ended.unwrap_or_else(|_| panic!("the process never came to {what}"));
        assert!(aborted(status), "the process ended at {what}: {status}");
    }

    /// Stops where it is, as a computer that is put to sleep.
    pub(crate) fn sleeps(&self) {
        self.signal("-STOP");
    }

    /// Goes on where it was.
    pub(crate) fn wakes(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        assert!(Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap().success());
    }

    /// kill -9.
    pub(crate) fn dies(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to end and waits until it has.
    pub(crate) fn ends(mut self) {
        self.terminate();
    }

    fn terminate(&mut self) {
        let id = self.child.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status().is_ok_and(|s| s.success());
        if !asked {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.terminate();
        }
    }
}
