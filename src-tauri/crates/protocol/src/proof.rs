//! Proofs that a transaction and its receipt are in a block, checked without the chain: RLP, the Merkle-Patricia trie over
//! a block's transactions and receipts, block headers (Ethereum Yellow Paper, appendices B and D, §4.3).

pub mod block;
pub mod rlp;
pub mod trie;

pub use block::{Header, Inclusion};

/// Why something proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// Not canonical RLP.
    #[error("these bytes are not what a chain writes")]
    Rlp,
    /// No block header.
    #[error("this is no block header")]
    Header,
    /// A header with another hash.
    #[error("the block's header has another hash")]
    BlockHash,
    /// The nodes do not lead from the block to the value.
    #[error("the proof does not lead from the block to this")]
    Path,
    /// What is proven is no transaction or receipt.
    #[error("what is proven is no transaction or receipt")]
    Content,
}
