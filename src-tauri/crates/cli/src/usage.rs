//! Words that make no command, told as everything else is: to people as clap does, to scripts as one document.

use crate::{failure::Failure, output::Output};
use api::{ApiError, Code, Sentence};
use clap::error::ErrorKind;
use std::{ffi::OsString, process::ExitCode};

/// Tells what was wrong with the words, or what they asked about the command line itself.
pub(crate) fn tell(error: &clap::Error) -> ExitCode {
    let asked_for = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    if !asked_for && wants_json(std::env::args_os()) {
        let failure = Failure::from(explained(error));
        Output { json: true, progress: false }.failure(&failure);
        return ExitCode::from(failure.exit);
    }
    // A reader that went away is no reason to fail.
    let _ = error.print();
    if error.use_stderr() { ExitCode::from(Code::Invalid.exit()) } else { ExitCode::SUCCESS }
}

fn wants_json(words: impl Iterator<Item = OsString>) -> bool {
    words.take_while(|word| word != "--").any(|word| word == "--json")
}

fn explained(error: &clap::Error) -> ApiError {
    let said = error.render().to_string();
    // What is wrong comes first; how it is meant follows after an empty line.
    let first: Vec<&str> = said.lines().map(str::trim).take_while(|line| !line.is_empty()).collect();
    let first = first.join(" ");
    let message = match error.kind() {
        // Of these there is only the help.
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            Sentence::from("The command is missing, or a part of it.")
        }
        _ => Sentence::verbatim(format!(
            "This cannot be understood: {}.",
            first.strip_prefix("error: ").unwrap_or(&first).trim_end_matches('.')
        )),
    };
    ApiError::new(Code::Invalid, message, "See how it is meant with --help behind the command.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::Arguments;
    use clap::Parser as _;

    fn typed(words: &str) -> ApiError {
        explained(&Arguments::try_parse_from(words.split(' ')).unwrap_err())
    }

    #[test]
    fn what_cannot_be_understood_is_one_sentence() {
        for (words, part) in [
            ("neuston buy", "DID"),
            ("neuston --json", "command"),
            ("neuston dance", "dance"),
            ("neuston search --page x", "--page"),
            ("neuston buy did:op:12", "64 hex digits"),
        ] {
            let told = typed(words);
            let message = told.message.text();
            assert!(message.contains(part) && message.ends_with('.') && !message.contains('\n'), "{words}: {message}");
            assert!(!message.contains("error:") && !message.contains("Usage"), "{words}: {message}");
            assert!(told.code.exit() == 2 && told.next.contains("--help"));
        }
    }

    #[test]
    fn json_is_asked_for_by_the_option_alone() {
        let asked = |words: &str| wants_json(words.split(' ').map(OsString::from));
        assert!(asked("neuston --json dance") && asked("neuston dance --json"));
        assert!(!asked("neuston dance") && !asked("neuston search -- --json"));
    }
}
