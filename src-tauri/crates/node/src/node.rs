//! The start of a network: chain and contracts (or those of others), key servers, catalogue, gateway, in this order, behind
//! one door.

use crate::{ChainPlan, Front, NodeConfig, NodeError, key_servers};
use aquarius::Catalogue;
use brizo::{Gateway, GatewayConfig};
use keeper::{Keeper, Nodes};
use keeper_node::{Chain, Genesis, Mining};
use protocol::{
    NetworkFile, Signer,
    network::{AgreementForm, Services},
};
use runner::{Ledger, Outbox};
use std::{
    collections::BTreeMap,
    fs::{File, TryLockError},
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio_util::sync::CancellationToken;
use transport::{Endpoint, Http, JsonRpc, Limits, Reach, Served, serve};
use wallet::{NoKeychain, ServiceKey};
use watchtower::Tower;

/// A running node.
pub struct Node {
    network: NetworkFile,
    network_path: PathBuf,
    front: Front,
    keeper: Keeper,
    catalogue: Catalogue,
    /// Where it runs one: the chain, and the key that owns its contracts.
    chain: Option<(Chain, Arc<ServiceKey>)>,
    gateway: Option<(Gateway, Tower)>,
    served: Served,
    shutdown: CancellationToken,
    _lock: File,
}

impl Node {
    /// Starts everything; returns when all of it answers.
    ///
    /// # Errors
    /// [`NodeError`]; nothing keeps running then.
    pub async fn start(config: NodeConfig) -> Result<Self, NodeError> {
        let shutdown = CancellationToken::new();
        let guard = shutdown.clone().drop_guard();
        make_folder(&config.data)?;
        let lock = lock(&config.data)?;
        let network_path = config.data.join("network.toml");

        let front = Front::default();
        let served = serve(&config.listen, front.router(), shutdown.clone()).await?;
        let here = served.endpoint().clone();

        let (keeper, chain, mut network) = match &config.chain {
            ChainPlan::Own { name, chain_id, block_time_ms } => {
                let plan = OwnChain { name, chain_id: *chain_id, block_time_ms: *block_time_ms };
                let (keeper, own, network) = plan.start(&config.data, &network_path, &here, &front).await?;
                (keeper, Some(own), network)
            }
            ChainPlan::Elsewhere(network) => {
                let http = Http::of_network(network, Limits::trusted())?;
                let keeper = Keeper::connect(Nodes::of_network(network, &http)?, network).await?;
                (keeper, None, NetworkFile { services: Services::default(), ..*network.clone() })
            }
        };

        network.services.secret_store = key_servers::start_group(&config, &here, &front, &keeper).await?;
        let ownership = Arc::new(aquarius::KeeperOwnership::new(keeper.clone()));
        let catalogue = Catalogue::open(&config.data.join("catalogue.db"), ownership)?;
        let catalogue = catalogue.taking_changes_of_1_1(config.aquarius_1_1);
        front.merge(aquarius::router(catalogue.clone(), &config.open_to()));
        network.services.aquarius = vec![here.join("/api/v1/aquarius")];

        let gateway = match config.gateway {
            true => Some(start_gateway(&config, &here, &front, &keeper, &mut network, &shutdown).await?),
            false => None,
        };
        write_network(&network_path, &network)?;
        drop(guard.disarm());
        Ok(Self { network, network_path, front, keeper, catalogue, chain, gateway, served, shutdown, _lock: lock })
    }

    /// The network as its file says it.
    pub fn network(&self) -> &NetworkFile {
        &self.network
    }

    /// The network's file.
    pub fn network_path(&self) -> &Path {
        &self.network_path
    }

    /// The node's own view of the contracts.
    pub fn keeper(&self) -> &Keeper {
        &self.keeper
    }

    /// The key that owns the contracts, where they are on a chain of this node's.
    pub fn operator(&self) -> Option<Arc<ServiceKey>> {
        self.chain.as_ref().map(|(_, operator)| operator.clone())
    }

    /// The catalogue, for filling it in bulk.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// The door, for services of the same process.
    pub fn front(&self) -> &Front {
        &self.front
    }

    /// The line a program that started the node waits for.
    pub fn ready(&self) -> serde_json::Value {
        let services = &self.network.services;
        serde_json::json!({
            "ready": true,
            "rpc": self.network.rpc.first(),
            "aquarius": services.aquarius.first(),
            "brizo": services.brizo,
            "secretStore": services.secret_store,
            "networkFile": self.network_path,
        })
    }

    /// Ends everything in order; what is on disk stays whole whatever happens.
    pub async fn close(self) {
        if let Some((gateway, tower)) = self.gateway {
            tower.close();
            gateway.close().await;
        }
        self.shutdown.cancel();
        self.served.ended().await;
        if let Some((chain, _)) = self.chain {
            chain.close().await;
        }
    }
}

/// A chain that the node runs.
struct OwnChain<'a> {
    name: &'a str,
    chain_id: u64,
    block_time_ms: u64,
}

