//! What goes to a chain and what comes back, in our own words.
//! `keeper` fills it, `wallet` signs it, `runner` keeps and sends it; only the first two know ethers.

use crate::{Address, Hash32, TxHash, Vodka};
use serde::{Deserialize, Serialize};

/// A call of a contract, not yet a transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// The contract.
    pub to: Address,
    /// Selector and arguments.
    #[serde(with = "crate::tx::hex_bytes")]
    pub data: Vec<u8>,
    /// wei that go with it; 0 for every call of a contract of ours.
    #[serde(default)]
    pub value: Vodka,
    /// What it does, in the protocol's words, for logs and the activity below the surface.
    pub what: String,
}

/// How the network is paid, in wei per gas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Fee {
    /// A legacy transaction with EIP-155.
    Legacy {
        /// wei per gas.
        gas_price: u128,
    },
    /// EIP-1559.
    Dynamic {
        /// wei per gas at most.
        max_fee: u128,
        /// wei per gas to the producer.
        max_priority: u128,
    },
}

impl Fee {
    /// wei that one gas may cost.
    pub const fn most_per_gas(self) -> u128 {
        match self {
            Self::Legacy { gas_price } => gas_price,
            Self::Dynamic { max_fee, .. } => max_fee,
        }
    }
}

/// A transaction, complete but for its signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnsignedTx {
    /// The chain it is for.
    pub chain_id: u64,
    /// The sender.
    pub from: Address,
    /// The sender's count of transactions before this one.
    pub nonce: u64,
    /// The contract; `None` deploys one.
    pub to: Option<Address>,
    /// wei.
    pub value: Vodka,
    /// Selector and arguments, or code.
    #[serde(with = "crate::tx::hex_bytes")]
    pub data: Vec<u8>,
    /// Gas at most.
    pub gas: u64,
    /// What is paid for gas.
    pub fee: Fee,
}

impl UnsignedTx {
    /// wei that it costs at most, with what goes with it.
    pub fn cost(&self) -> Vodka {
        let gas = Vodka::from_units(self.fee.most_per_gas()).0.saturating_mul(Vodka::from_units(self.gas).0);
        Vodka(gas.saturating_add(self.value.0))
    }
}

/// A signed transaction: the very bytes that are sent, and sent again.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedTx {
    /// The bytes for `eth_sendRawTransaction`.
    #[serde(with = "crate::tx::hex_bytes")]
    pub raw: Vec<u8>,
    /// Their Keccak-256.
    pub hash: TxHash,
    /// The sender's count of transactions before this one.
    pub nonce: u64,
}

impl std::fmt::Debug for SignedTx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SignedTx({}, nonce {})", self.hash, self.nonce)
    }
}

/// A log entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Log {
    /// The contract that wrote it.
    pub address: Address,
    /// Topic 0 is the event.
    pub topics: Vec<Hash32>,
    /// The arguments that are not indexed.
    #[serde(with = "crate::tx::hex_bytes")]
    pub data: Vec<u8>,
    /// The block's number.
    pub block: u64,
    /// The block's hash.
    pub block_hash: Hash32,
    /// The transaction.
    pub tx: TxHash,
    /// Position within the block.
    pub index: u64,
}

/// How a transaction ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The transaction.
    pub tx: TxHash,
    /// The block's number.
    pub block: u64,
    /// The block's hash.
    pub block_hash: Hash32,
    /// False where it was reverted.
    pub success: bool,
    /// Gas used.
    pub gas_used: u64,
    /// The contract created, if any.
    pub created: Option<Address>,
    /// What it logged.
    pub logs: Vec<Log>,
}

/// Bytes as `0x` hex in serde.
pub mod hex_bytes {
    use serde::{Deserializer, Serializer, de};
    use std::fmt;

    /// Writes `0x…`.
    pub fn serialize<S: Serializer>(bytes: &[u8], s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&format!("0x{}", hex::encode(bytes)))
    }

    /// Reads hex with or without `0x`.
    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<u8>, D::Error> {
        d.deserialize_str(Text)
    }

    /// Reads where the text stands, without a copy of it.
    struct Text;

    impl de::Visitor<'_> for Text {
        type Value = Vec<u8>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("hex digits")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Vec<u8>, E> {
            hex::decode(text.strip_prefix("0x").unwrap_or(text)).map_err(E::custom)
        }
    }
}
