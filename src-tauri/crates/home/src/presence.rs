//! A person or a demo publisher present on a network: an agent with its own gateway behind a socket of its own.

use crate::{
    Folder, errors,
    folder::make_private,
    gateway::Handle,
    identity,
    networks::{announce_gateway, read},
};
use agent::{Agent, AgentConfig, Policy};
use api::{ApiError, Code, Sentence, sentence};
use keeper::{Keeper, Nodes};
use node::brizo::{self, Gateway, GatewayConfig};
use protocol::{Address, NetworkFile, Signer};
use runner::{Ledger, Outbox, OutboxError};
use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio_util::sync::CancellationToken;
use transport::{Endpoint, Http, Limits, Listen, Reach, Resolver, Served, TransportError, serve};
use wallet::{ServiceKey, Wallet};

/// What somebody needs to be present on a network.
pub(crate) struct Arrival<'a> {
    /// Where agent and gateway keep their data.
    pub(crate) data: PathBuf,
    /// Names the socket.
    pub(crate) name: &'a str,
    /// Where sockets are.
    pub(crate) sockets: &'a Folder,
    /// The network's file.
    pub(crate) network_path: PathBuf,
    /// Its name for people.
    pub(crate) title: Sentence,
    pub(crate) wallet: Wallet,
    pub(crate) account: Option<Address>,
    pub(crate) service: Arc<ServiceKey>,
    /// What may be signed.
    pub(crate) policy: Policy,
    /// Of the network that this home runs.
    pub(crate) operator: Option<Arc<ServiceKey>>,
}

/// Somebody present on a network.
pub(crate) struct Presence {
    pub(crate) agent: Agent,
    gateway: Option<Gateway>,
    served: Option<Served>,
    cancel: CancellationToken,
    /// As long as it is there, its network's file stays as it is.
    _here: File,
}

/// Locked by everybody who is present with the data of this folder.
pub(crate) fn lock_file(data: &Path) -> io::Result<File> {
    make_private(data)?;
    File::options().create(true).write(true).truncate(false).open(data.join("presence.lock"))
}

/// How often the network's file is looked at for gateways that came or moved.
const LOOK: Duration = Duration::from_secs(1);

impl Presence {
    pub(crate) async fn arrive(arrival: Arrival<'_>) -> Result<Self, ApiError> {
        let Arrival { data, name, sockets, network_path, title, wallet, account, service, policy, operator } = arrival;
        let here = lock_file(&data).map_err(errors::disk)?;
        // Whoever is changing the network's file is done in a moment.
        here.lock_shared().map_err(errors::disk)?;
        let network = read(&network_path)?;
        identity::settle(&data, &network, &network_path, network_path == sockets.embedded_network())?;
        let http = Http::of_network(&network, Limits::trusted()).map_err(|e| unusable(&e))?;
        let resolver = http.resolver().clone();
        let cancel = CancellationToken::new();
        follow(network_path.clone(), resolver.clone(), cancel.clone());
        let keeper = connect(&network, &http).await?;
        let ledger = Ledger::open(&data.join("runner.db")).map_err(agent::errors::ledger)?;
        let outbox = Outbox::new(&ledger, Arc::new(keeper.clone()));
        match outbox.resume().await {
            // Looking must be possible while nodes are silent or disagree; what was signed is seen to as soon as they
            // do not, and nothing new can take its nonces.
            Err(error @ OutboxError::Unreachable(_)) => tracing::warn!(%error, "what was signed is seen to later"),
            resumed => resumed.map_err(agent::errors::outbox)?,
        }
        let (tended, stop) = (outbox.clone(), cancel.clone());
        tokio::spawn(async move { tended.tend(stop).await });
        // A network without key servers is for buying only: nothing could be published on it.
        let (gateway, served) = match network.services.secret_store.is_empty() {
            true => (None, None),
            false => {
                let folder = data.join("gateway");
                make_private(&folder).map_err(errors::disk)?;
                let config = GatewayConfig {
                    data: folder,
                    key: service.clone(),
                    keeper: keeper.clone(),
                    network: network.clone(),
                    http: http.clone(),
                    strangers: strangers_reach(&network),
                    ledger: ledger.clone(),
                    outbox: outbox.clone(),
                };
                let gateway = Gateway::open(config).await.map_err(|e| {
                    let disk = agent::errors::data_file(&e);
                    disk.unwrap_or_else(|| {
                        ApiError::new(
                            Code::Internal,
                            sentence!("The gateway of this home does not start: {why}.", why = Sentence::from(&e)),
                            "Restart Neuston. Nothing is lost.",
                        )
                    })
                })?;
                let listen = Listen::Unix(sockets.socket(name).map_err(errors::disk)?);
                let served = serve(&listen, brizo::router(gateway.clone(), &[]), cancel.clone())
                    .await
                    .map_err(|e| errors::transport(&e))?;
                let at = served.endpoint().clone();
                announce_gateway(&network_path, service.address(), &at.to_string())?;
                resolver.set(service.address(), at);
                (Some(gateway), Some(served))
            }
        };
        let handle = gateway.clone().map(|g| Arc::new(Handle::new(g)) as Arc<dyn agent::OwnGateway>);
        let agent = Agent::open(AgentConfig {
            folder: data,
            network,
            title,
            http,
            wallet,
            account,
            service,
            operator,
            gateway: handle,
            keeper,
            ledger,
            outbox,
            policy,
        })
        .await?;
        Ok(Self { agent, gateway, served, cancel, _here: here })
    }

