//! One data folder: its lock, its socket, the embedded network, the demo publisher.
//!
//! One process holds a home's lock and runs everything. Another process of the same home finds the holder's socket
//! and becomes a guest that only asks; when the holder ends, the next one that opens the home or asks takes over.

mod again;
mod demo;
mod door;
mod embedded;
mod errors;
mod folder;
mod gateway;
mod guest;
mod home;
mod identity;
mod networks;
mod news;
mod one_window;
mod presence;
mod server;
mod settings;

pub use door::{Door, Events, HomeOptions};
pub use folder::{Folder, FolderError};
pub use home::Home;
pub use one_window::{OnlyWindow, Turn, take_window};

use api::{ApiError, Code};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The platform's data folder of Neuston.
///
/// # Errors
/// [`FolderError`] where the system names none.
pub fn default_folder() -> Result<PathBuf, FolderError> {
    Folder::open(None).map(|folder| folder.root().to_owned())
}

/// The recovery words of a home's account. For a process that acts for the owner at a terminal: they never cross a
/// socket or reach the window. Another process may hold the home and be changing its password at this moment: the wallet is
/// only read.
///
/// # Errors
/// With [`Code::WrongPassword`], [`Code::NoAccount`] and what the disk says.
pub fn recovery_words(named: Option<&Path>, password: &str) -> Result<Zeroizing<String>, ApiError> {
    let folder = Folder::open(named).map_err(errors::folder)?;
    let wallet =
        wallet::WalletReader::open(&folder.wallet(), wallet::Options::default()).map_err(agent::errors::wallet)?;
    if wallet.is_empty() {
        return Err(agent::errors::no_account());
    }
    if !wallet.has_words() {
        return Err(ApiError::new(
            Code::NotFound,
            "This account was made from a key file; it has no recovery words.",
            "Keep an encrypted copy with: neuston wallet export FILE",
        ));
    }
    let words = wallet.backup(password).map_err(agent::errors::wallet)?;
    Ok(Zeroizing::new(words.expose().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use wallet::{Cost, NoKeychain, Options, Wallet, WordCount};

    #[test]
    fn whoever_reads_the_words_leaves_the_wallet_of_the_holder_as_it_is() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(Some(place.path())).unwrap();
        assert_eq!(recovery_words(Some(place.path()), "pass").unwrap_err().code, Code::NoAccount);
        let options = Options { keychain: Arc::new(NoKeychain), cost: Cost::cheap(), ..Options::default() };
        let wallet = Wallet::open(&folder.wallet(), options).unwrap();
        let (_, words) = wallet.create("pass", WordCount::Twelve, None).unwrap();
        // The holder is changing the password: the new keys do not count yet.
        let coming = folder.wallet().join("keys-2");
        std::fs::create_dir(&coming).unwrap();
        assert_eq!(recovery_words(Some(place.path()), "pass").unwrap().as_str(), words.expose());
        assert!(coming.exists(), "what comes is left alone");
        assert_eq!(recovery_words(Some(place.path()), "guess").unwrap_err().code, Code::WrongPassword);
    }
}
