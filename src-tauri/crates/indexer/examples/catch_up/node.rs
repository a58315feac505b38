//! Logs of a real node: anvil, with a contract in the token's place that logs transfers; and ethers.js on the same logs.

use keeper::Rpc;
use protocol::{Address, event_topics::topic};
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};
use transport::{Http, JsonRpc, Limits, Resolver};

pub(crate) const CHAIN_ID: u64 = 31337;
pub(crate) const TOKEN: Address = Address([1; 20]);

/// A loop: as often as the input says, `Transfer(caller, i, i)` is logged.
pub(crate) fn code() -> String {
    let transfer: String = topic::TRANSFER.0.iter().map(|byte| format!("{byte:02x}")).collect();
    // i = 0; again: memory[0] = i; log3(memory 0..32, Transfer, caller, i); i += 1; if input > i, again
    format!("0x60005b8060005280337f{transfer}60206000a36001018060003511600257 00").replace(' ', "")
}

pub(crate) struct Anvil {
    child: Child,
    pub(crate) rpc: JsonRpc,
    url: String,
    pub(crate) sender: Address,
}

impl Drop for Anvil {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Anvil {
    /// A node, and in each of so many blocks so many transfers.
    pub(crate) async fn start(program: &Path, blocks: u64, per_block: u64) -> Self {
        let mut child =
            Command::new(program).args(["--port", "0", "--accounts", "1"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines.find_map(|line| line.unwrap().strip_prefix("Listening on ").map(str::to_owned)).unwrap();
        // Read on, or anvil blocks when the pipe is full.
        std::thread::spawn(move || lines.for_each(drop));
        let url = format!("http://{address}");
        let rpc = JsonRpc::connect(url.parse().unwrap(), &Http::new(Resolver::none(), Limits::trusted()));
        let ask = async |method: &str, params: Value| rpc.request(method, params).await.unwrap();
        ask("anvil_setCode", json!([TOKEN.hex(), code()])).await;
        let sender = ask("eth_accounts", json!([])).await[0].as_str().unwrap().to_owned();
        let node = Self { child, sender: sender.parse().unwrap(), rpc, url };
        for _ in 0..blocks {
            node.transfers(per_block).await;
        }
        node
    }

    pub(crate) async fn ask(&self, method: &str, params: Value) -> Value {
        self.rpc.request(method, params).await.unwrap()
    }

    /// A block with so many transfers.
    pub(crate) async fn transfers(&self, many: u64) {
        let call = json!([{
            "from": self.sender.hex(), "to": TOKEN.hex(), "gas": "0x1c9c380", "data": format!("0x{many:064x}"),
        }]);
        let sent = self.ask("eth_sendTransaction", call).await;
        // Its block is made after the answer.
        while self.ask("eth_getTransactionReceipt", json!([sent])).await.is_null() {}
    }

    /// The same logs read, decoded and kept by account with ethers.js.
    pub(crate) async fn ethers_js(&self, folder: &Path, longest: Duration) -> Value {
        let script = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/catch_up/ethers.mjs"));
        let mut program = tokio::process::Command::new("node");
        program.arg(script).arg(folder).arg(&self.url).arg(TOKEN.hex()).stderr(Stdio::inherit()).kill_on_drop(true);
        let Ok(output) = tokio::time::timeout(longest, program.output()).await else {
            return json!({ "not_within_s": longest.as_secs() });
        };
        let output = output.unwrap();
        assert!(output.status.success());
        serde_json::from_slice(&output.stdout).unwrap()
    }
}
