//! Paths as they were typed. The process that holds the home may work in another folder, so each is made whole here.

use api::{ApiError, Code, Sentence};
use std::path::Path;

/// The whole path of what was typed.
pub(crate) fn absolute(path: &Path) -> Result<String, ApiError> {
    let full = std::path::absolute(path).map_err(|e| {
        ApiError::new(Code::Invalid, Sentence::verbatim(format!("The path cannot be used: {e}.")), "Name another file.")
    })?;
    full.into_os_string().into_string().map_err(|_| {
        ApiError::new(Code::Invalid, "The path has characters that cannot be read.", "Rename the file or folder.")
    })
}

/// A network as it is asked for: by its name, or by the whole path of its file. What looks like a path is one, whatever
/// files there are: a file that happens to have a network's name must not be taken for it.
pub(crate) fn network(typed: &str) -> Result<String, ApiError> {
    match typed.ends_with(".toml") || typed.contains(std::path::is_separator) {
        true => absolute(Path::new(typed)),
        false => Ok(typed.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_s_file_is_named_whole_and_its_name_stays() {
        for typed in ["./team.toml", "team.toml", "files/team"] {
            let named = network(typed).unwrap();
            assert!(Path::new(&named).is_absolute() && Path::new(&named).ends_with(typed), "{named}");
        }
        assert_eq!(network("my-team").unwrap(), "my-team");
    }
}
