//! The demo catalogue: real files that come with the program, published by a publisher of their own on first start.

use crate::{errors, folder::make_private};
use agent::Agent;
use api::{ApiError, Call, ColumnView, DemoView, Draft, FileSource, ListMyListings, ListPublications, PublishStep};
use protocol::Signer;
use serde::Deserialize;
use std::{collections::HashSet, path::Path};
use tokio::sync::watch;
use wallet::ServiceKey;
use zeroize::Zeroizing;

const CATALOGUE: &str = include_str!("../../../../assets/demo/catalogue.json");

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        /// The files, by name.
        const FILES: &[(&str, &[u8])] = &[$(($name, include_bytes!(concat!("../../../../assets/demo/", $name)))),*];
    };
}

files!(
    "calendar-2024-2030.csv",
    "digits-of-pi-and-e.txt",
    "elements.json",
    "even-points-on-earth.geojson",
    "moist-air.csv",
    "moon-phases-2020-2049.csv",
    "planets-2026-2027.ndjson",
    "prime-gaps.csv",
    "river-sensor-synthetic.csv",
    "standard-atmosphere.json",
    "sunrise-by-latitude.csv",
    "tide-table-synthetic.csv",
);

/// A data set of the demo catalogue.
#[derive(Debug, Clone, Deserialize)]
struct Item {
    file: String,
    name: String,
    author: String,
    license: String,
    price: String,
    created: String,
    categories: Vec<String>,
    tags: Vec<String>,
    description: String,
    columns: Vec<Column>,
}

#[derive(Debug, Clone, Deserialize)]
struct Column {
    name: String,
    meaning: String,
    unit: String,
}

fn catalogue() -> Result<Vec<Item>, ApiError> {
    serde_json::from_str(CATALOGUE).map_err(|e| agent::errors::internal(e.to_string()))
}

/// How many data sets there will be.
pub(crate) fn size() -> Result<u32, ApiError> {
    Ok(count(catalogue()?.len()))
}

/// The demo publisher's password follows from its machine's secret: it guards nothing of worth, and nobody types it.
pub(crate) fn password(service: &ServiceKey) -> Result<Zeroizing<String>, ApiError> {
    let signature =
        service.sign_personal(b"the demo publisher's password").map_err(|e| agent::errors::internal(e.to_string()))?;
    Ok(Zeroizing::new(signature.to_string()))
}

/// How far the catalogue is; `None` while nobody publishes it.
pub(crate) type Progress = watch::Sender<Option<DemoView>>;

/// Publishes whatever of the catalogue is not listed yet, one after the other.
pub(crate) async fn publish(agent: &Agent, folder: &Path, progress: &Progress) -> Result<(), ApiError> {
    make_private(folder).map_err(errors::disk)?;
    // Those that an earlier start began are not begun again. Asked first: one that ends meanwhile is among the listed.
    let mut begun = ask(agent, ListPublications {}).await?;
    begun.retain(|publication| publication.step != PublishStep::Failed);
    let listed: HashSet<String> = ask(agent, ListMyListings {}).await?.into_iter().map(|l| l.name).collect();
    let items = catalogue()?;
    let of = count(items.len());
    for (done, item) in items.into_iter().enumerate() {
        if listed.contains(&item.name) {
            continue;
        }
        progress.send_replace(Some(DemoView { listed: count(done), of }));
        let Some((_, bytes)) = FILES.iter().find(|(name, _)| *name == item.file) else { continue };
        let mut view = match begun.iter().find(|publication| publication.name == item.name) {
            Some(begun) => begun.clone(),
            None => {
                let path = folder.join(&item.file);
                tokio::fs::write(&path, bytes).await.map_err(errors::disk)?;
                ask(agent, api::Publish { draft: draft(item, &path) }).await?
            }
        };
        let mut events = agent.events();
        while !matches!(view.step, PublishStep::Listed | PublishStep::Failed) {
            // An event is a hint to look again.
            let _ = tokio::time::timeout(std::time::Duration::from_millis(200), events.recv()).await;
            view = ask(agent, api::GetPublication { id: view.id }).await?;
        }
        if let Some(trouble) = view.trouble {
            return Err(trouble);
        }
    }
    Ok(())
}

fn count(items: usize) -> u32 {
    u32::try_from(items).unwrap_or(u32::MAX)
}

fn draft(item: Item, path: &Path) -> Draft {
    let column = |c: Column| ColumnView {
        name: c.name,
        meaning: c.meaning,
        unit: c.unit,
        profile: Vec::new(),
        filled_permille: None,
    };
    Draft {
        name: item.name,
        author: item.author,
        license: item.license,
        price: item.price,
        created: item.created,
        description: item.description,
        categories: item.categories,
        tags: item.tags,
        columns: item.columns.into_iter().map(column).collect(),
        files: vec![FileSource::Local { path: path.to_string_lossy().into_owned() }],
        ..Draft::default()
    }
}

async fn ask<C: Call>(agent: &Agent, call: C) -> Result<C::Answer, ApiError> {
    let reply = agent.call(call.into()).await?;
    C::answer(reply).ok_or_else(|| agent::errors::internal("an answer to another question"))
}

#[cfg(test)]
mod tests;
