//! A block's header, and what proves that a transaction with its receipt is in the block.

use super::{ProofError, rlp::Item, trie};
use crate::{Address, Hash32, TxHash, hash::keccak256, tx::hex_bytes};
use serde::{Deserialize, Serialize};

/// The fields of a header that proofs need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Keccak-256 of the encoded header.
    pub hash: Hash32,
    /// The block's number.
    pub number: u64,
    /// Seconds since 1970.
    pub timestamp: u64,
    /// Root of the trie of transactions.
    pub transactions: Hash32,
    /// Root of the trie of receipts.
    pub receipts: Hash32,
}

impl Header {
    /// Reads an encoded header: at least the 15 fields that every chain has.
    ///
    /// # Errors
    /// [`ProofError::Header`].
    pub fn read(encoded: &[u8]) -> Result<Self, ProofError> {
        let item = Item::read(encoded).map_err(|_| ProofError::Header)?;
        let fields = item.items().map_err(|_| ProofError::Header)?;
        let field = |place: usize| fields.get(place).filter(|_| fields.len() >= 15).ok_or(ProofError::Header);
        let of = || -> Result<Self, ProofError> {
            Ok(Self {
                hash: Hash32(keccak256(encoded)),
                transactions: Hash32(field(4)?.array()?),
                receipts: Hash32(field(5)?.array()?),
                number: field(8)?.number()?,
                timestamp: field(11)?.number()?,
            })
        };
        of().map_err(|_| ProofError::Header)
    }
}

/// A log as a receipt in a block has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvenLog {
    /// The contract.
    pub address: Address,
    /// Topic 0 is the event.
    pub topics: Vec<Hash32>,
    /// The arguments that are not indexed.
    pub data: Vec<u8>,
}

/// A transaction with its receipt, and the way from their block to both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Inclusion {
    /// The block's encoded header.
    #[serde(with = "hex_bytes")]
    pub header: Vec<u8>,
    /// The block's hash. Whether the chain has this block is not proven here: compare it with a node you trust.
    pub block_hash: Hash32,
    /// Which transaction of the block.
    pub index: usize,
    /// Nodes from the root of transactions to this one.
    #[serde(with = "hex_list")]
    pub transaction: Vec<Vec<u8>>,
    /// Nodes from the root of receipts to its receipt.
    #[serde(with = "hex_list")]
    pub receipt: Vec<Vec<u8>>,
}

/// What an [`Inclusion`] proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// The block.
    pub header: Header,
    /// The transaction's hash.
    pub tx: TxHash,
    /// Whether it was carried out and not reverted.
    pub success: bool,
    /// What it logged.
    pub logs: Vec<ProvenLog>,
}

impl Inclusion {
    /// Checks both proofs and reads what they prove.
    ///
    /// # Errors
    /// [`ProofError`].
    pub fn check(&self) -> Result<Proven, ProofError> {
        let header = Header::read(&self.header)?;
        if header.hash != self.block_hash {
            return Err(ProofError::BlockHash);
        }
        let transaction = trie::proven(header.transactions, self.index, &self.transaction)?;
        let receipt = trie::proven(header.receipts, self.index, &self.receipt)?;
        let (success, logs) = read_receipt(&receipt).map_err(|_| ProofError::Content)?;
        Ok(Proven { header, tx: TxHash(keccak256(transaction)), success, logs })
    }
}

/// A receipt: its type (since EIP-2718) and the list of status, gas, bloom, logs.
fn read_receipt(bytes: &[u8]) -> Result<(bool, Vec<ProvenLog>), ProofError> {
    let list = match bytes.split_first() {
        Some((kind, list)) if *kind < 0x80 => list,
        _ => bytes,
    };
    let item = Item::read(list)?;
    let [status, _gas, _bloom, logs] = item.items()? else { return Err(ProofError::Content) };
    let logs = logs
        .items()?
        .iter()
        .map(|log| {
            let [address, topics, data] = log.items()? else { return Err(ProofError::Content) };
            Ok(ProvenLog {
                address: Address(address.array()?),
                topics: topics.items()?.iter().map(|topic| topic.array().map(Hash32)).collect::<Result<_, _>>()?,
                data: data.string()?.to_vec(),
            })
        })
        .collect::<Result<_, _>>()?;
    // Before EIP-658 there is a state root in its place: such a receipt says nothing of success.
    Ok((status.string()? == [1], logs))
}

mod hex_list {
    use serde::{Deserialize, Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<S: Serializer>(list: &[Vec<u8>], s: S) -> Result<S::Ok, S::Error> {
        s.collect_seq(list.iter().map(|bytes| format!("0x{}", hex::encode(bytes))))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<Vec<u8>>, D::Error> {
        let texts = Vec::<String>::deserialize(d)?;
        texts
            .iter()
            .map(|text| hex::decode(text.strip_prefix("0x").unwrap_or(text)).map_err(D::Error::custom))
            .collect()
    }
}
