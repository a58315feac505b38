//! The file: one writer, one reader beside it.

use crate::{Entry, IndexError, Position, Topic, schema};
use keeper::Batch;
use protocol::{Address, Hash32, TxHash, Vodka};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, Transaction, params};
use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// Another process may be reading the file for so long.
const BUSY: Duration = Duration::from_secs(5);
/// Memory for pages while much is written, KiB.
const CACHE_KIB: i64 = 128 << 10;
/// Pages that are written to the log before they are brought into the file: 64 MiB. While much is written the same pages are
/// written again and again.
const LOG_PAGES: i64 = 16 << 10;

/// The file of an index. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    writer: Arc<Mutex<Connection>>,
    reader: Arc<Mutex<Connection>>,
}

/// The columns of an entry, read by [`entry`].
pub(crate) const COLUMNS: &str = "e.block, e.position, b.hash, e.tx, e.kind, e.subject, e.other, e.third, e.source, \
                                  e.target, e.amount, e.number, e.text";

impl Store {
    /// Opens or makes the file for a chain. What it held of another chain is dropped.
    pub(crate) fn open(path: &Path, chain: &str) -> Result<Self, IndexError> {
        let mut writer = Connection::open(path)?;
        writer.pragma_update(None, "journal_mode", "WAL")?;
        // Everything here can be read from the chain again: what a power cut takes is read again.
        writer.pragma_update(None, "synchronous", "NORMAL")?;
        writer.pragma_update(None, "cache_size", -CACHE_KIB)?;
        writer.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
        writer.busy_timeout(BUSY)?;
        schema::migrate(&mut writer, path)?;
        let step = writer.transaction()?;
        let known: Option<String> =
            step.query_row("SELECT value FROM meta WHERE name = 'chain'", [], |row| row.get(0)).optional()?;
        if known.as_deref() != Some(chain) {
            roll_back(&step, 0)?;
            step.execute("INSERT OR REPLACE INTO meta (name, value) VALUES ('chain', ?1)", [chain])?;
        }
        step.commit()?;
        let reader = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        reader.busy_timeout(BUSY)?;
        Ok(Self { writer: Arc::new(Mutex::new(writer)), reader: Arc::new(Mutex::new(reader)) })
    }

    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, IndexError> + Send + 'static,
    ) -> Result<T, IndexError> {
        on(self.writer.clone(), work).await
    }

    /// A reading of one moment, away from the asynchronous threads.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, IndexError> + Send + 'static,
    ) -> Result<T, IndexError> {
        on(self.reader.clone(), move |connection| work(&connection.transaction()?)).await
    }

    /// The newest blocks that are remembered, oldest first.
    pub(crate) async fn known(&self, most: u64) -> Result<Vec<(u64, Hash32)>, IndexError> {
        // By the writer: nothing that is being written is missed.
        self.write(move |connection| {
            let mut query = connection.prepare("SELECT number, hash FROM block ORDER BY number DESC LIMIT ?1")?;
            let rows =
                query.query_map([signed(most)], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, [u8; 32]>(1)?)))?;
            let mut known = rows
                .map(|row| row.map(|(number, hash)| (unsigned(number), Hash32(hash))))
                .collect::<Result<Vec<_>, _>>()?;
            known.reverse();
            Ok(known)
        })
        .await
    }

    /// Puts batches into the file, one after the other: all of them, or nothing. Returns how many events they had.
    pub(crate) async fn apply(&self, batches: Vec<Batch>) -> Result<u64, IndexError> {
        self.write(move |connection| {
            let step = connection.transaction()?;
            let mut count = 0_u64;
            for batch in batches {
                count = count.saturating_add(u64::try_from(batch.events.len()).unwrap_or(u64::MAX));
                put(&step, batch)?;
            }
            step.commit()?;
            Ok(count)
        })
        .await
    }

    /// Forgets the blocks of this range that have no events.
    pub(crate) async fn forget_between(&self, from: u64, to: u64) -> Result<(), IndexError> {
        self.write(move |connection| {
            connection.execute(
                "DELETE FROM block WHERE number >= ?1 AND number < ?2
                 AND NOT EXISTS (SELECT 1 FROM event WHERE event.block = block.number)",
                [signed(from), signed(to)],
            )?;
            Ok(())
        })
        .await
    }
}

