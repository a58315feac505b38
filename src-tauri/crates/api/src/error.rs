//! Errors at the boundary: a small code, a sentence for people, and the next step to take.

use protocol::Sentence;
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
#[serde(from = "Written", into = "Written")]
#[error("{message}")]
pub struct ApiError {
    /// For programs.
    pub code: Code,
    /// What happened, in one or two sentences.
    pub message: Sentence,
    /// What to do now.
    pub next: Sentence,
    /// The field of a form it belongs to, where it does: `price`, `files/0/path`.
    pub field: Option<String>,
}

impl ApiError {
    /// An error with its next step.
    pub fn new(code: Code, message: impl Into<Sentence>, next: impl Into<Sentence>) -> Self {
        Self { code, message: message.into(), next: next.into(), field: None }
    }

    /// The same, at a field of a form.
    #[must_use]
    pub fn at(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }
}

/// As it is written down: scripts read plain English, and a window finds beside it what the sentences were made of, to
/// say them in another language.
#[derive(Serialize, Deserialize)]
struct Written {
    code: Code,
    message: String,
    next: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    message_of: Option<Sentence>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next_of: Option<Sentence>,
}

impl From<ApiError> for Written {
    fn from(error: ApiError) -> Self {
        let ApiError { code, message, next, field } = error;
        let (said, then) = (message.text().to_owned(), next.text().to_owned());
        let of = |sentence: Sentence| Some(sentence).filter(Sentence::has_values);
        Self { code, message: said, next: then, field, message_of: of(message), next_of: of(next) }
    }
}

impl From<Written> for ApiError {
    fn from(written: Written) -> Self {
        let Written { code, message, next, field, message_of, next_of } = written;
        let of = |made: Option<Sentence>, text: String| made.unwrap_or_else(|| Sentence::verbatim(text));
        Self { code, message: of(message_of, message), next: of(next_of, next), field }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::sentence;

    #[test]
    fn scripts_read_plain_english_and_a_window_what_it_was_made_of() {
        let full = ApiError::new(Code::Disk, sentence!("{path} is full.", path = "/a"), "Make room.").at("path");
        let written = serde_json::to_value(&full).unwrap();
        assert_eq!(
            written,
            serde_json::json!({
                "code": "disk", "message": "/a is full.", "next": "Make room.", "field": "path",
                "message_of": { "say": "{path} is full.", "with": { "path": "/a" } }
            })
        );
        let read: ApiError = serde_json::from_value(written).unwrap();
        assert_eq!((&read, read.message.template()), (&full, "{path} is full."));
        let old: ApiError = serde_json::from_str(r#"{"code":"disk","message":"Full.","next":"Wait."}"#).unwrap();
        assert_eq!(old, ApiError::new(Code::Disk, "Full.", "Wait."), "as earlier versions kept it");
    }
}
