//! A publisher and a buyer on one embedded network, each with a home of their own, as two windows would have.

use api::{
    ApiError, CreateAccount, Draft, FileSource, GetPublication, GetTestTokens, Password, PublicationView, Publish,
    PublishStep,
};
use home::{Door, HomeOptions};
use protocol::Did;
use std::path::Path;
use tempfile::TempDir;

pub(crate) struct People {
    pub(crate) publisher: Door,
    pub(crate) buyer: Door,
    folder: TempDir,
}

impl People {
    pub(crate) async fn meet(tokens: u64) -> Result<Self, Box<dyn std::error::Error>> {
        let folder = tempfile::Builder::new().prefix("n").tempdir()?;
        let publisher = person(&folder.path().join("publisher"), None).await?;
        let network = folder.path().join("publisher/embedded/network.toml").to_string_lossy().into_owned();
        let buyer = person(&folder.path().join("buyer"), Some(network)).await?;
        let mut left = tokens;
        while left > 0 {
            let now = left.min(1000);
            buyer.ask(GetTestTokens { amount: now }).await?;
            left -= now;
        }
        Ok(Self { publisher, buyer, folder })
    }

    pub(crate) fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    /// Publishes a file and waits until it is listed.
    pub(crate) async fn publish(&self, file: &Path, price: &str) -> Result<Did, Box<dyn std::error::Error>> {
        let draft = Draft {
            name: "What is measured".into(),
            author: "The benchmark".into(),
            license: "CC0-1.0".into(),
            price: price.into(),
            description: "Bytes for a benchmark.".into(),
            files: vec![FileSource::Local { path: file.to_string_lossy().into_owned() }],
            ..Draft::default()
        };
        let mut events = self.publisher.events().await?;
        let mut view = self.publisher.ask(Publish { draft }).await?;
        loop {
            if let Some(did) = listed(&view)? {
                return Ok(did);
            }
            events.next().await.ok_or("the publisher's home has ended")?;
            view = self.publisher.ask(GetPublication { id: view.id }).await?;
        }
    }

    pub(crate) async fn part(self) {
        self.buyer.close().await;
        self.publisher.close().await;
    }
}

fn listed(view: &PublicationView) -> Result<Option<Did>, ApiError> {
    match (view.step, &view.trouble) {
        (PublishStep::Listed, _) => Ok(view.did),
        (PublishStep::Failed, Some(trouble)) => Err(trouble.clone()),
        _ => Ok(None),
    }
}

async fn person(dir: &Path, network: Option<String>) -> Result<Door, ApiError> {
    let door = Door::open(HomeOptions { dir: Some(dir.to_owned()), network, account: None }).await?;
    door.ask(CreateAccount { password: Password("a benchmark".into()), words: 12 }).await?;
    Ok(door)
}
