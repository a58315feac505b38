//! The tables of both machines, made by running them: one row per state and event, the readings of the chain told apart
//! by what they say. `docs/agreement-states.md` is this table; a test compares.

use crate::{Decision, Machine, buyer, publisher};
use std::fmt::Write as _;

/// One pair of state and event and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// `buyer` or `publisher`.
    pub side: &'static str,
    /// The state's name.
    pub state: String,
    /// The event, in words.
    pub event: &'static str,
    /// The next state's name.
    pub next: String,
    /// The effects, as they are written in code.
    pub effects: Vec<String>,
    /// Why the pair is ignored, where it is.
    pub ignored: Option<&'static str>,
}

/// All rows of both sides.
pub fn table() -> Vec<Row> {
    let mut rows = rows("buyer", &samples::buyer_states(), &samples::buyer_events(), buyer::decide);
    rows.extend(self::rows("publisher", &samples::publisher_states(), &samples::publisher_events(), publisher::decide));
    rows
}

fn rows<M: Machine>(
    side: &'static str,
    states: &[(&'static str, M)],
    events: &[(&'static str, M::Event)],
    decide: impl Fn(M, M::Event) -> Decision<M, M::Effect>,
) -> Vec<Row> {
    let mut rows = Vec::new();
    for (detail, state) in states {
        for (event, given) in events {
            let Decision { state: next, effects, ignored } = decide(state.clone(), given.clone());
            let name = if detail.is_empty() { state.name().to_owned() } else { format!("{} ({detail})", state.name()) };
            let effects = effects.iter().map(|e| format!("{e:?}")).collect();
            rows.push(Row { side, state: name, event, next: next.name().to_owned(), effects, ignored });
        }
    }
    rows
}

/// The text of `docs/agreement-states.md`.
pub fn document() -> String {
    let mut text = String::from(
        "# States of an agreement\n\n\
         Generated from the crate `agreement`: change the code, then run `UPDATE_DOCS=1 cargo test -p agreement`.\n\
         Every pair of state and event is here. The examples behind it: an agreement created in block 1000 whose access \
         can be granted for 100 blocks, a margin of 10 blocks, a grace period of 20.\n",
    );
    let rows = table();
    for side in ["buyer", "publisher"] {
        // Writing to a String does not fail.
        let _ = write!(text, "\n## The {side}'s side\n");
        let mut states: Vec<&str> = Vec::new();
        for row in rows.iter().filter(|r| r.side == side) {
            if !states.contains(&row.state.as_str()) {
                states.push(&row.state);
            }
        }
        for state in states {
            let of_state: Vec<&Row> = rows.iter().filter(|r| r.side == side && r.state == state).collect();
            state_section(&mut text, state, &of_state);
        }
    }
    text
}

fn state_section(text: &mut String, state: &str, rows: &[&Row]) {
    let _ = write!(text, "\n### {state}\n\n");
    let (ignored, acted): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|r| r.ignored.is_some());
    if !acted.is_empty() {
        text.push_str("| event | next state | effects |\n|---|---|---|\n");
        for row in acted {
            let effects = if row.effects.is_empty() { "–".to_owned() } else { row.effects.join(", ") };
            let _ = writeln!(text, "| {} | {} | {effects} |", row.event, row.next);
        }
        text.push('\n');
    }
    let mut reasons: Vec<&str> = Vec::new();
    for reason in ignored.iter().filter_map(|r| r.ignored) {
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    for reason in reasons {
        let events: Vec<&str> = ignored.iter().filter(|r| r.ignored == Some(reason)).map(|r| r.event).collect();
        let _ = writeln!(text, "Ignored, {reason}: {}.\n", events.join(", "));
    }
}

#[path = "samples.rs"]
pub(crate) mod samples;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_is_the_table() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../docs/agreement-states.md");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(path, document()).unwrap();
        }
        let written = std::fs::read_to_string(path).unwrap();
        assert!(written == document(), "docs/agreement-states.md is old; run UPDATE_DOCS=1 cargo test -p agreement");
    }

    #[test]
    fn every_pair_is_there_and_an_ignored_one_changes_nothing() {
        let rows = table();
        let pairs = samples::buyer_states().len() * samples::buyer_events().len()
            + samples::publisher_states().len() * samples::publisher_events().len();
        assert_eq!(rows.len(), pairs);
        for row in rows {
            if row.ignored.is_some() {
                assert!(row.state.starts_with(&row.next) && row.effects.is_empty(), "{row:?}");
            }
        }
    }
}
