//! The networks a home knows: the embedded one, and files of others.

use crate::{Folder, errors, folder::write_whole};
use api::{ApiError, Code, NetworkView, Sentence, sentence};
use protocol::NetworkFile;
use std::path::{Path, PathBuf};

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
            let number = protocol::hash::keccak256(path.as_os_str().as_encoded_bytes());
            let number = hex::encode(number.get(..4).unwrap_or_default());
            Ok(Chosen::File { name: format!("{}-{number}", safe(&file.name)), path })
        }
        Some(name) => {
            let path = folder.networks().join(format!("{}.toml", safe(name)));
            if path.exists() { Ok(Chosen::File { name: safe(name), path }) } else { Err(unknown(name)) }
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

/// Copies a network's file to the ones this home knows.
pub(crate) fn add(folder: &Folder, path: &Path) -> Result<String, ApiError> {
    let file = read(path)?;
    let name = safe(&file.name);
    if name == EMBEDDED || name.is_empty() {
        return Err(ApiError::new(
            Code::Invalid,
            sentence!("A network from a file cannot be called “{name}”.", name = file.name),
            "Change the name in the file.",
        ));
    }
    std::fs::create_dir_all(folder.networks()).map_err(errors::disk)?;
    let text = toml(&file)?;
    write_whole(&folder.networks().join(format!("{name}.toml")), text.as_bytes()).map_err(errors::disk)?;
    Ok(name)
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

/// A name that is also a file's name.
fn safe(name: &str) -> String {
    let clean = |c: char| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c.to_ascii_lowercase() } else { '-' };
    name.chars().take(60).map(clean).collect()
}

/// Says in a network's file where a gateway is, so that everybody who uses the file finds it. Two homes may do so at
/// once: a lock beside the file keeps them apart.
pub(crate) fn announce_gateway(path: &Path, provider: protocol::Address, at: &str) -> Result<(), ApiError> {
    let lock = std::fs::File::create(path.with_extension("lock")).map_err(errors::disk)?;
    lock.lock().map_err(errors::disk)?;
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

    #[test]
    fn a_network_is_added_listed_and_found() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(Some(place.path())).unwrap();
        let file = place.path().join("x.toml");
        std::fs::write(&file, network("My Team")).unwrap();
        assert_eq!(add(&folder, &file).unwrap(), "my-team");
        assert_eq!(list(&folder, Some("my-team")).iter().filter(|n| n.active).count(), 1);
        assert!(matches!(choose(&folder, Some("my-team")).unwrap(), Chosen::File { .. }));
        assert_eq!(choose(&folder, None).unwrap(), Chosen::Embedded);
        assert_eq!(choose(&folder, Some("nowhere")).unwrap_err().code, Code::NotFound);
        std::fs::write(&file, "what").unwrap();
        assert_eq!(add(&folder, &file).unwrap_err().code, Code::Invalid);
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
