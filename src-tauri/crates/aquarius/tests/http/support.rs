//! A catalogue on a socket, a chain that says what it is told, and publishers.

use aquarius::{Catalogue, Ownership, OwnershipError, Registered};
use clients::aquarius::AquariusClient;
use protocol::{
    Address, Checksum, Did, SecretKey, SignError, Signature, Signer, Vodka,
    ddo::{Built, Endpoints, ListingDraft},
    metadata::{FileInfo, Link},
    templates,
    tx::{SignedTx, UnsignedTx},
};
use serde_json::Value;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};
use tokio_util::sync::CancellationToken;
use transport::{Endpoint, Http, Limits, Listen, Request, Resolver, Served, serve};

pub(crate) struct Key(SecretKey);

impl Key {
    pub(crate) fn new(number: u8) -> Self {
        Self(SecretKey::from_bytes(&[number; 32]).unwrap())
    }
}

impl Signer for Key {
    fn address(&self) -> Address {
        self.0.address().unwrap()
    }
    fn sign_digest(&self, digest: &[u8; 32]) -> Result<Signature, SignError> {
        self.0.sign_digest(digest).map_err(|e| SignError::Refused(e.to_string()))
    }
    fn sign_tx(&self, _: &UnsignedTx) -> Result<SignedTx, SignError> {
        Err(SignError::Locked)
    }
}

#[derive(Default)]
pub(crate) struct Chain {
    said: Mutex<HashMap<Did, Registered>>,
    silent: std::sync::atomic::AtomicBool,
}

impl Chain {
    pub(crate) fn say(&self, did: Did, owner: &Key, checksum: Checksum) {
        self.said.lock().unwrap().insert(did, Registered { owner: owner.address(), checksum });
    }

    pub(crate) fn fall_silent(&self) {
        self.silent.store(true, std::sync::atomic::Ordering::SeqCst);
    }
}

#[async_trait::async_trait]
impl Ownership for Chain {
    async fn registered(&self, did: Did) -> Result<Option<Registered>, OwnershipError> {
        if self.silent.load(std::sync::atomic::Ordering::SeqCst) {
            return Err(OwnershipError("no answer".into()));
        }
        Ok(self.said.lock().unwrap().get(&did).copied())
    }
}

/// A catalogue that is served, and who asks it.
pub(crate) struct World {
    pub(crate) chain: Arc<Chain>,
    pub(crate) http: Http,
    pub(crate) client: AquariusClient,
    pub(crate) base: Endpoint,
    pub(crate) folder: tempfile::TempDir,
    of_1_1: bool,
    stop: CancellationToken,
    served: Served,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::within(tempfile::tempdir().unwrap(), Arc::default(), false).await
    }

    /// One whose catalogue takes changes of Aquarius 1.1.
    pub(crate) async fn of_1_1() -> Self {
        Self::within(tempfile::tempdir().unwrap(), Arc::default(), true).await
    }

    async fn within(folder: tempfile::TempDir, chain: Arc<Chain>, of_1_1: bool) -> Self {
        let catalogue = Catalogue::open(&folder.path().join("catalogue.sqlite"), chain.clone()).unwrap();
        let catalogue = catalogue.taking_changes_of_1_1(of_1_1);
        let listen = Listen::Unix(folder.path().join("a.sock"));
        let stop = CancellationToken::new();
        let served = serve(&listen, aquarius::router(catalogue, &["*".to_owned()]), stop.clone()).await.unwrap();
        let http = Http::new(Resolver::none(), Limits::hostile());
        let base = served.endpoint().join("/api/v1/aquarius");
        let client = AquariusClient::new(http.clone(), &base).unwrap();
        let base = base.parse().unwrap();
        Self { chain, http, client, base, folder, of_1_1, stop, served }
    }

    /// The same data after a restart of the process.
    pub(crate) async fn restarted(self) -> Self {
        self.stop.cancel();
        self.served.ended().await;
        Self::within(self.folder, self.chain, self.of_1_1).await
    }

    /// Status and text of an answer.
    pub(crate) async fn ask(&self, request: Request) -> (u16, String) {
        let response = self.http.send(request).await.unwrap();
        (response.status, response.text(64 << 20).await.unwrap())
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, String) {
        self.ask(Request::get(self.base.join(path))).await
    }

    pub(crate) async fn post(&self, path: &str, body: impl Into<Vec<u8>>) -> (u16, String) {
        let request = Request::post(self.base.join(path)).header("content-type", "application/json");
        self.ask(request.body(body.into())).await
    }

    /// Says it on the chain and puts it into the catalogue.
    pub(crate) async fn publish(&self, draft: &ListingDraft, owner: &Key) -> Built {
        let built = built(draft, owner);
        self.chain.say(built.did, owner, built.checksum);
        self.client.register(&built.bytes).await.unwrap();
        built
    }

    /// The DIDs that a body of the query language finds, in order.
    pub(crate) async fn query(&self, body: Value) -> Vec<String> {
        let (status, text) = self.post("/assets/ddo/query", body.to_string()).await;
        assert_eq!(status, 200, "{text}");
        ids(&serde_json::from_str::<Value>(&text).unwrap()["results"])
    }
}

pub(crate) fn ids(results: &Value) -> Vec<String> {
    results.as_array().unwrap().iter().map(|r| r["id"].as_str().unwrap().to_owned()).collect()
}

pub(crate) fn built(draft: &ListingDraft, owner: &Key) -> Built {
    draft.build(&[1, 2, 3]).unwrap().sign(owner).unwrap()
}

pub(crate) fn draft(owner: &Key, number: u8) -> ListingDraft {
    ListingDraft {
        did: None,
        name: format!("Rain in Delft {number}"),
        kind: "dataset".to_owned(),
        author: "Waterschap".to_owned(),
        license: "CC-BY".to_owned(),
        price: Vodka::from_ocean(12),
        date_created: "2020-01-01T00:00:00Z".to_owned(),
        files: vec![FileInfo {
            content_type: "text/csv".to_owned(),
            content_length: Some(1234),
            checksum: Some("ab".repeat(32)),
            checksum_type: Some("SHA256".to_owned()),
            name: Some("rain.csv".to_owned()),
            ..FileInfo::default()
        }],
        description: "Per hour.".to_owned(),
        tags: vec!["rain".to_owned()],
        categories: vec!["Weather".to_owned()],
        copyright_holder: None,
        in_language: Some("nl".to_owned()),
        work_example: None,
        update_frequency: Some("daily".to_owned()),
        links: vec![Link { name: "s".to_owned(), kind: "sample".to_owned(), url: "https://example.com".to_owned() }],
        more: [].into(),
        owner: owner.address(),
        endpoints: Endpoints::logical(&Address([8; 20]), "http://127.0.0.1:5000/", "http://127.0.0.1:12001"),
        template: templates::ACCESS.into(),
        escrow_contract: Address([6; 20]),
        time_locks: [0; 3],
        time_outs: [0, 1800, 0],
        access_timeout: 0,
        salt: [number; 16],
        created: "2020-01-02T00:00:00Z".to_owned(),
        updated: "2020-01-02T00:00:00Z".to_owned(),
    }
}
