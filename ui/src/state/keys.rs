//! Keys that work everywhere in the window.

use crate::state::places::Place;

/// What a key does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Does {
    /// Puts the cursor into the search box.
    Search,
    /// Goes to a page.
    Go(Place),
    /// Waits for the letter after `g`.
    Wait,
    /// Nothing of ours.
    Nothing,
}

/// What a key does, pressed outside of a field and without Control, Alt or Meta. `after_g` tells whether `g` came just before.
pub(crate) fn does(key: &str, after_g: bool) -> Does {
    match (key, after_g) {
        ("/", _) => Does::Search,
        ("g", false) => Does::Wait,
        ("d", true) => Does::Go(Place::Discover),
        ("l", true) => Does::Go(Place::Library),
        ("p", true) => Does::Go(Place::Publish),
        ("m", true) => Does::Go(Place::MyListings),
        ("a", true) => Does::Go(Place::Activity),
        ("c", true) => Does::Go(Place::Account),
        ("s", true) => Does::Go(Place::Settings),
        _ => Does::Nothing,
    }
}

/// The row an arrow leads to, of so many; `None` keeps the focus where it is.
pub(crate) fn row_after(key: &str, at: Option<usize>, rows: usize) -> Option<usize> {
    let last = rows.checked_sub(1)?;
    match (key, at) {
        ("ArrowDown", None) | ("Home", Some(_)) => Some(0),
        ("ArrowDown", Some(at)) if at < last => Some(at + 1),
        ("ArrowUp", Some(at)) if at > 0 => Some(at - 1),
        ("End", Some(_)) => Some(last),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_goes_only_after_g() {
        assert_eq!(does("l", false), Does::Nothing);
        assert_eq!(does("g", false), Does::Wait);
        assert_eq!(does("l", true), Does::Go(Place::Library));
        assert_eq!(does("/", true), Does::Search);
        assert_eq!(does("g", true), Does::Nothing);
    }

    #[test]
    fn arrows_stay_within_the_list() {
        assert_eq!(row_after("ArrowDown", None, 3), Some(0));
        assert_eq!(row_after("ArrowDown", Some(2), 3), None);
        assert_eq!(row_after("ArrowUp", Some(0), 3), None);
        assert_eq!(row_after("End", Some(0), 3), Some(2));
        assert_eq!(row_after("ArrowDown", None, 0), None, "an empty list holds no row");
    }
}
