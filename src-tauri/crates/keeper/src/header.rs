//! Block headers as a follower needs them: the links of the chain, and the bloom that says which contracts logged.

use crate::{
    BlockRef, Keeper, KeeperError,
    bloom::Bloom,
    convert::saturated,
    rpc::{RpcFault, ask},
};
use ethers::types::{Bytes, U256};
use protocol::Hash32;
use serde::Deserialize;
use serde_json::{Value, json};

/// A block's place in the chain and its bloom.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Header {
    pub(crate) block: BlockRef,
    /// Empty where the node tells none.
    pub(crate) bloom: Bloom,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    number: U256,
    hash: Hash32,
    parent_hash: Hash32,
    timestamp: U256,
    #[serde(default)]
    logs_bloom: Option<Bytes>,
}

impl Keeper {
    /// The block of this number in the chain as it is now.
    pub(crate) async fn header(&self, number: u64) -> Result<Option<Header>, KeeperError> {
        let found = self.header_by("eth_getBlockByNumber", json!([U256::from(number), false])).await?;
        match found {
            Some(header) if header.block.number != number => {
                Err(RpcFault::Form(format!("block {number} was asked for, {} came", header.block.number)).into())
            }
            found => Ok(found),
        }
    }

    /// The block of this hash, in the chain or not.
    pub(crate) async fn header_of(&self, hash: Hash32) -> Result<Option<Header>, KeeperError> {
        let found = self.header_by("eth_getBlockByHash", json!([hash, false])).await?;
        match found {
            Some(header) if header.block.hash != hash => {
                Err(RpcFault::Form(format!("block {hash} was asked for, {} came", header.block.hash)).into())
            }
            found => Ok(found),
        }
    }

    async fn header_by(&self, method: &str, params: Value) -> Result<Option<Header>, KeeperError> {
        let found: Option<Wire> = ask(self.rpc(), method, params).await?;
        Ok(found.map(|wire| Header {
            block: BlockRef {
                number: saturated(wire.number),
                hash: wire.hash,
                parent: wire.parent_hash,
                timestamp: saturated(wire.timestamp),
            },
            bloom: wire.logs_bloom.and_then(|bytes| Bloom::from_slice(&bytes)).unwrap_or(Bloom::EMPTY),
        }))
    }
}
