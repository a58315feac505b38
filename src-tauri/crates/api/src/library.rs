//! What one owns, and getting it onto the disk.

use protocol::{AgreementId, Did, Vodka};
use serde::{Deserialize, Serialize};

use crate::FileView;

/// Something one owns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OwnedAsset {
    /// The purchase.
    pub agreement: AgreementId,
    /// The listing.
    pub did: Did,
    /// Its name.
    pub name: String,
    /// Who made it.
    pub author: String,
    /// The licence's name.
    pub license: String,
    /// What was paid.
    pub price: Vodka,
    /// When it was bought, RFC 3339.
    pub bought: String,
    /// Its files and where they are.
    pub files: Vec<OwnedFile>,
    /// Until when files can be fetched, RFC 3339; `None` is for ever.
    pub fetch_until: Option<String>,
    /// Whether it is still found by search.
    pub listed: bool,
}

/// A file one owns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OwnedFile {
    /// As sold.
    pub file: FileView,
    /// Where it was saved, if it was.
    pub path: Option<String>,
    /// What is known about the saved bytes.
    pub verdict: Verdict,
}

/// What is known about bytes on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Not saved yet.
    Absent,
    /// Exactly the bytes that were sold.
    Verified,
    /// Saved, but the publisher committed to no hash.
    Unverifiable,
    /// Not the bytes that were sold.
    Different,
    /// It was saved, and is not there any more.
    Missing,
}

/// What to do with a download.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DownloadOrder {
    /// Stop, keep what is there.
    Pause,
    /// Go on.
    Resume,
    /// Stop, remove what is there.
    Cancel,
}

/// Where a download stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DownloadState {
    /// Waiting its turn.
    Queued,
    /// Bytes are coming.
    Running,
    /// Stopped, can go on.
    Paused,
    /// Done.
    Done,
    /// Stopped for ever.
    Cancelled,
    /// It failed; `trouble` says why. Can be resumed.
    Failed,
}

impl DownloadState {
    /// Whether `next` can be a later view of the same download, or the same one: a reply may come after the event that
    /// told of what followed it.
    pub const fn leads_to(self, next: Self) -> bool {
        match self {
            Self::Done => matches!(next, Self::Done),
            Self::Cancelled => matches!(next, Self::Cancelled),
            Self::Running => !matches!(next, Self::Queued),
            Self::Queued | Self::Paused | Self::Failed => true,
        }
    }
}

/// A download.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DownloadView {
    /// Its number.
    pub id: u64,
    /// The purchase.
    pub agreement: AgreementId,
    /// The listing's name.
    pub name: String,
    /// The file.
    pub index: u64,
    /// The file's name.
    pub file: String,
    /// Where it is or will be.
    pub path: String,
    /// Where it stands.
    pub state: DownloadState,
    /// Bytes on the disk.
    pub done: u64,
    /// Bytes in all, where known.
    pub total: Option<u64>,
    /// Bytes a second, lately.
    pub speed: u64,
    /// SHA-256 in hex, when done.
    pub sha256: Option<String>,
    /// What is known about the bytes.
    pub verdict: Verdict,
    /// What is wrong, where something is.
    pub trouble: Option<crate::ApiError>,
}
