//! Makes the JavaScript glue of a wasm file: `bindgen <file.wasm> <folder>`.

use std::{path::Path, process::ExitCode};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [wasm, folder] = arguments.as_slice() else {
        eprintln!("usage: bindgen <file.wasm> <folder>");
        return ExitCode::from(2);
    };
    let mut bindgen = wasm_bindgen_cli_support::Bindgen::new();
    let done = bindgen.input_path(wasm).web(true).and_then(|bindgen| {
        bindgen.typescript(false).remove_name_section(true).remove_producers_section(true).generate(Path::new(folder))
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("wasm-bindgen refused {wasm}: {error:#}");
            ExitCode::FAILURE
        }
    }
}
