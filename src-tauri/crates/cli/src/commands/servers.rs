//! `neuston node` and `serve`

use crate::{
    arguments::{Common, Node},
    output::Output,
    session::Session,
};
use api::{ApiError, Code, Sentence};
use protocol::NetworkFile;
use serde::Deserialize;
use serde_json::json;
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

/// Between two attempts to listen to a home that does not open.
const REOPEN_AFTER: Duration = Duration::from_secs(1);

/// What a node's file may say; the command line wins.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    data: Option<PathBuf>,
    block_time: Option<u64>,
    name: Option<String>,
    chain_id: Option<u64>,
    gateway: Option<bool>,
    /// Whether its catalogue takes changes by the rule of Aquarius 1.1, whose signatures can be used again.
    aquarius_1_1: Option<bool>,
    private_links: Option<bool>,
    /// Of which origins pages in a browser may ask; `*` is any.
    origins: Option<Vec<String>>,
    key_servers: Option<usize>,
    /// Runs one key server alone, in this process.
    key_server: Option<node::KeyServerPlan>,
}

fn failed(error: impl std::fmt::Display, next: &'static str) -> ApiError {
    ApiError::new(Code::Internal, Sentence::verbatim(format!("{error}.")), next)
}

/// A chain that others run, with deployed contracts.
fn elsewhere(path: &Path) -> Result<node::ChainPlan, ApiError> {
    let wrong = |why: String| {
        ApiError::new(
            Code::Invalid,
            Sentence::verbatim(why),
            "Name a network file, as `neuston contracts deploy` writes it.",
        )
        .at("network")
    };
    let text = std::fs::read_to_string(path).map_err(|e| wrong(format!("{} cannot be read: {e}.", path.display())))?;
    let network = NetworkFile::from_toml(&text).map_err(|e| wrong(format!("{}: {e}.", path.display())))?;
    if network.contracts.is_empty() {
        return Err(wrong(format!("{} names no contracts.", path.display())));
    }
    Ok(node::ChainPlan::Elsewhere(Box::new(network)))
}

/// Where a node's data is: where it was told, else in the data folder.
fn data_folder(typed: Option<PathBuf>, file: Option<PathBuf>, home: Option<&Path>) -> Result<PathBuf, ApiError> {
    match (typed.or(file), home) {
        (Some(data), _) => Ok(data),
        (None, Some(home)) => Ok(home.join("node")),
        (None, None) => Ok(home::default_folder().map_err(|e| failed(e, "Name a folder with --data."))?.join("node")),
    }
}

/// The origins that the file names, if all of them are origins.
fn origins(told: Option<Vec<String>>) -> Result<Option<Vec<String>>, ApiError> {
    let other = told.iter().flatten().find(|origin| !node::is_origin(origin)).cloned();
    match other {
        Some(other) => Err(ApiError::new(
            Code::Invalid,
            Sentence::verbatim(format!("“{other}” in `origins` is no origin of pages.")),
            "Write each like https://market.example, without a path, or * for all.",
        )),
        None => Ok(told),
    }
}

pub(super) async fn node(arguments: Node, common: &Common, output: Output) -> Result<(), ApiError> {
    let file = match &arguments.config {
        Some(path) => {
            let wrong = |why: String| {
                ApiError::new(Code::Invalid, Sentence::verbatim(why), "Check the file named with --config.")
            };
            let text =
                std::fs::read_to_string(path).map_err(|e| wrong(format!("{} cannot be read: {e}.", path.display())))?;
            toml::from_str(&text).map_err(|e| wrong(format!("{} is not as expected: {e}.", path.display())))?
        }
        None => File::default(),
    };
    if let Some(plan) = file.key_server {
        let server = node::run_key_server(plan).await.map_err(|e| failed(e, "Check the file named with --config."))?;
        output.answer(&json!({ "ready": true, "secretStore": [server.url()], "public": server.public() }), || {
            format!("Key server {} at {}", server.public(), server.url())
        });
        ended().await;
        server.close().await;
        return Ok(());
    }
    let listen: SocketAddr = arguments.listen.parse().map_err(|_| {
        ApiError::new(
            Code::Invalid,
            Sentence::verbatim(format!("“{}” is no place to listen.", arguments.listen)),
            "Write it like 127.0.0.1:8545.",
        )
    })?;
    let config = node::NodeConfig {
        data: data_folder(arguments.data, file.data, common.home.as_deref())?,
        chain: match common.network.as_deref() {
            Some(network) => elsewhere(Path::new(network))?,
            None => node::ChainPlan::Own {
                name: file.name.unwrap_or_else(|| "neuston".to_owned()),
                chain_id: file.chain_id.unwrap_or(8996),
                block_time_ms: arguments.block_time.or(file.block_time).unwrap_or(1000),
            },
        },
        listen: node::Listen::Tcp(listen),
        gateway: file.gateway.unwrap_or(true),
        aquarius_1_1: file.aquarius_1_1.unwrap_or(false),
        private_links: arguments.private_links || file.private_links.unwrap_or(false),
        origins: origins(file.origins)?,
        key_servers: file.key_servers.unwrap_or(3),
    };
    let node =
        node::Node::start(config).await.map_err(|e| failed(e, "Nothing was changed; mend this and start again."))?;
    let ready = node.ready();
    // One line for the program that started it, whatever --json says.
    Output { json: true, ..output }.answer(&ready, String::new);
    ended().await;
    node.close().await;
    Ok(())
}

