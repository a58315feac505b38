//! The networks a home knows: the embedded one, and files of others.

use crate::{Folder, errors, folder::write_whole, identity::Identity, presence};
use api::{ApiError, Code, NetworkView, Sentence, sentence};
use protocol::NetworkFile;
use std::{
    fs::{File, TryLockError},
    path::{Path, PathBuf},
};

/// The name of the network on this computer.
pub(crate) const EMBEDDED: &str = "local";
/// Its name for people.
pub(crate) fn embedded_title() -> Sentence {
    sentence!("Local network on this computer")
}

/// Which network is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Chosen {
    /// The one this home runs.
    Embedded,
    /// One from a file.
    File {
        /// Its name.
        name: String,
        /// Its file.
        path: PathBuf,
    },
}

impl Chosen {
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Embedded => EMBEDDED,
            Self::File { name, .. } => name,
        }
    }
}

fn unknown(name: &str) -> ApiError {
    ApiError::new(
        Code::NotFound,
        sentence!("There is no network “{name}” here.", name),
        "See the known ones with: neuston network list. Add one with: neuston network add FILE",
    )
    .at("network")
}

/// Finds a network by name, or takes a file as one.
pub(crate) fn choose(folder: &Folder, wanted: Option<&str>) -> Result<Chosen, ApiError> {
    match wanted {
        None | Some(EMBEDDED) => Ok(Chosen::Embedded),
        Some(text) if text.ends_with(".toml") || text.contains(std::path::MAIN_SEPARATOR) => {
            let path = std::path::absolute(text).map_err(errors::disk)?;
            if path == folder.embedded_network() {
                return Ok(Chosen::Embedded);
            }
            let file = read(&path)?;
            // Two files may give the same name: what belongs to them is kept apart by the path.
            let number = number(path.as_os_str().as_encoded_bytes());
            Ok(Chosen::File { name: format!("{}-{number}", cleaned(&file.name, LONGEST)), path })
        }
        Some(text) => {
            let name = called_here(folder, text);
            let path = folder.networks().join(format!("{name}.toml"));
            if path.exists() { Ok(Chosen::File { name, path }) } else { Err(unknown(text)) }
        }
    }
}

/// Reads a network's file.
pub(crate) fn read(path: &Path) -> Result<NetworkFile, ApiError> {
    let wrong =
        |what: Sentence| ApiError::new(Code::Invalid, what, "Ask whoever runs the network for its file.").at("network");
    let text = std::fs::read_to_string(path).map_err(|e| {
        wrong(sentence!("The network file {path} cannot be read: {why}.", path, why = Sentence::from(&e)))
    })?;
    NetworkFile::from_toml(&text)
        .map_err(|e| wrong(sentence!("{path} is no network file: {why}.", path, why = Sentence::from(&e))))
}

/// A network's file, written.
pub(crate) fn toml(file: &NetworkFile) -> Result<String, ApiError> {
    let unwritten = |why: &protocol::network::NetworkFileError| {
        let what = sentence!("The network's file cannot be written: {why}.", why = Sentence::from(why));
        ApiError::new(Code::Invalid, what, "Ask whoever runs the network for its file.")
    };
    file.to_toml().map_err(|e| unwritten(&e))
}

/// Copies a network's file to the ones this home knows. One that is known already has what its file says from then on; of
/// another network a name is never taken away.
pub(crate) fn add(folder: &Folder, path: &Path) -> Result<String, ApiError> {
    let mut file = read(path)?;
    let name = called_here(folder, &file.name);
    if name == EMBEDDED || name.is_empty() {
        return Err(ApiError::new(
            Code::Invalid,
            sentence!("A network from a file cannot be called “{name}”.", name = file.name),
            "Change the name in the file.",
        ));
    }
    std::fs::create_dir_all(folder.networks()).map_err(errors::disk)?;
    let place = folder.networks().join(format!("{name}.toml"));
    let _one = one_writer(&place)?;
    let known = if place.exists() { read(&place).ok() } else { None };
    let data = folder.of_network(&name);
    let before = known.as_ref().map(Identity::of).into_iter();
    let mut before = before.chain(Identity::kept(&data).map_err(errors::disk)?);
    if before.any(|before| !before.fits(&Identity::of(&file))) {
        return Err(ApiError::new(
            Code::Invalid,
            sentence!("Another network is called “{name}” here.", name = file.name),
            "Change the name in the file, then add it.",
        )
        .at("network"));
    }
    // Gateways that were announced here are still there.
    for (provider, at) in known.iter().flat_map(|known| &known.gateways) {
        file.gateways.entry(*provider).or_insert_with(|| at.clone());
    }
    let says_else = |known: NetworkFile| NetworkFile { gateways: file.gateways.clone(), ..known } != file;
    let _nobody = known.is_some_and(says_else).then(|| nobody_there(&data, &file.name)).transpose()?;
    write_whole(&place, toml(&file)?.as_bytes()).map_err(errors::disk)?;
    Ok(name)
}

