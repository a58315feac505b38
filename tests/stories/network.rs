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
        Self::starts_with(block_ms, &[])
    }

    /// The same with more options.
    pub(crate) fn starts_with(block_ms: u64, more: &[&str]) -> Self {
        let folder = tempfile::Builder::new().prefix("n").tempdir().unwrap();
        let mut command = command(folder.path());
        command.args(["node", "--listen", "127.0.0.1:0", "--block-time", &block_ms.to_string(), "--data"]);
        command.arg(folder.path().join("node")).args(more);
        let running = Running::start(command);
        assert_eq!(running.ready["ready"], true, "the network runs");
        Self { folder, running }
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
