//! What a command prints: one JSON document, or a few lines for people. Logs and progress go to standard error.

use crate::{
    failure::{Failure, next_here},
    shapes,
};
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

    /// Prints an error: what happened, where in what was typed, and what to do.
    pub(crate) fn failure(self, failure: &Failure) {
        let error = &failure.error;
        if self.json {
            // A reader that went away is no reason to fail.
            let _ = writeln!(std::io::stdout().lock(), "{}", document(failure));
        }
        let mut to = std::io::stderr().lock();
        let _ = match &error.field {
            Some(field) => writeln!(to, "{field}: {}", error.message),
            None => writeln!(to, "{}", error.message),
        };
        let next = next_here(error);
        if !next.is_empty() {
            let _ = writeln!(to, "{next}");
        }
    }
}

fn document(failure: &Failure) -> Value {
    let mut document = json!({ "error": shapes::error(&failure.error) });
    if let (Some(members), Some(beside)) = (document.as_object_mut(), failure.beside.as_object()) {
        members.extend(beside.clone());
    }
    document
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::{ApiError, Code};

    #[test]
    fn an_error_says_where_it_belongs_and_what_was_done_all_the_same() {
        let error = ApiError::new(Code::Invalid, "This is no price.", "Write it like 12.50.");
        let told = json!({ "code": "invalid", "message": "This is no price.", "next": "Write it like 12.50." });
        assert_eq!(document(&Failure::from(error.clone())), json!({ "error": told }));
        let failure = Failure { beside: Box::new(json!({ "contracts": {} })), ..Failure::from(error.at("price")) };
        let told = document(&failure);
        assert_eq!((&told["error"]["field"], &told["contracts"]), (&json!("price"), &json!({})), "{told}");
    }
}
