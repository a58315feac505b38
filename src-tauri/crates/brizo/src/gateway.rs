//! The gateway: who it is, what it serves, and the sales it drives.

use crate::{
    GatewayError,
    drivers::{Drivers, Local},
    duties,
    limiter::Limiter,
    readings::Readings,
    sales::{SaleNews, Selling},
    store::{FileList, SharedFile, Store},
};
use agreement::publisher;
use clients::{aquarius::AquariusClient, secret_store::SecretStoreClient};
use keeper::Keeper;
use protocol::{
    Address, AgreementId, Checksum, Did, NetworkFile, Sentence, Signer,
    ddo::{Ddo, files::parse_file_list},
};
use runner::{Driver, Journal, Ledger, Outbox, publisher_id};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};
use threshold::{EciesOpener, ThresholdError};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use transport::{Http, Limits, Reach};
use wallet::ServiceKey;
use zeroize::Zeroizing;

/// Key servers of which one more than this must answer.
const THRESHOLD: u32 = 1;
/// A document of a stranger, at most: 4 MiB.
pub(crate) const MAX_DOCUMENT: usize = 4 << 20;

/// What a gateway is opened with.
pub struct GatewayConfig {
    /// Where it keeps its data.
    pub data: PathBuf,
    /// Its account.
    pub key: Arc<ServiceKey>,
    /// The chain.
    pub keeper: Keeper,
    /// The network.
    pub network: NetworkFile,
    /// For the network's own services.
    pub http: Http,
    /// Where a file may be that a stranger lists with this gateway. [`Reach::PublicOnly`] wherever somebody elsewhere can
    /// ask it: he would have it read what only this machine and its network can. The own publisher's may be anywhere.
    pub strangers: Reach,
    /// The journal and the signed transactions. Whoever else sends from the same account shares them: one account
    /// has one queue of nonces.
    pub ledger: Ledger,
    /// Over the same ledger.
    pub outbox: Outbox,
}

/// A publisher's gateway. Cheap to clone.
#[derive(Clone)]
pub struct Gateway {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) key: Arc<ServiceKey>,
    pub(crate) keeper: Keeper,
    pub(crate) network: NetworkFile,
    pub(crate) catalogues: Vec<AquariusClient>,
    pub(crate) key_servers: Option<SecretStoreClient>,
    pub(crate) store: Store,
    pub(crate) journal: Journal,
    pub(crate) outbox: Outbox,
    pub(crate) driver: Driver<publisher::State>,
    pub(crate) drivers: Drivers,
    pub(crate) readings: Readings,
    /// Of requests that are looked at.
    pub(crate) requests: Limiter,
    /// Of those for which the gateway pays.
    pub(crate) limiter: Limiter,
    pub(crate) news: broadcast::Sender<SaleNews>,
    pub(crate) cancel: CancellationToken,
}

impl Gateway {
    /// Opens a gateway, goes on with every sale that is open, and follows the chain.
    ///
    /// # Errors
    /// [`GatewayError`].
    pub async fn open(config: GatewayConfig) -> Result<Self, GatewayError> {
        let GatewayConfig { data, key, keeper, network, http, strangers, ledger, outbox } = config;
        let store = Store::open(&data.join("gateway.db"))?;
        let foreign = http.with_limits(Limits::hostile());
        let catalogues = network.services.aquarius.iter().map(|base| AquariusClient::new(foreign.clone(), base));
        let catalogues = catalogues.collect::<Result<Vec<_>, _>>()?;
        let servers = network.services.secret_store.clone();
        let threshold = THRESHOLD.min(u32::try_from(servers.len().saturating_sub(1)).unwrap_or(0));
        let key_servers =
            if servers.is_empty() { None } else { Some(SecretStoreClient::new(foreign.clone(), servers, threshold)?) };
        let journal = Journal::new(&ledger);
        let selling = Arc::new(Selling::default());
        let driver = Driver::new(journal.clone(), selling.clone(), keeper.blocks());
        let gateway = Self {
            inner: Arc::new(Inner {
                drivers: Drivers::new(Local::new(&key.address(), store.clone()), &http, strangers),
                readings: Readings::default(),
                requests: Limiter::of_requests(),
                limiter: Limiter::of_sales(),
                news: broadcast::channel(256).0,
                cancel: CancellationToken::new(),
                key,
                keeper,
                network,
                catalogues,
                key_servers,
                store,
                journal,
                outbox,
                driver,
            }),
        };
        selling.serve(&gateway);
        for state in gateway.inner.driver.open().await? {
            gateway.spawn(state.sale().terms.agreement);
        }
        tokio::spawn(duties::follow(gateway.clone()));
        Ok(gateway)
    }

    /// Its account.
    pub fn provider(&self) -> Address {
        self.inner.key.address()
    }

    pub(crate) fn spawn(&self, agreement: AgreementId) {
        // One that runs already says so and is left alone.
        drop(self.inner.driver.spawn(publisher_id(agreement), self.inner.cancel.clone()));
    }

