//! Stories told by tests in the real window, through WebDriver. `cargo xtask test` gives them a screen and the driver.
#![cfg(test)]

mod app;
mod first_start;
mod main_job;
mod shots;
