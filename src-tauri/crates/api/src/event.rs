//! What the backend says on its own.

use crate::{AccountView, DownloadView, PublicationView, PurchaseView, Status};
use serde::{Deserialize, Serialize};

/// Something changed. Each carries the whole new view, so a missed event is repaired by the next.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", content = "with", rename_all = "snake_case")]
pub enum Event {
    /// The status line.
    Status(Status),
    /// The account: balance or lock.
    Account(AccountView),
    /// A purchase moved.
    Purchase(Box<PurchaseView>),
    /// A download moved.
    Download(DownloadView),
    /// A publication moved.
    Publication(PublicationView),
    /// The catalogue has changed: search again when convenient.
    Catalogue,
    /// Somebody bought from us, or a sale moved: read one's listings again.
    Sales,
    /// Another network is in use, or another process runs the home: all that was told and asked before is of the one before.
    Network,
    /// So many files are held over the window; 0 once they have left it or were dropped.
    FilesHeld(u32),
    /// Files were dropped on the window.
    FilesDropped(Vec<String>),
}
