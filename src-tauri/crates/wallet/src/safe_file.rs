//! Files that are either the old ones or the new ones, never half of both, and readable by their user alone.

use crate::WalletError;
use std::{
    fs::{self, File, OpenOptions},
    io::{Read, Write},
    path::Path,
};

/// Files of this crate are small; a larger one is not ours.
const MAX_BYTES: u64 = 256 * 1024;

pub(crate) fn disk(path: &Path) -> impl FnOnce(std::io::Error) -> WalletError + '_ {
    move |source| WalletError::Disk { path: path.to_owned(), source }
}

/// Makes a folder that only its user can enter.
pub(crate) fn make_folder(path: &Path) -> Result<(), WalletError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(disk(path))
}

fn private_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Writes beside the file, makes it durable, and puts it in the file's place in one step.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), WalletError> {
    let beside = path.with_extension("new");
    match fs::remove_file(&beside) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(disk(&beside)(e)),
        _ => {}
    }
    let mut file = private_options().create_new(true).open(&beside).map_err(disk(&beside))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(disk(&beside))?;
    drop(file);
    fs::rename(&beside, path).map_err(disk(path))?;
    sync_entry(path)
}

/// Makes an empty file, which says what it says by being there. Two processes may do so at once.
pub(crate) fn mark(path: &Path) -> Result<(), WalletError> {
    match private_options().create_new(true).open(path) {
        Ok(_) => sync_entry(path),
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(e) => Err(disk(path)(e)),
    }
}

/// Makes the entry of this file or folder in the folder around it durable.
pub(crate) fn sync_entry(path: &Path) -> Result<(), WalletError> {
    // Windows has no durable folder entries to ask for; opening a folder as a file fails there.
    if cfg!(unix)
        && let Some(folder) = path.parent()
    {
        File::open(folder).and_then(|f| f.sync_all()).map_err(disk(folder))?;
    }
    Ok(())
}

/// Reads a small file; `None` where there is none.
pub fn read(path: &Path) -> Result<Option<zeroize::Zeroizing<Vec<u8>>>, WalletError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(disk(path)(e)),
    };
    let mut bytes = zeroize::Zeroizing::new(Vec::new());
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(disk(path))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(WalletError::Damaged { path: path.to_owned(), reason: "it is too large".to_owned() });
    }
    Ok(Some(bytes))
}

/// Takes away what others may do with the file; says whether they could read it before.
pub(crate) fn make_private(path: &Path) -> Result<bool, WalletError> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(path).map_err(disk(path))?.permissions().mode();
        if mode & 0o077 != 0 {
            fs::set_permissions(path, fs::Permissions::from_mode(0o600)).map_err(disk(path))?;
            return Ok(true);
        }
    }
    #[cfg(not(unix))]
    fs::metadata(path).map_err(disk(path))?;
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_stays_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        assert!(read(&path).unwrap().is_none());
        replace(&path, b"one").unwrap();
        fs::write(path.with_extension("new"), b"left over by a crash").unwrap();
        replace(&path, b"two").unwrap();
        assert_eq!(read(&path).unwrap().unwrap().as_slice(), b"two");
        assert!(!path.with_extension("new").exists());
        assert!(!make_private(&path).unwrap(), "it was private from the start");
    }

    #[test]
    fn a_mark_is_made_once_and_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seen");
        mark(&path).unwrap();
        mark(&path).unwrap();
        assert!(!make_private(&path).unwrap(), "it was private from the start");
    }

    #[test]
    fn a_huge_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        fs::write(&path, vec![b' '; MAX_BYTES as usize + 1]).unwrap();
        assert!(matches!(read(&path), Err(WalletError::Damaged { .. })));
    }
}
