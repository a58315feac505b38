//! The window of Neuston: `neuston-desktop [--home DIR]`.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    let options = match neuston_desktop::Options::from_command_line(std::env::args_os().skip(1)) {
        Ok(options) => options,
        Err(text) => {
            eprintln!("{text}");
            return ExitCode::from(2);
        }
    };
    match neuston_desktop::run(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the window cannot be opened: {error}");
            ExitCode::FAILURE
        }
    }
}
