//! Settings of a home: a small JSON file, written whole.

use crate::{folder::write_whole, networks::EMBEDDED};
use api::Settings;
use serde::{Deserialize, Serialize};
use std::{
    io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};
use tokio::sync::watch;

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

impl Kept {
    fn network_in_use(&self) -> &str {
        self.network.as_deref().unwrap_or(EMBEDDED)
    }
}

/// The settings of a home.
#[derive(Debug)]
pub(crate) struct SettingsFile {
    path: PathBuf,
    kept: Mutex<Kept>,
    in_use: watch::Sender<String>,
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
        let in_use = watch::Sender::new(kept.network_in_use().to_owned());
        Ok(Self { path: path.to_owned(), kept: Mutex::new(kept), in_use })
    }

    pub(crate) fn get(&self) -> Kept {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The name of the network in use, now and whenever it is another one.
    pub(crate) fn network_in_use(&self) -> watch::Receiver<String> {
        self.in_use.subscribe()
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut Kept)) -> io::Result<Kept> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = kept.clone();
        change(&mut next);
        let text = serde_json::to_vec_pretty(&next).map_err(io::Error::other)?;
        write_whole(&self.path, &text)?;
        *kept = next.clone();
        self.in_use.send_if_modified(|in_use| {
            let another = in_use.as_str() != next.network_in_use();
            if another {
                next.network_in_use().clone_into(in_use);
            }
            another
        });
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

    #[test]
    fn only_another_network_is_told() {
        let place = tempfile::tempdir().unwrap();
        let file = SettingsFile::open(&place.path().join("settings.json")).unwrap();
        let mut in_use = file.network_in_use();
        assert_eq!(*in_use.borrow_and_update(), EMBEDDED);
        file.change(|k| k.network = Some(EMBEDDED.into())).unwrap();
        file.change(|k| k.account = Some("second".into())).unwrap();
        assert!(!in_use.has_changed().unwrap(), "it is the same one");
        file.change(|k| k.network = Some("spree".into())).unwrap();
        assert!(in_use.has_changed().unwrap());
        assert_eq!(*in_use.borrow(), "spree");
    }
}
