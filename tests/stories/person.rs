//! A person at a terminal: a home of their own and the released command line, as separate processes.

use serde_json::Value;
use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

/// The password everybody in the stories uses.
pub(crate) const PASSWORD: &str = "a password for stories";

/// A person with a home.
pub(crate) struct Person {
    folder: tempfile::TempDir,
    network: Option<PathBuf>,
}

/// What a command did.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) code: i32,
    pub(crate) json: Value,
    pub(crate) stderr: String,
}

impl Told {
    /// The answer of a command that worked.
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert_eq!(self.code, 0, "the command works: {self:?}");
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

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_neuston"));
        command.env_clear();
        for keep in ["PATH", "TMPDIR"] {
            if let Some(value) = std::env::var_os(keep) {
                command.env(keep, value);
            }
        }
        // A home of its own: no keychain, no settings of whoever runs the tests.
        command.env("HOME", self.folder.path()).env("XDG_RUNTIME_DIR", self.folder.path());
        command.arg("--home").arg(self.home()).arg("--json").arg("--yes");
        command.arg("--passphrase-file").arg(self.path("password"));
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

    /// Makes an account with test tokens.
    pub(crate) fn with_account(self, tokens: u64) -> Self {
        self.types(&["wallet", "new"]).ok();
        if tokens > 0 {
            self.types(&["wallet", "faucet", &tokens.to_string()]).ok();
        }
        self
    }

    /// Keeps the home running until the process is dropped.
    pub(crate) fn serves(&self) -> Running {
        let mut command = self.command();
        command.arg("serve");
        Running::start(command)
    }

    /// The balance in OCEAN.
    pub(crate) fn balance(&self) -> String {
        self.types(&["wallet", "balance"]).ok()["balance"].as_str().unwrap().to_owned()
    }

    /// Publishes a file and returns the listing's number.
    pub(crate) fn publishes(&self, path: &Path, name: &str, price: &str) -> String {
        let path = path.to_str().unwrap();
        let told = self.types(&[
            "publish",
            "--file",
            path,
            "--name",
            name,
            "--author",
            "A Publisher",
            "--license",
            "CC-BY-4.0",
            "--price",
            price,
            "--description",
            "Numbers for a story.",
        ]);
        told.ok()["did"].as_str().unwrap().to_owned()
    }
}

fn told(output: &Output) -> Told {
    let stdout = String::from_utf8_lossy(&output.stdout);
    let json = stdout.lines().last().and_then(|line| serde_json::from_str(line).ok()).unwrap_or(Value::Null);
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    Told { code: output.status.code().unwrap_or(-1), json, stderr }
}

/// A process that has said it is ready.
pub(crate) struct Running {
    child: Child,
    /// What it said.
    pub(crate) ready: Value,
}

impl Running {
    /// Starts a process and waits for its one line.
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines.next().expect("the process says something").unwrap();
        let ready = serde_json::from_str(&line).unwrap_or_else(|e| panic!("{line}: {e}"));
        Self { child, ready }
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
