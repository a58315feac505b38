//! Fetches what proves that a transaction is in a block: header, all transactions, all receipts (`protocol::proof`).

use crate::{Keeper, KeeperError, rpc::ask};
use protocol::{
    Hash32, TxHash,
    proof::{Inclusion, block::Header, rlp, trie},
};
use serde::Deserialize;
use serde_json::{Value, json};

/// Fields of a header in their order; those from the 16th on came later and are absent in older blocks.
const HEADER: [(&str, Kind); 21] = [
    ("parentHash", Kind::Bytes),
    ("sha3Uncles", Kind::Bytes),
    ("miner", Kind::Bytes),
    ("stateRoot", Kind::Bytes),
    ("transactionsRoot", Kind::Bytes),
    ("receiptsRoot", Kind::Bytes),
    ("logsBloom", Kind::Bytes),
    ("difficulty", Kind::Number),
    ("number", Kind::Number),
    ("gasLimit", Kind::Number),
    ("gasUsed", Kind::Number),
    ("timestamp", Kind::Number),
    ("extraData", Kind::Bytes),
    ("mixHash", Kind::Bytes),
    ("nonce", Kind::Bytes),
    ("baseFeePerGas", Kind::Number),
    ("withdrawalsRoot", Kind::Bytes),
    ("blobGasUsed", Kind::Number),
    ("excessBlobGas", Kind::Number),
    ("parentBeaconBlockRoot", Kind::Bytes),
    ("requestsHash", Kind::Bytes),
];

/// Headers have at least the first fifteen.
const ALWAYS: usize = 15;

#[derive(Clone, Copy)]
enum Kind {
    Bytes,
    Number,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    block_hash: Hash32,
    transaction_index: String,
}

fn strange(what: &str) -> KeeperError {
    KeeperError::Answer(format!("{what} has another form than a proof needs"))
}

fn hex_of(value: &Value) -> Result<Vec<u8>, KeeperError> {
    let text = value.as_str().and_then(|text| text.strip_prefix("0x")).ok_or_else(|| strange("a field"))?;
    let even = if text.len() % 2 == 1 { format!("0{text}") } else { text.to_owned() };
    ethers::utils::hex::decode(even).map_err(|_| strange("a field"))
}

fn encoded(value: &Value, kind: Kind) -> Result<Vec<u8>, KeeperError> {
    let bytes = hex_of(value)?;
    Ok(match kind {
        Kind::Bytes => rlp::bytes(&bytes),
        Kind::Number => rlp::number(&bytes),
    })
}

fn header(block: &Value) -> Result<Vec<u8>, KeeperError> {
    let mut fields = Vec::new();
    for (place, (name, kind)) in HEADER.iter().enumerate() {
        match block.get(name).filter(|value| !value.is_null()) {
            Some(value) => fields.push(encoded(value, *kind)?),
            None if place >= ALWAYS => break,
            None => return Err(strange("the block's header")),
        }
    }
    Ok(rlp::list(fields))
}

/// A field of a transaction; `to` of a creation is null, which is empty.
fn field(of: &Value, name: &str, kind: Kind) -> Result<Vec<u8>, KeeperError> {
    match of.get(name) {
        Some(Value::Null) if name == "to" => Ok(rlp::bytes(b"")),
        Some(value) => encoded(value, kind),
        None if name == "yParity" => field(of, "v", kind),
        None => Err(strange("a transaction of the block")),
    }
}

fn each(of: &Value, name: &str, one: impl Fn(&Value) -> Result<Vec<u8>, KeeperError>) -> Result<Vec<u8>, KeeperError> {
    let items = of.get(name).and_then(Value::as_array).ok_or_else(|| strange("a transaction of the block"))?;
    Ok(rlp::list(items.iter().map(one).collect::<Result<Vec<_>, _>>()?))
}

fn access_list(of: &Value) -> Result<Vec<u8>, KeeperError> {
    each(of, "accessList", |entry| {
        let keys = each(entry, "storageKeys", |key| encoded(key, Kind::Bytes))?;
        Ok(rlp::list([field(entry, "address", Kind::Bytes)?, keys]))
    })
}

fn authorizations(of: &Value) -> Result<Vec<u8>, KeeperError> {
    each(of, "authorizationList", |entry| {
        use Kind::{Bytes, Number};
        let names = [
            ("chainId", Number),
            ("address", Bytes),
            ("nonce", Number),
            ("yParity", Number),
            ("r", Number),
            ("s", Number),
        ];
        Ok(rlp::list(names.iter().map(|(name, kind)| field(entry, name, *kind)).collect::<Result<Vec<_>, _>>()?))
    })
}

