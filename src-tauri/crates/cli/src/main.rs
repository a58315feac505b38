//! The command line `neuston`: the same agent as the window's, for people who type and for scripts.

mod agreement_shapes;
mod arguments;
mod commands;
mod duration;
mod failure;
mod output;
mod paths;
mod session;
mod shapes;
mod usage;

use arguments::Arguments;
use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return usage::tell(&error),
    };
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::try_from_env("NEUSTON_LOG").unwrap_or_else(|_| "warn".into()))
        .with_writer(std::io::stderr)
        .init();
    let output = output::Output { json: arguments.common.json, progress: arguments.common.progress };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            let error = api::ApiError::new(
                api::Code::Internal,
                api::Sentence::verbatim(format!("The program cannot start: {error}")),
                "Close other programs and try again.",
            );
            output.failure(&failure::Failure::from(error));
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(commands::run(arguments, output)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output.failure(&failure);
            ExitCode::from(failure.exit)
        }
    }
}
