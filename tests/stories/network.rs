//! A network whose servers run in a process of their own, reached over TCP.

use crate::{
    person::{PATIENCE, Running},
    servers_of_their_own::asks,
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

/// `neuston node`, until it is dropped.
pub(crate) struct Network {
    folder: tempfile::TempDir,
    pub(crate) running: Running,
}

impl Network {
    /// Starts one whose blocks come every so many milliseconds; 0 makes a block when there is a transaction.
    pub(crate) fn starts(block_ms: u64) -> Self {
        let folder = tempfile::Builder::new().prefix("n").tempdir().unwrap();
        Self { running: start(&folder, "127.0.0.1:0", block_ms, None), folder }
    }

    /// Serves catalogue, gateway and key servers for the chain and the contracts of this network file.
    pub(crate) fn serves(file: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("n").tempdir().unwrap();
        let path = folder.path().join("elsewhere.toml");
        std::fs::write(&path, file).unwrap();
        let mut command = command(folder.path());
        command.arg("node").arg("--network").arg(&path).args(["--listen", "127.0.0.1:0", "--data"]);
        command.arg(folder.path().join("node"));
        let running = Running::start(command);
        assert_eq!(running.ready["ready"], true, "the network runs");
        Self { running, folder }
    }

    /// The addresses of the contracts by name, as its file has them.
    pub(crate) fn contracts(&self) -> BTreeMap<String, String> {
        let file = std::fs::read_to_string(self.file()).unwrap();
        let rows = file.lines().skip_while(|line| *line != "[contracts]").skip(1);
        let rows = rows.take_while(|line| !line.starts_with('['));
        rows.filter_map(|row| row.split_once(" = "))
            .map(|(name, at)| (name.into(), at.trim_matches('"').into()))
            .collect()
    }

    /// kill -9, and starts it again where it was.
    pub(crate) fn dies_and_comes_back(self, block_ms: u64) -> Self {
        let at = self.at();
        let Self { folder, running } = self;
        running.dies();
        Self { running: start(&folder, &at, block_ms, None), folder }
    }

    /// Its file, for whoever joins.
    pub(crate) fn file(&self) -> PathBuf {
        PathBuf::from(self.running.ready["networkFile"].as_str().unwrap())
    }

    /// Its file without the watch-tower.
    pub(crate) fn file_without_a_tower(&self) -> PathBuf {
        let text = std::fs::read_to_string(self.file()).unwrap();
        let rest: Vec<&str> = text.lines().filter(|line| !line.starts_with("watchtower")).collect();
        assert_eq!(rest.len() + 1, text.lines().count(), "there is one line of it: {text}");
        let path = self.path("without-a-tower.toml");
        std::fs::write(&path, rest.join("\n")).unwrap();
        path
    }

    /// Starts one that is told to end itself at a point.
    pub(crate) fn starts_until(kill: &str, block_ms: u64) -> Self {
        let folder = tempfile::Builder::new().prefix("n").tempdir().unwrap();
        Self { running: start(&folder, "127.0.0.1:0", block_ms, Some(kill)), folder }
    }

    /// Waits until it has ended itself, and starts it again where it was.
    pub(crate) fn aborts_and_comes_back(self, what: &str, block_ms: u64) -> Self {
        let at = self.at();
        let Self { folder, running } = self;
        running.aborts(what);
        Self { running: start(&folder, &at, block_ms, None), folder }
    }

    fn at(&self) -> String {
        let rpc = self.running.ready["rpc"].as_str().unwrap();
        rpc.trim_start_matches("http://").split('/').next().unwrap().to_owned()
    }

    /// The number of the newest block.
    pub(crate) fn block(&self) -> u64 {
        u64::try_from(self.number("eth_blockNumber", json!([]))).unwrap()
    }

    /// How many transactions of an account are on the chain: each that was sent twice is seen here.
    pub(crate) fn sent_by(&self, address: &str) -> u64 {
        u64::try_from(self.number("eth_getTransactionCount", json!([address, "latest"]))).unwrap()
    }

    /// Vodka that an account has, as the chain says.
    pub(crate) fn vodka_of(&self, address: &str) -> u128 {
        let token = &self.contracts()["OceanToken"];
        let data = format!("0x70a08231{:0>64}", address.trim_start_matches("0x"));
        self.number("eth_call", json!([{"to": token, "data": data}, "latest"]))
    }

    /// wei that an account has, as the chain says.
    pub(crate) fn ether_of(&self, address: &str) -> u128 {
        self.number("eth_getBalance", json!([address, "latest"]))
    }

    fn number(&self, method: &str, params: Value) -> u128 {
        let request = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let (_, answer) = asks("POST", self.running.ready["rpc"].as_str().unwrap(), Some(&request));
        u128::from_str_radix(answer["result"].as_str().unwrap().trim_start_matches("0x"), 16).unwrap()
    }

    /// Waits until this block is there.
    #[track_caller]
    pub(crate) fn comes_to(&self, block: u64) {
        let until = Instant::now() + PATIENCE;
        while self.block() < block {
            assert!(Instant::now() < until, "block {block} comes");
        }
    }

    /// Waits until the watch-tower says this of an agreement.
    #[track_caller]
    pub(crate) fn watches(&self, agreement: &str, state: &str) {
        let url = format!("http://{}/api/v1/watchtower/agreements/{agreement}", self.at());
        let until = Instant::now() + PATIENCE;
        loop {
            let (status, answer) = asks("GET", &url, None);
            if status == 200 && answer["state"] == state {
                return;
            }
            assert!(Instant::now() < until, "the watch-tower says {state}: {status} {answer}");
        }
    }

    /// A path beside its data.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

fn start(folder: &tempfile::TempDir, at: &str, block_ms: u64, kill: Option<&str>) -> Running {
    let mut command = command(folder.path());
    command.args(["node", "--listen", at, "--block-time", &block_ms.to_string(), "--data"]);
    command.arg(folder.path().join("node"));
    if let Some(kill) = kill {
        command.env("NEUSTON_KILL", kill);
    }
    let running = Running::start(command);
    assert_eq!(running.ready["ready"], true, "the network runs");
    running
}

/// The command line for somebody without a home.
pub(crate) fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_neuston"));
    command.env_clear().env("HOME", folder).env("XDG_RUNTIME_DIR", folder);
    for keep in ["PATH", "TMPDIR", "NEUSTON_LOG"] {
        if let Some(value) = std::env::var_os(keep) {
            command.env(keep, value);
        }
    }
    command
}