async fn on<T: Send + 'static>(
    connection: Arc<Mutex<Connection>>,
    work: impl FnOnce(&mut Connection) -> Result<T, IndexError> + Send + 'static,
) -> Result<T, IndexError> {
    tokio::task::spawn_blocking(move || work(&mut connection.lock().unwrap_or_else(PoisonError::into_inner)))
        .await
        .map_err(|_| IndexError::Ending)?
}

fn put(step: &Transaction<'_>, batch: Batch) -> Result<(), IndexError> {
    if let Some(block) = batch.rolled_back_to {
        roll_back(step, block)?;
    }
    let mut block = step.prepare_cached("INSERT OR REPLACE INTO block (number, hash) VALUES (?1, ?2)")?;
    // No event is there twice: a batch begins where the last one ended, or where it was rolled back to.
    let mut event = step.prepare_cached(
        "INSERT INTO event (block, position, kind, tx, subject, other, third, source, target, amount, number, text)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )?;
    let mut last = None;
    for seen in batch.events {
        let entry = Entry::new(seen);
        if last != Some(entry.position.block) {
            last = Some(entry.position.block);
            block.execute(params![signed(entry.position.block), entry.block_hash.0])?;
        }
        event.execute(params![
            signed(entry.position.block),
            signed(entry.position.index),
            entry.topic.number(),
            entry.tx.0,
            entry.subject.map(|hash| hash.0),
            entry.other.map(|hash| hash.0),
            entry.third.map(|hash| hash.0),
            entry.from.map(|account| account.0),
            entry.to.map(|account| account.0),
            entry.amount.map(short),
            entry.number.map(signed),
            entry.text,
        ])?;
    }
    for (number, hash) in batch.blocks {
        block.execute(params![signed(number), hash.0])?;
    }
    Ok(())
}

fn roll_back(step: &Transaction<'_>, block: u64) -> Result<(), IndexError> {
    step.execute("DELETE FROM event WHERE block >= ?1", [signed(block)])?;
    step.execute("DELETE FROM block WHERE number >= ?1", [signed(block)])?;
    step.execute("INSERT INTO rollback (block) VALUES (?1)", [signed(block)])?;
    Ok(())
}

/// An amount without the zeros before it.
fn short(amount: Vodka) -> Vec<u8> {
    let bytes = amount.to_be_bytes();
    let first = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len());
    bytes.get(first..).unwrap_or_default().to_vec()
}

/// Block numbers fit: no chain counts that far.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(crate) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// A row of [`COLUMNS`].
pub(crate) fn entry(row: &Row<'_>) -> Result<Entry, IndexError> {
    let hash = |at: usize| -> rusqlite::Result<Option<Hash32>> { Ok(row.get::<_, Option<[u8; 32]>>(at)?.map(Hash32)) };
    let account =
        |at: usize| -> rusqlite::Result<Option<Address>> { Ok(row.get::<_, Option<[u8; 20]>>(at)?.map(Address)) };
    let amount = match row.get::<_, Option<Vec<u8>>>(10)? {
        None => None,
        Some(short) => {
            let mut bytes = [0; 32];
            let place = 32_usize.checked_sub(short.len()).and_then(|from| bytes.get_mut(from..));
            place.ok_or(IndexError::Row("an amount has more than 32 bytes"))?.copy_from_slice(&short);
            Some(Vodka::from_be_bytes(bytes))
        }
    };
    Ok(Entry {
        position: Position { block: unsigned(row.get(0)?), index: unsigned(row.get(1)?) },
        block_hash: hash(2)?.ok_or(IndexError::Row("a block has no hash"))?,
        tx: TxHash(row.get(3)?),
        topic: Topic::of_number(row.get(4)?).ok_or(IndexError::Row("there is no such kind of event"))?,
        subject: hash(5)?,
        other: hash(6)?,
        third: hash(7)?,
        from: account(8)?,
        to: account(9)?,
        amount,
        number: row.get::<_, Option<i64>>(11)?.map(unsigned),
        text: row.get(12)?,
    })
}
