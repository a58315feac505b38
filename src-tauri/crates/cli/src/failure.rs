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

impl Failure {
    /// A publication that ended without a listing. It is a failure like others: a link that does not answer is not the
    /// network, and a file that is none is not how the command was typed.
    pub(crate) fn unlisted(error: ApiError) -> Self {
        let exit = match error.code {
            Code::Invalid | Code::Unreachable => 1,
            code => code.exit(),
        };
        Self { exit, error, beside: Box::default() }
    }
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

/// For what was not found: where it is looked up.
pub(crate) fn or_see(command: &'static str) -> impl Fn(ApiError) -> ApiError {
    move |error| match error.code {
        Code::NotFound => {
            let next = api::Sentence::verbatim(format!("{} Here: {command}", error.next.text()));
            ApiError { next, ..error }
        }
        _ => error,
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
        let sought = or_see("neuston agreements");
        assert!(sought(error(Code::NotFound)).next.ends_with(". Here: neuston agreements"));
        assert_eq!(sought(error(Code::Changed)), error(Code::Changed));
    }

    #[test]
    fn a_link_that_is_dead_is_neither_the_network_nor_a_slip_of_the_pen() {
        let exit = |code| Failure::unlisted(ApiError::new(code, "It does not answer.", "Look.")).exit;
        assert_eq!([Code::Unreachable, Code::Invalid, Code::NotFound, Code::Refused].map(exit), [1, 1, 1, 3]);
        assert_eq!(Failure::from(ApiError::new(Code::Unreachable, "It does not answer.", "Look.")).exit, 5);
    }
}