/// The type of a transaction or receipt; absent where a node is older than types.
fn kind_of(of: &Value) -> Result<u8, KeeperError> {
    match of.get("type") {
        None | Some(Value::Null) => Ok(0),
        Some(value) => match hex_of(value)?.as_slice() {
            [] => Ok(0),
            [kind] => Ok(*kind),
            _ => Err(strange("a transaction's type")),
        },
    }
}

/// A transaction as its block's trie has it: types 0 to 4 (EIP-155, 2930, 1559, 4844, 7702).
fn transaction(of: &Value) -> Result<Vec<u8>, KeeperError> {
    use Kind::{Bytes, Number};
    let kind = kind_of(of)?;
    let fees: &[&str] = match kind {
        0 | 1 => &["gasPrice"],
        2..=4 => &["maxPriorityFeePerGas", "maxFeePerGas"],
        _ => return Err(strange("a transaction of the block")),
    };
    let mut fields = Vec::new();
    if kind > 0 {
        fields.push(field(of, "chainId", Number)?);
    }
    fields.push(field(of, "nonce", Number)?);
    for fee in fees {
        fields.push(field(of, fee, Number)?);
    }
    for (name, kind) in [("gas", Number), ("to", Bytes), ("value", Number), ("input", Bytes)] {
        fields.push(field(of, name, kind)?);
    }
    if kind > 0 {
        fields.push(access_list(of)?);
    }
    if kind == 3 {
        fields.push(field(of, "maxFeePerBlobGas", Number)?);
        fields.push(each(of, "blobVersionedHashes", |hash| encoded(hash, Bytes))?);
    }
    if kind == 4 {
        fields.push(authorizations(of)?);
    }
    for name in [if kind == 0 { "v" } else { "yParity" }, "r", "s"] {
        fields.push(field(of, name, Number)?);
    }
    Ok(typed(kind, &rlp::list(fields)))
}

fn typed(kind: u8, list: &[u8]) -> Vec<u8> {
    if kind == 0 { list.to_vec() } else { [&[kind], list].concat() }
}

fn receipt(of: &Value) -> Result<Vec<u8>, KeeperError> {
    use Kind::{Bytes, Number};
    let logs = each(of, "logs", |log| {
        let topics = each(log, "topics", |topic| encoded(topic, Bytes))?;
        Ok(rlp::list([field(log, "address", Bytes)?, topics, field(log, "data", Bytes)?]))
    })?;
    let status = field(of, "status", Number)?;
    let fields = [status, field(of, "cumulativeGasUsed", Number)?, field(of, "logsBloom", Bytes)?, logs];
    Ok(typed(kind_of(of)?, &rlp::list(fields)))
}

impl Keeper {
    /// Proves that a transaction and its receipt are in a block; `None` where it is in none.
    ///
    /// # Errors
    /// [`KeeperError::Rpc`]; [`KeeperError::Answer`] where the chain's blocks are of another form, or what the node says
    /// does not fit together.
    pub async fn inclusion(&self, tx: TxHash) -> Result<Option<Inclusion>, KeeperError> {
        let place: Option<Place> = ask(self.rpc(), "eth_getTransactionReceipt", json!([tx])).await?;
        let Some(Place { block_hash, transaction_index }) = place else { return Ok(None) };
        let digits = transaction_index.strip_prefix("0x").unwrap_or_default();
        let index = usize::from_str_radix(digits, 16).map_err(|_| strange("the transaction's place"))?;
        let block: Value = ask(self.rpc(), "eth_getBlockByHash", json!([block_hash, true])).await?;
        let header = header(&block)?;
        let read = Header::read(&header).map_err(|_| strange("the block's header"))?;
        let all = block.get("transactions").and_then(Value::as_array).ok_or_else(|| strange("the block"))?;
        let transactions = all.iter().map(transaction).collect::<Result<Vec<_>, _>>()?;
        let mut receipts = Vec::with_capacity(all.len());
        for one in all {
            let hash = one.get("hash").ok_or_else(|| strange("a transaction of the block"))?;
            let found: Value = ask(self.rpc(), "eth_getTransactionReceipt", json!([hash])).await?;
            receipts.push(receipt(&found)?);
        }
        let (transactions_root, transaction) = trie::prove(&transactions, index);
        let (receipts_root, receipt) = trie::prove(&receipts, index);
        // What was put together must be what the chain hashed: else it would prove nothing elsewhere either.
        if read.hash != block_hash || read.transactions != transactions_root || read.receipts != receipts_root {
            return Err(strange("the block"));
        }
        Ok(Some(Inclusion { header, block_hash, index, transaction, receipt }))
    }
}
