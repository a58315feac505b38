//! Getting what was bought onto the disk: a machine of its own, apart from the purchase.
//!
//! Bytes go to `<name>.part` beside their place and are hashed on the way; only what is exactly what was sold gets its
//! name. A part that is there is hashed again and continued, after a pause, a crash or a full disk alike.

mod fetch;
mod place;

use crate::{
    errors,
    store::{DownloadRow, SavedRow, Store},
};
use api::{ApiError, Code, DownloadOrder, DownloadState, DownloadView, Event, FileView, Verdict, sentence};
use fetch::{End, Fetch};
use protocol::{Address, AgreementId};
use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::{Semaphore, broadcast, watch};
use transport::Http;

/// Downloads that run at once.
const AT_ONCE: usize = 3;

/// What somebody wants of a running download.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Steer {
    /// Go on.
    Go,
    /// Stop, keep the part.
    Pause,
    /// Stop, remove the part.
    Cancel,
}

/// What a download is of.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) agreement: AgreementId,
    pub(crate) consumer: Address,
    pub(crate) name: String,
    pub(crate) consume_endpoint: String,
    pub(crate) file: FileView,
    pub(crate) url: String,
}

/// All downloads of a home. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Downloads {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    http: Http,
    events: broadcast::Sender<Event>,
    running: Mutex<HashMap<u64, Running>>,
    places: Semaphore,
    /// Held from when a place is chosen until its row is kept: then it is taken.
    choosing: tokio::sync::Mutex<()>,
}

struct Running {
    steer: watch::Sender<Steer>,
    view: watch::Receiver<DownloadView>,
}

impl Downloads {
    pub(crate) fn new(store: Store, http: Http, events: broadcast::Sender<Event>) -> Self {
        let places = Semaphore::new(AT_ONCE);
        Self {
            inner: Arc::new(Inner {
                store,
                http,
                events,
                running: Mutex::default(),
                places,
                choosing: tokio::sync::Mutex::default(),
            }),
        }
    }

    /// Starts a download into a folder. Returns as soon as it is on disk.
    pub(crate) async fn start(&self, source: Source, folder: &Path) -> Result<DownloadView, ApiError> {
        let _choosing = self.inner.choosing.lock().await;
        let taken = self.taken_by_others(0).await?;
        let path = place::choose(folder, &source.file.name, &taken).await.map_err(|e| errors::disk(folder, &e))?;
        let row = DownloadRow {
            id: 0,
            agreement: source.agreement,
            name: source.name.clone(),
            index: source.file.index,
            file: source.file.name.clone(),
            path: path.to_string_lossy().into_owned(),
            state: DownloadState::Queued,
            done: 0,
            total: source.file.bytes,
            expected: source.file.sha256.clone(),
            sha256: None,
            verdict: Verdict::Absent,
            trouble: None,
        };
        let row = self.inner.store.save_download(row).await.map_err(errors::store)?;
        Ok(self.run(row, source))
    }

    /// Goes on with a download that is not running.
    pub(crate) async fn resume(&self, row: DownloadRow, source: Source) -> Result<DownloadView, ApiError> {
        let _choosing = self.inner.choosing.lock().await;
        let (state, verdict) = (DownloadState::Queued, Verdict::Absent);
        let mut row = DownloadRow { state, verdict, sha256: None, trouble: None, ..row };
        let taken = self.taken_by_others(row.id).await?;
        let path = PathBuf::from(&row.path);
        // What was given up here may have left its place to another one since.
        if let (true, Some(folder)) = (taken.contains(&path), path.parent()) {
            let path = place::choose(folder, &source.file.name, &taken).await.map_err(|e| errors::disk(folder, &e))?;
            row.path = path.to_string_lossy().into_owned();
        }
        let row = self.inner.store.save_download(row).await.map_err(errors::store)?;
        Ok(self.run(row, source))
    }

    /// The places to which other downloads write, or will when they go on: there may be nothing in them yet.
    async fn taken_by_others(&self, id: u64) -> Result<HashSet<PathBuf>, ApiError> {
        let open = self.inner.store.open_downloads().await.map_err(errors::store)?;
        let others = open.iter().filter(|row| row.id != id && holds_its_place(row));
        Ok(others.map(|row| PathBuf::from(&row.path)).collect())
    }

    fn run(&self, row: DownloadRow, source: Source) -> DownloadView {
        let (steer, wish) = watch::channel(Steer::Go);
        let first = view(&row, 0);
        let (show, shown) = watch::channel(first.clone());
        self.hold().insert(row.id, Running { steer, view: shown });
        let this = self.clone();
        tokio::spawn(async move {
            let id = row.id;
            this.drive(row, source, wish, show).await;
            this.hold().remove(&id);
        });
        first
    }

    async fn drive(
        &self,
        mut row: DownloadRow,
        source: Source,
        mut wish: watch::Receiver<Steer>,
        show: watch::Sender<DownloadView>,
    ) {
        let waited = tokio::select! {
            place = self.inner.places.acquire() => place.ok(),
            _ = wish.wait_for(|w| *w != Steer::Go) => None,
        };
        let end = match &waited {
            Some(_) => {
                row.state = DownloadState::Running;
                let events = self.inner.events.clone();
                let tell = |row: &DownloadRow, speed: u64| {
                    let now = view(row, speed);
                    show.send_replace(now.clone());
                    // Nobody may be looking.
                    let _ = events.send(Event::Download(now));
                };
                let fetch = Fetch { http: &self.inner.http, source: &source, wish: &mut wish, tell: &tell };
                fetch.run(&mut row).await
            }
            None => End::Stopped(*wish.borrow()),
        };
        drop(waited);
        self.finish(&mut row, end).await;
        let last = view(&row, 0);
        show.send_replace(last.clone());
        let _ = self.inner.events.send(Event::Download(last));
    }

