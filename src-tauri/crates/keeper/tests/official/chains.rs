//! Chains that others make, each for as long as a test runs: anvil, hardhat's and ganache. And ethers.js, which is asked
//! what is on them, so that not only our own reading counts.

use crate::support::CHAIN_ID;
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    path::PathBuf,
    process::{Child, ChildStdout, Command, Stdio},
};
use transport::{Http, JsonRpc, Limits, Resolver};

/// Whose chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Maker {
    Anvil,
    Hardhat,
    Ganache,
}

/// A running chain without base fee, where nothing has to be paid, as those of the released contracts' networks.
pub(crate) struct Chain {
    child: Child,
    url: String,
    /// Hardhat wants a project.
    _folder: tempfile::TempDir,
}

impl Drop for Chain {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// What `cargo xtask test` has fetched.
pub(crate) fn fetched(variable: &str) -> PathBuf {
    let found = std::env::var_os(variable);
    found.unwrap_or_else(|| panic!("{variable} is not set: `cargo xtask test` fetches what this needs")).into()
}

/// The packages hardhat, ganache and ethers.
fn packages() -> PathBuf {
    fetched("NEUSTON_WITNESSES")
}

impl Chain {
    pub(crate) fn start(maker: Maker) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = match maker {
            Maker::Anvil => {
                let mut anvil = Command::new(fetched("NEUSTON_ANVIL"));
                anvil.args(["--port", "0", "--chain-id", &CHAIN_ID.to_string(), "--hardfork", "cancun"]);
                anvil.args(["--accounts", "0", "--base-fee", "0", "--gas-price", "0", "--disable-min-priority-fee"]);
                anvil
            }
            Maker::Hardhat => {
                let packages = packages();
                #[cfg(unix)]
                std::os::unix::fs::symlink(&packages, folder.path().join("node_modules")).unwrap();
                let chain = json!({
                    "chainId": CHAIN_ID, "hardfork": "london", "initialBaseFeePerGas": 0, "gasPrice": 0, "accounts": [],
                });
                let config = json!({ "solidity": "0.8.28", "networks": { "hardhat": chain } });
                std::fs::write(folder.path().join("hardhat.config.js"), format!("module.exports = {config}")).unwrap();
                let mut hardhat = Command::new("node");
                hardhat.current_dir(folder.path()).arg("node_modules/hardhat/internal/cli/bootstrap.js");
                hardhat.args(["node", "--hostname", "127.0.0.1", "--port", "0"]);
                hardhat.env("HARDHAT_DISABLE_TELEMETRY_PROMPT", "true").env("XDG_CONFIG_HOME", folder.path());
                hardhat
            }
            Maker::Ganache => {
                let mut ganache = Command::new("node");
                ganache.arg(packages().join("ganache/dist/node/cli.js"));
                ganache.args(["--chain.hardfork", "istanbul", "--miner.defaultGasPrice", "0"]);
                ganache.args(["--chain.chainId", &CHAIN_ID.to_string(), "--wallet.totalAccounts", "1"]);
                ganache.args(["--server.port", &free_port().to_string()]);
                ganache
            }
        };
        let mut child = command.env("FORCE_COLOR", "0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let url = ready(&mut child.stdout);
        Self { child, url, _folder: folder }
    }

    pub(crate) fn rpc(&self) -> JsonRpc {
        JsonRpc::connect(self.url.parse().unwrap(), &Http::new(Resolver::none(), Limits::trusted()))
    }

    /// What ethers.js finds: `asked` says what to look for, and the answer has the same names.
    pub(crate) fn seen_by_ethers(&self, asked: &Value) -> Value {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/official/witness.mjs");
        let answer = Command::new("node").arg(script).args([&self.url, &asked.to_string()]).arg(packages()).output();
        let answer = answer.unwrap();
        assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
        serde_json::from_slice(&answer.stdout).unwrap()
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Waits for the line with the address; some paint it where they take that for wanted. The rest is read on, or the chain would stop when the pipe is full.
fn ready(stdout: &mut Option<ChildStdout>) -> String {
    const LISTENS: [&str; 3] = ["Listening on ", "server at http://", "RPC Listening on "];
    let mut lines = BufReader::new(stdout.take().unwrap()).lines();
    let found = |line: &str| {
        let (_, rest) = LISTENS.iter().find_map(|before| line.split_once(before))?;
        let end = rest.find(|character: char| !(character.is_ascii_alphanumeric() || ".:".contains(character)));
        Some(rest[..end.unwrap_or(rest.len())].to_owned())
    };
    let address = lines.find_map(|line| found(&line.unwrap())).unwrap();
    std::thread::spawn(move || lines.for_each(drop));
    format!("http://{address}")
}