/// Keeps everybody away from a network while its file changes. Whoever is there already found its servers by the file as
/// it was, and goes on with it.
fn nobody_there(data: &Path, name: &str) -> Result<File, ApiError> {
    let lock = presence::lock_file(data).map_err(errors::disk)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(ApiError::new(
            Code::Busy,
            sentence!("The network “{name}” is in use, and this file says something else of it.", name),
            "Use another network, close Neuston and open it again; then add the file.",
        )
        .at("network")),
        Err(TryLockError::Error(error)) => Err(errors::disk(error)),
    }
}

/// All networks known here.
pub(crate) fn list(folder: &Folder, active: Option<&str>) -> Vec<NetworkView> {
    let active = active.unwrap_or(EMBEDDED);
    let embedded = read(&folder.embedded_network()).ok();
    let mut views = vec![view(EMBEDDED, embedded_title(), embedded.as_ref(), active, true)];
    let mut names: Vec<String> = std::fs::read_dir(folder.networks())
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.strip_suffix(".toml").map(str::to_owned))
        .collect();
    names.sort();
    for name in names {
        let file = read(&folder.networks().join(format!("{name}.toml"))).ok();
        let title = Sentence::verbatim(file.as_ref().map_or(&name, |f| &f.name));
        views.push(view(&name, title, file.as_ref(), active, false));
    }
    views
}

fn view(name: &str, title: Sentence, file: Option<&NetworkFile>, active: &str, embedded: bool) -> NetworkView {
    NetworkView {
        name: name.to_owned(),
        title,
        chain_id: file.map_or(0, |f| f.chain_id),
        active: name == active,
        embedded,
        key_servers: file.map(|f| f.services.secret_store.clone()).unwrap_or_default(),
        catalogues: file.map(|f| f.services.aquarius.clone()).unwrap_or_default(),
    }
}

/// The longest name of a file or folder of a network.
const LONGEST: usize = 60;

/// What the files and folders of a network are called that people call so. Earlier versions left the number out: a network
/// that one of them added stays where its library is.
fn called_here(folder: &Folder, name: &str) -> String {
    let before = cleaned(name, LONGEST);
    let is_its = || read(&folder.networks().join(format!("{before}.toml"))).is_ok_and(|known| known.name == name);
    if !name.is_ascii() && is_its() { before } else { safe(name) }
}

/// A name that is also a file's name, on disks as well that take upper and lower case for one. Of a name in other letters
/// than those of ASCII little is left: a number keeps it apart.
fn safe(name: &str) -> String {
    if name.is_ascii() {
        return cleaned(name, LONGEST);
    }
    let number = number(name.as_bytes());
    format!("{}-{number}", cleaned(name, LONGEST.saturating_sub(1 + number.len())))
}

/// What can stand in a file's name everywhere.
fn cleaned(name: &str, longest: usize) -> String {
    let clean = |c: char| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c.to_ascii_lowercase() } else { '-' };
    name.chars().take(longest).map(clean).collect()
}

/// Eight digits that tell two texts apart.
fn number(of: &[u8]) -> String {
    hex::encode(protocol::hash::keccak256(of).get(..4).unwrap_or_default())
}

/// Held while a network's file is read and written again.
fn one_writer(path: &Path) -> Result<File, ApiError> {
    let lock = File::create(path.with_extension("lock")).map_err(errors::disk)?;
    lock.lock().map_err(errors::disk)?;
    Ok(lock)
}

