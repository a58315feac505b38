//! A network whose servers run in a process of their own, reached over TCP.

use crate::person::Running;
use std::{
    path::{Path, PathBuf},
    process::Command,
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
        Self { running: start(&folder, "127.0.0.1:0", block_ms), folder }
    }

    /// kill -9, and starts it again where it was.
    pub(crate) fn dies_and_comes_back(self, block_ms: u64) -> Self {
        let Self { folder, running } = self;
        let rpc = running.ready["rpc"].as_str().unwrap();
        let at = rpc.trim_start_matches("http://").split('/').next().unwrap().to_owned();
        running.dies();
        Self { running: start(&folder, &at, block_ms), folder }
    }

    /// Its file, for whoever joins.
    pub(crate) fn file(&self) -> PathBuf {
        PathBuf::from(self.running.ready["networkFile"].as_str().unwrap())
    }

    /// A path beside its data.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

fn start(folder: &tempfile::TempDir, at: &str, block_ms: u64) -> Running {
    let mut command = command(folder.path());
    command.args(["node", "--listen", at, "--block-time", &block_ms.to_string(), "--data"]);
    command.arg(folder.path().join("node"));
    let running = Running::start(command);
    assert_eq!(running.ready["ready"], true, "the network runs");
    running
}

/// The command line for somebody without a home.
pub(crate) fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_neuston"));
    command.env_clear().env("HOME", folder).env("XDG_RUNTIME_DIR", folder);
    for keep in ["PATH", "TMPDIR"] {
        if let Some(value) = std::env::var_os(keep) {
            command.env(keep, value);
        }
    }
    command
}
