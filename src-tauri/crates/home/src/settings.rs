//! Settings of a home: a small JSON file, written whole.

use crate::folder::write_whole;
use api::Settings;
use serde::{Deserialize, Serialize};
use std::{
    io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

/// What the file holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Kept {
    /// What people choose.
    pub(crate) settings: Settings,
    /// The network in use; `None` is the embedded one.
    pub(crate) network: Option<String>,
    /// The account in use; `None` is the first.
    pub(crate) account: Option<String>,
}

/// The settings of a home.
#[derive(Debug)]
pub(crate) struct SettingsFile {
    path: PathBuf,
    kept: Mutex<Kept>,
}

impl SettingsFile {
    /// Reads the file. One that cannot be read is set aside, never overwritten, and the defaults apply.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let kept = match std::fs::read(path) {
            Ok(bytes) => match serde_json::from_slice(&bytes) {
                Ok(kept) => kept,
                Err(error) => {
                    tracing::warn!(%error, "the settings cannot be read; they are kept beside and the defaults apply");
                    std::fs::rename(path, path.with_extension("unreadable"))?;
                    Kept::default()
                }
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => Kept::default(),
            Err(error) => return Err(error),
        };
        Ok(Self { path: path.to_owned(), kept: Mutex::new(kept) })
    }

    pub(crate) fn get(&self) -> Kept {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut Kept)) -> io::Result<Kept> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = kept.clone();
        change(&mut next);
        let text = serde_json::to_vec_pretty(&next).map_err(io::Error::other)?;
        write_whole(&self.path, &text)?;
        *kept = next.clone();
        Ok(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_stay() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("settings.json");
        let file = SettingsFile::open(&path).unwrap();
        file.change(|k| k.network = Some("spree".into())).unwrap();
        assert_eq!(SettingsFile::open(&path).unwrap().get().network.as_deref(), Some("spree"));
        std::fs::write(&path, "{").unwrap();
        assert_eq!(SettingsFile::open(&path).unwrap().get(), Kept::default());
        assert!(path.with_extension("unreadable").exists(), "nothing is lost");
    }
}
