//! Disks that serve run after run: making the tables anew costs as much as a third of a run.

use runner::{Disk, LedgerError};
use std::cell::RefCell;

thread_local! {
    static SPARE: RefCell<Vec<Disk>> = const { RefCell::new(Vec::new()) };
    static USED: RefCell<Vec<Disk>> = const { RefCell::new(Vec::new()) };
}

/// An empty one, for the run of this thread.
///
/// # Errors
/// SQLite's.
pub(crate) fn fresh() -> Result<Disk, LedgerError> {
    let spare = SPARE.with_borrow_mut(Vec::pop);
    let disk = spare.map_or_else(Disk::in_memory, Ok)?;
    USED.with_borrow_mut(|used| used.push(disk.clone()));
    Ok(disk)
}

/// The run is over, and nobody writes any more: its disks are emptied for the next one.
///
/// # Errors
/// SQLite's.
pub(crate) fn clear() -> Result<(), LedgerError> {
    for disk in USED.take() {
        disk.wipe()?;
        SPARE.with_borrow_mut(|spare| spare.push(disk));
    }
    Ok(())
}
