//! Errors at the boundary: a small code, a sentence for people, and the next step to take.

use serde::{Deserialize, Serialize};

/// What a window or a script must tell apart. A variant exists only where somebody reacts to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// Something typed in cannot be used; the message says which and why.
    Invalid,
    /// The listing, agreement, account or file asked for does not exist.
    NotFound,
    /// There is no account yet.
    NoAccount,
    /// The account is locked.
    Locked,
    /// The password is not the account's.
    WrongPassword,
    /// The balance does not cover it.
    InsufficientBalance,
    /// The listing is one's own.
    Own,
    /// It is bought already.
    AlreadyOwned,
    /// The price, terms or contents are not what was confirmed.
    Changed,
    /// Policy does not allow it.
    Refused,
    /// The catalogue, publisher, key servers or chain do not answer.
    Unreachable,
    /// The time given to wait is over; the state is kept.
    TimedOut,
    /// The publisher did not do what was agreed in time: it is over, and no money is gone.
    NotOpened,
    /// The disk is full or the place cannot be written.
    Disk,
    /// What was received is not what was sold.
    Corrupt,
    /// Another process holds this home.
    Busy,
    /// A fault of ours.
    Internal,
}

impl Code {
    /// Exit code of the command line.
    pub const fn exit(self) -> u8 {
        match self {
            Self::Invalid => 2,
            Self::Locked | Self::Refused | Self::WrongPassword | Self::NoAccount => 3,
            Self::TimedOut => 4,
            Self::Unreachable => 5,
            _ => 1,
        }
    }
}

/// What went wrong, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// For programs.
    pub code: Code,
    /// What happened, in one or two sentences.
    pub message: String,
    /// What to do now.
    pub next: String,
    /// The field of a form it belongs to, where it does: `price`, `files/0/path`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

impl ApiError {
    /// An error with its next step.
    pub fn new(code: Code, message: impl Into<String>, next: impl Into<String>) -> Self {
        Self { code, message: without_numbers(message.into()), next: next.into(), field: None }
    }

    /// The same, at a field of a form.
    #[must_use]
    pub fn at(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }
}

/// The system ends its sentences with a number, " (os error 13)", which tells people nothing.
fn without_numbers(message: String) -> String {
    const NUMBER: &str = " (os error ";
    let mut words = message;
    while let Some(begin) = words.find(NUMBER) {
        let Some(length) = words.get(begin..).and_then(|rest| rest.find(')')) else { break };
        words.replace_range(begin..=begin + length, "");
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_the_system_are_not_for_people() {
        let error = std::io::Error::from_raw_os_error(13);
        let told =
            ApiError::new(Code::Disk, format!("/a cannot be used: {error}. So is /b: {error}."), "Choose another.");
        assert_eq!(told.message.matches("ermission denied").count(), 2);
        assert!(!told.message.contains("os error") && told.message.ends_with('.'), "{}", told.message);
        assert_eq!(without_numbers(" (os error".to_owned()), " (os error");
    }
}
