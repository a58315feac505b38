//! The way into a home: as its holder or as a guest of the process that holds it.

use crate::{Folder, errors, guest::Guest, home::Home};
use api::{ApiError, Call, Code, Event, Reply, Request, sentence};
use serde::{Deserialize, Serialize};
use std::{path::PathBuf, time::Duration};
use tokio::sync::broadcast;

/// Which home, and what of it.
#[derive(Debug, Clone, Default)]
pub struct HomeOptions {
    /// The data folder; `None` is the platform's.
    pub dir: Option<PathBuf>,
    /// A network by name, or its file; `None` is the one in use.
    pub network: Option<String>,
    /// An account by name or address; `None` is the one in use.
    pub account: Option<String>,
}

/// A question with what it is about.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Asked {
    pub(crate) network: Option<String>,
    pub(crate) account: Option<String>,
    pub(crate) request: Request,
}

/// A home, opened or joined.
pub struct Door {
    side: Side,
    network: Option<String>,
    account: Option<String>,
}

enum Side {
    Holder(Home),
    Guest(Guest),
}

/// How often a process that finds neither lock nor socket tries again while the other one starts or ends.
const TRIES: u32 = 100;

impl Door {
    /// Opens the home, or joins the process that holds it.
    ///
    /// # Errors
    /// With [`Code::Busy`] where another process holds the home and does not answer; else what the disk says.
    pub async fn open(options: HomeOptions) -> Result<Self, ApiError> {
        let folder = Folder::open(options.dir.as_deref()).map_err(errors::folder)?;
        let HomeOptions { network, account, .. } = options;
        for _ in 0..TRIES {
            if let Some(lock) = folder.lock().map_err(errors::disk)? {
                let home = Home::start(folder, lock).await?;
                return Ok(Self { side: Side::Holder(home), network, account });
            }
            if let Some(guest) = Guest::join(&folder).await? {
                return Ok(Self { side: Side::Guest(guest), network, account });
            }
            // The holder is just starting or ending: its lock is there, its socket is not.
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Err(ApiError::new(
            Code::Busy,
            sentence!("Another process holds the data folder {path} and does not answer.", path = folder.root()),
            "Close Neuston everywhere and try again, or choose another folder with --home.",
        ))
    }

    /// Whether this process runs the home.
    pub fn is_holder(&self) -> bool {
        matches!(self.side, Side::Holder(_))
    }

    /// Asks, typed.
    ///
    /// # Errors
    /// Those of the call.
    pub async fn ask<C: Call>(&self, call: C) -> Result<C::Answer, ApiError> {
        let reply = self.call(call.into()).await?;
        C::answer(reply).ok_or_else(|| {
            ApiError::new(Code::Internal, "The answer belongs to another question.", "Restart Neuston and try again.")
        })
    }

    /// Asks.
    ///
    /// # Errors
    /// Those of the call.
    pub async fn call(&self, request: Request) -> Result<Reply, ApiError> {
        match &self.side {
            Side::Holder(home) => home.call(self.network.as_deref(), self.account.as_deref(), request).await,
            Side::Guest(guest) => {
                guest.call(&Asked { network: self.network.clone(), account: self.account.clone(), request }).await
            }
        }
    }

    /// What happens from now on.
    ///
    /// # Errors
    /// Where the holder does not answer.
    pub async fn events(&self) -> Result<Events, ApiError> {
        match &self.side {
            Side::Holder(home) => Ok(Events(home.events())),
            Side::Guest(guest) => guest.events().await.map(Events),
        }
    }

    /// Leaves; a holder ends what it runs, in order.
    pub async fn close(self) {
        if let Side::Holder(home) = self.side {
            home.close().await;
        }
    }
}

/// Events from one moment on. Missed ones are skipped: each carries the whole view.
pub struct Events(broadcast::Receiver<Event>);

impl Events {
    /// The next event; `None` when the home has ended.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            match self.0.recv().await {
                Ok(event) => return Some(event),
                Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    }
}