impl OwnChain<'_> {
    /// Starts it, with contracts on it, and says how it is reached.
    async fn start(
        self,
        data: &Path,
        network_path: &Path,
        here: &Endpoint,
        front: &Front,
    ) -> Result<(Keeper, (Chain, Arc<ServiceKey>), NetworkFile), NodeError> {
        // The operator's key is the folder's own: a network that is moved is moved whole.
        let operator = Arc::new(ServiceKey::open(&data.join("operator"), &NoKeychain)?);
        let mining = Mining { block_time_ms: self.block_time_ms, ..Mining::default() };
        let genesis = Genesis { mining, ..Genesis::new(self.chain_id, operator.address()) };
        let chain = Chain::open(&data.join("chain.db"), genesis)?;
        front.mount("/rpc", keeper_node::router(chain.clone()));
        let rpc: Endpoint = here.join("/rpc").parse()?;

        let mut network = read_network(network_path)?.unwrap_or_else(|| self.fresh());
        network.rpc = vec![rpc.to_string()];
        network.block_time_ms = self.block_time_ms;
        let json_rpc = JsonRpc::connect(rpc, &Http::of_network(&network, Limits::trusted())?);
        if network.contracts.is_empty() {
            network.contracts = keeper::deploy(&json_rpc, operator.as_ref()).await?.to_map();
            write_network(network_path, &network)?;
        }
        let keeper = Keeper::connect(json_rpc, &network).await?;
        Ok((keeper, (chain, operator), network))
    }

    fn fresh(&self) -> NetworkFile {
        NetworkFile {
            agreements: AgreementForm::V02,
            name: self.name.to_owned(),
            chain_id: self.chain_id,
            rpc: Vec::new(),
            confirmations: 1,
            block_time_ms: self.block_time_ms,
            currency: "OCEAN".to_owned(),
            certificate_authorities: None,
            contracts: BTreeMap::new(),
            fees: protocol::network::Fees::default(),
            services: Services::default(),
            gateways: BTreeMap::new(),
        }
    }
}

async fn start_gateway(
    config: &NodeConfig,
    here: &Endpoint,
    front: &Front,
    keeper: &Keeper,
    network: &mut NetworkFile,
    shutdown: &CancellationToken,
) -> Result<(Gateway, Tower), NodeError> {
    let data = config.data.join("gateway");
    make_folder(&data)?;
    let key = Arc::new(ServiceKey::open(&data, &NoKeychain)?);
    let provider = key.address();
    network.gateways.insert(provider, here.to_string());
    network.services.brizo = Some(here.join("/api/v1/brizo"));
    network.services.brizo_address = Some(provider);
    network.services.watchtower = vec![here.join("/api/v1/watchtower")];
    let ledger = Ledger::open(&data.join("runner.db"))?;
    let outbox = Outbox::new(&ledger, Arc::new(keeper.clone()));
    outbox.resume().await?;
    let (tended, stop) = (outbox.clone(), shutdown.clone());
    tokio::spawn(async move { tended.tend(stop).await });
    let tower = Tower::open(keeper.clone(), &ledger, outbox.clone(), key.clone()).await?;
    front.merge(tower.router());
    let (keeper, network) = (keeper.clone(), network.clone());
    let http = Http::of_network(&network, Limits::trusted())?;
    let strangers = if config.private_links { Reach::Anywhere } else { Reach::PublicOnly };
    let gateway = Gateway::open(GatewayConfig { data, key, keeper, network, http, strangers, ledger, outbox }).await?;
    front.merge(brizo::router(gateway.clone(), &config.open_to()));
    Ok((gateway, tower))
}

pub(crate) fn make_folder(path: &Path) -> Result<(), NodeError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|error| NodeError::File { path: path.to_owned(), error })
}

fn lock(folder: &Path) -> Result<File, NodeError> {
    let path = folder.join("lock");
    let file = |error| NodeError::File { path: path.clone(), error };
    let lock = File::create(&path).map_err(file)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(NodeError::Busy(folder.to_owned())),
        Err(TryLockError::Error(error)) => Err(file(error)),
    }
}

fn read_network(path: &Path) -> Result<Option<NetworkFile>, NodeError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(NetworkFile::from_toml(&text)?)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(NodeError::File { path: path.to_owned(), error }),
    }
}

/// Writes the file whole; gateways that other homes announced in it meanwhile stay.
fn write_network(path: &Path, network: &NetworkFile) -> Result<(), NodeError> {
    let file = |error| NodeError::File { path: path.to_owned(), error };
    let lock = File::create(path.with_extension("lock")).map_err(file)?;
    lock.lock().map_err(file)?;
    let mut network = network.clone();
    if let Some(present) = read_network(path)? {
        for (provider, at) in present.gateways {
            network.gateways.entry(provider).or_insert(at);
        }
    }
    let beside = path.with_extension("new");
    std::fs::write(&beside, network.to_toml()?).map_err(file)?;
    std::fs::rename(&beside, path).map_err(file)
}
