//! What one owns, and its downloads.

use crate::{
    agent::Agent,
    clock,
    download::{self, Source},
    errors,
    store::{DownloadRow, Happening, OwnedRow},
};
use api::{ActivityKind, ApiError, DownloadOrder, DownloadState, DownloadView, OwnedAsset, OwnedFile, Verdict};
use futures_util::future::join_all;
use protocol::{AgreementId, Did, ddo::Ddo};
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

/// Of so many of the newest it is looked whether they are still listed.
const LOOKED_UP: usize = 100;
/// A library opens without the catalogue, too.
const LOOK_UP_WITHIN: Duration = Duration::from_millis(700);

fn missing() -> ApiError {
    errors::not_found("This purchase is not here.", "See what you own in your library.")
}

/// Whether a download into this folder was begun and goes on when it is asked for again: what was loaded so far is kept.
fn goes_on(download: &DownloadRow, folder: &Path) -> bool {
    download::holds_its_place(download) && Path::new(&download.path).parent() == Some(folder)
}

impl Agent {
    pub(crate) async fn library(&self) -> Result<Vec<OwnedAsset>, ApiError> {
        let rows = self.core.store.owned().await.map_err(errors::store)?;
        let newest = rows.iter().take(LOOKED_UP).map(|row| self.is_unlisted(row.did));
        let unlisted = tokio::time::timeout(LOOK_UP_WITHIN, join_all(newest)).await.unwrap_or_default();
        let mut assets = Vec::new();
        for (place, row) in rows.into_iter().enumerate() {
            let listed = !unlisted.get(place).copied().unwrap_or(false);
            assets.push(self.asset(row, listed).await?);
        }
        Ok(assets)
    }

    /// Whether every catalogue answers that it does not list this. One that is away, or whose answer cannot be read, says
    /// nothing.
    async fn is_unlisted(&self, did: Did) -> bool {
        for catalogue in self.core.catalogues.iter() {
            match catalogue.ddo(did).await {
                Ok(None) => {}
                Ok(Some(document)) => match Ddo::parse(&document) {
                    Ok(ddo) if !ddo.metadata().is_listed => {}
                    _ => return false,
                },
                Err(_) => return false,
            }
        }
        !self.core.catalogues.is_empty()
    }

    async fn asset(&self, row: OwnedRow, listed: bool) -> Result<OwnedAsset, ApiError> {
        let saved = self.core.store.saved_files(row.agreement).await.map_err(errors::store)?;
        let files = row
            .files
            .into_iter()
            .map(|file| {
                let place = saved.iter().find(|s| s.index == file.index);
                let there = place.is_some_and(|p| Path::new(&p.path).exists());
                OwnedFile {
                    path: place.filter(|_| there).map(|p| p.path.clone()),
                    verdict: match place {
                        None => Verdict::Absent,
                        Some(_) if !there => Verdict::Missing,
                        Some(place) => place.verdict,
                    },
                    file,
                }
            })
            .collect();
        Ok(OwnedAsset {
            agreement: row.agreement,
            did: row.did,
            name: row.name,
            author: row.author,
            license: row.license,
            price: row.price,
            bought: row.bought,
            files,
            fetch_until: row.fetch_until,
            listed,
        })
    }

    fn source(row: &OwnedRow, index: u64) -> Result<Source, ApiError> {
        let place = row.files.iter().position(|f| f.index == index);
        let file = place.and_then(|p| row.files.get(p));
        let url = place.and_then(|p| row.urls.get(p)).filter(|u| !u.is_empty());
        match (file, url) {
            (Some(file), Some(url)) => Ok(Source {
                agreement: row.agreement,
                consumer: row.consumer,
                name: row.name.clone(),
                consume_endpoint: row.consume_endpoint.clone(),
                file: file.clone(),
                url: url.clone(),
            }),
            _ => Err(errors::not_found("This file is not here.", "See the files of the purchase in your library.")),
        }
    }

