//! Files that people ask for by name: written whole, and never over another one.

use crate::errors;
use api::{ApiError, Code, sentence};
use std::{
    fs::{self, File},
    io::{self, ErrorKind, Write as _},
    path::Path,
};

/// Writes a file that is not there yet, and returns once it is on the disk. What could not be written whole is taken away.
///
/// # Errors
/// [`Code::Invalid`] where there is something of this name, and what the disk says.
pub async fn write_new(path: &Path, bytes: &[u8]) -> Result<(), ApiError> {
    let (place, bytes) = (path.to_owned(), bytes.to_owned());
    let written = tokio::task::spawn_blocking(move || write(&place, &bytes))
        .await
        .map_err(|e| errors::internal(e.to_string()))?;
    written.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => ApiError::new(
            Code::Invalid,
            sentence!("{path} exists already.", path),
            "Choose another name; nothing is overwritten.",
        )
        .at("path"),
        _ => errors::disk(path, &error),
    })
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    drop(file);
    if written.is_err()
        && let Err(error) = fs::remove_file(path)
    {
        tracing::warn!(%error, "half a file could not be taken away");
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_there_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("copy.json");
        write_new(&path, b"mine").await.unwrap();
        let error = write_new(&path, b"another").await.unwrap_err();
        assert_eq!((error.code, error.field.as_deref()), (Code::Invalid, Some("path")));
        assert!(error.message.contains("exists already"), "{error}");
        assert_eq!(fs::read(&path).unwrap(), b"mine");
        let nowhere = write_new(&folder.path().join("no/copy.json"), b"mine").await.unwrap_err();
        assert_eq!(nowhere.code, Code::NotFound);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left there");
    }
}
