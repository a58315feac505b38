//! Why a command did not do what it should.

use api::{ApiError, Code};
use serde_json::Value;

/// An error with its exit code, and what was done all the same.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: ApiError,
    pub(crate) exit: u8,
    /// Members of the document beside the error.
    pub(crate) beside: Box<Value>,
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        Self { exit: error.code.exit(), error, beside: Box::default() }
    }
}

/// The error's next step, with the command that it is at a terminal: many sentences speak of places in the window.
pub(crate) fn next_here(error: &ApiError) -> String {
    match command(error.code) {
        Some(command) => format!("{} Here: {command}", error.next.text()),
        None => error.next.text().to_owned(),
    }
}

/// What helps with every error of this kind.
const fn command(code: Code) -> Option<&'static str> {
    match code {
        Code::InsufficientBalance => {
            Some("neuston wallet show, and neuston wallet faucet 100 where a network has test tokens")
        }
        Code::AlreadyOwned => Some("neuston library"),
        Code::NoAccount => Some("neuston wallet new --passphrase-file FILE"),
        Code::Locked => Some("--passphrase-file FILE"),
        Code::WrongPassword => Some("neuston wallet import --words-file FILE"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_in_the_window_are_commands_here() {
        let error = |code| ApiError::new(code, "It costs 4.", "Get tokens under Account.");
        let next = next_here(&error(Code::InsufficientBalance));
        assert!(next.starts_with("Get tokens under Account. Here: neuston wallet "), "{next}");
        assert_eq!(next_here(&error(Code::Changed)), "Get tokens under Account.");
    }
}
