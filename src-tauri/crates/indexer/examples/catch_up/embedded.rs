//! The embedded chain on its disk and behind its JSON-RPC, asked as a desktop asks it, with a contract in the token's place
//! that logs transfers.

use crate::node;
use keeper::Nodes;
use keeper_node::{Chain, Genesis};
use protocol::{
    Address, NetworkFile, SecretKey, Vodka,
    tx::{Fee, UnsignedTx},
};
use serde_json::{Value, json};
use std::{path::Path, time::Duration};
use tokio_util::sync::CancellationToken;
use transport::{Http, Limits, Listen, Resolver};

pub(crate) const CHAIN_ID: u64 = 1338;
/// Transfers in one block.
const PER_BLOCK: u64 = 500;

pub(crate) struct Embedded {
    chain: Chain,
    key: SecretKey,
    nonce: u64,
    pub(crate) token: Address,
    /// Whose transfers they are.
    pub(crate) sender: Address,
    ends: CancellationToken,
    pub(crate) nodes: Nodes,
}

impl Embedded {
    /// With at least so many events.
    pub(crate) async fn new(folder: &Path, events: u64) -> Self {
        let key = SecretKey::from_bytes(&[7; 32]).unwrap();
        let mut genesis = Genesis::new(CHAIN_ID, key.address().unwrap());
        genesis.mining.gather = Duration::ZERO;
        let chain = Chain::open(&folder.join("chain.db"), genesis).unwrap();
        let (ends, socket) = (CancellationToken::new(), folder.join("chain.sock"));
        let listen = if cfg!(unix) { Listen::Unix(socket) } else { "127.0.0.1:0".parse().unwrap() };
        let served = transport::serve(&listen, keeper_node::router(chain.clone()), ends.clone()).await.unwrap();
        let text = format!("name = \"b\"\nchain_id = {CHAIN_ID}\nrpc = [\"{}\"]", served.endpoint());
        let http = Http::new(Resolver::none(), Limits::trusted());
        let nodes = Nodes::of_network(&NetworkFile::from_toml(&text).unwrap(), &http).unwrap();
        let sender = key.address().unwrap();
        let mut embedded = Self { chain, key, nonce: 0, token: Address::ZERO, sender, ends, nodes };
        let receipt = embedded.send(None, created());
        embedded.token = receipt["contractAddress"].as_str().unwrap().parse().unwrap();
        let (token, mut input) = (embedded.token, vec![0; 24]);
        input.extend(PER_BLOCK.to_be_bytes());
        for _ in 0..events.div_ceil(PER_BLOCK) {
            assert_eq!(embedded.send(Some(token), input.clone())["status"], "0x1");
        }
        embedded
    }

    fn ask(&self, method: &str, params: Value) -> Value {
        let request = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let answer = self.chain.request_blocking(request);
        assert!(answer.get("error").is_none(), "{answer}");
        answer["result"].clone()
    }

    fn send(&mut self, to: Option<Address>, data: Vec<u8>) -> Value {
        let tx = UnsignedTx {
            chain_id: CHAIN_ID,
            from: self.sender,
            nonce: self.nonce,
            to,
            value: Vodka::ZERO,
            data,
            gas: 30_000_000,
            fee: Fee::Legacy { gas_price: 0 },
        };
        self.nonce += 1;
        let signed = wallet::sign_transaction(&self.key, &tx).unwrap();
        let raw: String = signed.raw.iter().map(|byte| format!("{byte:02x}")).collect();
        self.ask("eth_sendRawTransaction", json!([format!("0x{raw}")]));
        self.ask("eth_getTransactionReceipt", json!([signed.hash.hex()]))
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        self.ends.cancel();
    }
}

/// The code that creates the contract: it copies what comes after itself.
fn created() -> Vec<u8> {
    let text = node::code();
    let byte = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    let code: Vec<u8> = (2..text.len()).step_by(2).map(byte).collect();
    let length = u8::try_from(code.len()).unwrap();
    [&[0x60, length, 0x80, 0x60, 0x0b, 0x60, 0x00, 0x39, 0x60, 0x00, 0xf3][..], &code].concat()
}