/// Waits until the process is asked to end.
async fn ended() {
    #[cfg(unix)]
    {
        let mut term = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(term) => term,
            Err(_) => return drop(tokio::signal::ctrl_c().await),
        };
        tokio::select! { _ = tokio::signal::ctrl_c() => {}, _ = term.recv() => {} }
    }
    #[cfg(not(unix))]
    drop(tokio::signal::ctrl_c().await);
}

pub(super) async fn serve(common: &Common, output: Output) -> Result<(), ApiError> {
    let session = Session::open(common, output).await?;
    if common.passphrase_file.is_some() {
        session.unlock().await?;
    }
    let status = session.ask(api::GetStatus {}).await?;
    Output { json: true, ..output }.answer(&json!({ "ready": true, "network": status.network }), String::new);
    tokio::select! {
        () = ended() => {}
        () = goes_on(&session) => {}
    }
    session.close().await;
    Ok(())
}

/// Sees to it that the home runs also when the process that runs it ends and this one was only its guest. Does not end.
async fn goes_on(session: &Session) {
    loop {
        match session.door.events().await {
            Ok(mut events) => {
                runs(session).await;
                while let Some(event) = events.next().await {
                    if event == api::Event::Network {
                        runs(session).await;
                    }
                }
            }
            Err(error) => tracing::warn!(%error, "the home does not tell what happens"),
        }
        tokio::time::sleep(REOPEN_AFTER).await;
    }
}

/// Asks whoever runs the home to be on the network, unlocked where a password was given; again while the network is away.
async fn runs(session: &Session) {
    loop {
        let unlocked = session.unlock_again().await;
        let Err(error) = unlocked.and(session.ask(api::GetStatus {}).await) else { return };
        tracing::warn!(%error, "the home does not go on as before");
        if error.code != api::Code::Unreachable {
            return;
        }
        tokio::time::sleep(REOPEN_AFTER).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_s_file_names_the_origins_of_pages_that_may_ask_as_browsers_send_them() {
        let told = |text: &str| origins(toml::from_str::<File>(text).unwrap().origins);
        assert_eq!(told("").unwrap(), None);
        assert_eq!(told("origins = []").unwrap(), Some(vec![]));
        assert_eq!(told(r#"origins = ["https://a.example", "*"]"#).unwrap().unwrap(), ["https://a.example", "*"]);
        let error = told(r#"origins = ["https://a.example", "https://b.example/"]"#).unwrap_err();
        assert!(error.message.contains("https://b.example/"), "{error:?}");
    }

    #[test]
    fn a_node_s_data_is_where_it_was_told_or_in_the_data_folder_that_was_named() {
        let path = |text: &str| Some(PathBuf::from(text));
        let home = Path::new("/home/of-somebody");
        assert_eq!(data_folder(path("/a"), path("/b"), Some(home)).unwrap(), Path::new("/a"));
        assert_eq!(data_folder(None, path("/b"), Some(home)).unwrap(), Path::new("/b"));
        assert_eq!(data_folder(None, None, Some(home)).unwrap(), Path::new("/home/of-somebody/node"));
    }
}
