//! The data folder: where it is, who holds it, and where its sockets are.

use protocol::hash::keccak256;
use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
};

/// A data folder and the names in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    root: PathBuf,
}

/// Why a folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// The system names no place for data.
    #[error("this system names no folder for data")]
    NoPlace,
    /// The folder cannot be made or written.
    #[error("the data folder {path} cannot be used: {error}")]
    Unusable {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

/// Held as long as this process is the one that runs the home.
#[derive(Debug)]
pub struct HomeLock {
    _file: File,
}

impl Folder {
    /// The folder named, or the platform's own.
    ///
    /// # Errors
    /// [`FolderError`]; the folder is made when it is not there.
    pub fn open(named: Option<&Path>) -> Result<Self, FolderError> {
        let root = match named {
            Some(path) => path.to_owned(),
            None => dirs::data_dir().ok_or(FolderError::NoPlace)?.join("neuston"),
        };
        let unusable = |error| FolderError::Unusable { path: root.clone(), error };
        make_private(&root).map_err(unusable)?;
        Ok(Self { root: std::fs::canonicalize(&root).map_err(unusable)? })
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Accounts.
    pub fn wallet(&self) -> PathBuf {
        self.root.join("wallet")
    }

    /// The service key.
    pub fn service(&self) -> PathBuf {
        self.root.join("service")
    }

    /// The embedded network.
    pub fn embedded(&self) -> PathBuf {
        self.root.join("embedded")
    }

    /// The embedded network's file.
    pub fn embedded_network(&self) -> PathBuf {
        self.embedded().join("network.toml")
    }

    /// Files of other networks.
    pub fn networks(&self) -> PathBuf {
        self.root.join("networks")
    }

    /// What belongs to one network: library, journal, gateway.
    pub fn of_network(&self, name: &str) -> PathBuf {
        self.root.join("on").join(name)
    }

    /// The rules about what may be signed, where there are any.
    pub fn policy(&self) -> PathBuf {
        self.root.join("policy.toml")
    }

    /// The settings.
    pub fn settings(&self) -> PathBuf {
        self.root.join("settings.json")
    }

    /// A socket of this home. Paths of sockets are short by law (108 bytes), so that a deep folder gets its sockets
    /// in a private folder of the system's runtime directory instead.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn socket(&self, name: &str) -> io::Result<PathBuf> {
        let inside = self.root.join("run").join(format!("{name}.sock"));
        if inside.as_os_str().len() <= 90 {
            make_private(&self.root.join("run"))?;
            return Ok(inside);
        }
        let number = hex::encode(keccak256(self.root.as_os_str().as_encoded_bytes()).get(..8).unwrap_or_default());
        let outside = dirs::runtime_dir().unwrap_or_else(std::env::temp_dir).join(format!("neuston-{number}"));
        make_private(&outside)?;
        Ok(outside.join(format!("{name}.sock")))
    }

    /// Takes the lock, or says that another process has it.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn lock(&self) -> io::Result<Option<HomeLock>> {
        Ok(self.lock_file("lock")?.map(|file| HomeLock { _file: file }))
    }

    /// Locks a file of this name until it is closed, or says that another process has locked it.
    pub(crate) fn lock_file(&self, name: &str) -> io::Result<Option<File>> {
        let file = OpenOptions::new().create(true).write(true).truncate(false).open(self.root.join(name))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

/// Makes a folder only its owner can enter; an existing one is left as it is, if it is the owner's.
pub(crate) fn make_private(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Writes a file so that either the old or the new content is there, whatever happens. What is written meanwhile has a name
/// that nobody else has.
pub(crate) fn write_whole(path: &Path, content: &[u8]) -> io::Result<()> {
    use std::io::Write as _;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", hex::encode(rand::random::<[u8; 8]>())));
    let beside = path.with_file_name(name);
    let mut file = File::create_new(&beside)?;
    let written = file.write_all(content).and_then(|()| file.sync_all());
    drop(file);
    let placed = written.and_then(|()| std::fs::rename(&beside, path));
    if placed.is_err()
        && let Err(error) = std::fs::remove_file(&beside)
    {
        tracing::warn!(%error, "what could not be written whole was not taken away");
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_process_holds_a_home() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(Some(place.path())).unwrap();
        let first = folder.lock().unwrap();
        assert!(first.is_some());
        assert!(folder.lock().unwrap().is_none(), "the lock is held");
        drop(first);
        assert!(folder.lock().unwrap().is_some(), "the next one takes over");
    }

    #[test]
    fn a_file_is_written_whole_and_nothing_beside_it_is_touched() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("network.toml");
        // Somebody's own.
        std::fs::write(place.path().join("network.new"), "mine").unwrap();
        write_whole(&path, b"one").unwrap();
        write_whole(&path, b"two").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        assert_eq!(std::fs::read(place.path().join("network.new")).unwrap(), b"mine");
        std::fs::create_dir(place.path().join("taken")).unwrap();
        write_whole(&place.path().join("taken"), b"three").unwrap_err();
        assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 3, "nothing is left over");
    }

    #[test]
    fn sockets_of_a_deep_folder_are_elsewhere() {
        let place = tempfile::tempdir().unwrap();
        let deep = place.path().join("d".repeat(60)).join("e".repeat(60));
        let socket = Folder::open(Some(&deep)).unwrap().socket("home").unwrap();
        assert!(socket.as_os_str().len() < 100, "{}", socket.display());
        let shallow = Folder::open(Some(place.path())).unwrap();
        assert!(shallow.socket("home").unwrap().starts_with(shallow.root()));
    }
}
