//! Chains that others make and run, each as a process of its own: anvil, hardhat's and ganache's.

use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

/// Its number.
pub(crate) const CHAIN_ID: u64 = 1337;

/// Whose chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Maker {
    Anvil,
    Hardhat,
    Ganache,
}

/// Which of the released contracts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Release {
    /// 0.13.2: agreements in the form of v0.2.
    V0_13,
    /// 0.12.7: in the form of v0.1, from template contracts.
    V0_12,
}

/// What a transaction costs on anvil.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gas {
    /// Nothing, as on permissioned chains.
    Free,
    /// A base fee of 1 gwei to begin with, and something for the producer (EIP-1559).
    Costs,
}

/// A running chain, until it is dropped.
pub(crate) struct Chain {
    child: Child,
    pub(crate) url: String,
    /// Hardhat wants a project.
    _folder: tempfile::TempDir,
}

/// What `cargo xtask test` has fetched.
pub(crate) fn fetched(variable: &str) -> PathBuf {
    let found = std::env::var_os(variable);
    found.unwrap_or_else(|| panic!("{variable} is not set: `cargo xtask test` fetches what this needs")).into()
}

fn anvil(gas: Gas, seconds: u32) -> Command {
    let mut command = Command::new(fetched("NEUSTON_ANVIL"));
    command.args(["--port", "0", "--chain-id", &CHAIN_ID.to_string(), "--hardfork", "cancun", "--accounts", "0"]);
    match gas {
        Gas::Free => command.args(["--base-fee", "0", "--gas-price", "0", "--disable-min-priority-fee"]),
        Gas::Costs => command.args(["--base-fee", "1000000000"]),
    };
    if seconds > 0 {
        command.args(["--block-time", &seconds.to_string(), "--mixed-mining"]);
    }
    command
}

/// Gas is free there.
fn hardhat(folder: &Path) -> Command {
    #[cfg(unix)]
    std::os::unix::fs::symlink(fetched("NEUSTON_WITNESSES"), folder.join("node_modules")).unwrap();
    let chain = json!({
        "chainId": CHAIN_ID, "hardfork": "london", "initialBaseFeePerGas": 0, "gasPrice": 0, "accounts": [],
        // No block is so full that the next one would cost something.
        "mining": { "auto": true, "interval": 1000 }, "blockGasLimit": 1_000_000_000,
    });
    let config = json!({ "solidity": "0.8.28", "networks": { "hardhat": chain } });
    std::fs::write(folder.join("hardhat.config.js"), format!("module.exports = {config}")).unwrap();
    let mut command = Command::new("node");
    command.current_dir(folder).arg("node_modules/hardhat/internal/cli/bootstrap.js");
    command.args(["node", "--hostname", "127.0.0.1", "--port", "0"]);
    command.env("HARDHAT_DISABLE_TELEMETRY_PROMPT", "true").env("XDG_CONFIG_HOME", folder);
    command
}

/// Gas is free there.
fn ganache() -> Command {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut command = Command::new("node");
    command.arg(fetched("NEUSTON_WITNESSES").join("ganache/dist/node/cli.js"));
    command.args(["--chain.hardfork", "istanbul", "--miner.defaultGasPrice", "0"]);
    command.args(["--chain.chainId", &CHAIN_ID.to_string(), "--wallet.totalAccounts", "1"]);
    command.args(["--server.port", &port.to_string(), "--miner.blockTime", "1"]);
    command
}

/// The address in the line with which a chain says that it listens. Some paint their lines where they take it for wanted.
fn address(line: &str) -> Option<String> {
    const LISTENS: [&str; 3] = ["Listening on ", "server at http://", "RPC Listening on "];
    let (_, rest) = LISTENS.iter().find_map(|before| line.split_once(before))?;
    let end = rest.find(|character: char| !(character.is_ascii_alphanumeric() || ".:".contains(character)));
    Some(rest[..end.unwrap_or(rest.len())].to_owned())
}

