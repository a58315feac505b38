//! The house rules as tests, and the benchmarks.
