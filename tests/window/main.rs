//! Stories told by tests in the real window, through WebDriver. `cargo xtask test` gives them a screen and the driver.
#![cfg(test)]

mod accounts;
mod agreements;
mod app;
mod axe;
mod coming_back;
#[cfg(target_os = "linux")]
mod dropping;
mod first_start;
mod friend;
mod keyboard;
mod languages;
mod main_job;
mod publishing;
mod refunds;
mod shots;
mod strangers;