    async fn finish(&self, row: &mut DownloadRow, end: End) {
        let part = place::part(Path::new(&row.path));
        match end {
            End::Saved { path, sha256, verdict } => {
                row.path = path.to_string_lossy().into_owned();
                row.sha256 = Some(sha256.clone());
                row.verdict = verdict;
                row.state = DownloadState::Done;
                let saved = SavedRow { index: row.index, path: row.path.clone(), verdict };
                if let Err(error) = self.inner.store.save_file(row.agreement, saved, sha256).await {
                    row.trouble = Some(errors::store(error));
                }
            }
            End::Different { sha256, kept } => {
                row.sha256 = Some(sha256);
                row.verdict = Verdict::Different;
                row.state = DownloadState::Failed;
                row.trouble = Some(different(&kept));
            }
            End::Stopped(Steer::Cancel) => {
                row.state = DownloadState::Cancelled;
                if let Err(error) = tokio::fs::remove_file(&part).await
                    && error.kind() != std::io::ErrorKind::NotFound
                {
                    row.trouble = Some(errors::disk(&part, &error));
                }
            }
            End::Stopped(_) => row.state = DownloadState::Paused,
            End::Failed(trouble) => {
                row.state = DownloadState::Failed;
                row.trouble = Some(trouble);
            }
        }
        if let Err(error) = self.inner.store.save_download(row.clone()).await {
            tracing::error!(%error, "the end of a download could not be kept");
            row.trouble.get_or_insert(errors::store(error));
        }
    }

    /// Steers a running download; `false` where it is not running.
    pub(crate) fn steer(&self, id: u64, order: DownloadOrder) -> bool {
        let running = self.hold();
        let Some(download) = running.get(&id) else { return false };
        download.steer.send_replace(match order {
            DownloadOrder::Pause => Steer::Pause,
            DownloadOrder::Resume => Steer::Go,
            DownloadOrder::Cancel => Steer::Cancel,
        });
        true
    }

    /// A download that is not running any more is cancelled by removing its part.
    pub(crate) async fn cancel_idle(&self, mut row: DownloadRow) -> Result<DownloadView, ApiError> {
        self.finish(&mut row, End::Stopped(Steer::Cancel)).await;
        Ok(view(&row, 0))
    }

    /// How a download stands this moment.
    pub(crate) fn present(&self, row: &DownloadRow) -> DownloadView {
        match self.hold().get(&row.id) {
            Some(running) => running.view.borrow().clone(),
            None => view(row, 0),
        }
    }

    /// Whether it runs in this process.
    pub(crate) fn is_running(&self, id: u64) -> bool {
        self.hold().contains_key(&id)
    }

    /// Waits until a download has ended one way or another.
    pub(crate) async fn ended(&self, id: u64) {
        let view = self.hold().get(&id).map(|r| r.view.clone());
        if let Some(mut view) = view {
            // The sender goes with the download.
            while view.changed().await.is_ok() {}
        }
    }

    fn hold(&self) -> std::sync::MutexGuard<'_, HashMap<u64, Running>> {
        self.inner.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a download that goes on writes where its part is: it has not ended, and what came was not put apart.
pub(crate) fn holds_its_place(row: &DownloadRow) -> bool {
    !matches!(row.state, DownloadState::Done | DownloadState::Cancelled) && row.verdict != Verdict::Different
}

fn different(kept: &Path) -> ApiError {
    ApiError::new(
        Code::Corrupt,
        sentence!("What arrived is not what was sold. It is kept apart as {path}, and not used.", path = kept),
        "Download it again. If it stays different, show the receipt to the publisher.",
    )
}

fn view(row: &DownloadRow, speed: u64) -> DownloadView {
    DownloadView {
        id: row.id,
        agreement: row.agreement,
        name: row.name.clone(),
        index: row.index,
        file: row.file.clone(),
        path: row.path.clone(),
        state: row.state,
        done: row.done,
        total: row.total,
        speed,
        sha256: row.sha256.clone(),
        verdict: row.verdict,
        trouble: row.trouble.clone(),
    }
}

/// Hashes a saved file again.
pub(crate) async fn verify(path: PathBuf, expected: Option<String>) -> Result<Verdict, ApiError> {
    let shown = path.clone();
    let hashed = tokio::task::spawn_blocking(move || crate::inspect::hash_file(&path, |_| {}))
        .await
        .map_err(|e| errors::internal(e.to_string()))?;
    match (hashed, expected) {
        (Err(error), _) if error.kind() == std::io::ErrorKind::NotFound => Ok(Verdict::Missing),
        (Err(error), _) => Err(errors::disk(&shown, &error)),
        (Ok(_), None) => Ok(Verdict::Unverifiable),
        (Ok((found, _)), Some(expected)) if found == expected => Ok(Verdict::Verified),
        (Ok(_), Some(_)) => Ok(Verdict::Different),
    }
}

#[cfg(test)]
mod tests;