    pub(crate) async fn leave(self) {
        self.agent.close().await;
        if let Some(gateway) = self.gateway {
            gateway.close().await;
        }
        self.cancel.cancel();
        if let Some(served) = self.served {
            served.ended().await;
        }
    }
}

/// Where files may be that strangers list with a home's gateway, which listens on a socket. A network that is reached through
/// sockets alone is on this machine: whoever is on it can read what is here without the gateway.
fn strangers_reach(network: &NetworkFile) -> Reach {
    let is_socket = |rpc: &String| rpc.parse::<Endpoint>().is_ok_and(|at| at.is_local());
    let here = !network.rpc.is_empty() && network.rpc.iter().all(is_socket);
    if here { Reach::Anywhere } else { Reach::PublicOnly }
}

fn endpoint(error: &transport::EndpointError) -> ApiError {
    ApiError::new(
        Code::Invalid,
        sentence!("The network file names an address that is none: {why}.", why = Sentence::from(error)),
        "Ask whoever runs the network for its file.",
    )
    .at("network")
}

fn unusable(error: &TransportError) -> ApiError {
    match error {
        TransportError::Endpoint(wrong) => endpoint(wrong),
        other => ApiError::new(
            Code::Invalid,
            sentence!("The network file cannot be used: {why}.", why = Sentence::from(other)),
            "Ask whoever runs the network for its file.",
        )
        .at("network"),
    }
}

/// All addresses of the network as one.
async fn connect(network: &NetworkFile, http: &Http) -> Result<Keeper, ApiError> {
    let nodes = Nodes::of_network(network, http).map_err(|e| endpoint(&e))?;
    Keeper::connect(nodes, network).await.map_err(agent::errors::chain)
}

/// Keeps the addresses of gateways as the network's file says them.
fn follow(path: PathBuf, resolver: Resolver, cancel: CancellationToken) {
    tokio::spawn(async move {
        let mut seen = changed(&path);
        loop {
            tokio::select! {
                () = cancel.cancelled() => return,
                () = tokio::time::sleep(LOOK) => {}
            }
            let now = changed(&path);
            if now == seen {
                continue;
            }
            seen = now;
            let Ok(network) = read(&path) else { continue };
            for (provider, at) in network.gateways {
                match at.parse() {
                    Ok(at) => resolver.set(provider, at),
                    Err(error) => tracing::warn!(%error, %provider, "a gateway's address cannot be read"),
                }
            }
        }
    });
}

fn changed(path: &Path) -> Option<std::time::SystemTime> {
    std::fs::metadata(path).and_then(|m| m.modified()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_on_a_network_of_sockets_may_strangers_list_what_is_on_this_machine() {
        let reach = |rpc: &str| {
            let file = format!("name = \"n\"\nchain_id = 1\nrpc = {rpc}");
            strangers_reach(&NetworkFile::from_toml(&file).unwrap())
        };
        assert_eq!(reach("[\"unix:/x/y.sock\"]"), Reach::Anywhere);
        for others in [
            "[\"http://127.0.0.1:8545\"]",
            "[\"unix:/x/y.sock\", \"ws://[::1]:8546\"]",
            "[\"https://chain.example.org\"]",
        ] {
            assert_eq!(reach(others), Reach::PublicOnly, "{others}");
        }
    }
}
