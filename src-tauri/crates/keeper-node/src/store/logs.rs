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

/// Without the hashes of block and transaction.
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
        block_hash: B256::ZERO,
        tx_hash: B256::ZERO,
    })
}

const LOGS: &str = "
    SELECT l.block, l.position, l.tx, l.address, l.topic0, l.topic1, l.topic2, l.topic3, l.data FROM logs l";

/// The logs of one transaction.
pub(crate) fn logs_of(conn: &Connection, block: u64, tx: u64) -> Result<Vec<LogRow>, rusqlite::Error> {
    let mut query = conn.prepare_cached(&format!("{LOGS} WHERE l.block = ?1 AND l.tx = ?2"))?;
    let rows = query.query_map([int(block), int(tx)], log_row)?.collect::<Result<_, _>>()?;
    placed(conn, rows)
}

/// In order, with their hashes. Each block and transaction is looked up once, not once for each of its logs, and sorted
/// here rather than by SQLite, which would copy every row to do so.
fn placed(conn: &Connection, mut rows: Vec<LogRow>) -> Result<Vec<LogRow>, rusqlite::Error> {
    rows.sort_unstable_by_key(|row| (row.block, row.position));
    let mut block_hash = conn.prepare_cached("SELECT hash FROM blocks WHERE number = ?1")?;
    let mut tx_hash = conn.prepare_cached("SELECT hash FROM transactions WHERE block = ?1 AND position = ?2")?;
    let mut last: Option<(u64, u64, B256, B256)> = None;
    for row in &mut rows {
        let (block, tx) = match last {
            Some((block, tx, block_hash, tx_hash)) if (block, tx) == (row.block, row.tx) => (block_hash, tx_hash),
            before => {
                let block = match before {
                    Some((block, _, hash, _)) if block == row.block => hash,
                    _ => block_hash.query_row([int(row.block)], |found| Ok(fixed(found, 0)?.into()))?,
                };
                let tx = tx_hash.query_row([int(row.block), int(row.tx)], |found| Ok(fixed(found, 0)?.into()))?;
                (block, tx)
            }
        };
        (row.block_hash, row.tx_hash) = (block, tx);
        last = Some((row.block, row.tx, block, tx));
    }
    Ok(rows)
}

/// How many logs are wanted at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Most {
    /// The first so many.
    First(usize),
    /// So many, whichever: who asks wants all of them, or to know that they are more. Nothing has to be sorted to find out.
    Any(usize),
}

/// The logs of these blocks that the filter wants, in order.
pub(crate) fn find_logs(
    conn: &Connection,
    from: u64,
    to: u64,
    filter: &LogFilter,
    most: Most,
) -> Result<Vec<LogRow>, rusqlite::Error> {
    let (sql, values) = query(from, to, filter, most);
    let mut query = conn.prepare_cached(&sql)?;
    let rows = query.query_map(rusqlite::params_from_iter(values), log_row)?.collect::<Result<_, _>>()?;
    placed(conn, rows)
}

fn query(from: u64, to: u64, filter: &LogFilter, most: Most) -> (String, Vec<Value>) {
    let mut wanted: Vec<(&str, Vec<&[u8]>)> = Vec::new();
    // The column that is looked up comes first: later topics tell most, the address least.
    for (column, any) in ["topic0", "topic1", "topic2", "topic3"].into_iter().zip(&filter.topics) {
        wanted.insert(0, (column, any.iter().map(|topic| topic.as_slice()).collect()));
    }
    if !filter.addresses.is_empty() {
        wanted.push(("address", filter.addresses.iter().map(|address| address.as_slice()).collect()));
    }
    wanted.sort_by_key(|(_, choices)| choices.is_empty());
    let mut sql = format!("{LOGS} WHERE l.block BETWEEN ? AND ?");
    let mut values = vec![Value::Integer(int(from)), Value::Integer(int(to))];
    for (place, (column, choices)) in wanted.into_iter().enumerate() {
        // Each column has an index with the block's number. A plus keeps SQLite from the indices of the others.
        let plus = if place == 0 && !choices.is_empty() { "" } else { "+" };
        if choices.is_empty() {
            sql.push_str(&format!(" AND {plus}l.{column} IS NOT NULL"));
        } else {
            sql.push_str(&format!(" AND {plus}l.{column} IN ({})", vec!["?"; choices.len()].join(", ")));
            values.extend(choices.into_iter().map(|choice| Value::Blob(choice.to_vec())));
        }
    }
    let (order, limit) = match most {
        Most::First(limit) => (" ORDER BY l.block, l.position", limit),
        Most::Any(limit) => ("", limit),
    };
    sql.push_str(order);
    sql.push_str(" LIMIT ?");
    values.push(Value::Integer(int(limit as u64)));
    (sql, values)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    /// What SQLite means to do for a filter.
    fn plan(filter: &LogFilter) -> String {
        let store = Store::in_memory().unwrap();
        let conn = store.writer();
        let (sql, values) = query(100, 200, filter, Most::Any(10));
        let mut explain = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let lines = explain.query_map(rusqlite::params_from_iter(values), |row| row.get::<_, String>(3)).unwrap();
        lines.map(Result::unwrap).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn a_range_is_looked_up_and_never_scanned() {
        let filter = |addresses: u8, any: &[&[u8]]| LogFilter {
            addresses: (0..addresses).map(Address::with_last_byte).collect(),
            topics: any.iter().map(|any| any.iter().map(|n| B256::with_last_byte(*n)).collect()).collect(),
        };
        for (filter, expected) in [
            (filter(0, &[]), "l USING PRIMARY KEY (block>? AND block<?)"),
            (filter(9, &[]), "l USING INDEX logs_by_address (address=? AND block>? AND block<?)"),
            (filter(9, &[&[1]]), "l USING INDEX logs_by_topic0 (topic0=? AND block>? AND block<?)"),
            (filter(1, &[&[1], &[], &[2, 3]]), "l USING INDEX logs_by_topic2 (topic2=? AND block>? AND block<?)"),
            (filter(1, &[&[], &[]]), "l USING INDEX logs_by_address (address=? AND block>? AND block<?)"),
        ] {
            let plan = plan(&filter);
            assert!(plan.contains(expected) && !plan.contains("SCAN"), "{filter:?}: {plan}");
        }
    }
}
