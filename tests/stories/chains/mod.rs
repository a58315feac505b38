//! Chains that others make and run: anvil, as a process of its own.

use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

/// Its number.
pub(crate) const CHAIN_ID: u64 = 1337;

/// What a transaction costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gas {
    /// Nothing, as on permissioned chains.
    Free,
    /// A base fee of 1 gwei to begin with, and something for the producer (EIP-1559).
    Costs,
}

/// anvil, until it is dropped.
pub(crate) struct Anvil {
    child: Child,
    pub(crate) url: String,
}

/// What `cargo xtask test` has fetched.
fn fetched(variable: &str) -> PathBuf {
    let found = std::env::var_os(variable);
    found.unwrap_or_else(|| panic!("{variable} is not set: `cargo xtask test` fetches what this needs")).into()
}

impl Anvil {
    /// One that makes a block for each transaction, and one every so many seconds besides; 0 is none besides.
    pub(crate) fn starts(gas: Gas, seconds: u32) -> Self {
        let mut command = Command::new(fetched("NEUSTON_ANVIL"));
        command.args(["--port", "0", "--chain-id", &CHAIN_ID.to_string(), "--hardfork", "cancun", "--accounts", "0"]);
        match gas {
            Gas::Free => command.args(["--base-fee", "0", "--gas-price", "0", "--disable-min-priority-fee"]),
            Gas::Costs => command.args(["--base-fee", "1000000000"]),
        };
        if seconds > 0 {
            command.args(["--block-time", &seconds.to_string(), "--mixed-mining"]);
        }
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let told = lines.find_map(|line| line.unwrap().strip_prefix("Listening on ").map(str::to_owned));
        let url = format!("http://{}", told.expect("anvil says where it listens"));
        // The rest is read on, or it would stop when the pipe is full.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, url }
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
    pub(crate) fn with_official_contracts(&self) -> String {
        let artifacts = fetched("NEUSTON_OFFICIAL").join("@oceanprotocol/keeper-contracts/artifacts");
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/stories/chains/deploy_official.mjs");
        let mut deploys = Command::new("node");
        deploys.arg(script).arg(&self.url).arg(artifacts).arg(fetched("NEUSTON_WITNESSES"));
        let said = deploys.output().unwrap();
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
        let contracts: BTreeMap<String, String> = serde_json::from_slice(&said.stdout).unwrap();
        let rows: Vec<String> = contracts.iter().map(|(name, at)| format!("{name} = \"{at}\"")).collect();
        let head =
            format!("name = \"official\"\nchain_id = {CHAIN_ID}\nrpc = [\"{}\"]\nblock_time_ms = 1000", self.url);
        format!("{head}\n\n[contracts]\n{}\n", rows.join("\n"))
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

impl Drop for Anvil {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