    pub(crate) async fn start_download(
        &self,
        agreement: AgreementId,
        index: Option<u64>,
        folder: String,
    ) -> Result<Vec<DownloadView>, ApiError> {
        let row = self.core.store.owned_by(agreement).await.map_err(errors::store)?.ok_or_else(missing)?;
        let wanted: Vec<u64> = match index {
            Some(index) => vec![index],
            None => row.files.iter().map(|f| f.index).collect(),
        };
        let folder = PathBuf::from(folder);
        let begun = self.core.store.downloads().await.map_err(errors::store)?;
        let mut views = Vec::new();
        for index in wanted {
            if let Some(begun) =
                begun.iter().find(|d| d.agreement == agreement && d.index == index && goes_on(d, &folder))
            {
                views.push(match self.downloads.is_running(begun.id) {
                    true => self.downloads.present(begun),
                    false => self.resume_download(begun.clone()).await?,
                });
                continue;
            }
            let view = self.downloads.start(Self::source(&row, index)?, &folder).await?;
            self.tell_when_saved(view.id, row.clone());
            views.push(view);
        }
        Ok(views)
    }

    /// Puts a finished download among what happened.
    fn tell_when_saved(&self, id: u64, row: OwnedRow) {
        let this = self.clone();
        tokio::spawn(async move {
            this.downloads.ended(id).await;
            if let Ok(Some(download)) = this.core.store.download(id).await
                && download.state == DownloadState::Done
            {
                let happening = Happening {
                    kind: ActivityKind::Downloaded,
                    name: row.name,
                    did: Some(row.did),
                    agreement: Some(row.agreement),
                    amount: None,
                    tx: None,
                };
                if let Err(error) = this.core.store.tell(happening, format!("download:{id}"), clock::now_text()).await {
                    tracing::warn!(%error, "an activity could not be kept");
                }
            }
        });
    }

    pub(crate) async fn steer_download(&self, id: u64, order: DownloadOrder) -> Result<DownloadView, ApiError> {
        let absent = || errors::not_found("This download is not here.", "See your downloads in the library.");
        let row = self.core.store.download(id).await.map_err(errors::store)?.ok_or_else(absent)?;
        if self.downloads.steer(id, order) {
            if order != DownloadOrder::Resume {
                self.downloads.ended(id).await;
            }
            let row = self.core.store.download(id).await.map_err(errors::store)?.ok_or_else(absent)?;
            return Ok(self.downloads.present(&row));
        }
        match (order, row.state) {
            (_, DownloadState::Done | DownloadState::Cancelled) => Ok(self.downloads.present(&row)),
            (DownloadOrder::Resume, _) => self.resume_download(row).await,
            (DownloadOrder::Cancel, _) => self.downloads.cancel_idle(row).await,
            (DownloadOrder::Pause, _) => Ok(self.downloads.present(&row)),
        }
    }

    async fn resume_download(&self, row: DownloadRow) -> Result<DownloadView, ApiError> {
        let owned = self.core.store.owned_by(row.agreement).await.map_err(errors::store)?.ok_or_else(missing)?;
        let source = Self::source(&owned, row.index)?;
        let view = self.downloads.resume(row, source).await?;
        self.tell_when_saved(view.id, owned);
        Ok(view)
    }

    /// Goes on with what ran when the process ended.
    pub(crate) async fn resume_downloads(&self) -> Result<(), ApiError> {
        for row in self.core.store.downloads().await.map_err(errors::store)? {
            let interrupted = matches!(row.state, DownloadState::Queued | DownloadState::Running);
            if interrupted && !self.downloads.is_running(row.id) {
                self.resume_download(row).await?;
            }
        }
        Ok(())
    }

    pub(crate) async fn list_downloads(&self) -> Result<Vec<DownloadView>, ApiError> {
        let rows = self.core.store.downloads().await.map_err(errors::store)?;
        Ok(rows.iter().map(|row| self.downloads.present(row)).collect())
    }

    pub(crate) async fn verify_file(&self, agreement: AgreementId, index: u64) -> Result<Verdict, ApiError> {
        let row = self.core.store.owned_by(agreement).await.map_err(errors::store)?.ok_or_else(missing)?;
        let file = row.files.iter().find(|f| f.index == index).ok_or_else(missing)?;
        let saved = self.core.store.saved_files(agreement).await.map_err(errors::store)?;
        let Some(mut place) = saved.into_iter().find(|s| s.index == index) else { return Ok(Verdict::Absent) };
        let verdict = download::verify(PathBuf::from(&place.path), file.sha256.clone()).await?;
        place.verdict = verdict;
        let hash = file.sha256.clone().unwrap_or_default();
        self.core.store.save_file(agreement, place, hash).await.map_err(errors::store)?;
        Ok(verdict)
    }
}
