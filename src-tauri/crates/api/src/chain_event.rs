//! What the contracts logged: the history of an account, and what comes.

use protocol::{Address, Hash32, TxHash, Vodka};
use serde::{Deserialize, Serialize};

/// In which part an account is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// As the one who does: payer, creator, former owner.
    From,
    /// As the one to whom: receiver, actor, grantee.
    To,
    /// As either.
    #[default]
    Both,
}

/// Which events.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ChainEventFilter {
    /// Whose; `None` is everybody's.
    pub account: Option<Address>,
    /// In which part.
    pub part: Part,
    /// About which agreement, condition, listing or template.
    pub about: Option<Hash32>,
    /// Of which kinds, by name like `agreement-created`; none is all of them.
    pub topics: Vec<String>,
    /// From this block on.
    pub since: u64,
}

/// How far somebody has read; given back to read on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainEventBookmark {
    /// The block.
    pub block: u64,
    /// The place among its logs.
    pub index: u64,
    /// Reorganisations up to this one are known.
    pub epoch: Option<i64>,
}

/// An event of the contracts. Which of the fields are there the topic says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainEvent {
    /// Its block.
    pub block: u64,
    /// The hash of that.
    pub block_hash: Hash32,
    /// Its place among the block's logs.
    pub index: u64,
    /// Its transaction.
    pub tx: TxHash,
    /// What happened, like `agreement-created`.
    pub topic: String,
    /// What it is about: the agreement, the condition, the listing or the template.
    pub about: Option<Hash32>,
    /// What that belongs to: the listing of an agreement, the condition of a payment, the checksum of a listing.
    pub of: Option<Hash32>,
    /// Whose doing it is.
    pub from: Option<Address>,
    /// To whom.
    pub to: Option<Address>,
    /// Tokens that moved.
    pub amount: Option<Vodka>,
    /// A condition's state by number, 1 to 3.
    pub number: Option<u64>,
    /// The value registered with a listing.
    pub text: Option<String>,
}

/// Events as they were read on from a bookmark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainEventPage {
    /// Everything told from this block on is void: the chain has other blocks there now. Comes before `events`.
    pub void_from: Option<u64>,
    /// In the order of the chain.
    pub events: Vec<ChainEvent>,
    /// From here on next time.
    pub bookmark: ChainEventBookmark,
    /// The last block that was looked at.
    pub at: Option<u64>,
    /// The newest block.
    pub to: u64,
    /// Events a second while catching up.
    pub per_second: u64,
    /// Why it does not go on, where it does not.
    pub trouble: Option<String>,
}

/// How far the rebuilding of an account's purchases and listings from the chain is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RebuildView {
    /// The last block that was looked at.
    pub at: u64,
    /// The newest block.
    pub to: u64,
    /// Purchases and listings that were looked at.
    pub done: u32,
    /// Of so many; 0 while the blocks are being read.
    pub of: u32,
}
