//! Unix sockets: their paths are short by law.

use crate::TransportError;
use std::path::Path;

/// The longest path that Linux and macOS both take, without the zero byte at its end.
pub(crate) const MAX_PATH: usize = 103;

pub(crate) fn check_length(path: &Path) -> Result<(), TransportError> {
    if path.as_os_str().len() > MAX_PATH {
        return Err(TransportError::SocketPathTooLong { path: path.to_owned(), max: MAX_PATH });
    }
    Ok(())
}
