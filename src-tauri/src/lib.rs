//! The window of Neuston.
