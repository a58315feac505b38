//! The door between the window's pages and the home.

use api::{ApiError, Code, Event, Reply, Request, Sentence};
use home::{Door, HomeOptions};
use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tauri::{AppHandle, Manager, State, async_runtime::JoinHandle, ipc::Channel};
use tokio::sync::Mutex as AsyncMutex;

/// Between two attempts to listen to a home that does not open.
const REOPEN_AFTER: Duration = Duration::from_secs(1);

/// The home of this window, opened once; a failed opening is tried again by the next request.
pub(crate) struct Backend {
    home: Option<PathBuf>,
    door: AsyncMutex<Option<Arc<Door>>>,
    /// Where events go, and the task that carries them; a reloaded page takes the place of the one before.
    listener: Mutex<Option<Listener>>,
}

struct Listener {
    channel: Channel<Event>,
    task: JoinHandle<()>,
}

impl Backend {
    /// A backend on this data folder, not opened yet.
    pub(crate) fn new(home: Option<PathBuf>) -> Self {
        Self { home, door: AsyncMutex::new(None), listener: Mutex::new(None) }
    }

    /// The opened home.
    pub(crate) async fn door(&self) -> Result<Arc<Door>, ApiError> {
        let mut place = self.door.lock().await;
        if let Some(door) = &*place {
            return Ok(Arc::clone(door));
        }
        let options = HomeOptions { dir: self.home.clone(), ..HomeOptions::default() };
        let door = Arc::new(Box::pin(Door::open(options)).await?);
        *place = Some(Arc::clone(&door));
        Ok(door)
    }

    /// Opens the home without being asked for anything.
    pub(crate) async fn begin(&self) {
        if let Err(error) = self.door().await {
            // The window gets the same error with its first request and shows it.
            tracing::error!(%error, "the home could not be opened");
        }
    }

    /// Tells the page how many files are held over it.
    pub(crate) fn files_held(&self, files: usize) {
        self.tell(Event::FilesHeld(u32::try_from(files).unwrap_or(u32::MAX)));
    }

    /// Tells the page that files were dropped on it.
    pub(crate) fn files_dropped(&self, paths: &[PathBuf]) {
        self.tell(Event::FilesDropped(paths.iter().map(|path| path.to_string_lossy().into_owned()).collect()));
    }

    fn tell(&self, event: Event) {
        if let Some(listener) = &*self.listener()
            && let Err(error) = listener.channel.send(event)
        {
            tracing::debug!(%error, "no page listens");
        }
    }

    /// Ends the home in order: what is being written is written.
    pub(crate) async fn close(&self) {
        if let Some(listener) = self.listener().take() {
            listener.task.abort();
        }
        let door = self.door.lock().await.take();
        // A request still under way keeps the door; every step of the home survives a sudden end as well.
        if let Some(door) = door.and_then(Arc::into_inner) {
            Box::pin(door.close()).await;
        }
    }

    fn listener(&self) -> MutexGuard<'_, Option<Listener>> {
        // A poisoned lock still holds a whole listener: it is replaced in one step.
        self.listener.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Answers one request.
#[tauri::command]
pub(crate) async fn call(request: Request, backend: State<'_, Backend>) -> Result<Reply, ApiError> {
    let door = backend.door().await?;
    Box::pin(door.call(request)).await
}

/// Sends every event to this channel from now on.
#[tauri::command]
pub(crate) async fn events(
    channel: Channel<Event>,
    app: AppHandle,
    backend: State<'_, Backend>,
) -> Result<(), ApiError> {
    backend.door().await?;
    let task = tauri::async_runtime::spawn(carry(app, channel.clone()));
    if let Some(before) = backend.listener().replace(Listener { channel, task }) {
        before.task.abort();
    }
    Ok(())
}

/// Carries events to a page as long as it listens, also past the end of the process that ran the home.
async fn carry(app: AppHandle, channel: Channel<Event>) {
    let backend = app.state::<Backend>();
    loop {
        match backend.door().await {
            // The door goes on with whoever runs the home next; what ends it here is a home that does not open.
            Ok(door) => match carry_from(&door, &channel).await {
                Ok(Heard::HomeEnded) => {}
                Ok(Heard::PageLeft) => return,
                Err(error) => tracing::warn!(%error, "the home does not tell what happens"),
            },
            Err(error) => tracing::warn!(%error, "the home does not open"),
        }
        tokio::time::sleep(REOPEN_AFTER).await;
    }
}

enum Heard {
    HomeEnded,
    PageLeft,
}

async fn carry_from(door: &Door, channel: &Channel<Event>) -> Result<Heard, ApiError> {
    let mut events = door.events().await?;
    while let Some(event) = events.next().await {
        if let Err(error) = channel.send(event) {
            tracing::debug!(%error, "the page that listened is gone");
            return Ok(Heard::PageLeft);
        }
    }
    Ok(Heard::HomeEnded)
}

/// A fault of ours.
pub(crate) fn of_ours(what: impl Into<Sentence>) -> ApiError {
    ApiError::new(Code::Internal, what, "Close the window and open it again; nothing that was paid is lost.")
}
