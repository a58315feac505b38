//! The command line `neuston`.
fn main() {}
