//! The names of purposes.

use protocol::AgreementId;
use std::fmt;

/// Names a purpose; under it one nonce is used, ever.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(pub(super) String);

impl Key {
    /// A transaction of an agreement: `lock`, `approve`, `create`, …
    pub fn of(agreement: AgreementId, purpose: &str) -> Self {
        Self(format!("{}:{purpose}", agreement.hex()))
    }

    /// A later attempt, made after the ones before certainly failed.
    pub fn attempt(agreement: AgreementId, purpose: &str, attempt: u32) -> Self {
        Self(format!("{}:{purpose}:{attempt}", agreement.hex()))
    }

    /// Any other purpose; the text is the key.
    pub fn other(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
