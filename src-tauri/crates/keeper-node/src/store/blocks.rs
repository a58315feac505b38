//! Blocks, their transactions and receipts.

use super::{fixed, header, int, uint};
use alloy_consensus::Header;
use alloy_primitives::{Address, B256};
use rusqlite::{Connection, OptionalExtension, Row, params};

/// A block without its transactions.
#[derive(Debug, Clone)]
pub(crate) struct StoredBlock {
    pub(crate) header: Header,
    pub(crate) hash: B256,
    /// Bytes of the whole block in RLP.
    pub(crate) size: u64,
}

/// A transaction in a block with what became of it.
#[derive(Debug, Clone)]
pub(crate) struct MinedTransaction {
    pub(crate) hash: B256,
    pub(crate) block: u64,
    /// Within the block.
    pub(crate) position: u64,
    pub(crate) sender: Address,
    /// EIP-2718.
    pub(crate) raw: Vec<u8>,
    pub(crate) success: bool,
    pub(crate) gas_used: u64,
    /// Gas used in the block up to and with this one.
    pub(crate) cumulative: u64,
    /// Where the contract is, or would be had it not failed.
    pub(crate) created: Option<Address>,
}

const BLOCK: &str = "SELECT hash, header, size FROM blocks";
const MINED: &str =
    "SELECT hash, block, position, sender, raw, success, gas_used, cumulative, created FROM transactions";

fn block(row: &Row<'_>) -> Result<StoredBlock, rusqlite::Error> {
    let header = header::unpack(row.get_ref(1)?.as_blob()?)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(1, rusqlite::types::Type::Blob, Box::new(error)))?;
    Ok(StoredBlock { header, hash: fixed(row, 0)?.into(), size: uint(row, 2)? })
}

fn transaction(row: &Row<'_>) -> Result<MinedTransaction, rusqlite::Error> {
    let created = if row.get_ref(8)? == rusqlite::types::ValueRef::Null { None } else { Some(fixed(row, 8)?.into()) };
    Ok(MinedTransaction {
        hash: fixed(row, 0)?.into(),
        block: uint(row, 1)?,
        position: uint(row, 2)?,
        sender: fixed(row, 3)?.into(),
        raw: row.get(4)?,
        success: row.get(5)?,
        gas_used: uint(row, 6)?,
        cumulative: uint(row, 7)?,
        created,
    })
}

/// The newest block.
pub(crate) fn head(conn: &Connection) -> Result<Option<StoredBlock>, rusqlite::Error> {
    conn.prepare_cached(&format!("{BLOCK} ORDER BY number DESC LIMIT 1"))?.query_row([], block).optional()
}

/// A block by its number.
pub(crate) fn block_by_number(conn: &Connection, number: u64) -> Result<Option<StoredBlock>, rusqlite::Error> {
    conn.prepare_cached(&format!("{BLOCK} WHERE number = ?1"))?.query_row(params![int(number)], block).optional()
}

/// The hash of a block.
pub(crate) fn hash_of(conn: &Connection, number: u64) -> Result<Option<B256>, rusqlite::Error> {
    let mut query = conn.prepare_cached("SELECT hash FROM blocks WHERE number = ?1")?;
    query.query_row(params![int(number)], |row| Ok(fixed(row, 0)?.into())).optional()
}

/// The number of the block with this hash.
pub(crate) fn number_of(conn: &Connection, hash: B256) -> Result<Option<u64>, rusqlite::Error> {
    let mut query = conn.prepare_cached("SELECT number FROM blocks WHERE hash = ?1")?;
    query.query_row(params![hash.as_slice()], |row| uint(row, 0)).optional()
}

/// Block and position of a transaction.
pub(crate) fn location_of(conn: &Connection, hash: B256) -> Result<Option<(u64, u64)>, rusqlite::Error> {
    let mut query = conn.prepare_cached("SELECT block, position FROM transactions WHERE hash = ?1")?;
    query.query_row(params![hash.as_slice()], |row| Ok((uint(row, 0)?, uint(row, 1)?))).optional()
}

/// The transaction at a position of a block.
pub(crate) fn mined(conn: &Connection, block: u64, position: u64) -> Result<Option<MinedTransaction>, rusqlite::Error> {
    let mut query = conn.prepare_cached(&format!("{MINED} WHERE block = ?1 AND position = ?2"))?;
    query.query_row(params![int(block), int(position)], transaction).optional()
}

/// All transactions of a block, in order.
pub(crate) fn mined_in(conn: &Connection, block: u64) -> Result<Vec<MinedTransaction>, rusqlite::Error> {
    let mut query = conn.prepare_cached(&format!("{MINED} WHERE block = ?1 ORDER BY position"))?;
    query.query_map(params![int(block)], transaction)?.collect()
}

/// Writes a block with its transactions; logs are written by [`super::write_logs`].
pub(crate) fn write_block(
    conn: &Connection,
    block: &StoredBlock,
    transactions: &[MinedTransaction],
) -> Result<(), rusqlite::Error> {
    conn.prepare_cached("INSERT INTO blocks VALUES (?1, ?2, ?3, ?4)")?.execute(params![
        int(block.header.number),
        block.hash.as_slice(),
        header::pack(&block.header),
        int(block.size),
    ])?;
    let mut insert = conn.prepare_cached("INSERT INTO transactions VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?;
    for tx in transactions {
        insert.execute(params![
            tx.hash.as_slice(),
            int(tx.block),
            int(tx.position),
            tx.sender.as_slice(),
            tx.raw,
            tx.success,
            int(tx.gas_used),
            int(tx.cumulative),
            tx.created.as_ref().map(|address| address.as_slice()),
        ])?;
    }
    Ok(())
}
