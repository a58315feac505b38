//! The network that this computer runs: a node behind a socket, and the demo publisher with its catalogue.

use crate::{
    Folder, demo, errors,
    networks::embedded_title,
    presence::{Arrival, Presence},
};
use api::{ApiError, DemoView, Event};
use node::{ChainPlan, Listen, Node, NodeConfig};
use std::{path::PathBuf, sync::Arc};
use tokio::sync::{broadcast, watch};
use tokio_util::sync::CancellationToken;
use wallet::{Cost, NoKeychain, ServiceKey, Wallet};

/// The chain's number of embedded networks: that of Ocean's local networks.
const CHAIN_ID: u64 = 8996;
const KEY_SERVERS: usize = 3;

/// The running embedded network.
pub(crate) struct Embedded {
    node: Node,
    publisher: Presence,
    cancel: CancellationToken,
    demo: watch::Receiver<Option<DemoView>>,
}

impl Embedded {
    pub(crate) async fn start(folder: &Folder) -> Result<Self, ApiError> {
        let node = Node::start(NodeConfig {
            data: folder.embedded(),
            chain: ChainPlan::Own { name: "local".to_owned(), chain_id: CHAIN_ID, block_time_ms: 0 },
            listen: Listen::Unix(folder.socket("network").map_err(errors::disk)?),
            gateway: false,
            aquarius_1_1: false,
            private_links: false,
            origins: None,
            key_servers: KEY_SERVERS,
        })
        .await
        .map_err(errors::node)?;
        let publisher = publisher(folder).await?;
        let cancel = CancellationToken::new();
        let (agent, files, stop) =
            (publisher.agent.clone(), folder.embedded().join("demo").join("files"), cancel.clone());
        // From the first moment on there is something to wait for: how much is known once it has been looked.
        let (progress, demo) = watch::channel(Some(DemoView { listed: 0, of: demo::size()? }));
        tokio::spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                published = demo::publish(&agent, &files, &progress) => {
                    if let Err(error) = published {
                        tracing::warn!(%error, "the demo catalogue could not be published; it is tried at the next start");
                    }
                }
            }
            progress.send_replace(None);
        });
        Ok(Self { node, publisher, cancel, demo })
    }

    /// How far the demo catalogue is, while it is being published.
    pub(crate) fn demo(&self) -> watch::Receiver<Option<DemoView>> {
        self.demo.clone()
    }

    /// What the demo publisher does: everybody here wants to know when its catalogue grows.
    pub(crate) fn news(&self) -> broadcast::Receiver<Event> {
        self.publisher.agent.events()
    }

    pub(crate) fn network_path(&self) -> PathBuf {
        self.node.network_path().to_owned()
    }

    /// The key that owns the contracts.
    pub(crate) fn operator(&self) -> Option<Arc<ServiceKey>> {
        self.node.operator()
    }

    pub(crate) async fn stop(self) {
        self.cancel.cancel();
        self.publisher.leave().await;
        self.node.close().await;
    }
}

/// The demo publisher: an owner and a gateway of its own. Its password is the machine's secret, for it owns nothing
/// that is worth anything.
async fn publisher(folder: &Folder) -> Result<Presence, ApiError> {
    let data = folder.embedded().join("demo");
    let service = ServiceKey::open(&data.join("service"), &NoKeychain).map_err(agent::errors::wallet)?;
    let options = wallet::Options {
        keychain: Arc::new(NoKeychain),
        cost: Cost::cheap(),
        idle: None,
        ..wallet::Options::default()
    };
    let wallet = Wallet::open(&data.join("wallet"), options).map_err(agent::errors::wallet)?;
    let password = demo::password(&service)?;
    if wallet.is_empty() {
        wallet.create(&password, wallet::WordCount::Twelve, Some("Demo publisher")).map_err(agent::errors::wallet)?;
    }
    wallet.unlock(&password).map_err(agent::errors::wallet)?;
    Presence::arrive(Arrival {
        data: data.join("on"),
        name: "demo",
        sockets: folder,
        network_path: folder.embedded_network(),
        title: embedded_title(),
        wallet,
        account: None,
        service: Arc::new(service),
        policy: agent::Policy::default(),
        operator: None,
    })
    .await
}
