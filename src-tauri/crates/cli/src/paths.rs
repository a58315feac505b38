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

/// Whether the path of a network's file was typed and not a name. What looks like a path is one, whatever files there are: a
/// file that happens to have a network's name must not be taken for it.
pub(crate) fn is_network_file(typed: &str) -> bool {
    typed.ends_with(".toml") || typed.contains(std::path::is_separator)
}

/// A network as it is asked for: by its name, or by the whole path of its file.
pub(crate) fn network(typed: &str) -> Result<String, ApiError> {
    match is_network_file(typed) {
        true => absolute(Path::new(typed)),
        false => Ok(typed.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_s_file_is_named_whole_and_its_name_stays() {
        let here = std::env::current_dir().unwrap();
        for (typed, whole) in [("./team.toml", "team.toml"), ("team.toml", "team.toml"), ("files/team", "files/team")] {
            assert_eq!(Path::new(&network(typed).unwrap()), here.join(whole), "{typed}");
        }
        assert_eq!(network("my-team").unwrap(), "my-team");
    }
}
