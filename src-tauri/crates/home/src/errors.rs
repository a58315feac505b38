//! Faults of a home, for people.

use crate::FolderError;
use api::{ApiError, Code};

pub(crate) fn folder(error: FolderError) -> ApiError {
    ApiError::new(Code::Disk, format!("{error}."), "Choose another folder with --home, or make room and allow writing.")
}

pub(crate) fn disk(error: std::io::Error) -> ApiError {
    ApiError::new(
        Code::Disk,
        format!("The data folder cannot be written: {error}."),
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
        format!("The network on this computer does not start: {error}."),
        "Close other programs that use this data folder and start again. Nothing is lost.",
    )
}

pub(crate) fn transport(error: &transport::TransportError) -> ApiError {
    ApiError::new(Code::Unreachable, format!("{error}."), "Check that the other side is running, then try again.")
}
