//! The embedded chain, with contracts in the keeper contracts' places that log what they are told, on its disk and behind
//! its JSON-RPC, asked as a desktop asks it.

use crate::sales::{self, ACCESS, AGREEMENTS, CONDITIONS, Logged, PER_SALE, TOKEN};
use keeper::Nodes;
use keeper_node::{Chain, Genesis};
use protocol::{
    Address, NetworkFile, SecretKey, Vodka,
    tx::{Fee, UnsignedTx},
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, path::Path, time::Duration};
use tokio_util::sync::CancellationToken;
use transport::{Http, Limits, Listen, Resolver};

pub(crate) const CHAIN_ID: u64 = 1338;
/// Sales in one block.
const SALES: u64 = 80;
/// A record of a contract's input: four topics, a word, and how many bytes of it are logged.
///
/// i = 0; again: memory[0] = input[i + 128]; push the rest of the record; if its topic 3 is not 0, log4, else log3 without
/// it; i += 192; if the input is longer than i, again.
const CODE: &str = "60005b806080013560005280606001358160400135826020013583358460a00135600085602c57a350602e565ba45b\
                    60c00180361160025700";

pub(crate) struct Embedded {
    chain: Chain,
    key: SecretKey,
    nonce: u64,
    pub(crate) contracts: BTreeMap<u8, Address>,
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
        let mut embedded = Self { chain, key, nonce: 0, contracts: BTreeMap::new(), ends, nodes };
        for place in [TOKEN, AGREEMENTS, CONDITIONS, ACCESS] {
            let receipt = embedded.send(None, created());
            let address = receipt["contractAddress"].as_str().unwrap().parse().unwrap();
            embedded.contracts.insert(place, address);
        }
        for block in 0..events.div_ceil(SALES * PER_SALE) {
            let logged: Vec<Logged> =
                (block * SALES..(block + 1) * SALES).flat_map(|sale| sales::sale(sale, block)).collect();
            for (place, at) in embedded.contracts.clone() {
                let input = logged.iter().filter(|log| log.place == place).flat_map(record).collect();
                assert_eq!(embedded.send(Some(at), input)["status"], "0x1");
            }
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
            from: self.key.address().unwrap(),
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
    let byte = |at: usize| u8::from_str_radix(&CODE[at..at + 2], 16).unwrap();
    let code: Vec<u8> = (0..CODE.len()).step_by(2).map(byte).collect();
    let length = u8::try_from(code.len()).unwrap();
    [&[0x60, length, 0x80, 0x60, 0x0b, 0x60, 0x00, 0x39, 0x60, 0x00, 0xf3][..], &code].concat()
}

fn record(log: &Logged) -> Vec<u8> {
    let mut record = log.topics.concat();
    record.resize(4 * 32, 0);
    record.extend(log.data.unwrap_or_default());
    record.extend([0; 31]);
    record.push(if log.data.is_some() { 32 } else { 0 });
    record
}
