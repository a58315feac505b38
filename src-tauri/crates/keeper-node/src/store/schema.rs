//! Tables and their numbered migrations.

use crate::error::ChainError;
use rusqlite::Connection;

const MIGRATIONS: &[&str] = &["
    CREATE TABLE blocks (
        number INTEGER PRIMARY KEY,
        hash   BLOB NOT NULL UNIQUE,
        header BLOB NOT NULL,          -- packed
        size   INTEGER NOT NULL        -- bytes of the whole block in RLP
    );
    CREATE TABLE transactions (
        hash       BLOB NOT NULL UNIQUE,
        block      INTEGER NOT NULL,
        position   INTEGER NOT NULL,
        sender     BLOB NOT NULL,
        raw        BLOB NOT NULL,      -- EIP-2718
        success    INTEGER NOT NULL,
        gas_used   INTEGER NOT NULL,
        cumulative INTEGER NOT NULL,   -- gas used in the block up to and with this one
        created    BLOB,
        PRIMARY KEY (block, position)
    ) WITHOUT ROWID;
    CREATE TABLE logs (
        block    INTEGER NOT NULL,
        position INTEGER NOT NULL,     -- within the block
        tx       INTEGER NOT NULL,     -- position of the transaction
        address  BLOB NOT NULL,
        topic0 BLOB, topic1 BLOB, topic2 BLOB, topic3 BLOB,
        data     BLOB NOT NULL,
        PRIMARY KEY (block, position)
    ) WITHOUT ROWID;
    CREATE INDEX logs_by_address ON logs (address, block);
    CREATE INDEX logs_by_topic0 ON logs (topic0, block);
    CREATE INDEX logs_by_topic1 ON logs (topic1, block);
    CREATE INDEX logs_by_topic2 ON logs (topic2, block);
    CREATE INDEX logs_by_topic3 ON logs (topic3, block);

    -- What each block changed. The state at block n is the newest row with block <= n.
    CREATE TABLE accounts (
        address BLOB NOT NULL,
        block   INTEGER NOT NULL,
        nonce   INTEGER,               -- NULL: the account is gone
        balance BLOB NOT NULL,
        code    BLOB NOT NULL,         -- hash
        storage BLOB NOT NULL,         -- root
        PRIMARY KEY (address, block)
    ) WITHOUT ROWID;
    CREATE TABLE slots (
        address BLOB NOT NULL,
        slot    BLOB NOT NULL,
        block   INTEGER NOT NULL,
        value   BLOB NOT NULL,
        PRIMARY KEY (address, slot, block)
    ) WITHOUT ROWID;
    CREATE TABLE codes (hash BLOB PRIMARY KEY, code BLOB NOT NULL) WITHOUT ROWID;

    -- Nodes of the newest state tree, by owner (empty, or the hash of a contract's address) and path.
    CREATE TABLE nodes (
        owner BLOB NOT NULL,
        path  BLOB NOT NULL,
        node  BLOB NOT NULL,
        PRIMARY KEY (owner, path)
    ) WITHOUT ROWID;

    -- Transactions acknowledged and not yet in a block.
    CREATE TABLE waiting (arrival INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, raw BLOB NOT NULL);
    -- One row: blocks are made each second until this number.
    CREATE TABLE ticking (id INTEGER PRIMARY KEY CHECK (id = 0), until INTEGER NOT NULL);
"];

/// Brings the file to the newest form.
pub(super) fn migrate(conn: &Connection) -> Result<(), ChainError> {
    let known = MIGRATIONS.len() as i64;
    let found: i64 = conn.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if found > known || found < 0 {
        return Err(ChainError::TooNew { found, known });
    }
    for (number, migration) in MIGRATIONS.iter().enumerate().skip(found as usize) {
        let tx = conn.unchecked_transaction()?;
        tx.execute_batch(migration)?;
        tx.pragma_update(None, "user_version", number as i64 + 1)?;
        tx.commit()?;
    }
    Ok(())
}
