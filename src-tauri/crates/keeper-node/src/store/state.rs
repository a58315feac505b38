//! Accounts, storage and code as of a block.

use super::{fixed, int, uint, word};
use crate::trie::TrieError;
use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U256};
use revm::{DatabaseRef, bytecode::Bytecode, database_interface::DBErrorMarker, state::AccountInfo};
use rusqlite::{Connection, OptionalExtension, params};

/// Why state cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StateError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] rusqlite::Error),
    /// A contract's code is missing.
    #[error("the code {0} is missing")]
    Code(B256),
    /// The state tree is damaged.
    #[error("the state tree has no sound node at {0:02x?}")]
    Tree(Vec<u8>),
}

impl DBErrorMarker for StateError {}

impl From<TrieError<rusqlite::Error>> for StateError {
    fn from(error: TrieError<rusqlite::Error>) -> Self {
        match error {
            TrieError::Nodes(error) => Self::Database(error),
            TrieError::Damaged(path) => Self::Tree(path),
        }
    }
}

/// An account as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AccountRow {
    pub(crate) nonce: u64,
    pub(crate) balance: U256,
    pub(crate) code: B256,
    pub(crate) storage: B256,
}

/// The state after a block, read through one connection.
#[derive(Clone, Copy)]
pub(crate) struct StateAt<'c> {
    pub(crate) conn: &'c Connection,
    pub(crate) block: u64,
}

impl StateAt<'_> {
    /// An account, where it exists.
    pub(crate) fn account(&self, address: Address) -> Result<Option<AccountRow>, rusqlite::Error> {
        account_at(self.conn, address, self.block)
    }

    /// The code with this hash.
    pub(crate) fn code(&self, hash: B256) -> Result<Bytes, StateError> {
        if hash == KECCAK256_EMPTY || hash.is_zero() {
            return Ok(Bytes::new());
        }
        let mut query = self.conn.prepare_cached("SELECT code FROM codes WHERE hash = ?1")?;
        let code: Option<Vec<u8>> = query.query_row(params![hash.as_slice()], |row| row.get(0)).optional()?;
        code.map(Bytes::from).ok_or(StateError::Code(hash))
    }
}

impl DatabaseRef for StateAt<'_> {
    type Error = StateError;

    fn basic_ref(&self, address: Address) -> Result<Option<AccountInfo>, StateError> {
        Ok(self.account(address)?.map(|row| AccountInfo {
            balance: row.balance,
            nonce: row.nonce,
            code_hash: row.code,
            code: (row.code == KECCAK256_EMPTY).then(Bytecode::default),
            ..AccountInfo::default()
        }))
    }

    fn code_by_hash_ref(&self, hash: B256) -> Result<Bytecode, StateError> {
        Ok(Bytecode::new_raw(self.code(hash)?))
    }

    fn storage_ref(&self, address: Address, slot: U256) -> Result<U256, StateError> {
        let mut query = self.conn.prepare_cached(
            "SELECT value FROM slots WHERE address = ?1 AND slot = ?2 AND block <= ?3 ORDER BY block DESC LIMIT 1",
        )?;
        let slot = slot.to_be_bytes::<32>();
        let key = params![address.as_slice(), slot.as_slice(), int(self.block)];
        Ok(query.query_row(key, |row| word(row, 0)).optional()?.unwrap_or_default())
    }

    fn block_hash_ref(&self, number: u64) -> Result<B256, StateError> {
        Ok(super::hash_of(self.conn, number)?.unwrap_or_default())
    }
}

/// An account after a block.
pub(crate) fn account_at(
    conn: &Connection,
    address: Address,
    block: u64,
) -> Result<Option<AccountRow>, rusqlite::Error> {
    let mut query = conn.prepare_cached(
        "SELECT nonce, balance, code, storage FROM accounts WHERE address = ?1 AND block <= ?2 ORDER BY block DESC LIMIT 1",
    )?;
    let row = query.query_row(params![address.as_slice(), int(block)], |row| {
        if row.get_ref(0)? == rusqlite::types::ValueRef::Null {
            return Ok(None);
        }
        Ok(Some(AccountRow {
            nonce: uint(row, 0)?,
            balance: word(row, 1)?,
            code: fixed(row, 2)?.into(),
            storage: fixed(row, 3)?.into(),
        }))
    });
    Ok(row.optional()?.flatten())
}

/// Notes an account as of a block; `None`: it is gone.
pub(crate) fn write_account(
    conn: &Connection,
    block: u64,
    address: Address,
    account: Option<&AccountRow>,
) -> Result<(), rusqlite::Error> {
    let mut insert = conn.prepare_cached("INSERT OR REPLACE INTO accounts VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
    let gone =
        AccountRow { nonce: 0, balance: U256::ZERO, code: KECCAK256_EMPTY, storage: alloy_trie::EMPTY_ROOT_HASH };
    let row = account.unwrap_or(&gone);
    insert.execute(params![
        address.as_slice(),
        int(block),
        account.map(|row| int(row.nonce)),
        row.balance.to_be_bytes_trimmed_vec(),
        row.code.as_slice(),
        row.storage.as_slice(),
    ])?;
    Ok(())
}

/// Notes a storage slot as of a block.
pub(crate) fn write_slot(
    conn: &Connection,
    block: u64,
    address: Address,
    slot: U256,
    value: U256,
) -> Result<(), rusqlite::Error> {
    let mut insert = conn.prepare_cached("INSERT OR REPLACE INTO slots VALUES (?1, ?2, ?3, ?4)")?;
    let slot = slot.to_be_bytes::<32>();
    insert.execute(params![address.as_slice(), slot.as_slice(), int(block), value.to_be_bytes_trimmed_vec()])?;
    Ok(())
}

/// Keeps code.
pub(crate) fn write_code(conn: &Connection, hash: B256, code: &[u8]) -> Result<(), rusqlite::Error> {
    let mut insert = conn.prepare_cached("INSERT OR IGNORE INTO codes VALUES (?1, ?2)")?;
    insert.execute(params![hash.as_slice(), code])?;
    Ok(())
}

/// All accounts that there ever were.
#[cfg(feature = "sandbox")]
pub(crate) fn addresses(conn: &Connection) -> Result<Vec<Address>, rusqlite::Error> {
    let mut query = conn.prepare("SELECT DISTINCT address FROM accounts")?;
    query.query_map([], |row| Ok(Address::from(fixed::<20>(row, 0)?)))?.collect()
}

/// All storage slots that were ever written.
#[cfg(feature = "sandbox")]
pub(crate) fn written_slots(conn: &Connection) -> Result<Vec<(Address, U256)>, rusqlite::Error> {
    let mut query = conn.prepare("SELECT DISTINCT address, slot FROM slots")?;
    let slot = |row: &rusqlite::Row<'_>| Ok((fixed::<20>(row, 0)?.into(), U256::from_be_bytes(fixed::<32>(row, 1)?)));
    query.query_map([], slot)?.collect()
}