impl Chain {
    /// anvil that makes a block for each transaction, and one every so many seconds besides; 0 is none besides.
    pub(crate) fn anvil(gas: Gas, seconds: u32) -> Self {
        Self::runs(anvil(gas, seconds), tempfile::tempdir().unwrap())
    }

    /// Anybody's chain without fees: anvil and hardhat make a block for each transaction and one every second besides,
    /// ganache only the latter.
    pub(crate) fn free(maker: Maker) -> Self {
        let folder = tempfile::tempdir().unwrap();
        match maker {
            Maker::Anvil => Self::runs(anvil(Gas::Free, 1), folder),
            Maker::Hardhat => Self::runs(hardhat(folder.path()), folder),
            Maker::Ganache => Self::runs(ganache(), folder),
        }
    }

    fn runs(mut command: Command, folder: tempfile::TempDir) -> Self {
        let mut child = command.env("FORCE_COLOR", "0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let told = lines.find_map(|line| address(&line.unwrap()));
        let url = format!("http://{}", told.expect("it says where it listens"));
        // The rest is read on, or it would stop when the pipe is full.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, url, _folder: folder }
    }

    pub(crate) fn asks(&self, method: &str, params: Value) -> Value {
        let request = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let (_, answer) = crate::servers_of_their_own::asks("POST", &format!("{}/", self.url), Some(&request));
        answer["result"].clone()
    }

    /// Gives an account this much ether, in thousandths.
    pub(crate) fn gives(&self, address: &str, thousandths: u64) {
        let wei = u128::from(thousandths) * 10_u128.pow(15);
        self.asks("anvil_setBalance", json!([address, format!("{wei:#x}")]));
    }

    /// wei of an account.
    pub(crate) fn ether_of(&self, address: &str) -> u128 {
        let balance = self.asks("eth_getBalance", json!([address, "latest"]));
        u128::from_str_radix(balance.as_str().unwrap().trim_start_matches("0x"), 16).unwrap()
    }

    /// The released contracts, put here by ethers.js: a network file without services.
    pub(crate) fn with_official_contracts(&self, release: Release) -> String {
        let (number, package, form) = match release {
            Release::V0_13 => ("0.13.2", "@oceanprotocol/keeper-contracts", "v0.2"),
            Release::V0_12 => ("0.12.7", "keeper-contracts-0.12", "v0.1"),
        };
        let artifacts = fetched("NEUSTON_OFFICIAL").join(package).join("artifacts");
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/stories/chains/deploy_official.mjs");
        let mut deploys = Command::new("node");
        deploys.arg(script).args([&self.url, number]).arg(artifacts).arg(fetched("NEUSTON_WITNESSES"));
        let said = deploys.output().unwrap();
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
        let contracts: BTreeMap<String, String> = serde_json::from_slice(&said.stdout).unwrap();
        let rows: Vec<String> = contracts.iter().map(|(name, at)| format!("{name} = \"{at}\"")).collect();
        let head = format!(
            "name = \"official\"\nchain_id = {CHAIN_ID}\nrpc = [\"{}\"]\nblock_time_ms = 1000\nagreements = \"{form}\"",
            self.url
        );
        // Hardhat names a price, and takes what pays nothing.
        format!("{head}\n\n[fees]\nmax_gwei = 0\n\n[contracts]\n{}\n", rows.join("\n"))
    }

    /// What ethers.js finds on this chain; `asked` says what to look for.
    pub(crate) fn seen_by_ethers(&self, asked: &Value) -> Value {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../keeper/tests/official/witness.mjs");
        let mut looks = Command::new("node");
        looks.arg(script).args([&self.url, &asked.to_string()]).arg(fetched("NEUSTON_WITNESSES"));
        let answer = looks.output().unwrap();
        assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
        serde_json::from_slice(&answer.stdout).unwrap()
    }
}

impl Drop for Chain {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
