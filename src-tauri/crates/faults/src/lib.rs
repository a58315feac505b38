//! A disk that fails and a clock that jumps, under a real process: stories load this library before the system's
//! (`LD_PRELOAD`), so that what the program, SQLite and Rust's own library ask of the system passes here first.
//!
//! | Variable | What it does |
//! |---|---|
//! | `NEUSTON_FAULT_UNDER` | the folder whose files are meant; without it no write fails |
//! | `NEUSTON_FAULT_FIRST` | the first write, sync, cut or rename that fails, counted from 1 |
//! | `NEUSTON_FAULT_COUNT` | how many fail from there on; `0`: all, as on a full disk |
//! | `NEUSTON_FAULT_ERRNO` | with which error (a number of errno.h) |
//! | `NEUSTON_FAULT_SEEN` | a file that comes to be when the first one fails: whether the program came that far |
//! | `NEUSTON_CLOCK` | a file of eight bytes (signed, native order): seconds by which the clock of the day is ahead |
//!
//! No part of the program: only stories know it.

#[cfg(target_os = "linux")]
pub mod clock;
#[cfg(target_os = "linux")]
pub mod disk;
#[cfg(target_os = "linux")]
mod system;
