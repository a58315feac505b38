//! What a chain starts from, and how it makes blocks.

use crate::clock::{Clock, SystemClock};
use protocol::Address;
use std::{sync::Arc, time::Duration};

/// Gas in a block, and therefore in a transaction, at most.
pub(crate) const GAS_LIMIT: u64 = 30_000_000;

/// The parameters of a chain. The first three decide the hash of its first block; `mining` may change between runs.
#[derive(Debug, Clone)]
pub struct Genesis {
    /// The chain's number, part of every signature.
    pub chain_id: u64,
    /// The account that blocks are attributed to; created per network, never a well-known one.
    pub operator: Address,
    /// Ether at the start: account and wei. Usually empty, for nothing has to be paid here.
    pub alloc: Vec<(Address, u128)>,
    /// How blocks come about.
    pub mining: Mining,
}

impl Genesis {
    /// A chain without ether that mines when there is a transaction.
    pub fn new(chain_id: u64, operator: Address) -> Self {
        Self { chain_id, operator, alloc: Vec::new(), mining: Mining::default() }
    }
}

/// How blocks come about.
#[derive(Clone)]
pub struct Mining {
    /// 0: a block as soon as there is a transaction. Otherwise one block each so many milliseconds, empty ones too.
    pub block_time_ms: u64,
    /// How long the first transaction waits for others to share its block.
    pub gather: Duration,
    /// Time between empty blocks while somebody waits for a block by `neuston_tickUntil`.
    pub tick: Duration,
    /// Whether `evm_mine` is answered. For tests.
    pub evm_mine: bool,
    /// The time of blocks.
    pub clock: Arc<dyn Clock>,
}

impl Default for Mining {
    fn default() -> Self {
        Self {
            block_time_ms: 0,
            gather: Duration::from_millis(2),
            tick: Duration::from_secs(1),
            evm_mine: false,
            clock: Arc::new(SystemClock),
        }
    }
}

impl std::fmt::Debug for Mining {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mining")
            .field("block_time_ms", &self.block_time_ms)
            .field("gather", &self.gather)
            .field("tick", &self.tick)
            .field("evm_mine", &self.evm_mine)
            .finish_non_exhaustive()
    }
}