    /// Makes a file of this computer available and gives the address that stands for it: 128 random bits, which only
    /// this gateway's own table knows the path of.
    ///
    /// # Errors
    /// [`GatewayError`].
    pub async fn share(
        &self,
        path: &Path,
        name: &str,
        content_type: &str,
        sha256: &str,
        bytes: u64,
    ) -> Result<String, GatewayError> {
        let id = hex::encode(rand::random::<[u8; 16]>());
        let url = self.inner.drivers.local().address(&id);
        let file = SharedFile {
            id,
            path: path.to_owned(),
            sha256: sha256.to_owned(),
            bytes,
            name: name.to_owned(),
            content_type: content_type.to_owned(),
        };
        self.inner.store.share(file).await?;
        Ok(url)
    }

    /// Encrypts a list of files with the key servers, as this gateway's account, and remembers it.
    ///
    /// # Errors
    /// [`GatewayError`].
    pub async fn encrypt(&self, did: Did, document: &[u8]) -> Result<Vec<u8>, GatewayError> {
        self.encrypt_list(did, document, true).await
    }

    /// The same for somebody else: addresses of files that were shared in this home are not his to sell.
    pub(crate) async fn encrypt_for_stranger(&self, did: Did, document: &[u8]) -> Result<Vec<u8>, GatewayError> {
        self.encrypt_list(did, document, false).await
    }

    async fn encrypt_list(&self, did: Did, document: &[u8], own: bool) -> Result<Vec<u8>, GatewayError> {
        let list = self.list(document, own)?;
        let encrypted = self.servers()?.publish(self.inner.key.as_ref(), did, document).await?;
        self.inner.store.keep_files(did, list).await?;
        Ok(encrypted)
    }

    fn list(&self, document: &[u8], own: bool) -> Result<FileList, GatewayError> {
        let urls = urls(parse_file_list(document).map_err(|e| GatewayError::Listing((&e).into()))?);
        if !own && urls.iter().any(|url| self.inner.drivers.local().knows(url)) {
            return Err(GatewayError::Listing("its files are another publisher's".into()));
        }
        Ok(FileList { urls, own })
    }

    fn servers(&self) -> Result<&SecretStoreClient, GatewayError> {
        self.inner.key_servers.as_ref().ok_or_else(|| GatewayError::Listing("the network names no key servers".into()))
    }

    /// Keeps a version of a listing; it is the one that is sold from now on.
    ///
    /// # Errors
    /// [`GatewayError`].
    pub async fn adopt(&self, document: &[u8], checksum: Checksum) -> Result<(), GatewayError> {
        let ddo = Ddo::parse_within(document, MAX_DOCUMENT).map_err(|e| GatewayError::Listing((&e).into()))?;
        self.inner.store.keep_version(ddo.did(), checksum, document.to_vec()).await?;
        Ok(())
    }

    /// News of sales from now on.
    pub fn sales(&self) -> broadcast::Receiver<SaleNews> {
        self.inner.news.subscribe()
    }

    /// All sales so far, as they stand.
    ///
    /// # Errors
    /// [`GatewayError`].
    pub async fn all_sales(&self) -> Result<Vec<SaleNews>, GatewayError> {
        crate::sales::all(&self.inner.journal).await
    }

    /// What is wrong with a file of a listing, in words; looks at names and lengths only.
    ///
    /// # Errors
    /// [`GatewayError`].
    pub async fn file_trouble(&self, did: Did) -> Result<Option<Sentence>, GatewayError> {
        let Some(list) = self.inner.store.files(did).await? else { return Ok(None) };
        let local = self.inner.drivers.local();
        for url in list.urls {
            if local.knows(&url)
                && let Some(trouble) = local.trouble(&url).await?
            {
                return Ok(Some(trouble));
            }
        }
        Ok(None)
    }

    /// The decrypted file list of a listing: from the own table, else from the key servers.
    pub(crate) async fn files(&self, ddo: &Ddo) -> Result<FileList, GatewayError> {
        if let Some(files) = self.inner.store.files(ddo.did()).await? {
            return Ok(files);
        }
        let encrypted = ddo.metadata().encrypted_files_bytes();
        let encrypted = encrypted.ok_or_else(|| GatewayError::Listing("it holds no list of files".into()))?;
        let opener = Opener(self.inner.key.clone());
        let plain = self.servers()?.retrieve(self.inner.key.as_ref(), &opener, ddo.did(), &encrypted).await?;
        let list = self.list(&plain, false)?;
        self.inner.store.keep_files(ddo.did(), list.clone()).await?;
        Ok(list)
    }

    /// Ends it; everything goes on with the next start.
    pub async fn close(self) {
        self.inner.cancel.cancel();
    }
}

/// By file index.
fn urls(listed: Vec<protocol::metadata::FileInfo>) -> Vec<String> {
    let mut listed = listed;
    listed.sort_by_key(|file| file.index);
    listed.into_iter().filter_map(|file| file.url).collect()
}

/// Opens what was sealed to the gateway's account.
struct Opener(Arc<ServiceKey>);

impl EciesOpener for Opener {
    fn open_ecies(&self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, ThresholdError> {
        self.0.ecies_secret(|key| key.open_ecies(sealed))
    }
}
