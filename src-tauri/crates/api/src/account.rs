//! The account and the status line.

use protocol::{Address, Sentence, Vodka};
use serde::{Deserialize, Serialize};

use crate::Password;

/// Whether one can sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LockState {
    /// There is no account yet.
    NoAccount,
    /// Nothing can be signed.
    Locked,
    /// Ready.
    Unlocked,
}

/// The account as people see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountView {
    /// Its name; "" before there is one.
    pub name: String,
    /// Its address, where there is an account.
    pub address: Option<Address>,
    /// Whether one can sign.
    pub lock: LockState,
    /// Tokens; `None` while the chain does not answer.
    pub balance: Option<Vodka>,
    /// Tokens set aside in purchases under way.
    pub set_aside: Vodka,
    /// The token's name.
    pub currency: String,
    /// Whether the network hands out test tokens.
    pub test_tokens: bool,
    /// Whether the recovery words have been saved by their owner.
    pub backed_up: bool,
    /// Whether it was made of recovery words (false: of a key file, which has none).
    pub has_words: bool,
}

/// Who pays the network's fees here. Amounts are in the smallest unit of the network's own coin (wei).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeesView {
    /// Whether the network charges anything now.
    pub charges: bool,
    /// What the account has.
    pub account_has: Vodka,
    /// The address of this computer's own key. It opens purchases for buyers and takes money back, also while the account
    /// is locked, and holds nothing but what that costs.
    pub computer: Address,
    /// What that key has.
    pub computer_has: Vodka,
    /// What one sale or refund may cost at the present fee: with less, nothing can be sold.
    pub computer_needs: Vodka,
    /// What is enough for a while.
    pub computer_should_have: Vodka,
}

/// Where an account comes from.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ImportFrom {
    /// 12 or 24 recovery words.
    Words {
        /// The words, in order.
        words: String,
    },
    /// A file with a private key in hex.
    KeyFile {
        /// The file.
        path: String,
    },
    /// A Web3 keystore file, version 3.
    Keystore {
        /// The file.
        path: String,
        /// The password that opens the file.
        file_password: Password,
    },
}

impl std::fmt::Debug for ImportFrom {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Words { .. } => "Words(…)",
            Self::KeyFile { .. } => "KeyFile(…)",
            Self::Keystore { .. } => "Keystore(…)",
        })
    }
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedFile {
    /// Where it is.
    pub path: String,
    /// Bytes.
    pub bytes: u64,
}

/// How the network is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NetworkHealth {
    /// Starting up: the first answer is still out.
    Starting,
    /// It answers and is fresh.
    Fine,
    /// Part of it does not answer: one can look, not buy.
    Degraded,
    /// The chain does not answer.
    Offline,
}

/// Always true, always visible.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The network's name for people: "Local network on this computer".
    pub network: Sentence,
    /// How it is.
    pub health: NetworkHealth,
    /// What does not answer, in words: "The catalogue does not answer."
    pub trouble: Option<Sentence>,
    /// The newest block.
    pub block: u64,
    /// Milliseconds a block takes, as observed; 0 where blocks come with transactions.
    pub block_ms: u64,
    /// The account.
    pub account: AccountView,
    /// Purchases, refunds, publications and transfers under way.
    pub pending: u32,
    /// Of these, how many wait for the account to be unlocked.
    pub waiting_for_unlock: u32,
    /// Whether the window may be closed without delaying anything.
    pub may_close: bool,
    /// How far the rebuilding of purchases and listings from the chain is, while it is under way.
    #[serde(default)]
    pub rebuild: Option<crate::RebuildView>,
    /// How far the demo catalogue of a network on this computer is, while it is being published.
    #[serde(default)]
    pub demo: Option<DemoView>,
}

/// How far the demo catalogue is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DemoView {
    /// Data sets that are listed.
    pub listed: u32,
    /// Data sets there will be.
    pub of: u32,
}
