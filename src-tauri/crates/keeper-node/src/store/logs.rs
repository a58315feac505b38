//! Logs, and finding them by address and topics.

use super::{fixed, int, uint};
use alloy_primitives::{Address, B256, Bytes, Log};
use rusqlite::{Connection, Row, types::Value};

/// Logs in one answer at most; a longer answer is an error, never cut.
pub(crate) const MAX_LOGS: usize = 10_000;

/// Which logs are wanted.
#[derive(Debug, Clone, Default)]
pub(crate) struct LogFilter {
    /// Any of these; empty: all.
    pub(crate) addresses: Vec<Address>,
    /// For each position any of these; empty: all, even where there is no such topic.
    pub(crate) topics: Vec<Vec<B256>>,
}

impl LogFilter {
    /// Whether a log is wanted.
    pub(crate) fn wants(&self, log: &Log) -> bool {
        let topics = log.topics();
        (self.addresses.is_empty() || self.addresses.contains(&log.address))
            && self.topics.len() <= topics.len()
            && self.topics.iter().zip(topics).all(|(any, topic)| any.is_empty() || any.contains(topic))
    }
}

/// A log and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct LogRow {
    pub(crate) log: Log,
    pub(crate) block: u64,
    pub(crate) block_hash: B256,
    pub(crate) tx: u64,
    pub(crate) tx_hash: B256,
    /// Within the block.
    pub(crate) position: u64,
}

fn log_row(row: &Row<'_>) -> Result<LogRow, rusqlite::Error> {
    let mut topics = Vec::with_capacity(4);
    for column in 4..8 {
        if row.get_ref(column)? == rusqlite::types::ValueRef::Null {
            break;
        }
        topics.push(B256::from(fixed(row, column)?));
    }
    let data: Vec<u8> = row.get(8)?;
    Ok(LogRow {
        log: Log::new_unchecked(Address::from(fixed(row, 3)?), topics, Bytes::from(data)),
        block: uint(row, 0)?,
        position: uint(row, 1)?,
        tx: uint(row, 2)?,
        block_hash: fixed(row, 9)?.into(),
        tx_hash: fixed(row, 10)?.into(),
    })
}

/// The first `limit` logs of these blocks that the filter wants.
pub(crate) fn find_logs(
    conn: &Connection,
    from: u64,
    to: u64,
    filter: &LogFilter,
    limit: usize,
) -> Result<Vec<LogRow>, rusqlite::Error> {
    let mut sql = String::from(
        "SELECT l.block, l.position, l.tx, l.address, l.topic0, l.topic1, l.topic2, l.topic3, l.data, b.hash, t.hash
         FROM logs l JOIN blocks b ON b.number = l.block
         JOIN transactions t ON t.block = l.block AND t.position = l.tx
         WHERE l.block BETWEEN ? AND ?",
    );
    let mut values = vec![Value::Integer(int(from)), Value::Integer(int(to))];
    let mut any_of = |sql: &mut String, column: &str, choices: Vec<Vec<u8>>| {
        sql.push_str(&format!(" AND l.{column} IN ({})", vec!["?"; choices.len()].join(", ")));
        values.extend(choices.into_iter().map(Value::Blob));
    };
    if !filter.addresses.is_empty() {
        any_of(&mut sql, "address", filter.addresses.iter().map(|address| address.to_vec()).collect());
    }
    for (column, any) in ["topic0", "topic1", "topic2", "topic3"].into_iter().zip(&filter.topics) {
        if any.is_empty() {
            sql.push_str(&format!(" AND l.{column} IS NOT NULL"));
        } else {
            any_of(&mut sql, column, any.iter().map(|topic| topic.to_vec()).collect());
        }
    }
    sql.push_str(" ORDER BY l.block, l.position LIMIT ?");
    values.push(Value::Integer(int(limit as u64)));
    conn.prepare_cached(&sql)?.query_map(rusqlite::params_from_iter(values), log_row)?.collect()
}

/// Writes the logs of a block: for each its transaction's position.
pub(crate) fn write_logs<'l>(
    conn: &Connection,
    block: u64,
    logs: impl Iterator<Item = (u64, &'l Log)>,
) -> Result<(), rusqlite::Error> {
    let mut insert = conn.prepare_cached("INSERT INTO logs VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?;
    for (position, (tx, log)) in logs.enumerate() {
        let topic = |n: usize| log.topics().get(n).map(|topic| topic.as_slice());
        insert.execute(rusqlite::params![
            int(block),
            int(position as u64),
            int(tx),
            log.address.as_slice(),
            topic(0),
            topic(1),
            topic(2),
            topic(3),
            log.data.data.as_ref(),
        ])?;
    }
    Ok(())
}
