//! What a command prints: one JSON document, or a few lines for people. Logs and progress go to standard error.

use api::ApiError;
use serde_json::{Value, json};
use std::io::Write as _;

/// Where answers go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    pub(crate) json: bool,
    pub(crate) progress: bool,
}

impl Output {
    /// Prints the answer: the document, or the lines made of it.
    pub(crate) fn answer(self, document: &Value, lines: impl FnOnce() -> String) {
        let text = if self.json { document.to_string() } else { lines() };
        // A reader that went away is no reason to fail.
        let _ = writeln!(std::io::stdout().lock(), "{}", text.trim_end());
    }

    /// Prints what is going on, on standard error.
    pub(crate) fn progress(self, document: &Value, line: impl FnOnce() -> String) {
        let mut to = std::io::stderr().lock();
        let _ = match (self.progress, self.json) {
            (true, _) => writeln!(to, "{document}"),
            (false, true) => Ok(()),
            (false, false) => writeln!(to, "{}", line()),
        };
    }

    /// Prints an error.
    pub(crate) fn error(self, error: &ApiError) {
        let mut to = std::io::stderr().lock();
        if self.json {
            let document =
                json!({ "error": { "code": error.code, "message": error.message.text(), "next": error.next.text() } });
            let _ = writeln!(std::io::stdout().lock(), "{document}");
        }
        let _ = writeln!(to, "{}", error.message);
        if !error.next.is_empty() {
            let _ = writeln!(to, "{}", error.next);
        }
    }
}
