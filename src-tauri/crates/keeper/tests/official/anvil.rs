//! Anvil, for as long as a test runs.

use crate::support::CHAIN_ID;
use std::{
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
};
use transport::{Http, JsonRpc, Limits, Resolver};

pub(crate) struct Anvil {
    child: Child,
    url: String,
}

impl Drop for Anvil {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn program() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("NEUSTON_ANVIL") {
        return Some(path.into());
    }
    let home = PathBuf::from(std::env::var_os("HOME")?);
    let path = home.join(".cache/neuston/npm/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil");
    if path.exists() {
        return Some(path);
    }
    eprintln!("no anvil here: cargo xtask test fetches it");
    None
}

impl Anvil {
    /// A chain without accounts where nothing has to be paid, as those of the released contracts' networks.
    pub(crate) fn start() -> Option<Self> {
        let mut child = Command::new(program()?)
            .args(["--port", "0", "--chain-id", &CHAIN_ID.to_string(), "--hardfork", "cancun", "--accounts", "0"])
            .args(["--base-fee", "0", "--gas-price", "0", "--disable-min-priority-fee"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines.find_map(|line| line.unwrap().strip_prefix("Listening on ").map(str::to_owned)).unwrap();
        // Read on, or anvil blocks when the pipe is full.
        std::thread::spawn(move || lines.for_each(drop));
        Some(Self { child, url: format!("http://{address}") })
    }

    pub(crate) fn rpc(&self) -> JsonRpc {
        JsonRpc::connect(self.url.parse().unwrap(), &Http::new(Resolver::none(), Limits::trusted()))
    }
}
