//! Faults of a home, for people.

use crate::FolderError;
use api::{ApiError, Code, Sentence, sentence};

pub(crate) fn folder(error: FolderError) -> ApiError {
    let what = match &error {
        FolderError::NoPlace => sentence!("This system names no folder for data."),
        FolderError::Unusable { path, error } => sentence!(
            "The data folder {path} cannot be used: {why}.",
            path = path.as_path(),
            why = Sentence::from(error)
        ),
    };
    ApiError::new(Code::Disk, what, "Choose another folder with --home, or make room and allow writing.")
}

pub(crate) fn disk(error: std::io::Error) -> ApiError {
    ApiError::new(
        Code::Disk,
        sentence!("The data folder cannot be written: {why}.", why = Sentence::from(&error)),
        "Make room on the disk or allow writing, then try again. Nothing is lost.",
    )
}

pub(crate) fn node(error: node::NodeError) -> ApiError {
    if let Some(disk) = agent::errors::data_file(&error) {
        return disk;
    }
    let code = if matches!(error, node::NodeError::Busy(_)) { Code::Busy } else { Code::Internal };
    ApiError::new(
        code,
        sentence!("The network on this computer does not start: {why}.", why = Sentence::from(&error)),
        "Close other programs that use this data folder and start again. Nothing is lost.",
    )
}

pub(crate) fn transport(error: &transport::TransportError) -> ApiError {
    ApiError::new(
        Code::Unreachable,
        sentence!("The programs of this data folder do not reach each other: {why}.", why = Sentence::from(error)),
        "Check that the other side is running, then try again.",
    )
}
