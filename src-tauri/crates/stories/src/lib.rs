//! Stories told by tests, without a window.
