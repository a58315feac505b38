//! Window stories.
