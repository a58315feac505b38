//! Changes that were carried out: none is accepted twice, not even after a restart.

use crate::CatalogueError;
use protocol::search::CHANGE_WINDOW_SECONDS;
use rusqlite::{Transaction, params};

/// Notes a change; `false` where it was carried out before. The message, not the signature, is what may not come
/// twice: a signature has a second form.
pub(crate) fn first_time(step: &Transaction<'_>, message: &str, now: i64) -> Result<bool, CatalogueError> {
    step.execute("DELETE FROM change WHERE at < ?1", [now.saturating_sub(3 * CHANGE_WINDOW_SECONDS)])?;
    Ok(step.execute("INSERT OR IGNORE INTO change (message, at) VALUES (?1, ?2)", params![message, now])? == 1)
}