/// Says in a network's file where a gateway is, so that everybody who uses the file finds it. Two homes may do so at
/// once: a lock beside the file keeps them apart.
pub(crate) fn announce_gateway(path: &Path, provider: protocol::Address, at: &str) -> Result<(), ApiError> {
    let _one = one_writer(path)?;
    let mut file = read(path)?;
    if file.gateways.get(&provider).map(String::as_str) == Some(at) {
        return Ok(());
    }
    file.gateways.insert(provider, at.to_owned());
    let text = toml(&file)?;
    write_whole(path, text.as_bytes()).map_err(errors::disk)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(name: &str) -> String {
        format!("name = \"{name}\"\nchain_id = 1\nrpc = [\"http://127.0.0.1:1\"]\n")
    }

    /// Somebody who adds networks.
    struct Adding {
        place: tempfile::TempDir,
        folder: Folder,
    }

    impl Adding {
        fn new() -> Self {
            let place = tempfile::tempdir().unwrap();
            let folder = Folder::open(Some(place.path())).unwrap();
            Self { place, folder }
        }

        fn adds(&self, text: &str) -> Result<String, ApiError> {
            let file = self.place.path().join("x.toml");
            std::fs::write(&file, text).unwrap();
            add(&self.folder, &file)
        }

        fn known(&self, name: &str) -> NetworkFile {
            read(&self.folder.networks().join(format!("{name}.toml"))).unwrap()
        }
    }

    #[test]
    fn a_network_is_added_listed_and_found() {
        let home = Adding::new();
        assert_eq!(home.adds(&network("My Team")).unwrap(), "my-team");
        assert_eq!(list(&home.folder, Some("my-team")).iter().filter(|n| n.active).count(), 1);
        assert!(matches!(choose(&home.folder, Some("my-team")).unwrap(), Chosen::File { .. }));
        assert_eq!(choose(&home.folder, None).unwrap(), Chosen::Embedded);
        assert_eq!(choose(&home.folder, Some("nowhere")).unwrap_err().code, Code::NotFound);
        assert_eq!(home.adds("what").unwrap_err().code, Code::Invalid);
    }

    #[test]
    fn names_in_any_letters_are_kept_apart() {
        let home = Adding::new();
        let names = ["市场", "数据", "Märkte", "märkte", &"é".repeat(100)].map(|name| {
            let added = home.adds(&network(name)).unwrap();
            assert!(added.is_ascii() && added.len() <= LONGEST && added == added.to_lowercase(), "{added}");
            assert_eq!(choose(&home.folder, Some(name)).unwrap().name(), added, "by the name that people see");
            assert_eq!(choose(&home.folder, Some(&added)).unwrap().name(), added, "by the name of its file");
            added
        });
        let apart: std::collections::BTreeSet<&String> = names.iter().collect();
        assert_eq!(apart.len(), names.len(), "{names:?}");
    }

    #[test]
    fn a_network_that_an_earlier_version_added_stays_where_it_is() {
        let home = Adding::new();
        std::fs::create_dir_all(home.folder.networks()).unwrap();
        std::fs::write(home.folder.networks().join("m-rkte.toml"), network("Märkte")).unwrap();
        assert_eq!(choose(&home.folder, Some("Märkte")).unwrap().name(), "m-rkte");
        assert_eq!(home.adds(&network("Märkte").replace("127.0.0.1:1", "127.0.0.1:2")).unwrap(), "m-rkte");
        assert_eq!(home.known("m-rkte").rpc, ["http://127.0.0.1:2"]);
        assert_eq!(list(&home.folder, None).len(), 2, "there is no second one beside the embedded one");
        // Another name of which as little is left.
        let other = home.adds(&network("Mürkte")).unwrap();
        assert_ne!(other, "m-rkte");
        assert_eq!(choose(&home.folder, Some("Mürkte")).unwrap().name(), other);
    }

    #[test]
    fn a_name_is_never_taken_from_another_network() {
        let home = Adding::new();
        let contracts = |at: &str| format!("[contracts]\nOceanToken = \"0x{}\"\n", at.repeat(20));
        home.adds(&(network("Team") + &contracts("11"))).unwrap();
        let before = home.known("team");
        for other in [
            network("TEAM").replace("chain_id = 1", "chain_id = 2") + &contracts("11"),
            network("Team") + &contracts("22"),
        ] {
            let error = home.adds(&other).unwrap_err();
            assert_eq!(error.code, Code::Invalid);
            assert!(error.message.contains("is called") && error.next.contains("Change the name"), "{error}");
            assert_eq!(home.known("team"), before);
        }
        // Nor where only the data of the other network is left.
        crate::folder::make_private(&home.folder.of_network("team")).unwrap();
        crate::identity::settle(&home.folder.of_network("team"), &before, Path::new("x.toml"), false).unwrap();
        std::fs::remove_file(home.folder.networks().join("team.toml")).unwrap();
        assert_eq!(home.adds(&(network("Team") + &contracts("22"))).unwrap_err().code, Code::Invalid);
        home.adds(&(network("Team") + &contracts("11"))).unwrap();
    }

    #[test]
    fn a_network_that_moved_is_added_again_while_nobody_is_there() {
        let home = Adding::new();
        let (old, new) = (network("Team"), network("Team").replace("127.0.0.1:1", "127.0.0.1:2"));
        home.adds(&old).unwrap();
        let provider = protocol::Address([7; 20]);
        announce_gateway(&home.folder.networks().join("team.toml"), provider, "unix:/tmp/a.sock").unwrap();
        let here = presence::lock_file(&home.folder.of_network("team")).unwrap();
        here.lock_shared().unwrap();
        home.adds(&old).unwrap();
        let error = home.adds(&new).unwrap_err();
        assert_eq!(error.code, Code::Busy);
        assert!(error.message.contains("in use"), "{error}");
        assert_eq!(home.known("team").rpc, ["http://127.0.0.1:1"]);
        drop(here);
        home.adds(&new).unwrap();
        assert_eq!(home.known("team").rpc, ["http://127.0.0.1:2"]);
        assert_eq!(home.known("team").gateways.len(), 1, "who was announced is still there");
    }

    #[test]
    fn a_gateway_is_announced_once() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("x.toml");
        std::fs::write(&file, network("t")).unwrap();
        let provider = protocol::Address([7; 20]);
        announce_gateway(&file, provider, "unix:/tmp/a.sock").unwrap();
        announce_gateway(&file, provider, "unix:/tmp/b.sock").unwrap();
        assert_eq!(read(&file).unwrap().gateways.get(&provider).unwrap(), "unix:/tmp/b.sock");
    }
}
